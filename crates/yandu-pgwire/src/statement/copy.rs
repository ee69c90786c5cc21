//! `COPY … TO STDOUT`, in the form of today and in that of before PostgreSQL 9.0, which clients and their users still write.

use sqlparser::tokenizer::Token;

use super::split::Piece;
use super::words::{Words, part};
use crate::fault::{Fault, Result};
use crate::place::Place;

/// How data comes in here.
const DELIVERED: &str = "rows are delivered as a file: `yandu collect FILE --dataset PACK.NAME`, or `POST /api/v1/batches`, or a source of the dataset's pack";

/// What is copied, and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Copied {
    pub(crate) question: Place,
    /// Whether the question stands so in the client's text, so that places in it mean something.
    pub(crate) is_as_written: bool,
    pub(crate) options: CopyOptions,
    /// The whole statement, as it was asked.
    pub(crate) statement: String,
}

/// How lines are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyOptions {
    pub(crate) format: CopyFormat,
    pub(crate) has_header: bool,
    pub(crate) delimiter: u8,
    /// What stands for nothing.
    pub(crate) null: String,
    pub(crate) quote: u8,
    /// What stands before a quote inside of quotes.
    pub(crate) escape: u8,
    pub(crate) forced: Quoted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyFormat {
    Text,
    Csv,
    Binary,
}

/// The columns whose values always stand in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Quoted {
    All,
    Only(Vec<String>),
}

/// The options as they are written; what is not said follows from the format.
#[derive(Default)]
struct Said {
    format: Option<CopyFormat>,
    has_header: Option<bool>,
    delimiter: Option<String>,
    null: Option<String>,
    quote: Option<String>,
    escape: Option<String>,
    forced: Option<Quoted>,
}

/// Reads what stands behind `COPY`.
pub(super) fn copy(words: &mut Words<'_>, piece: &Piece) -> Result<Copied> {
    let is_binary = words.skip("BINARY");
    let (question, is_as_written) = if words.is_next_token(&Token::LParen) {
        words.next();
        let asked = words.until(|token, depth| depth == 0 && *token == Token::RParen);
        let asked = asked.ok_or_else(|| Fault::syntax("the question of `COPY` has no end"))?;
        words.next();
        if asked.0.trim().is_empty() {
            return Err(Fault::syntax("the brackets of `COPY` hold no question"));
        }
        (part(piece, asked), true)
    } else {
        (table(words)?, false)
    };
    if words.skip("FROM") {
        return Err(Fault::new(
            "25006",
            "rows are not copied in here, they can only be read",
        )
        .hint(DELIVERED));
    }
    if !words.skip("TO") {
        return Err(Fault::syntax("`COPY` needs `TO STDOUT`"));
    }
    if !words.skip("STDOUT") {
        return Err(
            Fault::unsupported("no file of the server is written, and no program is run")
                .hint("copy to STDOUT; `\\copy` of psql writes what comes into a file of yours"),
        );
    }
    words.skip("WITH");
    let mut said = if words.skip_token(&Token::LParen) {
        listed(words)?
    } else {
        bare(words)?
    };
    if is_binary {
        said.format(CopyFormat::Binary)?;
    }
    if !words.is_over() {
        return Err(Fault::syntax(
            "something stands behind the options of `COPY`",
        ));
    }
    Ok(Copied {
        question,
        is_as_written,
        options: said.options()?,
        statement: piece.text().trim().to_owned(),
    })
}

