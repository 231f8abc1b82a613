//! The header is what cbindgen makes of the source, and its numbers are the core's.
//! `BLESS=1 cargo test -p dingtalk-extcontact-c --test header` renews it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config};
use dingtalk_extcontact::ErrorKind;
use dingtalk_extcontact::binding::CLIENT_OPTIONS;

/// In the order in which a reader of the header wants them.
const FILES: [&str; 15] = [
    "result", "options", "client", "call", "submit", "batch", "take", "item", "journal", "check",
    "deletion", "contact", "restore", "error", "log",
];

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn header_path() -> PathBuf {
    folder().join("../include/dingtalk_extcontact.h")
}

fn generated() -> String {
    let mut config = Config::from_file(folder().join("cbindgen.toml")).unwrap();
    config.after_includes = Some(format!(
        "\n/** The version of this header; dtx_version() is the one of the library that runs. */\n\
         #define DTX_VERSION \"{}\"\n#define DTX_VERSION_MAJOR {}\n#define DTX_VERSION_MINOR {}\n#define DTX_VERSION_PATCH {}\n\
         /** The same in one number; dtx_version_number() is the one of the library that runs. */\n\
         #define DTX_VERSION_NUMBER \\\n  \
         (DTX_VERSION_MAJOR * 1000000 + DTX_VERSION_MINOR * 1000 + DTX_VERSION_PATCH)",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ));
    let mut builder = Builder::new().with_config(config);
    for file in FILES {
        builder = builder.with_src(folder().join(format!("src/{file}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn the_header_is_in_step() {
    let generated = generated();
    let mut declarations = std::process::Command::new("python3");
    declarations.arg(folder().join("../tools/declarations"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(header_path(), &generated).unwrap();
    } else {
        declarations.arg("--check");
    }
    let checked_in = std::fs::read_to_string(header_path()).unwrap_or_default();
    let differs = checked_in.lines().zip(generated.lines()).position(|(old, new)| old != new);
    assert!(
        checked_in == generated,
        "include/dingtalk_extcontact.h is out of step from line {:?} on; `make header` renews it",
        differs.map(|line| line + 1)
    );
    assert!(
        declarations.status().unwrap().success(),
        "the declarations made of it are out of step"
    );
}

#[test]
fn the_results_are_the_kinds_of_the_core() {
    let header = generated();
    let list = header.split("} dtx_result;").next().unwrap();
    let constants: Vec<_> = list.lines().filter_map(constant).collect();
    let mut kinds = vec![("DTX_OK".to_owned(), 0)];
    for kind in ErrorKind::ALL {
        kinds.push((format!("DTX_{}", kind.as_str().to_ascii_uppercase()), kind.number()));
    }
    assert_eq!(constants, kinds);
}

/// `NAME = 1,`
fn constant(line: &str) -> Option<(String, i32)> {
    let (name, number) = line.trim().strip_suffix(',')?.split_once(" = ")?;
    Some((name.to_owned(), number.parse().ok()?))
}

#[test]
fn every_option_has_its_setter() {
    let header = generated();
    let setters = header.matches("int dtx_options_set_").count();
    assert_eq!(setters, CLIENT_OPTIONS.len());
    for (name, _) in CLIENT_OPTIONS {
        let unit = if name.ends_with("timeout") { "_ms" } else { "" };
        assert!(header.contains(&format!("int dtx_options_set_{name}{unit}(")), "{name}");
    }
}

#[test]
fn the_cpp_headers_have_every_function() {
    let headers = ["dingtalk_extcontact.hpp", "dingtalk_extcontact_generated.hpp"]
        .map(|name| std::fs::read_to_string(header_path().with_file_name(name)).unwrap());
    let code = headers.iter().flat_map(|it| it.lines()).map(|it| it.split("//").next().unwrap());
    let used: HashSet<&str> = code
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .collect();
    // These are as good as they are in C, but the last, which is another one without a call.
    let as_in_c = ["dtx_version", "dtx_version_number", "dtx_set_log", "dtx_batch_next"];
    let header = generated();
    let named = header.lines().filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next());
    let missing: Vec<_> = named
        .filter(|name| name.starts_with("dtx_") && !as_in_c.contains(name) && !used.contains(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
