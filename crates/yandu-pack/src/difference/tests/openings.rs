//! What other packs may open, and which columns may be renamed ones.

use super::*;

const POLICY: &str = "@id(\"a\")\n@up_to(\"general-1\")\npermit (principal, action == Action::\"read\", resource);\n";

fn changed(replacements: &[(&str, &str)]) -> (TempDir, Packs) {
    let mut citizen = CITIZEN.to_owned();
    for (from, to) in replacements {
        assert!(citizen.contains(from), "{from}");
        citizen = citizen.replace(from, to);
    }
    packs(PACK, SEX, &citizen)
}

/// What opens, as `what column: from → to`.
fn opens(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
    let ((_one, before), (_two, after)) = (changed(before), changed(after));
    let lines = before.openings(&after).into_iter().map(|opening| {
        format!(
            "{:?} {}: {} → {}",
            opening.what,
            opening.name.as_deref().unwrap_or("-"),
            opening.from.as_deref().unwrap_or("-"),
            opening.to.as_deref().unwrap_or("-")
        )
    });
    lines.collect()
}

#[test]
fn a_lower_grade_opens_something_and_a_higher_one_does_not() {
    let higher = [("type: integer", "type: integer, grade: general-3")];
    assert_eq!(opens(&higher, &[]), ["Grade age: general-3 → general-1"]);
    assert_eq!(opens(&[], &higher), [""; 0]);
    let whole = [("refresh: daily", "refresh: daily\ngrade: general-2")];
    let of_all = opens(&whole, &[]);
    assert!(
        of_all.contains(&"Grade note: general-2 → general-1".to_owned()),
        "{of_all:?}"
    );
    let another = [("age:", "years:"), ("column: age", "column: years")];
    let renamed = [
        another[0],
        another[1],
        ("type: integer,", "type: integer, from: [age],"),
    ];
    assert_eq!(
        opens(&higher, &renamed),
        ["Grade years: general-3 → general-1"]
    );
    assert_eq!(opens(&higher, &another), [""; 0], "that is another column");
}

#[test]
fn another_mask_and_fewer_conditions_open_something() {
    let masked = [("type: text", "type: text, mask: hash")];
    assert_eq!(opens(&[], &masked), ["Mask note: null → hash"]);
    assert_eq!(opens(&masked, &[]), [""; 0]);
    assert_eq!(
        opens(&[], &[("opening: closed", "opening: open")]),
        ["Public -: closed → open"]
    );
    assert_eq!(opens(&[("opening: closed", "opening: open")], &[]), [""; 0]);
    assert_eq!(
        opens(&[], &[("市公安局", "市民政局")]),
        ["Owner -: 市公安局 → 市民政局"]
    );
    let conditional = [(
        "{class: unconditional}",
        "{class: conditional, basis: 办法}",
    )];
    assert_eq!(
        opens(&conditional, &[]),
        ["Sharing -: conditional → unconditional"]
    );
    assert_eq!(
        opens(&[], &[("市民}", "居民}")]),
        [""; 0],
        "a title opens nothing"
    );
}

#[test]
fn a_permit_of_a_pack_opens_something_and_new_datasets_do_not() {
    let (folder, before) = packs(PACK, SEX, CITIZEN);
    let demo = folder.path().join("demo");
    let with = |name: &str, text: &str| {
        let path = demo.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        let loaded = Packs::load(std::slice::from_ref(&demo), &AnyCondition);
        assert!(!loaded.has_errors(), "{:?}", loaded.problems);
        loaded.packs
    };
    let another = CITIZEN.replace("demo.citizen", "demo.guest");
    let more = with("datasets/guest.yaml", &another);
    assert!(before.openings(&more).is_empty());
    let permits = with("policies/a.cedar", POLICY);
    let opens = more.openings(&permits);
    assert_eq!(opens.len(), 1, "{opens:?}");
    assert_eq!(opens[0].name.as_deref(), Some("demo"));
    assert!(permits.openings(&more).is_empty());
}

#[test]
fn a_column_that_comes_for_one_like_it_may_be_a_renamed_one() {
    let renames = |replacements: &[(&str, &str)]| {
        let ((_one, before), (_two, after)) = (changed(&[]), changed(replacements));
        let found = before.possible_renames(&after);
        let pairs = found.iter().map(|one| format!("{} {}", one.from, one.to));
        pairs.collect::<Vec<String>>()
    };
    let another = [("age:", "years:"), ("column: age", "column: years")];
    assert_eq!(renames(&another), ["age years"]);
    let said = [
        another[0],
        another[1],
        ("type: integer,", "type: integer, from: [age],"),
    ];
    assert_eq!(renames(&said), [""; 0]);
    let other = [another[0], another[1], ("年龄", "岁数")];
    assert_eq!(renames(&other), [""; 0], "nothing says that they are alike");
}
