use encoding_rs::GB18030;

use super::*;

#[test]
fn an_html_table_is_read_whatever_its_file_is_called() {
    let html = "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\"></head><body>\
        <table><tr><td colspan=3>户籍家庭</td></tr>\
        <tr><th>户号<th>户主<th>人数</tr>\
        <tr><td style='mso-number-format:\"\\@\"'>0012<td>王 秀英&nbsp;<td>3\
        <tr><td>0013</td><td>李&lt;建国</td><td></td></tr></table></body></html>";
    for bytes in [
        html.as_bytes().to_vec(),
        GB18030.encode(html).0.into_owned(),
    ] {
        let table = read(bytes);
        assert_eq!(table.header, ["户号", "户主", "人数"]);
        assert_eq!(table.report.titles, ["户籍家庭"]);
        assert_eq!(table.texts(0), ["0012", "王 秀英", "3"]);
        assert_eq!(table.texts(1), ["0013", "李<建国", "∅"]);
    }
}

#[test]
fn cells_that_span_rows_and_columns_fill_them() {
    let table = read(
        "<table><tr><th rowspan=2>name<th colspan=2>place<tr><th>town<th>street\
         <tr><td rowspan=2>a<td>b<td>c<tr><td colspan=2>d<tr><td>e<td>f<td>g</table>",
    );
    assert_eq!(table.header, ["name", "town", "street"]);
    let rows: Vec<Vec<&str>> = (0..3).map(|row| table.texts(row)).collect();
    assert_eq!(rows, [["a", "b", "c"], ["a", "d", "d"], ["e", "f", "g"]]);
}

#[test]
fn a_row_of_an_html_table_that_lacks_cells_is_at_fault_and_a_blank_one_is_none() {
    let table = read(
        "<table><tr><th>a<th>b<th>c<tr><td>1<td>2<td>3<tr><td>4<td>5<tr><td colspan=2>6<td>7\
         <tr><tr><td><td><tr><td>8<td><td></td></tr><tr><td>9<td>10<td rowspan=2>11<tr><td>12\
         <tr><td>13<td>14<td>15</table>",
    );
    let short = |row, found| (row, RowFaultKind::CellCount { found, expected: 3 });
    assert_eq!(table.faults, [short(2, 2), short(6, 2)]);
    assert_eq!(table.texts(1), ["4", "5", "∅"]);
    assert_eq!(table.texts(2), ["6", "6", "7"]);
    assert_eq!(table.texts(3), ["8", "∅", "∅"]);
    assert_eq!(table.texts(5), ["12", "∅", "11"]);
    assert_eq!(table.rows.len(), 7);
}

#[test]
fn text_that_no_browser_shows_is_no_part_of_a_cell() {
    let table = read(
        "<table><tr><td>name<td>size<tr><td>a<span style=\"display: none\">x<span>y</span></span>b\
         <td><script>var z = '<td>';</script>1<!-- 2 --><tr style='display:none'><td>h<td>h\
         <tr><td hidden>q<td>2</table>",
    );
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.texts(0), ["ab", "1"]);
    assert_eq!(table.texts(1), ["∅", "2"]);
}

#[test]
fn the_table_with_the_declared_names_is_read() {
    let html = "<table><tr><td>menu<td>more<tr><td>x<td>y<tr><td>x<td>y</table>\
                <table><tr><td>姓名<td>号<tr><td>张三<td>1</table>";
    assert_eq!(read(html).header, ["menu", "more"]);
    let known = Hints {
        known_headers: vec!["姓名".to_owned()],
        ..Hints::default()
    };
    assert_eq!(read_with(html, &known).header, ["姓名", "号"]);
}

#[test]
fn an_xml_workbook_of_2003_is_read() {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><?mso-application progid=\"Excel.Sheet\"?>\
        <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"a\"><Table>\
        <Row><Cell><Data ss:Type=\"String\">姓名</Data></Cell><Cell><Data ss:Type=\"String\">性别</Data></Cell><Cell><Data>号</Data></Cell></Row>\
        <Row><Cell><Data ss:Type=\"String\">张三</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"Number\">7</Data></Cell></Row>\
        <Row><Cell><Data ss:Type=\"String\">李四</Data></Cell></Row>\
        </Table></Worksheet></Workbook>";
    let table = read(xml);
    assert_eq!(table.header, ["姓名", "性别", "号"]);
    assert_eq!(table.texts(0), ["张三", "∅", "7"]);
    assert_eq!(table.texts(1), ["李四", "∅", "∅"]);
    assert_eq!(
        table.faults,
        [],
        "a workbook leaves out empty cells at the end"
    );
}

