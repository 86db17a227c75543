//! Starting the other program: the window from the service, the service from the window. The
//! two find each other beside their own executable, then in `$CARILLON_BIN_DIR`, then in PATH,
//! and start detached, so that neither ends with the other.

use std::{
    env::{self, consts::EXE_SUFFIX},
    ffi::{OsStr, OsString},
    fmt, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{ledger::takeover, place::Place};

/// Names a folder that is searched for programs, before PATH.
const BIN_DIR: &str = "CARILLON_BIN_DIR";
/// Lets a program started by a click take the focus.
const TOKEN: &str = "XDG_ACTIVATION_TOKEN";

/// One of the two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The command line, which is also the service.
    Carillon,
    /// The window.
    Window,
}

impl Program {
    fn name(self) -> &'static str {
        match self {
            Self::Carillon => "carillon",
            Self::Window => "carillon-desktop",
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a program does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It is in none of the places.
    #[error(
        "{program} was not found beside this program, in ${BIN_DIR} or in PATH: install it, or name its folder in ${BIN_DIR}"
    )]
    Missing {
        /// Which.
        program: Program,
    },
    /// It is there, but the system would not start it.
    #[error("{path} could not be started: {source}")]
    Refused {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Where the window opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// Where it was.
    Calendar,
    /// An empty event.
    NewEvent,
    /// A line of text to add, in a small window of its own.
    QuickAdd,
    /// What awaits an answer.
    Inbox,
    /// What failed or is uncertain.
    Attention,
    /// The settings.
    Settings,
    /// One delivery, by its id.
    Delivery(String),
}

impl Opening {
    fn words(&self) -> Vec<&str> {
        match self {
            Self::Calendar => vec![],
            Self::NewEvent => vec!["--new"],
            Self::QuickAdd => vec!["--quick-add"],
            Self::Inbox => vec!["--inbox"],
            Self::Attention => vec!["--attention"],
            Self::Settings => vec!["--settings"],
            Self::Delivery(id) => vec!["--open", id],
        }
    }
}

/// Where this program's counterpart is.
///
/// # Errors
/// [`StartError::Missing`] when it is in none of the places.
pub fn find(program: Program) -> Result<PathBuf, StartError> {
    let own = env::current_exe().ok();
    let beside = own.as_deref().and_then(Path::parent).map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = beside
        .into_iter()
        .chain(env::var_os(BIN_DIR).filter(|dir| !dir.is_empty()).map(PathBuf::from))
        .chain(env::split_paths(&path));
    find_in(program.name(), dirs).ok_or(StartError::Missing { program })
}

/// The first of these folders' program of this name.
fn find_in(name: &str, dirs: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    dirs.map(|dir| dir.join(format!("{name}{EXE_SUFFIX}"))).find(|path| path.is_file())
}

/// Starts the window over the ledger in `data_dir` (`None`: the usual place). `environment` is
/// added to our own: where the display is, when we do not know it ourselves. A window that is
/// there already comes forward instead, and the started process ends. The caller waits for the
/// child, or it stays as a zombie.
///
/// # Errors
/// When the program is missing or cannot be started; what it says later is not known here.
pub fn open_window(
    data_dir: Option<&Path>,
    opening: &Opening,
    activation_token: Option<&str>,
    environment: &[(String, String)],
) -> Result<Child, StartError> {
    let mut words = place(data_dir);
    words.extend(opening.words().into_iter().map(OsString::from));
    let path = find(Program::Window)?;
    let mut command = detached(&path, &words);
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    if let Some(token) = activation_token {
        command.env(TOKEN, token);
    }
    command.spawn().map_err(|source| StartError::Refused { path, source })
}

/// Starts the service over the ledger in `data_dir` (`None`: the usual place), by systemd where
/// its unit is installed, else as a detached process. Ask the ledger first whether one runs: a
/// second one would stand by. Its log goes to `log`.
///
/// # Errors
/// When the program is missing, the log cannot be opened or the system refuses.
pub fn start_service(data_dir: Option<&Path>, log: &Path) -> Result<(), StartError> {
    // The unit serves the usual ledger only.
    if data_dir.is_none() && started_by_systemd() {
        return Ok(());
    }
    let mut words = vec![OsString::from("daemon")];
    words.extend(place(data_dir));
    let path = find(Program::Carillon)?;
    let refused = |source| StartError::Refused { path: path.clone(), source };
    let mut command = detached(&path, &words);
    command.stderr(open_log(log).map_err(refused)?);
    let mut child = command.spawn().map_err(refused)?;
    // Waits in place of a parent that has other things to do; ends with the service or with us.
    std::thread::Builder::new()
        .name("service".into())
        .spawn(move || child.wait())
        .map_err(refused)?;
    Ok(())
}

/// After a ledger could not be opened, for whatever reason, but its older service was asked to stop
/// for that: starts one in its place, which waits or mends as far as it can. Says whether it did.
///
/// # Errors
/// As [`start_service`].
pub fn replace_stopped(
    error: &crate::Error,
    data_dir: Option<&Path>,
    log: &Path,
) -> Result<bool, StartError> {
    let Ok(place) = Place::find(data_dir) else { return Ok(false) };
    if !is_left_stopped(&place.data) {
        return Ok(false);
    }
    tracing::warn!(%error, "the older service was asked to stop: a new one takes its place");
    start_service(data_dir, log).map(|()| true)
}

