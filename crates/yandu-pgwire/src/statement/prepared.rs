//! `PREPARE` and `EXECUTE`, as SQL has them.

use sqlparser::tokenizer::Token;

use super::split::Piece;
use super::words::{Words, part};
use crate::fault::{Fault, Result};
use crate::place::Place;
use crate::types::{ColumnType, PgType, named};

/// A statement that is to be kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Preparation {
    pub(crate) name: String,
    /// The numbers of the types of its values, as far as they are said.
    pub(crate) types: Vec<u32>,
    pub(crate) question: Place,
}

/// A statement that was kept, with values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Execution {
    pub(crate) name: String,
    pub(crate) arguments: Vec<Argument>,
}

/// A value that is given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    /// Written out; `None` for nothing.
    Value(Option<String>),
    /// What has to be computed.
    Expression(Place),
}

/// Reads what stands behind `PREPARE`.
pub(super) fn prepare(words: &mut Words<'_>, piece: &Piece) -> Result<Preparation> {
    let name = words.name()?;
    let mut types = Vec::new();
    if words.skip_token(&Token::LParen) {
        let listed = items(words)?;
        let listed = listed.iter().map(|(item, _)| type_of(item));
        types = listed.collect::<Result<_>>()?;
    }
    let question = words.skip("AS").then(|| words.rest()).flatten();
    let question =
        question.ok_or_else(|| Fault::syntax("`PREPARE` needs a name, `AS` and a question"))?;
    Ok(Preparation {
        name,
        types,
        question: part(piece, question),
    })
}

/// Reads what stands behind `EXECUTE`.
pub(super) fn execute(words: &mut Words<'_>, piece: &Piece) -> Result<Execution> {
    let name = words.name()?;
    let mut arguments = Vec::new();
    if words.skip_token(&Token::LParen) && !words.skip_token(&Token::RParen) {
        let items = items(words)?.into_iter();
        arguments = items.map(|item| argument(piece, item)).collect();
    }
    if !words.is_over() {
        return Err(Fault::syntax(
            "something stands behind the values of `EXECUTE`",
        ));
    }
    Ok(Execution { name, arguments })
}

/// What stands between commas up to the bracket that closes, with the byte at which it begins.
fn items<'a>(words: &mut Words<'a>) -> Result<Vec<(&'a str, usize)>> {
    let mut items = Vec::new();
    loop {
        let is_end = |token: &Token, depth: usize| {
            depth == 0 && matches!(token, Token::Comma | Token::RParen)
        };
        let item = words.until(is_end);
        let item = item.ok_or_else(|| Fault::syntax("a bracket is not closed"))?;
        if item.0.trim().is_empty() {
            return Err(Fault::syntax(
                "something is missing between brackets and commas",
            ));
        }
        items.push(item);
        if words.skip_token(&Token::RParen) {
            return Ok(items);
        }
        words.next();
    }
}

/// The number of a type that SQL writes so, with or without sizes and signs behind it.
fn type_of(written: &str) -> Result<u32> {
    let text = written.trim().to_lowercase();
    let (element, is_array) = match text.strip_suffix("[]") {
        Some(element) => (element.trim(), true),
        None => (text.as_str(), false),
    };
    // `numeric(12,2)` and `timestamp(3) without time zone`.
    let sized = element.split_once('(');
    let plain = match sized.and_then(|(before, rest)| Some((before, rest.split_once(')')?.1))) {
        Some((before, behind)) => format!("{} {}", before.trim(), behind.trim()),
        None => element.to_owned(),
    };
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let element = match plain.as_str() {
        "int" => Some(PgType::Int4),
        "decimal" | "dec" => Some(PgType::Numeric),
        "float" => Some(PgType::Float8),
        "char" | "nchar" | "national character" => Some(PgType::Bpchar),
        "character varying" | "varchar" | "national character varying" => Some(PgType::Varchar),
        "timestamp" => Some(PgType::Timestamp),
        "time" => Some(PgType::Time),
        plain => named(plain.trim_start_matches("pg_catalog.")).map(|about| about.pg_type),
    };
    let element = element
        .ok_or_else(|| Fault::new("42704", format!("there is no type `{}`", written.trim())))?;
    let column = ColumnType {
        is_array,
        ..ColumnType::plain(element)
    };
    Ok(column.oid())
}

