use serde::Serialize;

/// What a person should look at before the reading is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: FindingCode,
    /// What was found, in Chinese.
    pub message: String,
    /// What to do about it, in Chinese.
    pub mend: &'static str,
    /// Unicode code points from the start of the text.
    pub offset: usize,
    /// Line of the text, from 1.
    pub line: usize,
    /// The point it belongs to, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<u32>,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// The text ends inside a sentence, a bracket or a sign.
    Truncated,
    /// A number is missing between two points or chapters.
    NumberingGap,
    /// A number stands twice.
    NumberingRepeats,
    /// A bracket or a quotation mark is not closed.
    Unclosed,
    /// The title names no year.
    YearUnknown,
    /// A point names no responsible unit.
    NoUnit,
    /// A point names more than one leading unit.
    SeveralLeads,
    /// Two names may be one unit.
    UnitsAlike,
    /// A responsible unit is not named, such as 有关部门.
    UnitUnnamed,
    /// A row of the annexed table belongs to no point of the text.
    RowWithoutPoint,
    /// The text is much broken: signs are missing, or a recognition went wrong in places.
    Garbled,
    /// No figure was found in the whole text.
    NoTargets,
}

impl FindingCode {
    pub const ALL: [Self; 12] = [
        Self::Truncated,
        Self::NumberingGap,
        Self::NumberingRepeats,
        Self::Unclosed,
        Self::YearUnknown,
        Self::NoUnit,
        Self::SeveralLeads,
        Self::UnitsAlike,
        Self::UnitUnnamed,
        Self::RowWithoutPoint,
        Self::Garbled,
        Self::NoTargets,
    ];

    /// Stable name of the finding, under which `docs/plans.md` explains it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::NumberingGap => "numbering-gap",
            Self::NumberingRepeats => "numbering-repeats",
            Self::Unclosed => "unclosed",
            Self::YearUnknown => "year-unknown",
            Self::NoUnit => "no-unit",
            Self::SeveralLeads => "several-leads",
            Self::UnitsAlike => "units-alike",
            Self::UnitUnnamed => "unit-unnamed",
            Self::RowWithoutPoint => "row-without-point",
            Self::Garbled => "garbled",
            Self::NoTargets => "no-targets",
        }
    }

    pub(crate) fn mend(self) -> &'static str {
        match self {
            Self::Truncated => "请取完整的正文重新导入",
            Self::NumberingGap => "请核对原文是否缺段、漏号",
            Self::NumberingRepeats => "请核对原文编号",
            Self::Unclosed => "请核对此处的括号或引号",
            Self::YearUnknown => "请在导入时注明年份（--year）",
            Self::NoUnit => "由联席会议办公室指定，指定前显示为待定",
            Self::SeveralLeads => "一项任务只能有一个牵头单位，请明确其一",
            Self::UnitsAlike => "请核对是否为同一单位",
            Self::UnitUnnamed => "请列明具体单位",
            Self::RowWithoutPoint => "请核对附表与正文的对应关系",
            Self::Garbled => "请用原始电子文本，或校对后重新导入",
            Self::NoTargets => "请核对是否选对了文件",
        }
    }
}
