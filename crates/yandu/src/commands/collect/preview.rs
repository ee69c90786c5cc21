use std::fmt::Write as _;

use serde_json::Value;
use yandu_http::batch::DeliveryPreview;

use crate::table::{Cell, Table, clipped};

/// What is told of a file, in this order, where it is known.
const TOLD: [&str; 9] = [
    "format",
    "member",
    "encoding",
    "delimiter",
    "sheet",
    "other_sheets",
    "header_row",
    "titles",
    "notes",
];

/// How a file is understood, and its first rows.
pub(super) fn text(preview: &DeliveryPreview) -> String {
    let mut text = String::new();
    for name in TOLD {
        if let Some(value) = preview.report.get(name) {
            let _ = writeln!(text, "{:12} {}", name.replace('_', " "), words(value));
        }
    }
    let mut table = Table::new(["header", "column", "for example"]);
    for (place, header) in preview.headers.iter().enumerate() {
        let first = preview
            .rows
            .iter()
            .find_map(|row| row.cells.get(place).cloned().flatten());
        table.row(vec![
            header.header.as_str().into(),
            header.column.clone().into(),
            first.as_deref().map(clipped).into(),
        ]);
    }
    let _ = write!(text, "\n{}", table.render());
    let absent = |required: bool| -> Vec<&str> {
        let columns = preview.absent.iter();
        columns
            .filter(|absent| absent.required == required)
            .map(|absent| absent.column.as_str())
            .collect()
    };
    for (required, words) in [
        (true, "required and not in the file"),
        (false, "not in the file"),
    ] {
        let columns = absent(required);
        if !columns.is_empty() {
            let _ = writeln!(text, "{words}: {}", columns.join(", "));
        }
    }
    if let Some(refusal) = &preview.refusal {
        let _ = writeln!(
            text,
            "would be refused: {} ({})",
            refusal.message, refusal.code
        );
    }
    let _ = write!(text, "\n{}", rows(preview));
    for candidate in &preview.candidates {
        let (fits, lacking) = match candidate.missing {
            0 => ("fits", String::new()),
            missing => ("resembles", format!(", {missing} required ones missing")),
        };
        let _ = writeln!(
            text,
            "{fits} {} {}: {} columns found{lacking}",
            candidate.dataset, candidate.title, candidate.matched
        );
    }
    text
}

fn rows(preview: &DeliveryPreview) -> String {
    let names = preview
        .headers
        .iter()
        .map(|header| Cell::text(&header.header));
    let head = [Cell::text("row")].into_iter().chain(names);
    let mut table = Table::with_header(head.chain([Cell::text("")]).collect());
    for row in &preview.rows {
        let cells = (0..preview.headers.len()).map(|place| {
            Cell::from(
                row.cells
                    .get(place)
                    .cloned()
                    .flatten()
                    .as_deref()
                    .map(clipped),
            )
        });
        let fault = Cell::text(row.fault.as_deref().unwrap_or_default());
        table.row(
            [Cell::from(row.row)]
                .into_iter()
                .chain(cells)
                .chain([fault])
                .collect(),
        );
    }
    table.render()
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => clipped(text),
        Value::Array(parts) => parts.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
