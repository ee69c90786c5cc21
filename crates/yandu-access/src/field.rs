//! Columns that grants and the negative list name, in conditions on rows too, by the fields that they were: a field keeps what was said of it when it is
//! renamed, and a field that is made later under the same name gets nothing of it.

use std::collections::BTreeMap;

use yandu_lake::{columns_of_row_condition, rename_in_row_condition};
use yandu_policy::{City, Dataset};
use yandu_words::FieldId;

use crate::grant::NewGrant;
use crate::negative::NewEntry;

/// The fields that were meant, by the names that they had.
pub(crate) type Fields = BTreeMap<String, FieldId>;

/// The fields of some columns of a dataset. Those that no city has written down are left out.
fn of<'a>(dataset: &Dataset, names: impl Iterator<Item = &'a String>) -> Fields {
    names
        .filter_map(|name| Some((name.clone(), dataset.columns.get(name)?.field)))
        .filter(|(_, field)| field.0 < FieldId::UNRECORDED)
        .collect()
}

impl NewGrant {
    /// The fields of the columns that it names.
    pub(crate) fn fields(&self, city: &City) -> Fields {
        let rows = self.rows.as_deref().map(columns_of_row_condition);
        // What is no condition is refused where its policy is read.
        let in_rows = rows.and_then(Result::ok).unwrap_or_default();
        let named = self.columns.iter().flatten();
        let named = named.chain(self.masks.keys()).chain(&in_rows);
        match city.datasets.get(&self.dataset) {
            Some(dataset) => of(dataset, named),
            None => Fields::new(),
        }
    }

    /// The same grant with the names that its fields have now; the error says which field is gone.
    pub(crate) fn following(&self, fields: &Fields, city: &City) -> Result<Self, String> {
        let Some(dataset) = city.datasets.get(&self.dataset) else {
            return Ok(self.clone());
        };
        let now = |name: &String| match fields.get(name) {
            // It was given before fields were written down.
            None => Ok(name.clone()),
            Some(field) => {
                let now = dataset.name_of(*field).map(ToOwned::to_owned);
                now.ok_or_else(|| {
                    format!("the column `{name}` that it was given for is not there any more")
                })
            }
        };
        let mut followed = self.clone();
        if let Some(columns) = &self.columns {
            followed.columns = Some(columns.iter().map(now).collect::<Result<_, _>>()?);
        }
        let masks = self.masks.iter();
        followed.masks = masks
            .map(|(name, mask)| Ok((now(name)?, mask.clone())))
            .collect::<Result<_, String>>()?;
        if let Some(rows) = &self.rows {
            followed.rows = Some(rows_following(rows, now)?);
        }
        Ok(followed)
    }
}

impl NewEntry {
    /// The fields of the columns that it names, where it is about one dataset.
    pub(crate) fn fields(&self, city: &City) -> Fields {
        let dataset = self.dataset.as_ref().and_then(|id| city.datasets.get(id));
        dataset.map_or_else(Fields::new, |dataset| {
            of(dataset, self.columns.iter().flatten())
        })
    }

    /// The same entry over the names that its fields have now, too. The names that it was made with stay: what withholds errs
    /// towards withholding, and a column that is made again under a forbidden name is looked at before it is shown.
    pub(crate) fn following(&self, fields: &Fields, city: &City) -> Self {
        let dataset = self.dataset.as_ref().and_then(|id| city.datasets.get(id));
        let mut followed = self.clone();
        if let (Some(dataset), Some(columns)) = (dataset, &mut followed.columns) {
            let now = fields.values().filter_map(|field| dataset.name_of(*field));
            columns.extend(now.map(ToOwned::to_owned));
        }
        followed
    }
}

/// A condition on rows with the names that its columns have now. As it was written where they have the same.
fn rows_following(
    rows: &str,
    now: impl Fn(&String) -> Result<String, String>,
) -> Result<String, String> {
    let Ok(named) = columns_of_row_condition(rows) else {
        return Ok(rows.to_owned());
    };
    let mut names = BTreeMap::new();
    for name in named {
        let called = now(&name)?;
        if called != name {
            names.insert(name, called);
        }
    }
    if names.is_empty() {
        return Ok(rows.to_owned());
    }
    rename_in_row_condition(rows, &names).map_err(|problem| problem.message)
}
