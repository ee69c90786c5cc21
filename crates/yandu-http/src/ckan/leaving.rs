//! What leaves through an action: its answer is written down like any other.

use serde_json::Value;
use yandu_access::FileForm;
use yandu_policy::Way;

use super::Context;
use super::refusal::Outcome;
use crate::export::{Leaving, Left, Taken};

/// What an action gives back.
pub(super) struct Done {
    pub(super) result: Value,
    /// None where no rows leave, and where they are a page for a person.
    pub(super) left: Option<Left>,
}

impl From<Value> for Done {
    fn from(result: Value) -> Self {
        Self { result, left: None }
    }
}

/// Sees to the receipt of rows that were asked for by this SQL, before they leave.
pub(super) async fn leave(
    context: &Context,
    sql: &str,
    taken: &Taken<'_>,
) -> Outcome<Option<Left>> {
    let leaving = Leaving {
        asker: &context.asker,
        principal: &context.principal,
        way: Way::Interface,
        form: FileForm::Json,
        sql,
    };
    Ok(leaving.take(&context.state, taken).await?)
}
