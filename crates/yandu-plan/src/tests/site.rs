//! Plans in a folder that goes with them.

use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::Offset;
use serde_json::{Value, json};
use tempfile::TempDir;
use yandu_pack::declare::SettingValue;
use yandu_pack::{AnyCondition, Packs};
use yandu_store::{Clock, DataFolder, Store};
use yandu_words::calendar::Calendar;
use yandu_words::{Grain, Period};

use crate::{
    Actual, Actuals, Cause, CountyShare, Decisions, Edit, Import, NodeStep, Pace, Plan, Plans,
    Proposal, Result, RuleValue, Rules, Standing, Today, read_proposals, standing,
};

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
        Self::on("2026-01-05").await
    }

    /// A site whose clock stands at nine in the morning of a day.
    pub(super) async fn on(day: &str) -> Self {
        Self::open(tempfile::tempdir().unwrap(), day).await
    }

    async fn open(folder: TempDir, day: &str) -> Self {
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let at = day.parse::<Date>().unwrap().at(9, 0, 0, 0);
        let clock = Clock::standing(Offset::constant(8).to_timestamp(at).unwrap());
        let store = Store::open_with(&data.records(), clock).await.unwrap();
        let plans = Plans::open(store.clone(), &data, proposals())
            .await
            .unwrap();
        Self {
            folder,
            store,
            plans,
            data,
        }
    }

    /// The same folder after the process was killed: nothing was closed in order.
    pub(super) async fn killed(self) -> Self {
        self.moved("2026-01-05").await
    }

    /// The same folder on a later day.
    pub(super) async fn moved(self, day: &str) -> Self {
        let Self {
            folder,
            store,
            plans,
            data,
        } = self;
        drop(plans);
        store.pool().close().await;
        drop(data);
        Self::open(folder, day).await
    }

    /// A plan in force, as its text proposes it.
    pub(super) async fn approved(&self, text: &str) -> Plan {
        let plan = self.import(text).await;
        self.review(all_decided(&plan)).await.unwrap();
        self.plans
            .approve("plan", Pace::Quarter, cause("已经市政府研究通过"))
            .await
            .unwrap()
    }

    pub(super) async fn edit(&self, edits: Value) -> Result<Plan> {
        let edits: Vec<Edit> = serde_json::from_value(edits).unwrap();
        self.plans
            .edit("plan", edits, cause("联席会议办公室"))
            .await
    }

    /// The plan with a node that was finished today.
    pub(super) async fn finished(&self, node: &str) -> Plan {
        let plan = self.plans.step("plan", node, finish(), cause("完成"));
        plan.await.unwrap()
    }

    /// Gives each of two counties half of the task 1.1.
    pub(super) async fn split_in_two(&self) {
        let share = |county: &str| CountyShare {
            county: county.to_owned(),
            quantity: Some(150.0),
        };
        let shares = vec![share("甲县"), share("乙县")];
        let split = self.plans.split("plan", "1.1", shares, cause("分解"));
        split.await.unwrap();
    }

    /// How the plan stands today with some actuals.
    pub(super) async fn stands(&self, actuals: &Actuals) -> Standing {
        let plan = self.plans.plan("plan").await.unwrap();
        stands_on(&plan, actuals, self.plans.today())
    }

    /// Writes down what some actuals show today of the plan as it was looked at.
    pub(super) async fn settle(&self, looked: &Plan, actuals: &Actuals) -> Result<Plan> {
        let (rules, calendar) = (rules(), calendar());
        let today = Today {
            day: self.plans.today(),
            rules: &rules,
            calendar: &calendar,
        };
        self.plans.settle(looked, actuals, today, "system").await
    }

    /// Accepts evidence or returns it, today.
    pub(super) async fn judge(&self, number: u32, accept: bool, cause: Cause) -> Result<Plan> {
        let (rules, calendar) = (rules(), calendar());
        let today = Today {
            day: self.plans.today(),
            rules: &rules,
            calendar: &calendar,
        };
        let judged = self.plans.judge("plan", number, accept, (cause, today));
        judged.await
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

    /// The plan of [`TEXT`] with the tasks and nodes that are proposed, before its approval.
    pub(super) async fn broken_down(&self, pace: Pace) -> Plan {
        let plan = self.import(TEXT).await;
        self.review(all_decided(&plan)).await.unwrap();
        let proposed = self.plans.decompose("plan", pace, cause("分解"));
        proposed.await.unwrap()
    }

    pub(super) async fn review(&self, decisions: Value) -> Result<Plan> {
        let decisions: Decisions = serde_json::from_value(decisions).unwrap();
        self.plans.review("plan", decisions, cause("核对")).await
    }
}

pub(super) fn finish() -> NodeStep {
    NodeStep::Finish {
        on: None,
        documents: Vec::new(),
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
                    if figure.leaves_side_open() {
                        set["comparison"] = json!(">=");
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
        // Past what catches the output of tests that pass, so that it is seen.
        let why = "there is no folder shared/data/plan-2025 beside the repository";
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the real plan is not read, {why}"
        );
    }
    path.map(|path| std::fs::read_to_string(path).unwrap())
}

/// A plan of the invented cities.
pub(super) fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap()
}

/// The rules that are shipped.
pub(super) fn rules() -> Rules {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/plan");
    let loaded = Packs::load(&[folder], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    let settings = loaded.packs.settings(&"plan".parse().unwrap()).unwrap();
    Rules::read(|name| {
        Some(match settings.value(name)? {
            SettingValue::Integer(number) => RuleValue::Number(*number as f64),
            SettingValue::Number(number) => RuleValue::Number(*number),
            SettingValue::Text(text) => RuleValue::Text(text.clone()),
            SettingValue::Boolean(_) => return None,
        })
    })
    .unwrap()
}

/// 2026 with the days of rest that the tests need.
pub(super) fn calendar() -> Calendar {
    let days = [("2026-01-01", "closed"), ("2026-10-10", "worked")];
    let days = days.map(|(day, rule)| (day.parse().unwrap(), rule.parse().unwrap()));
    Calendar::from_rows("test".to_owned(), days.to_vec()).unwrap()
}

pub(super) fn stands_on(plan: &Plan, actuals: &Actuals, day: Date) -> Standing {
    let today = Today {
        day,
        rules: &rules(),
        calendar: &calendar(),
    };
    standing(plan, actuals, today)
}

/// Bindings of the invented plan, in simplified and traditional characters.
fn proposals() -> Vec<Proposal> {
    let file = "point,wording,kind,id,way,baseline,note\n\
        1,新增5G基站,metric,telecom.new_station,year-sum,,\n\
        1,寬帶通達率,metric,telecom.broadband,change,80,以2025年底为基数\n\
        2,一个平台,by-hand,,,,\n";
    read_proposals(file.as_bytes()).unwrap()
}

pub(super) fn actual(as_of: &str, value: f64) -> Actual {
    Actual {
        value,
        as_of: as_of.parse().unwrap(),
        period: Some(Period::of(as_of.parse().unwrap(), Grain::Year)),
        unit: String::new(),
        is_more_better: Some(true),
        baseline: None,
        missing: Vec::new(),
        trail: Some("telecom.new_station".to_owned()),
    }
}
