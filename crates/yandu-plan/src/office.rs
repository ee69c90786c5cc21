//! Responsible units: who leads, who supports, and who answers together with others.

mod names;

use crate::due::{self, Sense, When};
use crate::flow::Flow;
use crate::lexicon::{ACHIEVE, EACH, NEXT, UNIT_ENDS, UNIT_ONLY};
use crate::reading::Role;
use jiff::civil::Date;

use names::names;

/// A name between two places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) role: Role,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// A naming of units, and when their part is due.
#[derive(Debug, Clone, Default)]
pub(crate) struct Naming {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) units: Vec<Named>,
    pub(crate) due: Option<Date>,
    /// Units that answer for all points.
    pub(crate) everywhere: Vec<Named>,
    /// Behind labels such as 责任单位：, and in no bracket.
    pub(crate) is_labelled: bool,
    stated: Vec<(Stated, Vec<(usize, usize)>)>,
}

/// What the text calls a group of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stated {
    Lead,
    Responsible,
    Support,
    Due,
    /// People, who are no units; a unit in their place answers.
    Person,
    /// Units, each with the person who answers in it.
    UnitAndPerson,
}

const LABELS: &[(&str, Stated)] = &[
    ("牵头单位", Stated::Lead),
    ("牵头部门", Stated::Lead),
    ("总牵头单位", Stated::Lead),
    ("牵头责任单位", Stated::Lead),
    ("牵头负责单位", Stated::Lead),
    ("市级牵头单位", Stated::Lead),
    ("牵头", Stated::Lead),
    ("主办单位", Stated::Lead),
    ("主责单位", Stated::Lead),
    ("主要责任单位", Stated::Lead),
    ("第一责任单位", Stated::Lead),
    ("责任单位", Stated::Responsible),
    ("责任部门", Stated::Responsible),
    ("责任主体", Stated::Responsible),
    ("责任分工", Stated::Responsible),
    ("负责单位", Stated::Responsible),
    ("承办单位", Stated::Responsible),
    ("落实单位", Stated::Responsible),
    ("实施单位", Stated::Responsible),
    ("实施主体", Stated::Responsible),
    ("完成单位", Stated::Responsible),
    ("责任", Stated::Responsible),
    ("配合单位", Stated::Support),
    ("配合部门", Stated::Support),
    ("协办单位", Stated::Support),
    ("协助单位", Stated::Support),
    ("协同单位", Stated::Support),
    ("协作单位", Stated::Support),
    ("参与单位", Stated::Support),
    ("参加单位", Stated::Support),
    ("支持单位", Stated::Support),
    ("配合", Stated::Support),
    ("完成时限", Stated::Due),
    ("完成时间", Stated::Due),
    ("完成期限", Stated::Due),
    ("时间节点", Stated::Due),
    ("时限要求", Stated::Due),
    ("时限", Stated::Due),
    ("牵头领导", Stated::Person),
    ("牵头市领导", Stated::Person),
    ("责任领导", Stated::Person),
    ("责任市领导", Stated::Person),
    ("分管领导", Stated::Person),
    ("挂钩领导", Stated::Person),
    ("联系领导", Stated::Person),
    ("包保领导", Stated::Person),
    ("市级领导", Stated::Person),
    ("牵头人", Stated::Person),
    ("负责人", Stated::Person),
    ("主要负责人", Stated::Person),
    ("责任人", Stated::Person),
    ("责任单位及责任人", Stated::UnitAndPerson),
    ("责任单位和责任人", Stated::UnitAndPerson),
];

/// The label at an index: what it states, and the place behind its colon.
fn label_at(flow: &Flow, index: usize) -> Option<(Stated, usize)> {
    LABELS
        .iter()
        .filter(|(word, _)| flow.has(index, word))
        .map(|(word, stated)| (word.chars().count(), *stated))
        .max_by_key(|(length, _)| *length)
        .and_then(|(length, stated)| {
            let end = index + length;
            (flow.at(end) == ':').then_some((stated, end + 1))
        })
}

/// Whether a paragraph is nothing but a naming, such as 责任单位：市教育局.
pub(crate) fn is_labelled(flow: &Flow, from: usize, to: usize) -> bool {
    from < to && label_at(flow, from).is_some()
}

