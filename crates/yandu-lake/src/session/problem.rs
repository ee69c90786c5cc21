//! Errors of the engine in the words of the one who asked.

use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, SchemaError};
use datafusion::sql::sqlparser::parser::ParserError;

use crate::condition::closest;
use crate::{Error, Options, QueryCause, QueryProblem};

/// How the engine begins to say that a statement changes rows.
const CHANGE: &str = "DML not supported";
/// How the engine begins to say that a statement is no query.
const REFUSED_KINDS: [&str; 3] = ["DDL not supported", CHANGE, "Statement not supported"];

const UNREADABLE_PATTERN: &str = "a regular expression cannot be read";
const PATTERN_HELP: &str =
    r"put a `\` before each bracket, `*`, `+`, `?` or `\` that stands for itself";
const DIVISION_HELP: &str =
    "`nullif(…, 0)` makes the result empty where it would be divided by zero";
const OUT_OF_RANGE: &str = "a number is out of the range of its type";
const RANGE_HELP: &str =
    "compute with `cast(… as decimal(38, 0))`, which holds 38 digits, or with `cast(… as double)`";
const CAST_HELP: &str = "`try_cast(… as …)` is empty where a value is none of that type";
const SAME_NAME_HELP: &str = "name each with `as`; of two that a cast alone tells apart, cast in a subquery and compute with what it names";
const AMBIGUOUS_HELP: &str = "write the name of its dataset before it, as `dataset.column`";
const VALUE_HELP: &str = "leave out the values that it cannot be done with, by a condition or by `case when … then … end`";

/// The error of a query. With the text of the query, what is wrong with it is a [`QueryProblem`].
pub(crate) fn problem_of(error: DataFusionError, sql: Option<&str>, options: &Options) -> Error {
    let error = filter_error(error.find_root()).unwrap_or(error);
    let root = error.find_root();
    if matches!(root, DataFusionError::ResourcesExhausted(_)) {
        return Error::MemoryLimit {
            megabytes: options.memory_bytes >> 20,
        };
    }
    let outside = match root {
        DataFusionError::External(source) => Some(source),
        _ => None,
    };
    if let Some(own) = outside.and_then(|source| source.downcast_ref::<Error>()) {
        // Joins hand an error on to several readers, of which none owns it.
        return match own {
            Error::Ended(dataset) => Error::Ended(dataset.clone()),
            Error::Unreadable(dataset) => Error::Unreadable(dataset.clone()),
            _ => own_error(error),
        };
    }
    let is_of_the_text = matches!(
        root,
        DataFusionError::SQL(..)
            | DataFusionError::Plan(_)
            | DataFusionError::SchemaError(..)
            | DataFusionError::NotImplemented(_)
            | DataFusionError::Configuration(_)
    );
    // What rows hold may be at fault while they are read: a division by zero, a text that is no number.
    let is_of_the_rows = matches!(
        root,
        DataFusionError::ArrowError(..) | DataFusionError::Execution(_)
    );
    // Some functions hand on what reads their regular expressions.
    let is_of_a_pattern =
        outside.is_some_and(|source| pattern_fault(&source.to_string()).is_some());
    if is_of_the_text || is_of_the_rows || is_of_a_pattern {
        return Error::Query(describe(&error, sql));
    }
    Error::Engine(Box::new(error))
}

/// What a filter failed with that was put into the reading of a file: its reader keeps the error as a text of its debug form.
fn filter_error(root: &DataFusionError) -> Option<DataFusionError> {
    let DataFusionError::ParquetError(error) = root else {
        return None;
    };
    let error = error.to_string();
    let (_, told) = error.split_once("Error evaluating filter predicate: ")?;
    let arrow = if told.starts_with("ArrowError(DivideByZero") {
        ArrowError::DivideByZero
    } else {
        let (kind, told) = told.split_once("(\"")?;
        let told = unescaped(told)?;
        match kind {
            "ArrowError(CastError" => ArrowError::CastError(told),
            "ArrowError(ParseError" => ArrowError::ParseError(told),
            "ArrowError(ArithmeticOverflow" => ArrowError::ArithmeticOverflow(told),
            _ => ArrowError::ComputeError(told),
        }
    };
    Some(DataFusionError::ArrowError(Box::new(arrow), None))
}

