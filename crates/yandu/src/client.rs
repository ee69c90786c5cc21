//! The way of a command to the data: the router in this process, or the server that holds the data folder.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use futures::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;
use yandu_http::Problem;
use yandu_store::{DataFolder, Holder};

use crate::app::{App, is_data_folder};
use crate::config::Config;
use crate::failure::{Failure, Result};
use crate::local;

/// How often, and at what distance, a holder without an address is asked again: a server that starts has none yet, and
/// another command is often done soon.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);
/// How long a collection may go on after the one who gave the command has interrupted it.
const INTERRUPTED: Duration = Duration::ZERO;
/// How long it may go on after a command that has succeeded; there is hardly anything left.
const SETTLED: Duration = Duration::from_hours(1);

/// The end of a request line that is sent, with what goes with it.
#[derive(Debug, Default)]
pub(crate) struct Ask {
    pub(crate) accept: Option<&'static str>,
    pub(crate) body: Option<Vec<u8>>,
    /// The revision that a change is made to.
    pub(crate) revision: Option<u64>,
}

impl Ask {
    /// One with a body.
    pub(crate) fn with(body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::of(&error))?;
        Ok(Self {
            body: Some(body),
            ..Self::default()
        })
    }
}

pub(crate) struct Client {
    door: Door,
}

enum Door {
    /// This process holds the folder. What it gives out names the address under which the server would be reached.
    Here { app: Box<App>, host: String },
    /// A server holds it.
    Server {
        base: String,
        http: reqwest::Client,
        /// Shows that this process can read the folder.
        key: Option<String>,
    },
}

/// Whether a command may make the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    MayBeNew,
    MustExist,
}

/// Runs a command against the data. What it began is rolled back when it is interrupted.
pub(crate) async fn with_client<T>(
    config: &Config,
    folder: Folder,
    work: impl AsyncFnOnce(&Client) -> Result<T>,
) -> Result<T> {
    let client = Client::open(config, folder).await?;
    let result = tokio::select! {
        result = work(&client) => result,
        _ = tokio::signal::ctrl_c() => Err(client.interrupted()),
    };
    let closed = tokio::select! {
        closed = client.close(result.is_err()) => closed,
        _ = tokio::signal::ctrl_c() => Err(Failure::new("interrupted twice; the rest is rolled back at the next start")),
    };
    result.and_then(|result| closed.map(|()| result))
}

impl Client {
    async fn open(config: &Config, folder: Folder) -> Result<Self> {
        for _ in 0..TRIES {
            match DataFolder::holder(&config.data) {
                Some(Holder {
                    address: Some(address),
                    ..
                }) => return Self::server(&address, local::read(&config.data)),
                Some(Holder { address: None, .. }) => tokio::time::sleep(PAUSE).await,
                None => break,
            }
        }
        if folder == Folder::MustExist && !is_data_folder(&config.data) {
            return Err(no_folder(&config.data));
        }
        let app = App::open(config).await?;
        // Addresses in answers are those that the server will have, where that is known before it runs.
        let is_known = yandu_words::is_loopback(&config.listen) && !config.listen.ends_with(":0");
        let host = if is_known {
            config.listen.clone()
        } else {
            "localhost".to_owned()
        };
        Ok(Self {
            door: Door::Here {
                app: Box::new(app),
                host,
            },
        })
    }

    fn server(address: &str, key: Option<String>) -> Result<Self> {
        // A proxy of the environment would be asked for an address that only this machine knows.
        let http = reqwest::Client::builder().no_proxy().build();
        Ok(Self {
            door: Door::Server {
                base: format!("http://{address}"),
                http: http.map_err(|error| Failure::of(&error))?,
                key,
            },
        })
    }

    /// Where a browser of this machine finds the pages.
    pub(crate) fn site(&self) -> String {
        match &self.door {
            Door::Here { host, .. } => format!("http://{host}"),
            Door::Server { base, .. } => base.clone(),
        }
    }

    fn interrupted(&self) -> Failure {
        match self.door {
            Door::Here { .. } => Failure::new("interrupted; what was under way is rolled back"),
            Door::Server { .. } => {
                Failure::new("interrupted; the server goes on with what was asked")
            }
        }
    }

