//! What a visitor sees of the fields of a dataset, and why not more.

use std::sync::Arc;

use maud::{Markup, html};
use yandu_pack::Dataset;
use yandu_policy::{Because, Circumstances, Principal, Seen, Shown};
use yandu_words::Mask;

use super::language::Speech;
use super::told;
use crate::state::State;

/// How a field is shown to visitors.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) seen: Seen,
    /// Its values are shown as they are in some rows alone.
    is_partial: bool,
    /// What the policy that shows it is for, in its own words, or else its name.
    policy: Arc<str>,
}

impl Field {
    /// Whether its values are shown as they are in every row.
    pub(super) fn is_open(&self) -> bool {
        self.seen.because == Because::Permitted && !self.is_partial
    }

    /// What stands in for values that are not shown as they are; none where they are.
    pub(super) fn mask(&self) -> Option<&Mask> {
        self.seen.mask.as_ref()
    }
}

/// The fields that policies show to visitors, in the order of their declaration. Where several policies show one, the one that
/// shows its values in every row goes before the others, and one that masks it before those that show them in some rows; of several
/// that mask it the one goes first that counts.
pub(super) fn shown(state: &State, dataset: &Dataset) -> Vec<Field> {
    let principal = Principal::visitor();
    let circumstances = Circumstances::default();
    state.door().with_policies(|policies| {
        let all = policies
            .reader(&principal, &circumstances)
            .shown(dataset.id());
        let field = |name: &str| {
            let as_it_is = |has_condition: bool| {
                let mut permits = all.iter();
                permits.find_map(|permit| {
                    let seen = permit.columns.get(name)?;
                    let is_so = seen.mask.is_none() && permit.rows.is_some() == has_condition;
                    is_so.then_some((permit, seen))
                })
            };
            let (permit, seen) = as_it_is(false)
                .or_else(|| Shown::masking(name, &all))
                .or_else(|| as_it_is(true))?;
            let about = policies.find(&permit.policy).and_then(|told| told.about);
            Some(Field {
                name: name.to_owned(),
                is_partial: seen.mask.is_none() && permit.rows.is_some(),
                seen: seen.clone(),
                policy: about.unwrap_or_else(|| Arc::clone(&permit.policy)),
            })
        };
        let columns = dataset.file().columns.keys();
        columns.filter_map(|name| field(name.as_str())).collect()
    })
}

/// The list of fields: what each is, by which standard, of which grade, and how it is shown.
pub(super) fn list(speech: &Speech, dataset: &Dataset, fields: &[Field]) -> Markup {
    html! {
        ul class="fields" {
            @for field in fields {
                li {
                    (name(speech, dataset, &field.name))
                    @if let Some(mask) = field.mask() {
                        p class="hint masked" { (why(speech, field, mask)) }
                    }
                }
            }
        }
    }
}

/// The names of all declared fields, for whoever may know of a dataset and not read it.
pub(super) fn names(speech: &Speech, dataset: &Dataset) -> Markup {
    html! {
        ul class="fields" {
            @for column in dataset.file().columns.keys() {
                li { (name(speech, dataset, column.as_str())) }
            }
        }
    }
}

/// The title of a field.
pub(super) fn title<'a>(speech: &Speech, dataset: &'a Dataset, name: &'a str) -> &'a str {
    let mut columns = dataset.file().columns.iter();
    let column = columns.find(|(column, _)| column.as_str() == name);
    column.map_or(name, |(_, column)| speech.title(&column.title))
}

fn name(speech: &Speech, dataset: &Dataset, name: &str) -> Markup {
    let mut columns = dataset.file().columns.iter();
    let column = columns.find(|(column, _)| column.as_str() == name);
    html! {
        strong { (title(speech, dataset, name)) } " " code translate="no" { (name) }
        @if let Some((_, column)) = column {
            p class="hint" {
                @match column.standard {
                    Some(standard) => (speech.title(&standard.title())),
                    None => (type_word(speech, &column.value_type().to_string())),
                }
                @if let Some(grade) = dataset.column_grade(name) {
                    " · " (told::grade(speech.language, grade))
                }
                @if let Some(unit) = &column.unit { " · " (unit) }
                @if let Some(about) = &column.about { " · " (told::prose(about)) }
            }
        }
    }
}

/// `decimal(12,2)`: the word of a type, with what follows it.
fn type_word(speech: &Speech, text: &str) -> String {
    let (word, rest) = text.split_once('(').unwrap_or((text, ""));
    let word = told::word(speech.language, "type", word);
    if rest.is_empty() {
        word
    } else {
        format!("{word}({rest}")
    }
}

/// What is left of a field, why, and by which rule.
pub(super) fn why(speech: &Speech, field: &Field, mask: &Mask) -> String {
    let because = told::because(speech.language, &field.seen).unwrap_or_default();
    let (mark, rule) = match mask {
        Mask::Null => (speech.say("已隐去", "Withheld"), String::new()),
        mask => (
            speech.say("已脱敏", "Masked"),
            format!(
                "{}{}",
                speech.say("：", ": "),
                told::mask(speech.language, mask)
            ),
        ),
    };
    let between = speech.say("；", "; ");
    let under = told::under(speech.language, &field.policy).unwrap_or_default();
    format!("{mark}{rule}{between}{because}{between}{under}")
}
