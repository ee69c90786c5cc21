use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use yandu_access::{Accounts, Door, Key, Known};
use yandu_collect::{Collector, PackChanges, change, trial};
use yandu_lake::Lake;
use yandu_ledger::Ledger;
use yandu_metrics::Metrics;
use yandu_pack::{AnyCondition, Packs};
use yandu_plan::Plans;
use yandu_store::{Clock, DataFolder, Store};
use yandu_transform::Transform;

use crate::{Options, State};

const PACK: &str = "\
pack: club
version: 0.1.0
title: {zh: 社团}
settings:
  old: {title: {zh: 高龄}, default: 60}
";
pub(super) const MEMBER: &str = "\
dataset: club.member
title: {zh: 会员, en: Member}
owner: 市民政局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
key: [number]
columns:
  number: {title: {zh: 会员号}, type: text}
  name: {title: {zh: 姓名}, standard: name, from: [会员姓名]}
  age: {title: {zh: 年龄}, type: integer, required: false}
  fee: {title: {zh: 会费}, type: 'decimal(12,2)', required: false}
checks:
  - {name: age-range, title: {zh: 年龄超出范围}, column: age, between: [0, 150]}
  - {name: out-of-date, title: {zh: 超过一天半未更新}, fresh: 36 h}
";
const LIST: &str = "\
page: club.list
title: {zh: 名册, en: Roll}
kind: list
dataset: club.member
filters: [age]
sort: [{column: age, descending: true}]
";
const DASHBOARD: &str = "\
page: club.overview
title: {zh: 概况}
about: 会员的人数和年龄。
kind: dashboard
tiles:
  - {title: {zh: 高龄会员, en: Old members}, unit: 人, sql: 'select count(*) as members from club.member where age >= ${old}'}
charts:
  - {title: {zh: 年龄}, type: bar, unit: 岁, x: name, y: [age], sql: 'select name, age from club.member order by name'}
";
const SOURCE: &str = "\
source: club.member_file
title: {zh: 会员名册}
dataset: club.member
mode: upsert
channel: {upload: {}}
";

/// A city in a folder that goes with it.
pub(super) struct City {
    _folder: TempDir,
    pub(super) state: State,
    router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that a browser keeps of it, as it sends it back.
    pub(super) fn cookie(&self) -> String {
        let (cookie, _) = self.header("set-cookie").split_once(';').unwrap();
        cookie.to_owned()
    }

    /// The code of the problem that the answer is.
    pub(super) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let problem: crate::Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.page, format!("/errors/{}", problem.code));
        (problem.status, problem.code)
    }
}

/// The files of the packs that are offered, but for those that all packs of these tests have.
#[derive(Clone, Default)]
pub(super) struct Offered(Arc<Mutex<Vec<(String, String)>>>);

impl Offered {
    pub(super) fn set(&self, files: &[(&str, &str)]) {
        let files = files.iter();
        let files = files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        *self.0.lock().unwrap() = files.collect();
    }

    fn read(&self, folder: &Path) -> Packs {
        let files = self.0.lock().unwrap();
        let files = files.iter();
        let files: Vec<(&str, &str)> = files
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        read_packs(folder, &files)
    }
}

impl City {
    pub(super) async fn found() -> Self {
        Self::with(Options::default()).await
    }

    pub(super) async fn with(options: Options) -> Self {
        Self::with_files(options, &[]).await
    }

    /// A city whose pack has more files, by their paths in it.
    pub(super) async fn with_files(options: Options, files: &[(&str, &str)]) -> Self {
        Self::at(Clock::default(), options, files).await
    }

    /// The same with a clock of its own.
    pub(super) async fn at(clock: Clock, options: Options, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let packs = read_packs(folder.path(), files);
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let store = Store::open_with(&data.records(), clock).await.unwrap();
        let lake = Lake::open(yandu_lake::Options::new(data.root())).unwrap();
        trial::declare(&lake, &packs).unwrap();
        let ledger = Ledger::open(store.clone(), &data.root().join("ledger"))
            .await
            .unwrap();
        ledger.sync_packs(&packs).await.unwrap();
        let collector = Collector::open(data, store.clone(), lake, Arc::new(packs), 2)
            .await
            .unwrap();
        let packs = collector.packs();
        let plans = Plans::open(store.clone(), collector.folder(), bindings())
            .await
            .unwrap();
        let transform = Transform::open(
            collector.folder().clone(),
            store.clone(),
            collector.lake().clone(),
            packs,
        );
        let metrics = Metrics::open(store.clone(), collector.lake().clone(), &collector.packs())
            .await
            .unwrap();
        let door = door(store, &collector).await;
        let state = State::new(
            collector,
            ledger,
            transform.await.unwrap(),
            metrics,
            plans,
            door,
            options,
        );
        Self {
            _folder: folder,
            router: crate::router(state.clone()),
            state,
        }
    }

    /// Lets packs with more files be offered in the place of those that are installed.
    pub(super) async fn offer(&self, files: &[(&str, &str)]) -> (PackChanges, Offered) {
        let collector = self.state.collector();
        let elsewhere = tempfile::tempdir().unwrap();
        let packs = collector.packs().as_ref().clone();
        let (folder, store) = (collector.folder(), collector.store());
        let started = change::start(folder, store, collector.lake(), packs, "-").await;
        let (installed, _) = started.unwrap();
        let offered = Offered::default();
        offered.set(files);
        let read = offered.clone();
        let changes = PackChanges::new(
            collector.clone(),
            installed,
            Box::new(move || Ok(read.read(elsewhere.path()))),
        );
        self.state.set_pack_changes(changes.clone());
        (changes, offered)
    }

