//! What only the whole set of packs can show: ids, references, headers, conditions, secrets.
//!
//! A file that was found faulty before is looked at as far as it could be read, and nothing is reported that follows
//! from what was left out of it.

use std::collections::{HashMap, HashSet};

use yandu_words::{CodeListId, ColumnName, DatasetId, PackId};

use crate::declare::{CodeListFile, DatasetFile, PackFile};
use crate::file::FileText;
use crate::load::{Compiler, Declared, Drafts};
use crate::packs::Settings;
use crate::problem::{Code, Problem, alternatives};
use crate::yaml::Place;

mod boards;
mod bound;
mod checks;
mod classification;
mod codes;
mod condition;
mod datasets;
mod forms;
mod indicators;
mod metrics;
mod models;
pub(crate) mod names;
mod needs;
pub(crate) mod order;
mod pages;
mod pattern;
pub(crate) mod policies;
mod secrets;
mod settings;
mod sources;
mod tests;

pub(crate) fn check(drafts: &Drafts, compiler: &dyn Compiler, problems: &mut Vec<Problem>) {
    let mut checker = Checker::new(drafts, problems);
    names::check(&mut checker);
    needs::check(&mut checker);
    settings::check(&mut checker);
    codes::check(&mut checker);
    datasets::check(&mut checker);
    forms::check(&mut checker);
    checks::check(&mut checker, compiler);
    models::check(&mut checker, compiler);
    pages::check(&mut checker, compiler);
    indicators::check(&mut checker);
    classification::check(&mut checker);
    metrics::check(&mut checker, compiler);
    boards::check(&mut checker);
    sources::check(&mut checker);
    tests::check(&mut checker);
    policies::check(&mut checker, compiler);
}

