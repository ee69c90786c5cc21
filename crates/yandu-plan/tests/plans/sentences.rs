//! Single sentences of the language of plans: what each states, and what it does not.

use yandu_plan::{Options, Role, read};

/// The figures of a sentence, one a line: kind, wording, value with its unit, comparison, day, what else is said.
fn figures(sentence: &str) -> Vec<String> {
    let text = format!(
        "2026年工作要点\n一、建设\n（一）加强建设。{sentence}（市数据局负责）\n（二）加强统筹。（市数据局负责）\n"
    );
    let reading = read(text.as_bytes(), &Options::default()).unwrap();
    reading
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
fn units_are_read_in_every_way_of_naming_them() {
    let roles = |naming: &str| -> String {
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
    };
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
