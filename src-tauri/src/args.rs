//! What the window was asked for on its command line, by its first start or by a later one that
//! hands its words over.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use wire::dto::Open;

/// Shown when the words were not understood.
const USAGE: &str = "carillon-desktop [--data-dir DIR] [--open DELIVERY | --new | --quick-add | --inbox | --attention | --settings]";

/// What `--help` says.
pub const HELP: &str = "\
The window of Carillon: the calendar, the inbox and the record of every reminder

Usage: carillon-desktop [--data-dir DIR] [WHAT TO SHOW FIRST]

  --open DELIVERY  This delivery; an id looks like dlv_0199…
  --new            A new event
  --quick-add      Only a small window for a line of text such as \"dentist tomorrow at 9\"
  --inbox          What is not acknowledged yet
  --attention      What failed or is uncertain
  --settings       The settings

  --data-dir DIR   The ledger in this directory [default: CARILLON_DATA_DIR, else
                   the desktop's data directory]
  -h, --help       Print this
  -V, --version    Print the version

It starts the reminder service when none is running and ends when it is closed;
the service goes on ringing. A second start over the same ledger brings the
first window forward. `carillon --help` is about the command line.
";

/// What the program was started for.
#[derive(Debug)]
pub enum Asked {
    /// A window.
    Window(Args),
    /// Words alone.
    Words(String),
}

/// Reads the words after the program's name; who asks for help or the version gets that, whatever
/// else is said.
///
/// # Errors
/// As [`parse`].
pub fn asked(words: impl IntoIterator<Item = OsString>) -> Result<Asked, String> {
    let words: Vec<OsString> = words.into_iter().collect();
    let says = |names: [&str; 2]| words.iter().any(|word| names.iter().any(|name| word == name));
    if says(["-h", "--help"]) {
        return Ok(Asked::Words(HELP.into()));
    }
    if says(["-V", "--version"]) {
        return Ok(Asked::Words(format!("carillon-desktop {}\n", env!("CARGO_PKG_VERSION"))));
    }
    parse(words).map(Asked::Window)
}

/// A window's start, understood.
#[derive(Debug, Default)]
pub struct Args {
    /// Where the ledger lies when not in its usual place.
    pub data_dir: Option<PathBuf>,
    /// What to show first.
    pub open: Option<Open>,
    /// Only the small window for a line of text.
    pub quick_add: bool,
}

/// Reads the words after the program's name.
///
/// # Errors
/// One sentence about the first word that is not understood.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Args, String> {
    let mut words = words.into_iter();
    let mut args = Args::default();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--data-dir") => {
                args.data_dir = Some(value(&mut words, "--data-dir", "a directory")?.into());
            }
            Some("--open") => {
                let delivery = delivery(&value(&mut words, "--open", "a delivery")?)?;
                show(&mut args, Open::Delivery { delivery })?;
            }
            Some("--quick-add") => {
                refuse_second(&args)?;
                args.quick_add = true;
            }
            Some("--new") => show(&mut args, Open::New)?,
            Some("--inbox") => show(&mut args, Open::Inbox)?,
            Some("--attention") => show(&mut args, Open::Attention)?,
            Some("--settings") => show(&mut args, Open::Settings)?,
            _ => return Err(format!("{} is not known here: {USAGE}", word.display())),
        }
    }
    Ok(args)
}

fn value(
    words: &mut impl Iterator<Item = OsString>,
    option: &str,
    wanted: &str,
) -> Result<OsString, String> {
    words.next().ok_or_else(|| format!("{option} needs {wanted} after it: {USAGE}"))
}

fn show(args: &mut Args, open: Open) -> Result<(), String> {
    refuse_second(args)?;
    args.open = Some(open);
    Ok(())
}

fn refuse_second(args: &Args) -> Result<(), String> {
    if args.open.is_some() || args.quick_add {
        return Err(format!("only one thing can be shown first: {USAGE}"));
    }
    Ok(())
}

fn delivery(word: &OsString) -> Result<String, String> {
    word.to_str()
        .filter(|id| id.starts_with("dlv_"))
        .filter(|id| id.len() <= 64)
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)))
        .map(str::to_owned)
        .ok_or_else(|| {
            format!("--open {} is no delivery: an id looks like dlv_0199…", word.display())
        })
}

/// The name under which windows over one ledger find each other on the session bus.
pub fn instance_name(identifier: &str, data_dir: &Path) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_owned()).hash(&mut hasher);
    format!("{identifier}.Ledger_{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words understood, written the way the UI is told.
    fn check(words: &str) -> Result<String, String> {
        let args = parse(words.split_whitespace().map(OsString::from))?;
        let dir = args.data_dir.map_or("-".to_owned(), |dir| dir.display().to_string());
        let open = serde_json::to_string(&args.open).expect("BUG: this DTO is plain data");
        let small = if args.quick_add { " quick add" } else { "" };
        Ok(format!("{dir} {open}{small}"))
    }

    #[test]
    fn the_words_of_the_command_line_are_understood() {
        for (words, understood) in [
            ("", "- null"),
            ("--data-dir /tmp/x", "/tmp/x null"),
            ("--new --data-dir x", r#"x {"type":"new"}"#),
            ("--quick-add --data-dir x", "x null quick add"),
            ("--inbox", r#"- {"type":"inbox"}"#),
            ("--attention", r#"- {"type":"attention"}"#),
            ("--settings", r#"- {"type":"settings"}"#),
            ("--open dlv_0199-ab", r#"- {"type":"delivery","delivery":"dlv_0199-ab"}"#),
        ] {
            assert_eq!(check(words), Ok(understood.to_owned()), "{words}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (words, named) in [
            ("--colour", "--colour"),
            ("--data-dir", "--data-dir needs a directory"),
            ("--open", "--open needs a delivery"),
            ("--open evt_1", "evt_1"),
            ("--open dlv_/../x", "dlv_/../x"),
            ("--open dlv_1 --new", "only one"),
            ("--quick-add --new", "only one"),
            ("--inbox --quick-add", "only one"),
        ] {
            let said = check(words).expect_err(words);
            assert!(said.contains(named), "{words}: {said}");
        }
    }

    #[test]
    fn who_asks_for_help_or_the_version_gets_words_and_no_window() {
        let asked = |words: &str| match asked(words.split_whitespace().map(OsString::from)) {
            Ok(Asked::Words(said)) => Some(said),
            Ok(Asked::Window(_)) | Err(_) => None,
        };
        for words in ["--help", "-h", "--inbox --help", "--colour -h"] {
            assert_eq!(asked(words).as_deref(), Some(HELP), "{words}");
        }
        assert_eq!(asked("-V"), Some(format!("carillon-desktop {}\n", env!("CARGO_PKG_VERSION"))));
        assert_eq!((asked("--inbox"), asked("--colour")), (None, None));
        // Each word that is understood is in it.
        for word in USAGE.split(['[', ']', '|', ' ']).filter(|word| word.starts_with("--")) {
            assert!(HELP.contains(&format!("  {word}")), "{word}");
        }
    }

    #[test]
    fn windows_over_two_ledgers_do_not_find_each_other() {
        let name = |dir: &str| instance_name("org.example.App", Path::new(dir));
        assert_eq!(name("/nowhere/a"), name("/nowhere/a"));
        assert_ne!(name("/nowhere/a"), name("/nowhere/b"));
    }
}
