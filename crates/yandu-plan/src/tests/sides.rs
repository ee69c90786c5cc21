//! From which side targets are reached.

use jiff::civil::date;
use serde_json::json;

use super::site::{Site, actual, cause, stands_on};
use crate::standing::grows;
use crate::{
    Actuals, Binding, Comparison, CountyShare, Error, Evidence, EvidenceFields, EvidenceState,
    Lack, Lamp, Plan, Result, Source, TargetStanding, Way,
};

/// An invented plan of targets that are reached from different sides.
const SIDES: &str = "澄江市2026年工作要点\n一、优化服务\n（一）优化办事。全年网络安全事件0起。企业开办时间压缩至0.5个工作日。投诉率降至1.2%。等待时间缩短到10分钟。年底建成充电桩500座。（市数据局负责）\n（二）稳定增长。增速8%—10%。建设园区3至5个。综合成本下降不超过5%。物流费用下降8%—10%。年底办件1000至2000件。（市工信局负责）\n";

fn target_of(plan: &Plan, words: &str) -> u32 {
    let mut targets = plan.targets();
    let found = targets.find(|target| target.literal.contains(words));
    found
        .unwrap_or_else(|| panic!("no target `{words}`"))
        .number
}

/// How a target stands by evidence that was accepted in autumn.
fn proved(plan: &Plan, words: &str, value: f64) -> TargetStanding {
    let mut plan = plan.clone();
    let number = target_of(&plan, words);
    plan.evidence.insert(
        1,
        Evidence {
            number: 1,
            about: format!("target/{number}"),
            said: EvidenceFields {
                on: date(2026, 9, 30),
                value: Some(value),
                source: Some("统计".to_owned()),
                documents: Vec::new(),
                note: None,
            },
            submitted: plan.head.imported.clone(),
            state: EvidenceState::Accepted,
            decided: None,
        },
    );
    let stands = stands_on(&plan, &Actuals::new(), date(2026, 10, 8));
    stands.targets[&number].clone()
}

fn bound(plan: &mut Plan, target: u32, way: Way) {
    let source = Source::Metric {
        metric: "service.number".to_owned(),
        way,
        baseline: None,
        against_year_before: false,
    };
    let binding = Binding {
        source,
        by: None,
        note: None,
    };
    plan.bindings.insert(target, binding);
}

#[tokio::test]
async fn a_number_that_is_lowered_to_and_none_at_all_are_reached_from_above() {
    let plan = Site::new().await.approved(SIDES).await;
    for (words, missed, reached) in [
        ("网络安全事件", 5.0, 0.0),
        ("开办时间", 3.0, 0.5),
        ("投诉率", 3.0, 1.0),
        ("等待时间", 60.0, 8.0),
        ("充电桩", 400.0, 520.0),
    ] {
        let stands = proved(&plan, words, missed);
        assert_eq!(
            (stands.is_met, stands.lack),
            (Some(false), Some(Lack::NotMet)),
            "{words} {missed}"
        );
        assert_eq!(stands.closed, None, "{words} {missed}");
        let stands = proved(&plan, words, reached);
        assert_eq!(stands.lamp, Lamp::Done, "{words} {reached}");
    }
}

#[tokio::test]
async fn a_number_that_is_held_down_or_is_the_most_is_reached_from_above() {
    const HELD: &str = "澄江市2026年工作要点\n一、优化服务\n（一）优化办事。失业率稳控在5.5%。投诉量控到100件。收费上限为50元。噪声限制在55分贝。新建监控到100个。（市数据局负责）\n（二）加强统筹。（市数据局负责）\n";
    let plan = Site::new().await.approved(HELD).await;
    for (words, missed, reached) in [
        ("失业率", 6.0, 5.0),
        ("投诉量", 120.0, 80.0),
        ("收费上限", 60.0, 40.0),
        ("噪声", 60.0, 50.0),
        ("监控", 80.0, 120.0),
    ] {
        assert_eq!(
            proved(&plan, words, missed).is_met,
            Some(false),
            "{words} {missed}"
        );
        assert_eq!(
            proved(&plan, words, reached).is_met,
            Some(true),
            "{words} {reached}"
        );
    }
}

