//! Pages of results: a look over the board and the index, then the records of what is on the page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use crate::board::{After, Facet, FacetCount, Filter, Sort, counted, page_of, tags};
use crate::entry::Entry;
use crate::ledger::{Desk, Ledger};
use crate::search::{Both, Highlight, Matches, Query, Stage, highlight, tally};
use crate::store::{self, Stored};
use crate::{Error, Result};

/// The most results of one page.
const LARGEST: usize = 1_000;
/// The most values of one facet where nothing else is asked for.
const FACET_VALUES: usize = 300;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Search {
    /// What was typed; everything where it is empty.
    pub q: String,
    pub filter: Filter,
    /// Only entries of these ids, as far as there are such; also facets are counted among them alone.
    pub among: Option<Vec<String>>,
    pub sort: Sort,
    /// Results of a page.
    pub limit: usize,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Whether the values of facets are counted.
    pub facets: bool,
    /// The most values of one facet that are counted out, the most frequent ones.
    pub facet_values: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            q: String::new(),
            filter: Filter::default(),
            among: None,
            sort: Sort::default(),
            limit: 20,
            after: None,
            facets: true,
            facet_values: FACET_VALUES,
        }
    }
}

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Without its columns.
    pub entry: Entry,
    /// What was found of it, where something was typed.
    pub highlight: Option<Highlight>,
}

/// Some of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub hits: Vec<Hit>,
    /// All results.
    pub total: u64,
    /// Of each facet, what the results have, and what more there would be if it were not narrowed down.
    pub facets: Vec<(Facet, Vec<FacetCount>)>,
    /// What to ask for to get the next page; none on the last one.
    pub next: Option<String>,
}

/// What a look has found, before the records are read.
struct Seen {
    numbers: Vec<u32>,
    total: u64,
    facets: Vec<(Facet, Vec<FacetCount>)>,
    next: Option<After>,
    query: Option<Query>,
}

impl Ledger {
    /// Finds entries. Every change that was acknowledged is seen.
    pub async fn search(&self, search: &Search) -> Result<Page> {
        let seen = self.look(search).await?;
        let entries = self.stored(&seen.numbers, seen.query.is_some()).await?;
        let uses = self.uses_of(&entries).await?;
        let found = highlighted(seen.query, entries).await?;
        let mut hits = Vec::with_capacity(found.len());
        let desk = self.desk();
        for (mut stored, highlight) in found {
            stored.content.columns.clear();
            let entry = desk.entry(stored, &uses);
            hits.push(Hit { entry, highlight });
        }
        Ok(Page {
            hits,
            total: seen.total,
            facets: seen.facets,
            next: seen.next.map(|after| after.text()).transpose()?,
        })
    }

    /// All entries that are asked for, whole, in the order of the ledger: for exports, page by page.
    pub async fn whole(&self, search: &Search) -> Result<(Vec<Entry>, Option<String>)> {
        let seen = self.look(search).await?;
        let entries = self.stored(&seen.numbers, true).await?;
        let uses = self.uses_of(&entries).await?;
        let desk = self.desk();
        let entries = entries
            .into_iter()
            .map(|stored| desk.entry(stored, &uses))
            .collect();
        drop(desk);
        Ok((entries, seen.next.map(|after| after.text()).transpose()?))
    }

    /// The tags of the entries that a filter means, with the number of those that have each.
    pub async fn tags(&self, filter: Filter) -> Result<BTreeMap<String, u64>> {
        let ledger = self.clone();
        tokio::task::spawn_blocking(move || tags(&ledger.desk().board, &filter)).await?
    }

    async fn look(&self, search: &Search) -> Result<Seen> {
        let after = search.after.as_deref().map(After::read).transpose()?;
        if let Some(after) = &after
            && after.sort != effective(search)
        {
            return Err(Error::Parameter {
                parameter: "after",
                why: "it belongs to another order".to_owned(),
            });
        }
        if !search.q.trim().is_empty() {
            self.wait_for_index().await;
        }
        let among = match &search.among {
            None => None,
            Some(ids) => {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let numbers = store::numbers(self.inner.store.pool(), &ids).await?;
                Some(numbers.into_values().collect::<BTreeSet<u32>>())
            }
        };
        let (ledger, search) = (self.clone(), search.clone());
        let look = move || ledger.look_now(&search, among.as_ref(), after.as_ref());
        tokio::task::spawn_blocking(look).await?
    }

