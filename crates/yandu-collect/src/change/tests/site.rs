//! Queries that are saved as models of the site's own pack.

use super::super::{SavedModel, site_folder};
use super::*;
use crate::Error;

fn model(name: &str, sql: &str) -> SavedModel {
    SavedModel {
        name: name.to_owned(),
        title: "各门牌人数".to_owned(),
        about: None,
        owner: Some("市民政局".to_owned()),
        sql: sql.to_owned(),
    }
}

const SQL: &str =
    "SELECT house, count(*) AS people, max(age) AS oldest\nFROM demo.person\nGROUP BY house;\n";

#[tokio::test]
async fn a_saved_query_is_a_dataset_with_the_titles_of_what_it_copies() {
    let mut city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let saved = city
        .changes()
        .save_model(&me, &model("by_house", SQL), "for the month")
        .await;
    assert_eq!(saved.unwrap().number, 2);
    let id = "site.by_house".parse().unwrap();
    for _ in 0..2 {
        let packs = city.collector().packs();
        let dataset = packs.dataset(&id).unwrap();
        assert_eq!(dataset.file().title.zh, "各门牌人数");
        assert_eq!(dataset.file().owner, "市民政局");
        let column = |name: &str| dataset.column(name).unwrap();
        assert_eq!(column("house").title.zh, "门牌");
        assert_eq!(column("people").title.zh, "people");
        assert_eq!(
            column("people").value_type(),
            yandu_words::ValueType::Integer
        );
        assert!(packs.model(&id).unwrap().sql().starts_with("SELECT house"));
        assert!(
            city.query("SELECT house, people, oldest FROM site.by_house")
                .await
                .is_empty()
        );
        city.restart().await;
    }
    assert_eq!(city.running().waiting, None);
    // Saved again under its name, it is another query.
    let other = model("by_house", "SELECT id, age FROM demo.person");
    city.changes()
        .save_model(&me, &other, "by person")
        .await
        .unwrap();
    let packs = city.collector().packs();
    assert!(packs.dataset(&id).unwrap().column("house").is_none());
    city.changes()
        .delete_model(&me, "by_house", "not needed")
        .await
        .unwrap();
    assert!(city.collector().packs().dataset(&id).is_none());
    let gone = city
        .changes()
        .delete_model(&me, "by_house", "again")
        .await
        .unwrap_err();
    assert_eq!(gone.code(), "no-dataset");
}

#[tokio::test]
async fn what_is_wrong_with_a_query_is_said_with_its_place_and_nothing_is_saved() {
    let city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    let save = async |name: &str, sql: &str| {
        city.changes()
            .save_model(&me, &model(name, sql), "x")
            .await
            .unwrap_err()
    };
    let typo = save("a", "SELECT id,\n  agee FROM demo.person").await;
    let Error::Lake(yandu_lake::Error::Query(problem)) = &typo else {
        panic!("{typo:?}");
    };
    assert_eq!((problem.line, problem.column), (Some(2), Some(3)));
    assert_eq!(
        save("a", "SELECT count(*) FROM demo.person").await.code(),
        "model-refused"
    );
    assert_eq!(
        save("Älter", "SELECT id FROM demo.person").await.code(),
        "model-refused"
    );
    let clock = save("a", "SELECT id, now() AS at FROM demo.person").await;
    assert_eq!(clock.code(), "model-refused", "{clock}");
    assert!(!site_folder(city.collector().folder().root()).exists());
    assert_eq!(city.changes().history(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_saved_model_leaves_packs_that_wait_waiting() {
    let city = City::with(PERSON).await;
    let me = Principal::local_administrator();
    city.collect("id,house,age\na,1,130\n", Mode::Upsert).await;
    city.offer(
        "datasets/person.yaml",
        &PERSON.replace("[0, 150]", "[0, 120]"),
    );
    city.changes()
        .save_model(&me, &model("by_house", SQL), "x")
        .await
        .unwrap();
    assert_eq!(city.rows().await.len(), 1);
    let plan = city.changes().plan().await.unwrap().unwrap();
    assert!(plan.touches_rows());
    let changed: Vec<&str> = plan
        .datasets
        .iter()
        .map(|plan| plan.dataset.as_str())
        .collect();
    assert_eq!(changed, ["demo.person"]);
}
