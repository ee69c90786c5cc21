//! The text of a workbook cell, as its author saw it but without the format.

use calamine::{Data, ExcelDateTime};
use yandu_check::block::RowFaultKind;

/// A cell as it stands in its sheet.
pub(crate) struct Written {
    pub(crate) data: Data,
    /// It has a formula, and whoever wrote it did not compute its value.
    pub(crate) is_uncomputed: bool,
    /// As many digits are shown at least, with zeros before the number.
    pub(crate) digits: usize,
}

impl Written {
    pub(crate) fn plain(data: Data) -> Self {
        Self {
            data,
            is_uncomputed: false,
            digits: 0,
        }
    }

    pub(crate) fn holds_something(&self) -> bool {
        self.is_uncomputed || self.data != Data::Empty
    }

    pub(crate) fn text(self) -> CellText {
        if self.is_uncomputed {
            return CellText {
                text: None,
                fault: Some(Lost::Uncomputed),
            };
        }
        let is_number = matches!(self.data, Data::Int(_) | Data::Float(_));
        let mut read = cell_text(self.data);
        if let Some(text) = read.text.as_mut().filter(|_| is_number) {
            let missing = self.digits.saturating_sub(text.len());
            if missing > 0 && text.bytes().all(|byte| byte.is_ascii_digit()) {
                text.insert_str(0, &"0".repeat(missing));
            }
        }
        read
    }
}

/// Text of a cell; the fault is that of its row.
pub(crate) struct CellText {
    pub(crate) text: Option<String>,
    pub(crate) fault: Option<Lost>,
}

/// What cannot be read from a cell.
pub(crate) enum Lost {
    /// `#N/A` and the like.
    ErrorValue(String),
    /// A number with more digits than a workbook keeps.
    Digits(usize),
    /// The value of a formula that nobody computed.
    Uncomputed,
}

impl Lost {
    pub(crate) fn kind(&self, column: &str) -> RowFaultKind {
        match self {
            Self::ErrorValue(value) => RowFaultKind::syntax(
                format!("“{column}”列是错误值 {value}"),
                format!("the error value `{value}` in column `{column}`"),
            ),
            Self::Digits(count) => RowFaultKind::syntax(
                format!("“{column}”列的数字有 {count} 位，工作簿只保留 15 位，末尾几位已经丢失"),
                format!(
                    "a number of {count} digits in column `{column}`: a workbook keeps 15, the last ones are lost"
                ),
            ),
            Self::Uncomputed => RowFaultKind::syntax(
                format!("“{column}”列的公式没有保存计算结果，请用 Excel 打开并保存后重新报送"),
                format!(
                    "a formula without a stored value in column `{column}`: open the file in Excel, save it and deliver it again"
                ),
            ),
        }
    }
}

fn cell_text(data: Data) -> CellText {
    let plain = |text: String| CellText {
        text: Some(text).filter(|text| !text.is_empty()),
        fault: None,
    };
    match data {
        Data::Empty => plain(String::new()),
        Data::String(text) => plain(text),
        Data::Int(number) => plain(number.to_string()),
        Data::Float(number) => float(number),
        Data::Bool(value) => plain(value.to_string()),
        Data::DateTime(value) => plain(date_time(&value)),
        Data::DateTimeIso(text) => plain(iso_date(&text)),
        Data::DurationIso(text) => plain(iso_duration(&text).unwrap_or(text)),
        Data::Error(error) => {
            let value = error.to_string();
            CellText {
                text: Some(value.clone()),
                fault: Some(Lost::ErrorValue(value)),
            }
        }
    }
}

/// Excel keeps 15 significant digits (ISO/IEC 29500-1, 18.17); a longer integer was an identifier.
fn float(number: f64) -> CellText {
    let text = number_text(number);
    let digits = text.len();
    let lost = number.fract() == 0.0 && (1e15..1e19).contains(&number);
    CellText {
        text: Some(text),
        fault: lost.then_some(Lost::Digits(digits)),
    }
}

/// A number without the traces of binary fractions.
pub(crate) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e19 {
        // Adding zero turns minus zero into zero.
        return format!("{:.0}", number + 0.0);
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

const MILLISECONDS_OF_DAY: f64 = 86_400_000.0;

fn date_time(value: &ExcelDateTime) -> String {
    let serial = value.as_f64();
    if value.is_duration() {
        return clock((serial * MILLISECONDS_OF_DAY).round());
    }
    if !(0.0..2_958_466.0).contains(&serial) {
        return number_text(serial);
    }
    let (year, month, day, hour, minute, second, millisecond) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let fraction = if millisecond == 0 {
        String::new()
    } else {
        format!(".{millisecond:03}")
    };
    let time = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    if serial < 1.0 && serial > 0.0 {
        time
    } else if (hour, minute, second, millisecond) == (0, 0, 0, 0) {
        date
    } else {
        format!("{date} {time}")
    }
}

/// A span of time in hours, minutes and seconds.
fn clock(milliseconds: f64) -> String {
    let sign = if milliseconds < 0.0 { "-" } else { "" };
    let seconds = (milliseconds.abs() / 1000.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{sign}{hours:02}:{minutes:02}:{seconds:02}")
}

fn iso_date(text: &str) -> String {
    match text.split_once('T') {
        Some((date, "00:00:00")) => date.to_owned(),
        Some((date, time)) => format!("{date} {time}"),
        None => text.to_owned(),
    }
}

/// `PT10H30M00S` as `10:30:00`.
fn iso_duration(text: &str) -> Option<String> {
    let rest = text.strip_prefix("PT")?;
    let (hours, rest) = rest.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?;
    let seconds: f64 = seconds.parse().ok()?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(format!("{hours:02}:{minutes:02}:{seconds:02.0}"))
}
