//! One change of a plan, and what it leaves behind.

use super::{Cause, Plans, day_of};
use crate::record::{Decision, Items, Plan, Status, difference, items_of};
use crate::reviewing::said;
use crate::revision::{Baseline, Revision, RevisionKind};
use crate::store;
use crate::{Error, Result};

/// What a change brings about beside itself.
pub(super) enum Effect {
    None,
    /// The plan binds people to something else from now on.
    Baseline,
}

/// What a change knows beside the plan.
pub(super) struct Bench {
    pub(super) by: Decision,
    pub(super) today: jiff::civil::Date,
    /// What the plan binds people to, and under which number; none before approval.
    pub(super) baseline: Option<(u32, Items)>,
}

impl Plans {
    /// One change: the plan is read, changed and written in one transaction that no other writer enters.
    pub(super) async fn change(
        &self,
        id: &str,
        kind: RevisionKind,
        cause: Cause,
        work: impl FnOnce(&mut Plan, &Bench) -> Result<Effect>,
    ) -> Result<Plan> {
        let _turn = self.inner.writing.lock().await;
        let pool = self.inner.store.pool();
        let mut writing = yandu_store::writing(pool).await?;
        let mut plan = store::find(&mut writing, id)
            .await?
            .ok_or_else(|| Error::NoPlan(id.to_owned()))?;
        if let Some(expected) = cause.expected
            && expected != plan.revision
        {
            return Err(Error::Outdated {
                id: plan.id,
                revision: plan.revision,
                expected,
            });
        }
        let at = self.inner.store.clock().now();
        let baseline = store::last_baseline(&mut writing, id).await?;
        let bench = Bench {
            by: Decision {
                who: cause.who,
                at,
                reason: said(cause.reason.as_deref()),
            },
            today: day_of(at),
            baseline: baseline.map(|last| (last.number, last.items)),
        };
        let before = plan.kept()?;
        let status = plan.status;
        let effect = work(&mut plan, &bench)?;
        let after = plan.kept()?;
        if before == after && status == plan.status {
            return Ok(plan);
        }
        plan.revision += 1;
        plan.updated_at = at;
        store::update(&mut writing, &plan, (&before, &after)).await?;
        let revision = Revision {
            revision: plan.revision,
            kind,
            who: bench.by.who.clone(),
            at,
            reason: bench.by.reason.clone(),
            changes: difference(&items_of(&before)?, &items_of(&after)?),
        };
        store::record(&mut writing, &plan.id, &revision).await?;
        if matches!(effect, Effect::Baseline) {
            let baseline = Baseline {
                number: bench.baseline.map_or(1, |(last, _)| last + 1),
                revision: plan.revision,
                by: bench.by,
                items: plan.binding()?,
            };
            store::put_baseline(&mut writing, id, &baseline).await?;
        }
        writing.commit().await?;
        self.tell();
        Ok(plan)
    }
}

impl Plan {
    pub(crate) fn must_be(&self, status: Status, doing: &'static str) -> Result<()> {
        if self.status == status {
            return Ok(());
        }
        Err(Error::NotNow {
            id: self.id.clone(),
            status: self.status,
            doing,
        })
    }

    /// What is closed stays as it was.
    pub(crate) fn must_be_open(&self, doing: &'static str) -> Result<()> {
        if self.status != Status::Closed {
            return Ok(());
        }
        Err(Error::NotNow {
            id: self.id.clone(),
            status: self.status,
            doing,
        })
    }
}
