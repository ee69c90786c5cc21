use super::*;

fn id_number() -> FieldFacts {
    looking(field(7, "code", "备用一"), Look::ResidentId, 95)
}

async fn decided(
    city: &City,
    field: &FieldFacts,
    verdict: Verdict,
    reason: Option<&str>,
) -> Result<Vec<Decided>> {
    let id = city.open().await[0].id;
    let chosen = [(id, present(field))];
    city.classification
        .decide("wang", &chosen, &verdict, reason)
        .await
}

#[tokio::test]
async fn the_same_evidence_is_one_suggestion_however_often_it_is_looked_at() {
    let city = City::new(UntilConfirmed::Declared).await;
    city.renew(vec![id_number()]).await;
    let first = city.open().await;
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].bearing, first[0].holds), (Bearing::Higher, false));
    // Another delivery of the same kind changes counts, and a new name of the field comes along.
    let again = FieldFacts {
        name: "renamed".to_owned(),
        ..looking(field(7, "code", "备用一"), Look::ResidentId, 90)
    };
    city.renew(vec![again]).await;
    let second = city.open().await;
    assert_eq!((second.len(), second[0].id), (1, first[0].id));
    assert_eq!(second[0].name.as_deref(), Some("renamed"));
    assert!(second[0].confidence < first[0].confidence);
}

#[tokio::test]
async fn what_was_rejected_is_offered_again_only_when_the_evidence_is_another() {
    let city = City::new(UntilConfirmed::Declared).await;
    city.renew(vec![id_number()]).await;
    let error = decided(&city, &id_number(), Verdict::Reject, Some("  ")).await;
    assert_eq!(error.unwrap_err().code(), "reason-missing");
    decided(&city, &id_number(), Verdict::Reject, Some("为系统流水号"))
        .await
        .unwrap();
    city.renew(vec![id_number()]).await;
    assert!(city.open().await.is_empty());
    let named = FieldFacts {
        title: "证件号码".to_owned(),
        ..id_number()
    };
    city.renew(vec![named]).await;
    assert_eq!(city.open().await.len(), 1);
}

#[tokio::test]
async fn a_suggestion_is_decided_once_and_all_of_a_request_or_none() {
    let city = City::new(UntilConfirmed::Declared).await;
    let other = field(8, "sjh", "手机号");
    city.renew(vec![id_number(), other.clone()]).await;
    let ids: Vec<i64> = city.open().await.iter().map(|one| one.id).collect();
    let chosen = [(ids[0], present(&id_number())), (ids[1], present(&other))];
    let wrong = [chosen[0].clone(), (99, present(&other))];
    let error = city
        .classification
        .decide("wang", &wrong, &Verdict::Confirm, None)
        .await;
    assert_eq!(error.unwrap_err().code(), "no-suggestion");
    assert_eq!(city.open().await.len(), 2);
    let decided = city
        .classification
        .decide("wang", &chosen, &Verdict::Confirm, None)
        .await
        .unwrap();
    assert_eq!(decided.len(), 2);
    let error = city
        .classification
        .decide("li", &chosen, &Verdict::Confirm, None)
        .await;
    assert_eq!(error.unwrap_err().code(), "suggestion-decided");
    let counts = city.classification.counts().await.unwrap();
    assert_eq!((counts[&person()].open, counts[&person()].decided), (0, 2));
}

#[tokio::test]
async fn what_was_confirmed_is_asked_again_when_something_speaks_for_more() {
    let city = City::new(UntilConfirmed::Declared).await;
    let phone = field(7, "lxdh", "联系电话");
    city.renew(vec![phone.clone()]).await;
    decided(&city, &phone, Verdict::Confirm, None)
        .await
        .unwrap();
    // The same, and less, opens nothing.
    city.renew(vec![phone.clone()]).await;
    city.renew(vec![field(7, "c7", "备用")]).await;
    assert!(city.open().await.is_empty());
    city.renew(vec![looking(phone, Look::Mobile, 100)]).await;
    let open = city.open().await;
    assert_eq!((open.len(), open[0].grade), (1, Grade::General3));
    assert_eq!(open[0].present, Grade::General2);
}

