//! What is done with a plan in force: tasks, nodes, bindings, evidence, changes, and what follows from them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use axum::http::Method;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use yandu_http::plan::{
    AskChange, BindTarget, ChangeList, ChangeOfPlan, CountiesOfTask, CountyOfTask,
    DifferenceOfPlan, DocumentFile, DocumentOfPlan, EditsOfPlan, EvidenceList, EvidenceOfPlan,
    FrameOfPlan, LateItem, LateOfPlan, Plan as Stored, ReasonOfPlan, StepOfNode, SubmitEvidence,
    TasksOfPlan, VerdictOfPlan, WhyOfPlan,
};
use yandu_plan::days_text;

use super::{absolute, address, shown};
use crate::client::{Ask, Client, encode, query};
use crate::failure::{Failure, Result};
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(super) enum Work {
    /// List the tasks of a plan with their nodes and lamps
    #[command(after_help = "Example:\n  yandu plan tasks 2025 --unit 市工信局")]
    Tasks {
        plan: String,
        /// Only those of a point
        #[arg(long)]
        point: Option<u32>,
        /// Only those that a unit leads or supports
        #[arg(long)]
        unit: Option<String>,
        /// Only those of a county
        #[arg(long)]
        county: Option<String>,
    },
    /// Propose tasks and nodes from the reviewed text, in the place of those that are there; before approval
    #[command(after_help = "Example:\n  yandu plan decompose 2025")]
    Decompose {
        plan: String,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Edit points, tasks and nodes as a JSON file says
    #[command(
        after_help = "Example:\n  yandu plan edit 2025 分解.json --reason 联席会议办公室\n\nThe file holds {\"edits\": [{\"op\": \"set\", \"item\": \"task/3.2\", \"fields\": {\"lead\": \"市数据局\"}}]}; docs/plans.md explains it."
    )]
    Edit {
        plan: String,
        file: PathBuf,
        /// Why; kept in the history
        #[arg(long)]
        reason: Option<String>,
    },
    /// Give counties copies of a task, with their shares of its target
    #[command(
        after_help = "Example:\n  yandu plan counties 2025 1.2 亭湖区=800 盐都区=850\n\nShares are given to all counties or to none. Together they reach the target, or keep to it where it is a most. A rate, a mean or a duration has none: each county reaches the same."
    )]
    Counties {
        plan: String,
        task: String,
        /// A county, or a county with its share: `亭湖区=800`
        #[arg(required = true)]
        counties: Vec<String>,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Say that a node began, is finished, or is not finished after all
    #[command(
        after_help = "Examples:\n  yandu plan node 2025 3.2.1 begin\n  yandu plan node 2025 3.2.1 finish --on 2025-06-27 --file 验收报告.pdf\n  yandu plan node 2025 3.2.1 reopen --reason 验收未通过"
    )]
    Node(NodeArgs),
    /// Bind a target to what its actual comes from: a metric, a form, or reports by hand
    #[command(
        after_help = "Examples:\n  yandu plan bind 2025 2 metric telecom.new_station --way year-sum --reason 市通管办确认\n  yandu plan bind 2025 24 by-hand --reason 暂无系统\n  yandu plan bind 2025 --proposed"
    )]
    Bind(BindArgs),
    /// List evidence, hand some in, accept it or return it
    #[command(
        after_help = "Examples:\n  yandu plan evidence 2025\n  yandu plan evidence 2025 --about target/24 --on 2025-12-20 --value 3 --source 市发改委 --file 认定文件.pdf\n  yandu plan evidence 2025 --accept 1 --reason 属实"
    )]
    Evidence(EvidenceArgs),
    /// List what is to be reminded of, supervised, and answered for in person
    #[command(after_help = "Example:\n  yandu plan late 2025")]
    Late { plan: String },
    /// List changes of what was approved, ask for one, approve or reject it
    #[command(
        after_help = "Examples:\n  yandu plan change 2025\n  yandu plan change 2025 --file 变更.json --reason 设备到货推迟\n  yandu plan change 2025 --approve 1 --reason 市政府同意"
    )]
    Change(ChangeArgs),
    /// Show how two baselines differ; without `--to` how the plan differs now
    #[command(after_help = "Example:\n  yandu plan diff 2025 --from 1 --to 2")]
    Diff {
        plan: String,
        #[arg(long, default_value_t = 1)]
        from: u32,
        #[arg(long)]
        to: Option<u32>,
    },
    /// Close a plan whose year is reviewed
    #[command(after_help = "Example:\n  yandu plan close 2025 --reason 年度评估完成")]
    Close {
        plan: String,
        #[arg(long)]
        reason: String,
    },
    /// Print the draft frame of the next plan, with what is carried over
    #[command(after_help = "Example:\n  yandu plan next 2025 > 2026年工作要点.txt")]
    Next { plan: String },
}

