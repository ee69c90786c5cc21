use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Executor};
use yandu_lake::{Lake, Options as LakeOptions, Principal, ReadPoint};
use yandu_pack::{AnyCondition, Packs};
use yandu_store::{DataFolder, Store};

use super::super::{Options, Ran};
use crate::Result;
use crate::batch::BatchStatus;
use crate::collector::{Collector, Delivery, Outcome};
use crate::notice::{NoticeFilter, NoticeKind};

const PACK: &str = "pack: demo
version: 1.0.0
title: {zh: 演示, en: Demo}
settings:
  api: {title: {zh: 接口, en: API}, default: \"http://127.0.0.1:1\"}
";
const READING: &str = "dataset: demo.reading
title: {zh: 读数, en: Reading}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [id]
columns:
  id:    {title: {zh: 编号, en: Id}, standard: id}
  value: {title: {zh: 数值, en: Value}, type: integer, required: false}
  at:    {title: {zh: 时间, en: Time}, type: text, required: false}
";

const BASE: &str = "pack: base\nversion: 1.0.0\ntitle: {zh: 基础, en: Base}\n";
const CALENDAR_DAY: &str = "dataset: base.calendar_day
title: {zh: 节假日与调休, en: Holidays}
owner: 市数据局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: yearly
key: [date]
columns:
  date: {title: {zh: 日期, en: Date}, type: date}
  kind: {title: {zh: 类别, en: Kind}, type: text}
";

/// How long a file of a folder is left alone until it counts as whole.
const QUIET: Duration = Duration::from_millis(20);

/// A city with one dataset and its sources, and a working-day calendar without a day.
pub(super) struct City {
    pub(super) folder: tempfile::TempDir,
    pub(super) collector: Collector,
}

impl City {
    /// The rest of the declaration of the source `demo.source` comes from the test.
    pub(super) async fn with(source: &str) -> Self {
        Self::of("", &[("source", source)]).await
    }

    /// With checks of the dataset `demo.reading`, and with the sources of these names.
    pub(super) async fn of(checks: &str, sources: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let collector = Self::start(folder.path(), checks, sources).await;
        Self { folder, collector }
    }

    pub(super) async fn start(folder: &Path, checks: &str, sources: &[(&str, &str)]) -> Collector {
        let pack = folder.join("packs/demo");
        for part in ["datasets", "sources", "data"] {
            fs::create_dir_all(pack.join(part)).unwrap();
        }
        fs::write(pack.join("pack.yaml"), PACK).unwrap();
        let reading = format!("{READING}{checks}");
        fs::write(pack.join("datasets/reading.yaml"), reading).unwrap();
        fs::write(pack.join("data/reading.csv"), "id,value\np1,1\n").unwrap();
        let base = folder.join("packs/base");
        fs::create_dir_all(base.join("datasets")).unwrap();
        fs::write(base.join("pack.yaml"), BASE).unwrap();
        fs::write(base.join("datasets/calendar_day.yaml"), CALENDAR_DAY).unwrap();
        for (name, source) in sources {
            let head = format!(
                "source: demo.{name}\ntitle: {{zh: 来源, en: Source}}\ndataset: demo.reading\n"
            );
            fs::write(pack.join(format!("sources/{name}.yaml")), head + source).unwrap();
        }
        let loaded = Packs::load(&[folder.join("packs")], &AnyCondition);
        assert!(!loaded.has_errors(), "{:?}", loaded.problems);
        let data = DataFolder::open(&folder.join("data")).unwrap();
        let store = Store::open(&data.records()).await.unwrap();
        let lake = Lake::open(LakeOptions::new(data.root())).unwrap();
        crate::trial::declare(&lake, &loaded.packs).unwrap();
        let collector = Collector::open(data, store, lake, Arc::new(loaded.packs), 2)
            .await
            .unwrap();
        collector.set_channel_options(Options {
            quiet: QUIET,
            silence_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(20),
            ..Options::default()
        });
        collector
    }

    pub(super) async fn run(&self) -> Result<Vec<Outcome>> {
        let principal = Principal::local_administrator();
        self.collector
            .run_source(&principal, &"demo.source".parse().unwrap())
            .await
    }

    /// What became of the deliveries that a tick found.
    pub(super) async fn tick(&self) -> Vec<BatchStatus> {
        // Files that were just written are not quiet yet.
        tokio::time::sleep(QUIET).await;
        let ran = self
            .collector
            .tick(&Principal::local_administrator())
            .await
            .unwrap();
        ran.into_iter()
            .flat_map(|Ran { result, .. }| statuses(result.unwrap_or_default()))
            .collect()
    }

    pub(super) async fn rows(&self) -> Vec<String> {
        let sql =
            "SELECT id || ':' || coalesce(CAST(value AS VARCHAR), '') FROM demo.reading ORDER BY 1";
        let session = self
            .collector
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default());
        let found = session.query(sql).await.unwrap().collect().await.unwrap();
        found
            .iter()
            .flat_map(|rows| {
                let texts = arrow::compute::cast(rows.column(0), &arrow::datatypes::DataType::Utf8)
                    .unwrap();
                let texts = arrow::array::AsArray::as_string::<i32>(&texts);
                texts
                    .iter()
                    .map(|text| text.unwrap().to_owned())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    pub(super) fn deliver(&self, name: &str, content: &str) {
        let inbox = self.folder.path().join("data/inbox/health");
        fs::create_dir_all(&inbox).unwrap();
        fs::write(inbox.join(name), content).unwrap();
    }

    pub(super) async fn notices(&self) -> Vec<(NoticeKind, bool)> {
        let notices = self
            .collector
            .notices(&NoticeFilter::default())
            .await
            .unwrap();
        notices
            .iter()
            .rev()
            .map(|notice| (notice.kind, notice.settled_at.is_none()))
            .collect()
    }

    /// Moves what is remembered of sources and deliveries back in time.
    pub(super) async fn grow_old(&self, hours: i64) {
        let sql = format!(
            "UPDATE source_run SET known_since = known_since - {0}, attempted_at = attempted_at - {0}, \
             succeeded_at = succeeded_at - {0}; UPDATE known_dataset SET known_since = known_since - {0}; \
             UPDATE batch SET started_at = started_at - {0}",
            hours * 3_600_000_000
        );
        self.collector
            .inner
            .store
            .pool()
            .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
            .await
            .unwrap();
    }

    /// Hands a file over, as an upload does.
    pub(super) async fn upload(&self, content: &str) -> Outcome {
        self.upload_to("demo.reading", content).await
    }

    pub(super) async fn upload_to(&self, dataset: &str, content: &str) -> Outcome {
        let path = self.folder.path().join("upload.csv");
        fs::write(&path, content).unwrap();
        let delivery = Delivery::file(dataset.parse().unwrap(), path);
        self.collector
            .collect(&Principal::local_administrator(), delivery)
            .await
            .unwrap()
    }

    /// Files that are left in the staging folder; queries have folders there.
    pub(super) fn staged(&self) -> usize {
        let entries = fs::read_dir(self.collector.folder().staging()).unwrap();
        entries
            .flatten()
            .filter(|entry| entry.path().is_file())
            .count()
    }
}

pub(super) fn statuses(outcomes: Vec<Outcome>) -> Vec<BatchStatus> {
    outcomes.into_iter().map(|outcome| outcome.status).collect()
}
