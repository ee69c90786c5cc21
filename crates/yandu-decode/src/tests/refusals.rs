use super::*;

#[test]
fn what_is_no_table_is_refused_with_a_code_and_a_mend() {
    let noise: Vec<u8> = (0..4000_u32).map(|at| (at * 7919 % 251) as u8).collect();
    for (bytes, code) in [
        (&b""[..], "empty-file"),
        (b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0", "binary-file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary-file"),
        (b"%PDF-1.7\n1 0 obj\n", "binary-file"),
        (b"PAR1\x15\x04\x15\0\0", "binary-file"),
        (&noise, "binary-file"),
        (&[0; 5000], "binary-file"),
        (b"\n\n  \n", "no-table"),
        (b"PK\x03\x04 torn", "damaged-file"),
        (b"\x1f\x8b\x08\0torn", "damaged-file"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 nothing known",
            "unknown-format",
        ),
        (b"<html><body>No table</body></html>", "no-table"),
        (b"{\"a\": 1", "damaged-file"),
        (b"[]", "no-table"),
    ] {
        let outcome = open_bytes(bytes.to_vec(), &Hints::default());
        let Err(error) = outcome.and_then(collect) else {
            panic!("{:?} is read", String::from_utf8_lossy(bytes));
        };
        assert_eq!(error.code(), code, "{:?}", String::from_utf8_lossy(bytes));
        assert!(!error.help().is_empty());
        assert!(Error::CODES.contains(&error.code()));
    }
}

#[test]
fn a_directory_and_a_missing_file_are_told_apart() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = |path: &Path| open(path, &Hints::default()).err().unwrap().code();
    assert_eq!(code(folder), "directory");
    assert_eq!(code(&folder.join("no such file")), "unreadable-file");
}

#[test]
fn codes_are_sorted_and_distinct() {
    assert!(Error::CODES.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn an_encrypted_new_workbook_is_named_so() {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(refused(bytes).code(), "encrypted-file");
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() {
    let declared = {
        let mut bytes = zip(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("xl/worksheets/sheet1.xml", &vec![b' '; 1 << 20]),
        ]);
        // The declared size stands in the central directory, at byte 24 of its entry.
        let entry = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap();
        bytes[entry + 24..entry + 28].copy_from_slice(&0xF000_0000_u32.to_le_bytes());
        bytes
    };
    assert_eq!(refused(declared).code(), "unpacks-too-large");
}

#[test]
fn an_ods_whose_cells_repeat_without_end_is_refused() {
    let content = br#"<office:spreadsheet><table:table table:name="a"><table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>"#;
    let bytes = zip(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("META-INF/manifest.xml", b"<manifest/>"),
        ("content.xml", content),
    ]);
    assert_eq!(refused(bytes).code(), "unpacks-too-large");
}

#[test]
fn a_hundred_megabytes_in_one_cell_cost_their_row_only() {
    let mut text = b"a,b\n1,2\n3,\"".to_vec();
    text.resize(100 << 20, b'x');
    text.extend_from_slice(b"\"\n5,6\n");
    let table = read(text);
    assert_eq!(table.rows.len(), 3);
    assert!(
        matches!(table.faults[..], [(2, RowFaultKind::CellTooLong { bytes })] if bytes > 99 << 20)
    );
    assert!(table.records[1].len() < 1000);
    assert_eq!(table.texts(2), ["5", "6"]);
}

#[test]
fn archives_in_archives_end_somewhere() {
    let mut bytes = b"a,b\n1,2\n".to_vec();
    for _ in 0..5 {
        bytes = zip(&[("inner.zip", &bytes)]);
    }
    assert_eq!(refused(bytes).code(), "binary-file");
}

#[test]
fn a_name_that_climbs_out_of_the_archive_is_a_label_only() {
    let table = read(zip(&[("../../etc/x.csv", b"a,b\n1,2\n")]));
    assert_eq!(table.report.member.as_deref(), Some("../../etc/x.csv"));
    assert_eq!(table.texts(0), ["1", "2"]);
}

#[test]
fn the_table_is_chosen_among_other_files_of_an_archive() {
    let table = read(zip(&[
        ("__MACOSX/._t.csv", b"\0\x05\x16\x07"),
        ("readme.md", &b"text ".repeat(100)),
        ("t.csv", b"a,b\n1,2\n"),
    ]));
    assert_eq!(table.report.member.as_deref(), Some("t.csv"));
    assert!(table.report.notes[0].contains("readme.md"));
}

#[test]
fn a_gzip_file_is_read_through() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all("姓名,号\n张三,1\n".as_bytes()).unwrap();
    let table = read(packed.finish().unwrap());
    assert_eq!(table.header, ["姓名", "号"]);
}

#[test]
fn damaged_packing_is_an_error_and_no_panic() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"a,b\n").unwrap();
    for row in 0..400_000_u64 {
        writeln!(packed, "{row},{}", row * 7919 % 1000).unwrap();
    }
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() * 9 / 10);
    let outcome = open_bytes(packed, &Hints::default()).and_then(collect);
    assert_eq!(
        outcome.err().map(|error| error.code()),
        Some("damaged-file")
    );
}

#[test]
fn limits_hold_for_json_too() {
    let limits = Limits {
        block_bytes: 100,
        record_bytes: 100,
    };
    let text = format!(
        "{{\"a\":1}}\n{{\"a\":\"{}\"}}\n{{\"a\":3}}\n",
        "x".repeat(500)
    );
    let opened = open_bytes_within(text.into_bytes(), &Hints::default(), limits).unwrap();
    let table = collect(opened).unwrap();
    assert!(matches!(
        table.faults[..],
        [(2, RowFaultKind::CellTooLong { .. })]
    ));
    assert_eq!(table.texts(2), ["3"]);
}
