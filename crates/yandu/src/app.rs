//! The composition: data folder, records, lake, packs, collection, and the router over them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::time::Instant;
use yandu_access::{Accounts, CITY_SOURCE, Door, Key};
use yandu_classify::Classification;
use yandu_collect::change::Settles as _;
use yandu_collect::secret::Secrets;
use yandu_collect::{Collector, PackChanges, change};
use yandu_http::State;
use yandu_http::classification::{PackLowerings, Renewals, Settling};
use yandu_lake::{Lake, Principal};
use yandu_ledger::Ledger;
use yandu_metrics::Metrics;
use yandu_pack::declare::SettingValue;
use yandu_pack::{AnyCondition, Packs};
use yandu_plan::Plans;
use yandu_policy::Source;
use yandu_store::{DataFolder, Store};
use yandu_transform::Transform;
use yandu_transform::lineage::Lineages;
use yandu_words::id::{IdError, PackId};
use yandu_words::{RoleId, Title};

use crate::city;
use crate::config::Config;
use crate::facts;
use crate::failure::{Failure, Result};
use crate::local;
use crate::told;

/// How often it is looked whether work under way has ended.
const LOOK: Duration = Duration::from_millis(20);
/// How long cancelled work may take to roll back.
const ROLL_BACK: Duration = Duration::from_secs(30);

/// A running city.
pub(crate) struct App {
    pub(crate) state: State,
    pub(crate) router: Router,
    store: Store,
    /// What a request of this process shows.
    pub(crate) local_key: String,
    pub(crate) rights: told::Rights,
}

