use super::*;

async fn store(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("records.sqlite"))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_draft_is_there_after_a_restart_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let first = store(&folder).await;
    let state = first
        .drafts("wang")
        .write("query", r#"{"sql": "SELECT 1"}"#, &Expected::Anything)
        .await
        .unwrap();
    first.close().await.unwrap();
    let second = store(&folder).await;
    let draft = second.drafts("wang").read("query").await.unwrap();
    assert_eq!(
        (draft.value.as_str(), draft.state),
        (r#"{"sql": "SELECT 1"}"#, state)
    );
    assert!(matches!(
        second.drafts("li").read("query").await,
        Err(Error::NoDraft(_))
    ));
    assert!(
        second
            .drafts("li")
            .list("", None, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn whoever_writes_from_an_older_state_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = store(&folder).await.drafts("wang");
    let first = drafts.write("a", "1", &Expected::Nothing).await.unwrap();
    let second = drafts
        .write("a", "2", &Expected::State(vec![first.tag()]))
        .await
        .unwrap();
    for stale in [
        Expected::Nothing,
        Expected::State(vec![first.tag()]),
        Expected::State(Vec::new()),
    ] {
        assert!(matches!(
            drafts.write("a", "3", &stale).await,
            Err(Error::DraftChanged(_))
        ));
        assert!(matches!(
            drafts.remove("a", &stale).await,
            Err(Error::DraftChanged(_))
        ));
    }
    assert_eq!(drafts.read("a").await.unwrap().value, "2");
    drafts
        .remove("a", &Expected::State(vec![first.tag(), second.tag()]))
        .await
        .unwrap();
    assert!(matches!(
        drafts.remove("a", &Expected::Anything).await,
        Err(Error::NoDraft(_))
    ));
    let third = drafts.write("a", "2", &Expected::Nothing).await.unwrap();
    assert_ne!(third, second, "the same value again is another state");
}

#[tokio::test]
async fn of_writers_from_one_state_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = store(&folder).await.drafts("wang");
    let first = drafts.write("a", "0", &Expected::Anything).await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (drafts, tag) = (drafts.clone(), first.tag());
            tokio::spawn(async move {
                drafts
                    .write("a", &writer.to_string(), &Expected::State(vec![tag]))
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut succeeded = 0;
    for writer in writers {
        succeeded += u32::from(writer.await.unwrap());
    }
    assert_eq!(succeeded, 1);
}

#[tokio::test]
async fn drafts_are_listed_by_the_beginning_of_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = store(&folder).await.drafts("wang");
    for key in ["deliver.b", "deliver.a", "deliver_", "query", "deliver.c"] {
        drafts
            .write(key, "\"汉\"", &Expected::Anything)
            .await
            .unwrap();
    }
    let keys = |listed: Vec<DraftInfo>| -> Vec<String> {
        listed.into_iter().map(|draft| draft.key).collect()
    };
    let listed = drafts.list("deliver.", None, 2).await.unwrap();
    assert_eq!(listed[0].size_bytes, 5);
    assert_eq!(keys(listed), ["deliver.a", "deliver.b"]);
    let rest = drafts.list("deliver.", Some("deliver.b"), 2).await.unwrap();
    assert_eq!(keys(rest), ["deliver.c"]);
    assert_eq!(drafts.list("", None, 10).await.unwrap().len(), 5);
}

#[tokio::test]
async fn what_is_too_long_too_much_or_no_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = store(&folder).await.drafts("wang");
    for key in ["", "a/b", "a b", "钥匙", &"k".repeat(129)] {
        assert!(
            matches!(
                drafts.write(key, "1", &Expected::Anything).await,
                Err(Error::DraftKey(_))
            ),
            "{key}"
        );
    }
    let long = format!("\"{}\"", "x".repeat(DRAFT_BYTES));
    assert!(matches!(
        drafts.write("a", &long, &Expected::Anything).await,
        Err(Error::DraftTooLarge(_))
    ));
    let mut filling = crate::writing(drafts.store.pool()).await.unwrap();
    for number in 0..DRAFTS {
        sqlx::query("INSERT INTO draft VALUES ('wang', ?, '1', 1)")
            .bind(format!("k{number}"))
            .execute(&mut *filling)
            .await
            .unwrap();
    }
    filling.commit().await.unwrap();
    assert!(matches!(
        drafts.write("one-more", "1", &Expected::Anything).await,
        Err(Error::TooManyDrafts)
    ));
    drafts.write("k0", "2", &Expected::Anything).await.unwrap();
}
