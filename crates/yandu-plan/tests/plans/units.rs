//! Who answers for the points of the plan of 2025, as its text names them; and tables in other shapes.

use yandu_plan::{FindingCode, Kind, Options, Reading, read};

use crate::table_of_truth::shared;

/// Points and the short names of their units, in the order of the text.
const UNITS_2025: [&str; 25] = [
    "市委網信辦 市工信局 市通管辦",
    "市工信局 市數據局 市住建局 市大數據集團",
    "市數據局 市大數據管理中心",
    "市數據局 市大數據管理中心 市大數據集團",
    "市數據局 市大數據管理中心 市大數據集團",
    "市數據局 市大數據管理中心 市大數據集團",
    "市工信局 市發改委 市數據局",
    "市工信局 市發改委 市農業農村局 市商務局 市數據局",
    "市數據局 市工信局 市發改委 市科技局 市知識產權局",
    "市發改委 市工信局 市科技局 市數據局",
    "市數據局 市大數據管理中心 市電子政務辦",
    "市數據局 市大數據管理中心 市電子政務辦 市民政局 市教育局 市人社局 市醫保局",
    "市數據局 市大數據管理中心 市交易中心 市財政局",
    "市文廣旅局 市檔案館 市新四軍紀念館",
    "市文廣旅局",
    "市教育局 市民政局 市人社局 市衛健委 市醫保局",
    "市數據局 市公安局 市司法局 市交通運輸局 市市場監管局 市應急局 市消防支隊",
    "市數據局 市民政局 市體育局 市交通局 市大數據集團",
    "市委網信辦 市住建局 市城管局 市農業農村局 市數據局",
    "市生態環境局 市自然資源和規劃局 市住建局 市應急局 黃海金控集團 市大數據集團",
    "市委網信辦 市發改委 市工信局 市住建局",
    "市委網信辦 市公安局 市數據局 市密碼局",
    "市委網信辦 市數據局 市密碼局",
    "市數據局 市發改委 市大數據管理中心 市大數據集團",
    "市人社局 市教育局 市工信局 市數據局 市人才集團 市大數據集團",
];

#[test]
fn the_units_of_the_plan_of_2025_are_those_that_its_text_names() {
    let Some(plan) = shared() else { return };
    assert_eq!(plan.reading.points.len(), 25);
    for (point, expected) in plan.reading.points.iter().zip(UNITS_2025) {
        let units: Vec<&str> = point
            .leads
            .iter()
            .chain(&point.supports)
            .map(String::as_str)
            .collect();
        assert_eq!(units.join(" "), expected, "point {}", point.number);
        let names_a_lead = matches!(point.number, 7 | 15);
        assert_eq!(point.lead_open, !names_a_lead, "point {}", point.number);
    }
    let everywhere: Vec<&str> = plan
        .reading
        .everywhere
        .iter()
        .map(|unit| unit.name.as_str())
        .collect();
    assert_eq!(everywhere, ["各縣、市、區人民政府"]);
}

const TABLES: [(&str, &str); 6] = [
    (
        "tabs",
        "序号\t重点任务\t工作内容\t牵头单位\t配合单位\t完成时限\n1\t建设基站\t新增5G基站300座\t市工信局\t市通管办、市住建局\t10月底\n2\t培育企业\t培育瞪羚企业12家以上\t市科技局\t市工信局\t年底\n",
    ),
    (
        "bars",
        "| 序号 | 重点任务 | 工作内容 | 牵头单位 | 配合单位 | 完成时限 |\n|---|---|---|---|---|---|\n| 1 | 建设基站 | 新增5G基站300座 | 市工信局 | 市通管办、市住建局 | 10月底 |\n| 2 | 培育企业 | 培育瞪羚企业12家以上 | 市科技局 | 市工信局 | 年底 |\n",
    ),
    (
        "words",
        "| 序号 | 任务 | 目标 | 时限 | 牵头 | 配合 |\n|---|---|---|---|---|---|\n| 1 | 建设基站 | 新增5G基站300座 | 10月底 | 市工信局 | 市通管办、市住建局 |\n| 2 | 培育企业 | 培育瞪羚企业12家以上 | 年底 | 市科技局 | 市工信局 |\n",
    ),
    (
        "bold words",
        "| **序号** | **任务** | **举措** | **牵头** | **协办** | **期限** |\n|---|---|---|---|---|---|\n| 1 | **建设基站** | 新增5G基站300座 | 市工信局 | 市通管办、市住建局 | 10月底 |\n| 2 | 培育企业 | 培育瞪羚企业12家以上 | 市科技局 | 市工信局 | 年底 |\n",
    ),
    (
        "commas",
        "序号,重点任务,工作内容,牵头单位,配合单位,完成时限\n1,建设基站,新增5G基站300座,市工信局,\"市通管办,市住建局\",10月底\n2,培育企业,培育瞪羚企业12家以上,市科技局,市工信局,年底\n",
    ),
    (
        "columns",
        "序号  重点任务  工作内容              牵头单位  配合单位              完成时限\n1     建设基站  新增5G基站300座       市工信局  市通管办、市住建局    10月底\n2     培育企业  培育瞪羚企业12        市科技局  市工信局              年底\n                家以上\n",
    ),
];

