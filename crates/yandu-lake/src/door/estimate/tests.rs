use super::*;
use crate::fixture::Fixture;

fn asked(number: usize) -> Asked {
    Asked {
        dataset: format!("t.n{number}").parse().unwrap(),
        rows: Vec::new(),
    }
}

#[test]
fn the_estimate_that_was_not_used_for_longest_gives_way_to_another() {
    let estimates = Estimates::default();
    for number in 0..=KEPT {
        let known = Known {
            moment: (None, 0),
            estimate: Arc::default(),
            bounded: (Timestamp::UNIX_EPOCH, 0),
        };
        estimates.found(asked(number), Some(known));
        assert!(estimates.lock().known.get(&asked(0)).is_some(), "{number}");
    }
    let mut state = estimates.lock();
    assert_eq!(state.known.len(), KEPT);
    assert!(state.known.get(&asked(1)).is_none());
    assert!(state.known.get(&asked(2)).is_some());
}

#[tokio::test]
async fn an_estimate_that_came_to_nothing_can_be_asked_for_again() {
    let lake = Fixture::new();
    let estimates = &lake.lake.inner.estimates;
    estimates.lock().asked.insert(asked(1));
    drop(Making {
        lake: lake.lake.clone(),
        asked: asked(1),
        found: None,
    });
    assert!(estimates.lock().asked.is_empty());
    assert!(estimates.lock().known.is_empty());
}
