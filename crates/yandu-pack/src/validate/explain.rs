//! One error of the validator, in the words of packs.

use std::collections::HashSet;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::{Misfits, form, words};
use crate::file::FileText;
use crate::problem::{Code, Problem, alternatives, did_you_mean, quoted};
use crate::yaml::{Document, MAX_PROBLEMS, Place, escape};

pub(super) struct Explainer<'a> {
    schema: &'a Value,
    file: &'a FileText,
    document: &'a Document,
    problems: Vec<Problem>,
    unusable: Vec<String>,
    /// Maps with a key that is not known, and the key that it probably means.
    mistyped: Vec<(String, Option<String>)>,
    /// Problems that a mistyped key in the same map explains.
    missing: Vec<(String, Option<String>, Problem)>,
    /// Checks that ask several things, whose needed keys are not known.
    confused: HashSet<String>,
}

impl<'a> Explainer<'a> {
    pub(super) fn new(schema: &'a Value, file: &'a FileText, document: &'a Document) -> Self {
        Self {
            schema,
            file,
            document,
            problems: Vec::new(),
            unusable: Vec::new(),
            mistyped: Vec::new(),
            missing: Vec::new(),
            confused: HashSet::new(),
        }
    }

    pub(super) fn finish(mut self) -> Misfits {
        for (pointer, key, problem) in self.missing {
            let explained = self
                .mistyped
                .iter()
                .any(|(map, meant)| *map == pointer && (key.is_none() || *meant == key))
                || (key.is_some() && self.confused.contains(&pointer));
            if !explained {
                self.problems.push(problem);
            }
        }
        Misfits {
            problems: self.problems,
            unusable: self.unusable,
        }
    }

