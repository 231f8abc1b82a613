//! The command `dingtalk-extcontact`; all of it is in the library.

fn main() -> std::process::ExitCode {
    // Every status of `run` fits: 0 to 3 and 130.
    u8::try_from(dingtalk_extcontact_cli::run(std::env::args_os())).unwrap_or(1).into()
}
