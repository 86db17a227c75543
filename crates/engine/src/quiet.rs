//! When nothing pops up: quiet hours and pauses. They hold what is for this desktop until they
//! end, and never beyond what is worth telling; alarms and tests go through.

use calendar::{
    delivery::Hold,
    event::Event,
    id::ChannelId,
    occurrence::{Context, Occurrence},
    policy::UseBy,
    quiet::Quiet,
    reason::Reason,
};
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::setting::{self, name},
    settings::Pause,
};

/// Stretches that follow one another, looked through for their common end.
const CHAIN: usize = 8;

/// The quiet hours as they are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// Whether they hold.
    pub on: bool,
    /// Between which times, on which days.
    pub rules: Quiet,
}

impl Engine {
    /// The quiet hours, if any were ever set.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn quiet_hours(&self) -> Result<Option<QuietHours>> {
        self.read(|act| act.quiet_hours())
    }

    /// Sets the quiet hours. What they held and hold no more is told at once.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn set_quiet_hours(&self, hours: &QuietHours) -> Result<()> {
        let text = format!("{} {}", if hours.on { "on" } else { "off" }, hours.rules);
        self.write(|act| {
            act.lasts("changing the quiet hours")?;
            setting::put(act.tx, name::QUIET_HOURS, &text)
        })
    }

    /// What silences pop-ups at this moment or a later one, by what is set now.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn silence(&self) -> Result<Silence> {
        self.read(|act| act.silence())
    }
}

impl Act<'_> {
    fn quiet_hours(&self) -> Result<Option<QuietHours>> {
        let kept = setting::get(self.tx, name::QUIET_HOURS)?;
        let read = |text: &str| {
            let (on, rules) = text.split_once(' ')?;
            Some(QuietHours { on: on == "on", rules: rules.parse().ok()? })
        };
        Ok(kept.as_deref().and_then(read))
    }

    pub(crate) fn silence(&self) -> Result<Silence> {
        let quiet = self.quiet_hours()?.filter(|hours| hours.on).map(|hours| hours.rules);
        let (pause, last_pause) = (self.paused()?, self.last_pause()?);
        Ok(Silence { pause, last_pause, quiet, zone: self.context.machine_zone() })
    }
}

/// What silences pop-ups: a pause there is, and quiet hours by the machine's clock.
#[derive(Debug, Clone)]
pub struct Silence {
    pause: Option<Pause>,
    /// From when until when the last one was, also after it.
    last_pause: Option<(Timestamp, Timestamp)>,
    quiet: Option<Quiet>,
    zone: TimeZone,
}

impl Silence {
    /// What silences at this moment; of both the one that lasts longer.
    pub fn at(&self, at: Timestamp) -> Option<Hold> {
        let pause = match self.pause {
            Some(Pause::Until(end)) if end > at => {
                Some(Hold { reason: Reason::HeldPaused, until: Some(end) })
            }
            Some(Pause::Forever) => Some(Hold { reason: Reason::HeldPaused, until: None }),
            Some(Pause::Until(_)) | None => None,
        };
        let quiet = self.quiet.and_then(|quiet| quiet.until(at, &self.zone));
        let quiet = quiet.map(|end| Hold { reason: Reason::HeldQuiet, until: Some(end) });
        let last = |hold: &Hold| hold.until.unwrap_or(Timestamp::MAX);
        [pause, quiet].into_iter().flatten().max_by_key(last)
    }

    /// Until when it is quiet at this moment by the quiet hours alone, if it is.
    pub fn quiet_until(&self, at: Timestamp) -> Option<Timestamp> {
        self.quiet.and_then(|quiet| quiet.until(at, &self.zone))
    }

    /// What silences at this moment, and until when whatever follows on it does: the last of them.
    pub fn through(&self, at: Timestamp) -> Option<Hold> {
        let mut last = self.at(at)?;
        for _ in 0..CHAIN {
            let Some(next) = last.until.and_then(|end| self.at(end)) else { break };
            last = next;
        }
        Some(last)
    }

