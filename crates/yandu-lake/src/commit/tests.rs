use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};

use crate::fixture::{
    Fixture, batch, keys_of, people, person_schema, person_spec, query, try_query,
};
use crate::{BATCH, Change, Commit, Error, ReadPoint, TableSpec};

#[tokio::test]
async fn every_type_survives_the_way_through_the_lake() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "张三"), ("2", "𬱖𫖯"), ("3", "")])
        .await;
    assert_eq!(
        lake.everything().await,
        "1|张三|1971-01-01|123.45|1970-01-01T00:16:40.000001|00:00:01|151|b1|1\n\
         2|𬱖𫖯|1972-01-01|246.90|1970-01-01T00:33:20.000002|00:00:02|152|b1|2\n\
         3||1972-12-31|370.35|1970-01-01T00:50:00.000003|00:00:03||b1|3"
    );
    let reopened = lake.reopened();
    assert_eq!(
        query(
            &reopened,
            "SELECT id FROM population.person WHERE opens = '00:00:02' AND seen_at > timestamp '1970-01-01 00:20:00' AND born < date '1990-01-01'",
            ReadPoint::default()
        )
        .await,
        "2"
    );
}

#[tokio::test]
async fn an_append_leaves_the_other_rows() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let second = lake.append("b2", &[("1", "a"), ("2", "b")]).await;
    assert_eq!(
        (second.version, second.rows_added, second.rows_removed),
        (1, 2, 0)
    );
    assert_eq!(
        lake.query("SELECT id, _batch, _row FROM population.person ORDER BY _batch, _row")
            .await,
        "1|b1|1\n1|b2|1\n2|b2|2"
    );
}

#[tokio::test]
async fn a_snapshot_takes_the_place_of_all_rows() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let replaced = lake
        .commit(&people("b2", &[("2", "c")]), "b2", Change::Replace)
        .await
        .unwrap();
    assert_eq!((replaced.rows_added, replaced.rows_removed), (1, 2));
    assert_eq!(
        lake.query("SELECT id, name FROM population.person").await,
        "2|c"
    );
}

#[tokio::test]
async fn an_upsert_replaces_by_key_and_touches_no_other_file() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    lake.append("b2", &[("3", "c"), ("4", "d")]).await;
    let before = lake.lake.table(&lake.id).unwrap().present().await.unwrap();
    let untouched = before
        .version
        .unwrap()
        .files
        .iter()
        .find(|file| file.text_bounds(BATCH).unwrap().0 == "b2")
        .unwrap()
        .path
        .clone();
    let upserted = lake.upsert("b3", &[("2", "B"), ("9", "x")]).await;
    assert_eq!((upserted.rows_added, upserted.rows_removed), (2, 1));
    assert_eq!(
        lake.query("SELECT id, name, _batch, _row FROM population.person ORDER BY id")
            .await,
        "1|a|b1|1\n2|B|b3|1\n3|c|b2|1\n4|d|b2|2\n9|x|b3|2"
    );
    let after = lake.lake.table(&lake.id).unwrap().present().await.unwrap();
    assert!(
        after
            .version
            .unwrap()
            .files
            .iter()
            .any(|file| file.path == untouched)
    );
    assert_eq!(
        query(
            &lake.reopened(),
            "SELECT count(*), count(DISTINCT id) FROM population.person",
            ReadPoint::default()
        )
        .await,
        "5|5"
    );
}

#[tokio::test]
async fn a_batch_is_found_after_a_restart_and_an_unknown_one_is_not() {
    let lake = Fixture::with(|options| options.checkpoint_every = 3);
    assert_eq!(
        lake.lake.find_commit(&lake.id, &batch("b1")).await.unwrap(),
        None
    );
    for number in 0..8 {
        let name = format!("b{number}");
        lake.append(&name, &[(name.as_str(), "x")]).await;
    }
    let reopened = lake.reopened();
    for number in 0..8 {
        assert_eq!(
            reopened
                .find_commit(&lake.id, &batch(&format!("b{number}")))
                .await
                .unwrap(),
            Some(number)
        );
    }
    assert_eq!(
        reopened.find_commit(&lake.id, &batch("b8")).await.unwrap(),
        None
    );
    assert_eq!(
        query(
            &reopened,
            "SELECT count(*) FROM population.person",
            ReadPoint::default()
        )
        .await,
        "8"
    );
    let history = reopened.versions(&lake.id).await.unwrap();
    assert_eq!(history.len(), 8);
    assert_eq!(history[7].rows, 8);
    assert_eq!(history[7].batch, Some(batch("b7")));
    assert!(
        history
            .windows(2)
            .all(|pair| pair[0].committed_at < pair[1].committed_at)
    );
}