/// An invented plan that does not say on which side of its values the city is to be.
const OPEN: &str = "澄江市2026年工作要点\n一、优化服务\n（一）优化办事。投诉率1.2%。年底建成充电桩500座。（市数据局负责）\n（二）加强统筹。（市数据局负责）\n";

#[tokio::test]
async fn a_side_that_is_not_said_is_decided_with_its_comparison_before_a_sentence_is_accepted() {
    let site = Site::new().await;
    let plan = site.import(OPEN).await;
    let number = target_of(&plan, "投诉率");
    let sentence = plan.figures[&number].sentence;
    let review = |answers: serde_json::Value, set: serde_json::Value| {
        let figure = json!({"figure": number, "answers": answers, "set": set});
        json!({"sentences": [{"sentence": sentence, "reason": "经核对", "figures": [figure]}]})
    };
    let unsaid = json!({"due-not-said": "年底"});
    let refused = site.review(review(unsaid, json!({}))).await;
    let Err(Error::ReviewOpen(open)) = refused else {
        panic!("{refused:?}");
    };
    assert!(open.contains("`side-not-said`"), "{open}");
    let said = json!({"due-not-said": "年底", "side-not-said": "不高于"});
    let refused = site.review(review(said.clone(), json!({}))).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "comparison"),
        "{refused:?}"
    );
    let set = json!({"comparison": "<="});
    let plan = site.review(review(said, set)).await.unwrap();
    assert_eq!(plan.figures[&number].said.comparison, Comparison::AtMost);
    assert_eq!(plan.figures[&number].open_doubts().count(), 0);
}

#[tokio::test]
async fn a_target_whose_side_nobody_has_said_is_neither_reached_nor_on_course() {
    let mut plan = Site::new().await.import(OPEN).await;
    for value in [1.0, 3.0] {
        let stands = proved(&plan, "投诉率", value);
        assert_eq!(stands.lamp, Lamp::NotBegun, "{value}");
        assert_eq!(stands.lack, Some(Lack::SideNotSaid), "{value}");
        assert_eq!((stands.is_met, stands.closed), (None, None), "{value}");
        assert_eq!((stands.share, stands.gap), (None, None), "{value}");
        assert_eq!(stands.measured, Some(value));
    }
    assert_eq!(proved(&plan, "充电桩", 520.0).lamp, Lamp::Done);
    let number = target_of(&plan, "投诉率");
    for (comparison, met) in [(Comparison::AtMost, 1.0), (Comparison::AtLeast, 3.0)] {
        let mut said = plan.clone();
        said.figures.get_mut(&number).unwrap().said.comparison = comparison;
        assert_eq!(proved(&said, "投诉率", met).lamp, Lamp::Done);
        let other = proved(&said, "投诉率", 4.0 - met);
        assert_eq!(
            (other.lamp, other.lack),
            (Lamp::OnCourse, Some(Lack::NotMet))
        );
    }
    // A metric that declares which is better says it too.
    bound(&mut plan, number, Way::AtDate);
    for (is_more_better, value, is_met) in [
        (Some(false), 1.0, Some(true)),
        (Some(false), 3.0, Some(false)),
        (Some(true), 3.0, Some(true)),
        (None, 3.0, None),
    ] {
        let mut rate = actual("2026-09-30", value);
        rate.is_more_better = is_more_better;
        let actuals = Actuals::from([(number, vec![rate])]);
        let stands = stands_on(&plan, &actuals, date(2026, 10, 8));
        assert_eq!(stands.targets[&number].is_met, is_met, "{value}");
    }
}

#[tokio::test]
async fn what_a_change_may_reach_at_most_has_no_part_at_a_part_of_its_time() {
    let mut plan = Site::new().await.approved(SIDES).await;
    let cost = target_of(&plan, "综合成本");
    bound(&mut plan, cost, Way::Change);
    let task = plan.task_of(&plan.figures[&cost]).unwrap().id.clone();
    let first = format!("{task}.1");
    plan.nodes.get_mut(&first).unwrap().said.share = Some(0.25);
    let is_measured = |plan: &Plan| {
        let stands = stands_on(plan, &Actuals::new(), date(2026, 3, 25));
        stands.nodes[&first].is_measured
    };
    assert!(!is_measured(&plan));
    plan.figures.get_mut(&cost).unwrap().said.bound = None;
    assert!(is_measured(&plan));
}