#[test]
fn a_table_is_read_however_its_cells_are_set_apart() {
    for (shape, table) in TABLES {
        let text = format!("2026年数字化重点任务分解表\n\n{table}");
        let reading = read(text.as_bytes(), &Options::default())
            .unwrap_or_else(|error| panic!("{shape}: {error}"));
        let points: Vec<(u32, &str, String, String)> = reading
            .points
            .iter()
            .map(|point| {
                (
                    point.number,
                    point.title.as_str(),
                    point.leads.join("、"),
                    point.supports.join("、"),
                )
            })
            .collect();
        assert_eq!(
            points,
            [
                (
                    1,
                    "建设基站",
                    "市工信局".to_owned(),
                    "市通管办、市住建局".to_owned()
                ),
                (2, "培育企业", "市科技局".to_owned(), "市工信局".to_owned()),
            ],
            "{shape}"
        );
        let targets: Vec<String> = reading
            .targets
            .iter()
            .map(|figure| {
                let value = serde_json::to_string(&figure.value).unwrap();
                format!(
                    "{:?} {value}{} {} {}",
                    figure.point.unwrap(),
                    figure.unit,
                    figure.comparison.sign(),
                    figure.due.clone().unwrap()
                )
            })
            .collect();
        assert_eq!(
            targets,
            ["1 300座 = 2026-10-31", "2 12家 >= 2026-12-31"],
            "{shape}"
        );
    }
}

