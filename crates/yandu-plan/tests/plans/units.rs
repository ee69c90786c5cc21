//! Who answers for the points of the plan of 2025, as its text names them; and tables in other shapes.

use yandu_plan::{Options, read};

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

const TABLES: [(&str, &str); 4] = [
    (
        "tabs",
        "序号\t重点任务\t工作内容\t牵头单位\t配合单位\t完成时限\n1\t建设基站\t新增5G基站300座\t市工信局\t市通管办、市住建局\t10月底\n2\t培育企业\t培育瞪羚企业12家以上\t市科技局\t市工信局\t年底\n",
    ),
    (
        "bars",
        "| 序号 | 重点任务 | 工作内容 | 牵头单位 | 配合单位 | 完成时限 |\n|---|---|---|---|---|---|\n| 1 | 建设基站 | 新增5G基站300座 | 市工信局 | 市通管办、市住建局 | 10月底 |\n| 2 | 培育企业 | 培育瞪羚企业12家以上 | 市科技局 | 市工信局 | 年底 |\n",
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
