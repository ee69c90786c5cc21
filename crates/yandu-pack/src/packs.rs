//! The packs of a site, as they were read and checked.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;
use yandu_words::{
    BoardId, ClassificationId, CodeListId, ColumnName, DatasetId, IndicatorSetId, MetricId, PackId,
    PageId, RoleId, SourceId, Title,
};

use crate::content::Content;
use crate::dataset::{Dataset, Headers};
use crate::declare::{
    BoardFile, ClassificationFile, CodeListFile, IndicatorFile, Literal, MetricFile, PackFile,
    PageFile, Setting, SettingValue, SourceFile, Test,
};
use crate::model::{Expanded, Model};
use crate::policy;
use crate::settled::Settled;

/// All packs of a site, with lookups by id.
///
/// Packs come in the order of their needs: one that is needed stands before those that need it.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_field_names, reason = "all packs hold packs and more")]
pub struct Packs {
    pub(crate) packs: IndexMap<PackId, Pack>,
    pub(crate) datasets: IndexMap<DatasetId, Dataset>,
    pub(crate) models: IndexMap<DatasetId, Model>,
    pub(crate) pages: IndexMap<PageId, PageFile>,
    pub(crate) indicators: IndexMap<IndicatorSetId, IndicatorFile>,
    pub(crate) classifications: IndexMap<ClassificationId, ClassificationFile>,
    pub(crate) metrics: IndexMap<MetricId, MetricFile>,
    pub(crate) boards: IndexMap<BoardId, BoardFile>,
    pub(crate) sources: IndexMap<SourceId, Source>,
    pub(crate) code_lists: IndexMap<CodeListId, CodeListFile>,
    pub(crate) policies: Vec<Policy>,
}

/// A file of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The folder of its pack, after which its policies are named.
    pub pack: String,
    pub path: PathBuf,
    /// In Cedar.
    pub text: String,
}

/// One pack.
#[derive(Debug, Clone)]
pub struct Pack {
    pub(crate) file: PackFile,
    pub(crate) folder: PathBuf,
    pub(crate) tests: Vec<PackTest>,
    pub(crate) overrides: IndexMap<ColumnName, SettingValue>,
    /// Files of a city in the place of those that the pack carries, by their paths in the pack.
    pub(crate) laid: BTreeMap<String, PathBuf>,
}

/// A test of a pack, and the file that it stands in.
#[derive(Debug, Clone)]
pub struct PackTest {
    pub path: PathBuf,
    pub test: Test,
}

/// One source of rows.
#[derive(Debug, Clone)]
pub struct Source {
    pub(crate) file: SourceFile,
    pub(crate) path: PathBuf,
}

/// A path that does not lead to a file of a pack.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    #[error("there is no pack `{0}`")]
    NoPack(PackId),
    #[error("the path `{0}` leads out of its folder")]
    Outside(String),
    #[error("the pack has no file `{path}`")]
    Missing {
        path: String,
        source: std::io::Error,
    },
    #[error("`{0}` is no file")]
    NotAFile(String),
}

/// A value that a site cannot set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    #[error("there is no pack `{0}`")]
    NoPack(PackId),
    #[error("the pack `{pack}` has no setting `{name}`")]
    Unknown { pack: PackId, name: String },
    #[error("the setting `{name}` of the pack `{pack}` is {expected}, and not {found}")]
    Kind {
        pack: PackId,
        name: ColumnName,
        expected: &'static str,
        found: &'static str,
    },
}

/// A text uses a setting that its pack does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    #[error("the pack has no setting `{0}`")]
    Unknown(String),
    #[error("`${{` is never closed")]
    Open,
}

impl Packs {
    pub fn pack(&self, id: &PackId) -> Option<&Pack> {
        self.packs.get(id)
    }

    pub fn packs(&self) -> impl ExactSizeIterator<Item = &Pack> {
        self.packs.values()
    }

    pub fn dataset(&self, id: &DatasetId) -> Option<&Dataset> {
        self.datasets.get(id)
    }

    /// The datasets, each after those that it refers to, as far as no circle is in the way.
    pub fn datasets(&self) -> impl ExactSizeIterator<Item = &Dataset> {
        self.datasets.values()
    }

    pub fn model(&self, id: &DatasetId) -> Option<&Model> {
        self.models.get(id)
    }

