//! Numbers as Chinese texts write them: `1,650`, `2.7万`, `两千万`, `百万`, `二十`, `10余`.

use serde_json::Number;

use crate::flow::Flow;
use crate::unit;

/// Digits of the longest number; longer rows of digits are numbers of something.
const DIGITS: usize = 15;

/// A decimal number, exact: `mantissa × 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

impl Decimal {
    pub(crate) fn whole(value: i128) -> Self {
        Self {
            mantissa: value,
            exponent: 0,
        }
    }

    pub(crate) fn shift(self, places: i32) -> Self {
        Self {
            exponent: self.exponent + places,
            ..self
        }
    }

    pub(crate) fn negated(self) -> Self {
        Self {
            mantissa: -self.mantissa,
            ..self
        }
    }

    /// The sum of two whole numbers; of others the first.
    pub(crate) fn plus(self, other: Self) -> Self {
        match (self.as_whole(), other.as_whole()) {
            (Some(one), Some(two)) => Self::whole(i128::from(one) + i128::from(two)),
            _ => self,
        }
    }

    /// The value where it is a whole number.
    pub(crate) fn as_whole(self) -> Option<i64> {
        let (mut mantissa, mut exponent) = (self.mantissa, self.exponent);
        while exponent < 0 {
            if mantissa % 10 != 0 {
                return None;
            }
            mantissa /= 10;
            exponent += 1;
        }
        let power = 10_i128.checked_pow(u32::try_from(exponent).ok()?)?;
        i64::try_from(mantissa.checked_mul(power)?).ok()
    }

    /// As JSON writes it: whole where it is whole, else the nearest float.
    pub(crate) fn number(self) -> Number {
        if let Some(whole) = self.as_whole() {
            return Number::from(whole);
        }
        format!("{}e{}", self.mantissa, self.exponent)
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .unwrap_or_else(|| Number::from(0))
    }
}

/// A number in a flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numeral {
    pub(crate) end: usize,
    pub(crate) value: Decimal,
    /// Written in Chinese signs alone.
    pub(crate) is_chinese: bool,
    /// 余, 多: so many and some more.
    pub(crate) is_vague: bool,
    /// Chinese that begins with a power, such as 百万: so many in order of size.
    pub(crate) is_round: bool,
}

pub(crate) fn is_chinese_digit(sign: char) -> bool {
    digit(sign).is_some() || power(sign).is_some()
}

fn digit(sign: char) -> Option<i128> {
    let place = "〇零一二两三四五六七八九"
        .chars()
        .position(|one| one == sign)?;
    Some(match place {
        0 | 1 => 0,
        2 => 1,
        3 | 4 => 2,
        other => other as i128 - 2,
    })
}

fn power(sign: char) -> Option<i32> {
    match sign {
        '十' => Some(1),
        '百' => Some(2),
        '千' => Some(3),
        '万' => Some(4),
        '亿' => Some(8),
        _ => None,
    }
}

/// Whether a power at an index belongs to the name of a measure: 千米, 千瓦, 千兆, 百分点.
fn is_part_of_measure(flow: &Flow, index: usize) -> bool {
    match flow.at(index) {
        '千' => matches!(flow.at(index + 1), '米' | '瓦' | '克' | '伏' | '兆' | '卡'),
        '百' => matches!(flow.at(index + 1), '分' | '兆' | '姓' | '强'),
        '万' => flow.at(index + 1) == '兆',
        _ => false,
    }
}

/// The number that begins at an index.
pub(crate) fn at(flow: &Flow, index: usize) -> Option<Numeral> {
    if flow.at(index).is_ascii_digit() {
        arabic(flow, index)
    } else if is_chinese_digit(flow.at(index)) {
        chinese(flow, index)
    } else {
        formal(flow, index)
    }
}

