//! `enterprise.company` and `enterprise.annual_report`: the two sheets of market regulation's workbook.

use std::ops::Range;

use crate::defect::{DefectKind, Planted};
use crate::firm::{Firm, FirmKind, Status};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::sheet::{Layout, Mode, Page, Pen};
use crate::sink::{Cell, Row, Sink};
use crate::spoil;
use crate::term::Charset;
use crate::world::World;

pub(crate) const COMPANY: Layout = Layout {
    dataset: "enterprise.company",
    columns: &[
        "uscc",
        "name",
        "legal_person",
        "legal_person_id",
        "kind",
        "trade",
        "capital",
        "founded_on",
        "status",
        "address",
        "division",
        "phone",
        "employees",
    ],
    headers: &[
        "统一社会信用代码",
        "企业名称",
        "法定代表人",
        "法人证件号",
        "企业类型",
        "行业代码",
        "注册资本（万元）",
        "成立日期",
        "登记状态",
        "住所",
        "所在区划",
        "联系电话",
        "从业人数",
    ],
    key: &[0],
    mode: Mode::Snapshot,
    foreign: ("name", Charset::Utf8),
    spoil: plant_company,
};

pub(crate) const ANNUAL_REPORT: Layout = Layout {
    dataset: "enterprise.annual_report",
    columns: &["uscc", "year", "assets", "revenue", "tax", "employees"],
    headers: &[
        "统一社会信用代码",
        "年度",
        "资产总额（万元）",
        "营业收入（万元）",
        "纳税总额（万元）",
        "从业人数",
    ],
    key: &[0, 1],
    mode: Mode::Upsert,
    foreign: ("uscc", Charset::Utf8),
    spoil: plant_report,
};

struct Company<'a> {
    world: &'a World,
    firm: Firm<'a>,
}

impl Row for Company<'_> {
    fn write<S: Sink>(&self, sink: &mut S) {
        let (world, firm) = (self.world, &self.firm);
        let words = &world.city.words;
        sink.ascii_cell(&firm.uscc);
        sink.begin();
        for part in firm.name.iter().flatten() {
            sink.term(part);
        }
        sink.end();
        firm.legal_person.write_cell(sink);
        sink.ascii_cell(&firm.legal_person_id);
        sink.term_cell(firm.kind_name);
        match firm.section {
            Some(section) => sink.term_cell(section),
            None => sink.absent(),
        }
        sink.begin();
        sink.number((firm.capital / 10_000) as u64);
        if firm.capital % 10_000 != 0 {
            let rest = format!(".{:04}", firm.capital % 10_000);
            sink.ascii(rest.trim_end_matches('0').as_bytes());
        }
        sink.end();
        sink.ascii_cell(world.days.dashed(firm.founded));
        sink.term_cell(match firm.status {
            Status::InOperation => &words.in_operation,
            Status::InBusiness => &words.in_business,
            Status::Closed => &words.closed,
            Status::Revoked => &words.revoked,
            Status::MovedOut => &words.moved_out,
        });
        sink.begin();
        firm.address.write(sink);
        sink.end();
        let county = world.city.counties.get(firm.county);
        sink.ascii_cell(county.map_or(b"320900", |county| &county.code));
        sink.begin();
        firm.phone.write(sink);
        sink.end();
        sink.number_cell(u64::from(firm.employees));
    }
}

pub(crate) fn fill_companies<P: Page>(world: &World, pen: &mut Pen<'_, P>, firms: Range<u32>) {
    for index in firms {
        let firm = world.firm(index);
        pen.write(u64::from(index), &Company { world, firm });
    }
}

struct AnnualReport {
    uscc: [u8; 18],
    year: i32,
    /// Hundredths of 10,000 yuan.
    assets: i64,
    revenue: i64,
    tax: i64,
    employees: u32,
}

impl Row for AnnualReport {
    fn write<S: Sink>(&self, sink: &mut S) {
        sink.ascii_cell(&self.uscc);
        sink.number_cell(self.year as u64);
        sink.cents_cell(self.assets);
        sink.cents_cell(self.revenue);
        sink.cents_cell(self.tax);
        sink.number_cell(u64::from(self.employees));
    }
}

impl World {
    /// What a firm reported on a year: companies do, three in four of those that stood by then.
    fn annual_report(&self, index: u32, year: i32) -> Option<AnnualReport> {
        let mut stream = self.stream(
            Purpose::AnnualReport,
            (u64::from(index) << 16) | year as u64,
        );
        if !stream.per_thousand(750) || self.firms.kind(index) != FirmKind::Company {
            return None;
        }
        let firm = self.firm(index);
        if crate::day::year_of(firm.founded) > year {
            return None;
        }
        let heads = f64::from(firm.employees.max(1));
        let revenue = (heads * stream.triangular(8.0, 38.0, 190.0) * 100.0) as i64;
        Some(AnnualReport {
            uscc: firm.uscc,
            year,
            assets: (revenue as f64 * stream.triangular(0.4, 1.1, 3.2)) as i64,
            revenue,
            tax: (revenue as f64 * stream.triangular(0.004, 0.025, 0.09)) as i64,
            employees: (heads * stream.triangular(0.7, 1.0, 1.2) + 0.5) as u32,
        })
    }
}

