//! Random declarations, deliveries and changes. Beside the city stands another one that gets the same deliveries and no
//! change: whatever that one has, the first one has after going back, or it waits in its quarantine.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

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
    batches: Vec<BatchId>,
    modes: Vec<Mode>,
    /// Whether the delivery as a whole was refused.
    refused: Vec<bool>,
}

impl Delivered {
    async fn new(declared: &Declared) -> Self {
        Self {
            city: City::with(&declared.yaml()).await,
            batches: Vec::new(),
            modes: Vec::new(),
            refused: Vec::new(),
        }
    }

    async fn collect(&mut self, content: &str, mode: Mode) {
        let outcome = self.city.collect(content, mode).await;
        self.batches.push(outcome.batch);
        self.modes.push(mode);
        let is_refused = outcome.status == crate::batch::BatchStatus::Refused;
        self.refused.push(is_refused);
        assert_eq!(
            outcome.rows_in,
            outcome.rows_kept + outcome.rows_superseded + outcome.rows_quarantined
        );
    }

    fn number(&self, batch: &str) -> usize {
        self.batches
            .iter()
            .position(|own| own.as_str() == batch)
            .unwrap()
    }

    async fn table(&self) -> Rows {
        let lines = self
            .city
            .query("SELECT _batch AS b, _row AS r, * FROM demo.person")
            .await;
        let rows = lines.iter().map(|line| {
            let mut parts = line.splitn(3, '|');
            let batch = self.number(parts.next().unwrap());
            let row = parts.next().unwrap().parse().unwrap();
            // The id of the batch differs between two cities.
            let cells = parts
                .next()
                .unwrap()
                .replace(self.batches[batch].as_str(), "-");
            ((batch, row), cells)
        });
        let rows: Rows = rows.collect();
        assert_eq!(rows.len(), lines.len(), "a row is there twice");
        rows
    }

    async fn quarantine(&self) -> BTreeSet<(usize, u64)> {
        self.quarantined_ids().await.into_keys().collect()
    }

    /// The id of each row that waits.
    async fn quarantined_ids(&self) -> Rows {
        let mut waiting = Rows::new();
        for (number, batch) in self.batches.iter().enumerate() {
            for row in self.city.waiting(batch).await {
                let id = row.cells["id"].clone().unwrap_or_default();
                let former = waiting.insert((number, row.row), id);
                assert_eq!(former, None, "a row waits twice");
            }
        }
        waiting
    }
}

fn key(row: &str, columns: usize) -> String {
    row.split('|')
        .take(columns)
        .map(|cell| format!("{cell}|"))
        .collect()
}

fn id_of(row: &str) -> &str {
    row.split('|').next().unwrap_or_default()
}

async fn one(seed: u64) {
    let random = &mut StdRng::seed_from_u64(seed);
    let before = Declared::draw(random);
    let after = before.changed(random);
    let mut changed = Delivered::new(&before).await;
    let mut control = Delivered::new(&before).await;
    for _ in 0..random.random_range(1..4) {
        let content = delivery(random);
        let mode = if random.random_bool(0.7) {
            Mode::Upsert
        } else {
            Mode::Snapshot
        };
        changed.collect(&content, mode).await;
        control.collect(&content, mode).await;
    }
    let table_before = changed.table().await;
    let waiting_before = changed.quarantine().await;
    assert_eq!(table_before, control.table().await, "seed {seed}");

    changed.city.offer("datasets/person.yaml", &after.yaml());
    if changed.city.changes().plan().await.unwrap().is_none() {
        return;
    }
    let planned = changed
        .city
        .changes()
        .dry_run(Duration::from_mins(1))
        .await
        .unwrap();
    let done = changed.city.apply().await;
    let count = |counts: &Option<Counts>| {
        counts
            .as_ref()
            .map(|counts| (counts.rows, counts.quarantined, counts.converted))
    };
    let planned = planned
        .unwrap()
        .plan
        .datasets
        .into_iter()
        .find_map(|plan| count(&plan.counts));
    let found = done.steps.iter().find_map(|step| count(&step.counts));
    assert_eq!(
        planned, found,
        "seed {seed}: the dry run said what was done"
    );
    let table = changed.table().await;
    let waiting = changed.quarantine().await;
    for place in table_before.keys() {
        let is_one = table.contains_key(place) != waiting.contains(place);
        assert!(
            is_one,
            "seed {seed}: {place:?} is neither kept nor quarantined, or both"
        );
    }
    assert!(waiting.is_superset(&waiting_before), "seed {seed}");
    assert!(
        table.keys().all(|place| table_before.contains_key(place)),
        "seed {seed}"
    );

    let collects_more = random.random_bool(0.6);
    if collects_more {
        for _ in 0..random.random_range(1..3) {
            let content = delivery(random);
            let mode = if random.random_bool(0.8) {
                Mode::Upsert
            } else {
                Mode::Snapshot
            };
            changed.collect(&content, mode).await;
            control.collect(&content, mode).await;
        }
    }
    if random.random_bool(0.3) {
        changed.city.restart().await;
    }
    changed.city.rollback(2).await;
    let back = changed.table().await;
    let waiting = changed.quarantine().await;
    if !collects_more {
        assert_eq!(back, table_before, "seed {seed}: {before:?} {after:?}");
        assert_eq!(waiting, waiting_before, "seed {seed}");
        return;
    }
    if table_before.is_empty() {
        // A table that never had a column cannot have it back.
        return;
    }
    let expected = control.table().await;
    let ids = changed.quarantined_ids().await;
    let columns = before.key.split(',').count();
    let keys: BTreeSet<String> = back.values().map(|row| key(row, columns)).collect();
    assert!(
        before.key != "id" || keys.len() == back.len(),
        "seed {seed}: a key is there twice"
    );
    // A value that came under another type is the same value, but need not be written as it was.
    let shown = |place: &(usize, u64), row: &str| {
        let mut cells: Vec<String> = row.split('|').map(ToOwned::to_owned).collect();
        if before.value != after.value && !table_before.contains_key(place) {
            cells[1].clear();
        }
        cells
    };
    for (place, row) in &expected {
        if changed.refused[place.0] {
            // Without a column that the change requires, a delivery is no delivery.
            continue;
        }
        if let Some(found) = back.get(place) {
            assert_eq!(
                shown(place, found),
                shown(place, row),
                "seed {seed}: {place:?}"
            );
        } else {
            // A later row took its place while the change held, and waits now instead.
            let is_superseded = || {
                ids.iter()
                    .any(|(later, id)| later > place && *id == id_of(row))
            };
            // So did a snapshot of which the rules of before let nothing in.
            let is_replaced = || {
                let mut later = changed.modes.iter().skip(place.0 + 1);
                later.any(|mode| *mode == Mode::Snapshot)
            };
            // Under another key other rows take its place.
            let has_other_key = before.key != after.key;
            assert!(
                waiting.contains(place) || is_superseded() || is_replaced() || has_other_key,
                "seed {seed}: {place:?} {row} is lost: {before:?} {after:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_taken_back_loses_nothing() {
    let first: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random_range(0..1 << 40),
    };
    println!("seeds from {first}; `YANDU_SEED` begins with another one");
    for seed in first..first + 60 {
        one(seed).await;
    }
}
