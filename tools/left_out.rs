//! For the tests of every crate, by `#[path]`: a test that cannot run here says so.

/// Puts it into the table that `make test` ends with.
///
/// # Panics
/// Where nothing may be left out (`DTX_REQUIRE_ALL`).
pub fn left_out(what: &str, because: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/left-out.sh");
    let status = std::process::Command::new("sh").args([script, what, because]).status().unwrap();
    assert!(status.success(), "{what} may not be left out here: {because}");
}
