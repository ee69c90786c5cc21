//! What the columns of a delivered file seem to be: the start of a pack.
//!
//! A proposal rests on the values first and on the header second. A standard whose values look like plain numbers or
//! words (a name, a division, a bank card) needs the header's word for it too.

use std::path::Path;

use serde::Serialize;
use yandu_decode::{Hints, Report};
use yandu_words::{Change, Read, Standard, ValueType, value};

use crate::{Result, headers};

/// Rows that a proposal looks at.
const SAMPLE_ROWS: usize = 5_000;
/// The share of values that must fit.
const ENOUGH: f64 = 0.9;
/// Distinct values of a column that may be a list of codes.
const MOST_CODES: usize = 12;

/// What a column seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guess {
    Standard(Standard),
    Type(ValueType),
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnProposal {
    pub header: String,
    pub guess: Guess,
    /// Of numbers the unit that the header names, or else the title above the table.
    pub unit: Option<String>,
    /// Whether no value of the sample is empty.
    pub required: bool,
    /// Whether no value of the sample stands twice.
    pub unique: bool,
    /// Why, for the comment beside the column.
    pub evidence: String,
    /// The values, where they are few.
    pub values: Vec<String>,
}

/// A file as it was understood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileProposal {
    pub report: Report,
    pub columns: Vec<ColumnProposal>,
    /// Rows that were looked at.
    pub rows: usize,
}

/// Looks at the first rows of a file.
pub fn propose(path: &Path, hints: &Hints) -> Result<FileProposal> {
    let opened = yandu_decode::open(path, hints)?;
    let mut cells: Vec<Vec<String>> = vec![Vec::new(); opened.header.len()];
    let mut rows = 0;
    for block in opened.rows.into_blocks() {
        let block = block?;
        for row in 0..block.rows() {
            if block.faults.iter().any(|fault| fault.row as usize == row) {
                continue;
            }
            for (column, values) in cells.iter_mut().enumerate() {
                values.push(block.cell(row, column).unwrap_or_default().to_owned());
            }
            rows += 1;
        }
        if rows >= SAMPLE_ROWS {
            break;
        }
    }
    let units = headers::units_in_titles(&opened.report.titles);
    let columns = opened
        .header
        .iter()
        .zip(cells)
        .map(|(header, values)| column(header, &values, &units))
        .collect();
    Ok(FileProposal {
        report: opened.report,
        columns,
        rows,
    })
}

fn column(header: &str, cells: &[String], units: &[String]) -> ColumnProposal {
    let values: Vec<&str> = cells
        .iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty() && !is_empty_word(cell))
        .collect();
    let mut distinct: Vec<&str> = values.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let (guess, fits) = guess(header, &values);
    let evidence = if values.is_empty() {
        "no value in the sample".to_owned()
    } else {
        format!(
            "{fits} of {} values fit, {} distinct",
            values.len(),
            distinct.len()
        )
    };
    let unit = unit(header, guess, units);
    let evidence = match &unit {
        Some((unit, true)) => {
            format!("{evidence}; the title says that numbers are in {unit}: are these?")
        }
        Some((_, false)) | None => evidence,
    };
    ColumnProposal {
        header: header.to_owned(),
        guess,
        unit: unit.map(|(unit, _)| unit),
        required: !cells.is_empty() && values.len() == cells.len(),
        unique: values.len() > 1 && distinct.len() == values.len(),
        evidence,
        values: if distinct.len() <= MOST_CODES && values.len() > 3 * distinct.len() {
            distinct.into_iter().map(ToOwned::to_owned).collect()
        } else {
            Vec::new()
        },
    }
}

/// Words of headers under which a whole number is an amount of something.
const AMOUNTS: [&str; 11] = [
    "额", "费", "投资", "收入", "支出", "产值", "资金", "利润", "税", "资产", "成本",
];

/// The unit of a column of numbers, and whether it is that of the title above the table: it is taken for numbers with a point
/// and for amounts, because numbers of things are counted one by one in tables of any unit.
fn unit(header: &str, guess: Guess, units: &[String]) -> Option<(String, bool)> {
    let is_amount = match guess {
        Guess::Type(ValueType::Integer) => has_word(header, &AMOUNTS),
        Guess::Type(ValueType::Decimal { .. } | ValueType::Float)
        | Guess::Standard(Standard::Money) => true,
        Guess::Type(_) | Guess::Standard(_) => return None,
    };
    let own = headers::unit_in_header(header).map(|unit| (unit, false));
    own.or_else(|| match units {
        [unit] if is_amount => Some((unit.clone(), true)),
        _ => None,
    })
}

fn is_empty_word(cell: &str) -> bool {
    matches!(
        cell,
        "NULL" | "null" | "NA" | "N/A" | "n/a" | "NaN" | "nan" | "\\N" | "-" | "--"
    )
}

