//! Accounts are asked for together as far as no policy tells them apart, which must change no answer.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::comparing::SameWords;
use super::policies;
use super::random::{principal, seed, text};
use crate::{Difference, Policies, Principal, difference};

/// Some policies of the households and residents show the rows of the reader's division.
fn with_rows(text: &str, rng: &mut StdRng) -> String {
    let lines = text.lines().map(|line| {
        let is_meant = line.contains("permit") && line.contains("Pack::\"population\"");
        if is_meant && rng.random() {
            format!("@rows(\"township = $division\") {line}\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

/// Another set in which some of the lines are those of the set before.
fn changed(before: &str, rng: &mut StdRng) -> String {
    let other = with_rows(&text(rng), rng);
    let mut lines: Vec<&str> = before.lines().collect();
    for (place, line) in other.lines().enumerate() {
        if place >= lines.len() {
            lines.push(line);
        } else if rng.random_ratio(1, 4) {
            lines[place] = line;
        }
    }
    lines.join("\n")
}

fn told(found: &Difference, person: usize) -> Vec<String> {
    let steps = found.steps.iter().filter(|step| {
        let mut classes = step.classes.iter().map(|class| &found.classes[*class]);
        classes.any(|class| class.people.contains(&person))
    });
    let mut told: Vec<String> = steps
        .map(|step| {
            format!(
                "{:?} {} {:?} {:?}",
                step.dataset, step.is_opening, step.kind, step.circumstances
            )
        })
        .collect();
    told.sort();
    told
}

#[test]
fn what_is_told_of_many_is_what_is_told_of_each_alone() {
    let mut rng = StdRng::seed_from_u64(seed());
    let (mut moved, mut stayed) = (0, 0);
    for _ in 0..40 {
        let before = with_rows(&text(&mut rng), &mut rng);
        let after = changed(&before, &mut rng);
        let sets: [Policies; 2] = [policies(&before), policies(&after)];
        let people: Vec<(Principal, Principal)> = (0..25)
            .map(|_| {
                let one = principal(&mut rng);
                // Some become others at the same time.
                let other = if rng.random_ratio(1, 5) {
                    Principal {
                        id: one.id.clone(),
                        kind: one.kind,
                        ..principal(&mut rng)
                    }
                } else {
                    one.clone()
                };
                (one, other)
            })
            .collect();
        let together = difference(&sets[0], &sets[1], &people, &SameWords).unwrap();
        for (place, one) in people.iter().enumerate() {
            let alone = std::slice::from_ref(one);
            let alone = difference(&sets[0], &sets[1], alone, &SameWords).unwrap();
            let expected = told(&alone, 0);
            assert_eq!(
                told(&together, place),
                expected,
                "{one:?}\n{before}\n->\n{after}"
            );
            if expected.is_empty() {
                stayed += 1;
            } else {
                moved += 1;
            }
        }
    }
    assert!(moved > 100 && stayed > 0, "{moved} moved, {stayed} stayed");
}
