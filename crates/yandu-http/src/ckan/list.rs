//! Departments, themes, tags and licences: what packages are grouped by.

#![expect(
    clippy::indexing_slicing,
    reason = "an object of JSON takes and gives any name"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yandu_ledger::{Entry, Facet, FacetCount, Filter, Search};
use yandu_pack::declare::Opening;

use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use super::search::facet;
use super::{Context, package, resource, search};
use crate::batch::word;

/// Fields of a package that the ledger has no facet for.
pub(super) const KNOWN_FIELDS: &[&str] = &[
    "id",
    "name",
    "tags",
    "res_format",
    "license_id",
    "title",
    "notes",
    "author",
    "maintainer",
];

/// The values that an entry has of a field.
pub(super) fn values_of(context: &Context, entry: &Entry, field: &str) -> Vec<String> {
    let content = &entry.content;
    let one = |text: &Option<String>| text.iter().cloned().collect();
    match field {
        "id" | "name" => vec![entry.id.to_string()],
        "tags" => content.tags.clone(),
        "title" => vec![content.title.zh.clone()],
        "notes" => one(&content.about),
        "author" => one(&content.steward),
        "maintainer" => one(&content.contact),
        "res_format" => {
            let resources = resource::of_entry(context, entry);
            let formats = resources.iter().filter_map(|one| one["format"].as_str());
            formats.map(str::to_owned).collect()
        }
        "license_id" => {
            let is_open = content.opening == Some(Opening::Open);
            vec![
                if is_open {
                    "other-open"
                } else {
                    "notspecified"
                }
                .to_owned(),
            ]
        }
        field => facet(field).map_or_else(Vec::new, |facet| of_facet(entry, facet)),
    }
}

/// The values that an entry has of a facet of the ledger; none where it says nothing.
fn of_facet(entry: &Entry, facet: Facet) -> Vec<String> {
    let content = &entry.content;
    let one = |word: Option<String>| word.into_iter().collect();
    match facet {
        Facet::Owner => one(Some(content.owner.clone()).filter(|owner| !owner.is_empty())),
        // The ledger counts by county.
        Facet::Division => one(content
            .division
            .as_deref()
            .map(|code| code.get(..6).unwrap_or(code).to_owned())),
        Facet::Theme => one(content.theme.clone()),
        Facet::Kind => vec![content.kind.name().to_owned()],
        Facet::Sharing => one(content.sharing.class.as_ref().map(word)),
        Facet::Opening => one(content.opening.as_ref().map(word)),
        Facet::Origin => one(content.origin.as_ref().map(word)),
        Facet::Grade => one(content.grade.map(|grade| grade.name().to_owned())),
        Facet::Refresh => one(content.refresh.map(|refresh| refresh.name().to_owned())),
        Facet::Status => vec![entry.status.name().to_owned()],
        Facet::Fresh => one(entry.facts.fresh.map(|fresh| fresh.to_string())),
        Facet::Point => content.points.iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn organization(name: &str) -> Value {
    json!({
        "id": name,
        "name": name,
        "title": name,
        "display_name": name,
        "type": "organization",
        "description": "",
        "image_url": "",
        "is_organization": true,
        "approval_status": "approved",
        "state": "active",
    })
}

pub(super) fn group(name: &str) -> Value {
    json!({
        "id": name,
        "name": name,
        "title": name,
        "display_name": name,
        "type": "group",
        "description": "",
        "image_display_url": "",
        "is_organization": false,
        "state": "active",
    })
}

pub(super) fn tag(name: &str) -> Value {
    json!({
        "id": name,
        "name": name,
        "display_name": name,
        "state": "active",
        "vocabulary_id": null,
    })
}

pub(super) fn licences() -> Value {
    let licence = |id: &str, title: &str, is_open: bool| {
        json!({
            "id": id,
            "title": title,
            "url": "",
            "status": "active",
            "family": "",
            "maintainer": "",
            "is_generic": true,
            "domain_content": false,
            "domain_data": false,
            "domain_software": false,
            "od_conformance": if is_open { "approved" } else { "not reviewed" },
            "osd_conformance": "not reviewed",
        })
    };
    json!([
        licence("notspecified", "未注明许可", false),
        licence("other-open", "其他（开放）", true),
    ])
}

/// The values of a facet over all entries that are not withdrawn, and how many active ones have each.
async fn grouped(context: &Context, facet: Facet) -> Outcome<BTreeMap<String, u64>> {
    let counts = async |filter: Filter| -> Outcome<Vec<FacetCount>> {
        let search = Search {
            filter,
            facets: true,
            facet_values: usize::MAX,
            limit: 1,
            ..search::everything()
        };
        let page = context.state.ledger().search(&search).await?;
        let found = page.facets.into_iter().find(|(known, _)| *known == facet);
        Ok(found.map(|(_, values)| values).unwrap_or_default())
    };
    let statuses = ["drafted", "reviewed", "published", "changed"];
    let all = counts(Filter::default().with(Facet::Status, statuses)).await?;
    let active = counts(search::active()).await?;
    let count = |value: &str| {
        let found = active.iter().find(|one| one.value == value);
        found.map_or(0, |one| one.count)
    };
    Ok(all
        .into_iter()
        .filter(|one| one.value != "unset")
        .map(|one| (one.value.clone(), count(&one.value)))
        .collect())
}

/// A list of names, or of what they name with `all_fields`.
fn listed(parameters: &Parameters, names: BTreeMap<String, u64>, of: fn(&str) -> Value) -> Outcome {
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let limit = parameters.count("limit", usize::MAX >> 1, usize::MAX >> 1)?;
    let with_fields = parameters.flag("all_fields", false)?;
    let wanted = ["organizations", "groups"]
        .into_iter()
        .find_map(|name| parameters.list(name).transpose())
        .transpose()?;
    let mut names: Vec<(String, u64)> = names
        .into_iter()
        .filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(name)))
        .collect();
    match parameters.text("sort")?.as_deref() {
        None | Some("" | "name" | "name asc" | "title" | "title asc") => {}
        Some("name desc" | "title desc") => names.reverse(),
        Some("package_count" | "package_count desc") => {
            names.sort_by_key(|one| std::cmp::Reverse(one.1));
        }
        Some("package_count asc") => names.sort_by_key(|one| one.1),
        Some(_) => return Err(Refusal::invalid("sort", "Cannot sort by this field")),
    }
    let page = names.into_iter().skip(offset).take(limit);
    let whole = |(name, count): (String, u64)| {
        let mut whole = of(&name);
        whole["package_count"] = count.into();
        whole
    };
    Ok(if with_fields {
        page.map(whole).collect()
    } else {
        page.map(|(name, _)| Value::from(name)).collect()
    })
}

