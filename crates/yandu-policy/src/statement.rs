//! One policy: its scope, its conditions, and what it shows.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use cedar_policy::{
    ActionConstraint, EntityUid, ParseErrors, Policy, PolicyId, PolicySet, PrincipalConstraint,
    ResourceConstraint, ValidationMode, ValidationWarning, Validator,
};
use miette::Diagnostic;
use yandu_words::{FieldId, Grade, Mask};

use crate::annotation::Annotation;
use crate::city::Action;
use crate::index::Scope;
use crate::mask::mask_of;
use crate::meaning::Resolved;
use crate::problem::{Problem, did_you_mean};
use crate::text::{Cut, CutAnnotation};

/// A policy that holds.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// `source/id`.
    pub(crate) id: Arc<str>,
    pub(crate) about: Option<Arc<str>>,
    pub(crate) basis: Option<Arc<str>>,
    pub(crate) effect: Effect,
    /// A bit for each action.
    pub(crate) actions: u16,
    pub(crate) principal: Scope,
    pub(crate) resource: Scope,
    /// What has to hold beside its scope.
    pub(crate) condition: Option<Condition>,
    pub(crate) policy: Policy,
    /// As it was written.
    pub(crate) text: Arc<str>,
    pub(crate) resolved: Resolved,
}

/// A condition as a permit of everything under it: the scope is looked up, and an answer of Cedar names only those that decided it.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) permit: Policy,
    pub(crate) looks: Looks,
}

/// Which sides of a question a condition looks at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Looks {
    pub(crate) at_principal: bool,
    pub(crate) at_resource: bool,
}

impl Looks {
    /// At the variables in the JSON form of an expression.
    fn of(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Object(parts) => {
                let variable = parts.get("Var").and_then(serde_json::Value::as_str);
                let this = Self {
                    at_principal: variable == Some("principal"),
                    at_resource: variable == Some("resource"),
                };
                parts.values().map(Self::of).fold(this, Self::or)
            }
            serde_json::Value::Array(parts) => {
                parts.iter().map(Self::of).fold(Self::default(), Self::or)
            }
            _ => Self::default(),
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            at_principal: self.at_principal || other.at_principal,
            at_resource: self.at_resource || other.at_resource,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    Permit(Shows),
    Forbid,
    /// Nothing is denied, and values are withheld.
    Withhold(Withholds),
}

/// What a permit of `read` shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shows {
    pub(crate) rows: Option<Arc<str>>,
    pub(crate) columns: Option<Columns>,
    /// `None` where it does not permit reading.
    pub(crate) up_to: Option<Grade>,
    /// By the names that stand in the text.
    pub(crate) masks: BTreeMap<String, Mask>,
    /// The same by field.
    pub(crate) field_masks: BTreeMap<FieldId, Mask>,
}

/// Columns that a statement names, and the fields that they are in the datasets that it can reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) names: BTreeSet<String>,
    pub(crate) fields: BTreeSet<FieldId>,
}

/// What is withheld whatever permits show: these columns, of this grade and above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Withholds {
    pub(crate) columns: Option<Columns>,
    pub(crate) from: Grade,
}

impl Statement {
    pub(crate) fn is_on(&self, action: Action) -> bool {
        self.actions & action.bit() != 0
    }
}

/// Where a statement stands, while it is read.
pub(crate) struct Place<'a> {
    /// The first part of its name.
    pub(crate) source: &'a str,
    pub(crate) file: &'a Arc<str>,
    pub(crate) text: &'a str,
    pub(crate) cut: &'a Cut,
}

impl Place<'_> {
    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        // The first line is enough to find it.
        let start = self.cut.span.start;
        let whole = self.text.get(self.cut.span.clone()).unwrap_or_default();
        let line = whole.lines().next().unwrap_or_default();
        Problem::new(self.file, start..start + line.len(), message)
    }

    pub(crate) fn annotation(&self, annotation: Annotation) -> Option<&CutAnnotation> {
        let mut all = self.cut.annotations.iter();
        all.find(|one| one.name == annotation.name())
    }

    /// A problem at what an annotation says.
    pub(crate) fn problem_at(&self, annotation: Annotation, message: impl Into<String>) -> Problem {
        let span = self.annotation(annotation).map(|annotation| {
            let value = annotation.value_span.clone();
            value.unwrap_or_else(|| annotation.name_span.clone())
        });
        match span {
            Some(span) => Problem::new(self.file, span, message),
            None => self.problem(message),
        }
    }

    /// A problem at the first place of a word.
    pub(crate) fn problem_at_word(&self, word: &str, message: impl Into<String>) -> Problem {
        let whole = self.text.get(self.cut.span.clone()).unwrap_or_default();
        match whole.find(word) {
            Some(at) => {
                let start = self.cut.span.start + at;
                Problem::new(self.file, start..start + word.len(), message)
            }
            None => self.problem(message),
        }
    }
}

