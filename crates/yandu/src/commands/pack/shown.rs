//! Changes of packs as text.

use std::fmt::Write as _;

use yandu_http::pack::change::{
    Change, PackChange, PackHistory, PackHistoryEntry, PackOpening, PossibleRename, RowCounts,
};

use crate::commands::local;
use crate::table::Table;

/// Signs of a declaration that are shown of a change.
const SHOWN: usize = 60;

pub(super) fn plan(plan: &PackChange) -> String {
    if plan.state == "none" {
        return "the packs are the installed ones\n".to_owned();
    }
    if plan.state == "applying" {
        let rows = plan.rows_done.unwrap_or_default();
        return format!("packs are being changed; {rows} rows read\n");
    }
    let mut text = String::new();
    for pack in &plan.packs {
        let version =
            |version: &Option<String>| version.clone().unwrap_or_else(|| "none".to_owned());
        let _ = writeln!(
            text,
            "{}: {} → {}",
            pack.pack,
            version(&pack.from),
            version(&pack.to)
        );
    }
    for dataset in &plan.datasets {
        let _ = writeln!(
            text,
            "{} · {} · {} rows",
            dataset.id, dataset.effect, dataset.rows
        );
        for change in &dataset.changes {
            let _ = writeln!(text, "  {}", line(change));
        }
        if let Some(counts) = &dataset.counts {
            write_counts(&mut text, counts);
            for sample in &counts.samples {
                let _ = writeln!(
                    text,
                    "    {} row {}: {}",
                    sample.batch,
                    sample.row,
                    sample.reasons.join(", ")
                );
            }
        }
    }
    for opening in &plan.opens {
        let _ = writeln!(text, "opens: {}", opened(opening));
    }
    for rename in &plan.possible_renames {
        let PossibleRename { dataset, from, to } = rename;
        let _ = writeln!(
            text,
            "hint: {dataset}: where `{from}` is called `{to}` from now on, add `{from}` to the `from` of `{to}`, and its values stay"
        );
    }
    let _ = if plan.touches_rows {
        writeln!(
            text,
            "stored rows are touched: `yandu pack apply --reason …` does it"
        )
    } else if !plan.opens.is_empty() {
        writeln!(
            text,
            "more is open than before: it waits until somebody confirms it with `yandu pack apply --reason …`"
        )
    } else {
        writeln!(
            text,
            "no stored row is touched: it is installed at the next start, or by `yandu pack apply`"
        )
    };
    text
}

fn opened(opening: &PackOpening) -> String {
    let mut text = opening.what.clone();
    for of in [&opening.dataset, &opening.name].into_iter().flatten() {
        let _ = write!(text, " {of}");
    }
    if let (Some(from), Some(to)) = (&opening.from, &opening.to) {
        let _ = write!(text, ": {from} → {to}");
    }
    text
}

fn line(change: &Change) -> String {
    let mut text = change.what.clone();
    if let Some(name) = &change.name {
        let _ = write!(text, " {name}");
    }
    let short = |text: &str| text.chars().take(SHOWN).collect::<String>();
    match (&change.from, &change.to) {
        (None, None) => {}
        (from, to) => {
            let shown = |value: &Option<String>| value.as_deref().map_or("none".to_owned(), short);
            let _ = write!(text, ": {} → {}", shown(from), shown(to));
        }
    }
    let _ = write!(text, " ({})", change.effect);
    text
}

fn write_counts(text: &mut String, counts: &RowCounts) {
    let _ = write!(
        text,
        "  {} rows: {} converted, {} to quarantine",
        counts.rows, counts.rows_converted, counts.rows_quarantined
    );
    if counts.rows_returned + counts.rows_superseded > 0 {
        let _ = write!(
            text,
            ", {} back from quarantine, {} superseded",
            counts.rows_returned, counts.rows_superseded
        );
    }
    text.push('\n');
    for (reason, rows) in &counts.reasons {
        let _ = writeln!(text, "    {reason}: {rows}");
    }
}

pub(super) fn applied(change: &PackHistoryEntry) -> String {
    let mut text = format!("pack change {} {}\n", change.number, change.status);
    for step in &change.steps {
        let version = match step.version {
            Some(version) => format!("version {version}"),
            None => "as it was".to_owned(),
        };
        let _ = writeln!(text, "{} · {version}", step.dataset);
        if let Some(counts) = &step.counts {
            write_counts(&mut text, counts);
        }
    }
    text
}

pub(super) fn history(history: &PackHistory) -> String {
    let mut table = Table::new([
        "n",
        "at",
        "kind",
        "status",
        "by",
        "tables",
        "to quarantine",
        "reason",
    ]);
    for change in &history.changes {
        let moved = change.steps.iter().filter_map(|step| step.counts.as_ref());
        let moved: u64 = moved.map(|counts| counts.rows_quarantined).sum();
        table.row(vec![
            change.number.into(),
            local(change.started_at).into(),
            change.kind.as_str().into(),
            change.status.as_str().into(),
            change.applied_by.as_str().into(),
            (change.steps.len() as u64).into(),
            moved.into(),
            change.reason.as_str().into(),
        ]);
    }
    table.render()
}
