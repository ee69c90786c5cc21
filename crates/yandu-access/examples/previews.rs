//! How long it takes to look at a change of rights before it is made: `previews DATASETS ACCOUNTS SEED`. Prints JSON for the
//! benchmarks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use tokio::task::JoinSet;
use yandu_access::{
    AccountChange, Accounts, CITY_SOURCE, Door, Grantee, GranteeKind, Key, Known, NewGrant,
    Proposal, ProposedPacks, Settings, Text,
};
use yandu_lake::{Change, Commit, Lake, Options, TableSpec};
use yandu_policy::{City, Column, Dataset, Source, Way};
use yandu_store::Store;
use yandu_words::id::{BatchId, DatasetId};
use yandu_words::{FieldId, Grade, Mask, Title};

type Failure = Box<dyn std::error::Error>;

const DEPARTMENTS: usize = 36;
const DIVISIONS: usize = 130;
const COLUMNS: usize = 12;
const ROWS: i64 = 100;
/// Tables that are made at once: each waits for the disk.
const AT_A_TIME: usize = 50;
/// Each change is looked at as often.
const TIMES: usize = 5;

const ROLES: [&str; 8] = [
    "steward",
    "clerk",
    "analyst",
    "county-clerk",
    "operator",
    "ledger-keeper",
    "plan-office",
    "guest",
];

/// What staff may do, in the manner of the shipped packs.
const STAFF: &str = r#"
@id("browse") permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("own") @up_to("general-2") permit (principal is Person in Role::"clerk", action == Action::"read", resource is Dataset) when { principal has department && resource in principal.department };
@id("steward") permit (principal in Role::"steward", action in [Action::"deliver", Action::"steward"], resource is Dataset) when { principal has department && resource in principal.department };
@id("shared") @up_to("general-1") permit (principal is Person, action == Action::"read", resource is Dataset) when { resource.sharing == "unconditional" };
@id("analysts") @up_to("general-2") permit (principal in Role::"analyst", action == Action::"read", resource is Dataset) when { resource.sharing == "conditional" && context.way == "page" };
@id("core") @from_grade("important") forbid (principal, action == Action::"read", resource is Dataset) unless { principal has department && resource in principal.department };
"#;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut number = || {
        arguments
            .next()
            .ok_or("DATASETS ACCOUNTS SEED")?
            .map_err(|error| error.to_string())
    };
    let (datasets, accounts, seed) = (number()? as usize, number()? as usize, number()?);
    let mut rng = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir()?;
    let site = Site::new(folder.path(), datasets, accounts, &mut rng).await?;
    let mut looked = Vec::new();
    for (name, proposal) in site.proposals(&mut rng)? {
        looked.push(look(&site.door, name, &proposal).await?);
    }
    let told: Vec<String> = looked.iter().map(Looked::json).collect();
    #[expect(clippy::print_stdout, reason = "the benchmarks read it")]
    {
        println!("{{\"changes\": [{}]}}", told.join(", "));
    }
    Ok(())
}

/// How long one change took.
struct Looked {
    name: &'static str,
    times: Vec<Duration>,
    lines: usize,
    counted: usize,
    decisions: u64,
    changed: u64,
    pairs: u64,
}

impl Looked {
    fn json(&self) -> String {
        let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
        format!(
            "{{\"name\": \"{}\", \"median_ms\": {:.1}, \"slowest_ms\": {:.1}, \"lines\": {}, \"counted\": {}, \
             \"decisions\": {}, \"changed\": {}, \"pairs\": {}}}",
            self.name,
            ms(self.times.get(self.times.len() / 2)),
            ms(self.times.last()),
            self.lines,
            self.counted,
            self.decisions,
            self.changed,
            self.pairs
        )
    }
}

/// Looks at a change some times, each time anew and as a whole: accounts are read, the set is built, both are compared, and rows are
/// counted.
async fn look(door: &Door, name: &'static str, proposal: &Proposal) -> Result<Looked, Failure> {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..TIMES {
        let begun = Instant::now();
        let preview = door.preview("sec", proposal.clone()).await?;
        times.push(begun.elapsed());
        last = Some(preview);
    }
    let preview = last.ok_or("nothing was looked at")?;
    if preview.changed == 0 {
        return Err(format!("{name} changes nothing").into());
    }
    times.sort_unstable();
    let counted = preview.lines.iter().filter(|line| line.rows.is_some());
    Ok(Looked {
        name,
        times,
        counted: counted.count(),
        lines: preview.lines.len(),
        decisions: preview.decisions,
        changed: preview.changed,
        pairs: preview.pairs,
    })
}

struct Site {
    door: Door,
    city: City,
    /// The policies in force.
    own: String,
    lake: Lake,
}

