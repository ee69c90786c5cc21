use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

use super::*;
use crate::answer;
use crate::names::Names;
use crate::statement::{Command, read, split};

/// What a copy with these options writes of a batch.
fn written(options: &str, batch: &RecordBatch) -> Result<String> {
    let sql = format!("COPY t TO STDOUT {options}");
    let Command::Copy(copied) = read(&split(&sql)[0])? else {
        panic!("{sql}");
    };
    let columns = answer::columns(&batch.schema(), &Names::default());
    let lines = Lines::new(&copied.options, &columns)?;
    let mut bytes = lines.header(&columns).unwrap_or_default();
    let rows = Columns::new(batch).unwrap();
    for row in 0..rows.rows() {
        lines.write(&rows, row, &mut bytes);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn texts(values: &[Option<&str>]) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..values.len() as i64));
    let texts: ArrayRef = Arc::new(StringArray::from(values.to_vec()));
    RecordBatch::try_from_iter([("n", numbers), ("a,b", texts)]).unwrap()
}

#[test]
fn a_text_copy_escapes_what_would_end_a_value_or_a_line() {
    let batch = texts(&[
        Some("盐城 'x' \"y\""),
        Some("a\tb\nc\rd\\e"),
        Some(""),
        Some("\\N"),
        None,
    ]);
    assert_eq!(
        written("", &batch).unwrap(),
        "0\t盐城 'x' \"y\"\n1\ta\\tb\\nc\\rd\\\\e\n2\t\n3\t\\\\N\n4\t\\N\n"
    );
    let few = texts(&[Some("a|b"), None]);
    assert_eq!(
        written("(DELIMITER '|', NULL '-', HEADER)", &few).unwrap(),
        "n|a,b\n0|a\\|b\n1|-\n"
    );
}

#[test]
fn a_csv_quotes_what_would_be_read_as_something_else() {
    let batch = texts(&[
        Some("plain"),
        Some("a,b"),
        Some("he said \"no\""),
        Some("two\nlines"),
        Some(""),
        None,
        Some("\\."),
    ]);
    assert_eq!(
        written("CSV HEADER", &batch).unwrap(),
        "n,\"a,b\"\n0,plain\n1,\"a,b\"\n2,\"he said \"\"no\"\"\"\n3,\"two\nlines\"\n4,\"\"\n5,\n6,\\.\n"
    );
    let few = texts(&[Some("it's \\"), None]);
    assert_eq!(
        written(
            "(FORMAT csv, DELIMITER ';', NULL 'nothing', QUOTE '''', ESCAPE '\\', FORCE_QUOTE *)",
            &few
        )
        .unwrap(),
        "'0';'it\\'s \\\\'\n'1';nothing\n"
    );
    let forced = written("(FORMAT csv, FORCE_QUOTE (n))", &few).unwrap();
    assert_eq!(forced, "\"0\",it's \\\n\"1\",\n");
    let unknown = written("(FORMAT csv, FORCE_QUOTE (m))", &few).unwrap_err();
    assert_eq!(unknown.state, "42703");
}

#[test]
fn a_line_that_looks_like_the_end_is_quoted_where_it_stands_alone() {
    let alone: ArrayRef = Arc::new(StringArray::from(vec!["\\.", "x"]));
    let batch = RecordBatch::try_from_iter([("end", alone)]).unwrap();
    assert_eq!(written("CSV", &batch).unwrap(), "\"\\.\"\nx\n");
}

#[test]
fn a_binary_row_says_how_many_values_it_has_and_how_long_each_is() {
    let batch = texts(&[Some("ab"), None]);
    let rows = Columns::new(&batch).unwrap();
    let columns = answer::columns(&batch.schema(), &Names::default());
    let Ok(Command::Copy(copied)) = read(&split("COPY t TO STDOUT BINARY")[0]) else {
        panic!();
    };
    let lines = Lines::new(&copied.options, &columns).unwrap();
    let mut line = BytesMut::new();
    lines.write(&rows, 0, &mut line);
    assert_eq!(
        line.as_ref(),
        b"\0\x02\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\x02ab"
    );
    line.clear();
    lines.write(&rows, 1, &mut line);
    assert_eq!(
        line.as_ref(),
        b"\0\x02\0\0\0\x08\0\0\0\0\0\0\0\x01\xff\xff\xff\xff"
    );
}
