//! One question, many doors: whoever asks it gets the same rows at each.

use crate::faces::drive;
use crate::support::{Place, seed};

const PERSON: &str = "\
dataset: club.person
title: {zh: 居民}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 试验}
opening: closed
refresh: daily
key: [id]
columns:
  id: {title: {zh: 编号}, type: text, grade: general-1}
  area: {title: {zh: 区划}, type: text, grade: general-1}
  name: {title: {zh: 姓名}, type: text, grade: general-2, mask: {keep: {first: 1}}, required: false}
  mobile: {title: {zh: 手机}, type: text, grade: general-3, mask: {keep: {first: 3, last: 4}}, required: false}
  age: {title: {zh: 年龄}, type: integer, grade: general-2, mask: {step: {by: 10}}, required: false}
  income: {title: {zh: 收入}, type: 'decimal(12,2)', grade: general-3, required: false}
  born: {title: {zh: 出生日期}, type: date, grade: general-2, mask: year, required: false}
  active: {title: {zh: 在用}, type: boolean, grade: general-1, required: false}
  seen: {title: {zh: 最近时间}, type: timestamp, grade: general-1, required: false}
  score: {title: {zh: 得分}, type: float, grade: general-1, required: false}
";
const VISIT: &str = "\
dataset: club.visit
title: {zh: 走访}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 试验}
opening: closed
refresh: daily
key: [id]
columns:
  id: {title: {zh: 编号}, type: text, grade: general-1}
  person: {title: {zh: 居民}, type: text, grade: general-1}
  day: {title: {zh: 日期}, type: date, grade: general-1}
  kind: {title: {zh: 方式}, type: text, grade: general-1}
  cost: {title: {zh: 费用}, type: 'decimal(10,2)', grade: general-2, required: false}
  note: {title: {zh: 备注}, type: text, grade: general-3, required: false}
";
const SECRET: &str = "\
dataset: club.secret
title: {zh: 线索}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 试验}
opening: closed
refresh: daily
key: [id]
columns:
  id: {title: {zh: 编号}, type: text, grade: general-1}
  secret: {title: {zh: 线索}, type: text, grade: general-1}
";

#[test]
fn every_door_gives_the_same_principal_the_same_rows() {
    let seed = seed().to_string();
    println!("YANDU_SEED={seed}");
    let place = Place::with_pack();
    let folder = place.path("");
    let folder = folder.to_str().unwrap();
    // Rows, and what each principal may see of them, are drawn.
    if drive("doors.py", &["make", &seed, folder]).is_none() {
        return;
    }
    let datasets = [("person", PERSON), ("visit", VISIT), ("secret", SECRET)];
    for (name, text) in datasets {
        place.write(&format!("packs/club/datasets/{name}.yaml"), text);
    }
    for (name, _) in datasets {
        let file = format!("{name}.csv");
        let dataset = format!("club.{name}");
        place.yandu(&["collect", &file, "--dataset", &dataset]).ok();
    }
    let listening = [
        "--pg-listen",
        "127.0.0.1:0",
        "--flight-listen",
        "127.0.0.1:0",
    ];
    let mut server = place.serve_with(&listening);
    let link = crate::exports::link(&server);
    let wire = server.postgres.clone().unwrap();
    let flight = server.flight.clone().unwrap();
    let program = env!("CARGO_BIN_EXE_yandu");
    let asked = [
        "ask",
        &seed,
        &server.url(),
        &link,
        &wire,
        &flight,
        program,
        folder,
    ];
    let said = drive("doors.py", &asked).unwrap();
    for what in ["asked", "answered", "refused"] {
        println!("{what} {}", said[what]);
    }
    assert_eq!(said["differing"], 0, "seed {seed}: {said}");
    assert_eq!(said["questions"], 500, "{said}");
    // Whatever can be answered was answered at three doors at least, and not refused by all alike.
    assert_eq!(said["thin"], 0, "seed {seed}: {said}");
    assert!(said["answerable"].as_u64().unwrap() > 400, "{said}");
    // Everything is asked at three doors; at the others what they can express, or a share of it. Principals do not all see the same.
    let whole = [("json", 10_000), ("postgresql", 10_000), ("ckan", 10_000)];
    let shares = ["copy", "parquet", "csv", "ckan search", "flight sql"].map(|door| (door, 300));
    for (door, least) in whole.into_iter().chain(shares) {
        let of = |what: &str| said[what][door].as_u64().unwrap_or_default();
        assert!(of("asked") >= least, "{door}: {said}");
        assert!(of("answered") > least / 2, "{door}: {said}");
        assert!(of("refused") > least / 50, "{door}: {said}");
    }
    let on_command_line = said["answered"]["command line"].as_u64();
    assert!(on_command_line.unwrap_or_default() > 50, "{said}");
    assert!(said["shared"].as_u64().unwrap() >= 20, "{said}");
    assert!(said["sights"].as_u64().unwrap() > 6, "{said}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}
