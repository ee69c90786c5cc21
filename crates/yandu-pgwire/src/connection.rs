//! A connection from its first byte until its client is known.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use pgwire::messages::response::ReadyForQuery;
use pgwire::messages::response::TransactionStatus;
use pgwire::messages::startup::{
    Authentication, BackendKeyData, NegotiateProtocolVersion, ParameterStatus, Startup,
};
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};
use yandu_access::{Login, Place, Standing};
use yandu_lake::Principal;

use crate::codec::{Codec, Stage};
use crate::conversation::Conversation;
use crate::ends::Ends;
use crate::fault::{Fault, Result};
use crate::listen::Shared;
use crate::scram::{Exchange, MECHANISM, Malformed};
use crate::settings::Settings;
use crate::socket::{Socket, Stream, framed, lost};

/// Requests for encryption: a length of eight bytes, and a number that is no version.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
const GSS_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30];
/// The first byte of a client that begins with TLS.
const TLS_RECORD: u8 = 0x16;
/// How often a client may ask for encryption of one kind or the other.
const REQUESTS: usize = 3;
/// The newest version of the protocol: 3.0.
const NEWEST: i32 = 3 << 16;
/// How often it is looked whether a slow client has sent the first bytes.
const LOOK: Duration = Duration::from_millis(10);

/// Serves a client until it goes. The place is that of a client that is not known.
pub(crate) async fn serve(
    mut stream: TcpStream,
    address: SocketAddr,
    place: Place,
    shared: Shared,
) {
    // An answer is several small writes; held back for an acknowledgement, each could cost 40 ms.
    let _ = stream.set_nodelay(true);
    let until = Instant::now() + shared.options.startup;
    let negotiated = timeout_at(until, negotiate(&mut stream, &shared));
    let Some(Ok(Ok(wants_tls))) = unless_stopping(&shared, negotiated).await else {
        return;
    };
    if !wants_tls {
        let must = must_be_encrypted(shared.options.tls.is_some(), address.ip());
        return Box::pin(greet(stream, address, until, must, place, shared)).await;
    }
    let Some(acceptor) = shared.options.tls.clone() else {
        return;
    };
    let accepted = timeout_at(until, acceptor.accept(stream));
    match unless_stopping(&shared, accepted).await {
        Some(Ok(Ok(stream))) => {
            Box::pin(greet(stream, address, until, false, place, shared)).await;
        }
        Some(Ok(Err(error))) => tracing::debug!(
            client.address = %address,
            error = &error as &dyn std::error::Error,
            "a client could not agree on encryption"
        ),
        Some(Err(_)) | None => {}
    }
}

/// Waits for something of a client that is not known, unless the server stops.
async fn unless_stopping<T>(shared: &Shared, work: impl Future<Output = T>) -> Option<T> {
    let mut stopping = shared.stopping.clone();
    tokio::select! {
        // An error means that the server is gone.
        _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
        done = work => Some(done),
    }
}

/// Answers requests for encryption; whether the client goes on encrypted.
async fn negotiate(stream: &mut TcpStream, shared: &Shared) -> std::io::Result<bool> {
    for _ in 0..REQUESTS {
        let mut head = [0; 8];
        loop {
            let seen = stream.peek(&mut head).await?;
            if seen > 0 && head[0] == TLS_RECORD {
                return Ok(true);
            }
            if seen == head.len() {
                break;
            }
            if seen == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            tokio::time::sleep(LOOK).await;
        }
        if head != TLS_REQUEST && head != GSS_REQUEST {
            return Ok(false);
        }
        stream.read_exact(&mut head).await?;
        let is_accepted = head == TLS_REQUEST && shared.options.tls.is_some();
        stream
            .write_all(if is_accepted { b"S" } else { b"N" })
            .await?;
        if is_accepted {
            return Ok(true);
        }
    }
    Err(std::io::ErrorKind::InvalidData.into())
}

/// Whether somebody who does not ask for encryption is not let in: where there is a certificate, lines to other machines are encrypted.
fn must_be_encrypted(has_certificate: bool, from: IpAddr) -> bool {
    has_certificate && !from.to_canonical().is_loopback()
}

