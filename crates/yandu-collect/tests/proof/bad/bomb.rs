//! A workbook of a few megabytes that unpacks to 10 GB.

use std::fs;
use std::path::Path;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use super::{MEGABYTE, collect_and_tell};
use crate::child;

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
