use std::sync::Condvar;
use std::time::Duration;

use arrow::array::{BooleanArray, Int64Array};
use futures::stream;
use yandu_check::{Check, CheckKind, ColumnRule, Condition, Level, Meaning};
use yandu_lake::{Change, Commit, Principal, ReadPoint};
use yandu_words::{Dimension, ValueType};

use super::*;
use crate::refresh::tests::city::{City, Written, id};

const MODEL: &str = "t.people";
const RUN: &str = "20260101-000000-000001";
/// Row groups of these tables have 16 rows.
const BATCH: usize = 10;

async fn city() -> City {
    let columns = [("who", "text"), ("age", "integer")];
    let model = Written::new("people", "SELECT 'a' AS who, 1 AS age", &columns, &["who"]);
    City::new(vec![model]).await
}

/// A condition that everybody meets, and that waits for a second block to come to it.
#[derive(Default)]
struct Meeting {
    came: Mutex<usize>,
    comes: Condvar,
    is_lonely: AtomicBool,
}

impl Condition for Meeting {
    fn evaluate(&self, rows: &RecordBatch) -> Result<BooleanArray, String> {
        let mut came = self.came.lock().unwrap();
        *came += 1;
        self.comes.notify_all();
        let patience = Duration::from_secs(20);
        let (_came, waited) = self
            .comes
            .wait_timeout_while(came, patience, |came| *came < 2)
            .unwrap();
        self.is_lonely
            .fetch_or(waited.timed_out(), Ordering::Relaxed);
        Ok(BooleanArray::from(vec![true; rows.num_rows()]))
    }
}

fn expectations(condition: Option<Arc<Meeting>>) -> Expectations {
    let column = |name: &str, value_type| ColumnRule {
        name: name.to_owned(),
        meaning: Meaning::Type(value_type),
        required: false,
        codes: None,
    };
    let columns = vec![
        column("who", ValueType::Text),
        column("age", ValueType::Integer),
    ];
    let checks = condition.map(|condition| Check {
        name: "meeting".to_owned(),
        level: Level::Hard,
        dimension: Dimension::Accuracy,
        column: None,
        kind: CheckKind::Condition(condition),
    });
    Expectations::new(columns, vec![0], checks.into_iter().collect(), Vec::new())
}

fn batches(names: &[String]) -> Vec<Result<RecordBatch>> {
    names
        .chunks(BATCH)
        .map(|names| {
            let who: ArrayRef = Arc::new(names.iter().map(Some).collect::<StringViewArray>());
            let age: ArrayRef = Arc::new(Int64Array::from(vec![1; names.len()]));
            Ok(RecordBatch::try_from_iter([("who", who), ("age", age)])?)
        })
        .collect()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|place| format!("p{place}")).collect()
}

async fn passed(
    city: &City,
    batches: Vec<Result<RecordBatch>>,
    expectations: Expectations,
) -> Result<Passed> {
    let progress = Arc::new(Progress::default());
    let pass = pass(city, expectations);
    pass.run(stream::iter(batches), &progress).await
}

fn pass(city: &City, expectations: Expectations) -> Pass {
    let lake = city.transform.lake();
    Pass::new(lake, &id(MODEL), &RUN.parse().unwrap(), expectations)
}

#[tokio::test]
async fn rows_of_several_row_groups_are_looked_at_side_by_side_and_each_has_its_place() {
    let city = city().await;
    let meeting = Arc::new(Meeting::default());
    let expected = expectations(Some(Arc::clone(&meeting)));
    let passed = passed(&city, batches(&names(95)), expected).await.unwrap();
    assert!(!meeting.is_lonely.load(Ordering::Relaxed));
    assert_eq!(passed.files.len(), 2);
    assert_eq!((passed.rows, passed.keys.len()), (95, 95));
    assert_eq!(passed.profile[0].rows, 95);
    let lake = city.transform.lake();
    let commit = Commit {
        batch: RUN.parse().unwrap(),
        into: None,
        change: Change::Replace,
        files: passed.files,
        operation: "refresh".to_owned(),
    };
    lake.commit(&id(MODEL), commit).await.unwrap();
    let session = lake.session(&Principal::local_administrator(), ReadPoint::default());
    // The rows came in the order of their numbers.
    let sql = "SELECT count(*) FROM t.people WHERE who = concat('p', CAST(_row - 1 AS VARCHAR))";
    let rows = session.query(sql).await.unwrap().collect().await.unwrap();
    let count = rows[0].column(0).as_any().downcast_ref::<Int64Array>();
    assert_eq!(count.unwrap().value(0), 95);
}

#[tokio::test]
async fn rows_of_one_row_group_stand_in_one_file() {
    let city = city().await;
    let passed = passed(&city, batches(&names(16)), expectations(None));
    assert_eq!(passed.await.unwrap().files.len(), 1);
    assert_eq!(city.files_of(MODEL), 1);
}

#[tokio::test]
async fn a_key_that_stands_twice_is_found_whoever_looks_at_its_rows_and_no_file_is_left() {
    let city = city().await;
    let mut names = names(95);
    names[93] = names[2].clone();
    match passed(&city, batches(&names), expectations(None)).await {
        Err(Error::Checks { rows, findings, .. }) => {
            assert_eq!(rows, 1);
            assert_eq!(findings[0].reason, "duplicate-key");
            assert_eq!(findings[0].samples[0].text, "p2");
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("no finding"),
    }
    assert_eq!(city.files_of(MODEL), 0);
}

#[tokio::test]
async fn a_query_that_fails_on_its_way_leaves_no_file_and_says_why() {
    let city = city().await;
    let mut batches = batches(&names(95));
    batches.push(Err(Error::NoModel("t.other".to_owned())));
    let failed = passed(&city, batches, expectations(None)).await;
    assert!(matches!(failed, Err(Error::NoModel(_))));
    assert_eq!(city.files_of(MODEL), 0);
}

#[tokio::test]
async fn a_fault_is_told_while_the_query_still_has_rows_to_come() {
    let city = city().await;
    let mut batches = batches(&names(40));
    let who: ArrayRef = Arc::new(StringViewArray::from(vec!["p40"]));
    batches.push(Ok(RecordBatch::try_from_iter([("who", who)]).unwrap()));
    let rows = stream::iter(batches).chain(stream::pending());
    let progress = Arc::new(Progress::default());
    let running = pass(&city, expectations(None)).run(rows, &progress);
    let failed = tokio::time::timeout(Duration::from_secs(20), running).await;
    assert!(matches!(failed, Ok(Err(Error::MissingColumn { .. }))));
    assert_eq!(city.files_of(MODEL), 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_removed_does_not_stand_before_the_reason() {
    let city = city().await;
    let written = passed(&city, batches(&names(16)), expectations(None)).await;
    let files = written.unwrap().files;
    let path = city.folder_of(MODEL).join(files[0].path());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let pass = pass(&city, expectations(None));
    let profiler = Profiler::new(pass.checker.expectations());
    let mut workers = Workers::new();
    workers.spawn(async move {
        Ok(Worked {
            rows: 16,
            files,
            tally: Tally::default(),
            profiler,
        })
    });
    let failure = Error::NoModel("t.other".to_owned());
    let failed = pass.join(workers, Some(failure)).await;
    assert!(matches!(failed, Err(Error::NoModel(_))));
}