#[tokio::test]
async fn files_without_a_commit_are_not_read_and_can_be_swept() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let mut writer = lake.lake.writer(&lake.id).unwrap();
    writer.write(&people("b2", &[("2", "b")])).unwrap();
    let files = writer.finish().unwrap();
    let path = lake
        .folder
        .path()
        .join("lake/population/person")
        .join(files[0].path());
    assert!(path.exists());
    assert_eq!(lake.query("SELECT id FROM population.person").await, "1");
    lake.lake
        .sweep(
            &lake.id,
            &[files[0].path().to_owned(), "../../x.parquet".to_owned()],
        )
        .await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_cannot_be_removed_keeps_no_other() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let mut writer = lake.lake.writer(&lake.id).unwrap();
    writer.write(&people("b2", &[("2", "b")])).unwrap();
    let files = writer.finish().unwrap();
    let folder = lake.folder.path().join("lake/population/person");
    std::fs::create_dir(folder.join("held.parquet")).unwrap();
    let paths = ["held.parquet".to_owned(), files[0].path().to_owned()];
    lake.lake.sweep(&lake.id, &paths).await;
    assert!(folder.join("held.parquet").exists());
    assert!(!folder.join(files[0].path()).exists());
}

#[tokio::test]
async fn an_abandoned_writer_leaves_no_file() {
    let lake = Fixture::new();
    let mut writer = lake.lake.writer(&lake.id).unwrap();
    let many: Vec<String> = (0..20_000).map(|n| n.to_string()).collect();
    let rows: Vec<(&str, &str)> = many.iter().map(|id| (id.as_str(), "x")).collect();
    writer.write(&people("b1", &rows)).unwrap();
    writer.abandon();
    let folder = lake.folder.path().join("lake/population/person");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[tokio::test]
async fn a_new_column_joins_the_table_and_is_empty_in_old_rows() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let mut fields: Vec<_> = person_schema().fields().to_vec();
    fields.insert(1, Arc::new(Field::new("school", DataType::Utf8View, true)));
    lake.lake
        .declare(TableSpec {
            schema: Arc::new(Schema::new(fields)),
            ..person_spec()
        })
        .unwrap();
    assert_eq!(
        lake.query("SELECT id, school FROM population.person ORDER BY id")
            .await,
        "1|\n2|"
    );
    let rows = people("b2", &[("2", "B")]);
    let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
    columns.insert(1, Arc::new(StringViewArray::from(vec!["盐城中学"])));
    let schema = lake.lake.schema(&lake.id).unwrap();
    let rows = RecordBatch::try_new(schema, columns).unwrap();
    let keys = Arc::new(keys_of(&rows));
    lake.commit(&rows, "b2", Change::Upsert { keys })
        .await
        .unwrap();
    assert_eq!(
        lake.query("SELECT id, school, name FROM population.person ORDER BY id")
            .await,
        "1||a\n2|盐城中学|B"
    );
}

#[tokio::test]
async fn a_column_that_is_no_longer_declared_is_hidden_and_not_lost() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let fields: Vec<_> = person_schema()
        .fields()
        .iter()
        .filter(|field| field.name() != "name")
        .cloned()
        .collect();
    lake.lake
        .declare(TableSpec {
            schema: Arc::new(Schema::new(fields)),
            ..person_spec()
        })
        .unwrap();
    assert!(
        try_query(
            &lake.lake,
            "SELECT name FROM population.person",
            ReadPoint::default()
        )
        .await
        .is_err()
    );
    lake.upsert("b2", &[("2", "B")]).await;
    lake.lake.declare(person_spec()).unwrap();
    assert_eq!(
        lake.query("SELECT id, name FROM population.person ORDER BY id")
            .await,
        "1|a\n2|"
    );
}

#[tokio::test]
async fn a_column_cannot_change_its_type() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    lake.lake
        .declare(TableSpec {
            id: person_spec().id,
            schema: Arc::new(Schema::new(vec![
                Field::new("id", DataType::Utf8View, true),
                Field::new("height", DataType::Float64, true),
            ])),
            key: vec!["id".to_owned()],
        })
        .unwrap();
    let refused = lake
        .commit(&people("b2", &[("2", "b")]), "b2", Change::Append)
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "column `height` of `population.person` holds long and is declared as double"
    );
    lake.lake.declare(person_spec()).unwrap();
    assert_eq!(lake.query("SELECT id FROM population.person").await, "1");
}

