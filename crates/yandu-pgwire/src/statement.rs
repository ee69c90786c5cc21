//! What a client asks for: the statements of a text, and what each of them is.

mod command;
mod copy;
mod prepared;
mod split;
mod words;

pub(crate) use command::{Command, Count, Declared, read};
pub(crate) use copy::{Copied, CopyFormat, CopyOptions, Quoted};
pub(crate) use prepared::{Argument, Execution, Preparation};
pub(crate) use split::{Piece, split};