    /// The models, in the order of [`Self::datasets`]; what each reads is known to whoever compiles it.
    pub fn models(&self) -> impl ExactSizeIterator<Item = &Model> {
        self.models.values()
    }

    /// The SELECT of a model with the settings of its pack put in.
    pub fn sql_of(&self, model: &Model) -> Result<String, ExpandError> {
        let settings = self.settings(&model.pack()).unwrap_or_default();
        Ok(Expanded::new(&settings, model.sql())?.text)
    }

    pub fn page(&self, id: &PageId) -> Option<&PageFile> {
        self.pages.get(id)
    }

    /// The pages, in the order of their packs.
    pub fn pages(&self) -> impl ExactSizeIterator<Item = &PageFile> {
        self.pages.values()
    }

    /// A page with the settings of its pack put into its SQL.
    pub fn expanded_page(&self, page: &PageFile) -> Result<PageFile, ExpandError> {
        let settings = self.settings(&page.page.pack()).unwrap_or_default();
        let mut page = page.clone();
        let tiles = page.tiles.iter_mut().map(|tile| &mut tile.sql);
        let charts = page.charts.iter_mut().map(|chart| &mut chart.sql);
        for sql in tiles.chain(charts) {
            *sql = Expanded::new(&settings, sql)?.text;
        }
        Ok(page)
    }

    pub fn indicator_set(&self, id: &IndicatorSetId) -> Option<&IndicatorFile> {
        self.indicators.get(id)
    }

    /// The sets of indicators, in the order of their ids.
    pub fn indicator_sets(&self) -> impl ExactSizeIterator<Item = &IndicatorFile> {
        self.indicators.values()
    }

    /// The sets of rules of classification, in the order of their ids.
    pub fn classifications(&self) -> impl ExactSizeIterator<Item = &ClassificationFile> {
        self.classifications.values()
    }

    pub fn metric(&self, id: &MetricId) -> Option<&MetricFile> {
        self.metrics.get(id)
    }

    /// The metrics, in the order of their ids.
    pub fn metrics(&self) -> impl ExactSizeIterator<Item = &MetricFile> {
        self.metrics.values()
    }

    /// A board with the tiles of those that it extends.
    pub fn board(&self, id: &BoardId) -> Option<BoardFile> {
        let mut chain = vec![self.boards.get(id)?];
        while let Some(below) = chain.last().and_then(|last| last.extends.as_ref()) {
            let below = self.boards.get(below)?;
            if chain.iter().any(|known| known.board == below.board) {
                return None;
            }
            chain.push(below);
        }
        let mut chain = chain.into_iter().rev();
        let first = chain.next()?.clone();
        Some(chain.fold(first, |below, board| board.over(&below)))
    }

    /// The boards as their files say, in the order of their ids.
    pub fn boards(&self) -> impl ExactSizeIterator<Item = &BoardFile> {
        self.boards.values()
    }

    /// A metric with the settings of its pack put into its SQL.
    pub fn expanded_metric(&self, metric: &MetricFile) -> Result<MetricFile, ExpandError> {
        let settings = self.settings(&metric.metric.pack()).unwrap_or_default();
        let mut metric = metric.clone();
        for sql in metric.condition.iter_mut().chain([&mut metric.measure]) {
            *sql = Expanded::new(&settings, sql)?.text;
        }
        Ok(metric)
    }

    pub fn source(&self, id: &SourceId) -> Option<&Source> {
        self.sources.get(id)
    }

