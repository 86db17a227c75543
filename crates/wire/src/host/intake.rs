//! Calendar files dropped on the window.

use std::ops::ControlFlow;

use calendar::ics::Alarmless;
use engine::import::{ImportFile as File, Mode, Target};

use super::{EngineHost, faults::id};
use crate::{
    dto::{ImportFile, ImportRemark, ImportReport},
    fault::Fault,
};

/// What crosses from the page at most; larger files are the command line's.
const LARGEST: usize = 32 * 1024 * 1024;

impl EngineHost {
    pub(super) fn take_in(&self, asked: &ImportFile) -> Result<ImportReport, Fault> {
        if asked.text.len() > LARGEST {
            let message = format!(
                "{} has {} MB: the window takes up to 32, `carillon import` more",
                asked.name,
                asked.text.len() / 1024 / 1024
            );
            return Err(Fault::invalid("text", message));
        }
        let file = File {
            bytes: asked.text.as_bytes(),
            target: match &asked.calendar {
                Some(calendar) => Target::Calendar(id("calendar", calendar)?),
                None => Target::NamedByFile(stem(&asked.name).to_string()),
            },
            mode: if asked.dry_run { Mode::Preview } else { Mode::Apply },
            alarmless: Alarmless::Silent,
        };
        let done = self.engine.import(&file, &mut |_, _| ControlFlow::Continue(()))?;
        let remark = |line: usize, reason: String| {
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            ImportRemark { line, reason }
        };
        Ok(ImportReport {
            created: done.created,
            updated: done.updated,
            unchanged: done.unchanged,
            remarks: done.remarks.into_iter().map(|r| remark(r.line, r.reason)).collect(),
            first: done.first.map(|date| date.to_string()),
        })
    }
}

/// "Family" of `Family.ics`, without a folder a page may have put before it.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if stem.trim().is_empty() { "Imported" } else { stem }
}
