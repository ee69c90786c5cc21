//! Sets of indicators: who asks for them, and whether each is asked for once.

use std::collections::HashMap;

use super::Checker;
use crate::problem::{Code, quoted};

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for set in &drafts.indicators {
        let file = &set.declaration;
        let says_who = file
            .basis
            .as_ref()
            .is_some_and(|basis| !basis.trim().is_empty());
        if !says_who && !file.sample && !set.has_lost("/basis") && !set.has_lost("/sample") {
            let problem = set
                .at_key(
                    Code::Incomplete,
                    "/indicators",
                    "nothing says who asks for these indicators",
                )
                .help("add `basis`: the document that issues them, or `sample: true`");
            checker.push(problem);
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (index, item) in file.items.iter().enumerate() {
            if let Some(first) = seen.insert(&item.id, index) {
                let problem = set
                    .at(
                        Code::DuplicateName,
                        &format!("/items/{index}/id"),
                        format!("there are two indicators {}", quoted(&item.id)),
                    )
                    .help(format!(
                        "give this one, or number {}, another id",
                        first + 1
                    ));
                checker.push(problem);
            }
        }
    }
}
