use expect_test::expect;

use super::{check, load, write};

const PACK: &str = "\
== demo/pack.yaml
pack: demo
version: 1.0.0
title: {zh: 示例}
roles: {clerk: {zh: 经办人, en: Clerk}}
== demo/README.md
# 示例
== demo/datasets/person.yaml
dataset: demo.person
title: {zh: 人}
owner: 市公安局
origin: collect
sharing: {class: unconditional}
opening: closed
refresh: daily
columns:
  township: {title: {zh: 乡镇}, type: text}
  mobile: {title: {zh: 手机}, standard: mobile}
";

fn files(policy: &str) -> String {
    format!("{PACK}== demo/policies/people.cedar\n{policy}")
}

#[test]
fn policies_of_a_pack_are_read_with_its_roles() {
    let folder = write(&files(
        "@id(\"clerk\") @up_to(\"general-1\") @rows(\"township = $division\")\npermit (principal in Role::\"clerk\", action == Action::\"read\", resource in Pack::\"demo\");\n",
    ));
    let loaded = load(folder.path());
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    let [policy] = loaded.packs.policies() else {
        panic!("one file");
    };
    assert_eq!(policy.pack, "demo");
    let roles: Vec<String> = loaded.packs.roles().into_keys().map(String::from).collect();
    assert_eq!(roles, ["clerk"]);
    let city = loaded.packs.city();
    let dataset = &city.datasets["demo.person"];
    assert_eq!(
        (
            dataset.owner.as_str(),
            dataset.sharing.as_str(),
            dataset.opening.as_str()
        ),
        ("市公安局", "unconditional", "closed")
    );
    assert_eq!(dataset.columns["mobile"].grade.name(), "general-3");
}

#[test]
fn what_is_wrong_with_a_policy_is_shown_at_its_place() {
    check(
        &files(
            "// 经办人只看本镇\n@id(\"a\") @up_to(\"general-1\") @rows(\"village = $division\")\npermit (principal in Role::\"clerc\", action == Action::\"read\", resource in Pack::\"demo\");\n",
        ),
        expect![[r#"
            warning[incomplete]: the pack has no tests
             --> demo
             help: add a file under tests/ with rows and what becomes of them

            error[policy]: not a condition on the rows of `demo.person`: there is no column `village`
             --> demo/policies/people.cedar:2:37
              |
            2 | @id("a") @up_to("general-1") @rows("village = $division")
              |                                     ^^^^^^^

            error[policy]: the city has no role `clerc`
             --> demo/policies/people.cedar:3:28
              |
            3 | permit (principal in Role::"clerc", action == Action::"read", resource in Pack::"demo");
              |                            ^^^^^^^
              help: did you mean `clerk`?
        "#]],
    );
}

#[test]
fn other_files_among_policies_are_told() {
    let folder = write(&format!("{PACK}== demo/policies/people.yaml\na: 1\n"));
    let loaded = load(folder.path());
    let mut messages = loaded.problems.iter().map(|problem| &problem.message);
    assert!(messages.any(|message| message == "nothing reads this file in policies/"));
}