/// Finds out who it is, and talks. `is_too_plain` says that the line would have to be encrypted and is not.
async fn greet<S: Stream>(
    stream: S,
    address: SocketAddr,
    until: Instant,
    is_too_plain: bool,
    place: Place,
    shared: Shared,
) {
    let mut socket = framed(stream, Codec::new());
    let met = timeout_at(until, meet(&mut socket, &shared, address, is_too_plain));
    let Some(met) = unless_stopping(&shared, met).await else {
        return;
    };
    let fault = match met {
        Ok(Ok(Some(met))) => {
            drop(place);
            return talk(socket, met, shared).await;
        }
        Ok(Ok(None)) => return,
        Ok(Err(fault)) => fault.fatal(),
        Err(_) => Fault::new("57014", "the login took too long").fatal(),
    };
    tracing::debug!(
        client.address = %address,
        sqlstate = fault.state,
        "a client was not let in"
    );
    let last = PgWireBackendMessage::ErrorResponse(fault.response());
    // Who is gone is not told.
    let _ = timeout_at(until + shared.options.startup, socket.send(last)).await;
    let _ = timeout_at(until + shared.options.startup, socket.close()).await;
}

/// A client that is let in.
struct Met {
    login: Login,
    settings: Settings,
    /// Its place among the connections that there may be.
    permit: OwnedSemaphorePermit,
}

/// Takes the startup and the proof; none where somebody only wanted something stopped.
async fn meet<S: Stream>(
    socket: &mut Socket<S>,
    shared: &Shared,
    address: SocketAddr,
    is_too_plain: bool,
) -> Result<Option<Met>> {
    let startup = match next(socket).await? {
        // As PostgreSQL says it to whom no rule of its `pg_hba.conf` lets in.
        PgWireFrontendMessage::Startup(_) if is_too_plain => {
            return Err(Fault::new(
                "28000",
                "connections from other machines are encrypted here, and this one is not",
            )
            .hint("connect with `sslmode=verify-full`, or `sslmode=require` where the client cannot check the certificate"));
        }
        PgWireFrontendMessage::Startup(startup) => startup,
        // Clients ask for this without encryption, with a key that only they know.
        PgWireFrontendMessage::CancelRequest(request) => {
            shared.cancels.cancel(request.pid, &request.secret_key);
            return Ok(None);
        }
        _ => return Err(Fault::protocol("a connection begins with a startup")),
    };
    socket.codec_mut().stage = Stage::Login;
    agree(socket, &startup).await?;
    let user = startup.parameters.get("user").cloned().unwrap_or_default();
    let login = prove(socket, shared, &user, address).await?;
    // Whoever is not known takes no place of those who are.
    let permit = shared.places.clone().try_acquire_owned();
    let permit = permit.map_err(|_| {
        Fault::new("53300", "there are too many connections")
            .hint("close some, or raise `pg_connections`")
    })?;
    // Whether the token may be used at all is told to whoever has its secret.
    reader(shared.city.programs().standing(&login).await?)?;
    let mut settings = Settings::new(&user);
    settings.take(&parameters(&startup));
    socket.codec_mut().stage = Stage::Questions;
    Ok(Some(Met {
        login,
        settings,
        permit,
    }))
}

fn parameters(startup: &Startup) -> BTreeMap<String, String> {
    startup.parameters.clone()
}

/// Says which version is spoken, and which wishes of the protocol are not known, where that is not what was asked for.
async fn agree<S: Stream>(socket: &mut Socket<S>, startup: &Startup) -> Result<()> {
    let names = startup.parameters.keys();
    let unknown: Vec<String> = names
        .filter(|name| name.starts_with("_pq_."))
        .cloned()
        .collect();
    if startup.protocol_number_minor == 0 && unknown.is_empty() {
        return Ok(());
    }
    let agreed = NegotiateProtocolVersion::new(NEWEST, unknown);
    let agreed = PgWireBackendMessage::NegotiateProtocolVersion(agreed);
    socket.feed(agreed).await.map_err(lost)
}

