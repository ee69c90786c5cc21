//! What a client asks for: the statements of a text, and what each of them is.

mod command;
mod split;

pub(crate) use command::{Command, Count, Declared, read};
pub(crate) use split::{Piece, split};
