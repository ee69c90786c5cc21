//! What another set opens and closes, and what it costs to find out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::{Words, city, dataset, id, names_in, person, policies, renamed};
use crate::{
    Action, Circumstances, City, ColumnStep, Difference, OTHER_PURPOSE, Policies, Principal,
    RowNames, RowOrder, Source, Step, StepKind, Way, difference,
};
use yandu_words::id::DatasetId;
use yandu_words::{Grade, Mask};

/// Conditions that are told apart by their words.
pub(super) struct SameWords;

impl RowOrder for SameWords {
    fn is_within(
        &self,
        _: &DatasetId,
        one: (&str, &Principal),
        others: (&[&str], &Principal),
    ) -> bool {
        others.0.contains(&one.0)
    }
}

const READS: &str = r#"
@id("a") @up_to("general-2") permit (principal in Role::"clerk", action == Action::"read", resource == Dataset::"population.resident");
"#;

impl RowNames for SameWords {
    fn columns(&self, sql: &str) -> BTreeSet<String> {
        names_in(sql).map(str::to_owned).collect()
    }

    fn renamed(&self, sql: &str, names: &BTreeMap<String, String>) -> Option<String> {
        Some(renamed(sql, names))
    }
}

/// The ids of those for whom a step is.
fn accounts(found: &Difference, step: &Step, people: &[Principal]) -> Vec<String> {
    let classes = step.classes.iter().map(|class| &found.classes[*class]);
    let people = classes
        .flat_map(|class| &class.people)
        .map(|at| &people[*at]);
    people.map(|one| one.id.clone()).collect()
}

fn compared(before: &str, after: &str, people: &[Principal]) -> Difference {
    let people: Vec<_> = people
        .iter()
        .map(|one| (one.clone(), one.clone()))
        .collect();
    difference(&policies(before), &policies(after), &people, &SameWords).unwrap()
}

fn clerks() -> Vec<Principal> {
    vec![
        person("a", &["clerk"], Some("市民政局"), None),
        person("b", &["clerk"], Some("市民政局"), None),
        person("c", &["analyst"], Some("市民政局"), None),
    ]
}

#[test]
fn accounts_that_no_policy_tells_apart_are_asked_once() {
    let found = compared("", READS, &clerks());
    assert_eq!(found.classes.len(), 2);
    let [step] = found.steps.as_slice() else {
        panic!("{found:#?}")
    };
    assert!(step.is_opening && step.circumstances.is_empty());
    assert_eq!(accounts(&found, step, &clerks()), ["a", "b"]);
    assert!(matches!(&step.kind, StepKind::Reading { columns, .. } if columns.len() == 5));
    assert_eq!((found.changed, found.pairs), (2, 9));
    let naming = READS.replace("principal in Role::\"clerk\"", "principal == Person::\"b\"");
    let found = compared("", &naming, &clerks());
    // No policy names a role of theirs by now.
    assert_eq!(found.classes.len(), 2);
    assert_eq!(accounts(&found, &found.steps[0], &clerks()), ["b"]);
}

#[test]
fn a_column_that_is_shown_as_it_is_opens_and_one_that_is_masked_closes() {
    let more = READS.replace("general-2", "general-3");
    let found = compared(READS, &more, &clerks());
    let [step] = found.steps.as_slice() else {
        panic!("{found:#?}")
    };
    let keep = Mask::Keep { first: 3, last: 4 };
    let mobile = ColumnStep {
        name: "mobile".to_owned(),
        before: vec![Some(keep)],
        after: vec![None],
    };
    assert!(step.is_opening);
    assert!(
        matches!(&step.kind, StepKind::Columns(columns) if columns.len() == 2 && columns[0] == mobile)
    );
    let found = compared(&more, READS, &clerks());
    assert!(!found.steps.is_empty());
    assert!(found.steps.iter().all(|step| !step.is_opening));
}

