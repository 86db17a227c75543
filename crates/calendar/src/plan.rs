//! What is *wanted*: for each occurrence and reminder one thing to tell, with its moment and the
//! moment after which it is not worth telling. Pure; the engine compares it with what stands in
//! the ledger.

use jiff::{Timestamp, civil::Time};

use crate::{
    draft::DraftError,
    event::{Change, Event},
    id::ChannelId,
    occurrence::{Context, Occurrence},
    policy::UseBy,
    recurrence::{Rule, Series, SeriesEnd},
    reminder::{Reminder, Trigger},
    timing::{Fold, LocalStart, Tie, instant, later, shift, start_of_day},
};

const DAY: i64 = 86_400;

/// What names one thing to tell, whatever its moment: the same text is never told twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The series root, or the person for kinds that are of one.
    pub subject: String,
    /// The occurrence, as the kind names it.
    pub occurrence: String,
    /// The reminder: `t:` and its trigger, `s:` a snooze, `n:` a nag, `x:` a test.
    pub reminder: String,
    /// The channel.
    pub channel: ChannelId,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Its name.
    pub identity: Identity,
    /// When.
    pub due: Timestamp,
    /// At and after this it is not told any more.
    pub use_by: Option<Timestamp>,
    /// Why it expires, when it does.
    pub over: UseBy,
    /// The occurrence it tells about.
    pub occurrence: Occurrence,
    /// The place of its reminder among the event's reminders.
    pub reminder: usize,
}

/// What is wanted in a window of due instants.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Ordered by due.
    pub wanted: Vec<Wanted>,
    /// Up to here, inclusive, the plan is complete.
    pub reached: Timestamp,
}

