//! Reports of a folder, which wait for the files beside them that they name.

use std::collections::BTreeSet;
use std::path::Path;

use yandu_pack::declare::FolderChannel;
use yandu_words::id::DatasetId;

use super::Run;
use crate::channel::folder;
use crate::form::{Handed, REPORT_BYTES, ReportFile, form_of, is_beside, read_bounded};
use crate::{Error, Result};

/// A report waits so many times as long as a file until it is quiet for a file that it names and that is not there.
const PATIENCE: u32 = 20;

impl Run<'_> {
    /// The dataset of the source, when people fill it: then its files are reports.
    pub(super) fn form(&self) -> Option<&DatasetId> {
        let dataset = &self.source.dataset;
        form_of(self.packs, dataset).ok().map(|_| dataset)
    }

    /// Keeps the files beside a report that it names; `None` while one of them is still to come.
    pub(super) async fn handed(
        &self,
        channel: &FolderChannel,
        report: &folder::Found,
        copy: &Path,
    ) -> Result<Option<Handed>> {
        let dataset = &self.source.dataset;
        let (_, form) = form_of(self.packs, dataset)?;
        let mut handed = Handed::default();
        let copy = copy.to_owned();
        let reading = tokio::task::spawn_blocking(move || {
            read_bounded(&copy, REPORT_BYTES as u64)
                .map_err(|source| Error::file("read", &copy, source))
        });
        // What is no report, or names too many files, is refused when it is collected.
        let names = match ReportFile::parse(&reading.await??) {
            Ok(file) if file.evidence.len() <= usize::from(form.evidence.most) => file.evidence,
            _ => return Ok(Some(handed)),
        };
        let names: BTreeSet<String> = names.into_iter().filter(|name| is_beside(name)).collect();
        let Some(files) = self.beside(channel, report, names).await? else {
            return Ok(None);
        };
        let most = self.collector.evidence_bytes();
        for file in files {
            let name = file.name.clone();
            let reading = tokio::task::spawn_blocking(move || folder::read(&file, most));
            let bytes = match reading.await? {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Ok(None),
                Err(error) => {
                    let why = format!("`{name}` cannot be read: {error}");
                    handed.refused.insert(name, why);
                    continue;
                }
            };
            let kept = self
                .collector
                .keep_evidence(self.principal, dataset, &name, bytes);
            match kept.await {
                Ok(kept) => drop(handed.files.insert(name, kept.hash)),
                Err(Error::FormEvidence(why)) => drop(handed.refused.insert(name, why)),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(handed))
    }

    /// The files of the folder that a report names; `None` while one of them is still being copied, or is not there and
    /// the report has not waited long for it.
    async fn beside(
        &self,
        channel: &FolderChannel,
        report: &folder::Found,
        names: BTreeSet<String>,
    ) -> Result<Option<Vec<folder::Found>>> {
        let collector = self.collector.clone();
        let (folder, report) = (channel.path.clone(), report.clone());
        let quiet = self.options.quiet;
        let looking = tokio::task::spawn_blocking(move || {
            let root = collector.folder().root();
            let watched = &collector.channels().watched;
            let mut files = Vec::new();
            let mut absent = Vec::new();
            for name in names {
                match folder::find(root, &folder, &name, quiet, watched) {
                    Some(file) => files.push(file),
                    None => absent.push(name),
                }
            }
            let report = watched.look(report.name, report.path, quiet.saturating_mul(PATIENCE));
            let has_waited = report.is_none_or(|report| report.is_complete);
            (files, absent, has_waited)
        });
        let (files, absent, has_waited) = looking.await?;
        if files.iter().any(|file| !file.is_complete) {
            return Ok(None);
        }
        if has_waited {
            return Ok(Some(files));
        }
        for name in absent {
            // What is no file of the folder may be the hash of one that was handed in before.
            let dataset = &self.source.dataset;
            let known = self.collector.evidence_record(dataset, &name).await?;
            if known.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(files))
    }
}
