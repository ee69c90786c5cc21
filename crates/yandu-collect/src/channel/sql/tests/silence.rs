use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::*;

/// Passes on what two sides say, and stalls after so many bytes of the server.
fn stalling_proxy(port: u16, after: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (mut from_client, mut to_server) =
            (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
        let mut passed = 0;
        let mut bytes = [0; 4096];
        while passed < after {
            let Ok(count @ 1..) = server.read(&mut bytes) else {
                return;
            };
            if client.write_all(&bytes[..count]).is_err() {
                return;
            }
            passed += count;
        }
        std::thread::sleep(Duration::from_secs(30));
    });
    own
}

#[tokio::test]
async fn a_server_that_takes_the_call_and_says_nothing_is_silent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for (engine, scheme) in [(Engine::Postgres, "postgres"), (Engine::Mariadb, "mysql")] {
        let url = format!("{scheme}://reader:pa55@127.0.0.1:{port}/x");
        let mut database = Database::new(engine, Place::Url(url), ());
        database.options.connect_timeout = Duration::from_millis(300);
        let since = Instant::now();
        let silent = message(database.read(From::Table("t")).await.unwrap_err());
        assert_eq!(silent, "silent: no connection within 0.3 s");
        assert!(since.elapsed() < Duration::from_secs(5));
    }
    drop(listener);
    let url = format!("postgres://reader:pa55@127.0.0.1:{port}/x");
    let refused = message(
        Database::new(Engine::Postgres, Place::Url(url), ())
            .read(From::Table("t"))
            .await
            .unwrap_err(),
    );
    assert!(
        refused.starts_with("refused: Connection refused"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_server_that_stalls_in_the_middle_is_silent_and_leaves_no_file() {
    for (mut database, port) in [
        (
            Database::postgres("stalls").await,
            server::postgres().map(|server| server.port()),
        ),
        (
            Database::mariadb("stalls").await,
            server::mariadb().map(|server| server.port()),
        ),
    ]
    .into_iter()
    .filter_map(|(database, port)| Some((database?, port?)))
    {
        let rows = if database.engine == Engine::Postgres {
            "CREATE TABLE t AS SELECT n, repeat('x', 1000) AS filling FROM generate_series(1, 5000) AS n"
        } else {
            "CREATE TABLE t AS SELECT seq AS n, REPEAT('x', 1000) AS filling FROM seq_1_to_5000"
        };
        database.run(rows).await;
        let Place::Url(url) = &mut database.place else {
            unreachable!()
        };
        *url = url.replace(
            &format!(":{port}/"),
            &format!(":{}/", stalling_proxy(port, 1 << 20)),
        );
        database.options.silence_timeout = Duration::from_millis(700);
        let silent = message(database.read(From::Table("t")).await.unwrap_err());
        assert_eq!(silent, "silent: it sent nothing for 0.7 s");
    }
}
