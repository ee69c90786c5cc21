use std::path::PathBuf;

/// Why a city could not be simulated or served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the city's file `{}`", path.display())]
    ReadCity {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the city's file `{file}` is not usable: {problem}")]
    BadCity { file: String, problem: String },
    #[error("the city's settings `simulator.json` cannot be read")]
    BadSettings { source: serde_json::Error },
    #[error("a city has between 1 and {most} people, not {people}")]
    People { people: u64, most: u64 },
    #[error("the date of a delivery lies between {first} and {last}, not on {date}")]
    Date {
        date: jiff::civil::Date,
        first: jiff::civil::Date,
        last: jiff::civil::Date,
    },
    #[error("`{name}` is no kind of planted defect")]
    UnknownDefect { name: String },
    #[error("more people were born on one day in area `{area}` than it has serial numbers")]
    SerialsExhausted { area: String },
    #[error("cannot write `{}`", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot write the workbook `{}`", path.display())]
    Workbook {
        path: PathBuf,
        source: rust_xlsxwriter::XlsxError,
    },
    #[error("cannot write the database `{}`", path.display())]
    Database { path: PathBuf, source: sqlx::Error },
    #[error("a worker stopped before it had finished")]
    Worker,
    #[error("cannot serve the city's interfaces")]
    Serve { source: std::io::Error },
}

impl Error {
    pub(crate) fn bad_city(file: &str, problem: impl Into<String>) -> Self {
        Self::BadCity {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }
}
