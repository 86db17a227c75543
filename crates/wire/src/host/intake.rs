//! Files dropped on the window. An import answers when it is through; meanwhile the window asks how
//! far it is, and may end it, which leaves nothing of it.

use std::{
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
};

use calendar::ics::Alarmless;
use engine::import::{Deleted, ImportFile as File, Imported, Mode, Target, in_order};

use super::{EngineHost, faults::id};
use crate::{
    dto::{
        FileReport, ImportFile, ImportFiles, ImportProgress, ImportRef, ImportRemark, ImportReport,
        ImportStanding, ImportUndone,
    },
    fault::{Code, Fault},
};

/// What crosses from the page at most; larger files are the command line's.
const LARGEST: usize = 32 * 1024 * 1024;
/// How many files at once.
const FILES: usize = 50;
/// Remarks of one file that cross; the command line gives all.
const REMARKS: usize = 200;

/// The imports that go on.
#[derive(Debug, Default)]
pub(super) struct Intake {
    running: Mutex<Vec<(String, ImportProgress)>>,
}

impl Intake {
    /// How far an import is, which ends if that is asked. Of one that does not go on, or not yet,
    /// nothing is known.
    pub(super) fn look(&self, asked: &ImportRef) -> ImportProgress {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, known)) = running.iter_mut().find(|(id, _)| *id == asked.import) else {
            return ImportProgress::default();
        };
        known.stopping |= asked.stop;
        known.clone()
    }

    fn begin(&self, import: &str) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.push((import.to_string(), ImportProgress::default()));
    }

    /// Notes how far it is; says whether it shall end.
    fn note(&self, import: &str, file: usize, through: usize, total: usize) -> bool {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, known)) = running.iter_mut().find(|(id, _)| id == import) else {
            return false;
        };
        (known.file, known.through, known.total) = (number(file), number(through), number(total));
        known.stopping
    }

    /// It is through; says whether it was to end.
    fn end(&self, import: &str) -> bool {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let is_stopping = running.iter().any(|(id, known)| id == import && known.stopping);
        running.retain(|(id, _)| id != import);
        is_stopping
    }
}

impl EngineHost {
    pub(super) fn import_files(&self, asked: &ImportFiles) -> Result<ImportReport, Fault> {
        refuse_too_much(asked)?;
        let import = || {
            self.intake.begin(&asked.request_id);
            let mut files = Vec::new();
            let done = self.take_all_in(asked, &mut files);
            let stopped = self.intake.end(&asked.request_id);
            done?;
            if stopped {
                self.engine.take_import_back(&asked.request_id)?;
            }
            files.sort_by_key(|(at, _)| *at);
            let files = files.into_iter().map(|(_, report)| report).collect();
            Ok(ImportReport { files, stopped })
        };
        match asked.dry_run {
            true => import(),
            false => self.once(&asked.request_id, import),
        }
    }

    fn take_all_in(
        &self,
        asked: &ImportFiles,
        reports: &mut Vec<(usize, FileReport)>,
    ) -> Result<(), Fault> {
        let mode = if asked.dry_run { Mode::Preview } else { Mode::Apply };
        let numbered: Vec<(usize, &ImportFile)> = asked.files.iter().enumerate().collect();
        for &(at, file) in in_order(&numbered, |(_, file)| &file.name) {
            let target = match &file.calendar {
                Some(calendar) => Target::Calendar(id("calendar", calendar)?),
                None => Target::NamedByFile(stem(&file.name).to_string()),
            };
            let bytes = file.text.as_bytes();
            let deleted = if file.bring_back { Deleted::ComesBack } else { Deleted::Stays };
            let file = File { bytes, target, mode, alarmless: Alarmless::Silent, deleted };
            let mut is_stopped = self.intake.note(&asked.request_id, at, 0, 0);
            if is_stopped {
                break;
            }
            let done = self.engine.import_as(&asked.request_id, &file, &mut |through, total| {
                is_stopped = self.intake.note(&asked.request_id, at, through, total);
                if is_stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            reports.push((at, report(done)));
            if is_stopped {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn take_import_back(&self, import: &str) -> Result<ImportUndone, Fault> {
        let Some(back) = self.engine.take_import_back(import)? else {
            let message = "this import can no longer be taken back: it was already, or too much was changed since";
            return Err(Fault::new(Code::Other, message));
        };
        Ok(ImportUndone { removed: back.removed, restored: back.restored, kept: back.kept })
    }
}

fn refuse_too_much(asked: &ImportFiles) -> Result<(), Fault> {
    if asked.files.len() > FILES {
        let message =
            format!("{} files at once: the window takes up to {FILES}", asked.files.len());
        return Err(Fault::invalid("files", message));
    }
    let refused = |file: &&ImportFile| file.text.len() > LARGEST;
    let Some(file) = asked.files.iter().find(refused) else { return Ok(()) };
    let (name, size) = (&file.name, file.text.len() / 1024 / 1024);
    let message = format!("{name} has {size} MB: the window takes up to 32, the command line more");
    Err(Fault::invalid("text", message))
}

fn report(done: Imported) -> FileReport {
    let remark = |line: usize, reason: String| {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        ImportRemark { line, reason }
    };
    let standing = done.standing().map(|there| ImportStanding {
        calendar: there.calendar.to_string(),
        name: there.name.clone(),
        count: there.count,
    });
    let more = done.remarks.len().saturating_sub(REMARKS);
    let remarks = done.remarks.into_iter().take(REMARKS);
    FileReport {
        calendar: Some(done.calendar).filter(|name| !name.is_empty()),
        besides: done.besides,
        created: done.created,
        updated: done.updated,
        unchanged: done.unchanged,
        left_out: u32::try_from(done.left_out).unwrap_or(u32::MAX),
        deleted: done.deleted,
        birthdays: done.birthdays,
        anniversaries: done.anniversaries,
        remarks: remarks.map(|r| remark(r.line, r.reason)).collect(),
        standing,
        more_remarks: u32::try_from(more).unwrap_or(u32::MAX),
        first: done.first.map(|date| date.to_string()),
    }
}

/// "Family" of `Family.ics`, without a folder a page may have put before it.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if stem.trim().is_empty() { "Imported" } else { stem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_known_from_its_begin_to_its_end() {
        let intake = Intake::default();
        let look = |stop| intake.look(&ImportRef { import: "a".into(), stop });
        assert_eq!(look(true), ImportProgress::default());
        intake.begin("a");
        assert!(!intake.note("a", 1, 20, 300));
        let known = ImportProgress { file: 1, through: 20, total: 300, stopping: false };
        assert_eq!(look(false), known);
        assert!(look(true).stopping && look(false).stopping);
        assert!(intake.note("a", 1, 40, 300) && !intake.note("b", 0, 1, 1));
        assert!(intake.end("a") && !intake.end("a"));
        assert_eq!(look(false), ImportProgress::default());
    }
}
