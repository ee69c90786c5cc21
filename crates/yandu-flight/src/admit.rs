//! Who asks: found out from the headers of a request, before anything of its body is read.

use std::convert::Infallible;
use std::sync::Arc;

use arrow_flight::flight_service_server::FlightServiceServer;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::{HeaderMap, Request, Response};
use tonic::body::Body;
use tonic::codegen::Service as _;
use tonic::{Code, Status};
use yandu_access::Login;

use crate::fault::{Fault, Result};
use crate::line::{Busy, Line};
use crate::service::Face;

/// The largest message of a request: a statement, or the values of one.
pub(crate) const MESSAGE_BYTES: usize = 4 << 20;

/// The encoding of RFC 7617. The driver of ADBC leaves out the signs that fill up its end, and others do not.
const BASIC: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whoever asks, for as long as the answer takes.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) login: Login,
    /// What the session was shown by, when there is one.
    pub(crate) bearer: Option<Arc<str>>,
    /// The connection does not rest meanwhile.
    pub(crate) busy: Arc<Busy>,
}

impl Caller {
    /// Who sent a request. Every request has come by [`answer`].
    pub(crate) fn of<T>(request: &tonic::Request<T>) -> Result<Self> {
        let caller = request.extensions().get::<Self>().cloned();
        caller.ok_or_else(|| Fault::new(Code::Internal, "nobody knows who asks"))
    }
}

/// Answers a request, or says that whoever asks is not known.
pub(crate) async fn answer(
    face: Face,
    line: Arc<Line>,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    match caller(&face, &line, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            let mut service =
                FlightServiceServer::new(face).max_decoding_message_size(MESSAGE_BYTES);
            service.call(request).await
        }
        Err(fault) => Ok(Status::from(fault).into_http()),
    }
}

async fn caller(face: &Face, line: &Arc<Line>, headers: &HeaderMap) -> Result<Caller> {
    let busy = Arc::new(line.busy());
    let shown = headers.get(AUTHORIZATION);
    let shown = shown.and_then(|shown| shown.to_str().ok());
    let Some((scheme, shown)) = shown.and_then(|shown| shown.split_once(' ')) else {
        return Err(Fault::unknown_client());
    };
    let (programs, is_here) = (face.city().programs(), line.is_here);
    let shown = shown.trim();
    let mut bearer = None;
    let login = if scheme.eq_ignore_ascii_case("bearer") {
        if let Some(login) = face.bearers().find(shown, is_here) {
            bearer = Some(Arc::from(shown));
            Some(login)
        } else {
            programs.by_secret(shown, is_here).await?
        }
    } else if scheme.eq_ignore_ascii_case("basic") {
        match named(shown) {
            Some((name, secret)) => programs.by_name(&name, &secret, is_here).await?,
            None => None,
        }
    } else {
        None
    };
    let login = login.ok_or_else(Fault::unknown_client)?;
    line.know()?;
    Ok(Caller {
        login,
        bearer,
        busy,
    })
}

/// The name and the secret of RFC 7617.
fn named(shown: &str) -> Option<(String, String)> {
    let text = String::from_utf8(BASIC.decode(shown).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_secret_are_read_and_nothing_else() {
        let shown = |text: &str| named(&BASIC.encode(text));
        let expected = Some(("wang_a2".to_owned(), "yt_x:y".to_owned()));
        assert_eq!(shown("wang_a2:yt_x:y"), expected);
        assert_eq!(
            named(BASIC.encode("wang_a2:yt_x:y").trim_end_matches('=')),
            expected
        );
        assert_eq!(shown("wang_a2"), None);
        assert_eq!(named("…"), None);
        assert_eq!(named(&BASIC.encode([0xff, b':'])), None);
    }
}
