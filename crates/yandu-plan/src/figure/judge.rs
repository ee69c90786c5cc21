//! What a figure is: a target, a wish, a counted list, a description.

use crate::due::{Sense, When};
use crate::flow::Flow;
use crate::lexicon::{ACHIEVE, FOCUS, LEVEL, NEXT, PAST, WISH, WORK};
use crate::numeral;
use crate::reading::{Comparison, Kind, Value};
use crate::unit::Class;

use super::clause::{Parts, Share};
use super::literal::is_listed;
use super::{Context, Draft, Found, Written, gift};

/// Signs of the levels of government, which are counted as 省市县三级.
const LEVELS: &str = "国省市县区旗乡镇街道村社组部门企校园";
/// What levels do together.
const TOGETHER: &[&str] = &[
    "贯通", "联动", "联通", "互通", "协同", "覆盖", "一体", "共享", "衔接", "联网", "共用", "直达",
    "互联",
];
/// Verbs that make a counted list of 三大工程 something that is worked on.
const WORK_ON: &[&str] = &[
    "实施", "推进", "构建", "打造", "建设", "完善", "开展", "突出", "做强", "做优", "培育", "发展",
    "深化", "健全", "落实", "抓好", "推动", "强化", "加快", "聚力", "拓展", "提升", "壮大", "优化",
    "做大",
];
/// What is held so many times over: behind these 三期 counts, behind others it may be the third stage.
const EVENTS: &[&str] = &[
    "举办", "举行", "培训", "轮训", "研修", "讲座", "讲堂", "课程", "沙龙", "论坛", "编发", "简报",
];
/// Words before what something is measured against.
const AGAINST: &[&str] = &[
    "较", "比", "与", "同", "超过", "高于", "优于", "好于", "低于",
];
/// The longest counted noun of a list.
const NOUN_SIGNS: usize = 10;

/// A counted list that begins at an index: 四大领域, 市县乡村四级贯通. The place behind it.
pub(super) fn listing(
    flow: &Flow,
    parts: &Parts,
    index: usize,
    context: Context,
    found: &mut Found,
) -> Option<usize> {
    if !numeral::is_chinese_digit(flow.at(index)) || numeral::is_chinese_digit(flow.before(index)) {
        return None;
    }
    let numeral = numeral::at(flow, index)?;
    let value = numeral
        .value
        .as_whole()
        .filter(|value| (2..=30).contains(value))?;
    if flow.before(index) == '第' {
        return None;
    }
    let (to, unit) = match flow.at(numeral.end) {
        '大' => (great(flow, parts, index, numeral.end)?, counter(context)),
        '级' => (
            levels(flow, parts, index, numeral.end)?,
            Written::Place(numeral.end, numeral.end + 1),
        ),
        _ => return None,
    };
    found.figures.push(Draft {
        from: index,
        to,
        value: Value::Number(value.into()),
        name: None,
        unit,
        comparison: Comparison::Equal,
        bound: None,
        range: None,
        baseline: None,
        kind: Kind::ListCount,
        due: None,
        doubts: Vec::new(),
    });
    Some(to)
}

/// The word that counts things of any kind.
pub(super) fn counter(context: Context) -> Written {
    Written::Symbol(if context.is_traditional { "個" } else { "个" })
}

/// 四大领域 where the four are named or looked at. 党的二十大 and 三大运营商 are names.
fn great(flow: &Flow, parts: &Parts, index: usize, mark: usize) -> Option<usize> {
    if flow.ends_with(index, "党的") || flow.ends_with(index, "届") {
        return None;
    }
    let to = noun_end(flow, parts, mark + 1, parts.to, NOUN_SIGNS);
    // 三大基础库清洗: the work on the counted things is no part of their name.
    let to = (mark + 3..to)
        .find(|place| {
            flow.word_at(*place, WORK)
                .is_some_and(|(_, length)| place + length == to)
        })
        .unwrap_or(to);
    if to <= mark + 1 {
        return None;
    }
    let head = parts.from;
    let is_listed = parts.breaks.last().is_some_and(|place| index - place <= 16);
    let is_worked_on =
        flow.word_at(head, FOCUS).is_some() || flow.word_before(index, WORK_ON).is_some();
    (is_listed || is_worked_on || flow.holds_any(head, index, FOCUS)).then_some(to)
}

/// 市县镇村四级贯通: the levels are named, and being joined is what is said of them. 省市县三级联动机制 only describes a mechanism.
fn levels(flow: &Flow, parts: &Parts, index: usize, mark: usize) -> Option<usize> {
    let named = (parts.from..index)
        .rev()
        .take_while(|place| LEVELS.contains(flow.at(*place)) || flow.at(*place) == '、')
        .count();
    let (_, length) = flow.word_at(mark + 1, TOGETHER)?;
    let to = mark + 1 + length;
    (named >= 2 && (to >= parts.to || matches!(flow.at(to), '、' | ')'))).then_some(to)
}