#[derive(Debug, Args)]
pub(super) struct NodeArgs {
    plan: String,
    node: String,
    /// `begin`, `finish` or `reopen`
    step: String,
    /// The day on which it was finished [default: today]
    #[arg(long, value_name = "DAY")]
    on: Option<Date>,
    /// A document that shows it; may be repeated
    #[arg(long)]
    file: Vec<PathBuf>,
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct BindArgs {
    plan: String,
    #[arg(required_unless_present = "proposed")]
    target: Option<u32>,
    /// `metric`, `form`, `by-hand` or `open`
    #[arg(required_unless_present = "proposed")]
    kind: Option<String>,
    /// The metric, or the dataset of the form
    id: Option<String>,
    /// Of a form: the metric over its reports
    #[arg(long)]
    metric: Option<String>,
    /// `year-sum`, `at-date`, `change` or `share`
    #[arg(long)]
    way: Option<String>,
    /// Of a change: against which value
    #[arg(long, value_parser = number)]
    baseline: Option<f64>,
    /// Of a change: against the same time of the year before
    #[arg(long, conflicts_with = "baseline")]
    year_before: bool,
    /// Bind what nobody has bound as the city's file proposes
    #[arg(long, conflicts_with = "target")]
    proposed: bool,
    #[arg(long, required_unless_present = "proposed")]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct EvidenceArgs {
    plan: String,
    /// `target/12` or `node/3.2.1`
    #[arg(long, requires = "on")]
    about: Option<String>,
    /// The day that it speaks of
    #[arg(long, value_name = "DAY", requires = "about")]
    on: Option<Date>,
    /// The figure reached by then, counted from the beginning
    #[arg(long, allow_hyphen_values = true, requires = "about", value_parser = number)]
    value: Option<f64>,
    /// Where the figure comes from
    #[arg(long, requires = "about")]
    source: Option<String>,
    /// A document; may be repeated
    #[arg(long, requires = "about")]
    file: Vec<PathBuf>,
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["about", "return_"])]
    accept: Option<u32>,
    #[arg(long = "return", value_name = "NUMBER", conflicts_with = "about")]
    return_: Option<u32>,
    /// Decide otherwise than somebody did before
    #[arg(long, conflicts_with = "about")]
    again: bool,
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    plan: String,
    /// The edits as a JSON file
    #[arg(long)]
    file: Option<PathBuf>,
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["file", "reject"])]
    approve: Option<u32>,
    #[arg(long, value_name = "NUMBER", conflicts_with = "file")]
    reject: Option<u32>,
    #[arg(long)]
    reason: Option<String>,
}

impl Work {
    pub(super) async fn run(self, client: &Client, output: Output) -> Result<()> {
        match self {
            Self::Tasks {
                plan,
                point,
                unit,
                county,
            } => {
                let point = point.map(|point| point.to_string());
                let query = query([("point", point), ("unit", unit), ("county", county)]);
                let tasks: TasksOfPlan = client
                    .get(&address(&plan, &format!("/tasks{query}")))
                    .await?;
                output.result(&tasks, shown::tasks)
            }
            Self::Decompose { plan, reason } => {
                let body = WhyOfPlan { reason };
                let path = address(&plan, "/tasks/proposal");
                let tasks: TasksOfPlan = client.post(&path, &body).await?;
                output.result(&tasks, shown::tasks)
            }
            Self::Edit { plan, file, reason } => {
                let mut body: EditsOfPlan = read(&file)?;
                body.reason = reason.or(body.reason);
                let plan: Stored = client.post(&address(&plan, "/edits"), &body).await?;
                output.result(&plan, shown::plan)
            }
            Self::Counties {
                plan,
                task,
                counties,
                reason,
            } => {
                let body = CountiesOfTask {
                    counties: counties
                        .iter()
                        .map(|one| county(one))
                        .collect::<Result<_>>()?,
                    reason,
                };
                let path = format!("/tasks/{}/counties", encode(&task));
                let tasks: TasksOfPlan = client.post(&address(&plan, &path), &body).await?;
                output.result(&tasks, shown::tasks)
            }
            Self::Node(node) => node.run(client, output).await,
            Self::Bind(bind) => bind.run(client, output).await,
            Self::Evidence(evidence) => evidence.run(client, output).await,
            Self::Late { plan } => {
                let late: LateOfPlan = client.get(&address(&plan, "/late")).await?;
                output.result(&late, late_text)
            }
            Self::Change(change) => change.run(client, output).await,
            Self::Diff { plan, from, to } => {
                let to = to.map(|to| to.to_string());
                let query = query([("from", Some(from.to_string())), ("to", to)]);
                let told: DifferenceOfPlan = client
                    .get(&address(&plan, &format!("/difference{query}")))
                    .await?;
                output.result(&told, |told| shown::changes(&told.changes))
            }
            Self::Close { plan, reason } => {
                let body = ReasonOfPlan { reason };
                let plan: Stored = client.post(&address(&plan, "/closing"), &body).await?;
                output.result(&plan, shown::plan)
            }
            Self::Next { plan } => {
                let frame: FrameOfPlan = client.get(&address(&plan, "/next")).await?;
                output.result(&frame, |frame| frame.text.clone())
            }
        }
    }
}

