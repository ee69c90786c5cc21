//! A look at the first rows, with the reader and the time on them.

use maud::{Markup, html};
use serde_json::Value;
use yandu_pack::Dataset;

use super::fields::{Field, title, why};
use super::language::Speech;
use super::mark::Mark;
use crate::Result;
use crate::access::Asker;
use crate::query;
use crate::state::State;

/// Rows of a look.
const ROWS: u64 = 10;
/// Signs of the longest value that a look shows whole.
const SIGNS: usize = 80;

/// The question for all that is shown of a dataset.
pub(super) fn question(dataset: &Dataset, fields: &[Field]) -> String {
    let names = fields.iter().map(|field| format!("\"{}\"", field.name));
    let names = names.collect::<Vec<_>>().join(", ");
    format!("SELECT {names} FROM {}", dataset.id())
}

/// The first rows as a visitor sees them.
pub(super) async fn look(
    state: &State,
    speech: &Speech,
    dataset: &Dataset,
    fields: &[Field],
) -> Result<Markup> {
    let sql = format!("{} LIMIT {ROWS}", question(dataset, fields));
    let rows = query::first_rows(state, &Asker::Visitor, &sql, ROWS).await?;
    let mark = Mark::of_visitor(state, speech);
    if rows.is_empty() {
        return Ok(html! {
            p { (speech.say("现在还没有可以看的行。", "There are no rows to see yet.")) }
            (mark.line(speech))
        });
    }
    let label = speech.say("数据预览", "A look at the data");
    Ok(html! {
        (mark.line(speech))
        div class="scroll" tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { @for field in fields { (head(speech, dataset, field)) } } }
                tbody {
                    @for row in &rows {
                        tr {
                            @for (field, value) in fields.iter().zip(row) {
                                (cell(speech, field, value))
                            }
                        }
                    }
                }
            }
        }
        (mark.sheet())
    })
}

fn head(speech: &Speech, dataset: &Dataset, field: &Field) -> Markup {
    html! {
        th scope="col" {
            (title(speech, dataset, &field.name))
            @if field.mask().is_some() {
                " " span class="masked" { (speech.say("（脱敏）", "(masked)")) }
            }
        }
    }
}

/// A value as text. Where nothing is left of it, that it was taken away and does not lack; how and why stands at it too.
fn cell(speech: &Speech, field: &Field, value: &Value) -> Markup {
    let mask = field.mask();
    let why = mask.map(|mask| why(speech, field, mask));
    let is_number = value.is_number();
    let content = match (mask, value) {
        (Some(_), Value::Null) => {
            html! { span class="masked" { (speech.say("已隐去", "withheld")) } }
        }
        (None, Value::Null) => html! { span class="empty" { (speech.say("空", "empty")) } },
        (_, Value::Bool(yes)) => html! {
            @if *yes { (speech.say("是", "yes")) } @else { (speech.say("否", "no")) }
        },
        (_, Value::String(text)) => html! { (clipped(text)) },
        (_, other) => html! { (clipped(&other.to_string())) },
    };
    html! {
        td class=[is_number.then_some("number")] title=[why] translate="no" { (content) }
    }
}

fn clipped(text: &str) -> String {
    let mut signs = text.chars();
    let mut kept: String = signs.by_ref().take(SIGNS).collect();
    if signs.next().is_some() {
        kept.push('…');
    }
    kept
}
