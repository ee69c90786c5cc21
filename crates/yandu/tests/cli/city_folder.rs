//! The folder of a city: its own policies, its own roles, and what a change of its policies would open and close.

use serde_json::Value;

use crate::exports::link;
use crate::faces::drive;
use crate::support::walk;

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
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
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
