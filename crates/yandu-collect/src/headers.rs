//! Which header of a delivery stands for which column, and whether its numbers are in the unit of the column.

mod unit;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};
use yandu_pack::{Dataset, Packs};
use yandu_words::id::{DatasetId, SourceId};
use yandu_words::{Standard, ValueType, fold_header};

use crate::{Error, Result};

/// The unit of money whose column declares none.
const YUAN: &str = "CNY";

/// A column and the headers it is known by.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) column: String,
    pub(crate) required: bool,
    /// Its values are texts, and no codes of a list.
    pub(crate) is_text: bool,
    /// Of numbers, the unit that is declared.
    pub(crate) unit: Option<String>,
    /// Its name, the aliases of the dataset, those of the source, its titles.
    pub(crate) headers: Vec<String>,
}

/// What somebody said about the headers of one delivery: the column of each, or that it is no column's.
pub type Given = BTreeMap<String, Option<String>>;

/// How a delivery's headers were understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// Declared column → place among the cells of a row.
    pub(crate) cells: Vec<Option<usize>>,
    /// Headers that no column claims, with their places.
    pub(crate) extra: Vec<(usize, String)>,
    /// Columns that the delivery lacks and that may be empty.
    pub(crate) absent: Vec<String>,
    /// The headers that a column claims, in the order of the delivery, each with its column.
    pub(crate) claimed: Vec<(String, String)>,
    pub(crate) units: Units,
}

/// What is to be said of the units of a delivery that is collected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Units {
    /// Units that titles name and no column is in.
    pub(crate) others: Vec<String>,
    /// Of columns that are said to be in another unit than theirs, that and how their numbers are taken.
    pub(crate) notes: Vec<String>,
}

impl Units {
    fn differ(&mut self, told: &str, header: &str, column: &str, declared: &str) {
        let note = format!(
            "`{header}` stands for `{column}`, which is in `{declared}`, and is said to be in `{told}`: its numbers are taken as \
             they are"
        );
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl Mapping {
    /// Header → column.
    pub(crate) fn to_json(&self) -> Value {
        let claimed = self.claimed.iter();
        Value::Object(
            claimed
                .map(|(header, column)| (header.clone(), column.clone().into()))
                .collect(),
        )
    }
}

/// What can be said of the headers of a delivery, whether or not it can be collected so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proposal {
    /// Declared column → place among the headers.
    pub(crate) cells: Vec<Option<usize>>,
    /// Header → declared column.
    pub(crate) claims: Vec<Option<usize>>,
    /// A column that two different headers stand for, and the headers.
    pub(crate) ambiguous: Option<(usize, [String; 2])>,
    /// A header that was named and that the delivery does not have.
    pub(crate) stranger: Option<String>,
}

impl Proposal {
    /// Puts a header under a column; false when an earlier header has it.
    fn claim(&mut self, place: usize, column: usize, headers: &[String]) -> bool {
        match self.cells.get_mut(column) {
            Some(slot @ None) => {
                *slot = Some(place);
                if let Some(claim) = self.claims.get_mut(place) {
                    *claim = Some(column);
                }
                true
            }
            Some(Some(first)) => {
                let name = |place: usize| headers.get(place).cloned().unwrap_or_default();
                let both = [name(*first), name(place)];
                let [earlier, later] = both.each_ref().map(|header| fold_header(header));
                if earlier != later {
                    self.ambiguous.get_or_insert((column, both));
                }
                false
            }
            None => false,
        }
    }

