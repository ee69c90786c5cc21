use super::*;

#[tokio::test]
async fn mariadb_behaves_as_every_engine() {
    let Some(database) = Database::mariadb("every_engine").await else {
        return;
    };
    // The suite quotes names as the standard does nowhere, but a backslash in a text as the standard does.
    database
        .run("SET GLOBAL sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')")
        .await;
    behaves(&database).await;
    database
        .run("SET GLOBAL sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')")
        .await;
}

#[tokio::test]
async fn mariadb_types_come_in_their_canonical_form() {
    let Some(database) = Database::mariadb("types").await else {
        return;
    };
    database
        .run(
            "CREATE TABLE `odd ``name` (flag BOOLEAN, code TINYINT(1), mask BIT(9), day DATE, at TIMESTAMP(3) NULL, local DATETIME, \
                 big BIGINT UNSIGNED, price DECIMAL(30,10), place VARCHAR(20) CHARACTER SET gbk, tag TEXT COLLATE utf8mb4_bin, kind ENUM('a,b','c'), doc JSON); \
             SET time_zone = '+08:00'; \
             INSERT INTO `odd ``name` VALUES (TRUE, 2, b'100000001', '2025-01-05', '2025-01-05 08:30:00.5', '2025-01-05 08:30:00', \
                 18446744073709551615, 12345678901234567890.0123456789, '盐城', '𰻝', 'a,b', '{\"a\": 1}'), \
                 (FALSE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', 'c', NULL)",
        )
        .await;
    let read = database
        .read(From::Table("odd `name"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        read.text,
        "\"flag\",\"code\",\"mask\",\"day\",\"at\",\"local\",\"big\",\"price\",\"place\",\"tag\",\"kind\",\"doc\"\n\
         1,2,257,2025-01-05,2025-01-05 00:30:00.500+00:00,2025-01-05 08:30:00,18446744073709551615,\
         12345678901234567890.0123456789,盐城,𰻝,\"a,b\",\"{\"\"a\"\": 1}\"\n\
         0,,,,,,,,,\"\",c,\n"
    );
    for (column, newest) in [
        ("at", "2025-01-05 00:30:00.500"),
        ("local", "2025-01-05 08:30:00"),
        ("day", "2025-01-05"),
        ("big", "18446744073709551615"),
        ("place", "盐城"),
    ] {
        let table = From::Table("odd `name");
        let first = database
            .read_after(table, Some(column), None)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (first.rows, first.watermark.as_deref()),
            (2, Some(newest)),
            "{column}"
        );
        assert_eq!(
            database
                .read_after(table, Some(column), Some(newest))
                .await
                .unwrap(),
            None,
            "{column}"
        );
    }
    database
        .run("CREATE TABLE photo (id INT, image MEDIUMBLOB)")
        .await;
    let refused = database.read(From::Table("photo")).await.unwrap_err();
    assert_eq!(
        message(refused),
        "answer: column `image` holds bytes (blob), which no cell can; leave it out by a `query`"
    );
}

#[tokio::test]
async fn mariadb_refuses_a_wrong_password_and_stops_a_statement_without_end() {
    let Some(mut database) = Database::mariadb("refusals").await else {
        return;
    };
    database.options.statement_timeout = Duration::from_millis(300);
    let slow = From::Query("SELECT seq, SLEEP(0.05) AS s FROM seq_1_to_1000");
    let stopped = message(database.read(slow).await.unwrap_err());
    assert!(stopped.starts_with("silent: "), "{stopped}");
    let Place::Url(url) = &mut database.place else {
        unreachable!()
    };
    *url = url.replace("pa55", "other");
    let refused = message(database.read(From::Table("t")).await.unwrap_err());
    assert!(refused.starts_with("refused: Access denied"), "{refused}");
    assert!(!refused.contains("other"), "{refused}");
}

#[tokio::test]
async fn a_zero_date_is_no_row_without_a_watermark() {
    let Some(database) = Database::mariadb("zero_dates").await else {
        return;
    };
    database
        .run(
            "CREATE TABLE visit (id INT, at DATETIME NOT NULL); \
             INSERT INTO visit VALUES (1, '0000-00-00 00:00:00'), (2, '2025-01-02 00:00:00')",
        )
        .await;
    let table = From::Table("visit");
    let (first, _) = database
        .find_since(table, Some("at"), None, true)
        .await
        .unwrap();
    assert_eq!(first.rows, 2);
    let (second, _) = database
        .find_since(table, Some("at"), first.mark.as_ref(), true)
        .await
        .unwrap();
    assert_eq!((second.rows, second.unread), (0, None));
}
