//! Fonts that the tests draw with, and documents.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::date;

use crate::{Align, Block, Column, Document, Face, FontFile, Fonts, Level, Note, Run, Table};

const FOLDER: &str = "/usr/share/fonts/opentype/noto";
/// The simplified face of the collections.
const SIMPLIFIED: u32 = 2;

/// Debian's Noto CJK; none where it is not installed.
pub(super) fn fonts() -> Option<Fonts> {
    let read = |name: &str| {
        let path = Path::new(FOLDER).join(name);
        let bytes = std::fs::read(&path).ok().map(Arc::new);
        if bytes.is_none() {
            println!(
                "skipped: there is no {}; install fonts-noto-cjk",
                path.display()
            );
        }
        bytes
    };
    let serif = read("NotoSerifCJK-Regular.ttc")?;
    let bold = read("NotoSerifCJK-Bold.ttc")?;
    let sans = read("NotoSansCJK-Regular.ttc")?;
    let fonts = Fonts::read(|face| FontFile {
        bytes: match face {
            Face::Biaosong => bold.clone(),
            Face::Heiti => sans.clone(),
            Face::Fangsong | Face::Kaiti | Face::Songti => serif.clone(),
        },
        index: SIMPLIFIED,
    });
    Some(fonts.unwrap())
}

/// A brief of an invented city.
pub(super) fn brief() -> Document {
    let mut document = Document {
        title: "澄江市2026年数字城市工作要点\n推进情况简报（6月）".to_owned(),
        recipients: Some("各县（市、区）人民政府，市各有关单位".to_owned()),
        signature: Some("数字澄江建设联席会议办公室".to_owned()),
        date: Some(date(2026, 7, 3)),
        taken: Some("读者 王芳（wang） · 时间 2026-07-03 09:00:00 · 凭证 R12".to_owned()),
        ..Document::default()
    };
    let metric = document.note(Note {
        text: "“新增5G基站”（telecom.new_station），2026年1月至6月，取数版本41，市通管办"
            .to_owned(),
        address: Some("http://127.0.0.1:8650/figures/telecom.new_station?trail=2026-06".to_owned()),
        trail: Some("metric/telecom.new_station@2026-06".to_owned()),
    });
    let text = document.note(Note {
        text: "按文件原文".to_owned(),
        ..Note::default()
    });
    document.blocks = vec![
        Block::heading(Level::First, "总体进展"),
        Block::Paragraph(vec![
            Run::plain("截至6月30日，新增5G基站"),
            Run::noted("305座", metric),
            Run::plain("，目标"),
            Run::noted("300座", text),
            Run::plain("，已按期完成（其中县城以上地区全部覆盖）。"),
        ]),
        Block::heading(Level::First, "逐项指标"),
        Block::heading(Level::Second, "已完成的指标"),
        Block::Table(Table {
            columns: [
                ("要点", 1, Align::Centre),
                ("指标", 3, Align::Left),
                ("实际值", 2, Align::Right),
            ]
            .map(|(title, width, align)| Column {
                title: title.to_owned(),
                width,
                align,
            })
            .to_vec(),
            rows: vec![vec![
                vec![Run::plain("1")],
                vec![Run::plain("新增5G基站300座以上")],
                vec![Run::noted("305座", metric)],
            ]],
        }),
        Block::heading(Level::Third, "说明"),
        Block::heading(Level::Fourth, "口径"),
        Block::Paragraph(vec![Run::plain("以通信管理部门统计为准。")]),
    ];
    document
}
