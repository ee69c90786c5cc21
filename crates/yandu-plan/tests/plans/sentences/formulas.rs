//! Set ways of saying a number: formal signs, none at all, so many for each, doublings and efforts.

use yandu_plan::Doubt;

use super::{check, reading};

/// Whether the last target of a sentence has a doubt.
fn is_doubted(sentence: &str, doubt: Doubt) -> bool {
    let targets = reading(sentence).targets;
    targets.last().unwrap().doubts.contains(&doubt)
}

#[test]
fn numbers_in_formal_signs_are_values() {
    for written in ["参佰座", "叁佰座", "參佰座", "叄佰座"] {
        check(
            &format!("建成充电站{written}。"),
            &[&format!("target 建成充电站{written} = 300座 2026-12-31")],
        );
    }
    check(
        "完成投资伍仟万元。",
        &["target 完成投资伍仟万元 = 50000000元 2026-12-31"],
    );
    check("参加比赛，加强队伍建设，收拾环境，深化大陆合作。", &[]);
}

#[test]
fn none_at_all_is_a_most_of_zero_and_in_a_name_it_is_no_figure() {
    check(
        "重大事故零发生。",
        &["target 重大事故零发生 <= 0 2026-12-31"],
    );
    check(
        "实现生产安全0事故。",
        &["target 实现生产安全0事故 <= 0 2026-12-31"],
    );
    check(
        "历史遗留问题存量清零。",
        &["target 历史遗留问题存量清零 <= 0 2026-12-31"],
    );
    let doubts = &reading("重大事故零发生。").targets[0].doubts;
    assert_eq!(*doubts, [Doubt::DueNotSaid]);
    check("推进隐患清零行动，实现办事零跑动。", &[]);
}

#[test]
fn so_many_for_each_of_several_are_doubted_as_such() {
    check(
        "甲县、乙县各建成5个充电站。",
        &["target 甲县、乙县各建成5个充电站 = 5个 2026-12-31"],
    );
    for sentence in [
        "甲县、乙县各建成5个充电站。",
        "甲县、乙县各新增5个充电站。",
        "甲县、乙县各再建5个充电站。",
        "建设充电站：甲县、乙县各5个。",
        "建设充电站：甲县、乙县各不少于5个。",
        "各县（市、区）至少建成5个充电站。",
    ] {
        assert!(is_doubted(sentence, Doubt::PerArea), "{sentence}");
    }
    for sentence in [
        "甲县、乙县建成5个充电站。",
        "培育各类企业5家。",
        "整合各级系统5个。",
    ] {
        assert!(!is_doubted(sentence, Doubt::PerArea), "{sentence}");
    }
}

#[test]
fn a_doubling_is_a_change_and_without_what_it_doubles_it_is_doubted() {
    check(
        "产值较2023年翻了两番。",
        &["target 产值较2023年翻了两番 change 300% 2026-12-31 against 2023年"],
    );
    assert!(is_doubted("产值翻一番。", Doubt::BaselineMissing));
    assert!(!is_doubted("产值较2023年翻一番。", Doubt::BaselineMissing));
}

#[test]
fn an_effort_is_promised_also_where_a_day_stands_behind_its_word() {
    for (sentence, is_effort) in [
        ("力争新增5G基站200座。", true),
        ("力争到2026年底，新增5G基站200座。", true),
        ("力争年内，新增5G基站200座。", true),
        ("力争改革见效，新增5G基站200座。", false),
        ("确保新增5G基站200座。", false),
        ("确保到2026年底，新增5G基站200座。", false),
    ] {
        assert_eq!(
            is_doubted(sentence, Doubt::EffortOnly),
            is_effort,
            "{sentence}"
        );
    }
}
