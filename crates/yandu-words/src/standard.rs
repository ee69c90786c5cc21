//! Data standards: reusable meanings of columns, each with validator, normaliser, default grade and
//! default mask.
//!
//! A standard is one file below with two functions: `check` accepts exactly the canonical texts, in
//! a loop over bytes and without allocating; `rewrite` proposes the canonical text for one that is
//! written in another, unambiguous way. Reading combines the two, so a rewriting never gets past the
//! check. Whether a code is in use is a question to a dataset and not to a standard.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::fold::{Width, fold};
use crate::value::{
    format_date, format_decimal, format_time, format_timestamp, is_scientific, parse_date,
    parse_decimal, parse_month, parse_time, parse_timestamp,
};
use crate::{Change, FaultCode, Grade, Mask, Read, Title, ValueType};

mod address;
mod bank_card;
mod describe;
mod division;
mod email;
mod id;
mod ip;
mod landline;
mod mobile;
mod name;
mod organisation_code;
mod plate;
mod resident_id;
mod uscc;

pub use resident_id::{Sex, birth_date_of_resident, sex_of_resident};

/// A reusable meaning of a column.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    Id,
    ResidentId,
    Uscc,
    OrganisationCode,
    Division,
    Mobile,
    Landline,
    Plate,
    BankCard,
    Name,
    Address,
    Email,
    Ip,
    Date,
    Month,
    Time,
    Timestamp,
    Money,
}

/// The digits of an amount of money: 18 in all, 2 after the point.
const MONEY: (u8, u8) = (18, 2);

impl Standard {
    pub const ALL: [Self; 18] = [
        Self::Id,
        Self::ResidentId,
        Self::Uscc,
        Self::OrganisationCode,
        Self::Division,
        Self::Mobile,
        Self::Landline,
        Self::Plate,
        Self::BankCard,
        Self::Name,
        Self::Address,
        Self::Email,
        Self::Ip,
        Self::Date,
        Self::Month,
        Self::Time,
        Self::Timestamp,
        Self::Money,
    ];

    /// The name in packs, in snake_case.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standard| standard.name() == name)
    }

    pub fn title(self) -> Title {
        let description = self.description();
        Title::new(description.zh, description.en)
    }

    /// The type of the column that holds the values.
    pub fn value_type(self) -> ValueType {
        match self {
            Self::Date | Self::Month => ValueType::Date,
            Self::Time => ValueType::Time,
            Self::Timestamp => ValueType::Timestamp,
            Self::Money => ValueType::Decimal {
                precision: MONEY.0,
                scale: MONEY.1,
            },
            _ => ValueType::Text,
        }
    }

    /// The grade of a column that declares none.
    pub fn grade(self) -> Grade {
        self.description().grade
    }

    /// The mask of a column that declares none.
    pub fn mask(self) -> Mask {
        self.description().mask
    }

    /// The mask of a column that declares none and has this grade. Above the usual grade of the standard less is left: at
    /// general-4 a hash of what names somebody or something, and nothing of the rest; of important and core data nothing.
    pub fn mask_at(self, grade: Grade) -> Mask {
        if grade >= Grade::Important {
            return Mask::Null;
        }
        if grade < Grade::General4 || grade <= self.grade() {
            return self.mask();
        }
        match self {
            Self::Id
            | Self::ResidentId
            | Self::Uscc
            | Self::OrganisationCode
            | Self::Mobile
            | Self::Landline
            | Self::Plate
            | Self::BankCard
            | Self::Email
            | Self::Ip => Mask::Hash,
            Self::Division
            | Self::Name
            | Self::Address
            | Self::Date
            | Self::Month
            | Self::Time
            | Self::Timestamp
            | Self::Money => Mask::Null,
        }
    }

    /// Whether a text is canonical under the standard. Costs no allocation where the standard is one of text.
    pub fn accepts(self, text: &str) -> bool {
        let check = match self {
            Self::Id => id::check,
            Self::ResidentId => resident_id::check,
            Self::Uscc => uscc::check,
            Self::OrganisationCode => organisation_code::check,
            Self::Division => division::check,
            Self::Mobile => mobile::check,
            Self::Landline => landline::check,
            Self::Plate => plate::check,
            Self::BankCard => bank_card::check,
            Self::Name => name::check,
            Self::Address => address::check,
            Self::Email => email::check,
            Self::Ip => ip::check,
            Self::Date | Self::Month | Self::Time | Self::Timestamp | Self::Money => {
                return matches!(self.read_text(text), Read::Canonical(_));
            }
        };
        check(text).is_ok()
    }

    /// The rule that the validator follows, and where it comes from.
    pub fn source(self) -> &'static str {
        self.description().source
    }

    /// Reads a text under the standard and gives its canonical text.
    ///
    /// A canonical text comes back borrowed, without an allocation.
    pub fn read_text(self, text: &str) -> Read<Cow<'_, str>> {
        match self {
            Self::Id => read_with(text, id::check, id::rewrite),
            Self::ResidentId => read_with(text, resident_id::check, resident_id::rewrite),
            Self::Uscc => read_with(text, uscc::check, uscc::rewrite),
            Self::OrganisationCode => {
                read_with(text, organisation_code::check, organisation_code::rewrite)
            }
            Self::Division => read_with(text, division::check, division::rewrite),
            Self::Mobile => read_with(text, mobile::check, mobile::rewrite),
            Self::Landline => read_with(text, landline::check, landline::rewrite),
            Self::Plate => read_with(text, plate::check, plate::rewrite),
            Self::BankCard => read_with(text, bank_card::check, bank_card::rewrite),
            Self::Name => read_with(text, name::check, name::rewrite),
            Self::Address => {
                read_folding(text, Width::Alphanumeric, address::check, address::rewrite)
            }
            Self::Email => read_with(text, email::check, email::rewrite),
            Self::Ip => read_with(text, ip::check, ip::rewrite),
            Self::Date => write_value(text, parse_date(text), format_date),
            Self::Month => write_value(text, parse_month(text), format_date),
            Self::Time => write_value(text, parse_time(text), format_time),
            Self::Timestamp => write_value(text, parse_timestamp(text), format_timestamp),
            Self::Money => {
                let (precision, scale) = MONEY;
                write_value(text, parse_decimal(text, precision, scale), |value| {
                    format_decimal(value, scale)
                })
            }
        }
    }
}

