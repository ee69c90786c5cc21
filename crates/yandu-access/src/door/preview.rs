//! What a change of rights would open and close, before it is made.
//!
//! The set that would be in force is built as for the change itself, and both sets are compared by [`difference`]; rows are
//! counted through the lake under the rights that the door would hand out.

mod counted;
mod line;
mod matchable;
mod proposed;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use yandu_policy::{City, Finding, Policies, Principal, Source, TooMuch, difference};
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::rows::{Order, Tables};
use super::{Door, State};
use crate::account::{Account, AccountChange, Filter, Status};
use crate::grant::{GrantId, NewGrant};
use crate::negative::{EntryId, NewEntry};
use crate::separation;
use crate::{AccountId, Result};

use counted::Counting;

pub use line::{Line, Who};
pub use matchable::Matchable;

/// What is to be changed.
#[derive(Debug, Clone)]
pub enum Proposal {
    /// These texts in the place of those of the city's own folder.
    Texts(Vec<Text>),
    /// Other packs in the place of all that are installed.
    Packs(ProposedPacks),
    Grant(NewGrant),
    Revocation(GrantId),
    Entry(NewEntry),
    Removal(EntryId),
    /// Roles, department and division of an account, and whether it can be used.
    Account {
        id: AccountId,
        change: AccountChange,
    },
    /// Another grade of a column.
    Grade {
        dataset: DatasetId,
        column: String,
        grade: Grade,
        /// The grades that columns of other datasets would have then, because its values flow into them.
        following: BTreeMap<(DatasetId, String), Grade>,
    },
}

/// A text of policies.
#[derive(Debug, Clone)]
pub struct Text {
    pub file: String,
    pub text: String,
}

/// Packs as policies see them.
#[derive(Debug, Clone)]
pub struct ProposedPacks {
    /// Their datasets and roles, with the fields that their columns would be.
    pub city: City,
    /// Their policies.
    pub sources: Vec<Source>,
    /// The columns of their datasets.
    pub tables: HashMap<DatasetId, SchemaRef>,
}

/// What a change would do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The set in force: the change can be bound to it.
    pub before: Arc<str>,
    /// The set that would be.
    pub after: Arc<str>,
    /// The largest first.
    pub lines: Vec<Line>,
    /// Pairs of an account and a dataset that change, and all.
    pub changed: u64,
    pub pairs: u64,
    /// How many decisions were compared.
    pub decisions: u64,
    /// Roles of administrators whose only way the change would close. A file of policies that does so is put in force all the same.
    pub closes_ways_of: Vec<&'static str>,
    /// Permits that would show nothing of a dataset, because they name what is another field then, and do show it now.
    pub findings: Vec<Finding>,
    /// Columns of which somebody could find out stored values, because they see them as a hash or encrypted and write values of
    /// their own.
    pub matchable: Vec<Matchable>,
}

/// Everybody who could log in, or could again, and whoever does not.
#[derive(Default)]
struct People {
    /// Each as they are and as they are to be.
    sides: Vec<(Principal, Principal)>,
    told: Vec<Somebody>,
}

/// What people are told of somebody.
struct Somebody {
    id: String,
    /// Whether the account is out of use, and what opens for it opens when it is put to use again.
    is_disabled: bool,
}

impl People {
    fn add(&mut self, principal: Principal, is_disabled: bool) {
        self.told.push(Somebody {
            id: principal.id.clone(),
            is_disabled,
        });
        self.sides.push((principal.clone(), principal));
    }
}

/// What is compared.
struct Proposed {
    state: State,
    tables: Tables,
}

impl Door {
    /// What a change would open and close, and why it would be refused. Nothing is changed.
    ///
    /// # Errors
    ///
    /// What the change itself would be refused for, and where it is about more than can be compared.
    pub async fn preview(&self, by: &str, proposal: Proposal) -> Result<Preview> {
        let state = self.state();
        let mut people = self.people().await?;
        let present = self.present_for(&state, &proposal)?;
        let proposed = self.proposed(by, &state, proposal, &mut people).await?;
        let Proposed {
            state: proposed,
            tables,
        } = proposed;
        let (sets, people) = ([present, Arc::new(proposed)], Arc::new(people));
        let compared = {
            let (sets, people) = (sets.clone(), Arc::clone(&people));
            let order = Order::of(tables.clone());
            tokio::task::spawn_blocking(move || {
                let [before, after] = &sets;
                let sets: [&Policies; 2] = [&before.policies, &after.policies];
                let [before, after] = sets;
                let difference = difference(before, after, &people.sides, &order)?;
                let matchable = matchable::matchable(sets, &difference);
                Ok::<_, TooMuch>((difference, matchable))
            })
        };
        let (difference, matchable) = compared.await??;
        let closes_ways_of = line::closed_ways(&sets, &difference, &people);
        let mut lines = line::lines(&difference, &people);
        let counting = Counting {
            door: self,
            sets: &sets,
            tables: &tables,
            difference: &difference,
            // Whoever holds the data folder reads all of it anyway.
            is_told_all: by == separation::LOCAL_ADMINISTRATOR,
        };
        counting.count(&mut lines).await;
        let [before, after] = &sets;
        let known: Vec<&Finding> = before.policies.findings().collect();
        let findings = after.policies.findings().filter(|one| !known.contains(one));
        Ok(Preview {
            findings: findings.cloned().collect(),
            matchable,
            before: Arc::clone(state.policies.hash()),
            after: Arc::clone(after.policies.hash()),
            lines: lines.into_iter().map(|(line, _)| line).collect(),
            changed: difference.changed,
            pairs: difference.pairs,
            decisions: difference.decisions,
            closes_ways_of,
        })
    }

    async fn people(&self) -> Result<People> {
        let mut people = People::default();
        people.add(Principal::visitor(), false);
        for account in self.accounts_of(&Filter::default()).await? {
            people.add(account.principal(), is_disabled(&account));
        }
        Ok(people)
    }
}

fn is_disabled(account: &Account) -> bool {
    account.status == Status::Disabled
}
