//! The faults that registers have in common, from a table of the columns that can have each.

use jiff::civil::Date;

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::spoil;
use crate::world::World;

/// A column, what it is given, and the check that finds it.
type Wrong = (&'static str, &'static str, &'static str);
/// A day, the one that it may not come before, and the check that finds it.
type Order = (&'static str, &'static str, &'static str);

/// Which columns of a register can have which fault.
pub(crate) struct Faults {
    /// A code or number of the department.
    pub(crate) id: &'static str,
    /// A text that can be told apart from another.
    pub(crate) name: &'static str,
    pub(crate) required: &'static [&'static str],
    /// Columns with a code list, each with a word that it does not have.
    pub(crate) codes: &'static [(&'static str, &'static str)],
    /// Days that every row has.
    pub(crate) days: &'static [&'static str],
    pub(crate) orders: &'static [Order],
    /// Numbers outside of what is possible.
    pub(crate) ranges: &'static [Wrong],
    pub(crate) numbers: &'static [&'static str],
    /// The county, where a row has one.
    pub(crate) division: &'static [&'static str],
    /// Credit codes, and the check that finds one that nobody holds. A later state of the row would mend it, so an orphan is
    /// for registers whose rows stay as they are.
    pub(crate) companies: &'static [(&'static str, &'static str)],
}

impl Faults {
    pub(crate) const NONE: Self = Self {
        id: "",
        name: "",
        required: &[],
        codes: &[],
        days: &[],
        orders: &[],
        ranges: &[],
        numbers: &[],
        division: &[],
        companies: &[],
    };

    pub(crate) fn plant(
        &self,
        world: &World,
        kind: DefectKind,
        hand: &mut Hand<'_>,
    ) -> Option<Planted> {
        match kind {
            DefectKind::MissingRequired => hand.empty(self.required),
            DefectKind::CodeList => hand.wrong_code(self.codes),
            DefectKind::ImpossibleDate => {
                let column = hand.one_of(self.days)?;
                hand.hard(column, "impossible-date", spoil::impossible_date)
            }
            DefectKind::DateOrder => {
                let (column, first, reason) = *hand.stream.pick(self.orders)?;
                let first: Date = hand.text(first).parse().ok()?;
                hand.hard(column, reason, |_, stream| {
                    let days = jiff::Span::new().days(stream.between(1, 400));
                    Some(first.checked_sub(days).ok()?.to_string())
                })
            }
            DefectKind::Range => wrong(self.ranges, hand),
            DefectKind::WrongDivision => {
                let column = hand.one_of(self.division)?;
                hand.wrong_county(column, "division-outside-city")
            }
            DefectKind::CheckDigit => {
                let (column, _) = *hand.stream.pick(self.companies)?;
                hand.hard(column, "check-digit", spoil::check_digit)
            }
            DefectKind::Orphan => {
                let (column, reason) = *hand.stream.pick(self.companies)?;
                let code = world.firms.unregistered_uscc(&world.city, &mut hand.stream);
                hand.soft(column, reason, |_, _| {
                    Some(String::from_utf8_lossy(&code).into_owned())
                })
            }
            DefectKind::NearDuplicate => {
                let name = format!("{}（新）", hand.text(self.name));
                hand.set_text(self.name, name);
                Some(Planted::hard(self.name, "superseded"))
            }
            DefectKind::DateForm => {
                let column = hand.one_of(self.days)?;
                hand.date_form(column)
            }
            DefectKind::NumberAsText => {
                let column = hand.one_of(self.numbers)?;
                hand.as_written(column)
            }
            DefectKind::FullWidth => {
                hand.soft(self.id, "full-width", |text, _| spoil::full_width(text))
            }
            DefectKind::Spaces => hand.soft(self.id, "space", spoil::spaces),
            _ => None,
        }
    }
}

/// One of some columns, where the row has a value in it.
fn wrong(wrongs: &[Wrong], hand: &mut Hand<'_>) -> Option<Planted> {
    let (column, text, reason) = *hand.stream.pick(wrongs)?;
    hand.hard(column, reason, |_, _| Some(text.to_owned()))
}
