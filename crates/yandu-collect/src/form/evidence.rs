//! Files that go with reports: kept by their content, told by it, and never written anew.

use jiff::Timestamp;
use yandu_lake::Principal;
use yandu_pack::declare::EvidenceKind;
use yandu_store::{document_name, media_type};
use yandu_words::id::DatasetId;

use super::{Exif, Handed, exif, form_of, judge, store};
use crate::collector::Collector;
use crate::{Error, Result};

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// BLAKE3 of its bytes, in hexadecimal.
    pub hash: String,
    pub name: String,
    /// What its content is, whatever its name says.
    pub media_type: String,
    pub size_bytes: u64,
    /// What a photograph says of itself.
    pub exif: Option<Exif>,
    pub kept_by: String,
    pub kept_at: Timestamp,
}

impl Collector {
    /// Keeps a file for a form. It is on the disk and recorded when this returns; the same bytes again are the same file.
    pub async fn keep_evidence(
        &self,
        principal: &Principal,
        id: &DatasetId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Evidence> {
        let packs = self.packs();
        let (_, form) = form_of(&packs, id)?;
        let media_type = media_type(&bytes, self.evidence_bytes())
            .map_err(|refused| Error::FormEvidence(refused.to_string()))?;
        let name = document_name(name);
        if !form.evidence.kinds.contains(&EvidenceKind::of(media_type)) {
            return Err(Error::FormEvidence(judge::wrong_kind(&name, media_type)));
        }
        let size_bytes = bytes.len() as u64;
        let exif = exif::read(media_type, &bytes);
        let documents = self.documents();
        let hash = tokio::task::spawn_blocking(move || documents.keep(&bytes)).await??;
        let evidence = Evidence {
            hash: hash.clone(),
            name,
            media_type: media_type.to_owned(),
            size_bytes,
            exif,
            kept_by: principal.name().to_owned(),
            kept_at: self.now(),
        };
        let reports = store::Reports::new(self.inner.store.pool());
        reports.keep_evidence(id, &evidence).await?;
        Ok(reports.evidence(id, &hash).await?.unwrap_or(evidence))
    }

    /// The largest file that is taken: the limit of the city for all documents that are handed in.
    pub fn evidence_bytes(&self) -> u64 {
        self.packs().document_bytes()
    }

    /// A file of a form with its bytes.
    pub async fn evidence(&self, id: &DatasetId, hash: &str) -> Result<(Evidence, Vec<u8>)> {
        form_of(&self.packs(), id)?;
        let found = self.evidence_record(id, hash).await?;
        let evidence = found.ok_or_else(|| Error::NoEvidence(hash.chars().take(64).collect()))?;
        let (documents, name) = (self.documents(), evidence.hash.clone());
        let bytes = tokio::task::spawn_blocking(move || documents.read(&name)).await??;
        Ok((evidence, bytes))
    }

    pub(crate) async fn evidence_record(
        &self,
        id: &DatasetId,
        hash: &str,
    ) -> Result<Option<Evidence>> {
        let reports = store::Reports::new(self.inner.store.pool());
        reports.evidence(id, hash).await
    }

    /// The files that a report names: those that were kept by whoever sends it, or stand in a report of its unit. Another unit's
    /// file is as absent as one that nobody has handed in.
    pub(super) async fn evidence_of(
        &self,
        id: &DatasetId,
        named: &[String],
        handed: &Handed,
        (sender, unit): (&str, &str),
    ) -> Result<Vec<Evidence>> {
        let mut files: Vec<Evidence> = Vec::with_capacity(named.len());
        for name in named {
            if let Some(why) = handed.refused.get(name) {
                return Err(Error::FormEvidence(why.clone()));
            }
            let hash = handed.files.get(name).unwrap_or(name);
            if files.iter().any(|file| file.hash == *hash) {
                return Err(Error::FormEvidence("one file is named twice".to_owned()));
            }
            let mut found = self.evidence_record(id, hash).await?;
            if let Some(file) = &found
                && file.kept_by != sender
                && sender != Principal::local_administrator().name()
                && !self.is_of_unit(id, hash, unit).await?
            {
                found = None;
            }
            files.push(found.ok_or_else(|| {
                let shown: String = name.chars().take(64).collect();
                Error::FormEvidence(format!("no file `{shown}` was handed in"))
            })?);
        }
        Ok(files)
    }

    /// Whether a unit has handed a file in with a report.
    async fn is_of_unit(&self, id: &DatasetId, hash: &str, unit: &str) -> Result<bool> {
        let filter = super::ReportFilter {
            unit: Some(unit.to_owned()),
            with_file: Some(hash.to_owned()),
            limit: 1,
            ..super::ReportFilter::default()
        };
        Ok(!self.reports(id, &filter).await?.is_empty())
    }

    fn documents(&self) -> yandu_store::Documents {
        yandu_store::Documents::new(self.folder().documents(), self.folder().staging())
    }
}
