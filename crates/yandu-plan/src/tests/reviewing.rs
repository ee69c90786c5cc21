use serde_json::json;

use super::site::{Site, TEXT, all_decided, cause, fixture, shared};
use crate::{
    Cause, Error, FigureState, Import, Origin, Pace, PieceKind, Progress, RevisionKind, Status,
    Value, Verdict,
};

/// The piece of a plan in which some words stand.
fn piece_of(plan: &crate::Plan, words: &str) -> u32 {
    let mut pieces = plan.pieces.values();
    pieces
        .find(|piece| piece.text.contains(words))
        .unwrap_or_else(|| panic!("{words}: {:?}", plan.pieces))
        .number
}

#[tokio::test]
async fn every_sign_of_a_text_stands_in_exactly_one_piece_of_it() {
    let mut texts: Vec<String> = ["yunxi", "lanwan", "qingluan", "baichuan", "tingjiang"]
        .into_iter()
        .map(fixture)
        .collect();
    texts.push(TEXT.to_owned());
    texts.extend(shared());
    for text in texts {
        let site = Site::new().await;
        let plan = site.import(&text).await;
        let signs: Vec<char> = text.chars().collect();
        let mut at = 0;
        for piece in plan.pieces.values() {
            assert!(at <= piece.offset && piece.offset < piece.end, "{piece:?}");
            let gap: String = signs[at..piece.offset].iter().collect();
            assert_eq!(gap.trim_matches('\u{feff}').trim(), "", "before {piece:?}");
            let there: String = signs[piece.offset..piece.end].iter().collect();
            assert_eq!(there, piece.text);
            at = piece.end;
        }
        let rest: String = signs[at..].iter().collect();
        assert_eq!(rest.trim(), "");
        for figure in plan.figures.values() {
            let piece = &plan.pieces[&figure.sentence];
            assert!(
                (piece.offset..piece.end).contains(&figure.offset) && piece.is_reviewed_alone,
                "{figure:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_same_bytes_again_change_nothing_and_are_kept_by_their_content() {
    let site = Site::new().await;
    let first = site.import(TEXT).await;
    let again = Import {
        bytes: TEXT.as_bytes().to_vec(),
        ..Import::default()
    };
    let (plan, is_new) = site.plans.import("li", again).await.unwrap();
    assert_eq!(
        (plan.id.as_str(), plan.revision, is_new),
        ("plan", 1, false)
    );
    assert_eq!(site.plans.source(&plan).await.unwrap(), TEXT.as_bytes());
    let hash = blake3::hash(TEXT.as_bytes()).to_hex().to_string();
    assert_eq!(first.head.source.hash, hash);
    assert!(site.documents().join(&hash[..2]).join(&hash).is_file());
    let other = Import {
        bytes: TEXT.replace("300", "400").into_bytes(),
        id: Some("plan".to_owned()),
        ..Import::default()
    };
    let refused = site.plans.import("li", other).await;
    assert!(matches!(refused, Err(Error::Exists(_))), "{refused:?}");
}

#[tokio::test]
async fn a_plan_without_an_id_gets_its_year_and_a_second_one_of_the_year_a_longer_id() {
    let site = Site::new().await;
    let unnamed = |text: &str| Import {
        bytes: text.as_bytes().to_vec(),
        ..Import::default()
    };
    let (first, _) = site.plans.import("li", unnamed(TEXT)).await.unwrap();
    let year = first.head.year.unwrap().to_string();
    assert_eq!(first.id, year);
    let text = TEXT.replace("300", "400");
    let (second, is_new) = site.plans.import("li", unnamed(&text)).await.unwrap();
    assert!(is_new);
    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    assert_eq!(second.id, format!("{year}-{}", &hash[..6]));
}

#[tokio::test]
async fn a_sentence_with_an_open_doubt_or_offer_is_not_accepted() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let sentence = piece_of(&plan, "提高5%");
    let refused = site
        .review(json!({"sentences": [{"sentence": sentence}]}))
        .await;
    let Err(Error::ReviewOpen(open)) = refused else {
        panic!("{refused:?}");
    };
    assert!(open.contains("`percent-or-point` of figure 2"), "{open}");
    let offered = piece_of(&plan, "形成一个平台");
    let refused = site
        .review(json!({"sentences": [{"sentence": offered}]}))
        .await;
    assert!(matches!(refused, Err(Error::ReviewOpen(_))), "{refused:?}");
    let plan = site.plans.plan("plan").await.unwrap();
    assert_eq!(plan.revision, 1, "nothing of a refused review is kept");
    assert!(plan.pieces.values().all(|piece| piece.review.is_none()));
}

#[tokio::test]
async fn a_doubt_of_percent_is_answered_only_with_the_unit_that_it_is() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let sentence = piece_of(&plan, "提高5%");
    let mut review = json!({"sentences": [{"sentence": sentence, "reason": "经与市通管办核对", "figures": [{
        "figure": 2,
        "answers": {"due-inherited": "6月底前", "percent-or-point": "百分点", "baseline-missing": "以2025年底为基数"},
    }]}]});
    let refused = site.review(review.clone()).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "unit"),
        "{refused:?}"
    );
    review["sentences"][0]["figures"][0]["set"] =
        json!({"unit": "percentage point", "baseline": "2025年底"});
    let plan = site.review(review).await.unwrap();
    let figure = &plan.figures[&2];
    assert_eq!(figure.state, FigureState::Corrected);
    assert_eq!(figure.said.unit, "percentage point");
    assert_eq!(
        figure.as_read.as_ref().unwrap().unit,
        "% or percentage point"
    );
    let answered = figure.doubts[1].answered.as_ref().unwrap();
    assert_eq!(
        (answered.who.as_str(), answered.reason.as_deref()),
        ("wang", Some("百分点"))
    );
    assert_eq!(plan.figures[&1].state, FigureState::Accepted);
    let review = plan.pieces[&sentence].review.as_ref().unwrap();
    assert_eq!(review.verdict, Verdict::Corrected);
    assert_eq!(review.by.reason.as_deref(), Some("经与市通管办核对"));
}

