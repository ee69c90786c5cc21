//! Tables in a text: cells set apart by tabs, bars, commas or columns of spaces, below a header of known titles.

use yandu_words::sign::fold;

use crate::due;
use crate::flow::Flow;
use crate::layout::{self, Line};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Number,
    /// The title of a piece of work.
    Task,
    /// What is to be done or reached, in words.
    Content,
    /// The name of an indicator.
    Indicator,
    /// The unit of an indicator.
    Measure,
    /// The value of an indicator.
    Value,
    Lead,
    Responsible,
    Support,
    Due,
    Other,
}

/// A table with its rows in the flow.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    pub(crate) columns: Vec<Column>,
    /// The titles of the columns.
    pub(crate) titles: Vec<(usize, usize)>,
    pub(crate) rows: Vec<Row>,
}

/// The cells of a row, by column; an empty range where there is none.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) cells: Vec<(usize, usize)>,
}

/// Whether the title of a column says that it holds what was: 2024年基准.
pub(crate) fn is_of_base(flow: &Flow, title: (usize, usize)) -> bool {
    flow.holds_any(title.0, title.1, BASES)
}

impl Grid {
    /// The cells of a row that a column of a kind holds.
    pub(crate) fn cells<'g>(
        &'g self,
        row: &'g Row,
        column: Column,
    ) -> impl Iterator<Item = (usize, usize)> + 'g {
        self.titled(row, column).map(|(cell, _)| cell)
    }

    /// The cells of a row that a column of a kind holds, each with the title above it.
    pub(crate) fn titled<'g>(
        &'g self,
        row: &'g Row,
        column: Column,
    ) -> impl Iterator<Item = ((usize, usize), (usize, usize))> + 'g {
        self.columns
            .iter()
            .zip(&row.cells)
            .zip(&self.titles)
            .filter(move |((one, (from, to)), _)| **one == column && from < to)
            .map(|((_, cell), title)| (*cell, *title))
    }
}

/// Titles of columns. A title is known by a part of it, the longest that fits.
const TITLES: &[(&str, Column)] = &[
    ("序号", Column::Number),
    ("编号", Column::Number),
    ("任务编号", Column::Number),
    ("项次", Column::Number),
    ("任务", Column::Task),
    ("重点任务", Column::Task),
    ("工作任务", Column::Task),
    ("任务名称", Column::Task),
    ("工作事项", Column::Task),
    ("事项", Column::Task),
    ("项目名称", Column::Task),
    ("重点工作", Column::Task),
    ("工作内容", Column::Content),
    ("主要内容", Column::Content),
    ("任务内容", Column::Content),
    ("具体举措", Column::Content),
    ("工作举措", Column::Content),
    ("主要举措", Column::Content),
    ("建设内容", Column::Content),
    ("工作要求", Column::Content),
    ("工作目标", Column::Content),
    ("年度目标", Column::Content),
    ("目标任务", Column::Content),
    ("目标要求", Column::Content),
    ("主要目标", Column::Content),
    ("预期目标", Column::Content),
    ("成果形式", Column::Other),
    ("指标", Column::Indicator),
    ("指标名称", Column::Indicator),
    ("主要指标", Column::Indicator),
    ("计量单位", Column::Measure),
    ("单位", Column::Measure),
    ("目标值", Column::Value),
    ("年目标", Column::Value),
    ("指标值", Column::Value),
    ("牵头单位", Column::Lead),
    ("牵头部门", Column::Lead),
    ("牵头责任单位", Column::Lead),
    ("主责单位", Column::Lead),
    ("责任单位", Column::Responsible),
    ("责任部门", Column::Responsible),
    ("负责单位", Column::Responsible),
    ("配合单位", Column::Support),
    ("配合部门", Column::Support),
    ("协办单位", Column::Support),
    ("参与单位", Column::Support),
    ("完成时限", Column::Due),
    ("完成时间", Column::Due),
    ("时限", Column::Due),
    ("时间节点", Column::Due),
    ("完成期限", Column::Due),
    ("备注", Column::Other),
    ("类别", Column::Other),
    ("领域", Column::Other),
    ("板块", Column::Other),
];

/// What behind a year tells that a column holds what was, and not what is to be reached.
const BASES: &[&str] = &[
    "基准",
    "基准值",
    "基数",
    "基期值",
    "现状",
    "现状值",
    "实际",
    "实际值",
];

/// Titles of one word, which others hold with another meaning: these are known as a whole.
const WORDS: &[(&str, Column)] = &[
    ("项目", Column::Task),
    ("目标", Column::Content),
    ("内容", Column::Content),
    ("举措", Column::Content),
    ("措施", Column::Content),
    ("牵头", Column::Lead),
    ("主办", Column::Lead),
    ("责任", Column::Responsible),
    ("配合", Column::Support),
    ("协办", Column::Support),
    ("期限", Column::Due),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ruling {
    Tab,
    Bar,
    Comma,
    /// Two spaces or more; a cell belongs to the column below whose title it begins.
    Spaces,
}

/// A run of code points with the display column at which it begins.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: usize,
    to: usize,
    column: usize,
}