/// Reads one statement and holds it to the schema.
pub(crate) fn read(
    place: &Place<'_>,
    validator: &Validator,
    taken: &mut HashSet<String>,
) -> Result<Statement, Vec<Problem>> {
    let text = place.text.get(place.cut.span.clone()).unwrap_or_default();
    let policy = Policy::parse(Some(PolicyId::new("policy")), text)
        .map_err(|errors| syntax(place, &errors))?;
    let mut problems = unknown_annotations(place);
    let id = match id_of(place, &policy, taken) {
        Ok(id) => id,
        Err(problem) => {
            problems.push(problem);
            return Err(problems);
        }
    };
    let policy = policy.new_id(PolicyId::new(&id));
    problems.extend(invalid(place, validator, &policy));
    let actions = actions_of(&policy);
    let effect = match policy.effect() {
        cedar_policy::Effect::Permit => shows(place, &policy, actions).map(Effect::Permit),
        cedar_policy::Effect::Forbid => forbids(place, &policy, actions),
    };
    match effect {
        Ok(effect) if problems.is_empty() => Ok(Statement {
            about: policy.annotation(Annotation::About.name()).map(Arc::from),
            basis: policy.annotation(Annotation::Basis.name()).map(Arc::from),
            effect,
            actions,
            principal: principal_scope(&policy.principal_constraint()),
            resource: resource_scope(&policy.resource_constraint()),
            condition: condition(place, &id, &policy).map_err(|problem| vec![problem])?,
            text: text.into(),
            id: id.into(),
            policy,
            resolved: Resolved::default(),
        }),
        Ok(_) => Err(problems),
        Err(more) => {
            problems.extend(more);
            Err(problems)
        }
    }
}

fn condition(place: &Place<'_>, id: &str, policy: &Policy) -> Result<Option<Condition>, Problem> {
    if !policy.has_non_scope_constraint() {
        return Ok(None);
    }
    let problem = |error: &dyn std::fmt::Display| place.problem(error.to_string());
    let mut json = policy.to_json().map_err(|error| problem(&error))?;
    let looks = json.get("conditions").map(Looks::of).unwrap_or_default();
    if let Some(parts) = json.as_object_mut() {
        parts.insert("effect".to_owned(), "permit".into());
        for scope in ["principal", "action", "resource"] {
            parts.insert(scope.to_owned(), serde_json::json!({"op": "All"}));
        }
    }
    let permit = Policy::from_json(Some(PolicyId::new(id)), json);
    let permit = permit.map_err(|error| problem(&error))?;
    Ok(Some(Condition { permit, looks }))
}

fn syntax(place: &Place<'_>, errors: &ParseErrors) -> Vec<Problem> {
    let start = place.cut.span.start;
    errors
        .iter()
        .map(|error| {
            let label = error.labels().and_then(|mut labels| labels.next());
            let problem = match label {
                Some(label) => {
                    let at = start + label.offset();
                    Problem::new(place.file, at..at + label.len(), error.to_string())
                }
                None => place.problem(error.to_string()),
            };
            problem.help(error.help().map(|help| help.to_string()))
        })
        .collect()
}

fn unknown_annotations(place: &Place<'_>) -> Vec<Problem> {
    let known = Annotation::ALL.map(Annotation::name);
    let unknown = place
        .cut
        .annotations
        .iter()
        .filter(|one| Annotation::from_name(&one.name).is_none());
    unknown
        .map(|one| {
            Problem::new(
                place.file,
                one.name_span.clone(),
                format!("`@{}` says nothing here", one.name),
            )
            .help(did_you_mean(&one.name, known).or_else(|| {
                let known = known.map(|name| format!("`@{name}`"));
                Some(format!("there are {}", known.join(", ")))
            }))
        })
        .collect()
}