#[tokio::test]
async fn a_table_without_a_key_cannot_be_upserted() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    lake.lake
        .declare(TableSpec {
            key: Vec::new(),
            ..person_spec()
        })
        .unwrap();
    let refused = lake
        .commit(
            &people("b2", &[("2", "b")]),
            "b2",
            Change::Upsert {
                keys: Arc::default(),
            },
        )
        .await;
    assert!(matches!(refused, Err(Error::NoKey(_))));
}

#[tokio::test]
async fn a_writer_from_outside_is_noticed() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let log = lake.folder.path().join("lake/population/person/_delta_log");
    let first = std::fs::read_to_string(log.join("00000000000000000000.json")).unwrap();
    let info = first.lines().next().unwrap();
    std::fs::write(log.join("00000000000000000001.json"), format!("{info}\n")).unwrap();
    let refused = lake
        .commit(&people("b2", &[("2", "b")]), "b2", Change::Append)
        .await;
    assert!(matches!(refused, Err(Error::Conflict { version: 1, .. })));
    let next = lake.append("b3", &[("3", "c")]).await;
    assert_eq!(next.version, 2);
}

#[tokio::test]
async fn commits_at_the_same_time_come_one_after_another() {
    let lake = Arc::new(Fixture::new());
    let tasks: Vec<_> = (0..12)
        .map(|number| {
            let lake = Arc::clone(&lake);
            tokio::spawn(async move {
                let name = format!("b{number}");
                lake.upsert(&name, &[("same", name.as_str()), (name.as_str(), "own")])
                    .await;
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        lake.query("SELECT count(*), count(DISTINCT id) FROM population.person")
            .await,
        "13|13"
    );
}

#[tokio::test]
async fn another_reader_of_delta_tables_reads_the_same_rows() {
    let plain = Fixture::with(|options| options.checkpoint_every = 2);
    let with_vectors = Fixture::with_vectors(|options| options.checkpoint_every = 2);
    for lake in [plain, with_vectors] {
        lake.append("b1", &[("1", "a"), ("2", "b"), ("4", "d")])
            .await;
        lake.upsert("b2", &[("2", "B"), ("3", "c")]).await;
        lake.upsert("b3", &[("3", "C")]).await;
        let newest = ["1|a|151", "2|B|151", "3|C|151", "4|d|"];
        assert_eq!(read_by_another(&lake, None).await, newest);
        let before = ["1|a|151", "2|B|151", "3|c|152", "4|d|"];
        assert_eq!(read_by_another(&lake, Some(1)).await, before);
    }
}

async fn read_by_another(lake: &Fixture, version: Option<u64>) -> Vec<String> {
    let folder = lake.folder.path().join("lake/population/person");
    let url = deltalake::ensure_table_uri(folder.to_str().unwrap()).unwrap();
    let table = match version {
        Some(version) => deltalake::open_table_with_version(url, version).await,
        None => deltalake::open_table(url).await,
    };
    let session = deltalake::delta_datafusion::create_session().into_inner();
    session
        .register_table("t", table.unwrap().table_provider().await.unwrap())
        .unwrap();
    let rows = session
        .sql("SELECT id, name, height FROM t ORDER BY id")
        .await
        .unwrap()
        .collect()
        .await
        .unwrap();
    crate::fixture::lines(&rows)
}

#[tokio::test]
async fn large_files_are_split_and_counted() {
    let lake = Fixture::with(|options| {
        options.row_group_rows = 1_000;
        options.file_bytes = 40_000;
    });
    let ids: Vec<String> = (0..20_000)
        .map(|n| format!("{:018}", n * 7919 % 20_000))
        .collect();
    let mut writer = lake.lake.writer(&lake.id).unwrap();
    for (index, chunk) in ids.chunks(777).enumerate() {
        let rows: Vec<(&str, &str)> = chunk.iter().map(|id| (id.as_str(), "x")).collect();
        writer
            .write(&crate::fixture::people_from(
                "b1",
                index as i64 * 777 + 1,
                &rows,
            ))
            .unwrap();
    }
    let files = writer.finish().unwrap();
    assert!(files.len() > 1);
    assert_eq!(files.iter().map(crate::NewFile::rows).sum::<u64>(), 20_000);
    let stats: serde_json::Value = serde_json::from_str(&files[0].stats()).unwrap();
    assert_eq!(stats["minValues"]["born"], "1971-01-01");
    assert_eq!(stats["nullCount"]["_row"], 0);
    lake.lake
        .commit(
            &lake.id,
            Commit {
                batch: batch("b1"),
                into: None,
                change: Change::Append,
                files,
                operation: "collect".to_owned(),
            },
        )
        .await
        .unwrap();
    assert_eq!(
        lake.query("SELECT _row FROM population.person WHERE id = '000000000000007919'")
            .await,
        "2"
    );
}
