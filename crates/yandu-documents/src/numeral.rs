use jiff::civil::Date;

use crate::document::Level;

/// A number up to 99 in Chinese; larger ones in digits.
pub fn chinese(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |place: usize| DIGITS.get(place).copied().unwrap_or_default();
    match number {
        0 | 100.. => number.to_string(),
        1..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number - 10)),
        _ => format!("{}十{}", digit(number / 10), digit(number % 10)),
    }
}

/// A date as a document is dated: Arabic digits without a leading zero (GB/T 9704-2012 7.3.5.4).
pub fn date_text(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// The numbers of headings: each level begins anew below a heading of a higher one.
#[derive(Debug, Default)]
pub(crate) struct Numbers([usize; 4]);

impl Numbers {
    /// The sign before the next heading of a level, as GB/T 9704-2012 7.3.3 has them: 一、（一）1.（1）.
    pub(crate) fn next(&mut self, level: Level) -> String {
        let place = level as usize;
        for (at, count) in self.0.iter_mut().enumerate().skip(place) {
            *count = if at == place { *count + 1 } else { 0 };
        }
        let count = self.0.get(place).copied().unwrap_or(1);
        match level {
            Level::First => format!("{}、", chinese(count)),
            Level::Second => format!("（{}）", chinese(count)),
            Level::Third => format!("{count}."),
            Level::Fourth => format!("（{count}）"),
        }
    }
}