fn guess(header: &str, values: &[&str]) -> (Guess, usize) {
    const TEXT: Guess = Guess::Type(ValueType::Text);
    if values.is_empty() {
        return (TEXT, 0);
    }
    let enough = |fits: usize| fits as f64 >= ENOUGH * values.len() as f64;
    for (standard, words) in STANDARDS {
        if !words.is_empty() && !has_word(header, words) {
            continue;
        }
        let fits = values
            .iter()
            .filter(|value| standard.read_text(value).value().is_some())
            .count();
        if enough(fits) {
            return (Guess::Standard(standard), fits);
        }
    }
    let dated = has_word(
        header,
        &["日期", "时间", "日", "date", "time", "day", "day of"],
    );
    if names_something(header) {
        return (TEXT, values.len());
    }
    for (value_type, fits) in types(values, dated) {
        if enough(fits) {
            return (Guess::Type(value_type), fits);
        }
    }
    (TEXT, values.len())
}

/// Standards in the order in which they are tried, with the words one of which the header must have.
const STANDARDS: [(Standard, &[&str]); 13] = [
    (Standard::ResidentId, &[]),
    (Standard::Uscc, &[]),
    (Standard::Email, &[]),
    (Standard::Ip, &[]),
    (Standard::Mobile, &[]),
    (Standard::Landline, &["电话", "传真", "phone", "tel", "fax"]),
    (Standard::Plate, &["车牌", "号牌", "plate"]),
    (Standard::BankCard, &["银行卡", "卡号", "账号", "card"]),
    (
        Standard::Month,
        &["月份", "统计月", "所属月", "所属期", "month"],
    ),
    (
        Standard::OrganisationCode,
        &["组织机构", "organisation code"],
    ),
    (
        Standard::Division,
        &["区划", "行政区", "乡镇", "街道", "division", "township"],
    ),
    (
        Standard::Address,
        &["地址", "住址", "住所", "坐落", "address"],
    ),
    (
        Standard::Name,
        &["姓名", "法定代表人", "负责人", "联系人", "name of person"],
    ),
];

/// The ends of headers whose values name something, whatever they look like: they are no numbers, because their zeros and
/// their dashes count.
const NAMES: [&str; 19] = [
    "编号",
    "编码",
    "代码",
    "号码",
    "证号",
    "证件",
    "身份证",
    "电话",
    "手机",
    "座机",
    "传真",
    "联系方式",
    "邮编",
    "邮政编码",
    "账号",
    "帐号",
    "区划",
    "条码",
    "号",
];

/// Such words of other languages, alone or behind a separator.
const NAMES_ABROAD: [&str; 9] = [
    "id",
    "code",
    "phone",
    "telephone",
    "tel",
    "mobile",
    "fax",
    "postcode",
    "zip",
];

/// Ends that are numbers although they end like a name: a count from one on, and the strength of a signal.
const NUMBERS: [&str; 2] = ["序号", "信号"];

fn names_something(header: &str) -> bool {
    let bare = header
        .split(['(', '（', '[', '【'])
        .next()
        .unwrap_or(header);
    let bare = bare.trim_matches(|sign: char| {
        sign.is_whitespace() || sign.is_ascii_digit() || matches!(sign, '*' | ':' | '：')
    });
    let ends_as = |words: &[&str]| words.iter().any(|word| bare.ends_with(word));
    if ends_as(&NUMBERS) {
        return false;
    }
    let lower = bare.to_lowercase();
    let last = lower.rsplit(|sign: char| !sign.is_alphanumeric()).next();
    ends_as(&NAMES) || last.is_some_and(|last| NAMES_ABROAD.contains(&last))
}

fn has_word(header: &str, words: &[&str]) -> bool {
    let header = header.to_lowercase();
    words.iter().any(|word| header.contains(word))
}

fn types(values: &[&str], dated: bool) -> [(ValueType, usize); 6] {
    let count = |fits: &dyn Fn(&str) -> bool| values.iter().filter(|value| fits(value)).count();
    // A bare number is a date only where the header says so.
    let is_written = |change: Option<Change>| dated || !matches!(change, Some(Change::ExcelSerial));
    let compact = |value: &str| value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = |value: &str| {
        let read = value::parse_date(value);
        let change = read.change();
        // A time of day cut off would be lost: such a column is a timestamp.
        change != Some(Change::TimeDropped)
            && is_written(change)
            && (dated || !compact(value))
            && read.value().is_some()
    };
    let is_timestamp = |value: &str| {
        let read = value::parse_timestamp(value);
        is_written(read.change()) && (dated || !compact(value)) && read.value().is_some()
    };
    [
        (
            ValueType::Boolean,
            count(&|value| {
                matches!(
                    value.to_lowercase().as_str(),
                    "是" | "否" | "有" | "无" | "true" | "false" | "yes" | "no" | "y" | "n"
                )
            }),
        ),
        // A number with leading zeros is a code.
        (
            ValueType::Integer,
            if dated && values.iter().all(|value| is_date(value)) {
                0
            } else {
                count(&|value| !is_code(value) && value::parse_integer(value).value().is_some())
            },
        ),
        (ValueType::Date, count(&is_date)),
        (ValueType::Timestamp, count(&is_timestamp)),
        (
            ValueType::Time,
            count(&|value| value.contains(':') && value::parse_time(value).value().is_some()),
        ),
        (
            ValueType::Float,
            count(&|value| {
                !is_code(value)
                    && matches!(
                        value::parse_float(value),
                        Read::Canonical(_) | Read::Normalised(..)
                    )
            }),
        ),
    ]
}

