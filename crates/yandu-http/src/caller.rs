use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use yandu_lake::Principal;
use yandu_policy::Way;

use crate::Result;
use crate::access::Asker;
use crate::problem::Problem;
use crate::state::State;

/// Who asks, as a reader of the lake on a page.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Principal);

impl FromRequestParts<State> for Caller {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Box<Problem>> {
        let asker = Asker::from_request_parts(parts, state).await?;
        Ok(Self(asker.reader(state, Way::Page)))
    }
}
