//! The catalogue of the published entries in the terms of DCAT-AP 3, as Turtle and as JSON-LD.
//!
//! Harvesters of other portals read it. Both forms are written from one graph (`graph.rs`). Names in it begin with the
//! address that the caller has used. An entry that was published and has changed since is still in force, and is listed.

mod describe;
mod graph;
mod vocabulary;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_ledger::{Entry, EntryId, Facet, Filter, Search, Sort, Status};

use crate::Result;
use crate::address::{Base, encode};
use crate::caller::Caller;
use crate::extract::{Path, Query};
use crate::page::Limit;
use crate::problem::Problem;
use crate::state::State;
use describe::Names;
use graph::Graph;
use vocabulary::{CHINESE, ENGLISH, THEME};

const TURTLE: &str = "text/turtle";
const JSON_LD: &str = "application/ld+json";
/// Who keeps the catalogue.
const KEEPER: &str = "数据主管部门";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(show_catalogue))
        .routes(routes!(show_catalogue_as_turtle))
        .routes(routes!(show_catalogue_as_json_ld))
        .routes(routes!(show_described_dataset))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The place in the catalogue that the `next` of the page before names.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
    /// Datasets of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Turtle,
    JsonLd,
}

/// The catalogue: Turtle, or JSON-LD when `Accept` likes that better. Page by page; `hydra:next` names the next one.
#[utoipa::path(get, path = "/dcat/catalog", tag = "dcat", params(Page), responses((status = 200, content((String = "text/turtle"), (Object = "application/ld+json"))), (status = 406, description = "Neither form is accepted.", content_type = "application/problem+json", body = Problem), Problem))]
async fn show_catalogue(
    Shared(state): Shared<State>,
    _caller: Caller,
    base: Base,
    headers: HeaderMap,
    Query(page): Query<Page>,
) -> Result<Response> {
    let form = form(&headers)?;
    let graph = catalogue(&state, &base, &page, "/dcat/catalog").await?;
    negotiated(&graph, form)
}

/// The catalogue as Turtle.
#[utoipa::path(get, path = "/dcat/catalog.ttl", tag = "dcat", params(Page), responses((status = 200, content((String = "text/turtle"))), Problem))]
async fn show_catalogue_as_turtle(
    Shared(state): Shared<State>,
    _caller: Caller,
    base: Base,
    Query(page): Query<Page>,
) -> Result<Response> {
    let graph = catalogue(&state, &base, &page, "/dcat/catalog.ttl").await?;
    written(&graph, Form::Turtle)
}

/// The catalogue as JSON-LD.
#[utoipa::path(get, path = "/dcat/catalog.jsonld", tag = "dcat", params(Page), responses((status = 200, content((Object = "application/ld+json"))), Problem))]
async fn show_catalogue_as_json_ld(
    Shared(state): Shared<State>,
    _caller: Caller,
    base: Base,
    Query(page): Query<Page>,
) -> Result<Response> {
    let graph = catalogue(&state, &base, &page, "/dcat/catalog.jsonld").await?;
    written(&graph, Form::JsonLd)
}

/// A published dataset: Turtle, or JSON-LD when `Accept` likes that better.
#[utoipa::path(get, path = "/dcat/dataset/{id}", tag = "dcat", params(("id" = String, Path, pattern = "^[a-z0-9][a-z0-9._-]{0,126}$", example = "population.resident")), responses((status = 200, content((String = "text/turtle"), (Object = "application/ld+json"))), (status = 406, description = "Neither form is accepted.", content_type = "application/problem+json", body = Problem), Problem))]
async fn show_described_dataset(
    Shared(state): Shared<State>,
    _caller: Caller,
    base: Base,
    headers: HeaderMap,
    Path(id): Path<EntryId>,
) -> Result<Response> {
    let form = form(&headers)?;
    let entry = state.ledger().entry(id.as_str()).await?;
    if !is_in_force(entry.status) {
        return Err(yandu_ledger::Error::NoEntry(id.to_string()).into());
    }
    let mut graph = Graph::default();
    let names = Names { base: &base };
    describe::dataset(&mut graph, &names, &entry, is_table(&state, &entry));
    describe::services(
        &mut graph,
        &names,
        std::iter::once(&entry).filter(|entry| is_table(&state, entry)),
    );
    negotiated(&graph, form)
}

fn is_in_force(status: Status) -> bool {
    matches!(status, Status::Published | Status::Changed)
}

fn is_table(state: &State, entry: &Entry) -> bool {
    let id = entry.id.as_str().parse().ok();
    id.is_some_and(|id| state.collector().packs().dataset(&id).is_some())
}