impl Site {
    async fn new(
        folder: &std::path::Path,
        datasets: usize,
        accounts: usize,
        rng: &mut StdRng,
    ) -> Result<Self, Failure> {
        let store = Store::open(&folder.join("records.sqlite")).await?;
        let known = Known::new(
            ROLES
                .into_iter()
                .map(|role| Ok((role.parse()?, Title::new(role, role))))
                .collect::<Result<_, yandu_words::IdError>>()?,
            (0..DEPARTMENTS).map(department).collect(),
            (0..DIVISIONS).map(division).collect(),
        );
        let of_people =
            Accounts::open(store.clone(), Settings::default(), Key::new([7; 32])).await?;
        of_people.set_known(known);
        let table = people(accounts, rng);
        of_people.import("-", table.as_bytes()).await?;
        let lake = Lake::open(Options::new(folder.join("lake")))?;
        let city = city(datasets)?;
        let filling = Filling::new()?;
        let ids: Vec<&DatasetId> = city.datasets.keys().collect();
        for some in ids.chunks(AT_A_TIME) {
            let stored = some
                .iter()
                .map(|id| filling.clone().store(lake.clone(), (*id).clone()));
            for stored in stored.collect::<JoinSet<_>>().join_all().await {
                stored?;
            }
        }
        let key = Key::new([3; 32]);
        let door = Door::open(store, of_people, lake.clone(), key).await?;
        let own = policies(datasets, rng);
        door.set_city(city.clone(), vec![source(&own)]).await?;
        Ok(Self {
            door,
            city,
            own,
            lake,
        })
    }

    /// Changes of every kind: some are about everybody and everything, some about one account.
    fn proposals(&self, rng: &mut StdRng) -> Result<Vec<(&'static str, Proposal)>, Failure> {
        let texts = |text: String| {
            let file = "city.cedar".to_owned();
            Proposal::Texts(vec![Text { file, text }])
        };
        let ids: Vec<&DatasetId> = self.city.datasets.keys().collect();
        let dataset = (*ids.choose(rng).ok_or("a dataset")?).clone();
        let wider = self.own.replacen(
            "@id(\"own\") @up_to(\"general-2\")",
            "@id(\"own\") @up_to(\"general-3\")",
            1,
        );
        let fewer = self.own.replacen(
            "resource.sharing == \"unconditional\"",
            "resource.sharing == \"none\"",
            1,
        );
        let division = format!(
            "{}@id(\"new\") @up_to(\"general-2\") @rows(\"column_1 = $division\") permit (principal in Role::\"county-clerk\", action == Action::\"read\", resource in Pack::\"pack_3\") when {{ principal has division }};\n",
            self.own
        );
        let mut regraded = self.city.clone();
        for dataset in regraded.datasets.values_mut().step_by(10) {
            if let Some(column) = dataset.columns.values_mut().nth(1) {
                column.grade = Grade::General3;
            }
        }
        let tables = self
            .city
            .datasets
            .keys()
            .map(|id| Ok((id.clone(), self.lake.schema(id)?)));
        let packs = ProposedPacks {
            city: regraded,
            sources: Vec::new(),
            tables: tables.collect::<Result<_, yandu_lake::Error>>()?,
        };
        let grant = NewGrant {
            to: Grantee {
                kind: GranteeKind::Role,
                id: "guest".to_owned(),
            },
            dataset,
            columns: None,
            rows: None,
            up_to: Grade::General3,
            masks: BTreeMap::new(),
            purpose: "核对".to_owned(),
            basis: None,
            from: None,
            until: jiff::Timestamp::now() + SignedDuration::from_hours(24),
            uses: None,
            ways: BTreeSet::from([Way::Page]),
        };
        let roles = ["analyst", "steward"].map(str::parse);
        let change = AccountChange {
            roles: Some(roles.into_iter().collect::<Result<_, _>>()?),
            department: Some(department(1)),
            ..AccountChange::default()
        };
        let id = "person0".parse()?;
        Ok(vec![
            ("a wider policy of every department", texts(wider)),
            ("a policy that closes for everybody", texts(fewer)),
            ("rows by the division of the reader", texts(division)),
            ("other packs with other grades", Proposal::Packs(packs)),
            ("a grant to a role", Proposal::Grant(grant)),
            (
                "another department of an account",
                Proposal::Account { id, change },
            ),
        ])
    }
}

fn department(number: usize) -> String {
    format!("department {number}")
}

fn division(number: usize) -> String {
    format!("3209{number:05}")
}

