//! Putting cells together: for each combination of values that is asked by, the number of each period.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use yandu_lake::{Merge, Number};
use yandu_pack::declare::Across;
use yandu_words::{ColumnName, Period};

use crate::areas::Areas;
use crate::ask::{By, Only};
use crate::cells::Cells;
use crate::definition::Definition;
use crate::merge::{PartColumn, Sum};
use crate::{Error, Result};

/// Groups of one answer.
const GROUPS: u64 = 20_000;
/// Values that are named where one is not known.
const NAMED: usize = 20;

/// What is put together and how.
pub(crate) struct Roll<'a> {
    cells: &'a Cells,
    definition: &'a Definition,
    merges: Vec<Merge>,
    /// How many of the periods have begun. Cells of the others are in no number.
    begun: usize,
    /// Of each dimension with a condition, which of its values fit.
    allowed: Vec<(usize, Vec<bool>)>,
    /// Of each dimension that is asked by, the group of each of its values.
    keys: Vec<KeyOf>,
}

struct KeyOf {
    dimension: usize,
    /// The place of the group of each value.
    group_of: Vec<u32>,
    groups: Vec<Option<Arc<str>>>,
}

/// The groups of one extent of time. Groups without cells are not among them.
#[derive(Debug, Default)]
pub(crate) struct Rolled {
    places: HashMap<u64, usize>,
    pub(crate) groups: Vec<RolledGroup>,
    /// The number of each group.
    numbers: Vec<Number>,
    /// The newest period that cells were taken of.
    pub(crate) through: Option<Period>,
}

#[derive(Debug, Clone)]
pub(crate) struct RolledGroup {
    pub(crate) key: u64,
    pub(crate) cells: usize,
    sums: Vec<Sum>,
}

/// Periods that are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) period: Period,
    /// No period after this one is taken, so that a year that has just begun is compared with as much of the one before.
    pub(crate) until: Option<Period>,
}

impl Extent {
    pub(crate) fn whole(period: Period) -> Self {
        Self {
            period,
            until: None,
        }
    }
}

impl<'a> Roll<'a> {
    /// Areas are those of today, so that numbers of different times are about the same places.
    pub(crate) fn new(
        definition: &'a Definition,
        cells: &'a Cells,
        areas: &Areas,
        by: &[By],
        only: &[Only],
        today: Date,
    ) -> Result<Self> {
        let mut roll = Self {
            cells,
            definition,
            merges: definition.compiled.measure.merges().collect(),
            begun: cells.begun(today),
            allowed: Vec::new(),
            keys: Vec::new(),
        };
        for wanted in only {
            let (place, is_area) = roll.dimension(&wanted.dimension)?;
            let words = roll.words(place);
            let fits = |word: &Arc<str>, value: &str| {
                **word == *value
                    || (is_area && areas.lies_in(word, value, today))
                    || (is_area && value.is_empty() && areas.is_outside(word, today))
            };
            for value in &wanted.values {
                let is_found = value.is_empty() || words.iter().any(|word| fits(word, value));
                if !is_found {
                    roll.must_know(&wanted.dimension, value, is_area, areas)?;
                }
            }
            let allowed = words
                .iter()
                .map(|word| wanted.values.iter().any(|value| fits(word, value)))
                .collect();
            roll.allowed.push((place, allowed));
        }
        for asked in by {
            let (place, is_area) = roll.dimension(&asked.dimension)?;
            if asked.level.is_some() && !is_area {
                return Err(Error::NoLevel {
                    metric: definition.id().clone(),
                    dimension: asked.dimension.clone(),
                });
            }
            let key = KeyOf::new(place, roll.words(place), |word| match asked.level {
                Some(level) => areas.above(word, level, today),
                None => (!word.is_empty()).then(|| Arc::clone(word)),
            });
            roll.keys.push(key);
        }
        roll.fits_into_memory()?;
        Ok(roll)
    }

    fn fits_into_memory(&self) -> Result<()> {
        let groups = self.keys.iter().try_fold(1_u64, |product, key| {
            product.checked_mul(key.groups.len().max(1) as u64)
        });
        // More combinations than cells there cannot be.
        let groups = groups.unwrap_or(u64::MAX).min(self.cells.count() as u64);
        if groups > GROUPS {
            return Err(Error::TooManyGroups {
                metric: self.definition.id().clone(),
                groups,
                most: GROUPS,
            });
        }
        Ok(())
    }

    fn dimension(&self, name: &ColumnName) -> Result<(usize, bool)> {
        let dimensions = &self.definition.file.dimensions;
        let found = dimensions
            .get_index_of(name)
            .ok_or_else(|| Error::NoDimension {
                metric: self.definition.id().clone(),
                dimension: name.to_string(),
                known: dimensions.keys().cloned().collect(),
            })?;
        let area = self.definition.file.area();
        Ok((found, area.is_some_and(|(area, _)| area == name)))
    }

