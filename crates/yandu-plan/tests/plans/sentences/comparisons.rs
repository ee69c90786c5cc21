//! Comparisons and changes: at least, at most, by how much, and from what on.

use yandu_plan::Doubt;

use super::{check, reading};

#[test]
fn comparisons_before_and_behind_the_number_are_read() {
    check(
        "新增场景不少于20个。",
        &["target 新增场景不少于20个 >= 20个 2026-12-31"],
    );
    check(
        "新增场景20个以上。",
        &["target 新增场景20个以上 >= 20个 2026-12-31"],
    );
    check(
        "场景数量超过20个。",
        &["target 场景数量超过20个 > 20个 2026-12-31"],
    );
    check(
        "投诉率不高于3%。",
        &["target 投诉率不高于3% <= 3% 2026-12-31"],
    );
    check(
        "投诉率控制在3%以内。",
        &["target 投诉率控制在3%以内 <= 3% 2026-12-31"],
    );
    check("投诉率低于3%。", &["target 投诉率低于3% < 3% 2026-12-31"]);
    check(
        "培训干部500人次左右。",
        &["target 培训干部500人次左右 ~ 500人次 2026-12-31"],
    );
    check(
        "培育企业10至15家。",
        &["target 培育企业10至15家 between 10-15家 2026-12-31"],
    );
    check(
        "增速保持在8%—10%。",
        &["target 增速保持在8%—10% between 8-10% 2026-12-31"],
    );
}

#[test]
fn a_negation_turns_a_comparison_round() {
    for most in [
        "不得超过",
        "不能高于",
        "不可多于",
        "不应当大于",
        "不宜再超过",
        "不再超过",
        "未超过",
        "不许突破",
        "不准再次突破",
        "严禁突破",
        "没有超过",
        "不突破",
        "不超出",
        "不超",
    ] {
        check(
            &format!("投诉量{most}10件。"),
            &[&format!("target 投诉量{most}10件 <= 10件 2026-12-31")],
        );
    }
    for least in ["不得低于", "不能少于", "不应小于", "未低于"] {
        check(
            &format!("好评量{least}10件。"),
            &[&format!("target 好评量{least}10件 >= 10件 2026-12-31")],
        );
    }
    check(
        "支出不得低于上年预算的2%。",
        &["target 支出不得低于上年预算的2% >= 2% 2026-12-31"],
    );
    check(
        "办件量不断突破10件。",
        &["target 办件量不断突破10件 > 10件 2026-12-31"],
    );
}

#[test]
fn a_comparison_behind_each_is_of_every_number_and_else_left_open() {
    check(
        "投诉量、差评量分别不超过10件、5件。",
        &[
            "target 投诉量、差评量分别不超过10件 <= 10件 2026-12-31",
            "target 5件 <= 5件 2026-12-31",
        ],
    );
    check(
        "投诉量、差评量分别新增不少于10件和5件。",
        &[
            "target 投诉量、差评量分别新增不少于10件 >= 10件 2026-12-31",
            "target 5件 >= 5件 2026-12-31",
        ],
    );
    let open = |sentence: &str| -> Vec<bool> {
        let targets = reading(sentence).targets;
        let doubted = |doubts: &[Doubt]| doubts.contains(&Doubt::ComparisonUnclear);
        targets.iter().map(|one| doubted(&one.doubts)).collect()
    };
    assert_eq!(open("开展培训不少于4期、1200人次。"), [false, true]);
    assert_eq!(open("开展培训不少于4期、培训1200人次。"), [false, false]);
    assert_eq!(open("投诉量、差评量分别不超过10件、5件。"), [false, false]);
}