impl App {
    /// Opens everything. Costs nothing for each dataset but its declaration.
    pub(crate) async fn open(config: &Config) -> Result<Self> {
        // Before the data is opened: what is set wrongly changes nothing.
        let openid = config.openid.options()?;
        let folder = DataFolder::open(&config.data)?;
        let offered = read_packs(config)?;
        if let Ok(packs) = &offered {
            tell_of_city(packs);
        }
        let store = Store::open_with(&folder.records(), config.now.clock()).await?;
        let clock = store.clock().clone();
        let local_key = local::write(&folder)?;
        if clock.is_standing() {
            tracing::warn!(clock.at = %clock.now(), "the clock stands: nothing falls due by itself");
        }
        let options = yandu_lake::Options {
            memory_bytes: usize::try_from(config.query_memory.0).unwrap_or(usize::MAX),
            lookup_bytes: usize::try_from(config.lookup_memory.0).unwrap_or(usize::MAX),
            query_seconds: config.query_seconds,
            threads: config.threads(),
            keep_days: config.keep_days,
            now: yandu_lake::Now::from(move || clock.now()),
            ..yandu_lake::Options::new(folder.root())
        };
        let lake = Lake::open(options)?;
        let me = Principal::local_administrator();
        let (installed, started) = match offered {
            Ok(packs) => change::start(&folder, &store, &lake, packs, me.name()).await?,
            Err(problems) => {
                let before =
                    change::start_as_before(&folder, &store, &lake, problems.clone()).await?;
                before.ok_or_else(|| at_fault(problems))?
            }
        };
        if let Some(plan) = &started.waiting {
            tell_waiting(plan);
        }
        tell_refused(&started.refused);
        let lineages = Lineages::default();
        let until_confirmed = config.classification.until_confirmed;
        let classification = Classification::open(store.clone(), until_confirmed).await?;
        let settling = Settling::new(classification.clone(), lineages.clone());
        // Grades that were decided hold before anybody reads.
        let fields = installed.fields().await?;
        let packs = Arc::new(settled(&settling, &started.packs, &fields).await?);
        let ledger = Ledger::open(store.clone(), &folder.root().join("ledger")).await?;
        // The rest opens beside it; nobody reads before both are done.
        let syncing = tokio::spawn({
            let (ledger, packs) = (ledger.clone(), Arc::clone(&packs));
            async move { ledger.sync_packs(&packs).await }
        });
        let collector =
            Collector::open(folder, store.clone(), lake, packs, config.threads()).await?;
        let limits = yandu_http::Options {
            local_key: local_key.clone(),
            query_rows: config.query_rows,
            upload_bytes: config.upload_limit.0,
            names: config
                .tls
                .names
                .iter()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
            fonts: config.fonts(),
            sharing: config.sharing(),
            openid,
            visitors: config.visitors.options(),
            lineages,
            areas: city::read_areas(config)?,
            site_name: config.site_name.trim().to_owned(),
            ..yandu_http::Options::default()
        };
        let transform = Transform::open(
            collector.folder().clone(),
            store.clone(),
            collector.lake().clone(),
            collector.packs(),
        )
        .await?;
        let plans = Plans::open(store.clone(), collector.folder(), read_bindings(config)?).await?;
        let changes = PackChanges::new(collector.clone(), installed, offer(config));
        changes.settle_by(Arc::new(settling));
        changes.set_refused(started.refused);
        let metrics =
            Metrics::open(store.clone(), collector.lake().clone(), &collector.packs()).await?;
        let door = open_door(config, &collector).await?;
        let rights = told::Rights {
            door: door.clone(),
            lake: collector.lake().clone(),
            folder: city_folder(config),
            city: city_policies(config)?,
            roles: city_roles(config),
            turn: Arc::default(),
            before: Arc::default(),
        };
        // What is wrong with the policies is told by the door, and keeps nobody from starting the city to mend it.
        let _ = rights.set(|| collector.packs()).await;
        syncing.await.map_err(|error| Failure::of(&error))??;
        told::tell(&changes, &ledger, &transform, &metrics, rights.clone());
        changes.tell(Arc::new(PackLowerings::new(classification.clone())));
        changes.tell_newest().await?;
        rights.note_city(me.name()).await?;
        if !started.to_note.is_empty() {
            let (changes, datasets) = (changes.clone(), started.to_note);
            tokio::spawn(async move {
                if let Err(error) = changes.note_again(&datasets).await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "findings speak of the rules of before"
                    );
                }
            });
        }
        let state = State::new(collector, ledger, transform, metrics, plans, door, limits);
        changes.tell(Arc::new(Renewals::of(&state)));
        state.set_pack_changes(changes);
        state.set_classification(classification);
        Ok(Self {
            router: yandu_http::router(state.clone()),
            state,
            store,
            local_key,
            rights,
        })
    }

    /// Waits until nothing is under way, at most `grace`; what is left then is cancelled and rolled back.
    pub(crate) async fn settle(&self, grace: Duration) {
        self.state.stop();
        let (collector, transform) = (self.state.collector(), self.state.transform());
        transform.stop();
        if !wait(grace, || self.state.is_idle()).await {
            tracing::warn!(
                collections = collector.active(),
                refreshes = transform.active(),
                "collections and refreshes under way are cancelled"
            );
            collector.cancel_all();
            transform.cancel_all();
            wait(ROLL_BACK, || collector.active() + transform.active() == 0).await;
        }
        if let Err(failure) = facts::note(&self.state).await {
            tracing::error!(
                error = failure.line(),
                "the ledger could not be told of the datasets"
            );
        }
    }

    /// Writes down what is only in memory. The data folder is free when the last clone of the state is gone.
    pub(crate) async fn close(self) -> Result<()> {
        self.state.door().receipts().close().await?;
        self.state.ledger().close().await?;
        self.store.close().await?;
        Ok(())
    }
}

/// The packs with what the city has settled of their fields. Without that nothing is opened: what was made more sensitive would not
/// be any more.
async fn settled(settling: &Settling, packs: &Packs, fields: &change::Fields) -> Result<Packs> {
    let settled = settling.settled(packs, fields).await;
    settled
        .map_err(|error| Failure::new(format!("what is settled of fields cannot be read: {error}")))
}

/// What the city proposes that targets of its plan are bound to: a file in the folder of the city, or that of the built-in one.
pub(crate) fn read_bindings(config: &Config) -> Result<Vec<yandu_plan::Proposal>> {
    const BUILT_IN: &[u8] = include_bytes!("../../../city/yancheng/plan/bindings.csv");
    let Some(city) = &config.city else {
        return Ok(yandu_plan::read_proposals(BUILT_IN)?);
    };
    let path = city.join("plan/bindings.csv");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let bytes = std::fs::read(&path).map_err(Failure::io("read", &path))?;
    yandu_plan::read_proposals(&bytes).map_err(|error| {
        let told = Failure::of(&error).line();
        Failure::new(format!("`{}`: {told}", path.display())).help(
            "`docs/plans.md` says what stands in this file; `yandu pack check` looks at it too",
        )
    })
}

