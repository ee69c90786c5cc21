//! What a change of rights would open and close, before it is made.
//!
//! The set that would be in force is built as for the change itself, and both sets are compared by [`difference`]; rows are
//! counted through the lake under the rights that the door would hand out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use yandu_lake::{Lake, Principal as LakeReader, ReadPoint, Rights, compile_row_condition};
use yandu_policy::{
    Action, Circumstances, Difference, Principal, RowOrder, Source, StepKind, difference,
};
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::{Asked, CITY_SOURCE, Door, State, change, giving, rights};
use crate::account::{self, AccountChange, Filter, Status};
use crate::accounts::keep_apart;
use crate::grant::{Grant, GrantId, NewGrant};
use crate::negative::{Entry, EntryId, NEGATIVE, NewEntry};
use crate::separation;
use crate::{AccountId, Error, Result, store};

/// How long rows are counted. What is not counted then says so.
const COUNTING: Duration = Duration::from_secs(5);

/// Accounts that a line names; of the rest it says how many they are.
const NAMED: usize = 50;

/// What is to be changed.
#[derive(Debug, Clone)]
pub enum Proposal {
    /// These texts in the place of those of the city's own folder.
    Texts(Vec<Text>),
    Grant(NewGrant),
    Revocation(GrantId),
    Entry(NewEntry),
    Removal(EntryId),
    /// Roles, department and division of an account.
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
}

/// Something that opens or closes, for all to whom it does so in the same way.
#[derive(Debug, Clone)]
pub struct Line {
    pub is_opening: bool,
    /// None where it is about the city.
    pub dataset: Option<DatasetId>,
    pub kind: StepKind,
    /// In which circumstances; all where there are none.
    pub circumstances: Vec<Circumstances>,
    pub who: Vec<Who>,
    pub people: u64,
    /// Rows that one of them sees before and after; none where they were not counted, as under a condition that is new.
    pub rows: Option<(u64, u64)>,
}

