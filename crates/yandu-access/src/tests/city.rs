//! A door over a lake of two tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arrow::array::{Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::pretty::pretty_format_batches;
use jiff::SignedDuration;
use yandu_lake::{Change, Commit, Lake, Now, Options, Principal as Reader, ReadPoint, TableSpec};
use yandu_policy::{Circumstances, City as Declared, Column, Dataset, Principal, Source, Way};
use yandu_words::id::DatasetId;
use yandu_words::{FieldId, Grade, Mask};

use super::site::{LOCAL, Site, id};
use crate::{
    Account, AccountChange, Asked, Door, GrantFilter, Grantee, GranteeKind, Key, Known, NewGrant,
    Uses,
};

pub(super) struct City {
    folder: tempfile::TempDir,
    pub(super) site: Site,
    pub(super) lake: Lake,
    pub(super) door: Door,
    /// How far the time is ahead of the clock of the records, in microseconds.
    ahead: Arc<AtomicI64>,
}

const TOWNSHIPS: [&str; 3] = ["320902", "320903", "320904"];

pub(super) fn resident() -> DatasetId {
    "population.resident".parse().unwrap()
}

/// The grants of a dataset.
pub(super) fn grants_of(dataset: DatasetId) -> GrantFilter {
    GrantFilter {
        dataset: Some(dataset),
        ..GrantFilter::default()
    }
}

/// What the ledger says of the two tables.
pub(super) fn declared() -> Declared {
    let next = std::cell::Cell::new(0);
    let column = |grade, mask| {
        next.set(next.get() + 1);
        let field = FieldId(next.get());
        Column { field, grade, mask }
    };
    let keep = |first, last| Mask::Keep { first, last };
    let residents = [
        ("id", column(Grade::General1, Mask::Null)),
        ("township", column(Grade::General1, Mask::Null)),
        ("name", column(Grade::General2, keep(1, 0))),
        ("mobile", column(Grade::General3, keep(3, 4))),
    ];
    let company = [
        ("id", column(Grade::General1, Mask::Null)),
        ("township", column(Grade::General1, Mask::Null)),
        ("name", column(Grade::General1, Mask::Null)),
        ("mobile", column(Grade::General3, Mask::Hash)),
    ];
    let dataset = |owner: &str, columns: [(&str, Column); 4]| Dataset {
        owner: owner.to_owned(),
        origin: "collect".to_owned(),
        sharing: "conditional".to_owned(),
        opening: "closed".to_owned(),
        columns: columns
            .into_iter()
            .map(|(name, column)| (name.to_owned(), column))
            .collect(),
        at_least: None,
    };
    Declared {
        datasets: BTreeMap::from([
            (resident(), dataset("公安局", residents)),
            (
                "enterprise.company".parse().unwrap(),
                dataset("市场监管局", company),
            ),
        ]),
        ..Declared::default()
    }
}

pub(super) fn source(text: &str) -> Source {
    Source {
        name: "city".into(),
        file: "city.cedar".into(),
        text: text.to_owned(),
    }
}

fn known() -> Known {
    let role = |id: &str| (id.parse().unwrap(), yandu_words::Title::new(id, id));
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Known::new(
        BTreeMap::from([role("analyst")]),
        names(&["公安局", "民政局", "市场监管局"]),
        names(&["320902"]),
    )
}

impl City {
    pub(super) async fn new() -> Self {
        let site = Site::new().await;
        site.accounts.set_known(known());
        let folder = tempfile::tempdir().unwrap();
        let ahead = Arc::new(AtomicI64::new(0));
        let (clock, passed) = (site.store.clock().clone(), Arc::clone(&ahead));
        let now = move || clock.now() + SignedDuration::from_micros(passed.load(Ordering::SeqCst));
        let lake = Lake::open(Options {
            threads: 1,
            now: Now::from(now),
            ..Options::new(folder.path())
        })
        .unwrap();
        for dataset in declared().datasets.keys() {
            let text = |name: &str| Field::new(name, DataType::Utf8View, true);
            let schema = Schema::new(vec![
                Field::new("id", DataType::Int64, true),
                text("township"),
                text("name"),
                text("mobile"),
            ]);
            lake.declare(TableSpec {
                id: dataset.clone(),
                schema: Arc::new(schema),
                key: vec!["id".to_owned()],
            })
            .unwrap();
            write(&lake, dataset).await;
        }
        let door = Door::open(
            site.store.clone(),
            site.accounts.clone(),
            lake.clone(),
            Key::new([3; 32]),
        )
        .await
        .unwrap();
        let city = Self {
            folder,
            site,
            lake,
            door,
            ahead,
        };
        city.set("").await;
        city
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, time: SignedDuration) {
        self.site.pass(time);
        self.ahead
            .fetch_add(time.as_micros() as i64, Ordering::SeqCst);
    }

    /// The same door after the program was started again.
    pub(super) async fn again(self) -> Self {
        self.again_as(declared(), "").await
    }

    /// The same over another city under these policies.
    pub(super) async fn again_as(self, declared: Declared, policies: &str) -> Self {
        let site = self.site.again().await;
        site.accounts.set_known(known());
        let door = Door::open(
            site.store.clone(),
            site.accounts.clone(),
            self.lake.clone(),
            Key::new([3; 32]),
        )
        .await
        .unwrap();
        let city = Self { site, door, ..self };
        assert!(city.folder.path().is_dir());
        let sources = vec![source(policies)];
        city.door.set_city(declared, sources).await.unwrap();
        city
    }

    /// Puts other policies of the city in force.
    pub(super) async fn set(&self, policies: &str) {
        self.door
            .set_city(declared(), vec![source(policies)])
            .await
            .unwrap();
    }

