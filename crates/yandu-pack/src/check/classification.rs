//! Rules of classification: whether each speaks of a class that is there, and has something to go by.

use std::collections::{HashMap, HashSet};

use super::Checker;
use crate::problem::{Code, did_you_mean, quoted};

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let classes: HashSet<&str> = drafts
        .classifications
        .iter()
        .flat_map(|set| set.declaration.classes.keys().map(String::as_str))
        .collect();
    let mut seen: HashMap<&str, &std::path::Path> = HashMap::new();
    for set in &drafts.classifications {
        let file = &set.declaration;
        let unknown = |pointer: String, class: &str| {
            let problem = set.at(
                Code::MissingClass,
                &pointer,
                format!("there is no class {}", quoted(class)),
            );
            let near = did_you_mean(class, classes.iter().copied());
            problem.help_if(near.map(|near| format!("did you mean {}?", quoted(near))))
        };
        for (index, rule) in file.rules.iter().enumerate() {
            if !classes.contains(rule.class.as_str()) {
                checker.push(unknown(format!("/rules/{index}/class"), &rule.class));
            }
            if rule.names.is_empty() && rule.standards.is_empty() && rule.looks.is_empty() {
                let problem = set
                    .at(
                        Code::Incomplete,
                        &format!("/rules/{index}"),
                        "nothing speaks for this rule",
                    )
                    .help("add `names`, `standards` or `looks`");
                checker.push(problem);
            }
            for (look, share) in &rule.looks {
                if !(*share > 0.0 && *share <= 1.0) {
                    let problem = set
                        .at(
                            Code::WrongValue,
                            &format!("/rules/{index}/looks/{}", look.name()),
                            format!("{share} is no share of the values"),
                        )
                        .help("write a number above 0 and up to 1, such as 0.6");
                    checker.push(problem);
                }
            }
            let pointer = format!("/rules/{index}/id");
            if let Some(first) = seen.insert(&rule.id, &set.file.path) {
                let problem = set.at(
                    Code::DuplicateName,
                    &pointer,
                    format!("there are two rules {}", quoted(&rule.id)),
                );
                checker
                    .push(problem.help(format!("the other one stands in `{}`", first.display())));
            }
        }
        for (index, combination) in file.combinations.iter().enumerate() {
            for (place, class) in combination.all_of.iter().enumerate() {
                if !classes.contains(class.as_str()) {
                    let pointer = format!("/combinations/{index}/all_of/{place}");
                    checker.push(unknown(pointer, class));
                }
            }
        }
    }
}