#[tokio::test]
async fn a_range_is_met_within_its_ends_and_is_told_with_its_actual() {
    let mut plan = Site::new().await.approved(SIDES).await;
    for (words, value, is_met) in [
        ("增速", 7.0, false),
        ("增速", 9.0, true),
        ("增速", 12.0, false),
        ("园区", 2.0, false),
        ("园区", 3.0, true),
        ("园区", 9.0, false),
        ("物流费用", -7.0, false),
        ("物流费用", -9.0, true),
        ("物流费用", -12.0, false),
    ] {
        let stands = proved(&plan, words, value);
        assert_eq!(stands.is_met, Some(is_met), "{words} {value}");
        assert_eq!(stands.closed.is_some(), is_met, "{words} {value}");
        assert_eq!(stands.measured, Some(value));
    }
    assert_eq!(proved(&plan, "园区", 2.0).gap, Some(1.0));
    assert_eq!(proved(&plan, "园区", 9.0).gap, Some(-4.0));
    // A metric says that more is better, and then there is none too many.
    let items = target_of(&plan, "办件");
    bound(&mut plan, items, Way::YearSum);
    for (value, is_met) in [(900.0, false), (1372.0, true), (2400.0, true)] {
        let actuals = Actuals::from([(items, vec![actual("2026-09-30", value)])]);
        let stands = stands_on(&plan, &actuals, date(2026, 10, 8));
        assert_eq!(stands.targets[&items].is_met, Some(is_met), "{value}");
    }
}

#[tokio::test]
async fn a_range_that_is_proved_by_hand_needs_a_figure() {
    let plan = Site::new().await.approved(SIDES).await;
    let mut bare = plan.clone();
    let number = target_of(&plan, "园区");
    let evidence = |value| Evidence {
        number: 1,
        about: format!("target/{number}"),
        said: EvidenceFields {
            on: date(2026, 9, 30),
            value,
            source: None,
            documents: Vec::new(),
            note: None,
        },
        submitted: plan.head.imported.clone(),
        state: EvidenceState::Accepted,
        decided: None,
    };
    bare.evidence.insert(1, evidence(None));
    let stands = stands_on(&bare, &Actuals::new(), date(2026, 10, 8));
    assert_eq!(stands.targets[&number].closed, None);
    bare.evidence.insert(1, evidence(Some(4.0)));
    let stands = stands_on(&bare, &Actuals::new(), date(2026, 10, 8));
    assert!(stands.targets[&number].closed.is_some());
}

#[tokio::test]
async fn the_bound_of_a_change_is_that_of_its_size() {
    let mut plan = Site::new().await.approved(SIDES).await;
    let met = |plan: &Plan, value: f64| proved(plan, "综合成本", value).is_met;
    assert_eq!(met(&plan, -9.0), Some(false));
    assert_eq!(met(&plan, -4.0), Some(true));
    let cost = target_of(&plan, "综合成本");
    plan.figures.get_mut(&cost).unwrap().said.bound = Some(Comparison::AtLeast);
    assert_eq!(met(&plan, -9.0), Some(true));
    assert_eq!(met(&plan, -4.0), Some(false));
}

#[tokio::test]
async fn what_is_lowered_or_a_level_has_no_part_at_a_part_of_its_time() {
    let mut plan = Site::new().await.approved(SIDES).await;
    let titles = |plan: &Plan, words: &str| -> Vec<String> {
        let target = target_of(plan, words);
        let task = plan.task_of(&plan.figures[&target]).unwrap();
        let nodes = plan.nodes_in_order().into_iter();
        nodes
            .filter(|node| node.task == task.id)
            .map(|node| node.said.title.clone())
            .collect()
    };
    assert_eq!(titles(&plan, "充电桩")[0], "2026年3月底累计125座");
    for words in ["等待时间", "开办时间", "投诉率"] {
        assert_eq!(titles(&plan, words)[0], "2026年3月底阶段进展", "{words}");
    }
    // A node that was given a part is no more reached by what is too much.
    let waiting = target_of(&plan, "等待时间");
    bound(&mut plan, waiting, Way::AtDate);
    let task = plan.task_of(&plan.figures[&waiting]).unwrap().id.clone();
    let first = format!("{task}.1");
    plan.nodes.get_mut(&first).unwrap().said.share = Some(0.25);
    let mut minutes = actual("2026-03-20", 60.0);
    minutes.is_more_better = Some(false);
    let actuals = Actuals::from([(waiting, vec![minutes])]);
    let stands = stands_on(&plan, &actuals, date(2026, 3, 25));
    assert_eq!(stands.nodes[&first].closed_on, None);
    assert_eq!(stands.targets[&waiting].share, None);
    // The same where only the metric says that less is better.
    plan.figures.get_mut(&waiting).unwrap().literal = "等待时间10分钟".to_owned();
    let stands = stands_on(&plan, &actuals, date(2026, 3, 25));
    assert_eq!(stands.nodes[&first].closed_on, None);
}

