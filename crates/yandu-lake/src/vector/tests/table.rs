//! Tables with deletion vectors, change by change.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::fixture::{Fixture, batch, keys_of, people, person_spec, query};
use crate::places::Places;
use crate::{Change, ChangeOf, Changes, Error, Lake, Options, ReadPoint, Side, Vectors, log};

const ALL: &str = "SELECT id, name, _batch, _row FROM population.person ORDER BY id, _batch, _row";

impl Fixture {
    fn table(&self) -> PathBuf {
        self.folder.path().join("lake/population/person")
    }

    fn parts(&self) -> usize {
        let entries = fs::read_dir(self.table()).unwrap();
        entries
            .filter(|entry| {
                let path = entry.as_ref().unwrap().path();
                path.extension().is_some_and(|found| found == "parquet")
            })
            .count()
    }

    /// How many rows the vectors of the newest version name.
    async fn gone(&self) -> u64 {
        let files = self.listed().await;
        files.iter().map(|file| file.all_rows() - file.rows).sum()
    }

    async fn side(&self, from: u64, to: u64, side: Side) -> String {
        let mut at = ReadPoint::default();
        at.changes
            .insert(self.id.clone(), ChangeOf { from, to, side });
        let sql = "SELECT id || ':' || name AS who FROM population.person ORDER BY who";
        query(&self.lake, sql, at).await.replace('\n', " ")
    }
}

#[tokio::test]
async fn a_large_file_goes_on_without_a_row_and_a_small_one_is_written_anew() {
    let lake = Fixture::with(|options| {
        options.vectors = Vectors {
            file_rows: 3,
            percent: 50,
            ..Vectors::default()
        };
    });
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")])
        .await;
    lake.append("b2", &[("8", "x"), ("9", "y")]).await;
    let upserted = lake.upsert("b3", &[("2", "B"), ("9", "Y")]).await;
    assert_eq!((upserted.rows_added, upserted.rows_removed), (2, 2));
    // The large file stands, the small one was written anew, and the new rows have a file.
    assert_eq!((lake.parts(), lake.gone().await), (4, 1));
    let rows = "1|a|b1|1\n2|B|b3|1\n3|c|b1|3\n4|d|b1|4\n8|x|b2|1\n9|Y|b3|2";
    assert_eq!(lake.query(ALL).await, rows);
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        rows
    );
    lake.upsert("b4", &[("1", "A")]).await;
    assert_eq!((lake.parts(), lake.gone().await), (5, 2));
    // More than half of its rows: it is written anew, without those of before.
    lake.upsert("b5", &[("3", "C")]).await;
    assert_eq!((lake.parts(), lake.gone().await), (7, 0));
    let rows = "1|A|b4|1\n2|B|b3|1\n3|C|b5|1\n4|d|b1|4\n8|x|b2|1\n9|Y|b3|2";
    assert_eq!(lake.query(ALL).await, rows);
    assert_eq!(
        query(&lake.reopened(), ALL, lake.at(2)).await,
        "1|a|b1|1\n2|B|b3|1\n3|c|b1|3\n4|d|b1|4\n8|x|b2|1\n9|Y|b3|2"
    );
}

#[tokio::test]
async fn the_table_asks_readers_to_know_vectors_from_the_first_one_on_and_says_so_once() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.append("b2", &[("4", "d")]).await;
    lake.upsert("b3", &[("1", "A")]).await;
    lake.upsert("b4", &[("2", "B")]).await;
    let heads = |version: u64| -> (Vec<Value>, Vec<Value>) {
        let actions = |kind| log::actions(&lake.table(), version, kind).unwrap();
        (actions("protocol"), actions("metaData"))
    };
    let (protocol, metadata) = heads(0);
    assert_eq!(
        protocol[0]["readerFeatures"],
        serde_json::json!(["timestampNtz"])
    );
    assert_eq!(
        metadata[0]["configuration"]["delta.enableDeletionVectors"],
        Value::Null
    );
    assert_eq!(heads(1), (Vec::new(), Vec::new()));
    let (protocol, metadata) = heads(2);
    for features in ["readerFeatures", "writerFeatures"] {
        let both = serde_json::json!(["deletionVectors", "timestampNtz"]);
        assert_eq!(protocol[0][features], both);
    }
    assert_eq!(
        metadata[0]["configuration"]["delta.enableDeletionVectors"],
        "true"
    );
    assert_eq!(
        metadata[0]["configuration"]["delta.logRetentionDuration"],
        "interval 400 days"
    );
    assert_eq!(heads(3), (Vec::new(), Vec::new()));
    let add = &log::actions(&lake.table(), 2, "add").unwrap()[0];
    let stats: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
    assert_eq!(stats["numRecords"], 3);
    assert_eq!(stats["tightBounds"], false);
    assert_eq!(add["deletionVector"]["cardinality"], 1);
    // The columns are what they were, so that what changed is still known.
    assert_eq!(
        lake.lake.changes(&lake.id, 1, 3).await.unwrap(),
        Changes::Known {
            added: 2,
            removed: 2,
            commits: 2
        }
    );
}

