//! The help in Chinese: what clap shows, translated once it is made.

use clap::Command;
use dingtalk_extcontact::binding::{MISSING_LIMIT, MISSING_WINDOW};
use dingtalk_extcontact_sandbox::Faults;

use crate::language::{said, told};
use crate::output;

/// clap's own, without its English headings.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// A command with its help in Chinese. clap breaks lines at spaces alone, so here it breaks none:
/// [`output::reflowed`] does that with what it renders.
pub(crate) fn in_chinese(mut command: Command) -> Command {
    command.build();
    translated(command)
}

fn translated(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let about = command.get_about().map(|about| told(&about.to_string())).unwrap_or_default();
    let command = command
        .term_width(usize::MAX)
        .about(about)
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .mut_args(|arg| {
            let help = arg.get_help().map(|help| told(&help.to_string())).unwrap_or_default();
            let heading = match arg.get_help_heading() {
                Some("Connection") => "连接",
                Some(_) => return arg.help(help),
                None if arg.is_positional() => "参数",
                None => "选项",
            };
            arg.help(help).help_heading(heading).hide_possible_values(true)
        })
        .mut_subcommands(translated);
    match after(&name) {
        Some(text) => command.after_help(text),
        None => command,
    }
}

/// What stands below the options of a subcommand.
fn after(name: &str) -> Option<String> {
    let text = match name {
        "dingtalk-extcontact" => include_str!("help/command.zh.txt"),
        "check" => include_str!("help/check.zh.txt"),
        "delete" => include_str!("help/delete.zh.txt"),
        "journal" => include_str!("help/journal.zh.txt"),
        "restore" => include_str!("help/restore.zh.txt"),
        "list" => include_str!("help/list.zh.txt"),
        "get" => include_str!("help/get.zh.txt"),
        "explain" => include_str!("help/explain.zh.txt"),
        "sandbox" => include_str!("help/sandbox.zh.txt"),
        "demo" => include_str!("help/demo.zh.txt"),
        "version" => include_str!("help/version.zh.txt"),
        _ => return None,
    };
    let faults = Faults::known().iter().map(|fault| {
        let (about, deletes) = (told(fault.about), told(fault.deletes.name()));
        output::labelled(fault.name, &said!("{about}; deletes: {deletes}", about, deletes))
    });
    let text = text
        .trim_end()
        .replace("{credentials}", include_str!("help/credentials.zh.txt").trim_end())
        .replace("{filters}", include_str!("help/filters.zh.txt").trim_end())
        .replace("{limit}", &MISSING_LIMIT.to_string())
        .replace("{window}", &MISSING_WINDOW.to_string())
        .replace("{targets}", &Faults::targets().collect::<Vec<_>>().join("|"))
        .replace("{faults}", &faults.collect::<String>());
    Some(text)
}