pub(super) async fn organizations(context: &Context, parameters: &Parameters) -> Outcome {
    listed(
        parameters,
        grouped(context, Facet::Owner).await?,
        organization,
    )
}

pub(super) async fn groups(context: &Context, parameters: &Parameters) -> Outcome {
    listed(parameters, grouped(context, Facet::Theme).await?, group)
}

pub(super) async fn organization_show(context: &Context, parameters: &Parameters) -> Outcome {
    shown(context, parameters, Facet::Owner, organization).await
}

pub(super) async fn group_show(context: &Context, parameters: &Parameters) -> Outcome {
    shown(context, parameters, Facet::Theme, group).await
}

async fn shown(
    context: &Context,
    parameters: &Parameters,
    facet: Facet,
    of: fn(&str) -> Value,
) -> Outcome {
    let id = parameters.needed("id")?;
    let names = grouped(context, facet).await?;
    let count = names
        .get(&id)
        .ok_or_else(|| Refusal::NotFound(format!("\"{id}\" was not found.")))?;
    let mut shown = of(&id);
    shown["package_count"] = (*count).into();
    if parameters.flag("include_datasets", false)? {
        shown["packages"] = packages(context, search::active().with(facet, [id])).await?;
    }
    Ok(shown)
}

/// The tags of active entries, with the number of those that have each.
async fn counted(context: &Context) -> Outcome<BTreeMap<String, u64>> {
    Ok(context.state.ledger().tags(search::active()).await?)
}

pub(super) async fn tags(context: &Context, parameters: &Parameters) -> Outcome {
    let text = parameters.text("query")?.unwrap_or_default().to_lowercase();
    let mut tags = counted(context).await?;
    tags.retain(|name, _| name.to_lowercase().contains(&text));
    if parameters.flag("all_fields", false)? {
        return Ok(tags.keys().map(|name| tag(name)).collect());
    }
    Ok(tags.into_keys().collect())
}

pub(super) async fn tag_search(context: &Context, parameters: &Parameters) -> Outcome {
    let texts = parameters.list("query")?.unwrap_or_default();
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let limit = parameters.count("limit", usize::MAX >> 1, usize::MAX >> 1)?;
    let tags = counted(context).await?;
    let found: Vec<Value> = tags
        .keys()
        .filter(|name| {
            let name = name.to_lowercase();
            texts.iter().any(|text| name.contains(&text.to_lowercase()))
        })
        .map(|name| tag(name))
        .collect();
    let count = found.len();
    let results: Vec<Value> = found.into_iter().skip(offset).take(limit).collect();
    Ok(json!({ "count": count, "results": results }))
}

pub(super) async fn tag_show(context: &Context, parameters: &Parameters) -> Outcome {
    let id = parameters.needed("id")?;
    let filter = Filter {
        tags: vec![id.clone()],
        ..search::active()
    };
    let tags = context.state.ledger().tags(filter.clone()).await?;
    if !tags.contains_key(&id) {
        return Err(Refusal::NotFound(format!("Tag \"{id}\" was not found.")));
    }
    let mut shown = tag(&id);
    if parameters.flag("include_datasets", false)? {
        shown["packages"] = packages(context, filter).await?;
    }
    Ok(shown)
}

/// The packages that a filter means.
async fn packages(context: &Context, filter: Filter) -> Outcome {
    let found = Search {
        filter,
        ..search::everything()
    };
    let mut packages = Vec::new();
    search::scan(context, found, |entry| {
        packages.push(package::package(context, entry));
    })
    .await?;
    Ok(packages.into())
}
