//! What each route needs, in one list.

use axum::http::Method;
use yandu_policy::Action;

use super::duty::{DELIVERS, HANDLES, KEEPS};

/// What whoever asks must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nobody in particular.
    Nothing,
    /// Somebody with an account; which rows and fields they see is for their rights to say.
    Account,
    /// Somebody who has logged in, and no program.
    Session,
    /// Somebody who may do one of these in the city.
    InCity(&'static [Action]),
    /// Somebody who may do one of these to the dataset that it is about, which the route itself looks at.
    OnDataset(&'static [Action]),
    /// Whoever holds the data folder.
    Local,
}

const BROWSE: Need = Need::InCity(&[Action::Browse]);
const ACCOUNTS: Need = Need::InCity(&[Action::ManageAccounts]);
const POLICIES: Need = Need::InCity(&[Action::ManagePolicies]);
const AUDIT: Need = Need::InCity(&[Action::Audit]);
const OPERATE: Need = Need::InCity(&[Action::Operate]);
const KEEP_LEDGER: Need = Need::InCity(&[Action::KeepLedger]);
const EDIT_PLAN: Need = Need::InCity(&[Action::EditPlan]);
/// A unit reports of what is its own, which the route looks at.
const REPORT_PLAN: Need = Need::InCity(&[Action::EditPlan, Action::ReportPlan]);
const HANDLE: Need = Need::OnDataset(HANDLES);
const DELIVER: Need = Need::OnDataset(DELIVERS);
const KEEP: Need = Need::OnDataset(KEEPS);

/// Each route with its method. What is not here is for the local administrator: what a route would show of rows, deliveries
/// or the machine has to be thought of before it is opened.
const NEEDS: &[(&str, &str, Need)] = &[
    ("GET", "/", Need::Nothing),
    ("GET", "/healthz", Need::Nothing),
    ("GET", "/readyz", Need::Nothing),
    ("GET", "/errors/{code}", Need::Nothing),
    ("GET", "/api/v1/openapi.json", Need::Nothing),
    // Pages for citizens: what is open to visitors, and one's own grants, which ask for a login themselves.
    ("GET", "/open", Need::Nothing),
    ("GET", "/open/boards", Need::Nothing),
    ("GET", "/open/boards/{board}", Need::Nothing),
    ("GET", "/open/{id}", Need::Nothing),
    ("GET", "/open/{id}/{form}", Need::Nothing),
    ("GET", "/mine", Need::Nothing),
    ("POST", "/mine", Need::Nothing),
    ("GET", "/mine/files", Need::Nothing),
    ("POST", "/mine/end", Need::Nothing),
    ("POST", "/mine/openid", Need::Nothing),
    ("POST", "/mine/code", Need::Nothing),
    ("GET", "/mine/arrived", Need::Nothing),
    ("GET", "/mine/grants/{id}", Need::Nothing),
    ("POST", "/mine/grants/{id}", Need::Nothing),
    ("GET", "/api/v1/clock", Need::Nothing),
    ("GET", "/api/v1/areas", Need::Account),
    // Who somebody is.
    ("GET", "/api/v1/session", Need::Nothing),
    ("POST", "/api/v1/session", Need::Nothing),
    ("POST", "/api/v1/claim", Need::Nothing),
    ("POST", "/api/v1/invitations", Need::Nothing),
    ("POST", "/api/v1/invitations/look", Need::Nothing),
    ("POST", "/api/v1/account/expired-password", Need::Nothing),
    ("POST", "/api/v1/session/openid", Need::Nothing),
    ("GET", "/api/v1/session/openid/callback", Need::Nothing),
    ("POST", "/api/v1/session/openid/code", Need::Nothing),
    ("GET", "/api/v1/session/openid/end", Need::Nothing),
    ("PATCH", "/api/v1/session", Need::Session),
    ("DELETE", "/api/v1/session", Need::Session),
    ("PUT", "/api/v1/account/password", Need::Session),
    ("POST", "/api/v1/account/second-factor", Need::Session),
    ("PUT", "/api/v1/account/second-factor", Need::Session),
    (
        "POST",
        "/api/v1/account/second-factor/removal",
        Need::Session,
    ),
    ("GET", "/api/v1/account/sessions", Need::Session),
    ("DELETE", "/api/v1/account/sessions/{id}", Need::Session),
    ("GET", "/api/v1/account/identities", Need::Session),
    ("POST", "/api/v1/account/identities", Need::Session),
    ("POST", "/api/v1/account/identities/proved", Need::Session),
    ("DELETE", "/api/v1/account/identities/proved", Need::Session),
    ("DELETE", "/api/v1/account/identities/{id}", Need::Session),
    ("GET", "/api/v1/account/tokens", Need::Session),
    ("POST", "/api/v1/account/tokens", Need::Session),
    ("DELETE", "/api/v1/account/tokens/{id}", Need::Session),
    ("GET", "/api/v1/account/sights", Need::Account),
    // What belongs to the one who asks.
    ("GET", "/api/v1/drafts", Need::Session),
    ("GET", "/api/v1/drafts/{key}", Need::Session),
    ("PUT", "/api/v1/drafts/{key}", Need::Session),
    ("DELETE", "/api/v1/drafts/{key}", Need::Session),
    // Administration.
    ("GET", "/api/v1/accounts", ACCOUNTS),
    ("POST", "/api/v1/accounts", ACCOUNTS),
    ("POST", "/api/v1/accounts/import", ACCOUNTS),
    ("GET", "/api/v1/accounts/{id}", ACCOUNTS),
    ("PATCH", "/api/v1/accounts/{id}", ACCOUNTS),
    ("POST", "/api/v1/accounts/{id}/invitation", ACCOUNTS),
    ("POST", "/api/v1/accounts/{id}/reset", ACCOUNTS),
    ("DELETE", "/api/v1/accounts/{id}/sessions", ACCOUNTS),
    ("DELETE", "/api/v1/accounts/{id}/second-factor", ACCOUNTS),
    ("DELETE", "/api/v1/accounts/{id}/lock", ACCOUNTS),
    ("GET", "/api/v1/accounts/{id}/identities", ACCOUNTS),
    ("POST", "/api/v1/accounts/{id}/identities", ACCOUNTS),
    (
        "DELETE",
        "/api/v1/accounts/{id}/identities/{identity}",
        ACCOUNTS,
    ),
    ("GET", "/api/v1/accounts/{id}/tokens", ACCOUNTS),
    ("POST", "/api/v1/accounts/{id}/tokens", ACCOUNTS),
    ("DELETE", "/api/v1/accounts/{id}/tokens/{token}", ACCOUNTS),
    ("GET", "/api/v1/roles", Need::Account),
    ("GET", "/api/v1/grants", POLICIES),
    ("POST", "/api/v1/grants", POLICIES),
    ("GET", "/api/v1/grants/{id}", POLICIES),
    ("POST", "/api/v1/grants/{id}/revocation", POLICIES),
    ("GET", "/api/v1/negative-list", POLICIES),
    ("POST", "/api/v1/negative-list", POLICIES),
    ("POST", "/api/v1/negative-list/{id}/removal", POLICIES),
    (
        "GET",
        "/api/v1/policies",
        Need::InCity(&[Action::ManagePolicies, Action::Audit]),
    ),
    (
        "GET",
        "/api/v1/policies/schema",
        Need::InCity(&[Action::ManagePolicies, Action::Audit]),
    ),
    (
        "POST",
        "/api/v1/policies/preview",
        Need::InCity(&[
            Action::ManagePolicies,
            Action::ManageAccounts,
            Action::Operate,
        ]),
    ),
    ("GET", "/api/v1/accounts/{id}/sights", POLICIES),
    (
        "GET",
        "/api/v1/names",
        Need::InCity(&[Action::ManagePolicies, Action::Audit]),
    ),
    ("GET", "/api/v1/access-events", AUDIT),
    // Rows, as far as rights show them.
    ("GET", "/api/v1/datasets", Need::Account),
    ("GET", "/api/v1/datasets/{id}", Need::Account),
    ("POST", "/api/v1/query", Need::Account),
    ("POST", "/api/v1/query/explain", Need::Account),
    // The actions of CKAN look at themselves which of them may be done.
    ("GET", "/api/3", Need::Nothing),
    ("GET", "/api/3/action/{action}", Need::Account),
    ("POST", "/api/3/action/{action}", Need::Account),
    ("GET", "/api/action/{action}", Need::Account),
    ("POST", "/api/action/{action}", Need::Account),
    ("GET", "/datastore/dump/{resource}", Need::Account),
    // Receipts of what left as a file: one's own.
    ("GET", "/api/v1/exports", Need::Account),
    ("GET", "/api/v1/exports/{id}", Need::Account),
    // Delta Sharing. The address of a file is signed, and is what its reader shows.
    ("GET", "/delta-sharing/shares", Need::Account),
    ("GET", "/delta-sharing/shares/{share}", Need::Account),
    (
        "GET",
        "/delta-sharing/shares/{share}/schemas",
        Need::Account,
    ),
    (
        "GET",
        "/delta-sharing/shares/{share}/schemas/{schema}/tables",
        Need::Account,
    ),
    (
        "GET",
        "/delta-sharing/shares/{share}/all-tables",
        Need::Account,
    ),
    (
        "GET",
        "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}",
        Need::Account,
    ),
    (
        "GET",
        "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}/version",
        Need::Account,
    ),
    (
        "GET",
        "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}/metadata",
        Need::Account,
    ),
    (
        "POST",
        "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}/query",
        Need::Account,
    ),
    (
        "GET",
        "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}/changes",
        Need::Account,
    ),
    ("GET", "/delta-sharing/files/{file}", Need::Nothing),
    // Numbers of metrics as far as rights show what they are made of, and counts of the program for whoever operates it.
    ("GET", "/metrics", Need::Account),
    // What is said of data, and not what is in it.
    ("GET", "/api/v1/ledger/entries", BROWSE),
    ("GET", "/api/v1/ledger/rollup", BROWSE),
    ("GET", "/api/v1/ledger/suggest", BROWSE),
    ("GET", "/dcat/catalog", BROWSE),
    ("GET", "/dcat/catalog.jsonld", BROWSE),
    ("GET", "/dcat/catalog.ttl", BROWSE),
    ("GET", "/dcat/dataset/{id}", BROWSE),
    ("GET", "/api/v1/metrics", BROWSE),
    ("GET", "/api/v1/metrics/{id}", BROWSE),
    ("POST", "/api/v1/metrics/ask", BROWSE),
    ("GET", "/api/v1/boards", BROWSE),
    ("GET", "/api/v1/boards/{id}", BROWSE),
    ("GET", "/api/v1/boards/{id}/changes", BROWSE),
    ("GET", "/api/v1/metrics/{id}/history", BROWSE),
    ("GET", "/api/v1/metrics/{id}/notes", BROWSE),
    ("POST", "/api/v1/metrics/{id}/notes", EDIT_PLAN),
    ("DELETE", "/api/v1/metrics/{id}/notes/{note}", EDIT_PLAN),
    ("GET", "/api/v1/alerts", BROWSE),
    ("POST", "/api/v1/metrics/{id}/trail", BROWSE),
    ("POST", "/api/v1/trail", Need::Account),
    ("POST", "/api/v1/trail/onward", Need::Account),
    ("GET", "/api/v1/ledger/entries/{id}", BROWSE),
    ("GET", "/api/v1/ledger/entries/{id}/history", BROWSE),
    ("GET", "/api/v1/ledger/export", BROWSE),
    ("GET", "/api/v1/ledger/indicators", BROWSE),
    ("GET", "/api/v1/ledger/indicators/{set}", BROWSE),
    ("POST", "/api/v1/ledger/entries", KEEP_LEDGER),
    ("POST", "/api/v1/ledger/import", KEEP_LEDGER),
    ("PATCH", "/api/v1/ledger/entries/{id}", Need::Account),
    (
        "POST",
        "/api/v1/ledger/entries/{id}/transitions",
        KEEP_LEDGER,
    ),
    ("GET", "/api/v1/lineage", BROWSE),
    ("GET", "/api/v1/lineage/impact", BROWSE),
    ("GET", "/api/v1/lineage/events", OPERATE),
    ("GET", "/api/v1/packs", BROWSE),
    ("GET", "/api/v1/pages", BROWSE),
    ("GET", "/api/v1/pages/{id}", BROWSE),
    ("GET", "/api/v1/models", BROWSE),
    ("GET", "/api/v1/models/{id}", BROWSE),
    ("GET", "/api/v1/models/{id}/explain", BROWSE),
    ("GET", "/api/v1/models/{id}/runs", BROWSE),
    ("GET", "/api/v1/models/{id}/runs/{run}", HANDLE),
    // Deliveries, and what became of them.
    ("GET", "/api/v1/batches", HANDLE),
    ("POST", "/api/v1/batches", DELIVER),
    ("POST", "/api/v1/deliveries/preview", DELIVER),
    ("GET", "/api/v1/batches/{id}", HANDLE),
    ("GET", "/api/v1/batches/{id}/raw", HANDLE),
    ("POST", "/api/v1/batches/{id}/cancel", HANDLE),
    ("POST", "/api/v1/batches/{id}/undo", KEEP),
    ("GET", "/api/v1/batches/{id}/quarantine", HANDLE),
    ("GET", "/api/v1/batches/{id}/quarantine.xlsx", HANDLE),
    ("POST", "/api/v1/batches/{id}/quarantine.xlsx", KEEP),
    ("POST", "/api/v1/batches/{id}/quarantine/drop", KEEP),
    ("POST", "/api/v1/batches/{id}/quarantine/release", KEEP),
    (
        "POST",
        "/api/v1/batches/{id}/quarantine/{row}/correct",
        KEEP,
    ),
    ("POST", "/api/v1/datasets/{id}/rows", DELIVER),
    ("GET", "/api/v1/datasets/{id}/versions", HANDLE),
    ("POST", "/api/v1/datasets/{id}/restore", KEEP),
    ("GET", "/api/v1/sources", HANDLE),
    ("POST", "/api/v1/sources/{id}/run", KEEP),
    ("GET", "/api/v1/notices", HANDLE),
    // Stewards have their own made; whoever operates the system has all made, and looks at no row.
    ("POST", "/api/v1/models/run", KEEP),
    ("POST", "/api/v1/models/{id}/run", KEEP),
    // Classification: lists are cut to what somebody stewards, and lowerings are for those too who look after rights.
    ("GET", "/api/v1/classification", KEEP),
    ("GET", "/api/v1/classification/suggestions", KEEP),
    ("GET", "/api/v1/classification/lowerings", KEEP),
    ("GET", "/api/v1/classification/{dataset}/{field}", KEEP),
    ("PUT", "/api/v1/classification/{dataset}/{field}", KEEP),
    ("POST", "/api/v1/classification/decisions", KEEP),
    ("POST", "/api/v1/classification/renewal", KEEP),
    ("GET", "/api/v1/forms", HANDLE),
    ("GET", "/api/v1/forms/{id}", HANDLE),
    ("GET", "/api/v1/forms/{id}/standing", HANDLE),
    ("GET", "/api/v1/forms/{id}/reports", HANDLE),
    ("POST", "/api/v1/forms/{id}/reports", DELIVER),
    ("GET", "/api/v1/forms/{id}/reports/{batch}", HANDLE),
    ("POST", "/api/v1/forms/{id}/evidence", DELIVER),
    ("GET", "/api/v1/forms/{id}/evidence/{hash}", HANDLE),
    // The plan.
    ("GET", "/api/v1/plans", BROWSE),
    ("POST", "/api/v1/plans", EDIT_PLAN),
    ("POST", "/api/v1/plans/read", EDIT_PLAN),
    ("GET", "/api/v1/plans/{id}", BROWSE),
    ("POST", "/api/v1/plans/{id}/approval", EDIT_PLAN),
    ("GET", "/api/v1/plans/{id}/baselines", BROWSE),
    ("POST", "/api/v1/plans/{id}/bindings/proposal", EDIT_PLAN),
    ("GET", "/api/v1/plans/{id}/changes", BROWSE),
    ("POST", "/api/v1/plans/{id}/changes", EDIT_PLAN),
    (
        "POST",
        "/api/v1/plans/{id}/changes/{number}/decision",
        EDIT_PLAN,
    ),
    ("POST", "/api/v1/plans/{id}/closing", EDIT_PLAN),
    ("GET", "/api/v1/plans/{id}/difference", BROWSE),
    ("POST", "/api/v1/plans/{id}/documents", REPORT_PLAN),
    ("GET", "/api/v1/plans/{id}/documents/{hash}", BROWSE),
    ("POST", "/api/v1/plans/{id}/edits", EDIT_PLAN),
    ("GET", "/api/v1/plans/{id}/evidence", BROWSE),
    ("POST", "/api/v1/plans/{id}/evidence", REPORT_PLAN),
    (
        "POST",
        "/api/v1/plans/{id}/evidence/{number}/decision",
        EDIT_PLAN,
    ),
    ("GET", "/api/v1/plans/{id}/forecasts", BROWSE),
    ("GET", "/api/v1/plans/{id}/history", BROWSE),
    ("GET", "/api/v1/plans/{id}/late", BROWSE),
    ("GET", "/api/v1/plans/{id}/next", BROWSE),
    ("POST", "/api/v1/plans/{id}/nodes/{node}/steps", REPORT_PLAN),
    ("GET", "/api/v1/plans/{id}/papers/{kind}", BROWSE),
    ("POST", "/api/v1/plans/{id}/review", EDIT_PLAN),
    ("GET", "/api/v1/plans/{id}/sentences", BROWSE),
    ("GET", "/api/v1/plans/{id}/targets/{number}", BROWSE),
    (
        "PUT",
        "/api/v1/plans/{id}/targets/{number}/binding",
        EDIT_PLAN,
    ),
    ("GET", "/api/v1/plans/{id}/tasks", BROWSE),
    ("POST", "/api/v1/plans/{id}/tasks/proposal", EDIT_PLAN),
    (
        "POST",
        "/api/v1/plans/{id}/tasks/{task}/counties",
        EDIT_PLAN,
    ),
    ("GET", "/api/v1/plans/{id}/text", BROWSE),
    // What keeps the program running.
    ("GET", "/api/v1/packs/change", OPERATE),
    ("POST", "/api/v1/packs/change/apply", OPERATE),
    ("POST", "/api/v1/packs/change/cancel", OPERATE),
    ("GET", "/api/v1/packs/history", OPERATE),
    ("GET", "/api/v1/packs/history/{id}/rollback", OPERATE),
    ("POST", "/api/v1/packs/history/{id}/rollback", OPERATE),
];

/// Routes that are posted to and change nothing.
pub(crate) const ASKS: &[&str] = &[
    "/api/v1/query",
    "/api/v1/query/explain",
    "/api/v1/policies/preview",
    "/api/v1/metrics/ask",
    "/api/v1/metrics/{id}/trail",
    "/api/v1/trail",
    "/api/v1/trail/onward",
    "/api/v1/plans/read",
    // Those look at the scope themselves.
    "/api/3/action/{action}",
    "/api/action/{action}",
    "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}/query",
];

/// What a route needs. Asking for the head of an answer is asking for the answer.
pub(crate) fn need(method: &Method, route: &str) -> Need {
    let method = if method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    NEEDS
        .iter()
        .find(|(known, path, _)| *known == method && *path == route)
        .map_or(Need::Local, |(_, _, need)| *need)
}

/// Whether a route is about accounts and rights.
pub(crate) fn is_of_access(route: &str) -> bool {
    const ROOTS: [&str; 7] = [
        "session",
        "claim",
        "invitations",
        "account",
        "accounts",
        "grants",
        "negative-list",
    ];
    let rest = route.strip_prefix("/api/v1/").unwrap_or_default();
    route.starts_with("/mine") || ROOTS.contains(&rest.split('/').next().unwrap_or_default())
}

/// The routes that are named, for the test that each is there.
#[cfg(test)]
pub(crate) fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    NEEDS.iter().map(|(method, path, _)| (*method, *path))
}
