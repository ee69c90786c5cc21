//! Packages that are found, and the words in which CKAN asks for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use yandu_ledger::{Entry, Facet, Filter, Search, Sort, Status};

use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use super::{Context, list, package};
use criteria::Criteria;
pub(super) use criteria::facet;

mod criteria;

/// The largest page of the ledger.
const PAGE: usize = 1_000;
/// Packages of one answer: CKAN's own numbers.
const USUAL_ROWS: usize = 10;
const USUAL_VALUES: usize = 50;

pub(super) fn everything() -> Search {
    Search {
        sort: Sort::Title,
        limit: PAGE,
        facets: false,
        ..Search::default()
    }
}

/// The entries that are in force.
pub(super) fn active() -> Filter {
    Filter::default().with(
        Facet::Status,
        [Status::Published.name(), Status::Changed.name()],
    )
}

/// An entry with its columns.
pub(super) async fn entry(context: &Context, id: &str) -> Outcome<Entry> {
    Ok(context.state.ledger().entry(id).await?)
}

/// Looks at all that is found, page by page, and says how much that is.
pub(super) async fn scan(
    context: &Context,
    mut search: Search,
    mut look: impl FnMut(&Entry),
) -> Outcome<()> {
    loop {
        let page = context.state.ledger().search(&search).await?;
        page.hits.iter().for_each(|hit| look(&hit.entry));
        match page.next {
            Some(next) => search.after = Some(next),
            None => return Ok(()),
        }
    }
}

pub(super) async fn show(context: &Context, parameters: &Parameters) -> Outcome {
    let id = match parameters.text("id")? {
        Some(id) => id,
        None => parameters
            .needed("name_or_id")
            .map_err(|_| Refusal::missing("id"))?,
    };
    let entry = entry(context, &id).await?;
    Ok(package::package(context, &entry))
}

pub(super) async fn names(context: &Context, parameters: &Parameters) -> Outcome {
    let limit = parameters.count("limit", usize::MAX >> 1, usize::MAX >> 1)?;
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let mut names = Vec::new();
    let search = Search {
        filter: active(),
        ..everything()
    };
    scan(context, search, |entry| names.push(entry.id.to_string())).await?;
    names.sort_unstable();
    Ok(names.into_iter().skip(offset).take(limit).collect())
}

pub(super) async fn whole(context: &Context, parameters: &Parameters) -> Outcome {
    let criteria = Criteria::of(&Parameters::default())?;
    let limit = parameters.count("limit", PAGE, PAGE)?;
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let found = criteria
        .window(context, Sort::Updated, offset, limit)
        .await?;
    let packages = found
        .entries
        .iter()
        .map(|entry| package::package(context, entry));
    Ok(packages.collect())
}

pub(super) async fn packages(context: &Context, parameters: &Parameters) -> Outcome {
    let criteria = Criteria::of(parameters)?;
    let (sort, order) = sort(parameters)?;
    let rows = parameters.count("rows", USUAL_ROWS, PAGE)?;
    let start = parameters.count("start", 0, usize::MAX >> 1)?;
    let found = criteria.window(context, sort, start, rows).await?;
    let packages: Vec<Value> = found
        .entries
        .iter()
        .map(|entry| package::package(context, entry))
        .collect();
    let mut counts = Map::new();
    let mut titled = Map::new();
    if parameters.flag("facet", true)? {
        let most = parameters.most("facet.limit", USUAL_VALUES)?;
        let least = parameters.count("facet.mincount", 1, usize::MAX >> 1)?;
        for name in parameters.list("facet.field")?.unwrap_or_default() {
            let values = counted(context, &criteria, &found, &name).await?;
            let values: Vec<(String, u64)> = values
                .into_iter()
                .filter(|(_, count)| *count as usize >= least)
                .take(most)
                .collect();
            let items: Vec<Value> = values
                .iter()
                .map(|(value, count)| json!({ "name": value, "display_name": value, "count": count }))
                .collect();
            titled.insert(name.clone(), json!({ "title": name, "items": items }));
            counts.insert(
                name,
                values
                    .into_iter()
                    .map(|(value, count)| (value, count.into()))
                    .collect::<Map<_, _>>()
                    .into(),
            );
        }
    }
    Ok(json!({
        "count": found.total,
        "sort": order,
        "results": packages,
        "facets": counts,
        "search_facets": titled,
    }))
}

/// The orders that the ledger has, in CKAN's words.
fn sort(parameters: &Parameters) -> Outcome<(Sort, String)> {
    let order = parameters.text("sort")?.unwrap_or_default();
    let order = if order.is_empty() {
        "score desc, metadata_modified desc".to_owned()
    } else {
        order
    };
    let first = order.split(',').next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let sort = match words.as_slice() {
        ["score" | "relevance", "desc"] | ["score" | "relevance"] => Sort::Relevance,
        ["metadata_modified" | "last_modified", "desc"] => Sort::Updated,
        ["title_string" | "title" | "name", "asc"] | ["title_string" | "title" | "name"] => {
            Sort::Title
        }
        ["quality", "desc"] => Sort::Score,
        ["rows", "desc"] => Sort::Rows,
        _ => {
            return Err(Refusal::Query(format!(
                "Cannot sort by \"{}\"; there are `score desc`, `metadata_modified desc`, `title_string asc`, \
                 `quality desc`, `rows desc`",
                first.chars().take(100).collect::<String>()
            )));
        }
    };
    Ok((sort, order))
}

/// How many results have each value of a field, the most frequent first.
async fn counted(
    context: &Context,
    criteria: &Criteria,
    found: &criteria::Found,
    name: &str,
) -> Outcome<Vec<(String, u64)>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    if let Some(facet) = facet(name).filter(|facet| criteria.is_counted(*facet)) {
        let values = found.facets.iter().find(|(known, _)| *known == facet);
        for value in values
            .map(|(_, values)| values.as_slice())
            .unwrap_or_default()
        {
            // The ledger counts what else could be chosen too; CKAN counts what was found.
            if value.value != "unset" && criteria.may_have(facet, &value.value) {
                counts.insert(value.value.clone(), value.count);
            }
        }
    } else if let ("tags", Some(filter)) = (name, criteria.filter_alone()) {
        counts = context.state.ledger().tags(filter.clone()).await?;
    } else if list::KNOWN_FIELDS.contains(&name) || facet(name).is_some() {
        criteria
            .each(context, |entry| {
                for value in list::values_of(context, entry, name) {
                    *counts.entry(value).or_default() += 1;
                }
            })
            .await?;
    } else {
        return Err(Refusal::Query(format!(
            "undefined field: \"{}\"",
            name.chars().take(100).collect::<String>()
        )));
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|one| std::cmp::Reverse(one.1));
    Ok(counts)
}