/// The namings of a paragraph: brackets and labels behind a sentence, or the whole paragraph.
pub(crate) fn namings(flow: &Flow, (from, to): (usize, usize), year: Option<i16>) -> Vec<Naming> {
    if is_labelled(flow, from, to) {
        return vec![read_labels(flow, (from, to), year)];
    }
    let mut found = Vec::new();
    let mut index = from;
    // What stands behind a bracket that never closes is a part of what it says.
    let mut is_open = false;
    while index < to {
        let opens = matches!(flow.at(index), '(' | '【' | '[' | '〔');
        if opens && let Some(end) = flow.closing(index, to) {
            if is_naming(flow, index, end, (from, to)) {
                found.push(read(flow, (index, end), (index + 1, end - 1), year));
            }
            index = end;
            continue;
        }
        is_open |= opens;
        let is_behind = index > from && matches!(flow.before(index), '。' | ';' | '!');
        if is_behind && !is_open && label_at(flow, index).is_some() {
            let end = end_of_labels(flow, index, to);
            let naming = read_labels(flow, (index, end), year);
            if !naming.units.is_empty() || naming.due.is_some() {
                found.push(naming);
            }
            index = end;
        } else {
            index += 1;
        }
    }
    found
}

fn read_labels(flow: &Flow, (from, to): (usize, usize), year: Option<i16>) -> Naming {
    Naming {
        is_labelled: true,
        ..read(flow, (from, to), (from, to), year)
    }
}

/// Where the labelled parts end that begin at an index: behind the first 。 that no label follows, or ; that neither a label nor
/// units follow.
fn end_of_labels(flow: &Flow, from: usize, to: usize) -> usize {
    let label = |index: usize| label_at(flow, index).map(|(stated, _)| stated);
    let mut stated = label(from);
    let mut index = from;
    while index < to {
        if let Some(end) = flow.closing(index, to) {
            index = end;
            continue;
        }
        let sign = flow.at(index);
        index += 1;
        if !matches!(sign, ';' | '。') {
            continue;
        }
        let next = label(index);
        if next.is_none() && (sign == '。' || !units_follow(flow, index, to, stated)) {
            return index;
        }
        stated = next.or(stated);
    }
    to
}

/// Whether nothing but units stands from an index to the next sign or label that parts a naming.
fn units_follow(flow: &Flow, from: usize, to: usize, stated: Option<Stated>) -> bool {
    let mut end = from;
    while end < to && !matches!(flow.at(end), ';' | '。') && label_at(flow, end).is_none() {
        end = flow.closing(end, to).unwrap_or(end + 1);
    }
    let names = names(flow, from, end);
    !names.is_empty()
        && names.iter().all(|(from, to)| {
            let unit = if stated == Some(Stated::UnitAndPerson) {
                without_person(flow, (*from, *to)).filter(|(_, end)| {
                    let parts = |place: usize| flow.gap(place) || flow.at(place) == '(';
                    end == to || (*end..*to).any(parts)
                })
            } else {
                Some((*from, *to))
            };
            unit.is_some_and(|unit| is_unit(flow, unit))
        })
}

/// Whether a run ends as a unit does, and is no sentence of what is done to one: 推进智慧园区; 全年新建5个服务站.
fn is_unit(flow: &Flow, (from, to): (usize, usize)) -> bool {
    let is_verb = |place: usize, rest: usize| {
        [ACHIEVE, NEXT].iter().any(|words| {
            flow.word_at(place, words)
                .is_some_and(|(_, length)| length > 1 && place + length + rest < to)
        })
    };
    (2..=20).contains(&(to - from))
        && flow.word_before(to, UNIT_ENDS).is_some()
        && !(from..to).any(|place| flow.at(place).is_ascii_digit())
        && !is_verb(from, 1)
        && !is_verb(from + 2, 2)
}

/// The unit in a name that a person follows: 市数据局 张三; 市数据局（张三）. The bracket of 各县（市、区） is the unit's own, and 局长 and
/// 党组书记 are no ends of units.
fn without_person(flow: &Flow, (from, to): (usize, usize)) -> Option<(usize, usize)> {
    let mut end = from;
    let mut index = from;
    while index < to {
        let close = flow.closing(index, to);
        let next = close.unwrap_or(index + 1);
        let last = close.map_or(next, |close| close - 1);
        if flow.word_before(last, UNIT_ENDS).is_some()
            && !matches!(flow.at(next), '长' | '书' | '成')
        {
            end = next;
        }
        index = next;
    }
    (end > from + 1).then_some((from, end))
}