/// Accounts of one kind, roles, department and division.
#[derive(Debug, Clone)]
pub struct Who {
    /// One of them as it is to be.
    pub like: Principal,
    pub count: u64,
    /// Some of them.
    pub accounts: Vec<String>,
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
        let proposed = Arc::new(self.proposed(by, &state, proposal, &mut people).await?);
        let (sets, lake) = ([present, proposed], self.inner.lake.clone());
        let compared = {
            let sets = sets.clone();
            tokio::task::spawn_blocking(move || {
                let order = Order::of(lake);
                difference(&sets[0].policies, &sets[1].policies, &people, &order)
            })
        };
        let difference = compared.await??;
        let closes_ways_of = closed_ways(&sets, &difference);
        let mut lines = lines(&difference);
        // Whoever holds the data folder reads all of it anyway.
        let is_told_all = by == separation::LOCAL_ADMINISTRATOR;
        self.count_rows(&sets, &difference, &mut lines, is_told_all)
            .await;
        lines.sort_by_key(|(line, _)| std::cmp::Reverse(size(line)));
        Ok(Preview {
            before: Arc::clone(state.policies.hash()),
            after: Arc::clone(sets[1].policies.hash()),
            lines: lines.into_iter().map(|(line, _)| line).collect(),
            changed: difference.changed,
            pairs: difference.pairs,
            decisions: difference.decisions,
            closes_ways_of,
        })
    }

    /// Everybody who could log in, and whoever does not.
    async fn people(&self) -> Result<Vec<(Principal, Principal)>> {
        let mut people = vec![Principal::visitor()];
        for status in [Status::Active, Status::Invited] {
            let filter = Filter {
                status: Some(status),
                ..Filter::default()
            };
            people.extend(self.all(&filter).await?);
        }
        Ok(people.into_iter().map(|one| (one.clone(), one)).collect())
    }

    /// What a change is compared with: the state in force; where a grant is revoked whose term has not begun, as if it had, because
    /// it would have opened something at its time.
    fn present_for(&self, state: &Arc<State>, proposal: &Proposal) -> Result<Arc<State>> {
        let Proposal::Revocation(id) = proposal else {
            return Ok(Arc::clone(state));
        };
        let mut grants = state.grants.clone();
        let Some(grant) = grants.get_mut(id) else {
            return Err(Error::NoGrant(*id));
        };
        if grant.granted.from.take().is_none() {
            return Ok(Arc::clone(state));
        }
        let (city, sources) = (&state.city, &state.sources);
        let built = self.build(&state.policies, city, sources, &grants, &state.entries);
        built.map(Arc::new).map_err(Error::Policies)
    }

    /// The state that would be put in force. People are changed as they would be.
    async fn proposed(
        &self,
        by: &str,
        state: &State,
        proposal: Proposal,
        people: &mut [(Principal, Principal)],
    ) -> Result<State> {
        let mut city = state.city.clone();
        let mut sources = state.sources.clone();
        let mut grants = state.grants.clone();
        let mut entries = state.entries.clone();
        let mut own = String::new();
        let mut given = None;
        match proposal {
            Proposal::Texts(mut texts) => {
                // In the order in which the program reads them.
                texts.sort_by(|one, other| one.file.cmp(&other.file));
                sources.retain(|source| source.name.as_ref() != CITY_SOURCE);
                sources.extend(texts.into_iter().map(|text| Source {
                    name: CITY_SOURCE.into(),
                    file: text.file.into(),
                    text: text.text,
                }));
            }
            Proposal::Grant(new) => {
                let days = self.inner.accounts.settings().grant_days;
                let granted = new.checked(self.now(), days)?;
                giving::must_be_for_another(by, &granted)?;
                let covered = self.covered(&granted).await?;
                let mut connection = self.inner.store.pool().acquire().await?;
                let grant = Grant {
                    id: store::grant::next(&mut connection).await?,
                    fields: granted.fields(&city),
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
                grants.insert(grant.id, grant.clone());
                given = Some((grant, covered));
            }
            Proposal::Revocation(id) => {
                if grants.remove(&id).is_none() {
                    return Err(Error::NoGrant(id));
                }
            }
            Proposal::Entry(new) => {
                let mut connection = self.inner.store.pool().acquire().await?;
                let new = new.checked()?;
                let entry = Entry {
                    id: store::grant::next_entry(&mut connection).await?,
                    fields: new.fields(&city),
                    entry: new,
                    added_by: by.to_owned(),
                    added_at: self.now(),
                    removed: None,
                };
                own = format!("{NEGATIVE}/{}", entry.id);
                entries.insert(entry.id, entry);
            }
            Proposal::Removal(id) => {
                if entries.remove(&id).is_none() {
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
                let declared = city.datasets.get_mut(&dataset);
                let declared = declared.and_then(|dataset| dataset.columns.get_mut(&column));
                let Some(declared) = declared else {
                    let why = format!("`{dataset}` has no column `{column}`");
                    return Err(Error::grant("grade", why));
                };
                declared.grade = grade;
                for ((dataset, column), grade) in following {
                    let other = city.datasets.get_mut(&dataset);
                    let other = other.and_then(|dataset| dataset.columns.get_mut(&column));
                    if let Some(other) = other {
                        other.grade = grade;
                    }
                }
            }
        }
        let built = self.build(&state.policies, &city, &sources, &grants, &entries);
        let built = built.map_err(|problems| change::refused(problems, &own))?;
        if let Some((grant, covered)) = given {
            let conflicts = giving::conflicts(&built.policies, &grant, &covered);
            if !conflicts.is_empty() {
                return Err(Error::Forbidden(conflicts));
            }
        }
        Ok(built)
    }

    /// Puts an account as it would be in the place of the one that it is.
    async fn changed(
        &self,
        by: &str,
        id: &AccountId,
        change: AccountChange,
        people: &mut [(Principal, Principal)],
    ) -> Result<()> {
        let before = self.inner.accounts.find(id).await?;
        let after = account::changed(&before, change, &self.inner.accounts.known())?;
        let mut connection = self.inner.store.pool().acquire().await?;
        keep_apart(&mut connection, by, Some(&before), &after).await?;
        let principal = after.principal();
        for (own, next) in people.iter_mut().filter(|(one, _)| one.id == principal.id) {
            own.clone_from(&before.principal());
            next.clone_from(&principal);
        }
        Ok(())
    }

    /// Counts the rows that one of those of each line sees before and after. Under a condition that nobody reads under yet nothing is
    /// counted: whoever made one up would be told of values by the number of their rows, and nobody would know.
    async fn count_rows(
        &self,
        sets: &[Arc<State>; 2],
        difference: &Difference,
        lines: &mut [(Line, usize)],
        is_told_all: bool,
    ) {
        let end = Instant::now() + COUNTING;
        let mut counted: HashMap<(usize, DatasetId, usize), u64> = HashMap::new();
        let known_rows = sets[0].policies.row_conditions();
        for (line, class) in lines {
            let Some((dataset, class_of)) =
                line.dataset.clone().zip(difference.classes.get(*class))
            else {
                continue;
            };
            if matches!(line.kind, StepKind::Duty(_)) {
                continue;
            }
            let circumstances = line.circumstances.first().cloned().unwrap_or_default();
            let mut rows = [0, 0];
            let people = [&class_of.before, &class_of.after];
            let mut is_whole = true;
            for (place, (state, principal)) in sets.iter().zip(people).enumerate() {
                let asked = Asked {
                    principal: principal.clone(),
                    revision: 0,
                    circumstances: circumstances.clone(),
                    is_counted: true,
                };
                if !is_told_all && !has_known_rows(state, &asked, &dataset, &known_rows) {
                    is_whole = false;
                    continue;
                }
                let key = (*class, dataset.clone(), place);
                let known = counted.get(&key).copied();
                let known = known.filter(|_| line.circumstances.is_empty());
                let left = end.saturating_duration_since(Instant::now());
                let count = match known {
                    Some(known) => Some(known),
                    None => {
                        let rights = rights::make_of(&self.inner, state, &asked, &dataset);
                        let counting = self.count(rights, &dataset);
                        tokio::time::timeout(left, counting).await.ok().flatten()
                    }
                };
                match (count, rows.get_mut(place)) {
                    (Some(count), Some(row)) => {
                        *row = count;
                        if line.circumstances.is_empty() {
                            counted.insert(key, count);
                        }
                    }
                    _ => is_whole = false,
                }
            }
            let [before, after] = rows;
            line.rows = is_whole.then_some((before, after));
        }
    }

    /// How many rows are seen under rights; none are where the dataset is not there.
    async fn count(&self, rights: Rights, dataset: &DatasetId) -> Option<u64> {
        let reader = LakeReader::with_rights("-", Arc::new(rights));
        let session = self.inner.lake.session(&reader, ReadPoint::default());
        let sql = format!("SELECT count(*) FROM {dataset}");
        let rows = match session.query(&sql).await {
            Ok(rows) => rows.collect().await.ok()?,
            Err(error) if error.code() == "query" => return Some(0),
            Err(_) => return None,
        };
        let counts = rows.first()?.column(0);
        let count = counts.as_primitive_opt::<Int64Type>()?.values().first()?;
        u64::try_from(*count).ok()
    }
}

/// Whether somebody would read a dataset under none but these conditions on rows.
fn has_known_rows(
    state: &State,
    asked: &Asked,
    dataset: &DatasetId,
    known: &BTreeSet<&str>,
) -> bool {
    let policies = &state.policies;
    let reader = policies.reader(&asked.principal, &asked.circumstances);
    let shown = reader.shown(dataset);
    let mut rows = shown.iter().filter_map(|shown| shown.rows.as_deref());
    rows.all(|rows| known.contains(rows))
}

/// Steps that are the same for several classes become one line, with the place of the first class.
fn lines(difference: &Difference) -> Vec<(Line, usize)> {
    let mut lines: Vec<(Line, usize)> = Vec::new();
    let mut places: BTreeMap<(Option<&DatasetId>, bool), Vec<usize>> = BTreeMap::new();
    for step in &difference.steps {
        let Some(class) = difference.classes.get(step.class) else {
            continue;
        };
        let who = Who {
            like: class.after.clone(),
            count: class.accounts.len() as u64,
            accounts: class.accounts.iter().take(NAMED).cloned().collect(),
        };
        let near = places
            .entry((step.dataset.as_ref(), step.is_opening))
            .or_default();
        let known = near.iter().copied().find(|place| {
            lines.get(*place).is_some_and(|(line, _)| {
                line.kind == step.kind && line.circumstances == step.circumstances
            })
        });
        if let Some((line, _)) = known.and_then(|place| lines.get_mut(place)) {
            line.people += who.count;
            line.who.push(who);
            continue;
        }
        near.push(lines.len());
        let line = Line {
            is_opening: step.is_opening,
            dataset: step.dataset.clone(),
            kind: step.kind.clone(),
            circumstances: step.circumstances.clone(),
            people: who.count,
            who: vec![who],
            rows: None,
        };
        lines.push((line, step.class));
    }
    lines
}

/// People, and rows for each of them.
fn size(line: &Line) -> u128 {
    let (before, after) = line.rows.unwrap_or_default();
    let rows = match line.kind {
        StepKind::Rows { .. } => before.abs_diff(after),
        _ => before.max(after),
    };
    u128::from(line.people) * u128::from(rows.max(1))
}

/// The administrators of whom somebody can do their work, and nobody could any more.
fn closed_ways(sets: &[Arc<State>; 2], difference: &Difference) -> Vec<&'static str> {
    let works = [
        (separation::SYSTEM_ADMINISTRATOR, Action::ManageAccounts),
        (separation::SECURITY_ADMINISTRATOR, Action::ManagePolicies),
        (separation::AUDIT_ADMINISTRATOR, Action::Audit),
    ];
    let plain = Circumstances::default();
    let can = |state: &State, principal: &Principal, action| {
        let reader = state.policies.reader(principal, &plain);
        reader.decide_in_city(action).is_allowed
    };
    let closed = works.into_iter().filter(|(_, action)| {
        let classes = &difference.classes;
        let before = classes
            .iter()
            .any(|one| can(&sets[0], &one.before, *action));
        let after = classes.iter().any(|one| can(&sets[1], &one.after, *action));
        before && !after
    });
    closed.map(|(role, _)| role).collect()
}

