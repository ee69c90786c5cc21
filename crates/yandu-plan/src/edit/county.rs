//! Copies of a task that counties have, and their shares of its target.

use crate::decompose::copied;
use crate::record::{Gone, Node, Plan, Task, TaskFields};
use crate::reviewing::name;
use crate::standing::{is_ceiling, is_level, is_open};
use crate::{Error, Result};

use super::CountyShare;

/// Counties of one task.
const COUNTIES: usize = 100;

/// Gives counties copies of a task, with its nodes. Where shares are given, together they reach the target or keep to it.
pub(crate) fn split(plan: &mut Plan, key: &str, shares: &[CountyShare]) -> Result<()> {
    let missing = plan.missing("task", key);
    let task = plan
        .tasks
        .get(key)
        .filter(|task| task.of.is_none())
        .cloned()
        .ok_or(missing)?;
    let copies: Vec<Task> = plan
        .tasks
        .values()
        .filter(|copy| copy.of.as_deref() == Some(key))
        .cloned()
        .collect();
    if shares.is_empty() || shares.len() + copies.len() > COUNTIES {
        return Err(Error::invalid("counties", "from 1 to 100 counties"));
    }
    let numbers = task.gone_copies.next(copies.iter().map(|copy| &copy.id))..;
    let nodes: Vec<Node> = plan
        .nodes
        .values()
        .filter(|node| node.task == key)
        .cloned()
        .collect();
    let mut names: Vec<String> = copies.into_iter().filter_map(|copy| copy.county).collect();
    for (number, share) in numbers.zip(shares) {
        let county = name(&share.county)?;
        if names.contains(&county) {
            return Err(Error::invalid(
                "counties",
                format!("`{county}` has a copy already"),
            ));
        }
        if share
            .quantity
            .is_some_and(|share| !share.is_finite() || share < 0.0)
        {
            return Err(Error::invalid("quantity", "a number from 0"));
        }
        let id = format!("{key}-{number}");
        let copy = Task {
            id: id.clone(),
            said: TaskFields {
                lead: Some(county.clone()),
                supports: Vec::new(),
                counties: Vec::new(),
                quantity: share.quantity,
                ..task.said.clone()
            },
            of: Some(key.to_owned()),
            county: Some(county.clone()),
            gone_nodes: Gone::default(),
            gone_copies: Gone::default(),
            ..task.clone()
        };
        for (place, node) in nodes.iter().enumerate() {
            let own = format!("{id}.{}", place + 1);
            let said = copied(plan, (&task, node), &copy);
            plan.nodes.insert(
                own.clone(),
                Node {
                    id: own,
                    task: id.clone(),
                    said,
                    begun: None,
                    finished: None,
                },
            );
        }
        plan.tasks.insert(id, copy);
        names.push(county);
    }
    shares_hold(plan, key)?;
    if let Some(task) = plan.tasks.get_mut(key) {
        task.said.counties = names;
    }
    Ok(())
}

/// Shares are given to all counties of a task or to none, and together they reach the target of the city, or keep to what it allows
/// at most. A level has no shares: each county reaches the same.
pub(super) fn shares_hold(plan: &Plan, key: &str) -> Result<()> {
    let copies = plan
        .tasks
        .values()
        .filter(|copy| copy.of.as_deref() == Some(key));
    let quantities: Vec<Option<f64>> = copies.map(|copy| copy.said.quantity).collect();
    if quantities.iter().all(Option::is_none) {
        return Ok(());
    }
    if quantities.iter().any(Option::is_none) {
        return Err(Error::invalid("quantity", "of all counties or of none"));
    }
    let target = plan.tasks.get(key).and_then(|task| task.target);
    let Some(target) = target.and_then(|target| plan.figures.get(&target)) else {
        return Ok(());
    };
    if is_level(target) {
        return Err(Error::invalid(
            "quantity",
            "none: the target is a rate, a mean or a duration, which each county reaches as the city does",
        ));
    }
    let Some(whole) = target.said.value.number().map(f64::abs) else {
        return Ok(());
    };
    let sum: f64 = quantities.iter().flatten().sum();
    let slack = whole.max(1.0) * 1e-9;
    // On which side of the target the shares are to be is not known yet.
    if is_open(target, None) {
        return Ok(());
    }
    let has_most = is_ceiling(target, None);
    if has_most && sum > whole + slack {
        return Err(Error::invalid(
            "quantity",
            format!(
                "the shares of the counties together are {sum}, and the target of the city allows {whole} at most"
            ),
        ));
    }
    if !has_most && sum < whole - slack {
        return Err(Error::invalid(
            "quantity",
            format!(
                "the shares of the counties together are {sum}, and do not reach the target of the city"
            ),
        ));
    }
    Ok(())
}