#[tokio::test]
async fn a_lower_grade_needs_a_reason_and_is_listed_with_what_flowed_in() {
    let city = City::new(UntilConfirmed::Declared).await;
    let mut copied = field(7, "owner_id", "权利人证件号");
    copied.inflow = Some(Inflow {
        grade: Grade::General4,
        from: vec!["bank.account.card".to_owned()],
    });
    city.renew(vec![copied.clone()]).await;
    let lower = Verdict::Change {
        class: None,
        grade: Grade::General2,
    };
    let error = decided(&city, &copied, lower.clone(), None)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "reason-missing");
    assert!(
        error.to_string().contains("demo.person.owner_id"),
        "{error}"
    );
    decided(&city, &copied, lower, Some("只留后四位"))
        .await
        .unwrap();
    let lowerings = city.classification.lowerings(None, None, 10).await.unwrap();
    assert_eq!(lowerings.len(), 1);
    assert_eq!(lowerings[0].inflow, Some(Grade::General4));
    assert_eq!(lowerings[0].inflow_from, ["bank.account.card"]);
    assert_eq!(
        (lowerings[0].grade, lowerings[0].reason.as_deref()),
        (Grade::General2, Some("只留后四位"))
    );
    let others = std::collections::BTreeSet::from(["demo.other".parse().unwrap()]);
    let of_others = city
        .classification
        .lowerings(Some(&others), None, 10)
        .await
        .unwrap();
    assert!(of_others.is_empty());
}

#[tokio::test]
async fn until_somebody_decides_only_what_the_setting_says_holds() {
    for (until, of_plain, of_declared, of_name) in [
        (UntilConfirmed::Declared, false, false, false),
        (UntilConfirmed::Checked, true, false, false),
        (UntilConfirmed::Stricter, true, true, true),
    ] {
        let city = City::new(until).await;
        let declared = FieldFacts {
            field: FieldId(8),
            is_declared: true,
            ..id_number()
        };
        let changed = city
            .renew(vec![id_number(), declared, field(9, "sjh", "手机号")])
            .await;
        assert_eq!(changed, of_plain || of_declared || of_name);
        let holds = |id: u64, open: &[Suggestion]| {
            let mut open = open.iter().filter(|one| one.field == Some(FieldId(id)));
            open.next().unwrap().holds
        };
        let open = city.open().await;
        assert_eq!(
            (holds(7, &open), holds(8, &open), holds(9, &open)),
            (of_plain, of_declared, of_name),
            "{until:?}"
        );
    }
}

/// What is settled over a pack without models.
async fn settled(city: &City, packs: &Packs, names: &[(&str, u64)]) -> Packs {
    let flows = |_: std::sync::Arc<Packs>| -> futures::future::BoxFuture<'static, Vec<Flow>> {
        Box::pin(async { Vec::new() })
    };
    let settled = city
        .classification
        .settled(packs, &fields(names), &flows)
        .await
        .unwrap();
    packs.settled(&settled)
}

#[tokio::test]
async fn a_grade_and_its_mask_follow_the_field_and_not_the_name() {
    let city = City::new(UntilConfirmed::Checked).await;
    let (_before, packs) =
        pack("  code: {title: {zh: 备用一}, standard: resident_id, grade: general-1}\n");
    let field = id_number();
    city.renew(vec![field.clone()]).await;
    let raise = Verdict::Change {
        class: None,
        grade: Grade::General4,
    };
    decided(&city, &field, raise, None).await.unwrap();
    let of = |packs: &Packs, name: &str| {
        let dataset = packs.dataset(&person()).unwrap();
        (
            dataset.column_grade(name).unwrap(),
            dataset.column_mask(name).unwrap(),
        )
    };
    let same = settled(&city, &packs, &[("code", 7)]).await;
    assert_eq!(
        of(&same, "code"),
        (Grade::General4, yandu_words::Mask::Hash)
    );
    assert_eq!(of(&packs, "code").0, Grade::General1);
    let (_after, renamed) = pack(
        "  number: {title: {zh: 备用一}, standard: resident_id, grade: general-1}\n  code: {title: {zh: 备用二}, standard: resident_id, grade: general-1}\n",
    );
    let renamed = settled(&city, &renamed, &[("number", 7), ("code", 12)]).await;
    assert_eq!(of(&renamed, "number").0, Grade::General4);
    assert_eq!(of(&renamed, "code").0, Grade::General1);
}

#[tokio::test]
async fn a_pack_that_becomes_stricter_goes_before_what_was_confirmed() {
    let city = City::new(UntilConfirmed::Declared).await;
    let phone = field(7, "code", "联系电话");
    city.renew(vec![phone.clone()]).await;
    decided(&city, &phone, Verdict::Confirm, None)
        .await
        .unwrap();
    let grade = async |declared: &str| {
        let (_folder, packs) = pack(&format!(
            "  code: {{title: {{zh: 联系电话}}, type: text, grade: {declared}}}\n"
        ));
        let packs = settled(&city, &packs, &[("code", 7)]).await;
        packs
            .dataset(&person())
            .unwrap()
            .column_grade("code")
            .unwrap()
    };
    assert_eq!(grade("general-1").await, Grade::General2);
    assert_eq!(grade("general-4").await, Grade::General4);
}

