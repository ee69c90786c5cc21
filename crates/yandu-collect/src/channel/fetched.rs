/// What fetching brought, beside the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fetched {
    pub(crate) rows: u64,
    /// Where the next reading starts.
    pub(crate) watermark: Option<String>,
}
