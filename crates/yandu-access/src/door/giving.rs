//! Giving and revoking grants, and keeping the negative list.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use yandu_lake::Rights;
use yandu_policy::{Circumstances, Kind, Policies, Principal};
use yandu_words::id::DatasetId;

use super::Door;
use super::change::begins;
use super::rows::Tables;
use crate::account::{Account, Filter};
use crate::event::{EventKind, Note, note};
use crate::grant::{Ended, Grant, GrantId, Grantee, GranteeKind, NewGrant, text};
use crate::negative::{Entry, EntryId, NewEntry};
use crate::{Error, Result, store};

/// How many accounts are read at once.
const PAGE: u32 = 1_000;

/// A case in which a grant would show what a policy forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The entry of the negative list, or another policy that forbids.
    pub policy: Arc<str>,
    pub basis: Option<Arc<str>>,
    /// Who would read it; the grant may be for many.
    pub account: String,
    /// The column; none where the whole dataset is forbidden.
    pub column: Option<String>,
    pub grant: GrantId,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` forbids ", self.policy)?;
        match &self.column {
            Some(column) => write!(f, "`{column}`")?,
            None => f.write_str("the dataset")?,
        }
        write!(f, " to `{}`", self.account)?;
        match &self.basis {
            Some(basis) => write!(f, " ({basis})"),
            None => Ok(()),
        }
    }
}

impl Door {
    /// Gives a grant, unless it would show to anybody whom it covers what the negative list or another policy forbids.
    ///
    /// `seen` is the set of policies that was looked at before, by its hash: under another one nothing is given.
    pub async fn give(&self, by: &str, new: NewGrant, seen: Option<&str>) -> Result<Grant> {
        let days = self.inner.accounts.settings().grant_days;
        let granted = new.checked(self.now(), days)?;
        must_be_for_another(by, &granted)?;
        self.must_be_known(&granted.to).await?;
        let _changing = self.inner.changing.lock().await;
        self.must_be(seen)?;
        let covered = self.covered(&granted).await?;
        let mut writing = self.begin().await?;
        let at = self.now();
        let grant = Grant {
            id: store::grant::next(&mut writing).await?,
            fields: granted.fields(&self.state().city),
            granted,
            used: 0,
            given_by: by.to_owned(),
            given_at: at,
            revoked: None,
            broken: None,
        };
        let state = self.state();
        let mut parts = state.parts();
        // What will be shown is judged when it is given.
        parts.grants.insert(grant.id, begun(&grant));
        let mut rebuilt = self.rebuilt(&state, &parts, &grant.id.policy())?;
        let conflicts = conflicts(&rebuilt.policies, &grant, &covered);
        if !conflicts.is_empty() {
            return Err(Error::Forbidden(conflicts));
        }
        rebuilt.grants.insert(grant.id, grant.clone());
        if grant.is_waiting(at) {
            // Until its term begins the set is the one in force.
            rebuilt.policies = Arc::clone(&state.policies);
            rebuilt.begins = begins(&rebuilt.grants, at);
        }
        store::grant::insert(&mut writing, &grant).await?;
        let told = Note {
            at,
            actor: Some(by),
            kind: EventKind::GrantGiven,
            subject: &grant.id.to_string(),
            detail: json!({ "grant": grant, "policy": rebuilt.policies.hash() }),
        };
        note(&mut writing, &told).await?;
        writing.commit().await?;
        self.put(rebuilt);
        Ok(grant)
    }

    /// Ends a grant now, also for the queries that read under it.
    pub async fn revoke(&self, by: &str, id: GrantId, why: &str) -> Result<Grant> {
        let why = text("why", why)?;
        let _changing = self.inner.changing.lock().await;
        let mut writing = self.begin().await?;
        let at = self.now();
        let mut grant = store::grant::find(&mut writing, id).await?;
        if let Some(revoked) = &grant.revoked {
            return Err(Error::GrantEnded {
                id,
                by: revoked.by.clone(),
            });
        }
        let ended = Ended {
            by: by.to_owned(),
            at,
            why,
        };
        store::grant::revoke(&mut writing, id, &ended).await?;
        let told = Note {
            at,
            actor: Some(by),
            kind: EventKind::GrantRevoked,
            subject: &id.to_string(),
            detail: json!({ "why": ended.why }),
        };
        note(&mut writing, &told).await?;
        writing.commit().await?;
        // What has been read of it ends first: the new set is built afterwards.
        self.held().end_grant(id);
        let state = self.state();
        let mut parts = state.parts();
        parts.grants.remove(&id);
        self.put_or_close(&state, parts)?;
        grant.revoked = Some(ended);
        Ok(grant)
    }

    /// Gives up a grant that is to an account itself. One to its department or to a role is not its own to give up, and is as absent
    /// as one to somebody else.
    pub async fn renounce(&self, account: &Account, id: GrantId, why: &str) -> Result<Grant> {
        let grant = self.grant(id).await?;
        if grant.granted.to != Grantee::of(account) {
            return Err(Error::NoGrant(id));
        }
        self.revoke(account.id.as_str(), id, why).await
    }

    /// Counts that somebody reads these datasets under rights. Refuses it where a grant that shows them has been used up.
    pub async fn count_use(&self, rights: &Rights, datasets: &[DatasetId]) -> Result<()> {
        let now = self.now();
        let permits = datasets
            .iter()
            .flat_map(|dataset| rights.permits(dataset, now));
        let grants: BTreeSet<GrantId> = permits
            .filter_map(|permit| GrantId::of_policy(&permit))
            .collect();
        let state = self.state();
        let is_counted = |id: &GrantId| {
            let grant = state.grants.get(id);
            grant.is_some_and(|grant| grant.granted.uses.is_some())
        };
        let counted: Vec<GrantId> = grants.into_iter().filter(is_counted).collect();
        if counted.is_empty() {
            return Ok(());
        }
        // All of them or none: a question that one of them refuses uses none of the others.
        let mut writing = self.begin().await?;
        let mut spent = Vec::new();
        for id in counted {
            match store::grant::count_use(&mut writing, id).await? {
                None => {
                    self.held().use_up(id);
                    return Err(Error::UsedUp(id));
                }
                Some(0) => spent.push(id),
                Some(_) => {}
            }
        }
        writing.commit().await?;
        for id in spent {
            self.held().spend(id);
        }
        Ok(())
    }

    /// Adds an entry to the negative list. What it takes back of grants in force comes back with it.
    /// `seen` as with [`Door::give`].
    pub async fn forbid(
        &self,
        by: &str,
        new: NewEntry,
        seen: Option<&str>,
    ) -> Result<(Entry, Vec<Conflict>)> {
        let new = new.checked()?;
        let known = self.inner.accounts.known();
        for department in &new.except {
            if !known.departments.contains(department) {
                let why = format!("there is no department `{department}`");
                return Err(Error::grant("except", why));
            }
        }
        let _changing = self.inner.changing.lock().await;
        self.must_be(seen)?;
        let state = self.state();
        let now = self.now();
        let held = state.grants.values().filter(|grant| !grant.is_over(now));
        let held: Vec<Grant> = held.cloned().collect();
        let mut covered = Vec::with_capacity(held.len());
        for grant in held {
            let people = self.covered(&grant.granted).await?;
            covered.push((grant, people));
        }
        let mut writing = self.begin().await?;
        let at = self.now();
        let entry = Entry {
            id: store::grant::next_entry(&mut writing).await?,
            fields: new.fields(&state.city),
            entry: new,
            added_by: by.to_owned(),
            added_at: at,
            removed: None,
        };
        let named = entry.entry.columns.as_ref().map_or(0, BTreeSet::len);
        let there = entry.entry.there(&state.city);
        if there.is_none_or(|there| there.len() < named) {
            return Err(Error::grant(
                "dataset",
                "the city has no such data, or not all of these columns",
            ));
        }
        let mut parts = state.parts();
        parts.entries.insert(entry.id, entry.clone());
        let file = format!("{}/{}", crate::negative::NEGATIVE, entry.id);
        let rebuilt = self.rebuilt(&state, &parts, &file)?;
        // Grants whose terms have not begun are in no set, and judged all the same.
        let judged = if rebuilt.begins.is_some() {
            let grants = parts.grants.iter();
            parts.grants = grants.map(|(id, grant)| (*id, begun(grant))).collect();
            // One that does not fit the city any more will show nothing, and has nothing to be taken back.
            let settled = self.settle(&rebuilt, parts, &Tables::of(&self.inner.lake));
            settled.map_err(|unsettled| unsettled.0)?.policies
        } else {
            Arc::clone(&rebuilt.policies)
        };
        let conflicts = covered
            .iter()
            .flat_map(|(grant, covered)| conflicts(&judged, grant, covered))
            .filter(|conflict| conflict.policy.as_ref() == file)
            .collect();
        store::grant::insert_entry(&mut writing, &entry).await?;
        let told = Note {
            at,
            actor: Some(by),
            kind: EventKind::Forbidden,
            subject: &entry.id.to_string(),
            detail: json!({ "entry": entry, "policy": rebuilt.policies.hash() }),
        };
        note(&mut writing, &told).await?;
        writing.commit().await?;
        self.put(rebuilt);
        Ok((entry, conflicts))
    }

    /// Takes an entry off the negative list.
    pub async fn allow_again(&self, by: &str, id: EntryId, why: &str) -> Result<()> {
        let why = text("why", why)?;
        let _changing = self.inner.changing.lock().await;
        if !self.state().entries.contains_key(&id) {
            return Err(Error::NoEntry(id));
        }
        let mut writing = self.begin().await?;
        let ended = Ended {
            by: by.to_owned(),
            at: self.now(),
            why,
        };
        store::grant::remove_entry(&mut writing, id, &ended).await?;
        let told = Note {
            at: ended.at,
            actor: Some(by),
            kind: EventKind::AllowedAgain,
            subject: &id.to_string(),
            detail: json!({ "why": ended.why }),
        };
        note(&mut writing, &told).await?;
        writing.commit().await?;
        let state = self.state();
        let mut parts = state.parts();
        parts.entries.remove(&id);
        self.put_or_close(&state, parts)
    }

    /// Refuses a change that was looked at under another set than that in force.
    fn must_be(&self, seen: Option<&str>) -> Result<()> {
        let state = self.state();
        let now = state.policies.hash();
        match seen {
            Some(seen) if seen != now.as_ref() => Err(Error::Moved),
            _ => Ok(()),
        }
    }

    /// Refuses to grant something to whom the city does not know. What was given stays when its department or role goes, and covers
    /// whoever still belongs to it.
    pub(super) async fn must_be_known(&self, to: &Grantee) -> Result<()> {
        let known = self.inner.accounts.known();
        let why = match to.kind {
            GranteeKind::Person | GranteeKind::Service | GranteeKind::Organisation => {
                let account = self.inner.accounts.find(&to.id.parse()?).await?;
                let is_of_kind = Grantee::of(&account).kind == to.kind;
                (!is_of_kind).then(|| format!("`{}` is an account of another kind", to.id))
            }
            GranteeKind::Department => {
                let is_known = known.departments.contains(&to.id);
                (!is_known).then(|| format!("there is no department `{}`", to.id))
            }
            GranteeKind::Role => {
                let is_known = known.roles.keys().any(|role| role.as_str() == to.id);
                (!is_known).then(|| format!("there is no role `{}`", to.id))
            }
        };
        why.map_or(Ok(()), |why| Err(Error::grant("to", why)))
    }

    /// Everybody whom a grant is for, and one of each kind who may come.
    pub(super) async fn covered(&self, granted: &NewGrant) -> Result<Vec<Principal>> {
        let to = &granted.to;
        let belonging = match to.kind {
            GranteeKind::Person | GranteeKind::Service | GranteeKind::Organisation => {
                let account = self.inner.accounts.find(&to.id.parse()?).await?;
                return Ok(vec![account.principal()]);
            }
            GranteeKind::Department => Filter {
                department: Some(to.id.clone()),
                ..Filter::default()
            },
            GranteeKind::Role => Filter {
                role: Some(to.id.parse()?),
                ..Filter::default()
            },
        };
        let mut covered = self.all(&belonging).await?;
        covered.extend(newcomers(to));
        Ok(covered)
    }

    /// What policies that came later take back of a grant that holds, with one example of each. Where it is for a department or a
    /// role, it is asked of those who may come.
    pub async fn taken_back(&self, grant: &Grant) -> Result<Vec<Conflict>> {
        if !grant.is_in_force(self.now()) {
            return Ok(Vec::new());
        }
        let to = &grant.granted.to;
        let covered = if to.kind.is_account() {
            let account = self.inner.accounts.find(&to.id.parse()?).await?;
            vec![account.principal()]
        } else {
            newcomers(to)
        };
        Ok(conflicts(&self.state().policies, grant, &covered))
    }

    /// The same for one account that reads under it.
    pub fn taken_back_from(&self, grant: &Grant, account: &Account) -> Vec<Conflict> {
        if !grant.is_in_force(self.now()) {
            return Vec::new();
        }
        conflicts(&self.state().policies, grant, &[account.principal()])
    }

    async fn all(&self, filter: &Filter) -> Result<Vec<Principal>> {
        let accounts = self.accounts_of(filter).await?;
        Ok(accounts.iter().map(Account::principal).collect())
    }

    pub(super) async fn accounts_of(&self, filter: &Filter) -> Result<Vec<Account>> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = self
                .inner
                .accounts
                .list(filter, after.as_ref(), PAGE)
                .await?;
            let is_last = page.len() < PAGE as usize;
            after = page.last().map(|last| last.id.clone());
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    pub(super) async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>> {
        let pool = self.inner.store.pool();
        Ok(yandu_store::writing(pool).await?)
    }
}

/// Refuses a grant that somebody would give to themselves.
pub(super) fn must_be_for_another(by: &str, granted: &NewGrant) -> Result<()> {
    if granted.to.kind == GranteeKind::Person && granted.to.id == by {
        return Err(Error::grant("to", "nobody gives a grant to themselves"));
    }
    Ok(())
}

/// A grant as if its term had begun.
fn begun(grant: &Grant) -> Grant {
    let mut begun = grant.clone();
    begun.granted.from = None;
    begun
}

/// One of each kind who may come to a department or a role, named `-`, as far as that says what they are.
fn newcomers(to: &Grantee) -> Vec<Principal> {
    let kinds = [Kind::Person, Kind::Service, Kind::Organisation];
    let named = |of: GranteeKind| (to.kind == of).then(|| to.id.clone());
    kinds
        .into_iter()
        .map(|kind| Principal {
            kind,
            id: "-".to_owned(),
            roles: named(GranteeKind::Role).into_iter().collect(),
            department: named(GranteeKind::Department),
            division: None,
        })
        .collect()
}

/// What other policies take back of a grant, from each of these on each of its ways.
pub(super) fn conflicts(
    policies: &Policies,
    grant: &Grant,
    covered: &[Principal],
) -> Vec<Conflict> {
    let name = grant.id.policy();
    let mut found: Vec<Conflict> = Vec::new();
    for principal in covered {
        for way in &grant.granted.ways {
            // The grant holds in a session for its purpose, and in one for none.
            let purposes = [Some(grant.granted.purpose.clone()), None];
            let found_of = purposes.into_iter().flat_map(|purpose| {
                let circumstances = Circumstances { purpose, way: *way };
                let reader = policies.reader(principal, &circumstances);
                reader.conflicts(&grant.granted.dataset, &name)
            });
            for conflict in found_of {
                // One example of each is enough.
                let is_known = found.iter().any(|known| {
                    known.policy == conflict.policy && known.column == conflict.column
                });
                if !is_known {
                    found.push(Conflict {
                        policy: conflict.policy,
                        basis: conflict.basis,
                        account: principal.id.clone(),
                        column: conflict.column,
                        grant: grant.id,
                    });
                }
            }
        }
    }
    found
}
