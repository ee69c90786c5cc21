//! Facts and uses: what others tell the ledger of the data of its entries.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::PoisonError;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use yandu_lake::Principal;

use super::Ledger;
use crate::Result;
use crate::facts::{Facts, FactsOf};
use crate::store::{self, Stored};

/// The days whose uses are counted together.
const DAYS: i64 = 30;

/// Uses that are not in the records yet: of an entry, on a day, by somebody.
pub(super) type Uses = HashMap<(String, i64, String), u64>;

/// How many of them are kept in memory at most.
const MOST: usize = 10_000;

impl Ledger {
    /// Notes what became of the data of an entry; nothing happens where there is no such entry.
    pub async fn note_facts(&self, id: &str, facts: Facts) -> Result<()> {
        let Ok(id) = id.parse() else {
            return Ok(());
        };
        self.note_all_facts(vec![FactsOf { id, facts }]).await
    }

    /// Notes what became of the data of many entries, in one transaction. Those that are as they were cost nothing.
    pub async fn note_all_facts(&self, all: Vec<FactsOf>) -> Result<()> {
        let _turn = self.inner.writing.lock().await;
        let ids: Vec<&str> = all.iter().map(|of| of.id.as_str()).collect();
        let numbers = store::numbers(self.inner.store.pool(), &ids).await?;
        let changed: Vec<(u32, &FactsOf)> = {
            let desk = self.desk();
            all.iter()
                .filter_map(|of| Some((*numbers.get(of.id.as_str())?, of)))
                .filter(|(number, of)| {
                    desk.board
                        .lines
                        .get(*number as usize)
                        .is_some_and(|line| line.facts != of.facts)
                })
                .collect()
        };
        if changed.is_empty() {
            return Ok(());
        }
        let mut transaction = yandu_store::writing(self.inner.store.pool()).await?;
        for (_, of) in &changed {
            store::write_facts(&mut transaction, of).await?;
        }
        transaction.commit().await?;
        let mut desk = self
            .inner
            .desk
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for (number, of) in changed {
            desk.board.note(number, of.facts.clone());
        }
        drop(desk);
        self.tell();
        Ok(())
    }

    /// The facts of those of the entries that are there.
    pub async fn facts(&self, ids: &[&str]) -> Result<HashMap<String, Facts>> {
        let numbers = store::numbers(self.inner.store.pool(), ids).await?;
        let desk = self.desk();
        Ok(numbers
            .into_iter()
            .filter_map(|(id, number)| {
                let line = desk.board.lines.get(number as usize)?;
                Some((id, line.facts.clone()))
            })
            .collect())
    }

    /// Counts a use of the data of an entry. Written down with the next ones that are asked for, so that reading costs no
    /// write; what was counted since is lost with the process.
    pub fn note_use(&self, id: &str, principal: &Principal, at: Timestamp) {
        let mut uses = self.uses();
        let of = (id.to_owned(), day_of(at), principal.name().to_owned());
        if uses.len() < MOST || uses.contains_key(&of) {
            *uses.entry(of).or_default() += 1;
        }
    }

    fn uses(&self) -> std::sync::MutexGuard<'_, Uses> {
        self.inner
            .uses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down the uses that are only in memory. Those that could not be written stay there.
    pub async fn flush_uses(&self) -> Result<()> {
        let uses = std::mem::take(&mut *self.uses());
        if uses.is_empty() {
            return Ok(());
        }
        let written = self.write_uses(&uses).await;
        if written.is_err() {
            let mut left = self.uses();
            for (of, count) in uses {
                *left.entry(of).or_default() += count;
            }
        }
        written
    }

    async fn write_uses(&self, uses: &Uses) -> Result<()> {
        let mut transaction = yandu_store::writing(self.inner.store.pool()).await?;
        for ((id, day, principal), count) in uses {
            store::add_uses(&mut transaction, id, *day, principal, *count).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The uses of all entries in the last thirty days, by number.
    pub(crate) async fn all_uses(&self) -> Result<BTreeMap<u32, u64>> {
        self.flush_uses().await?;
        let since = day_of(self.inner.store.clock().now()) - DAYS;
        store::all_uses_since(self.inner.store.pool(), since).await
    }

    /// The uses of entries in the last thirty days, those in memory among them.
    pub(crate) async fn uses_of(&self, entries: &[Stored]) -> Result<HashMap<String, u64>> {
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        let since = day_of(self.inner.store.clock().now()) - DAYS;
        let mut found = store::uses_since(self.inner.store.pool(), &ids, since).await?;
        let uses = self.uses();
        let ids: HashSet<&str> = ids.into_iter().collect();
        for ((id, _, _), count) in uses.iter().filter(|((_, day, _), _)| *day > since) {
            if ids.contains(id.as_str()) {
                *found.entry(id.clone()).or_default() += count;
            }
        }
        Ok(found)
    }
}

/// The day on the clocks of the city, counted from 1970-01-01.
fn day_of(at: Timestamp) -> i64 {
    const SECONDS: i64 = 24 * 60 * 60;
    let zone = TimeZone::fixed(Offset::constant(8));
    let offset = i64::from(zone.to_offset(at).seconds());
    (at.as_second() + offset).div_euclid(SECONDS)
}
