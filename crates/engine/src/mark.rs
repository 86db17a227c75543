//! The high-water mark: a small file of this machine that says of each ledger how far its audit
//! was when it was last looked at here. A ledger that is behind it, or one that was at work before
//! and is not in it, is an older copy or another machine's.
//!
//! A line a ledger, of fixed width, so that it is raised in place by one short write; a new line
//! comes in with a new file that takes the old one's name.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// The file's name.
const NAME: &str = "high-water";
/// A ledger's id, a space, nineteen digits and the end of the line.
const WIDTH: usize = 32 + 1 + 19 + 1;
/// Ledgers remembered; the one that came first is forgotten for a new one.
const MOST: usize = 64;

/// What the file says of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It was so far.
    At(i64),
    /// It was never at work here, or what was known of it is lost.
    Never,
    /// The file cannot be read, so nobody knows.
    Unknown,
}

/// The mark of the ledgers of one machine.
#[derive(Debug, Clone)]
pub struct Mark {
    path: PathBuf,
    /// Another in a place that no copy of the files brings along.
    also: Option<PathBuf>,
}

impl Mark {
    /// The mark in this folder, which is made when it is first written.
    pub fn in_dir(state: &Path) -> Self {
        Self { path: state.join(NAME), also: None }
    }

    /// And in this folder, which lasts as long as one is logged in: a folder or home that is written
    /// over in place by a copy of itself takes the mark in it along.
    #[must_use]
    pub fn and_in(self, runtime: Option<&Path>) -> Self {
        Self { also: runtime.map(|folder| folder.join(NAME)), ..self }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of this ledger.
    pub fn of(&self, ledger: &str) -> Marked {
        let also = self.also.as_ref().map(|path| of(path, ledger));
        match (of(&self.path, ledger), also) {
            (Marked::At(here), Some(Marked::At(also))) => Marked::At(here.max(also)),
            (_, Some(Marked::At(also))) => Marked::At(also),
            (here, _) => here,
        }
    }

    /// Notes how far this ledger is now, also when it was further before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&self, ledger: &str, at: i64) -> Result<()> {
        if let Some(Err(error)) = self.also.as_ref().map(|path| set(path, ledger, at)) {
            tracing::debug!(%error, "a copy in place of this ledger would not be known");
        }
        let failed = format!("could not write {}", self.path.display());
        set(&self.path, ledger, at).map_err(Error::io(failed))
    }
}

fn set(path: &Path, ledger: &str, at: i64) -> io::Result<()> {
    if set_in_place(path, ledger, at)? { Ok(()) } else { add(path, ledger, at) }
}

/// What the file says of a ledger.
fn of(path: &Path, ledger: &str) -> Marked {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Marked::Never,
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "the high-water mark could not be read");
            return Marked::Unknown;
        }
    };
    let Some(lines) = lines(&text) else {
        tracing::warn!(path = %path.display(), "the high-water mark is damaged and begun anew");
        return Marked::Never;
    };
    let known = lines.iter().find(|(id, _)| *id == ledger);
    known.map_or(Marked::Never, |(_, at)| Marked::At(*at))
}

fn set_in_place(path: &Path, ledger: &str, at: i64) -> io::Result<bool> {
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let text = fs::read(path)?;
    let known = lines(&text).and_then(|all| all.iter().position(|(id, _)| *id == ledger));
    let Some(place) = known else { return Ok(false) };
    let offset = u64::try_from(place * WIDTH).unwrap_or(u64::MAX);
    file.write_all_at(line(ledger, at).as_bytes(), offset)?;
    Ok(true)
}

fn add(path: &Path, ledger: &str, at: i64) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let text = fs::read(path).unwrap_or_default();
    let mut known = lines(&text).unwrap_or_default();
    known.retain(|(id, _)| *id != ledger);
    known.drain(..known.len().saturating_sub(MOST - 1));
    known.push((ledger, at));
    let all: String = known.into_iter().map(|(id, at)| line(id, at)).collect();
    let fresh = path.with_extension(format!("new{}", std::process::id()));
    let mut file =
        OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(all.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

fn line(ledger: &str, at: i64) -> String {
    format!("{ledger:0>32} {:019}\n", at.max(0))
}

/// All lines, if the file is whole.
fn lines(text: &[u8]) -> Option<Vec<(&str, i64)>> {
    let read = |line| {
        let (id, at) = std::str::from_utf8(line).ok()?.strip_suffix('\n')?.split_once(' ')?;
        Some((id, at.parse().ok()?))
    };
    if text.is_empty() { None } else { text.chunks(WIDTH).map(read).collect() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn id(n: usize) -> String {
        format!("{n:032x}")
    }

    #[test]
    fn each_ledger_has_a_line_which_is_raised_and_lowered_in_place() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let state = dir.path().join("made/when/written");
        let mark = Mark::in_dir(&state);
        assert_eq!(mark.of(&id(1)), Marked::Never);
        for n in 1..=3 {
            mark.set(&id(n), 10).expect("written");
        }
        for (n, at) in [(2, 7_000), (3, 4), (2, i64::MAX)] {
            mark.set(&id(n), at).expect("written");
        }
        let known: Vec<_> = (0..=3).map(|n| mark.of(&id(n))).collect();
        let wanted = [Marked::Never, Marked::At(10), Marked::At(i64::MAX), Marked::At(4)];
        assert_eq!(known, wanted);
        let mode = fs::metadata(mark.path()).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let files = fs::read_dir(&state).expect("a folder").count();
        assert_eq!(files, 1, "nothing is left lying about");
    }

    #[test]
    fn what_is_known_in_either_place_counts_and_the_one_that_lasts_need_not_be_there() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let (state, runtime) = (dir.path().join("state"), dir.path().join("runtime"));
        let mark = Mark::in_dir(&state).and_in(Some(&runtime));
        mark.set(&id(1), 10).expect("written");
        // The state of before comes along with a copy.
        Mark::in_dir(&state).set(&id(1), 4).expect("written");
        assert_eq!(mark.of(&id(1)), Marked::At(10));
        // The computer is started anew.
        fs::remove_dir_all(&runtime).expect("gone");
        assert_eq!(mark.of(&id(1)), Marked::At(4));
        fs::write(&runtime, "no folder").expect("in the way");
        mark.set(&id(1), 11).expect("written all the same");
        assert_eq!(mark.of(&id(1)), Marked::At(11));
    }

    #[test]
    fn a_damaged_mark_knows_no_ledger_and_is_begun_anew() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let mark = Mark::in_dir(dir.path());
        for text in ["", "half a line", &format!("{} 00000000000000000x\n", id(1))] {
            fs::write(mark.path(), text).expect("written");
            assert_eq!(mark.of(&id(1)), Marked::Never, "{text:?}");
            mark.set(&id(1), 3).expect("written");
            assert_eq!(mark.of(&id(1)), Marked::At(3), "{text:?}");
        }
    }

    #[test]
    fn a_machine_remembers_so_many_ledgers() {
        let dir = tempfile::tempdir().expect("a temp folder");
        let mark = Mark::in_dir(dir.path());
        for n in 0..=MOST {
            mark.set(&id(n), 1).expect("written");
        }
        assert_eq!(mark.of(&id(0)), Marked::Never);
        assert_eq!(mark.of(&id(1)), Marked::At(1));
        assert_eq!(mark.of(&id(MOST)), Marked::At(1));
    }
}
