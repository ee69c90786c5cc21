//! Random cells: what is put together from memory is what SQL says over all rows.

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use yandu_lake::{Number, Principal, ReadPoint};

use super::{City, ask};
use crate::{AreaLevel, Ask, By, Only};

const DIVISIONS: [&str; 4] = ["320902001", "320902010", "320903100", "320902"];
const KINDS: [&str; 3] = ["4G", "5G", "6G"];

fn random(source: &mut StdRng) -> Vec<Value> {
    let mut cells = Vec::new();
    for month in 1..=source.random_range(1..=18) {
        let (year, month) = (2024 + (month - 1) / 12, (month - 1) % 12 + 1);
        for division in DIVISIONS {
            for kind in KINDS {
                if source.random_range(0..4) == 0 {
                    continue;
                }
                let mut some = |most: i64| {
                    (source.random_range(0..6) > 0).then(|| source.random_range(0..most))
                };
                cells.push(json!({
                    "month": format!("{year}-{month:02}-01"), "division": division, "kind": kind,
                    "opened": some(20), "in_use": some(5), "cost": some(900).map(|cents| format!("{}.{:02}", cents / 100, cents % 100)),
                    "level": some(100).map(|value| value as f64 / 4.0),
                }));
            }
        }
    }
    cells
}

async fn by_sql(city: &City, sql: &str) -> Option<f64> {
    let session = city
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    let rows = session.query(sql).await.unwrap().collect().await.unwrap();
    let column = cast(rows.first()?.column(0), &DataType::Float64).unwrap();
    column.as_primitive::<Float64Type>().iter().next().flatten()
}

#[tokio::test]
async fn a_number_put_together_in_memory_is_that_of_sql_over_the_rows() {
    let seed = std::env::var("YANDU_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| rand::rng().random());
    println!("YANDU_SEED={seed}");
    let mut source = StdRng::seed_from_u64(seed);
    let mut city = City::on("2026-07-10").await;
    for _ in 0..4 {
        let cells = random(&mut source);
        city.write("base.cell", &cells).await;
        for _ in 0..12 {
            let (name, measure, condition) = [
                ("opened", "sum(opened)", "true"),
                (
                    "share",
                    "100.0 * sum(opened) / nullif(sum(in_use), 0)",
                    "true",
                ),
                ("cost", "sum(cost)", "true"),
                ("level", "avg(level)", "true"),
                ("of_five", "sum(opened)", "kind = '5G'"),
            ][source.random_range(0..5)];
            let period =
                ["2024", "2025", "2024-Q2", "2024-07", "2025-01"][source.random_range(0..5)];
            let kind = KINDS[source.random_range(0..3)];
            let area = ["320902", "320903", "320902010"][source.random_range(0..3)];
            let period: yandu_words::Period = period.parse().unwrap();
            let asked = Ask {
                period: Some(period),
                only: vec![
                    Only {
                        dimension: "kind".parse().unwrap(),
                        values: vec![kind.to_owned()],
                    },
                    Only {
                        dimension: "area".parse().unwrap(),
                        values: vec![area.to_owned()],
                    },
                ],
                ..ask(name)
            };
            let answer = city.ask(&asked).await;
            let found = answer.groups[0].points[0].value;
            let sql = format!(
                "select {measure} from base.cell where {condition} and kind = '{kind}' and starts_with(division, '{area}') \
                 and month between date '{}' and date '{}'",
                period.first_day(),
                period.last_day()
            );
            match (found, by_sql(&city, &sql).await) {
                (Number::Value(found), Some(expected)) => {
                    assert!(
                        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                        "{sql}: {found}, {expected}"
                    );
                }
                (Number::Missing | Number::DividedByZero, None) => {}
                other => panic!("{sql}: {other:?}"),
            }
        }
        let by = Ask {
            by: vec![By {
                dimension: "area".parse().unwrap(),
                level: Some(AreaLevel::County),
            }],
            period: Some("2024".parse().unwrap()),
            ..ask("opened")
        };
        let whole = Ask {
            by: Vec::new(),
            ..by.clone()
        };
        let sum: f64 = city
            .ask(&by)
            .await
            .groups
            .iter()
            .filter_map(|group| match group.points[0].value {
                Number::Value(value) => Some(value),
                _ => None,
            })
            .sum();
        let whole = super::value(&city.ask(&whole).await).unwrap_or(0.0);
        assert!((sum - whole).abs() < 1e-9, "{sum}, {whole}");
    }
}
