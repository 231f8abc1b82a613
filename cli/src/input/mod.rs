//! What the command is given: lists of ids in their forms, and filters.

pub(crate) mod column;
pub(crate) mod damage;
pub(crate) mod filter;
pub(crate) mod ids;
pub(crate) mod json_lines;
pub(crate) mod text;