#[test]
fn changes_carry_their_sign_their_baseline_and_what_the_text_leaves_open() {
    check("能耗下降5%。", &["target 能耗下降5% change -5% 2026-12-31"]);
    check(
        "就诊率提高5%。",
        &["target 就诊率提高5% change 5% or percentage point 2026-12-31"],
    );
    check(
        "办事效率提升30%。",
        &["target 办事效率提升30% change 30% 2026-12-31"],
    );
    check(
        "就诊率提高5个百分点。",
        &["target 就诊率提高5个百分点 change 5percentage point 2026-12-31"],
    );
    check(
        "就诊率提高到85%。",
        &["target 就诊率提高到85% = 85% 2026-12-31"],
    );
    check(
        "产值比上年增长12%以上。",
        &["target 产值比上年增长12%以上 change 12% 2026-12-31 bound >= against 上年"],
    );
    check(
        "产值较2023年翻一番。",
        &["target 产值较2023年翻一番 change 100% 2026-12-31 against 2023年"],
    );
    check(
        "覆盖率由60%提升至75%。",
        &["target 覆盖率由60%提升至75% = 75% 2026-12-31"],
    );
    check(
        "办理时限压缩至3个工作日内。",
        &["target 办理时限压缩至3个工作日内 <= 3工作日 2026-12-31"],
    );
}

#[test]
fn what_is_held_at_a_level_is_no_place_and_what_goes_on_from_the_present_is_to_be_done() {
    check(
        "投诉限制在30件。",
        &["target 投诉限制在30件 = 30件 2026-12-31"],
    );
    check(
        "将投诉量控制在100件以内，较大事故起数控制在3起以内。",
        &[
            "target 将投诉量控制在100件以内 <= 100件 2026-12-31",
            "target 较大事故起数控制在3起以内 <= 3起 2026-12-31",
        ],
    );
    check(
        "平均跑动次数控制在0.3次以内。",
        &["target 平均跑动次数控制在0.3次以内 <= 0.3次 2026-12-31"],
    );
    check(
        "在岗人员稳定在300人以上。",
        &["target 在岗人员稳定在300人以上 >= 300人 2026-12-31"],
    );
    check(
        "日均投诉保持在20件左右。",
        &["target 日均投诉保持在20件左右 ~ 20件 2026-12-31"],
    );
    check(
        "在现有基础上再建20个应用场景。",
        &["target 在现有基础上再建20个应用场景 = 20个 2026-12-31"],
    );
    check(
        "在去年基础上新增企业30家。",
        &["target 在去年基础上新增企业30家 = 30家 2026-12-31"],
    );
    // What is told behind 基础上 may still be past, and a place is a place.
    check(
        "现有平台30个。",
        &["description 现有平台30个 = 30个 2026-12-31"],
    );
    check(
        "在12个区推行。",
        &["description 在12个区推行 = 12个 2026-12-31"],
    );
}

#[test]
fn a_bound_may_stand_before_the_verb_of_its_number() {
    check(
        "每个县（市、区）至少建成1个示范街道。",
        &["target 每个县（市、区）至少建成1个示范街道 >= 1个 2026-12-31"],
    );
    check(
        "全年至少举办4期数据讲堂，至少培训500人。",
        &[
            "target 全年至少举办4期数据讲堂 >= 4期 2026-12-31",
            "target 至少培训500人 >= 500人 2026-12-31",
        ],
    );
    check(
        "力争不少于新建3所。",
        &["target 力争不少于新建3所 >= 3所 2026-12-31"],
    );
    check(
        "对入驻企业给予最高50万元补助。",
        &["description 对入驻企业给予最高50万元补助 <= 500000元 2026-12-31"],
    );
    check(
        "至多新增站点3个，打造园区2个。",
        &[
            "target 至多新增站点3个 <= 3个 2026-12-31",
            "target 打造园区2个 = 2个 2026-12-31",
        ],
    );
}

#[test]
fn a_verb_of_change_is_found_behind_marks_and_adverbs() {
    check(
        "一是压减申请材料30%。二是精简报表20%以上。",
        &[
            "target 压减申请材料30% change -30% 2026-12-31",
            "target 精简报表20%以上 change -20% 2026-12-31 bound >=",
        ],
    );
    check(
        "大力压减申请材料30%。",
        &["target 大力压减申请材料30% change -30% 2026-12-31"],
    );
    check(
        "到年底，全面压减申请材料30%。",
        &["target 全面压减申请材料30% change -30% 2026-12-31"],
    );
    check(
        "十一是至少压减会议20%。",
        &["target 至少压减会议20% change -20% 2026-12-31 bound >="],
    );
}