/// Accounts of all departments, divisions and combinations of roles.
fn people(count: usize, rng: &mut StdRng) -> String {
    let mut table = "account,name,department,division,roles\n".to_owned();
    for number in 0..count {
        let mut roles: BTreeSet<&str> = BTreeSet::new();
        for _ in 0..rng.random_range(0..3) {
            roles.extend(ROLES.choose(rng));
        }
        let roles: Vec<&str> = roles.into_iter().collect();
        let _ = writeln!(
            table,
            "person{number},person {number},{},{},{}",
            department(rng.random_range(0..DEPARTMENTS)),
            division(rng.random_range(0..DIVISIONS)),
            roles.join(";")
        );
    }
    table
}

fn dataset(number: usize) -> Result<DatasetId, yandu_words::IdError> {
    format!("pack_{}.dataset_{number}", number % 40).parse()
}

fn city(datasets: usize) -> Result<City, Failure> {
    let mut city = City::default();
    for number in 0..datasets {
        let columns = (0..COLUMNS).map(|column| {
            let grade = Grade::ALL.get(column % 5).copied();
            let column_of = Column {
                field: FieldId((number * COLUMNS + column + 1) as u64),
                grade: grade.unwrap_or(Grade::General1),
                mask: Mask::Keep { first: 1, last: 0 },
            };
            (format!("column_{column}"), column_of)
        });
        let one_of = |words: [&str; 3]| {
            words
                .get(number % 3)
                .copied()
                .unwrap_or_default()
                .to_owned()
        };
        let of = Dataset {
            owner: department(number % DEPARTMENTS),
            origin: one_of(["collect", "model", "form"]),
            sharing: one_of(["unconditional", "conditional", "none"]),
            opening: "closed".to_owned(),
            columns: columns.collect(),
            at_least: None,
        };
        city.datasets.insert(dataset(number)?, of);
    }
    Ok(city)
}

/// Policies of staff, and one for every fourth dataset: of a role, with a condition on rows or with columns of its own.
fn policies(datasets: usize, rng: &mut StdRng) -> String {
    let mut text = STAFF.to_owned();
    for number in (0..datasets).step_by(4) {
        let role = ROLES.choose(rng).copied().unwrap_or("clerk");
        let shows = match rng.random_range(0..3) {
            0 => "@rows(\"column_1 = $division\")",
            1 => "@rows(\"starts_with(column_1, '3209')\")",
            _ => "@columns(\"column_0, column_1, column_2\")",
        };
        let _ = writeln!(
            text,
            "@id(\"d{number}\") @up_to(\"general-2\") {shows} permit (principal in Role::\"{role}\", action == Action::\"read\", resource == Dataset::\"pack_{}.dataset_{number}\");",
            number % 40
        );
    }
    text
}

fn source(text: &str) -> Source {
    Source {
        name: CITY_SOURCE.into(),
        file: "city.cedar".into(),
        text: text.to_owned(),
    }
}

/// What stands in every table.
#[derive(Clone)]
struct Filling {
    declared: SchemaRef,
    rows: RecordBatch,
    batch: BatchId,
}

impl Filling {
    fn new() -> Result<Self, Failure> {
        let names: Vec<String> = (0..COLUMNS)
            .map(|column| format!("column_{column}"))
            .collect();
        let of_type = |name: &String, text: DataType| match name.as_str() {
            "column_0" => Field::new(name, DataType::Int64, true),
            _ => Field::new(name, text, true),
        };
        let declared = names.iter().map(|name| of_type(name, DataType::Utf8View));
        let declared = Arc::new(Schema::new(declared.collect::<Vec<_>>()));
        let written = names.iter().map(|name| of_type(name, DataType::Utf8));
        let mut fields: Vec<Field> = written.collect();
        fields.push(Field::new("_batch", DataType::Utf8, true));
        fields.push(Field::new("_row", DataType::Int64, true));
        let batch = "20250101-1";
        let numbers = || Arc::new(Int64Array::from_iter_values(1..=ROWS));
        let mut columns: Vec<arrow::array::ArrayRef> = vec![numbers()];
        for _ in 1..COLUMNS {
            let values = (1..=ROWS).map(|row| division(row as usize % DIVISIONS));
            columns.push(Arc::new(StringArray::from_iter_values(values)));
        }
        columns.push(Arc::new(StringArray::from(vec![batch; ROWS as usize])));
        columns.push(numbers());
        Ok(Self {
            declared,
            rows: RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?,
            batch: batch.parse()?,
        })
    }

    /// Makes a table of it.
    async fn store(self, lake: Lake, dataset: DatasetId) -> Result<(), yandu_lake::Error> {
        lake.declare(TableSpec {
            id: dataset.clone(),
            schema: self.declared,
            key: vec!["column_0".to_owned()],
        })?;
        let mut writer = lake.writer(&dataset)?;
        writer.write(&self.rows)?;
        let commit = Commit {
            batch: self.batch,
            into: None,
            change: Change::Append,
            files: writer.finish()?,
            operation: "collect".to_owned(),
        };
        lake.commit(&dataset, commit).await?;
        Ok(())
    }
}
