//! Why a delivered file is refused as a whole.

use std::io;

/// A fault of a whole file. Faults of single rows travel in the blocks instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the file")]
    Read(#[source] io::Error),
    #[error("the file is empty")]
    Empty,
    #[error("the path is a directory")]
    Directory,
    #[error("the file is {what}, which holds no table")]
    Binary { what: &'static str },
    #[error("the {what} is protected by a password")]
    Encrypted { what: &'static str },
    #[error("the file unpacks to more than {limit_bytes} bytes")]
    UnpacksTooLarge { limit_bytes: u64 },
    #[error("a file of this format may have at most {limit_bytes} bytes")]
    TooLarge { limit_bytes: u64 },
    #[error("no row of the file reads as a header")]
    NoHeader,
    #[error("the header row {row} is not in the file, or is blank")]
    NoSuchRow { row: u32 },
    #[error("the file has no table")]
    NoTable,
    #[error("the workbook has no sheet `{sheet}`")]
    NoSuchSheet { sheet: String, sheets: Vec<String> },
    #[error("the document has no list of rows at `{path}`")]
    NoSuchPath { path: String },
    #[error("the file has more than {limit} columns")]
    TooManyColumns { limit: usize },
    #[error("the format of the file is not known")]
    UnknownFormat,
    #[error("the encoding `{label}` is not known")]
    UnknownEncoding { label: String },
    #[error("the delimiter `{delimiter}` is no ASCII character that can separate cells")]
    UnknownDelimiter { delimiter: char },
    #[error("the {what} is damaged")]
    Damaged {
        what: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "binary-file",
        "damaged-file",
        "directory",
        "empty-file",
        "encrypted-file",
        "file-too-large",
        "no-header",
        "no-such-path",
        "no-such-row",
        "no-such-sheet",
        "no-table",
        "too-many-columns",
        "unknown-delimiter",
        "unknown-encoding",
        "unknown-format",
        "unpacks-too-large",
        "unreadable-file",
    ];

    pub(crate) fn damaged(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Damaged {
            what,
            source: source.into(),
        }
    }

    /// The cause of a failed read: the reader itself may have refused to go on, or found broken packing.
    pub(crate) fn from_read(error: io::Error) -> Self {
        if matches!(error.get_ref(), Some(inner) if inner.is::<Self>()) {
            let inner = error.into_inner().and_then(|inner| inner.downcast().ok());
            return inner.map_or(Self::NoTable, |inner: Box<Self>| *inner);
        }
        match error.kind() {
            io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof => Self::damaged("archive", error),
            _ => Self::Read(error),
        }
    }

    /// The stable code of the error, under which it is documented.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "unreadable-file",
            Self::Empty => "empty-file",
            Self::Directory => "directory",
            Self::Binary { .. } => "binary-file",
            Self::Encrypted { .. } => "encrypted-file",
            Self::UnpacksTooLarge { .. } => "unpacks-too-large",
            Self::TooLarge { .. } => "file-too-large",
            Self::NoHeader => "no-header",
            Self::NoSuchRow { .. } => "no-such-row",
            Self::NoTable => "no-table",
            Self::NoSuchSheet { .. } => "no-such-sheet",
            Self::NoSuchPath { .. } => "no-such-path",
            Self::TooManyColumns { .. } => "too-many-columns",
            Self::UnknownFormat => "unknown-format",
            Self::UnknownEncoding { .. } => "unknown-encoding",
            Self::UnknownDelimiter { .. } => "unknown-delimiter",
            Self::Damaged { .. } => "damaged-file",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Read(_) => {
                "check that the file is still there, whole, and may be read".to_owned()
            }
            Self::Empty => "deliver a file with a header row and at least one row".to_owned(),
            Self::Directory => "name one file of the directory".to_owned(),
            Self::Binary { .. } | Self::UnknownFormat => {
                "deliver delimited text, a workbook (xlsx, xls, ods), an HTML table or JSON".to_owned()
            }
            Self::Encrypted { .. } => "remove the password and deliver the file again".to_owned(),
            Self::UnpacksTooLarge { .. } => {
                "deliver the table as delimited text, or in several smaller files".to_owned()
            }
            Self::TooLarge { .. } => {
                "deliver JSON with one object a line, or delimited text; both may have any size".to_owned()
            }
            Self::NoHeader => {
                "add a row with the column names, or declare `format: {columns: [..]}` for a file without one".to_owned()
            }
            Self::NoSuchRow { .. } => {
                "correct `format: {header_row: ..}`; the first row of the file is 1".to_owned()
            }
            Self::NoTable => "deliver a file that holds rows and columns".to_owned(),
            Self::NoSuchSheet { sheets, .. } => {
                format!("correct `format: {{sheet: ..}}`; the workbook has {}", quoted(sheets))
            }
            Self::NoSuchPath { .. } => {
                "correct the pointer to the rows, such as `/data/items`".to_owned()
            }
            Self::TooManyColumns { .. } => {
                "check that the file is the table it should be; keys that are values belong into rows".to_owned()
            }
            Self::UnknownEncoding { .. } => {
                "declare one such as `GB18030`, `UTF-8`, `UTF-16LE`, `Big5` or `windows-1252`".to_owned()
            }
            Self::UnknownDelimiter { .. } => {
                "declare one such as `,`, `;`, `|` or a tab".to_owned()
            }
            Self::Damaged { .. } => {
                "open the file in the program that wrote it, save it anew and deliver it again".to_owned()
            }
        }
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