/// Says in the log which rows of packs the city has its own in the place of.
fn tell_of_city(packs: &Packs) {
    for pack in packs.packs() {
        for (path, file) in pack.laid() {
            tracing::info!(
                pack.id = %pack.id(),
                pack.file = path,
                file.path = %file.display(),
                "rows of the city take the place of those of the pack"
            );
        }
    }
}

/// Opens the accounts and the door under the key of the site.
async fn open_door(config: &Config, collector: &Collector) -> Result<Door> {
    let secrets = Secrets::new(collector.folder().root());
    let key = secrets.derived_key("yandu 2026 accounts and masks").unwrap_or_else(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the key of the site is missing: second factors cannot be opened, and hashes of masks are others until it is back"
        );
        rand::random()
    });
    let store = collector.store().clone();
    let settings = yandu_access::Settings {
        identities: config.openid.rules(),
        ..config.accounts.clone()
    };
    let accounts = Accounts::open(store.clone(), settings, Key::new(key)).await?;
    let lake = collector.lake().clone();
    Ok(Door::open(store, accounts, lake, Key::new(key)).await?)
}

/// The folder of the city by the one name that it has from wherever the program is started.
fn city_folder(config: &Config) -> Option<String> {
    let city = config.city.as_ref()?;
    let whole = std::fs::canonicalize(city).unwrap_or_else(|_| city.clone());
    Some(whole.to_string_lossy().into_owned())
}

/// The policies in the folder of the city.
fn city_policies(config: &Config) -> Result<Vec<Source>> {
    city_policy_files(config)?
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
            Ok(Source {
                name: CITY_SOURCE.into(),
                file: path.to_string_lossy().into(),
                text,
            })
        })
        .collect()
}

/// The files of those.
pub(crate) fn city_policy_files(config: &Config) -> Result<Vec<PathBuf>> {
    let folder = config.city.as_ref().map(|city| city.join("policies"));
    match folder.filter(|folder| folder.is_dir()) {
        Some(folder) => policy_files(&folder),
        None => Ok(Vec::new()),
    }
}

/// The roles in the folder of the city. Of a file that has errors none is there, so that policies which name one do not hold: nothing is
/// open then, and nobody is kept from starting the city to mend it.
fn city_roles(config: &Config) -> BTreeMap<RoleId, Title> {
    let file = config.city.as_ref().map(|city| city.join("roles.yaml"));
    let Some(file) = file.filter(|file| file.is_file()) else {
        return BTreeMap::new();
    };
    yandu_pack::read_roles(&file).unwrap_or_else(|problems| {
        for problem in problems {
            tracing::error!(
                file.path = %problem.file.display(),
                file.line = problem.span.map(|span| span.line),
                help = problem.help,
                "the city has none of the roles of its folder: {}",
                problem.message
            );
        }
        BTreeMap::new()
    })
}

/// The files of policies in a folder, in the order in which they are read.
pub(crate) fn policy_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(Failure::io("list", folder))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "cedar"))
        .collect();
    paths.sort();
    Ok(paths)
}

/// Says on stderr that the packs of the folder are not the ones that are used.
fn tell_waiting(plan: &change::Plan) {
    let touched = plan
        .datasets
        .iter()
        .filter(|dataset| dataset.touches_rows());
    let how = match touched.count() {
        0 => "opens more than before".to_owned(),
        count => format!("touches stored rows of {count} datasets"),
    };
    let note = format!(
        "note: the packs were changed in a way that {how}, and the installed ones are used; \
         `yandu pack plan` says what the change would do, `yandu pack apply` does it\n"
    );
    // There is nobody left to tell when stderr is gone.
    let _ = std::io::stderr().lock().write_all(note.as_bytes());
}

/// Says in the log and on stderr what is wrong with the packs of the folder.
fn tell_refused(problems: &[String]) {
    if problems.is_empty() {
        return;
    }
    for problem in problems {
        tracing::error!("{problem}");
    }
    let note = "note: the packs have errors, and the installed ones are used; `yandu pack check` shows what is wrong\n";
    // There is nobody left to tell when stderr is gone.
    let _ = std::io::stderr().lock().write_all(note.as_bytes());
}

