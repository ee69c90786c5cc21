use std::path::Path;

use yandu_pack::AnyCondition;

use super::*;
use crate::lineage::{Direction, Walk};

fn packs() -> Arc<Packs> {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let loaded = Packs::load(&[packs], &AnyCondition);
    assert!(!loaded.has_errors());
    Arc::new(loaded.packs)
}

#[tokio::test]
async fn the_lineage_of_the_packs_is_computed_once_and_again_for_other_packs() {
    let lineages = Lineages::default();
    let packs = packs();
    let first = lineages.of(&packs).await;
    assert!(Arc::ptr_eq(&first, &lineages.of(&packs).await));
    let other = Arc::new(Packs::clone(&packs));
    let second = lineages.of(&other).await;
    assert!(!Arc::ptr_eq(&first, &second));
    // What did not change was not planned again.
    assert!(!first.models.is_empty());
    for (id, lineage) in &first.models {
        assert!(Arc::ptr_eq(lineage, &second.models[id]), "{id}");
    }
}

#[test]
fn a_mobile_number_is_followed_into_the_models_that_show_it() {
    let lineage = Lineage::of(&packs());
    assert!(lineage.unknown.is_empty(), "{:?}", lineage.unknown);
    let graph = &lineage.graph;
    let root = graph
        .find(&"population.resident".parse().unwrap(), Some("mobile"))
        .unwrap();
    let reach = Walk::default().from(graph, root);
    let shown: Vec<String> = reach
        .edges
        .iter()
        .map(|edge| format!("{} {}", graph.name(edge.to), edge.kind.name()))
        .collect();
    assert!(
        shown.contains(&"population.elder_living_alone.mobile copied".to_owned()),
        "{shown:?}"
    );

    let root = graph
        .find(
            &"population.elder_living_alone".parse().unwrap(),
            Some("mobile"),
        )
        .unwrap();
    let up = Walk {
        direction: Direction::Up,
        ..Walk::default()
    };
    let sources = up
        .from(graph, root)
        .vertices()
        .into_iter()
        .filter(|vertex| graph.source(*vertex).is_some())
        .count();
    assert!(sources > 0, "no source feeds the register");
}
