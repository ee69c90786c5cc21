//! Whole plans with tables of the truth: every target with all of its fields, every unit with its role, and nothing else.

mod table_of_truth;

use table_of_truth::{Plan, shared};

/// Prints what was missed and what was wrong; fails below the bounds.
fn hold(plan: &Plan, targets: (f64, f64), units: (f64, f64)) {
    let score = plan.score();
    println!("{score}");
    assert!(
        score.targets.precision() >= targets.0 && score.targets.recall() >= targets.1,
        "targets below the bound\n{score}"
    );
    assert!(
        score.units.precision() >= units.0 && score.units.recall() >= units.1,
        "units below the bound\n{score}"
    );
}

#[test]
fn the_plan_of_2025_is_read_without_a_miss_and_without_a_false_target() {
    let Some(plan) = shared() else { return };
    let score = plan.score();
    println!("{score}");
    assert_eq!(score.targets.found, 38);
    hold(&plan, (1.0, 1.0), (1.0, 1.0));
    assert_eq!(
        plan.wrong_figures(),
        Vec::<String>::new(),
        "figures that are none must be known for what they are"
    );
}