#[test]
fn rows_open_where_no_condition_of_before_shows_them() {
    let rows = |rows: &str| READS.replace("@up_to", &format!("@rows(\"{rows}\") @up_to"));
    let (one, other) = (rows("township = '1'"), rows("township = '2'"));
    let found = compared(&one, &other, &clerks());
    let told: Vec<bool> = found.steps.iter().map(|step| step.is_opening).collect();
    assert_eq!(told, [true, false]);
    assert!(
        found
            .steps
            .iter()
            .all(|step| matches!(step.kind, StepKind::Rows { .. }))
    );
    let found = compared(&one, READS, &clerks());
    assert!(!found.steps.is_empty());
    assert!(found.steps.iter().all(|step| step.is_opening));
    // The same under another name is the same.
    assert!(
        compared(&one, &one.replace("@id(\"a\")", "@id(\"b\")"), &clerks())
            .steps
            .is_empty()
    );
}

#[test]
fn what_holds_on_one_way_and_for_one_purpose_says_so() {
    let conditional = READS.replace(
        "\"population.resident\")",
        "\"population.resident\") when { context.way == \"export\" && context has purpose && context.purpose == \"核对\" }",
    );
    let found = compared("", &conditional, &clerks());
    let asked = Circumstances {
        purpose: Some("核对".to_owned()),
        way: Way::Export,
    };
    assert_eq!(found.steps[0].circumstances, [asked]);
    let any = conditional.replace("context.purpose == \"核对\"", "context.purpose != \"核对\"");
    let found = compared("", &any, &clerks());
    assert_eq!(
        found.steps[0].circumstances[0].purpose.as_deref(),
        Some(OTHER_PURPOSE)
    );
}

#[test]
fn duties_and_actions_on_the_city_are_told_too() {
    let duties = r#"
@id("d") permit (principal in Role::"clerk", action == Action::"steward", resource is Dataset);
@id("e") permit (principal in Role::"clerk", action == Action::"edit-plan", resource == City::"city");
"#;
    let found = compared("", duties, &clerks());
    let on_city: Vec<_> = found
        .steps
        .iter()
        .filter(|step| step.dataset.is_none())
        .collect();
    assert_eq!(on_city.len(), 1);
    assert_eq!(on_city[0].kind, StepKind::Duty(Action::EditPlan));
    assert_eq!(found.steps.len(), 4);
}

#[test]
fn knowing_of_a_dataset_and_asking_for_it_is_told_too() {
    let apply = "@id(\"k\") permit (principal in Role::\"clerk\", action == Action::\"apply\", resource is Dataset);";
    let found = compared("", apply, &clerks());
    assert_eq!(found.steps.len(), 3);
    let is_told = |kind: &StepKind| *kind == StepKind::Duty(Action::Apply);
    assert!(found.steps.iter().all(|step| is_told(&step.kind)));
}

#[test]
fn of_two_masks_the_one_that_leaves_more_counts_wherever_it_is_written_and_whatever_its_policy_is_called()
 {
    let of = |id: &str, mask: &str| {
        let annotated = format!("@id(\"{id}\") @masks(\"mobile: {mask}\")");
        READS.replace("@id(\"a\")", &annotated)
    };
    let (one, other) = (of("m", "keep 1 0"), of("n", "keep 3 0"));
    let (before, swapped) = (format!("{one}{other}"), format!("{other}{one}"));
    assert!(compared(&before, &swapped, &clerks()).steps.is_empty());
    let named = format!("{one}{}", of("l", "keep 3 0"));
    assert!(compared(&before, &named, &clerks()).steps.is_empty());
    // One that leaves nothing takes nothing back.
    for name in ["a", "z"] {
        let nothing = format!("{before}{}", of(name, "null"));
        assert!(compared(&before, &nothing, &clerks()).steps.is_empty());
        let nothing = of(name, "null");
        let found = compared(&nothing, &format!("{nothing}{one}"), &clerks());
        let [step] = found.steps.as_slice() else {
            panic!("{found:#?}")
        };
        assert!(step.is_opening);
        assert!(
            matches!(&step.kind, StepKind::Columns(columns) if columns[0].name == "mobile" && columns.len() == 1)
        );
    }
}

