//! Who is let in, and to what.

mod granted;

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::accounts::{PASSWORD, Somebody};
use super::city::{City, request};
use crate::access;

#[tokio::test]
async fn until_somebody_administers_the_city_everybody_here_does() {
    let city = City::found().await;
    let who = city.get("/api/v1/session").await.json();
    assert_eq!(
        (who["kind"].as_str(), who["is_claimed"].as_bool()),
        (Some("local"), Some(false))
    );
    assert_eq!(city.get("/api/v1/batches").await.status, StatusCode::OK);
    let wrong = json!({"link": "yi_x", "account": "root", "name": "a", "password": PASSWORD});
    let answer = city.post("/api/v1/claim", &wrong.to_string()).await;
    assert_eq!(answer.json()["code"], "account-link");
    let (city, root) = City::claimed().await;
    let who = city.get("/api/v1/session").await.json();
    assert_eq!(
        (who["kind"].as_str(), who["is_claimed"].as_bool()),
        (Some("visitor"), Some(true))
    );
    let who = city
        .ok(&root, Method::GET, "/api/v1/session", &Value::Null)
        .await;
    assert_eq!(who["account"]["id"], "root");
    assert_eq!(
        who["actions"],
        json!(["browse", "operate", "manage-accounts"])
    );
    let again = json!({"link": "yi_x", "account": "other", "name": "a", "password": PASSWORD});
    assert_eq!(
        city.refused(&root, Method::POST, "/api/v1/claim", &again)
            .await,
        "account-claimed"
    );
}

