//! Deliveries of the next day that end in the middle of a row, beside the inbox so that no run takes them
//! by itself.

use std::sync::Arc;

use super::{Context, Output, Report, Written, residents};
use crate::Error;
use crate::defect::{DefectKind, Truth, Verdict};
use crate::rates::Plan;
use crate::sheet::{Pen, Text};
use crate::sink::Frame;
use crate::term::{Charset, encode};

const HOUSEHOLDS: u32 = 90;

pub(crate) fn write(context: &Context<'_>) -> Result<Report, Error> {
    let world = context.world;
    let none = crate::Rates::none();
    let plan = Plan::new(&world.city, &none, residents::LAYOUT.dataset, world.seed)?;
    let frame = Frame::csv(Charset::Gb18030, residents::LAYOUT.columns.len());
    let mut pen = Pen::new(world, &residents::LAYOUT, &plan, Text::new(&frame, None));
    residents::fill(world, &mut pen, 0..HOUSEHOLDS.min(world.households()));
    let block = pen.finish();
    let mut bytes = block.page.bytes;

    let body = bytes.len().saturating_sub(2);
    let last_line = bytes
        .get(..body)
        .and_then(|body| body.iter().rposition(|byte| *byte == b'\n'))
        .map_or(0, |at| at + 1);
    let key: String = bytes
        .get(last_line..last_line + 18)
        .map(|id| String::from_utf8_lossy(id).into_owned())
        .unwrap_or_default();
    bytes.truncate(last_line + (body - last_line) / 2);

    let day = String::from_utf8_lossy(&world.days.packed(world.today + 1)).into_owned();
    let name = format!("late/public_security/常住人口登记_{day}.csv");
    let mut output = Output::create(&context.options.out, &name)?;
    let header = residents::LAYOUT.headers.join(",") + "\r\n";
    output.write(&encode(&header, Charset::Gb18030))?;
    output.write(&bytes)?;
    output.finish()?;

    let file: Arc<str> = name.into();
    let dataset: Arc<str> = residents::LAYOUT.dataset.into();
    Ok(Report {
        written: vec![Written {
            dataset: Arc::clone(&dataset),
            file: Arc::clone(&file),
            sheet: None,
            rows: block.rows,
        }],
        truths: vec![Truth {
            file,
            sheet: None,
            dataset,
            row: block.rows,
            key,
            column: None,
            kind: DefectKind::TruncatedFile,
            reason: "cell-count".into(),
            verdict: Verdict::Refused,
            hard: true,
            twin: None,
        }],
    })
}
