//! A disk that is full, or fills while a delivery is collected.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use yandu_collect::{BatchStatus, Mode};

use super::{GOOD, ITEM, MEGABYTE, rows};
use crate::site::{collect, demo_packs, me, open};

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