/// All routes of the document with the methods that they take, and those that stand outside of it.
fn routes(city: &City) -> Vec<(Method, String)> {
    let document: Value = serde_json::from_str(&crate::document(&city.state)).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            routes.push((method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/errors/{code}",
        "/api/v1/openapi.json",
        "/api/3",
        "/api/3/action/{action}",
        "/api/action/{action}",
        "/datastore/dump/{resource}",
        "/api/v1/session/openid/callback",
        "/api/v1/session/openid/end",
        "/open",
        "/open/{id}",
        "/open/{id}/{form}",
        "/open/boards",
        "/open/boards/{board}",
        "/mine",
        "/mine/files",
        "/mine/arrived",
        "/mine/grants/{id}",
    ] {
        routes.push((Method::GET, path.to_owned()));
    }
    for path in [
        "/api/3/action/{action}",
        "/api/action/{action}",
        "/api/v1/backups",
        "/mine",
        "/mine/end",
        "/mine/openid",
        "/mine/code",
        "/mine/grants/{id}",
    ] {
        routes.push((Method::POST, path.to_owned()));
    }
    let table = "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}";
    for path in [
        "/delta-sharing/shares",
        "/delta-sharing/shares/{share}",
        "/delta-sharing/shares/{share}/schemas",
        "/delta-sharing/shares/{share}/schemas/{schema}/tables",
        "/delta-sharing/shares/{share}/all-tables",
        table,
        &format!("{table}/version"),
        &format!("{table}/metadata"),
        &format!("{table}/changes"),
        "/delta-sharing/files/{file}",
    ] {
        routes.push((Method::GET, path.to_owned()));
    }
    routes.push((Method::POST, format!("{table}/query")));
    routes
}

fn filled(path: &str) -> String {
    let mut filled = path.to_owned();
    while let (Some(start), Some(end)) = (filled.find('{'), filled.find('}')) {
        filled.replace_range(start..=end, "x");
    }
    filled
}

#[tokio::test]
async fn every_need_is_one_of_a_route() {
    let city = City::found().await;
    let routes = routes(&city);
    for (method, path) in access::named() {
        assert!(
            routes
                .iter()
                .any(|(known, route)| known.as_str() == method && route == path),
            "{method} {path} is no route"
        );
    }
}

#[tokio::test]
async fn no_route_but_the_named_ones_answers_whoever_has_not_logged_in() {
    let (city, _) = City::claimed().await;
    let nobody = Somebody(None);
    let mut open = Vec::new();
    for (method, path) in routes(&city) {
        let answer = city
            .send(&nobody, method.clone(), &filled(&path), &Value::Null)
            .await;
        if answer.status != StatusCode::UNAUTHORIZED {
            open.push(format!("{method} {path}"));
        }
    }
    open.sort();
    assert_eq!(
        open,
        [
            "GET /",
            "GET /api/3",
            "GET /api/v1/clock",
            "GET /api/v1/openapi.json",
            "GET /api/v1/session",
            "GET /api/v1/session/openid/callback",
            "GET /api/v1/session/openid/end",
            "GET /delta-sharing/files/{file}",
            "GET /errors/{code}",
            "GET /healthz",
            "GET /mine",
            "GET /mine/arrived",
            "GET /mine/files",
            "GET /open",
            "GET /open/boards",
            "GET /open/boards/{board}",
            "GET /open/{id}",
            "GET /open/{id}/{form}",
            "GET /readyz",
            "POST /api/v1/account/expired-password",
            "POST /api/v1/claim",
            "POST /api/v1/invitations",
            "POST /api/v1/invitations/look",
            "POST /api/v1/session",
            "POST /api/v1/session/openid",
            "POST /api/v1/session/openid/code",
            "POST /mine",
            "POST /mine/code",
            "POST /mine/end",
            "POST /mine/openid",
        ]
    );
}

#[tokio::test]
async fn somebody_without_a_role_is_let_to_what_is_their_own() {
    let (city, root) = City::claimed().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let mut open = Vec::new();
    for (method, path) in routes(&city) {
        let filled = filled(&path);
        // What would end the session is tried elsewhere.
        if method == Method::DELETE && path == "/api/v1/session" {
            continue;
        }
        let answer = city
            .send(&wang, method.clone(), &filled, &Value::Null)
            .await;
        if answer.status != StatusCode::FORBIDDEN {
            open.push(path);
        }
    }
    // Lists that are cut to what somebody may handle, and routes that look at the dataset or the unit themselves.
    let of_datasets = [
        "/api/v1/batches",
        "/api/v1/deliveries/preview",
        "/api/v1/sources",
        "/api/v1/notices",
        "/api/v1/forms",
        "/api/v1/models",
        "/api/v1/datasets/",
        "/api/v1/classification",
    ];
    let may_be_open = |path: &str| {
        of_datasets.iter().any(|own| path.starts_with(own))
            || path.starts_with("/api/v1/plans")
            || path.starts_with("/api/v1/lineage")
            || path.starts_with("/api/v1/pages")
            || path == "/api/v1/packs"
            || path == "/api/v1/alerts"
            || path.starts_with("/api/3")
            || path.starts_with("/api/action/")
            || path.starts_with("/datastore/dump/")
            || path.starts_with("/api/v1/trail")
            || path.starts_with("/api/v1/account/")
            || path.starts_with("/api/v1/drafts")
            || path.starts_with("/api/v1/query")
            || path.starts_with("/api/v1/ledger/")
            || path.starts_with("/dcat/")
            || path.starts_with("/api/v1/metrics")
            || path.starts_with("/api/v1/boards")
            || path.starts_with("/api/v1/exports")
            || path.starts_with("/delta-sharing/")
            || path.starts_with("/api/v1/session/openid")
            || path.starts_with("/open")
            || path.starts_with("/mine")
            || path == "/api/v1/roles"
            || path == "/api/v1/areas"
            || path == "/api/v1/datasets"
            || path == "/api/v1/datasets/{id}"
            || [
                "/",
                "/healthz",
                "/readyz",
                "/metrics",
                "/errors/{code}",
                "/api/v1/openapi.json",
            ]
            .contains(&path)
            || [
                "/api/v1/clock",
                "/api/v1/session",
                "/api/v1/claim",
                "/api/v1/invitations",
                "/api/v1/invitations/look",
            ]
            .contains(&path)
    };
    let wrong: Vec<&String> = open.iter().filter(|path| !may_be_open(path)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for closed in [
        "/api/v1/ledger/import",
        "/api/v1/packs/change/apply",
        "/api/v1/plans/{id}/review",
        "/api/v1/plans/{id}/edits",
        "/api/v1/lineage/events",
    ] {
        assert!(!open.iter().any(|path| path == closed), "{closed}");
    }
}

#[tokio::test]
async fn a_session_ends_with_its_logout_and_with_its_account() {
    let (city, root) = City::claimed().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let tokens = "/api/v1/account/tokens";
    city.ok(&wang, Method::GET, tokens, &Value::Null).await;
    city.ok(
        &root,
        Method::PATCH,
        "/api/v1/accounts/wang",
        &json!({"disabled": true}),
    )
    .await;
    assert_eq!(
        city.refused(&wang, Method::GET, tokens, &Value::Null).await,
        "login-needed"
    );
    city.ok(
        &root,
        Method::PATCH,
        "/api/v1/accounts/wang",
        &json!({"disabled": false}),
    )
    .await;
    let wang = city.log_in("wang").await;
    city.ok(&wang, Method::DELETE, "/api/v1/session", &Value::Null)
        .await;
    assert_eq!(
        city.refused(&wang, Method::GET, tokens, &Value::Null).await,
        "login-needed"
    );
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    let (city, _) = City::claimed().await;
    let mut answers = Vec::new();
    for account in ["root", "nobody"] {
        let login = json!({"account": account, "password": "Wrong-Weather-7"});
        let answer = city.post("/api/v1/session", &login.to_string()).await;
        answers.push((answer.status, answer.text().to_owned()));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_audit_administrator_lists_what_anybody_took_away_and_others_what_they_did() {
    let (city, root) = City::claimed().await;
    let sec = city
        .somebody(&root, "sec", &["security-administrator"])
        .await;
    let audit = city
        .somebody(&root, "audit", &["audit-administrator"])
        .await;
    for id in ["wang", "li"] {
        let who = city.somebody(&root, id, &[]).await;
        let grant = json!({
            "to": {"kind": "person", "id": id}, "dataset": "club.member", "up_to": "general-1",
            "columns": ["number"], "purpose": "核对", "until": until(&city),
            "ways": ["page", "export"],
        });
        city.ok(&sec, Method::POST, "/api/v1/grants", &grant).await;
        let as_file = request(Method::POST, "/api/v1/query")
            .header(header::COOKIE, &who.0.as_ref().unwrap().1)
            .header(header::ACCEPT, "text/csv")
            .header(header::CONTENT_TYPE, "application/json");
        let asked = json!({"sql": "SELECT number FROM club.member"});
        let answer = city.ask(as_file, asked.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }
    let readers = async |who: &Somebody, asked: &str| {
        let path = format!("/api/v1/exports{asked}");
        let page = city.ok(who, Method::GET, &path, &Value::Null).await;
        let exports = page["exports"].as_array().unwrap().iter();
        let readers = exports.map(|one| one["reader"].as_str().unwrap().to_owned());
        (readers.collect::<Vec<_>>(), page["next"].clone())
    };
    assert_eq!(readers(&audit, "").await.0, ["li", "wang"]);
    assert_eq!(readers(&audit, "?reader=wang").await.0, ["wang"]);
    let (first, next) = readers(&audit, "?limit=1").await;
    let onward = format!("?limit=1&after={}", next.as_str().unwrap());
    assert_eq!(
        (first, readers(&audit, &onward).await.0),
        (vec!["li".to_owned()], vec!["wang".to_owned()])
    );
    let wang = city.log_in("wang").await;
    assert_eq!(readers(&wang, "").await.0, ["wang"]);
    let path = "/api/v1/exports?reader=li";
    let refused = city.refused(&wang, Method::GET, path, &Value::Null).await;
    assert_eq!(refused, "not-permitted");
}

#[tokio::test]
async fn a_token_does_what_its_scope_and_its_owner_may() {
    let (city, root) = City::claimed().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let token = |scope: &str| json!({"name": "脚本", "scope": [scope], "expires_at": until(&city)});
    let tokens = "/api/v1/account/tokens";
    let made = city.ok(&wang, Method::POST, tokens, &token("read")).await;
    let bearer = |made: &Value| {
        let shown = format!("Bearer {}", made["secret"].as_str().unwrap());
        Somebody(Some((header::AUTHORIZATION, shown)))
    };
    let program = bearer(&made);
    city.ok(
        &program,
        Method::GET,
        "/api/v1/ledger/entries",
        &Value::Null,
    )
    .await;
    assert_eq!(
        city.refused(&program, Method::POST, tokens, &token("read"))
            .await,
        "not-permitted"
    );
    let of_root = bearer(&city.ok(&root, Method::POST, tokens, &token("read")).await);
    assert_eq!(
        city.refused(&of_root, Method::GET, "/api/v1/accounts", &Value::Null)
            .await,
        "not-permitted"
    );
    let of_root = bearer(&city.ok(&root, Method::POST, tokens, &token("manage")).await);
    city.ok(&of_root, Method::GET, "/api/v1/accounts", &Value::Null)
        .await;
    let id = made["token"]["id"].as_str().unwrap();
    city.ok(
        &wang,
        Method::DELETE,
        &format!("{tokens}/{id}"),
        &Value::Null,
    )
    .await;
    assert_eq!(
        city.refused(
            &program,
            Method::GET,
            "/api/v1/ledger/entries",
            &Value::Null
        )
        .await,
        "login-needed"
    );
    assert_eq!(
        city.refused(
            &wang,
            Method::POST,
            tokens,
            &json!({"name": "a", "scope": ["all"], "expires_at": until(&city)})
        )
        .await,
        "invalid-token"
    );
}

#[tokio::test]
async fn whoever_can_read_the_data_folder_is_the_local_administrator() {
    let (city, _) = City::claimed().await;
    let key = &city.state.options().local_key;
    let local = Somebody(Some((header::AUTHORIZATION, format!("Bearer {key}"))));
    city.ok(&local, Method::GET, "/api/v1/batches", &Value::Null)
        .await;
    for wrong in ["", "yl_", "yt_nothing", &key[..key.len() - 1]] {
        let somebody = Somebody(Some((header::AUTHORIZATION, format!("Bearer {wrong}"))));
        assert_eq!(
            city.refused(&somebody, Method::GET, "/api/v1/batches", &Value::Null)
                .await,
            "login-needed"
        );
    }
}

#[tokio::test]
async fn a_draft_is_seen_by_the_one_who_wrote_it() {
    let (city, root) = City::claimed().await;
    let (wang, li) = (
        city.somebody(&root, "wang", &[]).await,
        city.somebody(&root, "li", &[]).await,
    );
    city.ok(
        &wang,
        Method::PUT,
        "/api/v1/drafts/query",
        &json!({"sql": "select 1"}),
    )
    .await;
    city.ok(&wang, Method::GET, "/api/v1/drafts/query", &Value::Null)
        .await;
    assert_eq!(
        city.refused(&li, Method::GET, "/api/v1/drafts/query", &Value::Null)
            .await,
        "no-draft"
    );
}

/// Some weeks from now on the clock of the records.
fn until(city: &City) -> String {
    (city.state.now() + jiff::SignedDuration::from_hours(24 * 30)).to_string()
}