#[tokio::test]
async fn a_new_column_beside_the_first_vector_is_a_change_of_columns() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let mut spec = person_spec();
    let mut fields: Vec<_> = spec.schema.fields().to_vec();
    fields.push(Arc::new(arrow::datatypes::Field::new(
        "school",
        arrow::datatypes::DataType::Utf8View,
        true,
    )));
    spec.schema = Arc::new(arrow::datatypes::Schema::new(fields));
    lake.lake.declare(spec).unwrap();
    lake.upsert("b2", &[("1", "A")]).await;
    let changes = lake.lake.changes(&lake.id, 0, 1).await.unwrap();
    assert!(matches!(changes, Changes::Unknown(why) if why.contains("columns")));
    assert_eq!(
        lake.query("SELECT id, name, school FROM population.person ORDER BY id")
            .await,
        "1|A|\n2|b|"
    );
}

#[tokio::test]
async fn what_came_and_what_went_is_told_as_it_was_then() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.append("b2", &[("4", "d"), ("5", "e")]).await;
    lake.upsert("b3", &[("1", "A"), ("5", "E")]).await;
    lake.upsert("b4", &[("2", "B"), ("3", "C")]).await;
    // What came with a commit is all that it brought, whatever went later.
    assert_eq!(lake.side(0, 1, Side::Added).await, "4:d 5:e");
    assert_eq!(lake.side(0, 2, Side::Added).await, "1:A 4:d 5:E 5:e");
    assert_eq!(lake.side(1, 2, Side::Removed).await, "1:a 5:e");
    // A file that goes as a whole takes only the rows along that it still had.
    assert_eq!(lake.side(2, 3, Side::Removed).await, "2:b 3:c");
    assert_eq!(lake.side(0, 3, Side::Removed).await, "1:a 2:b 3:c 5:e");
    assert_eq!(
        lake.lake.changes(&lake.id, 2, 3).await.unwrap(),
        Changes::Known {
            added: 2,
            removed: 2,
            commits: 1
        }
    );
}

#[tokio::test]
async fn an_undoing_tells_single_rows_and_writes_no_data() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.upsert("b2", &[("2", "B"), ("4", "d")]).await;
    let parts = lake.parts();
    let undone = lake
        .lake
        .undo(&lake.id, batch("b2"), batch("u1"))
        .await
        .unwrap();
    assert_eq!((undone.rows_added, undone.rows_removed), (1, 2));
    assert_eq!(lake.parts(), parts);
    assert_eq!(lake.side(1, 2, Side::Added).await, "2:b");
    assert_eq!(lake.side(1, 2, Side::Removed).await, "2:B 4:d");
    let rows = "1|a|b1|1\n2|b|b1|2\n3|c|b1|3";
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        rows
    );
}

#[tokio::test]
async fn a_return_to_a_version_brings_its_vectors_back() {
    let lake = Fixture::with_vectors(|options| options.checkpoint_every = 3);
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.upsert("b2", &[("1", "A")]).await;
    lake.upsert("b3", &[("2", "B")]).await;
    for version in [1, 0, 2, 1] {
        let expected = query(&lake.lake, ALL, lake.at(version)).await;
        let name = format!("r{version}");
        lake.lake
            .restore(&lake.id, version, batch(&name))
            .await
            .unwrap();
        assert_eq!(lake.query(ALL).await, expected);
        let reopened = lake.reopened();
        assert_eq!(query(&reopened, ALL, ReadPoint::default()).await, expected);
    }
    let restored = lake.lake.restore(&lake.id, 2, batch("r9")).await.unwrap();
    assert_eq!((restored.rows_added, restored.rows_removed), (1, 1));
}

#[tokio::test]
async fn a_file_is_kept_as_long_as_a_version_needs_it_under_any_vector() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.upsert("b2", &[("1", "A")]).await;
    let vacuumed = lake.lake.vacuum(&lake.id, Duration::ZERO).await.unwrap();
    // Only the row that was taken out goes: the file itself is in use.
    assert_eq!(vacuumed.files, 1);
    assert_eq!(
        query(&lake.lake, ALL, lake.at(0)).await,
        "1|a|b1|1\n2|b|b1|2\n3|c|b1|3"
    );
    lake.upsert("b3", &[("2", "B"), ("3", "C")]).await;
    lake.lake.vacuum(&lake.id, Duration::ZERO).await.unwrap();
    assert_eq!(lake.parts(), 2);
    let gone = crate::fixture::try_query(&lake.lake, ALL, lake.at(0)).await;
    assert!(matches!(gone, Err(Error::Vacuumed { version: 0, .. })));
}

