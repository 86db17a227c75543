//! What goes around the time: how long, what kind of event, and when to tell.

use std::ops::Range;

use super::{
    clock::shown,
    scan::{Refused, What},
    settle::{Start, Work},
    tell::Tell,
};
use crate::{
    draft::{EventDraft, ReminderDraft},
    id::ChannelId,
    kind::KindRef,
    reminder::Trigger,
    timing::{Tie, later},
};

impl Work<'_> {
    pub fn length(&self, start: &Start) -> Result<Option<(i32, i64)>, Refused> {
        let said = self.scan.find(|what| match what {
            What::Length(amount) => Some(*amount),
            _ => None,
        });
        let Some((amount, tokens)) = said else { return Ok(start.length) };
        let no = |message: String| Err(Refused::at(tokens.clone(), message));
        let text = self.scan.said(&tokens);
        if start.length.is_some() && !(start.all_day && start.length == Some((1, 0))) {
            return no(format!("'{text}' says again how long it lasts: leave it or the end away"));
        }
        if start.all_day && amount.seconds != 0 {
            return no(format!(
                "'{text}' is less than whole days: say also when it starts, such as at 9:00"
            ));
        }
        if self.has(|what| matches!(what, What::Due | What::EndOfDay)).is_some() {
            return no(format!("'{text}': a task has a deadline and no length, so leave it away"));
        }
        let repeats = self.has(|what| matches!(what, What::Repeat(_))).is_some();
        if !repeats && !start.all_day && amount.days > 1 {
            return no(format!(
                "'{text}' could be one event or one each day: write daily at that time until and a date, or leave the time away"
            ));
        }
        if repeats && amount.days > 0 {
            return no(format!(
                "'{text}' could be how long each lasts or how long it goes on: write until and a date, or 10 times"
            ));
        }
        Ok(Some((amount.days, amount.seconds)))
    }

    pub fn kind(&self, start: &Start, lasts: bool, draft: &EventDraft) -> Result<KindRef, Refused> {
        let is = |wanted: fn(&What) -> bool| self.has(wanted);
        let often = draft.zone.as_deref() == Some("UTC")
            && draft
                .rules
                .iter()
                .any(|r| r.starts_with("FREQ=HOURLY") || r.starts_with("FREQ=MINUTELY"));
        let soon = is(|what| matches!(what, What::Elapsed(_))).is_some() && !lasts;
        let code = if let Some(tokens) = is(|what| matches!(what, What::Due | What::EndOfDay)) {
            if start.length.is_some() && start.length != Some((1, 0)) {
                let message = "a task has a deadline and no length: say only by when";
                return Err(Refused::at(tokens, message));
            }
            "deadline"
        } else if is(|what| matches!(what, What::Note)).is_some() || often || soon {
            "note"
        } else {
            "appointment"
        };
        let found = code.parse::<KindRef>();
        found.map_err(Refused::missing)
    }

    /// The reminders as said; the kind's own where none are.
    pub fn reminders(
        &mut self,
        kind: KindRef,
        start: &Start,
        draft: &EventDraft,
    ) -> Result<Option<Vec<ReminderDraft>>, Refused> {
        let mut said = None;
        for piece in &self.scan.pieces {
            let What::Tell(tells) = &piece.what else { continue };
            let list: &mut Vec<Trigger> = said.get_or_insert_default();
            for tell in tells {
                let mut trigger = self.trigger(*tell, start, &piece.tokens)?;
                if kind.code() == "deadline" && start.all_day && matches!(tell, Tell::Before(_)) {
                    trigger = trigger.before_end_of_day();
                }
                if !list.contains(&trigger) {
                    list.push(trigger);
                }
            }
        }
        let draft_of = |trigger: &Trigger| ReminderDraft {
            trigger: trigger.to_string(),
            channel: ChannelId::DESKTOP.to_string(),
            ..ReminderDraft::default()
        };
        if let Some(list) = said {
            return Ok(Some(list.iter().map(draft_of).collect()));
        }
        // Close to now the usual ones have passed, and it would never ring.
        let tie = if start.all_day { Tie::AllDay } else { Tie::Floating };
        let usual = kind.defaults().reminders_on(&tie);
        let seconds = |trigger: &Trigger| match trigger {
            Trigger::Relative { days, seconds, .. } => i64::from(*days) * 86_400 + seconds,
            Trigger::At(_) => 0,
        };
        let at = self.instant(start.at.at);
        let passed = |trigger: &Trigger| later(at, seconds(trigger)) <= self.known.now;
        let soon =
            draft.rules.is_empty() && !start.all_day && !start.at.fold && usual.iter().all(passed);
        if soon && kind.code() == "appointment" {
            self.notes
                .push("it is too soon for the usual reminder, so it rings at the start".into());
            return Ok(Some(vec![draft_of(&Trigger::START)]));
        }
        Ok(None)
    }

    fn trigger(
        &self,
        tell: Tell,
        start: &Start,
        tokens: &Range<usize>,
    ) -> Result<Trigger, Refused> {
        let relative =
            |days: i32, seconds: i64| Trigger::Relative { days, seconds, from_end: false };
        Ok(match tell {
            Tell::Start => Trigger::START,
            Tell::Before(amount) => relative(-amount.days, -amount.seconds),
            Tell::Later(amount) => relative(amount.days, amount.seconds),
            Tell::DaysBefore(days) => Trigger::days_before(days),
            Tell::At(clock, days) => {
                let minutes = self.minutes_of(clock, None, tokens)?;
                let wall = start.at.at.time();
                let from = if start.all_day {
                    0
                } else {
                    i64::from(wall.hour()) * 60 + i64::from(wall.minute())
                };
                let off = i64::from(minutes) - from;
                if !start.all_day && days == 0 && off > 0 {
                    let message = format!(
                        "'{}' is after the start: write remind at {} the day before, or an earlier time",
                        self.scan.said(tokens),
                        shown(minutes)
                    );
                    return Err(Refused::at(tokens.clone(), message));
                }
                // No time of day at all is what "at the usual hour" is written as.
                if start.all_day && off == 0 {
                    let message = format!(
                        "'{}' would ring at the usual hour of an all-day event: write remind at 0:01",
                        self.scan.said(tokens)
                    );
                    return Err(Refused::at(tokens.clone(), message));
                }
                relative(-days, off * 60)
            }
        })
    }
}
