//! When the ledger could not be written, and why, for a service that follows one that was killed
//! meanwhile: a small file beside it that is made ahead and written over in place, as a full disk takes
//! nothing more.
//!
//! A line a stretch of time, of fixed width; the one that ended first makes room for a new one.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

use calendar::{reason::Reason, timing::later};
use jiff::Timestamp;

use crate::{
    error::Error,
    ledger::{moment, ms},
};

/// The file's name.
const NAME: &str = "unwritten";
/// Stretches of time that are remembered.
const MOST: usize = 8;
/// Two moments in milliseconds, the code of why, a space after each, and the end of the line.
const WIDTH: usize = 19 + 1 + 19 + 1 + 19 + 1 + 1;

/// So many seconds after one try comes the next.
const TRIED: i64 = 5;

/// A time in which the ledger could not be written though somebody tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) cause: Reason,
}

/// Makes room for what is noted later, unless there is some: a file that is not whole is made anew.
pub(crate) fn prepare(dir: &Path) {
    if !read(dir).is_empty() {
        return;
    }
    let path = dir.join(NAME);
    let made = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&path);
    let made = made.and_then(|mut file| {
        let nothing =
            line(&Stretch { from: moment(0), to: moment(0), cause: Reason::LateUnwritable });
        let written = file.write_all(nothing.repeat(MOST).as_bytes());
        // Half of it is of no use.
        written.or_else(|error| fs::remove_file(&path).and(Err(error)))
    });
    if let Err(error) = made {
        tracing::debug!(%error, "that the ledger cannot be written would not outlive a kill");
    }
}

/// Notes that the ledger in this folder could not be written from the one moment to the other. What was
/// noted from that moment on lasts until this one.
pub fn note(dir: &Path, from: Timestamp, to: Timestamp, why: &Error) {
    prepare(dir);
    let stretch = Stretch { from, to, cause: cause(why) };
    let all = read(dir);
    let same = all.iter().position(|one| one.from == moment(ms(from)));
    let first = || all.iter().enumerate().min_by_key(|(_, one)| one.to).map(|(place, _)| place);
    let Some(place) = same.or_else(first) else { return };
    let offset = u64::try_from(place * WIDTH).unwrap_or(u64::MAX);
    let file = OpenOptions::new().write(true).open(dir.join(NAME));
    let noted = file.and_then(|file| file.write_all_at(line(&stretch).as_bytes(), offset));
    if let Err(error) = noted {
        tracing::debug!(%error, "that the ledger cannot be written does not outlive a kill");
    }
}

/// What was noted between two moments, the earliest first. Whoever was killed before the next try could
/// not write until then, either.
pub(crate) fn between(dir: &Path, from: Timestamp, to: Timestamp) -> Vec<Stretch> {
    let mut all = read(dir);
    all.retain(|one| from < one.to && one.from <= one.to && one.to <= to);
    all.iter_mut().for_each(|one| one.to = later(one.to, TRIED).min(to));
    all.sort_unstable_by_key(|one| one.from);
    all
}

/// Why something is late that was due while the ledger could not be written.
pub(crate) fn cause(error: &Error) -> Reason {
    match error {
        Error::Full => Reason::LateDiskFull,
        _ => Reason::LateUnwritable,
    }
}

/// All lines; nothing where the file is not whole.
fn read(dir: &Path) -> Vec<Stretch> {
    let text = fs::read_to_string(dir.join(NAME)).unwrap_or_default();
    let read = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let mut time = || Some(moment(words.next()?.parse().ok()?));
        let (from, to) = (time()?, time()?);
        let cause = words.next()?.parse().ok()?;
        Some(Stretch { from, to, cause })
    };
    let lines: Option<Vec<_>> = text.lines().map(read).collect();
    lines.filter(|_| text.len() == MOST * WIDTH).unwrap_or_default()
}

fn line(stretch: &Stretch) -> String {
    let [from, to] = [stretch.from, stretch.to].map(|at| ms(at).max(0));
    format!("{from:019} {to:019} {:<19} \n", stretch.cause.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        moment(seconds * 1_000)
    }

    fn times(dir: &Path) -> Vec<(i64, i64)> {
        let all = between(dir, at(0), at(9_999));
        all.iter().map(|one| (one.from.as_second(), one.to.as_second())).collect()
    }

    #[test]
    fn each_time_has_a_line_that_grows_in_place_and_the_first_goes_for_a_new_one() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let dir = folder.path();
        prepare(dir);
        assert_eq!(times(dir), []);
        let size = || fs::metadata(dir.join(NAME)).expect("a file").len();
        let before = size();
        for to in [110, 120] {
            note(dir, at(100), at(to), &Error::Full);
        }
        let full = Stretch { from: at(100), to: at(125), cause: Reason::LateDiskFull };
        assert_eq!(between(dir, at(0), at(500)), [full]);
        assert_eq!(
            (between(dir, at(120), at(500)), between(dir, at(0), at(119))),
            (vec![], vec![])
        );
        for from in (200..=900).step_by(100) {
            note(dir, at(from), at(from + 10), &Error::Busy);
        }
        assert_eq!(times(dir).first(), Some(&(200, 215)));
        assert_eq!((times(dir).len(), size()), (MOST, before));
    }

    #[test]
    fn a_damaged_file_is_made_anew() {
        let folder = tempfile::tempdir().expect("a temp folder");
        for text in ["", "half a line", &"x".repeat(MOST * WIDTH)] {
            fs::write(folder.path().join(NAME), text).expect("written");
            note(folder.path(), at(100), at(120), &Error::Full);
            assert_eq!(times(folder.path()), [(100, 125)]);
        }
    }
}
