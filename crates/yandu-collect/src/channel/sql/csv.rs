//! Delimited text in which NULL and the empty text differ, as `COPY … CSV` of PostgreSQL writes it.

/// Writes a line of quoted names. Quoted, they also tell whoever reads the file what its quote is.
pub(super) fn header<'a>(out: &mut Vec<u8>, names: impl Iterator<Item = &'a str>) {
    for (at, name) in names.enumerate() {
        separate(out, at);
        quote(out, name.as_bytes());
    }
    out.push(b'\n');
}

/// Writes the comma before every cell but the first.
pub(super) fn separate(out: &mut Vec<u8>, at: usize) {
    if at > 0 {
        out.push(b',');
    }
}

/// Writes a text, quoted where it must be.
pub(super) fn text(out: &mut Vec<u8>, cell: &[u8]) {
    let is_plain = !cell.is_empty()
        && memchr::memchr3(b',', b'"', b'\n', cell).is_none()
        && memchr::memchr(b'\r', cell).is_none();
    if is_plain {
        out.extend_from_slice(cell);
    } else {
        quote(out, cell);
    }
}

fn quote(out: &mut Vec<u8>, cell: &[u8]) {
    out.push(b'"');
    let mut rest = cell;
    while let Some(at) = memchr::memchr(b'"', rest) {
        let (before, after) = rest.split_at(at + 1);
        out.extend_from_slice(before);
        out.push(b'"');
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_the_empty_text_differ_and_signs_that_mean_something_are_quoted() {
        let mut out = Vec::new();
        header(&mut out, ["编号", "a\"b"].into_iter());
        for (at, cell) in [
            None,
            Some(""),
            Some("a,b"),
            Some("say \"yes\""),
            Some("two\r\nlines"),
            Some("盐城"),
        ]
        .into_iter()
        .enumerate()
        {
            separate(&mut out, at);
            if let Some(cell) = cell {
                text(&mut out, cell.as_bytes());
            }
        }
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"编号\",\"a\"\"b\"\n,\"\",\"a,b\",\"say \"\"yes\"\"\",\"two\r\nlines\",盐城"
        );
    }
}