#[tokio::test]
async fn statistics_are_of_the_rows_that_are_there() {
    let lake = Fixture::with_vectors(|options| options.row_group_rows = 2);
    // Every third height is missing.
    let rows: Vec<(&str, &str)> = ["1", "2", "3", "4", "5", "6"]
        .into_iter()
        .map(|id| (id, "x"))
        .collect();
    lake.append("b1", &rows).await;
    lake.upsert("b2", &[("1", "y"), ("2", "y")]).await;
    lake.upsert("b3", &[("4", "z"), ("5", "z")]).await;
    for (sql, expected) in [
        ("SELECT count(*) FROM population.person", "6"),
        (
            "SELECT count(height) FROM population.person WHERE _batch = 'b1'",
            "0",
        ),
        (
            "SELECT id FROM population.person WHERE height IS NULL ORDER BY id",
            "3\n6",
        ),
        (
            "SELECT min(id), max(id) FROM population.person WHERE _batch = 'b1'",
            "3|6",
        ),
        ("SELECT count(*) FROM population.person WHERE _row > 0", "6"),
        (
            "SELECT count(*) FROM (SELECT id FROM population.person WHERE _row > 0 LIMIT 6)",
            "6",
        ),
        (
            "SELECT count(*) FROM (SELECT id FROM population.person LIMIT 5)",
            "5",
        ),
        ("SELECT id FROM population.person WHERE id = '1'", "1"),
        (
            "SELECT _batch FROM population.person WHERE id IN ('1', '4', '6') ORDER BY 1",
            "b1\nb2\nb3",
        ),
    ] {
        assert_eq!(lake.query(sql).await, expected, "{sql}");
    }
    let least = "SELECT min(_row), max(born), count(height) FROM population.person";
    assert_eq!(lake.query(least).await, "1|1975-12-31|4");
    let counted = lake
        .lake
        .session(
            &crate::Principal::local_administrator(),
            ReadPoint::default(),
        )
        .explain("SELECT id FROM population.person")
        .await
        .unwrap();
    assert_eq!(counted.inputs[0].rows, 6);
}

#[tokio::test]
async fn the_tail_takes_the_place_of_rows_without_writing_their_file_anew() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    let tail = people("t1", &[("2", "hot"), ("9", "new")]);
    lake.lake.append(&lake.id, &tail, b"").await.unwrap();
    let rows = "1|a|b1|1\n2|hot|t1|1\n3|c|b1|3\n9|new|t1|2";
    assert_eq!(lake.query(ALL).await, rows);
    lake.lake.fold(&lake.id).await.unwrap();
    assert_eq!(lake.query(ALL).await, rows);
    assert_eq!((lake.parts(), lake.gone().await), (2, 1));
    let tail = people("t2", &[("3", "hotter")]);
    lake.lake.append(&lake.id, &tail, b"").await.unwrap();
    let rows = "1|a|b1|1\n2|hot|t1|1\n3|hotter|t2|1\n9|new|t1|2";
    assert_eq!(lake.query(ALL).await, rows);
    assert_eq!(
        lake.query("SELECT name FROM population.person WHERE id = '2'")
            .await,
        "hot"
    );
}

#[tokio::test]
async fn a_change_of_the_packs_takes_rows_out_by_a_vector_and_takes_itself_back() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.upsert("b2", &[("1", "A")]).await;
    let before = lake.query(ALL).await;
    let gone = || {
        let mut gone = Places::default();
        gone.insert("b1", 2);
        gone
    };
    let mut conversion = lake.lake.convert(person_spec()).await.unwrap();
    let exchanged = conversion
        .exchange(batch("c1"), gone(), Vec::new(), "pack change 1")
        .await
        .unwrap();
    assert_eq!(exchanged.rows_removed, 1);
    conversion.undo(batch("c2"), "undo").await.unwrap();
    assert_eq!(lake.query(ALL).await, before);
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        before
    );
    let mut conversion = lake.lake.convert(person_spec()).await.unwrap();
    conversion
        .exchange(batch("c3"), gone(), Vec::new(), "pack change 2")
        .await
        .unwrap();
    lake.lake
        .switch(vec![conversion], Vec::new(), &[])
        .await
        .unwrap();
    assert_eq!(lake.query(ALL).await, "1|A|b2|1\n3|c|b1|3");
    assert_eq!(lake.gone().await, 2);
}

