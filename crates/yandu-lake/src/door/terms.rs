//! The permits that rows were read under, for whoever holds these rows: an order or a group has read all that it needs long before
//! the last of its rows is handed over, and what waits for a slow reader was read before as well.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::DataFusionError;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::LogicalPlan;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use yandu_words::id::DatasetId;

use crate::door::{Rights, SecuredProvider, Sight};
use crate::{Error, Now, Result};

/// How often whoever waits looks whether a permit has ended.
const LOOKED_AFTER: Duration = Duration::from_millis(250);

/// The permits that rows were read under. Whoever holds rows hands none of them over once one permit has ended. Rows of the local
/// administrator and rows of no dataset have none, and can be handed over at any time. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Terms(Option<Arc<Read>>);

#[derive(Debug)]
struct Read {
    sights: Vec<(DatasetId, Arc<Sight>)>,
    /// Permits are ended for as long as somebody holds the rights that they belong to.
    _rights: Arc<Rights>,
    now: Now,
}

impl Terms {
    /// `rights` are those of the reader, who sees these datasets; `None` where everything is seen.
    pub(crate) fn new(
        rights: Option<&Arc<Rights>>,
        sights: Vec<(DatasetId, Arc<Sight>)>,
        now: Now,
    ) -> Self {
        let read = rights.filter(|_| !sights.is_empty()).map(|rights| Read {
            sights,
            _rights: Arc::clone(rights),
            now,
        });
        Self(read.map(Arc::new))
    }

    /// Those of a query, as it was written: what an optimizer leaves out of it was still asked for.
    pub(crate) fn of_plan(
        plan: &LogicalPlan,
        rights: Option<&Arc<Rights>>,
        now: Now,
    ) -> Result<Self, DataFusionError> {
        let mut sights = Vec::new();
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                let provider = source_as_provider(&scan.source)?;
                let provider: &dyn std::any::Any = provider.as_ref();
                if let Some(secured) = provider.downcast_ref::<SecuredProvider>() {
                    sights.push((secured.dataset().clone(), Arc::clone(secured.sight())));
                }
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(Self::new(rights, sights, now))
    }

    /// Whether rows may still be handed over.
    ///
    /// # Errors
    ///
    /// [`Error::Ended`] once one of the permits has ended.
    pub fn check(&self) -> Result<()> {
        let Some(read) = &self.0 else {
            return Ok(());
        };
        let now = read.now.read();
        let mut sights = read.sights.iter();
        match sights.find(|(_, sight)| !sight.is_in_force(now)) {
            Some((dataset, _)) => Err(Error::Ended(dataset.clone())),
            None => Ok(()),
        }
    }

    /// Waits until one of the permits has ended, and gives [`Error::Ended`] well within a second of it. Nothing is missed when this
    /// is given up and begun again.
    pub async fn ended(&self) -> Error {
        if self.0.is_none() {
            return pending().await;
        }
        loop {
            if let Err(error) = self.check() {
                return error;
            }
            tokio::time::sleep(LOOKED_AFTER).await;
        }
    }

    /// What is made of the rows, until a permit ends: what waits by then is not handed over, and the last that is said is what
    /// `told` makes of the error.
    pub fn over<T, E>(
        self,
        made: impl Stream<Item = Result<T, E>> + Send + 'static,
        told: impl Fn(Error) -> E + Send + 'static,
    ) -> BoxStream<'static, Result<T, E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let under_way = (made.boxed(), self, told);
        stream::unfold(Some(under_way), |under_way| async move {
            let (mut made, terms, told) = under_way?;
            tokio::select! {
                biased;
                error = terms.ended() => Some((Err(told(error)), None)),
                next = made.next() => {
                    let next = next?;
                    Some((next, Some((made, terms, told))))
                }
            }
        })
        .boxed()
    }
}
