//! Reports that units fill month by month: files of the form, each with a photograph beside it. Some are late, one is corrected by a
//! later one, and the newest of one unit has not come.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::Error;
use crate::delivery::{Context, Output, Report};
use crate::random::{Purpose, Stream};

/// The first month that is reported.
const SINCE: Date = date(2025, 1, 1);

/// A form with what its unit reports.
struct Form {
    folder: &'static str,
    name: &'static str,
    unit: &'static str,
    reporter: &'static str,
    /// Months whose report has not come, counted back from the newest that is over.
    missing: usize,
    /// What is filled for a month, by its number, from 1.
    values: fn(i8) -> Value,
}

const FUTURE_INDUSTRY: Form = Form {
    folder: "inbox/form_future_industry",
    name: "未来产业",
    unit: "市发改委",
    reporter: "陈建华",
    missing: 0,
    values: |month| match month {
        4 => json!({"achieved": 1, "names": "新型储能", "progress": "储能电池首条产线投产"}),
        8 => {
            json!({"achieved": 1, "names": "新一代高效太阳能电池", "progress": "转换效率通过第三方检测"})
        }
        11 => json!({"achieved": 1, "names": "氢能", "progress": "制氢装备通过验收"}),
        _ => json!({"achieved": 0, "progress": "按计划推进"}),
    },
};

const CONTEST: Form = Form {
    folder: "inbox/form_contest",
    name: "数据要素大赛",
    unit: "市数据局",
    reporter: "周海燕",
    missing: 1,
    values: |month| match month {
        3 => json!({"tracks": 0, "fields": 4, "names": "工业制造、现代农业、商贸流通、交通运输"}),
        5 => {
            json!({"tracks": 1, "fields": 5, "names": "承办绿色低碳赛道；金融服务、科技创新、文化旅游、医疗健康、应急管理"})
        }
        6 => json!({"tracks": 0, "fields": 2, "names": "气象服务、城市治理"}),
        _ => json!({"tracks": 0, "fields": 0}),
    },
};

pub(crate) fn future_industry(context: &Context<'_>) -> Result<Report, Error> {
    write(context, &FUTURE_INDUSTRY, 1)
}

pub(crate) fn contest(context: &Context<'_>) -> Result<Report, Error> {
    write(context, &CONTEST, 2)
}

fn write(context: &Context<'_>, form: &Form, number: u64) -> Result<Report, Error> {
    let today = context.options.date;
    let mut months: Vec<Date> =
        std::iter::successors(Some(SINCE), |month| Some(month.saturating_add(1.month())))
            .take_while(|month| month.last_of_month() < today)
            .collect();
    months.truncate(months.len().saturating_sub(form.missing));
    for (place, first) in months.iter().enumerate() {
        let mut stream = Stream::new(
            context.options.seed,
            Purpose::Form,
            number << 32 | place as u64,
        );
        let period = format!("{:04}-{:02}", first.year(), first.month());
        let picture = format!("{}_{period}.png", form.name);
        put(context, form, &picture, &png(&mut stream))?;
        // Most are filled within a week, one in six later than is asked for.
        let days = if stream.below(6) == 0 {
            stream.between(12, 25)
        } else {
            stream.between(1, 6)
        };
        let filled_on = first
            .last_of_month()
            .saturating_add(i64::from(days).days())
            .min(today);
        let mut report = |month: i8| {
            json!({
                "unit": form.unit,
                "period": period,
                "values": (form.values)(month),
                "evidence": [picture],
                "reporter": form.reporter,
                "filled_on": filled_on,
                "submission": format!("{:016x}", stream.word()),
            })
        };
        // In June a report with the values of another month comes first.
        let first_month = if first.month() == 6 { 1 } else { first.month() };
        let file = format!("{}_{period}.json", form.name);
        put(context, form, &file, &text(&report(first_month)))?;
        if first.month() == 6 {
            let file = format!("{}_{period}_更正.json", form.name);
            put(context, form, &file, &text(&report(first.month())))?;
        }
    }
    Ok(Report::default())
}

fn text(report: &Value) -> Vec<u8> {
    let mut text = report.to_string().into_bytes();
    text.push(b'\n');
    text
}

fn put(context: &Context<'_>, form: &Form, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let mut file = Output::create(&context.options.out, &format!("{}/{name}", form.folder))?;
    file.write(bytes)?;
    file.finish()?;
    Ok(())
}

const SIDE: u32 = 64;

/// A picture of coloured fields (PNG, ISO/IEC 15948), its rows stored and not compressed.
fn png(stream: &mut Stream) -> Vec<u8> {
    let mut rows = Vec::new();
    let fields: Vec<[u8; 3]> = (0..16)
        .map(|_| stream.word().to_le_bytes())
        .map(|[red, green, blue, ..]| [red, green, blue])
        .collect();
    for y in 0..SIDE {
        rows.push(0);
        for x in 0..SIDE {
            let field = (y / 16 * 4 + x / 16) as usize;
            rows.extend(fields.get(field).copied().unwrap_or_default());
        }
    }
    let length = rows.len() as u16;
    let mut stored = vec![0x78, 0x01, 0x01];
    stored.extend(length.to_le_bytes());
    stored.extend((!length).to_le_bytes());
    stored.extend(&rows);
    stored.extend(adler(&rows).to_be_bytes());
    let mut header = [SIDE.to_be_bytes(), SIDE.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [(b"IHDR", header), (b"IDAT", stored), (b"IEND", Vec::new())] {
        let chunk = [&name[..], &body].concat();
        picture.extend((body.len() as u32).to_be_bytes());
        picture.extend(&chunk);
        picture.extend(crc(&chunk).to_be_bytes());
    }
    picture
}

fn adler(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_of_a_picture_are_those_of_the_standards() {
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }
}
