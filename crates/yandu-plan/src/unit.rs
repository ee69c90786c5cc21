//! Units of measure and the words that count things.

use crate::flow::Flow;

/// What a unit measures; the class decides how a figure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Percent,
    /// 百分点.
    Point,
    Money,
    /// Things, counted.
    Count,
    /// A physical or technical measure.
    Measure,
    Time,
    /// 倍.
    Times,
    /// Marks of a score.
    Score,
}

/// A unit at a place of a flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// How it is written in an answer; `None` for the words of the text themselves.
    pub(crate) symbol: Option<&'static str>,
    pub(crate) class: Class,
    pub(crate) length: usize,
    /// Powers of ten that the unit brings along, as 成 does.
    pub(crate) shift: i32,
}

/// Word, symbol, class. Lengths, areas, masses and powers are answered by their international symbols.
const MEASURES: &[(&str, Option<&str>, Class)] = &[
    ("%", Some("%"), Class::Percent),
    ("‰", Some("‰"), Class::Percent),
    ("个百分点", Some("percentage point"), Class::Point),
    ("百分点", Some("percentage point"), Class::Point),
    ("元", None, Class::Money),
    ("元人民币", Some("元"), Class::Money),
    ("美元", None, Class::Money),
    ("港元", None, Class::Money),
    ("欧元", None, Class::Money),
    ("日元", None, Class::Money),
    ("公里", Some("km"), Class::Measure),
    ("千米", Some("km"), Class::Measure),
    ("km", Some("km"), Class::Measure),
    ("皮长公里", None, Class::Measure),
    ("芯公里", None, Class::Measure),
    ("米", Some("m"), Class::Measure),
    ("毫米", Some("mm"), Class::Measure),
    ("厘米", Some("cm"), Class::Measure),
    ("海里", None, Class::Measure),
    ("平方公里", Some("km²"), Class::Measure),
    ("平方千米", Some("km²"), Class::Measure),
    ("平方米", Some("m²"), Class::Measure),
    ("㎡", Some("m²"), Class::Measure),
    ("m²", Some("m²"), Class::Measure),
    ("m2", Some("m²"), Class::Measure),
    ("km²", Some("km²"), Class::Measure),
    ("km2", Some("km²"), Class::Measure),
    ("立方米", Some("m³"), Class::Measure),
    ("㎥", Some("m³"), Class::Measure),
    ("m³", Some("m³"), Class::Measure),
    ("m3", Some("m³"), Class::Measure),
    ("公顷", Some("ha"), Class::Measure),
    ("亩", None, Class::Measure),
    ("吨", Some("t"), Class::Measure),
    ("吨标准煤", None, Class::Measure),
    ("吨标煤", None, Class::Measure),
    ("千克", Some("kg"), Class::Measure),
    ("公斤", Some("kg"), Class::Measure),
    ("克", Some("g"), Class::Measure),
    ("毫克", Some("mg"), Class::Measure),
    ("mg", Some("mg"), Class::Measure),
    ("微克", Some("μg"), Class::Measure),
    ("μg", Some("μg"), Class::Measure),
    ("µg", Some("μg"), Class::Measure),
    ("ug", Some("μg"), Class::Measure),
    ("千瓦", Some("kW"), Class::Measure),
    ("兆瓦", Some("MW"), Class::Measure),
    ("吉瓦", Some("GW"), Class::Measure),
    ("千瓦时", Some("kWh"), Class::Measure),
    ("兆瓦时", Some("MWh"), Class::Measure),
    ("千伏", Some("kV"), Class::Measure),
    ("千伏安", Some("kVA"), Class::Measure),
    ("度", None, Class::Measure),
    ("w", Some("W"), Class::Measure),
    ("kw", Some("kW"), Class::Measure),
    ("mw", Some("MW"), Class::Measure),
    ("gw", Some("GW"), Class::Measure),
    ("kwh", Some("kWh"), Class::Measure),
    ("mwh", Some("MWh"), Class::Measure),
    ("gwh", Some("GWh"), Class::Measure),
    ("kv", Some("kV"), Class::Measure),
    ("kva", Some("kVA"), Class::Measure),
    ("p", Some("P"), Class::Measure),
    ("pflops", Some("PFLOPS"), Class::Measure),
    ("eflops", Some("EFLOPS"), Class::Measure),
    ("tflops", Some("TFLOPS"), Class::Measure),
    ("mb", Some("MB"), Class::Measure),
    ("gb", Some("GB"), Class::Measure),
    ("tb", Some("TB"), Class::Measure),
    ("pb", Some("PB"), Class::Measure),
    ("eb", Some("EB"), Class::Measure),
    ("zb", Some("ZB"), Class::Measure),
    ("mbps", Some("Mbps"), Class::Measure),
    ("gbps", Some("Gbps"), Class::Measure),
    ("tbps", Some("Tbps"), Class::Measure),
    ("ms", Some("ms"), Class::Time),
    ("毫秒", Some("ms"), Class::Time),
    ("秒", None, Class::Time),
    ("分钟", None, Class::Time),
    ("小时", None, Class::Time),
    ("个小时", Some("小时"), Class::Time),
    ("天", None, Class::Time),
    ("日", None, Class::Time),
    ("工作日", None, Class::Time),
    ("个工作日", Some("工作日"), Class::Time),
    ("个自然日", Some("自然日"), Class::Time),
    ("个月", None, Class::Time),
    ("周", None, Class::Time),
    ("年", None, Class::Time),
    ("倍", None, Class::Times),
    ("岁", None, Class::Time),
    ("分贝", Some("dB"), Class::Measure),
    ("db", Some("dB"), Class::Measure),
    ("分", None, Class::Score),
];

