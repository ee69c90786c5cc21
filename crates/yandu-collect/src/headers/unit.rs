//! The unit that a title above a table names, such as `单位：万元`, beside the one that a column is declared in.

/// Signs that say how many of a unit are counted as one.
const TIMES: [(char, u64); 5] = [
    ('十', 10),
    ('百', 100),
    ('千', 1_000),
    ('万', 10_000),
    ('亿', 100_000_000),
];

/// Units that packs declare by a code, as they are written in Chinese.
const WRITTEN: &[(&str, &str)] = &[
    ("元", "CNY"),
    ("人", "person"),
    ("户", "household"),
    ("家", "company"),
    ("件", "case"),
    ("台", "device"),
    ("亩", "mu"),
    ("米", "m"),
    ("平方米", "m2"),
    ("公里", "km"),
    ("千米", "km"),
    ("千瓦时", "kWh"),
    ("小时", "h"),
    ("天", "d"),
];

/// Words before 单位 where it is a unit of numbers. Behind others, such as 填报, it is an office.
const OF_NUMBERS: [&str; 5] = ["计量", "金额", "数量", "货币", "价格"];

/// A unit, and how many of it are counted as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) times: u64,
    pub(super) of: String,
}

fn code(written: &str) -> Option<&'static str> {
    let mut all = WRITTEN.iter();
    all.find(|(known, _)| *known == written)
        .map(|(_, code)| *code)
}

/// Reads a unit as it is declared or written: `10000 CNY`, `万元`.
pub(super) fn read(text: &str) -> Option<Amount> {
    let text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    let text = text.strip_prefix("人民币").unwrap_or(&text);
    let mut rest = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let digits = text.strip_suffix(rest).unwrap_or_default();
    let mut times: u64 = if digits.is_empty() {
        1
    } else {
        digits.parse().ok()?
    };
    while code(rest).is_none() {
        let mut signs = rest.chars();
        let first = signs.next();
        let Some((_, many)) = TIMES.into_iter().find(|(sign, _)| Some(*sign) == first) else {
            break;
        };
        times = times.checked_mul(many)?;
        rest = signs.as_str();
    }
    let of = code(rest).unwrap_or(rest);
    (!of.is_empty()).then(|| Amount {
        times,
        of: of.to_owned(),
    })
}

/// The units that titles name.
pub(super) fn told(titles: &[String]) -> Vec<String> {
    let mut told = Vec::new();
    for title in titles {
        for (place, word) in title.match_indices("单位") {
            let before = title.get(..place).unwrap_or_default();
            let last = before.chars().next_back();
            let is_of_numbers = last.is_none_or(|sign| !sign.is_alphanumeric())
                || OF_NUMBERS.iter().any(|known| before.ends_with(*known));
            let after = title.get(place + word.len()..).unwrap_or_default();
            let Some(after) = after.trim_start().strip_prefix([':', '：']) else {
                continue;
            };
            if is_of_numbers {
                let named = after.trim_start().split(ends).next().unwrap_or_default();
                let units = named.split(['、', ',', '，']);
                told.extend(units.filter(|unit| !unit.is_empty()).map(str::to_owned));
            }
        }
    }
    told
}

fn ends(sign: char) -> bool {
    sign.is_whitespace() || is_bracket(sign) || matches!(sign, '。' | ';' | '；')
}

fn is_bracket(sign: char) -> bool {
    matches!(sign, '(' | ')' | '（' | '）' | '[' | ']' | '【' | '】')
}

/// Whether a header names in brackets how many of a unit it counts as one.
pub(super) fn is_named(header: &str, of: &str) -> bool {
    let mut named = header.split(is_bracket).skip(1).filter_map(read);
    named.any(|amount| amount.of == of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_read_as_it_is_declared_and_as_it_is_written() {
        for (text, times, of) in [
            ("件", 1, "case"),
            ("万件", 10_000, "case"),
            ("10000 CNY", 10_000, "CNY"),
            ("人民币万元", 10_000, "CNY"),
            ("百万元", 1_000_000, "CNY"),
            ("万户", 10_000, "household"),
            ("千米", 1, "km"),
            ("万千瓦时", 10_000, "kWh"),
            ("人次", 1, "人次"),
            ("CNY/month", 1, "CNY/month"),
            ("m2", 1, "m2"),
        ] {
            let of = of.to_owned();
            assert_eq!(read(text), Some(Amount { times, of }), "{text}");
        }
        assert_eq!(read("万"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_title_names_units_and_an_office_is_none() {
        for (title, expected) in [
            ("单位：万件", vec!["万件"]),
            ("收支情况（单位: 万元、人）", vec!["万元", "人"]),
            ("2025年  计量单位：元/平方米  第一季度", vec!["元/平方米"]),
            ("填报单位：亭湖区", vec![]),
            ("单位名称：亭湖区", vec![]),
        ] {
            assert_eq!(told(&[title.to_owned()]), expected, "{title}");
        }
    }
}
