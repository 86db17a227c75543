//! The manual page, made from the same words as the help: one page with a section for each
//! command.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::{answer::Answer, args::Cli, failure::Failure};

/// What the help does not say.
const REST: &str = r#".SH "EXIT STATUS"
0 when it is done, 1 when it failed, 2 when the command line cannot be understood. What failed is
said on standard error in one sentence, with \-\-json as {"error":{"code","message","field"}}.
.SH ENVIRONMENT
.TP
CARILLON_DATA_DIR
The directory of the ledger, where \-\-data\-dir does not name one.
.TP
TZDIR
Zone files to use instead of the newer of the system\'s and Carillon\'s own.
.SH FILES
.TP
$XDG_DATA_HOME/carillon/carillon.db
The ledger: every event, every reminder and what became of it.
.SH "SEE ALSO"
carillon\-desktop(1)
"#;

/// The whole page.
pub fn page() -> Result<Answer, Failure> {
    let mut page = Vec::new();
    let made = render(&mut page);
    made.map_err(|e| Failure::failed(format!("could not make the manual page: {e}")))?;
    Ok(Answer::text(String::from_utf8_lossy(&page)))
}

fn render(page: &mut Vec<u8>) -> io::Result<()> {
    let mut root = Cli::command();
    root.build();
    let man = Man::new(root.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    page.extend_from_slice(b".SH COMMANDS\n");
    for command in root.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        render_command(command, page)?;
    }
    page.extend_from_slice(REST.as_bytes());
    Ok(())
}

/// One command, or each of those below it.
fn render_command(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    if command.has_subcommands() {
        let below = command.get_subcommands().filter(|c| c.get_name() != "help");
        return below.into_iter().try_for_each(|c| render_command(c, page));
    }
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_string();
    // Options that every command has are told once, above.
    let own = command.clone().mut_args(|arg| match arg.get_id().as_str() {
        "json" | "data_dir" | "help" => arg.hide(true),
        _ => arg,
    });
    let man = Man::new(own);
    let mut text = Vec::new();
    man.render_description_section(&mut text)?;
    if command.get_arguments().any(|arg| !arg.is_global_set() && arg.get_id() != "help") {
        man.render_options_section(&mut text)?;
    }
    page.extend_from_slice(format!(".SS \"{}\"\n", name.replace('-', "\\-")).as_bytes());
    for line in String::from_utf8_lossy(&text).lines().filter(|line| !line.starts_with(".SH ")) {
        page.extend_from_slice(line.as_bytes());
        page.push(b'\n');
    }
    Ok(())
}