/// Where a noun ends that begins at a place: before a verb, an enumeration, a bracket or a quotation.
pub(super) fn noun_end(
    flow: &Flow,
    parts: &Parts,
    from: usize,
    to: usize,
    longest: usize,
) -> usize {
    let mut index = from;
    while index < to && index - from < longest {
        let is_quote = parts.quotes.iter().any(|(open, _)| *open == index);
        if is_quote || matches!(flow.at(index), '、' | '(' | '“' | '”' | '和' | '与') {
            break;
        }
        if index > from && flow.word_at(index, NEXT).is_some() {
            break;
        }
        index += 1;
    }
    index
}

/// What the words around a quantity make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Is(Kind),
    /// To be offered, with the reason.
    Open(&'static str),
    /// No figure at all.
    None,
}

/// Judges a quantity by the words of its run and of its clause.
pub(super) fn verdict(
    flow: &Flow,
    parts: &Parts,
    share: &Share<'_>,
    is_post: bool,
    dates: &[When],
    context: Context,
) -> Verdict {
    let quantity = share.quantity;
    if quantity.is_joined {
        return Verdict::Open("数字紧接外文字母，可能是名称的一部分");
    }
    let is_in_clause = |when: &&When| when.from >= parts.from && when.to <= parts.to;
    let is_past = dates.iter().filter(is_in_clause).any(|when| {
        when.sense == Sense::Until
            || when.sense == Sense::By && context.is_before(when.last) && when.to <= quantity.start
    });
    // 截至目前，建有基站18000座: the clause before says it of this one.
    let is_told_before = flow.before(parts.from) == ','
        && flow
            .word_before(
                parts.from - 1,
                &["截至目前", "截止目前", "到目前为止", "截至现在"],
            )
            .is_some();
    if is_past || is_told_before || says_past(flow, parts.from, quantity.start) {
        return Verdict::Is(Kind::Description);
    }
    if share.is_scope && quantity.unit.is_none() {
        return Verdict::None;
    }
    let head = |words: &[&'static str]| flow.holds_any(share.from, quantity.start, words);
    if head(&["优先", "鼓励", "倡导", "推荐", "提倡", "尽量", "原则上"]) && !share.is_scope
    {
        return Verdict::Is(Kind::Preference);
    }
    if share.is_scope || is_place(flow, parts, share) {
        return Verdict::Is(Kind::Description);
    }
    if is_specification(flow, share, is_post) {
        let is_wished = head(WISH) || head(&["重点"]);
        return Verdict::Is(if is_wished {
            Kind::Preference
        } else {
            Kind::Description
        });
    }
    if quantity.class == Class::Money && head(&["总投资", "概算", "注册资本", "估算投资"])
    {
        return Verdict::Is(Kind::Description);
    }
    if gift::is_given(flow, parts, share) {
        return Verdict::Is(Kind::Description);
    }
    match quantity.class {
        Class::Time => time(flow, share, is_post),
        Class::Count => count(flow, parts, share, is_post, context),
        _ if quantity.unit.is_none() => unitless(flow, share, context),
        _ => Verdict::Is(Kind::Target),
    }
}

/// Whether the words before a number tell of what has been. 整合现有系统 works on what is there, 在现有基础上新建 goes on from it.
fn says_past(flow: &Flow, from: usize, to: usize) -> bool {
    let basis = "基础上";
    let from = (from..to)
        .rev()
        .find(|place| flow.has(*place, basis))
        .map_or(from, |place| place + basis.chars().count());
    (from..to).any(|place| {
        flow.word_at(place, PAST).is_some_and(|(word, length)| {
            let is_attribute = matches!(word, "现有" | "原有" | "已有");
            // 较去年增长20%: what it is measured against.
            let is_compared =
                matches!(word, "去年" | "目前") && flow.word_before(place, AGAINST).is_some();
            place + length <= to
                && !is_compared
                && !(is_attribute && flow.word_before(place, ACHIEVE).is_some())
        })
    })
}

/// Whether a number stands behind the 在 of a place, and not behind that of 控制在.
fn is_behind_in(flow: &Flow, start: usize) -> bool {
    matches!(flow.before(start), '在' | '于') && flow.word_before(start, LEVEL).is_none()
}

/// 在12个区、186个街道推行: where something is done, not how much of it. 覆盖12个区 behind another figure says the same.
fn is_place(flow: &Flow, parts: &Parts, share: &Share<'_>) -> bool {
    let start = share.quantity.start;
    if share.quantity.class != Class::Count {
        return false;
    }
    if is_behind_in(flow, start) {
        return true;
    }
    let is_first = parts
        .quantities
        .first()
        .is_some_and(|first| first.start == start);
    if is_first {
        return flow.ends_with(start, "覆盖")
            && start - share.from <= 3
            && flow.before(parts.from) == ',';
    }
    parts
        .quantities
        .iter()
        .rfind(|before| before.start < start)
        .is_some_and(|before| {
            let first = parts.quantities.first().map_or(start, |first| first.start);
            let is_joined = start == share.from && before.class == Class::Count;
            let opens = is_behind_in(flow, first)
                || flow.ends_with(first, "覆盖")
                    && flow.before(parts.from) == ','
                    && first - parts.from <= 3;
            is_joined && opens
        })
}

/// What kind of thing is meant, as in 8kW以上的机架, 亿元以上项目30个.
pub(super) fn is_specification(flow: &Flow, share: &Share<'_>, is_post: bool) -> bool {
    let quantity = share.quantity;
    matches!(quantity.class, Class::Measure | Class::Money | Class::Time)
        && quantity.unit.is_some()
        && !is_post
        && flow.at(quantity.end) == '的'
        && !flow.holds_any(quantity.end, share.to, &["目标", "任务", "要求"])
}

/// A time is a target where it is compared, reached or changed; 24小时服务 is none.
fn time(flow: &Flow, share: &Share<'_>, is_post: bool) -> Verdict {
    let quantity = share.quantity;
    // 65岁以上老人: whom it is for.
    let is_age = matches!(quantity.unit, Some(Written::Place(at, _)) if flow.at(at) == '岁');
    if is_age && !is_post {
        return Verdict::Is(Kind::Description);
    }
    let is_named = flow
        .word_at(quantity.end, crate::lexicon::TIME_NAMES)
        .is_some();
    let is_changed = flow
        .word_before(quantity.start, LEVEL)
        .or_else(|| flow.word_before(quantity.start, crate::lexicon::DOWN))
        .or_else(|| flow.word_before(quantity.start, crate::lexicon::UP))
        .is_some();
    if is_changed || quantity.after.is_some() && quantity.before.is_none() && !is_named {
        return Verdict::Is(Kind::Target);
    }
    if quantity.before.is_some() && !is_named {
        return Verdict::Is(Kind::Target);
    }
    if is_named || !is_post {
        return Verdict::None;
    }
    Verdict::Open("时间长短，未写明要达到、压缩还是不超过")
}

/// A number without a unit is a figure only where something is said to reach it.
fn unitless(flow: &Flow, share: &Share<'_>, context: Context) -> Verdict {
    let quantity = share.quantity;
    let is_reached = flow.word_before(quantity.start, LEVEL).is_some();
    if quantity.text.is_some()
        || is_reached
        || quantity.before.is_some()
        || quantity.after.is_some()
    {
        return Verdict::Is(Kind::Target);
    }
    if context.is_cell {
        return Verdict::Open("数字没有计量单位");
    }
    Verdict::None
}

fn count(
    flow: &Flow,
    parts: &Parts,
    share: &Share<'_>,
    is_post: bool,
    context: Context,
) -> Verdict {
    let quantity = share.quantity;
    let is_set_phrase = flow
        .word_at(quantity.end, crate::lexicon::SET_PHRASES)
        .is_some();
    if quantity.is_rank {
        return Verdict::Is(Kind::Target);
    }
    let is_done = flow.holds_any(parts.from, quantity.start, ACHIEVE);
    let is_direct = flow.word_before(quantity.start, ACHIEVE).is_some();
    if quantity.is_chinese {
        if is_set_phrase || quantity.value.as_whole() == Some(0) {
            return Verdict::None;
        }
        if quantity.value.as_whole() == Some(1) {
            return if is_direct
                && matches!(
                    flow.at(quantity.number + 1),
                    '个' | '家' | '座' | '条' | '套'
                ) {
                Verdict::Open("“一个”可能是实数，也可能只是泛指")
            } else {
                Verdict::None
            };
        }
        let is_stage = matches!(quantity.unit, Some(Written::Place(at, _)) if flow.at(at) == '期');
        if is_stage && flow.word_before(quantity.start, EVENTS).is_none() {
            return Verdict::Open("可能是期数，也可能是第几期");
        }
        if quantity.is_round
            && quantity.end - quantity.number <= 2
            && quantity.unit.is_some()
            && !is_post
        {
            return if flow.word_at(share.from, crate::lexicon::MEANS).is_some() {
                Verdict::Is(Kind::Description)
            } else {
                Verdict::Open("概数，可能只是形容")
            };
        }
        if is_listed(flow, parts, share) && !is_post {
            return Verdict::Is(Kind::ListCount);
        }
        let is_firm = quantity.before.is_some() || quantity.after.is_some();
        if is_direct || is_firm || is_post && is_done || context.is_cell {
            return Verdict::Is(Kind::Target);
        }
        return Verdict::Open("中文数字，可能是固定提法");
    }
    let is_done_later = flow.holds_any(quantity.end, share.to.max(quantity.end), ACHIEVE);
    // 为62所学校配齐设备: what is done to them follows.
    let is_served = flow
        .word_before(
            quantity.start,
            &["为", "对", "向", "给", "让", "使", "将", "帮助"],
        )
        .is_some();
    let is_compared = quantity.before.is_some() || quantity.after.is_some() || is_served;
    if is_done
        || is_done_later
        || is_compared
        || is_post
        || context.is_cell
        || share.from > parts.from
    {
        return Verdict::Is(Kind::Target);
    }
    Verdict::Open("只有数字，没有写明要做什么")
}
