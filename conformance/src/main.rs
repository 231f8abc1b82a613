//! Serves the conformance cases to the runners of other languages.
//!
//! `dingtalk-extcontact-judge [FOLDER]` reads the cases (default: `conformance/cases` in the
//! current directory or one above it), prints one line of JSON with its control address, and
//! serves until its standard input ends.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use dingtalk_extcontact_conformance::{Control, Judge};

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dingtalk-extcontact-judge: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Result<(), String> {
    let mut arguments = env::args_os().skip(1);
    let folder = match (arguments.next(), arguments.next()) {
        (None, _) => find_cases()?,
        (Some(folder), None) => PathBuf::from(folder),
        (Some(_), Some(_)) => return Err("takes one folder of cases".into()),
    };
    let control = Control::start(Judge::load(folder)?).map_err(|error| error.to_string())?;
    let mut out = io::stdout();
    writeln!(out, "{}", control.describe())
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())?;
    // Runners end it by closing their end, also by dying; a failed read ends it, too.
    let _ = io::copy(&mut io::stdin(), &mut io::sink());
    Ok(())
}

fn find_cases() -> Result<PathBuf, String> {
    let here = env::current_dir().map_err(|error| error.to_string())?;
    here.ancestors()
        .map(|folder| folder.join("conformance").join("cases"))
        .find(|folder| folder.is_dir())
        .ok_or_else(|| {
            "there is no conformance/cases here or above; name a folder of cases".to_owned()
        })
}