    /// Columns that the delivery lacks, of those that must be there or of the others.
    pub(crate) fn lacking(&self, known: &[Known], required: bool) -> Vec<String> {
        known
            .iter()
            .zip(&self.cells)
            .filter(|(column, cell)| cell.is_none() && column.required == required)
            .map(|(column, _)| column.column.clone())
            .collect()
    }
}

/// The columns of a dataset with the headers that they are known by: those of the source first, then their names, the
/// aliases of the dataset, their titles.
pub(crate) fn known(packs: &Packs, dataset: &Dataset, source: Option<&SourceId>) -> Vec<Known> {
    let source = source
        .and_then(|source| packs.source(source))
        .map(yandu_pack::Source::file);
    let file = dataset.file();
    file.columns
        .iter()
        .map(|(name, column)| {
            let mut headers: Vec<String> = source
                .iter()
                .flat_map(|source| &source.headers)
                .filter(|(_, target)| *target == name)
                .map(|(header, _)| header.clone())
                .collect();
            headers.push(name.to_string());
            headers.extend(column.from.iter().cloned());
            headers.push(column.title.zh.clone());
            headers.extend(column.title.en.clone());
            Known {
                column: name.to_string(),
                required: column.required || file.key.contains(name),
                is_text: column.value_type() == ValueType::Text && column.codes.is_none(),
                unit: column
                    .unit
                    .clone()
                    .or_else(|| (column.standard == Some(Standard::Money)).then(|| YUAN.to_owned()))
                    .filter(|_| is_number(column.value_type())),
                headers,
            }
        })
        .collect()
}

fn is_number(value_type: ValueType) -> bool {
    matches!(
        value_type,
        ValueType::Integer | ValueType::Decimal { .. } | ValueType::Float
    )
}

/// Finds the column of each header by its folded text; what was said of a header goes first.
///
/// The same header twice counts once, for its first place.
pub(crate) fn propose(known: &[Known], headers: &[String], given: &Given) -> Proposal {
    let columns = columns_by_header(known);
    let mut said: HashMap<String, (&String, Option<usize>, bool)> = given
        .iter()
        .map(|(header, column)| {
            let place = column
                .as_ref()
                .and_then(|column| known.iter().position(|known| known.column == *column));
            (fold_header(header), (header, place, false))
        })
        .collect();
    let mut proposal = Proposal {
        cells: vec![None; known.len()],
        claims: vec![None; headers.len()],
        ..Proposal::default()
    };
    let mut open = Vec::new();
    for (place, header) in headers.iter().enumerate() {
        match said.get_mut(&fold_header(header)) {
            Some((_, column, was_seen)) => {
                *was_seen = true;
                if let Some(column) = *column {
                    proposal.claim(place, column, headers);
                }
            }
            None => open.push(place),
        }
    }
    let of_somebody = proposal.cells.clone();
    for place in open {
        let Some(header) = headers.get(place) else {
            continue;
        };
        let Some(column) = columns.get(&fold_header(header)) else {
            continue;
        };
        // What somebody put under a column stands there alone.
        if of_somebody.get(*column).is_some_and(Option::is_none) {
            proposal.claim(place, *column, headers);
        }
    }
    let unseen = said.into_values().filter(|(_, _, was_seen)| !was_seen);
    proposal.stranger = unseen.map(|(header, _, _)| header.clone()).min();
    proposal
}

/// Earlier names of a column win over later ones of another: its own name over a title.
fn columns_by_header(known: &[Known]) -> HashMap<String, usize> {
    let mut columns = HashMap::new();
    let longest = known
        .iter()
        .map(|known| known.headers.len())
        .max()
        .unwrap_or(0);
    for rank in 0..longest {
        for (index, column) in known.iter().enumerate() {
            if let Some(header) = column.headers.get(rank) {
                columns.entry(fold_header(header)).or_insert(index);
            }
        }
    }
    columns
}

/// The headers that stand for columns of texts; what was said of a header goes first.
pub(crate) fn of_texts(known: &[Known], given: &Given) -> Vec<String> {
    let columns = columns_by_header(known);
    let said: HashSet<String> = given.keys().map(|header| fold_header(header)).collect();
    let own = known.iter().flat_map(|column| &column.headers);
    let own = own.filter(|header| {
        let folded = fold_header(header);
        let column = columns.get(&folded).and_then(|place| known.get(*place));
        !said.contains(&folded) && column.is_some_and(|column| column.is_text)
    });
    let named = given.iter().filter(|(_, name)| {
        let mut columns = known.iter();
        columns.any(|known| known.is_text && Some(known.column.as_str()) == name.as_deref())
    });
    own.chain(named.map(|(header, _)| header))
        .cloned()
        .collect()
}

/// Maps the headers of a delivery to columns.
///
/// Two different headers for one column are an error, because nobody can say which is meant; so is a required column
/// that no header stands for, and a title or a header that says numbers to be in tens of thousands of what their column
/// is in.
pub(crate) fn map(
    dataset: &DatasetId,
    known: &[Known],
    headers: &[String],
    given: &Given,
    titles: &[String],
) -> Result<Mapping> {
    let proposal = propose(known, headers, given);
    check(dataset, known, headers, &proposal)?;
    let units = check_units(known, headers, &proposal, given, titles)?;
    let name = |column: usize| known.get(column).map(|known| known.column.clone());
    let mut extra = Vec::new();
    let mut claimed = Vec::new();
    for (place, (header, claim)) in headers.iter().zip(&proposal.claims).enumerate() {
        match claim.and_then(name) {
            Some(column) => claimed.push((header.clone(), column)),
            None if fold_header(header).is_empty() => {}
            None => extra.push((place, header.clone())),
        }
    }
    Ok(Mapping {
        absent: proposal.lacking(known, false),
        cells: proposal.cells,
        extra,
        claimed,
        units,
    })
}

/// Why a delivery with these headers is refused.
pub(crate) fn check(
    dataset: &DatasetId,
    known: &[Known],
    headers: &[String],
    proposal: &Proposal,
) -> Result<()> {
    if let Some(header) = &proposal.stranger {
        return Err(Error::NoSuchHeader {
            header: header.clone(),
            headers: headers.to_vec(),
        });
    }
    if let Some((column, both)) = &proposal.ambiguous {
        return Err(Error::AmbiguousHeaders {
            column: known
                .get(*column)
                .map(|known| known.column.clone())
                .unwrap_or_default(),
            headers: both.to_vec(),
        });
    }
    let missing = proposal.lacking(known, true);
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::MissingColumns {
        dataset: dataset.clone(),
        columns: missing,
        headers: headers.to_vec(),
        row: None,
    })
}

