//! The purposes that policies name.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value;

/// Adds the texts that a policy compares the purpose with.
pub(super) fn purposes_of(policy: &Policy, purposes: &mut BTreeSet<String>) {
    if !policy.has_non_scope_constraint() {
        return;
    }
    if let Ok(told) = policy.to_json() {
        walk(&told, purposes);
    }
}

fn walk(value: &Value, purposes: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|one| walk(one, purposes)),
        Value::Object(fields) => {
            for operands in fields.values() {
                let sides = [operands.get("left"), operands.get("right")];
                if sides.iter().flatten().any(|side| is_purpose(side)) {
                    for side in sides.iter().flatten() {
                        texts(side, purposes);
                    }
                    if let Some(Value::Array(pattern)) = operands.get("pattern") {
                        let signs = pattern.iter().filter_map(|one| one.get("Literal"));
                        purposes.insert(signs.filter_map(Value::as_str).collect());
                    }
                }
                walk(operands, purposes);
            }
        }
        _ => {}
    }
}

/// Whether it is `context.purpose`.
fn is_purpose(value: &Value) -> bool {
    let access = value.get(".");
    access.is_some_and(|access| {
        access.get("attr").and_then(Value::as_str) == Some("purpose")
            && access.pointer("/left/Var").and_then(Value::as_str) == Some("context")
    })
}

fn texts(value: &Value, purposes: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|one| texts(one, purposes)),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if name == "Value" => {
                        purposes.insert(text.clone());
                    }
                    other => texts(other, purposes),
                }
            }
        }
        _ => {}
    }
}
