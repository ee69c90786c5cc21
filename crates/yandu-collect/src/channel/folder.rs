//! Files that a department puts into a folder. They are read and never touched.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::place;
use crate::form::read_bounded;

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) fingerprint: String,
    /// Nothing has changed it for a while.
    pub(super) is_complete: bool,
}

/// Files whose times lie ahead of the clock, as they were first seen so: their completeness shows only by waiting.
#[derive(Debug, Default)]
pub(super) struct Watched(Mutex<HashMap<PathBuf, (String, Instant)>>);

/// The files of a folder below the data folder whose names fit, in the order of their names.
///
/// Names of copies under way (`.part`, `.tmp`, `~`, a dot in front) and links that lead elsewhere are passed over.
pub(super) fn list(
    root: &Path,
    folder: &str,
    pattern: &str,
    quiet: Duration,
    watched: &Watched,
) -> Result<Vec<Found>, place::Problem> {
    let path = match place::inside(root, folder) {
        // Nobody has delivered yet.
        Err(problem) if problem.is_absent() => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(&path).map_err(place::Problem::Io)? {
        let entry = entry.map_err(place::Problem::Io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_under_way(&name) || !fits(pattern, &name) {
            continue;
        }
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && place::inside(root, &format!("{folder}/{name}")).is_err() {
            tracing::debug!(file.path = %entry.path().display(), "link that leads elsewhere passed over");
            continue;
        }
        // A file that is gone by now was not meant for us.
        found.extend(watched.look(name, entry.path(), quiet));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// A file of a folder below the data folder by its name; `None` where the name stands for no file.
pub(super) fn find(
    root: &Path,
    folder: &str,
    name: &str,
    quiet: Duration,
    watched: &Watched,
) -> Option<Found> {
    let path = place::inside(root, &format!("{folder}/{name}")).ok()?;
    watched.look(name.to_owned(), path, quiet)
}

/// Copies a file as it stands; `None` when it changed meanwhile or is gone.
pub(super) fn copy(found: &Found, to: &Path) -> std::io::Result<Option<()>> {
    as_it_stands(found, || fs::copy(&found.path, to).map(drop))
}

/// The bytes of a file as it stands, at most one more than are taken; `None` when it changed meanwhile or is gone.
pub(super) fn read(found: &Found, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    as_it_stands(found, || read_bounded(&found.path, most))
}

fn as_it_stands<T>(
    found: &Found,
    work: impl FnOnce() -> std::io::Result<T>,
) -> std::io::Result<Option<T>> {
    let is_same =
        || Ok::<_, std::io::Error>(fingerprint(&fs::metadata(&found.path)?) == found.fingerprint);
    let worked = || -> std::io::Result<Option<T>> {
        if !is_same()? {
            return Ok(None);
        }
        let done = work()?;
        Ok(is_same()?.then_some(done))
    };
    match worked() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        other => other,
    }
}

/// Size and time of the last change.
fn fingerprint(metadata: &Metadata) -> String {
    let modified = metadata
        .modified()
        .ok()
        .and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    format!(
        "{}:{}",
        metadata.len(),
        modified.unwrap_or_default().as_nanos()
    )
}

/// The time since which nothing has changed a file. The time of modification is set back by copies that keep it; the
/// time of the inode is not.
fn changed_at(metadata: &Metadata) -> SystemTime {
    let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        modified.max(changed + Duration::from_nanos(metadata.ctime_nsec().unsigned_abs()))
    }
    #[cfg(not(unix))]
    modified
}

impl Watched {
    /// A file as it stands; `None` where there is none.
    pub(super) fn look(&self, name: String, path: PathBuf, quiet: Duration) -> Option<Found> {
        let metadata = fs::metadata(&path).ok().filter(Metadata::is_file)?;
        let fingerprint = fingerprint(&metadata);
        Some(Found {
            name,
            is_complete: self.is_quiet(&path, &metadata, &fingerprint, quiet),
            path,
            fingerprint,
        })
    }

    fn is_quiet(
        &self,
        path: &Path,
        metadata: &Metadata,
        fingerprint: &str,
        quiet: Duration,
    ) -> bool {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(age) = SystemTime::now().duration_since(changed_at(metadata)) {
            watched.remove(path);
            return age >= quiet;
        }
        // Its time lies ahead: the clock of this machine, or of the one that set it, is wrong.
        let now = Instant::now();
        let seen = watched
            .entry(path.to_owned())
            .or_insert_with(|| (fingerprint.to_owned(), now));
        if seen.0 != fingerprint {
            *seen = (fingerprint.to_owned(), now);
        }
        now.duration_since(seen.1) >= quiet
    }
}

fn is_under_way(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = [".part", ".tmp", "~", ".crdownload", ".filepart"];
    name.starts_with('.') || name.starts_with("~$") || ends.iter().any(|end| lower.ends_with(end))
}

/// Whether a name fits a pattern in which `*` stands for any signs and `?` for one.
fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut place) = (0, 0);
    // Where the last `*` stood, and up to where it reaches.
    let mut star: Option<(usize, usize)> = None;
    while let Some(sign) = name.get(place) {
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                star = Some((at, place));
                at += 1;
            }
            (Some(expected), _) if *expected == '?' || expected == sign => {
                at += 1;
                place += 1;
            }
            (_, Some((before, reach))) => {
                star = Some((before, reach + 1));
                at = before + 1;
                place = reach + 1;
            }
            (_, None) => return false,
        }
    }
    pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|sign| *sign == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_fit_names_in_any_script() {
        for (pattern, name, expected) in [
            ("*.csv", "常住人口登记_20250101.csv", true),
            (
                "常住人口登记_????????.csv",
                "常住人口登记_20250101.csv",
                true,
            ),
            (
                "常住人口登记_????????.csv",
                "常住人口登记_2025010.csv",
                false,
            ),
            ("*", "", true),
            ("*_*_*.csv", "a_b_c_d.csv", true),
            ("*.csv", "a.csv.bak", false),
            ("a*b*c", "abxbc", true),
            ("a.c", "abc", false),
            ("?", "", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
        assert!(!fits(
            &"*a".repeat(200),
            &"a".repeat(10_000).replace('a', "b")
        ));
    }

    #[test]
    fn only_whole_files_of_the_folder_itself_are_found_in_the_order_of_their_names() {
        let root = tempfile::tempdir().unwrap();
        let inbox = root.path().join("inbox");
        fs::create_dir_all(inbox.join("folder.csv")).unwrap();
        fs::write(root.path().join("records.sqlite"), "").unwrap();
        for name in [
            "b.csv",
            "a.csv",
            ".hidden.csv",
            "c.csv.part",
            "d.tmp",
            "~$e.csv",
            "f.csv~",
            "g.txt",
        ] {
            fs::write(inbox.join(name), name).unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/etc/hostname", inbox.join("out.csv")).unwrap();
            std::os::unix::fs::symlink(root.path().join("records.sqlite"), inbox.join("own.csv"))
                .unwrap();
            std::os::unix::fs::symlink(inbox.join("a.csv"), inbox.join("z.csv")).unwrap();
        }
        let watched = Watched::default();
        let found = list(root.path(), "inbox", "*.csv", Duration::ZERO, &watched).unwrap();
        let names: Vec<&str> = found.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(
            names,
            if cfg!(unix) {
                vec!["a.csv", "b.csv", "z.csv"]
            } else {
                vec!["a.csv", "b.csv"]
            }
        );
        assert!(found.iter().all(|file| file.is_complete));
        let busy = list(
            root.path(),
            "inbox",
            "*.csv",
            Duration::from_hours(1),
            &watched,
        )
        .unwrap();
        assert!(busy.iter().all(|file| !file.is_complete));
        assert_eq!(
            list(root.path(), "inbox/absent", "*", Duration::ZERO, &watched).unwrap(),
            []
        );
        assert!(list(root.path(), "../inbox", "*", Duration::ZERO, &watched).is_err());
    }

    #[test]
    fn a_file_with_an_old_time_is_not_complete_before_it_is_quiet() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("inbox")).unwrap();
        let path = root.path().join("inbox/a.csv");
        let file = fs::File::create(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_hours(24))
            .unwrap();
        let watched = Watched::default();
        let is_complete_after = |quiet: Duration| {
            let found = list(root.path(), "inbox", "*", quiet, &watched);
            found.unwrap()[0].is_complete
        };
        let (long, short) = (Duration::from_hours(1), Duration::from_millis(10));
        let settles = || {
            let end = Instant::now() + Duration::from_mins(1);
            while !is_complete_after(short) {
                assert!(Instant::now() < end, "it never counts as complete");
                std::thread::sleep(short);
            }
        };
        assert!(!is_complete_after(long));
        settles();
        file.set_modified(SystemTime::now() + Duration::from_hours(24))
            .unwrap();
        assert!(!is_complete_after(long), "a time ahead of the clock");
        settles();
    }

    #[test]
    fn a_file_that_changes_while_it_is_copied_waits() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("inbox")).unwrap();
        let path = root.path().join("inbox/a.csv");
        fs::write(&path, "first").unwrap();
        let found = list(
            root.path(),
            "inbox",
            "*",
            Duration::ZERO,
            &Watched::default(),
        )
        .unwrap()
        .remove(0);
        let to = root.path().join("copy");
        assert_eq!(copy(&found, &to).unwrap(), Some(()));
        assert_eq!(fs::read_to_string(&to).unwrap(), "first");
        assert_eq!(read(&found, 3).unwrap(), Some(b"firs".to_vec()));
        fs::write(&path, "second one").unwrap();
        assert_eq!(copy(&found, &to).unwrap(), None);
        assert_eq!(read(&found, 100).unwrap(), None);
        fs::remove_file(&path).unwrap();
        assert_eq!(copy(&found, &to).unwrap(), None);
    }
}
