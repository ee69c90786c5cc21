//! Finding entries.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yandu_ledger::{Facet, Filter, Lacking, Search, Sort};

use super::shape::{Entry, Title};
use crate::Result;
use crate::caller::Caller;
use crate::extract::Query;
use crate::page::Limit;
use crate::problem::Problem;
use crate::state::State;

/// What is looked for. Of a filter that takes several values, set apart by commas, an entry has one; `unset` stands for entries
/// that say nothing.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Words, codes or names of columns, in simplified or traditional characters, pinyin or its initials; at most 200 signs.
    #[param(max_length = 200, example = "czrk")]
    q: Option<String>,
    #[param(example = "published")]
    status: Option<String>,
    owner: Option<String>,
    /// Codes; each stands for all that lies inside of the division too.
    #[param(example = "320902")]
    division: Option<String>,
    theme: Option<String>,
    kind: Option<String>,
    sharing: Option<String>,
    opening: Option<String>,
    origin: Option<String>,
    grade: Option<String>,
    refresh: Option<String>,
    /// Points of the work plan.
    point: Option<String>,
    /// `true`, `false` or `unset`.
    fresh: Option<String>,
    /// Elements that an entry lacks; `something` or `nothing` for those needed to publish it.
    lacks: Option<String>,
    /// `relevance`, `title`, `updated`, `score` or `rows`.
    #[param(example = "updated")]
    sort: Option<String>,
    /// Entries of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 20)]
    limit: Limit<20, 200>,
    /// The `next` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
    /// Whether values of facets are counted; they are when absent.
    facets: Option<bool>,
}

/// The most values that one filter takes.
const VALUES: usize = 200;

impl Asked {
    pub(crate) fn search(self) -> Result<Search> {
        let mut filter = Filter::default();
        for (facet, values) in [
            (Facet::Status, &self.status),
            (Facet::Owner, &self.owner),
            (Facet::Division, &self.division),
            (Facet::Theme, &self.theme),
            (Facet::Kind, &self.kind),
            (Facet::Sharing, &self.sharing),
            (Facet::Opening, &self.opening),
            (Facet::Origin, &self.origin),
            (Facet::Grade, &self.grade),
            (Facet::Refresh, &self.refresh),
            (Facet::Point, &self.point),
            (Facet::Fresh, &self.fresh),
        ] {
            filter = filter.with(facet, listed(facet.name(), values.as_deref())?);
        }
        for name in listed("lacks", self.lacks.as_deref())? {
            filter.lacks.push(Lacking::from_name(name).ok_or_else(|| {
                Problem::new(
                    "invalid-parameter",
                    format!(
                        "`lacks`: `{}` is no element of an entry",
                        super::clipped(name)
                    ),
                )
            })?);
        }
        let sort = match self.sort.as_deref() {
            None => Sort::default(),
            Some(name) => Sort::from_name(name).ok_or_else(|| {
                Problem::new(
                    "invalid-parameter",
                    format!("`sort`: `{}` is no order", super::clipped(name)),
                )
                .with_help("one of `relevance`, `title`, `updated`, `score`, `rows`".to_owned())
            })?,
        };
        Ok(Search {
            q: self.q.unwrap_or_default(),
            filter,
            sort,
            limit: self.limit.items(),
            after: self.after,
            facets: self.facets.unwrap_or(true),
            ..Search::default()
        })
    }
}

fn listed<'a>(parameter: &str, values: Option<&'a str>) -> Result<Vec<&'a str>> {
    let values: Vec<&str> = values
        .unwrap_or_default()
        .split([',', '，'])
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .collect();
    if values.len() > VALUES {
        return Err(Problem::new(
            "invalid-parameter",
            format!("`{parameter}` has more than {VALUES} values"),
        ));
    }
    Ok(values)
}

/// A piece of a text, and whether it is what was searched for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// What was found of an entry, as pieces of plain text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Highlight {
    pub title: Option<Vec<Piece>>,
    /// The neighbourhood of the first finding.
    pub about: Option<Vec<Piece>>,
    /// Titles of columns by their names, a few of them.
    pub columns: BTreeMap<String, Vec<Piece>>,
}

/// A result: an entry without its columns.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryHit {
    #[serde(flatten)]
    pub entry: Entry,
    /// Present where words were searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highlight: Option<Highlight>,
}

