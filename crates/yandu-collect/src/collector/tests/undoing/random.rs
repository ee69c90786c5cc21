//! Random deliveries and undoings against a model: the table is what the deliveries that count make of it, in order.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use rand::{Rng, SeedableRng};

use super::*;
use crate::quarantine::{FormerSnapshot, RowState};

const KEYS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const STEPS: u32 = 80;

#[derive(Clone)]
struct Event {
    batch: BatchId,
    mode: Mode,
    rows: Vec<(&'static str, u32)>,
    /// Whether it brought a row that had waited.
    is_release: bool,
}

#[derive(Clone, Default)]
struct Model {
    events: Vec<Event>,
    undone: BTreeSet<BatchId>,
}

impl Model {
    /// The rows of each key: their ages, and the batches that brought them.
    fn table(&self) -> BTreeMap<&str, Vec<(u32, &BatchId)>> {
        let mut table: BTreeMap<&str, Vec<(u32, &BatchId)>> = BTreeMap::new();
        for event in &self.events {
            if self.undone.contains(&event.batch) {
                continue;
            }
            if event.mode == Mode::Snapshot {
                table.clear();
            }
            for (key, age) in &event.rows {
                let rows = table.entry(key).or_default();
                if event.mode != Mode::Append {
                    rows.clear();
                }
                rows.push((*age, &event.batch));
            }
        }
        table
    }

    fn rows(&self) -> Vec<String> {
        let rows = self.table().into_iter();
        let mut rows: Vec<String> = rows
            .flat_map(|(key, rows)| rows.into_iter().map(move |(age, _)| format!("{key}:{age}")))
            .collect();
        rows.sort();
        rows
    }
}

/// A delivery as the model knows it.
struct Delivered {
    mode: Mode,
    /// A delivery of faults alone makes no version.
    has_rows: bool,
    /// The rows that were there when it came.
    found: Vec<String>,
}

/// A row that came to quarantine.
#[derive(Clone)]
struct Faulty {
    batch: BatchId,
    row: u64,
    key: &'static str,
}

struct Run {
    city: City,
    random: StdRng,
    modes: &'static [Mode],
    model: Model,
    delivered: BTreeMap<BatchId, Delivered>,
    faulty: Vec<Faulty>,
    versions: Vec<(u64, Model)>,
    /// The age of all rows of a step, so that no two deliveries are the same.
    age: u32,
}

impl Run {
    fn status(&self, id: &BatchId) -> BatchStatus {
        let has_event = self.model.events.iter().any(|event| event.batch == *id);
        if self.model.undone.contains(id) || (self.delivered[id].has_rows && !has_event) {
            BatchStatus::Undone
        } else {
            BatchStatus::Collected
        }
    }

    /// Whether the row of a batch that waited is in the table, or was.
    fn is_released(&self, id: &BatchId) -> bool {
        let mut events = self.model.events.iter();
        events.any(|event| event.batch == *id && event.is_release)
    }

    fn keys(&mut self, most: usize) -> Vec<&'static str> {
        let count = self.random.random_range(0..=most);
        KEYS.into_iter().choose_multiple(&mut self.random, count)
    }

    async fn deliver(&mut self) -> String {
        let mode = *self.modes.choose(&mut self.random).unwrap();
        let keys = self.keys(4);
        let age = self.age;
        let mut text = String::from("编号,年龄\n");
        for key in &keys {
            text += &format!("{key},{age}\n");
        }
        let faulty = (keys.is_empty() || self.random.random_bool(0.3))
            .then(|| *KEYS.choose(&mut self.random).unwrap());
        if let Some(key) = faulty {
            text += &format!("{key},x{age}\n");
        }
        let found = self.model.rows();
        let outcome = self.city.collect(text, mode).await;
        assert_eq!(outcome.status, BatchStatus::Collected);
        assert_eq!(outcome.rows_kept, keys.len() as u64, "{outcome:?}");
        let batch = outcome.batch;
        let told = format!("{mode:?} {batch} of {keys:?}, waiting {faulty:?}");
        self.delivered.insert(
            batch.clone(),
            Delivered {
                mode,
                has_rows: !keys.is_empty(),
                found,
            },
        );
        self.faulty.extend(faulty.map(|key| Faulty {
            batch: batch.clone(),
            row: keys.len() as u64 + 1,
            key,
        }));
        if !keys.is_empty() {
            self.model.events.push(Event {
                batch,
                mode,
                rows: keys.into_iter().map(|key| (key, age)).collect(),
                is_release: false,
            });
            self.keep().await;
        }
        told
    }

