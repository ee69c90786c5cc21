//! A document against the schema of its file: every misfit with its place and a mend.

use std::sync::LazyLock;

use jsonschema::Validator;

use crate::file::FileText;
use crate::problem::Problem;
use crate::schema::FileKind;
use crate::yaml::{Document, MAX_PROBLEMS};

mod explain;
mod form;
mod words;

use explain::Explainer;

/// The misfits of a document, and pointers to the values that have to go for the rest to be usable.
pub(crate) struct Misfits {
    pub(crate) problems: Vec<Problem>,
    pub(crate) unusable: Vec<String>,
}

pub(crate) fn validate(kind: FileKind, file: &FileText, document: &Document) -> Misfits {
    let validator = validator(kind);
    if validator.is_valid(&document.value) {
        return Misfits {
            problems: Vec::new(),
            unusable: Vec::new(),
        };
    }
    let mut explainer = Explainer::new(kind.schema(), file, document);
    for error in validator.iter_errors(&document.value).take(MAX_PROBLEMS) {
        explainer.explain(&error);
    }
    explainer.finish()
}

fn validator(kind: FileKind) -> &'static Validator {
    match kind {
        FileKind::Pack => &PACK,
        FileKind::Dataset => &DATASET,
        FileKind::Model => &MODEL,
        FileKind::Codes => &CODES,
        FileKind::Source => &SOURCE,
        FileKind::Page => &PAGE,
        FileKind::Indicators => &INDICATORS,
        FileKind::Classification => &CLASSIFICATION,
        FileKind::Metric => &METRIC,
        FileKind::Board => &BOARD,
        FileKind::Test => &TEST,
    }
}

static PACK: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Pack));
static DATASET: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Dataset));
static MODEL: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Model));
static CODES: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Codes));
static SOURCE: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Source));
static PAGE: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Page));
static INDICATORS: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Indicators));
static CLASSIFICATION: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Classification));
static METRIC: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Metric));
static BOARD: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Board));
static TEST: LazyLock<Validator> = LazyLock::new(|| compile(FileKind::Test));

fn compile(kind: FileKind) -> Validator {
    jsonschema::validator_for(kind.schema())
        .expect("schemas generated from the declarations are valid, as a test shows")
}
