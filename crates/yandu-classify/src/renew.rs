//! Another look at what is known: suggestions are opened, refreshed and ended.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use sqlx::SqliteConnection;
use yandu_words::{DatasetId, FieldId, Grade};

use crate::Result;
use crate::classification::{
    Bearing, Classification, Classified, Status, Suggestion, UntilConfirmed,
};
use crate::evidence::Reason;
use crate::facts::{DatasetFacts, FieldFacts};
use crate::rules::Rules;
use crate::settle::in_force_grade;
use crate::store;
use crate::suggest::{Suggested, suggest, suggest_whole};

/// What is suggested now of one field, or of a dataset as a whole.
struct Found<'a> {
    facts: &'a DatasetFacts,
    field: Option<&'a FieldFacts>,
    suggested: Suggested,
    present: Grade,
    holds: bool,
}

impl Classification {
    /// Looks at datasets again, each in a transaction of its own, so that whoever writes records waits for one dataset and not for the
    /// city. `all` are all that the city has: suggestions of others are withdrawn. Says whether what holds until somebody decides is
    /// something else now.
    pub async fn renew(
        &self,
        rules: &Rules,
        facts: &[DatasetFacts],
        all: &HashSet<DatasetId>,
    ) -> Result<bool> {
        let at = self.store.clock().now();
        let mut reading = self.store.pool().acquire().await?;
        let before = holding(&mut reading).await?;
        for dataset in facts {
            self.renew_one(rules, dataset, at).await?;
        }
        for name in store::open_datasets(&mut reading).await? {
            match name.parse::<DatasetId>() {
                Ok(id) if !all.contains(&id) => self.withdraw(&id, at).await?,
                _ => {}
            }
        }
        let after = holding(&mut reading).await?;
        Ok(before != after)
    }

    async fn renew_one(&self, rules: &Rules, dataset: &DatasetFacts, at: Timestamp) -> Result<()> {
        let id = &dataset.dataset;
        let mut writing = yandu_store::writing(self.store.pool()).await?;
        let in_force = store::in_force(&mut writing, Some(id)).await?;
        let newest = store::newest(&mut writing, id).await?;
        let found = self.found(rules, dataset, &in_force);
        for found in &found {
            let field = found.field.map(|field| field.field);
            let decided = in_force.get(&(id.clone(), field));
            found
                .record(&mut writing, newest.get(&field), decided, at)
                .await?;
        }
        let kept: HashSet<Option<FieldId>> = found
            .iter()
            .map(|found| found.field.map(|field| field.field))
            .collect();
        let gone = newest.values().filter(|one| !kept.contains(&one.field));
        for suggestion in gone {
            store::end(&mut writing, suggestion.id, Status::Withdrawn, at).await?;
        }
        Ok(writing.commit().await?)
    }

    /// Ends what is suggested of a dataset that is gone.
    async fn withdraw(&self, dataset: &DatasetId, at: Timestamp) -> Result<()> {
        let mut writing = yandu_store::writing(self.store.pool()).await?;
        for suggestion in store::newest(&mut writing, dataset).await?.values() {
            store::end(&mut writing, suggestion.id, Status::Withdrawn, at).await?;
        }
        Ok(writing.commit().await?)
    }

    fn found<'a>(
        &self,
        rules: &Rules,
        facts: &'a DatasetFacts,
        in_force: &HashMap<(DatasetId, Option<FieldId>), Classified>,
    ) -> Vec<Found<'a>> {
        let mut found = Vec::with_capacity(facts.fields.len() + 1);
        let mut classes: BTreeMap<String, String> = BTreeMap::new();
        let mut highest = facts.declared;
        for field in &facts.fields {
            let decided = in_force.get(&(facts.dataset.clone(), Some(field.field)));
            let present = present(field, decided);
            highest = highest.max(present);
            let mut suggested = suggest(rules, field, present);
            if decided.is_some_and(|decided| field.declared > decided.declared)
                && field.declared >= suggested.grade
            {
                suggested.grade = field.declared;
                suggested.confidence = 1.0;
                suggested.reasons.push(Reason::Declared {
                    grade: field.declared,
                });
            }
            let class = decided.and_then(|decided| decided.class.clone());
            if let Some(class) = class.or_else(|| suggested.class.clone()) {
                classes.insert(field.name.clone(), class);
            }
            let holds = suggested.grade > present
                && decided.is_none()
                && match self.until_confirmed {
                    UntilConfirmed::Declared => false,
                    UntilConfirmed::Checked => suggested.is_checked() && !field.is_declared,
                    UntilConfirmed::Stricter => true,
                };
            found.push(Found {
                facts,
                field: Some(field),
                suggested,
                present,
                holds,
            });
        }
        let decided = in_force.get(&(facts.dataset.clone(), None));
        let present = decided.map_or(highest, |decided| decided.grade.max(highest));
        let whole = suggest_whole(rules, &classes);
        if let Some(suggested) = whole.filter(|suggested| suggested.grade > present) {
            found.push(Found {
                facts,
                field: None,
                suggested,
                present,
                holds: self.until_confirmed == UntilConfirmed::Stricter,
            });
        }
        found
    }
}

