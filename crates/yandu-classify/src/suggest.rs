//! What is suggested of a field: a pure function of rules and facts.

use std::collections::BTreeMap;

use yandu_words::Grade;

use crate::evidence::Reason;
use crate::facts::FieldFacts;
use crate::rules::{Name, Rule, Rules};

/// How near the strongest evidence another rule has to be, so that the stricter of both is suggested.
const NEAR: f64 = 0.1;
/// What flows in along lineage is known, and not guessed.
const KNOWN: f64 = 0.99;

/// What is suggested.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggested {
    pub class: Option<String>,
    pub grade: Grade,
    /// From 0 to 1; 0 where nothing speaks for it.
    pub confidence: f64,
    pub reasons: Vec<Reason>,
}

impl Suggested {
    /// Names what it rests on. Counts of values are not in it, so that another delivery of the same kind changes nothing.
    pub(crate) fn evidence(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let class = self.class.as_deref().unwrap_or_default();
        let mut parts = vec![class.to_owned(), self.grade.to_string()];
        let mut reasons: Vec<String> = self.reasons.iter().map(Reason::fingerprint).collect();
        reasons.sort();
        parts.extend(reasons);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().chars().take(32).collect()
    }

    /// Whether values that passed a check digit speak for it.
    pub(crate) fn is_checked(&self) -> bool {
        self.reasons
            .iter()
            .any(|reason| matches!(reason, Reason::Content { look, .. } if look.is_checked()))
    }
}

/// What is suggested of a field whose present grade is `present`. Of rules about as strong as the strongest the stricter one is
/// taken, and what flows in is never gone below.
pub fn suggest(rules: &Rules, field: &FieldFacts, present: Grade) -> Suggested {
    let names = Name::all(field);
    let mut found: Vec<(&Rule, f64, Vec<Reason>)> = rules
        .all
        .iter()
        .filter_map(|rule| {
            let (confidence, reasons) = weigh(rule, field, &names);
            (confidence >= rule.weights.offer).then_some((rule, confidence, reasons))
        })
        .collect();
    let strongest = found.iter().map(|(_, confidence, _)| *confidence);
    let strongest = strongest.fold(0.0, f64::max);
    found.retain(|(_, confidence, _)| *confidence >= strongest - NEAR);
    found.sort_by(|a, b| {
        b.0.file
            .grade
            .cmp(&a.0.file.grade)
            .then(b.1.total_cmp(&a.1))
    });
    let mut suggested = match found.into_iter().next() {
        Some((rule, confidence, reasons)) => Suggested {
            class: Some(rule.file.class.clone()),
            grade: rule.file.grade,
            confidence,
            reasons,
        },
        None => Suggested {
            class: None,
            grade: present,
            confidence: 0.0,
            reasons: vec![Reason::Nothing],
        },
    };
    if let Some(inflow) = &field.inflow {
        if inflow.grade > suggested.grade {
            suggested.grade = inflow.grade;
            suggested.confidence = suggested.confidence.max(KNOWN);
        }
        if inflow.grade >= suggested.grade {
            suggested
                .reasons
                .retain(|reason| *reason != Reason::Nothing);
            suggested.confidence = suggested.confidence.max(KNOWN);
            suggested.reasons.push(Reason::Inflow {
                grade: inflow.grade,
                from: inflow.from.clone(),
            });
        }
    }
    suggested
}

/// How much speaks for a rule, and what.
fn weigh(rule: &Rule, field: &FieldFacts, names: &[Name<'_>]) -> (f64, Vec<Reason>) {
    let weights = rule.weights;
    let mut reasons = Vec::new();
    let mut doubt = 1.0;
    let mut name = name(rule, names);
    let looked = field.looked >= weights.sample;
    let mut is_seen = false;
    for (look, share) in &rule.file.looks {
        let values = field.looks.iter().find(|found| found.look == *look);
        let values = values.map_or(0, |found| found.values);
        let actual = values as f64 / field.looked.max(1) as f64;
        if looked && actual >= *share {
            is_seen = true;
            doubt *= 1.0 - weights.content * actual;
            reasons.push(Reason::Content {
                look: *look,
                values,
                looked: field.looked,
            });
        }
    }
    if let Some(standard) = field.standard
        && rule.file.standards.contains(&standard)
    {
        doubt *= 1.0 - weights.standard;
        reasons.push(Reason::Standard { standard });
    } else if let Some((weight, _)) = &mut name {
        // Values of another look, or of another standard, make a name doubtful.
        let is_unlike = looked && !rule.file.looks.is_empty() && !is_seen;
        let is_other = field.standard.is_some() && !rule.file.standards.is_empty();
        if is_unlike || is_other {
            *weight *= weights.contradicted;
            if is_unlike {
                reasons.push(Reason::Contradicted {
                    looked: field.looked,
                });
            }
        }
    }
    if let Some((weight, reason)) = name {
        doubt *= 1.0 - weight;
        reasons.insert(0, reason);
    }
    (1.0 - doubt, reasons)
}

/// The word of a rule that is most of a name of a field, with its weight.
fn name(rule: &Rule, names: &[Name<'_>]) -> Option<(f64, Reason)> {
    let is_against = |name: &Name<'_>| rule.not.iter().any(|word| name.folded.contains(word));
    if names.iter().any(is_against) {
        return None;
    }
    let mut best: Option<(f64, Reason)> = None;
    for name in names {
        for word in &rule.words {
            let Some(is_whole) = word.stands_in(name) else {
                continue;
            };
            let weight = if is_whole {
                rule.weights.name
            } else {
                rule.weights.part
            };
            if best.as_ref().is_none_or(|(best, _)| weight > *best) {
                let reason = Reason::Name {
                    word: word.text.clone(),
                    found_in: name.found_in,
                    text: name.text.to_owned(),
                    is_whole,
                };
                best = Some((weight, reason));
            }
        }
    }
    best
}

/// What is suggested of a dataset as a whole, from the classes of its fields by name: the strictest of the combinations that it has.
pub fn suggest_whole(rules: &Rules, classes: &BTreeMap<String, String>) -> Option<Suggested> {
    let has = |class: &String| classes.values().any(|own| own == class);
    let found = rules
        .combinations
        .iter()
        .filter(|(one, _)| one.all_of.iter().all(has));
    let (strictest, weights) = found.max_by_key(|(one, _)| one.grade)?;
    let fields = classes.iter();
    let fields = fields.filter(|(_, class)| strictest.all_of.contains(class));
    Some(Suggested {
        class: None,
        grade: strictest.grade,
        confidence: weights.content,
        reasons: vec![Reason::Together {
            rule: strictest.id.clone(),
            title: strictest.title.zh.clone(),
            fields: fields.map(|(name, _)| name.clone()).collect(),
        }],
    })
}
