//! The files of a register's deliveries.

use std::path::PathBuf;
use std::sync::Arc;

use super::entries::Batch;
use super::{Entries, Form, Kind, Record, Register, book};
use crate::Error;
use crate::delivery::database::Database;
use crate::delivery::{Context, Output, Report, Run};
use crate::sheet::{Cells, Page, Text};
use crate::sink::{CellFrame, Escape, Frame};
use crate::term::{Charset, encode};

const ROWS_A_BLOCK: u32 = 2_048;

pub(super) fn write(
    context: &Context<'_>,
    register: &Register,
    entries: &Entries<'_>,
) -> Result<Report, Error> {
    let mut report = Report::default();
    let batches = if register.form == Form::Database {
        vec![Batch {
            month: entries.last_month(),
            rows: entries.newest(),
        }]
    } else {
        entries.batches(context.options.deliveries)
    };
    for batch in &batches {
        let file = File {
            context,
            register,
            batch,
            name: name_of(context, register, batch).into(),
        };
        context
            .progress
            .begin(register.delivery, batch.rows.len() as u64);
        let (mut written, path) = file.write()?;
        context.progress.finish(register.delivery, &path);
        report.written.append(&mut written.written);
        report.truths.append(&mut written.truths);
    }
    Ok(report)
}

/// A database has one name, every other file the day on which it was made.
fn name_of(context: &Context<'_>, register: &Register, batch: &Batch<'_>) -> String {
    let (folder, stem) = (register.folder, register.stem);
    let extension = register.form.extension();
    if register.form == Form::Database {
        return format!("inbox/{folder}/{stem}.{extension}");
    }
    let day = context.world.days.packed(batch.month.last_day());
    let day = String::from_utf8_lossy(&day);
    format!("inbox/{folder}/{stem}_{day}.{extension}")
}

pub(super) struct File<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) register: &'a Register,
    pub(super) batch: &'a Batch<'a>,
    pub(super) name: Arc<str>,
}