/// A text from its debug form, up to the quote that ends it. Signs that are written by their numbers stay so.
fn unescaped(told: &str) -> Option<String> {
    let mut signs = told.chars();
    let mut text = String::new();
    loop {
        match signs.next()? {
            '"' => return Some(text),
            '\\' => match signs.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                sign @ ('"' | '\\' | '\'') => text.push(sign),
                other => text.extend(['\\', other]),
            },
            sign => text.push(sign),
        }
    }
}

/// What somebody is told of a query that has failed on rows: an error that speaks of their values would be a way to read them which
/// is neither counted nor written down.
pub(crate) fn without_values(error: Error) -> Error {
    let problem = match error {
        Error::Query(problem) => problem,
        other => return other,
    };
    let (message, help) = match problem.cause {
        QueryCause::DivisionByZero => return Error::Query(problem),
        // It may be one that stands in rows.
        QueryCause::Pattern => (UNREADABLE_PATTERN, PATTERN_HELP),
        QueryCause::OutOfRange => (OUT_OF_RANGE, RANGE_HELP),
        _ => ("a value does not suit what is done with it", CAST_HELP),
    };
    Error::Query(QueryProblem {
        message: message.to_owned(),
        help: Some(help.to_owned()),
        ..problem
    })
}

/// The error of a statement that would change something.
pub(crate) fn change() -> DataFusionError {
    DataFusionError::Plan(CHANGE.to_owned())
}

fn own_error(error: DataFusionError) -> Error {
    match error {
        DataFusionError::External(source) => match source.downcast::<Error>() {
            Ok(own) => *own,
            Err(source) => Error::Engine(Box::new(DataFusionError::External(source))),
        },
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            own_error(*inner)
        }
        other => Error::Engine(Box::new(other)),
    }
}

pub(crate) fn describe(error: &DataFusionError, sql: Option<&str>) -> QueryProblem {
    let root = error.find_root();
    let diagnostic = error.diagnostic();
    let mut message = match root {
        DataFusionError::SQL(parser, _) => match parser.as_ref() {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
            ParserError::RecursionLimitExceeded => "the query is nested too deeply".to_owned(),
        },
        DataFusionError::SchemaError(schema, _) => schema_message(schema),
        DataFusionError::Plan(text)
        | DataFusionError::NotImplemented(text)
        | DataFusionError::Configuration(text)
        | DataFusionError::Execution(text) => text.clone(),
        DataFusionError::ArrowError(arrow, _) => arrow_message(arrow),
        other => other.strip_backtrace(),
    };
    let mut cause = cause_of(root);
    let mut place = diagnostic
        .and_then(|diagnostic| diagnostic.span)
        .map(|span| (span.start.line, span.start.column))
        .filter(|(line, _)| *line > 0);
    if let Some((text, line, column)) = split_place(&message) {
        message = text;
        place = place.or(Some((line, column)));
    }
    if let Some(call) = unsuited_call(&message) {
        let name = call.split('(').next().unwrap_or_default();
        place = place.or_else(|| place_of(sql?, name));
        message = format!("`{name}` does not take these values: `{call}`");
        cause = QueryCause::Call;
    }
    if let Some(table) = unknown_table(&message) {
        place = place.or_else(|| place_of(sql?, table));
        message = format!("there is no dataset `{table}`");
        cause = QueryCause::Dataset;
    }
    let engine = diagnostic.and_then(|diagnostic| {
        let helps = diagnostic.helps.iter().map(|help| &help.message);
        let notes = diagnostic.notes.iter().map(|note| &note.message);
        helps.chain(notes).next()
    });
    let own = mend_of(root, cause).map(ToOwned::to_owned);
    let mut help = own.or_else(|| engine.cloned());
    if let Some(fault) = pattern_fault(&message) {
        message = format!("{UNREADABLE_PATTERN}: {fault}");
        cause = QueryCause::Pattern;
        help = Some(PATTERN_HELP.to_owned());
    }
    if let Some((name, nearest)) = unknown_function(&message) {
        help = closest(name, [nearest]).map(|nearest| format!("did you mean `{nearest}`?"));
        message = format!("there is no function `{name}`");
    }
    if message.starts_with("Cannot coerce") || message.starts_with("Cannot infer common") {
        help = Some("make them of one kind with `cast(… as …)`".to_owned());
    }
    if REFUSED_KINDS.iter().any(|kind| message.starts_with(kind)) {
        message = "this would change something, and here can only be read".to_owned();
        cause = QueryCause::Change;
        help = Some(
            "ask with a SELECT; rows are changed by collecting, by the API and by `yandu quarantine`"
                .to_owned(),
        );
    }
    let message = message.replace("yandu.public.", "").replace("yandu.", "");
    let place = place.filter(|_| sql.is_some());
    QueryProblem {
        cause,
        message: lowercase_start(message.trim_end_matches('.')),
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        help,
    }
}