/// The names in a cell below a title; the units alone where it asks for the persons in them too: 责任单位及责任人.
pub(crate) fn names_below(
    flow: &Flow,
    title: (usize, usize),
    (from, to): (usize, usize),
) -> Vec<(usize, usize)> {
    let named = names(flow, from, to);
    if !flow.holds_any(title.0, title.1, &["责任人", "负责人"]) {
        return named;
    }
    named
        .into_iter()
        .filter_map(|name| without_person(flow, name))
        .collect()
}

/// Whether a bracket names units: it says so, and it stands behind a sentence.
fn is_naming(flow: &Flow, open: usize, end: usize, (from, to): (usize, usize)) -> bool {
    let (start, close) = (open + 1, end - 1);
    let is_behind = matches!(flow.before(open), '。' | ';' | '!' | ')' | '】' | '〕')
        || end >= to
        || matches!(flow.at(end), '。' | ';');
    if !is_behind || open == from && end < to {
        return false;
    }
    let words: &[&'static str] = &[
        "负责",
        "牵头",
        "配合",
        "主办",
        "协办",
        "承办",
        "责任单位",
        "责任部门",
        "责任主体",
        "落实单位",
        "实施单位",
        "参与单位",
        "责任:",
        "参加单位",
    ];
    if flow.holds_any(start, close, words) {
        return has_unit(flow, start, close);
    }
    // Names alone: each of them must end as nothing but a unit does. Behind the end of a sentence, where hardly anything else stands in
    // a bracket, one such name is enough when most of the others may be units.
    let names = names(flow, start, close);
    let count = |shortest: usize, words: &[&'static str]| {
        names
            .iter()
            .filter(|(from, to)| {
                (shortest..=20).contains(&(to - from)) && flow.word_before(*to, words).is_some()
            })
            .count()
    };
    let certain = count(3, UNIT_ONLY);
    let is_each = |(from, _): &(usize, usize)| flow.word_at(*from, EACH).is_some();
    !names.is_empty()
        && (certain == names.len()
            || matches!(flow.before(open), '。' | ';' | '!')
                && (certain > 0 || names.iter().any(is_each))
                && count(2, UNIT_ENDS) * 2 > names.len())
}

fn has_unit(flow: &Flow, from: usize, to: usize) -> bool {
    (from..to).any(|place| flow.word_before(place + 1, UNIT_ENDS).is_some())
}

fn read(
    flow: &Flow,
    (from, to): (usize, usize),
    (start, end): (usize, usize),
    year: Option<i16>,
) -> Naming {
    let mut naming = Naming {
        from,
        to,
        ..Naming::default()
    };
    for (start, end) in segments(flow, start, end) {
        segment(flow, start, end, year, &mut naming);
    }
    naming.settle();
    naming
}

impl Naming {
    /// A statement about all points at a place.
    pub(crate) fn of_all(place: usize, everywhere: Vec<Named>) -> Self {
        Self {
            from: place,
            to: place,
            everywhere,
            ..Self::default()
        }
    }

    /// Takes the last of the days by which something is to be done.
    fn take_day(&mut self, days: &[(When, usize)]) {
        let day = days
            .iter()
            .rfind(|(when, _)| when.sense == Sense::By)
            .and_then(|(when, _)| when.last);
        self.due = day.or(self.due);
    }

    /// Takes the next paragraph of the same naming in: 牵头单位 on one line, 责任单位 on the next.
    pub(crate) fn join(&mut self, next: Self) {
        self.to = next.to;
        self.due = self.due.or(next.due);
        self.is_labelled |= next.is_labelled;
        self.everywhere.extend(next.everywhere);
        self.stated.extend(next.stated);
        self.settle();
    }