fn argument(piece: &Piece, (text, start): (&str, usize)) -> Argument {
    let end = start + text.len();
    let tokens = piece.tokens.iter();
    let tokens = tokens.filter(|word| (start..end).contains(&word.start));
    let tokens: Vec<&Token> = tokens.map(|word| &word.token).collect();
    let written = match tokens.as_slice() {
        [Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text)] => Some(text.clone()),
        [Token::Number(digits, _)] | [Token::Plus, Token::Number(digits, _)] => {
            Some(digits.clone())
        }
        [Token::Minus, Token::Number(digits, _)] => Some(format!("-{digits}")),
        [Token::Word(word)] if word.quote_style.is_none() => {
            match word.value.to_ascii_lowercase().as_str() {
                "null" => return Argument::Value(None),
                "true" | "false" => Some(word.value.to_ascii_lowercase()),
                _ => None,
            }
        }
        _ => None,
    };
    match written {
        Some(written) => Argument::Value(Some(written)),
        None => Argument::Expression(part(piece, (text, start))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{Command, read, split};

    fn command(sql: &str) -> Result<Command> {
        read(&split(sql)[0])
    }

    #[test]
    fn a_statement_is_kept_with_the_types_of_its_values() {
        let Ok(Command::Prepare(prepared)) = command(
            "PREPARE \"By Age\" (int, numeric(12, 2), double precision, text[], timestamp(3) without time zone) AS  SELECT $1",
        ) else {
            panic!();
        };
        assert_eq!(prepared.name, "By Age");
        assert_eq!(prepared.types, [23, 1700, 701, 1009, 1114]);
        assert_eq!(prepared.question.statement, "SELECT $1");
        assert_eq!(prepared.question.before, 101);
        let Ok(Command::Prepare(bare)) = command("prepare Q as select 1") else {
            panic!();
        };
        assert_eq!((bare.name.as_str(), bare.types), ("q", Vec::new()));
        for (sql, state) in [
            ("PREPARE q (frobnicate) AS SELECT 1", "42704"),
            ("PREPARE q (int AS SELECT 1", "42601"),
            ("PREPARE q", "42601"),
            ("PREPARE q AS", "42601"),
        ] {
            assert_eq!(command(sql).unwrap_err().state, state, "{sql}");
        }
    }

    #[test]
    fn values_are_told_from_what_has_to_be_computed() {
        let Ok(Command::Execute(execution)) =
            command("EXECUTE q (1, -2.5, 'it''s', NULL, TRUE, now() - interval '1 day', (1, 2))")
        else {
            panic!();
        };
        let value = |text: &str| Argument::Value(Some(text.to_owned()));
        let [one, two, text, nothing, truth, moment, list] = execution.arguments.as_slice() else {
            panic!("{execution:?}");
        };
        assert_eq!(
            [one, two, text, truth].map(Clone::clone),
            [value("1"), value("-2.5"), value("it's"), value("true")]
        );
        assert_eq!(nothing, &Argument::Value(None));
        assert!(matches!(moment, Argument::Expression(place)
            if place.statement == "now() - interval '1 day'"));
        assert!(matches!(list, Argument::Expression(_)));
        for sql in ["EXECUTE q", "EXECUTE q ()"] {
            let Ok(Command::Execute(execution)) = command(sql) else {
                panic!("{sql}");
            };
            assert_eq!(execution.arguments, []);
        }
        for sql in [
            "EXECUTE q (1",
            "EXECUTE q (1,)",
            "EXECUTE q (1) 2",
            "EXECUTE",
        ] {
            assert_eq!(command(sql).unwrap_err().state, "42601", "{sql}");
        }
    }
}