    /// The sources, in the order of their datasets.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = &Source> {
        self.sources.values()
    }

    /// The files of policies, in the order of their packs' folders.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The roles that packs know, each as the first pack calls it.
    pub fn roles(&self) -> BTreeMap<RoleId, Title> {
        let mut roles = BTreeMap::new();
        for (role, title) in self.packs.values().flat_map(|pack| &pack.file.roles) {
            roles.entry(role.clone()).or_insert_with(|| title.clone());
        }
        roles
    }

    /// The datasets as policies see them.
    pub fn city(&self) -> yandu_policy::City {
        policy::city(self.datasets.values(), self.roles().into_keys())
    }

    /// The same packs with what a city has settled of their fields and grades, instead of whatever was settled before.
    #[must_use]
    pub fn settled(&self, settled: &Settled) -> Self {
        let mut packs = self.clone();
        for (id, dataset) in &mut packs.datasets {
            dataset.settle(settled.of(id));
        }
        packs
    }

    /// The same packs with what was laid over others, as far as they have the same columns.
    #[must_use]
    pub fn settled_like(&self, before: &Self) -> Self {
        let mut packs = self.clone();
        for (id, dataset) in &mut packs.datasets {
            dataset.settle(before.dataset(id).map(Dataset::settled));
        }
        packs
    }

    pub fn code_list(&self, id: &CodeListId) -> Option<&CodeListFile> {
        self.code_lists.get(id)
    }

    pub fn code_lists(&self) -> impl ExactSizeIterator<Item = &CodeListFile> {
        self.code_lists.values()
    }

    /// The headers of a source's deliveries, with the columns that they stand for.
    pub fn headers(&self, source: &Source) -> Option<Headers> {
        let dataset = self.dataset(&source.file.dataset)?;
        Some(dataset.headers(&source.file.headers))
    }

    /// The settings of a pack and of those that it needs: the values of the site, and the defaults for the rest.
    pub fn settings(&self, id: &PackId) -> Option<Settings> {
        let pack = self.packs.get(id)?;
        let needed = pack.file.needs.iter();
        let needed = needed.filter_map(|need| self.packs.get(need));
        Some(needed.fold(pack.settings(), |settings, needed| {
            settings.with_needed(needed.id(), &needed.settings())
        }))
    }

    /// The largest document that people may hand in, in bytes: the setting `document_mebibytes` of the pack `plan`, which
    /// is that of the whole site. 50 MiB where no pack says it.
    pub fn document_bytes(&self) -> u64 {
        const USUAL_MEBIBYTES: u64 = 50;
        let plan = "plan".parse::<PackId>().ok();
        let settings = plan.and_then(|pack| self.settings(&pack));
        let mebibytes = match settings
            .as_ref()
            .and_then(|all| all.value("document_mebibytes"))
        {
            Some(SettingValue::Integer(mebibytes)) => u64::try_from(*mebibytes).unwrap_or_default(),
            _ => USUAL_MEBIBYTES,
        };
        mebibytes.saturating_mul(1 << 20)
    }

    /// Sets values of the site over the defaults of the packs. All values that cannot be set come back.
    pub fn override_settings(
        &mut self,
        values: impl IntoIterator<Item = (PackId, String, SettingValue)>,
    ) -> Result<(), Vec<SettingError>> {
        let errors: Vec<SettingError> = values
            .into_iter()
            .filter_map(|(pack, name, value)| self.override_setting(pack, name, value).err())
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn override_setting(
        &mut self,
        id: PackId,
        name: String,
        value: SettingValue,
    ) -> Result<(), SettingError> {
        let Some(pack) = self.packs.get_mut(&id) else {
            return Err(SettingError::NoPack(id));
        };
        let Some((known, setting)) = pack.file.settings.get_key_value(name.as_str()) else {
            return Err(SettingError::Unknown { pack: id, name });
        };
        let (expected, found) = (setting.default.kind(), value.kind());
        if expected != found {
            return Err(SettingError::Kind {
                pack: id,
                name: known.clone(),
                expected,
                found,
            });
        }
        pack.overrides.insert(known.clone(), value);
        Ok(())
    }

    /// The file of a pack at a path relative to its folder, which no link leads out of.
    pub fn file(&self, pack: &PackId, path: &str) -> Result<PathBuf, PathError> {
        match self.packs.get(pack) {
            Some(pack) => pack.resolve(path),
            None => Err(PathError::NoPack(pack.clone())),
        }
    }
}

impl Pack {
    /// What `pack.yaml` says.
    pub fn file(&self) -> &PackFile {
        &self.file
    }

