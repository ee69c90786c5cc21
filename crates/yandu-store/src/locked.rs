use std::fs::{File, TryLockError};
use std::ops::Deref;

/// A file that this process alone has locked, until it is dropped.
///
/// It is unlocked explicitly: a child process that some other thread starts has a copy of the open file until it runs its own program,
/// and closing the file here would leave it locked until then.
#[derive(Debug)]
pub(crate) struct Locked(File);

impl Locked {
    /// Gives the file back with the error.
    pub(crate) fn new(file: File) -> Result<Self, (File, TryLockError)> {
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(error) => Err((file, error)),
        }
    }
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Where it cannot be, closing it does the same once nobody has a copy.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_the_open_file_as_a_child_has_it_holds_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let file = File::create(&path).unwrap();
        let _of_a_child = file.try_clone().unwrap();
        let locked = Locked::new(file).unwrap();
        let (again, refused) = Locked::new(File::open(&path).unwrap()).unwrap_err();
        assert!(matches!(refused, TryLockError::WouldBlock));
        drop(locked);
        Locked::new(again).unwrap();
    }
}
