//! The site's own pack: queries that somebody saved as models. It is a pack as any other, kept in the data folder.

mod declare;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yandu_lake::{Principal, ReadPoint};
use yandu_pack::{Packs, Problem};
use yandu_words::id::DatasetId;

use super::apply::require;
use super::changes::PackChanges;
use super::installed::{Installed, Offered};
use super::record::ChangeRecord;
use crate::expectation::SqlConditions;
use crate::{Error, Result};

/// The name of the site's pack, and of its folder.
pub const SITE: &str = "site";

/// A query that is to be a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedModel {
    /// The name of the dataset in the site's pack.
    pub name: String,
    /// In Chinese.
    pub title: String,
    pub about: Option<String>,
    /// The department that answers for it.
    pub owner: Option<String>,
    pub sql: String,
}

/// The folder of the site's pack in a data folder.
pub fn site_folder(data: &Path) -> PathBuf {
    data.join("packs").join(SITE)
}

/// Where the pack stood until another one took its place, for as long as it took.
fn former(folder: &Path) -> PathBuf {
    folder.with_file_name(".site.former")
}

/// Puts the site's pack back when a process ended while another one took its place.
pub fn settle_site(data: &Path) -> Result<()> {
    let folder = site_folder(data);
    let former = former(&folder);
    if !former.exists() {
        return Ok(());
    }
    let failed = |source| Error::file("put back the pack in", &folder, source);
    if folder.exists() {
        return fs::remove_dir_all(&former).map_err(failed);
    }
    fs::rename(&former, &folder).map_err(failed)
}

impl PackChanges {
    /// Saves a query as a model of the site's pack, in place of the one with its name.
    pub async fn save_model(
        &self,
        principal: &Principal,
        model: &SavedModel,
        reason: &str,
    ) -> Result<ChangeRecord> {
        require(reason)?;
        let id = Self::model_id(&model.name)?;
        let session = self
            .inner
            .collector
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default());
        let columns = session.describe(&model.sql).await?;
        let lineage = session.lineage(&model.sql).await?;
        let packs = self.inner.collector.packs();
        let text = declare::dataset(&packs, &id, model, &columns, &lineage)?;
        let needs = declare::needs(&lineage);
        self.change_site(principal, reason, |folder| {
            declare::pack(folder, &needs)?;
            let models = folder.join("models");
            fs::create_dir_all(&models)?;
            let sql = model.sql.trim().trim_end_matches(';');
            fs::write(
                models.join(format!("{}.sql", model.name)),
                format!("{sql}\n"),
            )?;
            fs::write(models.join(format!("{}.yaml", model.name)), &text)
        })
        .await
    }

    /// Removes a model of the site's pack. Its rows stay in the data folder, and no reader sees them.
    pub async fn delete_model(
        &self,
        principal: &Principal,
        name: &str,
        reason: &str,
    ) -> Result<ChangeRecord> {
        require(reason)?;
        let id = Self::model_id(name)?;
        if self.inner.collector.packs().dataset(&id).is_none() {
            return Err(Error::NoDataset(id));
        }
        self.change_site(principal, reason, |folder| {
            let models = folder.join("models");
            fs::remove_file(models.join(format!("{name}.yaml")))?;
            fs::remove_file(models.join(format!("{name}.sql")))
        })
        .await
    }

    fn model_id(name: &str) -> Result<DatasetId> {
        format!("{SITE}.{name}")
            .parse()
            .map_err(|error: yandu_words::id::IdError| Error::Model {
                name: name.to_owned(),
                message: error.to_string(),
                line: None,
                column: None,
                help: Some("write small letters, digits and `_`, a letter first".to_owned()),
            })
    }

    /// Changes a copy of the site's pack, checks it, and installs it in place of the former one. Other packs that are
    /// offered go on waiting.
    async fn change_site(
        &self,
        principal: &Principal,
        reason: &str,
        change: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<ChangeRecord> {
        let _one = self.one()?;
        let data = self.inner.collector.folder();
        let folder = site_folder(data.root());
        let draft = data
            .staging()
            .join(uuid::Uuid::now_v7().to_string())
            .join(SITE);
        let failed = |source| Error::file("write the pack in", &folder, source);
        fs::create_dir_all(&draft).map_err(failed)?;
        if folder.exists() {
            copy(&folder, &draft).map_err(failed)?;
        }
        change(&draft).map_err(failed)?;
        let present = self.present().await?;
        let installed = self.inner.installed.folders_without(&present.state, SITE);
        Self::load_site(&installed, &draft, &present)?;
        put(&draft, &folder).map_err(failed)?;
        let installing = async {
            let packs = Self::load_site(&installed, &folder, &present)?;
            let offered = self.inner.installed.offered(packs).await?;
            self.install(principal, reason, offered, None).await
        };
        let done = installing.await;
        let former = former(&folder);
        if done.is_err() {
            fs::remove_dir_all(&folder).map_err(failed)?;
            if former.exists() {
                fs::rename(&former, &folder).map_err(failed)?;
            }
        } else if former.exists() {
            fs::remove_dir_all(&former).map_err(failed)?;
        }
        done
    }

    /// The installed packs with the site's pack in a folder, when nothing in it is wrong.
    fn load_site(installed: &[PathBuf], site: &Path, present: &Offered) -> Result<Packs> {
        let mut folders = installed.to_vec();
        folders.push(site.to_owned());
        let loaded = Packs::load(&folders, &SqlConditions);
        if let Some(problem) = loaded.problems.iter().find(|problem| problem.is_error()) {
            return Err(refused(problem));
        }
        let mut packs = loaded.packs;
        Installed::set_settings(&mut packs, &present.state)?;
        Ok(packs)
    }
}

fn refused(problem: &Problem) -> Error {
    let name = problem.file.file_stem().unwrap_or_default();
    Error::Model {
        name: name.to_string_lossy().into_owned(),
        message: problem.message.clone(),
        line: problem.span.map(|span| span.line as u64),
        column: problem.span.map(|span| span.column as u64),
        help: problem.help.clone(),
    }
}

/// Puts a folder in the place of another, which is kept beside it until somebody removes it.
fn put(draft: &Path, folder: &Path) -> io::Result<()> {
    let former = former(folder);
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    if former.exists() {
        fs::remove_dir_all(&former)?;
    }
    if folder.exists() {
        fs::rename(folder, &former)?;
    }
    fs::rename(draft, folder)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
