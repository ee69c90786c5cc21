//! Which files a pack has. Nothing outside of its folder is looked at, and nothing but plain files is read.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use crate::file::FileText;
use crate::problem::{Code, Problem, did_you_mean};
use crate::schema::FileKind;
use crate::yaml::{MAX_BYTES, Place};

/// The most files that are read of one pack.
pub(crate) const MAX_FILES: usize = 10_000;

/// Where policies stand.
const POLICIES: &str = "policies";

/// What may stand at the top of a pack. Folders that no version of the program reads yet are known by their names.
pub(crate) const TOP_FOLDERS: [&str; 15] = [
    "datasets",
    "sources",
    "codes",
    "models",
    "matters",
    "rules",
    POLICIES,
    "pages",
    "indicators",
    "classification",
    "metrics",
    "boards",
    "examples",
    "tests",
    "data",
];
pub(crate) const TOP_FILES: [&str; 5] = [
    "pack.yaml",
    "README.md",
    "README.zh-CN.md",
    "LICENSE",
    "alarms.yaml",
];

/// The folder of a pack and its declarations.
#[derive(Debug)]
pub(crate) struct Folder {
    /// As it was given, for messages and for reading.
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) files: Vec<(FileKind, PathBuf)>,
    /// The SQL of its models.
    pub(crate) sql: Vec<PathBuf>,
    /// Its policies, in Cedar.
    pub(crate) policies: Vec<PathBuf>,
    pub(crate) has_readme: bool,
}

/// The packs at the given paths, in the order of the paths and of their names. A folder that is reached twice is read once.
pub(crate) fn find(paths: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<Folder> {
    let mut folders = Vec::new();
    let mut seen = HashSet::new();
    let mut is_new = |path: &Path| {
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        seen.insert(place)
    };
    for path in paths {
        if is_pack(path) {
            if is_new(path) {
                folders.extend(Folder::read(path, problems));
            }
            continue;
        }
        let entries = match entries(path) {
            Ok(entries) => entries,
            Err(error) => {
                problems.push(unreadable(path, &error));
                continue;
            }
        };
        let mut has_packs = false;
        for entry in entries {
            if is_pack(&entry) {
                has_packs = true;
                if is_new(&entry) {
                    folders.extend(Folder::read(&entry, problems));
                }
            } else {
                problems.extend(almost_pack(&entry));
            }
        }
        if !has_packs {
            let problem = Problem::new(Code::NoPack, path, "there is no pack in this folder")
                .help("a pack is a folder with a `pack.yaml`; `yandu pack new` makes one");
            problems.push(problem);
        }
    }
    folders
}

fn is_pack(path: &Path) -> bool {
    path.join("pack.yaml").symlink_metadata().is_ok()
}

/// A folder beside packs that has what only packs have, and is none: somebody waits for what it declares.
fn almost_pack(path: &Path) -> Option<Problem> {
    let has = |name: &str| path.join(name).symlink_metadata().is_ok();
    let help = if has("pack.yml") {
        "rename its `pack.yml` to `pack.yaml`"
    } else if has("datasets") || has("models") || has("sources") {
        "add a `pack.yaml`, which says what pack it is"
    } else {
        return None;
    };
    let problem = Problem::new(
        Code::UnknownFile,
        path,
        "nothing reads this folder: it has no `pack.yaml`",
    );
    Some(problem.help(help))
}

impl Folder {
    fn read(path: &Path, problems: &mut Vec<Problem>) -> Option<Self> {
        let root = match path.canonicalize() {
            Ok(root) => root,
            Err(error) => {
                problems.push(unreadable(path, &error));
                return None;
            }
        };
        let name = root
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut walk = Walk {
            root: &root,
            problems,
            files: 0,
        };
        let mut folder = Self {
            path: path.to_owned(),
            name,
            files: Vec::new(),
            sql: Vec::new(),
            policies: Vec::new(),
            has_readme: false,
        };
        for entry in walk.entries(path) {
            folder.take(&entry, &mut walk);
        }
        Some(folder)
    }

    fn take(&mut self, entry: &Path, walk: &mut Walk<'_>) {
        let name = file_name(entry);
        let is_folder = entry.is_dir();
        if name.starts_with('.') {
            return;
        }
        self.has_readme |= name == "README.md";
        match (is_folder, name.as_str()) {
            (false, "pack.yaml") => self.files.push((FileKind::Pack, entry.to_owned())),
            (true, POLICIES) => {
                for file in walk.entries(entry) {
                    self.policy(&file, walk);
                }
            }
            (true, folder) if TOP_FOLDERS.contains(&folder) => {
                // The other folders are only read where a declaration names a file of them.
                if let Some(kind) = FileKind::ALL
                    .into_iter()
                    .find(|kind| kind.folder() == Some(folder))
                {
                    for file in walk.entries(entry) {
                        self.declaration(kind, &file, walk);
                    }
                }
            }
            (true, folder) => walk.unknown(entry, did_you_mean(folder, TOP_FOLDERS)),
            (false, file) if !TOP_FILES.contains(&file) => {
                walk.unknown(entry, did_you_mean(file, TOP_FILES));
            }
            (false, _) => {}
        }
    }

    fn policy(&mut self, file: &Path, walk: &mut Walk<'_>) {
        if file_name(file).starts_with('.') {
            return;
        }
        if !file.is_dir() && file.extension().is_some_and(|ending| ending == "cedar") {
            self.policies.push(file.to_owned());
        } else {
            let problem = Problem::new(
                Code::UnknownFile,
                file,
                format!("nothing reads this file in {POLICIES}/"),
            )
            .help("policies stand in files whose names end with `.cedar`");
            walk.problems.push(problem);
        }
    }

    fn declaration(&mut self, kind: FileKind, file: &Path, walk: &mut Walk<'_>) {
        let name = file_name(file);
        if name.starts_with('.') {
            return;
        }
        let has_ending =
            |ending: &str| !file.is_dir() && file.extension().is_some_and(|found| found == ending);
        if has_ending("yaml") {
            self.files.push((kind, file.to_owned()));
        } else if kind == FileKind::Model && has_ending("sql") {
            self.sql.push(file.to_owned());
        } else {
            let folder = kind.folder().unwrap_or_default();
            let problem = Problem::new(
                Code::UnknownFile,
                file,
                format!("nothing reads this file in {folder}/"),
            )
            .help(format!(
                "a {} is declared in a file whose name ends with `.yaml`",
                kind.name()
            ));
            walk.problems.push(problem);
        }
    }
}

struct Walk<'a> {
    root: &'a Path,
    problems: &'a mut Vec<Problem>,
    files: usize,
}

