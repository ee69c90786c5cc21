//! A report in a folder, and the files beside it that it names.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The files beside a report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handed {
    /// Those that are kept already: hash by name.
    pub(crate) files: BTreeMap<String, String>,
    /// Those that are not taken: why, by name.
    pub(crate) refused: BTreeMap<String, String>,
}

/// Whether a report may name a file so: by its name alone, which leads out of no folder and into none.
pub fn is_beside(name: &str) -> bool {
    let is_plain = !name.starts_with('.') && !name.contains('\\');
    is_plain && Path::new(name).file_name() == Some(OsStr::new(name))
}

/// The text of a report without the mark of its encoding, which editors put before it.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The bytes of a file, and at most one more than are taken: what is too large is refused where it is looked at.
pub(crate) fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut first = File::open(path)?.take(most.saturating_add(1));
    first.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::is_beside;

    #[test]
    fn a_report_names_files_beside_it_and_no_others() {
        for name in ["IMG_1.jpg", "现场 照片.png", "~a", "a..b"] {
            assert!(is_beside(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            ".a",
            "a/",
            "a/b",
            "/etc/passwd",
            "../a",
            "a/.",
            "a\\b",
            "./a",
        ] {
            assert!(!is_beside(name), "{name}");
        }
    }
}
