//! Random declarations, deliveries and changes that are taken back. Each row is then where the rule of going back says.
//! Beside the city stands another one that gets the same deliveries and no change: whatever that one has, the first one
//! has too, or it waits in its quarantine, or something that came while the change held is in its place.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;
use crate::batch::BatchStatus;

/// Rows by the number of their delivery and their place in it.
type Rows = BTreeMap<(usize, u64), String>;

const TYPES: [&str; 5] = ["text", "integer", "decimal(9,1)", "float", "boolean"];

#[expect(clippy::struct_excessive_bools, reason = "each is drawn by itself")]
#[derive(Debug, Clone)]
struct Declared {
    value: &'static str,
    is_required: bool,
    most: i64,
    key: &'static str,
    has_weight: bool,
    has_more: bool,
    more_is_required: bool,
}

impl Declared {
    fn draw(random: &mut StdRng) -> Self {
        Self {
            value: TYPES[random.random_range(0..TYPES.len())],
            is_required: random.random_bool(0.2),
            most: random.random_range(5..15),
            key: if random.random_bool(0.8) {
                "id"
            } else {
                "id, weight"
            },
            has_weight: true,
            has_more: false,
            more_is_required: false,
        }
    }

    /// One to three things are other than before.
    fn changed(&self, random: &mut StdRng) -> Self {
        let mut changed = self.clone();
        for _ in 0..random.random_range(1..=3) {
            match random.random_range(0..6) {
                0 | 1 => changed.value = TYPES[random.random_range(0..TYPES.len())],
                2 => changed.is_required = !changed.is_required,
                3 => changed.most = random.random_range(3..15),
                4 => {
                    changed.has_more = true;
                    changed.more_is_required = random.random_bool(0.2);
                }
                _ if changed.key == "id" => changed.has_weight = false,
                _ => changed.key = "id",
            }
        }
        changed
    }

    fn yaml(&self) -> String {
        let mut text = format!(
            "dataset: demo.person\ntitle: {{zh: 人员}}\nowner: 市公安局\norigin: collect\nsharing: {{class: unconditional}}\n\
             opening: closed\nrefresh: daily\nkey: [{}]\ncolumns:\n  id: {{title: {{zh: 编号}}, type: text}}\n  \
             value: {{title: {{zh: 值}}, type: '{}', required: {}}}\n",
            self.key, self.value, self.is_required
        );
        if self.has_weight {
            text.push_str("  weight: {title: {zh: 重}, type: integer, required: false}\n");
        }
        if self.has_more {
            text.push_str(&format!(
                "  more: {{title: {{zh: 更多}}, type: text, required: {}}}\n",
                self.more_is_required
            ));
        }
        if self.has_weight {
            text.push_str(&format!(
                "checks:\n  - {{name: weight-most, column: weight, at_most: {}}}\n",
                self.most
            ));
        }
        text
    }
}

/// A delivery whose numbers are written in the one way that they are written back.
fn delivery(random: &mut StdRng) -> String {
    let mut text = "id,value,weight\n".to_owned();
    for _ in 0..random.random_range(1..25) {
        let value = match random.random_range(0..6) {
            0 => String::new(),
            1 => "many".to_owned(),
            2 => "true".to_owned(),
            3 => format!("{}.5", random.random_range(1..9)),
            _ => random.random_range(0..20).to_string(),
        };
        let id = random.random_range(0..30);
        let weight = random.random_range(0..18);
        text.push_str(&format!("k{id},{value},{weight}\n"));
    }
    text
}

struct Delivered {
    city: City,
    /// By number; `None` where only the other city got the delivery.
    batches: Vec<Option<BatchId>>,
}

impl Delivered {
    async fn new(declared: &Declared) -> Self {
        Self {
            city: City::with(&declared.yaml()).await,
            batches: Vec::new(),
        }
    }

    async fn collect(&mut self, content: &str, mode: Mode) -> Outcome {
        let outcome = self.city.collect(content, mode).await;
        assert_eq!(
            outcome.rows_in,
            outcome.rows_kept + outcome.rows_superseded + outcome.rows_quarantined
        );
        self.batches.push(Some(outcome.batch.clone()));
        outcome
    }

    fn number(&self, batch: &str) -> usize {
        let is_it = |own: &Option<BatchId>| own.as_ref().is_some_and(|own| own.as_str() == batch);
        self.batches.iter().position(is_it).unwrap()
    }

    async fn table(&self) -> Rows {
        let lines = self
            .city
            .query("SELECT _batch AS b, _row AS r, * FROM demo.person")
            .await;
        let rows = lines.iter().map(|line| {
            let mut parts = line.splitn(3, '|');
            let id = parts.next().unwrap();
            let row = parts.next().unwrap().parse().unwrap();
            // The id of the batch differs between two cities.
            let cells = parts.next().unwrap().replace(id, "-");
            ((self.number(id), row), cells)
        });
        let rows: Rows = rows.collect();
        assert_eq!(rows.len(), lines.len(), "a row is there twice");
        rows
    }

