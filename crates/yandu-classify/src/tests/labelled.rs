//! How good suggestions are, held against the grades that the packs of the repository declare for the fields of the simulated city.
//! The rules were written beside these packs, so that the numbers say whether they got worse, and not how good they are elsewhere.

use super::*;

/// Fields of packs without what the packs say of their sensitivity, and that apart. Fields that are only as sensitive as their
/// dataset is as a whole have no label of their own, and are left out.
fn unlabelled(packs: &Packs, with_standards: bool) -> Vec<(String, FieldFacts, Grade)> {
    let mut fields = Vec::new();
    for dataset in packs.datasets() {
        for (name, column) in &dataset.file().columns {
            let mut facts = field(fields.len() as u64, name.as_str(), &column.title.zh);
            facts.headers.clone_from(&column.from);
            facts.standard = column.standard.filter(|_| with_standards);
            let own = column
                .grade
                .or_else(|| column.standard.map(yandu_words::Standard::grade));
            let label = match (own, dataset.file().grade) {
                (Some(own), _) => own,
                (None, None) => Grade::General1,
                (None, Some(_)) => continue,
            };
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
    for (with_standards, precision_floor, recall_floor) in [(false, 0.85, 0.7), (true, 0.8, 0.75)] {
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