/// The reports of some firms on one year.
pub(crate) fn fill_reports<P: Page>(
    world: &World,
    pen: &mut Pen<'_, P>,
    firms: Range<u32>,
    year: i32,
) {
    for index in firms {
        if let Some(report) = world.annual_report(index, year) {
            pen.write((u64::from(index) << 16) | year as u64, &report);
        }
    }
}

fn plant_company(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CheckDigit => {
            let column = hand.one_of(&["uscc", "legal_person_id"])?;
            hand.hard(column, "check-digit", spoil::check_digit)
        }
        DefectKind::NearDuplicate => {
            let name = format!("{}（盐城）", hand.text("name"));
            hand.set_text("name", name);
            Some(Planted::hard("uscc", "duplicate-key"))
        }
        DefectKind::MissingRequired => hand.empty(&[
            "name",
            "legal_person",
            "legal_person_id",
            "status",
            "address",
        ]),
        DefectKind::CodeList => hand.wrong_code(&[
            ("kind", "其他组织形式"),
            ("trade", "Z"),
            ("status", "正常经营"),
        ]),
        DefectKind::Range => {
            hand.set_text("employees", "5000001");
            Some(Planted::hard("employees", "employees-range"))
        }
        DefectKind::NegativeAmount => {
            hand.hard("capital", "capital-range", |text, _| spoil::negative(text))
        }
        DefectKind::WrongDivision => hand.hard("division", "division-outside-city", |_, stream| {
            stream
                .pick(&["320602", "321202", "340102"])
                .map(|code| (*code).to_owned())
        }),
        DefectKind::TooLong => hand.hard("legal_person", "length", |text, _| spoil::too_long(text)),
        DefectKind::ImpossibleDate => {
            hand.hard("founded_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::AmbiguousDate => hand.hard("founded_on", "ambiguous-date", |text, _| {
            spoil::ambiguous_date(text)
        }),
        DefectKind::NotANumber => {
            let text = spoil::not_a_number(&mut hand.stream)?;
            hand.set("capital", Cell::Quoted(text));
            Some(Planted::hard("capital", "number"))
        }
        DefectKind::NoSuchAddress => {
            let road = world.city.words.nowhere_road.text().to_owned();
            hand.soft("address", "no-such-address", |text, stream| {
                let start: String = text.chars().take(9).collect();
                Some(format!("{start}{road}{}号", 9_000 + stream.below(999)))
            })
        }
        DefectKind::DateForm => {
            let planted = hand.soft("founded_on", "date-form", spoil::date_form)?;
            let text = hand.text("founded_on").to_owned();
            hand.set("founded_on", Cell::Quoted(text));
            Some(planted)
        }
        DefectKind::ExcelSerial => hand.soft("founded_on", "excel-serial", |text, _| {
            spoil::excel_serial(text)
        }),
        DefectKind::NumberAsText => hand.as_written("capital"),
        DefectKind::FullWidth => {
            let column = hand.one_of(&["uscc", "legal_person_id"])?;
            hand.soft(column, "full-width", |text, _| spoil::full_width(text))
        }
        DefectKind::Spaces => hand.soft("legal_person", "space", spoil::spaces),
        DefectKind::Plus86 => hand.soft("phone", "phone-form", spoil::plus_86),
        DefectKind::LowerCase => hand.soft("uscc", "case", |text, _| spoil::lower_case(text)),
        DefectKind::FifteenDigits => hand.soft("legal_person_id", "fifteen-digits", |text, _| {
            spoil::fifteen_digits(text)
        }),
        _ => None,
    }
}

fn plant_report(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CheckDigit => hand.hard("uscc", "check-digit", spoil::check_digit),
        DefectKind::NegativeAmount => {
            hand.hard("assets", "assets-range", |text, _| spoil::negative(text))
        }
        DefectKind::Range => {
            hand.set_text("employees", "7200000");
            Some(Planted::hard("employees", "employees-range"))
        }
        DefectKind::NotANumber => {
            let text = spoil::not_a_number(&mut hand.stream)?;
            hand.set("revenue", Cell::Quoted(text));
            Some(Planted::hard("revenue", "number"))
        }
        DefectKind::Orphan => {
            let code = world.firms.unregistered_uscc(&world.city, &mut hand.stream);
            hand.set_text("uscc", String::from_utf8_lossy(&code));
            Some(Planted::soft("uscc", "company-unknown"))
        }
        DefectKind::NumberAsText => hand.as_written("revenue"),
        DefectKind::FullWidth => hand.soft("uscc", "full-width", |text, _| spoil::full_width(text)),
        DefectKind::LowerCase => hand.soft("uscc", "case", |text, _| spoil::lower_case(text)),
        _ => None,
    }
}
