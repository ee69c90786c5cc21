//! What a statement is, by its first words. Questions are not looked into here.

use sqlparser::tokenizer::Token;

use super::split::{Piece, Word};
use crate::fault::{Fault, Result};
use crate::place::Place;

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    /// A question to the lake.
    Ask(Place),
    Begin,
    Commit,
    Rollback,
    Savepoint,
    Release,
    RollbackTo,
    Set {
        name: String,
        value: Option<String>,
    },
    /// Settings of a transaction, which are what they are.
    SetTransaction,
    Show(String),
    /// All of them where none is named.
    Reset(Option<String>),
    Discard,
    /// All of them where none is named.
    Deallocate(Option<String>),
    Declare(Declared),
    Fetch {
        name: String,
        count: Count,
        is_shown: bool,
    },
    /// All of them where none is named.
    Close(Option<String>),
    Unlisten,
}

/// A question that is asked when somebody fetches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) question: Place,
    /// Whether it goes on after its transaction.
    pub(crate) is_held: bool,
}

/// How many rows are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    All,
    Some(usize),
}

const CHANGES: [&str; 23] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT",
    "REVOKE", "COMMENT", "VACUUM", "ANALYZE", "REINDEX", "CLUSTER", "REFRESH", "IMPORT",
    "SECURITY", "REASSIGN", "CALL", "DO", "COPY", "LOCK",
];

/// What the engine shows by itself.
const SHOWN_BY_ENGINE: [&str; 3] = ["TABLES", "COLUMNS", "FUNCTIONS"];

/// What a statement is; `None` for one without words.
pub(crate) fn read(piece: &Piece) -> Result<Command> {
    let mut words = Words::of(piece);
    let first = words.keyword().unwrap_or_default();
    let command = match first.as_str() {
        "BEGIN" | "START" => Command::Begin,
        "COMMIT" | "END" => Command::Commit,
        "ROLLBACK" | "ABORT" => {
            words.skip_any(&["WORK", "TRANSACTION"]);
            if words.is_next("TO") {
                Command::RollbackTo
            } else {
                Command::Rollback
            }
        }
        "SAVEPOINT" => Command::Savepoint,
        "RELEASE" => Command::Release,
        "SET" => set(&mut words)?,
        "SHOW" => show(&mut words, piece),
        "RESET" => Command::Reset(words.name_or_all()?),
        "DISCARD" => Command::Discard,
        "DEALLOCATE" => {
            words.skip_any(&["PREPARE"]);
            Command::Deallocate(words.name_or_all()?)
        }
        "DECLARE" => declare(&mut words, piece)?,
        "FETCH" => fetch(&mut words, true)?,
        "MOVE" => fetch(&mut words, false)?,
        "CLOSE" => Command::Close(words.name_or_all()?),
        "UNLISTEN" => Command::Unlisten,
        "LISTEN" | "NOTIFY" => return Err(Fault::unsupported("nobody notifies anybody here")),
        "PREPARE" | "EXECUTE" => {
            return Err(
                Fault::unsupported("statements are prepared by the protocol alone")
                    .hint("let the driver prepare them"),
            );
        }
        "COPY" if words.contains("STDOUT") => {
            return Err(Fault::unsupported("rows are not copied out")
                .hint("ask with a SELECT, or ask the API for CSV"));
        }
        other if CHANGES.contains(&other) => return Err(Fault::read_only()),
        _ => Command::Ask(piece.place.clone()),
    };
    Ok(command)
}

fn set(words: &mut Words<'_>) -> Result<Command> {
    words.skip_any(&["SESSION", "LOCAL"]);
    if words.skip("TRANSACTION") || words.skip("CHARACTERISTICS") {
        return Ok(Command::SetTransaction);
    }
    if words.skip("TIME") {
        words.skip("ZONE");
        return Ok(Command::Set {
            name: "timezone".to_owned(),
            value: words.value(),
        });
    }
    let name = words.setting()?;
    if !words.skip("TO") && !words.skip_token(&Token::Eq) {
        return Err(Fault::syntax("`SET` needs a name, `TO` and a value"));
    }
    Ok(Command::Set {
        name,
        value: words.value(),
    })
}

