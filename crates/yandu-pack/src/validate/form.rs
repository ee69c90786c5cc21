//! What is wrong with a text that does not match its pattern.

use yandu_words::{CodeListId, ColumnName, DatasetId, PackId, SourceId};

use crate::declare::ReferenceTarget;
use crate::problem::{did_you_mean, quoted};

/// What is wrong and what to do, for a definition of the schemas whose texts are read by the program.
pub(super) fn explain(definition: &str, text: &str) -> (String, Option<String>) {
    let read = match definition {
        "PackId" => text
            .parse::<PackId>()
            .map(drop)
            .map_err(|error| error.to_string()),
        "ColumnName" => text
            .parse::<ColumnName>()
            .map(drop)
            .map_err(|error| error.to_string()),
        "DatasetId" => text
            .parse::<DatasetId>()
            .map(drop)
            .map_err(|error| error.to_string()),
        "SourceId" => text
            .parse::<SourceId>()
            .map(drop)
            .map_err(|error| error.to_string()),
        "CodeListId" => text
            .parse::<CodeListId>()
            .map(drop)
            .map_err(|error| error.to_string()),
        "ReferenceTarget" => text
            .parse::<ReferenceTarget>()
            .map(drop)
            .map_err(|error| error.to_string()),
        "ValueType" => return value_type(text),
        "Period" => {
            let message = format!("{} is no length of time", quoted(text));
            let help = "write a whole number and s, min, h, d (calendar days) or wd (working days), such as `36 h`";
            return (message, Some(help.to_owned()));
        }
        _ => Ok(()),
    };
    match read {
        Err(message) => (message, Some(meant_name(text))),
        Ok(()) => (
            format!("{} does not have the right form", quoted(text)),
            None,
        ),
    }
}

fn value_type(text: &str) -> (String, Option<String>) {
    let message = format!("{} is no type", quoted(text));
    if text.starts_with("decimal") {
        let help =
            "write `\"decimal(12,2)\"` with the quotes: inside of braces a comma ends the value";
        return (message, Some(help.to_owned()));
    }
    let meant = did_you_mean(text, TYPES.iter().map(|(name, _)| *name))
        .and_then(|name| TYPES.iter().find(|(known, _)| *known == name));
    let help = match meant {
        Some((_, meant)) => format!("did you mean `{meant}`?"),
        None => "there are text, integer, decimal(p,s), float, boolean, date, time and timestamp"
            .to_owned(),
    };
    (message, Some(help))
}

/// Names of types here and in databases, with those that packs have for them.
const TYPES: [(&str, &str); 21] = [
    ("text", "text"),
    ("string", "text"),
    ("varchar", "text"),
    ("char", "text"),
    ("nvarchar", "text"),
    ("integer", "integer"),
    ("int", "integer"),
    ("bigint", "integer"),
    ("smallint", "integer"),
    ("long", "integer"),
    ("number", "decimal(18,2)"),
    ("numeric", "decimal(18,2)"),
    ("money", "decimal(18,2)"),
    ("float", "float"),
    ("double", "float"),
    ("real", "float"),
    ("boolean", "boolean"),
    ("bool", "boolean"),
    ("date", "date"),
    ("time", "time"),
    ("timestamp", "timestamp"),
];

/// A name that is right but for its letters' case or its dashes.
pub(super) fn meant_name(text: &str) -> String {
    let meant = text.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    let is_name = meant
        .split('.')
        .all(|part| part.parse::<ColumnName>().is_ok());
    if is_name && meant != text {
        format!("did you mean `{meant}`?")
    } else {
        "a name is a lower-case letter and then lower-case letters, digits and `_`".to_owned()
    }
}

/// What keys a map of the given definition may have together.
pub(super) fn keys(definition: &str) -> Option<&'static str> {
    Some(match definition {
        "Column" => {
            "a column has one of `standard`, `type` and `codes`, or `codes` together with `type`"
        }
        "Check" => {
            "a check asks one thing: `expect`, `between`, `at_least` and `at_most`, `matches`, `in`, `unique`, \
             `references`, `rows` or `fresh`"
        }
        "SqlChannel" => "a database is read by `table` or by `query`",
        "Given" => "a test is given a `file` or `rows`",
        "" => "a test file has `given` and `then`, or a list under `tests`",
        _ => return None,
    })
}
