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

const CITY: &str = "== city/pack.yaml
pack: city
version: 1.0.0
title: {zh: 城市}
settings:
  prefix: {title: {zh: 代码开头}, default: \"3209\"}
== city/README.md
";

fn needing(needs: &str, setting: &str) -> String {
    format!(
        "{CITY}== shop/pack.yaml
pack: shop
version: 1.0.0
title: {{zh: 商店}}
{needs}
settings:
  own: {{title: {{zh: 自己的}}, default: 7}}
== shop/README.md
== shop/datasets/shop.yaml
dataset: shop.shop
title: {{zh: 商店}}
owner: 市商务局
origin: collect
sharing: {{class: unconditional}}
opening: open
refresh: daily
key: [code]
columns:
  code: {{title: {{zh: 代码}}, type: text}}
checks:
  - {{expect: \"code > '{setting}'\"}}
"
    )
}

#[test]
fn a_setting_of_a_needed_pack_is_used_by_the_names_of_both_and_follows_the_site() {
    let folder = write(&needing("needs: [city]", "${city.prefix}"));
    let loaded = load(folder.path());
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    let mut packs = loaded.packs;
    let [city, shop] = ["city", "shop"].map(|id| id.parse::<yandu_words::PackId>().unwrap());
    let expanded = |packs: &crate::Packs| {
        let settings = packs.settings(&shop).unwrap();
        settings.expand("${city.prefix} ${own}").unwrap()
    };
    assert_eq!(expanded(&packs), "3209 7");
    packs
        .override_settings([(city, "prefix".to_owned(), "2299".into())])
        .unwrap();
    assert_eq!(expanded(&packs), "2299 7");
    // What it may set itself is its own alone.
    assert_eq!(packs.settings(&shop).unwrap().iter().len(), 1);
}

#[test]
fn a_setting_of_a_pack_that_is_not_needed_or_has_none_is_told_with_its_mend() {
    for (needs, setting, help) in [
        ("", "${city.prefix}", "add `city` to `needs` in pack.yaml"),
        ("needs: [city]", "${city.code}", "stands under `needs`"),
        ("needs: [city]", "${owm}", "did you mean `own`?"),
    ] {
        let folder = write(&needing(needs, setting));
        let loaded = load(folder.path());
        let mut problems = loaded.problems.iter();
        let problem = problems
            .find(|problem| problem.code == crate::Code::MissingSetting)
            .unwrap();
        let told = problem.help.as_deref().unwrap_or_default();
        assert!(told.contains(help), "{told}");
    }
}

#[test]
fn files_of_a_city_take_the_place_of_those_of_a_pack_in_its_digest_and_its_copies_too() {
    let folder = write(&air("== air/data/x.csv\na\n1\n"));
    let city = write("== data/air/x.csv\na\n2\n3\n");
    let air: yandu_words::PackId = "air".parse().unwrap();
    let digest = |packs: &crate::Packs| packs.pack(&air).unwrap().content().unwrap().digest();
    let mut packs = load(folder.path()).packs;
    let before = digest(&packs).unwrap();
    assert_eq!(packs.lay_data(city.path()), []);
    let laid = packs.file(&air, "./data/x.csv").unwrap();
    assert_eq!(std::fs::read_to_string(laid).unwrap(), "a\n2\n3\n");
    let after = digest(&packs).unwrap();
    assert_ne!(before, after);
    // A copy is a whole pack, which needs no city any more.
    let copied = folder.path().join("kept/air");
    let content = packs.pack(&air).unwrap().content().unwrap();
    content.copy(&copied).unwrap();
    let copy = load(&copied).packs;
    assert_eq!(digest(&copy).unwrap(), after);
    let kept = copy.file(&air, "data/x.csv").unwrap();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "a\n2\n3\n");
    assert!(packs.file(&air, "data/../data/y.csv").is_err());
}

#[test]
fn what_a_city_has_in_the_place_of_nothing_is_told() {
    let folder = write(&air("== air/data/station.csv\na\n"));
    let city = write(
        "== data/air/stations.csv\na\n== data/aire/station.csv\na\n== data/notes.txt\na\n== notes.txt\na\n",
    );
    let mut packs = load(folder.path()).packs;
    let problems = packs.lay_data(city.path());
    let helps: Vec<&str> = problems
        .iter()
        .filter_map(|problem| problem.help.as_deref())
        .collect();
    assert_eq!(problems.len(), 3);
    assert!(problems.iter().all(crate::Problem::is_error));
    assert!(helps.contains(&"did you mean `station.csv`?"), "{helps:?}");
    assert!(helps.contains(&"did you mean `air`?"), "{helps:?}");
    // Another city is not gone by where the folder of one is not there.
    let [nowhere] = &packs.lay_data(&city.path().join("nowhere"))[..] else {
        panic!("a folder that is not there is a fault")
    };
    assert!(nowhere.is_error() && nowhere.message.contains("there is no such file or folder"));
}
