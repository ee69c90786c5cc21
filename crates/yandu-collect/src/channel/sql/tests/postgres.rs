use std::sync::Arc;
use std::time::Instant;

use super::*;

#[tokio::test]
async fn postgres_behaves_as_every_engine() {
    let Some(database) = Database::postgres("every_engine").await else {
        return;
    };
    behaves(&database).await;
}

#[tokio::test]
async fn postgres_types_come_in_their_canonical_form() {
    let Some(database) = Database::postgres("types").await else {
        return;
    };
    database
        .run(
            r#"CREATE SCHEMA "City";
            CREATE TYPE mood AS ENUM ('fine', 'so, so');
            CREATE TABLE "City"."Odd ""Name" ("a b" boolean, day date, at timestamptz, local timestamp, share float8, kind mood, list int[]);
            INSERT INTO "City"."Odd ""Name" VALUES
                (true, '2025-01-05', '2025-01-05 08:30:00.5+08', '2025-01-05 08:30:00', 0.1, 'so, so', '{1,2}'), (false, NULL, NULL, NULL, NULL, 'fine', NULL)"#,
        )
        .await;
    database
        .run("ALTER ROLE reader SET datestyle = 'German'")
        .await;
    let read = database
        .read(From::Query("SELECT * FROM \"City\".\"Odd \"\"Name\""))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        read.text,
        "\"a b\",\"day\",\"at\",\"local\",\"share\",\"kind\",\"list\"\n\
         true,2025-01-05,2025-01-05 00:30:00.5+00,2025-01-05 08:30:00,0.1,\"so, so\",\"{1,2}\"\n\
         false,,,,,fine,\n"
    );
    let named = database
        .read(From::Table("City.Odd \"Name"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(named.text, read.text);
    let stamped = database
        .read_after(From::Table("City.Odd \"Name"), Some("at"), None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        stamped.watermark.as_deref(),
        Some("2025-01-05 00:30:00.5+00")
    );
    let again = database
        .read_after(
            From::Table("City.Odd \"Name"),
            Some("at"),
            stamped.watermark.as_deref(),
        )
        .await;
    assert_eq!(again.unwrap(), None);
    database
        .run("CREATE TABLE photo (id int, image bytea)")
        .await;
    let refused = database.read(From::Table("photo")).await.unwrap_err();
    assert_eq!(
        message(refused),
        "answer: column `image` holds bytes (bytea), which no cell can; leave it out by a `query`"
    );
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_repeated() {
    let Some(mut database) = Database::postgres("wrong_password").await else {
        return;
    };
    let Place::Url(url) = &mut database.place else {
        unreachable!()
    };
    *url = url.replace("pa55", "other");
    let refused = message(database.read(From::Table("t")).await.unwrap_err());
    assert!(
        refused.starts_with("refused: password authentication failed"),
        "{refused}"
    );
    assert!(!refused.contains("other"), "{refused}");
    let Place::Url(url) = &mut database.place else {
        unreachable!()
    };
    *url = "postgres://reader:pa55@127.0.0.1:notaport/x".to_owned();
    assert_eq!(
        message(database.read(From::Table("t")).await.unwrap_err()),
        "refused: the address is none of a database"
    );
}

#[tokio::test]
async fn a_statement_without_end_is_given_up() {
    let Some(mut database) = Database::postgres("without_end").await else {
        return;
    };
    database.options.silence_timeout = Duration::from_millis(500);
    let since = Instant::now();
    let slow = From::Query("SELECT 1 AS n, pg_sleep(60)::text AS s");
    assert_eq!(
        message(database.read(slow).await.unwrap_err()),
        "silent: it sent nothing for 0.5 s"
    );
    assert!(since.elapsed() < Duration::from_secs(10));
    database.options.silence_timeout = Duration::from_secs(30);
    database.options.statement_timeout = Duration::from_millis(300);
    let slow =
        From::Query("SELECT n, pg_sleep(0.05)::text AS s FROM generate_series(1, 1000) AS n");
    let stopped = message(database.read(slow).await.unwrap_err());
    assert!(
        stopped.starts_with("silent: canceling statement"),
        "{stopped}"
    );
}

#[tokio::test]
async fn rows_that_come_while_reading_wait_for_the_next_reading() {
    let Some(database) = Database::postgres("while_reading").await else {
        return;
    };
    database
        .run("CREATE TABLE t AS SELECT n, repeat('x', 100) AS filling FROM generate_series(1, 100000) AS n")
        .await;
    let growing = async {
        for n in 0..20 {
            database
                .run(&format!("INSERT INTO t VALUES ({}, 'new')", 200_000 + n))
                .await;
        }
    };
    let (read, ()) = tokio::join!(
        database.read_after(From::Table("t"), Some("n"), None),
        growing
    );
    let first = read.unwrap().unwrap();
    let next = database
        .read_after(From::Table("t"), Some("n"), first.watermark.as_deref())
        .await
        .unwrap();
    assert_eq!(first.rows + next.map_or(0, |read| read.rows), 100_020);
}

#[tokio::test]
async fn postgres_is_read_over_tls_and_its_certificate_is_looked_at_when_the_address_asks() {
    let Some(server) = server::postgres() else {
        return;
    };
    connect::<sqlx::PgConnection>(&server.url("postgres")).await;
    let certificate = server.certificate().display().to_string();
    let ways = [
        ("sslmode=disable".to_owned(), "false"),
        ("sslmode=require".to_owned(), "true"),
        (
            format!("sslmode=verify-full&sslrootcert={certificate}"),
            "true",
        ),
    ];
    let question = From::Query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    for (way, encrypted) in ways {
        let url = format!("{}?{way}", server.url("postgres"));
        let database = Database::new(Engine::Postgres, Place::Url(url), Arc::clone(&server));
        let read = database.read(question).await.unwrap().unwrap();
        assert_eq!(read.text, format!("\"ssl\"\n{encrypted}\n"), "{way}");
    }
    let url = format!("{}?sslmode=verify-full", server.url("postgres"));
    let database = Database::new(Engine::Postgres, Place::Url(url), server);
    let refused = message(database.read(question).await.unwrap_err());
    assert!(
        refused.starts_with("refused: ") && refused.contains("certificate"),
        "{refused}"
    );
}
