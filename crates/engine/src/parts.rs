//! Parts of one series in files. A part keeps the root of its series on the way out and in again, so
//! that what was told of an occurrence stays told whichever part it is in.
//!
//! A file says parts in two ways: by an occurrence with RANGE=THISANDFUTURE, whose part follows on
//! its series here and is known again by a UID made from it; or, in an export of ours and of
//! Google, as events of their own that name the first part.

use std::{borrow::Cow, collections::HashMap};

use calendar::{
    draft::EventDraft,
    event::Event,
    ics::{ImportedEvent, follows_on},
    id::EventId,
};
use jiff::civil::Date;

use crate::{
    act::Act,
    error::Result,
    export::uid_of,
    import::{Chunk, Deleted, Place},
    ledger::{
        calendar as calendars, delivery,
        event::{self, EventRow, Source, imported as bases},
    },
    origin::{Stamp, fingerprint},
    verdict::Verdict,
};

/// Whether an event of a file is a part of the series of the one before it, by RANGE, or both are
/// parts of one.
pub(crate) fn belong_together(before: &ImportedEvent, next: &ImportedEvent) -> bool {
    let first = next.part_of.as_ref().filter(|first| is_made_from(first, &next.uid));
    first.is_some_and(|first| before.uid == *first || before.part_of.as_ref() == Some(first))
}

/// Whether a UID is one made from this one.
fn is_made_from(first: &str, uid: &str) -> bool {
    uid.strip_prefix(first).is_some_and(|rest| rest.starts_with('#'))
}

fn yesterday(date: Date) -> Date {
    date.yesterday().unwrap_or(date)
}

/// Whether an import is done or only looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    It,
    Nothing,
}

/// An event of a file as it would be in the ledger.
pub(crate) type Fitting<'e> = (Cow<'e, ImportedEvent>, Event, Source);

