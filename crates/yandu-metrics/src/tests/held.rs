use std::cell::Cell;

use jiff::civil::{Date, date};
use serde_json::json;
use yandu_lake::Principal;

use super::city::{City, ask, value};
use crate::answered::{Answered, Ground};
use crate::asked::Asked;
use crate::{Answer, Ask, Target};

/// What is held for one city, and how often an answer was made.
struct Counted {
    answered: Answered,
    made: Cell<usize>,
}

impl Counted {
    fn new() -> Self {
        Self {
            answered: Answered::new(),
            made: Cell::new(0),
        }
    }

    /// Whether the answer that `reader` gets on this ground is the one that was made before.
    fn is_held_on(&self, ground: &Ground<'_>, reader: &str, ask: &Ask) -> (bool, Answer) {
        let before = self.made.get();
        let make = || {
            self.made.set(before + 1);
            let (by, only) = (&ask.by, &ask.only);
            let (cells, areas) = (ground.cells, ground.areas);
            Asked::new(ground.definition, cells, areas, by, only, ground.today)?.answer(ask)
        };
        let answer = self.answered.answer(reader.to_owned(), ask, ground, make);
        (self.made.get() == before, answer.unwrap())
    }

    /// The same in a city as it stands on a day.
    async fn is_held(&self, city: &City, reader: &str, ask: &Ask, today: Date) -> bool {
        let me = Principal::local_administrator();
        let definition = city.metrics.definition(&ask.metric).unwrap();
        let ground = Ground {
            definition: &definition,
            cells: &city.metrics.cells(&me, &definition).await.unwrap(),
            areas: &city.metrics.areas(&me).await.unwrap(),
            today,
        };
        let (is_held, answer) = self.is_held_on(&ground, reader, ask);
        assert_eq!(value(&answer), value(&city.ask(ask).await));
        is_held
    }
}

fn cell(opened: i64) -> serde_json::Value {
    json!({"month": "2025-06-01", "division": "320902", "kind": "5G", "opened": opened, "in_use": 10, "cost": "1.00", "level": 1.0})
}

#[tokio::test]
async fn an_answer_is_made_again_once_something_that_it_follows_from_is_another() {
    let mut city = City::on("2025-07-10").await;
    city.write("base.cell", &[cell(5)]).await;
    let counted = Counted::new();
    let today = date(2025, 7, 10);
    let asked = ask("opened");
    assert!(!counted.is_held(&city, "a", &asked, today).await);
    assert!(counted.is_held(&city, "a", &asked, today).await);

    assert!(
        !counted.is_held(&city, "b", &asked, today).await,
        "somebody else"
    );
    assert!(
        !counted.is_held(&city, "a", &ask("cost"), today).await,
        "another metric"
    );
    let target = |value: f64| {
        let (comparison, due) = (None, None);
        let target = Some(Target {
            value,
            comparison,
            due,
        });
        Ask {
            target,
            ..asked.clone()
        }
    };
    assert!(!counted.is_held(&city, "a", &target(4.0), today).await);
    assert!(
        !counted.is_held(&city, "a", &target(6.0), today).await,
        "another target"
    );
    assert!(counted.is_held(&city, "a", &target(4.0), today).await);

    let tomorrow = date(2025, 7, 11);
    assert!(
        !counted.is_held(&city, "a", &asked, tomorrow).await,
        "another day"
    );
    assert!(counted.is_held(&city, "a", &asked, tomorrow).await);
    city.write("base.cell", &[cell(6)]).await;
    assert!(
        !counted.is_held(&city, "a", &asked, tomorrow).await,
        "other cells"
    );
    assert!(counted.is_held(&city, "a", &asked, tomorrow).await);
    city.write("base.unit_area", &[]).await;
    assert!(
        !counted.is_held(&city, "a", &asked, tomorrow).await,
        "other areas"
    );
    assert!(counted.is_held(&city, "a", &asked, tomorrow).await);
}

#[tokio::test]
async fn an_answer_under_a_former_declaration_is_made_again_though_its_cells_are_the_same() {
    let mut city = City::on("2025-07-10").await;
    city.write("base.cell", &[cell(5)]).await;
    let me = Principal::local_administrator();
    let (counted, asked) = (Counted::new(), ask("opened"));
    let definition = city.metrics.definition(&asked.metric).unwrap();
    let cells = city.metrics.cells(&me, &definition).await.unwrap();
    let areas = city.metrics.areas(&me).await.unwrap();
    let on = |definition| Ground {
        definition,
        cells: &cells,
        areas: &areas,
        today: date(2025, 7, 10),
    };
    assert!(!counted.is_held_on(&on(&definition), "a", &asked).0);
    city.declare(|_, text| text.replace("{zh: 数}", "{zh: 量}"));
    let later = city.metrics.definition(&asked.metric).unwrap();
    assert_eq!(later.version, definition.version, "it means the same");
    let (is_held, answer) = counted.is_held_on(&on(&later), "a", &asked);
    assert!(!is_held);
    assert_eq!(answer.definition.file.title.zh, "量");
}

#[tokio::test]
async fn an_answer_of_many_points_is_not_held() {
    let mut city = City::on("2025-07-10").await;
    city.write("base.cell", &[cell(5)]).await;
    let counted = Counted::new();
    let today = date(2025, 7, 10);
    for (points, is_held) in [(100, true), (101, false)] {
        let asked = Ask {
            points,
            ..ask("opened")
        };
        assert!(!counted.is_held(&city, "a", &asked, today).await);
        assert_eq!(counted.is_held(&city, "a", &asked, today).await, is_held);
    }
}
