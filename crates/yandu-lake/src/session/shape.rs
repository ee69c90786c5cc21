//! What questions have in common that differ in their values alone.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// What stands in the place of a value.
const VALUE: &str = "?";

/// A question without its values: each number and each text that is written out is `?`, and so is a list of them; comments are left
/// out. Two questions of one shape read the same columns of the same datasets, and the shape holds nothing of whom they ask for. What
/// cannot be read as SQL is nothing but `?`.
pub fn shape(sql: &str) -> String {
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else {
        return VALUE.to_owned();
    };
    let mut words: Vec<String> = Vec::new();
    for token in tokens {
        let word = match token {
            Token::Whitespace(_) | Token::EOF | Token::SemiColon => continue,
            token if is_value(&token) => {
                // `?, ?` is as good as `?`.
                if let [.., value, comma] = words.as_slice()
                    && value == VALUE
                    && comma == ","
                {
                    words.pop();
                    continue;
                }
                VALUE.to_owned()
            }
            token => token.to_string(),
        };
        words.push(word);
    }
    joined(&words)
}

/// The words as somebody would write them.
fn joined(words: &[String]) -> String {
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| words.get(before));
        let is_apart = !matches!(word.as_str(), "," | ")" | "." | "::" | "]" | "[")
            && before.is_some_and(|before| !matches!(before.as_str(), "(" | "." | "::" | "["));
        if is_apart {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn is_value(token: &Token) -> bool {
    matches!(
        token,
        Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::TripleSingleQuotedString(_)
            | Token::TripleDoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::SingleQuotedByteStringLiteral(_)
            | Token::DoubleQuotedByteStringLiteral(_)
            | Token::TripleSingleQuotedByteStringLiteral(_)
            | Token::TripleDoubleQuotedByteStringLiteral(_)
            | Token::SingleQuotedRawStringLiteral(_)
            | Token::DoubleQuotedRawStringLiteral(_)
            | Token::TripleSingleQuotedRawStringLiteral(_)
            | Token::TripleDoubleQuotedRawStringLiteral(_)
            | Token::NationalStringLiteral(_)
            | Token::QuoteDelimitedStringLiteral(_)
            | Token::NationalQuoteDelimitedStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::DoubleQuotedString(_)
    )
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn questions_that_differ_in_values_alone_have_one_shape() {
        for (one, other, expected) in [
            (
                "SELECT name FROM club.member WHERE number = '1'",
                "SELECT name\nFROM club.member -- 2\nWHERE number = '2';",
                "SELECT name FROM club.member WHERE number = ?",
            ),
            (
                "SELECT * FROM club.member WHERE age IN (1, 2, 3) AND name <> 'x'",
                "SELECT * FROM club.member WHERE age IN (9) AND name <> 'O''Hara'",
                "SELECT * FROM club.member WHERE age IN (?) AND name <> ?",
            ),
            (
                "SELECT \"Name\", $1::int8 FROM t LIMIT 5 OFFSET 10",
                "SELECT \"Name\", $1::int8 FROM t LIMIT 500 OFFSET 0",
                "SELECT \"Name\", $1::int8 FROM t LIMIT ? OFFSET ?",
            ),
        ] {
            assert_eq!(shape(one), expected);
            assert_eq!(shape(other), expected);
        }
    }

    #[test]
    fn other_columns_and_other_places_of_values_are_another_shape() {
        let shapes = [
            "SELECT a FROM t",
            "SELECT b FROM t",
            "SELECT a FROM t WHERE b = $1",
            "SELECT a FROM t WHERE b = $2",
            "SELECT a FROM t WHERE b = 1",
        ]
        .map(shape);
        for (place, one) in shapes.iter().enumerate() {
            assert!(!shapes[..place].contains(one), "{one}");
        }
    }

    #[test]
    fn what_is_no_sql_tells_nothing_of_itself() {
        assert_eq!(shape("SELECT 'unfinished"), "?");
    }
}
