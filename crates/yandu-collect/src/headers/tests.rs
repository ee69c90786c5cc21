use super::*;

fn known(column: &str, required: bool, headers: &[&str]) -> Known {
    Known {
        column: column.to_owned(),
        required,
        is_text: false,
        unit: None,
        headers: headers.iter().map(|header| (*header).to_owned()).collect(),
    }
}

fn mapped(headers: &[&str]) -> Result<Mapping> {
    given(headers, &[])
}

fn given(headers: &[&str], given: &[(&str, Option<&str>)]) -> Result<Mapping> {
    let columns = [
        known("resident_id", true, &["resident_id", "证件号码", "ZJHM"]),
        known("income", false, &["income", "月收入(元)"]),
    ];
    let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    let given = given
        .iter()
        .map(|(header, column)| ((*header).to_owned(), column.map(ToOwned::to_owned)))
        .collect();
    map(
        &"population.resident".parse().unwrap(),
        &columns,
        &headers,
        &given,
        &[],
    )
}

#[test]
fn a_title_that_names_another_multiple_of_a_unit_is_refused_unless_somebody_said_what_the_header_is()
 {
    let in_unit = |column: &str, unit: &str, headers: &[&str]| Known {
        unit: Some(unit.to_owned()),
        ..known(column, false, headers)
    };
    let columns = [
        known("place", true, &["地区"]),
        in_unit("done", "件", &["完成数", "完成数(件)"]),
        in_unit("cost", "10000 CNY", &["投资"]),
        in_unit("stock", "万件", &["存量"]),
    ];
    let read = |headers: &[&str], title: &str, said: &[(&str, &str)]| {
        let headers: Vec<String> = headers.iter().map(|one| (*one).to_owned()).collect();
        let said = said.iter();
        let given = said
            .map(|(header, column)| ((*header).to_owned(), Some((*column).to_owned())))
            .collect();
        let dataset = "demo.work".parse().unwrap();
        let mapped = map(&dataset, &columns, &headers, &given, &[title.to_owned()]);
        mapped.map(|mapping| mapping.units)
    };
    let refused = read(&["地区", "完成数"], "单位：万件", &[]).unwrap_err();
    assert_eq!(refused.code(), "other-unit");
    assert!(refused.help().unwrap().contains("--header 完成数=done"));
    let refused = read(&["地区", "投资"], "单位：元", &[]);
    assert!(matches!(refused, Err(Error::OtherUnit { column, .. }) if column == "cost"));
    let refused = read(&["地区", "存量", "完成数"], "单位：万件", &[]);
    assert!(
        matches!(refused, Err(Error::OtherUnit { column, .. }) if column == "done"),
        "that another column is in it does not make this one so"
    );
    for (headers, title, said) in [
        (vec!["地区", "存量", "完成数(件)"], "单位：万件", vec![]),
        (vec!["地区", "存量", "完成数"], "单位：件、万件", vec![]),
        (vec!["地区", "完成数"], "单位：件", vec![]),
        (vec!["地区", "投资"], "（单位：万元）", vec![]),
        (vec!["地区", "完成数(件)"], "单位：万件", vec![]),
        (vec!["地区", "完成数"], "填报单位：市工信局", vec![]),
    ] {
        let told = read(&headers, title, &said).unwrap();
        assert_eq!(told, Units::default(), "{headers:?} {title}");
    }
    let told = read(&["地区", "完成数"], "单位：万元", &[]).unwrap();
    assert_eq!(told.others, ["万元"], "no column of the file is in it");
    let said = read(&["地区", "完成数"], "单位：万件", &[("完成数", "done")]).unwrap();
    assert_eq!(
        said.notes,
        [
            "`完成数` stands for `done`, which is in `件`, and is said to be in `万件`: its numbers are taken as they are"
        ]
    );
}

