//! The one pass over a batch: blocks are read in order, parsed, checked and written side by side.
//!
//! Reading a block (cheap) and settling its keys (in the order of the file) are the only steps that workers take
//! in turn, so that which of two rows with the same key is kept does not depend on the number of threads.

mod keys;
mod output;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};

use arrow::array::BooleanArray;
use yandu_check::block::TextBlock;
use yandu_check::key::KeySet;
use yandu_check::profile::{ColumnProfile, Profiler};
use yandu_check::{Cause, Checked, Checker, Expectations, Finding, Level, Tally};
use yandu_decode::{Cutter, Delimited, RawBlock};
use yandu_lake::{FileWriter, NewFile};
use yandu_words::id::BatchId;

use crate::progress::Progress;
use crate::quarantine::QuarantineWriter;
use crate::{Error, Mode, Result};
pub(crate) use keys::{Keys, Unique};
pub(crate) use output::Output;

/// What a pass needs to know.
pub(crate) struct Plan<'a> {
    pub(crate) batch: &'a BatchId,
    pub(crate) mode: Mode,
    pub(crate) checker: &'a Checker,
    /// Headers of the delivery that no column claims, with their place among the cells of a row.
    pub(crate) extra: &'a [(usize, String)],
    pub(crate) threads: usize,
    /// Folder of the batch's quarantine files; made when the first row goes there.
    pub(crate) quarantine: PathBuf,
    pub(crate) progress: &'a Progress,
}

/// Blocks of a delivery in file order, before they are parsed.
pub(crate) trait Blocks: Send {
    type Block: Send;
    /// The next block; called under a lock, so it should do no more than it must.
    fn next(&mut self) -> Result<Option<Self::Block>>;
}

impl<R: Read + Send> Blocks for Cutter<R> {
    type Block = RawBlock;

    fn next(&mut self) -> Result<Option<RawBlock>> {
        Ok(self.next_block()?)
    }
}

impl Blocks for yandu_decode::Blocks {
    type Block = TextBlock;

    fn next(&mut self) -> Result<Option<TextBlock>> {
        Ok(Iterator::next(self).transpose()?)
    }
}

/// What came out of a pass.
#[derive(Debug)]
pub(crate) struct Passed {
    pub(crate) rows_in: u64,
    pub(crate) rows_kept: u64,
    pub(crate) rows_quarantined: u64,
    /// Rows of the batch that a later row with the same key replaces (upsert only), by their place, ascending.
    pub(crate) superseded: Vec<u64>,
    pub(crate) tally: Tally,
    pub(crate) profile: Vec<ColumnProfile>,
    pub(crate) files: Vec<NewFile>,
    /// Keys of the kept rows; empty when the dataset has no key.
    pub(crate) keys: KeySet,
    /// Checks that could not be evaluated on some row, by index, with the first message of each.
    pub(crate) errors: BTreeMap<u32, String>,
}

struct Input<B> {
    blocks: B,
    ticket: u64,
}

struct Order {
    next: u64,
    keys: Keys,
    unique: Vec<Unique>,
    /// A worker gave up; nobody waits for its turn any more.
    failed: bool,
}

/// Runs the pass over the rows of an opened delivery.
pub(crate) fn run_rows(
    plan: &Plan<'_>,
    rows: yandu_decode::Rows,
    writer: impl Fn() -> Result<FileWriter> + Sync,
) -> Result<Passed> {
    match rows {
        yandu_decode::Rows::Delimited(delimited) => {
            let Delimited { cutter, parser } = *delimited;
            run(plan, cutter, |block| parser.parse(block), writer)
        }
        yandu_decode::Rows::Serial(blocks) => run(plan, blocks, |block| block, writer),
    }
}

/// Runs the pass. On an error every file it wrote is removed again.
fn run<B: Blocks>(
    plan: &Plan<'_>,
    blocks: B,
    parse: impl Fn(B::Block) -> TextBlock + Sync,
    writer: impl Fn() -> Result<FileWriter> + Sync,
) -> Result<Passed> {
    let input = Mutex::new(Input { blocks, ticket: 0 });
    let order = Mutex::new(Order {
        next: 0,
        keys: Keys::new(plan.mode, !plan.checker.expectations().key.is_empty()),
        unique: Unique::of(plan.checker.expectations()),
        failed: false,
    });
    let turn = Condvar::new();
    let shared = Shared {
        plan,
        input: &input,
        order: &order,
        turn: &turn,
    };
    let outcomes: Vec<Result<Worked>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.threads.max(1))
            .map(|number| {
                let (shared, parse, writer) = (&shared, &parse, &writer);
                scope.spawn(move || {
                    let outcome = work(shared, number, parse, writer);
                    if outcome.is_err() {
                        shared.give_up();
                    }
                    outcome
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or(Err(Error::WorkerPanicked)))
            .collect()
    });
    let order = order.into_inner().unwrap_or_else(PoisonError::into_inner);
    join(outcomes, order.keys)
}

