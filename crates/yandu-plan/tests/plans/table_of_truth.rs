//! A plan beside what a person says of it.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use yandu_plan::{Options, Reading, read};

/// A text, its truth and its reading.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) text: String,
    truth: Value,
    pub(crate) reading: Reading,
}

/// How much of the truth was found, and how much of what was found is true.
#[derive(Debug, Default)]
pub(crate) struct Share {
    pub(crate) right: usize,
    pub(crate) found: usize,
    pub(crate) true_ones: usize,
}

impl Share {
    pub(crate) fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    pub(crate) fn recall(&self) -> f64 {
        self.right as f64 / self.true_ones.max(1) as f64
    }

    fn of(found: &BTreeSet<String>, truth: &BTreeSet<String>) -> Self {
        Self {
            right: found.intersection(truth).count(),
            found: found.len(),
            true_ones: truth.len(),
        }
    }
}

pub(crate) struct Score {
    name: String,
    pub(crate) targets: Share,
    pub(crate) units: Share,
    missed: Vec<String>,
    wrong: Vec<String>,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, share) in [("targets", &self.targets), ("units", &self.units)] {
            writeln!(
                f,
                "{}: {what} precision {:.3} recall {:.3} ({} right of {} found, {} true)",
                self.name,
                share.precision(),
                share.recall(),
                share.right,
                share.found,
                share.true_ones
            )?;
        }
        for line in &self.missed {
            writeln!(f, "  missed {line}")?;
        }
        for line in &self.wrong {
            writeln!(f, "  wrong  {line}")?;
        }
        Ok(())
    }
}

/// The plan that stands beside the repository; it is not the project's to hand on.
pub(crate) fn shared() -> Option<Plan> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("shared/data/plan-2025"))
        .find(|path| path.is_dir());
    if folder.is_none() {
        // Past what catches the output of tests that pass, so that it is seen.
        let why = "there is no folder shared/data/plan-2025 beside the repository";
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the real plan is not read, {why}"
        );
    }
    folder.map(|folder| {
        Plan::open(
            "plan-2025",
            &folder.join("plan.txt"),
            &folder.join("truth.json"),
        )
    })
}

pub(crate) fn fixture(name: &str) -> Plan {
    let folder = fixtures();
    Plan::open(
        name,
        &folder.join(format!("{name}.txt")),
        &folder.join(format!("{name}.json")),
    )
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

impl Plan {
    fn open(name: &str, text: &Path, truth: &Path) -> Self {
        let bytes = std::fs::read(text).unwrap();
        let truth = serde_json::from_slice(&std::fs::read(truth).unwrap()).unwrap();
        let reading = read(&bytes, &Options::default()).unwrap();
        Self {
            name: name.to_owned(),
            text: String::from_utf8(bytes).unwrap(),
            truth,
            reading,
        }
    }

    pub(crate) fn score(&self) -> Score {
        let found = self.found(|kind| kind == "target");
        let truth = self.truth(|kind| kind == "target");
        let units = self.units();
        let true_units = self.true_units();
        let all_found: BTreeSet<String> = found.union(&units).cloned().collect();
        let all_true: BTreeSet<String> = truth.union(&true_units).cloned().collect();
        Score {
            name: self.name.clone(),
            targets: Share::of(&found, &truth),
            units: Share::of(&units, &true_units),
            missed: all_true.difference(&all_found).cloned().collect(),
            wrong: all_found.difference(&all_true).cloned().collect(),
        }
    }

    /// Figures of other kinds than targets that differ from the truth.
    pub(crate) fn wrong_figures(&self) -> Vec<String> {
        let found = self.found(|kind| kind != "target");
        let truth = self.truth(|kind| kind != "target");
        found.symmetric_difference(&truth).cloned().collect()
    }

    fn found(&self, is_meant: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let figures = serde_json::to_value(&self.reading.targets).unwrap();
        lines(&figures, is_meant)
    }

    fn truth(&self, is_meant: impl Fn(&str) -> bool) -> BTreeSet<String> {
        lines(&self.truth["targets"], is_meant)
    }

    fn units(&self) -> BTreeSet<String> {
        let points = serde_json::to_value(&self.reading.points).unwrap();
        unit_lines(&points)
    }

    /// Units with their roles, point by point, where the truth names them.
    fn true_units(&self) -> BTreeSet<String> {
        if let Some(points) = self.truth.get("points") {
            return unit_lines(points);
        }
        self.units()
    }
}

fn lines(figures: &Value, is_meant: impl Fn(&str) -> bool) -> BTreeSet<String> {
    const FIELDS: [&str; 8] = [
        "point",
        "offset",
        "literal",
        "value",
        "unit",
        "comparison",
        "due",
        "kind",
    ];
    figures
        .as_array()
        .unwrap()
        .iter()
        .filter(|figure| is_meant(figure["kind"].as_str().unwrap()))
        .map(|figure| {
            let fields: Vec<String> = FIELDS
                .iter()
                .map(|field| match &figure[*field] {
                    Value::String(text) => text.replace('\n', "⏎"),
                    Value::Number(number) => number.as_f64().unwrap().to_string(),
                    other => other.to_string(),
                })
                .collect();
            fields.join(" | ")
        })
        .collect()
}

fn unit_lines(points: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for point in points.as_array().unwrap() {
        for role in ["leads", "supports"] {
            for name in point[role].as_array().unwrap() {
                lines.insert(format!(
                    "point {}: {role} {}",
                    point["number"],
                    name.as_str().unwrap()
                ));
            }
        }
    }
    lines
}

/// Prints what was missed and what was wrong; fails below the bounds.
pub(crate) fn hold(plan: &Plan, targets: (f64, f64), units: (f64, f64)) {
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
