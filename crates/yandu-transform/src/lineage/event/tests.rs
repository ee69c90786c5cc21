use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Registry;
use serde_json::{Value, json};
use yandu_pack::{AnyCondition, Packs};

use super::*;
use crate::lineage::Lineage;

/// The packs of the repository.
static PACKS: LazyLock<Packs> = LazyLock::new(|| {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    Packs::load(&[packs], &AnyCondition).packs
});

static LINEAGE: LazyLock<Lineage> = LazyLock::new(|| Lineage::of(&PACKS));

macro_rules! schemas {
    ($($name:literal)+) => {
        [$(include_str!(concat!("tests/openlineage/", $name, ".json"))),+]
    };
}

/// Validates against the definition at an address, with nothing fetched.
fn faults(address: &str, value: &Value) -> Vec<String> {
    let mut registry = Registry::new();
    for text in schemas!("OpenLineage" "ColumnLineageDatasetFacet" "SchemaDatasetFacet" "OwnershipDatasetFacet"
        "OwnershipJobFacet" "DocumentationDatasetFacet" "DatasetTypeDatasetFacet" "DatasetVersionDatasetFacet"
        "DatasourceDatasetFacet" "SQLJobFacet" "JobTypeJobFacet" "ProcessingEngineRunFacet" "ErrorMessageRunFacet" "ExternalQueryRunFacet"
        "OutputStatisticsOutputDatasetFacet" "DataQualityMetricsDatasetFacet" "DataQualityAssertionsDatasetFacet")
    {
        let schema: Value = serde_json::from_str(text).unwrap();
        let id = schema["$id"].as_str().unwrap().to_owned();
        registry = registry.add(id, schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": address}))
        .unwrap();
    validator
        .iter_errors(value)
        .map(|error| error.to_string())
        .collect()
}

/// Everything in a value that says which schema it has.
fn facets<'a>(value: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
    if let Some(address) = value.get("_schemaURL").and_then(Value::as_str) {
        found.push((address, value));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|value| facets(value, found)),
        Value::Array(items) => items.iter().for_each(|value| facets(value, found)),
        _ => {}
    }
}

fn must_be_valid(event: &Value) -> BTreeSet<String> {
    let address = event["schemaURL"].as_str().unwrap();
    assert_eq!(faults(address, event), [""; 0], "{event:#}");
    let mut found = Vec::new();
    facets(event, &mut found);
    for (address, facet) in &found {
        assert_eq!(faults(address, facet), [""; 0], "{address} {facet:#}");
    }
    let name = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    found.iter().map(|(address, _)| name(address)).collect()
}

fn dataset(id: &str) -> &'static yandu_pack::Dataset {
    PACKS.dataset(&id.parse().unwrap()).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

const MODEL: &str = "population.household_by_township";

