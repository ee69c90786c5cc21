//! The folder of a city: its own policies, its own roles, and what a change of its policies would open and close.

use serde_json::Value;

use crate::exports::link;
use crate::faces::drive;
use crate::support::{Place, walk};

const PACK: &str = "\
pack: club
version: 0.1.0
title: {zh: 社团}
roles: {swimmer: {zh: 泳队}}
";
const ROLES: &str = "roles:\n  guard: {zh: 护林员, en: Forest guard}\n";
const POLICY: &str = "\
@id(\"guards\")
@about(\"护林员查看会员\")
@up_to(\"general-3\")
permit (
  principal is Person in Role::\"guard\",
  action == Action::\"read\",
  resource == Dataset::\"club.member\"
);
";

#[test]
fn policies_and_roles_of_the_folder_of_a_city_are_in_force_and_other_policies_are_looked_at_first()
{
    let place = walk();
    place.write("packs/club/pack.yaml", PACK);
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    place.write("city/roles.yaml", ROLES);
    place.write("city/policies/guards.cedar", POLICY);
    place.write("other/none.cedar", "// Nobody reads anything.\n");
    place.write(
        "wider/guards.cedar",
        &POLICY.replace("Role::\"guard\"", "Role::\"swimmer\""),
    );
    place.write(
        "wrong/guards.cedar",
        &POLICY.replace("\"guard\"", "\"gard\""),
    );
    let mut server = place.serve_with(&["--set", "city=city"]);
    let Some(said) = drive("city_folder.py", &[&server.url(), &link(&server)]) else {
        return;
    };
    assert_eq!(said["checked"], 4, "{said}");
    let differs = |folder: &str| {
        place
            .yandu(&["policy", "diff", folder, "--json"])
            .ok()
            .json()
    };
    let opens_and_closes = |told: &Value| (told["opening"].clone(), told["closing"].clone());
    let none = (Value::from(0), Value::from(0));
    assert_eq!(opens_and_closes(&differs("city/policies")), none);
    // Two have the role of the folder, and one of them that of the pack too.
    let closes = differs("other");
    assert_eq!(closes["changed"], 2, "{closes}");
    assert_eq!(closes["opening"], 0, "{closes}");
    assert_eq!(closes["lines"][0]["dataset"], "club.member", "{closes}");
    let moves = differs("wider");
    let people = |is_opening: bool| {
        let mut lines = moves["lines"].as_array().unwrap().iter();
        let line = lines.find(|line| line["is_opening"] == is_opening).unwrap();
        line["who"].to_string()
    };
    assert!(people(true).contains("\"li\""), "{moves}");
    assert!(people(false).contains("\"gao\""), "{moves}");
    let told = place.yandu(&["policy", "diff", "other"]).ok().stdout;
    assert!(told.starts_with("- club.member: "), "{told}");
    assert!(told.contains("gao"), "{told}");
    // What is wrong is told with its place, and nothing of all this was put in force.
    let wrong = place.yandu(&["policy", "diff", "wrong"]).fails();
    assert!(wrong.stdout.contains("guards.cedar:5:"), "{}", wrong.stdout);
    assert!(
        wrong.stdout.contains("did you mean `guard`"),
        "{}",
        wrong.stdout
    );
    assert_eq!(opens_and_closes(&differs("city/policies")), none);
    // The folder of the city holds none itself, which is no wish to have none.
    let none = place.yandu(&["policy", "diff", "city"]).fails();
    for said in ["`city` holds no policies", "did you mean `city/policies`"] {
        assert!(none.stderr.contains(said), "{said}: {}", none.stderr);
    }
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn after_a_start_with_a_misspelled_policy_those_of_before_hold_and_it_is_said() {
    let place = walk();
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    place.write("city/roles.yaml", ROLES);
    place.write("city/policies/guards.cedar", POLICY);
    let mut server = place.serve_with(&["--set", "city=city"]);
    assert_eq!(server.get("/readyz").1, "ready\n");
    server.stop();
    place.write(
        "city/policies/guards.cedar",
        &POLICY.replace("club.member", "club.membr"),
    );
    // A command that knows of no folder changes nothing of what is kept of it.
    place.yandu(&["sql", "SELECT 1"]).ok();
    let mut server = place.serve_with(&["--set", "city=city"]);
    let ready = server.get("/readyz").1;
    assert!(ready.contains("those of before are in force"), "{ready}");
    let told = server.get("/api/v1/policies").1;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["fault"]["in_force"], "former", "{told}");
    let problem = &told["fault"]["problems"][0];
    assert_eq!(problem["line"], 7, "{told}");
    let file = problem["file"].as_str().unwrap();
    assert!(file.ends_with("city/policies/guards.cedar"), "{told}");
    assert!(told["policies"].to_string().contains("护林员"), "{told}");
    let log = server.stop();
    assert!(log.contains("those hold that were in force last"), "{log}");
}

#[test]
fn a_file_of_roles_that_cannot_be_read_is_told_and_policies_about_its_roles_do_not_hold() {
    let place = walk();
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    place.write("city/policies/guards.cedar", POLICY);
    place.write("city/roles.yaml", "roles:\n  Guard: {zh: 护林员}\n");
    let asked = ["sql", "SELECT 1", "--set", "city=city"];
    let told = place.yandu(&asked).ok().stderr;
    for said in [
        "none of the roles of its folder",
        "roles.yaml",
        "file.line=",
        "Guard",
        "no role `guard`",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    place.write("city/roles.yaml", ROLES);
    let mended = place.yandu(&asked).ok().stderr;
    assert!(!mended.contains("role"), "{mended}");
}

/// An invented city, whose codes are of another province.
const DIVISIONS: &str = "\
code,name,level,parent,kind,valid_from,source
229900,临江市,city,,city,2024-01-01,本市
229902,江北区,county,229900,district,2024-01-01,本市
229921,柳河县,county,229900,county,2024-01-01,本市
229902001,江北街道,township,229902,subdistrict,2024-01-01,本市
229921200,三江乡,township,229921,township,2024-01-01,本市
";
const UNITS: &str = "\
code,name,name_en,kind,division
jiangbei,江北区,Jiangbei,district,229902
liuhe,柳河县,Liuhe,county,229921
";
const UNIT_AREAS: &str = "\
unit,division,valid_from,valid_to,basis
jiangbei,229902,2024-01-01,,code
liuhe,229921,2024-01-01,,code
";

fn invented() -> Place {
    let place = Place::with_shipped_packs();
    place.write("city/data/base/division.csv", DIVISIONS);
    place.write("city/data/base/managing_unit.csv", UNITS);
    place.write("city/data/base/unit_area.csv", UNIT_AREAS);
    place
}

fn park(number: &str, division: &str) -> String {
    format!(
        r#"{{"park_no": "{number}", "name": "{number}", "level": "city", "division": "{division}", "area_mu": "10.00", "product": "大米", "begun_on": "2024-03-10"}}"#
    )
}

#[test]
fn a_city_of_other_divisions_takes_its_own_deliveries_and_refuses_those_of_another() {
    let place = invented();
    let collected = |line: &[&str]| {
        let mut line = line.to_vec();
        line.extend(["--set", "city=city", "--json"]);
        let told = place.yandu(&line).ok().json();
        (told["rows_kept"].clone(), told["rows_quarantined"].clone())
    };
    let counts = |kept: u64, quarantined: u64| (Value::from(kept), Value::from(quarantined));
    let of = |file: &'static str| ["collect", file, "--dataset", "base.division"];
    assert_eq!(collected(&of("city/data/base/division.csv")), counts(5, 0));
    // All packs follow, not only the one that holds the divisions.
    let parks = [park("P1", "229921"), park("P2", "320902")].join("\n");
    place.write("parks.jsonl", &parks);
    let line = ["collect", "parks.jsonl", "--dataset", "farm.park"];
    assert_eq!(collected(&line), counts(1, 1));
    assert_eq!(collected(&of("packs/base/data/division.csv")).0, 0);
    // Without the folder the packs are those of Yancheng again, and say so before rows are touched.
    let told = place.yandu(&["pack", "plan"]).ok().stdout;
    assert!(told.contains("division_prefix"), "{told}");
}

#[test]
fn pages_are_told_the_areas_of_the_city_that_is_set_and_what_it_is_called() {
    let place = invented();
    place.write(
        "city/areas.csv",
        "code,unit,name,name_en,column,row,width\n229921,liuhe,柳河,Liuhe,1,0,2\n",
    );
    for source in ["base.division_file", "base.managing_unit_file"] {
        place.yandu(&["collect", source, "--set", "city=city"]).ok();
    }
    let named = ["--set", "city=city", "--set", "site_name=临江市"];
    let mut server = place.serve_with(&named);
    let (status, told) = server.get("/api/v1/areas");
    assert_eq!(status, 200, "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    let areas = told["areas"].as_array().unwrap();
    let of = |code: &str| areas.iter().find(|area| area["code"] == code).unwrap();
    assert_eq!(areas.len(), 3, "{told}");
    assert_eq!(of("229921")["name"]["zh"], "柳河");
    assert_eq!(of("229921")["place"]["column"], 1);
    assert_eq!(of("229902")["name"]["en"], "Jiangbei");
    assert_eq!(of("229902")["place"], Value::Null);
    assert_eq!(of("229900")["is_city"], true);
    let (_, open) = server.get("/open");
    assert!(open.contains("临江市"), "{open}");
    assert!(!open.contains("盐渎"), "{open}");
    server.stop();
}

#[test]
fn what_is_wrong_in_the_folder_of_a_city_is_told_with_its_file_and_line() {
    let place = invented();
    let check = || place.yandu(&["pack", "check", "--set", "city=city"]);
    let right = check().ok().stdout;
    assert!(right.contains("0 errors"), "{right}");
    let own = ["collect", "city/data/base/division.csv", "--dataset"];
    let named = ["base.division", "--set", "city=city"];
    place.yandu(&[own, named].concat()).ok();
    let starts = || place.yandu(&["sql", "SELECT 1", "--set", "city=city"]);

    // A row that checks of the pack do not take.
    let wrong = DIVISIONS.replace(
        "229921200,三江乡,township,229921",
        "229921200,三江乡,township,229902",
    );
    place.write("city/data/base/division.csv", &wrong);
    let told = check().fails().stdout;
    for said in ["division.csv:6:", "parent-disagrees", "上级与代码不符"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    // A folder that is not there is no reason to go by another city.
    let nowhere = |action: &[&str]| {
        let line = [action, &["--set", "city=nowhere"]].concat();
        let run = place.yandu(&line).fails();
        let told = format!("{}{}", run.stdout, run.stderr);
        assert!(told.contains("there is no such file or folder"), "{told}");
        assert!(told.contains("nowhere"), "{told}");
    };
    nowhere(&["pack", "check"]);
    nowhere(&["sql", "SELECT 1"]);
    // A row of another city.
    let wrong = DIVISIONS.replace("229921,柳河县", "320921,响水县");
    place.write("city/data/base/division.csv", &wrong);
    let told = check().fails().stdout;
    assert!(told.contains("outside-the-city"), "{told}");
    // Two rows that could be the city.
    let wrong = DIVISIONS.replace("229902,江北区,county,229900", "229902,江北区,county,");
    place.write("city/data/base/division.csv", &wrong);
    for told in [check().fails().stderr, starts().fails().stderr] {
        assert!(told.contains("`229900` and `229902`"), "{told}");
        assert!(told.contains("division.csv"), "{told}");
    }
    place.write("city/data/base/division.csv", DIVISIONS);

    // A file that no pack reads.
    place.write("city/data/base/divisions.csv", DIVISIONS);
    for told in [check().fails().stdout, starts().fails().stderr] {
        assert!(told.contains("did you mean `division.csv`"), "{told}");
    }
    std::fs::remove_file(place.path("city/data/base/divisions.csv")).unwrap();

    // A policy about what is not there.
    let about = POLICY
        .replace("club.member", "farm.prak")
        .replace("guard", "clerk");
    place.write("city/policies/clerks.cedar", &about);
    let told = check().fails().stdout;
    assert!(told.contains("clerks.cedar:"), "{told}");
    assert!(told.contains("did you mean `farm.park`"), "{told}");
    let told = starts().ok().stderr;
    for said in ["clerks.cedar", "file.line=", "farm.prak"] {
        assert!(told.contains(said), "{said}: {told}");
    }
}

#[test]
fn tests_of_packs_are_about_their_own_rows_whatever_city_is_set() {
    let place = invented();
    let tested = place
        .yandu(&["pack", "test", "packs/base", "--set", "city=city"])
        .ok();
    assert!(tested.stdout.contains(", 0 failed"), "{}", tested.stdout);
}
