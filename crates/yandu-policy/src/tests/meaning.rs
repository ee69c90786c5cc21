//! A policy means the fields that had its names when it was put in force.

use std::collections::BTreeMap;

use yandu_words::{FieldId, Mask};

use super::{Words, city, clerk, id, plain};
use crate::{City, Held, Lost, Meanings, Policies, Source};

const OWN: &str = r#"
@id("own") @up_to("general-3") @rows("township = $division")
permit (principal in Role::"clerk", action == Action::"read", resource in Pack::"population");
"#;

fn set(city: &City, text: &str, meanings: &Meanings) -> Policies {
    let words = Words(city.clone());
    let source = Source {
        name: "city".into(),
        file: "city.cedar".into(),
        text: text.to_owned(),
    };
    let held = Held {
        meanings,
        names: &words,
        of_now: &[],
    };
    Policies::build(city.clone(), &[source], &words, Some(held), None)
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The city in which columns of the residents are called otherwise; with a number, the column is another field.
fn after(changes: &[(&str, &str, Option<u64>)]) -> City {
    let mut city = city();
    let resident = city.datasets.get_mut(&id("population.resident")).unwrap();
    for (from, to, field) in changes {
        let mut column = resident.columns.shift_remove(*from).unwrap();
        if let Some(field) = field {
            column.field = FieldId(*field);
        }
        resident.columns.insert((*to).to_owned(), column);
    }
    city
}

fn rows(set: &Policies, dataset: &str) -> Vec<String> {
    let shown = set.reader(&clerk(), &plain()).shown(&id(dataset));
    let rows = shown.into_iter().filter_map(|one| one.rows);
    rows.map(|rows| rows.to_string()).collect()
}

#[test]
fn a_condition_on_rows_follows_the_field_that_is_renamed_in_that_dataset_alone() {
    let before = set(&city(), OWN, &Meanings::new());
    assert_eq!(
        rows(&before, "population.resident"),
        ["township = $division"]
    );
    let other = after(&[("township", "area", None)]);
    let now = set(&other, OWN, &before.meanings());
    assert_eq!(rows(&now, "population.resident"), ["area = $division"]);
    assert_eq!(rows(&now, "population.household"), ["township = $division"]);
    assert_eq!(now.findings().count(), 0);
    assert_ne!(before.hash(), now.hash());
    // And back again.
    let back = set(&city(), OWN, &now.meanings());
    assert_eq!(rows(&back, "population.resident"), ["township = $division"]);
    assert_eq!(back.hash(), before.hash());
}

#[test]
fn a_permit_that_names_what_is_another_field_by_now_shows_nothing_of_that_dataset_and_says_so() {
    let held = set(&city(), OWN, &Meanings::new()).meanings();
    // `township` is gone and made again; or has changed places with another column.
    let again = after(&[("township", "township", Some(7))]);
    let swapped = after(&[("township", "place", None), ("name", "township", None)]);
    for other in [again, swapped] {
        let now = set(&other, OWN, &held);
        assert_eq!(rows(&now, "population.resident"), Vec::<String>::new());
        assert_eq!(rows(&now, "population.household"), ["township = $division"]);
        let [finding] = now.findings().collect::<Vec<_>>()[..] else {
            panic!("{:?}", now.findings().collect::<Vec<_>>())
        };
        assert_eq!(
            (
                finding.policy.as_ref(),
                finding.column.as_str(),
                finding.lost
            ),
            ("city/own", "township", Lost::Another)
        );
        // It stays so, also after the next set.
        let later = set(&other, OWN, &now.meanings());
        assert_eq!(rows(&later, "population.resident"), Vec::<String>::new());
        assert_eq!(later.hash(), now.hash());
        // Whoever says it anew means the column of now.
        let anew = set(
            &other,
            &OWN.replace("\"own\"", "\"own-2\""),
            &now.meanings(),
        );
        assert_eq!(rows(&anew, "population.resident"), ["township = $division"]);
        assert_eq!(anew.findings().count(), 0);
    }
}

#[test]
fn a_permit_whose_field_is_gone_is_closed_alone_and_not_the_whole_set() {
    let held = set(&city(), OWN, &Meanings::new()).meanings();
    let mut gone = city();
    let resident = gone.datasets.get_mut(&id("population.resident")).unwrap();
    resident.columns.shift_remove("township").unwrap();
    let now = set(&gone, OWN, &held);
    assert_eq!(rows(&now, "population.resident"), Vec::<String>::new());
    assert_eq!(rows(&now, "population.household"), ["township = $division"]);
    let lost: Vec<Lost> = now.findings().map(|one| one.lost).collect();
    assert_eq!(lost, [Lost::Gone]);
    // What was never there is a mistake in the text.
    let words = Words(gone.clone());
    let source = Source {
        name: "city".into(),
        file: "city.cedar".into(),
        text: OWN.to_owned(),
    };
    assert!(Policies::build(gone, &[source], &words, None, None).is_err());
}

#[test]
fn columns_and_masks_of_permits_follow_fields_as_conditions_do() {
    let text = r#"
@id("c") @up_to("general-1") @columns("mobile") @masks("mobile: keep 3 0")
permit (principal in Role::"clerk", action == Action::"read", resource == Dataset::"population.resident");
"#;
    let before = set(&city(), text, &Meanings::new());
    let seen = |set: &Policies| -> BTreeMap<String, Option<Mask>> {
        let shown = set
            .reader(&clerk(), &plain())
            .shown(&id("population.resident"));
        let columns = shown.into_iter().flat_map(|one| one.columns);
        columns.map(|(name, seen)| (name, seen.mask)).collect()
    };
    let keep = Some(Mask::Keep { first: 3, last: 0 });
    assert_eq!(
        seen(&before),
        BTreeMap::from([("mobile".to_owned(), keep.clone())])
    );
    let other = after(&[("mobile", "phone", None)]);
    let now = set(&other, text, &before.meanings());
    assert_eq!(seen(&now), BTreeMap::from([("phone".to_owned(), keep)]));
    let swapped = after(&[("mobile", "phone", None), ("name", "mobile", None)]);
    let now = set(&swapped, text, &before.meanings());
    assert_eq!(seen(&now), BTreeMap::new());
    assert_eq!(now.findings().count(), 1);
}

#[test]
fn what_is_withheld_stays_so_under_another_name_and_under_its_own() {
    let text = r#"
@id("all") @up_to("general-4") permit (principal in Role::"clerk", action == Action::"read", resource == Dataset::"population.resident");
@id("no") @columns("mobile") forbid (principal, action == Action::"read", resource == Dataset::"population.resident");
"#;
    let before = set(&city(), text, &Meanings::new());
    let other = after(&[("mobile", "phone", None), ("name", "mobile", None)]);
    let now = set(&other, text, &before.meanings());
    let shown = now
        .reader(&clerk(), &plain())
        .shown(&id("population.resident"));
    let columns = &shown[0].columns;
    for name in ["phone", "mobile"] {
        assert_eq!(columns[name].mask, Some(Mask::Null), "{name}");
    }
    assert_eq!(columns["birth_date"].mask, None);
}
