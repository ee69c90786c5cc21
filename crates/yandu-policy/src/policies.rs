//! A set of policies: checked, hashed, and never changed.

mod fit;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use cedar_policy::{Authorizer, EntityUid, Validator};
use yandu_words::id::DatasetId;

use crate::city::{Circumstances, City, Dataset, Principal};
use crate::decide::Reader;
use crate::index::Index;
use crate::meaning::{Finding, Held, Meanings};
use crate::problem::Problem;
use crate::schema::{self, CITY, DATASET, Side};
use crate::statement::{self, Place, Statement};
use crate::text::cut;

use fit::{reaches, unfit, unfit_rows, unknown_names};

/// Policies of the program itself, which no city can be without: who administers, and that no one does all.
const BUILT_IN: &str = include_str!("built_in.cedar");
const BUILT_IN_NAME: &str = "yandu";

/// The name of the text that the policies of grants stand in.
pub const GRANTS: &str = "grants";

/// A text of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The first part of the names of its policies: a pack, `city`, `grants` … Several texts can share it.
    pub name: Arc<str>,
    /// Where the text stands, for problems.
    pub file: Arc<str>,
    pub text: String,
}

/// Looks at conditions on rows, which is done elsewhere: this crate has no SQL of its own.
pub trait RowConditions {
    /// Whether a text is a condition on the rows of a dataset; `values` are the names of a reader's values.
    fn check(&self, dataset: &DatasetId, sql: &str, values: &[&str]) -> Result<(), RowFault>;
}

/// What is wrong with a condition on rows, and where: line and column in characters from 1, or 0 where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowFault {
    pub message: String,
    pub line: usize,
    pub column: usize,
    pub help: Option<String>,
}

/// A set of policies over a city.
#[derive(Debug)]
pub struct Policies {
    hash: Arc<str>,
    pub(crate) city: City,
    pub(crate) statements: Vec<Statement>,
    pub(crate) index: Index,
    pub(crate) authorizer: Authorizer,
    pub(crate) datasets: HashMap<DatasetId, Known>,
    pub(crate) city_itself: Known,
}

/// A resource, with what it is in.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) type_name: &'static str,
    pub(crate) uid: EntityUid,
    pub(crate) side: Side,
}

/// A policy as people are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub id: Arc<str>,
    pub about: Option<Arc<str>>,
    pub basis: Option<Arc<str>>,
    pub text: Arc<str>,
}

impl Policies {
    /// Reads and checks texts of policies. All problems of all texts come back at once.
    ///
    /// `held` says which fields policies meant that are in force already; without it names mean the columns of now. What `before` has
    /// read over a city with the same names is not read again, so that one more grant costs one policy, and another grade none.
    pub fn build(
        city: City,
        sources: &[Source],
        conditions: &dyn RowConditions,
        held: Option<Held<'_>>,
        before: Option<&Self>,
    ) -> Result<Self, Vec<Problem>> {
        let validator = Validator::new(schema::schema());
        let own = Source {
            name: BUILT_IN_NAME.into(),
            file: BUILT_IN_NAME.into(),
            text: BUILT_IN.to_owned(),
        };
        let before = before.filter(|before| before.city.has_names_of(&city));
        let is_same_city = before.is_some_and(|before| before.city == city);
        let known: HashMap<(&str, &str), &Statement> = before
            .into_iter()
            .flat_map(|before| &before.statements)
            .map(|one| ((one.source(), one.text.as_ref()), one))
            .collect();
        let mut statements = Vec::new();
        let mut problems = Vec::new();
        let mut taken = HashSet::new();
        for source in std::iter::once(&own).chain(sources) {
            for cut in cut(&source.text) {
                let text = source.text.get(cut.span.clone()).unwrap_or_default();
                let place = Place {
                    source: &source.name,
                    file: &source.file,
                    text: &source.text,
                    cut: &cut,
                };
                let means_the_same = |known: &Statement| {
                    let held = held.and_then(|held| held.meanings.get(&known.id));
                    held.is_none_or(|held| known.resolved.meaning.as_ref() == Some(held))
                };
                if let Some(known) = known.get(&(source.name.as_ref(), text))
                    && means_the_same(known)
                    && taken.insert(known.id.to_string())
                {
                    // Of another city the types of columns may be others.
                    if !is_same_city && known.rows().is_some() {
                        let reached = reached(known, &city);
                        problems.extend(unfit_rows(&place, known, &reached, conditions));
                    }
                    statements.push((*known).clone());
                    continue;
                }
                match statement::read(&place, &validator, &mut taken) {
                    Ok(mut statement) => {
                        // The policies of the program name its own roles, whatever roles the city has.
                        if source.name.as_ref() != BUILT_IN_NAME {
                            problems.extend(unknown_names(&place, &statement, &city));
                        }
                        let reached = reached(&statement, &city);
                        statement.resolve(&reached, held.as_ref());
                        problems.extend(unfit(&place, &statement, &reached, conditions));
                        statements.push(statement);
                    }
                    Err(more) => problems.extend(more),
                }
            }
        }
        if problems.is_empty() {
            Ok(Self::of(city, statements))
        } else {
            Err(problems)
        }
    }

