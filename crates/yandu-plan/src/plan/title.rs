//! The title of a plan and the years that it is made for.

use super::Layout;
use crate::due;
use crate::flow::Flow;
use crate::outline::Heading;

/// What stands above the numbered parts of a text.
pub(super) struct Head {
    pub(super) title: Option<String>,
    /// The first and the last year of the plan.
    pub(super) years: Option<(i16, i16)>,
    /// A line is named like a plan, or says its year and is not named like anything else.
    pub(super) is_of_plan: bool,
}

/// What other texts with numbered parts are called.
const OTHERS: &[&str] = &[
    "纪要", "条例", "办法", "规定", "细则", "报告", "总结", "讲话", "通报", "简报", "快报", "公报",
];

/// The title and the year of the plan: of the first lines, the one that is named like a plan, else the first that says its year.
pub(super) fn title(layout: &Layout, signs: &[char], headings: &[Heading]) -> Head {
    let first = headings.first().map_or(usize::MAX, |heading| heading.from);
    let names: &[&'static str] = &[
        "工作要点",
        "行动计划",
        "行动方案",
        "实施方案",
        "工作方案",
        "工作计划",
        "重点任务",
        "任务分解",
        "工作安排",
        "建设方案",
        "重点工作",
        "任务清单",
        "年度计划",
        "实施计划",
        "规划",
        "任务分工",
    ];
    let flow = &layout.flow;
    let head = || {
        layout
            .paragraphs
            .iter()
            .filter(|(from, _)| *from < first)
            .take(40)
    };
    let text = |from: usize, to: usize| -> String {
        (from..to)
            .filter_map(|index| signs.get(flow.place(index)))
            .collect()
    };
    let is_line = |from: usize, to: usize| {
        to - from <= 60 && !matches!(flow.before(to), '。' | ':' | ';' | ',')
    };
    let named = head()
        .filter(|(from, to)| {
            is_line(*from, *to)
                && flow.holds_any(*from, *to, names)
                && flow.word_before(*to, OTHERS).is_none()
        })
        .last();
    let years_in = |flow: &Flow, from: usize, to: usize| {
        due::years(flow, from, to)
            .into_iter()
            .fold(None, |years, year| {
                let (first, last) = years.unwrap_or((year, year));
                Some((year.min(first), year.max(last)))
            })
    };
    // A day says when something was given out, and a bracket who decided it when.
    let is_day = |from: usize, to: usize| {
        due::all(flow, from, to, None).iter().any(|when| {
            let last = flow.before(when.to);
            matches!(last, '日' | '号') || last.is_ascii_digit()
        })
    };
    let is_bare = |from: usize, to: usize| is_line(from, to) && flow.at(from) != '(';
    let dated = head().find(|(from, to)| {
        is_bare(*from, *to) && !is_day(*from, *to) && years_in(flow, *from, *to).is_some()
    });
    let by_title = named.and_then(|(from, to)| years_in(flow, *from, *to));
    // 关于印发《2025年…工作要点》的通知 names it too.
    let by_notice = head().find_map(|(from, to)| {
        let open = flow.find(*from, *to, "《")?;
        let close = flow.find(open, *to, "》")?;
        let inside = flow.part(open + 1, close);
        flow.holds_any(open, close, names).then_some(())?;
        years_in(&inside, 0, inside.len())
    });
    // Else the day on which the plan was given out.
    let by_day = || {
        head()
            .filter(|(from, to)| to - from <= 14 || is_bare(*from, *to))
            .find_map(|(from, to)| years_in(flow, *from, *to))
    };
    let by_date = || dated.and_then(|(from, to)| years_in(flow, *from, *to));
    let years = by_title.or(by_notice).or_else(by_date).or_else(by_day);
    let title = named
        .or(dated)
        .map(|(from, to)| text(*from, *to))
        .or_else(|| {
            head()
                .find(|(from, to)| to - from <= 60 && flow.before(*to) != ':')
                .map(|(from, to)| text(*from, *to))
        });
    let is_other = |(from, to): &(usize, usize)| flow.holds_any(*from, *to, OTHERS);
    Head {
        title,
        years,
        is_of_plan: named.is_some()
            || by_notice.is_some()
            || dated.is_some_and(|line| !is_other(line)),
    }
}
