use crate::tests::{built, policies};
use crate::{Policies, Problem, mask_of, quoted, text_of_mask};

/// Each problem with what its place marks.
fn told(text: &str) -> String {
    let problems = built(text).expect_err("the text has problems");
    let line = |problem: &Problem| {
        let marked = problem.span.clone().map_or("", |span| &text[span]);
        let help = problem.help.as_deref().unwrap_or("-");
        format!("[{marked}] {} | {help}", problem.message)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

const READ: &str = r#"permit (principal in Role::"clerk", action == Action::"read", resource in Pack::"population")"#;

#[test]
fn what_is_no_cedar_is_said_at_its_place() {
    let text = "@id(\"a\")\npermit (principal, action, resource)\nwhen { principal has };";
    let told = told(text);
    assert!(told.starts_with("[}] "), "{told}");
    // Also behind a policy that is right.
    let second = format!(
        "@id(\"a\") @up_to(\"general-1\") {READ};\n@id(\"b\") forbid (principle, action, resource);"
    );
    let told = self::told(&second);
    assert!(told.contains("[principle]"), "{told}");
}

#[test]
fn a_comment_and_a_text_can_hold_a_semicolon() {
    let text = format!(
        "// first; second\n@id(\"a\") @about(\"甲;乙 \\\" ;\") @up_to(\"general-1\") {READ}; // end;"
    );
    let policies = policies(&text);
    let told = policies.find("city/a").unwrap();
    assert_eq!(told.about.as_deref(), Some("甲;乙 \" ;"));
}

#[test]
fn a_policy_without_a_name_or_with_a_taken_one_is_refused() {
    let told = told(&format!(
        "@up_to(\"general-1\") {READ};\n@id(\"a\") forbid (principal, action, resource);\n@id(\"a\") forbid (principal, action, resource);\n@id(\"a b\") forbid (principal, action, resource);"
    ));
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains("a policy without a name"), "{told}");
    assert!(
        lines[1].starts_with("[a] there is another policy"),
        "{told}"
    );
    assert!(lines[2].starts_with("[a b] no name of a policy"), "{told}");
}

#[test]
fn a_permit_of_read_says_up_to_which_grade() {
    assert!(told(&format!("@id(\"a\") {READ};")).contains("does not say up to which grade"));
    let wrong = told(&format!("@id(\"a\") @up_to(\"general-7\") {READ};"));
    assert!(
        wrong.starts_with("[general-7] `general-7` is no grade | there are general-1"),
        "{wrong}"
    );
    // One that permits everything permits to read.
    assert!(told("@id(\"a\") permit (principal, action, resource);").contains("up to which grade"));
    // What is no reading needs none, and may say nothing of it.
    policies(
        "@id(\"a\") permit (principal in Role::\"steward\", action == Action::\"steward\", resource is Dataset);",
    );
    let idle = told(
        "@id(\"a\") @columns(\"name\") permit (principal in Role::\"steward\", action == Action::\"steward\", resource is Dataset);",
    );
    assert!(
        idle.starts_with("[name] `@columns` is about what is read"),
        "{idle}"
    );
}

#[test]
fn a_misspelled_annotation_is_no_silent_one() {
    let told = told(&format!(
        "@id(\"a\") @row(\"township = '1'\") @up_to(\"general-1\") {READ};"
    ));
    assert_eq!(
        told,
        "[@row] `@row` says nothing here | did you mean `rows`?"
    );
}

#[test]
fn names_that_the_city_does_not_have_are_found() {
    let told = told(
        r#"@id("a") @up_to("general-1") permit (principal in Role::"clerc", action == Action::"read", resource in Pack::"population");
@id("b") @up_to("general-1") permit (principal, action == Action::"read", resource == Dataset::"population.residents");
@id("c") @up_to("general-1") permit (principal in Department::"市公案局", action == Action::"read", resource is Dataset);
@id("d") forbid (principal, action == Action::"read", resource) unless { principal in Division::"320999" };"#,
    );
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines[0],
        "[\"clerc\"] the city has no role `clerc` | did you mean `clerk`?"
    );
    assert_eq!(
        lines[1],
        "[\"population.residents\"] the city has no dataset `population.residents` | did you mean `population.resident`?"
    );
    assert_eq!(
        lines[2],
        "[\"市公案局\"] the city has no department `市公案局` | did you mean `市公安局`?"
    );
    assert!(
        lines[3].starts_with("[\"320999\"] the city has no division"),
        "{told}"
    );
}

#[test]
fn types_are_held_to_the_schema() {
    let told = told(&format!(
        "@id(\"a\") @up_to(\"general-1\") {READ} when {{ resource.grade == \"high\" }};\n@id(\"b\") @up_to(\"general-1\") {READ} when {{ principal.department == resource.owner }};"
    ));
    assert!(told.contains("[resource.grade == \"high\"]"), "{told}");
    assert!(
        told.contains("department"),
        "an attribute that may be missing: {told}"
    );
}

#[test]
fn a_policy_that_can_never_hold_is_a_mistake() {
    let told =
        told("@id(\"a\") permit (principal, action == Action::\"operate\", resource is Dataset);");
    assert!(!told.is_empty());
}