    pub(super) async fn ask(
        &self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let (parts, body) = self.open(request, body).await.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: axum::body::to_bytes(body, usize::MAX)
                .await
                .unwrap()
                .to_vec(),
        }
    }

    /// The same, whose body has not been read.
    pub(super) async fn open(
        &self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> axum::response::Response {
        let request = request.body(body.into()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(request(Method::GET, path), Body::empty()).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        self.ask(request(Method::DELETE, path), Body::empty()).await
    }

    pub(super) async fn post(&self, path: &str, body: &str) -> Answer {
        let request = request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        self.ask(request, body.to_owned()).await
    }

    /// Opens a stream of events.
    pub(super) async fn follow(&self, path: &str) -> axum::body::BodyDataStream {
        let request = request(Method::GET, path).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().into_data_stream()
    }

    /// Uploads a file, waits for its end and gives the batch.
    pub(super) async fn deliver(&self, name: &str, content: &str) -> Value {
        self.deliver_with(&[("dataset", "club.member")], name, content)
            .await
    }

    /// The same, with what is said of the file.
    pub(super) async fn deliver_with(
        &self,
        fields: &[(&str, &str)],
        name: &str,
        content: &str,
    ) -> Value {
        let answer = self.upload(fields, Some((name, content))).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let address = answer.header("location").to_owned();
        for _ in 0..2_000 {
            let batch = self.get(&address).await.json();
            if !matches!(batch["status"].as_str(), Some("running" | "committing")) {
                return batch;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("the collection does not end");
    }

    pub(super) async fn upload(
        &self,
        fields: &[(&str, &str)],
        file: Option<(&str, &str)>,
    ) -> Answer {
        self.send_form("/api/v1/batches", fields, file).await
    }

    /// Looks at a file without delivering it.
    pub(super) async fn preview(&self, fields: &[(&str, &str)], content: &str) -> Answer {
        let file = Some(("a.csv", content));
        self.send_form("/api/v1/deliveries/preview", fields, file)
            .await
    }

    async fn send_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        file: Option<(&str, &str)>,
    ) -> Answer {
        let (request, body) = form(path, fields, file);
        self.ask(request, body).await
    }
}

/// A request that uploads a file, and its body.
pub(super) fn form(
    path: &str,
    fields: &[(&str, &str)],
    file: Option<(&str, &str)>,
) -> (axum::http::request::Builder, String) {
    let mut parts: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("name=\"{name}\"\r\n\r\n{value}\r\n"))
        .collect();
    parts.extend(
        file.map(|(name, content)| {
            format!("name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n")
        }),
    );
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("--cut\r\nContent-Disposition: form-data; {part}"))
        .collect();
    let request = request(Method::POST, path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
    (request, parts.concat() + "--cut--\r\n")
}

pub(super) fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
}

/// Writes the packs of these tests into a folder, with more files of their pack, and reads them.
fn read_packs(folder: &Path, files: &[(&str, &str)]) -> Packs {
    let pack = folder.join("packs/club");
    write(&pack.join("pack.yaml"), PACK);
    write(&pack.join("datasets/member.yaml"), MEMBER);
    write(&pack.join("sources/member_file.yaml"), SOURCE);
    let rules = include_str!("../../../../packs/plan/pack.yaml");
    write(&folder.join("packs/plan/pack.yaml"), rules);
    for (path, text) in files {
        write(&pack.join(path), text);
    }
    write(&pack.join("pages/list.yaml"), LIST);
    write(&pack.join("pages/overview.yaml"), DASHBOARD);
    let loaded = Packs::load(&[folder.join("packs")], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.packs
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// What the targets of the plan that is imported here are bound to.
fn bindings() -> Vec<yandu_plan::Proposal> {
    let file =
        "point,wording,kind,id,way,baseline,note\n1,新增5G基站,metric,club.new_member,year-sum,,\n";
    yandu_plan::read_proposals(file.as_bytes()).unwrap()
}

/// The door over the packs of a city, with their policies in force.
async fn door(store: Store, collector: &Collector) -> Door {
    let settings = yandu_access::Settings::default();
    let accounts = Accounts::open(store.clone(), settings, Key::new([7; 32]))
        .await
        .unwrap();
    let packs = collector.packs();
    let owners = packs.datasets().map(|dataset| dataset.file().owner.clone());
    accounts.set_known(Known::new(
        packs.roles(),
        owners.collect(),
        std::collections::BTreeSet::new(),
    ));
    let lake = collector.lake().clone();
    let door = Door::open(store, accounts, lake, Key::new([7; 32]))
        .await
        .unwrap();
    let sources = packs.policy_sources();
    door.set_city(packs.city(), sources).await.unwrap();
    door
}

/// The parts of a file of Office by their names.
pub(super) fn parts_of(file: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file)).unwrap();
    let mut parts = BTreeMap::new();
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut part, &mut text).unwrap();
        parts.insert(part.name().unwrap().into_owned(), text);
    }
    parts
}
