//! Official documents of offices: a structure of headings, paragraphs, tables and footnotes, and what is made of it, a document of
//! Word and a PDF, both in the layout of GB/T 9704-2012.
//!
//! Everything here is a pure function: no file, no clock, no random number, so that one structure gives the same bytes each time. It
//! knows no plan, no metric and no city; what a document says is made elsewhere. Fonts are handed in.
//!
//! Not here: reading documents of Word, and signing or stamping them.

mod clean;
mod document;
mod docx;
mod error;
mod fonts;
mod layout;
mod line;
mod numeral;
mod pdf;
mod sheet;

pub use document::{Align, Block, Cell, Column, Document, Heading, Level, Note, Run, Runs, Table};
pub use docx::to_docx;
pub use error::Error;
pub use fonts::{Face, FontFile, Fonts};
pub use numeral::{chinese, date_text};
pub use pdf::{Pdf, to_pdf};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