    pub(super) fn explain(&mut self, error: &ValidationError<'_>) {
        let pointer = error.instance_path().as_str().to_owned();
        let schema_path = error.schema_path().as_str();
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                self.unexpected(&pointer, schema_path, unexpected);
            }
            Kind::Required { property } => {
                self.required(&pointer, schema_path, property.as_str().unwrap_or_default());
            }
            Kind::Type { kind } => self.wrong_type(&pointer, schema_path, &words::kinds(kind)),
            Kind::Enum { options } => {
                let options: Vec<&str> = options
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                self.wrong_value(&pointer, &options);
            }
            Kind::Constant { expected_value } => {
                let options: Vec<&str> = expected_value.as_str().into_iter().collect();
                self.wrong_value(&pointer, &options);
            }
            Kind::Pattern { .. } => self.wrong_form(&pointer, schema_path),
            Kind::OneOfNotValid { context }
            | Kind::OneOfMultipleValid { context }
            | Kind::AnyOf { context } => {
                self.alternatives(&pointer, schema_path, context);
            }
            kind => {
                let message = bound(kind)
                    .unwrap_or_else(|| error.masked_with("the value").to_string().to_lowercase());
                self.value(Code::WrongValue, &pointer, message, None);
            }
        }
    }

    fn value(&mut self, code: Code, pointer: &str, message: String, help: Option<String>) {
        let place = self.file.value_place(&self.document.root, pointer);
        self.push(
            pointer,
            self.file.problem(code, place, message).help_if(help),
        );
    }

    fn push(&mut self, pointer: &str, problem: Problem) {
        self.unusable.push(pointer.to_owned());
        self.problems.push(problem);
    }

    fn key_place(&self, pointer: &str) -> Place {
        self.file.key_place(&self.document.root, pointer)
    }

    fn instance(&self, pointer: &str) -> &'a Value {
        self.document.value.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The schema that holds the keyword at the end of a path.
    fn schema_around(&self, schema_path: &str) -> &'a Value {
        let around = schema_path
            .rsplit_once('/')
            .map_or("", |(around, _)| around);
        self.schema.pointer(around).unwrap_or(&Value::Null)
    }

    fn unexpected(&mut self, pointer: &str, schema_path: &str, keys: &[String]) {
        let schema = self.schema_around(schema_path);
        let known: Vec<&str> = match schema.get("properties") {
            Some(Value::Object(properties)) => properties.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        for key in keys.iter().take(MAX_PROBLEMS + 1) {
            let at = format!("{pointer}/{}", escape(key));
            let place = self.key_place(&at);
            let problem = if schema.get("patternProperties").is_some() {
                self.file
                    .problem(
                        Code::WrongForm,
                        place,
                        format!("{} is no name", quoted(key)),
                    )
                    .help(form::meant_name(key))
            } else if key.starts_with(|sign: char| sign.is_whitespace()) {
                self.file
                    .problem(
                        Code::UnknownKey,
                        place,
                        format!("unknown key {}", quoted(key)),
                    )
                    .help("indent with ordinary spaces: the line begins with a full-width or other one")
            } else if key.ends_with(')') {
                self.file
                    .problem(
                        Code::UnknownKey,
                        place,
                        format!("unknown key {}", quoted(key)),
                    )
                    .help("put the type in quotes: inside of braces a comma ends the value")
            } else {
                self.file
                    .problem(
                        Code::UnknownKey,
                        place,
                        format!("unknown key {}", quoted(key)),
                    )
                    .help_if(alternatives(key, "known keys", known.iter().copied()))
            };
            let meant = did_you_mean(key, known.iter().copied()).map(str::to_owned);
            self.mistyped.push((pointer.to_owned(), meant));
            self.push(&at, problem);
        }
    }

    fn required(&mut self, pointer: &str, schema_path: &str, key: &str) {
        let schema = self.schema_around(schema_path);
        let property = schema
            .get("properties")
            .and_then(|properties| properties.get(key))
            .unwrap_or(&Value::Null);
        let target = self.resolve(property);
        let words = self.words(target);
        let what = [property, target]
            .into_iter()
            .find_map(|schema| schema.get("description")?.as_str())
            .map(first_sentence);
        let help = match what {
            _ if property
                .get("$ref")
                .is_some_and(|name| name == "#/$defs/Title") =>
            {
                format!("add `{key}: {{zh: 中文名, en: English name}}`")
            }
            _ if !words.is_empty() => format!("add `{key}`, one of {}", backticks(&words)),
            Some(what) => format!("add `{key}`: {what}"),
            None => format!("add `{key}`"),
        };
        let problem = self
            .file
            .problem(
                Code::MissingKey,
                self.key_place(pointer),
                format!("missing key `{key}`"),
            )
            .help(help);
        self.unusable.push(pointer.to_owned());
        self.missing
            .push((pointer.to_owned(), Some(key.to_owned()), problem));
    }

    fn wrong_type(&mut self, pointer: &str, schema_path: &str, expected: &[JsonType]) {
        let value = self.instance(pointer);
        let place = self.file.value_place(&self.document.root, pointer);
        if pointer.is_empty() && value.is_null() {
            return self.push(
                pointer,
                self.file
                    .problem(Code::WrongType, place, "the file declares nothing"),
            );
        }
        let raw = match value {
            Value::Number(_) => self.file.slice(place),
            _ => String::new(),
        };
        let names: Vec<&str> = expected.iter().map(|kind| words::kind(*kind)).collect();
        let message = format!(
            "expected {}, found {}",
            words::or(&names),
            words::found(value, &raw)
        );
        let help = match (value, expected) {
            (Value::Null, _) => Some("write a value, or leave the key out".to_owned()),
            (Value::Number(_), [JsonType::String]) => {
                Some(format!("put it in quotes: `\"{raw}\"`"))
            }
            (Value::Bool(_), [JsonType::String]) => Some("put it in quotes".to_owned()),
            (Value::String(_), [JsonType::Boolean]) => {
                Some("write `true` or `false`, without quotes".to_owned())
            }
            (Value::String(text), [JsonType::Integer | JsonType::Number])
                if text.parse::<f64>().is_ok() =>
            {
                Some("leave out the quotes".to_owned())
            }
            (Value::String(text), [JsonType::Array]) => {
                let items = text.trim_matches(|sign: char| {
                    sign.is_whitespace() || matches!(sign, '［' | '］' | '【' | '】')
                });
                Some(format!(
                    "write a list: `[{}]`",
                    items.replace(['，', '、'], ", ")
                ))
            }
            _ => self.example(schema_path),
        };
        self.push(
            pointer,
            self.file
                .problem(Code::WrongType, place, message)
                .help_if(help),
        );
    }

    fn example(&self, schema_path: &str) -> Option<String> {
        let schema = self.schema_around(schema_path);
        if definition(schema_path) == "Title" {
            return Some("write `{zh: 中文名, en: English name}`".to_owned());
        }
        let example = schema.get("examples")?.as_array()?.first()?;
        Some(format!("for example `{}`", flow(example)))
    }

    fn wrong_value(&mut self, pointer: &str, options: &[&str]) {
        let found = match self.instance(pointer) {
            Value::String(text) => text.as_str(),
            Value::Null => return self.wrong_type(pointer, "", &[JsonType::String]),
            _ => "",
        };
        let message = format!("{} is not a value of `{}`", quoted(found), last(pointer));
        let help = alternatives(found, "it is one of", options.iter().copied());
        self.value(Code::WrongValue, pointer, message, help);
    }

    fn wrong_form(&mut self, pointer: &str, schema_path: &str) {
        let text = self.instance(pointer).as_str().unwrap_or_default();
        let (message, help) = form::explain(definition(schema_path), text);
        let pattern = || self.schema.pointer(schema_path)?.as_str();
        let help = help
            .or_else(|| self.example(schema_path))
            .or_else(|| pattern().map(|pattern| format!("it matches `{pattern}`")));
        self.value(Code::WrongForm, pointer, message, help);
    }

    fn alternatives(
        &mut self,
        pointer: &str,
        schema_path: &str,
        context: &[Vec<ValidationError<'_>>],
    ) {
        let branches = self
            .schema
            .pointer(schema_path)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let value = self.instance(pointer);
        let only_keys = branches.iter().all(|branch| {
            branch.get("type").is_none()
                && branch.get("$ref").is_none()
                && branch.get("const").is_none()
        });
        if only_keys {
            return self.wrong_keys(pointer, schema_path);
        }
        if definition(schema_path) == "Secret" && !value.is_object() {
            let place = self.file.value_place(&self.document.root, pointer);
            let problem = self
                .file
                .problem(
                    Code::LiteralSecret,
                    place,
                    "a secret is written here; a pack only names it",
                )
                .help("say where it is kept: `{env: NAME}`, `{stored: name}` or `{file: path}`");
            return self.push(pointer, FileText::redact(problem));
        }
        // The branches that the kind of the value allows.
        let open: Vec<&Vec<ValidationError<'_>>> = context
            .iter()
            .filter(|errors| {
                !errors.iter().any(|error| {
                    matches!(error.kind(), Kind::Type { .. })
                        && error.instance_path().as_str() == pointer
                })
            })
            .collect();
        let words: Vec<&str> = branches
            .iter()
            .flat_map(|branch| self.words(branch))
            .collect();
        let keys: Vec<&str> = branches.iter().filter_map(single_key).collect();
        match value {
            Value::String(_) if !words.is_empty() => self.wrong_value(pointer, &words),
            Value::Object(map) if !keys.is_empty() => {
                let present: Vec<usize> = branches
                    .iter()
                    .enumerate()
                    .filter(|(_, branch)| {
                        single_key(branch).is_some_and(|key| map.contains_key(key))
                    })
                    .map(|(index, _)| index)
                    .collect();
                match present.as_slice() {
                    [only] => {
                        for error in context.get(*only).into_iter().flatten() {
                            self.explain(error);
                        }
                    }
                    [] => self.none_of(pointer, map.keys().next(), &keys),
                    _ => {
                        let message = format!("only one of {} may be given", backticks(&keys));
                        self.value(
                            Code::WrongKeys,
                            pointer,
                            message,
                            Some("keep one of them".to_owned()),
                        );
                    }
                }
            }
            _ => match open.as_slice() {
                [only] => {
                    for error in *only {
                        self.explain(error);
                    }
                }
                _ => self.no_branch(pointer, context, &words, &keys),
            },
        }
    }

    fn none_of(&mut self, pointer: &str, key: Option<&String>, keys: &[&str]) {
        let Some(key) = key else {
            let message = format!("one of {} is missing", backticks(keys));
            return self.value(Code::WrongKeys, pointer, message, None);
        };
        let at = format!("{pointer}/{}", escape(key));
        let problem = self
            .file
            .problem(
                Code::UnknownKey,
                self.key_place(&at),
                format!("unknown key {}", quoted(key)),
            )
            .help_if(alternatives(key, "it is one of", keys.iter().copied()));
        self.push(pointer, problem);
    }

    fn no_branch(
        &mut self,
        pointer: &str,
        context: &[Vec<ValidationError<'_>>],
        words: &[&str],
        keys: &[&str],
    ) {
        let mut expected: Vec<JsonType> = Vec::new();
        for error in context.iter().flatten() {
            if let Kind::Type { kind } = error.kind()
                && error.instance_path().as_str() == pointer
            {
                for kind in words::kinds(kind) {
                    if kind != JsonType::Null && !expected.contains(&kind) {
                        expected.push(kind);
                    }
                }
            }
        }
        let named: Vec<&str> = expected.iter().map(|kind| words::kind(*kind)).collect();
        let message = format!(
            "expected {}, found {}",
            words::or(&named),
            words::found(self.instance(pointer), "")
        );
        let all: Vec<&str> = words.iter().chain(keys).copied().collect();
        let help = (!all.is_empty()).then(|| format!("it is one of {}", backticks(&all)));
        self.value(Code::WrongType, pointer, message, help);
    }

    fn wrong_keys(&mut self, pointer: &str, schema_path: &str) {
        let rule = form::keys(definition(schema_path)).unwrap_or("these keys do not go together");
        // A file with keys of both kinds, or of none, is named by its top.
        let problem = self
            .file
            .problem(Code::WrongKeys, self.key_place(pointer), rule);
        self.unusable.push(pointer.to_owned());
        if definition(schema_path) == "Check" {
            self.confused.insert(pointer.to_owned());
        }
        self.missing.push((pointer.to_owned(), None, problem));
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(name) => self
                .schema
                .pointer(name.trim_start_matches('#'))
                .unwrap_or(schema),
            None => schema,
        }
    }

    /// The words that a schema allows, where it allows nothing else.
    fn words(&self, schema: &'a Value) -> Vec<&'a str> {
        let schema = self.resolve(schema);
        if let Some(Value::String(word)) = schema.get("const") {
            return vec![word];
        }
        if let Some(Value::Array(words)) = schema.get("enum") {
            return words.iter().filter_map(Value::as_str).collect();
        }
        match schema.get("oneOf") {
            Some(Value::Array(branches)) => branches
                .iter()
                .flat_map(|branch| self.words(branch))
                .collect(),
            _ => Vec::new(),
        }
    }
}

fn bound(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::MinLength { .. } => "the text is empty".to_owned(),
        Kind::MinItems { limit } if *limit == 1 => "the list is empty".to_owned(),
        Kind::MinItems { limit } => format!("the list has fewer than {limit} items"),
        Kind::MaxItems { limit } | Kind::MaxProperties { limit } => {
            format!("there are more than {limit} items")
        }
        Kind::MinProperties { .. } => "the map is empty".to_owned(),
        Kind::Minimum { limit } => format!("the number is less than {limit}"),
        Kind::Maximum { limit } => format!("the number is greater than {limit}"),
        Kind::UniqueItems => "an item stands twice in the list".to_owned(),
        _ => return None,
    })
}

/// The key of a branch that allows one key alone.
fn single_key(branch: &Value) -> Option<&str> {
    match branch.get("required")?.as_array()?.as_slice() {
        [only] => only.as_str(),
        _ => None,
    }
}

/// The definition that a keyword stands in; empty for the file as a whole.
fn definition(schema_path: &str) -> &str {
    let mut parts = schema_path.split('/').skip(1);
    match parts.next() {
        Some("$defs") => parts.next().unwrap_or_default(),
        _ => "",
    }
}

fn last(pointer: &str) -> &str {
    let mut parts = pointer.rsplit('/');
    let last = parts.next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        parts.next().unwrap_or(last)
    } else {
        last
    }
}

fn backticks(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words::or(&words)
}

fn first_sentence(text: &str) -> String {
    let sentence = text.split(['.', ';', '\n']).next().unwrap_or(text).trim();
    let mut signs = sentence.chars();
    match (signs.next(), signs.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(signs).collect()
        }
        _ => sentence.to_owned(),
    }
}

/// A value as YAML on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {}", flow(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
