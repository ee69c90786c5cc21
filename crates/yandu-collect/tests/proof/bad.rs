//! Bad input: a clear error, a lake that is as it was, and nothing lost.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use yandu_collect::{BatchStatus, Collector, Mode, Outcome};
use yandu_store::DataFolder;

use crate::child::{self, answer, peak_memory};
use crate::site::{Site, assert_adds_up, collect, demo_packs, me, open, quarantined, query};

const ITEM: &str = r#"key: [id]
columns:
  id:   {title: {zh: 编号, en: Id}, standard: id}
  size: {title: {zh: 大小, en: Size}, type: integer}
  note: {title: {zh: 说明, en: Note}, type: text, required: false}
"#;
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
    let running = site
        .collector
        .batches(&yandu_collect::BatchFilter::default())
        .await
        .unwrap();
    assert!(running.iter().all(|batch| batch.status.is_settled()));
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

/// A file of a zip archive, packed already.
struct Member {
    name: &'static str,
    packed: Vec<u8>,
    is_deflated: bool,
    sum: u32,
    unpacked: u64,
}

impl Member {
    fn stored(name: &'static str, text: &str) -> Self {
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        Self {
            name,
            packed: text.into(),
            is_deflated: false,
            sum: crc.sum(),
            unpacked: text.len() as u64,
        }
    }

    /// `head`, then `times` copies of a megabyte of spaces.
    fn spaces(name: &'static str, head: &str, times: u64) -> Self {
        let mut packer = Compress::new(Compression::best(), false);
        let mut pack = |bytes: &[u8], flush| {
            let mut packed = Vec::with_capacity(bytes.len() + 1_024);
            let status = packer.compress_vec(bytes, &mut packed, flush).unwrap();
            assert!(matches!(status, Status::Ok | Status::StreamEnd));
            packed
        };
        let mut packed = pack(head.as_bytes(), FlushCompress::Full);
        // After a full flush nothing refers back, so the same bytes may follow any number of times.
        let megabyte = pack(&vec![b' '; MEGABYTE as usize], FlushCompress::Full);
        let end = pack(b"", FlushCompress::Finish);
        for _ in 0..times {
            packed.extend_from_slice(&megabyte);
        }
        packed.extend(end);
        Self {
            name,
            packed,
            is_deflated: true,
            sum: 0,
            unpacked: head.len() as u64 + times * MEGABYTE,
        }
    }
}

/// Writes a zip archive by hand, since no library writes one that unpacks to 10 GB in a moment.
fn write_zip(path: &Path, members: &[Member]) {
    let mut archive: Vec<u8> = Vec::new();
    let mut directory: Vec<u8> = Vec::new();
    for member in members {
        let offset = archive.len() as u32;
        let is_large = member.unpacked >= u64::from(u32::MAX);
        let mut more = Vec::new();
        if is_large {
            more.extend([1_u16, 16].iter().flat_map(|part| part.to_le_bytes()));
            more.extend(
                [member.unpacked, member.packed.len() as u64]
                    .iter()
                    .flat_map(|part| part.to_le_bytes()),
            );
        }
        let size = |bytes: u64| if is_large { u32::MAX } else { bytes as u32 };
        let mut common: Vec<u8> = Vec::new();
        for part in [45_u16, 0, if member.is_deflated { 8 } else { 0 }, 0, 0x21] {
            common.extend(part.to_le_bytes());
        }
        for part in [
            member.sum,
            size(member.packed.len() as u64),
            size(member.unpacked),
        ] {
            common.extend(part.to_le_bytes());
        }
        common.extend((member.name.len() as u16).to_le_bytes());
        common.extend((more.len() as u16).to_le_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(member.name.as_bytes());
        archive.extend(&more);
        archive.extend(&member.packed);
        directory.extend(b"PK\x01\x02");
        directory.extend(45_u16.to_le_bytes());
        directory.extend(&common);
        directory.extend([0_u8; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(member.name.as_bytes());
        directory.extend(&more);
    }
    let (start, count) = (archive.len() as u32, members.len() as u16);
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].iter().flat_map(|part| part.to_le_bytes()));
    archive.extend(
        [directory.len() as u32, start]
            .iter()
            .flat_map(|part| part.to_le_bytes()),
    );
    archive.extend([0, 0]);
    fs::write(path, archive).unwrap();
}

/// A workbook whose one sheet unpacks to 10 GB, and says so or does not.
fn write_bomb(path: &Path, is_honest: bool) {
    let mut sheet = Member::spaces(
        "xl/worksheets/sheet1.xml",
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>size</t></is></c></row>"#,
        10 << 10,
    );
    if !is_honest {
        sheet.unpacked = 1_000;
    }
    write_zip(
        path,
        &[
            Member::stored(
                "[Content_Types].xml",
                r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
            ),
            Member::stored(
                "_rels/.rels",
                r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
            ),
            Member::stored(
                "xl/workbook.xml",
                r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
            ),
            Member::stored(
                "xl/_rels/workbook.xml.rels",
                r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
            ),
            sheet,
        ],
    );
}

pub(crate) async fn bomb(folder: &Path) {
    collect_and_tell(folder, &folder.join("bomb.xlsx")).await;
}

#[test]
fn a_workbook_that_unpacks_to_10_gigabytes_is_refused_whatever_size_it_claims() {
    for is_honest in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.xlsx");
        write_bomb(&path, is_honest);
        let size = fs::metadata(&path).unwrap().len();
        let told = child::run("bomb", folder.path());
        let grown: u64 = told[0].parse().unwrap();
        let outcome: serde_json::Value = serde_json::from_str(&told[1]).unwrap();
        println!(
            "a workbook of {} MB that unpacks to 10 GB: {} MB of memory, {}",
            size / MEGABYTE,
            grown / MEGABYTE,
            outcome["error"]
        );
        assert_eq!(outcome["status"], "refused", "{outcome}");
        assert_eq!(outcome["error"]["code"], "unpacks-too-large");
        assert!(outcome["error"]["help"].is_string());
        assert_eq!(told[2..], ["a:1 b:2", "a:1 b:2 z:9"]);
        assert!(
            grown < 500 * MEGABYTE,
            "memory grew by {} MB",
            grown / MEGABYTE
        );
    }
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
    const FUTURE: i64 = 4_102_444_800_000_000;
    set_clock(FUTURE).await;
    let (first, _) = deliver("id,size\na,1\n").await;
    let (second, rows) = deliver("id,size\na,2\n").await;
    assert!(first < second, "{first} is before {second}");
    assert_eq!(rows, ["a:2"]);
}

