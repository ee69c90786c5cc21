use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Title;

/// The dimensions of data quality of GB/T 36344-2018.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    Conformance,
    Completeness,
    Accuracy,
    Consistency,
    Timeliness,
    Accessibility,
}

impl Dimension {
    pub const ALL: [Self; 6] = [
        Self::Conformance,
        Self::Completeness,
        Self::Accuracy,
        Self::Consistency,
        Self::Timeliness,
        Self::Accessibility,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Conformance => "conformance",
            Self::Completeness => "completeness",
            Self::Accuracy => "accuracy",
            Self::Consistency => "consistency",
            Self::Timeliness => "timeliness",
            Self::Accessibility => "accessibility",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dimension| dimension.name() == name)
    }

    pub fn title(self) -> Title {
        match self {
            Self::Conformance => Title::new("规范性", "conformance"),
            Self::Completeness => Title::new("完整性", "completeness"),
            Self::Accuracy => Title::new("准确性", "accuracy"),
            Self::Consistency => Title::new("一致性", "consistency"),
            Self::Timeliness => Title::new("时效性", "timeliness"),
            Self::Accessibility => Title::new("可访问性", "accessibility"),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! fault_codes {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $dimension:ident $zh:literal $en:literal;)+) => {
        /// Why a text has no value under its type or standard, or why a row cannot be read at all.
        ///
        /// The names are kept in quarantines and reports, so they never change.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[repr(u8)]
        pub enum FaultCode {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl FaultCode {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name, in kebab-case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            pub fn title(self) -> Title {
                match self {
                    $(Self::$variant => Title::new($zh, $en),)+
                }
            }

            /// The quality dimension that the fault counts against.
            pub fn dimension(self) -> Dimension {
                match self {
                    $(Self::$variant => Dimension::$dimension,)+
                }
            }
        }
    };
}

fault_codes! {
    /// There is no value where one is needed.
    Empty "empty" Completeness "缺少必填值" "missing value";
    /// The value is no text, and the standard is one of texts.
    NotText "not-text" Conformance "不是文本" "not a text";
    /// Too few or too many signs.
    Length "length" Conformance "长度错误" "wrong length";
    /// A sign that the standard does not know.
    Character "character" Conformance "含非法字符" "sign not allowed";
    /// The signs are right one by one and not in their order.
    Format "format" Conformance "格式错误" "wrong form";
    /// The check digit does not follow from the rest.
    CheckDigit "check-digit" Accuracy "校验位错误" "wrong check digit";
    /// No such province, or no area code where one is needed.
    Area "area" Accuracy "地区代码错误" "wrong area code";
    /// A number range that nobody was given.
    Prefix "prefix" Accuracy "号段错误" "wrong prefix";
    /// Department and kind signs that the standard does not pair.
    Kind "kind" Accuracy "机构类别错误" "wrong kind of body";
    /// No date, or one without day, month or year.
    Date "date" Conformance "不是日期" "not a date";
    /// A date that can be read in two ways.
    AmbiguousDate "ambiguous-date" Conformance "日期有歧义" "ambiguous date";
    /// A day that does not exist, or that nobody alive was born on.
    ImpossibleDate "impossible-date" Accuracy "日期不存在" "impossible date";
    /// No time of day.
    Time "time" Conformance "不是时间" "not a time";
    /// No number.
    Number "number" Conformance "不是数字" "not a number";
    /// More digits, before or after the point, than the type has places for.
    Digits "digits" Conformance "数字位数超限" "too many digits";
    /// A number or a code written with an exponent, of which digits are usually lost.
    Scientific "scientific" Accuracy "科学计数法，位数已丢失：请把该列设为文本后重新导出" "scientific notation, digits are lost: format the column as text and export it again";
    /// Neither yes nor no.
    Boolean "boolean" Conformance "不是是否值" "neither yes nor no";
    /// Outside of the range of the type or the column.
    Range "range" Accuracy "超出范围" "out of range";
    /// Not in the code list.
    CodeList "code-list" Conformance "不在代码表中" "not in the code list";
    /// The row has another number of cells than the header.
    CellCount "cell-count" Conformance "列数不符" "wrong number of cells";
    /// Bytes that are no text in the encoding of the file.
    Encoding "encoding" Conformance "编码错误" "wrong encoding";
    /// A quote is opened and never closed.
    OpenQuote "open-quote" Conformance "引号未闭合" "quote never closed";
    /// The record is no value of its format.
    Syntax "syntax" Conformance "记录语法错误" "malformed record";
    /// A control sign that no text has, such as NUL.
    ControlCharacter "control-character" Conformance "含控制字符" "control character";
    /// A cell longer than the limit for one cell.
    CellTooLong "cell-too-long" Conformance "单元格过长" "cell too long";
    /// A row with this key was kept before.
    Duplicate "duplicate" Accuracy "主键重复" "duplicate key";
    /// The value is not in the dataset that the column refers to.
    Reference "reference" Consistency "引用不存在" "unknown reference";
}

impl FaultCode {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
