//! Which row names the columns: the same judgement for all formats.
//!
//! Rows at the start of a file are titles, notes, groups of columns or the header itself. The row that has most
//! of the names a dataset declares is the header; without such a row it is the first one that is filled nearly
//! as wide as the table, whose cells all read as names (no numbers, no dates) and differ from each other.

use std::collections::HashSet;

use yandu_words::fold_header;

use super::{Error, Hints};

pub(crate) type Cells = Vec<Option<String>>;

/// Rows at the start of a file that are looked at.
pub(crate) const LOOKED_AT: usize = 60;
/// Rows among which the header must be.
const SEARCHED: usize = 40;
pub(crate) const MAX_COLUMNS: usize = 16_384;

/// The header of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// Index of the first and of the last of its rows; `None` when the file has no header.
    pub(crate) rows: Option<(usize, usize)>,
    pub(crate) names: Vec<String>,
    /// The cells of its last row as they stand.
    pub(crate) written: Vec<String>,
    pub(crate) notes: Vec<String>,
    /// How many declared names it has.
    pub(crate) known: usize,
}

impl Header {
    /// Index of the first row of data.
    pub(crate) fn data_start(&self) -> usize {
        self.rows.map_or(0, |(_, last)| last + 1)
    }
}

/// The header of the table that starts with these rows.
pub(crate) fn find(rows: &[Cells], hints: &Hints) -> Result<Header, Error> {
    if let Some(columns) = &hints.columns {
        let rows = hints.header_row.map(|row| {
            let row = (row as usize).saturating_sub(1);
            (row, row)
        });
        return Ok(Header {
            rows,
            names: columns.clone(),
            ..Header::default()
        });
    }
    let known: HashSet<String> = hints
        .known_headers
        .iter()
        .map(|name| fold_header(name))
        .collect();
    if let Some(row) = hints.header_row {
        let place = (row as usize).checked_sub(1);
        let found = place.filter(|place| rows.get(*place).is_some_and(|row| filled(row) > 0));
        let place = found.ok_or(Error::NoSuchRow { row })?;
        return named(rows, place, place, &known);
    }
    if rows.iter().all(|row| filled(row) == 0) {
        return Err(Error::NoTable);
    }
    let place = by_known_names(rows, &known)
        .or_else(|| by_shape(rows))
        .ok_or(Error::NoHeader)?;
    let (top, bottom) = group_rows(rows, place, &known);
    named(rows, top, bottom, &known)
}

fn filled(row: &Cells) -> usize {
    row.iter()
        .filter(|cell| text(cell.as_ref()).is_some())
        .count()
}

/// Filled cells of a row, where a text that is merged over neighbouring cells counts once.
fn distinct(row: &Cells) -> usize {
    let mut before = None;
    row.iter()
        .map(|cell| text(cell.as_ref()))
        .filter(|cell| std::mem::replace(&mut before, *cell) != *cell && cell.is_some())
        .count()
}

fn text(cell: Option<&String>) -> Option<&str> {
    let text = cell?.trim();
    (!text.is_empty()).then_some(text)
}

fn extent(row: &Cells) -> usize {
    row.iter()
        .rposition(|cell| text(cell.as_ref()).is_some())
        .map_or(0, |last| last + 1)
}

fn known_names(row: &Cells, known: &HashSet<String>) -> usize {
    let names: HashSet<String> = row
        .iter()
        .filter_map(|cell| text(cell.as_ref()))
        .map(fold_header)
        .collect();
    names.intersection(known).count()
}

fn by_known_names(rows: &[Cells], known: &HashSet<String>) -> Option<usize> {
    if known.is_empty() {
        return None;
    }
    let mut best = None;
    let mut most = 0;
    for (place, row) in rows.iter().take(SEARCHED).enumerate() {
        let names = known_names(row, known);
        if names > most && (names >= 2 || names * 2 >= distinct(row)) {
            most = names;
            best = Some(place);
        }
    }
    best
}

fn by_shape(rows: &[Cells]) -> Option<usize> {
    let width = usual_extent(rows);
    let full = |row: &Cells| {
        let needed = if width < 2 {
            1
        } else {
            ((width * 3).div_ceil(5)).max(2)
        };
        distinct(row) >= needed
    };
    let names = |row: &Cells| {
        let alone = width < 2;
        row.iter()
            .filter_map(|cell| text(cell.as_ref()))
            .all(|text| is_name(text, alone))
            && row
                .iter()
                .filter_map(|cell| text(cell.as_ref()))
                .any(|text| !is_year(text))
    };
    let searched = rows.get(..SEARCHED.min(rows.len())).unwrap_or_default();
    let first = searched.iter().position(|row| full(row) && names(row))?;
    // Labels such as A, B, C above the names are a narrower row of names shortly before the data.
    let data = searched
        .iter()
        .skip(first)
        .position(|row| filled(row) >= 2 && !names(row))
        .map(|steps| first + steps);
    let later = data.filter(|data| data - first <= 3).unwrap_or(first);
    let mut best = first;
    for place in first + 1..later {
        let width_of = |place: usize| searched.get(place).map_or(0, distinct);
        if width_of(place) > width_of(best) && searched.get(place).is_some_and(full) {
            best = place;
        }
    }
    Some(best)
}

/// The extent that most rows have; of equals the larger.
fn usual_extent(rows: &[Cells]) -> usize {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for extent in rows.iter().map(extent).filter(|extent| *extent > 0) {
        match counts.iter_mut().find(|(known, _)| *known == extent) {
            Some((_, count)) => *count += 1,
            None => counts.push((extent, 1)),
        }
    }
    counts
        .into_iter()
        .max_by_key(|(extent, count)| (*count, *extent))
        .map_or(0, |(extent, _)| extent)
}

