//! Code lists.

use super::Checker;
use crate::problem::{Code, alternatives, quoted};
use crate::yaml::escape;

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for list in &drafts.code_lists {
        let values = &list.declaration.values;
        for (word, code) in &list.declaration.synonyms {
            let pointer = format!("/synonyms/{}", escape(word));
            if !list.names.contains(code) {
                let known = values.keys().map(String::as_str);
                let problem = list
                    .at(
                        Code::MissingCode,
                        &pointer,
                        format!("the list has no code {}", quoted(code)),
                    )
                    .help_if(alternatives(code, "codes", known));
                checker.push(problem);
            }
            if list.names.contains(word) && word != code {
                let problem = list
                    .at_key(
                        Code::DuplicateName,
                        &pointer,
                        format!("the synonym {} is itself a code", quoted(word)),
                    )
                    .help("a word that is a code always means itself");
                checker.push(problem);
            }
        }
    }
}
