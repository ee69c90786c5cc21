//! `industry.scenario`: scenarios, models, data sets and corpora of artificial intelligence, filed and then accepted.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{
    Companies, Due, Entries, Faults, Form, Kind, Pace, Record, Register, serial,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.scenario",
        columns: &[
            "result_no",
            "name",
            "kind",
            "field",
            "builder",
            "division",
            "filed_on",
            "accepted_on",
        ],
        headers: &[
            "成果编号",
            "成果名称",
            "成果类别",
            "应用领域",
            "建设单位信用代码",
            "所在区划",
            "申报日期",
            "入库日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Date,
        Kind::Date,
    ],
    folder: "development_reform",
    stem: "人工智能成果",
    title: "“人工智能+”成果库",
    office: "发展和改革委员会",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "result_no",
    name: "name",
    required: &["name", "kind", "field", "filed_on"],
    codes: &[("kind", "元宇宙"), ("field", "军事")],
    days: &["filed_on"],
    orders: &[("accepted_on", "filed_on", "accepted-before-filed")],
    division: &["division"],
    companies: &[("builder", "company-unknown")],
    ..Faults::NONE
};

const TOPICS: [(&str, [&str; 4]); 8] = [
    (
        "制造",
        [
            "光伏组件缺陷检测",
            "轴承故障预警",
            "焊缝质检",
            "工艺参数优化",
        ],
    ),
    (
        "交通",
        [
            "航道船舶识别",
            "信号配时优化",
            "路面病害巡检",
            "公交客流预测",
        ],
    ),
    (
        "金融",
        ["小微企业授信", "保险理赔审核", "反欺诈识别", "涉农信贷评估"],
    ),
    ("医疗", ["影像辅助诊断", "病历质控", "慢病随访", "处方审核"]),
    ("教育", ["作业批改", "学情分析", "校园安全巡查", "课堂助教"]),
    (
        "农业",
        ["水稻病虫害识别", "水产养殖投喂", "生猪盘点", "农情遥感"],
    ),
    (
        "新能源",
        ["风机运维", "光伏功率预测", "储能调度", "充电负荷预测"],
    ),
    ("政务", ["公文助手", "热线工单分派", "政策问答", "材料预审"]),
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.industry;
    let mut companies = Companies::new(world, 0x1D08, &["I", "M"]);
    for (place, (kind, growth)) in (0_u64..).zip(&settings.scenarios) {
        for (number, accepted) in growth.days(entries) {
            let Some(company) = companies.take(accepted - 200) else {
                continue;
            };
            let index = number | place << 44;
            let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
            let filed = accepted - stream.between(25, 140);
            // One in nine is not accepted.
            let accepted = (!stream.per_thousand(110)).then_some(accepted);
            let days: Vec<i32> = [Some(filed), accepted].into_iter().flatten().collect();
            entries.add_states(index, Some(company.county), &days, |draw, state| {
                let stream = &mut draw.stream;
                let (field, topics) = stream.pick(&TOPICS).copied().unwrap_or(("其他", [""; 4]));
                let topic = stream.pick(&topics).copied().unwrap_or_default();
                let serial = serial(number, 100_000);
                let county = world.city.counties.get(company.county);
                let short = county.map_or("", |county| county.name.text());
                Record::new()
                    .text(format!("AI{place}{serial:09}"))
                    .text(format!("{short}{topic}{kind}"))
                    .text(kind.as_str())
                    .text(field)
                    .code(&company.uscc)
                    .county(world, company.county)
                    .day(world, filed)
                    .day_or_absent(world, accepted.filter(|_| state > 0))
            });
        }
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
