//! The declarations of all packs, each with its text, before they are checked against each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::Segment;

use super::folder::{Folder, read_text};
use crate::check::order;
use crate::dataset::Dataset;
use crate::declare::{
    BoardFile, ClassificationFile, CodeListFile, DatasetFile, IndicatorFile, MetricFile, PackFile,
    PageFile, SourceFile, TestFile,
};
use crate::file::FileText;
use crate::model::Model;
use crate::packs::{Pack, PackTest, Packs, Policy, Source};
use crate::problem::{Code, Problem, quoted};
use crate::schema::FileKind;
use crate::validate::validate;
use crate::yaml::{Document, MAX_PROBLEMS, Node, Place, escape};
use yandu_words::PageId;

/// The kind of the other file of a model, which no schema describes.
const SQL: &str = "sql";

/// The fewest files that are worth a thread of their own.
const MIN_SHARE: usize = 64;

/// How often parts of a faulty file are taken out before it is given up.
const MAX_REMOVALS: usize = 50;

/// One declaration and the file that it stands in.
#[derive(Debug)]
pub(crate) struct Declared<T> {
    pub(crate) declaration: T,
    pub(crate) file: FileText,
    pub(crate) root: Node,
    pub(crate) kind: FileKind,
    /// The folder of its pack, by index.
    pub(crate) folder: usize,
    /// The name of the file without its ending.
    pub(crate) stem: String,
    /// Pointers to what had to be left out because it is wrong, and was reported.
    pub(crate) lost: Vec<String>,
    /// The names in the map of columns, settings or codes as the file has them, also those that were left out.
    pub(crate) names: HashSet<String>,
}

impl<T> Declared<T> {
    pub(crate) fn at(&self, code: Code, pointer: &str, message: impl Into<String>) -> Problem {
        self.file
            .problem(code, self.file.value_place(&self.root, pointer), message)
    }

    pub(crate) fn at_key(&self, code: Code, pointer: &str, message: impl Into<String>) -> Problem {
        self.file
            .problem(code, self.file.key_place(&self.root, pointer), message)
    }

    pub(crate) fn at_place(&self, code: Code, place: Place, message: impl Into<String>) -> Problem {
        self.file.problem(code, place, message)
    }

