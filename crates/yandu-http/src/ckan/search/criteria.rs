//! What a search asks for: words, and conditions `field:value` as Solr writes them.

use yandu_ledger::{Entry, Facet, FacetCount, Filter, Search, Sort, Status};

use super::super::parameters::Parameters;
use super::super::refusal::{Outcome, Refusal};
use super::super::{Context, list, package};
use super::{PAGE, scan};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Criteria {
    words: String,
    filter: Filter,
    /// Conditions that the ledger has no facet for: any of the values of a field.
    closer: Vec<(String, Vec<String>)>,
    /// Whether nothing can be found at all.
    nothing: bool,
}

/// What was found, as far as it was asked for.
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    pub(super) total: u64,
    pub(super) facets: Vec<(Facet, Vec<FacetCount>)>,
}

/// The facet of the ledger that a field of CKAN is, or one under its own name.
pub(in crate::ckan) fn facet(field: &str) -> Option<Facet> {
    let field = match field {
        "organization" | "owner_org" => "owner",
        "groups" => "theme",
        field => field,
    };
    Facet::ALL.into_iter().find(|facet| facet.name() == field)
}

impl Criteria {
    pub(super) fn of(parameters: &Parameters) -> Outcome<Self> {
        let mut criteria = Self::default();
        let mut statuses = vec![Status::Published, Status::Changed];
        if parameters.flag("include_drafts", false)? || parameters.flag("include_private", false)? {
            statuses.extend([Status::Drafted, Status::Reviewed]);
        }
        if parameters.flag("include_deleted", false)? {
            statuses.push(Status::Withdrawn);
        }
        let mut filters = parameters.list_of_texts("fq_list")?;
        filters.extend(parameters.text("fq")?);
        for text in filters {
            for term in terms(&text)? {
                let Term { field, values } = term;
                let field = field.ok_or_else(|| {
                    Refusal::Query(format!("`{}` names no field", values.join(" ")))
                })?;
                criteria.take(&field, values, &mut statuses)?;
            }
        }
        let words = parameters.text("q")?.unwrap_or_default();
        for word in words.split_whitespace() {
            match word.split_once(':') {
                Some((field, value)) if is_field(field) && !value.is_empty() => {
                    let value = value.trim_matches('"').to_owned();
                    criteria.take(field, vec![value], &mut statuses)?;
                }
                _ if word == "*:*" || word == "*" => {}
                _ => {
                    criteria.words.push_str(word);
                    criteria.words.push(' ');
                }
            }
        }
        criteria.nothing |= statuses.is_empty();
        let names = statuses.into_iter().map(Status::name);
        criteria.filter = std::mem::take(&mut criteria.filter).with(Facet::Status, names);
        Ok(criteria)
    }

    fn take(
        &mut self,
        field: &str,
        values: Vec<String>,
        statuses: &mut Vec<Status>,
    ) -> Outcome<()> {
        let any = |wanted: &str| values.iter().any(|value| value == wanted);
        match field {
            // A state that is named goes before those that are there by default.
            "state" => {
                let named = values.iter().filter_map(|state| package::statuses(state));
                *statuses = named.flatten().copied().collect();
            }
            "private" => *statuses = of_privacy(any("true"), any("false")),
            "capacity" => *statuses = of_privacy(any("private"), any("public")),
            "type" | "dataset_type" => self.nothing |= !any("dataset"),
            "tags" if self.filter.tags.is_empty() && !have_any_signs(&values) => {
                self.filter.tags = values;
            }
            field if list::KNOWN_FIELDS.contains(&field) || with_any_signs(field, &values) => {
                self.closer.push((field.to_owned(), values));
            }
            field => {
                let facet = facet(field)
                    .ok_or_else(|| Refusal::Query(format!("undefined field: \"{field}\"")))?;
                self.filter = std::mem::take(&mut self.filter).with(facet, values);
            }
        }
        Ok(())
    }

    /// Whether entries are looked at one by one, because the ledger cannot tell.
    pub(super) fn looks_closer(&self) -> bool {
        !self.closer.is_empty()
    }

    /// Whether the ledger has counted the values of a facet as CKAN counts them: over just what was found. A division stands for
    /// all that lies inside of it, and an entry serves many points, so of those it has counted others too.
    pub(super) fn is_counted(&self, facet: Facet) -> bool {
        let is_narrowed = || self.filter.values.iter().any(|(known, _)| *known == facet);
        let is_wide = matches!(facet, Facet::Division | Facet::Point);
        let counts_others = is_wide && is_narrowed();
        !counts_others && !self.looks_closer()
    }

