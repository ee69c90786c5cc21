//! Sources: where rows go, headers, schedules, paths and secrets.

use std::collections::HashMap;
use std::path::Path;

use yandu_words::{ColumnName, fold_header};

use super::{Checker, secrets, settings};
use crate::declare::{
    Channel, Engine, FolderChannel, Format, HttpChannel, Mode, Origin, Period, PeriodUnit, Secret,
    SourceFile, SqlChannel, Url,
};
use crate::file::FileText;
use crate::load::Declared;
use crate::own::is_own;
use crate::packs::{PathError, is_inside, resolve};
use crate::problem::{Code, Problem, alternatives, quoted};
use crate::yaml::escape;

/// Names of encodings that departments deliver in, as the encoding standard of the web spells them.
const ENCODINGS: [&str; 11] = [
    "utf-8",
    "gb18030",
    "gbk",
    "gb2312",
    "big5",
    "utf-16",
    "utf-16le",
    "utf-16be",
    "windows-1252",
    "iso-8859-1",
    "ascii",
];

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for source in &drafts.sources {
        target(checker, source);
        schedule(checker, source);
        if let Some(format) = &source.declaration.format {
            self::format(checker, source, format);
        }
        match &source.declaration.channel {
            Channel::Folder(folder) => self::folder(checker, source, folder),
            Channel::File(file) => {
                let problem = pack_file(checker, source, "/channel/file/path", &file.path);
                checker.problems.extend(problem);
            }
            Channel::Upload(_) => {}
            Channel::Sql(sql) => self::sql(checker, source, sql),
            Channel::Http(http) => self::http(checker, source, http),
        }
    }
}

fn target(checker: &mut Checker<'_>, source: &Declared<SourceFile>) {
    let declaration = &source.declaration;
    let Some(dataset) = checker.dataset(source, "/dataset", &declaration.dataset) else {
        return;
    };
    let origin = dataset.declaration.origin;
    if origin == Origin::Form {
        reports(checker, source);
    } else if origin != Origin::Collect && !dataset.has_lost("/origin") {
        let id = &declaration.dataset;
        let problem = source
            .at(
                Code::WrongOrigin,
                "/dataset",
                format!("the rows of `{id}` do not come from sources"),
            )
            .help("a source delivers to a dataset whose `origin` is `collect`");
        checker.push(problem);
    }
    let has_key = !dataset.declaration.key.is_empty() || dataset.has_lost("/key");
    if declaration.mode == Mode::Upsert && !has_key {
        let id = &declaration.dataset;
        let problem = source
            .at(
                Code::NoKey,
                "/mode",
                format!("rows cannot be replaced by key: `{id}` has none"),
            )
            .help("declare its `key`, or use `snapshot` or `append`");
        checker.push(problem);
    }
    let mut claimed: HashMap<String, &ColumnName> = HashMap::new();
    for (header, column) in &declaration.headers {
        let pointer = format!("/headers/{}", escape(header));
        checker.column(source, &pointer, dataset, column);
        if let Some(other) = claimed.insert(fold_header(header), column)
            && other != column
        {
            let problem = source
                .at_key(
                    Code::AmbiguousHeader,
                    &pointer,
                    format!(
                        "the header {} stands for `{other}` and for `{column}`",
                        quoted(header)
                    ),
                )
                .help("headers are compared without case, spaces and full-width signs");
            checker.push(problem);
        }
    }
}

/// Reports that were filled without the network come as files of a folder, one report each.
fn reports(checker: &mut Checker<'_>, source: &Declared<SourceFile>) {
    let declaration = &source.declaration;
    if !matches!(declaration.channel, Channel::Folder(_)) && !source.has_lost("/channel") {
        let message = "reports of a form come by the form itself, or as files of a folder";
        let problem = source.at_key(Code::WrongOrigin, "/channel", message);
        checker.push(problem.help("write `channel: {folder: …}`, or leave the source out"));
    }
    if declaration.mode != Mode::Upsert && !source.has_lost("/mode") {
        let message = "a report is one row, and the others stay";
        let problem = source.at(Code::WrongKeys, "/mode", message);
        checker.push(problem.help("write `mode: upsert`"));
    }
    if !declaration.headers.is_empty() || declaration.format.is_some() {
        let message =
            "a report is a file of this program, so nothing is said of its headers or its format";
        let pointer = if declaration.headers.is_empty() {
            "/format"
        } else {
            "/headers"
        };
        let problem = source.at_key(Code::WrongKeys, pointer, message);
        checker.push(problem.help("leave it out"));
    }
}

fn schedule(checker: &mut Checker<'_>, source: &Declared<SourceFile>) {
    let Some(schedule) = &source.declaration.schedule else {
        return;
    };
    if schedule.every.unit == PeriodUnit::Second {
        let problem = source
            .at(
                Code::WrongSchedule,
                "/schedule/every",
                "a delivery cannot be due every few seconds",
            )
            .help("write min, h, d or wd, such as `24 h`");
        checker.push(problem);
    }
}