impl Event {
    /// Everything that is due in `(after, until]`, by at most `limit` occurrences a reminder; if
    /// that is too few, [`Plan::reached`] says how far it went.
    pub fn wanted(
        &self,
        context: &Context,
        after: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Plan {
        let mut plan = Plan { wanted: Vec::new(), reached: until };
        if !self.enabled {
            return plan;
        }
        for (place, reminder) in self.reminders.iter().enumerate() {
            let (earliest, latest, slack) = self.starts_for(reminder);
            let (from, to) = (later(after, earliest), later(until, latest + 1));
            let found = self.occurrences(context, from, to, limit + slack);
            // What was moved far ahead says nothing of the others.
            let is_regular = |o: &&Occurrence| self.override_of(o.original).is_none();
            let last = found.items.iter().rev().find(is_regular).cloned();
            let dues = found.items.into_iter().map(|o| self.want(context, o, place));
            plan.wanted.extend(dues.filter(|w| w.due > after && w.due <= until));
            if let (true, Some(last)) = (found.more, last) {
                plan.reached =
                    plan.reached.min(known_until(after, &self.want(context, last, place)));
            }
        }
        let reached = plan.reached;
        plan.wanted.retain(|w| w.due <= reached);
        plan.wanted.sort_by_key(|w| (w.due, w.reminder));
        plan
    }

    /// The thing to tell of this name, if it is still wanted, whatever its moment.
    pub fn still_wanted(&self, context: &Context, identity: &Identity) -> Option<Wanted> {
        if !self.enabled || self.subject() != identity.subject {
            return None;
        }
        let place = self.reminder_named(&identity.reminder, identity.channel)?;
        let occurrence = self.occurrence_named(context, &identity.occurrence)?;
        Some(self.want(context, occurrence, place))
    }

    /// The reminder an identity names, by its trigger and channel.
    pub fn reminder_named(&self, text: &str, channel: ChannelId) -> Option<usize> {
        let trigger = text.strip_prefix("t:")?;
        self.reminders.iter().position(|r| r.channel == channel && r.trigger.to_string() == trigger)
    }

    /// The occurrence an identity names, if it is where that name says.
    pub fn occurrence_named(&self, context: &Context, text: &str) -> Option<Occurrence> {
        if let Some(year) = text.strip_prefix("y=") {
            let year: i16 = year.parse().ok()?;
            let from = jiff::civil::Date::new(year, 1, 1).ok()?;
            let zone = context.zone_of(self, &self.timing.tie);
            let start = later(start_of_day(from, &zone), -2 * DAY);
            let found = self.occurrences(context, start, later(start, 370 * DAY), 4);
            return found.items.into_iter().find(|o| self.kind.identity(o) == text);
        }
        let occurrence = self.occurrence(context, Occurrence::original_in(text)?)?;
        (self.kind.identity(&occurrence) == text).then_some(occurrence)
    }

    /// The next moment after `after` at which something is due, looking `days` ahead at most.
    pub fn next_due(&self, context: &Context, after: Timestamp, days: i64) -> Option<Wanted> {
        let mut span = 2;
        // Doubles each turn, so it ends after a few.
        loop {
            let until = later(after, span.min(days) * DAY);
            let plan = self.wanted(context, after, until, 64);
            if let Some(first) = plan.wanted.into_iter().next() {
                return Some(first);
            }
            if span >= days {
                return None;
            }
            span *= 4;
        }
    }

    /// One thing to tell: this occurrence, by the reminder at this place.
    pub fn want(&self, context: &Context, occurrence: Occurrence, place: usize) -> Wanted {
        let reminder = &self.reminders[place];
        let due = due(context, &occurrence, self.trigger(reminder));
        let (use_by, over) = self.use_by_of(&occurrence, reminder, due);
        Wanted {
            identity: Identity {
                subject: self.subject(),
                occurrence: self.kind.identity(&occurrence),
                reminder: format!("t:{}", reminder.trigger),
                channel: reminder.channel,
            },
            due,
            use_by,
            over,
            occurrence,
            reminder: place,
        }
    }

    /// Whether no reminder at a moment lies at or after the deadline. Offsets the kind has checked
    /// itself; a moment can only be compared once zones are known.
    ///
    /// # Errors
    /// The reminder that would never be told.
    pub fn check_moments(&self, context: &Context) -> Result<(), DraftError> {
        let start = LocalStart { at: self.timing.start, fold: self.timing.fold == Fold::Second };
        let Some(occurrence) = self.occurrence(context, start) else { return Ok(()) };
        let Some(deadline) = self.kind.deadline(&occurrence) else { return Ok(()) };
        for reminder in &self.reminders {
            if let Trigger::At(at) = reminder.trigger
                && at >= deadline
            {
                let zone = context.machine_zone();
                let shown = |at: Timestamp| {
                    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
                };
                let message = format!(
                    "the reminder at {} would ring at or after the deadline {}: a task's reminders are before it",
                    shown(at),
                    shown(deadline)
                );
                return Err(DraftError { field: "reminders", message });
            }
        }
        Ok(())
    }

    /// Whether every rule gives a start besides the first: one that has none (30 February, or an
    /// end before the beginning) is a mistake when a person writes it.
    ///
    /// # Errors
    /// The rule that never happens.
    pub fn check_rules(&self, context: &Context) -> Result<(), DraftError> {
        let zone = context.zone_of(self, &self.timing.tie);
        let anchor = self.anchor(&zone);
        for rule in &self.repeats.rules {
            if rule.count().is_some() && rule.until().is_some() {
                let message = format!("the rule {rule} ends twice: give COUNT or UNTIL, not both");
                return Err(DraftError { field: "rrule", message });
            }
            let alone = |rule: Rule| match self.timing.tie {
                Tie::AllDay => Series::all_day(self.timing.start, vec![rule]),
                Tie::Zone(_) | Tie::Theirs(_) | Tie::Floating => {
                    Series::new(self.timing.start, vec![rule])
                }
            };
            let (whole, endless) = (alone(rule.clone()), alone(rule.clone().with_until(None)));
            let mut later = endless.after(self.timing.start, anchor);
            let why = if whole.from(self.timing.start, anchor).next().is_none() {
                "it ends before the event begins"
            } else if later.next().is_none() && later.end() == Some(SeriesEnd::Never) {
                "no date fits it"
            } else {
                continue;
            };
            let message =
                format!("the rule {rule} never happens: {why}; change it or leave it out");
            return Err(DraftError { field: "rrule", message });
        }
        Ok(())
    }

    /// The moment from which a reminder is not told any more, never later than the deadline, and
    /// which wish that came from.
    fn use_by_of(
        &self,
        occurrence: &Occurrence,
        reminder: &Reminder,
        due: Timestamp,
    ) -> (Option<Timestamp>, UseBy) {
        let wish = self.use_by(reminder);
        let deadline = self.kind.deadline(occurrence);
        let at = match wish {
            UseBy::Grace => Some(later(due, self.kind.defaults().grace)),
            UseBy::Start => Some(occurrence.start),
            // A reminder after the end (+10m of a note) would be over before it is due.
            UseBy::End => Some(occurrence.end.max(later(due, self.kind.defaults().grace))),
            UseBy::Day => Some(end_of_day(occurrence)),
            UseBy::Deadline => Some(deadline.unwrap_or(occurrence.end)),
            UseBy::After(seconds) => Some(later(due, seconds)),
            UseBy::Never => None,
        };
        match (at, deadline) {
            (Some(at), Some(deadline)) if deadline < at => (Some(deadline), UseBy::Deadline),
            (None, Some(deadline)) => (Some(deadline), UseBy::Deadline),
            (at, _) => (at, wish),
        }
    }

    /// Where the starts lie whose reminder is due at a moment, in seconds from that moment, and
    /// how many further starts that may take in, for nominal days are not exactly 24 hours.
    fn starts_for(&self, reminder: &Reminder) -> (i64, i64, usize) {
        let (days, seconds, from_end) = match self.trigger(reminder) {
            // Such an event happens once, so all of time holds one occurrence.
            Trigger::At(_) => return (-400 * 366 * DAY, 400 * 366 * DAY, 0),
            Trigger::Relative { days, seconds, from_end } => (days, seconds, from_end),
        };
        if days == 0 && !from_end && !self.timing.tie.is_all_day() {
            return (-seconds, -seconds, 0);
        }
        let lengths = self.overrides.iter().map(|o| match &o.change {
            Change::Differs { length, .. } => seconds_of(length),
            Change::Cancelled => 0,
        });
        let longest = lengths.fold(seconds_of(&self.timing.length), i64::max);
        let offset = i64::from(days) * DAY + seconds;
        let tail = if from_end { longest } else { 0 };
        (-offset - tail - 2 * DAY, -offset + 2 * DAY, 4 * 1440)
    }
}

/// Up to when everything is known if this was looked at last. Wall times shifted out of a gap and the
/// second ones of a fold may sort before it, hence the two hours where clocks change.
fn known_until(after: Timestamp, last: &Wanted) -> Timestamp {
    let zone = &last.occurrence.zone;
    let offset = |at: Timestamp, seconds: i64| zone.to_offset(later(at, seconds));
    let is_steady = |at: Timestamp| offset(at, -7200) == offset(at, 7200);
    let safe = later(last.due, -7200);
    if safe <= after || (is_steady(last.due) && is_steady(last.occurrence.start)) {
        return last.due;
    }
    safe
}

fn seconds_of(length: &crate::timing::Length) -> i64 {
    i64::from(length.days) * DAY + length.seconds
}

/// When a reminder of this occurrence is due.
pub fn due(context: &Context, occurrence: &Occurrence, trigger: Trigger) -> Timestamp {
    let (days, seconds, from_end) = match trigger {
        Trigger::At(at) => return at,
        Trigger::Relative { days, seconds, from_end } => (days, seconds, from_end),
    };
    let zone = &occurrence.zone;
    if occurrence.tie.is_all_day() {
        let past = if from_end { occurrence.length.days.max(1) } else { 0 };
        let date = shift(occurrence.present.at, days.saturating_add(past), 0).date();
        if seconds != 0 {
            return later(start_of_day(date, zone), seconds);
        }
        // The last day of it, for "at the end"; never midnight.
        let date =
            if from_end { shift(date.to_datetime(Time::midnight()), -1, 0).date() } else { date };
        return instant(LocalStart::first(date.at(context.all_day_hour, 0, 0, 0)), zone).0;
    }
    let (anchor, at) = if from_end {
        (LocalStart::first(zone.to_datetime(occurrence.end)), occurrence.end)
    } else {
        (occurrence.present, occurrence.start)
    };
    if days == 0 {
        return later(at, seconds);
    }
    let day = LocalStart { at: shift(anchor.at, days, 0), fold: anchor.fold };
    later(instant(day, zone).0, seconds)
}

/// The end of the (last) day an occurrence is on, where it is.
fn end_of_day(occurrence: &Occurrence) -> Timestamp {
    if occurrence.tie.is_all_day() {
        return occurrence.end;
    }
    let next = shift(occurrence.present.at, 1, 0).date();
    start_of_day(next, &occurrence.zone)
}
