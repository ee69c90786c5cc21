use yandu_words::{Grade, Mask};

use crate::tests::{clerk, id, person, plain, policies};
use crate::{Because, Shown};

fn column<'a>(shown: &'a Shown, name: &str) -> (Option<&'a Mask>, &'a Because) {
    let seen = &shown.columns[name];
    (seen.mask.as_ref(), &seen.because)
}

#[test]
fn values_above_the_grade_are_masked_as_their_columns_say() {
    let policies = policies(
        r#"@id("read") @up_to("general-2") @masks("fingerprint: keep 99 99") permit (principal in Role::"clerk", action == Action::"read", resource in Pack::"population");"#,
    );
    let shown = policies
        .reader(&clerk(), &plain())
        .shown(&id("population.resident"));
    let [shown] = shown.as_slice() else {
        panic!("{shown:?}")
    };
    assert_eq!(column(shown, "township"), (None, &Because::Permitted));
    assert_eq!(column(shown, "name"), (None, &Because::Permitted));
    assert_eq!(
        column(shown, "mobile"),
        (
            Some(&Mask::Keep { first: 3, last: 4 }),
            &Because::Grade(Grade::General3)
        )
    );
    // Of important data nothing is left, though the column and the permit would keep some signs.
    assert_eq!(
        column(shown, "fingerprint"),
        (Some(&Mask::Null), &Because::Grade(Grade::Important))
    );
    assert!(
        policies
            .reader(&clerk(), &plain())
            .shown(&id("enterprise.company"))
            .is_empty()
    );
}

#[test]
fn a_permit_can_name_its_columns_rows_and_masks() {
    let policies = policies(
        r#"@id("read") @up_to("general-3") @columns("name, mobile") @masks("mobile: fixed 保密") @rows("township = $division")
permit (principal in Role::"clerk", action == Action::"read", resource == Dataset::"population.resident");"#,
    );
    let shown = policies
        .reader(&clerk(), &plain())
        .shown(&id("population.resident"));
    let [shown] = shown.as_slice() else {
        panic!("{shown:?}")
    };
    assert_eq!(shown.columns.keys().collect::<Vec<_>>(), ["name", "mobile"]);
    assert_eq!(shown.rows.as_deref(), Some("township = $division"));
    assert_eq!(
        column(shown, "mobile"),
        (
            Some(&Mask::Fixed {
                value: "保密".to_owned()
            }),
            &Because::Masked
        )
    );
    assert_eq!(clerk().values()["division"].as_deref(), Some("320902"));
}

#[test]
fn what_is_withheld_is_shown_by_no_permit() {
    let policies = policies(
        r#"
@id("all") @up_to("core") permit (principal is Person, action == Action::"read", resource is Dataset);
@id("no-mobile") @columns("mobile") forbid (principal, action == Action::"read", resource in Pack::"population") unless { principal in Department::"市公安局" };
@id("no-secrets") @from_grade("important") forbid (principal, action == Action::"read", resource is Dataset);
"#,
    );
    let resident = id("population.resident");
    let of_clerk = policies.reader(&clerk(), &plain()).shown(&resident);
    assert_eq!(
        column(&of_clerk[0], "mobile"),
        (
            Some(&Mask::Null),
            &Because::Withheld("city/no-mobile".into())
        )
    );
    assert_eq!(
        column(&of_clerk[0], "fingerprint").1,
        &Because::Withheld("city/no-secrets".into())
    );
    assert_eq!(
        column(&of_clerk[0], "birth_date"),
        (None, &Because::Permitted)
    );
    let police = person("wang", &[], Some("市公安局"), None);
    let of_police = policies.reader(&police, &plain()).shown(&resident);
    assert_eq!(column(&of_police[0], "mobile"), (None, &Because::Permitted));
    assert_eq!(column(&of_police[0], "fingerprint").0, Some(&Mask::Null));
}

#[test]
fn several_permits_come_in_the_order_of_their_names() {
    let policies = policies(
        r#"
@id("b") @up_to("general-1") permit (principal, action == Action::"read", resource in Pack::"population");
@id("a") @up_to("general-3") @rows("township = $division") permit (principal in Role::"clerk", action == Action::"read", resource in Pack::"population") when { principal has division };
"#,
    );
    let shown = policies
        .reader(&clerk(), &plain())
        .shown(&id("population.household"));
    let names: Vec<&str> = shown.iter().map(|shown| shown.policy.as_ref()).collect();
    assert_eq!(names, ["city/a", "city/b"]);
}

#[test]
fn what_is_taken_back_of_a_permit_is_named_with_its_basis() {
    let policies = policies(
        r#"
@id("grant") @up_to("general-3") @columns("name, mobile, fingerprint")
permit (principal in Role::"clerk", action == Action::"read", resource == Dataset::"population.resident");
@id("no-contact") @columns("mobile, birth_date, fingerprint") @basis("个人信息保护法第二十九条")
forbid (principal, action == Action::"read", resource in Pack::"population") unless { principal in Department::"市公安局" };
"#,
    );
    let resident = id("population.resident");
    let conflicts = policies
        .reader(&clerk(), &plain())
        .conflicts(&resident, "city/grant");
    // The fingerprint was masked away already, and the birth date was not asked for.
    let [conflict] = conflicts.as_slice() else {
        panic!("{conflicts:?}")
    };
    assert_eq!(conflict.policy.as_ref(), "city/no-contact");
    assert_eq!(conflict.column.as_deref(), Some("mobile"));
    assert_eq!(conflict.basis.as_deref(), Some("个人信息保护法第二十九条"));
    let police = person("wang", &["clerk"], Some("市公安局"), None);
    assert!(
        policies
            .reader(&police, &plain())
            .conflicts(&resident, "city/grant")
            .is_empty()
    );
    assert!(
        policies
            .reader(&clerk(), &plain())
            .conflicts(&resident, "city/other")
            .is_empty()
    );
}
