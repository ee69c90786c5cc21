//! Finding the rows that go: the columns that decide are read of all files that may have one, as many row groups at a
//! time as the lake has threads.

use std::sync::{Mutex, PoisonError};

use roaring::RoaringTreemap;

use crate::file::DataFile;
use crate::read::{Group, Opened};
use crate::rewrite::take::Take;
use crate::table::Table;
use crate::{Error, Result};

/// A file with rows that go.
pub(super) struct Found<'f> {
    pub(super) file: &'f DataFile,
    pub(super) opened: Opened,
    /// The places of the rows that go, of those that are there.
    pub(super) hits: RoaringTreemap,
}

/// The files with rows that go.
pub(super) fn find<'f>(
    table: &Table,
    files: &'f [DataFile],
    take: &Take,
) -> Result<Vec<Found<'f>>> {
    let columns = take.columns(table);
    let candidates: Vec<&DataFile> = files.iter().filter(|file| take.may_hit(file)).collect();
    let mut found = in_parallel(table, candidates, |file| {
        Ok(Found {
            file,
            opened: Opened::open(file.full_path(&table.folder))?,
            hits: RoaringTreemap::new(),
        })
    })?;
    let groups: Vec<(usize, Group)> = found
        .iter()
        .enumerate()
        .flat_map(|(place, found)| found.opened.groups().map(move |group| (place, group)))
        .collect();
    let looked = in_parallel(table, groups, |(place, group)| {
        let mut hits = RoaringTreemap::new();
        if let Some(Found { opened, .. }) = found.get(place) {
            let mut first = group.first;
            for rows in opened.group(&columns, &group)? {
                let rows = rows.map_err(Error::rows(&table.id))?;
                let named = take.hits(&columns, &rows);
                hits.extend(named.values().set_indices().map(|row| first + row as u64));
                first += rows.num_rows() as u64;
            }
        }
        Ok((place, hits))
    })?;
    for (place, hits) in looked {
        if let Some(found) = found.get_mut(place) {
            found.hits |= hits;
        }
    }
    for Found { file, hits, .. } in &mut found {
        if let Some(vector) = &file.vector {
            *hits -= vector.gone();
        }
    }
    found.retain(|found| !found.hits.is_empty());
    Ok(found)
}

/// Does something with each of `items`, some at a time; what comes of them is in their order.
fn in_parallel<I: Send, O: Send>(
    table: &Table,
    items: Vec<I>,
    work: impl Fn(I) -> Result<O> + Sync,
) -> Result<Vec<O>> {
    let workers = table.options.threads.min(items.len());
    if workers < 2 {
        return items.into_iter().map(work).collect();
    }
    let waiting = Mutex::new(items.into_iter().enumerate());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let run = || -> Result<Vec<(usize, O)>> {
        let mut done = Vec::new();
        while let Some((place, item)) = next() {
            done.push((place, work(item)?));
        }
        Ok(done)
    };
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..workers).map(|_| scope.spawn(run)).collect();
        let own = run();
        let joined = handles.into_iter().map(|handle| {
            let panicked = |_| {
                Err(Error::Io {
                    doing: "look for rows in",
                    path: table.folder.clone(),
                    source: std::io::Error::other("a worker panicked"),
                })
            };
            handle.join().unwrap_or_else(panicked)
        });
        joined.chain([own]).collect()
    });
    let mut all = Vec::new();
    for outcome in outcomes {
        all.extend(outcome?);
    }
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, done)| done).collect())
}
