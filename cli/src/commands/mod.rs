//! The subcommands.

pub(crate) mod check;
pub(crate) mod delete;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod get;
pub(crate) mod journal;
pub(crate) mod labels;
pub(crate) mod list;
pub(crate) mod question;
pub(crate) mod restore;
pub(crate) mod sandbox;
pub(crate) mod version;
