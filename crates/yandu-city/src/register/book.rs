//! A delivery as a workbook: two merged title rows, the header in the third.

use std::path::PathBuf;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook};

use super::files::File;
use crate::Error;
use crate::day::to_civil;
use crate::delivery::{Report, part_of, worksheet};

pub(super) fn write(file: &File<'_>) -> Result<(Report, PathBuf), Error> {
    let path = file.context.options.out.join(&*file.name);
    let part = part_of(&path);
    let failed = |source| Error::Write {
        path: path.clone(),
        source,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let broken = |source| Error::Workbook {
        path: path.clone(),
        source,
    };
    let mut workbook = Workbook::new();
    let (year, month, day) = to_civil(file.batch.month.last_day());
    let created = ExcelDateTime::from_ymd(year as u16, month as u8, day as u8)
        .and_then(|day| day.and_hms(17, 0, 0))
        .map_err(broken)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));

    let bold = Format::new().set_bold().set_align(FormatAlign::Center);
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet();
    let layout = &file.register.layout;
    let last = layout.columns.len().saturating_sub(1) as u16;
    let [title, about] = file.titles();
    sheet
        .merge_range(0, 0, 0, last, &title, &bold.clone().set_font_size(16))
        .and_then(|sheet| sheet.merge_range(1, 0, 1, last, &about, &Format::new()))
        .map_err(broken)?;
    for (column, header) in (0_u16..).zip(layout.headers) {
        sheet
            .write_string_with_format(2, column, *header, &bold)
            .map_err(broken)?;
    }
    let mut row = 3;
    let report = file.cells(|page| {
        for cells in &page.rows {
            worksheet::write_row(sheet, row, cells, file.register.kinds, &date).map_err(broken)?;
            row += 1;
        }
        Ok(())
    })?;
    workbook.save(&part).map_err(broken)?;
    std::fs::rename(&part, &path).map_err(failed)?;
    Ok((report, path))
}
