//! A work plan from the command line.

use crate::support::Place;

const PLAN: &str = "澄江市2026年工作要点\n一、夯实底座\n（一）加快网络建设。6月底前新增5G基站300座以上。（牵头单位：市工信局；责任单位：市通管办）\n（二）加强统筹。打造两个平台，力争数据交易额达到2.5亿元。（市数据局、市财政局按职责分工负责）\n";

#[test]
fn a_plan_is_read_and_shown_with_what_waits_for_a_reviewer() {
    let place = Place::with_pack();
    place.write("plan.txt", PLAN);
    let json = place
        .yandu(&["plan", "import", "plan.txt", "--json"])
        .ok()
        .json();
    assert_eq!(json["points"][0]["number"], 1);
    assert_eq!(json["points"][0]["title"], "加快网络建设");
    assert_eq!(json["points"][0]["leads"][0], "市工信局");
    assert_eq!(json["targets"][0]["value"], 300);
    assert_eq!(json["targets"][2]["value"], 250_000_000);
    assert_eq!(json["targets"][2]["due"], "2026-12-31");
    let text = place.yandu(&["plan", "import", "plan.txt"]).ok().stdout;
    for part in [
        "2个要点，3个指标",
        "牵头：市工信局　配合：市通管办",
        "牵头：待定　共同负责：市数据局、市财政局",
        "◆ 6月底前新增5G基站300座以上　≥ 300座　2026-06-30前",
        "“力争”“争取”，是否作为硬指标请确认",
        "1个要点没有写明牵头单位",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn a_file_that_is_no_plan_is_refused_with_what_it_is_and_a_mend() {
    let place = Place::with_pack();
    place.write("scan.pdf", "%PDF-1.7\n");
    let refused = place.yandu(&["plan", "import", "scan.pdf"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("this is a PDF") && refused.stderr.contains("plain text"),
        "{}",
        refused.stderr
    );
    let missing = place.yandu(&["plan", "import", "nothing.txt"]);
    assert_eq!(missing.code, 1, "{}", missing.stdout);
}
