//! `carillon export`: events as a calendar file, people as cards. A file is written beside its
//! place and put there whole, for its owner's eyes; one that is no export of ours is written over
//! only when that was said.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use engine::export::{Exported, What};
use serde::Serialize;

use crate::{answer::Answer, args::Export, failure::Failure, session::Session, words};

/// What our exports say near their beginning.
const MARK: &[u8] = b"PRODID:-//Carillon//";

#[derive(Debug, Serialize)]
struct Shape {
    file: String,
    events: usize,
    people: usize,
    calendars: Vec<String>,
    replaced: bool,
    remarks: Vec<String>,
}

pub fn run(session: &Session, json: bool, words: &Export) -> Result<Answer, Failure> {
    let is_card = words.file.extension().is_some_and(|e| e.eq_ignore_ascii_case("vcf"));
    if is_card && !words.people && (!words.calendar.is_empty() || words.event.is_some()) {
        let message = "events go into a calendar file: give it a name that ends with .ics";
        return Err(Failure::usage("file", message));
    }
    let people = words.people || is_card;
    let done = match people {
        true => session.engine.export_people()?,
        false => session.engine.export(&what(session, words)?)?,
    };
    if words.file.as_os_str() == "-" {
        if json {
            let message =
                "the file itself goes to standard output: give a FILE for an answer in JSON";
            return Err(Failure::usage("file", message));
        }
        // Standard output is the file's, so what it lacks is said elsewhere.
        for remark in &done.remarks {
            writeln!(io::stderr().lock(), "carillon: {remark}").unwrap_or(());
        }
        return Ok(Answer::text(done.text));
    }
    let replaced = put(&words.file, done.text.as_bytes(), words.replace)?;
    Ok(told(&words.file, done, replaced))
}

fn what(session: &Session, words: &Export) -> Result<What, Failure> {
    if let Some(id) = words.event {
        return Ok(What::Event(id));
    }
    if words.calendar.is_empty() {
        return Ok(What::All);
    }
    let ids = words.calendar.iter().map(|name| Ok(session.calendar(name)?.id));
    Ok(What::Calendars(ids.collect::<Result<_, Failure>>()?))
}

fn told(path: &Path, done: Exported, replaced: bool) -> Answer {
    let events = done.calendars.iter().map(|(_, events)| events).sum();
    let what = match (done.people, events) {
        (0, 1) => "1 event".to_string(),
        (0, events) => format!("{events} events"),
        (1, _) => "1 person".to_string(),
        (people, _) => format!("{people} people"),
    };
    let file = path.display().to_string();
    let how = if replaced { "in place of the older export there" } else { "a new file" };
    let mut text = format!("{what} to {file}, {how}\n");
    if done.calendars.len() > 1 {
        text.push_str(&format!(
            "  {} stand in it one after the other; programs that read only the first want a file for each: --calendar NAME\n",
            words::count(done.calendars.len(), "calendar")
        ));
    }
    done.remarks.iter().for_each(|remark| text.push_str(&format!("  {remark}\n")));
    let calendars = done.calendars.into_iter().map(|(name, _)| name).collect();
    let people = done.people;
    Answer::new(text, &Shape { file, events, people, calendars, replaced, remarks: done.remarks })
}

/// Writes a file whole or not at all; says whether there was one before.
fn put(path: &Path, bytes: &[u8], replace: bool) -> Result<bool, Failure> {
    let fail = |e: io::Error| {
        Failure::refused("file", format!("{} could not be written: {e}", path.display()))
    };
    // A link is followed, so that it stays one.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let known = match File::open(&place) {
        Ok(file) => Some(file),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(fail(e)),
    };
    let replaced = known.is_some();
    if let Some(file) = known
        && !replace
        && !is_ours(file).map_err(fail)?
    {
        let message = format!(
            "{} is there already and is no export of Carillon: give another name, or --replace",
            path.display()
        );
        return Err(Failure::refused("file", message));
    }
    let beside = beside(&place);
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &place)
    };
    match write() {
        Ok(()) => Ok(replaced),
        Err(e) => {
            // What is left of it is of no use; that it may not be there is as well.
            fs::remove_file(&beside).unwrap_or(());
            Err(fail(e))
        }
    }
}

fn beside(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.{}", std::process::id()))
}

/// Whether a file is an older export, or has nothing in it.
fn is_ours(file: File) -> io::Result<bool> {
    let mut start = Vec::new();
    file.take(400).read_to_end(&mut start)?;
    Ok(start.is_empty() || start.windows(MARK.len()).any(|at| at == MARK))
}