    fn look_now(
        &self,
        search: &Search,
        among: Option<&BTreeSet<u32>>,
        after: Option<&After>,
    ) -> Result<Seen> {
        let desk = self
            .inner
            .desk
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let read = self.read_words(&desk, search, among, after)?;
        let (query, stage, matches) = match read {
            Some((query, stage, matches)) => (Some(query), stage, Some(matches)),
            None => (None, Stage::Exact, None),
        };
        let all_among = among.map(|among| among.iter().copied().collect::<Vec<u32>>());
        let candidates = match &matches {
            Some(matches) => Some(matches.numbers.as_slice()),
            None => all_among.as_deref(),
        };
        let values = search.facets.then_some(search.facet_values);
        let mut found = counted(&desk.board, &search.filter, candidates, values)?;
        desk.name_places(&mut found.facets);
        let total = found.numbers.len() as u64;
        let (numbers, mut next) = page_of(
            &desk.board,
            &found.numbers,
            effective(search),
            |number| {
                matches
                    .as_ref()
                    .map_or(0.0, |matches| matches.score(number))
            },
            after,
            search.limit.clamp(1, LARGEST),
        );
        if let Some(next) = &mut next {
            next.stage = stage as u8;
        }
        Ok(Seen {
            numbers,
            total,
            facets: found.facets,
            next,
            query,
        })
    }

    /// Reads the words as they stand, and with more good will where nothing is found so. A later page reads them as the
    /// first one did.
    fn read_words(
        &self,
        desk: &Desk,
        search: &Search,
        among: Option<&BTreeSet<u32>>,
        after: Option<&After>,
    ) -> Result<Option<(Query, Stage, Matches)>> {
        if search.q.trim().is_empty() {
            return Ok(None);
        }
        let view = self.inner.index.view();
        let both = Both {
            view: &view,
            fresh: &desk.fresh,
        };
        let stages = match after {
            Some(after) => vec![Stage::of(after.stage)],
            None => Stage::ALL.to_vec(),
        };
        let mut last = None;
        for stage in stages {
            let Some(query) = Query::read(&search.q, &desk.synonyms, stage)? else {
                // Nothing but signs between words: nothing is meant by it, so nothing is found.
                return Ok(Some((Query::empty(), stage, Matches::default())));
            };
            let mut matches = tally(&query, &desk.board, &both)?;
            if let Some(among) = among {
                matches.numbers.retain(|number| among.contains(number));
            }
            let is_found = !matches.numbers.is_empty();
            last = Some((query, stage, matches));
            if is_found {
                break;
            }
        }
        Ok(last)
    }

    /// The records of a page in its order.
    async fn stored(&self, numbers: &[u32], with_columns: bool) -> Result<Vec<Stored>> {
        let pool = self.inner.store.pool();
        let mut entries = if with_columns {
            store::whole(pool, numbers).await?
        } else {
            store::heads(pool, numbers).await?
        };
        let place = |number| numbers.iter().position(|wanted| *wanted == number);
        entries.sort_by_cached_key(|entry| place(entry.number));
        Ok(entries)
    }
}

/// Entries with what was found of them. Texts are long and words many, so it is done beside the requests.
async fn highlighted(
    query: Option<Query>,
    entries: Vec<Stored>,
) -> Result<Vec<(Stored, Option<Highlight>)>> {
    let Some(query) = query else {
        return Ok(entries.into_iter().map(|entry| (entry, None)).collect());
    };
    let marked = move || {
        let with_marks = entries.into_iter().map(|entry| {
            let marks = highlight(&query, &entry.content);
            (entry, Some(marks))
        });
        with_marks.collect()
    };
    Ok(tokio::task::spawn_blocking(marked).await?)
}

/// The order of the results: by title where nothing was typed that could be relevant.
fn effective(search: &Search) -> Sort {
    match search.sort {
        Sort::Relevance if search.q.trim().is_empty() => Sort::Title,
        sort => sort,
    }
}
