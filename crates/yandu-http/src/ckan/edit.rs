//! Packages that are created, changed and taken back. The ledger decides; what it refuses is told in CKAN's words.

use serde_json::{Map, Value, json};
use yandu_ledger::{Edit, Entry, EntryId, Status};

use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use super::{Context, package, resource, search};

const REASON: &str = "经 CKAN 接口";

pub(super) async fn create(context: &Context, parameters: &Parameters) -> Outcome {
    let name = parameters.needed("name")?;
    let id: EntryId = name
        .parse()
        .map_err(|error: yandu_ledger::EntryIdError| Refusal::invalid("name", error.to_string()))?;
    if parameters
        .json("resources")?
        .is_some_and(|resources| resources.as_array().is_some_and(|list| !list.is_empty()))
    {
        return Err(no_resources());
    }
    let mut content = package::said(parameters)?;
    content.retain(|_, value| !value.is_null());
    let title = content.entry("title").or_insert_with(|| json!({}));
    if title.get("zh").is_none() {
        title["zh"] = name.into();
    }
    let reason = Some(REASON.to_owned());
    let ledger = context.state.ledger();
    let entry = ledger
        .register(&context.principal, id, content, reason)
        .await?;
    Ok(package::package(context, &entry))
}

fn no_resources() -> Refusal {
    Refusal::invalid(
        "resources",
        "Resources come from deliveries and are not set here",
    )
}

/// The entry that is to be changed, by `id` or `name`.
async fn meant(context: &Context, parameters: &Parameters) -> Outcome<Entry> {
    let id = match parameters.text("id")? {
        Some(id) => id,
        None => parameters
            .needed("name")
            .map_err(|_| Refusal::missing("id"))?,
    };
    let entry = search::entry(context, &id).await?;
    let same = |name: Option<String>| name.is_none_or(|name| name == entry.id.as_str());
    if !same(parameters.text("name")?) {
        return Err(Refusal::invalid(
            "name",
            "The name of an entry does not change",
        ));
    }
    Ok(entry)
}

/// Refuses what would be silently left undone: publishing, renaming, other resources.
fn check(context: &Context, entry: &Entry, parameters: &Parameters) -> Outcome<()> {
    let now = package::state(entry.status);
    if let Some(state) = parameters.text("state")?
        && state != now
        && state != "deleted"
    {
        return Err(Refusal::invalid(
            "state",
            format!("The entry is {now}; it is published in the ledger"),
        ));
    }
    if parameters.value("private").is_some()
        && parameters.flag("private", false)? != (now != "active")
    {
        return Err(Refusal::invalid(
            "private",
            format!("The entry is {now}; it is published in the ledger"),
        ));
    }
    if let Some(resources) = parameters.json("resources")? {
        let ids = |list: &[Value]| list.iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
        let sent = resources.as_array().ok_or_else(no_resources)?;
        if ids(sent) != ids(&resource::of_entry(context, entry)) {
            return Err(no_resources());
        }
    }
    Ok(())
}

pub(super) async fn update(context: &Context, parameters: &Parameters) -> Outcome {
    let entry = meant(context, parameters).await?;
    check(context, &entry, parameters)?;
    let mut set = package::emptied(&entry.content);
    let said = package::said(parameters)?;
    if !said.contains_key("title") {
        return Err(Refusal::missing("title"));
    }
    for (field, value) in said {
        match (set.get_mut(&field), value) {
            // The parts of the sharing that are not said are emptied too.
            (Some(Value::Object(parts)), Value::Object(said)) => parts.extend(said),
            (_, value) => {
                set.insert(field, value);
            }
        }
    }
    change(context, &entry, parameters, set).await
}

pub(super) async fn patch(context: &Context, parameters: &Parameters) -> Outcome {
    let entry = meant(context, parameters).await?;
    check(context, &entry, parameters)?;
    let set = package::said(parameters)?;
    change(context, &entry, parameters, set).await
}

async fn change(
    context: &Context,
    entry: &Entry,
    parameters: &Parameters,
    set: Map<String, Value>,
) -> Outcome {
    let edit = Edit {
        set,
        reason: Some(REASON.to_owned()),
    };
    let ledger = context.state.ledger();
    let id = entry.id.as_str();
    // What was read is what is changed: somebody else's change in between is not overwritten.
    let revision = Some(entry.revision);
    let mut entry = ledger.patch(&context.principal, id, edit, revision).await?;
    let state = parameters.text("state")?;
    if state.as_deref() == Some("deleted") && entry.status != Status::Withdrawn {
        entry = withdraw(context, &entry).await?;
    }
    Ok(package::package(context, &entry))
}

pub(super) async fn delete(context: &Context, parameters: &Parameters) -> Outcome {
    let id = parameters.needed("id")?;
    let entry = search::entry(context, &id).await?;
    if entry.status != Status::Withdrawn {
        withdraw(context, &entry).await?;
    }
    Ok(Value::Null)
}

async fn withdraw(context: &Context, entry: &Entry) -> Outcome<Entry> {
    if entry.is_pack {
        return Err(Refusal::NotAllowed(format!(
            "`{}` is declared by a pack; withdraw it in the ledger",
            entry.id
        )));
    }
    let ledger = context.state.ledger();
    let revision = Some(entry.revision);
    Ok(ledger
        .transition(
            &context.principal,
            entry.id.as_str(),
            Status::Withdrawn,
            REASON,
            revision,
        )
        .await?)
}