fn arabic(flow: &Flow, index: usize) -> Option<Numeral> {
    let mut end = index;
    let (mut mantissa, mut exponent, mut digits) = (0_i128, 0_i32, 0_usize);
    let mut is_fraction = false;
    loop {
        let sign = flow.at(end);
        if let Some(value) = sign.to_digit(10) {
            digits += 1;
            if digits <= DIGITS {
                mantissa = mantissa * 10 + i128::from(value);
                exponent -= i32::from(is_fraction);
            }
            end += 1;
        } else if sign == ',' && !is_fraction && is_group(flow, end, digits) {
            end += 1;
        } else if sign == '.' && !is_fraction && flow.at(end + 1).is_ascii_digit() {
            is_fraction = true;
            end += 1;
        } else {
            break;
        }
    }
    if digits > DIGITS {
        return None;
    }
    let mut numeral = Numeral {
        end,
        value: Decimal { mantissa, exponent },
        is_chinese: false,
        is_vague: false,
        is_round: false,
    };
    loop {
        let sign = flow.at(numeral.end);
        if let Some(places) = power(sign) {
            if is_part_of_measure(flow, numeral.end) {
                break;
            }
            numeral.value = numeral.value.shift(places);
        } else if matches!(sign, '余' | '多') && !numeral.is_vague {
            numeral.is_vague = true;
        } else {
            break;
        }
        numeral.end += 1;
    }
    Some(numeral)
}

/// Whether the comma at an index sets three digits apart, as in `1,650`.
fn is_group(flow: &Flow, index: usize, digits: usize) -> bool {
    (1..=9).contains(&digits)
        && (1..=3).all(|step| flow.at(index + step).is_ascii_digit())
        && !flow.at(index + 4).is_ascii_digit()
        && !flow.gap(index + 1)
}

fn chinese(flow: &Flow, index: usize) -> Option<Numeral> {
    let mut end = index;
    while is_chinese_digit(flow.at(end)) && !is_part_of_measure(flow, end) && end < index + DIGITS {
        end += 1;
    }
    if end == index {
        return None;
    }
    let signs: Vec<char> = (index..end).map(|place| flow.at(place)).collect();
    let mut value = chinese_value(&signs)?;
    let mut is_vague = false;
    if matches!(flow.at(end), '余' | '多') && !flow.has(end, "多种") {
        is_vague = true;
        end += 1;
        while let Some(places) = power(flow.at(end)) {
            value = value.shift(places);
            end += 1;
        }
    } else if flow.at(end) == '点' && digit(flow.at(end + 1)).is_some() {
        end += 1;
        while let (Some(next), true) = (digit(flow.at(end)), value.exponent > -9) {
            value = Decimal {
                mantissa: value.mantissa * 10 + next,
                exponent: value.exponent - 1,
            };
            end += 1;
        }
        while let Some(places) = power(flow.at(end)) {
            value = value.shift(places);
            end += 1;
        }
    }
    Some(Numeral {
        end,
        value,
        is_chinese: true,
        is_vague,
        is_round: signs
            .first()
            .is_some_and(|first| power(*first).is_some_and(|places| places > 1)),
    })
}

/// The common sign for one that is written so that nobody can change it. 参 is one of them before a power alone.
fn common(sign: char) -> Option<char> {
    const FORMAL: &str = "壹贰叁参肆伍陆柒捌玖拾佰仟";
    const COMMON: &str = "一二三三四五六七八九十百千";
    let place = FORMAL.chars().position(|one| one == sign)?;
    COMMON.chars().nth(place)
}

/// 叁佰, 伍拾, 陆万: a number in formal signs. Some of these are parts of words such as 参加, 队伍 and 大陆, so that a power has to follow
/// the first, or what counts.
pub(crate) fn formal(flow: &Flow, index: usize) -> Option<Numeral> {
    const ALONE: &str = "壹贰叁肆柒捌玖";
    let sign = flow.at(index);
    let first = common(sign).filter(|first| digit(*first).is_some() || *first == '十')?;
    let is_word = matches!(
        (flow.before(index), sign),
        ('队', '伍') | ('大' | '内' | '登' | '着', '陆') | ('收', '拾')
    );
    let signs: Vec<char> = (index..index + DIGITS)
        .take_while(|place| !is_part_of_measure(flow, *place))
        .map_while(|place| {
            let sign = flow.at(place);
            let is_shared = sign == '零' || power(sign).is_some();
            common(sign).or_else(|| is_shared.then_some(sign))
        })
        .collect();
    let is_number = match signs.get(1) {
        Some(second) if first == '十' => digit(*second).is_some(),
        Some(second) => power(*second).is_some(),
        None => ALONE.contains(sign) && unit::is_common_counter(flow, index + 1),
    };
    if is_word || !is_number {
        return None;
    }
    let end = index + signs.len();
    let is_vague = matches!(flow.at(end), '余' | '多');
    Some(Numeral {
        end: end + usize::from(is_vague),
        value: chinese_value(&signs)?,
        is_chinese: true,
        is_vague,
        is_round: false,
    })
}

