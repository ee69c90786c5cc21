//! How deep a statement may be nested by its operators.
//!
//! A chain such as `a OR b OR c …` is read as a tree as deep as it is long, and whatever walks that tree needs stack for each
//! step: without a bound one short text could end the process. Lists (`IN (…)`, `VALUES`, columns) are flat and not counted. What is
//! read beside each other costs planning time that grows faster than its number, so that it is bounded too.

use datafusion::common::DataFusionError;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use crate::session::problem::describe;
use crate::{Error, Result};

/// Far more than anybody writes by hand, and what fits into the stack of every thread that plans.
const MOST_OPERATORS: usize = 2_000;

/// The longest statement, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// The most places that a statement reads from.
const MOST_SOURCES: usize = 200;

/// Refuses a statement with too many operators, for whoever reads its tree before a session does.
pub fn check_depth(sql: &str) -> Result<()> {
    refuse_deep(sql).map_err(|error| Error::Query(describe(&error, Some(sql))))
}

/// Refuses a statement with too many operators. What cannot be read at all is left to the parser, which says why.
pub(crate) fn refuse_deep(sql: &str) -> Result<(), DataFusionError> {
    if sql.len() > MOST_BYTES {
        return Err(DataFusionError::Plan(format!(
            "the query has {} bytes, and at most {MOST_BYTES} are taken",
            sql.len()
        )));
    }
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else {
        return Ok(());
    };
    let sources = sources(&tokens);
    if sources > MOST_SOURCES {
        return Err(DataFusionError::Plan(format!(
            "the query reads from {sources} places, and at most {MOST_SOURCES} are taken"
        )));
    }
    let count = tokens.iter().filter(|token| is_operator(token)).count();
    if count <= MOST_OPERATORS {
        return Ok(());
    }
    Err(DataFusionError::Plan(format!(
        "the query has {count} operators, and at most {MOST_OPERATORS} are taken: \
         write a long chain of comparisons as `IN (…)`, or as a join with the values"
    )))
}

fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::NOT
                | Keyword::IS
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::RLIKE
                | Keyword::REGEXP
                | Keyword::SIMILAR
                | Keyword::IN
                | Keyword::AT
                | Keyword::COLLATE
                | Keyword::NOTNULL
                | Keyword::OVERLAPS
                | Keyword::INTERVAL
                | Keyword::CASE
                | Keyword::PRIOR
                | Keyword::MEMBER
                | Keyword::DIV
                | Keyword::XOR
                | Keyword::MATCH
                | Keyword::BINARY
                | Keyword::BETWEEN
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::JOIN
        ),
        Token::Whitespace(_)
        | Token::Comma
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::LParen
        | Token::RParen
        | Token::Period
        | Token::SemiColon
        | Token::EOF => false,
        _ => true,
    }
}

/// The places that a statement reads from: each `FROM`, `JOIN` and `WITH`, and what stands between commas behind a `FROM`.
fn sources(tokens: &[Token]) -> usize {
    let mut count = 0;
    // Whether the list at each depth of brackets is one of `FROM`.
    let mut lists = vec![false];
    for token in tokens {
        match token {
            Token::LParen => lists.push(false),
            Token::RParen => {
                lists.pop();
                if lists.is_empty() {
                    lists.push(false);
                }
            }
            Token::Comma => count += usize::from(lists.last() == Some(&true)),
            Token::Word(word) => match word.keyword {
                Keyword::FROM | Keyword::JOIN | Keyword::WITH => {
                    count += 1;
                    if let Some(list) = lists.last_mut() {
                        // The tables of a WITH stand in a list too.
                        *list = true;
                    }
                }
                Keyword::WHERE
                | Keyword::GROUP
                | Keyword::ORDER
                | Keyword::SELECT
                | Keyword::HAVING
                | Keyword::WINDOW
                | Keyword::LIMIT => {
                    if let Some(list) = lists.last_mut() {
                        *list = false;
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_chains_are_refused_and_long_lists_are_not() {
        for operator in ["+", "||", " OR ", " AND ", " UNION ALL SELECT "] {
            let chain = |terms: usize| format!("SELECT {}", vec!["1"; terms].join(operator));
            assert!(
                refuse_deep(&chain(MOST_OPERATORS + 1)).is_ok(),
                "{operator}"
            );
            let refused = refuse_deep(&chain(MOST_OPERATORS + 2)).unwrap_err();
            assert!(refused.to_string().contains("2001 operators"), "{refused}");
        }
        for chain in [
            " IN (true)",
            " AT TIME ZONE 'UTC'",
            " ILIKE 'a'",
            " NOTNULL",
            " COLLATE c",
        ] {
            let sql = format!("SELECT true{}", chain.repeat(MOST_OPERATORS + 1));
            assert!(refuse_deep(&sql).is_err(), "{chain}");
        }
        assert!(refuse_deep(&"x".repeat(MOST_BYTES + 1)).is_err());
        let list = vec!["'a-b'"; 50_000].join(", ");
        assert!(refuse_deep(&format!("SELECT 1 IN ({list})")).is_ok());
    }

    #[test]
    fn a_query_reads_from_a_bounded_number_of_places() {
        let tables = |count: usize| vec!["(SELECT 1) t"; count].join(", ");
        assert!(refuse_deep(&format!("SELECT 1 FROM {}", tables(100))).is_ok());
        assert!(refuse_deep(&format!("SELECT 1 FROM {}", tables(300))).is_err());
        let ctes = vec!["t AS (SELECT 1)"; 300].join(", ");
        assert!(refuse_deep(&format!("WITH {ctes} SELECT 1")).is_err());
        assert!(refuse_deep(&format!("SELECT 1 FROM a{}", " JOIN b ON true".repeat(300))).is_err());
        // Columns and values are no places.
        let columns = vec!["a"; 1_000].join(", ");
        assert!(
            refuse_deep(&format!(
                "SELECT {columns} FROM t WHERE a IN ({columns}) GROUP BY {columns}"
            ))
            .is_ok()
        );
    }
}
