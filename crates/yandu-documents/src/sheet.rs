//! The sheet of GB/T 9704-2012: A4, a text of 22 lines with 28 signs each, and the sizes of its parts. Lengths are points.

use crate::document::Level;
use crate::fonts::Face;

const MILLIMETRE: f32 = 72.0 / 25.4;

pub(crate) const WIDTH: f32 = 210.0 * MILLIMETRE;
pub(crate) const HEIGHT: f32 = 297.0 * MILLIMETRE;
/// 订口 28 mm.
pub(crate) const LEFT: f32 = 28.0 * MILLIMETRE;
/// 天头 37 mm.
pub(crate) const TOP: f32 = 37.0 * MILLIMETRE;
/// 版心 156 mm × 225 mm.
pub(crate) const TEXT_WIDTH: f32 = 156.0 * MILLIMETRE;
pub(crate) const TEXT_HEIGHT: f32 = 225.0 * MILLIMETRE;

pub(crate) const SIGNS: f32 = 28.0;
pub(crate) const LINES: f32 = 22.0;
pub(crate) const LINE: f32 = TEXT_HEIGHT / LINES;
/// From one sign of the text to the next.
pub(crate) const SIGN: f32 = TEXT_WIDTH / SIGNS;

/// 3号.
pub(crate) const BODY: f32 = 16.0;
/// 2号.
pub(crate) const TITLE: f32 = 22.0;
pub(crate) const TITLE_LINE: f32 = 33.0;
/// 4号.
pub(crate) const PAGE_NUMBER: f32 = 14.0;
/// 小4号.
pub(crate) const TABLE: f32 = 12.0;
pub(crate) const TABLE_LINE: f32 = 18.0;
/// 5号.
pub(crate) const NOTE: f32 = 10.5;
pub(crate) const NOTE_LINE: f32 = 14.0;

/// The date stands four signs from the right end (7.3.5.1).
pub(crate) const DATE_FROM_RIGHT: f32 = 4.0;
/// 版心下边缘之下 7 mm.
pub(crate) const PAGE_NUMBER_BELOW: f32 = 7.0 * MILLIMETRE;

pub(crate) fn face_of(level: Level) -> Face {
    match level {
        Level::First => Face::Heiti,
        Level::Second => Face::Kaiti,
        Level::Third | Level::Fourth => Face::Fangsong,
    }
}

/// How many signs of the text are as wide: a digit or a Latin letter is half of one.
pub(crate) fn width_of(text: &str) -> f32 {
    text.chars()
        .map(|sign| if sign.is_ascii() { 0.5 } else { 1.0 })
        .sum()
}

/// Signs from the right end in the middle of which the middle of the date stands.
pub(crate) fn room_of_signature(date: Option<&str>) -> f32 {
    let width = width_of(date.unwrap_or("2025年10月31日"));
    2.0 * (DATE_FROM_RIGHT + width / 2.0)
}