impl File<'_> {
    fn write(&self) -> Result<(Report, PathBuf), Error> {
        match self.register.form {
            Form::Gb18030 => self.write_text(Charset::Gb18030, &self.header(), ""),
            Form::Utf8 => {
                let header = format!("\u{feff}{}", self.header());
                self.write_text(Charset::Utf8, &header, "")
            }
            Form::Page => {
                let end = "</table>\r\n</body>\r\n</html>\r\n";
                self.write_text(Charset::GbkInHtml, &self.opening(), end)
            }
            Form::JsonLines => self.write_text(Charset::Utf8, "", ""),
            Form::Workbook => book::write(self),
            Form::Database => self.write_database(),
        }
    }

    /// The rows through their faults, page by page.
    pub(super) fn pages<P: Page + Send>(
        &self,
        new_page: impl Fn() -> P + Sync,
        take: impl FnMut(P) -> Result<(), Error>,
    ) -> Result<Report, Error> {
        let rows: &[(u64, &Record)] = &self.batch.rows;
        let run = Run {
            delivery: self.register.delivery,
            layout: &self.register.layout,
            step: ROWS_A_BLOCK,
            total: rows.len() as u32,
        };
        run.write(
            self.context,
            &self.name,
            None,
            new_page,
            |pen, range| {
                let range = range.start as usize..range.end as usize;
                for (index, record) in rows.get(range).unwrap_or_default() {
                    pen.write(*index, *record);
                }
            },
            take,
        )
    }

    fn write_text(
        &self,
        charset: Charset,
        opening: &str,
        end: &str,
    ) -> Result<(Report, PathBuf), Error> {
        let columns = self.register.layout.columns.len();
        let frame = match self.register.form {
            Form::Page => Frame::html(columns),
            Form::JsonLines => self.json(),
            _ => Frame::csv(charset, columns),
        };
        let mut output = Output::create(&self.context.options.out, &self.name)?;
        output.write(&encode(opening, charset))?;
        let report = self.pages(|| Text::new(&frame, None), |page| output.write(&page.bytes))?;
        output.write(end.as_bytes())?;
        Ok((report, output.finish()?))
    }

    fn write_database(&self) -> Result<(Report, PathBuf), Error> {
        let layout = &self.register.layout;
        let (_, table) = layout.dataset.split_once('.').unwrap_or_default();
        let columns: Vec<String> = layout
            .columns
            .iter()
            .zip(self.register.kinds)
            .map(|(column, kind)| match kind {
                Kind::Number => format!("{column} numeric"),
                Kind::Text | Kind::Date => format!("{column} text"),
            })
            .collect();
        let create = format!("CREATE TABLE {table} ({});\n", columns.join(", "));
        let path = self.context.options.out.join(&*self.name);
        let mut database = Database::create(&path, &create)?;
        let frame = self.sql();
        let report = self.pages(
            || Text::new(&frame, None),
            |page| {
                let rows = String::from_utf8_lossy(&page.bytes);
                match rows.strip_suffix(",\n") {
                    Some(rows) => database.run(format!("INSERT INTO {table} VALUES\n{rows};\n")),
                    None => Ok(()),
                }
            },
        )?;
        Ok((report, database.finish("")?))
    }

    fn header(&self) -> String {
        self.register.layout.headers.join(",") + "\r\n"
    }

    pub(super) fn titles(&self) -> [String; 2] {
        let city = self.context.world.city.name.text();
        let day = self.context.world.days.dashed(self.batch.month.last_day());
        let day = String::from_utf8_lossy(day);
        [
            format!("{city}{}", self.register.title),
            format!(
                "填报单位：{city}{}    报送日期：{day}",
                self.register.office
            ),
        ]
    }

    /// A page that calls itself gb2312 and is GBK.
    fn opening(&self) -> String {
        let [title, about] = self.titles();
        let columns = self.register.layout.columns.len();
        let headers = self.register.layout.headers.join("</b></td><td><b>");
        format!(
            "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\r\n<head>\r\n\
             <meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">\r\n\
             <title>{title}</title>\r\n</head>\r\n<body>\r\n<table border=\"1\">\r\n\
             <tr><td colspan=\"{columns}\" align=\"center\">{title}</td></tr>\r\n\
             <tr><td colspan=\"{columns}\">{about}</td></tr>\r\n\
             <tr><td><b>{headers}</b></td></tr>\r\n"
        )
    }

    fn json(&self) -> Frame {
        let headers = self.register.layout.headers.iter();
        let cell = |(at, (header, kind)): (usize, (&&str, &Kind))| {
            let open = format!("{}\"{header}\": ", if at == 0 { "" } else { ", " });
            let quoted = (format!("{open}\""), "\"");
            let is_number = *kind == Kind::Number;
            CellFrame {
                absent: format!("{open}null"),
                open: if is_number { open } else { quoted.0.clone() },
                close: if is_number { "" } else { "\"" },
                quoted: is_number.then_some(quoted),
            }
        };
        Frame {
            charset: Charset::Utf8,
            row_open: "{",
            row_close: "}\n",
            cells: headers
                .zip(self.register.kinds)
                .enumerate()
                .map(cell)
                .collect(),
            escape: Escape::Json,
        }
    }

    fn sql(&self) -> Frame {
        let cell = |(at, kind): (usize, &Kind)| {
            let comma = if at == 0 { "" } else { "," };
            let quote = if *kind == Kind::Number { "" } else { "'" };
            CellFrame {
                open: format!("{comma}{quote}"),
                close: quote,
                absent: format!("{comma}NULL"),
                quoted: Some((format!("{comma}'"), "'")),
            }
        };
        Frame {
            charset: Charset::Utf8,
            row_open: "(",
            row_close: "),\n",
            cells: self.register.kinds.iter().enumerate().map(cell).collect(),
            escape: Escape::Sql,
        }
    }
}

impl File<'_> {
    /// All cells, for a workbook.
    pub(super) fn cells(
        &self,
        mut take: impl FnMut(Cells) -> Result<(), Error>,
    ) -> Result<Report, Error> {
        self.pages(Cells::default, &mut take)
    }
}
