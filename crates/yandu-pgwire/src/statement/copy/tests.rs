use super::*;
use crate::statement::{Command, read, split};

fn copied(sql: &str) -> Result<Copied> {
    match read(&split(sql)[0])? {
        Command::Copy(copied) => Ok(*copied),
        other => panic!("{other:?}"),
    }
}

fn options(written: &str) -> Result<CopyOptions> {
    Ok(copied(&format!("COPY t TO STDOUT {written}"))?.options)
}

fn csv() -> CopyOptions {
    CopyOptions {
        format: CopyFormat::Csv,
        has_header: false,
        delimiter: b',',
        null: String::new(),
        quote: b'"',
        escape: b'"',
        forced: Quoted::Only(Vec::new()),
    }
}

fn text() -> CopyOptions {
    CopyOptions {
        format: CopyFormat::Text,
        delimiter: b'\t',
        null: "\\N".to_owned(),
        ..csv()
    }
}

#[test]
fn what_is_copied_is_a_question_a_dataset_or_some_of_its_columns() {
    for (sql, question) in [
        ("COPY club.member TO STDOUT", "SELECT * FROM club.member"),
        (
            "copy \"Club\".member (number, \"Name\") to stdout",
            "SELECT number, \"Name\" FROM \"Club\".member",
        ),
        (
            "COPY ( SELECT count(*) FROM (SELECT 1) AS t WHERE ')' <> '(' ) TO STDOUT;",
            "SELECT count(*) FROM (SELECT 1) AS t WHERE ')' <> '(' ",
        ),
    ] {
        assert_eq!(copied(sql).unwrap().question.statement, question, "{sql}");
    }
    let asked = copied("COPY (SELECT nothing FROM t) TO STDOUT").unwrap();
    assert_eq!((asked.question.before, asked.is_as_written), (6, true));
    assert!(!copied("COPY t TO STDOUT").unwrap().is_as_written);
}

#[test]
fn options_are_read_in_the_form_of_today_and_in_that_of_before() {
    let expected = CopyOptions {
        has_header: true,
        delimiter: b';',
        null: "-".to_owned(),
        quote: b'\'',
        escape: b'\\',
        forced: Quoted::Only(vec!["name".to_owned(), "Code".to_owned()]),
        ..csv()
    };
    for written in [
        r#"WITH (FORMAT csv, HEADER true, DELIMITER ';', NULL '-', QUOTE '''', ESCAPE '\', FORCE_QUOTE (Name, "Code"))"#,
        r#"(format 'csv', header, delimiter ';', null '-', quote '''', escape '\', force_quote (name, "Code"), encoding 'utf-8')"#,
        r#"WITH DELIMITER AS ';' NULL AS '-' CSV HEADER QUOTE AS '''' ESCAPE '\' FORCE QUOTE name, "Code""#,
    ] {
        assert_eq!(options(written).unwrap(), expected, "{written}");
    }
    for written in [
        "",
        "WITH (FORMAT text)",
        "(HEADER off)",
        "WITH DELIMITER E'\\t'",
    ] {
        assert_eq!(options(written).unwrap(), text(), "{written}");
    }
    assert_eq!(options("CSV").unwrap(), csv());
    let all = options("(FORMAT csv, FORCE_QUOTE *)").unwrap();
    assert_eq!(all.forced, Quoted::All);
    let binary = options("BINARY").unwrap();
    assert_eq!(binary.format, CopyFormat::Binary);
}

#[test]
fn what_means_nothing_is_refused() {
    for (written, state) in [
        ("(FORMAT xml)", "22023"),
        ("(COLOUR 'red')", "42601"),
        ("(FORMAT csv, FORMAT text)", "42601"),
        ("(DELIMITER '||')", "0A000"),
        ("(DELIMITER '，')", "0A000"),
        ("(DELIMITER 'a')", "22023"),
        ("(DELIMITER '\\')", "22023"),
        ("(QUOTE '\"')", "0A000"),
        ("(FORMAT csv, QUOTE ',')", "22023"),
        ("(FORMAT csv, NULL 'a,b')", "22023"),
        ("(FORMAT binary, HEADER)", "42601"),
        ("(FORMAT binary, NULL 'x')", "42601"),
        ("(FREEZE)", "0A000"),
        ("(FORCE_NULL (a))", "0A000"),
        ("(ENCODING 'GBK')", "22023"),
        ("(FORMAT csv", "42601"),
        ("CSV nonsense", "42601"),
    ] {
        assert_eq!(options(written).unwrap_err().state, state, "{written}");
    }
}

#[test]
fn what_comes_in_is_refused_and_told_how_data_is_delivered() {
    for sql in [
        "COPY club.member FROM STDIN",
        "COPY club.member (number) FROM STDIN WITH (FORMAT csv)",
        "COPY club.member FROM '/tmp/member.csv'",
        "COPY club.member FROM PROGRAM 'cat'",
    ] {
        let refused = copied(sql).unwrap_err();
        assert_eq!(refused.state, "25006", "{sql}");
        assert!(refused.hint.unwrap().contains("yandu collect"), "{sql}");
    }
    for sql in ["COPY t TO '/tmp/t.csv'", "COPY t TO PROGRAM 'cat'"] {
        let refused = copied(sql).unwrap_err();
        assert_eq!(refused.state, "0A000", "{sql}");
        assert!(refused.hint.unwrap().contains("STDOUT"), "{sql}");
    }
    for sql in [
        "COPY",
        "COPY t",
        "COPY (SELECT 1",
        "COPY () TO STDOUT",
        "COPY t () TO STDOUT",
    ] {
        assert_eq!(copied(sql).unwrap_err().state, "42601", "{sql}");
    }
}