fn show(words: &mut Words<'_>, piece: &Piece) -> Command {
    let is_of_engine = SHOWN_BY_ENGINE.iter().any(|what| words.is_next(what));
    if words.skip("TRANSACTION") {
        return Command::Show("transaction_isolation".to_owned());
    }
    if words.skip("TIME") {
        return Command::Show("timezone".to_owned());
    }
    match words.setting() {
        Ok(name) if !is_of_engine => Command::Show(name),
        _ => Command::Ask(piece.place.clone()),
    }
}

fn declare(words: &mut Words<'_>, piece: &Piece) -> Result<Command> {
    let name = words.name()?;
    while words.skip_any(&["BINARY", "ASENSITIVE", "INSENSITIVE", "NO", "SCROLL"]) {}
    if !words.skip("CURSOR") {
        return Err(Fault::syntax(
            "`DECLARE` needs a name, `CURSOR FOR` and a question",
        ));
    }
    let mut is_held = false;
    if words.skip("WITH") {
        is_held = true;
        words.skip("HOLD");
    } else if words.skip("WITHOUT") {
        words.skip("HOLD");
    }
    let start = words.skip("FOR").then(|| words.start()).flatten();
    let start = start.ok_or_else(|| Fault::syntax("`DECLARE … CURSOR FOR` needs a question"))?;
    let (before, question) = piece.text().split_at_checked(start).unwrap_or_default();
    Ok(Command::Declare(Declared {
        name,
        question: Place {
            before: piece.place.before + before.chars().count(),
            statement: question.to_owned(),
        },
        is_held,
    }))
}

fn fetch(words: &mut Words<'_>, is_shown: bool) -> Result<Command> {
    let mut count = Count::Some(1);
    if words.skip_any(&["NEXT"]) {
    } else if words.skip_any(&["FORWARD"]) {
        if let Some(said) = words.count()? {
            count = said;
        }
    } else if let Some(said) = words.count()? {
        count = said;
    } else if ["PRIOR", "FIRST", "LAST", "ABSOLUTE", "RELATIVE", "BACKWARD"]
        .iter()
        .any(|way| words.is_next(way))
    {
        return Err(Fault::new("55000", "rows are fetched forward alone")
            .hint("declare it again to begin anew"));
    }
    words.skip_any(&["FROM", "IN"]);
    Ok(Command::Fetch {
        name: words.name()?,
        count,
        is_shown,
    })
}

/// The words of a statement, from one place on.
struct Words<'a> {
    words: &'a [Word],
}

impl<'a> Words<'a> {
    fn of(piece: &'a Piece) -> Self {
        Self {
            words: &piece.tokens,
        }
    }

    fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(&first.token)
    }

    fn peek(&self) -> Option<&'a Token> {
        self.words.first().map(|word| &word.token)
    }

    /// The byte at which the next word begins.
    fn start(&self) -> Option<usize> {
        self.words.first().map(|word| word.start)
    }

    fn keyword(&mut self) -> Option<String> {
        match self.next()? {
            Token::Word(word) if word.quote_style.is_none() => {
                Some(word.value.to_ascii_uppercase())
            }
            _ => None,
        }
    }

    fn is_next(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(word))
            if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
    }

    fn contains(&self, keyword: &str) -> bool {
        self.words.iter().any(|word| {
            matches!(&word.token, Token::Word(word) if word.value.eq_ignore_ascii_case(keyword))
        })
    }

    fn skip(&mut self, keyword: &str) -> bool {
        let is_next = self.is_next(keyword);
        if is_next {
            self.next();
        }
        is_next
    }

    fn skip_any(&mut self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.skip(keyword))
    }

    fn skip_token(&mut self, token: &Token) -> bool {
        let is_next = self.peek() == Some(token);
        if is_next {
            self.next();
        }
        is_next
    }

    /// A name, folded to small letters unless it is quoted.
    fn name(&mut self) -> Result<String> {
        match self.next() {
            Some(Token::Word(word)) if word.quote_style.is_some() => Ok(word.value.clone()),
            Some(Token::Word(word)) => Ok(word.value.to_lowercase()),
            _ => Err(Fault::syntax("a name is missing")),
        }
    }

    fn name_or_all(&mut self) -> Result<Option<String>> {
        if self.is_next("ALL") {
            return Ok(None);
        }
        self.setting().map(Some)
    }

    /// A name that may have points.
    fn setting(&mut self) -> Result<String> {
        let mut name = self.name()?;
        while self.skip_token(&Token::Period) {
            name = format!("{name}.{}", self.name()?);
        }
        Ok(name)
    }

    /// The value of a setting; `None` for that of the start.
    fn value(&mut self) -> Option<String> {
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

    fn count(&mut self) -> Result<Option<Count>> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::split;

    fn command(sql: &str) -> Result<Command> {
        read(&split(sql)[0])
    }

    fn set_to(name: &str, value: &str) -> Command {
        Command::Set {
            name: name.to_owned(),
            value: Some(value.to_owned()),
        }
    }

    #[test]
    fn settings_are_read_as_clients_write_them() {
        for (sql, expected) in [
            (
                "SET extra_float_digits = 3",
                set_to("extra_float_digits", "3"),
            ),
            ("set session DateStyle to 'ISO'", set_to("datestyle", "ISO")),
            ("SET search_path TO a, \"B\"", set_to("search_path", "a, B")),
            ("SET TIME ZONE 'UTC'", set_to("timezone", "UTC")),
            ("SET app.name = x", set_to("app.name", "x")),
            (
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
                Command::SetTransaction,
            ),
            (
                "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                Command::SetTransaction,
            ),
            (
                "SHOW TRANSACTION ISOLATION LEVEL",
                Command::Show("transaction_isolation".to_owned()),
            ),
            (
                "SHOW server_version",
                Command::Show("server_version".to_owned()),
            ),
            ("RESET ALL", Command::Reset(None)),
            (
                "DEALLOCATE \"_pg3_0\"",
                Command::Deallocate(Some("_pg3_0".to_owned())),
            ),
        ] {
            assert_eq!(command(sql).unwrap(), expected, "{sql}");
        }
    }

    #[test]
    fn a_cursor_is_read_as_clients_write_it() {
        let declared = command("DECLARE \"c 1\" NO SCROLL CURSOR WITH HOLD FOR  SELECT 1").unwrap();
        let Command::Declare(declared) = declared else {
            panic!("{declared:?}");
        };
        assert_eq!((declared.name.as_str(), declared.is_held), ("c 1", true));
        assert_eq!(declared.question.statement, "SELECT 1");
        assert_eq!(declared.question.before, 46);
        for (sql, count) in [
            ("FETCH 5 FROM c", Count::Some(5)),
            ("FETCH FORWARD 10 IN c", Count::Some(10)),
            ("FETCH FORWARD ALL FROM c", Count::All),
            ("FETCH c", Count::Some(1)),
            ("FETCH NEXT FROM \"c\"", Count::Some(1)),
        ] {
            let expected = Command::Fetch {
                name: "c".to_owned(),
                count,
                is_shown: true,
            };
            assert_eq!(command(sql).unwrap(), expected, "{sql}");
        }
        assert_eq!(
            command("FETCH BACKWARD 1 FROM c").unwrap_err().state,
            "55000"
        );
    }

    #[test]
    fn whatever_would_change_something_is_refused_before_it_is_looked_at() {
        for sql in [
            "INSERT INTO t VALUES (1)",
            "create table t (x int)",
            "COPY t FROM STDIN",
            "DO $$x$$",
        ] {
            assert_eq!(command(sql).unwrap_err().state, "25006", "{sql}");
        }
        assert_eq!(command("COPY t TO STDOUT").unwrap_err().state, "0A000");
        assert!(matches!(command("SHOW TABLES"), Ok(Command::Ask(_))));
        assert!(matches!(command("(SELECT 1)"), Ok(Command::Ask(_))));
    }
}
