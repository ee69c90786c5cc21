//! Any sequence of changes and undoings, against a model: the table is what the deliveries that count make of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use crate::fixture::{Fixture, batch, keys_of, people, people_from, query};
use crate::{Change, ChangeOf, Changes, ReadPoint, Side};

const KEYS: u8 = 6;

/// A change as it is drawn; `pick` chooses among what there is to choose from.
#[derive(Debug, Clone)]
enum Op {
    Deliver { mode: Mode, keys: BTreeSet<u8> },
    Write { keys: BTreeSet<u8> },
    Release { pick: usize, key: u8 },
    Undo { pick: usize },
    Restore { pick: usize },
    Compact,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Append,
    Upsert,
    Replace,
}

#[derive(Debug, Clone)]
struct Event {
    batch: String,
    mode: Mode,
    rows: Vec<(String, String)>,
}

#[derive(Debug, Clone, Default)]
struct Model {
    events: Vec<Event>,
    undone: BTreeSet<String>,
}

impl Model {
    fn rows(&self) -> BTreeMap<&str, Vec<String>> {
        let mut table: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for event in &self.events {
            if self.undone.contains(&event.batch) {
                continue;
            }
            if event.mode == Mode::Replace {
                table.clear();
            }
            for (key, name) in &event.rows {
                let rows = table.entry(key).or_default();
                if event.mode != Mode::Append {
                    rows.clear();
                }
                rows.push(format!("{key}|{name}|{}", event.batch));
            }
        }
        table
    }

    fn text(&self) -> String {
        let mut lines: Vec<String> = self.rows().into_values().flatten().collect();
        lines.sort();
        lines.join("\n")
    }
}

/// A delivery as the model knows it.
#[derive(Debug, Clone, Copy)]
struct Delivered {
    mode: Mode,
    /// A delivery of which every row waits makes no version.
    has_rows: bool,
}

struct Run {
    lake: Fixture,
    model: Model,
    delivered: BTreeMap<String, Delivered>,
    /// What the table was at its versions.
    versions: Vec<(u64, Model)>,
    /// Changes so far; ids and names of rows are made of it.
    count: usize,
}

const ALL: &str = "SELECT id, name, _batch FROM population.person ORDER BY id, name, _batch";

impl Run {
    fn draw(&mut self, keys: &BTreeSet<u8>) -> (String, Vec<(String, String)>) {
        self.count += 1;
        let rows = keys
            .iter()
            .map(|key| (format!("k{key}"), format!("n{}-{key}", self.count)))
            .collect();
        (format!("b{:03}", self.count), rows)
    }

    /// The batches that can be undone.
    fn live(&self) -> Vec<String> {
        self.delivered
            .iter()
            .filter(|(id, delivered)| {
                let has_event = || self.model.events.iter().any(|event| event.batch == **id);
                !self.model.undone.contains(*id) && (!delivered.has_rows || has_event())
            })
            .map(|(id, _)| id.clone())
            .collect()
    }

    async fn carry_out(&mut self, op: &Op) {
        match op {
            Op::Deliver { mode, keys } => {
                let (id, rows) = self.draw(keys);
                let delivered = Delivered {
                    mode: *mode,
                    has_rows: !rows.is_empty(),
                };
                self.delivered.insert(id.clone(), delivered);
                if rows.is_empty() {
                    return;
                }
                let batch_rows = people(&id, &texts(&rows));
                let change = match mode {
                    Mode::Append => Change::Append,
                    Mode::Replace => Change::Replace,
                    Mode::Upsert => Change::Upsert {
                        keys: keys_of(&batch_rows).into(),
                    },
                };
                self.lake.commit(&batch_rows, &id, change).await.unwrap();
                self.model.events.push(Event {
                    batch: id,
                    mode: *mode,
                    rows,
                });
            }
            Op::Write { keys } => {
                let (batch, rows) = self.draw(keys);
                let written = people(&batch, &texts(&rows));
                let lake = &self.lake;
                lake.lake.append(&lake.id, &written, b"x").await.unwrap();
                self.model.events.push(Event {
                    batch,
                    mode: Mode::Upsert,
                    rows,
                });
                return;
            }
            Op::Release { pick, key } => {
                let live = self.live();
                let (by, rows) = self.draw(&[*key].into());
                let is_taken = self.model.rows().contains_key(rows[0].0.as_str());
                if live.is_empty() || is_taken {
                    return;
                }
                let into = &live[pick % live.len()];
                let place = 1000 + self.count as i64;
                let released = people_from(into, place, &texts(&rows));
                let (mode, change) = match self.delivered[into].mode {
                    Mode::Append => (Mode::Append, Change::Append),
                    Mode::Upsert | Mode::Replace => {
                        let keys = Arc::default();
                        (Mode::Upsert, Change::Upsert { keys })
                    }
                };
                self.lake
                    .commit_into(Some(into), &released, &by, change)
                    .await
                    .unwrap();
                self.model.events.push(Event {
                    batch: into.clone(),
                    mode,
                    rows,
                });
            }
            Op::Undo { pick } => {
                let live = self.live();
                if live.is_empty() {
                    return;
                }
                let undone = &live[pick % live.len()];
                let (by, _) = self.draw(&BTreeSet::new());
                let lake = &self.lake;
                let undoing = lake.lake.undo(&lake.id, batch(undone), batch(&by));
                undoing.await.unwrap();
                self.model.undone.insert(undone.clone());
            }
            Op::Restore { pick } => {
                if self.versions.is_empty() {
                    return;
                }
                let (version, model) = self.versions[pick % self.versions.len()].clone();
                let (by, _) = self.draw(&BTreeSet::new());
                let lake = &self.lake;
                let restoring = lake.lake.restore(&lake.id, version, batch(&by));
                restoring.await.unwrap();
                self.model = model;
            }
            Op::Compact => {
                self.lake.lake.compact(&self.lake.id).await.unwrap();
                return;
            }
        }
        let version = self.lake.lake.version(&self.lake.id).await.unwrap();
        self.versions.push((version.unwrap(), self.model.clone()));
    }

