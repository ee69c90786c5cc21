//! A figure of an open board in words and numbers.

use maud::{Markup, html};
use yandu_metrics::{Answer, Group, Key, Point, Tile, Value};
use yandu_pack::declare::{Comparison, TileKind};
use yandu_words::DatasetId;

use super::fields;
use super::language::{Language, Speech};
use crate::address::encode;
use crate::state::State;

/// A tile: its figure where it is open, and that it is closed where it is not.
pub(super) fn tile(state: &State, speech: &Speech, tile: &Tile) -> Markup {
    if tile.tile.kind == TileKind::Text {
        let text = tile.tile.text.as_ref().map(|text| speech.title(text));
        return html! { section class="box" { p { (text.unwrap_or_default()) } } };
    }
    let own_title = tile.tile.title.as_ref().map(|title| speech.title(title));
    if !is_open(state, tile) {
        let unnamed = speech.say("未公开的指标", "A figure that is not open");
        return html! {
            section class="box" {
                h2 { (own_title.unwrap_or(unnamed)) }
                p class="empty" { (speech.say("这项没有向社会公开。", "This is not open to the public.")) }
            }
        };
    }
    let Some(Ok(answer)) = &tile.outcome else {
        // What was wrong is for the operator's log.
        return html! {
            section class="box" {
                h2 { (own_title.unwrap_or(speech.say("指标", "A figure"))) }
                p class="empty" { (speech.say("现在没有数字，请过一会儿再看。", "There is no number now. Look again later.")) }
            }
        };
    };
    let title = own_title.unwrap_or(speech.title(&answer.definition.file.title));
    html! {
        section class="box" {
            h2 { (title) }
            (figures(speech, tile.tile.kind, title, answer))
            (about(speech, answer))
        }
    }
}

/// Whether visitors see all that a figure follows from, as it is: one that was put together from a part of it would say
/// something else under the same name.
fn is_open(state: &State, tile: &Tile) -> bool {
    let Some(metric) = &tile.tile.metric else {
        return false;
    };
    let Ok(definition) = state.metrics().definition(metric) else {
        return false;
    };
    let outcome = tile.outcome.as_ref();
    let answer = outcome.and_then(|outcome| outcome.as_ref().ok());
    let list = answer.and_then(Answer::list_of_unit);
    are_open(state, definition.file.of.as_str(), &definition.columns())
        && list.is_none_or(|(dataset, columns)| are_open(state, dataset, columns))
}

/// Whether visitors see these columns of a dataset as they are, in every row.
fn are_open(state: &State, dataset: &str, columns: &[&str]) -> bool {
    let packs = state.collector().packs();
    let id: Option<DatasetId> = dataset.parse().ok();
    let Some(dataset) = id.and_then(|id| packs.dataset(&id)) else {
        return false;
    };
    let shown = fields::shown(state, dataset);
    let is_shown = |column: &&str| {
        let mut shown = shown.iter();
        shown.any(|field| field.name == **column && field.is_open())
    };
    columns.iter().all(is_shown)
}

fn figures(speech: &Speech, kind: TileKind, title: &str, answer: &Answer) -> Markup {
    match kind {
        TileKind::Number => number(speech, answer),
        TileKind::Trend => trend(speech, title, answer),
        _ => lines(speech, title, answer),
    }
}

/// The newest number.
fn number(speech: &Speech, answer: &Answer) -> Markup {
    let point = answer.groups.first().and_then(|group| group.points.last());
    html! {
        p class="figure" { (value(speech, answer, point)) }
        @if let Some(target) = &answer.target {
            p class="hint" {
                (speech.say("目标：", "Target: ")) (compared(speech, target.comparison)) " " (written(answer, target.value))
                @if let Some(is_met) = target.is_met {
                    " · "
                    @if is_met { (speech.say("已达目标", "reached")) }
                    @else if target.is_due { (speech.say("未达目标", "not reached")) }
                    @else { (speech.say("尚未达到", "not reached yet")) }
                }
            }
        }
    }
}

