//! A file that is collected, undone, refused and delivered again, from the command line.

use serde_json::json;

use crate::support::{Place, seed, walk};

#[test]
fn a_file_becomes_governed_data_and_can_be_taken_back() {
    let place = walk();
    let collected = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    for (key, value) in [
        ("status", json!("collected")),
        ("rows_in", json!(3)),
        ("rows_kept", json!(2)),
        ("rows_superseded", json!(0)),
        ("rows_quarantined", json!(1)),
        ("version", json!(0)),
        ("encoding", json!("UTF-8")),
    ] {
        assert_eq!(collected[key], value, "{key} of {collected}");
    }
    assert_eq!(collected["findings"][0]["reason"], "age-range");
    let batch = collected["batch"].as_str().unwrap();

    let shown = place.yandu(&["batch", "show", batch]).ok();
    assert!(
        shown.stdout.contains("年龄超出范围") && shown.stdout.contains("row 2: 200"),
        "{}",
        shown.stdout
    );
    let listed = place
        .yandu(&["quarantine", "list", batch, "--json"])
        .ok()
        .json();
    assert_eq!(listed["rows"][0]["row"], 2);
    place
        .yandu(&["quarantine", "export", batch, "--out", "back.xlsx"])
        .ok();
    assert!(
        std::fs::read(place.path("back.xlsx"))
            .unwrap()
            .starts_with(b"PK")
    );
    let refused = place
        .yandu(&[
            "quarantine",
            "release",
            batch,
            "2",
            "--reason",
            "x",
            "--json",
        ])
        .fails();
    assert_eq!(
        refused.json()["refused"][0]["reasons"],
        json!(["age-range"])
    );
    place
        .yandu(&[
            "quarantine",
            "correct",
            batch,
            "2",
            "age=20",
            "--reason",
            "电话核实",
        ])
        .ok();
    place
        .yandu(&["quarantine", "release", batch, "2", "--reason", "已更正"])
        .ok();

    let sql = "SELECT number, age FROM club.member ORDER BY number";
    let csv = place.yandu(&["sql", sql, "--format", "csv"]).ok();
    assert_eq!(csv.stdout, "number,age\n1,30\n2,20\n3,31\n");
    let answer = place.yandu(&["sql", sql, "--json"]).ok().json();
    assert_eq!(answer["rows"], json!([["1", 30], ["2", 20], ["3", 31]]));
    let table = place.yandu(&["sql", "SELECT '盐城' AS city, 5 AS n"]).ok();
    assert_eq!(table.stdout, "city  n\n────  ─\n盐城  5\n");
    let before = place
        .yandu(&[
            "sql",
            "SELECT count(*) AS n FROM club.member",
            "--at",
            "club.member=0",
            "--json",
        ])
        .ok();
    assert_eq!(before.json()["rows"], json!([[2]]));

    let versions = place
        .yandu(&["dataset", "versions", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
    let restored = place
        .yandu(&[
            "dataset",
            "restore",
            "club.member",
            "--version",
            "0",
            "--reason",
            "误放",
            "--json",
        ])
        .ok();
    assert_eq!(restored.json()["version"], 2);
    assert!(
        place
            .yandu(&["dataset", "show", "club.member"])
            .ok()
            .stdout
            .contains("rows       2\n")
    );

    place.write("more.csv", "number,name,age\n7,赵敏,7\n");
    let more = place
        .yandu(&["collect", "more.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    let undone = place
        .yandu(&[
            "batch",
            "undo",
            more["batch"].as_str().unwrap(),
            "--reason",
            "误交",
            "--json",
        ])
        .ok();
    assert_eq!(undone.json()["status"], "undone");
    let count = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    assert_eq!(count["rows"], json!([[2]]));
    let all = place.yandu(&["batch", "list", "--json"]).ok().json();
    assert_eq!(all["batches"].as_array().unwrap().len(), 2);
}

#[test]
fn a_list_tells_the_whole_command_that_shows_its_next_page() {
    let place = walk();
    let collect = |file: &str, rows: &str| {
        place.write(file, &format!("number,name,age\n{rows}"));
        place
            .yandu(&["collect", file, "--dataset", "club.member"])
            .ok();
    };
    collect("old.csv", "6,王芳,30\n7,赵敏,207\n8,李强,208\n9,张伟,209\n");
    let list = ["quarantine", "list", "club.member", "--limit", "1"];
    let told = place.yandu(&[&list[..], &["--reason", "age-range"]].concat());
    let told = told.ok().stdout;
    let more = told
        .lines()
        .find_map(|line| line.strip_prefix("more: yandu --data data "));
    let more: Vec<&str> = more
        .unwrap_or_else(|| panic!("{told}"))
        .split(' ')
        .collect();
    assert!(
        more.join(" ")
            .contains(" --limit 1 --reason age-range --after "),
        "{told}"
    );
    // It is a page of the same batch, also when there is a newer one.
    collect("newer.csv", "10,刘洋,30\n11,陈静,211\n");
    let page = place.yandu(&[&more[..], &["--json"]].concat()).ok().json();
    let rows: Vec<_> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["row"])
        .collect();
    assert_eq!(rows, [3]);
    assert_eq!(place.yandu(&more).ok().stdout.matches("--after").count(), 1);
}

#[test]
fn what_went_into_no_column_is_told_with_the_batch_and_when_it_is_shown() {
    let place = walk();
    place.write("odd.csv", "number,name,age,电话,电话\n7,赵敏,7,138,139\n");
    let collected = place
        .yandu(&["collect", "odd.csv", "--dataset", "club.member"])
        .ok();
    let shown = place.yandu(&["batch", "show", "club.member"]).ok();
    for told in [collected.stdout, shown.stdout] {
        for line in [
            "headers of no column, kept in `_extra`: 电话, 电话_2\n",
            "note: the name `电话` stands more than once\n",
        ] {
            assert!(told.contains(line), "{told}");
        }
    }
    place.write("few.csv", "number,name\n8,李强\n");
    let few = place
        .yandu(&["collect", "few.csv", "--dataset", "club.member"])
        .ok();
    assert!(
        few.stdout.contains("columns that are not in the file: age"),
        "{}",
        few.stdout
    );
}

#[test]
fn a_file_fits_a_dataset_when_no_column_that_must_be_there_is_missing() {
    let place = walk();
    place.write("own.csv", "编码,name,age\n7,赵敏,7\n");
    let look = |more: &[&str]| {
        let look = [
            "collect",
            "own.csv",
            "--dataset",
            "club.member",
            "--preview",
        ];
        place.yandu(&[&look, more].concat()).ok().stdout
    };
    let told = look(&["--header", "编码=number"]);
    assert!(
        told.contains("fits club.member") && told.contains(": 3 columns found\n"),
        "{told}"
    );
    let told = look(&[]);
    assert!(
        told.contains("resembles club.member")
            && told.contains(": 2 columns found, 1 required ones missing\n")
            && !told.contains("fits club.member"),
        "{told}"
    );
}

#[test]
fn a_second_delivery_changes_nothing_and_says_what_would() {
    let place = walk();
    let first = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    let again = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(
        (&again["status"], &again["version"]),
        (&json!("unchanged"), &json!(null))
    );
    assert_eq!(again["report"]["same_as"], first["batch"]);
    let told = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    let mend = format!("yandu batch undo {}", first["batch"].as_str().unwrap());
    assert!(told.stdout.contains(&mend), "{}", told.stdout);
}

#[test]
fn a_refused_file_is_one_object_and_exit_code_1() {
    let place = walk();
    place.write("empty.csv", "");
    let refused = place
        .yandu(&["collect", "empty.csv", "--dataset", "club.member", "--json"])
        .fails();
    assert_eq!(
        (&refused.json()["status"], &refused.json()["error"]["code"]),
        (&json!("refused"), &json!("empty-file"))
    );
    assert_eq!(
        refused
            .stderr
            .lines()
            .filter(|line| line.starts_with("error"))
            .count(),
        0,
        "{}",
        refused.stderr
    );
    let told = place
        .yandu(&["collect", "empty.csv", "--dataset", "club.member"])
        .fails();
    assert!(
        told.stderr.contains("error: the file is empty\n"),
        "{}",
        told.stderr
    );
    assert!(told.stderr.contains("help: "), "{}", told.stderr);
}

#[test]
fn a_simulated_city_is_collected() {
    let place = walk();
    let written = place
        .yandu(&[
            "city",
            "simulate",
            "--people",
            "300",
            "--seed",
            "1",
            "--out",
            "city",
            "--only",
            "residents",
            "--json",
        ])
        .ok();
    assert_eq!(written.json()["people"], 300);
    assert!(place.path("city/truth.json").is_file());
}

#[test]
fn reports_with_a_file_for_every_month_are_collected_to_the_rows_of_a_few_files() {
    let seed = seed().to_string();
    println!("YANDU_SEED={seed}");
    let collected = ["condensed", "every-month"].map(|deliveries| {
        let place = Place::with_shipped_packs();
        let simulate = "city simulate --people 600 --defects 0 --only residents --out city";
        let mut arguments: Vec<&str> = simulate.split(' ').collect();
        arguments.extend(["--seed", seed.as_str(), "--deliveries", deliveries]);
        place.yandu(&arguments).ok();
        let inbox = place.path("data/inbox/public_security");
        std::fs::create_dir_all(&inbox).unwrap();
        let mut files = 0;
        for file in std::fs::read_dir(place.path("city/inbox/public_security")).unwrap() {
            let file = file.unwrap();
            let name = file.file_name();
            if name.to_string_lossy().starts_with("人口变动月报_") {
                std::fs::copy(file.path(), inbox.join(name)).unwrap();
                files += 1;
            }
        }
        for source in ["base.division_file", "population.change_report_file"] {
            place.yandu(&["collect", source]).ok();
        }
        let sql = "SELECT CAST(month AS VARCHAR) AS told, count(*), sum(births), sum(deaths), sum(moved_in), sum(moved_out) \
                   FROM population.change_report GROUP BY month ORDER BY month";
        let answer = place.yandu(&["sql", sql, "--json"]).ok().json();
        (files, answer["rows"].clone())
    });
    let [(few, condensed), (many, every_month)] = collected;
    assert_eq!((few, many), (2, 36));
    assert_eq!(condensed.as_array().unwrap().len(), 36);
    assert_eq!(condensed, every_month);

    let place = walk();
    let weekly = "city simulate --people 1 --out city --deliveries weekly";
    let arguments: Vec<&str> = weekly.split(' ').collect();
    let refused = place.yandu(&arguments);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("condensed, every-month"),
        "{}",
        refused.stderr
    );
}