#[tokio::test]
async fn a_joining_drops_what_vectors_name_and_leaves_large_files_that_lack_few_rows() {
    let lake = Fixture::with_vectors(|options| {
        options.file_bytes = 20_000;
        options.vectors.percent = 50;
    });
    let ids: Vec<String> = (0..2_000)
        .map(|n| format!("{:018}", n * 7919 % 2_000))
        .collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "x")).collect();
    lake.append("b1", &rows).await;
    let large = lake.listed().await[0].clone();
    assert!(large.bytes > 10_000, "{} bytes", large.bytes);
    let stands = async |lake: &Fixture| {
        let files = lake.listed().await;
        files.iter().any(|file| file.path == large.path)
    };
    for number in 0..5 {
        let name = format!("c{number}");
        lake.upsert(&name, &rows[number * 10..number * 10 + 10])
            .await;
    }
    let all = lake.query(ALL).await;
    let joined = lake.lake.compact(&lake.id).await.unwrap().unwrap();
    assert_eq!((joined.files_before, joined.files_after), (6, 2));
    assert!(stands(&lake).await);
    assert_eq!(lake.query(ALL).await, all);
    assert_eq!(lake.lake.compact(&lake.id).await.unwrap(), None);
    lake.upsert("d", &rows[600..1_200]).await;
    let all = lake.query(ALL).await;
    lake.lake.compact(&lake.id).await.unwrap().unwrap();
    assert!(!stands(&lake).await);
    assert_eq!(lake.gone().await, 0);
    assert_eq!(lake.query(ALL).await, all);
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        all
    );
}

#[tokio::test]
async fn a_table_that_grows_by_steps_has_few_files_when_it_is_kept_up() {
    let lake = Fixture::with_vectors(|options| options.vectors.percent = 10);
    let ids: Vec<String> = (0..500).map(|n| format!("{n:04}")).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "x")).collect();
    lake.append("b", &rows).await;
    let mut most = 0;
    for step in 0..1_000 {
        let first = step * 37 % 490;
        let name = format!("s{step:04}");
        lake.upsert(&name, &rows[first..first + 3]).await;
        if step % 10 == 9 {
            lake.lake.compact(&lake.id).await.unwrap();
        }
        most = most.max(lake.listed().await.len());
    }
    assert!(most <= 15, "{most} files");
    assert_eq!(
        lake.query("SELECT count(*), count(DISTINCT id) FROM population.person")
            .await,
        "500|500"
    );
}

#[tokio::test]
async fn a_commit_that_is_not_whole_leaves_the_vectors_of_before() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.upsert("b2", &[("1", "A")]).await;
    let before = lake.query(ALL).await;
    // What a kill leaves before the commit: files that no version lists, and half of a commit under another name.
    let log = lake.table().join("_delta_log");
    lake.upsert("b3", &[("2", "B")]).await;
    let commit = log.join("00000000000000000002.json");
    let whole = fs::read_to_string(&commit).unwrap();
    fs::write(log.join(".killed.tmp"), &whole[..whole.len() / 2]).unwrap();
    fs::remove_file(&commit).unwrap();
    let reopened = lake.reopened();
    assert_eq!(query(&reopened, ALL, ReadPoint::default()).await, before);
    // After the commit everything is there.
    fs::write(&commit, whole).unwrap();
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        "1|A|b2|1\n2|B|b3|1\n3|c|b1|3"
    );
}

#[tokio::test]
async fn an_exchange_of_other_rows_than_expected_leaves_nothing_behind() {
    let lake = Fixture::with_vectors(|_| {});
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    let rows = people("b2", &[("2", "B")]);
    let change = Change::Exchange {
        keys: Arc::new(keys_of(&rows)),
        rows: 2,
        went: Some(rows.clone()),
    };
    lake.commit(&rows, "b2", change).await.unwrap_err();
    assert_eq!(lake.lake.version(&lake.id).await.unwrap(), Some(0));
    assert_eq!(lake.gone().await, 0);
    let taken = fs::read_dir(lake.table().join("_taken")).map_or(0, Iterator::count);
    assert_eq!(taken, 0);
}

#[tokio::test]
async fn a_table_with_vectors_is_read_as_a_backup_left_it() {
    let lake = Fixture::with_vectors(|options| options.checkpoint_every = 2);
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.upsert("b2", &[("1", "A")]).await;
    let held = lake.lake.freeze().await.unwrap().release();
    let rows = lake.query(ALL).await;
    lake.upsert("b3", &[("2", "B")]).await;
    let folder = tempfile::tempdir().unwrap();
    for file in held.files().await.unwrap() {
        let target = folder.path().join("lake").join(&file.path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        match file.content {
            crate::FrozenContent::File => {
                let source = lake.folder.path().join("lake").join(&file.path);
                fs::copy(source, target).unwrap();
            }
            crate::FrozenContent::Bytes(bytes) => fs::write(target, bytes).unwrap(),
        }
    }
    let copy = Lake::open(Options::new(folder.path())).unwrap();
    copy.declare(person_spec()).unwrap();
    assert_eq!(query(&copy, ALL, ReadPoint::default()).await, rows);
}
