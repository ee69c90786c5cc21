//! What is declared of how the deliveries of a dataset are read, as one word: the same bytes read by another declaration
//! may be other rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yandu_pack::declare::{CheckFields, CheckKind};
use yandu_pack::{Dataset, Packs};
use yandu_words::id::SourceId;
use yandu_words::{CodeListId, fold_header};

use crate::Result;
use crate::headers::Known;

/// A word for the headers, types, code lists, key and checks of a dataset and for the form that its source gives. Two
/// declarations that differ in one of them have different words; texts for readers, grades and masks count for nothing.
pub(crate) fn word_of(
    packs: &Packs,
    dataset: &Dataset,
    source: Option<&SourceId>,
    known: &[Known],
) -> Result<String> {
    let file = dataset.file();
    let columns: BTreeMap<&str, Value> = known
        .iter()
        .filter_map(|known| {
            let column = dataset.column(&known.column)?;
            let headers = known.headers.iter().map(|header| fold_header(header));
            let read = json!({
                "headers": headers.collect::<BTreeSet<String>>(),
                "standard": column.standard,
                "type": column.value_type(),
                "codes": column.codes.as_ref().and_then(|list| codes(packs, list)),
                "required": known.required,
            });
            Some((known.column.as_str(), read))
        })
        .collect();
    let key: BTreeSet<&str> = file
        .key
        .iter()
        .map(yandu_words::ColumnName::as_str)
        .collect();
    let format = source
        .and_then(|source| packs.source(source))
        .and_then(|source| source.file().format.as_ref());
    let declared = json!({
        "columns": columns,
        "key": key,
        "checks": checks(packs, dataset)?,
        "format": format,
    });
    let word = blake3::hash(declared.to_string().as_bytes());
    Ok(word.to_hex().to_string())
}

/// The checks that rows are held to, each with the settings that it names filled in.
fn checks(packs: &Packs, dataset: &Dataset) -> Result<BTreeSet<String>> {
    let file = dataset.file();
    let settings = packs.settings(&file.dataset.pack()).unwrap_or_default();
    let of_rows = file
        .checks
        .iter()
        .filter(|check| !matches!(check.kind, CheckKind::Fresh { .. }));
    of_rows
        .map(|check| {
            let asked = CheckFields {
                title: None,
                dimension: None,
                ..CheckFields::from(check.clone())
            };
            let text = serde_json::to_string(&asked)?;
            let expanded = settings.expand(&text);
            Ok(expanded.unwrap_or(text))
        })
        .collect()
}

/// The codes of a list with the words that stand for them.
fn codes(packs: &Packs, id: &CodeListId) -> Option<Value> {
    let list = packs.code_list(id)?;
    let titles = list.values.iter();
    let titles: BTreeMap<&str, &str> = titles
        .map(|(code, title)| (code.as_str(), title.zh.as_str()))
        .collect();
    let synonyms = list.synonyms.iter();
    let synonyms: BTreeMap<&str, &str> = synonyms
        .map(|(word, code)| (word.as_str(), code.as_str()))
        .collect();
    Some(json!({"codes": titles, "synonyms": synonyms}))
}
