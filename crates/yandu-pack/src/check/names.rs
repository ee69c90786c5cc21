//! Ids follow from folders and files, so that whoever knows one finds the other.

use std::collections::HashMap;

use yandu_words::PackId;

use super::Checker;
use crate::load::Declared;
use crate::problem::{Code, Problem, quoted};

/// Words that SQL reads as its own where a name may stand, by the PostgreSQL and DataFusion grammars.
const RESERVED: [&str; 97] = [
    "all",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "cube",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "filter",
    "for",
    "foreign",
    "from",
    "full",
    "grant",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "primary",
    "qualify",
    "references",
    "returning",
    "right",
    "rollup",
    "select",
    "session_user",
    "set",
    "similar",
    "some",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "unnest",
    "update",
    "user",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// Endings of English words in the singular that look like plurals.
const SINGULAR_ENDINGS: [&str; 8] = ["ss", "us", "is", "as", "os", "news", "series", "species"];

pub(super) fn check(checker: &mut Checker<'_>) {
    packs(checker);
    let drafts = checker.drafts;
    for dataset in &drafts.datasets {
        let id = &dataset.declaration.dataset;
        id_of_file(checker, dataset, "/dataset", id.as_str());
        reserved(checker, dataset, "/dataset", id.name());
        let last = id.name().rsplit('_').next().unwrap_or_default();
        if last.len() > 3
            && last.ends_with('s')
            && !SINGULAR_ENDINGS.iter().any(|ending| last.ends_with(ending))
        {
            let problem = dataset
                .at(
                    Code::PluralName,
                    "/dataset",
                    format!("the dataset {} is named in the plural", quoted(id.as_str())),
                )
                .help("a dataset is named by what one row is");
            checker.push(problem);
        }
        for column in dataset.declaration.columns.keys() {
            if is_reserved(column.as_str()) {
                let pointer = format!("/columns/{column}");
                let problem =
                    dataset.at_key(Code::ReservedName, &pointer, message(column.as_str()));
                checker.push(problem.help(HELP));
            }
        }
    }
    for list in &drafts.code_lists {
        id_of_file(checker, list, "/codes", list.declaration.codes.as_str());
    }
    for page in &drafts.pages {
        id_of_file(checker, page, "/page", page.declaration.page.as_str());
    }
    for set in &drafts.indicators {
        let id = set.declaration.indicators.as_str();
        id_of_file(checker, set, "/indicators", id);
    }
    for set in &drafts.classifications {
        let id = set.declaration.classification.as_str();
        id_of_file(checker, set, "/classification", id);
    }
    for board in &drafts.boards {
        let id = board.declaration.board.as_str();
        id_of_file(checker, board, "/board", id);
    }
    for metric in &drafts.metrics {
        let id = metric.declaration.metric.as_str();
        id_of_file(checker, metric, "/metric", id);
    }
    for source in &drafts.sources {
        id_of_file(
            checker,
            source,
            "/source",
            source.declaration.source.as_str(),
        );
    }
}

const HELP: &str = "SQL would read it as its own word; add another word to the name";

fn packs(checker: &mut Checker<'_>) {
    let mut seen: HashMap<&PackId, &str> = HashMap::new();
    let drafts = checker.drafts;
    for pack in &drafts.packs {
        let id = &pack.declaration.pack;
        let folder = drafts.pack_of(pack.folder);
        if folder != id.as_str() {
            let problem = pack
                .at(
                    Code::WrongName,
                    "/pack",
                    format!("the pack `{id}` stands in the folder {}", quoted(folder)),
                )
                .help("the id of a pack is the name of its folder");
            checker.push(problem);
        }
        reserved(checker, pack, "/pack", id.as_str());
        let path = pack.file.path.to_str().unwrap_or_default();
        if let Some(first) = seen.insert(id, path) {
            let problem = pack
                .at(
                    Code::DuplicateName,
                    "/pack",
                    format!("there are two packs `{id}`"),
                )
                .help(format!("the other one is {first}"));
            checker.push(problem);
        }
        missing_parts(checker, pack);
    }
}

fn missing_parts(checker: &mut Checker<'_>, pack: &Declared<crate::declare::PackFile>) {
    let drafts = checker.drafts;
    let Some(folder) = drafts.folders.get(pack.folder) else {
        return;
    };
    let mut incomplete = |message: &str, help: &str| {
        checker.push(Problem::new(Code::Incomplete, &folder.path, message).help(help));
    };
    if !folder.has_readme {
        incomplete(
            "the pack has no README.md",
            "say what the system is and how it is tried",
        );
    }
    let has_tests = folder
        .files
        .iter()
        .any(|(kind, _)| *kind == crate::FileKind::Test);
    let has_datasets = folder
        .files
        .iter()
        .any(|(kind, _)| matches!(kind, crate::FileKind::Dataset | crate::FileKind::Model));
    if has_datasets && !has_tests {
        incomplete(
            "the pack has no tests",
            "add a file under tests/ with rows and what becomes of them",
        );
    }
}

fn id_of_file<T>(checker: &mut Checker<'_>, declared: &Declared<T>, pointer: &str, id: &str) {
    let expected = format!(
        "{}.{}",
        checker.drafts.pack_of(declared.folder),
        declared.stem
    );
    if id != expected {
        let problem = declared
            .at(
                Code::WrongName,
                pointer,
                format!(
                    "the id `{id}` is not that of its file, {}",
                    quoted(&expected)
                ),
            )
            .help(
                "an id is the name of the folder, a dot, and the name of the file without `.yaml`",
            );
        checker.push(problem);
    }
}

fn reserved<T>(checker: &mut Checker<'_>, declared: &Declared<T>, pointer: &str, name: &str) {
    if is_reserved(name) {
        let problem = declared
            .at(Code::ReservedName, pointer, message(name))
            .help(HELP);
        checker.push(problem);
    }
}

fn message(name: &str) -> String {
    format!("{} is a word of SQL", quoted(name))
}

/// Whether SQL reads a name as a word of its own.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.binary_search(&name).is_ok()
}