/// The value of Chinese digits: by powers where there are some, else place by place as in 二〇二五.
fn chinese_value(signs: &[char]) -> Option<Decimal> {
    if signs.iter().all(|sign| digit(*sign).is_some()) {
        let value = signs
            .iter()
            .fold(0, |value, sign| value * 10 + digit(*sign).unwrap_or(0));
        return Some(Decimal::whole(value));
    }
    // 万 and 亿 close a section, whose inside 十, 百 and 千 make.
    let (mut total, mut section, mut last) = (0_i128, 0_i128, None);
    for sign in signs {
        if let Some(value) = digit(*sign) {
            last = Some(value);
            continue;
        }
        let places = power(*sign)?;
        let factor = 10_i128.pow(places.unsigned_abs());
        if places >= 4 {
            section += last.unwrap_or(0);
            if section == 0 && total > 0 {
                total = total.checked_mul(factor)?;
            } else {
                total += section.max(1).checked_mul(factor)?;
            }
            section = 0;
        } else {
            section += last.unwrap_or(1) * factor;
        }
        last = None;
    }
    Some(Decimal::whole(total + section + last.unwrap_or(0)))
}

/// The whole value of a Chinese or Arabic number that fills the text, as in headings.
pub(crate) fn whole(text: &str) -> Option<u32> {
    let mut flow = Flow::default();
    for (place, sign) in text.chars().enumerate() {
        flow.push(yandu_words::sign::fold(sign), place, false);
    }
    let numeral = at(&flow, 0)?;
    if numeral.end != flow.len() {
        return None;
    }
    u32::try_from(numeral.value.as_whole()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<(String, usize)> {
        let mut flow = Flow::default();
        for (place, sign) in text.chars().enumerate() {
            flow.push(yandu_words::sign::fold(sign), place, false);
        }
        at(&flow, 0).map(|numeral| (numeral.value.number().to_string(), numeral.end))
    }

    #[test]
    fn numbers_are_read_in_every_way_of_writing() {
        for (text, expected, length) in [
            ("1650座", "1650", 4),
            ("1,650座", "1650", 5),
            ("１６５０座", "1650", 4),
            ("2.7万个", "27000", 4),
            ("1.25以内", "1.25", 4),
            ("20亿元", "2000000000", 3),
            ("1.2万亿元", "1200000000000", 5),
            ("两千万元", "20000000", 3),
            ("百萬案件", "1000000", 2),
            ("二十家", "20", 2),
            ("一百二十个", "120", 4),
            ("一百零五项", "105", 4),
            ("三万五千户", "35000", 4),
            ("二〇二六年", "2026", 4),
            ("十余项", "10", 2),
            ("100多家", "100", 4),
            ("1000余万元", "10000000", 6),
            ("三点五万", "35000", 4),
            ("3千米", "3", 1),
            ("50万千瓦", "500000", 3),
            ("100,200,300", "100200300", 11),
            ("参佰座", "300", 2),
            ("參佰座", "300", 2),
            ("叁佰贰拾伍户", "325", 5),
            ("叁座", "3", 1),
            ("拾伍个", "15", 2),
            ("陆万亩", "60000", 2),
            ("伍仟万元", "50000000", 3),
            ("壹仟零伍拾余户", "1050", 6),
        ] {
            assert_eq!(value(text), Some((expected.to_owned(), length)), "{text}");
        }
    }

    #[test]
    fn formal_signs_in_words_are_no_numbers() {
        for text in ["参加", "参座", "伍个", "陆海", "拾遗", "佰座"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn no_row_of_digits_overflows() {
        for length in [15, 16, 40, 4000] {
            let _ = value(&"9".repeat(length));
            let _ = value(&"亿".repeat(length));
            let _ = value(&"九千万亿".repeat(length));
        }
    }
}
