use axum::serve::ListenerExt;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;
use yandu_collect::channel::Rhythm;
use yandu_face::{City, Options};
use yandu_lake::Principal;

use super::city::announce;
use crate::app::App;
use crate::cli::Context;
use crate::config::{Config, Override};
use crate::facts;
use crate::failure::{Failure, Result};
use crate::statement;
use crate::tls::Encrypted;

/// Serve the city: collect by schedule, and answer over HTTP
#[derive(Debug, Args)]
#[command(after_help = "Example:
  yandu serve --data yandu-data --listen 127.0.0.1:8650
  yandu serve --now 2025-06-01T09:00+08:00

Port 0 takes any free port; the address is printed on stdout. SIGINT and SIGTERM stop the server: what is under way is
finished, or after `grace_seconds` rolled back. A second signal rolls it back at once.")]
pub(crate) struct Serve {
    /// Where to listen for this machine; other machines come by `tls.listen` [default: 127.0.0.1:8650]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Where the PostgreSQL protocol listens; this machine alone without a certificate [default: nowhere]
    #[arg(long, value_name = "ADDR")]
    pg_listen: Option<String>,
    /// Where Arrow Flight SQL listens; this machine alone without a certificate [default: nowhere]
    #[arg(long, value_name = "ADDR")]
    flight_listen: Option<String>,
    /// Worker threads [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Let the clock stand at a time, for demonstrations and tests
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

/// Prints the link by which the first system administrator is made, while there is none. Each start makes another link.
async fn invite(app: &App, address: SocketAddr) -> Result<()> {
    let accounts = app.state.door().accounts();
    if accounts.is_claimed() {
        return Ok(());
    }
    let link = accounts.first_link().await?;
    let text = format!(
        "nobody administers this city yet: everybody on this machine may do everything\n\
         the first system administrator is made at http://{address}/claim#{}\n",
        link.secret.reveal()
    );
    // There is nobody left to tell when stderr is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    Ok(())
}

impl Serve {
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let listen = self
            .listen
            .as_ref()
            .map(|listen| Override::flag("listen", listen, "--listen"));
        let pg_listen = self
            .pg_listen
            .as_ref()
            .map(|listen| Override::flag("pg_listen", listen, "--pg-listen"));
        let flight_listen = self
            .flight_listen
            .as_ref()
            .map(|listen| Override::flag("flight_listen", listen, "--flight-listen"));
        let threads = self
            .threads
            .map(|threads| Override::flag("threads", threads.to_string(), "--threads"));
        let now = self
            .now
            .as_ref()
            .map(|now| Override::flag("now", now, "--now"));
        listen
            .into_iter()
            .chain(pg_listen)
            .chain(flight_listen)
            .chain(threads)
            .chain(now)
            .collect()
    }

    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let config = &context.config;
        // Before the data is opened: an address that cannot be had changes nothing.
        let (listener, address) = bind(&config.listen).await?;
        let postgres = Face::bind(&config.pg_listen, || config.pg_options()).await?;
        let flight = Face::bind(&config.flight_listen, || config.flight_options()).await?;
        let encrypted = encrypted(config).await?;
        let mut signals = Signals::listen()?;
        let app = App::open(config).await?;
        app.state
            .collector()
            .folder()
            .announce(&address.to_string())?;
        announce(context, "http", address)?;
        if let Some((_, address)) = &encrypted {
            announce(context, "https", *address)?;
        }
        if let Some(face) = &postgres {
            announce(context, "postgresql", face.address)?;
        }
        if let Some(face) = &flight {
            // The schemes by which clients say whether they encrypt.
            let scheme = match face.options.tls {
                Some(_) => "grpc+tls",
                None => "grpc",
            };
            announce(context, scheme, face.address)?;
        }
        invite(&app, address).await?;
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");