    /// Gives each unit its role by all that the naming states: 责任单位 support a leading unit, lead supporting ones, and answer together
    /// where neither is named. A single unit leads.
    fn settle(&mut self) {
        let states = |one: Stated| {
            self.stated
                .iter()
                .any(|(stated, names)| *stated == one && !names.is_empty())
        };
        let (has_lead, has_support) = (states(Stated::Lead), states(Stated::Support));
        let responsible: usize = self
            .stated
            .iter()
            .filter(|(stated, _)| *stated == Stated::Responsible)
            .map(|(_, names)| names.len())
            .sum();
        self.units = self
            .stated
            .iter()
            .flat_map(|(stated, names)| {
                let role = match stated {
                    Stated::Lead => Role::Lead,
                    Stated::Support | Stated::Due | Stated::Person | Stated::UnitAndPerson => {
                        Role::Support
                    }
                    Stated::Responsible if has_lead => Role::Support,
                    Stated::Responsible if has_support || responsible == 1 => Role::Lead,
                    Stated::Responsible => Role::Shared,
                };
                names.iter().map(move |(from, to)| Named {
                    role,
                    from: *from,
                    to: *to,
                })
            })
            .collect();
    }
}

/// Parts of a naming: set apart by 。 and ;, and before each label. Units behind a ; are of the part before it, unless it names who leads.
fn segments(flow: &Flow, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut index) = (from, from);
    while index < to {
        if flow.at(index) == '(' {
            index = flow.closing(index, to).unwrap_or(index + 1);
            continue;
        }
        let is_end = match flow.at(index) {
            '。' => true,
            ';' => !goes_on(flow, start, index + 1, to),
            _ => false,
        };
        if is_end
            || index > start && label_at(flow, index).is_some() && !label_inside(flow, start, index)
        {
            found.push((start, index));
            start = index + usize::from(is_end);
        }
        index += 1;
    }
    found.push((start, to));
    found.retain(|(from, to)| from < to);
    found
}

/// Whether the label of a part is that of the units behind a ; as well.
fn goes_on(flow: &Flow, start: usize, index: usize, to: usize) -> bool {
    label_at(flow, start).is_some_and(|(stated, _)| {
        matches!(
            stated,
            Stated::Responsible | Stated::Support | Stated::UnitAndPerson
        ) && units_follow(flow, index, to, Some(stated))
    })
}

/// 牵头责任单位 holds 责任单位, which begins no part of its own.
fn label_inside(flow: &Flow, start: usize, index: usize) -> bool {
    label_at(flow, start).is_some_and(|(_, end)| index < end)
}

fn segment(flow: &Flow, from: usize, to: usize, year: Option<i16>, naming: &mut Naming) {
    if let Some(names) = everywhere(flow, from, to) {
        naming.everywhere.extend(names);
        return;
    }
    match label_at(flow, from) {
        Some((Stated::Due, start)) => {
            naming.due = due::day(flow, (start, to), year).or(naming.due);
        }
        Some((stated, start)) => {
            let end = ends_of_names(flow, start, to);
            let mut names = units(flow, (start, end), year, naming);
            naming.take_day(&days(flow, end, to, year));
            let stated = match stated {
                Stated::Person => {
                    names.retain(|(_, to)| flow.word_before(*to, UNIT_ONLY).is_some());
                    Stated::Responsible
                }
                Stated::UnitAndPerson => {
                    names = names
                        .into_iter()
                        .filter_map(|name| without_person(flow, name))
                        .collect();
                    Stated::Responsible
                }
                _ => stated,
            };
            naming.stated.push((stated, names));
        }
        None => phrase(flow, (from, to), year, naming),
    }
}

/// The names between two places. A day among them says when their part is due, and is no name.
fn units(
    flow: &Flow,
    (from, to): (usize, usize),
    year: Option<i16>,
    naming: &mut Naming,
) -> Vec<(usize, usize)> {
    let days = days(flow, from, to, year);
    naming.take_day(&days);
    let mut found = Vec::new();
    let mut start = from;
    for (when, end) in &days {
        found.extend(names(flow, start, when.from));
        start = *end;
    }
    found.extend(names(flow, start, to));
    found
}

