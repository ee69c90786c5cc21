//! Plans in a folder that goes with them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use yandu_store::{DataFolder, Store};

use crate::{Cause, Decisions, Import, Plan, Plans, Result};

/// An invented plan with what a reviewer has to decide.
pub(super) const TEXT: &str = "澄江市2026年工作要点\n一、夯实底座\n（一）加快网络建设。6月底前新增5G基站300座以上，家庭宽带通达率提高5%。建成城市算力网。（牵头单位：市工信局；责任单位：市通管办）\n（二）加强统筹。形成一个平台。（市数据局、市财政局按职责分工负责）\n";

pub(super) struct Site {
    folder: TempDir,
    pub(super) store: Store,
    pub(super) plans: Plans,
    data: DataFolder,
}

impl Site {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let store = Store::open(&data.records()).await.unwrap();
        let plans = Plans::open(store.clone(), &data).await.unwrap();
        Self {
            folder,
            store,
            plans,
            data,
        }
    }

    /// The same folder after the process was killed: nothing was closed in order.
    pub(super) async fn killed(self) -> Self {
        let Self {
            folder,
            store,
            plans,
            data,
        } = self;
        drop(plans);
        store.pool().close().await;
        drop(data);
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let store = Store::open(&data.records()).await.unwrap();
        let plans = Plans::open(store.clone(), &data).await.unwrap();
        Self {
            folder,
            store,
            plans,
            data,
        }
    }

    pub(super) fn documents(&self) -> PathBuf {
        self.folder.path().join("data/documents")
    }

    pub(super) async fn import(&self, text: &str) -> Plan {
        let import = Import {
            bytes: text.as_bytes().to_vec(),
            id: Some("plan".to_owned()),
            ..Import::default()
        };
        self.plans.import("wang", import).await.unwrap().0
    }

    pub(super) async fn review(&self, decisions: Value) -> Result<Plan> {
        let decisions: Decisions = serde_json::from_value(decisions).unwrap();
        self.plans.review("plan", decisions, cause("核对")).await
    }
}

pub(super) fn cause(reason: &str) -> Cause {
    Cause {
        who: "wang".to_owned(),
        reason: Some(reason.to_owned()),
        expected: None,
    }
}

/// Decides everything that a reading left open, each doubt as the reader took it.
pub(super) fn all_decided(plan: &Plan) -> Value {
    let sentences: Vec<Value> = plan
        .pieces
        .values()
        .filter(|piece| piece.is_reviewed_alone)
        .map(|piece| {
            let figures: Vec<Value> = plan
                .figures
                .values()
                .filter(|figure| figure.sentence == piece.number)
                .map(|figure| {
                    let mut set = json!({});
                    if figure.said.unit.starts_with("% or") {
                        set["unit"] = json!("percentage point");
                    }
                    let answers: serde_json::Map<String, Value> = figure
                        .open_doubts()
                        .map(|doubt| (doubt.code().to_owned(), json!("按原文理解")))
                        .collect();
                    json!({"figure": figure.number, "set": set, "answers": answers})
                })
                .collect();
            let offers: Vec<Value> = plan
                .offers
                .values()
                .filter(|offer| offer.sentence == piece.number)
                .map(|offer| json!({"offer": offer.number}))
                .collect();
            json!({"sentence": piece.number, "figures": figures, "offers": offers, "reason": "逐句核对"})
        })
        .collect();
    let findings: Vec<Value> = plan
        .findings
        .keys()
        .map(|number| json!({"finding": number, "answer": "已核对原件"}))
        .collect();
    json!({"sentences": sentences, "findings": findings})
}

/// The real plan that stands beside the repository; it is not the project's to hand on.
pub(super) fn shared() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("shared/data/plan-2025/plan.txt"))
        .find(|path| path.is_file());
    if path.is_none() {
        println!("skipped: there is no folder shared/data/plan-2025 beside the repository");
    }
    path.map(|path| std::fs::read_to_string(path).unwrap())
}

/// A plan of the invented cities.
pub(super) fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap()
}
