//! The workbook of market regulation: title rows over the header, merged cells, real dates, a row of totals.

use std::path::Path;
use std::sync::Arc;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::companies::{ANNUAL_REPORT, COMPANY, fill_companies, fill_reports};
use super::{Context, Report, Run, part_of, worksheet};
use crate::day::year_of;
use crate::register::Kind::{self, Date, Number, Text};
use crate::sheet::Cells;
use crate::sink::Cell;
use crate::{Delivery, Error};

/// Firms in one book; with their reports on three years, no sheet comes near Excel's last row.
const FIRMS_A_BOOK: u32 = 600_000;
/// Up to this many the book is built in memory, with shared strings and cells merged downwards; beyond it
/// row by row through a temporary file, with neither.
const FIRMS_IN_MEMORY: u32 = 60_000;
const FIRMS_A_BLOCK: u32 = 2_048;
/// Rows whose year is one merged cell.
const YEAR_GROUP: usize = 20;
const YEARS: i32 = 3;

const COMPANY_KINDS: [Kind; 13] = [
    Text, Text, Text, Text, Text, Text, Number, Date, Text, Text, Text, Text, Number,
];
const REPORT_KINDS: [Kind; 6] = [Text, Number, Number, Number, Number, Number];

struct Formats {
    title: Format,
    header: Format,
    date: Format,
    year: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            title: Format::new()
                .set_bold()
                .set_font_size(16)
                .set_align(FormatAlign::Center),
            header: Format::new().set_bold().set_align(FormatAlign::Center),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            year: Format::new()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
        }
    }
}

pub(crate) fn write(context: &Context<'_>) -> Result<Report, Error> {
    let firms = context.world.firms.count();
    let books = firms.div_ceil(FIRMS_A_BOOK);
    context
        .progress
        .begin(Delivery::Enterprises, u64::from(firms) * 2);
    let mut report = Report::default();
    for book in 0..books {
        let number = if books > 1 {
            format!("_{}", book + 1)
        } else {
            String::new()
        };
        let name = format!(
            "inbox/market_regulation/企业登记_{}{number}.xlsx",
            context.stamp()
        );
        let from = book * FIRMS_A_BOOK;
        let to = (from + FIRMS_A_BOOK).min(firms);
        let mut written = Book {
            context,
            file: name.into(),
            firms: from..to,
            in_memory: firms <= FIRMS_IN_MEMORY,
            formats: Formats::new(),
        }
        .write()?;
        report.written.append(&mut written.written);
        report.truths.append(&mut written.truths);
    }
    Ok(report)
}

struct Book<'a> {
    context: &'a Context<'a>,
    file: Arc<str>,
    firms: std::ops::Range<u32>,
    in_memory: bool,
    formats: Formats,
}

