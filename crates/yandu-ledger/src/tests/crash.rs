use serde_json::json;

use super::site::{Site, bare, shipped};

#[tokio::test]
async fn a_crash_between_a_record_and_the_index_loses_nothing() {
    let mut site = Site::new().await;
    for round in 0..4 {
        for number in 0..20 {
            site.register(
                &format!("r{round}e{number}"),
                bare("海堤巡查记录", "市水利局"),
            )
            .await
            .unwrap();
        }
        // Nothing is closed: what waits in memory for the index is gone.
        site = site.killed().await;
        assert_eq!(site.ids("海堤巡查").await.len(), 20 * (round + 1));
    }
    site.patch("r0e0", json!({"title": {"zh": "河道疏浚"}}))
        .await
        .unwrap();
    site = site.killed().await;
    assert_eq!(site.ids("河道疏浚").await, ["r0e0"]);
    assert_eq!(site.ids("海堤巡查").await.len(), 79);
}

#[tokio::test]
async fn a_folder_of_the_index_that_is_gone_is_made_anew() {
    let site = Site::new().await;
    for number in 0..10 {
        site.register(&format!("e{number}"), bare("海堤巡查记录", "市水利局"))
            .await
            .unwrap();
    }
    site.ledger.close().await.unwrap();
    let index = site.index();
    std::fs::remove_dir_all(&index).unwrap();
    let site = site.killed().await;
    assert_eq!(site.ids("海堤巡查").await.len(), 10);
    site.ledger.close().await.unwrap();
    std::fs::write(index.join("meta.json"), "{broken").unwrap();
    let site = site.killed().await;
    assert_eq!(site.ids("海堤巡查").await.len(), 10);
}

#[tokio::test]
async fn an_index_of_other_records_is_not_believed() {
    let other = Site::new().await;
    for number in 0..10 {
        other
            .register(&format!("e{number}"), bare("别处的登记", "别处"))
            .await
            .unwrap();
    }
    other.ledger.close().await.unwrap();
    let site = Site::new().await;
    for number in 0..10 {
        site.register(&format!("e{number}"), bare("海堤巡查记录", "市水利局"))
            .await
            .unwrap();
    }
    site.ledger.close().await.unwrap();
    let index = site.index();
    std::fs::remove_dir_all(&index).unwrap();
    copy(&other.index(), &index);
    let site = site.killed().await;
    assert_eq!(site.ids("海堤巡查").await.len(), 10);
    assert!(site.ids("别处").await.is_empty());
}

#[tokio::test]
async fn an_index_that_is_made_anew_knows_the_names_of_divisions() {
    let site = Site::new().await;
    site.ledger.sync_packs(&shipped()).await.unwrap();
    let mut lamp = bare("路灯", "城管局");
    lamp["division"] = serde_json::json!("320902");
    site.register("lamp", lamp).await.unwrap();
    let id = "lamp".to_owned();
    assert!(site.ids("亭湖").await.contains(&id));
    site.ledger.close().await.unwrap();
    std::fs::remove_dir_all(site.index()).unwrap();
    let site = site.killed().await;
    // Time for an index that does not wait for them to be made without.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    site.ledger.sync_packs(&shipped()).await.unwrap();
    assert!(site.ids("亭湖").await.contains(&id));
}

#[tokio::test]
async fn long_entries_go_to_the_index_a_few_at_a_time() {
    let site = Site::new().await;
    for number in 0..5 {
        let mut entry = bare("登记", "市局");
        entry["about"] = serde_json::json!("字".repeat(1_000));
        site.register(&format!("e{number}"), entry).await.unwrap();
    }
    let pool = site.store.pool();
    let (mut from, mut steps) = (0, 0);
    loop {
        let some = crate::store::changed_after(pool, from, 100, 5_000)
            .await
            .unwrap();
        let Some(last) = some.last() else { break };
        assert!(some.len() <= 2, "{}", some.len());
        from = last.change;
        steps += 1;
    }
    assert_eq!(steps, 3);
}

#[tokio::test]
async fn an_index_that_could_not_be_written_for_a_while_comes_back() {
    let site = Site::new().await;
    site.register("e0", bare("海堤巡查记录", "市水利局"))
        .await
        .unwrap();
    site.ledger.close().await.unwrap();
    let (index, aside) = (site.index(), site.folder.path().join("aside"));
    std::fs::rename(&index, &aside).unwrap();
    site.register("e1", bare("海堤巡查记录", "市水利局"))
        .await
        .unwrap();
    site.ledger.close().await.unwrap_err();
    assert_eq!(
        site.ids("海堤巡查").await.len(),
        2,
        "what is in memory is found"
    );
    std::fs::rename(&aside, &index).unwrap();
    site.ledger.close().await.unwrap();
    let site = site.killed().await;
    assert_eq!(site.ids("海堤巡查").await.len(), 2);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if !file.file_name().to_string_lossy().ends_with(".lock") {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}