#[test]
fn columns_and_masks_are_those_of_what_can_be_read() {
    let told = told(&format!(
        "@id(\"a\") @columns(\"name, capital\") @masks(\"mobil: null; name: blur; township\") @up_to(\"general-1\") {READ};"
    ));
    assert!(told.contains("`blur` is no mask; there are null"), "{told}");
    assert!(told.contains("`township` is no mask of a column"), "{told}");
    let told = self::told(&format!(
        "@id(\"a\") @columns(\"name, capital\") @masks(\"mobil: null\") @up_to(\"general-1\") {READ};"
    ));
    assert!(
        told.contains("[name, capital] no dataset that this is about has a column `capital`"),
        "{told}"
    );
    assert!(
        told.contains("a column `mobil` | did you mean `mobile`?"),
        "{told}"
    );
}

#[test]
fn a_condition_on_rows_must_hold_for_every_dataset_that_is_reached() {
    policies(&format!(
        "@id(\"a\") @rows(\"township = $division\") @up_to(\"general-1\") {READ};"
    ));
    let told = told(&format!(
        "@id(\"a\") @rows(\"township = $division and name = $account\") @up_to(\"general-1\") {READ};"
    ));
    assert_eq!(
        told,
        "[name] not a condition on the rows of `population.household`: there is no `name` | -"
    );
    let unknown = self::told(&format!(
        "@id(\"a\") @rows(\"township = $county\") @up_to(\"general-1\") {READ};"
    ));
    assert!(unknown.starts_with("[$] not a condition"), "{unknown}");
}

#[test]
fn what_withholds_is_about_reading_alone() {
    let told = told(
        "@id(\"a\") @columns(\"mobile\") forbid (principal, action, resource in Pack::\"population\");\n@id(\"b\") @rows(\"name = 'a'\") forbid (principal, action == Action::\"read\", resource);",
    );
    assert!(told.contains("about `read` alone"), "{told}");
    assert!(told.contains("`@rows` belongs to a permit"), "{told}");
}

#[test]
fn signs_that_change_the_direction_of_reading_are_refused() {
    let told = told(
        "@id(\"a\") forbid (principal, action, resource) when { principal == Person::\"a\u{202e}b\" };",
    );
    assert!(told.contains("bidi") || told.contains("BIDI"), "{told}");
}

#[test]
fn the_hash_follows_texts_and_city_and_nothing_else() {
    let text = format!("@id(\"a\") @up_to(\"general-1\") {READ};");
    let one = policies(&text);
    assert_eq!(one.hash(), policies(&text).hash());
    assert_ne!(
        one.hash(),
        policies(&text.replace("general-1", "general-2")).hash()
    );
    let mut city = one.city().clone();
    city.datasets.values_mut().next().unwrap().owner = "市民政局".to_owned();
    let source = crate::Source {
        name: "city".into(),
        file: "city.cedar".into(),
        text,
    };
    let words = super::Words(city.clone());
    // What another city has read is read again.
    let other = Policies::build(city, &[source], &words, None, Some(&one)).unwrap();
    assert_ne!(one.hash(), other.hash());
}

#[test]
fn masks_are_read_as_they_are_written() {
    for text in [
        "null",
        "fixed 保密",
        "keep 6 4",
        "month",
        "year",
        "step 1000",
        "grid 500",
        "hash",
        "fpe",
    ] {
        assert_eq!(text_of_mask(&mask_of(text).unwrap()), text);
    }
    for text in [
        "",
        "keep",
        "keep 1",
        "keep 1 2 3",
        "keep 300 1",
        "step 0",
        "grid -1",
        "fixed",
        "null 1",
    ] {
        assert!(mask_of(text).is_err(), "{text}");
    }
}

#[test]
fn a_quoted_text_is_read_back_by_cedar() {
    for about in [
        "a\"b\\c",
        "line\nline\ttab\r",
        "\u{0}\u{1f600}中文",
        "ends with \\",
    ] {
        let text = format!(
            "@id(\"a\") @about({}) @up_to(\"general-1\") {READ};",
            quoted(about)
        );
        assert_eq!(
            policies(&text).find("city/a").unwrap().about.as_deref(),
            Some(about)
        );
    }
}

#[test]
fn what_was_read_before_is_taken_over_and_decides_the_same() {
    let city = super::city();
    let words = super::Words(city.clone());
    let source = |name: &str, text: String| crate::Source {
        name: name.into(),
        file: name.into(),
        text,
    };
    let first = source("city", format!("@id(\"a\") @up_to(\"general-1\") {READ};"));
    let grant = source(
        "grants",
        format!("@id(\"g1\") @up_to(\"general-3\") {READ};"),
    );
    let before = Policies::build(
        city.clone(),
        std::slice::from_ref(&first),
        &words,
        None,
        None,
    )
    .unwrap();
    let sources = [first.clone(), grant.clone()];
    let after = Policies::build(city.clone(), &sources, &words, None, Some(&before)).unwrap();
    let anew = Policies::build(city.clone(), &sources, &words, None, None).unwrap();
    assert_eq!(after.hash(), anew.hash());
    assert_eq!(
        after.told().collect::<Vec<_>>(),
        anew.told().collect::<Vec<_>>()
    );
    // A name is one in its text also where both were read before.
    let twice = [first.clone(), grant.clone(), grant];
    let problems = Policies::build(city, &twice, &words, None, Some(&after)).unwrap_err();
    assert!(problems[0].message.contains("another policy of this name"));
    assert_eq!(problems[0].file.as_ref(), "grants");
}

/// `UPDATE=1` renews the committed schema.
#[test]
fn the_committed_schema_is_the_one_that_policies_are_held_to() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/policies.cedarschema");
    let schema = Policies::schema_text();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), schema);
}
