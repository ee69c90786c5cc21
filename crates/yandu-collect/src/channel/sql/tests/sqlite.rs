use super::*;
use crate::error::Why;

#[tokio::test]
async fn sqlite_behaves_as_every_engine() {
    behaves(&Database::sqlite()).await;
}

#[tokio::test]
async fn sqlite_values_come_as_they_are_whatever_their_column_declares() {
    let database = Database::sqlite();
    database
        .run(
            "CREATE TABLE \"odd \"\"name\" (flag BOOLEAN, any, share REAL, day DATE); \
             INSERT INTO \"odd \"\"name\" VALUES (1, 9223372036854775807, 0.1, '2025-01-05'), (0, 'text', 1e21, 20250105), (2, 1.5, NULL, '')",
        )
        .await;
    let read = database
        .read(From::Table("odd \"name"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        read.text,
        "\"flag\",\"any\",\"share\",\"day\"\ntrue,9223372036854775807,0.1,2025-01-05\n\
         false,text,1000000000000000000000,20250105\n2,1.5,,\"\"\n"
    );
    let number = database.read_after(
        From::Query("SELECT share + 0 AS n FROM \"odd \"\"name\""),
        Some("n"),
        Some("0.1"),
    );
    let number = number.await.unwrap().unwrap();
    assert_eq!(
        (number.rows, number.watermark.as_deref()),
        (1, Some("1000000000000000000000"))
    );
    database
        .run("INSERT INTO \"odd \"\"name\" (any) VALUES (x'00ff')")
        .await;
    let refused = message(database.read(From::Table("odd \"name")).await.unwrap_err());
    assert_eq!(
        refused,
        "answer: column `any` holds bytes (blob in row 4), which no cell can; leave it out by a `query`"
    );
}

#[tokio::test]
async fn more_rows_at_a_watermark_than_a_mark_keeps_are_read_again_as_a_whole() {
    let database = Database::sqlite();
    database
        .run(
            "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001) \
             SELECT i AS id, 1 AS at FROM n",
        )
        .await;
    let read = async |since: Option<&Mark>| {
        let (found, _) = database
            .find_since(From::Table("t"), Some("at"), since, true)
            .await
            .unwrap();
        found
    };
    let first = read(None).await.mark.unwrap();
    assert!(first.standing.as_ref().unwrap().lines.is_empty());
    assert_eq!(read(Some(&first)).await.rows, 0, "all of it was read");
    database.run("INSERT INTO t VALUES (1002, 1)").await;
    assert_eq!(read(Some(&first)).await.rows, 1002);
}

#[tokio::test]
async fn a_file_that_is_no_database_or_not_there_is_refused() {
    let mut database = Database::sqlite();
    let Place::File(path) = &mut database.place else {
        unreachable!()
    };
    std::fs::write(&*path, "身份证号,姓名\n".repeat(200)).unwrap();
    let refused = message(database.read(From::Table("t")).await.unwrap_err());
    assert_eq!(refused, "refused: file is not a database");
    let Place::File(path) = &mut database.place else {
        unreachable!()
    };
    path.set_file_name("absent.sqlite");
    let refused = message(database.read(From::Table("t")).await.unwrap_err());
    assert!(refused.starts_with("refused: "), "{refused}");
    let Place::File(path) = &database.place else {
        unreachable!()
    };
    assert!(!path.exists());
}

#[tokio::test]
async fn a_query_without_end_is_given_up() {
    let mut database = Database::sqlite();
    database.options.statement_timeout = Duration::from_millis(300);
    let endless = From::Query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n",
    );
    let stopped = message(database.read(endless).await.unwrap_err());
    assert!(stopped.starts_with("silent: "), "{stopped}");
}

#[tokio::test]
async fn why_a_database_fails_may_quote_a_cell_only_once_it_reads_rows() {
    let mut database = Database::sqlite();
    database
        .run("CREATE TABLE t (name TEXT); INSERT INTO t VALUES ('王芳')")
        .await;
    let absent = database.read(From::Table("absent")).await.unwrap_err();
    assert!(
        matches!(&absent, Problem::Refused(Why::Plain(words)) if words.contains("absent")),
        "{absent:?}"
    );
    let reading = From::Query("SELECT json_extract('{}', name) AS name FROM t");
    let quoting = database.read(reading).await.unwrap_err();
    assert!(
        matches!(&quoting, Problem::Refused(Why::Quoting(words)) if words.contains("王芳")),
        "{quoting:?}"
    );
    let Place::File(path) = &mut database.place else {
        unreachable!()
    };
    path.set_file_name("absent.sqlite");
    let closed = database.read(From::Table("t")).await.unwrap_err();
    assert!(
        matches!(closed, Problem::Refused(Why::Plain(_))),
        "{closed:?}"
    );
}
