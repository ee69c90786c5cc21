//! One run of a source: fetch what is new, and collect it.

mod report;

use std::path::PathBuf;
use std::sync::Arc;

use yandu_decode::Hints;
use yandu_lake::Principal;
use yandu_pack::Packs;
use yandu_pack::declare::{
    Channel, Engine, FileChannel, FolderChannel, HttpChannel, SourceFile, SqlChannel, Url,
};
use yandu_words::id::SourceId;

use super::mark::Mark;
use super::problem::Problem;
use super::records::{End, Records, Taken};
use super::spool::{Spool, Staged};
use super::{Options, folder, http, place, sql};
use crate::batch::BatchStatus;
use crate::collector::{Cause, Collector, Delivery, Outcome, failure_of};
use crate::error::Why;
use crate::notice::{Notices, Subject};
use crate::secret::Secret;
use crate::{Error, Mode, Result};

/// Why a source is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Somebody asked for it: files that were refused are tried again, and files that are not quiet yet waited for.
    Asked,
    Scheduled,
}

/// What one run works with.
struct Run<'a> {
    collector: &'a Collector,
    principal: &'a Principal,
    packs: &'a Packs,
    source: &'a SourceFile,
    options: Arc<Options>,
    occasion: Occasion,
}

impl Collector {
    /// Fetches what is new from a source and collects it. What has nothing new brings no outcome.
    ///
    /// Waits for a run of the source that is under way. Dropping the future gives up fetching; a delivery that is being
    /// collected is collected.
    pub async fn run_source(
        &self,
        principal: &Principal,
        source: &SourceId,
    ) -> Result<Vec<Outcome>> {
        let turn = self.channels().turn(source);
        let _turn = turn.lock().await;
        self.run_in_turn(principal, source, Occasion::Asked).await
    }

    /// Runs a source whose turn the caller has, and records how it went.
    pub(super) async fn run_in_turn(
        &self,
        principal: &Principal,
        source: &SourceId,
        occasion: Occasion,
    ) -> Result<Vec<Outcome>> {
        let packs = self.packs();
        let declared = packs
            .source(source)
            .ok_or_else(|| Error::NoSource(source.clone()))?;
        let run = Run {
            collector: self,
            principal,
            packs: &packs,
            source: declared.file(),
            options: self.channels().options(),
            occasion,
        };
        let result = run.run().await;
        run.record(&result).await?;
        result.map(|brought| brought.outcomes)
    }

    /// Takes over into the history and the notices of a source that files are handed over for that one came.
    pub(crate) async fn record_upload(&self, source: &SourceId) -> Result<()> {
        let packs = self.packs();
        let Some(file) = packs.source(source).map(yandu_pack::Source::file) else {
            return Ok(());
        };
        if !matches!(file.channel, Channel::Upload(_)) {
            return Ok(());
        }
        let (pool, now) = (self.inner.store.pool(), self.now());
        Records::new(pool).ran(source, End::Succeeded, now).await?;
        let (notices, subject) = (Notices::new(pool), Subject::Source(file));
        notices.recover(subject, CAME, now).await?;
        notices.settle_passed_over(subject, now).await
    }
}

/// What a run brought.
struct Brought {
    outcomes: Vec<Outcome>,
    /// Which rows of the source it passed over, in words.
    unread: Option<String>,
}

/// How a notice is settled.
const CAME: &str = "a delivery came and was collected";

