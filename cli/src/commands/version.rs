//! `version`: prints what a report of a fault needs to say.

use std::env::{self, consts};

use dingtalk_extcontact::VERSION;
use serde_json::json;

use crate::args::Version;
use crate::output::{self, Exit, Output};

/// The C library that this was built for, or nothing where there is but one.
const LIBC: &str = if cfg!(target_env = "gnu") {
    "gnu"
} else if cfg!(target_env = "musl") {
    "musl"
} else if cfg!(target_env = "msvc") {
    "msvc"
} else {
    ""
};

/// Runs the subcommand.
pub(crate) fn run(args: &Version, output: &mut Output) -> Exit {
    let (os, arch, program) = (consts::OS, consts::ARCH, program());
    let text = if args.json {
        json!({
            "arch": arch,
            "libc": LIBC,
            "os": os,
            "program": program,
            "version": VERSION,
        })
        .to_string()
    } else {
        let system = [os, arch, LIBC].join(" ");
        let program = output::escaped(&program);
        format!("dingtalk-extcontact {VERSION} for {}, run by {program}", system.trim())
    };
    match output.line(&text) {
        Ok(()) => Exit::Success,
        Err(error) => output::stdout_failed(&error),
    }
}

/// The program that this runs in, without its folder: the command itself, or the Python or Node whose
/// package brought it.
fn program() -> String {
    let path = env::current_exe().unwrap_or_default();
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