#[tokio::test]
async fn figures_are_rejected_added_and_taken_from_offers_with_a_reason() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let sentence = piece_of(&plan, "提高5%");
    let without_reason =
        json!({"sentences": [{"sentence": sentence, "figures": [{"figure": 2, "reject": true}]}]});
    let refused = site.review(without_reason).await;
    assert!(matches!(refused, Err(Error::NoReason)), "{refused:?}");
    let decided = json!({"sentences": [
        {"sentence": sentence, "figures": [{"figure": 2, "reject": true}], "reason": "与国家口径不一致"},
        {"sentence": piece_of(&plan, "城市算力网"), "reason": "漏读", "added": [
            {"literal": "城市算力网", "figure": {"value": 1, "unit": "张", "comparison": "=", "kind": "target", "due": "2026-12-31"}}]},
        {"sentence": piece_of(&plan, "形成一个平台"), "offers": [
            {"offer": 1, "figure": {"value": 1, "unit": "个", "comparison": "=", "kind": "target", "due": "2026-12-31"}}]},
    ]});
    site.review(decided.clone()).await.unwrap();
    let plan = site.review(decided).await.unwrap();
    assert_eq!(plan.figures.len(), 4, "said twice, a figure is added once");
    assert_eq!(plan.figures[&2].state, FigureState::Rejected);
    let added = &plan.figures[&3];
    assert_eq!((added.origin, added.point), (Origin::Added, Some(1)));
    let at: String = TEXT.chars().skip(added.offset).take(5).collect();
    assert_eq!(at, "城市算力网");
    let taken = &plan.figures[&plan.offers[&1].figure.unwrap()];
    assert_eq!(taken.literal, "形成一个平台");
    assert_eq!(taken.origin, Origin::Offered);
    assert_eq!(plan.targets().count(), 3);
    let elsewhere = json!({"sentences": [{"sentence": sentence, "reason": "漏读", "added": [
        {"literal": "不在句中", "figure": {"value": 1, "comparison": "=", "kind": "target", "due": "2026-12-31"}}]}]});
    let refused = site.review(elsewhere).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "literal"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_plan_is_approved_only_when_all_of_it_is_decided_and_then_is_baseline_one() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let refused = site
        .plans
        .approve("plan", Pace::Quarter, cause("报市政府同意"))
        .await;
    assert!(matches!(refused, Err(Error::ReviewOpen(_))), "{refused:?}");
    let decided = all_decided(&plan);
    let mut almost = decided.clone();
    almost["sentences"].as_array_mut().unwrap().pop();
    site.review(almost).await.unwrap();
    let refused = site
        .plans
        .approve("plan", Pace::Quarter, cause("报市政府同意"))
        .await;
    let Err(Error::ReviewOpen(open)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(open, "1 sentences");
    site.review(decided).await.unwrap();
    let without_reason = Cause {
        reason: Some("  ".to_owned()),
        ..cause("")
    };
    let refused = site
        .plans
        .approve("plan", Pace::Quarter, without_reason)
        .await;
    assert!(matches!(refused, Err(Error::NoReason)), "{refused:?}");
    let plan = site
        .plans
        .approve("plan", Pace::Quarter, cause("报市政府同意"))
        .await
        .unwrap();
    assert_eq!(plan.status, Status::Approved);
    let baselines = site.plans.baselines("plan").await.unwrap();
    assert_eq!(baselines.len(), 1);
    assert_eq!(
        (baselines[0].number, baselines[0].revision),
        (1, plan.revision)
    );
    assert_eq!(baselines[0].items["target/1"]["said"]["value"], 300);
    let late = site.review(json!({})).await;
    assert!(matches!(late, Err(Error::NotNow { .. })), "{late:?}");
}

