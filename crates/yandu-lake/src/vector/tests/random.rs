//! Any sequence of changes to tables with deletion vectors, against a list of rows in memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::fixture::{Fixture, batch, keys_of, people, query};
use crate::{Change, ChangeOf, Changes, Error, ReadPoint, Side, Vectors, Version};

const ROUNDS: usize = 12;
const STEPS: usize = 25;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    id: String,
    name: String,
    height: Option<i64>,
    batch: String,
    place: i64,
}

const COLUMNS: &str = "SELECT id, name, height, _batch, _row FROM population.person";

impl Row {
    fn line(&self) -> String {
        let height = self.height.map(|height| height.to_string());
        let height = height.unwrap_or_default();
        let (id, name) = (&self.id, &self.name);
        format!("{id}|{name}|{height}|{}|{}", self.batch, self.place)
    }
}

fn lines(rows: &[Row]) -> Vec<String> {
    let mut lines: Vec<String> = rows.iter().map(Row::line).collect();
    lines.sort();
    lines
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    lines.sort();
    lines
}

struct Run {
    lake: Fixture,
    random: StdRng,
    rows: Vec<Row>,
    versions: Vec<(Version, Vec<Row>)>,
    count: usize,
}

impl Run {
    fn draw(&mut self, most: usize) -> (String, Vec<Row>) {
        self.count += 1;
        let batch = format!("b{:03}", self.count);
        let ids: BTreeSet<u32> = (0..self.random.random_range(1..=most))
            .map(|_| self.random.random_range(0..60))
            .collect();
        let rows = (1..).zip(ids).map(|(place, id)| Row {
            id: format!("k{id:02}"),
            name: format!("n{}-{id}", self.count),
            height: (place % 3 != 0).then_some(150 + place),
            batch: batch.clone(),
            place,
        });
        (batch.clone(), rows.collect())
    }

    fn people(batch: &str, rows: &[Row]) -> arrow::array::RecordBatch {
        let texts = rows.iter().map(|row| (row.id.as_str(), row.name.as_str()));
        people(batch, &texts.collect::<Vec<_>>())
    }

    fn replace(&mut self, new: Vec<Row>) {
        self.rows
            .retain(|row| new.iter().all(|new| new.id != row.id));
        self.rows.extend(new);
    }

    async fn step(&mut self) -> String {
        let id = self.lake.id.clone();
        let drawn = self.random.random_range(0..100);
        let what = match drawn {
            0..12 => {
                let (batch, rows) = self.draw(30);
                let new = Self::people(&batch, &rows);
                self.lake
                    .commit(&new, &batch, Change::Append)
                    .await
                    .unwrap();
                self.rows.extend(rows);
                "append"
            }
            12..45 => {
                let (batch, rows) = self.draw(4);
                let new = Self::people(&batch, &rows);
                let keys = Arc::new(keys_of(&new));
                let change = Change::Upsert { keys };
                self.lake.commit(&new, &batch, change).await.unwrap();
                self.replace(rows);
                "upsert"
            }
            45..65 => {
                let (batch, rows) = self.draw(4);
                let new = Self::people(&batch, &rows);
                let hit = |row: &&Row| rows.iter().any(|new| new.id == row.id);
                let there = self.rows.iter().filter(hit).count() as u64;
                let wrong = self.random.random_bool(0.2);
                let change = Change::Exchange {
                    keys: Arc::new(keys_of(&new)),
                    rows: there + u64::from(wrong),
                    went: self.random.random_bool(0.5).then(|| new.clone()),
                };
                let committed = self.lake.commit(&new, &batch, change).await;
                if wrong {
                    assert!(matches!(committed, Err(Error::Exchange { .. })));
                    return "exchange refused".to_owned();
                }
                committed.unwrap();
                self.replace(rows);
                "exchange"
            }
            65..68 => {
                let (batch, rows) = self.draw(60);
                let new = Self::people(&batch, &rows);
                self.lake
                    .commit(&new, &batch, Change::Replace)
                    .await
                    .unwrap();
                self.rows = rows;
                "replace"
            }
            68..78 => {
                let (batch, rows) = self.draw(3);
                let new = Self::people(&batch, &rows);
                self.lake.lake.append(&id, &new, b"").await.unwrap();
                self.replace(rows);
                return "write".to_owned();
            }
            78..84 => {
                self.lake.lake.fold(&id).await.unwrap();
                "fold"
            }
            84..92 => {
                // What is in the tail stays there.
                self.lake.lake.compact(&id).await.unwrap();
                return "compact".to_owned();
            }
            _ => {
                let Some((version, rows)) = self.versions.choose(&mut self.random).cloned() else {
                    return "nothing".to_owned();
                };
                self.count += 1;
                let by = batch(&format!("b{:03}", self.count));
                self.lake.lake.restore(&id, version, by).await.unwrap();
                self.rows = rows;
                "restore"
            }
        };
        let version = self.lake.lake.version(&id).await.unwrap();
        if let Some(version) = version {
            self.versions.retain(|(known, _)| *known != version);
            self.versions.push((version, self.rows.clone()));
        }
        what.to_owned()
    }