#[test]
fn a_mask_that_keeps_fewer_signs_may_show_more_of_short_values() {
    let of = |mask: &str| READS.replace("@up_to", &format!("@masks(\"mobile: {mask}\") @up_to"));
    let found = compared(&of("keep 3 4"), &of("keep 1 0"), &clerks());
    assert!(found.steps.iter().any(|step| step.is_opening), "{found:#?}");
}

/// A city of many datasets of some departments.
fn large(datasets: usize) -> City {
    let mut large = City {
        roles: city().roles,
        ..City::default()
    };
    for place in 0..datasets {
        let columns = [
            ("name", Grade::General2, Mask::Null),
            ("mobile", Grade::General3, Mask::Null),
        ];
        let mut one = dataset(&format!("局{}", place % 36), &columns);
        one.sharing = ["conditional", "unconditional", "none"][place % 3].to_owned();
        one.origin = ["collect", "model", "form"][place % 7 % 3].to_owned();
        large
            .datasets
            .insert(id(&format!("pack_{}.d{place}", place % 40)), one);
    }
    large
}

fn of_large(city: &City, text: &str) -> Policies {
    let source = Source {
        name: "city".into(),
        file: "city.cedar".into(),
        text: text.to_owned(),
    };
    Policies::build(city.clone(), &[source], &Words(city.clone()), None, None).unwrap()
}

#[test]
fn the_cost_grows_with_kinds_of_accounts_and_of_datasets_and_not_with_their_numbers() {
    let everybody = r#"
@id("a") @up_to("general-2") permit (principal, action == Action::"read", resource is Dataset) when { principal has department && resource in principal.department };
@id("b") @up_to("general-2") permit (principal, action == Action::"read", resource is Dataset) when { principal has department && resource.sharing == "unconditional" };
"#;
    let other = everybody.replace("\"general-2\") permit", "\"general-3\") permit");
    let mut decisions = Vec::new();
    for (datasets, accounts) in [(100, 1_000), (100, 10_000), (1_000, 1_000), (1_000, 10_000)] {
        let city = large(datasets);
        let (before, after) = (of_large(&city, everybody), of_large(&city, &other));
        let people: Vec<_> = (0..accounts)
            .map(|place| {
                let roles = [&["clerk"][..], &["analyst"], &[], &["steward", "clerk"]];
                let department = format!("局{}", place % 36);
                let one = person(
                    &format!("p{place}"),
                    roles[place % 5 % 4],
                    Some(&department),
                    None,
                );
                (one.clone(), one)
            })
            .collect();
        let begun = Instant::now();
        let found = difference(&before, &after, &people, &SameWords).unwrap();
        println!(
            "{datasets} datasets, {accounts} accounts: {} classes, {} decisions, {} steps, {} ms",
            found.classes.len(),
            found.decisions,
            found.steps.len(),
            begun.elapsed().as_millis()
        );
        assert!(found.changed > 0 && found.changed < found.pairs);
        decisions.push(found.decisions);
    }
    assert_eq!(decisions[0], decisions[1]);
    assert_eq!(decisions[2], decisions[3]);
    assert!(decisions[3] < 3 * decisions[0], "{decisions:?}");
}

#[test]
fn a_change_about_more_than_can_be_compared_is_refused_with_its_size() {
    let city = large(1_000);
    let text = "@id(\"a\") @up_to(\"general-2\") permit (principal, action == Action::\"read\", resource is Dataset) when { context.way == \"page\" };";
    // Every account and every dataset has a name in a policy.
    let mut naming = text.to_owned();
    for place in 0..400 {
        naming.push_str(&format!("@id(\"n{place}\") permit (principal == Person::\"p{place}\", action == Action::\"steward\", resource is Dataset) when {{ resource == Dataset::\"pack_{}.d{place}\" }};\n", place % 40));
    }
    let people: Vec<_> = (0..400)
        .map(|place| {
            let one = person(&format!("p{place}"), &[], None, None);
            (one.clone(), one)
        })
        .collect();
    let refused = difference(
        &of_large(&city, ""),
        &of_large(&city, &naming),
        &people,
        &SameWords,
    );
    let refused = refused.unwrap_err();
    assert!(refused.decisions > crate::DECISIONS, "{refused}");
}
