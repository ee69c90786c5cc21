//! The title of a plan and the years that it is made for.

use super::Layout;
use crate::due;
use crate::flow::Flow;
use crate::outline::Heading;

/// The title and the year of the plan: of the first lines, the one that is named like a plan.
pub(super) fn title(
    layout: &Layout,
    signs: &[char],
    headings: &[Heading],
) -> (Option<String>, Option<(i16, i16)>) {
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
    let named = head()
        .filter(|(from, to)| {
            to - from <= 60
                && !matches!(flow.before(*to), '。' | ':' | ';' | ',')
                && flow.holds_any(*from, *to, names)
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
    let by_title = named.and_then(|(from, to)| years_in(flow, *from, *to));
    // 关于印发《2025年…工作要点》的通知 names it too.
    let by_notice = || {
        head().find_map(|(from, to)| {
            let open = flow.find(*from, *to, "《")?;
            let close = flow.find(open, *to, "》")?;
            let inside = flow.part(open + 1, close);
            flow.holds_any(open, close, names).then_some(())?;
            years_in(&inside, 0, inside.len())
        })
    };
    // Else the day on which the plan was given out.
    let by_day = || {
        head()
            .filter(|(from, to)| to - from <= 14)
            .find_map(|(from, to)| years_in(flow, *from, *to))
    };
    let year = by_title.or_else(by_notice).or_else(by_day);
    let title = named.map(|(from, to)| text(*from, *to)).or_else(|| {
        head()
            .find(|(from, to)| to - from <= 60 && flow.before(*to) != ':')
            .map(|(from, to)| text(*from, *to))
    });
    (title, year)
}
