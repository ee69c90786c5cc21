//! The text of a question, as the lake reads it.

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::fault::{Fault, Result};

/// The longest text of a statement.
const MOST_BYTES: usize = 1 << 20;

/// The text with `$1`, `$2` … in the places of `?`, which ODBC, JDBC and ADBC write for a value. What has none is left as it was
/// written, so that places in it mean something.
pub(crate) fn question(sql: String) -> Result<String> {
    if sql.len() > MOST_BYTES {
        let most = MOST_BYTES >> 20;
        return Err(Fault::too_much(format!(
            "a statement has at most {most} MiB"
        )));
    }
    if !sql.contains('?') {
        return Ok(sql);
    }
    let tokens = Tokenizer::new(&GenericDialect {}, &sql)
        .with_unescape(false)
        .tokenize();
    // What is wrong with it is said by the lake.
    let Ok(mut tokens) = tokens else {
        return Ok(sql);
    };
    let mut places = 0;
    let mut is_numbered = false;
    for token in &mut tokens {
        if let Token::Placeholder(text) = token {
            if text == "?" {
                places += 1;
                *text = format!("${places}");
            } else {
                is_numbered = true;
            }
        }
    }
    if places == 0 {
        return Ok(sql);
    }
    if is_numbered {
        return Err(Fault::malformed(
            "values are written as `?` or as `$1`, not as both",
        ));
    }
    Ok(tokens.iter().map(ToString::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_mark_is_a_place_and_in_a_text_it_is_a_sign() {
        for (written, read) in [
            ("SELECT ? + ?", "SELECT $1 + $2"),
            (
                "SELECT 'it''s ?', \"a?\" -- why?\n FROM t /* ? */ WHERE x = ?",
                "SELECT 'it''s ?', \"a?\" -- why?\n FROM t /* ? */ WHERE x = $1",
            ),
            ("SELECT '?'", "SELECT '?'"),
            ("SELECT $2,  $1", "SELECT $2,  $1"),
            ("SELECT 'open ?", "SELECT 'open ?"),
        ] {
            assert_eq!(question(written.to_owned()).unwrap(), read);
        }
        for both in ["SELECT ?, $1", "SELECT $1, ?"] {
            assert!(question(both.to_owned()).is_err());
        }
        assert!(question(" ".repeat(MOST_BYTES + 1)).is_err());
    }
}
