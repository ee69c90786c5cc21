//! The unit that a title above a table or a header names, such as `单位：万元`, beside the one that a column is declared in.

/// Signs that say how many of a unit are counted as one.
const TIMES: [(char, u64); 5] = [
    ('十', 10),
    ('百', 100),
    ('千', 1_000),
    ('万', 10_000),
    ('亿', 100_000_000),
];

/// Units as they are written in Chinese and as packs declare them, each with how many of the smallest of its kind it is.
const KNOWN: &[(&str, &str, u64, &str)] = &[
    ("元", "CNY", 1, "money"),
    ("人", "person", 1, "person"),
    ("户", "household", 1, "household"),
    ("家", "company", 1, "company"),
    ("件", "case", 1, "case"),
    ("台", "device", 1, "device"),
    ("平方米", "m2", 3, "area"),
    ("亩", "mu", 2_000, "area"),
    ("公顷", "ha", 30_000, "area"),
    ("平方公里", "km2", 3_000_000, "area"),
    ("平方千米", "km2", 3_000_000, "area"),
    ("毫米", "mm", 1, "length"),
    ("厘米", "cm", 10, "length"),
    ("米", "m", 1_000, "length"),
    ("公里", "km", 1_000_000, "length"),
    ("千米", "km", 1_000_000, "length"),
    ("克", "g", 1, "mass"),
    ("公斤", "kg", 1_000, "mass"),
    ("千克", "kg", 1_000, "mass"),
    ("吨", "t", 1_000_000, "mass"),
    ("升", "L", 1, "volume"),
    ("立方米", "m3", 1_000, "volume"),
    ("千瓦时", "kWh", 1, "energy"),
    ("兆瓦时", "MWh", 1_000, "energy"),
    ("秒", "s", 1, "time"),
    ("分钟", "min", 60, "time"),
    ("小时", "h", 3_600, "time"),
    ("天", "d", 86_400, "time"),
    ("‰", "permille", 1, "share"),
    ("%", "percent", 10, "share"),
];

/// Words before 单位 where it is a unit of numbers. Behind others, such as 填报, it is an office.
const OF_NUMBERS: [&str; 5] = ["计量", "金额", "数量", "货币", "价格"];

/// How many words a unit may be written as.
const WORDS: usize = 3;

/// A unit, and how many of it are counted as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) times: u64,
    /// What is counted: of a known unit its kind, so that 亩 and 公顷 are of one.
    pub(super) of: String,
    /// Whether it is known how many of other units of its kind it is.
    pub(super) is_known: bool,
}

fn find(text: &str) -> Option<(u64, &'static str)> {
    let mut all = KNOWN.iter();
    all.find(|(written, code, ..)| *written == text || *code == text)
        .map(|(_, _, size, kind)| (*size, *kind))
}

/// Reads a unit as it is declared or written: `10000 CNY`, `万元`.
pub(super) fn read(text: &str) -> Option<Amount> {
    let text: String = plain(text)
        .chars()
        .filter(|sign| !sign.is_whitespace())
        .collect();
    let text = text.strip_prefix("人民币").unwrap_or(&text);
    let mut rest = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let digits = text.strip_suffix(rest).unwrap_or_default();
    let mut times: u64 = if digits.is_empty() {
        1
    } else {
        digits.parse().ok()?
    };
    while find(rest).is_none() {
        let mut signs = rest.chars();
        let first = signs.next();
        let Some((_, many)) = TIMES.into_iter().find(|(sign, _)| Some(*sign) == first) else {
            break;
        };
        times = times.checked_mul(many)?;
        rest = signs.as_str();
    }
    match find(rest) {
        Some((size, kind)) => Some(Amount {
            times: times.checked_mul(size)?,
            of: kind.to_owned(),
            is_known: true,
        }),
        None if rest.is_empty() => None,
        None => Some(Amount {
            times,
            of: rest.to_owned(),
            is_known: false,
        }),
    }
}

/// Whether a text is a known unit alone. One letter may be anything.
fn is_known(text: &str) -> bool {
    text.len() > 1 && read(text).is_some_and(|amount| amount.is_known)
}

/// The units that titles name.
pub(super) fn told(titles: &[String]) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for title in titles {
        let title = plain(title);
        for unit in after_word(&title).into_iter().chain(in_brackets(&title)) {
            if !told.contains(&unit) {
                told.push(unit);
            }
        }
    }
    told
}

/// The units that a header names, in brackets or behind 单位, as they are written and as they are read.
pub(super) fn of_header(header: &str) -> Vec<(String, Amount)> {
    let header = plain(header);
    let inside = brackets(&header).map(str::to_owned);
    let named = inside.chain(after_word(&header));
    named
        .filter_map(|unit| read(&unit).map(|amount| (unit, amount)))
        .collect()
}

