use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FaultCode, Title};

/// What a text is under a type or a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Read<T> {
    /// The text is already written as the standard wants it.
    Canonical(T),
    /// The text has one possible meaning, written another way: the value, and what was changed. Where
    /// several things were changed, it is the one that says most about the text.
    Normalised(T, Change),
    /// The text has no value under the standard, or more than one.
    Invalid(FaultCode),
}

impl<T> Read<T> {
    pub fn map<U>(self, change_value: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Canonical(value) => Read::Canonical(change_value(value)),
            Self::Normalised(value, change) => Read::Normalised(change_value(value), change),
            Self::Invalid(fault) => Read::Invalid(fault),
        }
    }

    /// The value, canonical or normalised.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Canonical(value) | Self::Normalised(value, _) => Some(value),
            Self::Invalid(_) => None,
        }
    }

    pub fn fault(&self) -> Option<FaultCode> {
        match self {
            Self::Invalid(fault) => Some(*fault),
            Self::Canonical(_) | Self::Normalised(..) => None,
        }
    }

    pub fn change(&self) -> Option<Change> {
        match self {
            Self::Normalised(_, change) => Some(*change),
            Self::Canonical(_) | Self::Invalid(_) => None,
        }
    }

    /// The same reading of a text that `change` had already been made to.
    ///
    /// A canonical value becomes a normalised one; a value that needed a further change keeps that
    /// one, because it is the more telling.
    #[must_use]
    pub(crate) fn after(self, change: Change) -> Self {
        match self {
            Self::Canonical(value) => Self::Normalised(value, change),
            other => other,
        }
    }
}

/// Why a value was normalised.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Change {
    /// Spaces around the value, or inside where it has none.
    Space,
    /// Full-width digits, letters or punctuation.
    FullWidth,
    /// Letters in the other case.
    Case,
    /// Thousands separators, dashes, dots or brackets that do not belong to the value.
    Separator,
    /// A currency sign or word.
    Currency,
    /// Zeros before a number, or a plus sign.
    LeadingZero,
    /// Zeros after the decimal point that the type has no place for.
    TrailingZero,
    /// The country code of a telephone number.
    CountryCode,
    /// A resident number of fifteen digits.
    FifteenDigits,
    /// A date or time written in another, unambiguous way.
    DateForm,
    /// A date written in Chinese numerals.
    ChineseNumerals,
    /// The serial number of a day as spreadsheets store it.
    ExcelSerial,
    /// A time of day cut off a date.
    TimeDropped,
    /// A time given with its offset from UTC.
    Offset,
}

impl Change {
    pub const ALL: [Self; 14] = [
        Self::Space,
        Self::FullWidth,
        Self::Case,
        Self::Separator,
        Self::Currency,
        Self::LeadingZero,
        Self::TrailingZero,
        Self::CountryCode,
        Self::FifteenDigits,
        Self::DateForm,
        Self::ChineseNumerals,
        Self::ExcelSerial,
        Self::TimeDropped,
        Self::Offset,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::FullWidth => "full-width",
            Self::Case => "case",
            Self::Separator => "separator",
            Self::Currency => "currency",
            Self::LeadingZero => "leading-zero",
            Self::TrailingZero => "trailing-zero",
            Self::CountryCode => "country-code",
            Self::FifteenDigits => "fifteen-digits",
            Self::DateForm => "date-form",
            Self::ChineseNumerals => "chinese-numerals",
            Self::ExcelSerial => "excel-serial",
            Self::TimeDropped => "time-dropped",
            Self::Offset => "offset",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.name() == name)
    }

    pub fn title(self) -> Title {
        match self {
            Self::Space => Title::new("去除空格", "spaces removed"),
            Self::FullWidth => Title::new("全角转半角", "full-width signs folded"),
            Self::Case => Title::new("统一大小写", "letter case changed"),
            Self::Separator => Title::new("去除分隔符", "separators removed"),
            Self::Currency => Title::new("去除货币符号", "currency sign removed"),
            Self::LeadingZero => Title::new("去除前导零", "leading zeros removed"),
            Self::TrailingZero => Title::new("去除多余小数零", "trailing zeros removed"),
            Self::CountryCode => Title::new("去除国家代码", "country code removed"),
            Self::FifteenDigits => {
                Title::new("15位证件号升为18位", "fifteen-digit number extended")
            }
            Self::DateForm => Title::new("统一日期写法", "date form changed"),
            Self::ChineseNumerals => {
                Title::new("中文数字转日期", "date read from Chinese numerals")
            }
            Self::ExcelSerial => {
                Title::new("表格序列号转日期", "date read from a spreadsheet serial")
            }
            Self::TimeDropped => Title::new("去除时刻", "time of day dropped"),
            Self::Offset => Title::new("换算时区", "converted from its UTC offset"),
        }
    }
}