    async fn check(&mut self) {
        let lake = &self.lake;
        assert_eq!(sorted(&lake.query(COLUMNS).await), lines(&self.rows));
        let reopened = lake.reopened();
        let read = query(&reopened, COLUMNS, ReadPoint::default()).await;
        assert_eq!(sorted(&read), lines(&self.rows), "after a start");
        self.check_questions().await;
        let pick = |run: &mut Self| run.versions.choose(&mut run.random).cloned();
        let (Some(from), Some(to)) = (pick(self), pick(self)) else {
            return;
        };
        let mut at = ReadPoint::default();
        at.versions.insert(self.lake.id.clone(), from.0);
        let past = query(&self.lake.lake, COLUMNS, at).await;
        assert_eq!(sorted(&past), lines(&from.1), "version {}", from.0);
        if from.0 < to.0 {
            self.check_change(&from, &to).await;
        }
    }

    async fn check_questions(&mut self) {
        let id = format!("k{:02}", self.random.random_range(0..60));
        let rows = &self.rows;
        let count = |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
        let least = rows.iter().map(|row| row.name.as_str()).min();
        let most = rows.iter().filter_map(|row| row.height).max();
        let some = rows.len().min(7);
        for (question, expected) in [
            ("SELECT count(*) FROM population.person".to_owned(), rows.len().to_string()),
            (
                "SELECT count(height) FROM population.person".to_owned(),
                count(&|row| row.height.is_some()).to_string(),
            ),
            (
                "SELECT count(*) FROM population.person WHERE height IS NULL".to_owned(),
                count(&|row| row.height.is_none()).to_string(),
            ),
            (
                format!("SELECT count(name) FROM population.person WHERE id = '{id}'"),
                count(&|row| row.id == id).to_string(),
            ),
            (
                format!("SELECT count(*) FROM population.person WHERE id IN ('{id}', 'k00', 'k59')"),
                count(&|row| [id.as_str(), "k00", "k59"].contains(&row.id.as_str())).to_string(),
            ),
            (
                "SELECT min(name), max(height) FROM population.person".to_owned(),
                format!(
                    "{}|{}",
                    least.unwrap_or_default(),
                    most.map_or_else(String::new, |most| most.to_string())
                ),
            ),
            (
                "SELECT count(*) FROM (SELECT id FROM population.person WHERE _row > 0 LIMIT 7)"
                    .to_owned(),
                some.to_string(),
            ),
            (
                "SELECT count(*) FROM (SELECT id FROM population.person ORDER BY _row DESC LIMIT 7)"
                    .to_owned(),
                some.to_string(),
            ),
        ] {
            assert_eq!(self.lake.query(&question).await, expected, "{question}");
        }
    }

    /// What is told of a change leads from the rows of before to those of after.
    async fn check_change(&self, from: &(Version, Vec<Row>), to: &(Version, Vec<Row>)) {
        let (lake, id) = (&self.lake.lake, &self.lake.id);
        let changes = lake.changes(id, from.0, to.0).await.unwrap();
        let Changes::Known { added, removed, .. } = changes else {
            return;
        };
        let side = async |side| {
            let mut at = ReadPoint::default();
            let (from, to) = (from.0, to.0);
            at.changes.insert(id.clone(), ChangeOf { from, to, side });
            sorted(&query(lake, COLUMNS, at).await)
        };
        let (came, went) = (side(Side::Added).await, side(Side::Removed).await);
        assert_eq!((came.len() as u64, went.len() as u64), (added, removed));
        let mut rows = lines(&from.1);
        rows.extend(came);
        for row in went {
            let place = rows.iter().position(|there| *there == row);
            rows.remove(place.unwrap_or_else(|| panic!("{row} went and was not there")));
        }
        rows.sort();
        assert_eq!(rows, lines(&to.1), "from {} to {}", from.0, to.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_changes_leave_the_rows_that_a_list_would_have() {
    for _ in 0..ROUNDS {
        let seed: u64 = rand::random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let vectors = Vectors {
            file_rows: random.random_range(0..12),
            bytes: random.random_range(20..400),
            percent: random.random_range(5..=100),
        };
        let (groups, checkpoints) = (random.random_range(2..20), random.random_range(2..6));
        let mut run = Run {
            lake: Fixture::with_vectors(|options| {
                options.vectors = vectors;
                options.row_group_rows = groups;
                options.checkpoint_every = checkpoints;
            }),
            random,
            rows: Vec::new(),
            versions: Vec::new(),
            count: 0,
        };
        let mut steps = Vec::new();
        for _ in 0..STEPS {
            steps.push(run.step().await);
            println!("{}", steps.last().unwrap());
            run.check().await;
        }
    }
}
