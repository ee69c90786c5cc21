//! Paths that packs name below the data folder: they may not climb out, neither by `..` nor by a link, nor reach what
//! the program keeps there for itself.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use yandu_pack::is_own;

/// Why a path cannot be used.
#[derive(Debug)]
pub(crate) enum Problem {
    Outside,
    Own,
    Io(io::Error),
}

impl Problem {
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => f.write_str("it lies outside the data folder"),
            Self::Own => f.write_str("it belongs to the program itself"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

/// What stands at a relative path below the data folder, with links followed.
pub(crate) fn inside(root: &Path, relative: &str) -> Result<PathBuf, Problem> {
    let (path, rest) = resolve(root, relative)?;
    if is_own(&rest) {
        return Err(Problem::Own);
    }
    Ok(path)
}

/// The file of a secret: anywhere below the data folder but in the encrypted store.
pub(crate) fn secret_file(root: &Path, relative: &str) -> Result<PathBuf, Problem> {
    let (path, rest) = resolve(root, relative)?;
    if rest == Path::new("secrets/key") || rest.starts_with("secrets/stored") {
        return Err(Problem::Own);
    }
    Ok(path)
}

fn resolve(root: &Path, relative: &str) -> Result<(PathBuf, PathBuf), Problem> {
    let relative = Path::new(relative);
    let climbs = relative
        .components()
        .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
    if climbs {
        return Err(Problem::Outside);
    }
    let root = fs::canonicalize(root).map_err(Problem::Io)?;
    let path = fs::canonicalize(root.join(relative)).map_err(Problem::Io)?;
    let rest = path
        .strip_prefix(&root)
        .map_err(|_| Problem::Outside)?
        .to_owned();
    Ok((path, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_does_not_climb_out_of_the_data_folder_nor_into_what_is_the_programs_own() {
        let around = tempfile::tempdir().unwrap();
        let root = around.path().join("data");
        for folder in ["inbox/health", "lake/base", "ledger", "secrets"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::create_dir(around.path().join("elsewhere")).unwrap();
        fs::write(root.join("records.sqlite-wal"), "").unwrap();
        assert!(inside(&root, "inbox/health").is_ok());
        assert!(inside(&root, "./inbox/health").is_ok());
        assert!(inside(&root, "inbox/absent").unwrap_err().is_absent());
        for path in ["..", "inbox/../../elsewhere", "/etc", ""] {
            assert!(inside(&root, path).is_err(), "{path}");
        }
        for path in ["lake/base", "ledger", "secrets", "records.sqlite-wal", "."] {
            assert!(matches!(inside(&root, path), Err(Problem::Own)), "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(around.path().join("elsewhere"), root.join("inbox/out"))
                .unwrap();
            std::os::unix::fs::symlink(root.join("lake"), root.join("inbox/lake")).unwrap();
            assert!(matches!(inside(&root, "inbox/out"), Err(Problem::Outside)));
            assert!(matches!(inside(&root, "inbox/lake"), Err(Problem::Own)));
        }
    }
}
