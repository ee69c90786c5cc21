//! The ledger's monthly statement, put where departments put their deliveries, and collected like them.

use std::fs::File;
use std::future::Future;
use std::io::Write as _;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use yandu_http::State;
use yandu_ledger::{Search, Sort, statement};
use yandu_words::calendar::CITY_CLOCK;

use crate::failure::{Failure, Result};

/// The pack that takes statements. Its own datasets are in none: to state them would change them.
const PACK: &str = "ledger";
const DATASET: &str = "ledger.entry";
const FOLDER: &str = "inbox/ledger";

/// How long the ledger has to be quiet before it is stated, and after how long it is even if it is not.
const QUIET: Duration = Duration::from_secs(8);
const LONGEST: Duration = Duration::from_mins(2);
/// The least time from one statement to the next by day: each is a pass over the whole ledger.
const PAUSE: Duration = Duration::from_hours(1);
/// How often it is looked whether another month has begun.
const LOOK: Duration = Duration::from_mins(10);

/// States the ledger whenever it has changed, until `over` is.
pub(crate) async fn keep(state: State, over: impl Future<Output = ()>) {
    let mut over = pin!(over);
    let stating = async {
        let mut changes = state.ledger().changes();
        loop {
            settle(&mut changes).await;
            if let Err(failure) = write(&state).await {
                tracing::error!(error = failure.line(), "the ledger could not be stated");
            }
            tokio::time::sleep(pause(state.collector().store().clock().now())).await;
            // The sender lives as long as the ledger; a new month is stated though nothing changed.
            let _ = tokio::time::timeout(LOOK, changes.changed()).await;
        }
    };
    tokio::select! {
        () = stating => {}
        () = &mut over => {}
    }
}

/// Until the next statement: one is made late in the evening, for the last of a month is what stays.
fn pause(now: Timestamp) -> Duration {
    let now = CITY_CLOCK.to_datetime(now);
    let evening = now.date().at(23, 50, 0, 0);
    let left = Duration::try_from(evening.duration_since(now)).unwrap_or_default();
    if left.is_zero() {
        LOOK
    } else {
        PAUSE.min(left)
    }
}

/// Waits until the ledger is quiet, or has not been for long.
async fn settle(changes: &mut tokio::sync::watch::Receiver<u64>) {
    let calm = async { while tokio::time::timeout(QUIET, changes.changed()).await.is_ok() {} };
    // Too long without calm is as good as calm.
    let _ = tokio::time::timeout(LONGEST, calm).await;
}

/// Writes the statement of the month where it differs from the one that is there.
pub(crate) async fn write(state: &State) -> Result<()> {
    let packs = state.collector().packs();
    let is_taken = packs
        .datasets()
        .any(|dataset| dataset.id().as_str() == DATASET);
    if !is_taken {
        return Ok(());
    }
    let day = state.plans().today();
    let text = text(state, day).await?;
    let folder = state.collector().folder().root().join(FOLDER);
    let name = format!("一本账_{}.csv", day.strftime("%Y%m"));
    tokio::task::spawn_blocking(move || put(&folder, &name, &text))
        .await
        .map_err(|error| Failure::of(&error))?
}

async fn text(state: &State, day: Date) -> Result<Vec<u8>> {
    let mut text = statement::header();
    let mut search = Search {
        sort: Sort::Title,
        limit: 1_000,
        facets: false,
        ..Search::default()
    };
    let mine = format!("{PACK}.");
    loop {
        let page = state.ledger().search(&search).await?;
        let entries = page.hits.into_iter().map(|hit| hit.entry);
        let entries: Vec<_> = entries
            .filter(|entry| !entry.id.as_str().starts_with(&mine))
            .collect();
        text.extend(statement::lines(day, &entries));
        let Some(next) = page.next else {
            return Ok(text);
        };
        search.after = Some(next);
    }
}

/// Puts a file into its place at once, so that nobody reads half of it. The same one again is left alone.
fn put(folder: &Path, name: &str, text: &[u8]) -> Result<()> {
    let path = folder.join(name);
    if std::fs::read(&path).is_ok_and(|known| known == text) {
        return Ok(());
    }
    let part = folder.join(format!("{name}.part"));
    std::fs::create_dir_all(folder).map_err(Failure::io("make", folder))?;
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&part)?;
        file.write_all(text)?;
        file.sync_all()?;
        std::fs::rename(&part, &path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(Failure::io("write", &path))
}

#[cfg(test)]
mod tests {
    use yandu_ledger::{EntryId, Facts};
    use yandu_words::id::DatasetId;

    use super::*;
    use crate::app::App;
    use crate::config::Config;

    async fn city(folder: &Path) -> App {
        let config = Config {
            data: folder.join("data"),
            packs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")],
            now: serde_json::from_value("2025-12-31T20:00+08:00".into()).unwrap(),
            threads: 2,
            ..Config::default()
        };
        App::open(&config).await.ok().unwrap()
    }

    fn statement(folder: &Path) -> String {
        let path = folder.join("data/inbox/ledger/一本账_202512.csv");
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_statement_is_made_late_in_the_evening() {
        let at = |time: &str| pause(format!("2025-12-31T{time}+08:00").parse().unwrap());
        assert_eq!(at("10:00"), PAUSE);
        assert_eq!(at("23:20"), Duration::from_mins(30));
        assert_eq!(at("23:55"), LOOK);
    }

    #[tokio::test]
    async fn the_ledger_states_every_entry_but_those_of_its_own_pack() {
        let folder = tempfile::tempdir().unwrap();
        let app = city(folder.path()).await;
        let resident: DatasetId = "population.resident".parse().unwrap();
        let facts = Facts {
            rows: Some(7),
            score: Some(99.94),
            fresh: Some(false),
            ..Facts::default()
        };
        let ledger = app.state.ledger();
        let mut changes = ledger.changes();
        changes.mark_unchanged();
        ledger
            .note_facts(EntryId::from(&resident).as_str(), facts.clone())
            .await
            .unwrap();
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        ledger.note_facts(resident.as_str(), facts).await.unwrap();
        assert!(!changes.has_changed().unwrap(), "nothing is new");
        write(&app.state).await.ok().unwrap();
        let text = statement(folder.path());
        let line = text
            .lines()
            .find(|line| line.contains("population.resident,"))
            .unwrap();
        let entry = ledger.entry(resident.as_str()).await.unwrap();
        let lacks = entry.lacks.iter().filter(|element| element.is_required());
        let expected = format!(
            "2025-12-01,population.resident,常住人口登记,市公安局,drafted,collect,conditional,closed,{},99.9,false,7",
            lacks.count()
        );
        assert_eq!(line, expected);
        assert!(!text.contains("ledger."), "it would change by itself");
        let entries = app.state.ledger().len();
        let own = text.lines().count() - 1;
        assert!(own > 50 && own < entries, "{own} of {entries}");
        let path = folder.path().join("data/inbox/ledger");
        let before = std::fs::metadata(path.join("一本账_202512.csv")).unwrap();
        write(&app.state).await.ok().unwrap();
        let after = std::fs::metadata(path.join("一本账_202512.csv")).unwrap();
        assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    }
}
