//! Rows of a city's own in the place of those that packs carry: `data/<pack>/<file>` of its folder for `data/<file>` of the pack.
//!
//! Such a file is one of the pack from then on: sources read it, it counts in the digest of the pack, and copies hold it.
//! What is absent on purpose: a city adds no file and changes no declaration, for which it has a pack of its own.

use std::path::{Path, PathBuf};

use yandu_words::PackId;

use crate::load::{entries, file_name, unreadable};
use crate::packs::Packs;
use crate::problem::{Code, Problem, alternatives, quoted};

/// Where the files of packs stand that may be replaced.
const DATA: &str = "data";

impl Packs {
    /// Lays the rows in the folder of a city over those of packs. What takes no place comes back as a problem: somebody waits for it. So
    /// does a folder that is not there, in the place of which another city would be taken.
    pub fn lay_data(&mut self, city: &Path) -> Vec<Problem> {
        let mut problems = Vec::new();
        let own = listed(city, &mut problems);
        let folder = own.into_iter().find(|one| file_name(one) == DATA);
        let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
            return problems;
        };
        for of_pack in listed(&folder, &mut problems) {
            let name = file_name(&of_pack);
            let id = name.parse::<PackId>().ok();
            let known = id.and_then(|id| self.packs.get_mut(&id));
            let Some(pack) = known.filter(|_| of_pack.is_dir()) else {
                let mut known: Vec<&str> = self.packs.keys().map(PackId::as_str).collect();
                known.sort_unstable();
                let message = format!(
                    "there is no pack {}, whose rows this would be",
                    quoted(&name)
                );
                let problem = Problem::new(Code::MissingPack, of_pack, message)
                    .help("a folder here is called as a pack is")
                    .help_if(alternatives(&name, "packs", known));
                problems.push(problem);
                continue;
            };
            for file in listed(&of_pack, &mut problems) {
                let name = file_name(&file);
                let path = format!("{DATA}/{name}");
                if file.is_file() && pack.resolve(&path).is_ok() {
                    pack.laid.insert(path, file);
                    continue;
                }
                let own = entries(&pack.folder.join(DATA)).unwrap_or_default();
                let own: Vec<String> = own.iter().map(|own| file_name(own)).collect();
                let known = own.iter().map(String::as_str);
                let message = format!(
                    "the pack `{}` has no file {} that this could take the place of",
                    pack.id(),
                    quoted(&path)
                );
                let problem = Problem::new(Code::MissingFile, file, message)
                    .help("a file here is called as one under `data/` of the pack is")
                    .help_if(alternatives(&name, "files", known));
                problems.push(problem);
            }
        }
        problems
    }
}

/// What stands in a folder, but for what begins with a dot.
fn listed(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    match entries(folder) {
        Ok(entries) => entries
            .into_iter()
            .filter(|entry| !file_name(entry).starts_with('.'))
            .collect(),
        Err(error) => {
            problems.push(unreadable(folder, &error));
            Vec::new()
        }
    }
}
