//! What the installed packs declare, as entries. Only a difference makes a revision.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, PoisonError};

use yandu_lake::Principal;
use yandu_pack::{Dataset, Packs};
use yandu_words::division::{DivisionRow, DivisionTree};

use crate::Result;
use crate::content::{Column, Content, Kind, Sharing};
use crate::diff::diff;
use crate::entry::EntryId;
use crate::ledger::{Cause, Draft, Ledger};
use crate::revision::RevisionKind;
use crate::search::Synonyms;
use crate::status::Status;
use crate::store::{self, Stored};

/// The file of a pack that says which words mean the same.
const SYNONYMS: &str = "data/synonyms.txt";
/// The file of the base pack with the divisions of the city.
const DIVISIONS: (&str, &str) = ("base", "data/division.csv");

/// Why an entry leaves the ledger by itself.
const LEFT: &str = "已安装的场景包不再声明这个数据集";

impl Ledger {
    /// Makes or updates the entries of the datasets that packs declare. One that no pack declares any more is withdrawn, and
    /// its history stays.
    pub async fn sync_packs(&self, packs: &Packs) -> Result<()> {
        self.take_words(packs);
        self.inner.work.notify_one();
        let principal = Principal::local_administrator();
        let _turn = self.inner.writing.lock().await;
        let mut known = self.known(packs).await?;
        let mut drafts = Vec::new();
        for dataset in packs.datasets() {
            let id = EntryId::from(dataset.id());
            let before = known.remove(id.as_str());
            let declared = declared(packs, dataset);
            let cause = self.cause(RevisionKind::Synced, &principal, None);
            drafts.extend(match before {
                None => Some(Draft::new(id, declared, true, cause)),
                Some(before) => follow(before, declared, cause)?,
            });
        }
        for gone in known.into_values().filter(|entry| entry.is_pack) {
            let cause = self.cause(RevisionKind::Synced, &principal, Some(LEFT.to_owned()));
            let from = gone.status;
            let after = Stored {
                status: Status::Withdrawn,
                is_pack: false,
                ..gone
            };
            drafts.push(Draft::change(after, from, Vec::new(), cause));
        }
        self.write(drafts, true).await?;
        Ok(())
    }

    /// The entries of packs, and those of others that have the id of a dataset.
    async fn known(&self, packs: &Packs) -> Result<HashMap<String, Stored>> {
        let mut connection = self.inner.store.pool().acquire().await?;
        let mut known: HashMap<String, Stored> = store::of_packs(&mut connection)
            .await?
            .into_iter()
            .map(|entry| (entry.id.to_string(), entry))
            .collect();
        let others: Vec<&str> = packs
            .datasets()
            .map(|dataset| dataset.id().as_str())
            .filter(|id| !known.contains_key(*id))
            .collect();
        if !others.is_empty() {
            let found = store::find_all(&mut connection, &others).await?;
            known.extend(found.into_iter().map(|entry| (entry.id.to_string(), entry)));
        }
        Ok(known)
    }

    /// Reads the synonyms of all packs and the divisions of the base pack.
    fn take_words(&self, packs: &Packs) {
        let mut synonyms = Synonyms::default();
        for pack in packs.packs() {
            let text = pack
                .resolve(SYNONYMS)
                .ok()
                .and_then(|path| fs::read_to_string(path).ok());
            synonyms.add(text.as_deref().unwrap_or_default());
        }
        let mut desk = self
            .inner
            .desk
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        desk.synonyms = Arc::new(synonyms);
        if let Some(tree) = divisions(packs) {
            desk.tree = Arc::new(tree);
        }
    }
}

/// What is to be done with an entry so that it is as its pack declares; nothing where it is so already.
fn follow(before: Stored, mut declared: Content, cause: Cause<'_>) -> Result<Option<Draft>> {
    keep_own(&before.content, &mut declared);
    let changes = diff(&before.content, &declared)?;
    if changes.is_empty() && before.is_pack {
        return Ok(None);
    }
    let from = before.status;
    let status = if before.is_pack {
        from.after_change()
    } else {
        // It comes back, or somebody had registered it by hand.
        match from {
            Status::Withdrawn => Status::Drafted,
            from if changes.is_empty() => from,
            from => from.after_change(),
        }
    };
    let after = Stored {
        content: declared,
        status,
        is_pack: true,
        ..before
    };
    Ok(Some(Draft::change(after, from, changes, cause)))
}

/// What the ledger itself knows of an entry stays.
fn keep_own(before: &Content, declared: &mut Content) {
    declared.code.clone_from(&before.code);
    declared.owner_code.clone_from(&before.owner_code);
    declared.contact.clone_from(&before.contact);
    declared.late_contact.clone_from(&before.late_contact);
    declared
        .opening_condition
        .clone_from(&before.opening_condition);
    declared.division.clone_from(&before.division);
    declared.theme.clone_from(&before.theme);
    declared.tags.clone_from(&before.tags);
    declared.related.clone_from(&before.related);
    declared.sharing.method = before.sharing.method;
}

fn declared(packs: &Packs, dataset: &Dataset) -> Content {
    let file = dataset.file();
    let pack = packs.pack(&dataset.id().pack());
    let columns = file.columns.iter().map(|(name, column)| Column {
        name: name.to_string(),
        title: column.title.clone(),
        value_type: Some(column.value_type().to_string()),
        standard: column.standard.map(|standard| standard.name().to_owned()),
        grade: dataset.column_grade(name.as_str()),
        about: column.about.clone(),
    });
    Content {
        about: file.about.clone(),
        steward: file.steward.clone(),
        origin: Some(file.origin),
        kind: Kind::Table,
        grade: Some(dataset.grade()),
        sharing: Sharing {
            class: Some(file.sharing.class),
            basis: file.sharing.basis.clone(),
            condition: file.sharing.condition.clone(),
            method: None,
        },
        opening: Some(file.opening),
        refresh: Some(file.refresh.into()),
        points: pack
            .map(|pack| pack.file().points.clone())
            .unwrap_or_default(),
        key: file.key.iter().map(ToString::to_string).collect(),
        columns: columns.collect(),
        ..Content::titled(file.title.clone(), file.owner.clone())
    }
}

/// The divisions of the base pack; a list with faults is told of, and the ledger goes on without names.
fn divisions(packs: &Packs) -> Option<DivisionTree> {
    let pack = packs
        .packs()
        .find(|pack| pack.id().as_str() == DIVISIONS.0)?;
    let path = pack.resolve(DIVISIONS.1).ok()?;
    let mut reader = csv::Reader::from_path(path).ok()?;
    let header = reader.headers().ok()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let (code, name, kind, parent) = (
        place("code")?,
        place("name")?,
        place("kind")?,
        place("parent")?,
    );
    let rows: Vec<DivisionRow> = reader
        .records()
        .filter_map(std::result::Result::ok)
        .map(|row| {
            let cell = |place: usize| row.get(place).unwrap_or_default().to_owned();
            DivisionRow {
                code: cell(code),
                name: cell(name),
                kind: cell(kind),
                parent: Some(cell(parent)).filter(|parent| !parent.is_empty()),
            }
        })
        .collect();
    DivisionTree::from_rows(rows)
        .inspect_err(
            |faults| tracing::warn!(%faults, "the divisions of the base pack cannot be read"),
        )
        .ok()
}