    /// The filter that is all that was asked for; `None` where words or a closer look decide too.
    pub(super) fn filter_alone(&self) -> Option<&Filter> {
        let is_alone = self.words.is_empty() && !self.looks_closer() && !self.nothing;
        is_alone.then_some(&self.filter)
    }

    /// Whether a value of a facet is among those that were asked for.
    pub(super) fn may_have(&self, facet: Facet, value: &str) -> bool {
        let mut asked = self
            .filter
            .values
            .iter()
            .filter(|(known, _)| *known == facet);
        asked.all(|(_, values)| values.iter().any(|wanted| wanted == value))
    }

    fn search(&self, sort: Sort) -> Search {
        Search {
            q: self.words.trim().to_owned(),
            filter: self.filter.clone(),
            sort,
            limit: PAGE,
            facets: false,
            facet_values: usize::MAX,
            ..Search::default()
        }
    }

    fn holds(&self, context: &Context, entry: &Entry) -> bool {
        self.closer.iter().all(|(field, values)| {
            let has = list::values_of(context, entry, field);
            values
                .iter()
                .any(|wanted| has.iter().any(|value| fits(field, value, wanted)))
        })
    }

    /// Looks at all that is found.
    pub(super) async fn each(
        &self,
        context: &Context,
        mut look: impl FnMut(&Entry),
    ) -> Outcome<()> {
        if self.nothing {
            return Ok(());
        }
        scan(context, self.search(Sort::Title), |entry| {
            if self.holds(context, entry) {
                look(entry);
            }
        })
        .await
    }

    /// The results from `start` on, at most `rows`.
    pub(super) async fn window(
        &self,
        context: &Context,
        sort: Sort,
        start: usize,
        rows: usize,
    ) -> Outcome<Found> {
        let mut found = Found {
            entries: Vec::new(),
            total: 0,
            facets: Vec::new(),
        };
        if self.nothing {
            return Ok(found);
        }
        let end = start.saturating_add(rows);
        let mut search = self.search(sort);
        search.facets = true;
        let mut seen = 0;
        loop {
            if !self.looks_closer() {
                // No more than is left to the end of the window.
                search.limit = end.saturating_sub(seen).clamp(1, PAGE);
            }
            let page = context.state.ledger().search(&search).await?;
            if search.facets {
                (found.facets, search.facets) = (page.facets, false);
                found.total = page.total;
            }
            for hit in page.hits {
                if self.holds(context, &hit.entry) {
                    if (start..end).contains(&seen) {
                        found.entries.push(hit.entry);
                    }
                    seen += 1;
                }
            }
            let is_over = !self.looks_closer() && seen >= end;
            match page.next {
                Some(next) if !is_over => search.after = Some(next),
                _ => break,
            }
        }
        if self.looks_closer() {
            found.total = seen as u64;
        }
        Ok(found)
    }
}

fn is_field(name: &str) -> bool {
    matches!(
        name,
        "state" | "private" | "capacity" | "type" | "dataset_type"
    ) || list::KNOWN_FIELDS.contains(&name)
        || facet(name).is_some()
}

/// Fields of words, which CKAN searches and does not compare.
const TEXTS: &[&str] = &["title", "notes", "author", "maintainer"];

/// Whether a field of the ledger is asked for by a part of its values.
fn with_any_signs(field: &str, values: &[String]) -> bool {
    facet(field).is_some() && have_any_signs(values)
}

fn have_any_signs(values: &[String]) -> bool {
    values.iter().any(|value| value.contains('*'))
}

/// Whether a value is one that is asked for: a text that has the words, a name that is the same. `*` stands for any signs.
fn fits(field: &str, value: &str, wanted: &str) -> bool {
    if !TEXTS.contains(&field) {
        return is_like(value, wanted);
    }
    let (value, wanted) = (value.to_lowercase(), wanted.to_lowercase());
    is_like(&value, &format!("*{wanted}*"))
}

fn is_like(value: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return value == pattern;
    };
    let Some(mut left) = value.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(end)
}

fn of_privacy(private: bool, public: bool) -> Vec<Status> {
    let mut statuses = Vec::new();
    if private {
        statuses.extend([Status::Drafted, Status::Reviewed]);
    }
    if public {
        statuses.extend([Status::Published, Status::Changed]);
    }
    statuses
}