#[tokio::test]
async fn who_changed_what_when_and_why_is_kept_and_cannot_be_changed() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let decisions = json!({"reason": "联席会议办公室指定", "points": [
        {"point": 2, "units": {"lead": "市数据局", "supports": ["市财政局"]}}]});
    site.review(decisions).await.unwrap();
    let history = site.plans.history("plan", None, 10).await.unwrap();
    let kinds: Vec<RevisionKind> = history.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [RevisionKind::Reviewed, RevisionKind::Imported]);
    let fields: Vec<(&str, Option<&str>)> = history[0]
        .changes
        .iter()
        .map(|change| (change.item.as_str(), change.field.as_deref()))
        .collect();
    assert!(fields.contains(&("point/2", Some("lead"))), "{fields:?}");
    assert!(
        fields.contains(&("point/2", Some("supports"))),
        "{fields:?}"
    );
    assert_eq!(plan.points[&2].lead, None);
    for sql in [
        "UPDATE plan_revision SET who = 'li'",
        "DELETE FROM plan_revision",
    ] {
        assert!(sqlx::query(sql).execute(site.store.pool()).await.is_err());
    }
    let both = json!({"reason": "x", "points": [
        {"point": 2, "units": {"lead": "市数据局", "supports": ["市数据局"]}}]});
    assert!(
        site.review(both).await.is_err(),
        "a unit does not support itself"
    );
}