        let (stop, stopped) = watch::channel(false);
        let collector = app.state.collector().clone();
        let mut until = stopped.clone();
        let watching = tokio::spawn(async move {
            let over = async {
                // An error means that the sender is gone, and the server with it.
                let _ = until.wait_for(|is_stopped| *is_stopped).await;
            };
            collector
                .watch(&Principal::local_administrator(), Rhythm::default(), over)
                .await;
        });
        let mut until = stopped.clone();
        let noting = tokio::spawn(facts::keep(app.state.clone(), async move {
            // An error means that the sender is gone, and the server with it.
            let _ = until.wait_for(|is_stopped| *is_stopped).await;
        }));
        let mut until = stopped.clone();
        let stating = tokio::spawn(statement::keep(app.state.clone(), async move {
            let _ = until.wait_for(|is_stopped| *is_stopped).await;
        }));
        let mut until = stopped.clone();
        let classifying = tokio::spawn(yandu_http::classification::keep(
            app.state.clone(),
            async move {
                let _ = until.wait_for(|is_stopped| *is_stopped).await;
            },
        ));
        let mut until = stopped.clone();
        let over = async move {
            let _ = until.wait_for(|is_stopped| *is_stopped).await;
        };
        let following = app.rights.clone().keep(app.state.collector().clone(), over);
        let following = tokio::spawn(following);
        let receipts = app.state.door().receipts().clone();
        let mut until = stopped.clone();
        let counting = tokio::spawn(receipts.keep(async move {
            let _ = until.wait_for(|is_stopped| *is_stopped).await;
        }));
        let transform = app.state.transform().clone();
        let mut until = stopped.clone();
        let refreshing = tokio::spawn(async move {
            let over = async {
                let _ = until.wait_for(|is_stopped| *is_stopped).await;
            };
            transform
                .watch(yandu_transform::Rhythm::default(), over)
                .await;
        });
        let metrics = app.state.metrics().clone();
        let mut until = stopped.clone();
        let recording = tokio::spawn(async move {
            let over = async {
                let _ = until.wait_for(|is_stopped| *is_stopped).await;
            };
            metrics.watch(over).await;
        });
        let mut until = stopped.clone();
        let settling = tokio::spawn(yandu_http::plan::settle_plans(
            app.state.clone(),
            async move {
                let _ = until.wait_for(|is_stopped| *is_stopped).await;
            },
        ));
        if let Some(openid) = &app.state.options().openid {
            let mut until = stopped.clone();
            tokio::spawn(openid.provider.clone().watch(async move {
                let _ = until.wait_for(|is_stopped| *is_stopped).await;
            }));
        }
        // What the engine makes once, the first query need not wait for.
        let session = app.state.collector().lake().session(
            &Principal::local_administrator(),
            yandu_lake::ReadPoint::default(),
        );
        tokio::spawn(async move {
            if let Ok(rows) = session.query("SELECT 1").await {
                // Nobody asked; whoever does is told what is wrong.
                let _ = rows.collect().await;
            }
        });
        let city = City::new(
            app.state.collector().clone(),
            app.state.door().clone(),
            app.state.ledger().clone(),
            &app.local_key,
            config.query_rows,
        );
        let answering = postgres.map(|face| {
            let server = yandu_pgwire::Server::new(city.clone(), face.options);
            tokio::spawn(server.serve(face.listener, stopped.clone()))
        });
        let flying = flight.map(|face| {
            let server = yandu_flight::Server::new(city, face.options);
            tokio::spawn(server.serve(face.listener, stopped.clone()))
        });
        let mut until = stopped.clone();
        let over = async move {
            let _ = until.wait_for(|is_stopped| *is_stopped).await;
        };
        let public = yandu_http::encrypted(app.router.clone())
            .into_make_service_with_connect_info::<SocketAddr>();
        let serving_others = encrypted.map(|(listener, _)| {
            let serving = axum::serve(listener.tap_io(|_| ()), public).with_graceful_shutdown(over);
            tokio::spawn(async move { serving.await })
        });
        let mut until = stopped;
        // An answer is several small writes; held back for an acknowledgement, each could cost 40 ms.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let own = app
            .router
            .clone()
            .into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(listener, own).with_graceful_shutdown(async move {
            let _ = until.wait_for(|is_stopped| *is_stopped).await;
        });
        let mut serving = tokio::spawn(async move { serving.await });
        tokio::select! {
            () = signals.next() => {}
            ended = &mut serving => {
                return ended
                    .map_err(|error| Failure::of(&error))?
                    .map_err(|error| Failure::of(&error));
            }
        }
        tracing::info!(collections = app.state.collector().active(), "stopping");
        app.state.stop();
        // Nobody listens any more when this fails.
        let _ = stop.send(true);
        let grace = Duration::from_secs(config.grace_seconds);
        let finish = async {
            // First, so that no source begins a delivery that nobody waits for.
            let _ = watching.await;
            let _ = noting.await;
            let _ = stating.await;
            let _ = refreshing.await;
            let _ = recording.await;
            let _ = settling.await;
            let _ = following.await;
            let _ = classifying.await;
            let _ = counting.await;
            app.settle(grace).await;
            // Connections that are still read from are given up after the same time.
            let _ = tokio::time::timeout(grace, &mut serving).await;
            if let Some(mut others) = serving_others
                && tokio::time::timeout(grace, &mut others).await.is_err()
            {
                others.abort();
            }
            for mut answering in [answering, flying].into_iter().flatten() {
                if tokio::time::timeout(grace, &mut answering).await.is_err() {
                    answering.abort();
                    let _ = answering.await;
                }
            }
        };
        tokio::select! {
            () = finish => {}
            () = signals.next() => {
                app.settle(Duration::ZERO).await;
            }
        }
        app.close().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// What is said of an address that other machines reach, where nothing encrypts.
const NEEDS_CERTIFICATE: &str = "without a certificate only this machine is served: set `tls.certificate` and `tls.key`, or listen on 127.0.0.1";

/// A place where programs log in and stay, when it is wanted.
struct Face {
    listener: TcpListener,
    address: SocketAddr,
    options: Options,
}

impl Face {
    async fn bind(listen: &str, options: impl FnOnce() -> Result<Options>) -> Result<Option<Self>> {
        if listen.is_empty() {
            return Ok(None);
        }
        let options = options()?;
        let (listener, address) =
            bind_where(listen, options.tls.is_some(), NEEDS_CERTIFICATE).await?;
        Ok(Some(Self {
            listener,
            address,
            options,
        }))
    }
}

/// The listener of encrypted HTTP, when it is wanted.
async fn encrypted(config: &Config) -> Result<Option<(Encrypted, SocketAddr)>> {
    if config.tls.listen.is_empty() {
        return Ok(None);
    }
    let wanting = |what: &str| {
        Failure::new(format!("`tls.listen` is set, and {what}"))
            .help("set `tls.certificate`, `tls.key` and `tls.names` with it")
    };
    let certificate = config.certificate()?;
    let certificate = certificate.ok_or_else(|| wanting("there is no certificate"))?;
    if config.tls.names.is_empty() {
        return Err(wanting("nobody knows by which names the city is reached"));
    }
    let acceptor = certificate.acceptor(b"http/1.1")?;
    let (listener, address) = bind_where(&config.tls.listen, true, "").await?;
    let listener = Encrypted::new(listener, acceptor).map_err(|error| Failure::of(&error))?;
    Ok(Some((listener, address)))
}

/// Listens on an address of this machine.
pub(super) async fn bind(listen: &str) -> Result<(TcpListener, SocketAddr)> {
    let help = "without encryption only this machine is served: listen on 127.0.0.1, and for other machines set `tls.listen`";
    bind_where(listen, false, help).await
}

/// Listens on an address, which other machines reach only where it is open.
async fn bind_where(listen: &str, is_open: bool, help: &str) -> Result<(TcpListener, SocketAddr)> {
    let resolved = tokio::net::lookup_host(listen)
        .await
        .map_err(|error| Failure {
            causes: vec![error.to_string()],
            ..Failure::new(format!("`{listen}` is no address to listen on"))
                .help("write it as `127.0.0.1:8650`")
        })?;
    let addresses: Vec<SocketAddr> = resolved.collect();
    let other = addresses.iter().find(|address| !address.ip().is_loopback());
    if let Some(other) = other.filter(|_| !is_open) {
        return Err(
            Failure::new(format!("`{other}` can be reached from other machines")).help(help),
        );
    }
    let end = Instant::now() + PATIENCE;
    let listener = bind_while(listen, &addresses, async || {
        tokio::time::sleep(TRY).await;
        Instant::now() < end
    })
    .await?;
    let address = listener.local_addr().map_err(|error| Failure::of(&error))?;
    Ok((listener, address))
}

/// How long an address that is taken is waited for: a process that was killed a moment ago still has it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is tried.
const TRY: Duration = Duration::from_millis(100);

/// Listens on one of the addresses as soon as it is free, which is waited for as long as `again` says so.
async fn bind_while(
    listen: &str,
    addresses: &[SocketAddr],
    mut again: impl AsyncFnMut() -> bool,
) -> Result<TcpListener> {
    loop {
        let error = match TcpListener::bind(addresses).await {
            Ok(listener) => return Ok(listener),
            Err(error) => error,
        };
        let is_taken = error.kind() == ErrorKind::AddrInUse;
        if is_taken && again().await {
            continue;
        }
        let failure = Failure {
            causes: vec![error.to_string()],
            ..Failure::new(format!("cannot listen on `{listen}`"))
        };
        return Err(if is_taken {
            failure.help("another process listens there: end it, or name another address; port 0 takes any free one")
        } else {
            failure.help("name an address of this machine; port 0 takes any free one")
        });
    }
}

/// The signals that stop a server.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// From here on a signal does not end the process by itself.
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let failed = |error: std::io::Error| Failure::of(&error);
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
        })
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> Result<Self> {
        Ok(Self {})
    }

    /// Ends at the next signal.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_a_dying_process_lets_go_of_is_waited_for_and_no_other_for_long() {
        let mut held = Some(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let address = held.as_ref().unwrap().local_addr().unwrap();
        let name = address.to_string();
        let mut tries = 0;
        let waiting = async || {
            tries += 1;
            tries < 3
        };
        let refused = bind_while(&name, &[address], waiting).await.err().unwrap();
        assert_eq!(tries, 3);
        assert!(refused.message.contains(&name), "{}", refused.message);
        assert!(refused.help.unwrap().contains("another process"));
        let dying = async || {
            held = None;
            true
        };
        let taken = bind_while(&name, &[address], dying).await;
        assert_eq!(taken.ok().unwrap().local_addr().unwrap(), address);
    }
}
