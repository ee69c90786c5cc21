//! A process that is killed at any moment: what it acknowledged is there once, what it did not is absent or whole.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use yandu_collect::{Batch, BatchFilter, BatchStatus, Collector, Mode};
use yandu_words::id::DatasetId;

use crate::child::{self, answer, answers};
use crate::site::{collect, demo_packs, me, open, query};

const KILLS: u64 = 50;
/// Steps that have to be acknowledged for the kills to prove anything.
const ENOUGH: usize = 100;
/// The numbers of the steps of one process begin at a multiple of this.
const STEPS: u64 = 1_000_000;
/// Rows that every upsert changes.
const SHARED: u64 = 5;

const COLUMNS: &str = r"key: [id]
columns:
  id:    {title: {zh: 编号, en: Id}, standard: id}
  value: {title: {zh: 值, en: Value}, type: integer}
";

pub(crate) async fn start(folder: &Path) -> Collector {
    let packs = demo_packs(folder, &[("entry", COLUMNS), ("stock", COLUMNS)]);
    open(&folder.join("data"), packs).await.unwrap()
}

pub(crate) fn dataset(name: &str) -> DatasetId {
    format!("demo.{name}").parse().unwrap()
}

/// Works without a pause, and says before and after each step what it does.
///
/// Step `n` brings the rows `append-n-0`, `append-n-1` … or so; its answers are `begin append n rows` and `done n`. An
/// undoing says `begin undo n m`, where step `m` brought the batch.
pub(crate) async fn restless(folder: &Path, first: u64) {
    let collector = start(folder).await;
    answer("ready");
    work(&collector, folder, first, &answer).await;
}

