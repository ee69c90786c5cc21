//! The text index: a disposable copy of the records in a folder of its own.
//!
//! Its newest commit says which change of the ledger it has seen last. What is newer is asked for when the folder is
//! opened; a folder that is gone, of another form, or of other records is made anew. A crash between a record and its place
//! in the index therefore costs nothing but the work.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::index::SegmentId;
use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::{FAST, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, SegmentReader, TantivyDocument,
    Term as Key,
};

use super::field::{Field, Tokens};
use super::fresh::Fresh;
use super::near::Near;
use super::query::{Fit, Term};
use super::tally::Postings;
use crate::{Error, Result};

/// The form of the tokens: another one makes the index anew.
const FORM: u32 = 1;
/// Memory in which tokens are gathered before they are written.
const WRITER_BYTES: usize = 32 << 20;
/// The most tokens that one beginning or one misspelling may stand for.
const EXPANSIONS: usize = 2_000;
/// The number of an entry that is in the index no more.
const GONE: u32 = u32::MAX;

/// What an index has seen, kept in its newest commit.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Seen {
    form: u32,
    pub(crate) change: i64,
    /// The entry and the time of the change, by which the records are known again.
    pub(crate) mark: String,
}

impl Seen {
    pub(crate) fn new(change: i64, mark: String) -> Self {
        Self {
            form: FORM,
            change,
            mark,
        }
    }
}

pub(crate) struct TextIndex {
    folder: PathBuf,
    open: RwLock<Open>,
    writer: Mutex<Option<IndexWriter>>,
}

struct Open {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    view: Arc<View>,
}

#[derive(Clone)]
struct Fields {
    number: tantivy::schema::Field,
    texts: Vec<(Field, tantivy::schema::Field)>,
}

/// One state of the index, with the numbers of the entries of each segment.
pub(crate) struct View {
    searcher: Searcher,
    fields: Fields,
    numbers: Vec<Arc<Vec<u32>>>,
    known: HashMap<(SegmentId, Option<u64>), Arc<Vec<u32>>>,
}

impl TextIndex {
    /// Opens the folder, or makes it; `None` beside it when it has seen nothing.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Option<Seen>)> {
        let (open, seen) = match Open::new(folder) {
            Ok((open, Some(seen))) if seen.form == FORM => (open, Some(seen)),
            other => {
                if let Err(error) = other {
                    tracing::warn!(%error, "the text index cannot be read, and is made anew");
                }
                (Open::anew(folder)?, None)
            }
        };
        let index = Self {
            folder: folder.to_owned(),
            open: RwLock::new(open),
            writer: Mutex::new(None),
        };
        Ok((index, seen))
    }

    /// Throws everything away.
    pub(crate) fn clear(&self) -> Result<()> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        *writer = None;
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        *open = Open::anew(&self.folder)?;
        Ok(())
    }

    pub(crate) fn view(&self) -> Arc<View> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&open.view)
    }

    /// Puts entries in the place of what was there of them, and remembers what was seen. Blocks.
    pub(crate) fn put(&self, entries: &[(u32, Tokens)], seen: &Seen) -> Result<()> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let fields = {
            let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
            if writer.is_none() {
                *writer = Some(open.index.writer_with_num_threads(1, WRITER_BYTES)?);
            }
            open.fields.clone()
        };
        let written = match writer.as_mut() {
            Some(writer) => write(writer, &fields, entries, seen),
            None => Ok(()),
        };
        if written.is_err() {
            // A writer that has failed goes on without what it failed with. The next one begins with what is committed.
            *writer = None;
        }
        written?;
        self.open
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .reload()
    }
}

fn write(
    writer: &mut IndexWriter,
    fields: &Fields,
    entries: &[(u32, Tokens)],
    seen: &Seen,
) -> Result<()> {
    for (number, tokens) in entries {
        writer.delete_term(Key::from_field_u64(fields.number, u64::from(*number)));
        writer.add_document(document(fields, *number, tokens))?;
    }
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&serde_json::to_string(seen)?);
    commit.commit()?;
    Ok(())
}

impl Open {
    fn new(folder: &Path) -> Result<(Self, Option<Seen>)> {
        fs::create_dir_all(folder).map_err(|source| Error::Folder {
            doing: "make",
            source,
        })?;
        let (schema, fields) = schema();
        let directory =
            tantivy::directory::MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        let index = Index::open_or_create(directory, schema)?;
        let seen = index
            .load_metas()?
            .payload
            .and_then(|payload| serde_json::from_str(&payload).ok());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let view = Arc::new(View::new(&reader, &fields, &HashMap::new())?);
        let open = Self {
            index,
            reader,
            fields,
            view,
        };
        Ok((open, seen))
    }

