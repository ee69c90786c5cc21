//! Roles that a city has of its own: a file that says them as `pack.yaml` does.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use yandu_words::{RoleId, Title};

use crate::file::FileText;
use crate::load::{pointer, read_text, shown};
use crate::problem::{Code, Problem};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    roles: BTreeMap<RoleId, Title>,
}

/// Reads the roles of a file: under `roles`, the title of each by its name.
///
/// # Errors
///
/// What is wrong with the file, with its places: all that is no YAML, or the first thing that is no role.
pub fn read_roles(path: &Path) -> Result<BTreeMap<RoleId, Title>, Vec<Problem>> {
    let text = read_text(path).map_err(|problem| vec![*problem])?;
    let file = FileText::new(path.to_owned(), text);
    let mut problems = Vec::new();
    let document = file.read(&mut problems);
    let Some(document) = document.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let wrong = |pointer: &str, message: String| {
        let place = file.value_place(&document.root, pointer);
        let problem = file.problem(Code::WrongForm, place, message);
        vec![problem.help(
            "write it as in `pack.yaml`, such as `roles: {guard: {zh: 护林员, en: Forest guard}}`",
        )]
    };
    let read: Result<RolesFile, _> = serde_path_to_error::deserialize(&document.value);
    let roles = match read {
        Ok(file) => file.roles,
        Err(error) => {
            let message = shown(&error.inner().to_string());
            return Err(wrong(&pointer(error.path()), message));
        }
    };
    let untitled = roles.iter().find(|(_, title)| title.zh.trim().is_empty());
    if let Some((role, _)) = untitled {
        let message = format!("the role `{role}` has no title");
        return Err(wrong(&format!("/roles/{role}/zh"), message));
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<BTreeMap<RoleId, Title>, Vec<Problem>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roles.yaml");
        std::fs::write(&path, text).unwrap();
        read_roles(&path)
    }

    #[test]
    fn roles_of_a_city_are_written_as_those_of_a_pack() {
        let roles =
            read("roles:\n  guard: {zh: 护林员, en: Forest guard}\n  diver: {zh: 潜水员}\n");
        let roles: Vec<(String, String)> = roles
            .unwrap()
            .into_iter()
            .map(|(role, title)| (role.to_string(), title.zh))
            .collect();
        let pair = |role: &str, title: &str| (role.to_owned(), title.to_owned());
        assert_eq!(roles, [pair("diver", "潜水员"), pair("guard", "护林员")]);
    }

    #[test]
    fn a_file_of_roles_that_is_wrong_is_told_with_its_place_and_a_mend() {
        for (text, said) in [
            ("roles:\n  guard: {zh: ''}\n", "`guard` has no title"),
            ("roles:\n  guard: 护林员\n", "护林员"),
            ("roles:\n  Forest Guard: {zh: 护林员}\n", "Forest Guard"),
            ("roles: {}\nrole: {}\n", "`role`"),
            ("", "roles"),
        ] {
            let problems = read(text).unwrap_err();
            let [problem] = problems.as_slice() else {
                panic!("{text}: {problems:?}");
            };
            assert!(problem.is_error() && problem.span.is_some(), "{problem:?}");
            let told = problem.to_string();
            assert!(told.contains(said), "{text}: {told}");
            assert!(problem.help.is_some(), "{text}: {problem:?}");
        }
        let titled = read("roles:\n  guard: {zh: ''}\n").unwrap_err();
        assert_eq!(titled[0].span.map(|span| span.line), Some(2));
    }
}
