//! Numbers of which the text says, and of which it does not say, on which side of them the city is to be.

use yandu_plan::{Doubt, Kind, Reading};

use super::reading;
use crate::table_of_truth::{fixture, shared};

/// Wordings of targets of which the side is left open.
fn open(reading: &Reading) -> Vec<&str> {
    let targets = reading.targets.iter();
    targets
        .filter(|one| one.doubts.contains(&Doubt::SideNotSaid))
        .map(|one| one.literal.as_str())
        .collect()
}

#[test]
fn a_number_without_a_word_of_its_side_is_doubted() {
    for sentence in [
        "投诉率1.2%。",
        "服务投诉率1.2%。",
        "确保投诉率1.2%。",
        "投诉率为1.2%。",
        "就业率保持在95%。",
        "人均就诊费用300元。",
        "办理时限为3天。",
        "投诉量100件。",
        "充电桩500座。",
        "办理投诉量100件。",
        "办结率达到98%、投诉率1.2%。",
        "开展培训5场，投诉100件。",
    ] {
        let reading = reading(sentence);
        let last = reading.targets.last().unwrap();
        assert_eq!(last.kind, Kind::Target, "{sentence}");
        assert_eq!(open(&reading), [last.literal.as_str()], "{sentence}");
    }
}

#[test]
fn a_verb_of_doing_a_word_of_reaching_and_all_or_nothing_say_the_side() {
    for sentence in [
        "新增5G基站1650座。",
        "年底建成充电桩500座。",
        "培训1500人次。",
        "建设农场9个，智慧牧场、渔场18个。",
        "高空瞭望设备由120路扩充至200路。",
        "力争用户500万户。",
        "为62所学校配齐设备。",
        "为62所学校改善条件。",
        "化解信访积案50件。",
        "网办率达到98%。",
        "实现网办率98%。",
        "网办率提升至98%。",
        "投诉率降至1.2%。",
        "投诉率控制在1.2%。",
        "投诉率不超过1.2%。",
        "网办率、办结率分别达到98%、95%。",
        "推动60%的企业完成改造。",
        "行政村通达率100%。",
        "网络安全事件0起。",
        "能耗下降5%。",
    ] {
        let reading = reading(sentence);
        assert!(!reading.targets.is_empty(), "{sentence}");
        assert!(open(&reading).is_empty(), "{sentence}");
    }
}

#[test]
fn of_whole_plans_only_bare_cells_of_numbers_leave_their_side_open() {
    // What each gets is no target: no side of it is asked for.
    for name in ["yunxi", "lanwan", "baichuan", "tingjiang"] {
        let plan = fixture(name);
        assert!(open(&plan.reading).is_empty(), "{name}");
    }
    let plan = fixture("qingluan");
    let cells = ["98", "99.5", "26", "30", "1.2", "2"];
    assert_eq!(open(&plan.reading), cells);
    if let Some(plan) = shared() {
        assert!(open(&plan.reading).is_empty());
    }
}

#[test]
fn the_name_of_an_indicator_may_say_the_side_of_its_cell() {
    let text = "2026年数字化重点指标表\n\n指标\t2026年目标\t责任单位\n新增上云企业（家）\t800\t市工信局\n商户（家）\t900\t市商务局\n";
    let reading = yandu_plan::read(text.as_bytes(), &yandu_plan::Options::default()).unwrap();
    assert_eq!(open(&reading), ["900"]);
}