    /// The id of each row that waits.
    async fn quarantine(&self) -> Rows {
        self.waiting_for(|_| true).await
    }

    /// The id of each row that waits for a reason of its own, not because another one has its key.
    async fn faulty(&self) -> Rows {
        self.waiting_for(|reason| !matches!(reason, "duplicate-key" | "superseded"))
            .await
    }

    async fn waiting_for(&self, has: impl Fn(&str) -> bool) -> Rows {
        let mut waiting = Rows::new();
        for (number, batch) in self.batches.iter().enumerate() {
            let Some(batch) = batch else { continue };
            for row in self.city.waiting(batch).await {
                let mut reasons = row.reasons.iter();
                if reasons.any(|reason| has(&reason.reason)) {
                    let id = row.cells["id"].clone().unwrap_or_default();
                    let former = waiting.insert((number, row.row), id);
                    assert_eq!(former, None, "a row waits twice");
                }
            }
        }
        waiting
    }
}

/// What the columns of a key hold.
fn key<'r>(row: &'r str, declared: &Declared) -> Vec<&'r str> {
    let columns = declared.key.split(',').count();
    let place = |column: usize| if column == 0 { 0 } else { 2 };
    let cells: Vec<&str> = row.split('|').collect();
    (0..columns).map(|column| cells[place(column)]).collect()
}

/// The two cities: one whose packs are changed, and one that gets the same deliveries under the packs of before.
struct Cities {
    before: Declared,
    after: Declared,
    changed: Delivered,
    control: Delivered,
    /// Deliveries before the change.
    early: usize,
    /// The newest snapshot, while the change held, that replaced the table.
    snapshot: Option<usize>,
}

/// The rows of the changed city at one moment.
struct Moment {
    table: Rows,
    waiting: Rows,
}

impl Cities {
    async fn moment(&self) -> Moment {
        Moment {
            table: self.changed.table().await,
            waiting: self.changed.quarantine().await,
        }
    }

    async fn deliver(&mut self, random: &mut StdRng, upserts: f64) {
        let content = delivery(random);
        let mode = if random.random_bool(upserts) {
            Mode::Upsert
        } else {
            Mode::Snapshot
        };
        let outcome = self.changed.collect(&content, mode).await;
        if mode == Mode::Snapshot && outcome.rows_kept > 0 {
            self.snapshot = Some(self.changed.batches.len() - 1);
        }
        if outcome.status == BatchStatus::Refused {
            // Without a column that the change requires, a delivery is no delivery.
            self.control.batches.push(None);
        } else {
            self.control.collect(&content, mode).await;
        }
    }

    /// Changes the packs as the dry run says, and moves nothing but into quarantine.
    async fn apply(&self, before: &Moment) -> Moment {
        let changes = self.changed.city.changes();
        let planned = changes.dry_run(Duration::from_mins(1)).await.unwrap();
        let done = self.changed.city.apply().await;
        let count = |counts: &Option<Counts>| {
            counts
                .as_ref()
                .map(|counts| (counts.rows, counts.quarantined, counts.converted))
        };
        let datasets = planned.unwrap().plan.datasets;
        let planned = datasets.iter().find_map(|plan| count(&plan.counts));
        let found = done.steps.iter().find_map(|step| count(&step.counts));
        assert_eq!(planned, found, "the dry run said what was done");
        let now = self.moment().await;
        for place in before.table.keys() {
            let is_one = now.table.contains_key(place) != now.waiting.contains_key(place);
            assert!(is_one, "{place:?} is neither kept nor quarantined, or both");
        }
        assert!(
            before
                .waiting
                .keys()
                .all(|place| now.waiting.contains_key(place))
        );
        let mut places = now.table.keys();
        assert!(places.all(|place| before.table.contains_key(place)));
        now
    }

    /// Whether two rows show the same. A value that came under another type is the same value, but need not be written as
    /// it was.
    fn is_same(&self, place: &(usize, u64), one: &str, other: &str) -> bool {
        let mut rows = [one, other].map(|row| row.split('|').collect::<Vec<_>>());
        if place.0 >= self.early && self.before.value != self.after.value {
            let [one, other] = rows.each_mut().map(|cells| std::mem::take(&mut cells[1]));
            if !is_same_value(one, other) {
                return false;
            }
        }
        rows[0] == rows[1]
    }