/// A text with its full-width signs and kinds of brackets folded, and without blanks inside 单位.
fn plain(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(|sign| match sign {
            '【' | '〔' => '[',
            '】' | '〕' => ']',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            _ => sign,
        })
        .collect();
    let mut parts = folded.split('单');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('单');
        let close = part.trim_start();
        text.push_str(if close.starts_with('位') {
            close
        } else {
            part
        });
    }
    text
}

/// The units behind `单位:` in a plain text.
fn after_word(text: &str) -> Vec<String> {
    let mut units = Vec::new();
    for (place, word) in text.match_indices("单位") {
        let before = text.get(..place).unwrap_or_default().trim_end();
        let last = before.chars().next_back();
        let is_of_numbers = last.is_none_or(|sign| !sign.is_alphanumeric())
            || text
                .get(..place)
                .is_some_and(|before| before.ends_with(char::is_whitespace))
            || OF_NUMBERS.iter().any(|known| before.ends_with(*known));
        let after = text.get(place + word.len()..).unwrap_or_default();
        let Some(after) = after.trim_start().strip_prefix(':') else {
            continue;
        };
        if is_of_numbers {
            let named = after.split(ends).next().unwrap_or_default();
            for part in named.split(['、', ',']) {
                units.extend(first_units(part));
            }
        }
    }
    units
}

/// The known units that stand alone in brackets in a plain text.
fn in_brackets(text: &str) -> Vec<String> {
    let mut units = Vec::new();
    for inside in brackets(text) {
        let parts: Vec<String> = inside
            .split(['、', ','])
            .map(|part| part.split_whitespace().collect())
            .collect();
        if parts.iter().all(|part| is_known(part)) {
            units.extend(parts);
        }
    }
    units
}

/// What stands in brackets in a plain text.
fn brackets(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(is_opening)?;
        let (inside, after) = after.split_once(is_closing)?;
        rest = after;
        Some(inside)
    })
}

/// The units at the start of a text: a known one may be written with blanks, one that is not known is one word.
fn first_units(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut units = Vec::new();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        let known = (1..=WORDS.min(rest.len())).rev().find_map(|count| {
            let (words, after) = rest.split_at_checked(count)?;
            let unit = words.concat();
            is_known(&unit).then_some((unit, after))
        });
        let Some((unit, after)) = known else { break };
        units.push(unit);
        rest = after;
    }
    match words.first() {
        Some(word) if units.is_empty() => vec![(*word).to_owned()],
        _ => units,
    }
}

fn ends(sign: char) -> bool {
    is_opening(sign) || is_closing(sign) || matches!(sign, '。' | ';')
}

fn is_opening(sign: char) -> bool {
    matches!(sign, '(' | '[')
}

fn is_closing(sign: char) -> bool {
    matches!(sign, ')' | ']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_read_as_it_is_declared_and_as_it_is_written() {
        for (text, times, of, is_known) in [
            ("件", 1, "case", true),
            ("万件", 10_000, "case", true),
            ("10000 CNY", 10_000, "money", true),
            ("人民币万元", 10_000, "money", true),
            ("百万元", 1_000_000, "money", true),
            ("万 元", 10_000, "money", true),
            ("万户", 10_000, "household", true),
            ("千米", 1_000_000, "length", true),
            ("km", 1_000_000, "length", true),
            ("万千瓦时", 10_000, "energy", true),
            ("公顷", 30_000, "area", true),
            ("万亩", 20_000_000, "area", true),
            ("％", 10, "share", true),
            ("m2", 3, "area", true),
            ("人次", 1, "人次", false),
            ("CNY/month", 1, "CNY/month", false),
        ] {
            let amount = Amount {
                times,
                of: of.to_owned(),
                is_known,
            };
            assert_eq!(read(text), Some(amount), "{text}");
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
            ("单位 ： 万 元", vec!["万元"]),
            ("单　位：万 元 2025年", vec!["万元"]),
            ("单位：万元 人", vec!["万元", "人"]),
            ("（万元）", vec!["万元"]),
            ("2025年投资情况（ 万 元 ）", vec!["万元"]),
            ("【万元、户】", vec!["万元", "户"]),
            ("投资情况（一）", vec![]),
            ("投资情况（m）", vec![]),
            ("（不含农户）", vec![]),
            ("填报单位：亭湖区", vec![]),
            ("单位名称：亭湖区", vec![]),
        ] {
            assert_eq!(told(&[title.to_owned()]), expected, "{title}");
        }
    }

    #[test]
    fn a_header_names_its_unit_in_any_brackets_or_behind_the_word() {
        for header in [
            "总投资（万元）",
            "总投资(万元)",
            "总投资【 万 元 】",
            "总投资 单位：万元",
            "总投资（单位：万元）",
        ] {
            let found = of_header(header);
            assert!(
                found
                    .iter()
                    .any(|(_, amount)| (amount.times, amount.of.as_str()) == (10_000, "money")),
                "{header}: {found:?}"
            );
        }
        assert!(of_header("总投资").is_empty());
    }
}
