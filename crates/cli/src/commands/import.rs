//! `carillon import`: calendar files and cards into the ledger, with a remark for all that is lost.

use std::{
    borrow::Cow,
    fs::{self, File, Metadata},
    io::{self, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use calendar::ics::Alarmless;
use engine::import::{Deleted, ImportFile, Imported, Mode, Target, in_order};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::{answer::Answer, args::Import, failure::Failure, session::Session, words};

/// The largest file taken.
const FILE_MAX: u64 = 256 << 20;
/// Remarks shown for each file; JSON has all.
const REMARKS: usize = 20;
/// How they are given one.
const USUAL: &str = "--usual-reminders gives such events the usual ones when they come in";
/// Where events go that come from standard input and name no calendar.
const NAMELESS: &str = "Imported";
/// Why cards go to no calendar that one could name.
const NO_CALENDAR: &str = "cards become people, who are in no calendar";

#[derive(Debug, Default, Serialize)]
struct Shape {
    created: u32,
    /// Those of them that have no alarm: nothing rings for them.
    silent: u32,
    updated: u32,
    unchanged: u32,
    /// What of the files did not come in: the remarks say why.
    left_out: usize,
    people: usize,
    remarks: Vec<Remark>,
    calendars: Vec<String>,
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Remark {
    file: String,
    line: usize,
    reason: String,
}

pub fn run(session: &Session, words: &Import) -> Result<Answer, Failure> {
    look_at(&words.files)?;
    let (mut shape, mut text) =
        (Shape { dry_run: words.dry_run, ..Shape::default() }, String::new());
    let (mut refused, mut untold) = (Vec::new(), 0);
    let import = session.engine.new_import();
    for path in in_order(&words.files, |path| path.to_str().unwrap_or("")) {
        let bytes = read(path)?;
        let file = ImportFile {
            bytes: &bytes,
            target: target(words, path),
            mode: if words.dry_run { Mode::Preview } else { Mode::Apply },
            alarmless: match words.usual_reminders {
                true => Alarmless::KindDefaults,
                false => Alarmless::Silent,
            },
            deleted: match words.bring_back {
                true => Deleted::ComesBack,
                false => Deleted::Stays,
            },
        };
        let name = path.display().to_string();
        if let Some(stop) = second_copy(session, &file, &name)? {
            refused.push(stop);
            if !words.dry_run {
                untold += 1;
                continue;
            }
        }
        let bar = ProgressBar::new(0).with_style(style());
        let done = session.engine.import_as(&import, &file, &mut |through, total| {
            bar.set_length(u64::try_from(total).unwrap_or(0));
            bar.set_position(u64::try_from(through).unwrap_or(0));
            ControlFlow::Continue(())
        });
        bar.finish_and_clear();
        let mut done = done?;
        if let Some(remark) = done.refusal() {
            untold += 1;
            let (line, reason) = (remark.line, &remark.reason);
            refused.push(format!("{name} is not imported, for line {line}: {reason}"));
        }
        if let (Some(calendar), true) = (&words.calendar, done.people > 0) {
            let reason = format!("{NO_CALENDAR}: --calendar {calendar} has no effect on them");
            done.remarks.insert(0, calendar::ics::Remark { line: 1, reason });
        }
        text.push_str(&told(&name, &done, words.dry_run));
        shape.take(name, done);
    }
    let is_nothing_told = untold == words.files.len();
    let failure = (!refused.is_empty()).then(|| Failure::refused("file", refused.join("; ")));
    match failure {
        Some(failure) if is_nothing_told => Err(failure),
        // Of several files those that could be read are told about, with their remarks.
        failure => {
            let mut answer = Answer::new(text, &shape);
            answer.failure = failure;
            Ok(answer)
        }
    }
}

/// Why a file that names its calendar is not taken in: most of it is in a calendar of another name.
fn second_copy(
    session: &Session,
    file: &ImportFile<'_>,
    name: &str,
) -> Result<Option<String>, Failure> {
    let Some(would) = session.engine.second_copy(file)? else { return Ok(None) };
    let Some(there) = would.standing() else { return Ok(None) };
    let is_all = usize::try_from(there.count) == Ok(would.read);
    let (which, a_copy) = match (is_all, there.count) {
        (true, 1) => ("its event is".to_string(), "a second copy of it"),
        (true, n) => (format!("all its {n} events are"), "a second copy of them"),
        (false, 1) => (format!("1 of its {} events is", would.read), "a second copy of it"),
        (false, n) => (format!("{n} of its {} events are", would.read), "a second copy of them"),
    };
    let (known, own) = (words::argument(&there.name), words::argument(&would.calendar));
    Ok(Some(format!(
        "{name} is not imported: {which} in the calendar {} already: import it there with --calendar {known}, or make {a_copy} with --calendar {own}",
        there.name
    )))
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos} of {len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Looks at all files before the first is imported: a name that is mistyped changes nothing, and makes
/// no ledger.
pub fn look_at(files: &[PathBuf]) -> Result<(), Failure> {
    files.iter().try_for_each(|path| look(path))
}

/// Whether a file can be read. What gives its bytes only once is left to whoever reads all of it.
fn look(path: &Path) -> Result<(), Failure> {
    if gives_once(path) {
        return Ok(());
    }
    let begun = File::open(path).and_then(|mut file| file.read(&mut [0]));
    begun.map(drop).map_err(|e| unreadable(path, &e))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::refused("file", format!("{} could not be read: {error}", path.display()))
}

fn read(path: &Path) -> Result<Cow<'static, [u8]>, Failure> {
    let taken = match gives_once(path) {
        true => read_once(path).map(Cow::Borrowed),
        false => File::open(path).and_then(all_of).map(Cow::Owned),
    };
    let name = path.display();
    let bytes = taken.map_err(|e| unreadable(path, &e))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > FILE_MAX {
        let message = format!("{name} is larger than {} MB, which is not taken", FILE_MAX >> 20);
        return Err(Failure::refused("file", message));
    }
    Ok(bytes)
}

/// Whether it is standard input, or a pipe or a device that has a name.
fn gives_once(path: &Path) -> bool {
    let is_kept = |found: Metadata| found.is_file() || found.is_dir();
    path.as_os_str() == "-" || fs::metadata(path).is_ok_and(|found| !is_kept(found))
}

/// What can be read only once and may be asked for again: what cannot be imported is found out before
/// there is a ledger.
fn read_once(path: &Path) -> io::Result<&'static [u8]> {
    static READ: Mutex<Vec<(PathBuf, &'static [u8])>> = Mutex::new(Vec::new());
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, bytes)) = read.iter().find(|(known, _)| known == path) {
        return Ok(bytes);
    }
    let bytes = match path.as_os_str() == "-" {
        true => all_of(io::stdin().lock())?,
        false => File::open(path).and_then(all_of)?,
    };
    let bytes: &'static [u8] = bytes.leak();
    read.push((path.into(), bytes));
    Ok(bytes)
}

/// All there is to read, and one byte more than is taken at most.
fn all_of(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn target(words: &Import, path: &Path) -> Target {
    match (&words.calendar, path.file_stem()) {
        (Some(name), _) => Target::Named(name.clone()),
        (None, Some(stem)) if stem != "-" => {
            Target::NamedByFile(stem.to_string_lossy().into_owned())
        }
        (None, _) => Target::NamedByFile(NAMELESS.into()),
    }
}

impl Shape {
    fn take(&mut self, file: String, done: Imported) {
        self.created += done.created;
        self.silent += done.silent;
        self.updated += done.updated;
        self.unchanged += done.unchanged;
        self.left_out += done.left_out;
        self.people += done.people;
        let calendars = done.calendars();
        let remark = |r: calendar::ics::Remark| Remark {
            file: file.clone(),
            line: r.line,
            reason: r.reason,
        };
        self.remarks.extend(done.remarks.into_iter().map(remark));
        for calendar in calendars {
            if !self.calendars.contains(&calendar) {
                self.calendars.push(calendar);
            }
        }
    }
}

/// What became of one file.
fn told(name: &str, done: &Imported, dry_run: bool) -> String {
    let Imported { created, updated, unchanged, .. } = done;
    let dry = if dry_run { ", if it were done" } else { "" };
    let into = match done.calendars().as_slice() {
        [] => "people".to_string(),
        [calendar] => format!("into calendar {calendar}"),
        [rest @ .., last] => format!("into calendars {} and {last}", rest.join(", ")),
    };
    let left_out = match done.left_out {
        0 => String::new(),
        n => format!(", {n} left out, see the remarks"),
    };
    let mut text = format!(
        "{name}, {into}: {created} new, {updated} changed, {unchanged} as before{left_out}{dry}\n"
    );
    if done.silent > 0 {
        let all = done.silent == *created;
        text.push_str(&match (all, done.silent) {
            (true, 1) => format!("  It has no alarm, so nothing will ring: {USUAL}\n"),
            (true, _) => format!("  None of them has an alarm, so nothing will ring: {USUAL}\n"),
            (false, n) => format!("  {n} of the new have no alarm and will not ring: {USUAL}\n"),
        });
    }
    for remark in done.remarks.iter().take(REMARKS) {
        text.push_str(&format!("  line {}: {}\n", remark.line, remark.reason));
    }
    let more = done.remarks.len().saturating_sub(REMARKS);
    if more > 0 {
        text.push_str(&format!("  and {}; --json shows all\n", words::count(more, "more remark")));
    }
    text
}
