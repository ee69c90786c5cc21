//! What is suggested, what becomes of it, and which grades follow.

mod deciding;
mod labelled;
mod of_packs;
mod suggesting;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use tempfile::TempDir;
use yandu_check::profile::{Look, Looks};
use yandu_pack::{AnyCondition, Packs};
use yandu_store::Store;
use yandu_words::{DatasetId, FieldId, Grade};

use crate::*;

/// The packs of the repository.
fn packs() -> Packs {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let loaded = Packs::load(&[folder], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.packs
}

fn rules() -> Rules {
    Rules::of(&packs())
}

fn field(id: u64, name: &str, title: &str) -> FieldFacts {
    FieldFacts {
        field: FieldId(id),
        name: name.to_owned(),
        title: title.to_owned(),
        headers: Vec::new(),
        standard: None,
        declared: Grade::General1,
        is_declared: false,
        inflow: None,
        looked: 0,
        looks: Vec::new(),
    }
}

/// The same of whose hundred values so many look so.
fn looking(field: FieldFacts, look: Look, values: u64) -> FieldFacts {
    FieldFacts {
        looked: 100,
        looks: vec![Looks { look, values }],
        ..field
    }
}

fn person() -> DatasetId {
    "demo.person".parse().unwrap()
}

fn facts(fields: Vec<FieldFacts>) -> DatasetFacts {
    DatasetFacts {
        dataset: person(),
        owner: "市公安局".to_owned(),
        declared: Grade::General1,
        fields,
        batch: None,
    }
}

/// Records of a city.
struct City {
    _folder: TempDir,
    classification: Classification,
    rules: Rules,
}

impl City {
    async fn new(until: UntilConfirmed) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("records.db"))
            .await
            .unwrap();
        Self {
            classification: Classification::open(store, until).await.unwrap(),
            rules: rules(),
            _folder: folder,
        }
    }

    /// Looks at the dataset; says whether what holds is something else now.
    async fn renew(&self, fields: Vec<FieldFacts>) -> bool {
        let all = HashSet::from([person()]);
        self.classification
            .renew(&self.rules, &[facts(fields)], &all)
            .await
            .unwrap()
    }

    async fn open(&self) -> Vec<Suggestion> {
        let filter = Filter {
            status: Some(Status::Open),
            ..Filter::default()
        };
        self.classification.list(&filter, None, 100).await.unwrap()
    }
}

fn present(field: &FieldFacts) -> Present {
    Present {
        dataset: person(),
        owner: "市公安局".to_owned(),
        field: Some(field.field),
        name: Some(field.name.clone()),
        grade: field.declared,
        declared: field.declared,
        inflow: field.inflow.clone(),
    }
}

/// A pack with one dataset of these columns.
fn pack(columns: &str) -> (TempDir, Packs) {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "demo/pack.yaml",
        "pack: demo\nversion: 1.0.0\ntitle: {zh: 演示}\n",
    );
    let person = format!(
        "dataset: demo.person\ntitle: {{zh: 人员}}\nowner: 市公安局\norigin: collect\nsharing: {{class: unconditional}}\n\
         opening: closed\nrefresh: daily\ncolumns:\n{columns}"
    );
    write("demo/datasets/person.yaml", &person);
    let loaded = Packs::load(&[folder.path().to_owned()], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    (folder, loaded.packs)
}

/// The fields of the columns of that dataset, by number.
fn fields(names: &[(&str, u64)]) -> BTreeMap<DatasetId, BTreeMap<String, FieldId>> {
    let columns = names
        .iter()
        .map(|(name, id)| ((*name).to_owned(), FieldId(*id)));
    BTreeMap::from([(person(), columns.collect())])
}