/// A value of a facet, with the number of results that have it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FacetValue {
    pub value: String,
    pub count: u64,
    /// What a code stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// A page of results.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryPage {
    pub entries: Vec<EntryHit>,
    /// All results.
    pub total: u64,
    /// By facet, the values that results have, the most frequent first; those of a facet that is narrowed down are counted as if it
    /// were not.
    pub facets: BTreeMap<String, Vec<FacetValue>>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// Finds entries: all of them, or those that fit.
#[utoipa::path(get, path = "/ledger/entries", tag = "ledger", params(Asked), responses((status = 200, body = EntryPage), Problem))]
pub(super) async fn list_entries(
    Shared(state): Shared<State>,
    _caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<EntryPage>> {
    let page = state.ledger().search(&asked.search()?).await?;
    Ok(Json(page.into()))
}

impl From<yandu_ledger::Page> for EntryPage {
    fn from(page: yandu_ledger::Page) -> Self {
        let facets = page.facets.into_iter().map(|(facet, counts)| {
            let values = counts.into_iter().map(|count| FacetValue {
                value: count.value,
                count: count.count,
                title: count.title,
            });
            (facet.name().to_owned(), values.collect())
        });
        Self {
            entries: page.hits.into_iter().map(EntryHit::from).collect(),
            total: page.total,
            facets: facets.collect(),
            next: page.next,
        }
    }
}

impl From<yandu_ledger::Hit> for EntryHit {
    fn from(hit: yandu_ledger::Hit) -> Self {
        let mut entry = Entry::from(hit.entry);
        entry.columns = None;
        Self {
            entry,
            highlight: hit.highlight.map(Highlight::from),
        }
    }
}

impl From<yandu_ledger::Highlight> for Highlight {
    fn from(highlight: yandu_ledger::Highlight) -> Self {
        Self {
            title: highlight.title.map(pieces),
            about: highlight.about.map(pieces),
            columns: highlight
                .columns
                .into_iter()
                .map(|(name, title)| (name, pieces(title)))
                .collect(),
        }
    }
}

fn pieces(pieces: Vec<yandu_ledger::Piece>) -> Vec<Piece> {
    pieces
        .into_iter()
        .map(|piece| Piece {
            text: piece.text,
            hit: piece.is_hit,
        })
        .collect()
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Typed {
    /// What was typed so far.
    #[param(max_length = 200, example = "czrk")]
    q: String,
    /// Entries at most.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 50, default = 8)]
    limit: Limit<8, 50>,
}

/// An entry that may be meant.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Found {
    pub id: String,
    pub title: Title,
    /// The title in pieces.
    pub pieces: Vec<Piece>,
    pub owner: String,
    pub kind: String,
    pub status: String,
}

/// Entries that may be meant, the likeliest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Suggestions {
    pub entries: Vec<Found>,
}

/// Finds entries while somebody types: by title, code, pinyin or its initials. Withdrawn ones are left out.
#[utoipa::path(get, path = "/ledger/suggest", tag = "ledger", params(Typed), responses((status = 200, body = Suggestions), Problem))]
pub(super) async fn suggest(
    Shared(state): Shared<State>,
    _caller: Caller,
    Query(typed): Query<Typed>,
) -> Result<Json<Suggestions>> {
    let living = yandu_ledger::Status::ALL
        .into_iter()
        .filter(|status| *status != yandu_ledger::Status::Withdrawn)
        .map(yandu_ledger::Status::name);
    let search = Search {
        q: typed.q,
        filter: Filter::default().with(Facet::Status, living),
        limit: typed.limit.items(),
        facets: false,
        ..Search::default()
    };
    let page = state.ledger().search(&search).await?;
    Ok(Json(Suggestions {
        entries: page.hits.into_iter().map(found).collect(),
    }))
}

fn found(hit: yandu_ledger::Hit) -> Found {
    let content = hit.entry.content;
    let title = hit.highlight.and_then(|highlight| highlight.title);
    Found {
        id: hit.entry.id.to_string(),
        pieces: title.map_or_else(
            || {
                vec![Piece {
                    text: content.title.zh.clone(),
                    hit: false,
                }]
            },
            pieces,
        ),
        title: content.title.into(),
        owner: content.owner,
        kind: content.kind.name().to_owned(),
        status: hit.entry.status.name().to_owned(),
    }
}
