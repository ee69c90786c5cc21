//! Writes a city: all deliveries, and the truth about what is wrong with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::defect::{DefectKind, Truth, Verdict};
use crate::delivery::{
    Context, Output, Report, Written, households, insured, late, properties, residents,
    settlements, workbook,
};
use crate::register::{self, REGISTERS};
use crate::world::World;
use crate::{Delivery, Error, Options, Progress, air, form};

/// What was written, as in `truth.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub people: u64,
    pub seed: u64,
    pub date: String,
    pub households: u64,
    pub companies: u64,
    pub files: Vec<Written>,
    pub defects: Vec<DefectCount>,
}

/// How often one kind of fault was planted in one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectCount {
    pub dataset: Arc<str>,
    pub kind: DefectKind,
    pub reason: Arc<str>,
    pub verdict: Verdict,
    pub rows: u64,
}

/// Writes the deliveries that `options` ask for.
///
/// `inbox/` holds a folder for each department, `late/` deliveries that are cut off, `truth.jsonl` one
/// line for each planted fault and `truth.json` their numbers. The rows follow from people, seed, date
/// and city alone, the bytes from these and from how many files the rows are shared out over.
pub fn simulate(options: &Options, progress: &dyn Progress) -> Result<Summary, Error> {
    let world = World::new(options)?;
    let context = Context {
        world: &world,
        options,
        progress,
    };
    let reports = write_all(&context)?;
    let mut files = Vec::new();
    let mut truths = Vec::new();
    for mut report in reports {
        files.append(&mut report.written);
        truths.append(&mut report.truths);
    }
    let summary = Summary {
        people: u64::from(world.people()),
        seed: world.seed,
        date: options.date.to_string(),
        households: u64::from(world.households()),
        companies: u64::from(world.firms.count()),
        files,
        defects: count(&truths),
    };
    write_truth(options, &truths, &summary)?;
    Ok(summary)
}

type Write = fn(&Context<'_>) -> Result<Report, Error>;

/// The workbook, the database and the registers are written by one thread each, however many there are, so they have a
/// lane of their own beside the text files.
fn write_all(context: &Context<'_>) -> Result<Vec<Report>, Error> {
    const TEXTS: [(Delivery, Write); 5] = [
        (Delivery::Residents, residents::write),
        (Delivery::Residents, late::write),
        (Delivery::Households, households::write),
        (Delivery::Insured, insured::write),
        (Delivery::Properties, properties::write),
    ];
    const SINGLE: [(Delivery, Write); 4] = [
        (Delivery::Enterprises, workbook::write),
        (Delivery::Settlements, settlements::write),
        (Delivery::Industry, form::future_industry),
        (Delivery::Trade, form::contest),
    ];
    let run = |list: &[(Delivery, Write)]| {
        list.iter()
            .filter(|(delivery, _)| context.options.wants(*delivery))
            .map(|(_, write)| write(context))
            .collect::<Result<Vec<Report>, Error>>()
    };
    let run_single = || {
        let mut reports = run(&SINGLE)?;
        for register in REGISTERS {
            if context.options.wants(register.delivery) {
                reports.push(register::write(context, register)?);
            }
        }
        Ok(reports)
    };
    // A thread of its own also lets a caller be inside an async runtime.
    std::thread::scope(|scope| {
        let lane = scope.spawn(run_single);
        let mut reports = if context.options.threads > 1 {
            let texts = run(&TEXTS)?;
            let mut single = lane.join().map_err(|_| Error::Worker)??;
            let mut reports = texts;
            reports.append(&mut single);
            reports
        } else {
            let mut single = lane.join().map_err(|_| Error::Worker)??;
            let mut reports = run(&TEXTS)?;
            reports.append(&mut single);
            reports
        };
        if context.options.wants(Delivery::Air) {
            reports.push(air::report(context)?);
        }
        Ok(reports)
    })
}

fn count(truths: &[Truth]) -> Vec<DefectCount> {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for truth in truths {
        let key = (&truth.dataset, truth.kind, &truth.reason, truth.verdict);
        *counts.entry(key).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((dataset, kind, reason, verdict), rows)| DefectCount {
            dataset: Arc::clone(dataset),
            kind,
            reason: Arc::clone(reason),
            verdict,
            rows,
        })
        .collect()
}

fn write_truth(options: &Options, truths: &[Truth], summary: &Summary) -> Result<(), Error> {
    let failed = |name: &str| {
        let path = options.out.join(name);
        move |source: serde_json::Error| Error::Write {
            path,
            source: source.into(),
        }
    };
    let mut lines = Output::create(&options.out, "truth.jsonl")?;
    for truth in truths {
        let mut line = serde_json::to_vec(truth).map_err(failed("truth.jsonl"))?;
        line.push(b'\n');
        lines.write(&line)?;
    }
    lines.finish()?;
    let mut whole = Output::create(&options.out, "truth.json")?;
    whole.write(&serde_json::to_vec_pretty(summary).map_err(failed("truth.json"))?)?;
    whole.write(b"\n")?;
    whole.finish()?;
    Ok(())
}
