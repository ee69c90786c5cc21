//! The papers that are made of a plan: the monthly brief, the pack of the quarterly joint meeting, the review of the year.
//!
//! A pure function from how a plan stands at the end of a period to a document. Every number carries a footnote that says where it
//! comes from. What is not known is said to be not known, and nothing is estimated.

mod figures;
mod history;
mod late;
mod moment;
mod tallies;
mod trails;
mod words;
mod year;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use yandu_documents::{Align, Block, Column, Document, Level, Run, Runs, Table, date_text};
use yandu_words::{Grain, Period};

pub use self::trails::MetricSource;
use self::trails::Trails;
pub use self::words::days_text;
use self::words::period_text;
use crate::overdue::{Listed, overdue};
use crate::record::{Node, Plan, Status};
use crate::standing::{Actuals, Standing, Today, standing};
use crate::{Error, Result};

pub(crate) use self::moment::upto;

/// A kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Paper {
    /// 月度简报.
    Brief,
    /// 季度联席会议材料.
    Pack,
    /// 年终评估.
    Review,
}

impl Paper {
    pub const ALL: [Self; 3] = [Self::Brief, Self::Pack, Self::Review];

    /// Stable name, as addresses have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Pack => "pack",
            Self::Review => "review",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|paper| paper.name() == name)
    }

    /// In Chinese.
    pub fn title(self) -> &'static str {
        match self {
            Self::Brief => "月度简报",
            Self::Pack => "季度联席会议材料",
            Self::Review => "年终评估",
        }
    }

    /// How long its periods are.
    pub fn grain(self) -> Grain {
        match self {
            Self::Brief => Grain::Month,
            Self::Pack => Grain::Quarter,
            Self::Review => Grain::Year,
        }
    }

    /// What its period is called in its text.
    fn span(self) -> &'static str {
        match self {
            Self::Brief => "本月",
            Self::Pack => "本季度",
            Self::Review => "本年度",
        }
    }

    fn next_span(self) -> &'static str {
        match self {
            Self::Brief => "下月",
            Self::Pack => "下季度",
            Self::Review => "下年度",
        }
    }
}

/// The day at whose end a paper looks at a plan: the last of its period, and `today` while that runs. `today` is the day of its
/// closing where it is closed.
pub fn day_of_paper(plan: &Plan, paper: Paper, period: Period, today: Date) -> Result<Date> {
    if plan.status == Status::Reviewing {
        return Err(Error::NotNow {
            id: plan.id.clone(),
            status: plan.status,
            doing: "reported on",
        });
    }
    let refused = |why: String| Error::Period {
        period: period.to_string(),
        why,
    };
    if period.grain() != paper.grain() {
        let grain = paper.grain().name();
        return Err(refused(format!("this paper is made for a {grain}")));
    }
    if let Some((first, last)) = plan.years()
        && !(first..=last).contains(&period.year())
    {
        let years = if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        };
        return Err(refused(format!("the plan is for {years}")));
    }
    if period.first_day() > today {
        return Err(refused("it has not begun".to_owned()));
    }
    Ok(period.last_day().min(today))
}

/// What a paper is made with, beside the plan.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    pub paper: Paper,
    pub period: Period,
    /// The day of [`day_of_paper`], with the rules and the calendar.
    pub today: Today<'a>,
    /// What the plan's metrics show on that day.
    pub actuals: &'a Actuals,
    /// The metrics that the plan is bound to, by their ids.
    pub metrics: &'a BTreeMap<String, MetricSource>,
    /// Targets whose numbers are not for whoever asks for the paper.
    pub hidden: &'a BTreeSet<u32>,
    /// What those who decided changes are called, by their accounts.
    pub names: &'a BTreeMap<String, String>,
    /// The address of the web application, without a slash at its end.
    pub address: &'a str,
}

/// Makes a paper.
pub fn paper(plan: &Plan, making: Making<'_>) -> Document {
    let before = upto(plan, making.today.day);
    let mut standing = standing(&before, making.actuals, making.today);
    standing.hide(making.hidden);
    let listed = overdue(&before, &standing, making.today.rules);
    let mut writer = Writer {
        plan: &before,
        making,
        standing: &standing,
        listed: &listed,
        trails: Trails::new(&before, plan, making),
        document: Document::default(),
    };
    writer.head();
    writer.opening();
    match making.paper {
        Paper::Brief => writer.brief(),
        Paper::Pack => writer.pack(),
        Paper::Review => writer.review(),
    }
    writer.document
}

