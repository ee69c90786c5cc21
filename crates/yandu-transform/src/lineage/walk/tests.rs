use expect_test::{Expect, expect};
use yandu_lake::{Flow, FlowKind, OutputColumn, SqlLineage};
use yandu_words::{Grade, Title};

use super::*;
use crate::lineage::{ColumnNode, DatasetNode, GraphBuilder, Impact, SourceNode};

pub(crate) fn dataset(id: &str, owner: &str, columns: &[&str]) -> DatasetNode {
    DatasetNode {
        id: id.parse().unwrap(),
        title: Title::new(id, id),
        origin: "model".to_owned(),
        owner: owner.to_owned(),
        steward: None,
        grade: Grade::General1,
        columns: columns
            .iter()
            .map(|name| ColumnNode {
                is_settled_lower: false,
                name: (*name).to_owned(),
                title: Title::new(*name, *name),
                grade: Grade::General1,
                lowered: None,
            })
            .collect(),
    }
}

fn flow(text: &str) -> Flow {
    let (column, kind) = text.split_once(' ').unwrap();
    let (dataset, column) = column.rsplit_once('.').unwrap();
    Flow {
        dataset: dataset.parse().unwrap(),
        column: column.to_owned(),
        kind: FlowKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .unwrap(),
    }
}

/// `"out: a.b.c copied, a.b.d aggregated"` a column, `"*: …"` for the whole.
pub(crate) fn model(inputs: &[&str], columns: &[&str]) -> SqlLineage {
    let mut lineage = SqlLineage {
        inputs: inputs.iter().map(|id| id.parse().unwrap()).collect(),
        columns: Vec::new(),
        whole: Vec::new(),
        order: Vec::new(),
    };
    for column in columns {
        let (name, flows) = column.split_once(':').unwrap();
        let from = flows
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(flow)
            .collect();
        if name == "*" {
            lineage.whole = from;
        } else {
            lineage.columns.push(OutputColumn {
                name: name.to_owned(),
                from,
            });
        }
    }
    lineage
}

/// A register, what is made of it, and what is made of that.
fn city() -> Graph {
    let mut builder = GraphBuilder::default();
    builder.dataset(dataset("city.person", "公安局", &["id", "mobile", "town"]));
    builder.dataset(dataset("city.town", "民政局", &["id", "name"]));
    builder.dataset(dataset("aid.contact", "民政局", &["id", "phone", "town"]));
    builder.dataset(dataset("aid.count", "数据局", &["town", "people"]));
    builder.dataset(dataset("aid.total", "数据局", &["people"]));
    let source = SourceNode {
        id: "city.police".parse().unwrap(),
        title: Title::new("公安", "Police"),
    };
    builder.source(source, &"city.person".parse().unwrap());
    builder.model(
        &"aid.contact".parse().unwrap(),
        &model(
            &["city.person", "city.town"],
            &[
                "id: city.person.id copied",
                "phone: city.person.mobile transformed",
                "town: city.town.name copied",
                "*: city.person.town join, city.town.id join",
            ],
        ),
    );
    builder.model(
        &"aid.count".parse().unwrap(),
        &model(
            &["aid.contact"],
            &[
                "town: aid.contact.town copied",
                "people:",
                "*: aid.contact.town group, aid.contact.phone filter",
            ],
        ),
    );
    builder.model(
        &"aid.total".parse().unwrap(),
        &model(&["aid.count"], &["people: aid.count.people aggregated"]),
    );
    let (person, town) = ("city.person".parse().unwrap(), "city.town".parse().unwrap());
    builder.reference((&town, "id"), (&person, "town"));
    builder.build()
}

fn check(walk: Walk, of: &str, expected: &Expect) {
    let graph = city();
    let parts: Vec<&str> = of.splitn(3, '.').collect();
    let id = format!("{}.{}", parts[0], parts[1]).parse().unwrap();
    let root = graph.find(&id, parts.get(2).copied()).unwrap();
    let reach = walk.from(&graph, root);
    let mut text: String = reach
        .edges
        .iter()
        .map(|edge| {
            format!(
                "{} -> {} {}\n",
                graph.name(edge.from),
                graph.name(edge.to),
                edge.kind.name()
            )
        })
        .collect();
    for (told, word) in [(reach.is_cut, "cut"), (reach.is_deeper, "deeper")] {
        if told {
            text += &format!("… {word}\n");
        }
    }
    expected.assert_eq(&text);
}

fn up() -> Walk {
    Walk {
        direction: Direction::Up,
        ..Walk::default()
    }
}

