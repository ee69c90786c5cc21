use crate::fonts::Face;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the font of {} cannot be used: {why}", face.title())]
    Font { face: Face, why: String },

    #[error("the package of the document cannot be written")]
    Package(#[source] zip::result::ZipError),

    #[error("the PDF cannot be written: {0}")]
    Pdf(String),
}

impl Error {
    /// Every code that [`Self::code`] can give.
    pub const CODES: &'static [&'static str] = &["document-font", "internal"];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Font { .. } => "document-font",
            Self::Package(_) | Self::Pdf(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let Self::Font { face, .. } = self else {
            return None;
        };
        Some(format!(
            "set `{}` to a font file (TTF, OTF, or a collection with the number of the font behind `#`); Debian has some in `fonts-noto-cjk`",
            face.key()
        ))
    }
}