#[test]
fn a_header_that_names_another_unit_of_the_kind_is_refused_and_told_where_somebody_said_what_it_is()
{
    let in_unit = |column: &str, unit: &str, headers: &[&str]| Known {
        unit: Some(unit.to_owned()),
        ..known(column, false, headers)
    };
    let columns = [
        in_unit("cost", "CNY", &["投资", "投资（万元）", "投资（元）"]),
        in_unit("area", "mu", &["面积", "面积（公顷）"]),
    ];
    let read = |header: &str, title: &str, said: &[(&str, &str)]| {
        let said = said.iter();
        let given = said
            .map(|(header, column)| ((*header).to_owned(), Some((*column).to_owned())))
            .collect();
        let dataset = "demo.work".parse().unwrap();
        let titles = [title.to_owned()];
        let mapped = map(&dataset, &columns, &[header.to_owned()], &given, &titles);
        mapped.map(|mapping| mapping.units)
    };
    for (header, title) in [
        ("投资(万元)", ""),
        ("投资【万元】", "单位：元"),
        ("面积（公顷）", ""),
        ("面积", "单位：公顷"),
        ("面积", "（万亩）"),
        ("投资", "单位 ： 万 元"),
    ] {
        let refused = read(header, title, &[]).unwrap_err();
        assert_eq!(refused.code(), "other-unit", "{header} {title}");
    }
    assert_eq!(
        read("投资（元）", "（万元）", &[]).unwrap(),
        Units::default()
    );
    for (header, column) in [
        ("总投资（万元）", "cost"),
        ("占地（平方公里）", "area"),
        ("占地（吨）", "area"),
    ] {
        let told = read(header, "", &[(header, column)]).unwrap();
        assert_eq!(told.notes.len(), 1, "{header}: {told:?}");
    }
    let told = read("总投资（元）", "", &[("总投资（元）", "cost")]).unwrap();
    assert_eq!(told, Units::default());
}

#[test]
fn the_headers_of_texts_are_those_under_which_a_delivery_brings_a_column_of_texts() {
    let columns = [
        Known {
            is_text: true,
            ..known("number", true, &["number", "编号", "备注"])
        },
        known("note", false, &["note", "备注"]),
    ];
    let texts = |given: &[(&str, Option<&str>)]| {
        let given = given
            .iter()
            .map(|(header, column)| ((*header).to_owned(), column.map(ToOwned::to_owned)))
            .collect();
        of_texts(&columns, &given)
    };
    assert_eq!(texts(&[]), ["number", "编号"], "`备注` stands for another");
    assert_eq!(
        texts(&[("编 号", Some("note")), ("代码", Some("number"))]),
        ["number", "代码"]
    );
    assert_eq!(texts(&[("编号", None)]), ["number"]);
}

#[test]
fn a_header_is_known_in_any_usual_writing() {
    for writing in [
        "证件号码",
        " 证件号码 ",
        "*证件号码",
        "zjhm",
        "ＺＪＨＭ",
        "Resident ID",
    ] {
        assert_eq!(
            mapped(&[writing]).unwrap().cells,
            vec![Some(0), None],
            "{writing}"
        );
    }
    assert_eq!(
        mapped(&["备注", "月收入（元）", "ZJHM"]).unwrap().cells,
        vec![Some(2), Some(1)]
    );
}

#[test]
fn a_new_column_is_reported_and_a_missing_required_one_stops_the_batch() {
    let mapping = mapped(&["证件号码", "备注"]).unwrap();
    assert_eq!(mapping.extra, vec![(1, "备注".to_owned())]);
    assert_eq!(mapping.absent, vec!["income".to_owned()]);
    assert!(matches!(
        mapped(&["月收入（元）"]),
        Err(Error::MissingColumns { .. })
    ));
}

#[test]
fn two_headers_for_one_column_are_refused() {
    assert!(matches!(
        mapped(&["证件号码", "ZJHM"]),
        Err(Error::AmbiguousHeaders { .. })
    ));
}

#[test]
fn what_is_said_of_a_header_goes_over_what_is_declared() {
    let mapping = given(
        &["旧证件号", "ZJHM", "收入"],
        &[
            ("旧证件号", Some("resident_id")),
            (" 收入 ", Some("income")),
        ],
    )
    .unwrap();
    assert_eq!(mapping.cells, vec![Some(0), Some(2)]);
    assert_eq!(mapping.extra, vec![(1, "ZJHM".to_owned())]);
    assert_eq!(
        mapping.to_json(),
        serde_json::json!({"旧证件号": "resident_id", "收入": "income"})
    );
    let mapping = given(&["证件号码", "ZJHM"], &[("证件号码", None)]).unwrap();
    assert_eq!(mapping.cells, vec![Some(1), None]);
}

#[test]
fn a_header_that_the_delivery_does_not_have_and_two_for_one_column_are_refused() {
    assert!(matches!(
        given(&["证件号码"], &[("身份证", Some("resident_id"))]),
        Err(Error::NoSuchHeader { header, .. }) if header == "身份证"
    ));
    assert!(matches!(
        given(
            &["甲", "乙"],
            &[("甲", Some("resident_id")), ("乙", Some("resident_id"))]
        ),
        Err(Error::AmbiguousHeaders { .. })
    ));
    assert!(matches!(
        given(&["证件号码"], &[("证件号码", None)]),
        Err(Error::MissingColumns { .. })
    ));
}
