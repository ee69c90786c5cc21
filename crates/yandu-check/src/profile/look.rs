//! What values look like: of a bounded sample of a column, how many pass a check that hardly anything else passes. Only counts are
//! kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::Standard;

/// Every row of the beginning of a batch is looked at, and later one in [`STRIDE`]; all of them are among those that are sampled.
const LOOKED_FULLY: u64 = 2_000;
const STRIDE: u64 = 4_096;

/// A hundred of the most frequent surnames, and some of two signs.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const DOUBLE_SURNAMES: [&str; 8] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙",
];

/// Words that follow the parts of an address.
const PARTS: [&str; 18] = [
    "省", "市", "区", "县", "镇", "乡", "街道", "村", "组", "路", "街", "巷", "弄", "号", "栋",
    "幢", "室", "小区",
];

/// A kind of values that can be told from how they are written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Look {
    /// With its check digit.
    ResidentId,
    Mobile,
    /// By the Luhn formula.
    BankCard,
    /// With its check sign.
    Uscc,
    Plate,
    Landline,
    Email,
    Ip,
    /// Two to four Chinese characters that begin with a surname.
    PersonName,
    /// Two parts of an address and a number.
    Address,
    /// A longitude or latitude within China with five decimals or more, which is a metre.
    Coordinate,
}

/// How many of the values that were looked at look so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    pub look: Look,
    pub values: u64,
}

impl Look {
    pub const ALL: [Self; 11] = [
        Self::ResidentId,
        Self::Mobile,
        Self::BankCard,
        Self::Uscc,
        Self::Plate,
        Self::Landline,
        Self::Email,
        Self::Ip,
        Self::PersonName,
        Self::Address,
        Self::Coordinate,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ResidentId => "resident-id",
            Self::Mobile => "mobile",
            Self::BankCard => "bank-card",
            Self::Uscc => "uscc",
            Self::Plate => "plate",
            Self::Landline => "landline",
            Self::Email => "email",
            Self::Ip => "ip",
            Self::PersonName => "person-name",
            Self::Address => "address",
            Self::Coordinate => "coordinate",
        }
    }

    /// Whether a check digit or a check sign stands behind it, so that hardly anything passes by chance.
    pub fn is_checked(self) -> bool {
        matches!(self, Self::ResidentId | Self::BankCard | Self::Uscc)
    }

    /// Whether a value looks so.
    pub fn fits(self, text: &str) -> bool {
        match self {
            Self::ResidentId => Standard::ResidentId.accepts(text),
            Self::Mobile => Standard::Mobile.accepts(text),
            // Shorter numbers pass the formula by chance once in ten times, and no card of China has fewer digits.
            Self::BankCard => text.len() >= 16 && Standard::BankCard.accepts(text),
            Self::Uscc => Standard::Uscc.accepts(text),
            Self::Plate => Standard::Plate.accepts(text),
            Self::Landline => Standard::Landline.accepts(text),
            Self::Email => Standard::Email.accepts(text),
            Self::Ip => Standard::Ip.accepts(text),
            Self::PersonName => is_person(text),
            Self::Address => is_address(text),
            Self::Coordinate => is_coordinate(text),
        }
    }
}

/// Whether the value of a row is looked at. It depends on its place in the batch alone.
pub(super) fn is_looked_at(place: u64) -> bool {
    place <= LOOKED_FULLY || place.is_multiple_of(STRIDE)
}

/// What was found of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    looked: u64,
    counts: [u64; Look::ALL.len()],
}

impl Tally {
    pub(super) fn look(&mut self, text: &str) {
        self.looked += 1;
        for (look, count) in Look::ALL.iter().zip(&mut self.counts) {
            *count += u64::from(look.fits(text));
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.looked += other.looked;
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
    }

    /// How many values were looked at, and the looks that some of them have.
    pub(super) fn finish(&self) -> (u64, Vec<Looks>) {
        let counts = Look::ALL.into_iter().zip(self.counts);
        let found = counts.filter(|(_, values)| *values > 0);
        (
            self.looked,
            found.map(|(look, values)| Looks { look, values }).collect(),
        )
    }
}

fn is_person(text: &str) -> bool {
    let signs: Vec<char> = text.chars().take(5).collect();
    let [first, rest @ ..] = signs.as_slice() else {
        return false;
    };
    let is_han = |sign: &char| ('\u{4e00}'..='\u{9fff}').contains(sign);
    if !(1..=3).contains(&rest.len()) || !signs.iter().all(is_han) {
        return false;
    }
    let is_double = DOUBLE_SURNAMES
        .iter()
        .any(|surname| text.starts_with(surname));
    // Four signs are a name where the surname has two of them.
    is_double || (rest.len() <= 2 && SURNAMES.contains(*first))
}

fn is_address(text: &str) -> bool {
    let has_number = text
        .chars()
        .any(|sign| sign.is_ascii_digit() || "一二三四五六七八九十".contains(sign));
    let parts = PARTS.iter().filter(|part| text.contains(**part)).count();
    has_number && parts >= 2 && text.chars().count() >= 6
}

fn is_coordinate(text: &str) -> bool {
    let Some((_, decimals)) = text.split_once('.') else {
        return false;
    };
    let is_precise = decimals.len() >= 5 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    is_precise
        && text.parse::<f64>().is_ok_and(|degrees| {
            (73.0..=136.0).contains(&degrees) || (3.0..=54.0).contains(&degrees)
        })
}

#[cfg(test)]
mod tests;
