use serde_json::{Value, json};

use super::site::{Site, TEXT, actual, cause, finish};
use crate::{
    Actuals, Cause, Error, EvidenceFields, EvidenceState, Lack, Lamp, NodeStep, ShownBy, Source,
    Standing, Way,
};

fn fields(value: Value) -> EvidenceFields {
    serde_json::from_value(value).unwrap()
}

/// What is said by whoever looked at a revision.
fn seen(revision: u64, reason: &str) -> Cause {
    Cause {
        expected: Some(revision),
        ..cause(reason)
    }
}

/// What closes the second target, with a document.
fn whole(hash: &str) -> EvidenceFields {
    fields(json!({"on": "2026-06-15", "value": 6, "source": "市通管办统计", "documents": [hash]}))
}

/// A plan whose second target is reported by hand, on a day, with one document.
async fn by_hand(day: &str) -> (Site, String) {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved(day).await;
    site.plans
        .bind("plan", 2, Source::ByHand, cause("暂无系统"))
        .await
        .unwrap();
    let (_, hash) = site
        .plans
        .keep_document(
            "plan",
            ("通报.pdf".to_owned(), b"%PDF-1.7".to_vec()),
            u64::MAX,
            cause("上报"),
        )
        .await
        .unwrap();
    (site, hash)
}

#[tokio::test]
async fn a_target_by_hand_closes_with_a_dated_figure_its_source_and_documents_that_are_accepted() {
    let (site, hash) = by_hand("2026-06-20").await;
    let stands = site.stands(&Actuals::new()).await;
    assert_eq!(stands.targets[&2].lack, Some(Lack::NoEvidence));
    for (said, why) in [
        (json!({"on": "2026-06-15", "documents": [hash]}), "figure"),
        (
            json!({"on": "2026-06-15", "value": 6, "documents": [hash]}),
            "source",
        ),
        (
            json!({"on": "2026-06-15", "value": 6, "source": "市通管办统计"}),
            "documents",
        ),
    ] {
        let (_, number) = site
            .plans
            .submit("plan", "target/2", fields(said), cause("上报"))
            .await
            .unwrap();
        let refused = site.judge(number, true, cause("通过")).await;
        assert!(
            matches!(&refused, Err(Error::NotProved { why: found, .. }) if found.contains(why)),
            "{refused:?}"
        );
    }
    let whole = fields(
        json!({"on": "2026-06-15", "value": 6, "source": "市通管办统计", "documents": [hash]}),
    );
    let (_, number) = site
        .plans
        .submit("plan", "target/2", whole, cause("上报"))
        .await
        .unwrap();
    let stands = site.stands(&Actuals::new()).await;
    assert!(
        stands.targets[&2].closed.is_none(),
        "nobody has accepted it yet"
    );
    let accepted = site.judge(number, true, cause("属实"));
    let accepted = accepted.await.unwrap();
    let stands = site.stands(&Actuals::new()).await;
    assert_eq!(stands.targets[&2].lamp, Lamp::Done);
    assert!(!stands.targets[&2].closed.unwrap().by_metric);
    site.judge(number, false, seen(accepted.revision, "口径有误"))
        .await
        .unwrap();
    let stands = site.stands(&Actuals::new()).await;
    assert!(
        stands.targets[&2].closed.is_none(),
        "what is returned opens what it closed"
    );
}

#[tokio::test]
async fn nobody_overrides_a_decision_about_evidence_that_was_not_seen() {
    let (site, hash) = by_hand("2026-06-20").await;
    let submitted = site
        .plans
        .submit("plan", "target/2", whole(&hash), cause("上报"));
    let (looked, number) = submitted.await.unwrap();
    let judge = |accept: bool, cause: Cause| site.judge(number, accept, cause);
    let accepted = judge(true, seen(looked.revision, "属实")).await.unwrap();
    let other = |expected: Option<u64>| Cause {
        who: "li".to_owned(),
        expected,
        ..cause("口径有误")
    };
    let refused = judge(false, other(Some(looked.revision)))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "precondition-failed");
    let told = "evidence `1` is accepted already, by `wang` on 2026-06-20 09:00, 属实";
    assert!(refused.to_string().ends_with(told), "{refused}");
    let refused = judge(false, other(None)).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        ("already-decided", told)
    );
    let twice = judge(true, seen(accepted.revision, "属实")).await;
    assert_eq!(twice.unwrap_err().code(), "already-decided");
    let plan = site.plans.plan("plan").await.unwrap();
    assert_eq!(plan.evidence[&number].state, EvidenceState::Accepted);
    let returned = judge(false, other(Some(accepted.revision))).await.unwrap();
    assert_eq!(returned.evidence[&number].state, EvidenceState::Returned);
    // And the other way round.
    let refused = judge(true, seen(accepted.revision, "属实"))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "precondition-failed");
    assert!(refused.to_string().contains("is returned already, by `li`"));
}

