//! Single sentences of the language of plans: what each states, and what it does not.

use yandu_plan::{Doubt, Options, Reading, Role, read};

/// A plan of one sentence.
fn reading(sentence: &str) -> Reading {
    let text = format!(
        "2026年工作要点\n一、建设\n（一）加强建设。{sentence}（市数据局负责）\n（二）加强统筹。（市数据局负责）\n"
    );
    read(text.as_bytes(), &Options::default()).unwrap()
}

/// The figures of a sentence, one a line: kind, wording, value with its unit, comparison, day, what else is said.
fn figures(sentence: &str) -> Vec<String> {
    reading(sentence)
        .targets
        .iter()
        .map(|figure| {
            let value = serde_json::to_string(&figure.value).unwrap();
            let mut line = format!(
                "{} {} {} {}{} {}",
                figure.kind.name(),
                figure.literal,
                figure.comparison.sign(),
                value.trim_matches('"'),
                figure.unit,
                figure.due.as_deref().unwrap_or("-")
            );
            if let Some(bound) = figure.bound {
                line.push_str(&format!(" bound {}", bound.sign()));
            }
            if let Some(baseline) = &figure.baseline {
                line.push_str(&format!(" against {baseline}"));
            }
            line
        })
        .collect()
}

fn check(sentence: &str, expected: &[&str]) {
    assert_eq!(figures(sentence), expected, "{sentence}");
}

