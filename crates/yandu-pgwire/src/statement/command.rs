//! What a statement is, by its first words. Questions are not looked into here.

use sqlparser::tokenizer::Token;

use super::copy::{Copied, copy};
use super::prepared::{Execution, Preparation, execute, prepare};
use super::split::Piece;
use super::words::{Words, part};
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
    /// Everything that the connection keeps.
    Discard,
    /// What is kept of this kind, which is nothing.
    DiscardOnly(&'static str),
    Copy(Box<Copied>),
    Prepare(Preparation),
    Execute(Execution),
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

const CHANGES: [&str; 22] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT",
    "REVOKE", "COMMENT", "VACUUM", "ANALYZE", "REINDEX", "CLUSTER", "REFRESH", "IMPORT",
    "SECURITY", "REASSIGN", "CALL", "DO", "LOCK",
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
        "DISCARD" => discard(&mut words)?,
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
        "PREPARE" => Command::Prepare(prepare(&mut words, piece)?),
        "EXECUTE" => Command::Execute(execute(&mut words, piece)?),
        "COPY" => Command::Copy(Box::new(copy(&mut words, piece)?)),
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

fn discard(words: &mut Words<'_>) -> Result<Command> {
    let what = words.keyword().unwrap_or_default();
    Ok(match what.as_str() {
        "ALL" => Command::Discard,
        "PLANS" => Command::DiscardOnly("DISCARD PLANS"),
        "SEQUENCES" => Command::DiscardOnly("DISCARD SEQUENCES"),
        "TEMP" | "TEMPORARY" => Command::DiscardOnly("DISCARD TEMP"),
        _ => {
            return Err(Fault::syntax(
                "`DISCARD` needs `ALL`, `PLANS`, `SEQUENCES` or `TEMP`",
            ));
        }
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
    let question = words.skip("FOR").then(|| words.rest()).flatten();
    let question =
        question.ok_or_else(|| Fault::syntax("`DECLARE … CURSOR FOR` needs a question"))?;
    Ok(Command::Declare(Declared {
        name,
        question: part(piece, question),
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
    fn what_is_discarded_is_said() {
        assert_eq!(command("DISCARD ALL").unwrap(), Command::Discard);
        let plans = Command::DiscardOnly("DISCARD PLANS");
        assert_eq!(command("discard plans").unwrap(), plans);
        assert_eq!(command("DISCARD").unwrap_err().state, "42601");
    }

    #[test]
    fn whatever_would_change_something_is_refused_before_it_is_looked_at() {
        for sql in [
            "INSERT INTO t VALUES (1)",
            "create table t (x int)",
            "DO $$x$$",
        ] {
            assert_eq!(command(sql).unwrap_err().state, "25006", "{sql}");
        }
        assert!(matches!(command("SHOW TABLES"), Ok(Command::Ask(_))));
        assert!(matches!(command("(SELECT 1)"), Ok(Command::Ask(_))));
    }
}