/// The question that reads a table, or some of its columns.
fn table(words: &mut Words<'_>) -> Result<Place> {
    let missing = || Fault::syntax("`COPY` needs a dataset or a question, and `TO STDOUT`");
    let is_end = |token: &Token, depth: usize| {
        let is_word = |word: &str| {
            matches!(token, Token::Word(found)
                if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
        };
        depth == 0 && (*token == Token::LParen || is_word("TO") || is_word("FROM"))
    };
    let (name, _) = words.until(is_end).ok_or_else(missing)?;
    let columns = if words.skip_token(&Token::LParen) {
        let columns = words.until(|token, depth| depth == 0 && *token == Token::RParen);
        let (columns, _) = columns.ok_or_else(missing)?;
        words.next();
        columns
    } else {
        "*"
    };
    if name.trim().is_empty() || columns.trim().is_empty() {
        return Err(missing());
    }
    Ok(Place {
        before: 0,
        statement: format!("SELECT {} FROM {}", columns.trim(), name.trim()),
    })
}

/// `(FORMAT csv, HEADER, DELIMITER ';')`.
fn listed(words: &mut Words<'_>) -> Result<Said> {
    let mut said = Said::default();
    loop {
        let option = words.name()?;
        match option.as_str() {
            "format" => said.format(format_of(&words.word()?)?)?,
            "header" => once(&mut said.has_header, flag(words)?, &option)?,
            "delimiter" => once(&mut said.delimiter, words.string()?, &option)?,
            "null" => once(&mut said.null, words.string()?, &option)?,
            "quote" => once(&mut said.quote, words.string()?, &option)?,
            "escape" => once(&mut said.escape, words.string()?, &option)?,
            "force_quote" => {
                let quoted = quoted(words, true)?;
                once(&mut said.forced, quoted, &option)?;
            }
            "encoding" => utf8(&words.string()?)?,
            "freeze" | "force_not_null" | "force_null" | "default" | "on_error" => {
                return Err(only_in(&option));
            }
            _ => return Err(unknown(&option)),
        }
        if words.skip_token(&Token::RParen) {
            return Ok(said);
        }
        if !words.skip_token(&Token::Comma) {
            return Err(Fault::syntax("the options of `COPY` have no end"));
        }
    }
}

/// `CSV HEADER DELIMITER AS ';'`.
fn bare(words: &mut Words<'_>) -> Result<Said> {
    let mut said = Said::default();
    while !words.is_over() {
        let option = words.name()?;
        match option.as_str() {
            "csv" => said.format(CopyFormat::Csv)?,
            "binary" => said.format(CopyFormat::Binary)?,
            "header" => once(&mut said.has_header, true, &option)?,
            "delimiter" | "delimiters" => {
                once(&mut said.delimiter, string_behind_as(words)?, "delimiter")?;
            }
            "null" => once(&mut said.null, string_behind_as(words)?, &option)?,
            "quote" => once(&mut said.quote, string_behind_as(words)?, &option)?,
            "escape" => once(&mut said.escape, string_behind_as(words)?, &option)?,
            "encoding" => utf8(&words.string()?)?,
            "force" if words.skip("QUOTE") => {
                let quoted = quoted(words, false)?;
                once(&mut said.forced, quoted, "force_quote")?;
            }
            "force" | "freeze" => return Err(only_in(&option)),
            _ => return Err(unknown(&option)),
        }
    }
    Ok(said)
}

fn string_behind_as(words: &mut Words<'_>) -> Result<String> {
    words.skip("AS");
    words.string()
}

/// `*`, or names of columns, in brackets where they have to be.
fn quoted(words: &mut Words<'_>, in_brackets: bool) -> Result<Quoted> {
    if words.skip_token(&Token::Mul) {
        return Ok(Quoted::All);
    }
    if in_brackets && !words.skip_token(&Token::LParen) {
        return Err(Fault::syntax(
            "`FORCE_QUOTE` needs `*`, or columns in brackets",
        ));
    }
    let mut columns = vec![words.name()?];
    while words.skip_token(&Token::Comma) {
        columns.push(words.name()?);
    }
    if in_brackets && !words.skip_token(&Token::RParen) {
        return Err(Fault::syntax("the columns of `FORCE_QUOTE` have no end"));
    }
    Ok(Quoted::Only(columns))
}

fn format_of(name: &str) -> Result<CopyFormat> {
    match name.to_ascii_lowercase().as_str() {
        "text" => Ok(CopyFormat::Text),
        "csv" => Ok(CopyFormat::Csv),
        "binary" => Ok(CopyFormat::Binary),
        _ => Err(
            Fault::new("22023", format!("there is no format `{name}` of `COPY`"))
                .hint("one of `text`, `csv`, `binary`"),
        ),
    }
}

/// Whether something is on, as it is without a word.
fn flag(words: &mut Words<'_>) -> Result<bool> {
    if words.is_next_token(&Token::Comma) || words.is_next_token(&Token::RParen) {
        return Ok(true);
    }
    let word = words.word()?;
    match word.to_ascii_lowercase().as_str() {
        "true" | "on" | "1" => Ok(true),
        "false" | "off" | "0" => Ok(false),
        _ => Err(Fault::new("42601", "`HEADER` is true or false")),
    }
}

fn utf8(name: &str) -> Result<()> {
    match name.to_uppercase().replace(['-', '_'], "").as_str() {
        "UTF8" | "UNICODE" => Ok(()),
        _ => Err(Fault::new("22023", format!("`{name}` is not written here"))
            .hint("texts are sent in UTF8")),
    }
}

fn once<T>(place: &mut Option<T>, value: T, option: &str) -> Result<()> {
    if place.replace(value).is_some() {
        let option = option.to_uppercase();
        return Err(Fault::syntax(format!("`{option}` is said twice")));
    }
    Ok(())
}

fn only_in(option: &str) -> Fault {
    let option = option.to_uppercase();
    Fault::unsupported(format!(
        "`{option}` is for copying in, which is not done here"
    ))
    .hint(DELIVERED)
}

fn unknown(option: &str) -> Fault {
    Fault::syntax(format!("`COPY` has no option `{option}`"))
        .hint("FORMAT, HEADER, DELIMITER, NULL, QUOTE, ESCAPE, FORCE_QUOTE and ENCODING are known")
}

impl Said {
    fn format(&mut self, format: CopyFormat) -> Result<()> {
        once(&mut self.format, format, "format")
    }

    /// What is meant, by the rules of PostgreSQL.
    fn options(self) -> Result<CopyOptions> {
        let format = self.format.unwrap_or(CopyFormat::Text);
        let is_csv = format == CopyFormat::Csv;
        if format == CopyFormat::Binary {
            let is_said = [
                ("DELIMITER", self.delimiter.is_some()),
                ("NULL", self.null.is_some()),
                ("HEADER", self.has_header == Some(true)),
            ];
            if let Some((option, _)) = is_said.iter().find(|(_, is_said)| *is_said) {
                return Err(Fault::syntax(format!("a binary copy has no `{option}`")));
            }
        }
        let of_csv = [
            ("QUOTE", self.quote.is_some()),
            ("ESCAPE", self.escape.is_some()),
            ("FORCE_QUOTE", self.forced.is_some()),
        ];
        if !is_csv && let Some((option, _)) = of_csv.iter().find(|(_, is_said)| *is_said) {
            return Err(
                Fault::unsupported(format!("`{option}` is for CSV")).hint("say `FORMAT csv` too")
            );
        }
        let delimiter = self.delimiter.as_deref();
        let delimiter = sign(
            delimiter.unwrap_or(if is_csv { "," } else { "\t" }),
            "DELIMITER",
        )?;
        let quote = sign(self.quote.as_deref().unwrap_or("\""), "QUOTE")?;
        let escape = match self.escape.as_deref() {
            Some(escape) => sign(escape, "ESCAPE")?,
            None => quote,
        };
        let null = self.null.unwrap_or_else(|| {
            let null = if is_csv { "" } else { "\\N" };
            null.to_owned()
        });
        let refused = |why: &str| Err(Fault::new("22023", why.to_owned()));
        if b"\r\n".contains(&delimiter) || b"\r\n".contains(&quote) {
            return refused("what parts or quotes values is no end of a line");
        }
        if null.contains(['\r', '\n']) {
            return refused("what stands for nothing has no end of a line");
        }
        if !is_csv
            && (delimiter.is_ascii_lowercase()
                || delimiter.is_ascii_digit()
                || b"\\.".contains(&delimiter))
        {
            return refused("this sign means something else in a text copy, and parts no values");
        }
        if is_csv && delimiter == quote {
            return refused("values are parted and quoted by two signs");
        }
        let has = |sign: u8| null.as_bytes().contains(&sign);
        if format != CopyFormat::Binary && (has(delimiter) || is_csv && has(quote)) {
            return refused(
                "what stands for nothing has neither the delimiter nor the quote in it",
            );
        }
        Ok(CopyOptions {
            format,
            has_header: self.has_header.unwrap_or_default(),
            delimiter,
            null,
            quote,
            escape,
            forced: self.forced.unwrap_or(Quoted::Only(Vec::new())),
        })
    }
}

/// A sign of one byte.
fn sign(text: &str, option: &str) -> Result<u8> {
    match text.as_bytes() {
        [sign] => Ok(*sign),
        _ => Err(Fault::unsupported(format!(
            "`{option}` is one sign of one byte"
        ))),
    }
}

#[cfg(test)]
mod tests;