#[test]
fn a_column_is_followed_down_through_values_and_decisions() {
    check(
        Walk::default(),
        "city.person.mobile",
        &expect![[r"
        city.person.mobile -> aid.contact.phone transformed
        aid.contact.phone -> aid.count filter
        aid.count -> aid.total reads
    "]],
    );
    check(
        Walk::default(),
        "city.town.id",
        &expect![[r"
        city.town.id -> aid.contact join
        city.town.id -> city.person.town reference
        aid.contact -> aid.count reads
        aid.count -> aid.total reads
    "]],
    );
}

#[test]
fn values_alone_are_followed_when_that_is_asked() {
    let direct = Walk {
        indirect: false,
        ..Walk::default()
    };
    check(
        direct,
        "city.person.mobile",
        &expect![[r"
        city.person.mobile -> aid.contact.phone transformed
    "]],
    );
}

#[test]
fn a_column_is_followed_up_to_its_sources() {
    check(
        up(),
        "aid.contact.phone",
        &expect![[r"
        city.person.mobile -> aid.contact.phone transformed
        city.person.town -> aid.contact join
        city.town.id -> aid.contact join
        source:city.police -> city.person collects
        city.town.id -> city.person.town reference
    "]],
    );
    check(
        up(),
        "aid.total.people",
        &expect![[r"
        aid.count.people -> aid.total.people aggregated
        aid.contact.phone -> aid.count filter
        aid.contact.town -> aid.count group
        city.person.mobile -> aid.contact.phone transformed
        city.person.town -> aid.contact join
        city.town.id -> aid.contact join
        city.town.name -> aid.contact.town copied
        source:city.police -> city.person collects
        city.town.id -> city.person.town reference
    "]],
    );
}

#[test]
fn datasets_are_followed_without_their_columns() {
    let datasets = Walk {
        columns: false,
        direction: Direction::Both,
        ..Walk::default()
    };
    check(
        datasets,
        "aid.contact",
        &expect![[r"
        city.person -> aid.contact copied
        city.person -> aid.contact transformed
        city.person -> aid.contact join
        city.town -> aid.contact copied
        city.town -> aid.contact join
        city.town -> city.person reference
        source:city.police -> city.person collects
        aid.contact -> aid.count copied
        aid.contact -> aid.count filter
        aid.contact -> aid.count group
        aid.count -> aid.total aggregated
    "]],
    );
    check(
        datasets,
        "city.person.mobile",
        &expect![[r"
        source:city.police -> city.person collects
        city.person -> aid.contact transformed
        aid.contact -> aid.count filter
        aid.count -> aid.total aggregated
    "]],
    );
}

#[test]
fn what_is_cut_off_is_said() {
    let near = Walk {
        depth: 1,
        ..Walk::default()
    };
    check(
        near,
        "city.person.mobile",
        &expect![[r"
        city.person.mobile -> aid.contact.phone transformed
        … deeper
    "]],
    );
    let few = Walk {
        limit: 1,
        ..Walk::default()
    };
    check(
        few,
        "city.person",
        &expect![[r"
        city.person.id -> aid.contact.id copied
        … cut
    "]],
    );
}

#[test]
fn an_impact_names_whom_to_call() {
    let graph = city();
    let root = graph
        .find(&"city.person".parse().unwrap(), Some("mobile"))
        .unwrap();
    let impact = Impact::of(&graph, root);
    assert_eq!((impact.datasets, impact.columns), (3, 4));
    let owners: Vec<_> = impact
        .owners
        .iter()
        .map(|owner| {
            let datasets = owner.datasets.iter().map(|dataset| {
                (
                    dataset.id.as_str(),
                    dataset.is_direct,
                    dataset.columns.join(","),
                )
            });
            (owner.name.as_str(), datasets.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(
        owners,
        [
            (
                "数据局",
                vec![
                    ("aid.count", false, String::new()),
                    ("aid.total", false, String::new())
                ]
            ),
            ("民政局", vec![("aid.contact", true, "phone".to_owned())]),
        ]
    );
}

#[test]
fn one_column_of_a_hundred_thousand_costs_only_what_it_reaches() {
    // A chain of a thousand datasets of a hundred columns: each column feeds its namesake in the next one.
    let names: Vec<String> = (0..100).map(|column| format!("c{column}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut builder = GraphBuilder::default();
    for number in 0..1_000 {
        builder.dataset(dataset(&format!("p{}.d{number}", number % 10), "x", &names));
    }
    for number in 1..1_000 {
        let before = format!("p{}.d{}", (number - 1) % 10, number - 1);
        let columns: Vec<String> = names
            .iter()
            .map(|name| format!("{name}: {before}.{name} copied"))
            .collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        builder.model(
            &format!("p{}.d{number}", number % 10).parse().unwrap(),
            &model(&[&before], &columns),
        );
    }
    let graph = builder.build();
    assert_eq!(graph.columns(), 100_000);
    let root = graph.find(&"p0.d500".parse().unwrap(), Some("c7")).unwrap();
    let reach = Walk {
        direction: Direction::Both,
        indirect: false,
        ..Walk::default()
    }
    .from(&graph, root);
    assert_eq!(
        reach
            .edges
            .iter()
            .filter(|edge| edge.kind.is_direct())
            .count(),
        999
    );
    let whole: HashSet<Vertex> = reach
        .vertices()
        .into_iter()
        .filter(|vertex| matches!(vertex, Vertex::Dataset(_)))
        .collect();
    assert!(
        whole.is_empty(),
        "a column was followed through whole datasets"
    );
}