impl Book<'_> {
    fn write(&self) -> Result<Report, Error> {
        let path = self.context.options.out.join(&*self.file);
        let part = part_of(&path);
        let failed = |source| Error::Write {
            path: path.clone(),
            source,
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let broken = |source| Error::Workbook {
            path: path.clone(),
            source,
        };

        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder).map_err(broken)?;
        let date = self.context.options.date;
        let created =
            ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8)
                .and_then(|day| day.and_hms(8, 0, 0))
                .map_err(broken)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));

        let mut report = Report::default();
        for (sheet, write) in [
            (
                "企业登记信息",
                Self::write_companies
                    as fn(&Self, &mut Worksheet, &Arc<str>) -> Result<Report, Error>,
            ),
            ("年报信息", Self::write_reports),
        ] {
            let worksheet = if self.in_memory {
                workbook.add_worksheet()
            } else {
                workbook
                    .add_worksheet_with_constant_memory()
                    .map_err(broken)?
            };
            worksheet.set_name(sheet).map_err(broken)?;
            let mut written = write(self, worksheet, &sheet.into())?;
            report.written.append(&mut written.written);
            report.truths.append(&mut written.truths);
        }
        workbook.save(&part).map_err(broken)?;
        std::fs::rename(&part, &path).map_err(failed)?;
        self.context.progress.finish(Delivery::Enterprises, &path);
        Ok(report)
    }

    fn broken(&self, source: XlsxError) -> Error {
        Error::Workbook {
            path: self.context.options.out.join(&*self.file),
            source,
        }
    }

    fn write_companies(&self, sheet: &mut Worksheet, name: &Arc<str>) -> Result<Report, Error> {
        let world = self.context.world;
        let city = world.city.name.text();
        let last = (COMPANY.columns.len() - 1) as u16;
        let title = format!("{city}市场主体登记台账");
        let about = format!(
            "填报单位：{city}市场监督管理局    导出日期：{}",
            self.context.options.date
        );
        sheet
            .merge_range(0, 0, 0, last, &title, &self.formats.title)
            .and_then(|sheet| sheet.merge_range(1, 0, 1, last, &about, &Format::new()))
            .map_err(|error| self.broken(error))?;
        self.write_header(sheet, 2, COMPANY.headers)?;
        let mut row = 3;
        let (mut capital, mut employees) = (0.0, 0.0);
        let from = self.firms.start;
        let run = Run {
            delivery: Delivery::Enterprises,
            layout: &COMPANY,
            step: FIRMS_A_BLOCK,
            total: self.firms.len() as u32,
        };
        let report = run.write(
            self.context,
            &self.file,
            Some(name),
            Cells::default,
            |pen, range| fill_companies(world, pen, from + range.start..from + range.end),
            |page| {
                for cells in page.rows {
                    let number = |at: usize| cells.get(at).and_then(|c| c.text().parse().ok());
                    capital += number(6).unwrap_or(0.0);
                    employees += number(12).unwrap_or(0.0);
                    self.write_row(sheet, row, &cells, &COMPANY_KINDS)?;
                    row += 1;
                }
                Ok(())
            },
        )?;
        sheet
            .write_string_with_format(row, 0, "合计", &self.formats.header)
            .and_then(|sheet| sheet.write_number(row, 6, capital))
            .and_then(|sheet| sheet.write_number(row, 12, employees))
            .map_err(|error| self.broken(error))?;
        Ok(report)
    }

    fn write_reports(&self, sheet: &mut Worksheet, name: &Arc<str>) -> Result<Report, Error> {
        let world = self.context.world;
        self.write_header(sheet, 0, ANNUAL_REPORT.headers)?;
        let this_year = year_of(world.today);
        let from = self.firms.start;
        let count = self.firms.len() as u32;
        let blocks_a_year = count.div_ceil(FIRMS_A_BLOCK);
        let mut row = 1;
        let run = Run {
            delivery: Delivery::Enterprises,
            layout: &ANNUAL_REPORT,
            step: 1,
            total: blocks_a_year * YEARS as u32,
        };
        run.write(
            self.context,
            &self.file,
            Some(name),
            Cells::default,
            |pen, blocks| {
                for block in blocks {
                    let year = this_year - YEARS + (block / blocks_a_year) as i32;
                    let first = block % blocks_a_year * FIRMS_A_BLOCK;
                    let past = (first + FIRMS_A_BLOCK).min(count);
                    fill_reports(world, pen, from + first..from + past, year);
                }
            },
            |page| {
                for group in page.rows.chunks(YEAR_GROUP) {
                    self.write_year_group(sheet, row, group)?;
                    row += group.len() as u32;
                }
                Ok(())
            },
        )
    }

    /// Rows of one year; in memory their year is one cell over all of them.
    fn write_year_group(
        &self,
        sheet: &mut Worksheet,
        first: u32,
        rows: &[Vec<Cell>],
    ) -> Result<(), Error> {
        let year = rows
            .first()
            .and_then(|cells| cells.get(1))
            .map_or("", Cell::text);
        let merged = self.in_memory && rows.len() > 1;
        if merged {
            let last = first + rows.len() as u32 - 1;
            sheet
                .merge_range(first, 1, last, 1, "", &self.formats.year)
                .and_then(|sheet| {
                    let year = year.parse().unwrap_or(0.0);
                    sheet.write_number_with_format(first, 1, year, &self.formats.year)
                })
                .map_err(|error| self.broken(error))?;
        }
        for (at, cells) in rows.iter().enumerate() {
            let row = first + at as u32;
            if merged {
                let mut cells = cells.clone();
                if let Some(year) = cells.get_mut(1) {
                    *year = Cell::Absent;
                }
                self.write_row(sheet, row, &cells, &REPORT_KINDS)?;
            } else {
                self.write_row(sheet, row, cells, &REPORT_KINDS)?;
            }
        }
        Ok(())
    }

    fn write_header(&self, sheet: &mut Worksheet, row: u32, headers: &[&str]) -> Result<(), Error> {
        for (column, header) in headers.iter().enumerate() {
            sheet
                .write_string_with_format(row, column as u16, *header, &self.formats.header)
                .map_err(|error| self.broken(error))?;
        }
        Ok(())
    }

    fn write_row(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        cells: &[Cell],
        kinds: &[Kind],
    ) -> Result<(), Error> {
        worksheet::write_row(sheet, row, cells, kinds, &self.formats.date)
            .map_err(|error| self.broken(error))
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx, open_workbook};

    use super::*;
    use crate::{Options, world::World};

    fn sheets(path: &Path) -> [Vec<Vec<Data>>; 2] {
        let mut book: Xlsx<_> = open_workbook(path).unwrap();
        ["企业登记信息", "年报信息"].map(|sheet| {
            let range = book.worksheet_range(sheet).unwrap();
            range.rows().map(<[Data]>::to_vec).collect()
        })
    }

    #[test]
    fn a_book_written_row_by_row_holds_what_one_built_in_memory_does() {
        let folder = std::env::temp_dir().join(format!("yandu-city-book-{}", std::process::id()));
        let options = Options::new(20_000, 5, &folder);
        let world = World::new(&options).unwrap();
        let context = Context {
            world: &world,
            options: &options,
            progress: &(),
        };
        let write = |name: &str, in_memory| {
            let book = Book {
                context: &context,
                file: name.into(),
                firms: 0..world.firms.count(),
                in_memory,
                formats: Formats::new(),
            };
            let report = book.write().unwrap();
            (
                std::fs::read(folder.join(name)).unwrap(),
                report.truths.len(),
            )
        };
        let (_, truths) = write("memory.xlsx", true);
        let (bytes, same_truths) = write("rows.xlsx", false);
        let (again, _) = write("again.xlsx", false);
        assert!(bytes == again, "two books differ");
        assert_eq!(truths, same_truths);
        let [companies, mut reports] = sheets(&folder.join("memory.xlsx"));
        let [same_companies, same_reports] = sheets(&folder.join("rows.xlsx"));
        assert!(companies == same_companies);
        let mut year = Data::Empty;
        for row in &mut reports {
            match row.get(1) {
                Some(Data::Empty) => row[1] = year.clone(),
                _ => year = row[1].clone(),
            }
        }
        assert!(reports == same_reports);
        assert_eq!(
            companies[0][0],
            Data::String("盐城市市场主体登记台账".into())
        );
        assert_eq!(companies.last().unwrap()[0], Data::String("合计".into()));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