    /// Refuses a value that no cell has when a list says that there is none such. Only lists that the reader sees are asked, so that
    /// nothing is told of cells that are hidden.
    fn must_know(
        &self,
        dimension: &ColumnName,
        value: &str,
        is_area: bool,
        areas: &Areas,
    ) -> Result<()> {
        let others = if is_area {
            areas.others(value)
        } else {
            self.definition.others(dimension, value)
        };
        let Some(others) = others else {
            return Ok(());
        };
        let named = others.iter().take(NAMED);
        let mut known: Vec<String> = named.map(|(code, name)| format!("{code} {name}")).collect();
        if others.len() > NAMED {
            known.push("…".to_owned());
        }
        Err(Error::NoValue {
            metric: self.definition.id().clone(),
            dimension: dimension.clone(),
            value: value.chars().take(40).collect(),
            known: known.join(", "),
        })
    }

    fn words(&self, place: usize) -> &'a [Arc<str>] {
        let words = self.cells.dimensions.get(place);
        words.map_or(&[], |dimension| dimension.values.as_slice())
    }

    /// The values that columns of the model may have; empty stands for none.
    pub(crate) fn conditions(&self) -> Vec<(String, Vec<String>)> {
        let columns: Vec<String> = self
            .definition
            .dimensions()
            .map(|(_, column)| column.to_string())
            .collect();
        let conditions = self.allowed.iter().filter_map(|(place, allowed)| {
            let values = self.words(*place).iter().zip(allowed);
            let values = values
                .filter(|(_, fits)| **fits)
                .map(|(word, _)| word.to_string());
            Some((columns.get(*place)?.clone(), values.collect()))
        });
        conditions.collect()
    }

    /// Puts together what lies in each of some extents of time. Their numbers are computed at once, which is the larger part of the
    /// work where each has few.
    pub(crate) fn over(&self, extents: impl IntoIterator<Item = Extent>) -> Result<Vec<Rolled>> {
        let mut rolled: Vec<Rolled> = extents
            .into_iter()
            .map(|extent| self.cells_of(extent))
            .collect();
        let groups: Vec<&RolledGroup> = rolled.iter().flat_map(|one| &one.groups).collect();
        let mut numbers = self.numbers(&groups)?.into_iter();
        for one in &mut rolled {
            one.numbers = numbers.by_ref().take(one.groups.len()).collect();
        }
        Ok(rolled)
    }

    /// What has cells in an extent of time, without its numbers.
    fn cells_of(&self, extent: Extent) -> Rolled {
        let put = |places| self.rolled(places);
        self.of_extent(extent, put, |rolled| rolled.groups.is_empty())
    }

    /// The keys of what has cells in an extent of time, each once.
    pub(crate) fn keys_of(&self, extent: Extent) -> Vec<u64> {
        let keys = |places| {
            let fitting = self.cells.of(&places).filter(|cell| self.fits(*cell));
            let mut keys: Vec<u64> = fitting.map(|cell| self.key(cell)).collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        };
        self.of_extent(extent, keys, Vec::is_empty)
    }

    /// What `take` finds in an extent of time: in all of its periods, or in the newest in which there is any.
    fn of_extent<T: Default>(
        &self,
        extent: Extent,
        take: impl Fn(Range<usize>) -> T,
        is_empty: impl Fn(&T) -> bool,
    ) -> T {
        let places = self.places_of(extent);
        match self.definition.file.time.across {
            Across::Sum => take(places),
            Across::Last => places
                .rev()
                .map(|place| take(place..place + 1))
                .find(|found| !is_empty(found))
                .unwrap_or_default(),
        }
    }

    /// The periods of an extent that have begun, as places in the list.
    fn places_of(&self, extent: Extent) -> Range<usize> {
        let mut places = self.cells.within(extent.period);
        places.end = places.end.min(self.begun);
        if let Some(until) = extent.until {
            let end = self.cells.within(until).end;
            places.end = places.end.min(end);
        }
        places
    }

    fn rolled(&self, periods: Range<usize>) -> Rolled {
        let mut rolled = Rolled::default();
        let mut newest = None;
        for place in periods {
            let before = rolled.cells();
            for cell in self.cells.of(&(place..place + 1)) {
                if self.fits(cell) {
                    self.put(cell, &mut rolled);
                }
            }
            if rolled.cells() > before {
                newest = Some(place);
            }
        }
        rolled.through = newest.and_then(|place| self.cells.periods.get(place).copied());
        rolled
    }

    /// The newest period that has begun, up to one where it is named, with cells that fit.
    pub(crate) fn newest(&self, until: Option<Period>) -> Option<Period> {
        let end = until.map_or(self.begun, |until| self.cells.within(until).end);
        let mut places = (0..end.min(self.begun)).rev();
        let newest = places.find(|place| {
            let mut cells = self.cells.of(&(*place..place + 1));
            cells.any(|cell| self.fits(cell))
        })?;
        self.cells.periods.get(newest).copied()
    }

    /// How many cells that fit are of periods that have not begun.
    pub(crate) fn later(&self) -> usize {
        let later = self.cells.of(&(self.begun..self.cells.periods.len()));
        later.filter(|cell| self.fits(*cell)).count()
    }

    fn fits(&self, cell: usize) -> bool {
        self.allowed.iter().all(|(place, allowed)| {
            let word = self
                .cells
                .dimensions
                .get(*place)
                .and_then(|words| words.of.get(cell));
            word.and_then(|word| allowed.get(*word as usize))
                .copied()
                .unwrap_or(false)
        })
    }

    /// The key of the group that a cell belongs to.
    fn key(&self, cell: usize) -> u64 {
        self.keys.iter().fold(0_u64, |key, of| {
            let words = self.cells.dimensions.get(of.dimension);
            let word = words.and_then(|words| words.of.get(cell));
            let group = word
                .and_then(|word| of.group_of.get(*word as usize))
                .copied();
            key * of.groups.len().max(1) as u64 + u64::from(group.unwrap_or_default())
        })
    }

    fn put(&self, cell: usize, rolled: &mut Rolled) {
        let key = self.key(cell);
        let Rolled { places, groups, .. } = rolled;
        // Cells of one group often follow on each other; without `by` there is one group.
        let is_last = groups.last().is_some_and(|group| group.key == key);
        let place = if is_last {
            groups.len() - 1
        } else {
            *places.entry(key).or_insert_with(|| {
                groups.push(RolledGroup {
                    key,
                    cells: 0,
                    sums: self.cells.parts.iter().map(PartColumn::nothing).collect(),
                });
                groups.len() - 1
            })
        };
        let Some(group) = groups.get_mut(place) else {
            return;
        };
        group.cells += 1;
        for ((part, merge), sum) in self
            .cells
            .parts
            .iter()
            .zip(&self.merges)
            .zip(&mut group.sums)
        {
            part.put(cell, *merge, sum);
        }
    }

    /// The numbers of many groups at once.
    fn numbers(&self, groups: &[&RolledGroup]) -> Result<Vec<Number>> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let parts = self.cells.parts.iter().enumerate().map(|(place, part)| {
            let sums = groups.iter().map(|group| {
                let sum = group.sums.get(place).copied();
                sum.unwrap_or_else(|| part.nothing())
            });
            part.array(sums)
        });
        Ok(self.definition.compiled.measure.numbers(parts.collect())?)
    }

    /// The values that a key stands for, in the order of what is asked by.
    pub(crate) fn values_of(&self, key: u64) -> Vec<Option<Arc<str>>> {
        let mut rest = key;
        let mut values: Vec<Option<Arc<str>>> = self
            .keys
            .iter()
            .rev()
            .map(|of| {
                let count = of.groups.len().max(1) as u64;
                let place = (rest % count) as usize;
                rest /= count;
                of.groups.get(place).cloned().flatten()
            })
            .collect();
        values.reverse();
        values
    }
}

impl KeyOf {
    fn new(
        dimension: usize,
        words: &[Arc<str>],
        group: impl Fn(&Arc<str>) -> Option<Arc<str>>,
    ) -> Self {
        let mut groups: Vec<Option<Arc<str>>> = Vec::new();
        let mut places: HashMap<Option<Arc<str>>, u32> = HashMap::new();
        let group_of = words
            .iter()
            .map(|word| {
                let group = group(word);
                *places.entry(group.clone()).or_insert_with(|| {
                    groups.push(group);
                    groups.len() as u32 - 1
                })
            })
            .collect();
        Self {
            dimension,
            group_of,
            groups,
        }
    }
}

impl Rolled {
    fn cells(&self) -> usize {
        self.groups.iter().map(|group| group.cells).sum()
    }

    pub(crate) fn group(&self, key: u64) -> Option<&RolledGroup> {
        self.groups.get(*self.places.get(&key)?)
    }

    /// The number of a group; missing for one without cells.
    pub(crate) fn number(&self, key: u64) -> Number {
        let number = self
            .places
            .get(&key)
            .and_then(|place| self.numbers.get(*place));
        number.copied().unwrap_or(Number::Missing)
    }
}
