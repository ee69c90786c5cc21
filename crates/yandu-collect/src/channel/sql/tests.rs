pub(crate) mod server;

mod mariadb;
mod postgres;
mod silence;
mod sqlite;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, Executor};
use yandu_pack::declare::Engine;

use super::{Address, Found, From, Request, fetch};
use crate::channel::mark::Mark;
use crate::channel::options::Options;
use crate::channel::problem::Problem;
use crate::channel::spool::Spool;
use crate::secret::Secret;

/// A database of some engine.
struct Database {
    engine: Engine,
    place: Place,
    options: Options,
    _alive: Box<dyn std::any::Any>,
}

enum Place {
    Url(String),
    File(PathBuf),
}

/// What a reading brought.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    text: String,
    rows: u64,
    watermark: Option<String>,
}

impl Database {
    async fn postgres(name: &str) -> Option<Self> {
        let server = server::postgres()?;
        let mut connection = connect::<sqlx::PgConnection>(&server.url("postgres")).await;
        let sql = format!("CREATE DATABASE {name}");
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
            .await
            .unwrap();
        Some(Self::new(
            Engine::Postgres,
            Place::Url(server.url(name)),
            server,
        ))
    }

    async fn mariadb(name: &str) -> Option<Self> {
        let server = server::mariadb()?;
        let mut connection = connect::<sqlx::MySqlConnection>(&server.url("mysql")).await;
        let sql = format!("CREATE DATABASE {name}");
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
            .await
            .unwrap();
        Some(Self::new(
            Engine::Mariadb,
            Place::Url(server.url(name)),
            server,
        ))
    }

    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("source.sqlite");
        std::fs::File::create(&path).unwrap();
        Self::new(Engine::Sqlite, Place::File(path), folder)
    }

    fn new(engine: Engine, place: Place, alive: impl std::any::Any) -> Self {
        let options = Options {
            connect_timeout: Duration::from_secs(20),
            silence_timeout: Duration::from_secs(20),
            ..Options::default()
        };
        Self {
            engine,
            place,
            options,
            _alive: Box::new(alive),
        }
    }

    /// Runs statements as the department would.
    async fn run(&self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match (&self.place, self.engine) {
            (Place::Url(url), Engine::Postgres) => {
                connect::<sqlx::PgConnection>(url)
                    .await
                    .execute(sql)
                    .await
                    .unwrap();
            }
            (Place::Url(url), _) => {
                connect::<sqlx::MySqlConnection>(url)
                    .await
                    .execute(sql)
                    .await
                    .unwrap();
            }
            (Place::File(path), _) => {
                let url = format!("sqlite://{}", path.display());
                connect::<sqlx::SqliteConnection>(&url)
                    .await
                    .execute(sql)
                    .await
                    .unwrap();
            }
        }
    }

    async fn read(&self, from: From<'_>) -> Result<Option<Read>, Problem> {
        self.read_after(from, None, None).await
    }

    async fn read_after(
        &self,
        from: From<'_>,
        watermark: Option<&str>,
        since: Option<&str>,
    ) -> Result<Option<Read>, Problem> {
        let since = since.map(|since| Mark::plain(since.to_owned()));
        let (found, text) = self
            .find_since(from, watermark, since.as_ref(), false)
            .await?;
        // Without a watermark an empty table is a delivery without rows.
        Ok((found.rows > 0 || watermark.is_none()).then(|| Read {
            text,
            rows: found.rows,
            watermark: found.mark.map(|mark| mark.value),
        }))
    }

    /// What a reading finds, and the file that it writes.
    async fn find_since(
        &self,
        from: From<'_>,
        watermark: Option<&str>,
        since: Option<&Mark>,
        reads_again: bool,
    ) -> Result<(Found, String), Problem> {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path(), "csv", self.options.delivery_bytes)?;
        let request = Request {
            engine: self.engine,
            address: match &self.place {
                Place::Url(url) => Address::Url(Secret::new(url)),
                Place::File(path) => Address::File(path),
            },
            from,
            watermark,
            since,
            reads_again,
            options: &self.options,
        };
        let found = fetch(&request, &mut spool).await?;
        let staged = spool.finish().await?;
        Ok((found, text(staged.path())))
    }
}