/// Whether a text reads as the name of a column. A lone column asks for more, because any line of prose is one.
fn is_name(text: &str, alone: bool) -> bool {
    let count = text.chars().count();
    if count > 120
        || matches!(
            text.to_ascii_lowercase().as_str(),
            "null" | "true" | "false" | "nan"
        )
    {
        return false;
    }
    if alone
        && (count > 40
            || text.contains("://")
            || text.contains('\n')
            || text.ends_with([':', '：', '.', '。', ',', '，', '!', '?', '{', '}', ';']))
    {
        return false;
    }
    is_year(text) || !is_value(text)
}

/// Numbers, dates and times.
fn is_value(text: &str) -> bool {
    let short_unit = text.chars().count() <= 5 && text.ends_with(['年', '月', '季']);
    text.contains(|c: char| c.is_ascii_digit())
        && !short_unit
        && text.chars().all(|c| {
            c.is_ascii_digit()
                || c.is_whitespace()
                || matches!(
                    c,
                    '-' | '+'
                        | '.'
                        | ','
                        | '/'
                        | ':'
                        | '%'
                        | '¥'
                        | '￥'
                        | '$'
                        | 'e'
                        | 'E'
                        | 'T'
                        | 'Z'
                        | '年'
                        | '月'
                        | '日'
                )
        })
}

/// Years head the columns of many statistical tables.
fn is_year(text: &str) -> bool {
    text.len() == 4
        && text
            .parse::<u16>()
            .is_ok_and(|year| (1900..=2100).contains(&year))
}

/// The rows of a header of two levels around `place`: groups of columns above, names below.
fn group_rows(rows: &[Cells], place: usize, known: &HashSet<String>) -> (usize, usize) {
    let fits = |top: usize, bottom: usize| {
        rows.get(top)
            .zip(rows.get(bottom))
            .is_some_and(|(top, bottom)| is_group(top, bottom, known))
    };
    if fits(place, place + 1) {
        (place, place + 1)
    } else if place > 0 && fits(place - 1, place) {
        (place - 1, place)
    } else {
        (place, place)
    }
}

fn is_group(top: &Cells, bottom: &Cells, known: &HashSet<String>) -> bool {
    let width = extent(top).max(extent(bottom));
    let at = |row: &Cells, column: usize| {
        row.get(column)
            .and_then(|cell| text(cell.as_ref()))
            .map(str::to_owned)
    };
    let mut opened = false;
    let mut spanned = false;
    for column in 0..width {
        let (upper, lower) = (at(top, column), at(bottom, column));
        let merged = column > 0 && upper.is_some() && upper == at(top, column - 1);
        match (&upper, &lower) {
            (_, Some(name)) if !is_name(name, false) || is_year(name) => return false,
            (None, None) => return false,
            (Some(_), None) => spanned = true,
            (Some(upper), Some(lower)) if upper == lower => spanned = true,
            (None, Some(_)) => opened = true,
            (Some(_), Some(_)) => opened |= merged,
        }
    }
    let better = known_names(bottom, known) > known_names(top, known);
    opened && (spanned || better) && distinct(top) > 1
}

fn named(
    rows: &[Cells],
    top: usize,
    bottom: usize,
    known: &HashSet<String>,
) -> Result<Header, Error> {
    let empty = Cells::new();
    let (upper, lower) = (
        rows.get(top).unwrap_or(&empty),
        rows.get(bottom).unwrap_or(&empty),
    );
    let width = extent(upper).max(extent(lower));
    if width > MAX_COLUMNS {
        return Err(Error::TooManyColumns { limit: MAX_COLUMNS });
    }
    let mut notes = Vec::new();
    if top < bottom {
        notes.push("the header has two rows".to_owned());
    }
    let texts = |row: &Cells| -> Vec<String> {
        (0..width)
            .map(|column| {
                row.get(column)
                    .and_then(|cell| text(cell.as_ref()))
                    .map(tidy)
                    .unwrap_or_default()
            })
            .collect()
    };
    let (groups, lowest) = (texts(upper), texts(lower));
    let mut names: Vec<String> = Vec::with_capacity(width);
    let mut taken: HashSet<String> = HashSet::new();
    let mut group = String::new();
    for (column, (above, below)) in groups.iter().zip(&lowest).enumerate() {
        if !above.is_empty() {
            group.clone_from(above);
        }
        let repeated = lowest.iter().filter(|name| *name == below).count() > 1;
        let base = if below.is_empty() && above.is_empty() {
            let name = format!("column_{}", column + 1);
            notes.push(format!("column {} has no name", column + 1));
            name
        } else if below.is_empty() {
            above.clone()
        } else if top < bottom && repeated && *below != group {
            format!("{group}_{below}")
        } else {
            below.clone()
        };
        let mut name = base.clone();
        let mut count = 1;
        while !taken.insert(name.clone()) {
            count += 1;
            name = format!("{base}_{count}");
        }
        if count > 1 {
            notes.push(format!("the name `{base}` stands more than once"));
        }
        names.push(name);
    }
    notes.dedup();
    Ok(Header {
        rows: Some((top, bottom)),
        known: known_names(lower, known).max(known_names(upper, known)),
        written: lowest,
        names,
        notes,
    })
}

/// A name on one line.
fn tidy(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ")
}