fn refresh(end: Option<End<'static>>) -> Run<'static> {
    let id: yandu_words::DatasetId = MODEL.parse().unwrap();
    Run {
        id: "01990a6e-9b5f-7c1e-8a4b-2f6d0f1c2b3a",
        work: Work::Refresh { sql: "SELECT 1" },
        started_at: at(0),
        inputs: vec![Flowing {
            dataset: dataset("population.household_profile"),
            version: Some(4),
        }],
        output: Flowing {
            dataset: dataset(MODEL),
            version: Some(9),
        },
        lineage: LINEAGE.models.get(&id).map(AsRef::as_ref),
        end,
    }
}

fn ended(outcome: Outcome<'static>) -> End<'static> {
    End {
        at: at(5),
        outcome,
        rows: 12,
        bytes: Some(345),
        quality: Some(Quality {
            rows: 12,
            columns: vec![ColumnQuality {
                name: "households".to_owned(),
                nulls: 2,
                distinct: 9,
            }],
            assertions: vec![Assertion {
                name: "not-negative".to_owned(),
                column: Some("households".to_owned()),
                has_passed: false,
                is_hard: true,
                rows: 3,
            }],
        }),
    }
}

#[test]
fn a_refresh_gives_a_start_and_an_end_that_validate() {
    let run = refresh(Some(ended(Outcome::Complete)));
    let (start, end) = (run.start(), run.end().unwrap());
    must_be_valid(&start);
    let facets = must_be_valid(&end);
    for facet in [
        "ColumnLineageDatasetFacet",
        "DataQualityAssertionsDatasetFacet",
        "DataQualityMetricsDatasetFacet",
        "DatasetVersionDatasetFacet",
        "ExternalQueryRunFacet",
        "OutputStatisticsOutputDatasetFacet",
        "OwnershipDatasetFacet",
        "SQLJobFacet",
        "SchemaDatasetFacet",
    ] {
        assert!(facets.contains(facet), "no {facet} in {facets:?}");
    }
    assert_eq!(
        (&start["eventType"], &end["eventType"]),
        (&json!("START"), &json!("COMPLETE"))
    );
    assert_eq!(start["run"]["runId"], end["run"]["runId"]);
    assert_eq!(
        end["outputs"][0]["facets"]["version"]["datasetVersion"],
        "9"
    );
    assert!(start["outputs"][0]["facets"].get("version").is_none());
}

#[test]
fn an_output_says_where_its_columns_come_from_and_how() {
    let end = refresh(Some(ended(Outcome::Complete))).end().unwrap();
    let lineage = &end["outputs"][0]["facets"]["columnLineage"];
    let people = &lineage["fields"]["people"]["inputFields"][0];
    assert_eq!(people["name"], "population.household_profile");
    assert_eq!(people["field"], "members");
    assert_eq!(people["transformations"][0]["type"], "DIRECT");
    assert_eq!(people["transformations"][0]["subtype"], "AGGREGATION");
    let group = &lineage["dataset"][0];
    assert_eq!(
        (&group["field"], &group["transformations"][0]["subtype"]),
        (&json!("township"), &json!("GROUP_BY"))
    );
    assert_eq!(group["transformations"][0]["type"], "INDIRECT");
}

#[test]
fn every_model_of_the_packs_gives_valid_events() {
    assert!(LINEAGE.unknown.is_empty(), "{:?}", LINEAGE.unknown);
    assert!(LINEAGE.models.len() > 5);
    for model in PACKS.models() {
        let lineage = &LINEAGE.models[model.id()];
        let run = Run {
            work: Work::Refresh { sql: model.sql() },
            inputs: lineage
                .inputs
                .iter()
                .map(|input| Flowing {
                    dataset: dataset(input.as_str()),
                    version: Some(1),
                })
                .collect(),
            output: Flowing {
                dataset: dataset(model.id().as_str()),
                version: Some(2),
            },
            lineage: Some(lineage),
            ..refresh(Some(ended(Outcome::Complete)))
        };
        must_be_valid(&run.end().unwrap());
    }
}

#[test]
fn a_failure_says_why() {
    let outcome = Outcome::Fail {
        code: "query",
        message: "divide by zero",
    };
    let end = refresh(Some(ended(outcome))).end().unwrap();
    assert!(must_be_valid(&end).contains("ErrorMessageRunFacet"));
    assert_eq!(end["eventType"], "FAIL");
    assert_eq!(
        end["run"]["facets"]["errorMessage"]["message"],
        "query: divide by zero"
    );
    for (outcome, word) in [(Outcome::Abort, "ABORT"), (Outcome::Running, "RUNNING")] {
        let end = refresh(Some(ended(outcome))).end().unwrap();
        must_be_valid(&end);
        assert_eq!(end["eventType"], word);
    }
    assert!(refresh(None).end().is_none());
}

#[test]
fn a_delivery_comes_from_its_source() {
    let run = Run {
        id: "a batch that has no uuid",
        work: Work::Collect {
            source: Some("population.public_security"),
            delivered_as: "residents.csv",
        },
        inputs: Vec::new(),
        output: Flowing {
            dataset: dataset("population.resident"),
            version: Some(3),
        },
        lineage: None,
        ..refresh(Some(ended(Outcome::Complete)))
    };
    let end = run.end().unwrap();
    must_be_valid(&end);
    assert_eq!(
        end["inputs"][0]["name"],
        "source:population.public_security"
    );
    assert_eq!(end["job"]["name"], "collect.population.resident");
    assert_eq!(end["run"]["runId"], run.start()["run"]["runId"]);
}

#[test]
fn what_is_wrong_does_not_validate() {
    let mut event = refresh(None).start();
    event["run"]["runId"] = json!("no uuid");
    assert_ne!(faults(RUN_EVENT, &event), [""; 0]);
    let lineage = json!({"_producer": "urn:x", "_schemaURL": "urn:x", "fields": {"a": {}}});
    let address = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet";
    assert_ne!(faults(address, &lineage), [""; 0]);
}
