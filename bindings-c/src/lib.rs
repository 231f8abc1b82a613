//! The C library: wrappers around the core, and nothing else. `include/dingtalk_extcontact.h`
//! is made of these files by cbindgen; the comments here are its manual.
//!
//! Every exported function catches panics, checks every pointer for NULL and takes text only
//! as UTF-8. All functions that take pointers are `unsafe`: the caller keeps to what the
//! header says of owners, lifetimes and threads.
// The names are those of the header.
#![allow(non_camel_case_types)]
// What a caller must keep to stands in the words of the header, at each function and at its top.
#![allow(clippy::missing_safety_doc)]

mod asked;
mod batch;
mod call;
mod cancel;
mod check;
mod client;
mod contact;
mod deletion;
mod error;
mod ffi;
mod item;
mod journal;
mod log;
mod options;
mod restore;
mod result;
mod submit;
mod take;