/// Words of more than one sign that count things.
const COUNTERS: &[&str] = &[
    "人次",
    "户次",
    "家次",
    "件次",
    "班次",
    "架次",
    "车次",
    "场次",
    "批次",
    "项次",
    "标段",
    "台套",
    "站点",
    "车位",
    "床位",
    "航次",
    "例次",
    "套次",
    "亿次",
    "字节",
    "标准箱",
    "亩次",
    "学时",
    "课时",
    "人天",
];
/// Signs that count things.
const COUNTER_SIGNS: &str = "个家座条项处所户人名位次场件台套辆架艘部张份篇种类款门间栋幢根盏路支只片块段期轮届班宗起例笔单本册首幅组对点站村镇乡棵株头羽尾校箱列批节核";

/// Signs that count things in running text also when the number is written in Chinese.
const COMMON_SIGNS: &str = "个家座条项处所户名场件台套种类批门辆栋支";
/// Signs that behind a number in Chinese signs count as often as they are part of a name: 四次 and 二次供水.
const LOOSE_SIGNS: &str = "次人期";

/// What stands below the line of a measure and is no measure by itself.
const PER: &[&str] = &["月", "季度", "升", "时", "l", "h", "s", "d"];

/// The unit at an index. One of so much for each of another, as 微克/立方米, is answered as the text has it.
pub(crate) fn at(flow: &Flow, index: usize) -> Option<Found> {
    per_other(flow, index)
        .or_else(|| one(flow, index, false))
        .or_else(|| tenth_at(flow, index))
}

/// The word of an office for an international symbol, where there is one: 公里 for km.
pub(crate) fn word_of(symbol: &str) -> Option<&'static str> {
    let is_han = yandu_words::sign::is_han;
    if symbol.chars().any(is_han) {
        return None;
    }
    let mut measures = MEASURES.iter();
    let (word, ..) =
        measures.find(|(word, found, _)| *found == Some(symbol) && word.chars().all(is_han))?;
    Some(*word)
}

/// Whether a word or a symbol is a unit of time.
pub(crate) fn is_of_time(unit: &str) -> bool {
    MEASURES.iter().any(|(word, symbol, class)| {
        *class == Class::Time && (*word == unit || *symbol == Some(unit))
    })
}

/// Whether a unit fills a run, with the power of its numbers before it: 万座, 亿元, %.
pub(crate) fn fills(flow: &Flow, from: usize, to: usize) -> bool {
    let run = flow.part(from, to);
    let powers = (0..run.len())
        .take_while(|place| matches!(run.at(*place), '十' | '百' | '千' | '万' | '亿'))
        .count();
    [0, powers]
        .into_iter()
        .any(|start| at(&run, start).is_some_and(|found| start + found.length == run.len()))
}

/// 元/亩, μg/m³, 件/万人.
fn per_other(flow: &Flow, index: usize) -> Option<Found> {
    let above = one(flow, index, true)?;
    let line = index + above.length;
    if flow.at(line) != '/' {
        return None;
    }
    let first = line + 1;
    let length_at = |place: usize| {
        let measure = one(flow, place, false).map(|found| found.length);
        measure.or_else(|| {
            flow.word_at(place, PER)
                .filter(|(word, _)| is_whole_word(flow, place, word, false))
                .map(|(_, length)| length)
        })
    };
    let powers = (first..first + 2)
        .take_while(|place| matches!(flow.at(*place), '十' | '百' | '千' | '万' | '亿'))
        .count();
    let below =
        length_at(first).or_else(|| length_at(first + powers).map(|length| powers + length))?;
    Some(Found {
        symbol: None,
        length: above.length + 1 + below,
        ..above
    })
}

