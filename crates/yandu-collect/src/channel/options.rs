use std::time::Duration;

/// How patient the channels are, and how much they take.
#[derive(Debug, Clone)]
pub struct Options {
    /// A file of a watched folder is complete when nothing has changed it for this long.
    pub quiet: Duration,
    /// How long a database may take to let us in.
    pub connect_timeout: Duration,
    /// How long a database may send nothing before it counts as silent.
    pub silence_timeout: Duration,
    /// How long one statement may take in all.
    pub statement_timeout: Duration,
    /// The most bytes of one delivery from a database or an API.
    pub delivery_bytes: u64,
    /// The most bytes of one answer of an API.
    pub answer_bytes: u64,
    /// The most pages that one reading of an API asks for.
    pub pages: u32,
    /// The longest wait that an API may ask for (`Retry-After`).
    pub longest_wait: Duration,
    /// How many sources are fetched from at a time.
    pub sources: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            quiet: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(10),
            silence_timeout: Duration::from_mins(2),
            statement_timeout: Duration::from_hours(2),
            delivery_bytes: 64 << 30,
            answer_bytes: 64 << 20,
            pages: 100_000,
            longest_wait: Duration::from_mins(2),
            sources: 4,
        }
    }
}
