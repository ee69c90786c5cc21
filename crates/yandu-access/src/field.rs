//! Columns that grants and the negative list name, by the fields that they were: a field keeps what was said of it when it is
//! renamed, and a field that is made later under the same name gets nothing of it.

use std::collections::{BTreeMap, BTreeSet};

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
        let named = self.columns.iter().flatten().chain(self.masks.keys());
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
            Some(field) => name_of(dataset, *field).ok_or_else(|| {
                format!("the column `{name}` that it was given for is not there any more")
            }),
        };
        let mut followed = self.clone();
        if let Some(columns) = &self.columns {
            followed.columns = Some(columns.iter().map(now).collect::<Result<_, _>>()?);
        }
        let masks = self.masks.iter();
        followed.masks = masks
            .map(|(name, mask)| Ok((now(name)?, mask.clone())))
            .collect::<Result<_, String>>()?;
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
            let now = fields.values().filter_map(|field| name_of(dataset, *field));
            let now: BTreeSet<String> = now.collect();
            columns.extend(now);
        }
        followed
    }
}

fn name_of(dataset: &Dataset, field: FieldId) -> Option<String> {
    let mut columns = dataset.columns.iter();
    columns
        .find(|(_, column)| column.field == field)
        .map(|(name, _)| name.clone())
}
