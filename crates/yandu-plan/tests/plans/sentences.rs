//! Single sentences of the language of plans: what each states, and what it does not.

mod comparisons;
mod days;
mod formulas;
mod gifts;
mod naming;
mod sides;

use yandu_plan::{Options, Reading, read};

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
