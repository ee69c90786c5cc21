use super::{air, load, write};

const RULES: &str = "\
== air/classification/people.yaml
classification: air.people
title: {zh: 规则}
basis: GB/T 43697-2024
classes:
  identity: {zh: 个人身份信息}
rules:
  - {id: number, title: {zh: 证件号}, class: identity, grade: general-3, names: [证件号], looks: {resident-id: 0.6}}
  - {id: phone, title: {zh: 电话}, class: identity, grade: general-2, standards: [mobile]}
combinations:
  - {id: both, title: {zh: 合在一起}, all_of: [identity, identity], grade: general-4}
";

#[test]
fn rules_of_classification_are_read_with_their_usual_weights() {
    let folder = write(&air(RULES));
    let loaded = load(folder.path());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let sets: Vec<_> = loaded.packs.classifications().collect();
    assert_eq!(sets.len(), 1);
    assert_eq!(sets[0].rules.len(), 2);
    assert_eq!(sets[0].weights, crate::declare::Weights::default());
}

#[test]
fn a_rule_gives_a_class_that_is_there_once_and_goes_by_something() {
    let wrong = RULES
        .replace("id: phone", "id: number")
        .replace(
            "class: identity, grade: general-2, standards: [mobile]",
            "class: identty, grade: general-2",
        )
        .replace("resident-id: 0.6", "resident-id: 1.5");
    let folder = write(&air(&wrong));
    let told: Vec<String> = load(folder.path())
        .problems
        .iter()
        .map(|problem| format!("{} {problem}", problem.code.name()))
        .collect();
    let has = |words: &[&str]| {
        let mut told = told.iter();
        told.any(|text| words.iter().all(|word| text.contains(word)))
    };
    assert!(has(&["missing-class", "identty"]), "{told:#?}");
    assert!(has(&["duplicate-name", "number"]), "{told:#?}");
    assert!(has(&["incomplete", "nothing speaks"]), "{told:#?}");
    assert!(has(&["wrong-value", "1.5"]), "{told:#?}");
}