#[tokio::test]
async fn only_what_was_decided_since_it_was_seen_is_told_to_be_and_else_that_the_plan_has_changed_elsewhere()
 {
    let (site, hash) = by_hand("2026-06-20").await;
    let submit = || {
        site.plans
            .submit("plan", "target/2", whole(&hash), cause("上报"))
    };
    let (looked, number) = submit().await.unwrap();
    let (_, other) = submit().await.unwrap();
    // It waits as it did.
    let refused = site.judge(number, true, seen(looked.revision, "属实"));
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code(), "precondition-failed");
    assert!(
        matches!(&refused, Error::Elsewhere { item, .. } if item == "evidence `1`"),
        "{refused:?}"
    );
    let accepted = site.judge(number, true, cause("属实")).await.unwrap();
    site.judge(other, false, cause("重复")).await.unwrap();
    // It was seen to be accepted, and only the other was decided since.
    let refused = site.judge(number, false, seen(accepted.revision, "口径有误"));
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, Error::Elsewhere { .. }), "{refused:?}");
    assert!(!refused.to_string().contains("already"), "{refused}");
    // The other was not seen to be returned, nor was one that came later seen at all.
    let refused = site.judge(other, true, seen(accepted.revision, "属实"));
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, Error::Overtaken { .. }), "{refused:?}");
    let refused = site.judge(other, true, seen(looked.revision, "属实"));
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, Error::Overtaken { .. }), "{refused:?}");
    let (plan, later) = submit().await.unwrap();
    let refused = site.judge(later, true, seen(accepted.revision, "属实"));
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, Error::Outdated { .. }), "{refused:?}");
    // A revision that has not come was seen by nobody.
    let refused = site.judge(number, false, seen(plan.revision + 1, "口径有误"));
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, Error::Overtaken { .. }), "{refused:?}");
}

