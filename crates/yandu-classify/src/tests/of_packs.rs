//! What changes of the packs made less sensitive.

use jiff::Timestamp;

use super::*;

/// Later than anything that a test decides.
fn change(number: u64) -> PackChange {
    PackChange {
        number,
        by: "root".to_owned(),
        reason: "标准调整".to_owned(),
        at: "2200-01-01T00:00:00Z".parse().unwrap(),
    }
}

fn lowering(from: Grade, to: Grade) -> PackLowering {
    PackLowering {
        dataset: person(),
        owner: "市公安局".to_owned(),
        field: FieldId(7),
        name: "phone".to_owned(),
        from,
        to,
    }
}

async fn lowerings(city: &City) -> Vec<Classified> {
    city.classification
        .lowerings(None, None, 100)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_lower_grade_of_a_pack_is_on_record_once_and_is_no_decision() {
    let city = City::new(UntilConfirmed::Declared).await;
    let lower = [lowering(Grade::General3, Grade::General2)];
    for _ in 0..2 {
        let change = change(4);
        let noted = city.classification.note_pack_change(&change, &lower);
        noted.await.unwrap();
    }
    let found = lowerings(&city).await;
    assert_eq!(found.len(), 1, "a change is told more than once");
    let one = &found[0];
    assert_eq!(
        (one.before, one.grade, one.name.as_deref()),
        (Grade::General3, Grade::General2, Some("phone"))
    );
    assert_eq!(
        (one.decided_by.as_str(), one.reason.as_deref()),
        ("root", Some("标准调整"))
    );
    assert!(city.classification.in_force().await.unwrap().is_empty());
    assert!(city.classification.counts().await.unwrap().is_empty());
    // Another change is another record.
    let lower = [lowering(Grade::General2, Grade::General1)];
    let change = change(6);
    let noted = city.classification.note_pack_change(&change, &lower);
    noted.await.unwrap();
    assert_eq!(lowerings(&city).await.len(), 2);
}

/// A city with a decision of a field that packs declare so.
async fn decided(declared: Grade, grade: Grade) -> City {
    let city = City::new(UntilConfirmed::Declared).await;
    let phone = FieldFacts {
        declared,
        ..field(7, "phone", "电话")
    };
    let present = present(&phone);
    let classified = city
        .classification
        .classify("wang", &present, None, grade, Some("制度"));
    classified.await.unwrap();
    city
}

#[tokio::test]
async fn what_a_decision_keeps_as_it_was_is_not_lowered() {
    for grade in [Grade::General3, Grade::General2, Grade::General1] {
        let city = decided(Grade::General3, grade).await;
        let before = lowerings(&city).await;
        let lower = [lowering(Grade::General3, Grade::General2)];
        let change = change(4);
        let noted = city.classification.note_pack_change(&change, &lower);
        noted.await.unwrap();
        assert_eq!(lowerings(&city).await, before, "{grade:?}");
    }
}

#[tokio::test]
async fn what_a_decision_keeps_above_the_declared_grade_is_lowered_to_that() {
    let city = decided(Grade::General1, Grade::General3).await;
    let lower = [lowering(Grade::General4, Grade::General1)];
    let change = change(4);
    let noted = city.classification.note_pack_change(&change, &lower);
    noted.await.unwrap();
    let found = lowerings(&city).await;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].before, found[0].grade),
        (Grade::General4, Grade::General3)
    );
}

#[tokio::test]
async fn what_was_decided_after_a_change_is_not_laid_to_it_when_it_is_told_again() {
    let city = decided(Grade::General2, Grade::General1).await;
    let before = lowerings(&city).await;
    let lower = [lowering(Grade::General3, Grade::General2)];
    let change = PackChange {
        at: Timestamp::UNIX_EPOCH,
        ..change(4)
    };
    let noted = city.classification.note_pack_change(&change, &lower);
    noted.await.unwrap();
    assert_eq!(lowerings(&city).await, before);
}