type Check = fn(&str) -> Result<(), FaultCode>;
type Rewrite = fn(&str) -> Option<(String, Change)>;

#[inline]
fn read_with(text: &str, check: Check, rewrite: Rewrite) -> Read<Cow<'_, str>> {
    read_folding(text, Width::All, check, rewrite)
}

#[inline]
fn read_folding(text: &str, width: Width, check: Check, rewrite: Rewrite) -> Read<Cow<'_, str>> {
    match check(text) {
        Ok(()) => Read::Canonical(Cow::Borrowed(text)),
        Err(fault) => normalise(text, fault, width, check, rewrite).map(Cow::Owned),
    }
}

#[cold]
fn normalise(
    text: &str,
    fault: FaultCode,
    width: Width,
    check: Check,
    rewrite: Rewrite,
) -> Read<String> {
    let mut plain = Cow::Borrowed(text);
    let mut fault = fault;
    if let Some(folded) = fold(text, width) {
        if folded.text.is_empty() {
            return Read::Invalid(FaultCode::Empty);
        }
        match check(&folded.text) {
            Ok(()) => return Read::Normalised(folded.text, folded.change),
            Err(folded_fault) => fault = folded_fault,
        }
        plain = Cow::Owned(folded.text);
    }
    // Whatever else is wrong follows from the digits that are gone.
    if is_scientific(&plain) {
        return Read::Invalid(FaultCode::Scientific);
    }
    match rewrite(&plain) {
        Some((rewritten, change)) => match check(&rewritten) {
            Ok(()) => Read::Normalised(rewritten, change),
            Err(fault) => Read::Invalid(fault),
        },
        None => Read::Invalid(fault),
    }
}

fn write_value<T>(
    text: &str,
    read: Read<T>,
    write: impl FnOnce(T) -> String,
) -> Read<Cow<'_, str>> {
    match read {
        Read::Canonical(_) => Read::Canonical(Cow::Borrowed(text)),
        Read::Normalised(value, change) => Read::Normalised(Cow::Owned(write(value)), change),
        Read::Invalid(fault) => Read::Invalid(fault),
    }
}

/// The first two digits of the divisions of GB/T 2260, Hong Kong, Macao and Taiwan included.
fn is_province(first: u8, second: u8) -> bool {
    matches!(
        (first, second),
        (b'1' | b'6', b'1'..=b'5')
            | (b'2', b'1'..=b'3')
            | (b'3', b'1'..=b'7')
            | (b'4', b'1'..=b'6')
            | (b'5', b'0'..=b'4')
            | (b'7', b'1')
            | (b'8', b'1'..=b'2')
    )
}

/// The text without these separators, `None` when it has none of them.
fn without(text: &str, separators: &[char]) -> Option<(String, Change)> {
    if !text.contains(separators) {
        return None;
    }
    let only_spaces = text
        .chars()
        .all(|sign| sign == ' ' || !separators.contains(&sign));
    let kept = text
        .chars()
        .filter(|sign| !separators.contains(sign))
        .collect();
    let change = if only_spaces {
        Change::Space
    } else {
        Change::Separator
    };
    Some((kept, change))
}

/// `Character` where a sign is not allowed at all, `Length` where there are just too few or too many.
fn length_or_character(text: &str, allowed: impl Fn(u8) -> bool) -> FaultCode {
    if text.is_empty() {
        FaultCode::Empty
    } else if text.bytes().all(allowed) {
        FaultCode::Length
    } else {
        FaultCode::Character
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no standard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no standard")]
pub struct UnknownStandard(pub String);

impl FromStr for Standard {
    type Err = UnknownStandard;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or_else(|| UnknownStandard(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