/// One condition.
#[derive(Debug, PartialEq, Eq)]
struct Term {
    field: Option<String>,
    values: Vec<String>,
}

/// The conditions of a filter: `+field:value field:"two words" field:(one OR other)`, all of which must hold.
fn terms(text: &str) -> Outcome<Vec<Term>> {
    let mut terms = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if rest.starts_with('-') || rest.starts_with("NOT ") || rest.starts_with('!') {
            return Err(Refusal::Query(format!(
                "`{text}`: conditions cannot be negated"
            )));
        }
        rest = rest.strip_prefix('+').unwrap_or(rest);
        if let Some(after) = rest.strip_prefix("AND ") {
            rest = after.trim_start();
            continue;
        }
        let end = rest.find([':', ' ']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (field, after) = match after.strip_prefix(':') {
            Some(after) => (Some(name.to_owned()), after.trim_start()),
            None => (None, rest),
        };
        let (values, after) = values(after)
            .ok_or_else(|| Refusal::Query(format!("`{text}` is no condition `field:value`")))?;
        if field.as_deref() == Some("*") {
            rest = after.trim_start();
            continue;
        }
        terms.push(Term { field, values });
        rest = after.trim_start();
    }
    Ok(terms)
}

/// The values of a condition, and what stands behind them.
fn values(text: &str) -> Option<(Vec<String>, &str)> {
    let Some(inside) = text.strip_prefix('(') else {
        let (value, rest) = value(text)?;
        return Some((vec![value], rest));
    };
    let mut values = Vec::new();
    let mut rest = inside.trim_start();
    loop {
        if let Some(rest) = rest.strip_prefix(')') {
            return (!values.is_empty()).then_some((values, rest));
        }
        if let Some(after) = rest.strip_prefix("OR ") {
            rest = after.trim_start();
        }
        let (one, after) = value(rest)?;
        values.push(one);
        rest = after.trim_start();
    }
}

fn value(text: &str) -> Option<(String, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let (value, rest) = inside.split_once('"')?;
        return Some((value.to_owned(), rest));
    }
    let end = text.find([' ', ')']).unwrap_or(text.len());
    let (value, rest) = text.split_at(end);
    let is_range = value.starts_with('[') || value.starts_with('{');
    (!value.is_empty() && !is_range).then(|| (value.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_searched_and_a_name_compared() {
        for (field, value, wanted) in [
            ("title", "全市路灯 LAMP 台账", "lamp"),
            ("notes", "灯杆", "灯杆"),
            ("name", "tinghu.lamp", "tinghu.lamp"),
            ("name", "tinghu.lamp", "tinghu.*"),
            ("name", "tinghu.lamp", "*.lamp"),
            ("name", "tinghu.lamp", "t*u.*p"),
            ("tags", "照明", "*"),
            ("organization", "亭湖区住建局", "亭湖区*"),
        ] {
            assert!(fits(field, value, wanted), "{field}:{wanted}");
        }
        for (field, value, wanted) in [
            ("title", "路灯", "桥"),
            ("name", "tinghu.lamp", "tinghu"),
            ("name", "tinghu.lamp", "lamp*"),
            ("name", "tinghu.lamp", "*.lam"),
            ("name", "aba", "ab*ba"),
            ("tags", "照明", "照"),
        ] {
            assert!(!fits(field, value, wanted), "{field}:{wanted}");
        }
    }

    #[test]
    fn conditions_are_read_as_solr_writes_them() {
        let read = |text: &str| {
            let terms = terms(text).unwrap();
            terms
                .into_iter()
                .map(|term| {
                    format!(
                        "{}={}",
                        term.field.unwrap_or_default(),
                        term.values.join("|")
                    )
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(read(""), Vec::<String>::new());
        assert_eq!(read("organization:市公安局"), ["organization=市公安局"]);
        assert_eq!(
            read(r#"+tags:"二 三" AND groups:(a OR "b c" OR d) *:*"#),
            ["tags=二 三", "groups=a|b c|d"]
        );
        assert_eq!(read("words"), ["=words"]);
        for wrong in [
            "-tags:a",
            "NOT tags:a",
            "tags:",
            "tags:\"a",
            "tags:(a",
            "tags:()",
            "rows:[1 TO 5]",
        ] {
            assert!(matches!(terms(wrong), Err(Refusal::Query(_))), "{wrong}");
        }
    }
}