/// A small disk, gone with the test.
struct Disk(PathBuf);

impl Disk {
    fn mount(path: PathBuf) -> Option<Self> {
        fs::create_dir_all(&path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=40m", "tmpfs"])
            .arg(&path)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self(path))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A lazy unmount succeeds while files are still open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Fills the disk but for `room` bytes.
fn fill(ballast: &Path, room: u64) {
    let mut file = File::create(ballast).unwrap();
    let filled = io::copy(&mut io::repeat(b'x'), &mut file);
    assert_eq!(filled.unwrap_err().kind(), io::ErrorKind::StorageFull);
    let size = file.metadata().unwrap().len();
    file.set_len(size - room).unwrap();
}

fn data_files(table: &Path) -> BTreeSet<PathBuf> {
    let paths = fs::read_dir(table)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "parquet"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_named_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path().join("disk")) else {
        println!("skipped: a small disk can be mounted by root alone");
        return;
    };
    let packs = demo_packs(folder.path(), &[("item", ITEM)]);
    let data = disk.0.join("data");
    let collector = open(&data, packs.clone()).await.unwrap();
    let good = folder.path().join("good.csv");
    fs::write(&good, GOOD).unwrap();
    collect(&collector, "demo.item", &good, None).await.unwrap();
    let large = folder.path().join("large.csv");
    let mut random = 1_u64;
    let mut file = BufWriter::new(File::create(&large).unwrap());
    writeln!(file, "id,size,note").unwrap();
    for row in 0..400_000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        writeln!(file, "k{row},{row},{random:x}{:x}", random.rotate_left(17)).unwrap();
    }
    file.into_inner().unwrap();
    let table = data.join("lake/demo/item");
    let ballast = disk.0.join("ballast");
    // Too little for the delivery as it came, then for its rows.
    for room in [1, 6, 10] {
        let (before, files) = (rows(&collector).await, data_files(&table));
        fill(&ballast, room * MEGABYTE);
        let error = collect(&collector, "demo.item", &large, None)
            .await
            .unwrap_err();
        println!(
            "{room} MB of room: {}: {error} ({})",
            error.code(),
            error.help().unwrap_or_default()
        );
        assert_eq!(error.code(), "disk-full");
        assert!(error.help().is_some());
        assert_eq!(rows(&collector).await, before);
        assert_eq!(
            data_files(&table),
            files,
            "what was written in vain is removed"
        );
        fs::remove_file(&ballast).unwrap();
        fs::write(&good, format!("id,size\nc,{room}\n")).unwrap();
        let after = collect(&collector, "demo.item", &good, Some(Mode::Upsert))
            .await
            .unwrap();
        assert_eq!(after.status, BatchStatus::Collected);
        assert_eq!(rows(&collector).await, ["a:1", "b:2", &format!("c:{room}")]);
        let batches = collector
            .batches(&yandu_collect::BatchFilter::default())
            .await
            .unwrap();
        assert_eq!(
            batches[1].status,
            BatchStatus::RolledBack,
            "its end is recorded as soon as there is room"
        );
    }

    // Not one byte is left, so that the very first record of a batch finds no room.
    fill(&ballast, 0);
    fs::write(&good, "id,size\nd,4\n").unwrap();
    let error = collect(&collector, "demo.item", &good, Some(Mode::Upsert))
        .await
        .unwrap_err();
    println!(
        "{}: {error} ({})",
        error.code(),
        error.help().unwrap_or_default()
    );
    assert_eq!(error.code(), "disk-full");
    let row = serde_json::from_str(r#"{"id": "e", "size": 5}"#).unwrap();
    let item = "demo.item".parse().unwrap();
    let error = collector
        .write(&me(), &item, std::slice::from_ref(&row), b"e")
        .await
        .unwrap_err();
    println!(
        "{}: {error} ({})",
        error.code(),
        error.help().unwrap_or_default()
    );
    assert_eq!(error.code(), "disk-full");
    fs::remove_file(&ballast).unwrap();
    assert_eq!(rows(&collector).await, ["a:1", "b:2", "c:10"]);
    collector.write(&me(), &item, &[row], b"e").await.unwrap();
    let after = collect(&collector, "demo.item", &good, Some(Mode::Upsert))
        .await
        .unwrap();
    assert_eq!(after.status, BatchStatus::Collected);
    assert_eq!(rows(&collector).await, ["a:1", "b:2", "c:10", "d:4", "e:5"]);
    drop(collector);
    let collector = open(&data, packs).await.unwrap();
    assert_eq!(rows(&collector).await, ["a:1", "b:2", "c:10", "d:4", "e:5"]);
}
