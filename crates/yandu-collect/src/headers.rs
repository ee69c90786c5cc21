//! Which header of a delivery stands for which column.

use std::collections::HashMap;

use yandu_pack::fold_header;
use yandu_words::id::DatasetId;

use crate::{Error, Result};

/// A column and the headers it is known by.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) column: String,
    pub(crate) required: bool,
    /// Its name, the aliases of the dataset, those of the source, its titles.
    pub(crate) headers: Vec<String>,
}

/// How a delivery's headers were understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// Declared column → place among the cells of a row.
    pub(crate) cells: Vec<Option<usize>>,
    /// Headers that no column claims, with their places.
    pub(crate) extra: Vec<(usize, String)>,
    /// Columns that the delivery lacks and that may be empty.
    pub(crate) absent: Vec<String>,
}

/// Maps headers to columns by their folded text.
///
/// The same header twice counts once, for its first place; two different headers for one column are an error,
/// because nobody can say which is meant.
pub(crate) fn map(dataset: &DatasetId, known: &[Known], headers: &[String]) -> Result<Mapping> {
    let mut columns: HashMap<String, usize> = HashMap::new();
    // Earlier names of a column win over later ones of another: its own name over a title.
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
    let mut cells = vec![None; known.len()];
    let mut extra = Vec::new();
    for (place, header) in headers.iter().enumerate() {
        let folded = fold_header(header);
        match columns
            .get(&folded)
            .and_then(|index| Some((*index, cells.get_mut(*index)?)))
        {
            Some((_, slot @ None)) => *slot = Some(place),
            Some((index, Some(first))) => {
                let earlier = headers.get(*first).cloned().unwrap_or_default();
                if fold_header(&earlier) != folded {
                    return Err(Error::AmbiguousHeaders {
                        column: known
                            .get(index)
                            .map(|known| known.column.clone())
                            .unwrap_or_default(),
                        headers: vec![earlier, header.clone()],
                    });
                }
                extra.push((place, header.clone()));
            }
            None if folded.is_empty() => {}
            None => extra.push((place, header.clone())),
        }
    }
    let lacking = |required: bool| -> Vec<String> {
        known
            .iter()
            .zip(&cells)
            .filter(|(column, cell)| cell.is_none() && column.required == required)
            .map(|(column, _)| column.column.clone())
            .collect()
    };
    let missing = lacking(true);
    if !missing.is_empty() {
        return Err(Error::MissingColumns {
            dataset: dataset.clone(),
            columns: missing,
            headers: headers.to_vec(),
        });
    }
    Ok(Mapping {
        absent: lacking(false),
        cells,
        extra,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(column: &str, required: bool, headers: &[&str]) -> Known {
        Known {
            column: column.to_owned(),
            required,
            headers: headers.iter().map(|header| (*header).to_owned()).collect(),
        }
    }

    fn mapped(headers: &[&str]) -> Result<Mapping> {
        let columns = [
            known("resident_id", true, &["resident_id", "证件号码", "ZJHM"]),
            known("income", false, &["income", "月收入(元)"]),
        ];
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        map(&"population.resident".parse().unwrap(), &columns, &headers)
    }

    #[test]
    fn a_header_is_known_in_any_usual_writing() {
        for writing in [
            "证件号码",
            " 证件号码 ",
            "*证件号码",
            "zjhm",
            "ＺＪＨＭ",
            "Resident ID",
        ] {
            assert_eq!(
                mapped(&[writing]).unwrap().cells,
                vec![Some(0), None],
                "{writing}"
            );
        }
        assert_eq!(
            mapped(&["备注", "月收入（元）", "ZJHM"]).unwrap().cells,
            vec![Some(2), Some(1)]
        );
    }

    #[test]
    fn a_new_column_is_reported_and_a_missing_required_one_stops_the_batch() {
        let mapping = mapped(&["证件号码", "备注"]).unwrap();
        assert_eq!(mapping.extra, vec![(1, "备注".to_owned())]);
        assert_eq!(mapping.absent, vec!["income".to_owned()]);
        assert!(matches!(
            mapped(&["月收入（元）"]),
            Err(Error::MissingColumns { .. })
        ));
    }

    #[test]
    fn two_headers_for_one_column_are_refused() {
        assert!(matches!(
            mapped(&["证件号码", "ZJHM"]),
            Err(Error::AmbiguousHeaders { .. })
        ));
    }
}
