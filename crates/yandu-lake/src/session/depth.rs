//! How deep a statement may be nested by its operators.
//!
//! A chain such as `a OR b OR c …` is read as a tree as deep as it is long, and whatever walks that tree needs stack for each
//! step: without a bound one short text could end the process. Lists (`IN (…)`, `VALUES`, columns) are flat and not counted.

use datafusion::common::DataFusionError;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use crate::session::problem::describe;
use crate::{Error, Result};

/// Far more than anybody writes by hand, and what fits into the stack of every thread that plans.
const MOST_OPERATORS: usize = 2_000;

/// Refuses a statement with too many operators, for whoever reads its tree before a session does.
pub fn check_depth(sql: &str) -> Result<()> {
    refuse_deep(sql).map_err(|error| Error::Query(describe(&error, Some(sql))))
}

/// Refuses a statement with too many operators. What cannot be read at all is left to the parser, which says why.
pub(crate) fn refuse_deep(sql: &str) -> Result<(), DataFusionError> {
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else {
        return Ok(());
    };
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
        let list = vec!["'a-b'"; 50_000].join(", ");
        assert!(refuse_deep(&format!("SELECT 1 IN ({list})")).is_ok());
    }
}