    fn anew(folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(|source| Error::Folder {
                doing: "empty",
                source,
            })?;
        }
        Ok(Self::new(folder)?.0)
    }

    fn reload(&mut self) -> Result<()> {
        self.reader.reload()?;
        self.view = Arc::new(View::new(&self.reader, &self.fields, &self.view.known)?);
        Ok(())
    }
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let number = builder.add_u64_field("number", INDEXED | FAST);
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let options = TextOptions::default().set_indexing_options(indexing);
    let texts = Field::ALL
        .into_iter()
        .map(|field| (field, builder.add_text_field(field.name(), options.clone())))
        .collect();
    (builder.build(), Fields { number, texts })
}

fn document(fields: &Fields, number: u32, tokens: &Tokens) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.number, u64::from(number));
    for (field, of) in &fields.texts {
        let tokens = tokens
            .of(*field)
            .iter()
            .enumerate()
            .map(|(position, text)| Token {
                offset_from: 0,
                offset_to: 0,
                position,
                text: text.clone(),
                position_length: 1,
            })
            .collect();
        document.add_pre_tokenized_text(
            *of,
            PreTokenizedString {
                text: String::new(),
                tokens,
            },
        );
    }
    document
}

impl View {
    fn new(
        reader: &IndexReader,
        fields: &Fields,
        before: &HashMap<(SegmentId, Option<u64>), Arc<Vec<u32>>>,
    ) -> Result<Self> {
        let searcher = reader.searcher();
        let mut known = HashMap::new();
        let mut numbers = Vec::new();
        for segment in searcher.segment_readers() {
            let name = (segment.segment_id(), segment.delete_opstamp());
            let of_segment = match before.get(&name) {
                Some(numbers) => Arc::clone(numbers),
                None => Arc::new(numbers_of(segment)?),
            };
            known.insert(name, Arc::clone(&of_segment));
            numbers.push(of_segment);
        }
        Ok(Self {
            searcher,
            fields: fields.clone(),
            numbers,
            known,
        })
    }

    fn each(&self, term: &Term, field: Field, found: &mut dyn FnMut(u32)) -> Result<()> {
        let Some((_, of)) = self.fields.texts.iter().find(|(known, _)| *known == field) else {
            return Ok(());
        };
        for (segment, numbers) in self.searcher.segment_readers().iter().zip(&self.numbers) {
            each_of(segment, *of, numbers, term, found).map_err(tantivy::TantivyError::from)?;
        }
        Ok(())
    }
}

/// The number of the entry of each document of a segment.
fn numbers_of(segment: &SegmentReader) -> Result<Vec<u32>> {
    let column = segment.fast_fields().u64("number")?;
    Ok((0..segment.max_doc())
        .map(|document| {
            if segment.is_deleted(document) {
                return GONE;
            }
            column
                .first(document)
                .map_or(GONE, |number| u32::try_from(number).unwrap_or(GONE))
        })
        .collect())
}

fn each_of(
    segment: &SegmentReader,
    field: tantivy::schema::Field,
    numbers: &[u32],
    term: &Term,
    found: &mut dyn FnMut(u32),
) -> std::io::Result<()> {
    let inverted = segment
        .inverted_index(field)
        .map_err(std::io::Error::other)?;
    let mut all = |mut postings: BlockSegmentPostings| {
        while postings.block_len() > 0 {
            for document in postings.docs() {
                if let Some(number) = numbers.get(*document as usize)
                    && *number != GONE
                {
                    found(*number);
                }
            }
            postings.advance();
        }
    };
    let basic = IndexRecordOption::Basic;
    match term.fit {
        Fit::Same => {
            if let Some(info) = inverted.terms().get(&term.text)? {
                all(inverted.read_block_postings_from_terminfo(&info, basic)?);
            }
        }
        Fit::Starts => {
            let mut terms = inverted.terms().range().ge(&term.text).into_stream()?;
            let mut left = EXPANSIONS;
            while left > 0 && terms.advance() && terms.key().starts_with(term.text.as_bytes()) {
                all(inverted.read_block_postings_from_terminfo(terms.value(), basic)?);
                left -= 1;
            }
        }
        Fit::OneOff => {
            let mut terms = inverted
                .terms()
                .search(Near::new(&term.text))
                .into_stream()?;
            let mut left = EXPANSIONS;
            while left > 0 && terms.advance() {
                all(inverted.read_block_postings_from_terminfo(terms.value(), basic)?);
                left -= 1;
            }
        }
    }
    Ok(())
}

/// The index, and in place of what it does not know yet the entries that have changed since.
pub(crate) struct Both<'a> {
    pub(crate) view: &'a View,
    pub(crate) fresh: &'a Fresh,
}

impl Postings for Both<'_> {
    fn each(&self, term: &Term, field: Field, found: &mut dyn FnMut(u32)) -> Result<()> {
        if self.fresh.is_empty() {
            return self.view.each(term, field, found);
        }
        self.view.each(term, field, &mut |number| {
            if !self.fresh.has(number) {
                found(number);
            }
        })?;
        self.fresh.each(term, field, found);
        Ok(())
    }
}
