//! The packs that are installed, as copies in the data folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yandu_pack::declare::SettingValue;
use yandu_pack::{AnyCondition, Content, Packs};
use yandu_store::{DataFolder, Store};
use yandu_words::id::PackId;

use super::field::Fields;
use super::record::{MIGRATIONS, Records};
use crate::{Error, Result};

/// A state of the packs: which ones, with which files, and what the site sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Of everything below.
    pub digest: String,
    pub packs: Vec<PackCopy>,
    /// The values of the site, by pack and name. A secret is never one of them: packs name secrets, and where they are
    /// kept is no part of a state.
    pub settings: BTreeMap<String, BTreeMap<String, SettingValue>>,
}

/// One pack of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackCopy {
    pub pack: PackId,
    pub version: String,
    /// Of names and bytes of its files; the name of the folder that the copy stands in.
    pub digest: String,
}

/// Packs that somebody offers, with their state.
#[derive(Debug, Clone)]
pub struct Offered {
    pub packs: Arc<Packs>,
    pub state: State,
}

/// The states that a data folder keeps.
#[derive(Debug, Clone)]
pub struct Installed {
    folder: PathBuf,
    pub(crate) records: Records,
}

impl Installed {
    /// Opens the records of installed packs.
    pub async fn open(folder: &DataFolder, store: &Store) -> Result<Self> {
        // Notices are theirs, and get a kind more here.
        store.migrate("collect", crate::store::MIGRATIONS).await?;
        store.migrate("change", MIGRATIONS).await?;
        Ok(Self {
            folder: folder.packs(),
            records: Records::new(store.pool().clone()),
        })
    }

    /// The state of packs that were read from folders. Files that are as they were when they were last read are not read
    /// again.
    pub async fn offered(&self, packs: Packs) -> Result<Offered> {
        let mut copies = Vec::new();
        let mut settings: BTreeMap<String, BTreeMap<String, SettingValue>> = BTreeMap::new();
        for pack in packs.packs() {
            let failed = |source| Error::file("read the pack", pack.folder(), source);
            let content = pack.content().map_err(failed)?;
            let place = pack.folder().canonicalize().map_err(failed)?;
            let place = place.to_string_lossy().into_owned();
            let fingerprint = content.fingerprint();
            let seen = match &fingerprint {
                Some(fingerprint) => self.records.seen(&place, fingerprint).await?,
                None => None,
            };
            let digest = if let Some(digest) = seen {
                digest
            } else {
                let digest = content.digest().map_err(failed)?;
                if let Some(fingerprint) = &fingerprint {
                    self.records.see(&place, fingerprint, &digest).await?;
                }
                digest
            };
            copies.push(PackCopy {
                pack: pack.id().clone(),
                version: pack.file().version.clone(),
                digest,
            });
            let values = pack.overrides();
            if values.len() > 0 {
                settings.insert(
                    pack.id().to_string(),
                    values
                        .map(|(name, value)| (name.to_string(), value.clone()))
                        .collect(),
                );
            }
        }
        Ok(Offered {
            state: State::new(copies, settings)?,
            packs: Arc::new(packs),
        })
    }

    /// The fields that columns are.
    pub async fn fields(&self) -> Result<Fields> {
        self.records.fields().await
    }

    /// Writes down the fields of packs that were installed before changes wrote them down; where any is known, nothing.
    pub async fn settle_fields(&self, packs: &Packs) -> Result<()> {
        self.records.settle_fields(packs).await
    }

    /// Keeps copies of the files of a state; those that are there already stay.
    pub(crate) fn keep(&self, offered: &Offered) -> Result<()> {
        for copy in &offered.state.packs {
            let to = self.copy_folder(copy);
            if to.exists() {
                continue;
            }
            let Some(pack) = offered.packs.pack(&copy.pack) else {
                continue;
            };
            let failed = |source| Error::file("keep a copy of the pack", pack.folder(), source);
            let content = pack.content().map_err(failed)?;
            content.copy(&to).map_err(failed)?;
            let found = Content::of(&to).and_then(|copied| copied.digest());
            if found.map_err(failed)? != copy.digest {
                fs::remove_dir_all(&to).map_err(failed)?;
                return Err(Error::PackMoved(copy.pack.clone()));
            }
        }
        Ok(())
    }

    fn copy_folder(&self, copy: &PackCopy) -> PathBuf {
        self.folder
            .join("kept")
            .join(&copy.digest)
            .join(copy.pack.as_str())
    }

    /// The packs of a state, read from their copies.
    pub(crate) fn load(&self, state: &State) -> Result<Packs> {
        let folders: Vec<PathBuf> = state
            .packs
            .iter()
            .map(|copy| self.copy_folder(copy))
            .collect();
        let loaded = Packs::load(&folders, &AnyCondition);
        if loaded.has_errors() {
            let errors = loaded.problems.iter().filter(|problem| problem.is_error());
            return Err(Error::Packs {
                what: "the installed packs",
                problems: errors.map(ToString::to_string).collect(),
            });
        }
        let mut packs = loaded.packs;
        Self::set_settings(&mut packs, state)?;
        Ok(packs)
    }

    /// The folders of a state's packs but for one of them.
    pub(crate) fn folders_without(&self, state: &State, pack: &str) -> Vec<PathBuf> {
        let others = state.packs.iter().filter(|copy| copy.pack.as_str() != pack);
        others.map(|copy| self.copy_folder(copy)).collect()
    }

    /// Sets what the site sets in a state, as far as the packs have it.
    pub(crate) fn set_settings(packs: &mut Packs, state: &State) -> Result<()> {
        let mut values = Vec::new();
        for (pack, settings) in &state.settings {
            let id: PackId = serde_json::from_value(pack.as_str().into())?;
            for (name, value) in settings {
                values.push((id.clone(), name.clone(), value.clone()));
            }
        }
        packs
            .override_settings(values)
            .map_err(|errors| Error::Packs {
                what: "the settings of the installed packs",
                problems: errors.iter().map(ToString::to_string).collect(),
            })
    }
}

impl State {
    fn new(
        packs: Vec<PackCopy>,
        settings: BTreeMap<String, BTreeMap<String, SettingValue>>,
    ) -> Result<Self> {
        let mut state = Self {
            digest: String::new(),
            packs,
            settings,
        };
        // The order of packs says which needs which, and nothing about what they are.
        state.packs.sort_by(|a, b| a.pack.cmp(&b.pack));
        let text = serde_json::to_vec(&state)?;
        state.digest = blake3::hash(&text).to_hex().to_string();
        Ok(state)
    }
}
