use arrow::datatypes::{DataType, TimeUnit};
use yandu_words::{Grade, Mask};

use crate::declare::Literal;
use crate::{PathError, SettingError};

use super::{air, load, write};

const MORE: &str = "== air/datasets/reading.yaml
dataset: air.reading
title: {zh: 读数}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
grade: general-2
key: [station, at]
columns:
  station: {title: {zh: 监测站}, standard: id, from: [站点]}
  at: {title: {zh: 时间}, type: timestamp}
  hour: {title: {zh: 时刻}, type: time}
  value: {title: {zh: 数值}, type: float, grade: general-1}
  good: {title: {zh: 优}, type: boolean}
  duty_phone: {title: {zh: 值班电话}, standard: mobile}
  officer: {title: {zh: 值班员}, standard: resident_id, mask: hash}
checks:
  - {column: station, references: air.station}
== air/sources/export.yaml
source: air.export
title: {zh: 导出}
dataset: air.reading
mode: append
headers: {ZD: station}
channel: {upload: {}}
";

#[test]
fn datasets_come_after_those_that_they_refer_to() {
    let folder = write(&air(MORE));
    let loaded = load(folder.path());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let ids: Vec<&str> = loaded
        .packs
        .datasets()
        .map(|dataset| dataset.id().as_str())
        .collect();
    assert_eq!(ids, ["air.station", "air.reading"]);
}

#[test]
fn a_dataset_has_a_schema_grades_masks_and_headers() {
    let folder = write(&air(MORE));
    let packs = load(folder.path()).packs;
    let dataset = packs.dataset(&"air.reading".parse().unwrap()).unwrap();
    let types: Vec<DataType> = dataset
        .schema()
        .fields()
        .iter()
        .map(|field| field.data_type().clone())
        .collect();
    assert_eq!(
        types,
        [
            DataType::Utf8View,
            DataType::Timestamp(TimeUnit::Microsecond, None),
            DataType::Time64(TimeUnit::Microsecond),
            DataType::Float64,
            DataType::Boolean,
            DataType::Utf8View,
            DataType::Utf8View,
        ]
    );
    assert_eq!(dataset.column_grade("at"), Some(Grade::General2));
    assert_eq!(dataset.column_grade("value"), Some(Grade::General1));
    assert_eq!(dataset.column_grade("officer"), Some(Grade::General3));
    assert_eq!(dataset.grade(), Grade::General3);
    assert_eq!(dataset.column_mask("officer"), Some(Mask::Hash));
    assert_eq!(dataset.column_mask("value"), Some(Mask::Null));
    assert_eq!(dataset.column_mask("nothing"), None);
    assert_eq!(dataset.aliases("station"), ["station", "站点"]);

    let source = packs.source(&"air.export".parse().unwrap()).unwrap();
    let headers = packs.headers(source).unwrap();
    for header in ["zd", "站点", " 站 点", "Station", "＊站点"] {
        assert_eq!(headers.column(header).unwrap(), "station", "{header}");
    }
    assert_eq!(headers.column("别的"), None);
}

#[test]
fn a_site_sets_settings() {
    let folder = write(
        "== air/pack.yaml
pack: air
version: 1.0.0
title: {zh: 空气质量}
settings:
  limit: {title: {zh: 限值}, default: 35}
  api: {title: {zh: 接口}, default: http://host}
== air/README.md
",
    );
    let mut packs = load(folder.path()).packs;
    let air: yandu_words::PackId = "air".parse().unwrap();
    let set = |name: &str, value: Literal| (air.clone(), name.to_owned(), value);
    packs
        .override_settings([set("limit", Literal::Integer(75))])
        .unwrap();
    let settings = packs.settings(&air).unwrap();
    assert_eq!(settings.value("limit"), Some(&Literal::Integer(75)));
    assert_eq!(
        settings.expand("${api}/x?limit=${limit}").unwrap(),
        "http://host/x?limit=75"
    );
    assert!(settings.expand("${nothing}").is_err());

    let errors = packs
        .override_settings([
            set("limit", "much".into()),
            set("lmit", Literal::Integer(1)),
        ])
        .unwrap_err();
    assert!(matches!(
        errors.as_slice(),
        [SettingError::Kind { .. }, SettingError::Unknown { .. }]
    ));
}

#[test]
fn files_of_a_pack_are_found_inside_of_it() {
    let folder = write(&air("== air/data/x.csv\na\n"));
    let packs = load(folder.path()).packs;
    let air = "air".parse().unwrap();
    assert!(
        packs
            .file(&air, "data/x.csv")
            .unwrap()
            .ends_with("air/data/x.csv")
    );
    for path in [
        "../air/data/x.csv",
        "/etc/passwd",
        "data/../../x",
        "data\\x.csv",
        "c:x",
        "",
    ] {
        assert!(
            matches!(packs.file(&air, path), Err(PathError::Outside(_))),
            "{path}"
        );
    }
    assert!(matches!(
        packs.file(&air, "data"),
        Err(PathError::NotAFile(_))
    ));
    assert!(matches!(
        packs.file(&air, "data/y.csv"),
        Err(PathError::Missing { .. })
    ));
}

#[test]
fn a_problem_as_json_has_its_place() {
    let folder = write(&air(
        "== air/codes/kind.yaml\ncodes: air.kind\ntitle: {zh: 类别}\nvalus: {}\n",
    ));
    let loaded = load(folder.path());
    let problem = loaded
        .problems
        .iter()
        .find(|problem| problem.code == crate::Code::UnknownKey)
        .unwrap();
    let json = serde_json::to_value(problem).unwrap();
    assert_eq!(json["code"], "unknown-key");
    assert_eq!(json["severity"], "error");
    assert_eq!(
        json["span"],
        serde_json::json!({"line": 3, "column": 1, "length": 5})
    );
    assert_eq!(json["help"], "did you mean `values`?");
}
