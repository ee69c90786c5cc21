/// Why a text cannot be read as a plan.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the text is empty")]
    Empty,

    #[error("the text has {bytes} bytes, and at most {limit} are read")]
    TooLarge { bytes: usize, limit: usize },

    #[error("this is {what} and no text")]
    NotText { what: &'static str },

    #[error("the encoding cannot be told: {why}")]
    Encoding { why: String },

    #[error("this looks like a scan: {why}")]
    Scan { why: String },

    #[error("this is no work plan: {why}")]
    NotAPlan { why: String },
}

impl Error {
    /// Every code that [`Self::code`] can give.
    pub const CODES: &'static [&'static str] = &[
        "plan-empty",
        "plan-too-large",
        "plan-not-text",
        "plan-encoding",
        "plan-scan",
        "not-a-plan",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "plan-empty",
            Self::TooLarge { .. } => "plan-too-large",
            Self::NotText { .. } => "plan-not-text",
            Self::Encoding { .. } => "plan-encoding",
            Self::Scan { .. } => "plan-scan",
            Self::NotAPlan { .. } => "not-a-plan",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Empty => "choose the file that holds the text of the plan",
            Self::TooLarge { .. } => "choose the text of the plan alone; a plan has some pages",
            Self::NotText { .. } => {
                "open the file, copy its whole text and save it as plain text (UTF-8); a picture needs character recognition first"
            }
            Self::Encoding { .. } => "open the file where it shows well and save it as UTF-8",
            Self::Scan { .. } => {
                "take the text from the original document, or recognise the pages again and correct the result"
            }
            Self::NotAPlan { .. } => {
                "a plan numbers its points, such as 一、 or （一） or 1., in Chinese; check that the right file was chosen"
            }
        };
        Some(help.to_owned())
    }
}