/// A sentence that states no figure, and what of it is left to a reviewer.
fn check_offers(sentence: &str, expected: &[&str]) {
    check(sentence, &[]);
    let offers: Vec<String> = reading(sentence)
        .offers
        .into_iter()
        .map(|offer| offer.literal)
        .collect();
    assert_eq!(offers, expected, "{sentence}");
}

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
fn what_stands_behind_a_day_is_no_rank() {
    for (words, comparison, due) in [
        ("年底前突破80座", ">", "2026-12-31"),
        ("6月底前突破80座", ">", "2026-06-30"),
        ("年底前不少于80座", ">=", "2026-12-31"),
        ("12月底前大于80座", ">", "2026-12-31"),
        ("2026年12月31日前超过80座", ">", "2026-12-31"),
        ("年底前80座建成", "=", "2026-12-31"),
        ("9月30日前80座建成", "=", "2026-09-30"),
    ] {
        check(
            &format!("{words}。"),
            &[&format!("target {words} {comparison} 80座 {due}")],
        );
    }
    for sentence in ["汛期前80座建成。", "“五一”前80座建成。"] {
        let figures = reading(sentence).targets;
        assert_eq!(figures[0].comparison.sign(), "=", "{sentence}");
    }
    check("排名全省前3。", &["target 排名全省前3 <= 3 2026-12-31"]);
    check(
        "排名进入全省前10位。",
        &["target 排名进入全省前10位 <= 10位 2026-12-31"],
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
fn days_are_taken_from_where_the_sentence_says_them() {
    check(
        "到2028年，建成园区3个。",
        &["target 建成园区3个 = 3个 2028-12-31"],
    );
    check(
        "建成园区3个，9月底前完成。",
        &["target 建成园区3个 = 3个 2026-09-30"],
    );
    check(
        "上半年建成园区3个，全年引进企业20家。",
        &[
            "target 上半年建成园区3个 = 3个 2026-06-30",
            "target 全年引进企业20家 = 20家 2026-12-31",
        ],
    );
    check(
        "到“十五五”末，建成园区3个。",
        &["target 建成园区3个 = 3个 2030-12-31"],
    );
    check(
        "三季度末前建成园区3个。",
        &["target 三季度末前建成园区3个 = 3个 2026-09-30"],
    );
}

#[test]
fn one_verb_may_govern_several_counted_things() {
    check(
        "培育独角兽企业2家、瞪羚企业10家。",
        &[
            "target 培育独角兽企业2家 = 2家 2026-12-31",
            "target 瞪羚企业10家 = 10家 2026-12-31",
        ],
    );
    check(
        "打造5个平台、3个中心。",
        &[
            "target 打造5个平台 = 5个 2026-12-31",
            "target 3个中心 = 3个 2026-12-31",
        ],
    );
    check(
        "建成农场、牧场18个。",
        &["target 建成农场、牧场18个 = 18个 2026-12-31"],
    );
    check(
        "投入资金2亿元建设20个项目。",
        &[
            "target 投入资金2亿元 = 200000000元 2026-12-31",
            "target 建设20个项目 = 20个 2026-12-31",
        ],
    );
}

#[test]
fn numbers_in_every_way_of_writing_are_values() {
    check(
        "新增端口2.7万个。",
        &["target 新增端口2.7万个 = 27000个 2026-12-31"],
    );
    check(
        "新增端口1,650个。",
        &["target 新增端口1,650个 = 1650个 2026-12-31"],
    );
    check(
        "完成投资两千三百万元。",
        &["target 完成投资两千三百万元 = 23000000元 2026-12-31"],
    );
    check(
        "覆盖率达到百分之九十五。",
        &["target 覆盖率达到百分之九十五 = 95% 2026-12-31"],
    );
    check(
        "覆盖率达到九成以上。",
        &["target 覆盖率达到九成以上 >= 90% 2026-12-31"],
    );
    check(
        "建成三个示范区。",
        &["target 建成三个示范区 = 3个 2026-12-31"],
    );
    check(
        "完成200公里管网普查。",
        &["target 完成200公里管网普查 = 200km 2026-12-31"],
    );
    check(
        "实现行政村宽带全覆盖。",
        &["target 实现行政村宽带全覆盖 = 100% 2026-12-31"],
    );
}

#[test]
fn figures_that_are_none_are_known_for_what_they_are() {
    check(
        "构建“1+3+N”体系。",
        &["name 构建“1+3+N”体系 = 1+3+N 2026-12-31"],
    );
    check(
        "开展“百企千项”行动。",
        &["name “百企千项” = 百企千项 2026-12-31"],
    );
    check(
        "聚焦交通、教育、医疗三大领域打造样板。",
        &["list-count 三大领域 = 3个 2026-12-31"],
    );
    check(
        "实现市县乡三级贯通。",
        &["list-count 三级贯通 = 3级 2026-12-31"],
    );
    check(
        "重点部署10kW以上的机架。",
        &["preference 重点部署10kW以上的机架 >= 10kW 2026-12-31"],
    );
    check(
        "利用千万案件数据训练模型。",
        &["description 利用千万案件数据训练 ~ 10000000件 2026-12-31"],
    );
    check(
        "截至2025年底，已建成平台30个。",
        &["description 已建成平台30个 = 30个 2025-12-31"],
    );
    for none in [
        "推进5G、IPv6和10G-PON部署，用好12345热线。",
        "落实“十五五”规划和党的二十届三中全会精神。",
        "实施三年行动计划，推进二期项目和第三批试点。",
        "贯彻《行动计划（2025—2027年）》（国发〔2025〕12号）。",
        "坚持以人民为中心，形成一批成果，打造“一张网”。",
        "提供7×24小时服务，建设15分钟便民生活圈。",
        "建立市县两级协调机制，推进省市县三级联动机制建设。",
    ] {
        check(none, &[]);
    }
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
        &["target 对入驻企业给予最高50万元补助 <= 500000元 2026-12-31"],
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
fn numbers_in_chinese_signs_count_events_and_people_and_stages_are_left_open() {
    check(
        "组织培训三期、督查四次，培训五百人，组建五支队伍。",
        &[
            "target 组织培训三期 = 3期 2026-12-31",
            "target 督查四次 = 4次 2026-12-31",
            "target 培训五百人 = 500人 2026-12-31",
            "target 组建五支队伍 = 5支 2026-12-31",
        ],
    );
    check("举办论坛两期。", &["target 举办论坛两期 = 2期 2026-12-31"]);
    check_offers("建设政务云三期。", &["建设政务云三期"]);
    check_offers("督查四次。", &["督查四次"]);
    check_offers(
        "推进政务云三期项目，改造二次供水设施，组建三人小组，实施三支一扶计划，建设软件园二期，每月调度一次。",
        &[],
    );
}

#[test]
fn a_number_behind_a_word_in_latin_letters_counts_where_it_is_set_apart() {
    check(
        "清理整合政务App 15个，打造数字文旅IP 5个。",
        &[
            "target 清理整合政务App 15个 = 15个 2026-12-31",
            "target 打造数字文旅IP 5个 = 5个 2026-12-31",
        ],
    );
    check(
        "升级改造LED 200块、路灯10盏。",
        &[
            "target 升级改造LED 200块 = 200块 2026-12-31",
            "target 路灯10盏 = 10盏 2026-12-31",
        ],
    );
    check_offers("清理政务App15个。", &["清理政务App15个"]);
    check_offers("推广IPv6家庭网关，部署A100、Wi-Fi 6和PM2.5监测设备。", &[]);
}

#[test]
fn halves_and_fractions_are_shares() {
    check(
        "审批环节减少一半以上。",
        &["target 审批环节减少一半以上 change -50% 2026-12-31 bound >="],
    );
    check(
        "推动半数以上规上企业完成改造。",
        &["target 推动半数以上规上企业完成改造 >= 50% 2026-12-31"],
    );
    check(
        "过半数乡镇建成站点。",
        &["target 过半数乡镇建成站点 > 50% 2026-12-31"],
    );
    check(
        "推动三分之二以上的规上企业完成改造。",
        &["target 推动三分之二以上的规上企业完成改造 >= 2/3 2026-12-31"],
    );
    check(
        "在2/3以上的街道建成站点。",
        &["target 在2/3以上的街道建成站点 >= 2/3 2026-12-31"],
    );
    check(
        "通关时间压缩1/3。",
        &["target 通关时间压缩1/3 change -1/3 2026-12-31"],
    );
    check(
        "投诉率下降三分之一。",
        &["target 投诉率下降三分之一 change -1/3 2026-12-31"],
    );
    check("提供24/7服务，发展单一半导体和半数字化产线。", &[]);
}

#[test]
fn units_of_so_much_for_each_are_read_as_one() {
    check(
        "PM2.5浓度下降至32微克/立方米以下。",
        &["target PM2.5浓度下降至32微克/立方米以下 <= 32微克/立方米 2026-12-31"],
    );
    check(
        "PM2.5浓度控制在32μg/m³以内。",
        &["target PM2.5浓度控制在32μg/m³以内 <= 32μg/m³ 2026-12-31"],
    );
    check(
        "盘活闲置厂房30万㎡，绿地面积增加2万m2。",
        &[
            "target 盘活闲置厂房30万㎡ = 300000m² 2026-12-31",
            "target 绿地面积增加2万m2 change 20000m² 2026-12-31",
        ],
    );
    check(
        "亩均税收达20万元/亩。",
        &["target 亩均税收达20万元/亩 = 200000元/亩 2026-12-31"],
    );
    check(
        "发明专利拥有量达到15件/万人以上，数据传输速率不低于100MB/s。",
        &[
            "target 发明专利拥有量达到15件/万人以上 >= 15件/万人 2026-12-31",
            "target 数据传输速率不低于100MB/s >= 100MB/s 2026-12-31",
        ],
    );
    check(
        "新建4G/5G基站200座。",
        &["target 新建4G/5G基站200座 = 200座 2026-12-31"],
    );
}

#[test]
fn days_in_digits_alone_are_read_in_sentences_and_in_cells() {
    check(
        "2026.6.30前建成园区3个。",
        &["target 2026.6.30前建成园区3个 = 3个 2026-06-30"],
    );
    check(
        "建成园区3个，2026/10/31前完成。",
        &["target 建成园区3个 = 3个 2026-10-31"],
    );
    check(
        "产值达到2026.5万元。",
        &["target 产值达到2026.5万元 = 20265000元 2026-12-31"],
    );
    let table = "2026年数字化重点任务分解表\n\n序号\t重点任务\t工作内容\t完成时限\t牵头单位\n1\t建设基站\t新增5G基站300座\t2026.6\t市工信局\n2\t培育企业\t培育瞪羚企业12家\t2026-09-30\t市科技局\n3\t建设园区\t建成园区3个\t2026/10/31\t市商务局\n4\t引进人才\t引进人才50名\t2026.3-11\t市人社局\n";
    let reading = read(table.as_bytes(), &Options::default()).unwrap();
    let days: Vec<&str> = reading
        .targets
        .iter()
        .filter_map(|figure| figure.due.as_deref())
        .collect();
    assert_eq!(
        days,
        ["2026-06-30", "2026-09-30", "2026-10-31", "2026-11-30"]
    );
}

#[test]
fn spans_of_years_give_their_last_day_or_a_doubt() {
    check(
        "“十五五”期间建成10个园区。",
        &["target “十五五”期间建成10个园区 = 10个 2030-12-31"],
    );
    check(
        "“十五五”时期，培育企业50家。",
        &["target 培育企业50家 = 50家 2030-12-31"],
    );
    check(
        "“十四五”期间建成平台30个。",
        &["description “十四五”期间建成平台30个 = 30个 2025-12-31"],
    );
    check(
        "编制“十五五”时期发展规划，培育企业50家。",
        &["target 培育企业50家 = 50家 2026-12-31"],
    );
    let is_doubted = |sentence: &str| {
        let reading = reading(sentence);
        assert_eq!(reading.targets.len(), 1, "{sentence}");
        reading.targets[0].doubts.contains(&Doubt::LongerPlan)
    };
    assert!(is_doubted("三年内培育企业50家。"));
    assert!(is_doubted("未来五年引进人才1000名。"));
    assert!(!is_doubted("年内培育企业50家。"));
    assert!(!is_doubted("对成立三年内的企业开展培训，培育企业50家。"));
}

/// The units of a point with their roles, as the text behind its sentence names them.
fn roles(naming: &str) -> String {
    let text = format!(
        "2026年工作要点\n一、建设\n（一）加强建设。新增基站5座。{naming}\n（二）加强统筹。推进工作。（市数据局负责）\n"
    );
    let reading = read(text.as_bytes(), &Options::default()).unwrap();
    reading.points[0]
        .assignments
        .iter()
        .flat_map(|one| &one.units)
        .map(|unit| {
            let role = match unit.role {
                Role::Lead => "牵头",
                Role::Support => "配合",
                Role::Shared => "共同",
            };
            format!("{role}{}", unit.name)
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn units_are_read_in_every_way_of_naming_them() {
    for (naming, expected) in [
        ("（市文旅局牵头负责）", "牵头市文旅局"),
        (
            "（市数据局、市财政局等部门按职责分工负责）",
            "共同市数据局 共同市财政局",
        ),
        ("（责任单位：市教育局）", "牵头市教育局"),
        (
            "（责任单位：市教育局、市财政局）",
            "共同市教育局 共同市财政局",
        ),
        (
            "（牵头单位：市教育局；配合单位：市财政局 市自然资源和规划局）",
            "牵头市教育局 配合市财政局 配合市自然资源和规划局",
        ),
        (
            "（牵头单位：市教育局；责任单位：各县（市、区）人民政府）",
            "牵头市教育局 配合各县（市、区）人民政府",
        ),
        (
            "（责任单位：市教育局；协办单位：市财政局和市审计局）",
            "牵头市教育局 配合市财政局 配合市审计局",
        ),
        (
            "（由市教育局牵头，市财政局、各县、市、区人民政府配合）",
            "牵头市教育局 配合市财政局 配合各县、市、区人民政府",
        ),
        ("（市教育局会同市财政局负责）", "牵头市教育局 配合市财政局"),
        (
            "（市教育局会同市财政局6月底前完成，市审计局配合）",
            "牵头市教育局 配合市财政局 配合市审计局",
        ),
        (
            "（市教育局、市财政局、市直有关部门、单位）",
            "共同市教育局 共同市财政局 共同市直有关部门、单位",
        ),
        ("（市农业农村局、各县区）", "共同市农业农村局 共同各县区"),
        ("（市委组织部、市人社局）", "共同市委组织部 共同市人社局"),
        ("（市科技局、市科协）", "共同市科技局 共同市科协"),
        (
            "（市工信局、市税务局、临溪海关）",
            "共同市工信局 共同市税务局 共同临溪海关",
        ),
        ("（市教育局、临溪大学）", "共同市教育局 共同临溪大学"),
        ("（市工信局、高新区）", "共同市工信局 共同高新区"),
        (
            "（市数据局、各乡镇、街道）",
            "共同市数据局 共同各乡镇、街道",
        ),
        ("（各县区、开发区）", "共同各县区 共同开发区"),
        ("（含湖滨片区、老城片区）", ""),
        (
            "牵头单位：市数据局；配合单位：市财政局、各县（市、区）政府",
            "牵头市数据局 配合市财政局 配合各县（市、区）政府",
        ),
        (
            "责任单位：市数据局、市财政局。",
            "共同市数据局 共同市财政局",
        ),
        ("责任单位：市数据局。按月调度。", "牵头市数据局"),
        (
            "〔市数据局牵头，市财政局配合〕",
            "牵头市数据局 配合市财政局",
        ),
        ("（市工信局牵头，6月底前完成）", "牵头市工信局"),
        ("（市工信局牵头，6月底前正式上线）", "牵头市工信局"),
        ("（市工信局牵头，6月底前确保完成）", "牵头市工信局"),
        ("（市数据局负责，2026年9月底前）", "牵头市数据局"),
        ("（6月底前由市数据局牵头完成）", "牵头市数据局"),
        (
            "（责任单位：市数据局、市财政局，三季度末前完成）",
            "共同市数据局 共同市财政局",
        ),
        (
            "（牵头领导：张三；牵头单位：市数据局；责任单位：市财政局）",
            "牵头市数据局 配合市财政局",
        ),
        ("（责任领导：李四，责任单位：市数据局）", "牵头市数据局"),
        ("（牵头单位：市数据局；责任人：王五）", "牵头市数据局"),
        ("（市教育局、市财政局）", "共同市教育局 共同市财政局"),
        (
            "【牵头：市教育局；配合：市财政局】",
            "牵头市教育局 配合市财政局",
        ),
        (
            "\n牵头单位：市教育局\n责任单位：市财政局",
            "牵头市教育局 配合市财政局",
        ),
    ] {
        assert_eq!(roles(naming), expected, "{naming}");
    }
}

#[test]
fn units_behind_a_semicolon_are_named_by_the_label_before_it() {
    for (naming, expected) in [
        (
            "责任单位：市数据局；市财政局；各县区政府。",
            "共同市数据局 共同市财政局 共同各县区政府",
        ),
        (
            "责任单位：市数据局；高新区、市税务局",
            "共同市数据局 共同高新区 共同市税务局",
        ),
        (
            "责任单位：市数据局；配合单位：市财政局；市审计局。",
            "牵头市数据局 配合市财政局 配合市审计局",
        ),
        ("责任单位：市数据局；全年新建5个示范区。", "牵头市数据局"),
        ("责任单位：市数据局；推进智慧园区。", "牵头市数据局"),
    ] {
        assert_eq!(roles(naming), expected, "{naming}");
    }
    let literals: Vec<String> = reading("新增基站5座。责任单位：市数据局；全年新建5个示范区。")
        .targets
        .into_iter()
        .map(|figure| figure.literal)
        .collect();
    assert_eq!(literals, ["新增基站5座", "全年新建5个示范区"]);
}

#[test]
fn a_unit_is_kept_where_its_person_is_named_with_it() {
    for (naming, expected) in [
        ("责任单位及责任人：市数据局 张三", "牵头市数据局"),
        (
            "（责任单位及责任人：市数据局（张三）、高新区（李四）、市委政法部 王五）",
            "共同市数据局 共同高新区 共同市委政法部",
        ),
        (
            "（责任单位和责任人：各县（市、区）人民政府 王五；市税务局局长 赵六）",
            "共同各县（市、区）人民政府 共同市税务局",
        ),
        (
            "（牵头单位：市数据局；责任单位及责任人：张三、人行 李四）",
            "牵头市数据局 配合人行",
        ),
        ("（牵头单位：市数据局；责任人：王五）", "牵头市数据局"),
    ] {
        assert_eq!(roles(naming), expected, "{naming}");
    }
}

#[test]
fn meetings_with_a_number_are_no_count() {
    for sentence in [
        "推动市委十一届九次、十次全会精神落地。",
        "推动市委九次、十次全会精神落地。",
        "推动党的二十届三次和四次全会精神落地，推动市委十一届九次。",
        "贯彻市委十一届九次、十次全会精神。",
    ] {
        check_offers(sentence, &[]);
    }
}

#[test]
fn a_number_without_a_unit_is_offered_where_it_is_large_or_done() {
    for (sentence, offer) in [
        ("总投资3.5亿。", "总投资3.5亿"),
        ("市级投入2000万。", "市级投入2000万"),
        ("完成投资1.2万亿。", "完成投资1.2万亿"),
        ("签发人数200万。", "签发人数200万"),
        ("设立专项资金 3.5亿。", "设立专项资金 3.5亿"),
        ("引入社会资本2个亿。", "引入社会资本2个亿"),
        ("完成投资两亿。", "完成投资两亿"),
        ("年内新增500。", "年内新增500"),
    ] {
        check_offers(sentence, &[offer]);
    }
    check_offers("推广12345热线，推动平台升级3.0，办好千万工程。", &[]);
    check(
        "建成平台3个，总投资3.5亿。",
        &["target 建成平台3个 = 3个 2026-12-31"],
    );
}

#[test]
fn cores_decibels_years_of_age_and_lamps_are_counted() {
    check(
        "新增算力1.5万核。",
        &["target 新增算力1.5万核 = 15000核 2026-12-31"],
    );
    check(
        "新增CPU1.5万核、内存2TB。",
        &["target 内存2TB = 2TB 2026-12-31"],
    );
    let offers = reading("新增CPU1.5万核、内存2TB。").offers;
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].literal, "新增CPU1.5万核");
    check(
        "改造路灯两万盏。",
        &["target 改造路灯两万盏 = 20000盏 2026-12-31"],
    );
    check(
        "噪声控制在65dB以下。",
        &["target 噪声控制在65dB以下 <= 65dB 2026-12-31"],
    );
    check(
        "噪声降至50分贝。",
        &["target 噪声降至50分贝 = 50dB 2026-12-31"],
    );
    check(
        "人均预期寿命提高0.2岁。",
        &["target 人均预期寿命提高0.2岁 change 0.2岁 2026-12-31"],
    );
    check(
        "推进5个核心区建设，开展2次核查。",
        &[
            "target 推进5个核心区建设 = 5个 2026-12-31",
            "target 开展2次核查 = 2次 2026-12-31",
        ],
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
fn each_number_of_a_row_has_its_day_where_there_are_as_many() {
    check(
        "二季度、三季度、四季度分别完成30%、60%、100%。",
        &[
            "target 二季度、三季度、四季度分别完成30% = 30% 2026-06-30",
            "target 60% = 60% 2026-09-30",
            "target 100% = 100% 2026-12-31",
        ],
    );
    check(
        "2026年、2027年分别新增500、800条。",
        &[
            "target 2026年、2027年分别新增500 = 500条 2026-12-31",
            "target 800条 = 800条 2027-12-31",
        ],
    );
    let open = reading("二季度、三季度、四季度分别完成30%、60%。").targets;
    assert_eq!(open.len(), 2);
    for figure in open {
        assert!(
            figure.doubts.contains(&Doubt::DueInherited),
            "{}",
            figure.literal
        );
    }
}

#[test]
fn a_day_behind_is_of_the_figure_only_where_nothing_else_is_done_then() {
    check(
        "资料错误率降至1%以下；三月底前完成盘点。",
        &["target 资料错误率降至1%以下 <= 1% 2026-12-31"],
    );
    check(
        "改造路灯200盏，9月底前完成改造任务。",
        &["target 改造路灯200盏 = 200盏 2026-09-30"],
    );
    let early = reading("春节前接入部门60个，年底前实现全覆盖。").targets;
    assert_eq!(early[0].literal, "春节前接入部门60个");
    assert!(early[0].doubts.contains(&Doubt::DueNotSaid));
    check(
        "次年1月底前建成园区3个。",
        &["target 次年1月底前建成园区3个 = 3个 2027-01-31"],
    );
    let span = &reading("二季度前印发方案；三年内培育企业1000家。").targets[0];
    assert!(span.doubts.contains(&Doubt::LongerPlan));
}

#[test]
fn a_feast_or_a_season_says_no_day() {
    for (sentence, due, doubt) in [
        ("2026年春节前建成园区3个。", "2026-12-31", Doubt::DueNotSaid),
        ("国庆节前建成园区3个。", "2026-12-31", Doubt::DueNotSaid),
        ("今年汛期前建成园区3个。", "2026-12-31", Doubt::DueNotSaid),
        ("第二季度前建成园区3个。", "2026-06-30", Doubt::MonthBefore),
        ("年中前建成园区3个。", "2026-06-30", Doubt::MonthBefore),
    ] {
        let figures = reading(sentence).targets;
        assert_eq!(figures[0].due.as_deref(), Some(due), "{sentence}");
        assert_eq!(figures[0].doubts, [doubt], "{sentence}");
    }
    let figures = reading("10月1日前改造住房50户，春节前改造住房20户。").targets;
    assert_eq!(figures[0].due.as_deref(), Some("2026-10-01"));
    assert_eq!(figures[1].due.as_deref(), Some("2026-12-31"));
    assert_eq!(figures[1].doubts, [Doubt::DueNotSaid]);
}

#[test]
fn a_day_without_its_year_is_doubted_in_a_plan_of_several_years() {
    let doubts = |sentence: &str| {
        let text = format!(
            "青石市数字政府行动计划（2026—2027年）\n一、建设\n（一）加强建设。{sentence}（市数据局负责）\n（二）加强统筹。（市数据局负责）\n"
        );
        let reading = read(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(reading.targets.len(), 1, "{sentence}");
        reading.targets[0].doubts.contains(&Doubt::YearNotSaid)
    };
    for sentence in [
        "6月底前新增终端60台。",
        "一季度新增终端60台。",
        "今年新增终端60台。",
        "明年新增终端60台。",
    ] {
        assert!(doubts(sentence), "{sentence}");
    }
    assert!(!doubts("2026年6月底前新增终端60台。"));
    let one_year = &reading("6月底前新增终端60台。").targets[0];
    assert!(!one_year.doubts.contains(&Doubt::YearNotSaid));
}

#[test]
fn what_had_been_by_the_year_before_is_no_target_until_the_words_look_ahead() {
    check(
        "截至2025年底，全市建有5G基站18000座，2026年新增500座。",
        &[
            "description 全市建有5G基站18000座 = 18000座 2025-12-31",
            "target 2026年新增500座 = 500座 2026-12-31",
        ],
    );
    check(
        "截至2025年底，全市建有5G基站18000座，力争再建500座。",
        &[
            "description 全市建有5G基站18000座 = 18000座 2025-12-31",
            "target 力争再建500座 = 500座 2026-12-31",
        ],
    );
    check(
        "截至目前，全市建有5G基站18000座。",
        &["description 全市建有5G基站18000座 = 18000座 2026-12-31"],
    );
}

#[test]
fn a_past_year_of_another_clause_makes_no_description_of_what_is_to_be_done() {
    check(
        "在2025年新建30座的基础上，再新建20座。",
        &[
            "description 在2025年新建30座的基础上 = 30座 2025-12-31",
            "target 再新建20座 = 20座 2026-12-31",
        ],
    );
    let targets = reading("巩固2025年创建成果，新创建示范村10个，覆盖率达到90%。").targets;
    let read: Vec<(&str, &str, bool)> = targets
        .iter()
        .map(|one| {
            let is_not_said = one.doubts.contains(&Doubt::DueNotSaid);
            (one.kind.name(), one.literal.as_str(), is_not_said)
        })
        .collect();
    assert_eq!(
        read,
        [
            ("target", "新创建示范村10个", true),
            ("target", "覆盖率达到90%", true),
        ]
    );
    check(
        "2025年，全市建成基站500座。",
        &["description 全市建成基站500座 = 500座 2025-12-31"],
    );
}