impl Found<'_> {
    /// Opens a suggestion where the evidence is new, and refreshes an open one where it is not.
    async fn record(
        &self,
        writing: &mut SqliteConnection,
        newest: Option<&Suggestion>,
        decided: Option<&Classified>,
        at: Timestamp,
    ) -> Result<()> {
        let evidence = self.suggested.evidence();
        match newest {
            Some(open) if open.status == Status::Open => {
                // What was found among values stands until somebody decides, though the next delivery has less of it.
                let found_among_values = open
                    .reasons
                    .iter()
                    .any(|reason| matches!(reason, Reason::Content { .. }));
                if found_among_values && self.suggested.grade < open.grade {
                    return Ok(());
                }
                if open.evidence == evidence {
                    let refreshed = Suggestion {
                        id: open.id,
                        ..self.suggestion(evidence, open.opened_at)
                    };
                    // Most looks find what the one before found, and nobody else can write meanwhile.
                    if refreshed == *open {
                        return Ok(());
                    }
                    return store::refresh(writing, &refreshed).await;
                }
                store::end(writing, open.id, Status::Superseded, at).await?;
            }
            Some(closed) => {
                let is_known = closed.evidence == evidence && closed.status != Status::Withdrawn;
                // What somebody decided stands until something speaks for more.
                let is_contradicted = decided.is_none() || self.suggested.grade > self.present;
                if is_known || !is_contradicted {
                    return Ok(());
                }
            }
            // Whoever decided without a suggestion has decided.
            None if decided.is_some() && self.suggested.grade <= self.present => return Ok(()),
            None => {}
        }
        store::insert(writing, &self.suggestion(evidence, at)).await
    }

    fn suggestion(&self, evidence: String, at: Timestamp) -> Suggestion {
        let suggested = &self.suggested;
        Suggestion {
            id: 0,
            dataset: self.facts.dataset.clone(),
            owner: self.facts.owner.clone(),
            field: self.field.map(|field| field.field),
            name: self.field.map(|field| field.name.clone()),
            class: suggested.class.clone(),
            grade: suggested.grade,
            confidence: suggested.confidence,
            reasons: suggested.reasons.clone(),
            evidence,
            present: self.present,
            bearing: Bearing::of(suggested.grade, self.present, suggested.confidence),
            holds: self.holds,
            status: Status::Open,
            batch: self.facts.batch.clone(),
            opened_at: at,
            decided_by: None,
            decided_at: None,
            reason: None,
        }
    }
}

/// The grade in force of a field, what holds meanwhile apart.
fn present(field: &FieldFacts, decided: Option<&Classified>) -> Grade {
    let own = match decided {
        Some(decided) => in_force_grade(decided, field.declared),
        None => field.declared,
    };
    // A lowering was decided over what flowed in then.
    let is_lowered = decided.is_some_and(|decided| {
        decided.is_lowering && decided.inflow >= field.inflow.as_ref().map(|inflow| inflow.grade)
    });
    match &field.inflow {
        Some(inflow) if !is_lowered => own.max(inflow.grade),
        _ => own,
    }
}

/// What holds until somebody decides, in an order that does not depend on when it was found.
async fn holding(
    writing: &mut SqliteConnection,
) -> Result<Vec<(DatasetId, Option<FieldId>, Grade)>> {
    let holding = store::holding(writing).await?.into_iter();
    let mut holding: Vec<_> = holding
        .map(|one| (one.dataset, one.field, one.grade))
        .collect();
    holding.sort();
    Ok(holding)
}
