//! Resources: the tables of datasets. Each has one, and its id follows from that of its package.

use serde_json::{Value, json};
use yandu_ledger::{Entry, Search};
use yandu_words::id::DatasetId;

use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use super::{Context, package, search};
use crate::address::encode;

/// Stands behind the id of an entry in the id of its resource.
const TABLE: &str = ".table";

/// The dataset whose table a resource is; the id of the dataset itself will do.
pub(super) fn dataset_of(context: &Context, resource: &str) -> Option<DatasetId> {
    let packs = context.state.collector().packs();
    let known = |id: &str| {
        let id: DatasetId = id.parse().ok()?;
        packs.dataset(&id).map(|_| id)
    };
    resource
        .strip_suffix(TABLE)
        .and_then(known)
        .or_else(|| known(resource))
}

/// The resources of an entry: its table, where rows can be read.
pub(super) fn of_entry(context: &Context, entry: &Entry) -> Vec<Value> {
    let Some(dataset) = dataset_of(context, &format!("{}{TABLE}", entry.id)) else {
        return Vec::new();
    };
    let id = format!("{dataset}{TABLE}");
    let at = entry.facts.last_at;
    vec![json!({
        "id": id,
        "package_id": entry.id.as_str(),
        "name": entry.content.title.zh,
        "description": entry.content.about.as_deref().unwrap_or_default(),
        "format": "CSV",
        "mimetype": "text/csv",
        "url": context.base.at(&format!("/datastore/dump/{}", encode(&id))),
        "url_type": "datastore",
        "datastore_active": true,
        "state": "active",
        "position": 0,
        "size": entry.facts.bytes,
        "hash": "",
        "resource_type": null,
        "created": package::naive(entry.created_at),
        "last_modified": at.map(package::naive),
        "metadata_modified": package::naive(entry.updated_at),
    })]
}

pub(super) async fn show(context: &Context, parameters: &Parameters) -> Outcome {
    let id = parameters.needed("id")?;
    let absent = || Refusal::NotFound(format!("Resource \"{id}\" was not found."));
    let dataset = dataset_of(context, &id).ok_or_else(absent)?;
    let entry = search::entry(context, dataset.as_str()).await?;
    of_entry(context, &entry).pop().ok_or_else(absent)
}

/// Resources whose field has a term: `name:人口`, one condition or a list of them.
pub(super) async fn search(context: &Context, parameters: &Parameters) -> Outcome {
    let queries = match parameters.json("query")? {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(_)) => parameters.list("query")?.unwrap_or_default(),
        _ => return Err(Refusal::missing("query")),
    };
    let mut conditions = Vec::new();
    for query in &queries {
        let (field, term) = query
            .split_once(':')
            .ok_or_else(|| Refusal::invalid("query", "Must be <field>:<value> pair(s)"))?;
        if !["id", "name", "description", "format", "url", "hash"].contains(&field) {
            return Err(Refusal::Query(format!(
                "Field \"{field}\" not recognised in resource_search."
            )));
        }
        conditions.push((field, term.to_lowercase()));
    }
    let holds = |resource: &Value| {
        conditions.iter().all(|(field, term)| {
            let value = resource[*field].as_str().unwrap_or_default();
            value.to_lowercase().contains(term)
        })
    };
    let mut found = Vec::new();
    let all = Search {
        filter: search::active(),
        ..search::everything()
    };
    search::scan(context, all, |entry| {
        found.extend(
            of_entry(context, entry)
                .into_iter()
                .filter(|one| holds(one)),
        );
    })
    .await?;
    let count = found.len();
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let limit = parameters.count("limit", usize::MAX >> 1, usize::MAX >> 1)?;
    let results: Vec<Value> = found.into_iter().skip(offset).take(limit).collect();
    Ok(json!({ "count": count, "results": results }))
}

/// A resource is made by a delivery, and goes when its dataset does.
pub(super) fn refuse(context: &Context, action: &str, parameters: &Parameters) -> Outcome {
    if action != "resource_create" {
        let id = parameters.needed("id")?;
        dataset_of(context, &id)
            .ok_or_else(|| Refusal::NotFound(format!("Resource \"{id}\" was not found.")))?;
    }
    Err(Refusal::NotAllowed(
        "the table of a dataset comes from its deliveries, and is declared by its pack".to_owned(),
    ))
}