fn id_of(
    place: &Place<'_>,
    policy: &Policy,
    taken: &mut HashSet<String>,
) -> Result<String, Problem> {
    let is_sign = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.');
    let Some(id) = policy.annotation(Annotation::Id.name()) else {
        return Err(place
            .problem("a policy without a name")
            .help("give it one: @id(\"…\")".to_owned()));
    };
    if id.is_empty() || id.chars().count() > 63 || !id.chars().all(is_sign) {
        return Err(place
            .problem_at(Annotation::Id, "no name of a policy")
            .help("it has 1 to 63 letters, digits, `-`, `_` and `.`".to_owned()));
    }
    let id = format!("{}/{id}", place.source);
    if taken.contains(&id) {
        return Err(place.problem_at(
            Annotation::Id,
            "there is another policy of this name in the text",
        ));
    }
    taken.insert(id.clone());
    Ok(id)
}

/// What Cedar's validator has against it.
fn invalid(place: &Place<'_>, validator: &Validator, policy: &Policy) -> Vec<Problem> {
    let set = PolicySet::from_policies([policy.clone()]);
    let set = match set {
        Ok(set) => set,
        Err(error) => return vec![place.problem(error.to_string())],
    };
    let result = validator.validate(&set, ValidationMode::Strict);
    let named = format!("for policy `{}`, ", policy.id());
    let told = |found: &dyn Diagnostic| {
        let message = found.to_string();
        let message = message.strip_prefix(&named).unwrap_or(&message).to_owned();
        let label = found.labels().and_then(|mut labels| labels.next());
        let problem = match label {
            Some(label) => {
                let at = place.cut.span.start + label.offset();
                Problem::new(place.file, at..at + label.len(), message)
            }
            None => place.problem(message),
        };
        problem.help(found.help().map(|help| help.to_string()))
    };
    let errors = result.validation_errors().map(|error| told(error));
    let warnings = result.validation_warnings().filter(|warning| {
        matches!(
            warning,
            ValidationWarning::ImpossiblePolicy(_)
                | ValidationWarning::InvalidActionApplication(_)
                | ValidationWarning::BidiCharsInString(_)
                | ValidationWarning::BidiCharsInIdentifier(_)
        )
    });
    errors
        .chain(warnings.map(|warning| told(warning)))
        .collect()
}

fn actions_of(policy: &Policy) -> u16 {
    let named = |uid: &EntityUid| {
        let action = Action::from_name(uid.id().unescaped());
        action.map_or(0, Action::bit)
    };
    match policy.action_constraint() {
        ActionConstraint::Any => Action::ALL.into_iter().map(Action::bit).sum(),
        ActionConstraint::In(actions) => actions.iter().map(named).fold(0, |all, bit| all | bit),
        ActionConstraint::Eq(action) => named(&action),
    }
}

fn principal_scope(constraint: &PrincipalConstraint) -> Scope {
    match constraint {
        PrincipalConstraint::Any => Scope::Any,
        PrincipalConstraint::Is(of) => Scope::Is(of.to_string()),
        PrincipalConstraint::Eq(uid) => Scope::Eq(uid.clone()),
        PrincipalConstraint::In(uid) => Scope::In(uid.clone()),
        PrincipalConstraint::IsIn(of, uid) => Scope::IsIn(of.to_string(), uid.clone()),
    }
}

fn resource_scope(constraint: &ResourceConstraint) -> Scope {
    match constraint {
        ResourceConstraint::Any => Scope::Any,
        ResourceConstraint::Is(of) => Scope::Is(of.to_string()),
        ResourceConstraint::Eq(uid) => Scope::Eq(uid.clone()),
        ResourceConstraint::In(uid) => Scope::In(uid.clone()),
        ResourceConstraint::IsIn(of, uid) => Scope::IsIn(of.to_string(), uid.clone()),
    }
}

