//! Gives the shared library its SONAME, which cargo does not.

fn main() {
    let part = |name: &str| std::env::var(format!("CARGO_PKG_VERSION_{name}")).unwrap_or_default();
    // While the major version is 0, each minor version may break what is built against it.
    let abi = match part("MAJOR").as_str() {
        "0" => format!("0.{}", part("MINOR")),
        major => major.to_owned(),
    };
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libdingtalk_extcontact.so.{abi}");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