/// All declarations by id, and the problems found so far.
struct Checker<'a> {
    drafts: &'a Drafts,
    packs: HashMap<PackId, &'a Declared<PackFile>>,
    /// The declaration of each folder's pack.
    pack_of_folder: HashMap<usize, &'a Declared<PackFile>>,
    datasets: HashMap<DatasetId, &'a Declared<DatasetFile>>,
    code_lists: HashMap<CodeListId, &'a Declared<CodeListFile>>,
    /// Folders and packs whose undeclared need was reported.
    undeclared: HashSet<(usize, PackId)>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn new(drafts: &'a Drafts, problems: &'a mut Vec<Problem>) -> Self {
        Self {
            drafts,
            packs: by_id(&drafts.packs, |file| &file.pack),
            pack_of_folder: drafts
                .packs
                .iter()
                .map(|pack| (pack.folder, pack))
                .collect(),
            datasets: by_id(&drafts.datasets, |file| &file.dataset),
            code_lists: by_id(&drafts.code_lists, |file| &file.codes),
            undeclared: HashSet::new(),
            problems,
        }
    }

    fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The defaults of the settings that texts of a folder's pack may use: its own, and those of packs that it needs.
    fn settings_of(&self, folder: usize) -> Settings {
        let Some(pack) = self.pack_of_folder.get(&folder) else {
            return Settings::default();
        };
        let needed = pack.declaration.needs.iter();
        let needed = needed.filter_map(|need| self.packs.get(need));
        let own = Settings::defaults(&pack.declaration);
        needed.fold(own, |settings, needed| {
            let file = &needed.declaration;
            settings.with_needed(&file.pack, &Settings::defaults(file))
        })
    }

    /// Whether a pack, or one that it needs, has a setting of this name in its file, as far as it could be read or not.
    fn has_setting(&self, pack: &Declared<PackFile>, name: &str) -> bool {
        let Some((of, name)) = name.split_once('.') else {
            return pack.names.contains(name);
        };
        let mut needs = pack.declaration.needs.iter();
        let need = needs.find(|need| need.as_str() == of);
        let needed = need.and_then(|need| self.packs.get(need));
        needed.is_some_and(|needed| needed.names.contains(name))
    }

    /// What to do about a setting that a pack does not have.
    fn mend_of_setting(&self, pack: &Declared<PackFile>, name: &str) -> String {
        let Some((of, short)) = name.split_once('.') else {
            let known = pack.names.iter().map(String::as_str);
            let mut known: Vec<&str> = known.collect();
            known.sort_unstable();
            return alternatives(name, "settings", known)
                .unwrap_or_else(|| "declare it under `settings` in pack.yaml".to_owned());
        };
        let mut packs = self.packs.iter();
        let has = packs.find(|(id, there)| id.as_str() == of && there.names.contains(short));
        if has.is_some() {
            format!("add `{of}` to `needs` in pack.yaml")
        } else {
            "`${pack.name}` is a setting of a pack that stands under `needs` in pack.yaml"
                .to_owned()
        }
    }

    /// The dataset that a declaration refers to. When it is not there, that is reported.
    fn dataset<T>(
        &mut self,
        from: &Declared<T>,
        pointer: &str,
        id: &DatasetId,
    ) -> Option<&'a Declared<DatasetFile>> {
        if let Some(dataset) = self.datasets.get(id).copied() {
            self.uses(from, pointer, &id.pack());
            return Some(dataset);
        }
        if !self.drafts.is_unread_dataset(id.as_str()) {
            let problem = from
                .at(
                    Code::MissingDataset,
                    pointer,
                    format!("there is no dataset `{id}`"),
                )
                .help_if(self.other_datasets(id.as_str()));
            self.push(problem);
        }
        None
    }

    /// A mend for the name of a dataset that is not there.
    fn other_datasets(&self, wrong: &str) -> Option<String> {
        let known: Vec<&str> = self.datasets.keys().map(DatasetId::as_str).collect();
        // The pack was left out.
        let mut named = self.datasets.keys().filter(|id| id.name() == wrong);
        if let (Some(only), None) = (named.next(), named.next()) {
            return Some(format!("did you mean `{only}`?"));
        }
        alternatives_sorted(wrong, "datasets", known)
    }

    /// Reports the use of a pack that the own one does not say it needs.
    fn uses<T>(&mut self, from: &Declared<T>, pointer: &str, pack: &PackId) {
        self.uses_at(&from.file, from.folder, pack, |_| {
            from.file.value_place(&from.root, pointer)
        });
    }

    /// The same for a text of a folder that is no declaration.
    fn uses_at(
        &mut self,
        file: &FileText,
        folder: usize,
        pack: &PackId,
        place: impl FnOnce(&FileText) -> Place,
    ) {
        let Some(own) = self.pack_of_folder.get(&folder) else {
            return;
        };
        let declared = own.declaration.pack == *pack
            || self.drafts.pack_of(folder) == pack.as_str()
            || own.declaration.needs.contains(pack)
            || own.has_lost("/needs");
        if !declared && self.undeclared.insert((folder, pack.clone())) {
            let own = &own.declaration.pack;
            let message = format!("the pack `{own}` does not say that it needs `{pack}`");
            let problem = file
                .problem(Code::UndeclaredNeed, place(file), message)
                .help(format!("add `{pack}` to `needs` in its pack.yaml"));
            self.push(problem);
        }
    }

    /// Whether a dataset has a column. When it has not, that is reported.
    fn column<T>(
        &mut self,
        from: &Declared<T>,
        pointer: &str,
        dataset: &Declared<DatasetFile>,
        column: &ColumnName,
    ) -> bool {
        if dataset.names.contains(column.as_str()) {
            return true;
        }
        let id = &dataset.declaration.dataset;
        let known = dataset.declaration.columns.keys().map(ColumnName::as_str);
        let problem = from
            .at(
                Code::MissingColumn,
                pointer,
                format!("the dataset `{id}` has no column `{column}`"),
            )
            .help_if(alternatives(column.as_str(), "columns", known));
        self.push(problem);
        false
    }
}

fn by_id<T, K: std::hash::Hash + Eq + Clone>(
    declared: &[Declared<T>],
    id: impl Fn(&T) -> &K,
) -> HashMap<K, &Declared<T>> {
    let mut map = HashMap::with_capacity(declared.len());
    for one in declared {
        map.entry(id(&one.declaration).clone()).or_insert(one);
    }
    map
}

fn alternatives_sorted(wrong: &str, what: &str, mut known: Vec<&str>) -> Option<String> {
    known.sort_unstable();
    alternatives(wrong, what, known)
}
