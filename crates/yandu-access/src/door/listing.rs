//! Reading the records of grants and of the negative list.

use yandu_words::id::DatasetId;

use super::Door;
use crate::grant::{Grant, GrantId};
use crate::negative::Entry;
use crate::{Result, store};

impl Door {
    /// Grants of a dataset, or all, the newest first; those that have ended too.
    pub async fn grants(&self, dataset: Option<&DatasetId>) -> Result<Vec<Grant>> {
        let mut grants = store::grant::grants(self.inner.store.pool(), dataset).await?;
        let state = self.state();
        for grant in &mut grants {
            // People are told the names that its columns have now.
            if let Ok(followed) = grant.granted.following(&grant.fields, &state.city) {
                grant.granted = followed;
            }
            let known = state.grants.get(&grant.id);
            grant.broken = known.and_then(|known| known.broken.clone());
        }
        Ok(grants)
    }

    pub async fn grant(&self, id: GrantId) -> Result<Grant> {
        let mut connection = self.inner.store.pool().acquire().await?;
        store::grant::find(&mut connection, id).await
    }

    /// The negative list, the newest first; entries that were taken off too.
    pub async fn negative_list(&self) -> Result<Vec<Entry>> {
        store::grant::entries(self.inner.store.pool()).await
    }
}
