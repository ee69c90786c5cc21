//! A word in every encoding that a delivery uses, encoded once.

/// How a delivery writes its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    Gb18030,
    /// GBK, where a browser writes what GBK has no place for as a numeric character reference.
    GbkInHtml,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Term {
    utf8: Box<str>,
    gb18030: Box<[u8]>,
    gbk_in_html: Box<[u8]>,
}

impl Term {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            utf8: text.into(),
            gb18030: encode(text, Charset::Gb18030).into(),
            gbk_in_html: encode(text, Charset::GbkInHtml).into(),
        }
    }

    #[inline]
    pub(crate) fn bytes(&self, charset: Charset) -> &[u8] {
        match charset {
            Charset::Utf8 => self.utf8.as_bytes(),
            Charset::Gb18030 => &self.gb18030,
            Charset::GbkInHtml => &self.gbk_in_html,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.utf8
    }
}

/// One term for every character of a text.
pub(crate) fn characters(text: &str) -> Vec<Term> {
    text.chars()
        .map(|character| Term::new(character.encode_utf8(&mut [0; 4])))
        .collect()
}

pub(crate) fn encode(text: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Gb18030 => encoding_rs::GB18030.encode(text).0.into_owned(),
        Charset::GbkInHtml => encoding_rs::GBK.encode(text).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_take_four_bytes_in_gb18030_and_a_reference_in_html() {
        for rare in ["㛃", "𠅤", "𰻝"] {
            let term = Term::new(rare);
            assert_eq!(term.bytes(Charset::Gb18030).len(), 4);
            assert!(term.bytes(Charset::GbkInHtml).starts_with(b"&#"));
        }
        assert_eq!(Term::new("盐").bytes(Charset::GbkInHtml).len(), 2);
    }
}
