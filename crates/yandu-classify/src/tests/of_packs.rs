//! What changes of the packs made less sensitive.

use jiff::Timestamp;

use super::*;

fn change(number: u64) -> PackChange {
    PackChange {
        number,
        by: "root".to_owned(),
        reason: "标准调整".to_owned(),
        at: Timestamp::UNIX_EPOCH,
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

#[tokio::test]
async fn what_a_decision_keeps_as_sensitive_as_it_was_is_not_lowered() {
    let city = City::new(UntilConfirmed::Declared).await;
    let phone = FieldFacts {
        declared: Grade::General3,
        ..field(7, "phone", "电话")
    };
    let kept = city
        .classification
        .classify("wang", &present(&phone), None, Grade::General3, None)
        .await;
    kept.unwrap();
    let lower = [lowering(Grade::General3, Grade::General2)];
    let change = change(4);
    let noted = city.classification.note_pack_change(&change, &lower);
    noted.await.unwrap();
    assert!(lowerings(&city).await.is_empty());
}
