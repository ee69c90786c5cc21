//! What every delivery has in common: a file that appears under its name only when it is whole, blocks
//! written in order, and the truth about them.

pub(crate) mod companies;
pub(crate) mod database;
pub(crate) mod households;
pub(crate) mod insured;
pub(crate) mod late;
pub(crate) mod properties;
pub(crate) mod residents;
pub(crate) mod settlements;
pub(crate) mod workbook;
pub(crate) mod worksheet;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::defect::Truth;
use crate::rates::Plan;
use crate::sheet::{Block, Layout, Page, Pen};
use crate::world::World;
use crate::{Delivery, Error, Options, Progress, parallel};

/// A file, or a sheet of one, with the number of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub dataset: Arc<str>,
    /// Relative to the folder of the simulation.
    pub file: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<Arc<str>>,
    /// Rows below the header, planted ones included.
    pub rows: u64,
}

#[derive(Default)]
pub(crate) struct Report {
    pub(crate) written: Vec<Written>,
    pub(crate) truths: Vec<Truth>,
}

pub(crate) struct Context<'a> {
    pub(crate) world: &'a World,
    pub(crate) options: &'a Options,
    pub(crate) progress: &'a dyn Progress,
}

impl Context<'_> {
    /// The day of the export as it stands in file names.
    pub(crate) fn stamp(&self) -> String {
        String::from_utf8_lossy(&self.world.days.packed(self.world.today)).into_owned()
    }

    pub(crate) fn plan(&self, dataset: &str) -> Result<Plan, Error> {
        Plan::new(
            &self.world.city,
            &self.options.defects,
            dataset,
            self.world.seed,
        )
    }
}

/// A file that is written under another name until it is whole.
pub(crate) struct Output {
    path: PathBuf,
    part: PathBuf,
    writer: BufWriter<File>,
}

impl Output {
    pub(crate) fn create(root: &Path, relative: &str) -> Result<Self, Error> {
        let path = root.join(relative);
        let part = part_of(&path);
        let failed = |source| Error::Write {
            path: path.clone(),
            source,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::create(&part).map_err(failed)?;
        Ok(Self {
            writer: BufWriter::with_capacity(1 << 16, file),
            path,
            part,
        })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.write_all(bytes).map_err(|source| Error::Write {
            path: self.path.clone(),
            source,
        })
    }

    pub(crate) fn finish(mut self) -> Result<PathBuf, Error> {
        let flushed = self.writer.flush();
        flushed
            .and_then(|()| std::fs::rename(&self.part, &self.path))
            .map_err(|source| Error::Write {
                path: self.path.clone(),
                source,
            })?;
        Ok(self.path)
    }
}

pub(crate) fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// How a delivery is cut into blocks.
pub(crate) struct Run<'a> {
    pub(crate) delivery: Delivery,
    pub(crate) layout: &'a Layout,
    /// Things that a block is made of, and how many of them there are.
    pub(crate) step: u32,
    pub(crate) total: u32,
}

impl Run<'_> {
    /// Makes all blocks with `write_rows` and hands the page of each, in order, to `take`.
    pub(crate) fn write<P: Page + Send>(
        &self,
        context: &Context<'_>,
        file: &Arc<str>,
        sheet: Option<&Arc<str>>,
        new_page: impl Fn() -> P + Sync,
        write_rows: impl Fn(&mut Pen<'_, P>, Range<u32>) + Sync,
        mut take: impl FnMut(P) -> Result<(), Error>,
    ) -> Result<Report, Error> {
        let plan = context.plan(self.layout.dataset)?;
        let dataset: Arc<str> = self.layout.dataset.into();
        let make = |block: usize| {
            let from = block as u32 * self.step;
            let to = from.saturating_add(self.step).min(self.total);
            let mut pen = Pen::new(context.world, self.layout, &plan, new_page());
            write_rows(&mut pen, from..to);
            pen.finish()
        };
        let mut rows = 0;
        let mut truths = Vec::new();
        let blocks = self.total.div_ceil(self.step.max(1)) as usize;
        parallel::in_order(context.options.threads, blocks, make, |block: Block<P>| {
            let Block {
                page,
                rows: more,
                noted,
            } = block;
            truths.extend(
                noted
                    .into_iter()
                    .map(|noted| noted.truth(rows, file, sheet, &dataset)),
            );
            rows += more;
            take(page)?;
            context.progress.advance(self.delivery, more);
            Ok(())
        })?;
        Ok(Report {
            written: vec![Written {
                dataset,
                file: Arc::clone(file),
                sheet: sheet.cloned(),
                rows,
            }],
            truths,
        })
    }
}
