//! Bad input: a clear error, a lake that is as it was, and nothing lost.

mod bomb;
mod disk;

pub(crate) use bomb::bomb;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use yandu_collect::{BatchStatus, Collector, Mode, Outcome};
use yandu_store::DataFolder;

use crate::child::{self, answer, peak_memory};
use crate::site::{Site, assert_adds_up, collect, demo_packs, open, quarantined, query};

const ITEM: &str = r"key: [id]
columns:
  id:   {title: {zh: 编号, en: Id}, standard: id}
  size: {title: {zh: 大小, en: Size}, type: integer}
  note: {title: {zh: 说明, en: Note}, type: text, required: false}
";
const GOOD: &str = "id,size,note\na,1,first\nb,2,\n";
const MEGABYTE: u64 = 1 << 20;

async fn site() -> Site {
    let site = Site::demo(&[("item", ITEM)]).await;
    let good = site
        .collect("demo.item", &site.write("good.csv", GOOD), None)
        .await;
    assert_eq!((good.status, good.rows_kept), (BatchStatus::Collected, 2));
    site
}

async fn rows(collector: &Collector) -> Vec<String> {
    let rows = query(
        collector,
        "SELECT id || ':' || CAST(size AS VARCHAR) FROM demo.item ORDER BY 1",
    )
    .await;
    rows.into_iter().map(|row| row[0].clone()).collect()
}

/// The delivery is refused under `code` with a help line, the lake is as it was, and the next good one is collected.
async fn assert_refused(site: &Site, path: &Path, code: &str) {
    let collector = &site.collector;
    let (version, before) = (version(collector).await, rows(collector).await);
    let outcome = site.collect("demo.item", path, None).await;
    let error = outcome
        .error
        .clone()
        .unwrap_or_else(|| panic!("{code}: {outcome:?}"));
    println!(
        "{code}: {} ({})",
        error.message,
        error.help.as_deref().unwrap_or("no help")
    );
    assert_eq!(
        (outcome.status, error.code.as_str()),
        (BatchStatus::Refused, code)
    );
    assert!(
        error.help.is_some_and(|help| !help.is_empty()),
        "{code} has no help"
    );
    assert_eq!(
        (self::version(collector).await, rows(collector).await),
        (version, before)
    );
    assert_still_works(site, code).await;
}

async fn version(collector: &Collector) -> Option<u64> {
    collector
        .lake()
        .version(&"demo.item".parse().unwrap())
        .await
        .unwrap()
}

