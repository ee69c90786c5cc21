use std::cell::Cell;

use jiff::civil::{Date, date};
use serde_json::json;
use yandu_lake::Principal;

use super::city::{City, ask, value};
use crate::answered::{Answered, Ground};
use crate::asked::Asked;
use crate::{Ask, Target};

/// What is held for one city, and how often an answer was made.
struct Counted {
    answered: Answered,
    made: Cell<usize>,
}

impl Counted {
    /// Whether the answer that `reader` gets on a day is the one that was made before.
    async fn is_held(&self, city: &City, reader: &str, ask: &Ask, today: Date) -> bool {
        let before = self.made.get();
        let me = Principal::local_administrator();
        let definition = city.metrics.definition(&ask.metric).unwrap();
        let cells = city.metrics.cells(&me, &definition).await.unwrap();
        let areas = city.metrics.areas(&me).await.unwrap();
        let ground = Ground {
            definition: &definition,
            cells: &cells,
            areas: &areas,
            today,
        };
        let make = || {
            self.made.set(self.made.get() + 1);
            Asked::new(&definition, &cells, &areas, &ask.by, &ask.only, today)?.answer(ask)
        };
        let answer = self.answered.answer(reader.to_owned(), ask, &ground, make);
        let again = city.ask(ask).await;
        assert_eq!(value(&answer.unwrap()), value(&again));
        self.made.get() == before
    }
}

fn cell(opened: i64) -> serde_json::Value {
    json!({"month": "2025-06-01", "division": "320902", "kind": "5G", "opened": opened, "in_use": 10, "cost": "1.00", "level": 1.0})
}

#[tokio::test]
async fn an_answer_is_made_again_once_something_that_it_follows_from_is_another() {
    let mut city = City::on("2025-07-10").await;
    city.write("base.cell", &[cell(5)]).await;
    let counted = Counted {
        answered: Answered::new(),
        made: Cell::new(0),
    };
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
    city.declare(|_, text| text.replace("{zh: 数}", "{zh: 量}"));
    assert!(
        !counted.is_held(&city, "a", &asked, tomorrow).await,
        "another declaration"
    );
    assert_eq!(city.ask(&asked).await.definition.file.title.zh, "量");
}

#[tokio::test]
async fn an_answer_of_many_points_is_not_held() {
    let mut city = City::on("2025-07-10").await;
    city.write("base.cell", &[cell(5)]).await;
    let counted = Counted {
        answered: Answered::new(),
        made: Cell::new(0),
    };
    let today = date(2025, 7, 10);
    for (points, is_held) in [(400, true), (401, false)] {
        let asked = Ask {
            points,
            ..ask("opened")
        };
        assert!(!counted.is_held(&city, "a", &asked, today).await);
        assert_eq!(counted.is_held(&city, "a", &asked, today).await, is_held);
    }
}
