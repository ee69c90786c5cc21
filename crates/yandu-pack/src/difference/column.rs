//! What changes of the columns.

use yandu_words::{CodeListId, ColumnName, ValueType};

use super::{Change, Comparison, Effect, What, word};
use crate::declare::{CodeListFile, Column};
use crate::packs::Packs;

impl Comparison<'_> {
    pub(super) fn columns(&self) -> Vec<Change> {
        let (before, after) = (&self.before.file().columns, &self.after.file().columns);
        let renamed = self.renamed();
        let is_source = |name: &ColumnName| renamed.iter().any(|(from, _)| *from == name);
        let mut changes = Vec::new();
        for (name, column) in after {
            match before.get(name) {
                Some(was) => changes.extend(self.column(name, was, column)),
                None => changes.push(match renamed.iter().find(|(_, to)| *to == name) {
                    Some((from, _)) => Change::new(What::ColumnRenamed, Effect::Convert)
                        .of(name)
                        .between(Some(from), Some(name)),
                    None => self.added(name, column),
                }),
            }
        }
        for name in before.keys() {
            if !after.contains_key(name) && !is_source(name) {
                changes.push(Change::new(What::ColumnRemoved, Effect::Hide).of(name));
            }
        }
        changes
    }

    /// A column that goes while one comes that is delivered under its name is the same column under another name.
    pub(super) fn renamed(&self) -> Vec<(&ColumnName, &ColumnName)> {
        let (before, after) = (&self.before.file().columns, &self.after.file().columns);
        let mut renamed: Vec<(&ColumnName, &ColumnName)> = Vec::new();
        for (to, column) in after {
            if before.contains_key(to) {
                continue;
            }
            let from = before.keys().find(|from| {
                !after.contains_key(*from)
                    && !renamed.iter().any(|(taken, _)| taken == from)
                    && column.from.iter().any(|header| header == from.as_str())
            });
            renamed.extend(from.map(|from| (from, to)));
        }
        renamed
    }

    fn added(&self, name: &ColumnName, column: &Column) -> Change {
        let effect = if Self::is_required(self.after, name, column) {
            Effect::Recheck
        } else {
            Effect::None
        };
        Change::new(What::ColumnAdded, effect)
            .of(name)
            .between(None::<String>, Some(meaning(column)))
    }

    fn column(&self, name: &ColumnName, before: &Column, after: &Column) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut push = |what, effect, from: Option<String>, to: Option<String>| {
            changes.push(Change::new(what, effect).of(name).between(from, to));
        };
        if let Some((what, effect)) = self.meaning_change(before, after) {
            push(what, effect, Some(meaning(before)), Some(meaning(after)));
        }
        let required = |dataset, column| Self::is_required(dataset, name, column);
        match (required(self.before, before), required(self.after, after)) {
            (false, true) => push(What::ColumnRequired, Effect::Recheck, None, None),
            (true, false) => push(What::ColumnOptional, Effect::Release, None, None),
            _ => {}
        }
        let texts = |column: &Column| {
            let unit = column.unit.clone().unwrap_or_default();
            let about = column.about.clone().unwrap_or_default();
            [
                column.title.zh.clone(),
                column.title.en.clone().unwrap_or_default(),
                about,
                unit,
            ]
        };
        if texts(before) != texts(after) {
            let shown = |column: &Column| {
                let texts = texts(column);
                let said = texts.iter().filter(|text| !text.is_empty());
                Some(said.cloned().collect::<Vec<_>>().join(" · "))
            };
            push(What::ColumnText, Effect::None, shown(before), shown(after));
        }
        if before.from != after.from {
            let shown = |column: &Column| Some(column.from.join(", "));
            push(
                What::ColumnHeaders,
                Effect::None,
                shown(before),
                shown(after),
            );
        }
        if (before.grade, &before.lowered, &before.mask)
            != (after.grade, &after.lowered, &after.mask)
        {
            push(
                What::ColumnGrade,
                Effect::None,
                word(&before.grade),
                word(&after.grade),
            );
        }
        changes
    }

    /// How the values of a column are read otherwise than before.
    fn meaning_change(&self, before: &Column, after: &Column) -> Option<(What, Effect)> {
        if before.value_type() != after.value_type() {
            return Some((What::ColumnType, Effect::Convert));
        }
        let is_any_text = after.value_type() == ValueType::Text
            && after.standard.is_none()
            && after.codes.is_none();
        let effect = if is_any_text {
            Effect::Release
        } else {
            Effect::Convert
        };
        if before.standard != after.standard {
            return Some((What::ColumnStandard, effect));
        }
        if before.codes != after.codes {
            return Some((What::ColumnCodes, effect));
        }
        let list = after.codes.as_ref()?;
        code_list_change(self.installed, self.offered, list).map(|effect| (What::CodeList, effect))
    }
}

/// What other values of a code list do to the columns that have it. Titles are for people.
fn code_list_change(installed: &Packs, offered: &Packs, id: &CodeListId) -> Option<Effect> {
    let (Some(before), Some(after)) = (installed.code_list(id), offered.code_list(id)) else {
        return None;
    };
    let lacks = |list: &CodeListFile, other: &CodeListFile| {
        other
            .values
            .keys()
            .any(|code| !list.values.contains_key(code))
    };
    if lacks(after, before) {
        return Some(Effect::Convert);
    }
    (lacks(before, after) || words_for(before) != words_for(after)).then_some(Effect::Release)
}

/// What departments may write for the codes of a list: synonyms and titles, each with its code.
fn words_for(list: &CodeListFile) -> Vec<(&String, &String)> {
    let titles = list.values.iter().map(|(code, title)| (&title.zh, code));
    let mut words: Vec<_> = list.synonyms.iter().chain(titles).collect();
    words.sort();
    words
}

/// The meaning of a column in one word, as a pack writes it.
fn meaning(column: &Column) -> String {
    match (column.standard, &column.codes) {
        (Some(standard), _) => word(&standard).unwrap_or_default(),
        (None, Some(codes)) => format!("{} ({codes})", column.value_type()),
        (None, None) => column.value_type().to_string(),
    }
}