    /// Each row is where the rule of going back says: what was there and still is has its old values; what came later is
    /// read by the rules of before; what the change had moved comes back unless something delivered later has its place.
    async fn check_rule(&self, before: &Moment, applied: &Moment, held: &Moment, back: &Moment) {
        for place in held.waiting.keys() {
            let is_moved = before.table.contains_key(place);
            let stays = back.waiting.contains_key(place);
            assert!(is_moved || stays, "{place:?} waits no more");
        }
        let faulty = self.control.faulty().await;
        for place in held.table.keys() {
            if let Some(row) = before.table.get(place) {
                assert_eq!(back.table.get(place), Some(row), "{place:?} was there");
                continue;
            }
            let waits = back.waiting.contains_key(place);
            let stays = back.table.contains_key(place);
            assert_ne!(stays, waits, "{place:?} came later");
            if self.before.value == self.after.value {
                assert_eq!(waits, faulty.contains_key(place), "{place:?} came later");
            }
        }
        for (place, row) in &before.table {
            if held.table.contains_key(place) {
                continue;
            }
            if !applied.waiting.contains_key(place) {
                let found = back.table.get(place).or(back.waiting.get(place));
                assert_eq!(found, None, "{place:?} was replaced");
                continue;
            }
            let own = key(row, &self.before);
            let mut others = back.table.iter().filter(|(other, _)| *other != place);
            let is_taken = others.any(|(_, other)| key(other, &self.before) == own);
            if is_taken || self.snapshot.is_some() {
                assert!(!back.table.contains_key(place), "{place:?} is superseded");
                assert!(back.waiting.contains_key(place), "{place:?} is superseded");
            } else {
                assert_eq!(back.table.get(place), Some(row), "{place:?} is free");
                assert!(!back.waiting.contains_key(place), "{place:?} is free");
            }
        }
        let known = |place| before.table.contains_key(place) || held.table.contains_key(place);
        assert!(back.table.keys().all(known), "a row came from nowhere");
    }

    /// Whatever the other city has is there, or waits, or something that came while the change held is in its place.
    async fn check_control(&self, held: &Moment, back: &Moment) {
        for (place, row) in &self.control.table().await {
            if let Some(found) = back.table.get(place) {
                assert!(
                    self.is_same(place, found, row),
                    "{place:?}: {found} for {row}"
                );
                continue;
            }
            let is_superseded = || {
                let own = key(row, &self.after);
                let mut later = held.table.iter().filter(|(later, _)| *later > place);
                later.any(|(_, row)| key(row, &self.after) == own)
            };
            let is_replaced = || self.snapshot.is_some_and(|snapshot| snapshot > place.0);
            assert!(
                back.waiting.contains_key(place) || is_superseded() || is_replaced(),
                "{place:?} {row} is lost"
            );
        }
        let mut keys = BTreeSet::new();
        for row in back.table.values() {
            assert!(keys.insert(key(row, &self.before)), "{row} is there twice");
        }
    }
}

/// Whether two texts mean one value.
fn is_same_value(one: &str, other: &str) -> bool {
    let number = |text: &str| match text {
        "true" => Some(1.0),
        "false" => Some(0.0),
        _ => text.parse::<f64>().ok(),
    };
    one == other || number(one).is_some_and(|one| number(other) == Some(one))
}

async fn one(seed: u64) {
    println!("YANDU_SEED={seed}");
    let random = &mut StdRng::seed_from_u64(seed);
    let before = Declared::draw(random);
    let after = before.changed(random);
    println!("{before:?}\n{after:?}");
    let mut cities = Cities {
        changed: Delivered::new(&before).await,
        control: Delivered::new(&before).await,
        before,
        after,
        early: random.random_range(1..4),
        snapshot: None,
    };
    for _ in 0..cities.early {
        cities.deliver(random, 0.7).await;
    }
    cities.snapshot = None;
    let first = cities.moment().await;
    assert_eq!(first.table, cities.control.table().await);

    let city = &cities.changed.city;
    city.offer("datasets/person.yaml", &cities.after.yaml());
    if city.changes().plan().await.unwrap().is_none() {
        return;
    }
    let applied = cities.apply(&first).await;
    let collects_more = random.random_bool(0.6);
    if collects_more {
        for _ in 0..random.random_range(1..3) {
            cities.deliver(random, 0.8).await;
        }
    }
    let held = cities.moment().await;
    if random.random_bool(0.3) {
        cities.changed.city.restart().await;
    }
    cities.changed.city.rollback(2).await;
    let back = cities.moment().await;
    if !collects_more {
        assert_eq!(back.table, first.table);
        assert_eq!(back.waiting, first.waiting);
    }
    cities.check_rule(&first, &applied, &held, &back).await;
    cities.check_control(&held, &back).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_taken_back_loses_nothing() {
    let first: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    for number in 0..60 {
        one(first.wrapping_add(number)).await;
    }
}