fn is_code(value: &str) -> bool {
    !value.contains('.') && (value.len() > 18 || (value.len() > 1 && value.starts_with('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(header: &str, values: &[&str]) -> Guess {
        guess(header, values).0
    }

    #[test]
    fn values_say_what_a_column_is() {
        let standard = |standard| Guess::Standard(standard);
        let value_type = |value_type| Guess::Type(value_type);
        assert_eq!(
            guessed("a", &["320902199001011236"]),
            standard(Standard::ResidentId)
        );
        assert_eq!(
            guessed("联系方式", &["13800138000", "13900139000"]),
            standard(Standard::Mobile)
        );
        assert_eq!(
            guessed("数量", &["1", "22", "-3"]),
            value_type(ValueType::Integer)
        );
        assert_eq!(
            guessed("面积", &["1.5", "22", "3.25"]),
            value_type(ValueType::Float)
        );
        assert_eq!(
            guessed("比例", &["0.09674853860747218"]),
            value_type(ValueType::Float)
        );
        assert_eq!(
            guessed("d", &["2024-01-02", "2024/3/4"]),
            value_type(ValueType::Date)
        );
        assert_eq!(
            guessed("t", &["2024-01-02 08:00:00"]),
            value_type(ValueType::Timestamp)
        );
        assert_eq!(
            guessed("编号", &["0012", "0013"]),
            value_type(ValueType::Text)
        );
        assert_eq!(
            guessed("是否", &["是", "否"]),
            value_type(ValueType::Boolean)
        );
    }

    #[test]
    fn a_bare_number_is_a_date_only_under_a_header_that_says_so() {
        assert_eq!(
            guessed("面积", &["45292", "45293"]),
            Guess::Type(ValueType::Integer)
        );
        assert_eq!(
            guessed("成立日期", &["45292", "45293"]),
            Guess::Type(ValueType::Date)
        );
        assert_eq!(
            guessed("成立日期", &["20240101"]),
            Guess::Type(ValueType::Date)
        );
    }

    #[test]
    fn what_names_something_is_text_whatever_its_values_look_like() {
        for header in [
            "联系电话",
            "区划代码",
            "证件号",
            "证件号码（必填）",
            "邮编",
            "电话1",
            "楼号",
            "shop_id",
            "Postcode",
        ] {
            assert_eq!(
                guessed(header, &["320", "13800138000", "12.5", "无"]),
                Guess::Type(ValueType::Text),
                "{header}"
            );
            assert_eq!(
                guessed(header, &["320", "321", "322", "323"]),
                Guess::Type(ValueType::Text),
                "{header}"
            );
        }
        for header in ["序号", "信号", "证件数", "电话费", "账户数量", "ideas"] {
            assert_eq!(
                guessed(header, &["1", "2"]),
                Guess::Type(ValueType::Integer),
                "{header}"
            );
        }
        assert_eq!(
            guessed("统计月份", &["2026年10月", "202611"]),
            Guess::Standard(Standard::Month)
        );
        assert_eq!(
            guessed("月份", &["1", "12"]),
            Guess::Type(ValueType::Integer)
        );
    }

    #[test]
    fn a_unit_is_taken_from_the_header_or_else_from_the_title() {
        let cells = |cells: &[&str]| -> Vec<String> {
            cells.iter().map(|cell| (*cell).to_owned()).collect()
        };
        let units = ["万元".to_owned()];
        for (header, values, expected) in [
            ("总投资", ["35.5", "12.25"], Some("万元")),
            ("总投资", ["35", "12"], Some("万元")),
            ("面积（亩）", ["35.5", "12.25"], Some("亩")),
            ("件数", ["35", "12"], None),
            ("联系电话", ["35", "12"], None),
        ] {
            let found = column(header, &cells(&values), &units);
            assert_eq!(found.unit.as_deref(), expected, "{header} {values:?}");
        }
    }

    #[test]
    fn a_weak_standard_needs_its_word_in_the_header() {
        assert_eq!(
            guessed("姓名", &["王芳", "李强"]),
            Guess::Standard(Standard::Name)
        );
        assert_eq!(
            guessed("等级", &["优秀", "良好"]),
            Guess::Type(ValueType::Text)
        );
        assert_eq!(
            guessed("等级", &["224001"]),
            Guess::Type(ValueType::Integer)
        );
        assert_eq!(
            guessed("行政区划", &["320902"]),
            Guess::Standard(Standard::Division)
        );
    }
}
