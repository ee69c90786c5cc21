use std::path::Path;

use serde_json::json;
use yandu_pack::{AnyCondition, Packs};

use super::site::{Site, TEXT, cause, shared};
use crate::binding::propose;
use crate::{Error, Source, Way, read_proposals};

#[tokio::test]
async fn targets_are_bound_as_the_citys_file_proposes_whatever_the_script() {
    let site = Site::new().await;
    let plan = site.import(TEXT).await;
    let bound = &plan.bindings[&1];
    assert_eq!(bound.by, None, "nobody has decided it");
    assert!(matches!(
        &bound.source,
        Source::Metric { metric, way: Way::YearSum, .. } if metric == "telecom.new_station"
    ));
    // The file says it in traditional characters.
    let change = &plan.bindings[&2];
    assert!(matches!(
        &change.source,
        Source::Metric { way: Way::Change, baseline: Some(baseline), .. } if (*baseline - 80.0).abs() < 1e-9
    ));
    assert_eq!(change.note.as_deref(), Some("以2025年底为基数"));
    let traditional = Site::new().await;
    let text = TEXT.replace("宽带", "寬帶").replace("达", "達");
    let plan = traditional.import(&text).await;
    assert_eq!(plan.bindings.len(), 2);
}

#[tokio::test]
async fn what_a_person_bound_stays_bound_when_the_file_is_proposed_again() {
    let site = Site::new().await;
    site.import(TEXT).await;
    let form = Source::Form {
        dataset: "telecom.report".to_owned(),
        metric: None,
        way: None,
    };
    site.plans
        .bind("plan", 1, form.clone(), cause("以填报为准"))
        .await
        .unwrap();
    let plan = site
        .plans
        .propose_bindings("plan", cause("重新匹配"))
        .await
        .unwrap();
    assert_eq!(plan.bindings[&1].source, form);
    let by = plan.bindings[&1].by.as_ref().unwrap();
    assert_eq!(by.reason.as_deref(), Some("以填报为准"));
    let mut without = cause("");
    without.reason = None;
    let refused = site.plans.bind("plan", 1, Source::Open, without).await;
    assert!(matches!(refused, Err(Error::NoReason)), "{refused:?}");
    let odd = serde_json::from_value(json!({"kind": "metric", "metric": "a b", "way": "share"}));
    let refused = site.plans.bind("plan", 1, odd.unwrap(), cause("x")).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    let refused = site.plans.bind("plan", 99, Source::Open, cause("x")).await;
    assert!(matches!(refused, Err(Error::NoItem { .. })), "{refused:?}");
}

/// The file of the city that is shipped, against the real plan in traditional characters.
#[tokio::test]
async fn every_target_of_the_plan_of_2025_is_bound_to_a_metric_that_packs_declare_three_over_forms()
{
    let Some(text) = shared() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = std::fs::read(root.join("city/yancheng/plan/bindings.csv")).unwrap();
    let loaded = Packs::load(&[root.join("packs")], &AnyCondition);
    let declared: Vec<String> = loaded
        .packs
        .metrics()
        .map(|metric| metric.metric.to_string())
        .collect();
    let site = Site::new().await;
    let mut plan = site.import(&text).await;
    propose(&mut plan, &read_proposals(&file).unwrap());
    let mut metrics = Vec::new();
    let mut forms = 0;
    for target in plan.targets() {
        let binding = plan.bindings.get(&target.number);
        let binding = binding.unwrap_or_else(|| panic!("{} is bound to nothing", target.literal));
        let measured = binding.source.measured();
        let measured = measured.unwrap_or_else(|| panic!("{} is by hand", target.literal));
        let metric = measured.metric.to_owned();
        assert!(declared.contains(&metric), "{metric} of {}", target.literal);
        assert!(!metrics.contains(&metric), "{metric} is bound twice");
        if let Source::Form { dataset, .. } = &binding.source {
            let dataset = loaded.packs.dataset(&dataset.parse().unwrap()).unwrap();
            assert!(dataset.file().form.is_some(), "{}", dataset.id());
            forms += 1;
        }
        metrics.push(metric);
    }
    assert_eq!(plan.bindings.len(), 38);
    assert_eq!((metrics.len(), forms), (38, 3));
}

#[test]
fn a_line_that_is_no_binding_is_named() {
    let head = "point,wording,kind,id,way,baseline,note,metric\n";
    for (line, why) in [
        ("x,新增,by-hand,,,,,", "`point`"),
        ("1,,by-hand,,,,,", "`wording`"),
        ("1,新增,metric,,year-sum,,,", "`id`"),
        ("1,新增,metric,a.b,sum,,,", "`way`"),
        ("1,新增,metric,a.b,change,viele,,", "`baseline`"),
        ("1,新增,form,a.b,,,,a.c", "`metric`"),
        ("1,新增,form,a.b,sum,,,", "`metric`"),
        ("1,新增,form,a.b,sum,,,a.c", "`way`"),
        ("1,新增,guess,,,,,", "`kind`"),
    ] {
        let refused = read_proposals(format!("{head}{line}\n").as_bytes()).unwrap_err();
        let message = refused.to_string();
        assert!(
            message.contains("line 2") && message.contains(why),
            "{message}"
        );
    }
}