fn shows(place: &Place<'_>, policy: &Policy, actions: u16) -> Result<Shows, Vec<Problem>> {
    let said = |annotation: Annotation| policy.annotation(annotation.name());
    let mut problems = Vec::new();
    if said(Annotation::FromGrade).is_some() {
        problems.push(
            place
                .problem_at(Annotation::FromGrade, "a permit withholds nothing")
                .help("a permit says `@up_to`, and a `forbid` of `read` `@from_grade`".to_owned()),
        );
    }
    if actions & Action::Read.bit() == 0 {
        for annotation in [
            Annotation::Rows,
            Annotation::Columns,
            Annotation::UpTo,
            Annotation::Masks,
        ] {
            if said(annotation).is_some() {
                problems.push(place.problem_at(
                    annotation,
                    format!(
                        "`@{}` is about what is read, and this permits no `read`",
                        annotation.name()
                    ),
                ));
            }
        }
        return nothing_or(problems, Shows::default());
    }
    let mut shows = Shows {
        rows: said(Annotation::Rows).map(Arc::from),
        columns: columns_of(place, policy, &mut problems),
        ..Shows::default()
    };
    match said(Annotation::UpTo) {
        None => problems.push(
            place
                .problem("it permits `read` and does not say up to which grade values are shown")
                .help("add `@up_to(\"general-2\")`, or the grade that is meant".to_owned()),
        ),
        Some(grade) => {
            shows.up_to = grade_of(place, Annotation::UpTo, grade, &mut problems);
        }
    }
    for part in said(Annotation::Masks).unwrap_or_default().split(';') {
        if part.trim().is_empty() {
            continue;
        }
        let read = match part.split_once(':') {
            None => Err(format!("`{}` is no mask of a column", part.trim())),
            Some((column, mask)) => mask_of(mask).map(|mask| (column.trim().to_owned(), mask)),
        };
        match read {
            Ok((column, mask)) => {
                shows.masks.insert(column, mask);
            }
            Err(why) => problems.push(
                place
                    .problem_at(Annotation::Masks, why)
                    .help("write it as `mobile: keep 3 4; name: null`".to_owned()),
            ),
        }
    }
    nothing_or(problems, shows)
}

fn forbids(place: &Place<'_>, policy: &Policy, actions: u16) -> Result<Effect, Vec<Problem>> {
    let said = |annotation: Annotation| policy.annotation(annotation.name());
    let mut problems = Vec::new();
    for annotation in [Annotation::Rows, Annotation::UpTo, Annotation::Masks] {
        if said(annotation).is_some() {
            problems.push(
                place
                    .problem_at(
                        annotation,
                        format!("`@{}` belongs to a permit", annotation.name()),
                    )
                    .help(
                        "a `forbid` denies as a whole, or withholds `@columns` or what is `@from_grade`"
                            .to_owned(),
                    ),
            );
        }
    }
    let columns = columns_of(place, policy, &mut problems);
    let from = said(Annotation::FromGrade)
        .and_then(|grade| grade_of(place, Annotation::FromGrade, grade, &mut problems));
    let withholds = columns.is_some() || said(Annotation::FromGrade).is_some();
    if withholds && actions != Action::Read.bit() {
        problems.push(
            place
                .problem("what withholds values is about `read` alone")
                .help("write `action == Action::\"read\"`".to_owned()),
        );
    }
    let effect = if withholds {
        Effect::Withhold(Withholds {
            columns,
            from: from.unwrap_or(Grade::General1),
        })
    } else {
        Effect::Forbid
    };
    nothing_or(problems, effect)
}

fn columns_of(place: &Place<'_>, policy: &Policy, problems: &mut Vec<Problem>) -> Option<Columns> {
    let said = policy.annotation(Annotation::Columns.name())?;
    let names: BTreeSet<String> = said
        .split(',')
        .map(|column| column.trim().to_owned())
        .filter(|column| !column.is_empty())
        .collect();
    if names.is_empty() {
        problems.push(place.problem_at(Annotation::Columns, "no column is named"));
    }
    Some(Columns {
        names,
        ..Columns::default()
    })
}

fn grade_of(
    place: &Place<'_>,
    annotation: Annotation,
    said: &str,
    problems: &mut Vec<Problem>,
) -> Option<Grade> {
    let grade = Grade::from_name(said);
    if grade.is_none() {
        let known = Grade::ALL.map(Grade::name);
        problems.push(
            place
                .problem_at(annotation, format!("`{said}` is no grade"))
                .help(format!("there are {}", known.join(", "))),
        );
    }
    grade
}

fn nothing_or<T>(problems: Vec<Problem>, value: T) -> Result<T, Vec<Problem>> {
    if problems.is_empty() {
        Ok(value)
    } else {
        Err(problems)
    }
}