    /// Whether something at or below a pointer was left out.
    pub(crate) fn has_lost(&self, pointer: &str) -> bool {
        self.lost.iter().any(|lost| {
            lost.strip_prefix(pointer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// What all packs declare.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) folders: Vec<Folder>,
    pub(crate) packs: Vec<Declared<PackFile>>,
    pub(crate) datasets: Vec<Declared<DatasetFile>>,
    pub(crate) code_lists: Vec<Declared<CodeListFile>>,
    pub(crate) sources: Vec<Declared<SourceFile>>,
    pub(crate) pages: Vec<Declared<PageFile>>,
    pub(crate) indicators: Vec<Declared<IndicatorFile>>,
    pub(crate) classifications: Vec<Declared<ClassificationFile>>,
    pub(crate) metrics: Vec<Declared<MetricFile>>,
    pub(crate) boards: Vec<Declared<BoardFile>>,
    pub(crate) tests: Vec<Declared<TestFile>>,
    /// The SQL of models, by folder and name of the file without its ending.
    pub(crate) sql: HashMap<(usize, String), FileText>,
    /// Files of policies, each with its folder.
    pub(crate) policies: Vec<(usize, FileText)>,
    /// `pack.name` of the files that could not be made anything of: references to them are not reported.
    pub(crate) unread: HashSet<(&'static str, String)>,
}

impl Drafts {
    pub(crate) fn read(folders: Vec<Folder>, problems: &mut Vec<Problem>) -> Self {
        let readers: Vec<FileReader<'_>> = folders
            .iter()
            .enumerate()
            .flat_map(|(index, folder)| {
                folder.files.iter().map(move |(kind, path)| FileReader {
                    kind: *kind,
                    folder: index,
                    pack: &folder.name,
                    path,
                })
            })
            .collect();
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = readers.len().div_ceil(threads).max(MIN_SHARE);
        let mut drafts = Self::default();
        thread::scope(|scope| {
            let workers: Vec<_> = readers
                .chunks(share)
                .map(|readers| scope.spawn(|| Self::read_share(readers)))
                .collect();
            for worker in workers {
                match worker.join() {
                    Ok((mut share, mut found)) => {
                        drafts.append(&mut share);
                        problems.append(&mut found);
                    }
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        for (index, folder) in folders.iter().enumerate() {
            drafts.read_sql(index, folder, problems);
            for path in &folder.policies {
                match read_text(path) {
                    Ok(text) => drafts
                        .policies
                        .push((index, FileText::new(path.clone(), text))),
                    Err(problem) => problems.push(*problem),
                }
            }
        }
        drafts.folders = folders;
        drafts
    }

    fn read_sql(&mut self, index: usize, folder: &Folder, problems: &mut Vec<Problem>) {
        for path in &folder.sql {
            match read_text(path) {
                Ok(text) => {
                    let file = FileText::new(path.clone(), text);
                    self.sql.insert((index, stem(path)), file);
                }
                Err(problem) => {
                    let id = format!("{}.{}", folder.name, stem(path));
                    self.unread.insert((SQL, id));
                    problems.push(*problem);
                }
            }
        }
    }

    fn read_share(readers: &[FileReader<'_>]) -> (Self, Vec<Problem>) {
        let mut drafts = Self::default();
        let mut problems = Vec::new();
        for reader in readers {
            let (unread, problems) = (&mut drafts.unread, &mut problems);
            match reader.kind {
                FileKind::Pack => reader.read(&mut drafts.packs, unread, problems),
                FileKind::Dataset | FileKind::Model => {
                    reader.read(&mut drafts.datasets, unread, problems);
                }
                FileKind::Codes => reader.read(&mut drafts.code_lists, unread, problems),
                FileKind::Source => reader.read(&mut drafts.sources, unread, problems),
                FileKind::Page => reader.read(&mut drafts.pages, unread, problems),
                FileKind::Indicators => reader.read(&mut drafts.indicators, unread, problems),
                FileKind::Classification => {
                    reader.read(&mut drafts.classifications, unread, problems);
                }
                FileKind::Metric => reader.read(&mut drafts.metrics, unread, problems),
                FileKind::Board => reader.read(&mut drafts.boards, unread, problems),
                FileKind::Test => reader.read(&mut drafts.tests, unread, problems),
            }
        }
        (drafts, problems)
    }

    fn append(&mut self, other: &mut Self) {
        self.packs.append(&mut other.packs);
        self.datasets.append(&mut other.datasets);
        self.code_lists.append(&mut other.code_lists);
        self.sources.append(&mut other.sources);
        self.pages.append(&mut other.pages);
        self.indicators.append(&mut other.indicators);
        self.classifications.append(&mut other.classifications);
        self.metrics.append(&mut other.metrics);
        self.boards.append(&mut other.boards);
        self.tests.append(&mut other.tests);
        self.unread.extend(other.unread.drain());
    }

    pub(crate) fn is_unread(&self, kind: FileKind, id: &str) -> bool {
        self.unread.contains(&(kind.name(), id.to_owned()))
    }

    /// Whether the file of a dataset, or of a model, could not be made anything of.
    pub(crate) fn is_unread_dataset(&self, id: &str) -> bool {
        self.is_unread(FileKind::Dataset, id) || self.is_unread(FileKind::Model, id)
    }

    /// Whether the SQL of a model is there and cannot be read, which was reported.
    pub(crate) fn is_unread_sql(&self, id: &str) -> bool {
        self.unread.contains(&(SQL, id.to_owned()))
    }

    /// The SQL of a model, as it stands in its file.
    pub(crate) fn sql_of(&self, dataset: &Declared<DatasetFile>) -> Option<&FileText> {
        let key = (dataset.folder, dataset.stem.clone());
        (dataset.kind == FileKind::Model)
            .then(|| self.sql.get(&key))
            .flatten()
    }

    /// The id of the pack of a folder, which is the name of the folder.
    pub(crate) fn pack_of(&self, folder: usize) -> &str {
        self.folders
            .get(folder)
            .map_or("", |folder| folder.name.as_str())
    }

    /// The declarations without their texts, in the order of what refers to what.
    pub(crate) fn finish(mut self) -> Packs {
        let pack_order = order::packs(&self.packs);
        let dataset_order = order::datasets(&self.datasets, &pack_order);
        let policies = std::mem::take(&mut self.policies);
        let policies = policies.into_iter().map(|(folder, file)| Policy {
            pack: self.pack_of(folder).to_owned(),
            path: file.path,
            text: file.text,
        });
        let policies: Vec<Policy> = policies.collect();
        let mut tests: HashMap<usize, Vec<PackTest>> = HashMap::new();
        for declared in self.tests {
            let path = declared.file.path;
            let of_pack = tests.entry(declared.folder).or_default();
            of_pack.extend(declared.declaration.tests.into_iter().map(|test| PackTest {
                path: path.clone(),
                test,
            }));
        }
        let mut packs = IndexMap::new();
        for declared in self.packs {
            let folder = self.folders.get(declared.folder);
            let pack = Pack {
                folder: folder.map(|folder| folder.path.clone()).unwrap_or_default(),
                tests: tests.remove(&declared.folder).unwrap_or_default(),
                overrides: IndexMap::new(),
                laid: BTreeMap::new(),
                file: declared.declaration,
            };
            packs.entry(pack.file.pack.clone()).or_insert(pack);
        }
        packs.sort_by_cached_key(|id, _| rank(&pack_order, id));

        let mut datasets = IndexMap::new();
        let mut models = IndexMap::new();
        for declared in self.datasets {
            let key = (declared.folder, declared.stem);
            if let Some(sql) = self.sql.remove(&key)
                && declared.kind == FileKind::Model
            {
                let model = Model::new(&declared.declaration, sql);
                models.entry(model.id().clone()).or_insert(model);
            }
            let dataset = Dataset::new(declared.declaration, declared.file.path);
            datasets.entry(dataset.id().clone()).or_insert(dataset);
        }
        datasets.sort_by_cached_key(|id, _| rank(&dataset_order, id));
        models.sort_by_cached_key(|id, _| rank(&dataset_order, id));

        let mut sources = IndexMap::new();
        for declared in self.sources {
            let source = Source {
                file: declared.declaration,
                path: declared.file.path,
            };
            sources.entry(source.file.source.clone()).or_insert(source);
        }
        sources.sort_by_cached_key(|id, source| {
            (rank(&dataset_order, &source.file.dataset), id.clone())
        });

        let mut pages = IndexMap::new();
        for Declared { declaration, .. } in self.pages {
            let id = declaration.page.clone();
            pages.entry(id).or_insert(declaration);
        }
        pages.sort_by_cached_key(|id: &PageId, _| (rank(&pack_order, &id.pack()), id.clone()));

        let mut indicators = IndexMap::new();
        for Declared { declaration, .. } in self.indicators {
            let id = declaration.indicators.clone();
            indicators.entry(id).or_insert(declaration);
        }
        indicators.sort_keys();

        let mut classifications = IndexMap::new();
        for Declared { declaration, .. } in self.classifications {
            let id = declaration.classification.clone();
            classifications.entry(id).or_insert(declaration);
        }
        classifications.sort_keys();

        let mut metrics = IndexMap::new();
        for Declared { declaration, .. } in self.metrics {
            let id = declaration.metric.clone();
            metrics.entry(id).or_insert(declaration);
        }
        metrics.sort_keys();

        let mut boards = IndexMap::new();
        for Declared { declaration, .. } in self.boards {
            let id = declaration.board.clone();
            boards.entry(id).or_insert(declaration);
        }
        boards.sort_keys();

        let code_lists = self
            .code_lists
            .into_iter()
            .map(|declared| declared.declaration);
        Packs {
            packs,
            datasets,
            models,
            pages,
            indicators,
            classifications,
            metrics,
            boards,
            sources,
            policies,
            code_lists: code_lists.map(|list| (list.codes.clone(), list)).collect(),
        }
    }
}

fn rank<K: std::hash::Hash + Eq>(order: &HashMap<K, usize>, id: &K) -> usize {
    order.get(id).copied().unwrap_or(usize::MAX)
}

struct FileReader<'a> {
    kind: FileKind,
    folder: usize,
    pack: &'a str,
    path: &'a PathBuf,
}

impl FileReader<'_> {
    fn read<T: DeserializeOwned>(
        &self,
        into: &mut Vec<Declared<T>>,
        unread: &mut HashSet<(&'static str, String)>,
        problems: &mut Vec<Problem>,
    ) {
        let stem = stem(self.path);
        let id = match self.kind {
            FileKind::Pack => self.pack.to_owned(),
            _ => format!("{}.{stem}", self.pack),
        };
        let mut found = Vec::new();
        let declared = match read_text(self.path) {
            Ok(text) => self.declare(
                FileText::new(self.path.clone(), text),
                stem,
                &id,
                &mut found,
            ),
            Err(problem) => {
                found.push(*problem);
                None
            }
        };
        match declared {
            Some(declared) => into.push(declared),
            None => {
                unread.insert((self.kind.name(), id));
            }
        }
        if found.len() > MAX_PROBLEMS {
            found.truncate(MAX_PROBLEMS);
            found.push(Problem::new(
                Code::TooManyProblems,
                self.path,
                format!("only the first {MAX_PROBLEMS} problems of this file are shown"),
            ));
        }
        problems.append(&mut found);
    }

    fn declare<T: DeserializeOwned>(
        &self,
        file: FileText,
        stem: String,
        id: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Declared<T>> {
        let mut document = file.read(problems)?;
        let mut misfits = validate(self.kind, &file, &document);
        let names = names(self.kind, &document);
        let fits = misfits.problems.is_empty();
        problems.append(&mut misfits.problems);

        let mut lost = Vec::new();
        // From the end, so that the places of list items before a removed one stay as they are.
        misfits
            .unusable
            .sort_by_cached_key(|pointer| place_in_document(pointer));
        misfits.unusable.dedup();
        for pointer in misfits.unusable.into_iter().rev() {
            document.remove(&pointer);
            lost.push(pointer);
        }
        if !fits {
            fill(self.kind, id, &mut document);
        }
        for _ in 0..MAX_REMOVALS {
            let result: Result<T, _> = serde_path_to_error::deserialize(&document.value);
            let error = match result {
                Ok(declaration) => {
                    return Some(Declared {
                        declaration,
                        file,
                        root: document.root,
                        kind: self.kind,
                        folder: self.folder,
                        stem,
                        lost,
                        names,
                    });
                }
                Err(error) => error,
            };
            let pointer = pointer(error.path());
            let message = shown(&error.inner().to_string());
            // What the schema cannot say, such as the digits of a decimal type, and nothing that comes of a removal.
            let is_new = !message.starts_with("missing field")
                && !lost.iter().any(|lost| lost.starts_with(&pointer));
            if fits || is_new {
                let place = file.value_place(&document.root, &pointer);
                problems.push(file.problem(Code::WrongForm, place, message));
            }
            if !document.remove(&pointer) {
                return None;
            }
            lost.push(pointer);
            fill(self.kind, id, &mut document);
        }
        None
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Orders pointers so that items of a list come by number.
fn place_in_document(pointer: &str) -> Vec<(Option<usize>, String)> {
    pointer
        .split('/')
        .map(|part| (part.parse().ok(), part.to_owned()))
        .collect()
}

/// A message of the deserialiser, which repeats the user's text, as one line.
pub(crate) fn shown(message: &str) -> String {
    let line = message.split(" at line ").next().unwrap_or(message);
    if line.chars().any(char::is_control) || line.chars().count() > 300 {
        return quoted(line);
    }
    line.to_owned()
}

pub(crate) fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Enum { variant } => format!("/{}", escape(variant)),
            Segment::Unknown => String::new(),
        })
        .collect()
}

fn names(kind: FileKind, document: &Document) -> HashSet<String> {
    let map = match kind {
        FileKind::Pack => "/settings",
        FileKind::Dataset | FileKind::Model => "/columns",
        FileKind::Codes => "/values",
        FileKind::Source
        | FileKind::Page
        | FileKind::Indicators
        | FileKind::Classification
        | FileKind::Metric
        | FileKind::Board
        | FileKind::Test => {
            return HashSet::new();
        }
    };
    let found = document.root.find(map);
    if found.key.is_none() {
        return HashSet::new();
    }
    found.node.keys().map(str::to_owned).collect()
}

/// Gives a file whose needed keys are missing or wrong what it takes to look at the rest of it.
fn fill(kind: FileKind, id: &str, document: &mut Document) {
    let title = json!({ "zh": "-" });
    let needed = match kind {
        FileKind::Pack => json!({ "pack": id, "version": "0", "title": title }),
        FileKind::Dataset | FileKind::Model => {
            let origin = if kind == FileKind::Model {
                "model"
            } else {
                "collect"
            };
            json!({
                "dataset": id, "title": title, "owner": "-", "origin": origin,
                "sharing": { "class": "unconditional" }, "opening": "closed", "refresh": "irregular", "columns": {},
            })
        }
        FileKind::Codes => json!({ "codes": id, "title": title, "values": {} }),
        FileKind::Source => {
            json!({ "source": id, "title": title, "mode": "append", "channel": { "upload": {} } })
        }
        FileKind::Page => json!({ "page": id, "title": title, "kind": "list" }),
        FileKind::Indicators => json!({ "indicators": id, "title": title, "items": [] }),
        FileKind::Classification => {
            json!({ "classification": id, "title": title, "basis": "-", "classes": {}, "rules": [] })
        }
        FileKind::Metric => {
            json!({ "metric": id, "title": title, "owner": "-", "formula": "-", "basis": "-", "unit": "1" })
        }
        FileKind::Board => json!({ "board": id, "title": title }),
        FileKind::Test => json!({}),
    };
    let (Value::Object(map), Value::Object(needed)) = (&mut document.value, needed) else {
        return;
    };
    for (key, value) in needed {
        map.entry(key).or_insert(value);
    }
}