    /// From when until when, up to now, this kept back what was due then: the pause, or quiet hours,
    /// which are as they were set where they still last.
    pub(crate) fn around(
        &self,
        cause: Reason,
        due: Timestamp,
        now: Timestamp,
    ) -> (Timestamp, Timestamp) {
        let now = now.max(due);
        let pause = self.last_pause.filter(|(from, _)| *from <= now);
        // Or those it came into later, after a pause.
        let quiet = self.quiet.and_then(|quiet| {
            quiet.stretch(due, &self.zone).or_else(|| quiet.last(now, &self.zone))
        });
        let quiet = quiet.filter(|(_, ends)| *ends > due);
        match (cause == Reason::LatePaused, pause, quiet) {
            (true, Some((begins, ends)), _) => (begins, ends.clamp(due, now)),
            (false, _, Some((begins, ends))) if self.quiet_until(now).is_some() => (begins, ends),
            (false, _, Some((begins, ends))) => (begins, ends.clamp(due, now)),
            (true, None, _) | (false, _, None) => (due, now),
        }
    }

    /// What would be missed of these occurrences because nothing pops up until it is over: the
    /// place of each such reminder, with a sentence about the first occurrence that is so.
    pub fn missed(
        &self,
        event: &Event,
        context: &Context,
        ahead: &[Occurrence],
        now: Timestamp,
    ) -> Vec<(usize, String)> {
        let mut missed = Vec::new();
        for (place, reminder) in event.reminders.iter().enumerate() {
            if reminder.channel != ChannelId::DESKTOP || reminder.insist.alarm || !event.enabled {
                continue;
            }
            let wanted = ahead.iter().map(|o| event.want(context, o.clone(), place));
            let first = wanted.filter(|w| w.due > now).find_map(|w| {
                Some(format!("would be missed: {}", self.outlasts(w.due, w.use_by?, w.over)?))
            });
            missed.extend(first.map(|sentence| (place, sentence)));
        }
        missed
    }

    /// Of something due then that is worth telling until `use_by`, why it would not be told.
    fn outlasts(&self, due: Timestamp, use_by: Timestamp, over: UseBy) -> Option<String> {
        let hold = self.through(due)?;
        if hold.until.is_some_and(|end| end < use_by) {
            return None;
        }
        let what = match over {
            UseBy::Deadline => "the deadline is",
            UseBy::End => "the event is over",
            UseBy::Start => "the event begins",
            UseBy::Day => "the day is over",
            UseBy::Grace | UseBy::After(_) | UseBy::Never => "it is too old to tell",
        };
        Some(format!("{}, {what} at {}", self.words(&hold, due), self.clock(use_by, due)))
    }

    /// What a person who snoozes until then should know: that it would be missed, or told later.
    pub(crate) fn of_snooze(
        &self,
        until: Timestamp,
        deadline: Option<Timestamp>,
    ) -> Option<String> {
        let lost = deadline.and_then(|at| self.outlasts(until, at, UseBy::Deadline));
        lost.map(|why| format!("it would be missed: {why}")).or_else(|| {
            let hold = self.through(until)?;
            Some(format!("{}: it will be told then", self.words(&hold, until)))
        })
    }

    fn words(&self, hold: &Hold, seen: Timestamp) -> String {
        let until = hold.until.map(|end| self.clock(end, seen));
        match (hold.reason, until) {
            (Reason::HeldQuiet, Some(end)) => format!("quiet hours last until {end}"),
            (_, Some(end)) => format!("reminders are paused until {end}"),
            (_, None) => "reminders are paused until you resume".to_string(),
        }
    }

    /// A time of day, with the day unless it is that of another moment or the next morning.
    fn clock(&self, at: Timestamp, seen: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        let near = at.duration_since(seen).as_hours().abs() < 18;
        local.strftime(if near { "%H:%M" } else { "%a %-d %b, %H:%M" }).to_string()
    }
}