/// The table whose header stands in the line at an index, and the index behind its last row.
pub(crate) fn read(
    signs: &[char],
    lines: &[Line],
    index: usize,
    flow: &mut Flow,
) -> Option<(Grid, usize)> {
    let line = lines.get(index)?;
    let (ruling, header) = [Ruling::Tab, Ruling::Bar, Ruling::Comma, Ruling::Spaces]
        .into_iter()
        .find_map(|ruling| {
            let pieces = cut(signs, *line, ruling);
            is_header(signs, &pieces).then_some((ruling, pieces))
        })?;
    let columns: Vec<Column> = header
        .iter()
        .map(|piece| column(signs, *piece).unwrap_or(Column::Other))
        .collect();
    let mut grid = Grid {
        columns,
        titles: Vec::new(),
        rows: Vec::new(),
    };
    let mut next = index + 1;
    let mut blank = 0;
    // Rows in pieces of lines: a wrapped cell goes on below.
    let mut rows: Vec<Vec<Vec<Piece>>> = Vec::new();
    while let Some(line) = lines.get(next) {
        let pieces = cut(signs, *line, ruling);
        let filled: Vec<&Piece> = pieces
            .iter()
            .filter(|piece| piece.from < piece.to)
            .collect();
        if filled.is_empty() {
            blank += 1;
            next += 1;
            if blank > 1 {
                break;
            }
            continue;
        }
        if is_rule(signs, *line) || is_header(signs, &pieces) {
            next += 1;
            continue;
        }
        let placed = placed(&header, &pieces, ruling);
        let Some(placed) =
            placed.filter(|_| filled.len() > 1 || ruling == Ruling::Spaces && blank == 0)
        else {
            break;
        };
        let goes_on = ruling == Ruling::Spaces
            && placed.first().is_some_and(Vec::is_empty)
            && filled.len() < header.len().saturating_sub(1);
        match rows.last_mut() {
            Some(last) if goes_on => {
                for (cell, more) in last.iter_mut().zip(placed) {
                    cell.extend(more);
                }
            }
            _ => rows.push(placed),
        }
        blank = 0;
        next += 1;
    }
    if rows.is_empty() {
        return None;
    }
    for title in &header {
        part_cells(flow, title.from);
        let from = flow.len();
        layout::push(signs, title.from, title.to, flow, true);
        grid.titles.push((from, flow.len()));
    }
    // 2026年上半年 above the numbers of indicators says when they are to be reached.
    if grid.columns.contains(&Column::Indicator) {
        for (column, (from, to)) in grid.columns.iter_mut().zip(&grid.titles) {
            if *column == Column::Other && tells_when(&flow.part(*from, *to)) {
                *column = Column::Value;
            }
        }
    }
    for row in rows {
        let cells = row
            .into_iter()
            .map(|pieces| {
                part_cells(flow, pieces.first().map_or(0, |piece| piece.from));
                let from = flow.len();
                for (place, piece) in pieces.into_iter().enumerate() {
                    layout::push(signs, piece.from, piece.to, flow, place == 0);
                }
                (from, flow.len())
            })
            .collect();
        grid.rows.push(Row { cells });
    }
    part_cells(flow, 0);
    Some((grid, next - blank.min(1)))
}

/// Nothing of one cell goes on in the next: 1.2 and 1.5 beside each other are two numbers.
fn part_cells(flow: &mut Flow, place: usize) {
    flow.end_run();
    flow.push('\0', place, true);
}

/// The pieces of each column; `None` when the line is no row.
fn placed(header: &[Piece], pieces: &[Piece], ruling: Ruling) -> Option<Vec<Vec<Piece>>> {
    let mut cells: Vec<Vec<Piece>> = vec![Vec::new(); header.len()];
    for (place, piece) in pieces.iter().enumerate() {
        if piece.from == piece.to {
            continue;
        }
        let column = if ruling == Ruling::Spaces {
            // The last title that begins no farther right, with room for one sign.
            header
                .iter()
                .rposition(|title| title.column <= piece.column + 2)
                .unwrap_or(0)
        } else {
            place
        };
        cells.get_mut(column)?.push(*piece);
    }
    Some(cells)
}