impl NodeArgs {
    async fn run(self, client: &Client, output: Output) -> Result<()> {
        let body = StepOfNode {
            step: self.step,
            on: self.on,
            documents: keep(client, &self.plan, &self.file).await?,
            reason: self.reason,
        };
        let path = format!("/nodes/{}/steps", encode(&self.node));
        let plan: Stored = client.post(&address(&self.plan, &path), &body).await?;
        output.result(&plan, shown::lamps)
    }
}

impl BindArgs {
    async fn run(self, client: &Client, output: Output) -> Result<()> {
        let plan: Stored = if let (Some(target), Some(kind)) = (self.target, self.kind) {
            let body = BindTarget {
                kind,
                id: self.id,
                metric: self.metric,
                way: self.way,
                baseline: self.baseline,
                against_year_before: self.year_before,
                reason: self.reason.unwrap_or_default(),
            };
            let path = address(&self.plan, &format!("/targets/{target}/binding"));
            client.put(&path, &body).await?
        } else {
            let body = WhyOfPlan {
                reason: self.reason,
            };
            let path = address(&self.plan, "/bindings/proposal");
            let plan: Stored = client.post(&path, &body).await?;
            return output.result(&plan, |plan| {
                format!("{}{}", shown::plan(plan), proposed(plan))
            });
        };
        output.result(&plan, shown::plan)
    }
}

/// How many targets are bound as the city's file proposes, and what to look at where none is.
fn proposed(plan: &Stored) -> String {
    let bound = plan.targets.iter().filter(|target| {
        let binding = &target.binding;
        binding.by.is_none() && binding.kind != "open"
    });
    match bound.count() {
        0 => "没有一项指标按城市文件夹的 plan/bindings.csv 绑定：文件在程序启动时读取，改了以后要重新启动；`point` 是要点的序号，`wording` 要是指标原文里的词\n"
            .to_owned(),
        count => format!("按城市文件夹的 plan/bindings.csv 绑定了{count}项指标（文件在程序启动时读取）\n"),
    }
}

impl EvidenceArgs {
    async fn run(self, client: &Client, output: Output) -> Result<()> {
        if let Some(number) = self.accept.or(self.return_) {
            let body = verdict(self.accept.is_some(), self.reason);
            let path = address(&self.plan, &format!("/evidence/{number}/decision"));
            let mut ask = Ask::with(&body)?;
            if self.again {
                let seen: Stored = client.get(&address(&self.plan, "")).await?;
                ask.revision = Some(seen.head.revision);
            }
            let plan: Stored = client.decoded(Method::POST, &path, ask).await?;
            return output.result(&plan, shown::lamps);
        }
        let (Some(about), Some(on)) = (self.about, self.on) else {
            let list: EvidenceList = client.get(&address(&self.plan, "/evidence")).await?;
            return output.result(&list, |list| {
                list.evidence.iter().map(evidence_line).collect()
            });
        };
        let body = SubmitEvidence {
            about,
            on,
            value: self.value,
            source: self.source,
            documents: keep(client, &self.plan, &self.file).await?,
            note: None,
            reason: self.reason,
        };
        let path = address(&self.plan, "/evidence");
        let evidence: EvidenceOfPlan = client.post(&path, &body).await?;
        output.result(&evidence, evidence_line)
    }
}

impl ChangeArgs {
    async fn run(self, client: &Client, output: Output) -> Result<()> {
        if let Some(number) = self.approve.or(self.reject) {
            let body = verdict(self.approve.is_some(), self.reason);
            let path = address(&self.plan, &format!("/changes/{number}/decision"));
            let plan: Stored = client.post(&path, &body).await?;
            return output.result(&plan, shown::lamps);
        }
        let Some(file) = &self.file else {
            let list: ChangeList = client.get(&address(&self.plan, "/changes")).await?;
            return output.result(&list, |list| list.changes.iter().map(change_line).collect());
        };
        let edits: EditsOfPlan = read(file)?;
        let body = AskChange {
            edits: edits.edits,
            reason: self.reason.or(edits.reason).unwrap_or_default(),
        };
        let change: ChangeOfPlan = client.post(&address(&self.plan, "/changes"), &body).await?;
        output.result(&change, change_line)
    }
}