/// A measure or a counter; `is_above` where a line may follow and what it is taken of.
fn one(flow: &Flow, index: usize, is_above: bool) -> Option<Found> {
    let measure = MEASURES
        .iter()
        .filter(|(word, ..)| flow.has(index, word) && is_whole_word(flow, index, word, is_above))
        .map(|(word, symbol, class)| Found {
            symbol: *symbol,
            class: *class,
            length: word.chars().count(),
            shift: 0,
        })
        .max_by_key(|found| found.length);
    let counter = counter_at(flow, index);
    let best = match (measure, counter) {
        (Some(measure), Some(counter)) if counter.length > measure.length => Some(counter),
        (Some(measure), _) => Some(measure),
        (None, counter) => counter,
    };
    best.filter(|found| !is_other_word(flow, index, found.class))
}

/// A Latin unit ends where the letters end.
fn is_whole_word(flow: &Flow, index: usize, word: &str, is_above: bool) -> bool {
    let is_latin = word.ends_with(|sign: char| sign.is_ascii_alphanumeric());
    let next = flow.at(index + word.chars().count());
    !is_latin || !(next.is_ascii_alphanumeric() || next == '/' && !is_above)
}

fn counter_at(flow: &Flow, index: usize) -> Option<Found> {
    let length = flow
        .word_at(index, COUNTERS)
        .map(|(_, length)| length)
        .or_else(|| COUNTER_SIGNS.contains(flow.at(index)).then_some(1))?;
    // 台（套）: either of two words.
    let after = index + length;
    let either = flow.at(after) == '('
        && COUNTER_SIGNS.contains(flow.at(after + 1))
        && flow.at(after + 2) == ')';
    Some(Found {
        symbol: None,
        class: Class::Count,
        length: if either { length + 3 } else { length },
        shift: 0,
    })
}

/// 成: tenths.
fn tenth_at(flow: &Flow, index: usize) -> Option<Found> {
    let next = flow.at(index + 1);
    (flow.at(index) == '成' && !matches!(next, '为' | '员' | '立' | '果' | '效' | '本' | '长'))
        .then_some(Found {
            symbol: Some("%"),
            class: Class::Percent,
            length: 1,
            shift: 1,
        })
}

/// Signs that are a unit in one word and something else in another.
fn is_other_word(flow: &Flow, index: usize, class: Class) -> bool {
    let next = flow.at(index + 1);
    match flow.at(index) {
        '分' => class == Class::Score && matches!(next, '之' | '类' | '级' | '布' | '别' | '析'),
        '人' => matches!(next, '工' | '才' | '民' | '脸'),
        '点' => matches!(next, '位' | '对'),
        '对' => matches!(next, '接' | '应' | '外' | '口'),
        '部' => matches!(next, '门' | '署' | '分'),
        '路' => matches!(next, '径' | '网'),
        '单' => matches!(next, '位'),
        '组' => matches!(next, '织' | '建'),
        '期' => matches!(next, '间'),
        // 三支一扶 is a programme, and 三支队 the name of a detachment.
        '支' => {
            matches!(next, '一' | '部' | '撑' | '持' | '付')
                || next == '队' && flow.at(index + 2) != '伍'
        }
        '站' => matches!(next, '式'),
        '核' => !matches!(
            next,
            ',' | ';' | '。' | '、' | ')' | '(' | '以' | '左' | '的' | 'c' | '服' | '处' | '\0'
        ),
        '件' => matches!(next, '事'),
        '位' => matches!(next, '一'),
        '元' => matches!(next, '化' | '宇'),
        '度' => matches!(next, '过'),
        '天' => matches!(next, '地'),
        '乡' => matches!(next, '村'),
        _ => false,
    }
}

/// Whether the unit at an index counts things that a number in Chinese signs may count.
pub(crate) fn is_common_counter(flow: &Flow, index: usize) -> bool {
    COMMON_SIGNS.contains(flow.at(index))
}

/// Whether the unit at an index counts behind a number in Chinese signs where nothing of a name follows.
pub(crate) fn is_loose_counter(flow: &Flow, index: usize) -> bool {
    LOOSE_SIGNS.contains(flow.at(index))
}

/// Units of computing power, which say nothing without a precision.
pub(crate) fn is_compute(symbol: &str) -> bool {
    matches!(symbol, "P" | "PFLOPS" | "EFLOPS" | "TFLOPS")
}

/// Things that are counted without a counting word, as in 百万案件, with the word that would count them.
pub(crate) fn counted_noun(flow: &Flow, index: usize) -> Option<&'static str> {
    const NOUNS: &[(&str, &str)] = &[
        ("案件", "件"),
        ("事件", "件"),
        ("工单", "件"),
        ("企业", "家"),
        ("用户", "户"),
        ("家庭", "户"),
        ("农户", "户"),
        ("商户", "户"),
        ("人口", "人"),
        ("群众", "人"),
        ("市民", "人"),
        ("居民", "人"),
        ("学生", "人"),
        ("终端", "台"),
        ("设备", "台"),
        ("基站", "座"),
        ("数据", "条"),
    ];
    NOUNS
        .iter()
        .find(|(noun, _)| flow.has(index, noun))
        .map(|(_, word)| *word)
}
