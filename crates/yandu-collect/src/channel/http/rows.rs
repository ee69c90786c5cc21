//! The rows of one answer.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::channel::problem::Problem;
use crate::error::Why;

/// Signs of a body that is no JSON which a message shows.
const EXCERPT: usize = 60;

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// One page: its rows as they stand in the answer.
pub(super) struct Page<'a> {
    pub(super) rows: Vec<&'a RawValue>,
    pub(super) next: Option<Value>,
}

/// Finds the rows, and what tells the next page.
pub(super) fn page<'a>(
    body: &'a [u8],
    pointer: &str,
    next: Option<&str>,
) -> Result<Page<'a>, Problem> {
    if body.is_empty() {
        return Ok(Page {
            rows: Vec::new(),
            next: None,
        });
    }
    let text = std::str::from_utf8(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
        .map_err(|_| no_json(body))?;
    let whole: &RawValue = serde_json::from_str(text).map_err(|_| no_json(body))?;
    let list = find(whole, pointer)?.ok_or_else(|| lacks(whole, pointer))?;
    let rows: Vec<&RawValue> = match list.get() {
        "null" => Vec::new(),
        list => serde_json::from_str(list)
            .map_err(|_| Problem::answer(format!("`{pointer}` is no list of rows")))?,
    };
    if let Some(place) = rows.iter().position(|row| !row.get().starts_with('{')) {
        return Err(Problem::answer(format!(
            "row {} of `{pointer}` is no object",
            place + 1
        )));
    }
    let next = match next {
        Some(pointer) => find(whole, pointer)?
            .map(|next| serde_json::from_str(next.get()))
            .transpose(),
        None => Ok(None),
    };
    Ok(Page {
        rows,
        next: next.map_err(|_| no_json(body))?,
    })
}

/// Follows a JSON pointer (RFC 6901); `None` when there is nothing there.
fn find<'a>(whole: &'a RawValue, pointer: &str) -> Result<Option<&'a RawValue>, Problem> {
    let mut found = whole;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let inner = if found.get().starts_with('[') {
            let items: Vec<&RawValue> = parts(found)?;
            step.parse()
                .ok()
                .and_then(|place: usize| items.get(place).copied())
        } else if found.get().starts_with('{') {
            let mut members: Members = parts(found)?;
            members.remove(&step)
        } else {
            None
        };
        match inner {
            Some(inner) => found = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn parts<'a, T: serde::Deserialize<'a>>(value: &'a RawValue) -> Result<T, Problem> {
    serde_json::from_str(value.get()).map_err(|_| no_json(value.get().as_bytes()))
}

/// Says what is there instead, by names alone: values may be somebody's data.
fn lacks(whole: &RawValue, pointer: &str) -> Problem {
    let names = match serde_json::from_str::<Members>(whole.get()) {
        Ok(members) => {
            let names: Vec<String> = members
                .keys()
                .take(8)
                .map(|name| format!("`{}`", shown(name)))
                .collect();
            format!(
                "its members are {}",
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            )
        }
        Err(_) => "it is no object".to_owned(),
    };
    // Names may be data, too.
    Problem::Answer(Why::Quoting(format!(
        "the answer has nothing at `{pointer}`: {names}"
    )))
}

fn no_json(body: &[u8]) -> Problem {
    let text = String::from_utf8_lossy(body.get(..4 * EXCERPT).unwrap_or(body)).into_owned();
    Problem::Answer(Why::Quoting(format!(
        "the answer is no JSON; it starts with `{}`",
        shown(text.trim_start())
    )))
}

/// The start of a text on one line.
fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(EXCERPT)
        .map(|sign| {
            if sign.is_control() || sign == '`' {
                ' '
            } else {
                sign
            }
        })
        .collect();
    if text.chars().nth(EXCERPT).is_some() {
        shown.push('…');
    }
    shown
}

/// Writes a row on one line. Between its tokens a line end is as good as a space, and inside a text there is none.
pub(super) fn write(row: &RawValue, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(row.get().as_bytes());
    for byte in out
        .iter_mut()
        .skip(start)
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
    {
        *byte = b' ';
    }
    out.push(b'\n');
}

/// The greatest value of the watermark's member over all rows.
pub(super) struct Newest<'a> {
    column: Option<&'a str>,
    newest: Option<Value>,
}

impl<'a> Newest<'a> {
    /// Starts at the last watermark, so that an answer of old rows does not take it back.
    pub(super) fn new(column: Option<&'a str>, since: Option<&str>) -> Self {
        let since = since.map(|text| Value::from(text.to_owned()));
        Self {
            column,
            newest: since.filter(|_| column.is_some()),
        }
    }

    pub(super) fn see(&mut self, row: &RawValue) -> Result<(), Problem> {
        let Some(column) = self.column else {
            return Ok(());
        };
        let mut members: Members = parts(row)?;
        let value = members
            .remove(column)
            .map(|value| serde_json::from_str(value.get()));
        match value
            .transpose()
            .map_err(|_| no_json(row.get().as_bytes()))?
        {
            None | Some(Value::Null) => Ok(()),
            Some(value @ (Value::String(_) | Value::Number(_))) => {
                if self
                    .newest
                    .as_ref()
                    .is_none_or(|newest| compare(&value, newest) == Ordering::Greater)
                {
                    self.newest = Some(value);
                }
                Ok(())
            }
            Some(_) => Err(Problem::answer(format!(
                "`{column}` is neither a text nor a number, so it cannot be a watermark"
            ))),
        }
    }

    pub(super) fn into_text(self) -> Option<String> {
        self.newest.map(|newest| text(&newest))
    }
}

/// Numbers by value, also when one of the two is written as a text; everything else by its text, as dates are.
fn compare(a: &Value, b: &Value) -> Ordering {
    let number = |value: &Value| text(value).parse::<f64>().ok();
    let whole = |value: &Value| text(value).parse::<i128>().ok();
    let is_number = a.is_number() || b.is_number();
    if let (true, Some(a), Some(b)) = (is_number, whole(a), whole(b)) {
        return a.cmp(&b);
    }
    match (is_number, number(a), number(b)) {
        (true, Some(a), Some(b)) => a.total_cmp(&b),
        _ => text(a).cmp(&text(b)),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
