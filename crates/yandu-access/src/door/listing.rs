//! Reading the records of grants and of the negative list.

use std::collections::{BTreeMap, BTreeSet};

use super::{Door, State};
use crate::account::Account;
use crate::grant::{Grant, GrantFilter, GrantId, Grantee};
use crate::negative::Entry;
use crate::{Error, Result, store};

impl Door {
    /// The grants that fit, the newest first; those that have ended too.
    pub async fn grants(&self, filter: &GrantFilter) -> Result<Vec<Grant>> {
        let grants = store::grant::grants(self.inner.store.pool(), filter).await?;
        let state = self.state();
        Ok(grants
            .into_iter()
            .map(|grant| told(grant, &state))
            .collect())
    }

    /// A grant that an account reads under. That of somebody else is as absent as one that was never given.
    pub async fn grant_to(&self, account: &Account, id: GrantId) -> Result<Grant> {
        let grant = self.grant(id).await?;
        if Grantee::all(account).contains(&grant.granted.to) {
            Ok(grant)
        } else {
            Err(Error::NoGrant(id))
        }
    }

    pub async fn grant(&self, id: GrantId) -> Result<Grant> {
        let mut connection = self.inner.store.pool().acquire().await?;
        let grant = store::grant::find(&mut connection, id).await?;
        Ok(told(grant, &self.state()))
    }

    /// How often the grants among these policies may still be used that say how often.
    pub async fn uses_left(&self, policies: &BTreeSet<&str>) -> Result<BTreeMap<String, u32>> {
        let state = self.state();
        let counted = policies.iter().filter_map(|policy| {
            let id = GrantId::of_policy(policy)?;
            let grant = state.grants.get(&id)?;
            grant.granted.uses.map(|_| id)
        });
        let counted: Vec<GrantId> = counted.collect();
        let mut left = BTreeMap::new();
        if counted.is_empty() {
            return Ok(left);
        }
        // What is held in memory does not follow each use.
        let mut connection = self.inner.store.pool().acquire().await?;
        for id in counted {
            let grant = store::grant::find(&mut connection, id).await?;
            if let Some(uses) = grant.granted.uses {
                left.insert(id.policy(), uses.saturating_sub(grant.used));
            }
        }
        Ok(left)
    }

    /// The negative list, the newest first; entries that were taken off too.
    pub async fn negative_list(&self) -> Result<Vec<Entry>> {
        store::grant::entries(self.inner.store.pool()).await
    }
}

/// A grant as people are told of it: with the names that its columns have now, and why it shows nothing where it does not.
fn told(mut grant: Grant, state: &State) -> Grant {
    if let Ok(followed) = grant.granted.following(&grant.fields, &state.city) {
        grant.granted = followed;
    }
    let known = state.grants.get(&grant.id);
    grant.broken = known.and_then(|known| known.broken.clone());
    grant
}
