//! The words of a statement, taken one after the other.

use sqlparser::tokenizer::Token;

use super::command::Count;
use super::split::{Piece, Word};
use crate::fault::{Fault, Result};
use crate::place::Place;

/// The words of a statement, from one place on.
pub(super) struct Words<'a> {
    words: &'a [Word],
    text: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn of(piece: &'a Piece) -> Self {
        Self {
            words: &piece.tokens,
            text: piece.text(),
        }
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(&first.token)
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.words.first().map(|word| &word.token)
    }

    /// The byte at which the next word begins.
    pub(super) fn start(&self) -> Option<usize> {
        self.words.first().map(|word| word.start)
    }

    pub(super) fn keyword(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(word) if word.quote_style.is_none() => {
                Some(word.value.to_ascii_uppercase())
            }
            _ => None,
        }
    }

    pub(super) fn is_next(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word))
            if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn skip(&mut self, keyword: &str) -> bool {
        let is_next = self.is_next(keyword);
        if is_next {
            self.next();
        }
        is_next
    }

    pub(super) fn skip_any(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.skip(keyword))
    }

    pub(super) fn skip_token(&mut self, token: &Token) -> bool {
        let is_next = self.is_next_token(token);
        if is_next {
            self.next();
        }
        is_next
    }

    pub(super) fn is_next_token(&self, token: &Token) -> bool {
        self.peek() == Some(token)
    }

    /// A text.
    pub(super) fn string(&mut self) -> Result<String> {
        match self.next() {
            Some(Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text)) => {
                Ok(text.clone())
            }
            _ => Err(Fault::syntax("a text in quotes is missing")),
        }
    }

    /// A word as it is written, which may stand in quotes or be a number.
    pub(super) fn word(&mut self) -> Result<String> {
        match self.next() {
            Some(
                Token::SingleQuotedString(text)
                | Token::EscapedStringLiteral(text)
                | Token::Number(text, _),
            ) => Ok(text.clone()),
            Some(Token::Word(word)) => Ok(word.value.clone()),
            _ => Err(Fault::syntax("a word is missing")),
        }
    }

    /// A name, folded to small letters unless it is quoted.
    pub(super) fn name(&mut self) -> Result<String> {
        match self.next() {
            Some(Token::Word(word)) if word.quote_style.is_some() => Ok(word.value.clone()),
            Some(Token::Word(word)) => Ok(word.value.to_lowercase()),
            _ => Err(Fault::syntax("a name is missing")),
        }
    }

    pub(super) fn name_or_all(&mut self) -> Result<Option<String>> {
        if self.is_next("ALL") {
            return Ok(None);
        }
        self.setting().map(Some)
    }

    /// A name that may have points.
    pub(super) fn setting(&mut self) -> Result<String> {
        let mut name = self.name()?;
        while self.skip_token(&Token::Period) {
            name = format!("{name}.{}", self.name()?);
        }
        Ok(name)
    }

    /// The value of a setting; `None` for that of the start.
    pub(super) fn value(&mut self) -> Option<String> {
        let mut value = String::new();
        while let Some(token) = self.next() {
            match token {
                Token::Word(word)
                    if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("default") =>
                {
                    return None;
                }
                Token::Word(word) => value.push_str(&word.value),
                Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) => {
                    value.push_str(text);
                }
                Token::Comma => value.push_str(", "),
                other => value.push_str(&other.to_string()),
            }
        }
        Some(value)
    }

    pub(super) fn count(&mut self) -> Result<Option<Count>> {
        if self.skip("ALL") {
            return Ok(Some(Count::All));
        }
        let Some(Token::Number(digits, _)) = self.peek() else {
            return Ok(None);
        };
        self.next();
        let count = digits.parse();
        let count = count.map_err(|_| Fault::syntax("a number of rows is not so large"))?;
        Ok(Some(Count::Some(count)))
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.words.is_empty()
    }

    /// The text of the words up to a place that is found in them; they are passed over. `None` where it is not found.
    pub(super) fn until(
        &mut self,
        is_end: impl Fn(&Token, usize) -> bool,
    ) -> Option<(&'a str, usize)> {
        let words = self.words;
        let mut depth = 0_usize;
        for (place, word) in words.iter().enumerate() {
            if is_end(&word.token, depth) {
                let start = self.start()?;
                self.words = words.get(place..).unwrap_or_default();
                let text = self.text.get(start..word.start)?;
                return Some((text, start));
            }
            match word.token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }

    /// The text of all that is left.
    pub(super) fn rest(&mut self) -> Option<(&'a str, usize)> {
        let start = self.start()?;
        self.words = &[];
        Some((self.text.get(start..)?, start))
    }
}

/// A part of a statement as a statement of its own, which begins at a byte of it.
pub(super) fn part(piece: &Piece, (text, start): (&str, usize)) -> Place {
    let before = piece.text().get(..start).unwrap_or_default();
    Place {
        before: piece.place.before + before.chars().count(),
        statement: text.to_owned(),
    }
}