/// Conditions on rows over the tables of the lake, each comparison made once.
struct Order {
    lake: Lake,
    known: Mutex<HashMap<String, bool>>,
}

impl Order {
    fn of(lake: Lake) -> Self {
        Self {
            lake,
            known: Mutex::default(),
        }
    }

    fn compare(
        &self,
        dataset: &DatasetId,
        (one, reader): (&str, &Principal),
        (others, other_reader): (&[&str], &Principal),
    ) -> bool {
        let Ok(schema) = self.lake.schema(dataset) else {
            return false;
        };
        let values = other_reader.values();
        let Ok(one) = compile_row_condition(&schema, one, &reader.values()) else {
            return false;
        };
        let others: Vec<_> = others
            .iter()
            .filter_map(|other| compile_row_condition(&schema, other, &values).ok())
            .collect();
        one.is_within(&others)
    }
}

impl RowOrder for Order {
    fn is_within(
        &self,
        dataset: &DatasetId,
        one: (&str, &Principal),
        others: (&[&str], &Principal),
    ) -> bool {
        // Readers matter as far as conditions name their values.
        let named = |text: &str, reader: &Principal| {
            text.contains('$').then(|| format!("{:?}", reader.values()))
        };
        let values = others.0.iter().map(|other| named(other, others.1));
        let values: Vec<Option<String>> = values.collect();
        let key = format!(
            "{dataset} {:?} {:?} {values:?}",
            (one.0, named(one.0, one.1)),
            others.0
        );
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(&key).copied();
        if let Some(found) = found {
            return found;
        }
        let is_within = self.compare(dataset, one, others);
        known().insert(key, is_within);
        is_within
    }
}