/// Numbers over time: a line for each period, the newest first.
fn trend(speech: &Speech, title: &str, answer: &Answer) -> Markup {
    let periods = answer.groups.first().map(|group| group.points.as_slice());
    let periods = periods.unwrap_or_default();
    let is_one = answer.groups.len() <= 1;
    table(
        title,
        &html! {
            thead {
                tr {
                    th scope="col" { (speech.say("时期", "Period")) }
                    @if is_one { th class="number" scope="col" { (unit(speech, answer)) } }
                    @else { @for group in &answer.groups { th class="number" scope="col" { (names(speech, group)) } } }
                }
            }
            tbody {
                @for (place, point) in periods.iter().enumerate().rev() {
                    tr {
                        th scope="row" { (period(speech, point)) }
                        @for group in &answer.groups {
                            td class="number" { (value(speech, answer, group.points.get(place))) }
                        }
                    }
                }
            }
        },
    )
}

/// Numbers by a dimension.
fn lines(speech: &Speech, title: &str, answer: &Answer) -> Markup {
    table(
        title,
        &html! {
            thead {
                tr {
                    th scope="col" { (speech.say("名称", "Name")) }
                    th class="number" scope="col" { (unit(speech, answer)) }
                }
            }
            tbody {
                @for group in &answer.groups {
                    tr {
                        th scope="row" { (names(speech, group)) }
                        td class="number" { (value(speech, answer, group.points.last())) }
                    }
                }
            }
        },
    )
}

fn table(title: &str, content: &Markup) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(title) {
            table { (content) }
        }
    }
}

/// Until when, whose, how it is counted, and the open data that it comes from.
fn about(speech: &Speech, answer: &Answer) -> Markup {
    let file = &answer.definition.file;
    let data = format!("/open/{}", encode(file.of.as_str()));
    html! {
        p class="hint" {
            @if let Some(period) = answer.period {
                (speech.say("截至：", "Until: ")) (period.to_string()) " · "
            }
            (file.owner) " · "
            a href=(speech.to(&data)) { (speech.say("看所用的数据", "See the data")) }
        }
        details {
            summary { (speech.say("指标口径", "How it is counted")) }
            p { (speech.title(&file.formula)) }
            @if let Some(basis) = &file.basis { p class="hint" { (speech.say("依据：", "Basis: ")) (speech.title(basis)) } }
        }
    }
}

fn unit(speech: &Speech, answer: &Answer) -> String {
    match answer.definition.file.unit.as_str() {
        "1" => speech.say("数值", "Number").to_owned(),
        unit => match speech.language {
            Language::Chinese => format!("数值（{unit}）"),
            Language::English => format!("Number ({unit})"),
        },
    }
}

fn period(speech: &Speech, point: &Point) -> String {
    let period = point.period;
    // Where nothing has come there is nothing in part.
    if !point.is_partial || point.cells == 0 {
        return period.to_string();
    }
    match speech.language {
        Language::Chinese => format!("{period}（部分）"),
        Language::English => format!("{period} (in part)"),
    }
}

fn names(speech: &Speech, group: &Group) -> String {
    let name = |key: &Key| match (&key.name, &key.value) {
        (Some(title), _) => speech.title(title).to_owned(),
        (None, Some(value)) => value.to_string(),
        (None, None) => speech.say("未填写", "not stated").to_owned(),
    };
    let names: Vec<String> = group.keys.iter().map(name).collect();
    names.join(" · ")
}

fn value(speech: &Speech, answer: &Answer, point: Option<&Point>) -> Markup {
    let Some(Value::Value(number)) = point.map(|point| point.value) else {
        return html! { span class="empty" { (speech.say("没有数字", "no number")) } };
    };
    html! { (written(answer, number)) }
}

fn compared(speech: &Speech, comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::AtLeast => speech.say("不低于", "at least"),
        Comparison::AtMost => speech.say("不高于", "at most"),
        Comparison::Above => speech.say("高于", "more than"),
        Comparison::Below => speech.say("低于", "less than"),
        Comparison::Equal => speech.say("等于", "exactly"),
        Comparison::Change => speech.say("比基期变化", "a change by"),
    }
}

/// A number with the digits of the metric and its unit.
fn written(answer: &Answer, number: f64) -> String {
    let file = &answer.definition.file;
    let number = format!("{number:.*}", usize::from(file.decimals));
    match file.unit.as_str() {
        "1" => number,
        unit => format!("{number} {unit}"),
    }
}