    fn of(city: City, statements: Vec<Statement>) -> Self {
        let mut index = Index::default();
        let mut hasher = blake3::Hasher::new();
        // The order of the texts decides which of two masks is shown, so it belongs to what is hashed.
        for (place, statement) in statements.iter().enumerate() {
            index.add(place as u32, &statement.principal, &statement.resource);
            for part in [statement.id.as_bytes(), statement.text.as_bytes()] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
            if let Some(meaning) = &statement.resolved.meaning {
                hasher.update(format!("{:?}", meaning.fields).as_bytes());
            }
        }
        // What the policies are about decides what they mean.
        hasher.update(format!("{city:?}").as_bytes());
        let datasets = city
            .datasets
            .iter()
            .map(|(id, dataset)| {
                let known = Known {
                    type_name: DATASET,
                    uid: schema::uid(DATASET, id.as_str()),
                    side: schema::dataset(id, dataset),
                };
                (id.clone(), known)
            })
            .collect();
        Self {
            hash: hasher.finalize().to_hex().as_str().into(),
            city_itself: Known {
                type_name: CITY,
                uid: schema::uid(CITY, schema::THE_CITY),
                side: schema::city(),
            },
            city,
            statements,
            index,
            authorizer: Authorizer::new(),
            datasets,
        }
    }

    /// Names the set: two sets with the same hash decide the same.
    pub fn hash(&self) -> &Arc<str> {
        &self.hash
    }

    pub fn city(&self) -> &City {
        &self.city
    }

    /// The conditions under which its permits show rows of a dataset, with the names of now.
    pub fn row_conditions_of(&self, dataset: &DatasetId) -> BTreeSet<&str> {
        let reaching = self.statements.iter().filter(|one| {
            reaches(&one.resource, dataset, &self.city) && !one.resolved.closed.contains(dataset)
        });
        let rows = reaching.filter_map(|one| one.rows_of(dataset));
        rows.map(AsRef::as_ref).collect()
    }

    /// What its policies mean: to be held when another set takes its place.
    pub fn meanings(&self) -> Meanings {
        let meant = self.statements.iter().filter_map(|one| {
            let meaning = one.resolved.meaning.as_ref()?;
            Some((Arc::clone(&one.id), meaning.clone()))
        });
        meant.collect()
    }

    /// Columns that permits name and that are not what they were, in the order of the texts.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let statements = self.statements.iter();
        statements.flat_map(|one| &one.resolved.findings)
    }

    /// The schema that policies are held to, in Cedar's own language.
    pub fn schema_text() -> String {
        schema::text()
    }

    /// The policies in the order of their texts.
    pub fn told(&self) -> impl Iterator<Item = Told> {
        self.statements.iter().map(Statement::told)
    }

    pub fn find(&self, id: &str) -> Option<Told> {
        let mut all = self.statements.iter();
        all.find(|statement| statement.id.as_ref() == id)
            .map(Statement::told)
    }

    /// Somebody who asks.
    pub fn reader(&self, principal: &Principal, circumstances: &Circumstances) -> Reader<'_> {
        Reader::new(self, principal, circumstances)
    }
}

/// The datasets that a statement can reach by its scope.
fn reached<'c>(statement: &Statement, city: &'c City) -> Vec<(&'c DatasetId, &'c Dataset)> {
    let datasets = city.datasets.iter();
    datasets
        .filter(|(id, _)| reaches(&statement.resource, id, city))
        .collect()
}

impl Statement {
    /// Whether it is one of the program's own.
    pub(crate) fn is_built_in(&self) -> bool {
        self.source() == BUILT_IN_NAME
    }

    /// The name of the text that it stands in.
    pub(crate) fn source(&self) -> &str {
        let parts = self.id.split_once('/');
        parts.map_or("", |(source, _)| source)
    }

    fn told(&self) -> Told {
        Told {
            id: Arc::clone(&self.id),
            about: self.about.clone(),
            basis: self.basis.clone(),
            text: Arc::clone(&self.text),
        }
    }
}