#[tokio::test]
async fn of_two_who_decide_about_the_same_evidence_one_wins_and_the_other_is_told_what_was_decided()
{
    let (site, hash) = by_hand("2026-06-20").await;
    let submitted = site
        .plans
        .submit("plan", "target/2", whole(&hash), cause("上报"));
    let (looked, number) = submitted.await.unwrap();
    let (one, other) = tokio::join!(
        site.judge(number, true, seen(looked.revision, "属实")),
        site.judge(number, false, seen(looked.revision, "口径有误")),
    );
    assert_ne!(one.is_ok(), other.is_ok());
    let refused = one.and(other).unwrap_err();
    assert!(
        matches!(&refused, Error::Overtaken { told, .. } if told.contains("by `wang`")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn evidence_that_is_accepted_and_returned_before_anybody_looks_leaves_that_it_closed_its_target()
 {
    let (site, hash) = by_hand("2026-06-20").await;
    let submitted = site
        .plans
        .submit("plan", "target/2", whole(&hash), cause("上报"));
    let (_, number) = submitted.await.unwrap();
    let accepted = site.judge(number, true, cause("属实")).await.unwrap();
    let returned = site.judge(number, false, seen(accepted.revision, "口径有误"));
    let returned = returned.await.unwrap();
    let again = site.judge(number, true, seen(returned.revision, "已核对"));
    let again = again.await.unwrap();
    let told: Vec<(Option<String>, Option<&str>)> = again.closings[&2]
        .iter()
        .map(|one| {
            let on = one.closed_on.map(|on| on.to_string());
            (on, one.seen.reason.as_deref())
        })
        .collect();
    let closed = Some("2026-06-15".to_owned());
    assert_eq!(
        told,
        [
            (closed.clone(), Some("属实")),
            (None, Some("口径有误")),
            (closed, Some("已核对"))
        ]
    );
    assert_eq!(again.closings[&2][0].evidence, Some(number));
    assert_eq!(again.closings.len(), 1, "no other target was decided about");
    // It is part of the decision, and the next look finds nothing that is not written down.
    let looked = site.settle(&again, &Actuals::new()).await.unwrap();
    assert_eq!(looked.revision, again.revision);
    let history = site.plans.history("plan", None, 3).await.unwrap();
    for revision in history {
        let items: Vec<&str> = revision
            .changes
            .iter()
            .map(|one| one.item.as_str())
            .collect();
        assert!(items.contains(&"closing/2"), "{items:?}");
        assert!(items.contains(&"evidence/1"), "{items:?}");
    }
}

#[tokio::test]
async fn nodes_that_were_made_for_a_target_are_done_by_the_evidence_that_closes_it_and_open_again_with_it()
 {
    let (site, hash) = by_hand("2026-06-20").await;
    let own = json!([{"op": "add", "item": "task/1.2", "fields": {"title": "组织验收", "due": "2026-06-25"}}]);
    let plan = site.edit(own).await.unwrap();
    let of_task = plan.nodes_in_order().into_iter();
    let ids: Vec<String> = of_task
        .filter(|node| node.task == "1.2")
        .map(|node| node.id.clone())
        .collect();
    let (own, made) = ids.split_last().unwrap();
    assert!(made.len() > 1, "{ids:?}");
    let closed = |stands: &Standing| -> Vec<Option<String>> {
        let made = made.iter().map(|id| stands.nodes[id].closed_on);
        made.map(|on| on.map(|on| on.to_string())).collect()
    };
    let submitted = site
        .plans
        .submit("plan", "target/2", whole(&hash), cause("上报"));
    let (_, number) = submitted.await.unwrap();
    let accepted = site.judge(number, true, cause("属实"));
    let accepted = accepted.await.unwrap();
    let stands = site.stands(&Actuals::new()).await;
    assert_eq!(
        closed(&stands),
        vec![Some("2026-06-15".to_owned()); made.len()]
    );
    assert_eq!(
        stands.nodes[own].closed_on, None,
        "what a person added is done by itself"
    );
    let judged = seen(accepted.revision, "口径有误");
    let returned = site.judge(number, false, judged);
    returned.await.unwrap();
    let stands = site.stands(&Actuals::new()).await;
    assert_eq!(closed(&stands), vec![None; made.len()]);
    // A node that is finished takes its target nowhere.
    for id in made {
        site.finished(id).await;
    }
    let stands = site.stands(&Actuals::new()).await;
    assert_eq!(stands.targets[&2].closed, None);
}

#[tokio::test]
async fn a_target_that_was_seen_closed_is_reopened_though_the_past_is_told_otherwise_by_now() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-06-10").await;
    let restated = Actuals::from([(1, vec![actual("2026-05-31", 299.0)])]);
    let never = site.stands(&restated).await;
    assert!(!never.targets[&1].is_reopened);
    let looked = site.plans.plan("plan").await.unwrap();
    let reached = Actuals::from([(1, vec![actual("2026-05-31", 301.0)])]);
    site.settle(&looked, &reached).await.unwrap();
    for actuals in [restated, Actuals::from([(1, Vec::new())])] {
        let target = &site.stands(&actuals).await.targets[&1];
        assert!(target.is_reopened && target.closed.is_none());
    }
    let target = &site.stands(&reached).await.targets[&1];
    assert!(!target.is_reopened && target.closed.is_some());
}

#[tokio::test]
async fn a_figure_by_hand_that_does_not_reach_the_target_does_not_close_it() {
    let (site, hash) = by_hand("2026-06-20").await;
    let short =
        fields(json!({"on": "2026-06-15", "value": 4, "source": "统计", "documents": [hash]}));
    let (_, number) = site
        .plans
        .submit("plan", "target/2", short, cause("上报"))
        .await
        .unwrap();
    site.judge(number, true, cause("属实")).await.unwrap();
    let target = &site.stands(&Actuals::new()).await.targets[&2];
    assert_eq!(target.lack, Some(Lack::NotMet));
    assert_eq!((target.measured, target.gap), (Some(4.0), Some(1.0)));
}

#[tokio::test]
async fn nothing_is_reported_by_hand_where_a_metric_says_it() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let said = fields(json!({"on": "2026-01-04", "value": 300, "source": "统计"}));
    let refused = site
        .plans
        .submit("plan", "target/1", said, cause("上报"))
        .await;
    assert!(
        matches!(refused, Err(Error::NotProved { .. })),
        "{refused:?}"
    );
    let refused = site
        .plans
        .step("plan", "1.1.1", finish(), cause("完成"))
        .await;
    assert!(
        matches!(refused, Err(Error::NotProved { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_node_is_finished_on_an_earlier_day_only_with_documents_and_never_tomorrow() {
    let (site, hash) = by_hand("2026-04-10").await;
    let finish = |on: &str, documents: Vec<String>| {
        let step = NodeStep::Finish {
            on: Some(on.parse().unwrap()),
            documents,
        };
        site.plans.step("plan", "2.1.1", step, cause("完成"))
    };
    assert!(matches!(
        finish("2026-03-30", Vec::new()).await,
        Err(Error::NotProved { .. })
    ));
    assert!(matches!(
        finish("2026-04-11", vec![hash.clone()]).await,
        Err(Error::Invalid { .. })
    ));
    assert!(matches!(
        finish("2026-03-30", vec!["0".repeat(64)]).await,
        Err(Error::NoItem { .. })
    ));
    finish("2026-03-30", vec![hash.clone()]).await.unwrap();
    let stands = site.stands(&Actuals::new()).await;
    assert_eq!(stands.nodes["2.1.1"].lamp, Lamp::Done);
}

#[tokio::test]
async fn documents_are_kept_by_content_limited_and_known_by_what_is_in_them() {
    let (site, hash) = by_hand("2026-04-10").await;
    let keep = |name: &str, bytes: Vec<u8>| {
        let name = name.to_owned();
        let site = &site;
        async move {
            site.plans
                .keep_document("plan", (name, bytes), u64::MAX, cause("上报"))
                .await
        }
    };
    let (plan, again) = keep("另一名.pdf", b"%PDF-1.7".to_vec()).await.unwrap();
    assert_eq!(again, hash);
    assert_eq!(plan.documents.len(), 1);
    let refused = keep("报告.pdf", b"MZ\x90\0".to_vec()).await;
    assert!(
        matches!(refused, Err(Error::Document { .. })),
        "{refused:?}"
    );
    let refused = site
        .plans
        .keep_document(
            "plan",
            ("a.pdf".to_owned(), b"%PDF-1.7".to_vec()),
            4,
            cause("上报"),
        )
        .await;
    assert!(
        matches!(refused, Err(Error::Document { .. })),
        "{refused:?}"
    );
    let site = site.moved("2026-04-11").await;
    let (document, bytes) = site.plans.document("plan", &hash).await.unwrap();
    assert_eq!(document.media_type, "application/pdf");
    assert_eq!(bytes, b"%PDF-1.7");
    assert!(
        site.plans
            .document("plan", "../records.sqlite")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_metrics_closed_and_opened_again_is_written_down_once() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-06-10").await;
    let reached = Actuals::from([(1, vec![actual("2026-05-31", 301.0)])]);
    for _ in 0..2 {
        let looked = site.plans.plan("plan").await.unwrap();
        site.settle(&looked, &reached).await.unwrap();
    }
    let fallen = Actuals::from([(
        1,
        vec![actual("2026-05-31", 301.0), actual("2026-06-05", 299.0)],
    )]);
    let looked = site.plans.plan("plan").await.unwrap();
    let plan = site.settle(&looked, &fallen).await.unwrap();
    let seen: Vec<Option<String>> = plan.closings[&1]
        .iter()
        .map(|one| one.closed_on.map(|on| on.to_string()))
        .collect();
    assert_eq!(seen, [Some("2026-05-31".to_owned()), None]);
    assert_eq!(plan.closings[&1][1].value, Some(299.0));
}

#[tokio::test]
async fn what_a_metric_showed_is_not_written_down_once_the_target_is_bound_to_another() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-06-10").await;
    let looked = site.plans.plan("plan").await.unwrap();
    let reached = Actuals::from([(1, vec![actual("2026-05-31", 301.0)])]);
    let other = Source::Metric {
        metric: "telecom.other".to_owned(),
        way: Way::YearSum,
        baseline: None,
        against_year_before: false,
    };
    site.plans
        .bind("plan", 1, other, cause("换口径"))
        .await
        .unwrap();
    let refused = site.settle(&looked, &reached).await;
    assert!(
        matches!(refused, Err(Error::Outdated { .. })),
        "{refused:?}"
    );
    let plan = site.plans.plan("plan").await.unwrap();
    assert!(plan.closings.is_empty(), "{:?}", plan.closings);
}

#[tokio::test]
async fn a_closing_that_names_no_metric_is_not_taken_for_one_of_the_metric_that_is_bound_now() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-06-10").await;
    let looked = site.plans.plan("plan").await.unwrap();
    let reached = Actuals::from([(1, vec![actual("2026-05-31", 301.0)])]);
    let plan = site.settle(&looked, &reached).await.unwrap();
    let closing = &plan.closings[&1][0];
    assert_eq!(
        plan.shown_by(1, closing),
        ShownBy::Metric("telecom.new_station")
    );
    let mut older = closing.clone();
    older.metric = None;
    assert!(plan.bindings[&1].source.measured().is_some());
    assert_eq!(plan.shown_by(1, &older), ShownBy::Unknown);
}

#[tokio::test]
async fn a_closing_by_evidence_names_it_and_an_older_one_is_known_by_what_was_accepted_before() {
    let (site, hash) = by_hand("2026-06-20").await;
    let whole = fields(
        json!({"on": "2026-06-15", "value": 6, "source": "市通管办统计", "documents": [hash]}),
    );
    let (_, number) = site
        .plans
        .submit("plan", "target/2", whole, cause("上报"))
        .await
        .unwrap();
    let looked = site.judge(number, true, cause("属实")).await.unwrap();
    let plan = site.settle(&looked, &Actuals::new()).await.unwrap();
    let closing = &plan.closings[&2][0];
    assert_eq!(closing.evidence, Some(number));
    assert_eq!(plan.shown_by(2, closing), ShownBy::Evidence);
    let mut older = closing.clone();
    older.evidence = None;
    // The target of a change tells the change, which no evidence says.
    older.value = Some(6.0);
    assert_eq!(plan.shown_by(2, &older), ShownBy::Evidence);
    older.seen.at = looked.head.imported.at;
    assert_eq!(
        plan.shown_by(2, &older),
        ShownBy::Unknown,
        "nobody had accepted it then"
    );
}

#[tokio::test]
async fn nothing_was_reached_before_the_plan_began() {
    let (site, hash) = by_hand("2026-06-20").await;
    let early = fields(
        json!({"on": "2020-05-06", "value": 6, "source": "统计", "documents": [hash.clone()]}),
    );
    let refused = site
        .plans
        .submit("plan", "target/2", early, cause("上报"))
        .await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "on"),
        "{refused:?}"
    );
    let finished = |on: &str| NodeStep::Finish {
        on: Some(on.parse().unwrap()),
        documents: vec![hash.clone()],
    };
    let refused = site
        .plans
        .step("plan", "2.1.1", finished("2019-01-01"), cause("完成"))
        .await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "on"),
        "{refused:?}"
    );
    let first = site
        .plans
        .step("plan", "2.1.1", finished("2026-01-01"), cause("完成"))
        .await;
    assert!(first.is_ok(), "{first:?}");
}

#[tokio::test]
async fn a_plan_that_was_approved_before_its_year_is_worked_on_from_then() {
    let site = Site::on("2025-12-20").await;
    site.approved(TEXT).await;
    let site = site.moved("2025-12-25").await;
    let plan = site.finished("2.1.1").await;
    assert_eq!(
        plan.nodes["2.1.1"]
            .finished
            .as_ref()
            .unwrap()
            .on
            .to_string(),
        "2025-12-25"
    );
}
