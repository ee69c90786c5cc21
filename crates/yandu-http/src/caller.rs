use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use yandu_lake::Principal;

/// Who asks. Until there are accounts everybody who reaches the server is the local administrator; the guard lets
/// only this machine reach it.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Principal);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Principal::local_administrator()))
    }
}