/// What the kind of an error of the engine says; its message may say more.
fn cause_of(root: &DataFusionError) -> QueryCause {
    match root {
        DataFusionError::SQL(..) => QueryCause::Syntax,
        DataFusionError::SchemaError(schema, _)
            if matches!(schema.as_ref(), SchemaError::FieldNotFound { .. }) =>
        {
            QueryCause::Column
        }
        DataFusionError::NotImplemented(_) => QueryCause::Unsupported,
        DataFusionError::ArrowError(arrow, _) if matches!(**arrow, ArrowError::DivideByZero) => {
            QueryCause::DivisionByZero
        }
        DataFusionError::ArrowError(arrow, _)
            if matches!(**arrow, ArrowError::ArithmeticOverflow(_)) =>
        {
            QueryCause::OutOfRange
        }
        DataFusionError::ArrowError(..) | DataFusionError::Execution(_) => QueryCause::Value,
        DataFusionError::Plan(text) if text.starts_with("Invalid function") => QueryCause::Call,
        _ => QueryCause::Other,
    }
}

/// What to do about a name that the engine cannot tell from another.
fn mend_of_name(root: &DataFusionError) -> Option<&'static str> {
    let DataFusionError::SchemaError(schema, _) = root else {
        return None;
    };
    match schema.as_ref() {
        SchemaError::DuplicateQualifiedField { .. }
        | SchemaError::DuplicateUnqualifiedField { .. } => Some(SAME_NAME_HELP),
        SchemaError::AmbiguousReference { .. } => Some(AMBIGUOUS_HELP),
        SchemaError::FieldNotFound { .. } => None,
    }
}

/// What to do about a value that the engine cannot compute with, or a name that it cannot tell from another.
fn mend_of(root: &DataFusionError, cause: QueryCause) -> Option<&'static str> {
    let is_cast = matches!(
        root,
        DataFusionError::ArrowError(arrow, _)
            if matches!(**arrow, ArrowError::CastError(_) | ArrowError::ParseError(_))
    );
    match cause {
        QueryCause::DivisionByZero => Some(DIVISION_HELP),
        QueryCause::OutOfRange => Some(RANGE_HELP),
        QueryCause::Value if is_cast => Some(CAST_HELP),
        QueryCause::Value => Some(VALUE_HELP),
        _ => mend_of_name(root),
    }
}

fn arrow_message(error: &ArrowError) -> String {
    match error {
        ArrowError::DivideByZero => "divide by zero error".to_owned(),
        ArrowError::CastError(text)
        | ArrowError::ParseError(text)
        | ArrowError::ComputeError(text)
        | ArrowError::InvalidArgumentError(text) => text.clone(),
        ArrowError::ArithmeticOverflow(text) => {
            let computed = text.strip_prefix("Overflow happened on: ").unwrap_or(text);
            format!("{OUT_OF_RANGE}: {computed}")
        }
        other => other.to_string(),
    }
}

/// The name of a column that does not exist, when that is the error.
pub(crate) fn unknown_column(error: &DataFusionError) -> Option<String> {
    match error.find_root() {
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, .. } => Some(field.flat_name().replace('"', "")),
            _ => None,
        },
        _ => None,
    }
}

