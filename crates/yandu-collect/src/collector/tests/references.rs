//! References between datasets: how they stand, and what a delivery brings.

use yandu_lake::{Principal, ReadPoint};

use super::{City, counts, reasons};
use crate::Mode;
use crate::batch::BatchStatus;

#[tokio::test]
async fn references_are_looked_at_again_when_the_other_side_changes() {
    let city = City::open().await;
    let orphans = async |city: &City| {
        let references = city
            .collector
            .references(&"demo.citizen".parse().unwrap())
            .await
            .unwrap();
        (references[0].rows, references[0].orphans)
    };
    city.collect("编号,年龄,上级\na,1,\nb,2,a\nc,3,z\n", Mode::Upsert)
        .await;
    assert_eq!(orphans(&city).await, (2, 1));
    city.collect("编号,年龄\nz,9\n", Mode::Upsert).await;
    assert_eq!(orphans(&city).await, (2, 0));
}

#[tokio::test]
async fn the_orphans_that_a_delivery_brings_stand_in_its_findings_with_their_places() {
    let city = City::open().await;
    let first = city
        .collect("编号,上级\na,\nb,a\nc,z\nd,y\n", Mode::Upsert)
        .await;
    assert_eq!(
        counts(&first),
        (4, 4, 0, 0),
        "a reference is soft unless it says otherwise"
    );
    let detail = city.collector.batch(&first.batch).await.unwrap();
    let found = detail
        .findings
        .iter()
        .find(|finding| finding.reason == "boss-unknown")
        .unwrap();
    assert_eq!((found.level, found.rows), (yandu_check::Level::Soft, 2));
    let samples: Vec<_> = found
        .samples
        .iter()
        .map(|sample| (sample.row, sample.text.as_str()))
        .collect();
    assert_eq!(samples, [(3, "z"), (4, "y")]);
    let second = city.collect("编号,上级\ny,a\ne,x\n", Mode::Upsert).await;
    assert_eq!(
        reasons(&second),
        ["boss-unknown 1"],
        "of what it brings itself"
    );
}

/// The one reference as it stands in the records.
async fn standing(city: &City) -> (u64, u64) {
    let citizen = "demo.citizen".parse().unwrap();
    let references = city.collector.references(&citizen).await.unwrap();
    (references[0].rows, references[0].orphans)
}

#[tokio::test]
async fn a_reference_is_followed_from_how_it_stood_while_no_value_goes_that_others_mean() {
    let city = City::open().await;
    city.collect("编号,年龄,上级\na,1,\nb,2,a\nc,3,z\n", Mode::Upsert)
        .await;
    // Only what follows from this comes out wrong; who reads everything finds the truth again.
    sqlx::query("UPDATE reference_state SET orphans = orphans + 100")
        .execute(city.collector.inner.batches.pool())
        .await
        .unwrap();
    city.collect("编号,年龄,上级\na,5,\nd,1,b\ne,1,y\n", Mode::Upsert)
        .await;
    assert_eq!(standing(&city).await, (4, 102));
    city.collect("编号,年龄,上级\nz,1,\n", Mode::Upsert).await;
    assert_eq!(standing(&city).await, (4, 1));
}

#[tokio::test]
async fn references_that_are_followed_stand_as_if_everything_had_been_read() {
    use rand::seq::IndexedRandom;
    use rand::{Rng, SeedableRng};
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let city = City::open().await;
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for _ in 0..40 {
        let mode = *[Mode::Upsert, Mode::Upsert, Mode::Upsert, Mode::Snapshot]
            .choose(&mut random)
            .unwrap();
        let mut content = "编号,年龄,上级\n".to_owned();
        for id in ids {
            if random.random_bool(0.4) {
                let boss = if random.random_bool(0.7) {
                    *ids.choose(&mut random).unwrap()
                } else {
                    ""
                };
                let age = random.random_range(1..90);
                content.push_str(&format!("{id},{age},{boss}\n"));
            }
        }
        city.collect(&content, mode).await;
        let session = city
            .collector
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default());
        let count = async |sql: &str| {
            let rows = session.query(sql).await.unwrap().collect().await.unwrap();
            rows.iter()
                .map(arrow::array::RecordBatch::num_rows)
                .sum::<usize>() as u64
        };
        let with = count("SELECT boss FROM demo.citizen WHERE boss IS NOT NULL").await;
        let orphans = count(
            "SELECT c.boss FROM demo.citizen c LEFT ANTI JOIN demo.citizen b ON b.id = c.boss WHERE c.boss IS NOT NULL",
        )
        .await;
        if city
            .collector
            .lake()
            .version(&"demo.citizen".parse().unwrap())
            .await
            .unwrap()
            .is_some()
        {
            assert_eq!(
                standing(&city).await,
                (with, orphans),
                "seed {seed} after {content}"
            );
        }
    }
}

/// Lets no look at a reference come to its end, as if the process ended in it.
async fn stop_looking(city: &City) {
    run_sql(
        city,
        "CREATE TRIGGER stopped BEFORE INSERT ON reference_state BEGIN SELECT RAISE(ABORT, 'stopped'); END",
    )
    .await;
}

pub(super) async fn run_sql(city: &City, sql: &'static str) {
    sqlx::query(sql)
        .execute(city.collector.inner.batches.pool())
        .await
        .unwrap();
}

/// The city after a start.
pub(super) async fn started_again(city: City) -> City {
    let City { folder, collector } = city;
    drop(collector);
    let collector = City::start(folder.path()).await;
    City { folder, collector }
}

#[tokio::test]
async fn references_that_were_not_looked_at_before_the_process_ended_are_looked_at_by_the_next_start()
 {
    let city = City::open().await;
    city.collect("编号,上级\na,\nb,a\n", Mode::Upsert).await;
    stop_looking(&city).await;
    let late = city.collect("编号,上级\nc,z\n", Mode::Upsert).await;
    assert_eq!(
        late.status,
        BatchStatus::Collected,
        "its rows are there whether or not anybody has looked"
    );
    assert_eq!(standing(&city).await, (1, 0));
    let found = async |city: &City| {
        let detail = city.collector.batch(&late.batch).await.unwrap();
        let orphans = detail.findings.into_iter();
        orphans
            .map(|finding| (finding.reason, finding.rows))
            .collect::<Vec<_>>()
    };
    assert!(found(&city).await.is_empty());

    run_sql(&city, "DROP TRIGGER stopped").await;
    // The process may have ended before the record of the batch was settled, too.
    run_sql(
        &city,
        "UPDATE batch SET status = 'committing', version = NULL, finished_at = NULL \
         WHERE id = (SELECT max(id) FROM batch)",
    )
    .await;
    let city = started_again(city).await;
    assert_eq!(standing(&city).await, (2, 1));
    assert_eq!(found(&city).await, [("boss-unknown".to_owned(), 1)]);
    let city = started_again(city).await;
    assert_eq!(found(&city).await.len(), 1, "once");

    stop_looking(&city).await;
    city.undo(&late.batch).await;
    assert_eq!(standing(&city).await, (2, 1));
    run_sql(&city, "DROP TRIGGER stopped").await;
    let city = started_again(city).await;
    assert_eq!(standing(&city).await, (1, 0));
}