/// Whether this process asked the older service of the ledger in this directory to stop; asked
/// once, it is forgotten.
pub fn is_left_stopped(dir: &Path) -> bool {
    takeover::was_stopped(dir)
}

/// The words that name a ledger. They come after the command, where both programs take them.
fn place(data_dir: Option<&Path>) -> Vec<OsString> {
    data_dir.map(|dir| vec!["--data-dir".into(), dir.into()]).unwrap_or_default()
}

/// A command in a session of its own: no terminal's hang-up and no signal to our group ends it.
/// A new session takes a fork of its own, which the system's `setsid` does; without it the
/// process gets at least a group of its own.
fn detached(path: &Path, words: &[OsString]) -> Command {
    let dirs = env::var_os("PATH").unwrap_or_default();
    let mut command = match find_in("setsid", env::split_paths(&dirs)) {
        Some(setsid) => {
            let mut command = Command::new(setsid);
            command.arg(path);
            command
        }
        None => in_group(Command::new(path)),
    };
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null());
    // These belong to the start of this program, not of the next one.
    for name in [TOKEN, "DESKTOP_STARTUP_ID", "NOTIFY_SOCKET"] {
        command.env_remove(name);
    }
    command
}

#[cfg(unix)]
fn in_group(mut command: Command) -> Command {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
    command
}

#[cfg(not(unix))]
fn in_group(command: Command) -> Command {
    command
}

/// Fails quickly where there is no systemd, no user manager or no unit.
fn started_by_systemd() -> bool {
    let dirs = env::var_os("PATH").unwrap_or_default();
    let Some(systemctl) = find_in("systemctl", env::split_paths(&dirs)) else { return false };
    Command::new(systemctl)
        .args([OsStr::new("--user"), OsStr::new("start"), OsStr::new("carillon.service")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The service's own log, which it goes on with: what it could not write there itself, such as why
/// it could not begin, is there as well.
fn open_log(log: &Path) -> io::Result<Stdio> {
    use std::fs;
    if let Some(dir) = log.parent() {
        fs::create_dir_all(dir)?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(log)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_that_has_the_program_wins() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let folder = |name: &str| dir.path().join(name);
        for name in ["a", "b", "c"] {
            std::fs::create_dir(folder(name)).expect("a folder");
        }
        let search = || find_in("carillon", ["a", "b", "c"].map(folder).into_iter());
        assert_eq!(search(), None);
        // A folder of that name is no program.
        std::fs::create_dir(folder("a").join("carillon")).expect("a folder");
        for name in ["c", "b"] {
            let path = folder(name).join(format!("carillon{EXE_SUFFIX}"));
            std::fs::write(&path, "").expect("a file");
            assert_eq!(search(), Some(path));
        }
    }

    #[test]
    fn a_program_that_is_nowhere_is_named_with_the_places() {
        let sentence = StartError::Missing { program: Program::Window }.to_string();
        assert!(sentence.starts_with("carillon-desktop was not found"), "{sentence}");
        assert!(sentence.contains("$CARILLON_BIN_DIR"), "{sentence}");
    }

    #[test]
    fn each_opening_has_its_words() {
        for (opening, words) in [
            (Opening::Calendar, ""),
            (Opening::NewEvent, "--new"),
            (Opening::Inbox, "--inbox"),
            (Opening::Attention, "--attention"),
            (Opening::Settings, "--settings"),
            (Opening::Delivery("dlv_1".into()), "--open dlv_1"),
        ] {
            assert_eq!(opening.words().join(" "), words);
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_started_has_a_session_of_its_own() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a temp folder");
        let (script, out) = (dir.path().join("script"), dir.path().join("out"));
        let text = format!(
            "#!/bin/sh\nset -- \"$1\" $(cat /proc/$$/stat)\necho \"$1 $2 $6 $7\" >{}\n",
            out.display()
        );
        std::fs::write(&script, text).expect("a script");
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o700)).expect("executable");
        let mut child = detached(&script, &["word".into()]).spawn().expect("a start");
        assert!(child.wait().expect("an end").success());
        let id = child.id();
        let said = std::fs::read_to_string(out).expect("what it saw");
        // Its word, then pid, process group and session: all three its own.
        assert_eq!(said, format!("word {id} {id} {id}\n"));
    }

    #[test]
    fn the_log_of_the_run_before_goes_on() {
        use std::io::Write;
        let dir = tempfile::tempdir().expect("a temp folder");
        let log = dir.path().join("state/service.log");
        for n in 0..3 {
            drop(open_log(&log).expect("a log"));
            let mut file = std::fs::OpenOptions::new().append(true).open(&log).expect("a log");
            write!(file, "{n}").expect("a line");
        }
        assert_eq!(std::fs::read_to_string(&log).expect("a log"), "012");
        assert_eq!(std::fs::read_dir(dir.path().join("state")).expect("a folder").count(), 1);
    }
}
