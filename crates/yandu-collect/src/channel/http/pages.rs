//! Which page comes next, and when there is none.

use std::collections::HashSet;

use reqwest::Url;
use serde_json::Value;
use yandu_pack::declare::Page as Paging;

use super::rows::Page;
use crate::channel::problem::Problem;

pub(super) struct Pages<'a> {
    paging: Option<&'a Paging>,
    first: Url,
    next: Option<Url>,
    /// Pages that were read.
    read: u32,
    limit: u32,
    /// Digests of cursors and addresses that were asked for, or of the page before.
    seen: HashSet<blake3::Hash>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(paging: Option<&'a Paging>, first: Url, limit: u32) -> Self {
        let mut next = first.clone();
        if let Some(Paging::Number(number)) = paging {
            set_query(&mut next, &number.param, &number.first.to_string());
            if let Some(param) = &number.size_param {
                set_query(&mut next, param, &number.size.to_string());
            }
        }
        let seen = HashSet::from([blake3::hash(next.as_str().as_bytes())]);
        Self {
            paging,
            first,
            next: Some(next),
            read: 0,
            limit,
            seen,
        }
    }

    /// The address of the next page.
    pub(super) fn next(&mut self) -> Option<Url> {
        self.next.clone()
    }

    /// JSON pointer to what tells the next page.
    pub(super) fn next_pointer(&self) -> Option<&'a str> {
        match self.paging? {
            Paging::Number(_) => None,
            Paging::Cursor(cursor) => Some(&cursor.next),
            Paging::Link(link) => Some(&link.next),
        }
    }

    /// Says which page a problem is of, where there are several.
    pub(super) fn name(&self, problem: Problem) -> Problem {
        if self.paging.is_none() {
            return problem;
        }
        let page = self.read + 1;
        problem.said(|why| why.with(|words| format!("page {page}: {words}")))
    }

    /// Finds the page after the one that was read.
    pub(super) fn turn(&mut self, page: &Page<'_>, body: &[u8]) -> Result<(), Problem> {
        let next = self.after(page, body)?;
        self.read += 1;
        if next.is_some() && self.read >= self.limit {
            return Err(Problem::answer(format!(
                "it has more than {} pages",
                self.limit
            )));
        }
        self.next = next;
        Ok(())
    }

    fn after(&mut self, page: &Page<'_>, body: &[u8]) -> Result<Option<Url>, Problem> {
        match (self.paging, &page.next) {
            (Some(Paging::Number(number)), _) => {
                if page.rows.len() < number.size as usize {
                    return Ok(None);
                }
                self.note(body, "is the same as the page before")?;
                let mut url = self.next.clone().unwrap_or_else(|| self.first.clone());
                let place = u64::from(number.first) + u64::from(self.read) + 1;
                set_query(&mut url, &number.param, &place.to_string());
                Ok(Some(url))
            }
            (None, _) | (_, None | Some(Value::Null | Value::Bool(false))) => Ok(None),
            // Some APIs end with false, some with an empty text.
            (_, Some(Value::String(text))) if text.is_empty() => Ok(None),
            (Some(Paging::Cursor(cursor)), Some(next)) => {
                let next = match next {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => {
                        return Err(
                            self.name(Problem::answer(format!("`{}` is no cursor", cursor.next)))
                        );
                    }
                };
                self.note(next.as_bytes(), "names a cursor that was used before")?;
                let mut url = self.first.clone();
                set_query(&mut url, &cursor.param, &next);
                Ok(Some(url))
            }
            (Some(Paging::Link(link)), Some(next)) => {
                let here = self.next.as_ref().unwrap_or(&self.first);
                let url = next.as_str().and_then(|next| here.join(next).ok());
                let url = url.ok_or_else(|| {
                    self.name(Problem::answer(format!("`{}` is no address", link.next)))
                })?;
                // Its headers, which may hold secrets, are meant for the host that the pack names.
                if url.origin() != self.first.origin() {
                    let message = format!("`{}` is an address on another host", link.next);
                    return Err(self.name(Problem::answer(message)));
                }
                self.note(
                    url.as_str().as_bytes(),
                    "names a next page that was read before",
                )?;
                Ok(Some(url))
            }
        }
    }

    /// Remembers what must not come twice.
    fn note(&mut self, what: &[u8], otherwise: &str) -> Result<(), Problem> {
        if self.seen.insert(blake3::hash(what)) {
            return Ok(());
        }
        Err(Problem::answer(format!(
            "page {} {otherwise}",
            self.read + 1
        )))
    }
}

/// Sets a parameter of the query, in place of the one of that name.
pub(super) fn set_query(url: &mut Url, name: &str, value: &str) {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => value.clone_into(known),
        None => pairs.push((name.to_owned(), value.to_owned())),
    }
    url.query_pairs_mut().clear().extend_pairs(pairs);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_set_once_and_the_others_stay() {
        let mut url = Url::parse("http://127.0.0.1/x?since=old&a=1").unwrap();
        set_query(&mut url, "since", "2025-01-01 08:00:00");
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1/x?since=2025-01-01+08%3A00%3A00&a=1"
        );
    }
}