struct Shared<'a, B> {
    plan: &'a Plan<'a>,
    input: &'a Mutex<Input<B>>,
    order: &'a Mutex<Order>,
    turn: &'a Condvar,
}

struct Worked {
    rows_in: u64,
    rows_kept: u64,
    rows_quarantined: u64,
    tally: Tally,
    errors: BTreeMap<u32, String>,
    profiler: Profiler,
    writer: FileWriter,
    quarantine: QuarantineWriter,
}

fn work<B: Blocks>(
    shared: &Shared<'_, B>,
    number: usize,
    parse: &(impl Fn(B::Block) -> TextBlock + Sync),
    writer: &(impl Fn() -> Result<FileWriter> + Sync),
) -> Result<Worked> {
    let plan = shared.plan;
    let expectations = plan.checker.expectations();
    let mut worked = Worked {
        rows_in: 0,
        rows_kept: 0,
        rows_quarantined: 0,
        tally: Tally::default(),
        errors: BTreeMap::new(),
        profiler: Profiler::new(expectations),
        writer: writer()?,
        quarantine: QuarantineWriter::new(
            plan.quarantine.join(format!("{number}.parquet")),
            expectations,
        ),
    };
    match work_through(shared, parse, &mut worked) {
        Ok(()) => Ok(worked),
        Err(error) => {
            worked.writer.abandon();
            Err(error)
        }
    }
}

fn work_through<B: Blocks>(
    shared: &Shared<'_, B>,
    parse: &(impl Fn(B::Block) -> TextBlock + Sync),
    worked: &mut Worked,
) -> Result<()> {
    let plan = shared.plan;
    let expectations = plan.checker.expectations();
    let mut output = Output::new(plan.batch, plan.extra);
    while let Some((ticket, block)) = shared.take()? {
        let block = parse(block);
        let mut checked = plan.checker.check(&block)?;
        worked.errors.extend(std::mem::take(&mut checked.errors));
        worked.profiler.update(&checked.rows, block.first_row);
        let replacing = shared.settle(ticket, &block, &mut checked)?;
        for finding in &checked.findings {
            let place = block.first_row + u64::from(finding.row);
            worked
                .tally
                .add(finding, place, || evidence(&block, plan.checker, finding));
        }
        for (row, earlier) in replacing {
            let finding = Finding {
                row,
                column: key_column(expectations),
                cause: Cause::RepeatedKey,
            };
            let text = OnceCell::new();
            worked.tally.add(&finding, earlier, || {
                text.get_or_init(|| replaced_by(&block, plan.checker, row))
            });
        }
        let quarantined = checked.hard.iter().filter(|hard| **hard).count();
        let kept = block.rows() - quarantined;
        if quarantined > 0 {
            worked.quarantine.write(&block, plan.checker, &checked)?;
        }
        if kept > 0 {
            let mask = (quarantined > 0).then(|| {
                checked
                    .hard
                    .iter()
                    .map(|hard| Some(!hard))
                    .collect::<BooleanArray>()
            });
            worked
                .writer
                .write(&output.rows(&block, &checked.rows, mask.as_ref())?)?;
        }
        worked.rows_in += block.rows() as u64;
        worked.rows_kept += kept as u64;
        worked.rows_quarantined += quarantined as u64;
        plan.progress
            .advance(block.source_bytes(), block.rows() as u64);
    }
    Ok(())
}

/// The column of a key of one column.
fn key_column(expectations: &Expectations) -> Option<u32> {
    match expectations.key.as_slice() {
        [column] => Some(*column as u32),
        _ => None,
    }
}

/// Which row takes the place of one with the same key, and the key.
fn replaced_by(block: &TextBlock, checker: &Checker, row: u32) -> String {
    let key = checker.expectations().key.iter();
    let cells = key.filter_map(|column| block.cell(row as usize, checker.cell(*column)?));
    format!(
        "被第 {} 行取代：{}",
        block.first_row + u64::from(row),
        cells.collect::<Vec<_>>().join(" / ")
    )
}

/// A hash of the record of each row.
fn contents(block: &TextBlock) -> Vec<u64> {
    let records = (0..block.rows()).map(|row| {
        let mut hasher = DefaultHasher::new();
        block.record(row).hash(&mut hasher);
        hasher.finish()
    });
    records.collect()
}