    pub fn id(&self) -> &PackId {
        &self.file.pack
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn tests(&self) -> &[PackTest] {
        &self.tests
    }

    /// The values that the site sets over the defaults.
    pub fn overrides(&self) -> impl ExactSizeIterator<Item = (&ColumnName, &SettingValue)> {
        self.overrides.iter()
    }

    pub fn settings(&self) -> Settings {
        let value = |(name, setting): (&ColumnName, &Setting)| {
            let value = self.overrides.get(name).unwrap_or(&setting.default);
            (name.clone(), value.clone())
        };
        Settings::of(self.file.settings.iter().map(value).collect())
    }

    /// The file at a path relative to the folder of the pack, or the city's own in its place.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, PathError> {
        let file = resolve(&self.folder, path)?;
        let laid = self.laid.get(path.trim_start_matches("./"));
        Ok(laid.cloned().unwrap_or(file))
    }

    /// The files of the pack, with those of the city in the place of its own.
    ///
    /// # Errors
    ///
    /// A file or folder cannot be looked at.
    pub fn content(&self) -> io::Result<Content> {
        Content::of(&self.folder)?.with(&self.laid)
    }

    /// The files of the city that take the place of files of the pack, by their paths in the pack.
    pub fn laid(&self) -> impl ExactSizeIterator<Item = (&str, &Path)> {
        let laid = self.laid.iter();
        laid.map(|(path, file)| (path.as_str(), file.as_path()))
    }
}

/// The file at a path relative to a folder, when neither the path nor a link on it leads out of the folder.
pub(crate) fn resolve(folder: &Path, path: &str) -> Result<PathBuf, PathError> {
    if !is_inside(path) {
        return Err(PathError::Outside(path.to_owned()));
    }
    let missing = |source| PathError::Missing {
        path: path.to_owned(),
        source,
    };
    let folder = folder.canonicalize().map_err(missing)?;
    let file = folder.join(path).canonicalize().map_err(missing)?;
    if !file.starts_with(&folder) {
        return Err(PathError::Outside(path.to_owned()));
    }
    if !file.is_file() {
        return Err(PathError::NotAFile(path.to_owned()));
    }
    Ok(file)
}

/// Whether a path is relative and never climbs, read under the rules of every system that packs are used on.
pub(crate) fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0', ':'])
        && Path::new(path)
            .components()
            .all(|component| matches!(component, Component::Normal(_) | Component::CurDir))
}

impl Source {
    /// What the file of the source says.
    pub fn file(&self) -> &SourceFile {
        &self.file
    }

    pub fn id(&self) -> &SourceId {
        &self.file.source
    }

    /// The file that declares the source.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The settings of a pack at a site, and those of the packs that it needs, which its texts use as `${pack.name}`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    own: IndexMap<ColumnName, SettingValue>,
    /// By `pack.name`.
    needed: BTreeMap<String, SettingValue>,
}

impl Settings {
    /// The values that a pack has where a site sets none.
    pub(crate) fn defaults(file: &PackFile) -> Self {
        let default =
            |(name, setting): (&ColumnName, &Setting)| (name.clone(), setting.default.clone());
        Self::of(file.settings.iter().map(default).collect())
    }

    pub(crate) fn of(values: IndexMap<ColumnName, SettingValue>) -> Self {
        Self {
            own: values,
            needed: BTreeMap::new(),
        }
    }

    /// The same with the settings of a pack that is needed.
    pub(crate) fn with_needed(mut self, pack: &PackId, settings: &Self) -> Self {
        for (name, value) in &settings.own {
            self.needed.insert(format!("{pack}.{name}"), value.clone());
        }
        self
    }

    /// By its name, or as `pack.name` where a needed pack has it.
    pub fn value(&self, name: &str) -> Option<&SettingValue> {
        self.own.get(name).or_else(|| self.needed.get(name))
    }

    /// Those of the pack itself.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&ColumnName, &Literal)> {
        self.own.iter()
    }

    /// All that texts of the pack may use, by the names that they use.
    pub(crate) fn usable(&self) -> impl Iterator<Item = (String, &SettingValue)> {
        let own = self.own.iter();
        let own = own.map(|(name, value)| (name.to_string(), value));
        let needed = self.needed.iter();
        own.chain(needed.map(|(name, value)| (name.clone(), value)))
    }

    /// A text with each `${name}` replaced by the value of the setting.
    pub fn expand(&self, text: &str) -> Result<String, ExpandError> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or(ExpandError::Open)?;
            let value = self
                .value(name)
                .ok_or_else(|| ExpandError::Unknown(name.to_owned()))?;
            expanded.push_str(before);
            expanded.push_str(&value.to_string());
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}