fn verdict(accept: bool, reason: Option<String>) -> VerdictOfPlan {
    VerdictOfPlan {
        accept,
        reason: reason.unwrap_or_default(),
    }
}

/// Keeps documents, and gives their hashes.
async fn keep(client: &Client, plan: &str, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut hashes = Vec::new();
    for file in files {
        let body = DocumentFile {
            path: absolute(file)?,
            reason: None,
        };
        let kept: DocumentOfPlan = client.post(&address(plan, "/documents"), &body).await?;
        hashes.push(kept.hash);
    }
    Ok(hashes)
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let bytes = std::fs::read(file).map_err(Failure::io("read", file))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Failure {
            causes: vec![error.to_string()],
            ..Failure::new(format!("`{}` holds no edits", file.display()))
        }
        .help("docs/plans.md shows how edits are written")
    })
}

/// A number that JSON can carry: one that is none, or has no end, would arrive as nothing said.
fn number(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if number.is_finite() {
        Ok(number)
    } else {
        Err("it is no number that can be counted".to_owned())
    }
}

fn county(text: &str) -> Result<CountyOfTask> {
    let (county, quantity) = match text.split_once(['=', '＝']) {
        Some((county, quantity)) => {
            let quantity = number(quantity.trim()).map_err(|_| {
                Failure::new(format!(
                    "`{text}` is no county with its share, such as `亭湖区=800`"
                ))
            })?;
            (county, Some(quantity))
        }
        None => (text, None),
    };
    Ok(CountyOfTask {
        county: county.trim().to_owned(),
        quantity,
    })
}

fn late_text(late: &LateOfPlan) -> String {
    let mut text = String::new();
    let lists = [
        ("约谈", &late.interview),
        ("督办", &late.supervise),
        ("催办", &late.remind),
    ];
    for (name, items) in lists {
        let _ = writeln!(text, "{name}（{}项）", items.len());
        for item in items {
            late_line(&mut text, item);
        }
    }
    text
}

/// A title with the task that it is a step of.
fn late_title(item: &LateItem) -> String {
    match &item.task_title {
        Some(task) if item.item.starts_with("node/") => format!("{task}：{}", item.title),
        _ => item.title.clone(),
    }
}

fn late_line(text: &mut String, item: &LateItem) {
    let unit = item.county.as_deref().or(item.unit.as_deref());
    let _ = writeln!(
        text,
        "   {}　{}　{}　{}到期，{}（{}）",
        item.item,
        unit.unwrap_or("牵头单位待定"),
        late_title(item),
        item.due.day,
        days_text(item.days_left),
        item.rule
    );
    for part in &item.rest {
        let _ = writeln!(
            text,
            "      同一事项：{}　{}　{}到期，{}",
            part.item,
            part.title,
            part.due.day,
            days_text(part.days_left)
        );
    }
}

fn evidence_line(evidence: &EvidenceOfPlan) -> String {
    let state = match evidence.state.as_str() {
        "accepted" => "已通过",
        "returned" => "已退回",
        _ => "待审核",
    };
    format!(
        "{}　{}　{}　{}　{}　{}份材料\n",
        evidence.number,
        evidence.about,
        state,
        evidence.on,
        evidence
            .value
            .map(|value| value.to_string())
            .unwrap_or_default(),
        evidence.documents.len()
    )
}

fn change_line(change: &ChangeOfPlan) -> String {
    let state = match change.state.as_str() {
        "approved" => "已批准",
        "rejected" => "未批准",
        _ => "待批准",
    };
    let items: Vec<&str> = change.edits.iter().map(|edit| edit.item.as_str()).collect();
    format!(
        "{}　{state}　{}　{}\n",
        change.number,
        items.join("、"),
        change.requested.reason.as_deref().unwrap_or_default()
    )
}

impl Client {
    async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl serde::Serialize,
    ) -> Result<T> {
        self.decoded(Method::PUT, path, Ask::with(body)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::{county, number};

    #[test]
    fn a_county_may_have_a_share() {
        let one = county("亭湖区=800.5").unwrap();
        assert_eq!((one.county.as_str(), one.quantity), ("亭湖区", Some(800.5)));
        assert_eq!(county(" 盐都区 ").unwrap().quantity, None);
        for no_share in ["亭湖区=很多", "亭湖区=NaN", "亭湖区=inf"] {
            assert!(county(no_share).is_err(), "{no_share}");
        }
    }

    #[test]
    fn a_figure_that_json_cannot_carry_is_refused() {
        for no_figure in ["NaN", "inf", "-inf", "1e999", "x"] {
            assert!(number(no_figure).is_err(), "{no_figure}");
        }
        assert_eq!(number("-9.5"), Ok(-9.5));
    }
}