#[test]
fn a_fall_has_its_sign_also_as_a_range() {
    check(
        "同比减少10%-15%。",
        &["target 同比减少10%-15% change -10至-15% 2026-12-31 bound between against 同比"],
    );
    check(
        "失业率下降5至8个百分点。",
        &["target 失业率下降5至8个百分点 change -5至-8percentage point 2026-12-31 bound between"],
    );
    let ends = reading("失业率下降5至8个百分点。").targets[0]
        .range
        .clone()
        .unwrap();
    assert_eq!((ends.0.as_i64(), ends.1.as_i64()), (Some(-8), Some(-5)));
    check(
        "产值增长5%至8%。",
        &["target 产值增长5%至8% change 5-8% 2026-12-31 bound between"],
    );
}

#[test]
fn what_a_change_begins_from_is_no_target_whatever_its_day() {
    for from in ["从", "由"] {
        check(
            &format!("好评率{from}2025年的92.5%提升至2026年的97%以上。"),
            &[&format!(
                "target 好评率{from}2025年的92.5%提升至2026年的97%以上 >= 97% 2026-12-31"
            )],
        );
    }
    check(
        "产值较去年增长20%。",
        &["target 产值较去年增长20% change 20% 2026-12-31 against 去年"],
    );
    check(
        "投资比去年增加5亿元。",
        &["target 投资比去年增加5亿元 change 500000000元 2026-12-31 against 去年"],
    );
    check(
        "去年建成平台30个。",
        &["description 去年建成平台30个 = 30个 2026-12-31"],
    );
}

#[test]
fn points_behind_a_verb_of_change_are_those_of_per_cent() {
    check(
        "覆盖率提升5个点。",
        &["target 覆盖率提升5个点 change 5percentage point 2026-12-31"],
    );
    let doubts = &reading("覆盖率提升5个点以上。").targets[0].doubts;
    assert!(doubts.contains(&Doubt::PercentOrPoint));
    check("提升5个点位。", &["target 提升5个点位 = 5个 2026-12-31"]);
}

#[test]
fn comparisons_are_found_before_what_a_share_is_of_and_on_both_sides_of_a_range() {
    check(
        "支出不低于上年预算的2%。",
        &["target 支出不低于上年预算的2% >= 2% 2026-12-31"],
    );
    check(
        "办理时限不超过法定时限的15%。",
        &["target 办理时限不超过法定时限的15% <= 15% 2026-12-31"],
    );
    check(
        "培育企业100家以上200家以下。",
        &["target 培育企业100家以上200家以下 between 100-200家 2026-12-31"],
    );
}

#[test]
fn the_number_that_a_change_is_measured_against_is_no_target() {
    check(
        "服务满意度较2025年的92%提高4个百分点。",
        &[
            "target 服务满意度较2025年的92%提高4个百分点 change 4percentage point 2026-12-31 against 2025年的92%",
        ],
    );
    check(
        "服务满意度较上年的92%提高4个百分点以上。",
        &[
            "target 服务满意度较上年的92%提高4个百分点以上 change 4percentage point 2026-12-31 bound >= against 上年的92%",
        ],
    );
    check(
        "基站比2025年的1200座增加300座。",
        &["target 基站比2025年的1200座增加300座 change 300座 2026-12-31 against 2025年的1200座"],
    );
    check(
        "投诉率在2025年6%的基础上下降2个百分点。",
        &[
            "target 投诉率在2025年6%的基础上下降2个百分点 change -2percentage point 2026-12-31 against 2025年6%",
        ],
    );
    // The number behind the year is the change itself.
    check(
        "产值较2025年增长10%。",
        &["target 产值较2025年增长10% change 10% 2026-12-31 against 2025年"],
    );
}

#[test]
fn so_many_and_some_more_are_at_least_so_many() {
    for number in ["1200余个", "1200多个"] {
        check(
            &format!("建成充电桩{number}。"),
            &[&format!("target 建成充电桩{number} >= 1200个 2026-12-31")],
        );
        let doubts = &reading(&format!("建成充电桩{number}。")).targets[0].doubts;
        assert!(doubts.contains(&Doubt::Vague), "a reviewer decides");
    }
    check(
        "建成充电桩约1200个。",
        &["target 建成充电桩约1200个 ~ 1200个 2026-12-31"],
    );
}