#[tokio::test]
async fn a_change_to_an_older_revision_is_refused() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    site.review(all_decided(&plan)).await.unwrap();
    let stale = Cause {
        expected: Some(1),
        ..cause("报市政府同意")
    };
    let refused = site.plans.approve("plan", Pace::Quarter, stale).await;
    assert!(
        matches!(
            refused,
            Err(Error::Outdated {
                revision: 2,
                expected: 1,
                ..
            })
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_killed_process_loses_no_review_and_no_text() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let decided = all_decided(&plan);
    for sentence in decided["sentences"].as_array().unwrap() {
        site.review(json!({"sentences": [sentence]})).await.unwrap();
    }
    let before = site.plans.plan("plan").await.unwrap();
    let site = site.killed().await;
    let after = site.plans.plan("plan").await.unwrap();
    assert_eq!(before, after);
    assert_eq!(Progress::of(&after).sentences.open(), 0);
    assert_eq!(site.plans.source(&after).await.unwrap(), TEXT.as_bytes());
    let reading: serde_json::Value =
        serde_json::from_str(&site.plans.reading("plan").await.unwrap()).unwrap();
    assert_eq!(reading["targets"][0]["value"], 300);
}

#[tokio::test]
async fn the_plan_of_2025_is_reviewed_sentence_by_sentence_and_approved_with_its_38_targets() {
    let Some(text) = shared() else { return };
    let site = Site::new().await;
    let plan = site.import(&text).await;
    assert_eq!(plan.points.len(), 25);
    assert_eq!(plan.targets().count(), 38);
    let open = plan.points.values().filter(|point| point.lead.is_none());
    assert_eq!(open.count(), 24, "a point with three leads has none either");
    let units = plan
        .pieces
        .values()
        .filter(|one| one.kind == PieceKind::Units);
    assert!(units.count() >= 25);
    site.review(all_decided(&plan)).await.unwrap();
    let plan = site
        .plans
        .approve("plan", Pace::Quarter, cause("已经市政府研究通过"))
        .await
        .unwrap();
    assert_eq!(plan.status, Status::Approved);
    let trade = plan
        .targets()
        .find(|target| target.literal.contains("數據交易額"))
        .unwrap();
    assert_eq!(trade.said.value, Value::Number(2_000_000_000_u64.into()));
}

#[tokio::test]
async fn a_target_that_is_set_back_to_what_was_read_is_corrected_no_more() {
    let site = Site::new().await;
    site.import(TEXT).await;
    let set = |value: u32| json!([{"op": "set", "item": "target/1", "fields": {"value": value}}]);
    let plan = site.edit(set(200)).await.unwrap();
    let figure = &plan.figures[&1];
    assert_eq!(figure.state, FigureState::Corrected);
    assert_eq!(
        figure.as_read.as_ref().unwrap().value,
        Value::Number(300.into())
    );
    let plan = site.edit(set(300)).await.unwrap();
    let figure = &plan.figures[&1];
    assert_eq!(
        (figure.state, figure.as_read.clone()),
        (FigureState::Accepted, None)
    );
}

#[tokio::test]
async fn titles_follow_a_value_and_a_day_that_a_review_corrects_and_those_of_people_stay() {
    let site = Site::new().await;
    let plan = site.broken_down(Pace::Quarter).await;
    let own = json!([{"op": "set", "item": "node/1.1.1", "fields": {"title": "一季度完成150座"}}]);
    site.edit(own).await.unwrap();
    let correct = |set: serde_json::Value| {
        json!({"sentences": [{
            "sentence": plan.figures[&1].sentence, "reason": "与原件核对",
            "figures": [{"figure": 1, "set": set}],
        }]})
    };
    let corrected = site.review(correct(json!({"value": 320, "due": "2026-05-31"})));
    let corrected = corrected.await.unwrap();
    let title = |plan: &crate::Plan, node: &str| plan.nodes[node].said.title.clone();
    assert_eq!(
        corrected.tasks["1.1"].said.title,
        "6月底前新增5G基站320座以上"
    );
    assert_eq!(
        title(&corrected, "1.1.2"),
        "完成：6月底前新增5G基站320座以上"
    );
    assert_eq!(title(&corrected, "1.1.1"), "一季度完成150座");
    let moved = [
        corrected.tasks["1.1"].said.due,
        corrected.nodes["1.1.2"].said.due,
    ];
    assert_eq!(moved.map(|due| due.to_string()), ["2026-05-31"; 2]);
    // A later change goes on from what the text has.
    let mut changed = corrected.figures[&1].clone();
    changed.as_approved = Some(changed.said.clone());
    changed.said.value = Value::Number(340.into());
    assert_eq!(changed.wording(), "6月底前新增5G基站340座以上");
    let back = site.review(correct(json!({"value": 300}))).await.unwrap();
    assert_eq!(back.tasks["1.1"].said.title, "6月底前新增5G基站300座以上");
}

#[tokio::test]
async fn a_number_that_was_misread_and_stands_in_the_text_is_not_said_beside_it() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let mut figure = plan.figures[&1].clone();
    let words = figure.wording();
    figure.as_read = Some(crate::Said {
        value: Value::Number(5.into()),
        ..figure.said.clone()
    });
    assert_eq!(figure.wording(), words);
    // What does not stand there is.
    figure.said.value = Value::Number(310.into());
    assert_eq!(figure.wording(), format!("{words}（现为不低于310座）"));
}
