//! The kinds of fault that are planted, and the truth about each planted one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a collector has to do with a row that has a planted fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Kept out of the lake with a reason.
    Quarantined,
    /// Kept in the lake and reported: a value that is normalised, or a soft check.
    Reported,
    /// No record at all, such as a repeated header: kept out of the lake, with or without a reason.
    LeftOut,
    /// Replaced by a later row of the same key, where a later row wins.
    Superseded,
    /// The whole file is refused, or its last row is kept out.
    Refused,
}

impl Verdict {
    /// The row must not reach the lake.
    pub fn keeps_out(self) -> bool {
        matches!(self, Self::Quarantined | Self::LeftOut | Self::Refused)
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal;)*) => {
        /// A kind of planted fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum DefectKind {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)*
        }

        impl DefectKind {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// A citizen number or credit code with a wrong check digit.
    CheckDigit "check-digit";
    /// A citizen number of a province that does not exist, its check digit right.
    Area "area";
    /// A day that no calendar has.
    ImpossibleDate "impossible-date";
    /// A date with day and month in an order that nobody can tell.
    AmbiguousDate "ambiguous-date";
    /// A row that came before, sign for sign.
    DuplicateKey "duplicate-key";
    /// A row with the key of an earlier one and other content.
    NearDuplicate "near-duplicate";
    /// A cell too many or too few, so that the rest is shifted.
    CellCount "cell-count";
    /// Bytes of another encoding inside a line.
    Encoding "encoding";
    /// A needed cell without a value.
    MissingRequired "missing-required";
    /// Sex and 17th digit of the number disagree.
    SexDisagrees "sex-disagrees";
    /// Birth date and digits 7 to 14 of the number disagree.
    BirthDisagrees "birth-disagrees";
    /// Two shares do not add up to their total.
    SumDisagrees "sum-disagrees";
    /// A later event before an earlier one.
    DateOrder "date-order";
    /// A number far outside of what is possible.
    Range "range";
    /// An amount below zero.
    NegativeAmount "negative-amount";
    /// A code that the list does not have.
    CodeList "code-list";
    /// A division of another city.
    WrongDivision "wrong-division";
    /// A household number of another form.
    BadHousehold "bad-household";
    /// Coordinates outside of the city.
    OutOfTheCity "out-of-the-city";
    /// Hundreds of characters where a few are usual.
    TooLong "too-long";
    /// A control character inside a text.
    ControlCharacter "control-character";
    /// A telephone number with a digit too few.
    ShortNumber "short-number";
    /// Words where a number belongs.
    NotANumber "not-a-number";
    /// A number with an exponent.
    Scientific "scientific";
    /// A record that its own format cannot read.
    BrokenRecord "broken-record";
    /// The header once more between the rows.
    HeaderRepeated "header-repeated";
    /// A row of totals between the rows.
    TotalRow "total-row";
    /// A placeholder for a missing measurement.
    MissingMarker "missing-marker";
    /// A measurement between two hours.
    OffTheHour "off-the-hour";
    /// A delivery that ends in the middle of a row.
    TruncatedFile "truncated-file";
    /// A reference to something that is not registered.
    Orphan "orphan";
    /// A road that the town does not have.
    NoSuchAddress "no-such-address";
    /// Full-width digits and letters.
    FullWidth "full-width";
    /// A date in another form that can be read in one way only.
    DateForm "date-form";
    /// A date as the serial number of a spreadsheet.
    ExcelSerial "excel-serial";
    /// A number with thousands separators, or stored as a text.
    NumberAsText "number-as-text";
    /// Spaces around a value.
    Spaces "spaces";
    /// A mobile number with its country code.
    Plus86 "plus-86";
    /// A citizen number in the form of before 1999.
    FifteenDigits "id-15-digits";
    /// A code in small letters.
    LowerCase "lower-case";
}

impl DefectKind {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// One planted fault, a line of `truth.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// The file, relative to the folder of the simulation.
    pub file: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<Arc<str>>,
    pub dataset: Arc<str>,
    /// Place of the row among the rows below the header, from 1.
    pub row: u64,
    /// The key of the row as it stands in the file; several columns are joined by `|`.
    pub key: String,
    pub column: Option<Arc<str>>,
    pub kind: DefectKind,
    /// The reason that a collector is expected to give: a fault code, a change, or the name of a check.
    pub reason: Arc<str>,
    pub verdict: Verdict,
    /// The row has to be kept out of the lake.
    pub hard: bool,
    /// For a duplicate: the row of the same key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<u64>,
}

/// A fault worked into a row: where, the reason to expect, and what is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planted {
    pub(crate) column: Option<&'static str>,
    pub(crate) reason: &'static str,
    pub(crate) verdict: Verdict,
}

impl Planted {
    pub(crate) fn hard(column: &'static str, reason: &'static str) -> Self {
        Self {
            column: Some(column),
            reason,
            verdict: Verdict::Quarantined,
        }
    }

    pub(crate) fn soft(column: &'static str, reason: &'static str) -> Self {
        Self {
            column: Some(column),
            reason,
            verdict: Verdict::Reported,
        }
    }

    pub(crate) fn row(reason: &'static str, verdict: Verdict) -> Self {
        Self {
            column: None,
            reason,
            verdict,
        }
    }
}