/// A paper that is being written.
struct Writer<'a> {
    plan: &'a Plan,
    making: Making<'a>,
    standing: &'a Standing,
    listed: &'a [Listed],
    trails: Trails<'a>,
    document: Document,
}

impl Writer<'_> {
    fn head(&mut self) {
        let title = self.plan.head.title.as_deref().unwrap_or("工作要点");
        let period = self.making.period;
        self.document.title = match self.making.paper {
            Paper::Brief => {
                format!("{title}\n推进情况简报（{}）", self.told(period))
            }
            Paper::Pack => {
                format!("{title}\n联席会议材料（{}）", self.told(period))
            }
            Paper::Review => format!("{title}\n年终评估报告"),
        };
        self.document.recipients = Some("各牵头单位、责任单位".to_owned());
        let office = self.making.today.rules.office.trim();
        self.document.signature = (!office.is_empty()).then(|| office.to_owned());
        self.document.date = Some(self.making.today.day);
    }

    fn opening(&mut self) {
        let period = period_text(self.making.period);
        self.tell(match self.making.paper {
            Paper::Brief => format!("现将工作要点{period}推进情况通报如下。"),
            Paper::Pack => format!("现将工作要点{period}推进情况和提请会议议定的事项汇报如下。"),
            Paper::Review => format!("现将工作要点{period}完成情况评估如下。"),
        });
        let hidden = self.making.hidden.len();
        if hidden > 0 {
            self.tell(format!(
                "本件按生成者账号的权限生成，{hidden}项指标的数据未显示。"
            ));
        }
    }

    /// A period, without the year where the title of the plan has it.
    fn told(&self, period: Period) -> String {
        let year = format!("{}年", period.year());
        let text = period_text(period);
        let title = self.plan.head.title.as_deref().unwrap_or_default();
        match text.strip_prefix(&year) {
            Some(rest) if title.contains(&year) && !rest.is_empty() => rest.to_owned(),
            _ => text,
        }
    }

    fn brief(&mut self) {
        self.overview();
        self.targets();
        self.late();
        self.steps();
        self.changes();
        self.due_next();
    }

    fn pack(&mut self) {
        self.overview();
        self.targets();
        self.units();
        self.counties();
        self.late();
        self.steps();
        self.changes();
        self.asked();
        self.due_next();
    }

    fn review(&mut self) {
        self.overview();
        self.assessed();
        self.reasons();
        self.late();
        self.units();
        self.counties();
        self.changes();
        self.carried();
    }

    fn heading(&mut self, level: Level, text: impl Into<String>) {
        self.document.blocks.push(Block::heading(level, text));
    }

    fn say(&mut self, runs: Runs) {
        self.document.blocks.push(Block::Paragraph(runs));
    }

    fn tell(&mut self, text: impl Into<String>) {
        self.say(vec![Run::plain(text)]);
    }

    fn table(&mut self, columns: &[(&str, u16, Align)], rows: Vec<Vec<Runs>>) {
        let columns = columns.iter().map(|(title, width, align)| Column {
            title: (*title).to_owned(),
            width: *width,
            align: *align,
        });
        self.document.blocks.push(Block::Table(Table {
            columns: columns.collect(),
            rows,
        }));
    }

    /// A number of items, with the footnote of numbers that are counted.
    fn counted(&mut self, count: u32, unit: &str) -> Run {
        let note = self.trails.of_count();
        Run::noted(format!("{count}{unit}"), self.document.note(note))
    }

    /// A day in a table: without the year where it is that of the paper.
    fn short(&self, day: Date) -> String {
        if day.year() == self.making.period.year() {
            format!("{}月{}日", day.month(), day.day())
        } else {
            date_text(day)
        }
    }

    /// The day on which a node is due, as its days are counted.
    fn due_of(&self, node: &Node) -> Date {
        let stands = self.standing.nodes.get(&node.id);
        stands.map_or(node.said.due, |stands| stands.due.day)
    }

    fn day(&self) -> String {
        date_text(self.making.today.day)
    }
}