fn cut(signs: &[char], line: Line, ruling: Ruling) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut from, mut from_column, mut column) = (line.from, 0, 0);
    let mut is_quoted = false;
    let mut spaces = 0;
    for index in line.from..line.to {
        let sign = signs.get(index).copied().unwrap_or(' ');
        let width = layout::column_width(sign);
        let is_space = matches!(sign, ' ' | '\u{3000}' | '\u{a0}');
        let is_cut = match ruling {
            Ruling::Tab => sign == '\t',
            Ruling::Bar => matches!(sign, '|' | '｜' | '│' | '┃'),
            Ruling::Comma => {
                is_quoted ^= sign == '"';
                sign == ',' && !is_quoted
            }
            Ruling::Spaces => false,
        };
        if is_cut {
            pieces.push(Piece {
                from,
                to: index,
                column: from_column,
            });
            (from, from_column) = (index + 1, column + width);
        }
        if ruling == Ruling::Spaces {
            if is_space {
                spaces += width;
            } else {
                if spaces >= 2 && index > from {
                    pieces.push(Piece {
                        from,
                        to: index,
                        column: from_column,
                    });
                    (from, from_column) = (index, column);
                }
                spaces = 0;
            }
        }
        column += width;
    }
    pieces.push(Piece {
        from,
        to: line.to,
        column: from_column,
    });
    for piece in &mut pieces {
        trim(signs, piece);
    }
    // A line of a table drawn with bars begins and ends with one.
    if ruling == Ruling::Bar {
        if pieces.first().is_some_and(|piece| piece.from == piece.to) {
            pieces.remove(0);
        }
        if pieces.last().is_some_and(|piece| piece.from == piece.to) {
            pieces.pop();
        }
    }
    if ruling == Ruling::Spaces {
        pieces.retain(|piece| piece.from < piece.to);
    }
    pieces
}

fn trim(signs: &[char], piece: &mut Piece) {
    let is_edge = |index: usize| {
        signs
            .get(index)
            .is_none_or(|sign| sign.is_whitespace() || matches!(sign, '"' | '\u{feff}'))
    };
    while piece.from < piece.to && is_edge(piece.from) {
        piece.column += signs
            .get(piece.from)
            .map_or(1, |sign| layout::column_width(*sign));
        piece.from += 1;
    }
    while piece.from < piece.to && is_edge(piece.to - 1) {
        piece.to -= 1;
    }
}

fn text(signs: &[char], piece: Piece) -> String {
    signs
        .get(piece.from..piece.to)
        .unwrap_or_default()
        .iter()
        .filter(|sign| !sign.is_whitespace() && **sign != '*')
        .map(|sign| fold(*sign))
        .collect()
}

fn column(signs: &[char], piece: Piece) -> Option<Column> {
    if piece.to - piece.from > 16 {
        return None;
    }
    let text = text(signs, piece);
    let part = || {
        TITLES
            .iter()
            .filter(|(title, _)| text.contains(title))
            .max_by_key(|(title, _)| title.chars().count())
    };
    WORDS
        .iter()
        .find(|(word, _)| text == *word)
        .or_else(part)
        .map(|(_, column)| *column)
}

/// Whether a title says when the values below it are or were, and nothing else: 2026年上半年, 2025年现状, 基期值.
fn tells_when(title: &Flow) -> bool {
    let day = due::at(title, (0, title.len()), None);
    let behind = day.map_or(0, |when| when.to);
    let rest = title.text(behind, title.len());
    BASES.contains(&rest.as_str()) || behind > 0 && rest.is_empty()
}

/// A header has three titles or more, short ones, and most of them are known. Beside an indicator, those are known that say when.
fn is_header(signs: &[char], pieces: &[Piece]) -> bool {
    if !(3..=16).contains(&pieces.len()) || pieces.iter().any(|piece| piece.to - piece.from > 16) {
        return false;
    }
    let known: Vec<Column> = pieces
        .iter()
        .filter_map(|piece| column(signs, *piece))
        .collect();
    let days = || {
        let is_day = |piece: &&Piece| {
            let mut title = Flow::default();
            layout::push(signs, piece.from, piece.to, &mut title, true);
            column(signs, **piece).is_none() && tells_when(&title)
        };
        pieces.iter().filter(is_day).count()
    };
    let is_known = known.len() * 2 > pieces.len()
        || known.contains(&Column::Indicator) && (known.len() + days()) * 2 > pieces.len();
    is_known
        && known
            .iter()
            .any(|column| !matches!(column, Column::Other | Column::Measure))
}

/// A line that only rules: |---|---|.
fn is_rule(signs: &[char], line: Line) -> bool {
    signs
        .get(line.from..line.to)
        .unwrap_or_default()
        .iter()
        .all(|sign| {
            sign.is_whitespace()
                || matches!(
                    sign,
                    '-' | '|' | ':' | '+' | '=' | '─' | '┼' | '├' | '┤' | '—' | '━'
                )
        })
}
