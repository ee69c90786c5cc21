use yandu_words::Grade;

use super::*;
use crate::lineage::GraphBuilder;
use crate::lineage::walk::tests::{dataset, model};

/// A register of people with a sensitive number, and three steps of models over it.
fn graph(lowered: Option<&str>) -> Graph {
    let mut builder = GraphBuilder::default();
    let mut person = dataset("city.person", "公安局", &["id", "mobile", "town"]);
    person.columns[1].grade = Grade::General3;
    builder.dataset(person);
    builder.dataset(dataset("city.copy", "公安局", &["mobile", "town"]));
    let mut count = dataset("city.count", "公安局", &["town", "phones"]);
    count.columns[1].lowered = lowered.map(str::to_owned);
    builder.dataset(count);
    builder.dataset(dataset("city.total", "公安局", &["phones"]));
    builder.model(
        &"city.copy".parse().unwrap(),
        &model(
            &["city.person"],
            &[
                "mobile: city.person.mobile transformed",
                "town: city.person.town copied",
                "*: city.person.mobile filter",
            ],
        ),
    );
    builder.model(
        &"city.count".parse().unwrap(),
        &model(
            &["city.copy"],
            &[
                "town: city.copy.town copied",
                "phones: city.copy.mobile aggregated",
            ],
        ),
    );
    builder.model(
        &"city.total".parse().unwrap(),
        &model(&["city.count"], &["phones: city.count.phones aggregated"]),
    );
    builder.build()
}

fn found(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (model, columns) in inherited_grades(graph) {
        for InheritedGrade {
            column,
            inherited,
            lowered,
            is_aggregated: _,
        } in columns
        {
            let why = lowered.map(|why| format!(", {why}")).unwrap_or_default();
            found.push(format!(
                "{model}.{column} {} {:?} {} from {}{why}",
                inherited.declared,
                inherited.standing,
                inherited.grade,
                inherited.from.join(", "),
            ));
        }
    }
    found
}

#[test]
fn a_grade_flows_with_values_through_every_model_and_not_with_filters() {
    assert_eq!(
        found(&graph(None)),
        [
            "city.copy.mobile general-1 Below general-3 from city.person.mobile",
            "city.copy.town general-1 Kept general-1 from city.person.town",
            "city.count.town general-1 Kept general-1 from city.copy.town",
            "city.count.phones general-1 Unexplained general-3 from city.copy.mobile",
            "city.total.phones general-1 Unexplained general-3 from city.count.phones",
        ]
    );
}

#[test]
fn an_aggregate_lowers_a_grade_only_where_its_column_says_why() {
    assert_eq!(
        found(&graph(Some("counts of towns")))[3..],
        [
            "city.count.phones general-1 Lowered general-3 from city.copy.mobile, counts of towns",
            "city.total.phones general-1 Kept general-1 from city.count.phones",
        ]
    );
}