/// The days between two places that are no part of a name, each with the place behind it and behind what it says is done by then.
fn days(flow: &Flow, from: usize, to: usize, year: Option<i16>) -> Vec<(When, usize)> {
    let parts = |place: usize| matches!(flow.at(place), '、' | ',' | ';' | '。');
    let mut found: Vec<(When, usize)> = Vec::new();
    for when in due::all(flow, from, to, year) {
        if found.last().is_some_and(|(_, end)| when.from < *end) {
            continue;
        }
        let is_first = when.from == from || parts(when.from - 1);
        let is_bound = matches!(flow.before(when.to), '前' | '底' | '末' | '内');
        let is_alone = when.to >= to || parts(when.to) || is_first && is_bound;
        let end = match due::done(flow, when.to) {
            Some(done) => (done..to).find(|place| parts(*place)).or(Some(to)),
            None => is_alone.then_some(when.to),
        };
        found.extend(end.map(|end| (when, end)));
    }
    found
}

/// 以下均需各县（市、区）人民政府负责，不再单独列出: who answers for all points.
pub(crate) fn everywhere(flow: &Flow, from: usize, to: usize) -> Option<Vec<Named>> {
    let all: &[&'static str] = &[
        "以下",
        "不再",
        "各项任务",
        "所有任务",
        "下同",
        "上述任务",
        "各项工作",
        "本要点",
    ];
    if !flow.holds_any(from, to, all) {
        return None;
    }
    let start = (from..to).find_map(|place| {
        flow.word_at(
            place,
            &[
                "均需",
                "均由",
                "均须",
                "均应由",
                "均需由",
                "都需",
                "都由",
                "还需",
                "同时由",
            ],
        )
        .map(|(_, length)| place + length)
    })?;
    let end = (start..to).find(|place| {
        flow.word_at(
            *place,
            &[
                "负责",
                "落实",
                "实施",
                "承担",
                "参与",
                "按职责",
                "具体",
                "抓好",
                "结合",
                "不再",
                "共同",
                "配合",
            ],
        )
        .is_some()
    })?;
    let names = names(flow, start, end);
    (!names.is_empty()).then(|| {
        names
            .into_iter()
            .map(|(from, to)| Named {
                role: Role::Shared,
                from,
                to,
            })
            .collect()
    })
}

/// Where names end and the words begin that say how units share their work.
const MANNER: &[&str] = &[
    "按职责",
    "按照",
    "按分工",
    "按各自",
    "根据",
    "依据",
    "依职责",
    "牵头",
    "负责",
    "配合",
    "共同",
    "协助",
    "协同",
    "参与",
    "参加",
    "分别",
    "落实",
    "会同",
    "会商",
    "支持",
    "主办",
    "协办",
    "承办",
    "分工",
    "组织实施",
];

fn ends_of_names(flow: &Flow, from: usize, to: usize) -> usize {
    (from..to)
        .find(|place| *place > from && flow.word_at(*place, MANNER).is_some())
        .unwrap_or(to)
}

/// A naming in words: A牵头，B、C配合; A、B等部门按职责分工负责; A会同B负责.
fn phrase(flow: &Flow, (from, to): (usize, usize), year: Option<i16>, naming: &mut Naming) {
    let mut waiting: Vec<(usize, usize)> = Vec::new();
    for (from, to) in crate::sentence::clauses(flow, from, to) {
        let end = ends_of_names(flow, from, to);
        waiting.extend(units(flow, (from, end), year, naming));
        naming.take_day(&days(flow, end, to, year));
        if end == to {
            continue;
        }
        if let Some(with) = flow.find(end, to, "会同").filter(|place| *place == end) {
            let rest = ends_of_names(flow, with + 2, to);
            naming
                .stated
                .push((Stated::Lead, std::mem::take(&mut waiting)));
            let others = units(flow, (with + 2, rest), year, naming);
            naming.stated.push((Stated::Support, others));
            continue;
        }
        let says = |words: &[&'static str]| flow.holds_any(end, to, words);
        let stated = if says(&["牵头", "主办"]) {
            Stated::Lead
        } else if says(&["配合", "协助", "协同", "参与", "参加", "支持", "协办"])
            && !says(&["负责"])
        {
            Stated::Support
        } else {
            Stated::Responsible
        };
        naming.stated.push((stated, std::mem::take(&mut waiting)));
    }
    if !waiting.is_empty() {
        naming.stated.push((Stated::Responsible, waiting));
    }
}