impl Walk<'_> {
    /// What stands in a folder, without what leads out of the pack.
    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = match entries(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.problems.push(unreadable(folder, &error));
                return Vec::new();
            }
        };
        if self.files <= MAX_FILES && self.files + entries.len() > MAX_FILES {
            let message = format!("a pack has at most {MAX_FILES} files");
            self.problems
                .push(Problem::new(Code::TooManyFiles, folder, message));
        }
        self.files += entries.len();
        if self.files > MAX_FILES {
            return Vec::new();
        }
        entries
            .into_iter()
            .filter(|entry| self.is_inside(entry))
            .collect()
    }

    fn is_inside(&mut self, entry: &Path) -> bool {
        let is_link = entry
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_symlink());
        if !is_link {
            return true;
        }
        match entry.canonicalize() {
            Ok(target) if target.starts_with(self.root) => true,
            Ok(_) => {
                let problem =
                    Problem::new(Code::PathOutside, entry, "this link leads out of the pack")
                        .help("put the file itself into the pack");
                self.problems.push(problem);
                false
            }
            Err(error) => {
                self.problems.push(unreadable(entry, &error));
                false
            }
        }
    }

    fn unknown(&mut self, entry: &Path, meant: Option<&str>) {
        let help = match meant {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the folders of a pack are {}", TOP_FOLDERS.join(", ")),
        };
        let problem = Problem::new(
            Code::UnknownFile,
            entry,
            "nothing reads this part of a pack",
        )
        .help(help);
        self.problems.push(problem);
    }
}

/// The text of a declaration, without ever reading more than a declaration may hold.
pub(crate) fn read_text(path: &Path) -> Result<String, Box<Problem>> {
    let unreadable = |error: &io::Error| Box::new(unreadable(path, error));
    let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        let problem = Problem::new(Code::UnreadableFile, path, "this is no plain file");
        return Err(Box::new(problem));
    }
    let too_large = || {
        let message = format!("a declaration has at most {MAX_BYTES} bytes");
        let problem = Problem::new(Code::FileTooLarge, path, message);
        Box::new(problem.help("rows belong into a file under data/"))
    };
    if metadata.len() > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|error| Box::new(not_text(path, &error)))
}

/// Where a text stops being UTF-8, shown as far as it can be read.
fn not_text(path: &Path, error: &FromUtf8Error) -> Problem {
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let valid = error.utf8_error().valid_up_to();
    let before = text.get(..valid).unwrap_or_default();
    let file = FileText::new(path.to_owned(), text.clone());
    let marks = text.chars().count() - file.text.chars().count();
    let start = before.chars().count() - marks.min(before.chars().count());
    let line = before.matches('\n').count() + 1;
    let place = Place {
        start,
        end: start + 1,
        line,
        column: 0,
    };
    let message = format!("line {line} is not UTF-8");
    file.problem(Code::NotText, place, message)
        .help("save the file as UTF-8; other encodings are for deliveries")
}

pub(crate) fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        entries.push(entry?.path());
    }
    entries.sort();
    Ok(entries)
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        Code::UnreadableFile,
        path,
        format!("cannot be read: {}", reason(error)),
    )
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "this is no folder".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}
