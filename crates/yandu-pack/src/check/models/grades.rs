//! The grades that models declare, against those of what flows into them.

use std::collections::HashMap;

use yandu_words::{ColumnName, DatasetId, Grade};

use super::{Checker, Model, edges, order};
use crate::declare::Column;
use crate::grade::{Explained, Inflow, Inherited, Standing, inherit};
use crate::load::{CompiledModel, ModelOutput};
use crate::problem::{Code, Problem};

/// Columns of models with the grade that they have for whatever comes from them.
type Effective = HashMap<(DatasetId, String), Grade>;

/// Looks at the models whose SQL compiles, each after those that it reads.
pub(super) fn check(
    checker: &mut Checker<'_>,
    models: &[Model<'_>],
    compiled: &HashMap<usize, CompiledModel>,
) {
    let mut effective = Effective::new();
    let start: Vec<usize> = (0..models.len()).collect();
    for at in order::topological(&start, &edges(models)) {
        let Some(model) = models.get(at) else {
            continue;
        };
        let Some(compiled) = compiled.get(&model.index) else {
            continue;
        };
        for (name, column) in &model.dataset.declaration.columns {
            let output = compiled
                .outputs
                .iter()
                .find(|output| output.name == name.as_str());
            if let Some(output) = output {
                self::column(checker, model, (name, column), output, &mut effective);
            }
        }
    }
}

fn column(
    checker: &mut Checker<'_>,
    model: &Model<'_>,
    (name, column): (&ColumnName, &Column),
    output: &ModelOutput,
    effective: &mut Effective,
) {
    let declaration = &model.dataset.declaration;
    if model.dataset.has_lost(&format!("/columns/{name}")) || model.dataset.has_lost("/grade") {
        return;
    }
    let declared = declaration.grade_of(column);
    let inflows = output.from.iter().filter_map(|flow| {
        let known = (flow.dataset.clone(), flow.column.clone());
        let grade = effective.get(&known).copied().or_else(|| {
            let source = &checker.datasets.get(&flow.dataset)?.declaration;
            Some(source.grade_of(source.columns.get(flow.column.as_str())?))
        })?;
        Some(Inflow {
            from: format!("{}.{}", flow.dataset, flow.column),
            grade,
            is_aggregated: flow.is_aggregated,
        })
    });
    let explained = if column.may_be_lower() {
        Explained::Declared
    } else {
        Explained::Not
    };
    let inherited = inherit(declared, explained, inflows);
    let problem = match &inherited {
        Some(inherited) if inherited.is_too_low() => Some(too_low(model, name, column, inherited)),
        inherited => needless(model, name, column, inherited.as_ref()),
    };
    if let Some(problem) = problem {
        checker.push(problem);
    }
    let grade = inherited.map_or(declared, |inherited| inherited.effective());
    let id = declaration.dataset.clone();
    effective.insert((id, name.to_string()), grade);
}

fn too_low(
    model: &Model<'_>,
    name: &ColumnName,
    column: &Column,
    inherited: &Inherited,
) -> Problem {
    let (declared, higher) = (inherited.declared, inherited.grade);
    let message = format!(
        "`{name}` is declared {declared}, and {higher} flows into it from `{}`",
        inherited.from.join("`, `")
    );
    let help = match inherited.standing {
        Standing::Below => format!(
            "declare `grade: {higher}`; only an aggregate of many rows may have a lower grade"
        ),
        _ => format!(
            "declare `grade: {higher}`; or, where nobody can be made out in the aggregate, `grade: {declared}` with `lowered: …` that says why"
        ),
    };
    let dataset = model.dataset;
    let pointer = format!("/columns/{name}");
    let problem = if column.grade.is_some() {
        dataset.at(Code::GradeTooLow, &format!("{pointer}/grade"), message)
    } else if dataset.declaration.grade == Some(declared) {
        dataset.at(Code::GradeTooLow, "/grade", message)
    } else {
        dataset.at_key(Code::GradeTooLow, &pointer, message)
    };
    problem.help(help)
}

/// A reason to lower a grade where nothing is lowered: it would hide the day when something is.
fn needless(
    model: &Model<'_>,
    name: &ColumnName,
    column: &Column,
    inherited: Option<&Inherited>,
) -> Option<Problem> {
    column.lowered.as_ref()?;
    let is_lowered = inherited.is_some_and(|inherited| inherited.standing == Standing::Lowered);
    if is_lowered {
        return None;
    }
    let message = format!("nothing of a higher grade flows into `{name}`, so nothing is lowered");
    let pointer = format!("/columns/{name}/lowered");
    let problem = model.dataset.at_key(Code::WrongKeys, &pointer, message);
    Some(problem.help("leave `lowered` out"))
}
