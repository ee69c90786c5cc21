use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::site::{Site, complete, shipped, who};
use crate::{Format, Imported, Status};

async fn import(site: &Site, path: &Path, format: Format) -> Imported {
    site.ledger
        .import(&who(), path, format, None)
        .await
        .unwrap()
}

fn entry(id: &str) -> Value {
    let mut entry = complete(&format!("登记{id}"));
    entry["id"] = json!(id);
    entry
}

#[tokio::test]
async fn good_lines_are_kept_and_bad_ones_are_told_by_their_number() {
    let site = Site::new().await;
    let mut bytes = Vec::new();
    for line in [
        entry("a").to_string().into_bytes(),
        b"{\"id\": \"b\"".to_vec(),
        Vec::new(),
        b"[1]".to_vec(),
        b"{\"id\": \"c\", \"title\": {\"zh\": \"\xff\xfe\"}}".to_vec(),
        json!({"id": "d", "title": {"zh": "表"}})
            .to_string()
            .into_bytes(),
        entry("a").to_string().into_bytes(),
        json!({"id": "E", "title": {"zh": "表"}, "owner": "市局"})
            .to_string()
            .into_bytes(),
        json!({"id": "f", "title": {"zh": "表"}, "owner": "市局", "colour": 1})
            .to_string()
            .into_bytes(),
        json!({"id": "g", "title": {"zh": "表"}, "owner": "市局", "facts": {"score": 101}})
            .to_string()
            .into_bytes(),
        json!({"id": "h", "title": {"zh": "表".repeat(5 << 20)}, "owner": "市局"})
            .to_string()
            .into_bytes(),
        entry("z").to_string().into_bytes(),
    ] {
        bytes.extend(line);
        bytes.push(b'\n');
    }
    let path = site.write("entries.jsonl", bytes);
    let imported = import(&site, &path, Format::JsonLines).await;
    assert_eq!((imported.created, imported.faulty), (2, 9));
    let told: Vec<(u64, Option<&str>)> = imported
        .faults
        .iter()
        .map(|fault| (fault.line, fault.field.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (2, None),
            (4, None),
            (5, None),
            (6, Some("owner")),
            (7, Some("id")),
            (8, Some("id")),
            (9, Some("colour")),
            (10, Some("facts")),
            (11, None),
        ]
    );
    assert_eq!(site.ids("登记z").await, ["z"]);
    let again = import(&site, &path, Format::JsonLines).await;
    assert_eq!((again.created, again.changed, again.unchanged), (0, 0, 2));
    assert_eq!(site.ledger.history("a", None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_import_that_was_cut_short_is_repeated_and_ends_as_if_it_had_not_been() {
    let site = Site::new().await;
    let lines: Vec<String> = (0..3_500)
        .map(|n| entry(&format!("e{n}")).to_string())
        .collect();
    let half = site.write("half.jsonl", lines[..2_200].join("\n"));
    import(&site, &half, Format::JsonLines).await;
    let site = site.killed().await;
    let whole = site.write("whole.jsonl", lines.join("\n"));
    let imported = import(&site, &whole, Format::JsonLines).await;
    assert_eq!(
        (imported.lines, imported.created, imported.unchanged),
        (3_500, 1_300, 2_200)
    );
    assert_eq!(
        site.find("登记e3499").await.hits[0].entry.id.as_str(),
        "e3499"
    );
    assert_eq!(site.ledger.len(), 3_500);
}

#[tokio::test]
async fn what_is_to_be_published_and_lacks_something_is_kept_as_a_draft() {
    let site = Site::new().await;
    let mut whole = entry("whole");
    whole["status"] = json!("published");
    let mut half = json!({"id": "half", "title": {"zh": "表"}, "owner": "市局"});
    half["status"] = json!("published");
    let path = site.write("a.jsonl", format!("{whole}\n{half}\n"));
    let imported = import(&site, &path, Format::JsonLines).await;
    assert_eq!((imported.created, imported.held_back), (2, 1));
    let status = async |id: &str| site.ledger.entry(id).await.unwrap().status;
    assert_eq!(status("whole").await, Status::Published);
    assert_eq!(status("half").await, Status::Drafted);
}

#[tokio::test]
async fn a_table_of_a_catalogue_is_read_under_its_own_headers() {
    let csv = "\
信息资源分类,信息资源代码,信息资源名称,信息资源提供方,资源提供方代码,信息资源摘要,信息资源格式,信息项信息,共享类型,共享条件,共享方式,是否向社会开放,更新周期,发布日期,关联资源代码,备注
社会保障,307/000001,最低生活保障对象信息,市民政局,113209000142463002,城乡低保对象,数据库,姓名：C；身份证号：C；保障金额（N）,有条件共享,依申请,服务调用,不开放,每月,2025-06-01,,无
,307/000002,临时救助信息,市民政局,,,电子表格,,无条件共享,,下载,开放,每旬,,,
,,没有代码,市民政局,,,,,,,,,,,,
";
    let sheet = {
        let site_csv = csv.as_bytes().to_vec();
        let (gb18030, _, _) = encoding_rs::GB18030.encode(csv);
        [site_csv, gb18030.into_owned()]
    };
    for bytes in sheet {
        let site = Site::new().await;
        let path = site.write("catalogue.csv", bytes);
        let imported = import(&site, &path, Format::Csv).await;
        assert_eq!((imported.created, imported.faulty), (2, 1));
        assert_eq!(imported.faults[0].line, 4);
        assert_eq!(imported.ignored, ["备注"]);
        let entry = site.ledger.entry("307-000001").await.unwrap();
        let content = entry.content;
        assert_eq!(content.title.zh, "最低生活保障对象信息");
        assert_eq!(content.owner_code.as_deref(), Some("113209000142463002"));
        let class = serde_json::to_value(&content.sharing).unwrap();
        assert_eq!(class["class"], "conditional");
        assert_eq!(class["method"], "service");
        assert_eq!(class["condition"], "依申请");
        assert_eq!(content.refresh.unwrap().name(), "monthly");
        let columns: Vec<(&str, Option<&str>)> = content
            .columns
            .iter()
            .map(|column| (column.name.as_str(), column.value_type.as_deref()))
            .collect();
        assert_eq!(
            columns,
            [
                ("姓名", Some("C")),
                ("身份证号", Some("C")),
                ("保障金额", Some("N"))
            ]
        );
        let second = site.ledger.entry("307-000002").await.unwrap().content;
        assert_eq!(second.refresh.unwrap().name(), "ten-daily");
        assert_eq!(second.kind.name(), "file");
    }
}

#[tokio::test]
async fn a_workbook_is_read_like_a_table_and_what_is_none_is_refused() {
    let site = Site::new().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (place, cell) in ["资源代码", "资源名称", "提供方", "更新周期"]
        .into_iter()
        .enumerate()
    {
        sheet.write_string(0, place as u16, cell).unwrap();
    }
    sheet.write_number(1, 0, 307_000_001.0).unwrap();
    for (place, cell) in ["低保对象", "市民政局", "每日"].into_iter().enumerate() {
        sheet.write_string(1, place as u16 + 1, cell).unwrap();
    }
    let path = site.folder.path().join("catalogue.xlsx");
    book.save(&path).unwrap();
    let imported = import(&site, &path, Format::Workbook).await;
    assert_eq!((imported.created, imported.faulty), (1, 0));
    assert!(site.ledger.entry("307000001").await.is_ok());
    for (name, bytes, format) in [
        ("no.xlsx", b"PK\x03\x04nothing".as_slice(), Format::Workbook),
        ("no.csv", b"a,b\n1,2\n".as_slice(), Format::Csv),
        ("empty.csv", b"".as_slice(), Format::Csv),
        (
            "bytes.csv",
            b"\xff\xff\xff\x00,\xff".as_slice(),
            Format::Csv,
        ),
    ] {
        let path = site.write(name, bytes);
        let refused = site.ledger.import(&who(), &path, format, None).await;
        assert!(
            matches!(refused, Err(crate::Error::Invalid { ref field, .. }) if field == "file"),
            "{name}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_dataset_of_a_pack_takes_from_an_import_only_what_is_its_own() {
    let site = Site::new().await;
    site.ledger.sync_packs(&shipped()).await.unwrap();
    let entry = site.ledger.entry("population.resident").await.unwrap();
    let mut line = serde_json::to_value(&entry.content).unwrap();
    line["id"] = json!("population.resident");
    line["code"] = json!("301-1");
    let path = site.write("own.jsonl", line.to_string());
    assert_eq!(import(&site, &path, Format::JsonLines).await.changed, 1);
    line["owner"] = json!("市数据局");
    let path = site.write("other.jsonl", line.to_string());
    let imported = import(&site, &path, Format::JsonLines).await;
    assert_eq!(imported.faults[0].field.as_deref(), Some("owner"));
    let after = site.ledger.entry("population.resident").await.unwrap();
    assert_eq!(after.content.code.as_deref(), Some("301-1"));
    assert_eq!(after.content.owner, entry.content.owner);
}

/// Somebody exports the ledger, looks through it in an office and hands it back.
#[tokio::test]
async fn a_table_that_was_exported_changes_nothing_but_what_was_changed_in_it() {
    let site = Site::new().await;
    site.ledger.sync_packs(&shipped()).await.unwrap();
    let mut lamp = complete("路灯=设施");
    lamp["title"] = json!({"zh": "-路灯设施", "en": "Lamps"});
    lamp["steward"] = json!("张伟");
    lamp["late_contact"] = json!("值班室");
    lamp["related"] = json!(["population.resident"]);
    lamp["origin"] = json!("form");
    lamp["columns"] = json!([
        {"name": "number", "title": {"zh": "编号", "en": "No."}, "type": "text", "grade": "general-1", "about": "灯杆上的"},
        {"name": "price", "title": {"zh": "单价"}, "type": "decimal(12,2)", "standard": "amount", "grade": "general-2"},
    ]);
    site.register("tinghu.lamp", lamp).await.unwrap();
    for to in [Status::Reviewed, Status::Published] {
        site.ledger
            .transition(&who(), "tinghu.lamp", to, "办理", None)
            .await
            .unwrap();
    }
    let (entries, _) = site
        .ledger
        .whole(&crate::Search {
            limit: 1_000,
            ..crate::Search::default()
        })
        .await
        .unwrap();
    let mut table = crate::export::csv_header();
    table.extend(crate::export::csv_lines(&entries));
    let path = site.write("ledger.csv", &table);
    let same = import(&site, &path, Format::Csv).await;
    assert_eq!(
        (same.changed, same.unchanged, same.faulty),
        (0, entries.len() as u64, 0),
        "{:?}",
        same.faults
    );
    let mut sheet = crate::export::Sheet::new().unwrap();
    sheet.add(&entries).unwrap();
    let book = sheet.finish().0.save_to_buffer().unwrap();
    let path = site.write("ledger.xlsx", book);
    let same = import(&site, &path, Format::Workbook).await;
    assert_eq!((same.unchanged, same.faulty), (entries.len() as u64, 0));

    let before = site.ledger.entry("tinghu.lamp").await.unwrap();
    let table = "编号,名称,标签,信息项\ntinghu.lamp,-路灯设施,照明,\"编号；单价（decimal(14,2)）；功率\"\npopulation.resident,,户籍,\n";
    let path = site.write("some.csv", table);
    let some = import(&site, &path, Format::Csv).await;
    assert_eq!((some.changed, some.faulty), (1, 1), "{:?}", some.faults);
    assert_eq!(some.faults[0].field.as_deref(), Some("title"));
    let after = site.ledger.entry("tinghu.lamp").await.unwrap().content;
    let mut expected = before.content;
    expected.tags = vec!["照明".to_owned()];
    expected.columns[1].value_type = Some("decimal(14,2)".to_owned());
    expected.columns.push(crate::Column {
        name: "功率".to_owned(),
        title: yandu_words::Title::new("功率", ""),
        value_type: None,
        standard: None,
        grade: None,
        about: None,
    });
    expected.columns[2].title.en = None;
    assert_eq!(after, expected);
    let table = "编号,名称,信息项\ntinghu.lamp,路灯,单价\nnew.one,新表,\n";
    let path = site.write("less.csv", table);
    let told: Vec<_> = import(&site, &path, Format::Csv)
        .await
        .faults
        .into_iter()
        .map(|fault| (fault.line, fault.field.unwrap()))
        .collect();
    assert_eq!(
        told,
        [(2, "columns".to_owned()), (3, "owner".to_owned())],
        "a key without its column, and an entry of nobody"
    );
}

#[tokio::test]
async fn a_workbook_with_cells_in_far_corners_is_read_row_by_row() {
    let site = Site::new().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (place, cell) in ["资源代码", "资源名称", "提供方"].into_iter().enumerate() {
        sheet.write_string(2, place as u16, cell).unwrap();
    }
    for (row, code) in [(3, "a"), (1_048_574, "b"), (1_048_575, "Ü")] {
        sheet.write_string(row, 0, code).unwrap();
        sheet.write_string(row, 1, "低保对象").unwrap();
        sheet.write_string(row, 2, "市民政局").unwrap();
    }
    sheet.write_string(1_048_575, 16_383, "角落").unwrap();
    let path = site.folder.path().join("corners.xlsx");
    book.save(&path).unwrap();
    let imported = import(&site, &path, Format::Workbook).await;
    assert_eq!((imported.created, imported.faulty), (2, 1));
    assert_eq!(imported.faults[0].line, 1_048_576, "as an office counts");
    assert!(site.ledger.entry("b").await.is_ok());
}

/// A catalogue of 768 official sources; without the shared data there is nothing to try.
#[tokio::test]
async fn a_real_catalogue_is_imported_and_found_in_both_scripts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/catalogue-firstdata/all-sources.json.gz");
    let Ok(packed) = std::fs::read(&path) else {
        eprintln!("`{}` is not here: nothing is tried", path.display());
        return;
    };
    let mut text = String::new();
    std::io::Read::read_to_string(
        &mut flate2::read::GzDecoder::new(packed.as_slice()),
        &mut text,
    )
    .unwrap();
    let catalogue: Value = serde_json::from_str(&text).unwrap();
    let sources = catalogue["sources"].as_array().unwrap();
    let lines: Vec<String> = sources
        .iter()
        .map(|source| line_of(source).to_string())
        .collect();
    let site = Site::new().await;
    let file = site.write("firstdata.jsonl", lines.join("\n"));
    let imported = import(&site, &file, Format::JsonLines).await;
    assert_eq!(imported.faulty, 0, "{:?}", imported.faults);
    assert_eq!(imported.created, sources.len() as u64);
    for (q, id) in [
        ("千人基因组计划", "1000-genomes"),
        ("千人基因組計劃", "1000-genomes"),
        ("china-nbs", "china-nbs"),
        ("国家统计局", "china-nbs"),
        ("gjtjj", "china-nbs"),
    ] {
        let found = site.ids(q).await;
        assert!(
            found.iter().take(3).any(|found| found == id),
            "{q}: {found:?}"
        );
    }
    let again = import(&site, &file, Format::JsonLines).await;
    assert_eq!(again.unchanged, sources.len() as u64);
}

fn line_of(source: &Value) -> Value {
    let refresh: BTreeMap<&str, &str> = [("annual", "yearly")].into();
    let frequency = source["update_frequency"].as_str().unwrap_or("irregular");
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let zh = text(&source["name"]["zh"]).or_else(|| text(&source["name"]["en"]));
    let tags: Vec<Value> = source["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|tag| tag.as_str().is_some_and(|tag| tag.chars().count() <= 200))
        .take(200)
        .cloned()
        .collect();
    json!({
        "id": source["id"],
        "title": {"zh": zh, "en": source["name"]["en"]},
        "about": text(&source["description"]["zh"]).or_else(|| text(&source["description"]["en"])),
        "owner": source["website"],
        "kind": if source["has_api"] == json!(true) { "api" } else { "file" },
        "refresh": refresh.get(frequency).copied().unwrap_or(frequency),
        "theme": source["domains"][0],
        "tags": tags,
    })
}