    async fn write(&mut self) -> String {
        let me = Principal::local_administrator();
        let mut rows = self.keys(2);
        rows.extend(rows.is_empty().then_some("a"));
        let values: Vec<_> = rows
            .iter()
            .map(|key| format!(r#"{{"id": "{key}", "age": {}}}"#, self.age))
            .map(|text| serde_json::from_str(&text).unwrap())
            .collect();
        let collector = &self.city.collector;
        let written = collector
            .write(&me, &dataset(), &values, b"written")
            .await
            .unwrap();
        let told = format!("write {} of {rows:?}", written.batch);
        self.model.events.push(Event {
            batch: written.batch,
            mode: Mode::Upsert,
            rows: rows.into_iter().map(|key| (key, self.age)).collect(),
            is_release: false,
        });
        told
    }

    async fn release(&mut self) -> String {
        let me = Principal::local_administrator();
        let waits = |faulty: &&Faulty| {
            self.status(&faulty.batch) == BatchStatus::Collected && !self.is_released(&faulty.batch)
        };
        let waiting: Vec<Faulty> = self.faulty.iter().filter(waits).cloned().collect();
        let Some(Faulty { batch, row, key }) = waiting.choose(&mut self.random).cloned() else {
            return "release nothing".to_owned();
        };
        let collector = &self.city.collector;
        let age = [("age".to_owned(), Some(self.age.to_string()))].into();
        let correcting = collector.correct(&me, &batch, row, &age, "asked");
        correcting.await.unwrap();
        let record = collector.batch(&batch).await.unwrap().batch;
        let is_unreplaced = record.mode == Mode::Snapshot
            && record.version.is_none()
            && record.base_version.is_some();
        let has_newer = self.delivered.iter().any(|(id, later)| {
            let is_newer = *id > batch && later.mode == Mode::Snapshot;
            is_newer && self.status(id) == BatchStatus::Collected
        });
        let released = collector.release(&me, &batch, &[row], "asked").await;
        if is_unreplaced && has_newer {
            let refused = released.unwrap_err();
            assert!(matches!(refused, Error::NewerSnapshot { .. }), "{refused}");
            return format!("refuse {key} of {batch}, which a newer snapshot follows");
        }
        let released = released.unwrap();
        if released.former_snapshot == Some(FormerSnapshot::Replaced) {
            let delivered = &self.delivered[&batch];
            assert!(delivered.mode == Mode::Snapshot && !delivered.has_rows);
            assert_eq!(delivered.found, self.model.rows(), "nothing changed since");
            assert_eq!(released.released, [row]);
            let told = format!("release {key} of {batch} in place of all");
            self.model.events.push(Event {
                batch,
                mode: Mode::Snapshot,
                rows: vec![(key, self.age)],
                is_release: true,
            });
            self.keep().await;
            return told;
        }
        // A row of an upsert takes the place of older ones, as it would have when it came; no other row does.
        let is_upsert = self.delivered[&batch].mode == Mode::Upsert;
        let is_taken = self.model.table().get(key).is_some_and(|rows| {
            let is_older = |of: &BatchId| of.as_str() < batch.as_str();
            rows.iter().any(|(_, of)| !is_upsert || !is_older(of))
        });
        if is_taken {
            assert_eq!(released.released, [0_u64; 0]);
            return format!("refuse {key} of {batch}");
        }
        assert_eq!(released.released, [row]);
        let mode = match self.delivered[&batch].mode {
            Mode::Append => Mode::Append,
            Mode::Upsert | Mode::Snapshot => Mode::Upsert,
        };
        let told = format!("release {key} of {batch} as {mode:?}");
        self.model.events.push(Event {
            batch,
            mode,
            rows: vec![(key, self.age)],
            is_release: true,
        });
        self.keep().await;
        told
    }

    async fn undo(&mut self) -> String {
        let live = self.delivered.keys();
        let live: Vec<BatchId> = live
            .filter(|id| self.status(id) == BatchStatus::Collected)
            .cloned()
            .collect();
        let Some(batch) = live.choose(&mut self.random).cloned() else {
            return "undo nothing".to_owned();
        };
        self.city.undo(&batch).await;
        self.model.undone.insert(batch.clone());
        self.keep().await;
        format!("undo {batch}")
    }

    async fn restore(&mut self) -> String {
        let Some((version, model)) = self.versions.choose(&mut self.random).cloned() else {
            return "restore nothing".to_owned();
        };
        self.city.restore(version).await;
        self.model = model;
        self.keep().await;
        format!("restore {version}")
    }

    /// Remembers what the newest version must be.
    async fn keep(&mut self) {
        let version = self.city.collector.lake().version(&dataset()).await;
        self.versions
            .push((version.unwrap().unwrap(), self.model.clone()));
    }

    /// Does something, and tells what.
    async fn step(&mut self) -> String {
        self.age += 1;
        match self.random.random_range(0..20) {
            0..8 => self.deliver().await,
            8..13 => self.undo().await,
            13 | 14 => self.release().await,
            15 | 16 => self.write().await,
            17 => {
                self.city.collector.fold(&dataset()).await.unwrap();
                "fold".to_owned()
            }
            18 => {
                let lake = self.city.collector.lake();
                lake.compact(&dataset()).await.unwrap();
                "compact".to_owned()
            }
            _ => self.restore().await,
        }
    }

    async fn check(&self, step: &str) {
        assert_eq!(self.city.rows().await, self.model.rows(), "after {step}");
        for id in self.delivered.keys() {
            assert_eq!(
                self.city.status(id).await,
                self.status(id),
                "{id} after {step}"
            );
        }
        for Faulty { batch, row, .. } in &self.faulty {
            if self.status(batch) == BatchStatus::Collected {
                let states = self.city.states(batch).await;
                assert_eq!(states.len(), 1, "{batch} after {step}");
                let is_released = states[0] == (*row, RowState::Released);
                assert_eq!(is_released, self.is_released(batch), "{batch} after {step}");
            }
        }
    }
}

#[tokio::test]
async fn any_deliveries_and_undoings_leave_what_the_other_batches_make_of_the_table() {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    let kinds: [&'static [Mode]; 3] = [
        &[Mode::Upsert],
        &[Mode::Snapshot],
        &[Mode::Upsert, Mode::Snapshot, Mode::Append],
    ];
    for (number, modes) in kinds.into_iter().enumerate() {
        let mut run = Run {
            city: City::open().await,
            random: StdRng::seed_from_u64(seed.wrapping_add(number as u64)),
            modes,
            model: Model::default(),
            delivered: BTreeMap::new(),
            faulty: Vec::new(),
            versions: Vec::new(),
            age: 0,
        };
        for number in 0..STEPS {
            let step = format!("step {number} of {modes:?}: {}", run.step().await);
            println!("{step}");
            run.check(&step).await;
        }
    }
}
