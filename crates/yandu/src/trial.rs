//! The tests of a pack: rows are really collected and models really refreshed, in a city of their own.

use std::error::Error;
use std::sync::Arc;

use yandu_collect::trial::{Trial, TrialResult};
use yandu_pack::declare::Test;
use yandu_pack::{Pack, PackTest, Packs};
use yandu_transform::{Refreshed, RunStatus, Transform, Trigger};
use yandu_words::id::{DatasetId, PackId};

use crate::failure::{Failure, Result};

/// Runs every test of a pack.
pub(crate) async fn run(packs: &Arc<Packs>, pack: &PackId) -> Vec<TrialResult> {
    let mut results = Vec::new();
    let Some(pack) = packs.pack(pack) else {
        return results;
    };
    for PackTest { path, test } in pack.tests() {
        let file = path
            .strip_prefix(pack.folder())
            .unwrap_or(path)
            .display()
            .to_string();
        let differences = trial(packs, pack, test)
            .await
            .unwrap_or_else(|failure| vec![failure.line()]);
        results.push(TrialResult {
            name: test.name.clone().unwrap_or_else(|| file.clone()),
            file,
            differences,
        });
    }
    results
}

async fn trial(packs: &Arc<Packs>, pack: &Pack, test: &Test) -> Result<Vec<String>> {
    let trial = Trial::open(packs).await.map_err(failed)?;
    let models = Models::open(&trial, packs, test.then.model.as_ref()).await?;
    trial.prepare(&test.given).await.map_err(failed)?;
    models.refresh(false).await?;
    let outcome = trial
        .deliver(pack.folder(), &test.given)
        .await
        .map_err(failed)?;
    let mut differences = trial.compare(test, &outcome).await.map_err(failed)?;
    if let (Some(model), Some(expected)) = (&test.then.model, &test.then.rows) {
        if let Some(left) = models.refresh(false).await? {
            differences.push(left);
        }
        let found = trial.compare_model(model, expected).await.map_err(failed)?;
        differences.extend(found);
        differences.extend(models.anew(&trial, model).await?);
    }
    Ok(differences)
}

/// The models of a test, when it is about one.
struct Models<'a> {
    transform: Option<(Transform, &'a DatasetId)>,
}

impl<'a> Models<'a> {
    async fn open(trial: &Trial, packs: &Arc<Packs>, model: Option<&'a DatasetId>) -> Result<Self> {
        let Some(model) = model else {
            return Ok(Self { transform: None });
        };
        let (folder, store) = (trial.folder().clone(), trial.store().clone());
        let transform =
            Transform::open(folder, store, trial.lake().clone(), Arc::clone(packs)).await?;
        Ok(Self {
            transform: Some((transform, model)),
        })
    }

    /// Refreshes all models; answers why the one that the test is about was not.
    async fn refresh(&self, full: bool) -> Result<Option<String>> {
        let Some((transform, model)) = &self.transform else {
            return Ok(None);
        };
        let all = transform.run_all(Trigger::Request, full, None).await?;
        let refreshed = all.into_iter().find(|(id, _)| id == *model);
        Ok(match refreshed {
            None => Some(format!("there is no model `{model}` that can be refreshed")),
            Some((_, Refreshed::Left(why))) => Some(format!("`{model}` was not refreshed: {why}")),
            Some((_, Refreshed::Fresh)) => None,
            Some((_, Refreshed::Ran(run))) if run.status == RunStatus::Done => None,
            Some((_, Refreshed::Ran(run))) => {
                let why = run.error.map(|error| error.message).unwrap_or_default();
                Some(format!(
                    "the refresh of `{model}` ended as {}: {why}",
                    run.status.name()
                ))
            }
        })
    }

    /// Whether the rows stay the same when everything is computed anew.
    async fn anew(&self, trial: &Trial, model: &DatasetId) -> Result<Option<String>> {
        let before = trial.rows_of(model).await.map_err(failed)?;
        if let Some(left) = self.refresh(true).await? {
            return Ok(Some(left));
        }
        let after = trial.rows_of(model).await.map_err(failed)?;
        Ok((before != after).then(|| {
            format!("`{model}`: computed anew as a whole, the rows are others than after following the change")
        }))
    }
}

fn failed(error: impl Error + 'static) -> Failure {
    Failure::of(&error)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use yandu_collect::SqlConditions;

    use super::*;

    #[tokio::test]
    async fn every_pack_loads_and_its_tests_pass() {
        let packs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs"));
        let loaded = Packs::load(&[packs], &SqlConditions);
        let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        let packs = Arc::new(loaded.packs);
        let mut failed = Vec::new();
        let mut count = 0;
        for pack in packs.packs() {
            for result in run(&packs, pack.id()).await {
                count += 1;
                if !result.differences.is_empty() {
                    failed.push(format!(
                        "{} {}: {}\n    {}",
                        pack.id(),
                        result.file,
                        result.name,
                        result.differences.join("\n    ")
                    ));
                }
            }
        }
        assert!(
            failed.is_empty(),
            "{} of {count} tests fail\n{}",
            failed.len(),
            failed.join("\n")
        );
        assert!(count >= 40, "the packs have {count} tests");
    }

    #[tokio::test]
    async fn every_model_of_the_packs_has_a_test() {
        let packs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs"));
        let packs = Packs::load(&[packs], &yandu_pack::AnyCondition).packs;
        let tested: Vec<&DatasetId> = packs
            .packs()
            .flat_map(Pack::tests)
            .filter_map(|test| test.test.then.model.as_ref())
            .collect();
        let untested: Vec<&DatasetId> = packs
            .models()
            .map(yandu_pack::Model::id)
            .filter(|id| !tested.contains(id))
            .collect();
        assert!(untested.is_empty(), "no test is about {untested:?}");
    }
}
