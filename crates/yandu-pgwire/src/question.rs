//! A question in the SQL of PostgreSQL, as the lake understands it.

use sqlparser::ast::Statement;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::catalogue::Seen;
use crate::fault::{Fault, Result};
use crate::names::Names;
use crate::place::Place;
use crate::rewrite;

/// Walking down the tree of a long chain of operators needs stack for each step; the lake bounds the chain.
const STACK: usize = 32 << 20;

/// A question to the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) sql: String,
    /// Where it stands in the client's text; none when it was written anew, so that places in it mean nothing.
    pub(crate) place: Option<Place>,
    pub(crate) names: Names,
    /// What stands before the number of rows when it is answered.
    pub(crate) tag: &'static str,
}

impl Question {
    /// Reads a question. What cannot be read as PostgreSQL's is left to the lake, which says what is wrong with it.
    pub(crate) fn read(place: &Place, seen: &Seen) -> Result<Self> {
        yandu_lake::check_depth(&place.statement)
            .map_err(|error| Fault::of_lake(&error, Some(place)))?;
        stacker::maybe_grow(STACK, STACK, || Ok(Self::parse(place, seen)))
    }

    fn parse(place: &Place, seen: &Seen) -> Self {
        if let Some(instead) = rewrite::instead_of(&place.statement) {
            return Self {
                place: None,
                ..Self::parse(
                    &Place {
                        before: 0,
                        statement: instead.to_owned(),
                    },
                    seen,
                )
            };
        }
        let as_written = Self {
            sql: place.statement.clone(),
            place: Some(place.clone()),
            names: Names::default(),
            tag: "SELECT",
        };
        let Some(mut statement) = parsed(&place.statement) else {
            return as_written;
        };
        let tag = match statement {
            Statement::Explain { .. } | Statement::ExplainTable { .. } => "EXPLAIN",
            _ => "SELECT",
        };
        let names = Names::of(&statement);
        if !rewrite::rewrite(&mut statement, seen) {
            return Self {
                names,
                tag,
                ..as_written
            };
        }
        Self {
            sql: statement.to_string(),
            place: None,
            names,
            tag,
        }
    }
}

fn parsed(sql: &str) -> Option<Statement> {
    let dialect = PostgreSqlDialect {};
    let mut parser = Parser::new(&dialect).try_with_sql(sql).ok()?;
    let statement = parser.parse_statement().ok()?;
    let is_whole = parser.peek_token_ref().token == sqlparser::tokenizer::Token::EOF;
    is_whole.then_some(statement)
}