    /// Somebody of a department with some roles.
    pub(super) async fn person(&self, name: &str, department: &str, roles: &[&str]) -> Principal {
        let account = self.site.person_with(name, roles).await;
        self.in_department(account.as_str(), department)
            .await
            .principal()
    }

    pub(super) async fn in_department(&self, name: &str, department: &str) -> Account {
        let accounts = &self.site.accounts;
        let before = accounts.find(&id(name)).await.unwrap();
        let change = AccountChange {
            department: Some(department.to_owned()),
            ..AccountChange::default()
        };
        accounts
            .change(LOCAL, &id(name), before.revision, change)
            .await
            .unwrap()
    }

    /// What a reader is told.
    pub(super) async fn told(
        &self,
        principal: &Principal,
        asked: &Circumstances,
        sql: &str,
    ) -> String {
        let rights = self.door.rights(&asked_by(principal, asked));
        let reader = Reader::with_rights(principal.id.as_str(), rights);
        told(&self.lake, &reader, sql).await
    }

    pub(super) async fn names(&self, principal: &Principal) -> String {
        self.told(
            principal,
            &page(),
            "SELECT name FROM population.resident ORDER BY id",
        )
        .await
    }
}

pub(super) async fn told(lake: &Lake, reader: &Reader, sql: &str) -> String {
    let session = lake.session(reader, ReadPoint::default());
    match session.query(sql).await {
        Err(error) => error.code().to_owned(),
        Ok(rows) => match rows.collect().await {
            Err(error) => error.code().to_owned(),
            Ok(batches) => {
                let table = pretty_format_batches(&batches).unwrap().to_string();
                let rows = table.lines().filter(|line| line.starts_with('|')).skip(1);
                let cells = rows.map(|row| row.trim_matches('|').replace(' ', ""));
                cells.collect::<Vec<_>>().join(",")
            }
        },
    }
}

/// Rights as they are asked for by whoever counts uses.
pub(super) fn asked_by(principal: &Principal, circumstances: &Circumstances) -> Asked {
    Asked {
        principal: principal.clone(),
        revision: 2,
        circumstances: circumstances.clone(),
        uses: Uses::Counted,
    }
}

pub(super) fn page() -> Circumstances {
    Circumstances::default()
}

pub(super) fn on(way: Way) -> Circumstances {
    Circumstances { way, ..page() }
}

pub(super) fn for_purpose(purpose: &str) -> Circumstances {
    Circumstances {
        purpose: Some(purpose.to_owned()),
        ..page()
    }
}

/// A grant of the residents to a person, for a hundred days.
pub(super) fn grant(city: &City, to: &str) -> NewGrant {
    NewGrant {
        to: Grantee {
            kind: GranteeKind::Person,
            id: to.to_owned(),
        },
        dataset: resident(),
        columns: None,
        rows: None,
        up_to: Grade::General2,
        masks: BTreeMap::new(),
        purpose: "低保核对".to_owned(),
        basis: None,
        from: None,
        until: city.site.now() + SignedDuration::from_hours(2_400),
        uses: None,
        ways: BTreeSet::from([Way::Page]),
    }
}

/// Writes the rows of a table anew under other names of columns, as a change of packs does.
pub(super) async fn rewrite(lake: &Lake, spec: TableSpec, changes: &[(&str, &str)]) {
    let rows = rows_of(&spec.id);
    let schema = rows.schema();
    let fields = schema.fields().iter().map(|field| {
        let now = changes.iter().find(|(from, _)| from == field.name());
        let field = field.as_ref().clone();
        match now {
            Some((_, to)) => field.with_name(*to),
            None => field,
        }
    });
    let fields: Vec<Field> = fields.collect();
    let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), rows.columns().to_vec());
    let mut conversion = lake.convert(spec.clone()).await.unwrap();
    let mut writer = conversion.writer().unwrap();
    writer.write(&rows.unwrap()).unwrap();
    let files = writer.finish().unwrap();
    let by = "20250102-rename".parse().unwrap();
    conversion.replace(by, files, "pack change").await.unwrap();
    lake.switch(vec![conversion], vec![spec], &[])
        .await
        .unwrap();
}

fn rows_of(dataset: &DatasetId) -> RecordBatch {
    let rows = 6_i64;
    let of = |make: fn(i64) -> String| StringArray::from_iter_values((1..=rows).map(make));
    let batch = batch_of(dataset);
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("township", DataType::Utf8, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("mobile", DataType::Utf8, true),
        Field::new("_batch", DataType::Utf8, true),
        Field::new("_row", DataType::Int64, true),
    ]);
    RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(Int64Array::from_iter_values(1..=rows)),
            Arc::new(of(|row| TOWNSHIPS[row as usize % 3].to_owned())),
            Arc::new(of(|row| format!("n{row}x"))),
            Arc::new(of(|row| format!("1380000000{row}"))),
            Arc::new(StringArray::from(vec![batch.as_str(); rows as usize])),
            Arc::new(Int64Array::from_iter_values(1..=rows)),
        ],
    )
    .unwrap()
}

fn batch_of(dataset: &DatasetId) -> String {
    format!("20250101-{}", dataset.name())
}

async fn write(lake: &Lake, dataset: &DatasetId) {
    let mut writer = lake.writer(dataset).unwrap();
    writer.write(&rows_of(dataset)).unwrap();
    let commit = Commit {
        batch: batch_of(dataset).parse().unwrap(),
        into: None,
        change: Change::Append,
        files: writer.finish().unwrap(),
        operation: "collect".to_owned(),
    };
    lake.commit(dataset, commit).await.unwrap();
}
