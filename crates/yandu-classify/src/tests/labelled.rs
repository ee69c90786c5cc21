//! How good suggestions are, held against the grades that the packs of the repository declare for the fields of the simulated city.

use super::*;

/// A field of a pack without what its pack says of its sensitivity: its names alone.
fn unlabelled(packs: &Packs, with_standards: bool) -> Vec<(String, FieldFacts, Grade)> {
    let mut fields = Vec::new();
    for dataset in packs.datasets() {
        for (name, column) in &dataset.file().columns {
            let mut facts = field(fields.len() as u64, name.as_str(), &column.title.zh);
            facts.headers.clone_from(&column.from);
            facts.standard = column.standard.filter(|_| with_standards);
            let label = dataset.declared_grade(name.as_str()).unwrap();
            fields.push((format!("{}.{name}", dataset.id()), facts, label));
        }
    }
    fields
}

/// Precision and recall of what is suggested to be of a grade or above.
fn measure(fields: &[(String, FieldFacts, Grade)], from: Grade) -> (f64, f64) {
    let rules = rules();
    let (mut right, mut wrong, mut missed) = (0.0, 0.0, 0.0);
    for (name, facts, label) in fields {
        let suggested = suggest(&rules, facts, Grade::General1);
        match (suggested.grade >= from, *label >= from) {
            (true, true) => right += 1.0,
            (true, false) => {
                wrong += 1.0;
                println!(
                    "  {from}: `{name}` is {label}, and {} is suggested",
                    suggested.grade
                );
            }
            (false, true) => {
                missed += 1.0;
                println!(
                    "  {from}: `{name}` is {label}, and {} is suggested",
                    suggested.grade
                );
            }
            (false, false) => {}
        }
    }
    (right / (right + wrong), right / (right + missed))
}

#[test]
fn suggestions_find_what_the_packs_declare_to_be_sensitive() {
    let packs = packs();
    for (with_standards, precision_floor, recall_floor) in [(false, 0.6, 0.6), (true, 0.6, 0.6)] {
        let fields = unlabelled(&packs, with_standards);
        assert!(fields.len() > 300, "{}", fields.len());
        let (precision, recall) = measure(&fields, Grade::General3);
        println!(
            "{} fields, {}: precision {precision:.3}, recall {recall:.3}",
            fields.len(),
            if with_standards {
                "names and standards"
            } else {
                "names alone"
            }
        );
        assert!(precision >= precision_floor, "precision {precision}");
        assert!(recall >= recall_floor, "recall {recall}");
    }
}
