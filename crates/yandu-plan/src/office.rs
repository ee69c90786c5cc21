//! Responsible units: who leads, who supports, and who answers together with others.

mod labels;
mod names;

use crate::due::{self, Sense, When};
use crate::flow::Flow;
use crate::lexicon::{EACH, UNIT_ENDS, UNIT_ONLY};
use crate::reading::Role;
use jiff::civil::Date;

use labels::{Label, Stated, end_of_labels, label_at, segments};
use names::{has_unit, names, without_person};

pub(crate) use labels::is_labelled;
pub(crate) use names::names_below;

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
                    Stated::Support => Role::Support,
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

fn segment(flow: &Flow, from: usize, to: usize, year: Option<i16>, naming: &mut Naming) {
    if let Some(names) = everywhere(flow, from, to) {
        naming.everywhere.extend(names);
        return;
    }
    let Some((label, start)) = label_at(flow, from) else {
        phrase(flow, (from, to), year, naming);
        return;
    };
    let (stated, named): (Stated, Vec<(usize, usize)>) = match label {
        Label::Due => {
            naming.due = due::day(flow, (start, to), year).or(naming.due);
            return;
        }
        Label::Units(stated) => (stated, behind_label(flow, (start, to), year, naming)),
        Label::UnitsAndPersons => {
            let named = behind_label(flow, (start, to), year, naming)
                .into_iter()
                .filter_map(|name| without_person(flow, name))
                .collect();
            (Stated::Responsible, named)
        }
        Label::Persons => {
            let mut named = behind_label(flow, (start, to), year, naming);
            named.retain(|(_, to)| flow.word_before(*to, UNIT_ONLY).is_some());
            (Stated::Responsible, named)
        }
    };
    naming.stated.push((stated, named));
}

/// The names between the colon of a label and the end of its part.
fn behind_label(
    flow: &Flow,
    (from, to): (usize, usize),
    year: Option<i16>,
    naming: &mut Naming,
) -> Vec<(usize, usize)> {
    let end = ends_of_names(flow, from, to);
    let named = units(flow, (from, end), year, naming);
    naming.take_day(&days(flow, end, to, year));
    named
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