fn format(checker: &mut Checker<'_>, source: &Declared<SourceFile>, format: &Format) {
    if let Some(encoding) = &format.encoding
        && !ENCODINGS.contains(&encoding.to_lowercase().as_str())
    {
        let problem = source
            .at(
                Code::WrongValue,
                "/format/encoding",
                format!("{} is no known encoding", quoted(encoding)),
            )
            .help_if(alternatives(
                &encoding.to_lowercase(),
                "encodings",
                ENCODINGS,
            ));
        checker.push(problem);
    }
    if !format.columns.is_empty() && format.header_row.is_some_and(|row| row > 0) {
        let problem = source
            .at(
                Code::WrongKeys,
                "/format/columns",
                "a file with a header row names its columns itself",
            )
            .help("leave out `header_row` or `columns`; map other headers under `headers`");
        checker.push(problem);
    }
}

fn folder(checker: &mut Checker<'_>, source: &Declared<SourceFile>, folder: &FolderChannel) {
    let pointer = "/channel/folder/path";
    if !is_inside(&folder.path) {
        checker.push(outside(source, pointer, &folder.path, "data folder"));
    } else if is_own(Path::new(&folder.path)) {
        checker.push(own(source, pointer, &folder.path));
    }
    if folder.pattern.contains(['/', '\\', '\0']) || folder.pattern.contains("..") {
        let problem = source
            .at(
                Code::PathOutside,
                "/channel/folder/pattern",
                format!(
                    "the pattern {} reaches out of its folder",
                    quoted(&folder.pattern)
                ),
            )
            .help("name the files of one folder, such as `*.csv`");
        checker.push(problem);
    }
}

fn own<T>(from: &Declared<T>, pointer: &str, path: &str) -> Problem {
    let message = format!("{} of the data folder is the program's own", quoted(path));
    from.at(Code::PathOutside, pointer, message)
        .help("let deliveries be put into a folder below `inbox/`")
}

fn outside<T>(from: &Declared<T>, pointer: &str, path: &str, of: &str) -> Problem {
    from.at(
        Code::PathOutside,
        pointer,
        format!("the path {} leads out of its folder", quoted(path)),
    )
    .help(format!("write a path relative to the {of}, without `..`"))
}

/// What is wrong with the path of a file of the pack.
pub(super) fn pack_file<T>(
    checker: &Checker<'_>,
    from: &Declared<T>,
    pointer: &str,
    path: &str,
) -> Option<Problem> {
    let folder = checker.drafts.folders.get(from.folder)?;
    let problem = match resolve(&folder.path, path).err()? {
        PathError::Outside(_) | PathError::NoPack(_) => {
            outside(from, pointer, path, "folder of the pack")
        }
        PathError::Missing { .. } => from
            .at(
                Code::MissingFile,
                pointer,
                format!("the pack has no file {}", quoted(path)),
            )
            .help("paths are relative to the folder of the pack"),
        PathError::NotAFile(_) => from.at(
            Code::MissingFile,
            pointer,
            format!("{} is no file", quoted(path)),
        ),
    };
    Some(problem)
}

fn sql(checker: &mut Checker<'_>, source: &Declared<SourceFile>, sql: &SqlChannel) {
    let pointer = "/channel/sql/url";
    match &sql.url {
        Url::Secret(secret) => self::secret(checker, source, pointer, secret),
        Url::Text(url) => {
            settings::used(checker, source, pointer, url);
            if secrets::has_password(url) {
                let problem = source
                    .at(
                        Code::LiteralSecret,
                        pointer,
                        "a password is written into the address of the database",
                    )
                    .help(secrets::HELP);
                checker.push(FileText::redact(problem));
            } else if sql.engine == Engine::Sqlite && !url.contains("${") {
                if !is_inside(url) {
                    checker.push(outside(source, pointer, url, "data folder"));
                } else if is_own(Path::new(url)) {
                    checker.push(own(source, pointer, url));
                }
            }
        }
    }
}

fn secret(
    checker: &mut Checker<'_>,
    source: &Declared<SourceFile>,
    pointer: &str,
    secret: &Secret,
) {
    if let Secret::File(path) = secret
        && !is_inside(path)
    {
        checker.push(outside(
            source,
            &format!("{pointer}/file"),
            path,
            "data folder",
        ));
    }
}

fn http(checker: &mut Checker<'_>, source: &Declared<SourceFile>, http: &HttpChannel) {
    let pointer = "/channel/http/url";
    settings::used(checker, source, pointer, &http.url);
    if secrets::has_password(&http.url) {
        let problem = source
            .at(
                Code::LiteralSecret,
                pointer,
                "a secret is written into the address",
            )
            .help("send it as a header: `headers: {Authorization: {env: NAME}}`");
        checker.push(FileText::redact(problem));
    } else if !["http://", "https://", "${"]
        .iter()
        .any(|start| http.url.starts_with(start))
    {
        let problem = source
            .at(
                Code::WrongForm,
                pointer,
                format!("{} is no address of the web", quoted(&http.url)),
            )
            .help("it starts with `https://`, `http://` or a setting, `${name}`");
        checker.push(problem);
    }
    for (name, secret) in &http.headers {
        self::secret(
            checker,
            source,
            &format!("/channel/http/headers/{}", escape(name)),
            secret,
        );
    }
    let mut seconds = |pointer: &str, period: Period| {
        if !matches!(period.unit, PeriodUnit::Second | PeriodUnit::Minute) {
            let problem = source
                .at(
                    Code::WrongSchedule,
                    pointer,
                    "a wait of this kind is told in s or min",
                )
                .help("write such as `30 s`");
            checker.push(problem);
        }
    };
    seconds("/channel/http/timeout", http.timeout);
    seconds("/channel/http/retry/wait", http.retry.wait);
}
