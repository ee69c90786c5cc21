//! A folder for one test, removed at its end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use yandu_city::{Options, Summary, Truth, simulate};

/// A fresh seed, or that of a run that is to be had again.
pub(crate) fn draw_seed() -> u64 {
    let seed = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    seed
}

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("yandu-city-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Options for this folder with two threads.
    pub(crate) fn options(&self, people: u64, seed: u64) -> Options {
        let mut options = Options::new(people, seed, &self.0);
        options.threads = 2;
        options
    }

    pub(crate) fn simulate(&self, options: &Options) -> Summary {
        assert_eq!(options.out, self.0);
        simulate(options, &()).unwrap()
    }

    pub(crate) fn truths(&self) -> Vec<Truth> {
        std::fs::read_to_string(self.0.join("truth.jsonl"))
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// All files below the folder with their bytes, by name.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&self.0).unwrap().to_owned();
                    files.push((name, std::fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
