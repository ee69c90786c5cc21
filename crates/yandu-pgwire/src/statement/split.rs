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
    let mut places = Places::of(sql);
    let mut pieces = Vec::new();
    // The byte and the sign at which the statement begins.
    let (mut start, mut before) = (0, 0);
    let mut words: Vec<Word> = Vec::new();
    let mut end_with = |end: usize, (start, before): (usize, usize), words: &mut Vec<Word>| {
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
                before,
                statement: text.to_owned(),
            },
            tokens,
        });
    };
    for TokenWithSpan { token, span } in tokens {
        match token {
            Token::Whitespace(_) | Token::EOF => {}
            Token::SemiColon => {
                let (at, signs) = places.go_to(span.start);
                end_with(at, (start, before), &mut words);
                (start, before) = (at + 1, signs + 1);
            }
            token => words.push(Word {
                token,
                start: places.go_to(span.start).0,
            }),
        }
    }
    end_with(sql.len(), (start, before), &mut words);
    pieces
}

/// Where in a text its tokens stand, which are asked for in their order: the text is gone through once.
struct Places<'a> {
    rest: std::str::CharIndices<'a>,
    /// The place that was reached, as lines and columns from 1, in bytes and in signs.
    at: Location,
    byte: usize,
    signs: usize,
}

impl<'a> Places<'a> {
    fn of(sql: &'a str) -> Self {
        Self {
            rest: sql.char_indices(),
            at: Location::new(1, 1),
            byte: 0,
            signs: 0,
        }
    }

    /// The byte and the sign at a line and a column.
    fn go_to(&mut self, at: Location) -> (usize, usize) {
        while (self.at.line, self.at.column) < (at.line, at.column) {
            let Some((place, sign)) = self.rest.next() else {
                break;
            };
            self.byte = place + sign.len_utf8();
            self.signs += 1;
            self.at = if sign == '\n' {
                Location::new(self.at.line + 1, 1)
            } else {
                Location::new(self.at.line, self.at.column + 1)
            };
        }
        (self.byte, self.signs)
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
