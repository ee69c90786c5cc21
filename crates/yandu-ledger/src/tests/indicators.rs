use serde_json::json;

use super::site::{Site, complete, packs_of, shipped, who};
use crate::{Answer, Facts, Report, Status};

const SET: &str = "\
indicators: club.asked
title: {zh: 考核指标}
sample: true
items:
  - {id: A1, title: {zh: 条目}, unit: 个, measure: {count: {}}}
  - {id: A2, title: {zh: 已发布占比}, unit: '%', measure: {share: {part: {status: [published]}}}}
  - {id: A3, title: {zh: 齐全率}, unit: '%', measure: {share: {part: {complete: true}, of: {status: [published, changed]}}}}
  - {id: A4, title: {zh: 数据量}, unit: 条, measure: {sum: {fact: rows, of: {owner: [市民政局]}}}}
  - {id: A5, title: {zh: 平均分}, unit: 分, measure: {mean: {fact: score}}}
  - {id: A6, title: {zh: 使用次数}, unit: 次, measure: {sum: {fact: uses}}}
  - {id: A7, title: {zh: 回流落地率}, unit: '%', measure: {uncovered: {reason: 没有回流清单}}}
  - {id: A8, title: {zh: 达标数}, unit: 个, measure: {count: {score_at_least: 90, fresh: true, kind: [table]}}}
";

async fn report(site: &Site, packs: &yandu_pack::Packs) -> Report {
    let set = packs.indicator_sets().next().unwrap();
    site.ledger.indicators(set).await.unwrap()
}

fn answer<'a>(report: &'a Report, id: &str) -> &'a Answer {
    let item = report.items.iter().find(|item| item.indicator.id == id);
    &item.unwrap().city
}

#[tokio::test]
async fn indicators_are_answered_and_what_cannot_be_is_a_gap_with_its_reason() {
    let site = Site::new().await;
    let packs = packs_of(
        &site.folder.path().join("packs"),
        &[
            (
                "club/pack.yaml",
                "pack: club\nversion: 0.1.0\ntitle: {zh: 社团}\n",
            ),
            ("club/indicators/asked.yaml", SET),
        ],
    );
    let empty = report(&site, &packs).await;
    assert_eq!(answer(&empty, "A1").value, Some(0.0));
    // Nothing is a part of nothing, and the mean of nothing is not nought.
    for id in ["A2", "A3", "A5", "A7"] {
        assert!(
            answer(&empty, id).value.is_none() && answer(&empty, id).gap.is_some(),
            "{id}"
        );
    }
    assert_eq!(empty.gaps, 4);
    for (number, (score, rows)) in [(Some(95.0), Some(10)), (Some(85.0), None), (None, Some(5))]
        .into_iter()
        .enumerate()
    {
        let id = format!("e{number}");
        site.register(&id, complete("登记")).await.unwrap();
        if number == 0 {
            // Nothing adds up to nothing, but what nobody has measured does not.
            assert_eq!(answer(&empty, "A4").value, Some(0.0));
            let unmeasured = report(&site, &packs).await;
            let rows = answer(&unmeasured, "A4");
            assert_eq!((rows.value, rows.entries, rows.unknown), (None, 1, 1));
            assert!(rows.gap.is_some());
        }
        let facts = Facts {
            score,
            rows,
            fresh: Some(true),
            ..Facts::default()
        };
        site.ledger.note_facts(&id, facts).await.unwrap();
    }
    for to in [Status::Reviewed, Status::Published] {
        site.ledger
            .transition(&who(), "e0", to, "办理", None)
            .await
            .unwrap();
    }
    site.ledger.note_use("e1", &who(), jiff::Timestamp::now());
    let full = report(&site, &packs).await;
    for (id, value, entries, unknown) in [
        ("A1", 3.0, 3, 0),
        ("A2", 100.0 / 3.0, 3, 0),
        ("A3", 100.0, 1, 0),
        ("A4", 15.0, 3, 1),
        ("A5", 90.0, 3, 1),
        ("A6", 1.0, 3, 0),
        ("A8", 1.0, 3, 0),
    ] {
        let answer = answer(&full, id);
        assert!(
            (answer.value.unwrap() - value).abs() < 1e-9,
            "{id}: {answer:?}"
        );
        if id != "A8" {
            assert_eq!((answer.entries, answer.unknown), (entries, unknown), "{id}");
        }
    }
    assert_eq!(answer(&full, "A7").gap.as_deref(), Some("没有回流清单"));
    assert_eq!(full.gaps, 1);
}

#[tokio::test]
async fn the_shipped_set_is_answered_for_every_county_and_counts_add_up() {
    let site = Site::new().await;
    let packs = shipped();
    site.ledger.sync_packs(&packs).await.unwrap();
    let datasets = packs.datasets().len() as f64;
    for (number, division) in ["320902", "320902001", "320981"].into_iter().enumerate() {
        let mut entry = complete("登记");
        entry["division"] = json!(division);
        site.register(&format!("e{number}"), entry).await.unwrap();
    }
    let report = report(&site, &packs).await;
    assert!(report.set.sample);
    let counted = &report.items[0];
    assert_eq!(counted.city.value, Some(datasets + 3.0));
    assert!(counted.counties.len() >= 9, "{:?}", counted.counties.keys());
    assert_eq!(counted.counties["320902"].value, Some(2.0));
    assert_eq!(counted.counties["320981"].value, Some(1.0));
    assert_eq!(counted.counties["320921"].value, Some(0.0));
    assert_eq!(report.items.len(), report.set.items.len());
    let gaps = report
        .items
        .iter()
        .filter(|item| item.city.value.is_none())
        .count();
    assert_eq!(report.gaps, gaps as u64);
    assert!(report.gaps > 0);
}
