//! `population.household`: what civil affairs exports as .xls and is an HTML table in GBK.

use std::ops::Range;
use std::sync::Arc;

use super::residents::{HOUSEHOLDS_A_BLOCK, household_id};
use super::{Context, Output, Report, Run};
use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::person::Customs;
use crate::random::Purpose;
use crate::sheet::{Layout, Mode, Page, Pen, Text};
use crate::sink::{Frame, Row, Sink};
use crate::spoil;
use crate::term::{Charset, encode};
use crate::world::{Home, World};
use crate::{Delivery, Error};

pub(crate) const LAYOUT: Layout = Layout {
    dataset: "population.household",
    columns: &[
        "household_id",
        "head_id",
        "head_name",
        "township",
        "address",
        "kind",
        "members",
        "founded_on",
    ],
    headers: &[
        "户号",
        "户主证件号码",
        "户主姓名",
        "户籍地区划",
        "地址",
        "户口性质",
        "人口数",
        "立户日期",
    ],
    key: &[0],
    mode: Mode::Snapshot,
    foreign: ("head_name", Charset::GbkInHtml),
    spoil: plant,
};

struct Household<'a> {
    world: &'a World,
    home: &'a Home,
    customs: Customs<'a>,
}

impl Row for Household<'_> {
    fn write<S: Sink>(&self, sink: &mut S) {
        let (world, home) = (self.world, self.home);
        let head = home.family.head();
        let mut stream = world.stream(Purpose::Person, home.first_person);
        sink.ascii_cell(&household_id(home.index));
        sink.ascii_cell(&world.resident_id(home.first_person, &head));
        world
            .name_of(&self.customs, &head, &mut stream)
            .write_cell(sink);
        let township = world.city.townships.get(home.township);
        sink.ascii_cell(township.map_or(b"320900000", |township| &township.code));
        sink.begin();
        world.address_of(home).write(sink);
        sink.end();
        sink.ascii_cell(if self.customs.collective { b"2" } else { b"1" });
        sink.number_cell(home.family.members().len() as u64);
        sink.ascii_cell(world.days.dashed(self.customs.founded));
    }
}

fn fill<P: Page>(world: &World, pen: &mut Pen<'_, P>, households: Range<u32>) {
    for index in households {
        let home = world.home(index);
        let household = Household {
            world,
            home: &home,
            customs: world.customs(&home),
        };
        pen.write(u64::from(index), &household);
    }
}

pub(crate) fn write(context: &Context<'_>) -> Result<Report, Error> {
    let world = context.world;
    let frame = Frame::html(LAYOUT.columns.len());
    let name = format!("inbox/civil_affairs/户籍家庭_{}.xls", context.stamp());
    let mut output = Output::create(&context.options.out, &name)?;
    output.write(&encode(&opening(context), Charset::GbkInHtml))?;
    context
        .progress
        .begin(Delivery::Households, u64::from(world.households()));
    let run = Run {
        delivery: Delivery::Households,
        layout: &LAYOUT,
        step: HOUSEHOLDS_A_BLOCK * 2,
        total: world.households(),
    };
    let file: Arc<str> = name.into();
    let report = run.write(
        context,
        &file,
        None,
        || Text::new(&frame, None),
        |pen, households| fill(world, pen, households),
        |page| output.write(&page.bytes),
    )?;
    output.write(b"</table>\r\n</body>\r\n</html>\r\n")?;
    let path = output.finish()?;
    context.progress.finish(Delivery::Households, &path);
    Ok(report)
}

/// A page that calls itself gb2312 and is GBK, with two title rows over the header.
fn opening(context: &Context<'_>) -> String {
    let date = context.options.date;
    let city = context.world.city.name.text();
    let headers = LAYOUT.headers.join("</b></td><td><b>");
    format!(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\r\n<head>\r\n\
         <meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">\r\n\
         <title>户籍家庭</title>\r\n</head>\r\n<body>\r\n<table border=\"1\">\r\n\
         <tr><td colspan=\"8\" align=\"center\">{city}户籍家庭信息表</td></tr>\r\n\
         <tr><td colspan=\"8\">填报单位：{city}民政局&nbsp;&nbsp;导出日期：{date}</td></tr>\r\n\
         <tr><td><b>{headers}</b></td></tr>\r\n"
    )
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CheckDigit => hand.hard("head_id", "check-digit", spoil::check_digit),
        DefectKind::ImpossibleDate => {
            hand.hard("founded_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::AmbiguousDate => hand.hard("founded_on", "ambiguous-date", |text, _| {
            spoil::ambiguous_date(text)
        }),
        DefectKind::NearDuplicate => {
            let address = format!("{}（迁入）", hand.text("address"));
            hand.set_text("address", address);
            Some(Planted::hard("household_id", "duplicate-key"))
        }
        DefectKind::MissingRequired => {
            hand.empty(&["head_id", "head_name", "members", "founded_on", "kind"])
        }
        DefectKind::Range => hand.hard("members", "members-range", |_, stream| {
            stream
                .pick(&["0", "87", "320"])
                .map(|text| (*text).to_owned())
        }),
        DefectKind::NotANumber => {
            let text = spoil::not_a_number(&mut hand.stream)?;
            hand.set_text("members", text);
            Some(Planted::hard("members", "number"))
        }
        DefectKind::CodeList => hand.wrong_code(&[("kind", "9"), ("kind", "农转非")]),
        DefectKind::WrongDivision => hand.hard("township", "township-outside-city", |_, stream| {
            stream
                .pick(&["320602001", "321202003", "340102005"])
                .map(|code| (*code).to_owned())
        }),
        DefectKind::Orphan => hand.soft("head_id", "head-unknown", |text, _| {
            spoil::nobodys_number(text)
        }),
        DefectKind::FullWidth => {
            let column = hand.one_of(&["head_id", "members", "founded_on"])?;
            hand.soft(column, "full-width", |text, _| spoil::full_width(text))
        }
        DefectKind::DateForm => hand.soft("founded_on", "date-form", spoil::date_form),
        DefectKind::ExcelSerial => hand.soft("founded_on", "excel-serial", |text, _| {
            spoil::excel_serial(text)
        }),
        _ => None,
    }
}
