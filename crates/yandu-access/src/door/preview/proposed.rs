//! The state that a change would put in force, built as for the change itself.

use std::sync::Arc;

use yandu_policy::{City, Principal, Source};

use super::{People, Proposal, Proposed, is_disabled};
use crate::account::{self, Account, AccountChange};
use crate::accounts::keep_apart;
use crate::door::rows::Tables;
use crate::door::{CITY_SOURCE, Door, State, change, giving};
use crate::grant::{Grant, NewGrant};
use crate::negative::{Entry, NEGATIVE};
use crate::{AccountId, Error, Result, store};

impl Door {
    /// What a change is compared with: the state in force; where a grant is revoked whose term has not begun, as if it had, because
    /// it would have opened something at its time.
    pub(super) fn present_for(
        &self,
        state: &Arc<State>,
        proposal: &Proposal,
    ) -> Result<Arc<State>> {
        let Proposal::Revocation(id) = proposal else {
            return Ok(Arc::clone(state));
        };
        let mut parts = state.parts();
        let Some(grant) = parts.grants.get_mut(id) else {
            return Err(Error::NoGrant(*id));
        };
        if grant.granted.from.take().is_none() {
            return Ok(Arc::clone(state));
        }
        // One that does not fit the city any more would have opened nothing.
        let settled = self.settle(state, parts, &Tables::of(&self.inner.lake));
        settled.map(Arc::new).map_err(|unsettled| unsettled.0)
    }

    /// The state that would be put in force. People are changed as they would be.
    pub(super) async fn proposed(
        &self,
        by: &str,
        state: &State,
        proposal: Proposal,
        people: &mut People,
    ) -> Result<Proposed> {
        let mut parts = state.parts();
        let mut tables = Tables::of(&self.inner.lake);
        let is_of_packs = matches!(proposal, Proposal::Packs(_));
        let mut own = String::new();
        let mut given = None;
        match proposal {
            Proposal::Texts(mut texts) => {
                // In the order in which the program reads them.
                texts.sort_by(|one, other| one.file.cmp(&other.file));
                parts.sources.retain(|source| !is_of_city(source));
                parts.sources.extend(texts.into_iter().map(|text| Source {
                    name: CITY_SOURCE.into(),
                    file: text.file.into(),
                    text: text.text,
                }));
            }
            Proposal::Packs(packs) => {
                // In the order in which the program reads them.
                let of_city = parts.sources.into_iter().filter(is_of_city);
                parts.sources = packs.sources.into_iter().chain(of_city).collect();
                parts.city = City {
                    above: parts.city.above,
                    own_roles: parts.city.own_roles,
                    ..packs.city
                };
                tables = Tables::with(&self.inner.lake, packs.tables);
                change::follow(&mut parts);
            }
            Proposal::Grant(new) => {
                let days = self.inner.accounts.settings().grant_days;
                let granted = new.checked(self.now(), days)?;
                giving::must_be_for_another(by, &granted)?;
                self.must_be_known(&granted.to).await?;
                let covered = self.covered(&granted).await?;
                let mut connection = self.inner.store.pool().acquire().await?;
                let grant = Grant {
                    id: store::grant::next(&mut connection).await?,
                    fields: granted.fields(&parts.city),
                    // What is looked at is its term.
                    granted: NewGrant {
                        from: None,
                        ..granted
                    },
                    used: 0,
                    given_by: by.to_owned(),
                    given_at: self.now(),
                    revoked: None,
                    broken: None,
                };
                own = grant.id.policy();
                parts.grants.insert(grant.id, grant.clone());
                given = Some((grant, covered));
            }
            Proposal::Revocation(id) => {
                if parts.grants.remove(&id).is_none() {
                    return Err(Error::NoGrant(id));
                }
            }
            Proposal::Entry(new) => {
                let mut connection = self.inner.store.pool().acquire().await?;
                let new = new.checked()?;
                let entry = Entry {
                    id: store::grant::next_entry(&mut connection).await?,
                    fields: new.fields(&parts.city),
                    entry: new,
                    added_by: by.to_owned(),
                    added_at: self.now(),
                    removed: None,
                };
                own = format!("{NEGATIVE}/{}", entry.id);
                parts.entries.insert(entry.id, entry);
            }
            Proposal::Removal(id) => {
                if parts.entries.remove(&id).is_none() {
                    return Err(Error::NoEntry(id));
                }
            }
            Proposal::Account { id, change } => self.changed(by, &id, change, people).await?,
            Proposal::Grade {
                dataset,
                column,
                grade,
                following,
            } => {
                let datasets = &mut parts.city.datasets;
                let declared = datasets.get_mut(&dataset);
                let declared = declared.and_then(|dataset| dataset.columns.get_mut(&column));
                let Some(declared) = declared else {
                    let why = format!("`{dataset}` has no column `{column}`");
                    return Err(Error::grant("grade", why));
                };
                declared.grade = grade;
                for ((dataset, column), grade) in following {
                    let other = datasets.get_mut(&dataset);
                    let other = other.and_then(|dataset| dataset.columns.get_mut(&column));
                    if let Some(other) = other {
                        other.grade = grade;
                    }
                }
            }
        }
        let built = if is_of_packs {
            // As when they are installed: what other packs leave of a grant does not hold them back.
            let settled = self.settle(state, parts, &tables);
            settled.map_err(|unsettled| unsettled.0)
        } else {
            let built = self.build(state, &parts);
            built.map_err(|problems| change::refused(problems, &own))
        }?;
        if let Some((grant, covered)) = given {
            let conflicts = giving::conflicts(&built.policies, &grant, &covered);
            if !conflicts.is_empty() {
                return Err(Error::Forbidden(conflicts));
            }
        }
        Ok(Proposed {
            state: built,
            tables,
        })
    }

    /// Puts an account as it would be in the place of the one that it is.
    async fn changed(
        &self,
        by: &str,
        id: &AccountId,
        change: AccountChange,
        people: &mut People,
    ) -> Result<()> {
        let before = self.inner.accounts.find(id).await?;
        let after = account::changed(&before, change, &self.inner.accounts.known())?;
        let mut connection = self.inner.store.pool().acquire().await?;
        keep_apart(&mut connection, by, Some(&before), &after).await?;
        let place = people.told.iter().position(|one| one.id == id.as_str());
        let place = place
            .and_then(|place| Some((people.sides.get_mut(place)?, people.told.get_mut(place)?)));
        let Some((sides, told)) = place else {
            return Ok(());
        };
        // Whoever cannot log in reads what anybody does. An account that stays out of use is looked at as if it were in use.
        let is_turned = is_disabled(&before) != is_disabled(&after);
        let as_it_reads = |account: &Account| {
            if is_turned && is_disabled(account) {
                Principal::visitor()
            } else {
                account.principal()
            }
        };
        *sides = (as_it_reads(&before), as_it_reads(&after));
        told.is_disabled = is_disabled(&before) && is_disabled(&after);
        Ok(())
    }
}

fn is_of_city(source: &Source) -> bool {
    source.name.as_ref() == CITY_SOURCE
}
