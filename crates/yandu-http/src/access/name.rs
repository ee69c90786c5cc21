//! What accounts are called, for whoever grants and whoever audits: they choose and read people by their names. Nothing else of an
//! account is told here.

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Account, AccountId, Filter, Status};

use crate::Result;
use crate::extract::Query;
use crate::problem::Problem;
use crate::state::State;

/// Accounts that a search finds at most.
const FOUND: u32 = 20;
/// Accounts that may be asked for by their ids at once.
const NAMED: usize = 200;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list_names))
}

/// What an account is called.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountName {
    #[schema(example = "wang")]
    pub id: String,
    pub name: String,
    /// `person`, `service` or `organisation`.
    pub kind: String,
    pub department: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountNames {
    pub names: Vec<AccountName>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// A part of the id or of the name; at most 20 accounts are found, and none that is disabled.
    q: Option<String>,
    /// These accounts, with commas between their ids, 200 at most; what is no account is left out.
    #[param(example = "wang,li")]
    ids: Option<String>,
}

/// Tells what accounts are called: those that are named, or else those that a part of an id or a name finds.
#[utoipa::path(get, path = "/names", tag = "access", params(Asked), responses((status = 200, body = AccountNames), Problem))]
async fn list_names(
    Shared(state): Shared<State>,
    Query(asked): Query<Asked>,
) -> Result<Json<AccountNames>> {
    let accounts = state.door().accounts();
    let found = match (&asked.ids, asked.q) {
        (Some(ids), _) => accounts_of(&state, named(ids)?).await?,
        (None, text) => {
            let mut found = Vec::new();
            for status in [Status::Active, Status::Invited] {
                let filter = Filter {
                    text: text.clone(),
                    status: Some(status),
                    ..Filter::default()
                };
                found.extend(accounts.list(&filter, None, FOUND).await?);
            }
            found.sort_by(|one, other| one.id.cmp(&other.id));
            found.truncate(FOUND as usize);
            found
        }
    };
    Ok(Json(AccountNames {
        names: found.into_iter().map(AccountName::from).collect(),
    }))
}

/// The accounts of ids; what is no account is left out.
pub(crate) async fn accounts_of(state: &State, ids: Vec<AccountId>) -> Result<Vec<Account>> {
    let accounts = state.door().accounts();
    let mut found = Vec::new();
    for id in ids {
        match accounts.find(&id).await {
            Ok(account) => found.push(account),
            Err(yandu_access::Error::NoAccount(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// The ids that are written so that they can be those of accounts.
fn named(ids: &str) -> Result<Vec<AccountId>> {
    let named: Vec<AccountId> = ids
        .split(',')
        .filter_map(|id| id.trim().parse().ok())
        .collect();
    if named.len() > NAMED {
        return Err(Problem::new(
            "invalid-parameter",
            format!(
                "`ids` names {} accounts: at most {NAMED} at once",
                named.len()
            ),
        ));
    }
    Ok(named)
}

impl From<Account> for AccountName {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name,
            kind: account.kind.name().to_owned(),
            department: account.department,
        }
    }
}