fn reading(text: &str) -> Reading {
    read(text.as_bytes(), &Options::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Number, leading and supporting units of each point.
fn points(reading: &Reading) -> Vec<(u32, String, String)> {
    reading
        .points
        .iter()
        .map(|point| {
            (
                point.number,
                point.leads.join("、"),
                point.supports.join("、"),
            )
        })
        .collect()
}

/// Point, comparison, value with its unit and day of each figure.
fn targets(reading: &Reading) -> Vec<String> {
    reading
        .targets
        .iter()
        .map(|figure| {
            let value = serde_json::to_string(&figure.value).unwrap();
            let point = figure
                .point
                .map_or("-".to_owned(), |point| point.to_string());
            format!(
                "{point} {} {}{} {}",
                figure.comparison.sign(),
                value.trim_matches('"'),
                figure.unit,
                figure.due.as_deref().unwrap_or("-")
            )
        })
        .collect()
}

#[test]
fn a_column_of_units_with_their_persons_names_the_units() {
    for title in ["责任单位及责任人", "责任单位（负责人）"] {
        let reading = reading(&format!(
            "2026年数字化重点任务分解表\n\n序号\t重点任务\t工作内容\t{title}\n1\t建设网络\t新增基站5座\t市工信局 张三\n2\t推进共享\t新增平台2个\t市数据局（李四）、市财政局 王五\n"
        ));
        assert_eq!(
            points(&reading),
            [
                (1, "市工信局".to_owned(), String::new()),
                (2, String::new(), "市数据局、市财政局".to_owned()),
            ],
            "{title}"
        );
    }
}

fn messages(reading: &Reading, code: FindingCode) -> Vec<&str> {
    reading
        .findings
        .iter()
        .filter(|finding| finding.code == code)
        .map(|finding| finding.message.as_str())
        .collect()
}

const TWO_POINTS: &str = "2026年工作要点\n一、重点任务\n（一）建设网络。新增基站5座。（市工信局牵头）\n（二）推进共享。新增平台2个。（市数据局牵头）\n";

#[test]
fn a_day_beside_the_units_is_the_day_of_what_they_answer_for() {
    for (naming, due) in [
        ("（市工信局牵头，6月底前完成）", "2026-06-30"),
        ("（市数据局负责，2026年9月底前）", "2026-09-30"),
        (
            "（责任单位：市数据局、市财政局，三季度末前完成）",
            "2026-09-30",
        ),
        ("（市数据局牵头负责、10月15日前完成）", "2026-10-15"),
        ("牵头单位：市数据局；完成时限：6月底", "2026-06-30"),
        (
            "责任单位：市数据局，6月底前完成；完成时限：持续推进",
            "2026-06-30",
        ),
        ("（市数据局会同市财政局6月底前负责完成）", "2026-06-30"),
    ] {
        let text = format!(
            "2026年工作要点\n一、建设\n（一）加强建设。新增基站5座。{naming}\n（二）加强统筹。推进工作。（市数据局负责）\n"
        );
        let reading = reading(&text);
        assert_eq!(targets(&reading), [format!("1 = 5座 {due}")], "{naming}");
        let assignment = &reading.points[0].assignments[0];
        assert_eq!(assignment.due.as_deref(), Some(due), "{naming}");
    }
}

#[test]
fn a_row_with_the_number_of_a_point_and_another_title_is_no_part_of_the_point() {
    let text = format!(
        "{TWO_POINTS}\n附件\n序号\t项目名称\t建设内容\t完成时限\t责任单位\n1\t智慧港口二期\t建设自动化泊位3个\t2026年6月\t市交通运输局\n2\t推进数据共享\t建设共享专区4个\t年底\t市大数据中心\n"
    );
    let reading = reading(&text);
    assert_eq!(
        points(&reading),
        [
            (1, "市工信局".to_owned(), String::new()),
            (2, "市数据局、市大数据中心".to_owned(), String::new()),
        ]
    );
    assert_eq!(
        targets(&reading),
        [
            "1 = 5座 2026-12-31",
            "2 = 2个 2026-12-31",
            "- = 3个 2026-06-30",
            "2 = 4个 2026-12-31",
        ]
    );
    assert_eq!(
        messages(&reading, FindingCode::RowWithoutPoint),
        ["附表中的一行“智慧港口二期”在正文中没有对应的要点，所列单位（市交通运输局）未计入"]
    );
}

const INDICATORS: &str = "序号\t指标名称\t计量单位\t2026年上半年\t2026年目标值\t牵头单位\n1\t产业规模\t亿元\t\t30左右\t市工信局\n2\t培训人数\t万人次\t\t1.5以上\t市人社局\n3\t增速\t%\t8\t10以上\t市统计局\n4\t试点领域\t个\t\t3—5\t市信访局\n";

#[test]
fn the_unit_of_an_indicator_stands_before_the_words_behind_its_number() {
    let reading = reading(&format!("{TWO_POINTS}\n附件\n{INDICATORS}"));
    assert_eq!(
        targets(&reading),
        [
            "1 = 5座 2026-12-31",
            "2 = 2个 2026-12-31",
            "- ~ 3000000000元 2026-12-31",
            "- >= 15000人次 2026-12-31",
            "- = 8% 2026-06-30",
            "- >= 10% 2026-12-31",
            "- between 3-5个 2026-12-31",
        ]
    );
    let literals: Vec<&str> = reading
        .targets
        .iter()
        .skip(2)
        .map(|figure| figure.literal.as_str())
        .collect();
    assert_eq!(literals, ["30左右", "1.5以上", "8", "10以上", "3—5"]);
    let without = messages(&reading, FindingCode::RowWithoutPoint);
    assert_eq!(without.len(), 4);
    assert!(without[0].contains("市工信局"), "{without:?}");
}

#[test]
fn indicators_with_units_are_the_points_of_a_text_that_has_none() {
    let reading = reading(&format!("2026年安澜市数字政府建设重点指标\n\n{INDICATORS}"));
    let leads: Vec<(u32, String)> = points(&reading)
        .into_iter()
        .map(|(number, leads, _)| (number, leads))
        .collect();
    assert_eq!(
        leads,
        [
            (1, "市工信局".to_owned()),
            (2, "市人社局".to_owned()),
            (3, "市统计局".to_owned()),
            (4, "市信访局".to_owned()),
        ]
    );
    assert_eq!(
        targets(&reading).first().map(String::as_str),
        Some("1 ~ 3000000000元 2026-12-31")
    );
}

#[test]
fn a_column_that_is_headed_by_a_day_is_due_by_then() {
    let reading = reading(
        "2026年数字化重点任务分解表\n\n序号\t重点任务\t2026年上半年\t2026年下半年\t牵头单位\n1\t建设基站\t新增基站100座\t新增基站300座\t市工信局\n",
    );
    assert_eq!(
        targets(&reading),
        ["1 = 100座 2026-06-30", "1 = 300座 2026-12-31"]
    );
}

#[test]
fn the_last_chapter_may_number_its_points_in_another_way() {
    let reading = reading(
        "2026年工作要点\n一、重点任务\n1.建设网络。新增基站5座。（市工信局负责）\n2.培育企业。新增企业6家。（市科技局负责）\n3.推进共享。新增平台7个。（市数据局负责）\n二、保障措施\n（一）加强统筹。新增专班8个。（市政府办公室负责）\n（二）强化监督。新增站点9个。\n三、附则\n本要点按月调度。\n",
    );
    assert_eq!(
        points(&reading),
        [
            (1, "市工信局".to_owned(), String::new()),
            (2, "市科技局".to_owned(), String::new()),
            (3, "市数据局".to_owned(), String::new()),
            (4, "市政府办公室".to_owned(), String::new()),
            (5, String::new(), String::new()),
        ]
    );
    let owners: Vec<Option<u32>> = reading.targets.iter().map(|figure| figure.point).collect();
    assert_eq!(owners, [Some(1), Some(2), Some(3), Some(4), Some(5)]);
    assert_eq!(reading.chapters[1].points, [4, 5]);
    assert_eq!(
        messages(&reading, FindingCode::NoUnit),
        ["要点二没有写明责任单位"]
    );
}

#[test]
fn a_chapter_that_names_units_and_holds_no_point_is_one_itself() {
    let reading = reading(
        "2026年工作要点\n一、重点任务\n（一）建设网络。新增基站5座。（市工信局负责）\n（二）推进共享。新增平台7个。（市数据局负责）\n二、保障措施\n加强统筹，新增专班8个。（市政府办公室负责）\n",
    );
    assert_eq!(
        points(&reading)[2..],
        [(3, "市政府办公室".to_owned(), String::new())]
    );
    assert_eq!(reading.chapters[1].points, [3]);
    assert_eq!(reading.targets[2].point, Some(3));
}

#[test]
fn a_second_list_may_count_from_one_again_and_go_on_over_several_rows() {
    let header = "序号\t重点任务\t工作内容\t牵头单位\n";
    let reading = reading(&format!(
        "2026年数字化重点任务分解表\n\n{header}1\t建设网络\t新增基站5座\t市工信局\n2\t推进共享\t新增平台2个\t市数据局\n\n附件\n\n{header}1\t培育企业\t培育企业12家\t市科技局\n1\t培育企业\t引进企业3家\t市商务局\n1\t\t建成园区4个\t市财政局\n2\t引进人才\t引进人才50名\t市人社局\n"
    ));
    let named = |number: u32, leads: &str| (number, leads.to_owned(), String::new());
    assert_eq!(
        points(&reading),
        [
            named(1, "市工信局"),
            named(2, "市数据局"),
            named(3, "市科技局、市商务局、市财政局"),
            named(4, "市人社局"),
        ]
    );
    assert_eq!(
        targets(&reading),
        [
            "1 = 5座 2026-12-31",
            "2 = 2个 2026-12-31",
            "3 = 12家 2026-12-31",
            "3 = 3家 2026-12-31",
            "3 = 4个 2026-12-31",
            "4 = 50名 2026-12-31",
        ]
    );
}

/// The figures that are to be reached, without what describes what was.
fn to_reach(mut reading: Reading) -> Vec<String> {
    reading.targets.retain(|figure| figure.kind == Kind::Target);
    targets(&reading)
}

#[test]
fn indicators_by_year_are_read_with_the_unit_in_the_bracket_of_their_name() {
    let reading = reading(
        "南湖市数字化三年行动计划（2025—2027年）重点指标表\n\n序号\t指标\t2024年基准\t2025年目标\t2026年目标\t2027年目标\t责任单位\n1\t5G基站数（万座）\t1.2\t1.5\t1.8\t2.0\t市工信局\n2\t数字经济占比（%）\t40\t43\t46\t50以上\t市发改委\n3\t上云企业（家）\t800\t1000\t1500\t1500\t市工信局\n4\tPUE\t1.5\t1.4\t1.3\t≤1.25\t市工信局\n",
    );
    let offers: Vec<&str> = reading
        .offers
        .iter()
        .map(|offer| offer.literal.as_str())
        .collect();
    assert_eq!(offers, ["1.4", "1.3"]);
    let was: Vec<(&str, Kind)> = reading
        .targets
        .iter()
        .filter(|figure| figure.due.as_deref() == Some("2024-12-31"))
        .map(|figure| (figure.literal.as_str(), figure.kind))
        .collect();
    let description = Kind::Description;
    assert_eq!(
        was,
        [
            ("1.2", description),
            ("40", description),
            ("800", description)
        ]
    );
    assert_eq!(
        to_reach(reading),
        [
            "1 = 15000座 2025-12-31",
            "1 = 18000座 2026-12-31",
            "1 = 20000座 2027-12-31",
            "2 = 43% 2025-12-31",
            "2 = 46% 2026-12-31",
            "2 >= 50% 2027-12-31",
            "3 = 1000家 2025-12-31",
            "3 = 1500家 2026-12-31",
            "3 = 1500家 2027-12-31",
            "4 <= 1.25 2027-12-31",
        ]
    );
}

#[test]
fn years_and_what_was_are_known_titles_beside_an_indicator() {
    let of_years = reading(
        "南湖市数字化三年行动计划（2026—2028年）重点指标表\n\n序号\t指标名称\t单位\t2025年现状\t2026年\t2027年\t2028年\t责任单位\n1\t网络零售额\t亿元\t6.5\t8.2\t10.3\t13\t市商务局\n2\t上云企业\t家\t800\t1000\t1200\t1500\t市工信局\n",
    );
    assert_eq!(
        to_reach(of_years),
        [
            "1 = 820000000元 2026-12-31",
            "1 = 1030000000元 2027-12-31",
            "1 = 1300000000元 2028-12-31",
            "2 = 1000家 2026-12-31",
            "2 = 1200家 2027-12-31",
            "2 = 1500家 2028-12-31",
        ]
    );
    let with_base = reading(
        "2026年数字化重点指标表\n\n指标\t口径\t基期值\t2026年\t责任单位\n上云企业（家）\t累计\t800\t1000\t市工信局\n",
    );
    let was: Vec<(&str, Kind)> = with_base
        .targets
        .iter()
        .map(|figure| (figure.literal.as_str(), figure.kind))
        .collect();
    assert_eq!(was, [("800", Kind::Description), ("1000", Kind::Target)]);
}

#[test]
fn the_day_of_a_row_is_more_exact_than_the_year_above_its_value() {
    let reading = reading(
        "2026年数字化重点指标表\n\n序号\t指标名称\t单位\t2026年上半年\t2026年目标值\t完成时限\t责任单位\n1\t5G基站\t座\t\t1500\t10月底\t市工信局\n2\t总投资（亿元）\t\t\t12.5\t6月底前\t市发改委\n3\t上云企业\t家\t100\t300\t2026年9月\t市工信局\n",
    );
    assert_eq!(
        targets(&reading),
        [
            "1 = 1500座 2026-10-31",
            "2 = 1250000000元 2026-06-30",
            "3 = 100家 2026-06-30",
            "3 = 300家 2026-09-30",
        ]
    );
}

#[test]
fn a_bracket_with_a_unit_alone_is_no_number() {
    let reading = reading(
        "2026年重点工作任务清单\n\n序号\t任务名称\t年度目标\t责任单位\t完成时间\n1\t扩大投资\t总投资（亿元）12.5\t市发改委\t12月\n2\t引进企业\t引进企业5家\t市商务局\t12月\n",
    );
    assert_eq!(targets(&reading), ["2 = 5家 2026-12-31"]);
    let offers: Vec<&str> = reading
        .offers
        .iter()
        .map(|offer| offer.literal.as_str())
        .collect();
    assert_eq!(offers, ["总投资（亿元）12.5"]);
}
