//! A text cut into statements.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use crate::place::Place;

/// One statement of a text.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) place: Place,
    /// Without blanks and comments; empty where the text is no SQL, which the lake says better.
    pub(crate) tokens: Vec<Word>,
}

/// A token, and the byte of the statement at which it begins.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) token: Token,
    pub(crate) start: usize,
}

impl Piece {
    pub(crate) fn text(&self) -> &str {
        &self.place.statement
    }
}

/// The statements of a text, those without any word left out.
pub(crate) fn split(sql: &str) -> Vec<Piece> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location();
    let Ok(tokens) = tokens else {
        return vec![Piece {
            place: Place {
                before: 0,
                statement: sql.to_owned(),
            },
            tokens: Vec::new(),
        }];
    };
    let lines = Lines::of(sql);
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut words: Vec<Word> = Vec::new();
    let mut end_with = |end: usize, start: usize, words: &mut Vec<Word>| {
        let mut tokens = std::mem::take(words);
        if tokens.is_empty() {
            return;
        }
        let text = sql.get(start..end).unwrap_or_default();
        for word in &mut tokens {
            word.start -= start;
        }
        pieces.push(Piece {
            place: Place {
                before: sql.get(..start).unwrap_or_default().chars().count(),
                statement: text.to_owned(),
            },
            tokens,
        });
    };
    for TokenWithSpan { token, span } in tokens {
        match token {
            Token::Whitespace(_) | Token::EOF => {}
            Token::SemiColon => {
                let at = lines.byte(sql, span.start);
                end_with(at, start, &mut words);
                start = at + 1;
            }
            token => words.push(Word {
                token,
                start: lines.byte(sql, span.start),
            }),
        }
    }
    end_with(sql.len(), start, &mut words);
    pieces
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(sql: &str) -> Self {
        let after = sql.match_indices('\n').map(|(place, _)| place + 1);
        Self(std::iter::once(0).chain(after).collect())
    }

    /// The byte at a line and a column, both from 1.
    fn byte(&self, sql: &str, at: Location) -> usize {
        let line = (at.line as usize).saturating_sub(1);
        let start = self.0.get(line).copied().unwrap_or(sql.len());
        let rest = sql.get(start..).unwrap_or_default();
        let column = (at.column as usize).saturating_sub(1);
        let of_line = rest.char_indices().nth(column).map(|(place, _)| place);
        start + of_line.unwrap_or(rest.len())
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    fn texts(sql: &str) -> Vec<String> {
        let pieces = split(sql);
        pieces.iter().map(|piece| piece.text().to_owned()).collect()
    }

    #[test]
    fn a_text_is_cut_at_its_semicolons_and_nowhere_else() {
        assert_eq!(texts("SELECT 1; SELECT 2"), ["SELECT 1", " SELECT 2"]);
        assert_eq!(texts("SELECT ';' -- ;\n;;\n/* ; */"), ["SELECT ';' -- ;\n"]);
        assert_eq!(
            texts("SELECT \"a;b\", $$;$$, '城;'"),
            ["SELECT \"a;b\", $$;$$, '城;'"]
        );
        assert_eq!(texts(" ;; "), Vec::<String>::new());
        assert_eq!(
            texts("SELECT 'unfinished; SELECT 2"),
            ["SELECT 'unfinished; SELECT 2"]
        );
    }

    #[test]
    fn words_know_where_they_stand() {
        let pieces = split("SELECT '城';\n  SELECT x FROM t");
        let second = &pieces[1];
        assert_eq!(second.place.before, 11);
        let last = second.tokens.last().unwrap();
        assert_eq!(&second.text()[last.start..], "t");
    }
}
