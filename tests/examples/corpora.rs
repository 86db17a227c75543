//! Reads every calendar file and every card below some folders, and says how much of it came in:
//! `cargo run -p acceptance --example corpora -- FOLDER…`. Ends with a failure if a file panics,
//! or if a component was lost in silence: neither imported nor named by a remark.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use calendar::{
    ics::{self, Alarmless, Import, ReadContext, Remark},
    id::CalendarId,
    vcard,
    zones::Zones,
};
use jiff::{civil::date, tz::TimeZoneDatabase};

/// What a file holds, seen by counting lines, without the reader's help.
#[derive(Debug)]
struct Part {
    name: String,
    from: usize,
    to: usize,
    uid: String,
    names_occurrence: Option<String>,
}

#[derive(Debug, Default)]
struct Sum {
    files: usize,
    parts: usize,
    imported: usize,
    remarked: usize,
    panics: Vec<PathBuf>,
    lost: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let zones = Zones::new(TimeZoneDatabase::bundled(), "bundle");
    let mut bad = false;
    println!("folder: files, components, imported, only remarked, panics, silently lost");
    for folder in std::env::args().skip(1) {
        let mut files = Vec::new();
        gather(Path::new(&folder), &mut files)?;
        files.sort();
        let mut sum = Sum::default();
        for file in files {
            let bytes = fs::read(&file)?;
            sum.files += 1;
            match catch_unwind(AssertUnwindSafe(|| judge(&bytes, &zones))) {
                Ok(found) => sum.add(&file, found),
                Err(_) => sum.panics.push(file),
            }
        }
        println!(
            "{folder}: {}, {}, {}, {}, {}, {}",
            sum.files,
            sum.parts,
            sum.imported,
            sum.remarked,
            sum.panics.len(),
            sum.lost.len()
        );
        sum.lost.iter().for_each(|lost| println!("  lost: {lost}"));
        sum.panics.iter().for_each(|file| println!("  panic: {}", file.display()));
        bad |= !sum.lost.is_empty() || !sum.panics.is_empty();
    }
    if bad { Err("something was lost".into()) } else { Ok(()) }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let kind = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        if path.is_dir() && !path.is_symlink() {
            gather(&path, files)?;
        } else if matches!(kind.as_deref(), Some("ics" | "ical" | "vcf" | "vcard")) {
            files.push(path);
        }
    }
    Ok(())
}

/// The parts of a file, with whether each was imported (else it has a remark) or nothing.
type Judged = Vec<(Part, Option<bool>)>;

fn judge(bytes: &[u8], zones: &Zones) -> Judged {
    let parts = parts(bytes);
    let of_cards = parts.first().is_some_and(|p| p.name == "VCARD");
    if of_cards {
        let cards = vcard::read(bytes, zones);
        let lines: HashSet<usize> = cards.people.iter().map(|p| p.line).collect();
        return parts
            .into_iter()
            .map(|part| {
                let fate = if lines.contains(&part.from) {
                    Some(true)
                } else {
                    is_remarked(&part, &cards.remarks).then_some(false)
                };
                (part, fate)
            })
            .collect();
    }
    let context = ReadContext {
        zones,
        calendar: CalendarId::FIRST,
        today: date(2026, 11, 22),
        alarmless: Alarmless::Silent,
    };
    let import = ics::read(bytes, &context);
    let mut changed: HashMap<&str, usize> =
        import.events.iter().map(|e| (e.uid.as_str(), e.draft.overrides.len())).collect();
    let mut judged = Vec::new();
    for part in parts {
        let fate = fate(&part, &import, &mut changed);
        judged.push((part, fate));
    }
    judged
}

fn fate(part: &Part, import: &Import, changed: &mut HashMap<&str, usize>) -> Option<bool> {
    if import.events.iter().any(|e| e.line == part.from) {
        return Some(true);
    }
    let remarked = is_remarked(part, &import.remarks).then_some(false);
    // One that names an occurrence is among the changes of its series, each counted once.
    if remarked.is_none()
        && part.names_occurrence.is_some()
        && let Some(left) = changed.get_mut(part.uid.as_str()).filter(|left| **left > 0)
    {
        *left -= 1;
        return Some(true);
    }
    let is_of_many = |r: &Remark| {
        r.reason.contains(&format!("{} are not imported", part.name))
            || r.reason.contains("is not an iCalendar file")
    };
    remarked.or_else(|| import.remarks.iter().any(is_of_many).then_some(false))
}

fn is_remarked(part: &Part, remarks: &[Remark]) -> bool {
    remarks.iter().any(|r| (part.from..=part.to).contains(&r.line))
}

/// Components by their BEGIN and END, in files of any line end.
fn parts(bytes: &[u8]) -> Vec<Part> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] => {
            rest.iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let end = if text.contains('\n') { '\n' } else { '\r' };
    let (mut done, mut open): (Vec<Part>, Vec<Part>) = (Vec::new(), Vec::new());
    let (mut last, mut in_uid) = (0, false);
    for (n, line) in text.split(end).enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim_end();
        last = n + 1;
        let upper = line.to_ascii_uppercase();
        let name = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VCARD"];
        let says = |word: &str| name.iter().find(|name| upper == format!("{word}:{name}"));
        if let Some(name) = says("BEGIN") {
            open.push(Part {
                name: (*name).to_string(),
                from: n + 1,
                to: n + 1,
                uid: String::new(),
                names_occurrence: None,
            });
        } else if says("END").is_some() {
            if let Some(mut part) = open.pop() {
                part.to = n + 1;
                done.push(part);
            }
        } else if let Some(part) = open.last_mut() {
            if in_uid && let Some(rest) = line.strip_prefix([' ', '\t']) {
                part.uid.push_str(rest);
                continue;
            }
            // An alarm has a UID of its own, after that of its event.
            in_uid = upper.starts_with("UID:") && part.uid.is_empty();
            if !in_uid && upper.starts_with("UID:") {
                continue;
            }
            if let Some(uid) = upper.strip_prefix("UID:").and(line.get(4..)) {
                part.uid = uid.trim().to_string();
            } else if upper.starts_with("RECURRENCE-ID") {
                part.names_occurrence = Some(line.to_string());
            }
        }
    }
    done.extend(open.into_iter().map(|part| Part { to: last, ..part }));
    done.sort_by_key(|part| part.from);
    done
}

impl Sum {
    fn add(&mut self, file: &Path, judged: Judged) {
        for (part, fate) in judged {
            self.parts += 1;
            match fate {
                Some(true) => self.imported += 1,
                Some(false) => self.remarked += 1,
                None => {
                    let Part { name, from, uid, .. } = part;
                    self.lost.push(format!("{}:{from}: {name} {uid}", file.display()));
                }
            }
        }
    }
}