/// Holds the units that titles and headers name against those of the columns. Gives what is to be said of them.
///
/// # Errors
/// A column counts in another multiple of a unit than its header names, or than every one that the titles name where its
/// header names none, and nobody said what the header stands for.
pub(crate) fn check_units(
    known: &[Known],
    headers: &[String],
    proposal: &Proposal,
    given: &Given,
    titles: &[String],
) -> Result<Units> {
    let claims = headers.iter().zip(&proposal.claims);
    let columns: Vec<_> = claims
        .filter_map(|(header, claim)| {
            let column = known.get((*claim)?)?;
            let declared = column.unit.as_deref()?;
            let own = unit::read(declared)?;
            Some((header, column, declared, own, unit::of_header(header)))
        })
        .collect();
    let told: Vec<_> = unit::told(titles)
        .into_iter()
        .filter_map(|told| unit::read(&told).map(|amount| (told, amount)))
        .collect();
    let mut units = Units::default();
    let differ = |units: &mut Units, told: &str, header: &str, column: &Known, declared: &str| {
        // Whoever puts a header under a column knows its numbers.
        if is_given(given, header) {
            units.differ(told, header, &column.column, declared);
            return Ok(());
        }
        Err(Error::OtherUnit {
            told: told.to_owned(),
            header: header.to_owned(),
            column: column.column.clone(),
            declared: declared.to_owned(),
        })
    };
    for (header, column, declared, own, named) in &columns {
        let mut of_kind = named.iter().filter(|(_, amount)| amount.of == own.of);
        let first = of_kind.clone().next();
        let is_same = of_kind.any(|(_, amount)| amount.times == own.times);
        let of_other_kind = named
            .iter()
            .find(|(_, amount)| amount.is_known && own.is_known);
        match (first, of_other_kind) {
            (Some(_), _) if is_same => {}
            (Some((written, _)), _) => differ(&mut units, written, header, column, declared)?,
            (None, Some((written, _))) => units.differ(written, header, &column.column, declared),
            (None, None) => {}
        }
    }
    for (written, amount) in &told {
        let same = columns
            .iter()
            .filter(|(_, _, _, own, _)| own.of == amount.of);
        let same: Vec<_> = same.collect();
        if same.is_empty() {
            units.others.push(written.clone());
            continue;
        }
        for (header, column, declared, own, named) in same {
            // A header says its unit better than a title does.
            let is_named = named.iter().any(|(_, named)| named.of == amount.of);
            if !is_named && told.iter().all(|(_, amount)| amount != own) {
                differ(&mut units, written, header, column, declared)?;
            }
        }
    }
    Ok(units)
}

/// The unit that a header names, where it is a known one.
pub(crate) fn unit_in_header(header: &str) -> Option<String> {
    let mut named = unit::of_header(header).into_iter();
    let (written, _) = named.find(|(_, amount)| amount.is_known)?;
    Some(written.split_whitespace().collect())
}

/// The units that titles above a table name.
pub(crate) fn units_in_titles(titles: &[String]) -> Vec<String> {
    unit::told(titles)
}

/// Whether somebody said of a header what it stands for.
pub(crate) fn is_given(given: &Given, header: &str) -> bool {
    let folded = fold_header(header);
    given.keys().any(|name| fold_header(name) == folded)
}

/// Tells in the report of a file what is to be said of its units.
pub(crate) fn tell_units(report: &mut Value, units: &Units) {
    let mut told = units.notes.clone();
    if !units.others.is_empty() {
        let named: Vec<String> = units
            .others
            .iter()
            .map(|unit| format!("`{unit}`"))
            .collect();
        told.push(format!(
            "a title says that numbers are in {}, which is the unit of no column",
            named.join(", ")
        ));
    }
    if told.is_empty() {
        return;
    }
    let report = report.as_object_mut();
    let notes = report.map(|report| report.entry("notes").or_insert_with(|| json!([])));
    if let Some(notes) = notes.and_then(Value::as_array_mut) {
        notes.extend(told.into_iter().map(Value::from));
    }
}

#[cfg(test)]
mod tests;
