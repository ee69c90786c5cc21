use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::fixture::{Fixture, batch, people, person_spec, query};
use crate::tail::journal;
use crate::{Change, Error, Lake, Options, ReadPoint, TableSpec};

const ALL: &str = "SELECT id, name, _batch, _row FROM population.person ORDER BY id, _batch, _row";

impl Fixture {
    async fn say(&self, name: &str, rows: &[(&str, &str)]) -> u64 {
        let raw = format!("{rows:?}");
        self.lake
            .append(&self.id, &people(name, rows), raw.as_bytes())
            .await
            .unwrap()
    }

    fn journal(&self) -> PathBuf {
        let folder = self.folder.path().join("tail/population/person");
        journal::open_segments(&folder).unwrap().pop().unwrap()
    }
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn open(folder: &Path) -> Lake {
    let lake = Lake::open(Options::new(folder)).unwrap();
    lake.declare(person_spec()).unwrap();
    lake
}

#[tokio::test]
async fn a_write_is_readable_at_once_and_a_fold_changes_no_answer() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    assert_eq!(lake.say("t1", &[("2", "B")]).await, 1);
    assert_eq!(lake.say("t2", &[("9", "x"), ("2", "BB")]).await, 2);
    let before = lake.query(ALL).await;
    assert_eq!(before, "1|a|b1|1\n2|BB|t2|2\n3|c|b1|3\n9|x|t2|1");
    let everything = lake.everything().await;
    for sql in [
        "SELECT count(*) FROM population.person",
        "SELECT min(id), max(id), count(height) FROM population.person",
        "SELECT name FROM population.person WHERE id = '2'",
        "SELECT name FROM population.person WHERE name = 'b'",
        "SELECT name FROM population.person WHERE name >= 'B' AND height > 100 ORDER BY name LIMIT 2",
        "SELECT a.id FROM population.person a JOIN population.person b ON a.name = b.name WHERE b.id > '1' ORDER BY 1",
        "SELECT sum(income) FROM population.person WHERE _batch <> 'b1'",
    ] {
        let before = lake.query(sql).await;
        let reopened = query(&lake.reopened(), sql, ReadPoint::default()).await;
        assert_eq!(before, reopened, "{sql}");
    }
    let folded = lake.lake.fold(&lake.id).await.unwrap().unwrap();
    assert_eq!(
        (folded.committed.rows_added, folded.committed.rows_removed),
        (2, 1)
    );
    assert_eq!(lake.query(ALL).await, before);
    assert_eq!(lake.everything().await, everything);
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        before
    );
    assert_eq!(lake.lake.tail(&lake.id).await.unwrap().rows, 0);
    assert_eq!(lake.lake.fold(&lake.id).await.unwrap(), None);
}

#[tokio::test]
async fn what_came_stays_in_the_folded_journal() {
    let lake = Fixture::new();
    lake.say("t1", &[("1", "a")]).await;
    lake.say("t1", &[("2", "b")]).await;
    let folded = lake.lake.fold(&lake.id).await.unwrap().unwrap();
    let frames = lake.lake.read_journal(&folded.journals[0]).unwrap();
    assert_eq!(
        frames
            .iter()
            .map(|frame| (
                frame.sequence,
                String::from_utf8(frame.raw.clone()).unwrap()
            ))
            .collect::<Vec<_>>(),
        [
            (1, "[(\"1\", \"a\")]".to_owned()),
            (2, "[(\"2\", \"b\")]".to_owned())
        ]
    );
    assert_eq!(
        lake.lake.folded_journals(&lake.id).unwrap(),
        folded.journals
    );
    assert_eq!(lake.say("t1", &[("3", "c")]).await, 3);
    assert_eq!(lake.reopened().tail(&lake.id).await.unwrap().rows, 1);
}

#[tokio::test]
async fn a_batch_that_comes_after_a_write_wins() {
    let lake = Fixture::new();
    lake.say("t1", &[("1", "old"), ("2", "kept")]).await;
    lake.upsert("b1", &[("1", "new")]).await;
    assert_eq!(lake.query(ALL).await, "1|new|b1|1\n2|kept|t1|2");
    lake.say("t2", &[("5", "gone")]).await;
    lake.commit(&people("b2", &[("7", "all")]), "b2", Change::Replace)
        .await
        .unwrap();
    assert_eq!(lake.query(ALL).await, "7|all|b2|1");
}