    async fn check(&self, step: &Op) {
        let found = self.lake.query(ALL).await;
        let mut found: Vec<&str> = found.lines().collect();
        found.sort_unstable();
        assert_eq!(found.join("\n"), self.model.text(), "after {step:?}");
        if self
            .lake
            .lake
            .version(&self.lake.id)
            .await
            .unwrap()
            .is_none()
        {
            return;
        }
        self.check_past().await;
        let ancestry = self.lake.lake.ancestry(&self.lake.id, None).await.unwrap();
        let live = self.live();
        for (id, delivered) in &self.delivered {
            let id = batch(id);
            assert_eq!(
                (ancestry.has(&id) || !delivered.has_rows) && !ancestry.is_undone(&id),
                live.iter().any(|live| id == live.as_str()),
                "{id} after {step:?}"
            );
        }
    }
}

impl Run {
    /// An older version is what it was, and what changed since is what is told.
    async fn check_past(&self) {
        let Some((version, model)) = self
            .versions
            .get(self.count * 7 % self.versions.len().max(1))
        else {
            return;
        };
        let (lake, id) = (&self.lake.lake, &self.lake.id);
        let mut at = ReadPoint::default();
        at.versions.insert(id.clone(), *version);
        let past = sorted(&query(lake, ALL, at).await);
        assert_eq!(past.join("\n"), model.text(), "version {version}");
        let newest = lake.version(id).await.unwrap().unwrap();
        let Changes::Known { added, removed, .. } =
            lake.changes(id, *version, newest).await.unwrap()
        else {
            return;
        };
        let side = async |side| {
            let mut at = ReadPoint::default();
            let (from, to) = (*version, newest);
            at.changes.insert(id.clone(), ChangeOf { from, to, side });
            let sql = "SELECT id, name, _batch FROM population.person";
            sorted(&query(lake, sql, at).await)
        };
        let (came, went) = (side(Side::Added).await, side(Side::Removed).await);
        assert_eq!((came.len() as u64, went.len() as u64), (added, removed));
        // The tail is in no version yet.
        if lake.tail(id).await.unwrap().rows > 0 {
            return;
        }
        let mut then = past;
        then.extend(came);
        for row in went {
            let place = then.iter().position(|then| *then == row);
            then.remove(place.unwrap_or_else(|| panic!("{row} went and was not there")));
        }
        then.sort();
        let now = sorted(&self.lake.query(ALL).await);
        assert_eq!(then, now, "from {version} to {newest}");
    }
}

fn sorted(lines: &str) -> Vec<String> {
    let mut lines: Vec<String> = lines.lines().map(ToOwned::to_owned).collect();
    lines.sort();
    lines
}

fn texts(rows: &[(String, String)]) -> Vec<(&str, &str)> {
    rows.iter()
        .map(|(key, name)| (key.as_str(), name.as_str()))
        .collect()
}

fn op() -> impl Strategy<Value = Op> {
    let keys = |least| proptest::collection::btree_set(0..KEYS, least..4);
    let mode = prop_oneof![
        4 => Just(Mode::Upsert),
        2 => Just(Mode::Replace),
        1 => Just(Mode::Append),
    ];
    let pick = any::<usize>;
    prop_oneof![
        8 => (mode, keys(0)).prop_map(|(mode, keys)| Op::Deliver { mode, keys }),
        1 => keys(1).prop_map(|keys| Op::Write { keys }),
        2 => (pick(), 0..KEYS).prop_map(|(pick, key)| Op::Release { pick, key }),
        6 => pick().prop_map(|pick| Op::Undo { pick }),
        1 => pick().prop_map(|pick| Op::Restore { pick }),
        1 => Just(Op::Compact),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_changes_and_undoings_leave_what_the_other_batches_make_of_the_table(
        ops in proptest::collection::vec(op(), 1..40),
        with_vectors in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut run = Run {
                lake: if with_vectors {
                    Fixture::with_vectors(|options| options.checkpoint_every = 7)
                } else {
                    Fixture::with(|options| options.checkpoint_every = 7)
                },
                model: Model::default(),
                delivered: BTreeMap::new(),
                versions: Vec::new(),
                count: 0,
            };
            for op in &ops {
                run.carry_out(op).await;
                run.check(op).await;
            }
        });
    }
}