/// Lets a client prove the secret of a name.
async fn prove<S: Stream>(
    socket: &mut Socket<S>,
    shared: &Shared,
    user: &str,
    address: SocketAddr,
) -> Result<Login> {
    let refused = || {
        Fault::new("28P01", "the name or the secret is wrong")
            .hint("log in with the name and the secret of a token; both are shown when it is made in your account")
    };
    let malformed = |Malformed(what)| Fault::protocol(what);
    let offer = Authentication::SASL(vec![MECHANISM.to_owned()]);
    send(socket, offer).await?;
    let PgWireFrontendMessage::PasswordMessageFamily(message) = next(socket).await? else {
        return Err(Fault::protocol("a proof was expected"));
    };
    let message = message.into_sasl_initial_response();
    let message = message.map_err(|_| Fault::protocol("a proof was expected"))?;
    if message.auth_method != MECHANISM {
        return Err(Fault::new("28000", format!("only {MECHANISM} is taken")));
    }
    let (verifier, login) = shared
        .city
        .programs()
        .verifier(user, address.ip().is_loopback())
        .await?;
    let exchange = Exchange::begin(verifier, message.data.as_deref().unwrap_or_default());
    let exchange = exchange.map_err(malformed)?;
    let answer = exchange.answer().to_owned().into_bytes();
    send(socket, Authentication::SASLContinue(answer.into())).await?;
    let PgWireFrontendMessage::PasswordMessageFamily(message) = next(socket).await? else {
        return Err(Fault::protocol("a proof was expected"));
    };
    let message = message.into_sasl_response();
    let message = message.map_err(|_| Fault::protocol("a proof was expected"))?;
    let signature = exchange.end(&message.data).map_err(malformed)?;
    let (Some(signature), Some(login)) = (signature, login) else {
        return Err(refused());
    };
    if let Standing::Ended = shared.city.programs().standing(&login).await? {
        return Err(refused());
    }
    let last = Authentication::SASLFinal(signature.into_bytes().into());
    socket
        .feed(PgWireBackendMessage::Authentication(last))
        .await
        .map_err(lost)?;
    Ok(login)
}

/// Tells a client that it is let in, and talks until it goes.
async fn talk<S: Stream>(mut socket: Socket<S>, met: Met, shared: Shared) {
    let seat = shared.cancels.seat();
    let mut greeting = vec![PgWireBackendMessage::Authentication(Authentication::Ok)];
    let settings = met.settings.reported().into_iter();
    greeting.extend(settings.map(|(name, value)| {
        PgWireBackendMessage::ParameterStatus(ParameterStatus::new(name, value))
    }));
    let key = BackendKeyData::new(seat.number, seat.key.clone());
    greeting.push(PgWireBackendMessage::BackendKeyData(key));
    let ready = ReadyForQuery::new(TransactionStatus::Idle);
    greeting.push(PgWireBackendMessage::ReadyForQuery(ready));
    for message in greeting {
        if socket.feed(message).await.is_err() {
            return;
        }
    }
    if socket.flush().await.is_err() {
        return;
    }
    let Met {
        login,
        settings,
        permit,
    } = met;
    let ends = Ends::new(
        &shared.city,
        login.clone(),
        seat.line.clone(),
        shared.stopping.clone(),
    );
    let (city, options) = (shared.city, shared.options);
    Conversation::new(socket, city, login, options, settings, ends)
        .run()
        .await;
    drop((seat, permit));
}

async fn next<S: Stream>(socket: &mut Socket<S>) -> Result<PgWireFrontendMessage> {
    match socket.next().await {
        Some(Ok(message)) => Ok(message),
        Some(Err(error)) => Err(Fault::protocol(error.to_string())),
        None => Err(Fault::new("08006", "the connection is gone")),
    }
}

async fn send<S: Stream>(socket: &mut Socket<S>, message: Authentication) -> Result<()> {
    let message = PgWireBackendMessage::Authentication(message);
    socket.send(message).await.map_err(lost)
}

/// Who reads, as a login stands.
pub(crate) fn reader(standing: Standing) -> Result<Principal> {
    match standing {
        Standing::Reads(principal) => Ok(principal),
        Standing::ReadsNothing => Err(Fault::new("42501", "the token is not for this")
            .hint("make one with the scope `read`")
            .fatal()),
        Standing::Ended => Err(Fault::ended()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_let_in_plain_where_there_is_a_certificate() {
        let must = |has_certificate, from: &str| {
            let from = from.parse().unwrap();
            must_be_encrypted(has_certificate, from)
        };
        for here in ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(!must(true, here), "{here}");
        }
        for beyond in [
            "192.0.2.7",
            "10.0.0.1",
            "fd00::7",
            "::ffff:192.0.2.7",
            "0.0.0.0",
        ] {
            assert!(must(true, beyond), "{beyond}");
            assert!(!must(false, beyond), "{beyond}");
        }
    }
}