#[tokio::test]
async fn a_number_that_is_raised_to_a_level_does_not_grow_from_zero() {
    const RAISED: &str = "澄江市2026年工作要点\n一、优化服务\n（一）优化办事。检查结果互认项目增加到180项。医保定点机构增至46家。年底建成充电桩500座。（市数据局负责）\n（二）加强统筹。（市数据局负责）\n";
    let plan = Site::new().await.approved(RAISED).await;
    for (words, is_sum) in [("互认项目", false), ("机构", false), ("充电桩", true)] {
        let target = &plan.figures[&target_of(&plan, words)];
        assert_eq!(grows(target, None), is_sum, "{words}");
    }
}

/// An invented plan with a number that may not be passed, a level, and a number that counties build up together.
const SHARES: &str = "澄江市2026年工作要点\n一、优化服务\n（一）优化办事。年底办理失误10件以内。等待时间缩短到10分钟。审批时限压缩至2个月。年底建成充电桩1000座。（市数据局负责）\n";

async fn split(site: &Site, words: &str, shares: [f64; 2]) -> Result<Plan> {
    let plan = site.plans.plan("plan").await.unwrap();
    let target = target_of(&plan, words);
    let task = plan.task_of(&plan.figures[&target]).unwrap().id.clone();
    let share = |county: &str, quantity: f64| CountyShare {
        county: county.to_owned(),
        quantity: Some(quantity),
    };
    let shares = vec![share("亭湖区", shares[0]), share("盐都区", shares[1])];
    site.plans.split("plan", &task, shares, cause("分解")).await
}

#[tokio::test]
async fn shares_keep_to_what_is_allowed_at_most_and_a_level_has_none() {
    let site = Site::new().await;
    site.approved(SHARES).await;
    for (words, shares) in [
        ("失误", [100.0, 900.0]),
        ("等待时间", [10.0, 10.0]),
        ("审批时限", [1.0, 1.0]),
    ] {
        let refused = split(&site, words, shares).await;
        assert!(
            matches!(&refused, Err(Error::Invalid { field, .. }) if field == "quantity"),
            "{words}: {refused:?}"
        );
    }
    split(&site, "失误", [1.0, 2.0]).await.unwrap();
}

#[tokio::test]
async fn the_copies_of_counties_name_their_own_shares() {
    let site = Site::new().await;
    site.approved(SHARES).await;
    let plan = split(&site, "充电桩", [600.0, 400.0]).await.unwrap();
    let of = |plan: &Plan, county: &str| -> Vec<String> {
        let mut tasks = plan.tasks.values();
        let copy = tasks.find(|task| task.county.as_deref() == Some(county));
        let id = &copy.unwrap().id;
        let nodes = plan.nodes_in_order().into_iter();
        nodes
            .filter(|node| node.task == *id)
            .map(|node| node.said.title.clone())
            .collect()
    };
    let own = of(&plan, "亭湖区");
    assert_eq!(own[0], "2026年3月底累计150座");
    assert_eq!(own[1], "2026年6月底累计300座");
    assert_eq!(own[3], "完成：年底建成充电桩1000座，其中亭湖区600座");
    let copy = plan.tasks.values().find(|task| task.county.is_some());
    let item = format!("task/{}", copy.unwrap().id);
    let edit = json!([{"op": "set", "item": item, "fields": {"quantity": 700}}]);
    let plan = site.edit(edit).await.unwrap();
    assert_eq!(of(&plan, "亭湖区")[0], "2026年3月底累计175座");
}