async fn assert_still_works(site: &Site, name: &str) {
    // Other bytes than the last time.
    let again = format!(
        "id,size,note\n{name},7,{:?}\n",
        version(&site.collector).await
    );
    let outcome = site
        .collect(
            "demo.item",
            &site.write("again.csv", again),
            Some(Mode::Upsert),
        )
        .await;
    assert_eq!(
        (outcome.status, outcome.rows_kept),
        (BatchStatus::Collected, 1),
        "after {name}: {outcome:?}"
    );
    assert!(rows(&site.collector).await.contains(&format!("{name}:7")));
    let batches = site
        .collector
        .batches(&yandu_collect::BatchFilter::default())
        .await
        .unwrap();
    assert!(!batches.is_empty());
    assert!(batches.iter().all(|batch| batch.status.is_settled()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_file_a_directory_and_a_binary_are_refused_by_name() {
    let site = site().await;
    assert_refused(&site, &site.write("empty.csv", ""), "empty-file").await;
    let folder = site.folder.path().join("folder.csv");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("inside.csv"), GOOD).unwrap();
    assert_refused(&site, &folder, "directory").await;
    let program = std::env::current_exe().unwrap();
    assert_refused(&site, &program, "binary-file").await;
    let noise: Vec<u8> = (0..100_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    assert_refused(&site, &site.write("noise.csv", noise), "binary-file").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cell_too_many_costs_its_row_alone() {
    let site = site().await;
    let outcome = site
        .collect(
            "demo.item",
            &site.write("wide.csv", "id,size,note\na,1,x\nb,2,y,z\nc,3,\n"),
            None,
        )
        .await;
    assert_adds_up(&outcome);
    assert_eq!(
        (outcome.rows_in, outcome.rows_kept, outcome.rows_quarantined),
        (3, 2, 1)
    );
    let waiting = quarantined(&site.collector, &outcome).await;
    assert_eq!(
        (waiting[0].row, waiting[0].reasons[0].reason.as_str()),
        (2, "cell-count")
    );
    assert_eq!(waiting[0].record, "b,2,y,z");
    assert_eq!(rows(&site.collector).await, ["a:1", "c:3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nul_byte_costs_its_row_and_many_of_them_the_file() {
    let site = site().await;
    let outcome = site
        .collect(
            "demo.item",
            &site.write("nul.csv", "id,size,note\na,1,x\nb,2,y\0z\nc,3,\n"),
            None,
        )
        .await;
    assert_adds_up(&outcome);
    assert_eq!(
        (outcome.rows_in, outcome.rows_kept, outcome.rows_quarantined),
        (3, 2, 1),
        "{outcome:?}"
    );
    let waiting = quarantined(&site.collector, &outcome).await;
    assert_eq!(
        (waiting[0].row, waiting[0].reasons[0].reason.as_str()),
        (2, "control-character")
    );
    let holes = [GOOD.as_bytes(), &[0; 4_096], b"\nc,3,\n"].concat();
    assert_refused(&site, &site.write("holes.csv", holes), "binary-file").await;
}

/// Collects `path` into a site in `folder` and answers what became of it and how much memory it took.
async fn collect_and_tell(folder: &Path, path: &Path) {
    let packs = demo_packs(folder, &[("item", ITEM)]);
    let collector = open(&folder.join("data"), packs).await.unwrap();
    let good = folder.join("good.csv");
    fs::write(&good, GOOD).unwrap();
    collect(&collector, "demo.item", &good, None).await.unwrap();
    let before = peak_memory();
    let outcome: Outcome = collect(&collector, "demo.item", path, Some(Mode::Upsert))
        .await
        .unwrap();
    let grown = peak_memory()
        .zip(before)
        .map_or(0, |(after, before)| after - before);
    answer(&format!("{grown}"));
    answer(&serde_json::to_string(&outcome).unwrap());
    answer(&rows(&collector).await.join(" "));
    let again = folder.join("again.csv");
    fs::write(&again, "id,size\nz,9\n").unwrap();
    collect(&collector, "demo.item", &again, Some(Mode::Upsert))
        .await
        .unwrap();
    answer(&rows(&collector).await.join(" "));
}

pub(crate) async fn wide_field(folder: &Path) {
    let path = folder.join("wide.csv");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    file.write_all(b"id,size,note\nc,3,before\nd,4,\"").unwrap();
    io::copy(
        &mut io::Read::take(io::repeat(b'x'), 100 * MEGABYTE),
        &mut file,
    )
    .unwrap();
    file.write_all(b"\"\ne,5,after\n").unwrap();
    file.into_inner().unwrap();
    collect_and_tell(folder, &path).await;
}

#[test]
fn a_field_of_100_megabytes_costs_its_row_alone_and_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let told = child::run("wide", folder.path());
    let grown: u64 = told[0].parse().unwrap();
    let outcome: serde_json::Value = serde_json::from_str(&told[1]).unwrap();
    println!(
        "a field of 100 MB: {} MB of memory, {}",
        grown / MEGABYTE,
        outcome["findings"]
    );
    assert_eq!(
        (
            outcome["rows_in"].as_u64(),
            outcome["rows_quarantined"].as_u64()
        ),
        (Some(3), Some(1)),
        "{outcome}"
    );
    assert_eq!(outcome["findings"][0]["reason"], "cell-too-long");
    assert_eq!(told[2..], ["a:1 b:2 c:3 e:5", "a:1 b:2 c:3 e:5 z:9"]);
    assert!(
        grown < 500 * MEGABYTE,
        "memory grew by {} MB",
        grown / MEGABYTE
    );
}

pub(crate) fn second_process(folder: &Path) {
    let error = DataFolder::open(&folder.join("data")).unwrap_err();
    answer(error.code());
    answer(error.help().unwrap());
    answer(&error.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_on_the_same_data_folder_is_told_who_holds_it() {
    let site = site().await;
    let told = child::run("second", site.folder.path());
    println!("{}: {} ({})", told[0], told[2], told[1]);
    assert_eq!(told[0], "in-use");
    assert!(
        told[2].ends_with(&format!("process {}", std::process::id())),
        "{}",
        told[2]
    );
    assert_still_works(&site, "c").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_stay_in_order_when_the_clock_of_the_machine_jumps_back() {
    let folder = tempfile::tempdir().unwrap();
    let packs = || demo_packs(folder.path(), &[("item", ITEM)]);
    let data = folder.path().join("data");
    let records = DataFolder::open(&data).unwrap().records();
    let set_clock = async |at: i64| {
        let store = yandu_store::Store::open(&records).await.unwrap();
        sqlx::query("UPDATE clock SET newest_at = ?")
            .bind(at)
            .execute(store.pool())
            .await
            .unwrap();
        store.pool().close().await;
    };
    let deliver = async |content: &str| {
        let path = folder.path().join("delivery.csv");
        fs::write(&path, content).unwrap();
        let collector = open(&data, packs()).await.unwrap();
        let outcome = collect(&collector, "demo.item", &path, Some(Mode::Upsert))
            .await
            .unwrap();
        assert_eq!(outcome.status, BatchStatus::Collected);
        (outcome.batch, rows(&collector).await)
    };
    // The year 2100: to every later process the clock of the machine has jumped back by decades.
    let future: i64 = 4_102_444_800_000_000;
    set_clock(future).await;
    let (first, _) = deliver("id,size\na,1\n").await;
    let (second, rows) = deliver("id,size\na,2\n").await;
    assert!(first < second, "{first} is before {second}");
    assert_eq!(rows, ["a:2"]);
}