fn schema_message(error: &SchemaError) -> String {
    match error {
        SchemaError::FieldNotFound { field, .. } => {
            format!(
                "there is no column `{}`",
                field.flat_name().replace('"', "")
            )
        }
        SchemaError::DuplicateUnqualifiedField { name } => of_one_name(name),
        SchemaError::DuplicateQualifiedField { qualifier, name } => {
            of_one_name(&format!("{qualifier}.{name}"))
        }
        SchemaError::AmbiguousReference { field } => {
            format!("more than one column may be meant by `{}`", field.name)
        }
    }
}

fn of_one_name(name: &str) -> String {
    format!("two columns are both called `{name}`")
}

/// The table of an engine's message about a table that does not exist.
fn unknown_table(message: &str) -> Option<&str> {
    let (name, _) = message.strip_prefix("table '")?.split_once("' not found")?;
    let name = name.strip_prefix("yandu.").unwrap_or(name);
    Some(name.strip_prefix("public.").unwrap_or(name))
}

/// What is wrong with a regular expression, of a message about one that cannot be read; the expression itself where that is not said.
fn pattern_fault(message: &str) -> Option<&str> {
    const BEGINNING: &str = "Regular expression did not compile: ";
    let told = message.strip_prefix("External error: ").unwrap_or(message);
    // Only how a message begins is the engine's; values stand in the others too.
    let is_of_its_reader =
        told.starts_with("regex parse error:") || told.starts_with("Compiled regex exceeds");
    let told = told
        .strip_prefix(BEGINNING)
        .or_else(|| is_of_its_reader.then_some(told))?;
    if told.starts_with("Compiled regex exceeds") || told.starts_with("CompiledTooBig(") {
        return Some("it is too large");
    }
    let fault = told.rsplit_once("\nerror: ");
    fault.map_or(Some(told), |(_, fault)| fault.lines().next())
}

/// The function of an engine's message about one that there is not, and the name among all that needs the fewest changes.
fn unknown_function(message: &str) -> Option<(&str, &str)> {
    let told = message.strip_prefix("Invalid function '")?;
    let (name, told) = told.split_once("'.\nDid you mean '")?;
    let (nearest, _) = told.split_once('\'')?;
    Some((name, nearest))
}

/// The call of an engine's message about a function that has no form for the types it was given.
fn unsuited_call(message: &str) -> Option<String> {
    const BEGINNING: &str = "No function matches the given name and argument types '";
    let (_, call) = message.split_once(BEGINNING)?;
    let (call, _) = call.split_once('\'')?;
    Some(call.replace("Utf8View", "Text").replace("Utf8", "Text"))
}

/// Line and column, from 1, of the first place where `word` stands in the text.
fn place_of(sql: &str, word: &str) -> Option<(u64, u64)> {
    let before = sql.get(..sql.to_ascii_lowercase().find(word)?)?;
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next()?.chars().count() as u64 + 1;
    Some((line, column))
}

/// Takes ` at Line: 1, Column: 8` from the end of a message of the parser.
fn split_place(message: &str) -> Option<(String, u64, u64)> {
    let (text, place) = message.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let digits = |text: &str| -> Option<u64> {
        text.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .ok()
    };
    Some((text.to_owned(), digits(line)?, digits(column)?))
}

fn lowercase_start(message: &str) -> String {
    let mut letters = message.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use parquet::errors::ParquetError;

    use super::*;

    #[test]
    fn what_a_filter_in_a_file_failed_with_is_told_as_it_was() {
        for text in [
            "Cannot cast string 'a' to value of Int32 type",
            r#"Cannot cast string '") and \n "' to value of Int32 type"#,
            "regex parse error:\n\t(a\n\t^\nerror: unclosed group",
        ] {
            let failed = ArrowError::CastError(text.to_owned());
            let failed = DataFusionError::ArrowError(Box::new(failed), None);
            let kept = format!("Error evaluating filter predicate: {failed:?}");
            let read = DataFusionError::from(ParquetError::ArrowError(kept));
            let told = filter_error(&read).unwrap();
            assert_eq!(told.to_string(), failed.to_string());
        }
    }
}
