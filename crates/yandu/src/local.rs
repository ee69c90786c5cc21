//! The key by which a request shows that it comes from whoever holds the data folder. Each process that opens the folder makes
//! another one; it stands where only the owner of the folder can read it.

use std::path::{Path, PathBuf};

use yandu_store::DataFolder;

use crate::failure::Result;

fn path(data: &Path) -> PathBuf {
    data.join("local.key")
}

/// Makes the key of this process.
pub(crate) fn write(folder: &DataFolder) -> Result<String> {
    let bytes: [u8; 32] = rand::random();
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = format!("yl_{digits}");
    let path = path(folder.root());
    yandu_collect::secret::write_closed(&path, key.as_bytes())?;
    Ok(key)
}

/// The key of the process that holds a folder; none where this user may not read it. Then the server says what may be done.
pub(crate) fn read(data: &Path) -> Option<String> {
    std::fs::read_to_string(path(data)).ok()
}
