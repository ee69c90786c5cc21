//! By when sentences ask for something, and what stands behind a day.

use yandu_plan::{Doubt, Options, read};

use super::{check, reading};

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