impl Act<'_> {
    /// Takes in a series, all its parts in one transaction.
    pub(crate) fn take_in_series(
        &self,
        series: &[ImportedEvent],
        place: &Place,
        doing: Doing,
        chunk: &mut Chunk,
    ) -> Result<()> {
        let Some((first, rest)) = series.split_first() else { return Ok(()) };
        if self.take_in_single(first, place, doing, chunk)? {
            return self.take_in_parts(rest, place, doing, None, chunk);
        }
        let mut refusal = None;
        if let Some(fit) = self.fitting(first, place, chunk)? {
            let (fit, elsewhere) = self.at_home(fit, place)?;
            chunk.say_where(&fit.0, elsewhere);
            let verdict = self.judge(&fit, place, doing)?;
            match &verdict {
                Verdict::Leave(Some(_)) | Verdict::Deleted => refusal = Some(&first.uid),
                Verdict::Leave(None) | Verdict::Create | Verdict::Update(..) => {}
            }
            // A part that is there already when its occurrences leave the first takes them over.
            let (before, after) = if matches!(verdict, Verdict::Update(..)) {
                (rest, &[][..])
            } else {
                (&[][..], rest)
            };
            self.take_in_parts(before, place, doing, refusal, chunk)?;
            self.carry_out(&fit, rest, doing, &verdict, chunk)?;
            return self.take_in_parts(after, place, doing, refusal, chunk);
        }
        self.take_in_parts(rest, place, doing, refusal, chunk)
    }

    /// What becomes of an event of a file. What was deleted here comes anew where it is wanted
    /// back, and its tombstone gives up its name in the file.
    fn judge(&self, fit: &Fitting<'_>, place: &Place, doing: Doing) -> Result<Verdict> {
        let (imported, event, source) = fit;
        let verdict = self.verdict(imported, event.calendar, event, source)?;
        let comes_back = place.deleted == Deleted::ComesBack && !event.kind.is_of_person();
        if !comes_back || !matches!(verdict, Verdict::Deleted) {
            return Ok(verdict);
        }
        if matches!(doing, Doing::It) {
            calendars::forget_deleted(self.tx, event.calendar, &imported.uid)?;
        }
        Ok(Verdict::Create)
    }

    fn take_in_parts(
        &self,
        parts: &[ImportedEvent],
        place: &Place,
        doing: Doing,
        refusal: Option<&String>,
        chunk: &mut Chunk,
    ) -> Result<()> {
        for part in parts {
            let Some(fit) = self.fitting(part, place, chunk)? else { continue };
            let (fit, elsewhere) = self.at_home(fit, place)?;
            chunk.say_where(&fit.0, elsewhere);
            let mut verdict = self.judge(&fit, place, doing)?;
            if matches!(verdict, Verdict::Create) && refusal == part.part_of.as_ref() {
                let stays = "is not taken: the series it is a part of stays as it is here";
                verdict = Verdict::Leave(Some(stays));
            }
            self.carry_out(&fit, &[], doing, &verdict, chunk)?;
        }
        Ok(())
    }

    fn carry_out(
        &self,
        fit: &Fitting<'_>,
        parts: &[ImportedEvent],
        doing: Doing,
        verdict: &Verdict,
        chunk: &mut Chunk,
    ) -> Result<()> {
        let (imported, event, source) = fit;
        match (verdict, doing) {
            (Verdict::Leave(_) | Verdict::Deleted, _) | (Verdict::Create, Doing::Nothing) => {}
            (Verdict::Create, Doing::It) => {
                match self.with_singles(event, imported)? {
                    Some((whole, singles)) => {
                        self.let_go(singles, chunk)?;
                        self.insert(&whole, source)?;
                        chunk.trail.made(whole.id, fingerprint(&whole, &source.extra));
                        bases::put(self.tx, event.id, Some(&EventDraft::from(event)))?;
                    }
                    None => {
                        self.insert(event, source)?;
                        chunk.trail.made(event.id, Stamp::of(source).print.to_string());
                    }
                }
                self.keep_alarmless(imported, event)?;
                // What was parted here where the file parts it, too, goes into the file's part.
                if event.series_root != event.id {
                    for part in self.take_back_parts(event, imported, parts)? {
                        chunk.trail.took_in((event.id, 1), &part);
                    }
                }
            }
            (Verdict::Update(row), _) => return self.carry_on(row, fit, parts, doing, chunk),
        }
        chunk.count(imported, verdict);
        Ok(())
    }

    /// Carries a newer version out.
    fn carry_on(
        &self,
        row: &EventRow,
        fit: &Fitting<'_>,
        parts: &[ImportedEvent],
        doing: Doing,
        chunk: &mut Chunk,
    ) -> Result<()> {
        let imported = &fit.0;
        let newer = match self.newer(row, fit)? {
            Ok(newer) => newer,
            Err(why) => {
                chunk.say(imported, &row.event.title, &why);
                chunk.count(imported, &Verdict::Leave(None));
                return Ok(());
            }
        };
        for (title, remark) in &newer.remarks {
            chunk.say(imported, title, remark);
        }
        let counted = if newer.is_change() {
            Verdict::Update(Box::new(row.clone()))
        } else {
            Verdict::Leave(None)
        };
        chunk.count(imported, &counted);
        if let (Doing::It, Some((_, whole))) = (doing, newer.changes.first()) {
            self.put_newer(&newer, &mut chunk.trail)?;
            for part in self.take_back_parts(whole, imported, parts)? {
                chunk.trail.took_in((row.event.id, row.version + 1), &part);
            }
        }
        Ok(())
    }

    /// The root that an event of a file is to have: that of the first part of its series, if it is
    /// here, or else its own.
    pub(crate) fn root_of(
        &self,
        imported: &ImportedEvent,
        place: &Place,
        own: EventId,
    ) -> Result<EventId> {
        let Some(first) = imported.part_of.as_ref().filter(|first| **first != imported.uid) else {
            return Ok(own);
        };
        match event::by_uid(self.tx, &self.context.zones, place.row.id, first) {
            Err(error) if error.is_damage() => Ok(own),
            found => Ok(found?.map_or(own, |row| row.event.series_root)),
        }
    }

    /// Takes back into a series those of its parts that its file has no longer: parted here, and
    /// covered by it again, or parted by an earlier version of the file.
    fn take_back_parts(
        &self,
        whole: &Event,
        imported: &ImportedEvent,
        parts: &[ImportedEvent],
    ) -> Result<Vec<EventRow>> {
        let zone = self.context.zone_of(whole, &whole.timing.tie);
        let series = whole.series();
        let mut gone = Vec::new();
        for part in event::parts(self.tx, &self.context.zones, whole)? {
            let start = part.event.timing.start;
            let is_over = match &part.source.uid {
                None => {
                    let is_later = match follows_on(&imported.uid) {
                        // The name may say it by another clock.
                        Some((_, from)) => start.date() >= yesterday(from.at.date()),
                        None => start > whole.timing.start,
                    };
                    is_later && series.from(start, whole.anchor(&zone)).next().is_some()
                }
                // A file that names the first part has the others by themselves.
                Some(uid) => {
                    imported.part_of.is_none()
                        && is_made_from(&imported.uid, uid)
                        && parts.iter().all(|part| part.uid != *uid)
                }
            };
            if is_over {
                self.delete(&part)?;
                if let Some(uid) = &part.source.uid {
                    // Nobody deleted it: the file may bring it again.
                    calendars::forget_deleted(self.tx, part.event.calendar, uid)?;
                }
                delivery::hand_over_all(self.tx, part.event.id, whole.id)?;
                gone.push(part);
            }
        }
        Ok(gone)
    }

    /// For each of these events of one calendar that is a part of a series parted in two or more:
    /// the UID of the first part of those that are there.
    pub(crate) fn first_parts(&self, rows: &[EventRow]) -> Result<HashMap<EventId, String>> {
        let mut series: HashMap<EventId, Vec<Cow<'_, EventRow>>> = HashMap::new();
        for row in rows {
            series.entry(row.event.series_root).or_default().push(Cow::Borrowed(row));
        }
        if let [one] = rows {
            let others = event::parts(self.tx, &self.context.zones, &one.event)?;
            let others = others.into_iter().filter(|o| o.event.calendar == one.event.calendar);
            series.entry(one.event.series_root).or_default().extend(others.map(Cow::Owned));
        }
        let key = |row: &EventRow| (row.event.timing.start, row.event.id != row.event.series_root);
        let mut firsts = HashMap::new();
        for parts in series.values().filter(|parts| parts.len() > 1) {
            let first = parts.iter().min_by_key(|row| (key(row), uid_of(row)));
            for (part, first) in parts.iter().zip(first.into_iter().cycle()) {
                firsts.insert(part.event.id, uid_of(first));
            }
        }
        Ok(firsts)
    }
}
