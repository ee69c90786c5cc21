//! What a photograph says of when and where it was taken. Anybody can write anything there, so it is shown beside a picture
//! and nothing is decided by it.

use std::io::Cursor;

use exif::{Exif as Fields, In, Reader, Tag, Value};
use serde::Serialize;

/// What a photograph says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Exif {
    /// By the clock of the camera, `2025-06-30T09:15:00`; its zone is not known.
    pub taken_at: Option<String>,
    /// Degrees north and east (WGS 84).
    pub position: Option<(f64, f64)>,
}

/// Reads what a picture says of itself; nothing where it says nothing that can be read.
pub(super) fn read(media_type: &str, bytes: &[u8]) -> Option<Exif> {
    if !media_type.starts_with("image/") {
        return None;
    }
    let fields = Reader::new()
        .read_from_container(&mut Cursor::new(bytes))
        .ok()?;
    let exif = Exif {
        taken_at: taken_at(&fields),
        position: position(&fields),
    };
    (exif != Exif::default()).then_some(exif)
}

fn taken_at(fields: &Fields) -> Option<String> {
    let field = fields.get_field(Tag::DateTimeOriginal, In::PRIMARY)?;
    let Value::Ascii(texts) = &field.value else {
        return None;
    };
    let at = exif::DateTime::from_ascii(texts.first()?).ok()?;
    let at = jiff::civil::DateTime::new(
        i16::try_from(at.year).ok()?,
        i8::try_from(at.month).ok()?,
        i8::try_from(at.day).ok()?,
        i8::try_from(at.hour).ok()?,
        i8::try_from(at.minute).ok()?,
        i8::try_from(at.second).ok()?,
        0,
    );
    Some(at.ok()?.to_string())
}

fn position(fields: &Fields) -> Option<(f64, f64)> {
    let latitude = degrees(fields, Tag::GPSLatitude, Tag::GPSLatitudeRef, b"S")?;
    let longitude = degrees(fields, Tag::GPSLongitude, Tag::GPSLongitudeRef, b"W")?;
    let is_on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    is_on_earth.then_some((latitude, longitude))
}

fn degrees(fields: &Fields, tag: Tag, side: Tag, negative: &[u8]) -> Option<f64> {
    let Value::Rational(parts) = &fields.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.get(..3)? else {
        return None;
    };
    let value = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    let Value::Ascii(texts) = &fields.get_field(side, In::PRIMARY)?.value else {
        return None;
    };
    let value = if texts.first()?.starts_with(negative) {
        -value
    } else {
        value
    };
    value.is_finite().then_some(value)
}
