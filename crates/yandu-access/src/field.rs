//! Columns that grants and the negative list name, in conditions on rows too, by the fields that they were: a field keeps what was said of it when it is
//! renamed, and a field that is made later under the same name gets nothing of it.

use std::collections::{BTreeMap, BTreeSet};

use yandu_lake::{columns_of_row_condition, rename_in_row_condition};
use yandu_policy::{City, Dataset};
use yandu_words::FieldId;
use yandu_words::id::DatasetId;

use crate::grant::NewGrant;
use crate::negative::NewEntry;

/// The fields that were meant, by the names that they had.
pub(crate) type Fields = BTreeMap<String, FieldId>;

/// The fields of some columns of a dataset. Those that no city has written down are left out.
fn of<'a>(dataset: &Dataset, names: impl Iterator<Item = &'a String>) -> Fields {
    names
        .filter_map(|name| Some((name.clone(), dataset.columns.get(name)?.field)))
        .filter(|(_, field)| field.is_recorded())
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
    /// The fields of the columns that it names, in every dataset that it is about: by `dataset.column`.
    pub(crate) fn fields(&self, city: &City) -> Fields {
        let mut fields = Fields::new();
        for (id, dataset) in self.meant(city) {
            let of_dataset = of(dataset, self.columns.iter().flatten());
            let named = of_dataset.into_iter();
            fields.extend(named.map(|(name, field)| (format!("{id}.{name}"), field)));
        }
        fields
    }

    /// The columns that are its fields and have other names by now, by dataset. The names that it was made with stay beside them: what
    /// withholds errs towards withholding, and a column that is made again under a forbidden name is looked at before it is shown.
    pub(crate) fn renamed<'c>(
        &self,
        fields: &Fields,
        city: &'c City,
    ) -> Vec<(&'c DatasetId, Vec<&'c str>)> {
        let Some(named) = &self.columns else {
            return Vec::new();
        };
        let fields: BTreeSet<FieldId> = fields.values().copied().collect();
        let mut renamed = Vec::new();
        for (id, dataset) in self.meant(city) {
            let columns = dataset.columns.iter().filter(|(name, column)| {
                fields.contains(&column.field) && !named.contains(name.as_str())
            });
            let names: Vec<&str> = columns.map(|(name, _)| name.as_str()).collect();
            if !names.is_empty() {
                renamed.push((id, names));
            }
        }
        renamed
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