/// The cell that a finding speaks of; when it speaks of the whole row why that is no record, or the record.
fn evidence<'t>(block: &'t TextBlock, checker: &Checker, finding: &Finding) -> &'t str {
    let row = finding.row as usize;
    if finding.cause.is_of_decoder()
        && let Some(detail) = block.detail(finding.row)
    {
        return &detail.zh;
    }
    match finding
        .column
        .and_then(|column| checker.cell(column as usize))
    {
        Some(cell) => block.cell(row, cell).unwrap_or_default(),
        None => block.record(row),
    }
}

impl<B: Blocks> Shared<'_, B> {
    fn take(&self) -> Result<Option<(u64, B::Block)>> {
        if self.plan.progress.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(block) = input.blocks.next()? else {
            return Ok(None);
        };
        let ticket = input.ticket;
        input.ticket += 1;
        Ok(Some((ticket, block)))
    }

    /// Waits for the turn of this block, then marks the rows whose key stood in an earlier row. Gives the rows that take
    /// the place of one with other contents, each with the place of that one.
    fn settle(
        &self,
        ticket: u64,
        block: &TextBlock,
        checked: &mut Checked,
    ) -> Result<Vec<(u32, u64)>> {
        let expectations = self.plan.checker.expectations();
        let key_column = key_column(expectations);
        let contents = match self.plan.mode {
            Mode::Upsert => contents(block),
            Mode::Snapshot | Mode::Append => Vec::new(),
        };
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        while order.next != ticket && !order.failed {
            order = self
                .turn
                .wait(order)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if order.failed {
            return Err(Error::Cancelled);
        }
        let mut repeated = Vec::new();
        for (unique, (_, keys)) in order.unique.iter_mut().zip(&checked.unique) {
            let cause = Cause::Check(unique.check());
            let is_hard = cause.level(expectations) == Level::Hard;
            for row in unique.settle(keys, &checked.hard) {
                repeated.push((row, None, cause.clone(), is_hard));
            }
        }
        mark(checked, &mut repeated);
        let settled = order
            .keys
            .settle(&checked.keys, &checked.hard, &contents, block.first_row);
        for row in settled.gone {
            repeated.push((row, key_column, Cause::DuplicateKey, true));
        }
        order.next += 1;
        self.turn.notify_all();
        drop(order);
        mark(checked, &mut repeated);
        Ok(settled.replacing)
    }

    fn give_up(&self) {
        self.order
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .failed = true;
        self.turn.notify_all();
    }
}

/// Moves repeated rows (row, column, cause, hard) into the findings of their block.
fn mark(checked: &mut Checked, repeated: &mut Vec<(u32, Option<u32>, Cause, bool)>) {
    if repeated.is_empty() {
        return;
    }
    for (row, column, cause, is_hard) in repeated.drain(..) {
        if let Some(hard) = checked.hard.get_mut(row as usize) {
            *hard |= is_hard;
        }
        checked.findings.push(Finding { row, column, cause });
    }
    checked.findings.sort_by_key(|finding| finding.row);
}

fn join(outcomes: Vec<Result<Worked>>, keys: Keys) -> Result<Passed> {
    // The first cause is what the user must hear; the others only stopped because of it.
    let failed = outcomes
        .iter()
        .position(|outcome| {
            outcome
                .as_ref()
                .is_err_and(|error| !matches!(error, Error::Cancelled))
        })
        .or_else(|| outcomes.iter().position(Result::is_err));
    if let Some(failed) = failed {
        let mut cause = Error::Cancelled;
        for (index, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(worked) => worked.writer.abandon(),
                Err(error) if index == failed => cause = error,
                Err(_) => {}
            }
        }
        return Err(cause);
    }
    let (keys, superseded) = keys.finish();
    let mut passed = Passed {
        rows_in: 0,
        rows_kept: 0,
        rows_quarantined: 0,
        superseded,
        tally: Tally::default(),
        profile: Vec::new(),
        files: Vec::new(),
        keys,
        errors: BTreeMap::new(),
    };
    let mut profiler: Option<Profiler> = None;
    for worked in outcomes.into_iter().flatten() {
        passed.rows_in += worked.rows_in;
        passed.rows_kept += worked.rows_kept;
        passed.rows_quarantined += worked.rows_quarantined;
        passed.tally.merge(worked.tally);
        passed.errors.extend(worked.errors);
        match &mut profiler {
            Some(profiler) => profiler.merge(worked.profiler),
            None => profiler = Some(worked.profiler),
        }
        passed.files.extend(worked.writer.finish()?);
        worked.quarantine.finish()?;
    }
    passed.rows_kept -= passed.superseded.len() as u64;
    passed.profile = profiler.map(Profiler::finish).unwrap_or_default();
    Ok(passed)
}