    async fn close(self, failed: bool) -> Result<()> {
        match self.door {
            Door::Here { app, .. } => {
                let grace = if failed { INTERRUPTED } else { SETTLED };
                app.settle(grace).await;
                app.close().await
            }
            Door::Server { .. } => Ok(()),
        }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let response = self.send(Method::GET, path, Ask::default()).await?;
        decode(response).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        self.decoded(Method::POST, path, Ask::with(body)?).await
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn decoded<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        ask: Ask,
    ) -> Result<T> {
        decode(self.send(method, path, ask).await?).await
    }

    /// Sends a request; an answer that is no success is the failure that it describes.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        ask: Ask,
    ) -> Result<Response<Body>> {
        let response = match &self.door {
            Door::Here { app, host } => {
                let request = here(method, path, host, &app.local_key, ask);
                let request = request.map_err(|error| Failure::of(&error))?;
                // The router answers every request, an error included.
                app.router
                    .clone()
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|never| match never {})
            }
            Door::Server { base, http, key } => {
                let mut request = http.request(method, format!("{base}{path}"));
                if let Some(key) = key {
                    request = request.bearer_auth(key);
                }
                if let Some(accept) = ask.accept {
                    request = request.header(header::ACCEPT, accept);
                }
                if let Some(revision) = ask.revision {
                    request = request.header(header::IF_MATCH, format!("\"{revision}\""));
                }
                if let Some(body) = ask.body {
                    request = request
                        .header(header::CONTENT_TYPE, "application/json")
                        .body(body);
                }
                let response = request
                    .send()
                    .await
                    .map_err(|error| unreachable(base, &error))?;
                Response::from(response).map(Body::new)
            }
        };
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = read(response.into_body()).await?;
        Err(match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => problem.into(),
            Err(_) => no_problem(status),
        })
    }
}

fn here(
    method: Method,
    path: &str,
    host: &str,
    key: &str,
    ask: Ask,
) -> axum::http::Result<Request<Body>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host)
        .header(header::AUTHORIZATION, format!("Bearer {key}"));
    if let Some(accept) = ask.accept {
        request = request.header(header::ACCEPT, accept);
    }
    if let Some(revision) = ask.revision {
        request = request.header(header::IF_MATCH, format!("\"{revision}\""));
    }
    match ask.body {
        Some(body) => request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body)),
        None => request.body(Body::empty()),
    }
}

async fn decode<T: DeserializeOwned>(response: Response<Body>) -> Result<T> {
    let body = read(response.into_body()).await?;
    serde_json::from_slice(&body).map_err(|error| {
        Failure {
            causes: vec![error.to_string()],
            ..Failure::new("the server answered in another form than this program expects")
        }
        .help("use the same version of yandu for the server and the command")
    })
}

async fn read(body: Body) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| Failure::of(&error))?);
    }
    Ok(bytes)
}

pub(crate) fn no_folder(path: &Path) -> Failure {
    let looked = std::fs::metadata(path.join("format.json"));
    if looked.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied) {
        let message = format!(
            "the data folder `{}` is closed to this user",
            path.display()
        );
        return Failure::new(message).code("data-folder").help(
            "give the command as the user whom it belongs to, such as `sudo -u yandu yandu …`",
        );
    }
    Failure::new(format!("there is no data folder `{}`", path.display()))
        .code("data-folder")
        .help("name it with `--data`; `yandu serve` and `yandu collect` make a new one")
}

fn unreachable(base: &str, error: &reqwest::Error) -> Failure {
    let failure = Failure::of(error);
    Failure {
        message: format!("the server at {base} does not answer"),
        ..failure
    }
    .help("see whether the process that holds the data folder still runs")
}

fn no_problem(status: StatusCode) -> Failure {
    Failure::new(format!("the server answered with status {status}"))
}

/// A text as a part of an address.
pub(crate) fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The query of an address, of the parameters that have a value.
pub(crate) fn query<const N: usize>(parameters: [(&str, Option<String>); N]) -> String {
    let set: Vec<String> = parameters
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encode(&value?))))
        .collect();
    if set.is_empty() {
        String::new()
    } else {
        format!("?{}", set.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn names_of_checks_fit_into_an_address() {
        let path = query([
            ("reason", Some("income >= 0 & 是".to_owned())),
            ("after", None),
        ]);
        assert_eq!(path, "?reason=income%20%3E%3D%200%20%26%20%E6%98%AF");
        assert_eq!(query([("a", None)]), "");
    }
}