/// The steps themselves, told of by `answer`.
pub(crate) async fn work(collector: &Collector, folder: &Path, first: u64, answer: &impl Fn(&str)) {
    let mut random = StdRng::seed_from_u64(first);
    for number in first.. {
        let rows = random.random_range(1..60);
        let file = folder.join(format!("{number}.csv"));
        let deliver = async |kind: &str, name: &str, mode: Mode, more: &str| {
            let mut text = format!("id,value\n{more}");
            for row in 0..rows {
                writeln!(text, "{kind}-{number}-{row},{number}").unwrap();
            }
            fs::write(&file, text).unwrap();
            answer(&format!("begin {kind} {number} {rows}"));
            let outcome = collect(collector, &format!("demo.{name}"), &file, Some(mode))
                .await
                .unwrap();
            assert_eq!(outcome.status, BatchStatus::Collected);
            answer(&format!("done {number}"));
            fs::remove_file(&file).unwrap();
        };
        match random.random_range(0..12) {
            0 | 1 => deliver("append", "entry", Mode::Append, "").await,
            2 | 3 => {
                let shared: Vec<String> = (0..SHARED)
                    .map(|row| format!("shared-{row},{number}\n"))
                    .collect();
                deliver("upsert", "entry", Mode::Upsert, &shared.concat()).await;
            }
            4 | 5 => deliver("snapshot", "stock", Mode::Snapshot, "").await,
            6 | 7 => {
                answer(&format!("begin write {number} 1"));
                let text = format!(r#"{{"id": "write-{number}-0", "value": {number}}}"#);
                let row = serde_json::from_str(&text).unwrap();
                collector
                    .write(&me(), &dataset("entry"), &[row], text.as_bytes())
                    .await
                    .unwrap();
                answer(&format!("done {number}"));
            }
            8 => {
                answer(&format!("begin fold {number} 0"));
                collector.fold(&dataset("entry")).await.unwrap();
                answer(&format!("done {number}"));
            }
            9 | 10 => {
                let collected = BatchFilter {
                    status: Some(BatchStatus::Collected),
                    limit: 6,
                    ..BatchFilter::default()
                };
                let batches = collector.batches(&collected).await.unwrap();
                let Some(batch) = batches.choose(&mut random) else {
                    continue;
                };
                let brought_by = batch.delivered_as.trim_end_matches(".csv");
                answer(&format!("begin undo {number} {brought_by}"));
                collector.undo(&me(), &batch.id, "wrong").await.unwrap();
                answer(&format!("done {number}"));
            }
            _ => {
                answer(&format!("begin compact {number} 0"));
                collector.lake().compact(&dataset("entry")).await.unwrap();
                answer(&format!("done {number}"));
            }
        }
    }
}

/// A step as the process told of it.
struct Step {
    kind: String,
    rows: u64,
    is_done: bool,
    /// Whether its rows are there; a step that was found absent stays absent.
    is_there: Option<bool>,
    /// The step whose batch it undoes.
    undoes: Option<u64>,
    undoing: Undoing,
}

/// How far the undoing of a step's batch has come, as far as it was told.
#[derive(Clone, Copy, PartialEq)]
enum Undoing {
    None,
    Begun,
    Done,
}

#[derive(Default)]
pub(crate) struct Told {
    steps: BTreeMap<u64, Step>,
    kinds: BTreeMap<String, [u64; 2]>,
}

impl Told {
    /// How many steps were acknowledged.
    fn done(&self) -> usize {
        self.steps.values().filter(|step| step.is_done).count()
    }

    pub(crate) fn add(&mut self, answers: &[String]) {
        for answer in answers {
            match answer.split(' ').collect::<Vec<_>>().as_slice() {
                ["begin", kind, number, about] => {
                    let about = about.parse().unwrap();
                    let undoes = (*kind == "undo").then_some(about);
                    if let Some(undone) = undoes {
                        self.steps.get_mut(&undone).unwrap().undoing = Undoing::Begun;
                    }
                    let step = Step {
                        kind: (*kind).to_owned(),
                        rows: if undoes.is_some() { 0 } else { about },
                        is_done: false,
                        is_there: None,
                        undoes,
                        undoing: Undoing::None,
                    };
                    self.kinds.entry(step.kind.clone()).or_default()[0] += 1;
                    self.steps.insert(number.parse().unwrap(), step);
                }
                ["done", number] => {
                    let step = self.steps.get_mut(&number.parse().unwrap()).unwrap();
                    step.is_done = true;
                    self.kinds.get_mut(&step.kind).unwrap()[1] += 1;
                    if let Some(undone) = step.undoes {
                        self.steps.get_mut(&undone).unwrap().undoing = Undoing::Done;
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The rows of a dataset: how many each step and each batch has, and what the shared rows hold.
#[derive(Default)]
struct Found {
    by_step: HashMap<u64, u64>,
    by_batch: HashMap<String, u64>,
    shared: Vec<(String, u64)>,
}

async fn find(collector: &Collector, name: &str) -> Found {
    let mut found = Found::default();
    let mut seen = HashMap::new();
    if collector
        .lake()
        .version(&dataset(name))
        .await
        .unwrap()
        .is_none()
        && collector.lake().tail(&dataset(name)).await.unwrap().writes == 0
    {
        return found;
    }
    for row in query(
        collector,
        &format!("SELECT id, value, _batch, _row FROM demo.{name}"),
    )
    .await
    {
        let (id, value, batch) = (&row[0], row[1].parse().unwrap(), &row[2]);
        let before = seen.insert(id.clone(), row.clone());
        assert!(
            before.is_none(),
            "`{id}` is there twice: {before:?} and {row:?}"
        );
        *found.by_batch.entry(batch.clone()).or_default() += 1;
        match id.split('-').collect::<Vec<_>>().as_slice() {
            ["shared", _] => found.shared.push((id.clone(), value)),
            [_, number, _] => {
                assert_eq!(*number, value.to_string(), "{row:?}");
                *found.by_step.entry(value).or_default() += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    found
}

/// Everything that must hold in a data folder whose process is gone.
pub(crate) async fn verify(collector: &Collector, told: &mut Told, is_folded: bool) {
    let entry = find(collector, "entry").await;
    for (number, step) in &mut told.steps {
        if step.kind == "snapshot" || step.rows == 0 {
            continue;
        }
        let rows = entry.by_step.get(number).copied().unwrap_or_default();
        assert!(
            rows == 0 || rows == step.rows,
            "step {number} ({}) has {rows} of {} rows",
            step.kind,
            step.rows
        );
        let is_there = rows > 0;
        let may_go = step.undoing != Undoing::None;
        assert!(
            is_there || !step.is_done || may_go,
            "acknowledged step {number} ({}) is lost",
            step.kind
        );
        assert!(
            !is_there || step.undoing != Undoing::Done,
            "step {number} ({}) was undone and is there",
            step.kind
        );
        assert!(
            step.is_there
                .is_none_or(|before| before == is_there || (before && may_go)),
            "step {number} ({}) came or went later",
            step.kind
        );
        step.is_there = Some(is_there);
        if is_there {
            // An undoing that was cut off did not happen.
            step.undoing = Undoing::None;
        }
    }
    let known = |number: &u64| told.steps.contains_key(number);
    assert!(
        entry.by_step.keys().all(known),
        "rows of steps that nobody began"
    );
    let newest = told
        .steps
        .iter()
        .rev()
        .find(|(_, step)| step.kind == "upsert" && step.is_there == Some(true));
    match newest {
        Some((newest, _)) => {
            assert_eq!(entry.shared.len() as u64, SHARED);
            assert!(
                entry.shared.iter().all(|(_, value)| value == newest),
                "{:?} after step {newest}",
                entry.shared
            );
        }
        None => assert!(entry.shared.is_empty()),
    }

    let stock = find(collector, "stock").await;
    assert!(
        stock.by_step.len() <= 1,
        "rows of two snapshots: {:?}",
        stock.by_step
    );
    let acknowledged =
        told.steps.iter().rev().find(|(_, step)| {
            step.kind == "snapshot" && step.is_done && step.undoing == Undoing::None
        });
    if let Some((number, rows)) = stock.by_step.iter().next() {
        assert_eq!(
            *rows, told.steps[number].rows,
            "snapshot {number} is not whole"
        );
        assert!(
            acknowledged.is_none_or(|(newest, _)| number >= newest),
            "{number} is older than what was acknowledged"
        );
        assert!(
            told.steps[number].undoing != Undoing::Done,
            "snapshot {number} was undone and is there"
        );
    } else {
        assert!(acknowledged.is_none(), "the acknowledged snapshot is lost");
    }

    let everything = BatchFilter {
        limit: u32::MAX,
        ..BatchFilter::default()
    };
    let batches = collector.batches(&everything).await.unwrap();
    let records: HashMap<&str, &Batch> = batches
        .iter()
        .map(|batch| (batch.id.as_str(), batch))
        .collect();
    for batch in &batches {
        assert!(batch.status.is_settled(), "{batch:?} is left running");
        let is_entry = batch.dataset == dataset("entry");
        let found = if is_entry { &entry } else { &stock };
        let rows = found
            .by_batch
            .get(batch.id.as_str())
            .copied()
            .unwrap_or_default();
        match (batch.status, batch.mode) {
            (BatchStatus::Collected, Mode::Append) => {
                assert_eq!(rows, batch.rows_kept, "{batch:?}");
            }
            (BatchStatus::Collected, Mode::Upsert) => {
                let replaced = batch.rows_kept - rows;
                assert!(
                    replaced == 0 || replaced == SHARED,
                    "{rows} rows of {batch:?}"
                );
            }
            (BatchStatus::Collected, Mode::Snapshot) => assert!(
                rows == 0 || rows == batch.rows_kept,
                "{rows} rows of {batch:?}"
            ),
            (BatchStatus::Written, _) if is_folded => {
                assert_eq!(rows, batch.rows_kept, "{batch:?}");
            }
            (BatchStatus::Written, _) => {}
            _ => assert_eq!(rows, 0, "{batch:?}"),
        }
        if batch.status == BatchStatus::Collected {
            let hash = batch.content_hash.as_deref().unwrap();
            assert!(
                collector.keep().path(hash).exists(),
                "what came is lost: {batch:?}"
            );
        }
    }
    for batch in entry.by_batch.keys().chain(stock.by_batch.keys()) {
        assert!(
            records.contains_key(batch.as_str()),
            "rows of batch {batch}, which has no record"
        );
    }
}

/// Lets the process work until it is killed; what it told until then.
fn kill_after(
    child: &mut Child,
    told: &mut BufReader<ChildStdout>,
    pause: Duration,
    from_ready: bool,
) -> Vec<String> {
    let mut output = String::new();
    while from_ready && !output.ends_with("> ready\n") {
        assert!(
            told.read_line(&mut output).unwrap() > 0,
            "the process ended by itself: {output}"
        );
    }
    // The one thing waited for is the moment itself.
    std::thread::sleep(pause);
    child.kill().unwrap();
    child.wait().unwrap();
    told.read_to_string(&mut output).unwrap();
    // The last line may be cut off.
    let whole = output.rfind('\n').map_or(0, |end| end + 1);
    answers(&output[..whole])
        .into_iter()
        .filter(|line| line != "ready")
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_fifty_times_loses_nothing_that_it_acknowledged() {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut told = Told::default();
    let begun = Instant::now();
    let mut kill = 0;
    // Where the machine is busy less is done between two kills, and more processes are killed.
    while kill < KILLS || told.done() <= ENOUGH && kill < 4 * KILLS {
        kill += 1;
        let mut child = child::command("restless", folder.path(), kill * STEPS)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let pause = Duration::from_millis(random.random_range(5..=400));
        // One in five is killed while it starts, and so perhaps while it recovers.
        let from_ready = !kill.is_multiple_of(5);
        told.add(&kill_after(&mut child, &mut output, pause, from_ready));
        let mut errors = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut errors)
            .unwrap();
        assert!(
            errors.is_empty(),
            "the log of process {kill} is not clean: {errors}"
        );
        // Every other time the next process finds the folder as the killed one left it.
        if kill.is_multiple_of(2) {
            let collector = start(folder.path()).await;
            let is_folded = kill.is_multiple_of(10);
            if is_folded {
                collector.fold(&dataset("entry")).await.unwrap();
            }
            verify(&collector, &mut told, is_folded).await;
        }
    }
    let collector = start(folder.path()).await;
    collector.fold(&dataset("entry")).await.unwrap();
    collector.lake().compact(&dataset("entry")).await.unwrap();
    verify(&collector, &mut told, true).await;
    println!("{kill} kills in {} s", begun.elapsed().as_secs());
    for (kind, [begun, done]) in &told.kinds {
        let kept = told
            .steps
            .values()
            .filter(|step| step.kind == *kind && !step.is_done && step.is_there == Some(true))
            .count();
        println!(
            "{kind:<10} {begun:>5} begun {done:>5} acknowledged {kept:>3} whole without having been acknowledged"
        );
    }
    assert!(
        told.done() > ENOUGH,
        "too little was done to prove anything"
    );
}
