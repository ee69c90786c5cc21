//! From a character of a text to the character of the file that it was written with.

use super::Place;

/// The place in the file of the character at `offset` of a scalar's text.
///
/// `source` is the file, `place` the scalar with its quotes or block header. Folding and chomping change white space only,
/// so the visible characters of text and source are walked side by side; of a white space in the text, the result is the
/// next place in the source. Escapes of double quotes are undone on the way.
pub(crate) fn locate(source: &str, place: Place, text: &str, offset: usize) -> Place {
    let mut walk = Walk::new(source, place);
    let mut position = walk.position();
    for (index, sign) in text.chars().enumerate() {
        if sign.is_whitespace() {
            position = walk.position();
        } else {
            position = walk.seek(sign);
        }
        if index == offset {
            return position;
        }
    }
    position
}

struct Walk<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    index: usize,
    line: usize,
    column: usize,
    end: usize,
    quote: Option<char>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a str, place: Place) -> Self {
        let start = source
            .char_indices()
            .nth(place.start)
            .map_or(source.len(), |(byte, _)| byte);
        let mut walk = Self {
            rest: source.get(start..).unwrap_or_default().chars().peekable(),
            index: place.start,
            line: place.line,
            column: place.column,
            end: place.end,
            quote: None,
        };
        match walk.rest.peek() {
            Some(&quote @ ('"' | '\'')) => {
                walk.quote = Some(quote);
                walk.step();
            }
            Some('|' | '>') => while walk.step().is_some_and(|sign| sign != '\n') {},
            _ => {}
        }
        walk
    }

    fn position(&self) -> Place {
        Place {
            start: self.index,
            end: self.index + 1,
            line: self.line,
            column: self.column,
        }
    }

    fn step(&mut self) -> Option<char> {
        if self.index >= self.end {
            return None;
        }
        let sign = self.rest.next()?;
        self.index += 1;
        if sign == '\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        Some(sign)
    }

    /// Goes on to the next writing of a visible character and past it; gives where it starts.
    fn seek(&mut self, wanted: char) -> Place {
        loop {
            let position = self.position();
            match self.step() {
                None => return position,
                Some('\'') if self.quote == Some('\'') => {
                    self.step();
                    if wanted == '\'' {
                        return position;
                    }
                }
                Some('\\') if self.quote == Some('"') => {
                    if self.unescape() == Some(wanted) {
                        return position;
                    }
                }
                Some(sign) if sign == wanted => return position,
                Some(_) => {}
            }
        }
    }

    fn unescape(&mut self) -> Option<char> {
        let digits = match self.step()? {
            sign @ ('"' | '\\' | '/') => return Some(sign),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            // A line break, a tab and their like: nothing visible.
            _ => return None,
        };
        let code: String = (0..digits).map_while(|_| self.step()).collect();
        u32::from_str_radix(&code, 16).ok().and_then(char::from_u32)
    }
}