async fn catalogue(state: &State, base: &Base, page: &Page, path: &str) -> Result<Graph> {
    let search = Search {
        filter: Filter::default().with(
            Facet::Status,
            [Status::Published.name(), Status::Changed.name()],
        ),
        sort: Sort::Title,
        limit: page.limit.items(),
        after: page.after.clone(),
        facets: false,
        ..Search::default()
    };
    let (entries, next) = state.ledger().whole(&search).await?;
    // The same on every page: a harvester puts them together.
    let newest = Search {
        sort: Sort::Updated,
        limit: 1,
        after: None,
        ..search
    };
    let newest = state.ledger().search(&newest).await?;
    let total = newest.total;
    let mut graph = Graph::default();
    let names = Names { base };
    for entry in &entries {
        describe::dataset(&mut graph, &names, entry, is_table(state, entry));
        let dataset = names.dataset(entry.id.as_str());
        graph
            .about(&names.catalogue())
            .link("dcat:dataset", &dataset);
    }
    let tables = entries.iter().filter(|entry| is_table(state, entry));
    describe::services(&mut graph, &names, tables);
    let modified = newest.hits.first().map(|hit| hit.entry.updated_at);
    describe_catalogue(&mut graph, &names, modified);
    let at = |after: Option<&str>| {
        let after = after.map_or(String::new(), |after| format!("&after={}", encode(after)));
        base.at(&format!("{path}?limit={}{after}", page.limit.items()))
    };
    let this = at(page.after.as_deref());
    graph
        .about(&names.catalogue())
        .typed("hydra:totalItems", &total.to_string(), "xsd:integer")
        .link("hydra:view", &this);
    let mut view = graph.about(&this);
    view.is_a("hydra:PartialCollectionView")
        .link("hydra:first", &at(None));
    if let Some(next) = &next {
        view.link("hydra:next", &at(Some(next)));
    }
    Ok(graph)
}

fn describe_catalogue(graph: &mut Graph, names: &Names<'_>, modified: Option<jiff::Timestamp>) {
    let keeper = describe::agent(graph, names, KEEPER);
    let languages = [CHINESE.within(graph), ENGLISH.within(graph)];
    THEME.within(graph);
    describe::themes(graph, names);
    let home = names.base.at("/");
    graph.about(&home).is_a("foaf:Document");
    let mut catalogue = graph.about(&names.catalogue());
    catalogue
        .is_a("dcat:Catalog")
        .worded("dct:title", "公共数据资源目录", "zh")
        .worded("dct:title", "Catalogue of public data", "en")
        .worded("dct:description", "已发布的数据资源，由各部门提供。", "zh")
        .worded(
            "dct:description",
            "The published data of the departments.",
            "en",
        )
        .link("dct:publisher", &keeper)
        .link("foaf:homepage", &home)
        .link("dcat:themeTaxonomy", THEME.scheme)
        .link("dcat:themeTaxonomy", &names.themes())
        .link("dcat:service", &names.sql())
        .link("dcat:service", &names.actions());
    for language in &languages {
        catalogue.link("dct:language", language);
    }
    if let Some(modified) = modified {
        catalogue.time("dct:modified", modified);
    }
}

fn negotiated(graph: &Graph, form: Form) -> Result<Response> {
    let mut response = written(graph, form)?;
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

fn written(graph: &Graph, form: Form) -> Result<Response> {
    let broken = |error: std::io::Error| Problem::new("internal", error.to_string());
    Ok(match form {
        Form::Turtle => {
            let text = graph.turtle().map_err(broken)?;
            ([(header::CONTENT_TYPE, "text/turtle; charset=utf-8")], text).into_response()
        }
        Form::JsonLd => {
            let text = serde_json::to_vec(&graph.json_ld()).map_err(std::io::Error::from);
            ([(header::CONTENT_TYPE, JSON_LD)], text.map_err(broken)?).into_response()
        }
    })
}

/// The form that `Accept` likes best; Turtle when it likes both alike, or says nothing.
fn form(headers: &HeaderMap) -> Result<Form> {
    let accepts: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .collect();
    let accepts = accepts.join(",");
    if accepts.trim().is_empty() {
        return Ok(Form::Turtle);
    }
    let (turtle, json_ld) = (weight(&accepts, TURTLE), weight(&accepts, JSON_LD));
    if turtle.max(json_ld) <= 0.0 {
        return Err(Problem::new(
            "not-acceptable",
            format!("the catalogue is written as `{TURTLE}` or `{JSON_LD}`"),
        ));
    }
    Ok(if json_ld > turtle {
        Form::JsonLd
    } else {
        Form::Turtle
    })
}

/// How much a form is liked: the most exact range counts (RFC 9110, section 12.5.1).
fn weight(accepts: &str, form: &str) -> f32 {
    let kind = form.split('/').next().unwrap_or_default();
    let mut found = (0, 0.0);
    for range in accepts.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_lowercase();
        let weight = parts
            .find_map(|part| part.strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
        let exactness = match name.as_str() {
            name if name == form => 3,
            // What programs that know JSON alone ask for.
            "application/json" if form == JSON_LD => 3,
            name if name.strip_suffix("/*") == Some(kind) => 2,
            "*/*" => 1,
            _ => 0,
        };
        if exactness > found.0 {
            found = (exactness, weight);
        }
    }
    found.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_one_that_is_liked_best() {
        let chosen = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
            form(&headers).map_err(|problem| problem.status)
        };
        for turtle in [
            "",
            "*/*",
            "text/turtle",
            "text/*",
            "text/html,*/*;q=0.8",
            "application/ld+json;q=0.5, text/turtle",
        ] {
            assert_eq!(chosen(turtle), Ok(Form::Turtle), "{turtle}");
        }
        for json in [
            "application/ld+json",
            "application/json",
            "text/turtle;q=0.1, */*",
            "application/*",
        ] {
            assert_eq!(chosen(json), Ok(Form::JsonLd), "{json}");
        }
        for none in ["text/html", "text/turtle;q=0", "image/png, application/xml"] {
            assert_eq!(chosen(none), Err(406), "{none}");
        }
    }
}