#[test]
fn json_lines_keep_numbers_as_written_and_flatten_objects() {
    let table = read(
        "{\"id\":320902199001011234,\"home\":{\"town\":\"亭湖\",\"no\":1.50},\"tags\":[1,2]}\n\
         not json\n\
         \n\
         {\"id\":2,\"home\":null,\"late\":true}\n[1]\n",
    );
    assert_eq!(
        table.header,
        ["id", "home.town", "home.no", "tags", "home", "late"]
    );
    assert_eq!(
        table.texts(0),
        ["320902199001011234", "亭湖", "1.50", "[1,2]", "∅", "∅"]
    );
    assert_eq!(table.texts(2), ["2", "∅", "∅", "∅", "∅", "true"]);
    let faulty: Vec<u64> = table.faults.iter().map(|(row, _)| *row).collect();
    assert_eq!(faulty, [2, 4]);
    assert_eq!(table.records[1], "not json");
}

#[test]
fn a_json_array_is_streamed_and_a_document_is_searched() {
    let rows = "[{\"a\":\"x, ]\\\"\",\"b\":1},\n {\"a\":null,\"b\":{}} ]";
    for (text, path) in [
        (rows.to_owned(), None),
        (
            format!("{{\"code\":0,\"data\":{{\"total\":2,\"items\":{rows}}}}}"),
            None,
        ),
        (
            format!("{{\"data\":{{\"items\":{rows}}},\"other\":[{{\"z\":1}}]}}"),
            Some("/data/items"),
        ),
    ] {
        let hints = Hints {
            rows: path.map(str::to_owned),
            ..Hints::default()
        };
        let table = read_with(text, &hints);
        assert_eq!(table.header, ["a", "b"]);
        assert_eq!(table.texts(0), ["x, ]\"", "1"]);
        assert_eq!(table.texts(1), ["∅", "{}"]);
    }
    let hints = Hints {
        rows: Some("/nowhere".to_owned()),
        ..Hints::default()
    };
    let error = open_bytes(b"{\"a\":[{}]}".to_vec(), &hints).err().unwrap();
    assert_eq!(error.code(), "no-such-path");
}

#[test]
fn a_torn_json_array_gives_its_whole_rows_and_one_fault() {
    let table = read("[{\"a\":1},{\"a\":2},{\"a\":");
    assert_eq!(table.rows.len(), 3);
    assert!(matches!(table.faults[..], [(3, RowFaultKind::Syntax(_))]));
}

#[test]
fn a_record_that_is_no_object_says_where_it_is_broken_and_quotes_nothing_of_itself() {
    let table = read(concat!(
        "{\"姓名\":\"张三\",\"a\":1}\n",
        "\"张三 320902199001011234\"\n",
        "{\"姓名\":\"张三\",\"a\":李四}\n",
        "{\"姓名\":\"\\ud800\",\"a\":2}\n",
    ));
    let told: Vec<(u64, &str, &str)> = table
        .faults
        .iter()
        .map(|(row, fault)| match fault {
            RowFaultKind::Syntax(why) => (*row, why.zh.as_str(), why.english()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            (2, "不是 JSON 对象", "not a JSON object"),
            (
                3,
                "不是 JSON 对象：记录的第 1 行第 16 个字符处有误",
                "not a JSON object: broken at line 1, character 16 of the record"
            ),
            (
                4,
                "其中有无法识别的转义字符",
                "an escape in it stands for no character"
            ),
        ]
    );
}

#[test]
fn one_object_alone_is_one_row() {
    let table = read("{\"a\":1,\"b\":\"x\"}");
    assert_eq!(table.texts(0), ["1", "x"]);
}

proptest::proptest! {
    #[test]
    fn random_documents_never_panic(text in "(<table>|<tr>|<td|<th>| colspan=3|rowspan=2|>|</td>|</table>|a|1|<br>|</tr>|<p hidden>|\\{|\\}|\"a\":|\\[|,){0,60}") {
        for start in ["<table>", "{\"a\":1}\n", "[{\"a\":1},"] {
            drop(open_bytes(format!("{start}{text}").into_bytes(), &Hints::default()).and_then(collect));
        }
    }
}