pub(crate) async fn connect<C: Connection>(url: &str) -> C {
    // A server takes connections a little before it takes users.
    for _ in 0..100 {
        match C::connect(url).await {
            Ok(connection) => return connection,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    C::connect(url).await.unwrap()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn message(problem: Problem) -> String {
    match problem {
        Problem::Refused(message) => format!("refused: {message}"),
        Problem::Silent(message) => format!("silent: {message}"),
        Problem::Answer(message) => format!("answer: {message}"),
        Problem::Local(error) => format!("local: {error}"),
    }
}

#[test]
fn rows_at_the_last_watermark_are_counted_only_where_they_are_not_read_again() {
    let options = Options::default();
    for reads_again in [true, false] {
        let request = Request {
            engine: Engine::Sqlite,
            address: Address::File(Path::new("source.sqlite")),
            from: From::Table("t"),
            watermark: Some("at"),
            since: None,
            reads_again,
            options: &options,
        };
        let sql = request.counts("t", "at", "'05'");
        assert_eq!(sql.contains("at = '05'"), !reads_again, "{sql}");
    }
}

/// Rows that come at a watermark which was read are read where a key removes what repeats, and told of elsewhere.
async fn what_shares_the_watermark_is_not_lost(database: &Database) {
    database
        .run(
            "CREATE TABLE change_of_day (id INT, name VARCHAR(20), day VARCHAR(10)); \
             INSERT INTO change_of_day VALUES (1, 'one', '2025-01-02'), (2, 'two', '2025-01-03'), (3, 'three', NULL)",
        )
        .await;
    let read = async |since: Option<&Mark>, reads_again: bool| {
        let table = From::Table("change_of_day");
        let (found, text) = database
            .find_since(table, Some("day"), since, reads_again)
            .await
            .unwrap();
        let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        lines.sort_unstable();
        (found, lines)
    };
    let (first, lines) = read(None, true).await;
    assert_eq!(
        lines,
        ["1,one,2025-01-02", "2,two,2025-01-03", "3,three,"],
        "nothing but the columns of the table"
    );
    assert_eq!((first.rows, &first.unread), (3, &None));
    let first = first.mark.unwrap();
    assert_eq!(first.value, "2025-01-03");

    for reads_again in [true, false] {
        let (found, _) = read(Some(&first), reads_again).await;
        assert_eq!(
            (found.rows, found.unread),
            (0, None),
            "{reads_again}: all of it was read"
        );
    }
    let unknown = Mark::plain("2025-01-03".to_owned());
    let (found, _) = read(Some(&unknown), true).await;
    assert_eq!(found.rows, 1, "nobody knows what was read at the value");

    database
        .run("INSERT INTO change_of_day VALUES (4, 'four', '2025-01-03'), (5, 'five', NULL)")
        .await;
    let (second, lines) = read(Some(&first), true).await;
    assert_eq!(
        lines,
        ["4,four,2025-01-03"],
        "what was read stays out where others come to share its value"
    );
    assert_eq!(second.rows, 1);
    let unread = second.unread.unwrap();
    assert_eq!(
        unread,
        "rows without a value in `day`, which only the first reading takes: 1; \
         read by a `query` that gives every row one, such as `coalesce(day, …)`"
    );
    let second = second.mark.unwrap();
    assert_eq!(read(Some(&second), true).await.0.rows, 0);

    let (passed, _) = read(Some(&first), false).await;
    let unread = passed.unread.unwrap();
    assert_eq!(passed.rows, 0);
    assert_eq!(
        unread,
        "rows that came at a value of `day` which had been read, and that an append passes over: 1; \
         declare `mode: upsert`, or a watermark that grows with every row; \
         rows without a value in `day`, which only the first reading takes: 1; \
         read by a `query` that gives every row one, such as `coalesce(day, …)`"
    );

    database
        .run("UPDATE change_of_day SET name = 'zwei' WHERE id = 2")
        .await;
    let (changed, lines) = read(Some(&second), true).await;
    assert_eq!(
        changed.rows, 1,
        "a row that changed is no row that was read"
    );
    assert_eq!(lines, ["2,zwei,2025-01-03"]);

    database
        .run("INSERT INTO change_of_day VALUES (6, 'six', '2025-01-04')")
        .await;
    let (_, lines) = read(Some(&second), true).await;
    assert_eq!(
        lines,
        ["2,zwei,2025-01-03", "6,six,2025-01-04"],
        "what was read stays out behind a newer value, too"
    );
    let (later, lines) = read(Some(&first), false).await;
    assert_eq!(lines, ["6,six,2025-01-04"]);
    let (after, _) = read(later.mark.as_ref(), false).await;
    let unread = after.unread.unwrap();
    assert!(
        unread.contains("that an append passes over: 1"),
        "what was passed over stays told: {unread}"
    );
}

/// What every engine must do in the same way.
async fn behaves(database: &Database) {
    database
        .run(
            "CREATE TABLE settlement (id BIGINT PRIMARY KEY, name VARCHAR(100), amount DECIMAL(12,2), settled_at VARCHAR(30)); \
             INSERT INTO settlement VALUES (9007199254740993, '盐城, \"东台\"', 1234.5, '2025-01-02 08:00:00'); \
             INSERT INTO settlement VALUES (-1, '', NULL, '2025-01-01 08:00:00'); \
             INSERT INTO settlement VALUES (3, NULL, 0, '2025-01-03 08:00:00'); \
             INSERT INTO settlement VALUES (4, 'it''s \\ here', 7, NULL)",
        )
        .await;
    let table = From::Table("settlement");
    let read = database.read(table).await.unwrap().unwrap();
    assert_eq!(read.rows, 4);
    assert_eq!(read.watermark, None);
    let mut lines: Vec<&str> = read.text.lines().collect();
    assert_eq!(lines.remove(0), r#""id","name","amount","settled_at""#);
    lines.sort_unstable();
    let decimals = if database.engine == Engine::Sqlite {
        ["1234.5", "0", "7"]
    } else {
        ["1234.50", "0.00", "7.00"]
    };
    let [big, zero, seven] = decimals;
    assert_eq!(
        lines,
        [
            "-1,\"\",,2025-01-01 08:00:00",
            &format!("3,,{zero},2025-01-03 08:00:00"),
            &format!("4,it's \\ here,{seven},"),
            &format!("9007199254740993,\"盐城, \"\"东台\"\"\",{big},2025-01-02 08:00:00"),
        ]
    );

    let first = database
        .read_after(table, Some("settled_at"), None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (first.rows, first.watermark.as_deref()),
        (4, Some("2025-01-03 08:00:00"))
    );
    let rest = database
        .read_after(table, Some("settled_at"), Some("2025-01-01 08:00:00"))
        .await
        .unwrap()
        .unwrap();
    let ids: Vec<&str> = rest
        .text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    assert_eq!(
        ids,
        ["9007199254740993", "3"],
        "only what is past the watermark, in its order"
    );
    assert_eq!(rest.watermark.as_deref(), Some("2025-01-03 08:00:00"));
    assert_eq!(
        database
            .read_after(table, Some("settled_at"), Some("2025-01-03 08:00:00"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        database
            .read_after(
                table,
                Some("settled_at"),
                Some("'; DROP TABLE settlement; --")
            )
            .await
            .unwrap()
            .map(|read| read.rows),
        Some(3)
    );

    what_shares_the_watermark_is_not_lost(database).await;

    let numbered = database
        .read_after(table, Some("id"), Some("4"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (numbered.rows, numbered.watermark.as_deref()),
        (1, Some("9007199254740993"))
    );
    assert_eq!(
        database
            .read_after(table, Some("id"), Some("9007199254740993"))
            .await
            .unwrap(),
        None
    );
    assert!(
        database
            .read_after(table, Some("id"), Some("9007199254740992"))
            .await
            .unwrap()
            .is_some()
    );
    let refused = database
        .read_after(table, Some("changed"), None)
        .await
        .unwrap_err();
    assert_eq!(
        message(refused),
        "refused: it has no column `changed`, which the watermark names"
    );

    let query = From::Query("SELECT id AS n, name FROM settlement WHERE id = 3 -- the third;\n;");
    assert_eq!(
        database.read(query).await.unwrap().unwrap().text,
        "\"n\",\"name\"\n3,\n"
    );
    let empty = database
        .read(From::Query("SELECT id, name FROM settlement WHERE id = 5"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((empty.text.as_str(), empty.rows), ("\"id\",\"name\"\n", 0));
    for hostile in [
        "SELECT 1 AS n; DELETE FROM settlement",
        "SELECT 1 AS n) AS s; DELETE FROM settlement; SELECT * FROM (SELECT 1",
        "DELETE FROM settlement",
        "SELECT 1 AS n, 2 AS N FROM (SELECT 1) WHERE",
        "SELECT nothing FROM nowhere",
    ] {
        assert!(
            database.read(From::Query(hostile)).await.is_err(),
            "{hostile}"
        );
    }
    if database.engine == Engine::Postgres {
        let twice = message(
            database
                .read(From::Query("SELECT 1 AS n, 2 AS n"))
                .await
                .unwrap_err(),
        );
        assert_eq!(
            twice,
            "answer: two columns are named `n`; give one of them another name in the query"
        );
    }
    assert_eq!(database.read(table).await.unwrap().unwrap().rows, 4);
    assert!(
        message(database.read(From::Table("absent")).await.unwrap_err()).starts_with("refused: ")
    );
}