#[tokio::test]
async fn rows_without_a_key_all_stay() {
    let lake = Fixture::new();
    lake.lake
        .declare(TableSpec {
            key: Vec::new(),
            ..person_spec()
        })
        .unwrap();
    lake.append("b1", &[("1", "a")]).await;
    lake.say("t1", &[("1", "a")]).await;
    lake.say("t2", &[("1", "a")]).await;
    assert_eq!(
        lake.query("SELECT count(*) FROM population.person").await,
        "3"
    );
    lake.lake.fold(&lake.id).await.unwrap();
    assert_eq!(
        lake.query("SELECT count(*) FROM population.person").await,
        "3"
    );
}

#[tokio::test]
async fn many_writers_share_syncs_and_all_are_acknowledged_once() {
    let lake = Arc::new(Fixture::new());
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let lake = Arc::clone(&lake);
            tokio::spawn(async move {
                let id = format!("{number:03}");
                lake.say("t", &[(id.as_str(), "x")]).await
            })
        })
        .collect();
    let folding = {
        let lake = Arc::clone(&lake);
        tokio::spawn(async move {
            for _ in 0..5 {
                lake.lake.fold(&lake.id).await.unwrap();
                tokio::task::yield_now().await;
            }
        })
    };
    let mut sequences = Vec::new();
    for task in tasks {
        sequences.push(task.await.unwrap());
    }
    folding.await.unwrap();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=200).collect::<Vec<_>>());
    let count = "SELECT count(*), count(DISTINCT id) FROM population.person";
    assert_eq!(lake.query(count).await, "200|200");
    assert_eq!(
        query(&lake.reopened(), count, ReadPoint::default()).await,
        "200|200"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_stays_whole_in_the_journal_while_what_came_before_is_folded() {
    const WRITES: u64 = 60;
    let lake = Arc::new(Fixture::new());
    let writing = {
        let lake = Arc::clone(&lake);
        tokio::spawn(async move {
            // Long ones, so that a fold sees parts of them.
            let raw = vec![b'x'; 4 << 20];
            for number in 0..WRITES {
                let id = number.to_string();
                let rows = people("t", &[(id.as_str(), "x")]);
                lake.lake.append(&lake.id, &rows, &raw).await.unwrap();
            }
        })
    };
    let mut frames = Vec::new();
    let mut take = async || {
        lake.lake.fold(&lake.id).await.unwrap();
        for journal in lake.lake.folded_journals(&lake.id).unwrap() {
            frames.extend(lake.lake.read_journal(&journal).unwrap());
            fs::remove_file(journal).unwrap();
        }
    };
    while !writing.is_finished() {
        take().await;
    }
    writing.await.unwrap();
    take().await;
    let found: Vec<(u64, usize)> = frames
        .iter()
        .map(|frame| (frame.sequence, frame.raw.len()))
        .collect();
    let expected: Vec<(u64, usize)> = (1..=WRITES).map(|number| (number, 4 << 20)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_process_killed_at_any_step_of_a_fold_loses_and_doubles_nothing() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.say("t1", &[("2", "B")]).await;
    lake.say("t2", &[("9", "x"), ("2", "BB")]).await;
    let before = lake.query(ALL).await;
    let copies: Arc<Mutex<Vec<(String, tempfile::TempDir)>>> = Arc::default();
    let steps = Arc::clone(&copies);
    let root = lake.folder.path().to_owned();
    lake.lake
        .table(&lake.id)
        .unwrap()
        .owned
        .steps
        .set(move |step| {
            let copy = tempfile::tempdir().unwrap();
            copy_all(&root, copy.path());
            steps.lock().unwrap().push((step.to_owned(), copy));
        });
    lake.lake.fold(&lake.id).await.unwrap();
    let copies = std::mem::take(&mut *copies.lock().unwrap());
    assert_eq!(
        copies
            .iter()
            .map(|(step, _)| step.as_str())
            .collect::<Vec<_>>(),
        ["sealed", "written", "committed", "marked"]
    );
    for (step, copy) in &copies {
        let reopened = open(copy.path());
        assert_eq!(
            query(&reopened, ALL, ReadPoint::default()).await,
            before,
            "{step}"
        );
        reopened
            .append(&lake.id, &people("t3", &[("3", "C")]), b"")
            .await
            .unwrap();
        reopened.fold(&lake.id).await.unwrap();
        let after = before.replace("3|c|b1|3", "3|C|t3|1");
        assert_eq!(
            query(&reopened, ALL, ReadPoint::default()).await,
            after,
            "{step}"
        );
        assert_eq!(
            query(&open(copy.path()), ALL, ReadPoint::default()).await,
            after,
            "{step}"
        );
    }
}

#[tokio::test]
async fn a_last_frame_that_is_cut_short_is_dropped_wherever_it_ends() {
    let lake = Fixture::new();
    lake.say("t1", &[("1", "a")]).await;
    let whole = fs::metadata(lake.journal()).unwrap().len() as usize;
    lake.say("t2", &[("2", "b")]).await;
    let bytes = fs::read(lake.journal()).unwrap();
    for end in (whole..bytes.len())
        .step_by(37)
        .chain([whole + 1, bytes.len() - 1])
    {
        fs::write(lake.journal(), &bytes[..end]).unwrap();
        let reopened = lake.reopened();
        assert_eq!(
            query(&reopened, ALL, ReadPoint::default()).await,
            "1|a|t1|1",
            "{end}"
        );
        assert_eq!(fs::metadata(lake.journal()).unwrap().len() as usize, whole);
    }
    let mut zeros = bytes[..whole].to_vec();
    zeros.resize(bytes.len(), 0);
    fs::write(lake.journal(), zeros).unwrap();
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        "1|a|t1|1"
    );
}

#[tokio::test]
async fn a_damaged_frame_that_was_acknowledged_is_an_error_that_names_the_place() {
    let lake = Fixture::new();
    lake.say("t1", &[("1", "a")]).await;
    let first = fs::metadata(lake.journal()).unwrap().len();
    lake.say("t2", &[("2", "b")]).await;
    lake.say("t3", &[("3", "c")]).await;
    let bytes = fs::read(lake.journal()).unwrap();
    for place in [first + 1, first + 5, first + 30, first + 60, first + 300] {
        let mut damaged = bytes.clone();
        damaged[place as usize] ^= 0x40;
        fs::write(lake.journal(), &damaged).unwrap();
        let error = lake.reopened().version(&lake.id).await.unwrap_err();
        assert!(
            matches!(&error, Error::Journal { path, offset, .. } if *path == lake.journal() && *offset == first),
            "{place}: {error}"
        );
        assert_eq!(fs::read(lake.journal()).unwrap(), damaged);
    }
}

#[tokio::test]
async fn a_past_version_is_read_without_the_tail() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    lake.say("t1", &[("1", "A")]).await;
    let past = ReadPoint {
        versions: [(lake.id.clone(), 0)].into(),
        ..ReadPoint::default()
    };
    assert_eq!(query(&lake.lake, ALL, past).await, "1|a|b1|1");
    assert_eq!(lake.query(ALL).await, "1|A|t1|1");
    assert_eq!(
        lake.lake.find_commit(&lake.id, &batch("t1")).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn rows_in_the_tail_follow_a_new_declaration() {
    let lake = Fixture::new();
    lake.say("t1", &[("1", "a")]).await;
    let mut fields = crate::fixture::person_schema().fields().to_vec();
    fields.insert(
        0,
        Arc::new(arrow::datatypes::Field::new(
            "school",
            arrow::datatypes::DataType::Utf8View,
            true,
        )),
    );
    lake.lake
        .declare(TableSpec {
            schema: Arc::new(arrow::datatypes::Schema::new(fields)),
            ..person_spec()
        })
        .unwrap();
    assert_eq!(
        lake.query("SELECT school, id FROM population.person").await,
        "|1"
    );
    lake.lake.fold(&lake.id).await.unwrap();
    assert_eq!(
        lake.query("SELECT school, id FROM population.person").await,
        "|1"
    );
}