#[tokio::test]
async fn a_lowering_does_not_cover_what_flows_in_later() {
    let city = City::new(UntilConfirmed::Declared).await;
    let mut copied = field(7, "code", "备用一");
    copied.inflow = Some(Inflow {
        grade: Grade::General3,
        from: vec!["a.b.c".to_owned()],
    });
    city.renew(vec![copied.clone()]).await;
    let lower = Verdict::Change {
        class: None,
        grade: Grade::General1,
    };
    decided(&city, &copied, lower, Some("已去标识"))
        .await
        .unwrap();
    let (_folder, packs) = pack("  code: {title: {zh: 备用一}, type: text}\n");
    for (inflow, expected) in [
        (Grade::General3, Grade::General1),
        (Grade::General4, Grade::General4),
    ] {
        let flows =
            move |packs: std::sync::Arc<Packs>| -> futures::future::BoxFuture<'static, Vec<Flow>> {
                let dataset = packs.dataset(&person()).unwrap();
                let present = dataset.column_grade("code").unwrap();
                let is_lowered = dataset.is_settled_lower("code");
                let flow = Flow {
                    dataset: person(),
                    column: "code".to_owned(),
                    inflow,
                    present,
                    effective: if is_lowered {
                        present
                    } else {
                        inflow.max(present)
                    },
                };
                Box::pin(async move { vec![flow] })
            };
        let settled = city
            .classification
            .settled(&packs, &fields(&[("code", 7)]), &flows)
            .await
            .unwrap();
        let packs = packs.settled(&settled);
        assert_eq!(
            packs.dataset(&person()).unwrap().column_grade("code"),
            Some(expected)
        );
    }
}

#[tokio::test]
async fn what_was_found_among_values_stands_though_the_next_delivery_has_none_of_it() {
    let city = City::new(UntilConfirmed::Checked).await;
    city.renew(vec![id_number()]).await;
    let first = city.open().await;
    assert!(first[0].holds);
    let is_other = city.renew(vec![field(7, "code", "备用一")]).await;
    assert!(!is_other);
    assert_eq!(city.open().await, first);
}

#[tokio::test]
async fn rejecting_what_holds_is_listed_as_a_lowering() {
    let city = City::new(UntilConfirmed::Checked).await;
    city.renew(vec![id_number()]).await;
    let held = Present {
        grade: Grade::General3,
        ..present(&id_number())
    };
    let chosen = [(city.open().await[0].id, held)];
    let reason = Some("为系统流水号");
    let reject = Verdict::Reject;
    city.classification
        .decide("wang", &chosen, &reject, reason)
        .await
        .unwrap();
    let lowerings = city.classification.lowerings(None, None, 10).await.unwrap();
    assert_eq!(lowerings.len(), 1);
    assert_eq!(
        (lowerings[0].before, lowerings[0].grade),
        (Grade::General3, Grade::General1)
    );
    city.renew(vec![id_number()]).await;
    assert!(city.open().await.is_empty());
}

/// Two stewards look at a field at the same time: what the first decides is not undone by the second without a reason.
#[tokio::test]
async fn what_somebody_decided_meanwhile_is_lowered_with_a_reason_alone() {
    let city = City::new(UntilConfirmed::Declared).await;
    let seen = present(&field(7, "code", "备用一"));
    let classify = async |grade: Grade, reason: Option<&str>| {
        let decided = city
            .classification
            .classify("wang", &seen, None, grade, reason);
        decided.await
    };
    classify(Grade::General4, None).await.unwrap();
    let error = classify(Grade::General2, None).await.unwrap_err();
    assert_eq!(error.code(), "reason-missing");
    let lowered = classify(Grade::General2, Some("已换成流水号"))
        .await
        .unwrap();
    let lowered = lowered.classified.unwrap();
    assert_eq!(
        (lowered.before, lowered.is_lowering),
        (Grade::General4, true)
    );
}

#[tokio::test]
async fn suggestions_about_fields_and_datasets_that_are_gone_are_withdrawn() {
    let city = City::new(UntilConfirmed::Declared).await;
    city.renew(vec![id_number(), field(8, "sjh", "手机号")])
        .await;
    city.renew(vec![id_number()]).await;
    let open = city.open().await;
    assert_eq!(
        open.iter().map(|one| one.field).collect::<Vec<_>>(),
        [Some(FieldId(7))]
    );
    city.classification
        .renew(&city.rules, &[], &HashSet::new())
        .await
        .unwrap();
    assert!(city.open().await.is_empty());
}