/// Reads the packs that are offered, whenever somebody asks for them.
fn offer(config: &Config) -> Box<change::Offer> {
    let config = config.clone();
    Box::new(move || {
        load_packs(&config).map_err(|failure| yandu_collect::Error::Packs {
            what: "the offered packs",
            problems: failure.details,
        })
    })
}

/// Whether something came true within a time.
async fn wait(time: Duration, is_true: impl Fn() -> bool) -> bool {
    let end = Instant::now() + time;
    while !is_true() {
        if Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(LOOK).await;
    }
    true
}

/// Reads the packs. Their SQL is compiled when it is used, before they are installed, or by `yandu pack check`.
pub(crate) fn load_packs(config: &Config) -> Result<Packs> {
    read_packs(config)?.map_err(at_fault)
}

fn at_fault(problems: Vec<String>) -> Failure {
    Failure {
        details: problems,
        ..Failure::new("the packs have errors")
    }
    .code("packs")
    .help("mend them; `yandu pack check` shows them all")
}

/// The packs, or what is wrong with them. What is wrong with the folder of the city or the configuration is a failure.
fn read_packs(config: &Config) -> Result<std::result::Result<Packs, Vec<String>>> {
    let mut folders = config.pack_folders();
    // The packs of the site stand beside its data.
    let site = change::site_folder(&config.data);
    if site.join("pack.yaml").is_file() {
        folders.push(site);
    }
    let loaded = Packs::load(&folders, &AnyCondition);
    if loaded.has_errors() {
        let problems = loaded.problems.iter().filter(|problem| problem.is_error());
        return Ok(Err(problems.map(ToString::to_string).collect()));
    }
    let mut packs = loaded.packs;
    let problems = city::lay_rows(config, &mut packs);
    if !problems.is_empty() {
        return Err(Failure {
            details: problems.iter().map(ToString::to_string).collect(),
            ..Failure::new("the folder of the city has errors")
        }
        .code("packs")
        .help(
            "mend them; `yandu pack check` shows all that is wrong with the folder of the city",
        ));
    }
    override_settings(config, &mut packs)?;
    Ok(Ok(packs))
}

/// Sets what follows from the divisions of the city, and over that what the configuration says.
pub(crate) fn override_settings(config: &Config, packs: &mut Packs) -> Result<()> {
    let mut values = city::settings(packs)?;
    for (pack, settings) in &config.settings {
        let id: PackId = pack
            .parse()
            .map_err(|error: IdError| Failure::new(format!("`settings.{pack}`: {error}")))?;
        for (name, value) in settings {
            let json = match value {
                // TOML has days of its own, and packs write them as texts.
                toml::Value::Datetime(day) => day.to_string().into(),
                value => serde_json::to_value(value).map_err(|error| Failure::of(&error))?,
            };
            let json = as_text(packs, &id, name, json);
            let value: SettingValue = serde_json::from_value(json).map_err(|_| {
                Failure::new(format!(
                    "`settings.{pack}.{name}` is no text, no number and neither true nor false"
                ))
            })?;
            values.push((id.clone(), name.clone(), value));
        }
    }
    packs.override_settings(values).map_err(|errors| Failure {
        details: errors.iter().map(|error| format!("  {error}")).collect(),
        ..Failure::new("the configuration sets what the packs do not have")
            .help("`settings` in the pack.yaml of a pack says what can be set, and how")
    })
}

/// On a command line nothing tells the text `320902` from a number; what the pack declares does.
fn as_text(
    packs: &Packs,
    pack: &PackId,
    name: &str,
    value: serde_json::Value,
) -> serde_json::Value {
    let settings = packs.settings(pack);
    let declared = settings.as_ref().and_then(|settings| settings.value(name));
    let is_text = matches!(declared, Some(SettingValue::Text(_)));
    match value {
        serde_json::Value::Number(number) if is_text => number.to_string().into(),
        serde_json::Value::Bool(flag) if is_text => flag.to_string().into(),
        other => other,
    }
}

/// Whether a path is a data folder, or could be opened as one.
pub(crate) fn is_data_folder(path: &Path) -> bool {
    path.join("format.json").is_file()
}