impl Run<'_> {
    async fn run(&self) -> Result<Brought> {
        let outcomes = match &self.source.channel {
            Channel::Folder(channel) => self.folder(channel).await?,
            Channel::File(channel) => self.file(channel).await?,
            Channel::Upload(_) => {
                return Err(Error::SourceRefused {
                    source_id: self.source.source.clone(),
                    message: Why::Plain(
                        "its files are handed over by upload, so there is nothing to fetch"
                            .to_owned(),
                    ),
                });
            }
            Channel::Sql(channel) => return self.sql(channel).await,
            Channel::Http(channel) => self.http(channel).await?,
        };
        Ok(Brought {
            outcomes,
            unread: None,
        })
    }

    fn records(&self) -> Records<'_> {
        Records::new(self.collector.inner.store.pool())
    }

    /// Takes over into the history and the notices how the run ended, and which rows it passed over.
    async fn record(&self, result: &Result<Brought>) -> Result<()> {
        let failure = |outcome: &Outcome| {
            let why = outcome
                .error
                .as_ref()
                .map(|failure| failure.message.as_str());
            let why = why.unwrap_or("the delivery was not collected");
            format!("batch `{}`: {why}", outcome.batch)
        };
        let is_refused = |outcome: &&Outcome| {
            !matches!(
                outcome.status,
                BatchStatus::Collected | BatchStatus::Unchanged
            )
        };
        let (end, failure) = match result {
            // A program that stops, and a delivery that no folder holds, say nothing of the source.
            Err(Error::Cancelled | Error::Stopped(_)) => return Ok(()),
            Ok(Brought { outcomes, .. })
                if outcomes.is_empty() && matches!(self.source.channel, Channel::Folder(_)) =>
            {
                return Ok(());
            }
            Ok(Brought { outcomes, .. }) => {
                let refused: Vec<&Outcome> = outcomes.iter().filter(is_refused).collect();
                let is_all = !outcomes.is_empty() && refused.len() == outcomes.len();
                let end = if is_all { End::Refused } else { End::Succeeded };
                // Why a delivery failed may quote a cell of it.
                let failure = refused.last().map(|outcome| Why::Quoting(failure(outcome)));
                (end, failure)
            }
            Err(error) if error.may_quote_cells() => {
                (End::Failed, Some(Why::Quoting(failure_of(error).message)))
            }
            Err(error) => (End::Failed, Some(Why::Plain(failure_of(error).message))),
        };
        let now = self.collector.now();
        self.records().ran(&self.source.source, end, now).await?;
        let notices = Notices::new(self.collector.inner.store.pool());
        let subject = Subject::Source(self.source);
        if end == End::Succeeded {
            notices.recover(subject, CAME, now).await?;
        }
        if let Some(why) = failure {
            notices.fail(subject, &why, now).await?;
        }
        // After a failure nobody knows which rows the source has now.
        let Ok(Brought { unread, .. }) = result else {
            return Ok(());
        };
        match unread {
            Some(message) => notices.tell_passed_over(subject, message, now).await,
            None => notices.settle_passed_over(subject, now).await,
        }
    }

    /// All files of the folder that wait, in the order of their names.
    async fn folder(&self, channel: &FolderChannel) -> Result<Vec<Outcome>> {
        let taken = self.records().taken(&self.source.source).await?;
        let mut found = self.list(channel).await?;
        if self.occasion == Occasion::Asked && found.iter().any(|file| !file.is_complete) {
            tokio::time::sleep(self.options.quiet).await;
            found = self.list(channel).await?;
        }
        let mut waits = self.occasion == Occasion::Asked;
        let mut outcomes = Vec::new();
        for file in found {
            if !file.is_complete || !self.is_wanted(taken.get(&file.name), &file.fingerprint) {
                continue;
            }
            let staged = Staged::new(&self.collector.folder().staging(), "delivery");
            let (copied, to) = (file.clone(), staged.path().to_owned());
            let copying = tokio::task::spawn_blocking(move || folder::copy(&copied, &to)).await?;
            let copied = copying.map_err(|source| Error::file("copy", &file.path, source))?;
            if copied.is_none() {
                continue;
            }
            let mut delivery = self.delivery(staged.path().to_owned(), file.name.clone());
            let form = self.form();
            if form.is_some() {
                delivery.report = self.handed(channel, &file, staged.path()).await?;
                if delivery.report.is_none() && std::mem::take(&mut waits) {
                    tokio::time::sleep(self.options.quiet).await;
                    delivery.report = self.handed(channel, &file, staged.path()).await?;
                }
                if delivery.report.is_none() {
                    tracing::info!(
                        dataset.id = %self.source.dataset,
                        file.name = file.name,
                        "a report waits for the files that it names"
                    );
                    continue;
                }
            }
            let turn = form.map(|form| self.collector.reporting(form));
            let _turn = match &turn {
                Some(turn) => Some(turn.lock().await),
                None => None,
            };
            let outcome = self.collect(delivery, Some(staged)).await?;
            self.remember(&file.name, &file.fingerprint, &outcome)
                .await?;
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    async fn list(&self, channel: &FolderChannel) -> Result<Vec<folder::Found>> {
        let collector = self.collector.clone();
        let (channel, quiet) = (channel.clone(), self.options.quiet);
        let listing = tokio::task::spawn_blocking(move || {
            let root = collector.folder().root();
            folder::list(
                root,
                &channel.path,
                &channel.pattern,
                quiet,
                &collector.channels().watched,
            )
        });
        listing.await?.map_err(|problem| match problem {
            place::Problem::Io(source) => {
                let path = match &self.source.channel {
                    Channel::Folder(channel) => self.collector.folder().root().join(&channel.path),
                    _ => self.collector.folder().root().to_owned(),
                };
                Error::file("list", &path, source)
            }
            problem => self.refused(problem.to_string()),
        })
    }

    /// A file of the pack, when it is not as it was when it was collected.
    async fn file(&self, channel: &FileChannel) -> Result<Vec<Outcome>> {
        let path = self
            .packs
            .file(&self.source.source.pack(), &channel.path)
            .map_err(|error| self.refused(error.to_string()))?;
        let content = path.clone();
        let hashing = tokio::task::spawn_blocking(move || -> std::io::Result<String> {
            let mut hasher = blake3::Hasher::new();
            std::io::copy(&mut std::fs::File::open(content)?, &mut hasher)?;
            Ok(hasher.finalize().to_hex().to_string())
        });
        let fingerprint = hashing
            .await?
            .map_err(|source| Error::file("read", &path, source))?;
        let taken = self.records().taken(&self.source.source).await?;
        if self.occasion == Occasion::Scheduled
            && !self.is_wanted(taken.get(&channel.path), &fingerprint)
        {
            return Ok(Vec::new());
        }
        let outcome = self
            .collect(self.delivery(path, channel.path.clone()), None)
            .await?;
        self.remember(&channel.path, &fingerprint, &outcome).await?;
        Ok(vec![outcome])
    }

    async fn sql(&self, channel: &SqlChannel) -> Result<Brought> {
        let address = self.database(channel)?;
        let (from, asked) = match (&channel.table, &channel.query) {
            (Some(table), _) => (sql::From::Table(table), table.as_str()),
            (None, Some(query)) => (sql::From::Query(query), "query"),
            (None, None) => {
                return Err(self.refused("it names neither a table nor a query".to_owned()));
            }
        };
        let watermark = channel.watermark.as_deref().filter(|_| self.is_partial());
        let since = self.since(watermark.is_some()).await?;
        let request = sql::Request {
            engine: channel.engine,
            address: match &address {
                Address::Url(secret) => sql::Address::Url(secret.clone()),
                Address::File(path) => sql::Address::File(path),
            },
            from,
            watermark,
            since: since.as_ref(),
            reads_again: self.source.mode == Mode::Upsert,
            options: &self.options,
        };
        let mut spool = self.spool("csv")?;
        let sql::Found { rows, mark, unread } = sql::fetch(&request, &mut spool)
            .await
            .map_err(|problem| self.problem(problem))?;
        if rows == 0 && watermark.is_some() {
            return Ok(Brought {
                outcomes: Vec::new(),
                unread,
            });
        }
        let staged = spool
            .finish()
            .await
            .map_err(|problem| self.problem(problem))?;
        let mut delivery = self.delivery(staged.hand_over(), named(asked, since.as_ref()));
        delivery.hints = Hints {
            encoding: Some("utf-8".to_owned()),
            delimiter: Some(','),
            header_row: Some(1),
            ..Hints::default()
        };
        delivery.is_compared = watermark.is_some();
        let mark = mark.map(|mark| mark.to_text()).transpose()?;
        Ok(Brought {
            outcomes: self.collect_fetched(delivery, mark).await?,
            unread,
        })
    }

    async fn http(&self, channel: &HttpChannel) -> Result<Vec<Outcome>> {
        let secrets = self.collector.secrets();
        let since = self.since(channel.watermark.is_some()).await?;
        let headers = channel
            .headers
            .iter()
            .map(|(name, secret)| Ok((name.clone(), secrets.resolve(secret)?)))
            .collect::<Result<Vec<_>>>()?;
        let url = self.expand(&channel.url)?;
        let request = http::Request {
            channel,
            url: &url,
            headers,
            since: since.as_ref().map(|since| since.value.as_str()),
            options: &self.options,
        };
        let mut spool = self.spool("jsonl")?;
        let fetched = http::fetch(&request, &mut spool)
            .await
            .map_err(|problem| self.problem(problem))?;
        let Some(fetched) = fetched else {
            return Ok(Vec::new());
        };
        let staged = spool
            .finish()
            .await
            .map_err(|problem| self.problem(problem))?;
        // The address with its settings may say more than a record should.
        let mut delivery = self.delivery(staged.hand_over(), named(&channel.url, since.as_ref()));
        delivery.hints.encoding = Some("utf-8".to_owned());
        self.collect_fetched(delivery, fetched.watermark).await
    }

    async fn collect_fetched(
        &self,
        mut delivery: Delivery,
        watermark: Option<String>,
    ) -> Result<Vec<Outcome>> {
        delivery.temporary = true;
        delivery.watermark = watermark;
        Ok(vec![self.collect(delivery, None).await?])
    }

    /// Collects to the end even when the caller goes away, and keeps the copy of a file for as long.
    async fn collect(&self, delivery: Delivery, staged: Option<Staged>) -> Result<Outcome> {
        let (collector, principal) = (self.collector.clone(), self.principal.clone());
        // The semaphore is never closed. Who goes away while waiting here has begun nothing.
        let permit = Arc::clone(&collector.channels().collecting)
            .acquire_owned()
            .await;
        let collecting = tokio::spawn(async move {
            let outcome = collector.collect(&principal, delivery).await;
            drop((staged, permit));
            outcome
        });
        collecting.await?
    }

    fn delivery(&self, path: PathBuf, name: String) -> Delivery {
        Delivery {
            headers: crate::Given::new(),
            dataset: self.source.dataset.clone(),
            source: Some(self.source.source.clone()),
            mode: None,
            path,
            name,
            temporary: false,
            hints: Hints::default(),
            watermark: None,
            is_compared: false,
            cause: match self.occasion {
                Occasion::Scheduled => Cause::Due,
                Occasion::Asked => Cause::Asked,
            },
            report: None,
        }
    }

    /// Whether a file is to be collected as it stands.
    fn is_wanted(&self, taken: Option<&Taken>, fingerprint: &str) -> bool {
        taken.is_none_or(|taken| {
            taken.fingerprint != fingerprint
                || (taken.is_refused && self.occasion == Occasion::Asked)
        })
    }

    async fn remember(&self, path: &str, fingerprint: &str, outcome: &Outcome) -> Result<()> {
        let now = self.collector.now();
        self.records()
            .take(&self.source.source, path, fingerprint, outcome, now)
            .await
    }

    /// A snapshot is the whole, so no watermark cuts it.
    fn is_partial(&self) -> bool {
        self.source.mode != Mode::Snapshot
    }

    async fn since(&self, has_watermark: bool) -> Result<Option<Mark>> {
        if !has_watermark || !self.is_partial() {
            return Ok(None);
        }
        let batches = &self.collector.inner.batches;
        let kept = batches.watermark(&self.source.source).await?;
        Ok(kept.map(Mark::parse))
    }

    fn database(&self, channel: &SqlChannel) -> Result<Address> {
        match &channel.url {
            Url::Secret(secret) => Ok(Address::Url(self.collector.secrets().resolve(secret)?)),
            Url::Text(text) => {
                let text = self.expand(text)?;
                if channel.engine != Engine::Sqlite {
                    return Ok(Address::Url(Secret::new(text)));
                }
                let path = place::inside(self.collector.folder().root(), &text);
                let path = path.map_err(|problem| self.refused(format!("`{text}`: {problem}")))?;
                Ok(Address::File(path))
            }
        }
    }

    fn expand(&self, text: &str) -> Result<String> {
        let settings = self
            .packs
            .settings(&self.source.source.pack())
            .unwrap_or_default();
        settings
            .expand(text)
            .map_err(|error| self.refused(error.to_string()))
    }

    fn spool(&self, extension: &str) -> Result<Spool> {
        Spool::create(
            &self.collector.folder().staging(),
            extension,
            self.options.delivery_bytes,
        )
    }

    fn refused(&self, message: String) -> Error {
        self.problem(Problem::refused(message))
    }

    fn problem(&self, problem: Problem) -> Error {
        problem.of(&self.source.source)
    }
}

enum Address {
    Url(Secret),
    File(PathBuf),
}

/// What was asked of a source, for the records.
fn named(asked: &str, since: Option<&Mark>) -> String {
    match since {
        Some(since) => format!("{asked} since {}", since.value),
        None => asked.to_owned(),
    }
}
