//! Starting the service at login: one desktop file in the user's autostart folder, written,
//! read and removed by us. It serves the ledger in its usual place.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The file's name, by which desktops list it among the startup programs.
const NAME: &str = "carillon.desktop";

/// The entry in one autostart folder.
#[derive(Debug, Clone)]
pub struct Autostart {
    file: PathBuf,
}

/// Why the entry could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AutostartError {
    /// Neither variable says where a user's files are.
    #[error("start at login has no place: neither XDG_CONFIG_HOME nor HOME is an absolute path")]
    NoHome,
    /// The program's path cannot be written into a desktop file.
    #[error("{0} cannot start at login: a path in a desktop file must be UTF-8 in one line")]
    Path(PathBuf),
    /// The file system refused.
    #[error("start at login could not be {tried} in {file}: {source}")]
    Io {
        /// "read", "switched on" or "switched off".
        tried: &'static str,
        /// The entry.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Autostart {
    /// The entry of this user: under `XDG_CONFIG_HOME`, else `~/.config`.
    ///
    /// # Errors
    /// When neither is known.
    pub fn of_this_user() -> Result<Self, AutostartError> {
        let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
        absolute("XDG_CONFIG_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".config")))
            .map(|config| Self::under(&config))
            .ok_or(AutostartError::NoHome)
    }

    /// The entry under this configuration folder.
    pub fn under(config: &Path) -> Self {
        Self { file: config.join("autostart").join(NAME) }
    }

    /// Whether the service starts at login. A desktop's own switch, which hides the entry or
    /// disables it, counts.
    ///
    /// # Errors
    /// When the entry is there and cannot be read.
    pub fn is_on(&self) -> Result<bool, AutostartError> {
        match fs::read_to_string(&self.file) {
            Ok(text) => Ok(!says(&text, "Hidden", "true")
                && !says(&text, "X-GNOME-Autostart-enabled", "false")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(self.failed("read", source)),
        }
    }

    /// Lets `program daemon` start at login.
    ///
    /// # Errors
    /// When the path cannot be written into such a file, or the file cannot be written.
    pub fn switch_on(&self, program: &Path) -> Result<(), AutostartError> {
        let text = entry(program).ok_or_else(|| AutostartError::Path(program.to_owned()))?;
        let write = || {
            if let Some(dir) = self.file.parent() {
                fs::create_dir_all(dir)?;
            }
            // Whole or not at all: a desktop may read it at any moment.
            let new = self.file.with_extension("desktop.new");
            fs::write(&new, text)?;
            fs::rename(new, &self.file)
        };
        write().map_err(|source| self.failed("switched on", source))
    }

    /// Lets nothing of ours start at login.
    ///
    /// # Errors
    /// When the entry is there and cannot be removed.
    pub fn switch_off(&self) -> Result<(), AutostartError> {
        match fs::remove_file(&self.file) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(self.failed("switched off", source)),
        }
    }

    fn failed(&self, tried: &'static str, source: io::Error) -> AutostartError {
        AutostartError::Io { tried, file: self.file.clone(), source }
    }
}

/// Whether a line gives this key this value.
fn says(text: &str, key: &str, value: &str) -> bool {
    text.lines()
        .any(|line| line.split_once('=').is_some_and(|(k, v)| k.trim() == key && v.trim() == value))
}

/// The file's text, or `None` for a path that no such file can hold.
fn entry(program: &Path) -> Option<String> {
    let path = program.to_str().filter(|path| !path.contains(char::is_control))?;
    let (exec, try_exec) = (escape(&quote(path)), escape(path));
    Some(format!(
        "[Desktop Entry]\nType=Application\nName=Carillon\n\
         Comment=Rings your reminders\nComment[de]=Läutet deine Erinnerungen\n\
         Icon=org.carillon.Carillon\nTryExec={try_exec}\nExec={exec} daemon\n\
         Terminal=false\nX-GNOME-Autostart-enabled=true\n"
    ))
}

/// One quoted argument of an `Exec` line.
fn quote(path: &str) -> String {
    let mut quoted = String::from('"');
    for c in path.chars() {
        match c {
            '"' | '`' | '$' | '\\' => quoted.extend(['\\', c]),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value of a desktop file, in which a backslash is written twice.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(entry: &Autostart) -> String {
        fs::read_to_string(&entry.file).expect("the entry")
    }

    #[test]
    fn it_is_switched_on_and_off_as_often_as_one_likes() {
        let config = tempfile::tempdir().expect("a temp folder");
        let entry = Autostart::under(config.path());
        assert!(!entry.is_on().expect("readable"));
        for _ in 0..2 {
            entry.switch_on(Path::new("/usr/bin/carillon")).expect("on");
            assert!(entry.is_on().expect("readable"));
        }
        assert!(entry.file.ends_with("autostart/carillon.desktop"));
        assert!(text(&entry).contains("\nExec=\"/usr/bin/carillon\" daemon\n"));
        for _ in 0..2 {
            entry.switch_off().expect("off");
            assert!(!entry.is_on().expect("readable"));
        }
    }

    #[test]
    fn the_desktops_own_switch_counts() {
        let config = tempfile::tempdir().expect("a temp folder");
        let entry = Autostart::under(config.path());
        for line in ["Hidden=true", "X-GNOME-Autostart-enabled = false"] {
            entry.switch_on(Path::new("/usr/bin/carillon")).expect("on");
            fs::write(&entry.file, format!("{}{line}\n", text(&entry))).expect("a line more");
            assert!(!entry.is_on().expect("readable"), "{line}");
        }
        entry.switch_on(Path::new("/usr/bin/carillon")).expect("on again");
        assert!(entry.is_on().expect("readable"));
    }

    #[test]
    fn odd_paths_are_quoted_and_impossible_ones_refused() {
        let exec = |path: &str| {
            let entry = entry(Path::new(path))?;
            entry.lines().find_map(|l| l.strip_prefix("Exec=").map(str::to_owned))
        };
        assert_eq!(exec("/my apps/c").as_deref(), Some(r#""/my apps/c" daemon"#));
        assert_eq!(exec("/100%/c").as_deref(), Some(r#""/100%%/c" daemon"#));
        assert_eq!(exec(r"/a$b\c").as_deref(), Some(r#""/a\\$b\\\\c" daemon"#));
        assert_eq!(exec("/a\nb"), None);
    }

    #[test]
    fn a_folder_that_refuses_is_named() {
        let config = tempfile::tempdir().expect("a temp folder");
        fs::write(config.path().join("autostart"), "").expect("a file in the way");
        let entry = Autostart::under(config.path());
        let sentence = entry.switch_on(Path::new("/c")).expect_err("refused").to_string();
        assert!(sentence.starts_with("start at login could not be switched on in "), "{sentence}");
        assert!(sentence.contains("autostart/carillon.desktop"), "{sentence}");
    }
}
