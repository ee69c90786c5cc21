//! Registers and monthly reports of departments: three years of them, month by month, as they reach the city.
//!
//! What happened up to last December comes in one delivery, what happens this year in one a month, or less often. With
//! [`crate::Deliveries::EveryMonth`] each month of the three years has a delivery of its own instead. Both end with the same
//! rows, and a row is the same in either. A county now and then reports months late, or has not reported yet, and some figures
//! are restated later. All of it follows from seed, date and city; every row has a random stream of its own.
//!
//! To add one:
//! 1. Write a file like `telecom/base_station.rs`: a [`Register`] with the columns as the department heads them, and a
//!    `fill` that calls [`Entries::add`] once for each row, with an index that the row keeps, or [`Entries::add_states`]
//!    for a row that changes; firms come from [`Companies`]. Numbers that a city may change stand in `simulator.json` below
//!    `registers`, lists of named things in a csv file of the city (`world.city.table`, which has to be in the list
//!    `built_in!` of `city.rs`).
//! 2. Take [`Pace::Newest`] unless the newest months are what people follow: a city that starts collects every file.
//! 3. Scale counts with [`crate::world::World::of_city`] (things of the city: stations, schools, parks) or
//!    [`crate::world::World::of_people`] (what people do, such as cases of a matter).
//! 4. Name its faults per thousand rows in `simulator.json`, and plant them in `spoil`, from a table of [`Faults`] where that
//!    is enough; a fault that is planted has to be found by a check of the dataset's pack.
//! 5. Put it into [`REGISTERS`], and its source into the pack: a folder source with the pattern `STEM_*.EXT`, `upsert`.
//!    Workbooks and pages have their header in the third row.

mod book;
mod companies;
mod draw;
mod entries;
mod faults;
mod files;
mod growth;
mod month;
mod record;

pub(crate) use companies::{Companies, Company};
pub(crate) use draw::Draw;
pub(crate) use entries::Entries;
pub(crate) use faults::Faults;
pub(crate) use growth::{Growth, serial};
pub(crate) use month::Month;
pub(crate) use record::Record;

use crate::delivery::{Context, Report};
use crate::sheet::Layout;
use crate::world::World;
use crate::{
    Delivery, Error, air, compute, education, farm, health, industry, population, service, telecom,
    trade, traffic,
};

/// Every register, in the order in which they are written.
pub(crate) const REGISTERS: &[&Register] = &[
    &telecom::base_station::REGISTER,
    &telecom::pon_port::REGISTER,
    &telecom::gigabit_household::REGISTER,
    &telecom::key_area::REGISTER,
    &compute::data_centre_month::REGISTER,
    &compute::cluster::REGISTER,
    &traffic::survey_section::REGISTER,
    &health::visit_month::REGISTER,
    &health::prescription_month::REGISTER,
    &industry::project::REGISTER,
    &industry::recognition::REGISTER,
    &industry::park::REGISTER,
    &industry::upgrade_project::REGISTER,
    &industry::sme_upgrade::REGISTER,
    &industry::it_output::REGISTER,
    &industry::air_route::REGISTER,
    &industry::scenario::REGISTER,
    &farm::park::REGISTER,
    &farm::site::REGISTER,
    &trade::product::REGISTER,
    &trade::deal::REGISTER,
    &service::matter::REGISTER,
    &service::convenience::REGISTER,
    &service::platform::REGISTER,
    &service::link::REGISTER,
    &education::school::REGISTER,
    &population::change_report::REGISTER,
    &air::month_report::REGISTER,
];

/// A register or report, as one department hands it over.
pub(crate) struct Register {
    pub(crate) delivery: Delivery,
    pub(crate) layout: Layout,
    /// What each column holds, for formats that know types.
    pub(crate) kinds: &'static [Kind],
    /// The folder below `inbox/`.
    pub(crate) folder: &'static str,
    /// How the names of files begin.
    pub(crate) stem: &'static str,
    /// The title over the header, after the name of the city.
    pub(crate) title: &'static str,
    /// The office that hands it over, after the name of the city.
    pub(crate) office: &'static str,
    pub(crate) form: Form,
    pub(crate) pace: Pace,
    pub(crate) due: Due,
    pub(crate) fill: fn(&World, &mut Entries<'_>) -> Result<(), Error>,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Date,
}

/// The format of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Comma-separated, in GB18030.
    Gb18030,
    /// Comma-separated, in UTF-8 with a byte order mark.
    Utf8,
    /// A workbook with two merged title rows.
    Workbook,
    /// A page that calls itself .xls, with two title rows.
    Page,
    /// A JSON object a line, with the headers as names.
    JsonLines,
    /// One database with the newest state of all rows, for a source with a watermark. It grows instead of coming anew, so that
    /// it is one file however often others come.
    Database,
}

impl Form {
    fn extension(self) -> &'static str {
        match self {
            Self::Gb18030 | Self::Utf8 => "csv",
            Self::Workbook => "xlsx",
            Self::Page => "xls",
            Self::JsonLines => "jsonl",
            Self::Database => "sqlite",
        }
    }
}

/// How many deliveries there are where they are condensed. Each costs a city that starts a tenth of a second, so that most are
/// [`Pace::Newest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// What came up to last December, and every month of this year.
    Monthly,
    /// What came up to last December, and every quarter of this year.
    Quarterly,
    /// What came before the last month, and the last month.
    Newest,
}

/// When a county reports what happened in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// With the month's own delivery, as a register that is kept day by day.
    SameMonth,
    /// With the next month's, as a statistical report.
    NextMonth,
}

pub(crate) fn write(context: &Context<'_>, register: &Register) -> Result<Report, Error> {
    let mut entries = Entries::new(context.world, register);
    (register.fill)(context.world, &mut entries)?;
    files::write(context, register, &entries)
}
