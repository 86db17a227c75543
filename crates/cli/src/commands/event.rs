//! One event: how it is shown, and its end.

use calendar::{
    event::Event,
    occurrence::Occurrence,
    plan::due,
    recurrence::Language,
    reminder::{Reminder, Trigger},
    timing::{Fold, Gap, Landing, Length, LocalStart, Tie, instant, later},
};
use engine::{
    ledger::{channel::ChannelRow, event::EventRow},
    message::utc,
    notice::untold,
    reconcile::Effect,
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::Serialize;

use crate::{answer::Answer, args::OneEvent, failure::Failure, session::Session, their, words};

/// How many dates ahead are shown.
const NEXT: usize = 5;
/// And how far ahead they are looked for.
const FARTHEST: i64 = 400 * 366 * 86_400;
/// How far back, in seconds, and how many starts are looked at for what is going on.
const BEGUN: i64 = 400 * 86_400;
const BEGUN_AT_MOST: usize = 1_000;

/// An event as JSON.
#[derive(Debug, Serialize)]
pub struct Shape {
    id: String,
    title: String,
    kind: &'static str,
    zone: Option<String>,
    /// Whose zone that is, if it is taken from a person.
    zone_of: Option<String>,
    start: String,
    /// The next start by this computer's clock.
    here: Option<String>,
    rrule: Option<String>,
    next: Vec<String>,
    reminders: Vec<ReminderShape>,
    version: i64,
    all_day: bool,
    calendar: String,
    place: String,
    notes: String,
    person: Option<String>,
    enabled: bool,
    /// Days of notice, and the last day to give it next; of renewals only.
    notice: Option<u32>,
    last_day: Option<String>,
    /// Of workflows only.
    overlap: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct ReminderShape {
    trigger: String,
    channel: String,
    use_by: String,
    collapse: String,
    /// How often it is told again until it is answered.
    nag_ms: Option<i64>,
    alarm: bool,
}

/// An event with what is said about it.
pub struct View<'a> {
    session: &'a Session,
    event: &'a Event,
    version: i64,
    next: Vec<Occurrence>,
    /// What has begun and is not over.
    on: Option<Occurrence>,
    calendar: String,
    channels: Vec<ChannelRow>,
    /// Reminders that quiet hours or a pause would swallow, in sentences.
    missed: Vec<String>,
    /// Its file says that it is done.
    done: bool,
}

impl<'a> View<'a> {
    pub fn new(session: &'a Session, row: &'a EventRow, now: Timestamp) -> Result<Self, Failure> {
        let view = Self::of(session, &row.event, row.version, now)?;
        Ok(Self { done: row.is_done(), ..view })
    }

    /// The same of an event that need not be in the ledger.
    pub fn of(
        session: &'a Session,
        event: &'a Event,
        version: i64,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let mut next = event.occurrences(&session.context, now, later(now, FARTHEST), NEXT).items;
        next.truncate(NEXT);
        let begun = event.occurrences(&session.context, later(now, -BEGUN), now, BEGUN_AT_MOST);
        let on = begun.items.into_iter().rev().find(|o| o.start <= now && o.end > now);
        let calendars = session.engine.calendars()?;
        let calendar = calendars.into_iter().find(|c| c.id == event.calendar);
        let channels = session.engine.channels()?;
        let calendar = calendar.map_or_else(String::new, |c| c.name);
        let silence = session.engine.silence()?;
        let missed = silence.missed(event, &session.context, &next, now).into_iter();
        let zone = session.zone();
        let missed = missed.map(|(place, why)| {
            let hour = event.timing.tie.is_all_day().then_some(session.context.all_day_hour);
            format!("{} {why}", words::trigger_on(&event.reminders[place].trigger, hour, &zone))
        });
        let missed = missed.collect();
        Ok(Self { session, event, version, next, on, calendar, channels, missed, done: false })
    }

    fn channel(&self, reminder: &Reminder) -> &str {
        self.channels.iter().find(|row| row.id == reminder.channel).map_or("", |row| &row.name)
    }

    /// Its (first) start.
    fn start(&self) -> String {
        let timing = &self.event.timing;
        let fold = timing.fold == Fold::Second;
        let start = LocalStart { at: timing.start, fold };
        let zone = self.session.context.zone_of(self.event, &timing.tie);
        match timing.tie {
            Tie::AllDay => timing.start.date().to_string(),
            Tie::Floating => timing.start.to_string(),
            Tie::Zone(_) | Tie::Theirs(_) => instant(start, &zone).0.to_zoned(zone).to_string(),
        }
    }

    pub fn shape(&self) -> Shape {
        let event = self.event;
        let rules: Vec<String> = event.repeats.rules.iter().map(ToString::to_string).collect();
        let reminders = event.reminders.iter().map(|r| ReminderShape {
            trigger: r.trigger.to_string(),
            channel: self.channel(r).to_string(),
            use_by: event.use_by(r).to_string(),
            collapse: event.collapse(r).to_string(),
            nag_ms: r.insist.nag.map(|nag| nag.seconds() * 1_000),
            alarm: r.insist.alarm,
        });
        Shape {
            id: event.id.to_string(),
            title: event.title.clone(),
            kind: event.kind.code(),
            zone: event.timing.tie.zone().map(ToString::to_string),
            zone_of: their::whose(event),
            start: self.start(),
            here: self.next.first().and_then(|o| their::start_here(o, &self.session.zone())),
            rrule: (!rules.is_empty()).then(|| rules.join("\n")),
            next: self.next.iter().map(Occurrence::label).collect(),
            reminders: reminders.collect(),
            version: self.version,
            all_day: event.timing.tie.is_all_day(),
            calendar: self.calendar.clone(),
            place: event.place.clone(),
            notes: event.description.clone(),
            person: event.person.as_ref().map(|p| p.name.clone()),
            enabled: event.enabled,
            notice: event.kind.has_notice().then_some(event.notice),
            last_day: self.last_day().map(|day| day.to_string()),
            overlap: event.kind.is_for_programs().then_some(event.overlap.code()),
        }
    }

    /// What is other than one may think: its start by the clocks, channels that are off, and reminders
    /// that would be missed.
    pub fn remarks(&self) -> Vec<String> {
        let others = self.channel_remarks().into_iter().chain(self.missed.clone());
        let now = self.session.engine.now().wall;
        let untold = untold(self.event, &self.session.context, &self.next, now);
        self.start_remark().into_iter().chain(untold).chain(others).collect()
    }

    /// Which of its channels are off.
    pub fn channel_remarks(&self) -> Vec<String> {
        let used = |row: &&ChannelRow| self.event.reminders.iter().any(|r| r.channel == row.id);
        let off = self.channels.iter().filter(used).filter_map(|row| {
            let (name, why) = (&row.name, row.off_words()?);
            Some(format!(
                "the channel {name} is off ({why}), so nothing is told on it: `carillon channel on {}` switches it on",
                words::argument(name)
            ))
        });
        off.collect()
    }

    /// That clocks skip its start, or show it twice, and which is taken.
    fn start_remark(&self) -> Option<String> {
        let timing = &self.event.timing;
        if timing.tie.is_all_day() {
            return None;
        }
        let zone = self.session.context.zone_of(self.event, &timing.tie);
        let is_second = timing.fold == Fold::Second;
        let (at, landing) = instant(LocalStart { at: timing.start, fold: is_second }, &zone);
        let (there, clock) =
            (zone.to_datetime(at), |at: DateTime| at.strftime("%H:%M").to_string());
        let (hour, day) = (clock(timing.start), words::date(timing.start.date()));
        let place = zone.iana_name().unwrap_or("UTC");
        match landing {
            Landing::Plain => None,
            Landing::Shifted if timing.gap == Gap::Skip => None,
            Landing::Shifted => Some(format!(
                "{hour} is skipped on {day} in {place}, where clocks go forward: {} is taken instead",
                clock(there)
            )),
            Landing::Folded => Some(format!(
                "{hour} comes twice on {day} in {place}, where clocks go back: {}",
                self.which_of_two(&zone)
            )),
        }
    }

    /// Which of two equal times is taken, and how the other is written.
    fn which_of_two(&self, zone: &TimeZone) -> String {
        let timing = &self.event.timing;
        let second = instant(LocalStart { at: timing.start, fold: true }, zone).0;
        match (timing.fold, &timing.tie) {
            (Fold::First, Tie::Zone(_) | Tie::Theirs(_)) => {
                let second = second.to_zoned(zone.clone());
                format!("the first is taken, and the second is written {second}")
            }
            (Fold::First, Tie::Floating | Tie::AllDay) => "the first is taken".into(),
            (Fold::Second, _) => "the second is taken".into(),
            (Fold::Both, _) => "both are taken".into(),
        }
    }

    /// What is so of an event that is going on and comes no more.
    fn on_now(&self) -> String {
        let (event, now) = (self.event, self.session.engine.now().wall);
        let Some(on) = self.on.as_ref().filter(|_| event.enabled && !event.reminders.is_empty())
        else {
            return "it is on now".into();
        };
        let times = event.reminders.iter();
        let times = times.map(|r| due(&self.session.context, on, event.trigger(r)));
        match times.filter(|at| *at > now).min() {
            Some(at) => {
                format!("it is on now, and rings {}", words::moment(at, &self.session.zone()))
            }
            None => {
                "it is on now, and its reminders have passed: nothing rings any more".to_owned()
            }
        }
    }

    /// When it is, in words: an event that happens once needs no further dates.
    fn when(&self) -> String {
        let Length { days, seconds } = self.event.timing.length;
        let mut text = match self.event.timing.tie {
            Tie::Floating => format!("{}, wherever this computer is", words::label(&self.start())),
            Tie::Zone(_) | Tie::Theirs(_) | Tie::AllDay => words::label(&self.start()),
        };
        if let Some(name) = their::whose(self.event) {
            text.push_str(&format!(", which is {name}’s time"));
        }
        if self.event.repeats.is_once()
            && let Some(here) = self.next.first().and_then(|o| their::here(o, &self.session.zone()))
        {
            text.push_str(&format!(" ({here})"));
        }
        let total = i64::from(days) * 86_400 + seconds;
        match (total, self.event.timing.tie.is_all_day()) {
            (0 | 86_400, true) | (0, false) => {}
            _ => {
                text.push_str(&format!(", for {}", words::length(SignedDuration::from_secs(total))))
            }
        }
        text
    }

    /// The last day to give notice before it next goes on by itself.
    fn last_day(&self) -> Option<Date> {
        let days = jiff::Span::new().days(self.event.notice);
        let next = self.next.first().filter(|_| self.event.notice > 0)?;
        next.present.at.date().checked_sub(days).ok()
    }

    /// Its lines for people, aligned.
    pub fn lines(&self) -> String {
        words::columns(&self.rows())
    }

    /// Why an event that does not take place is not told.
    fn why_off(&self) -> String {
        let why = if self.done { "done" } else { "cancelled" };
        format!("not at all: it is {why}; `carillon reinstate` brings it back")
    }

    fn rows(&self) -> Vec<[String; 2]> {
        let event = self.event;
        let zone = self.session.zone();
        let mut rows: Vec<[String; 2]> = vec![["  when".into(), self.when()]];
        let mut row = |name: &str, text: String| rows.push([format!("  {name}"), text]);
        let there = self.session.context.zone_of(event, &event.timing.tie);
        for rule in &event.repeats.rules {
            row("repeats", rule.as_read_in(&there).sentence(Language::English));
        }
        row("kind", format!("{}, in calendar {}", event.kind.word(), self.calendar));
        if let Some(day) = self.last_day() {
            let days = words::count(event.notice as usize, "day");
            let day = words::date(day);
            row("notice", format!("{days}: last day to cancel {day}, from which reminders count"));
        }
        if event.kind.is_for_programs() {
            row("overlap", words::overlap(event.overlap).into());
        }
        if let Some(person) = &event.person {
            row("person", person.name.clone());
        }
        if !event.place.is_empty() {
            row("place", event.place.clone());
        }
        for line in event.description.lines() {
            row("notes", line.into());
        }
        match (event.enabled, event.reminders.is_empty()) {
            (false, _) => row("told", self.why_off()),
            (true, true) => row("told", "not at all: it has no reminder".into()),
            (true, false) => {}
        }
        for r in event.reminders.iter().filter(|_| event.enabled) {
            let hour = self.session.context.all_day_hour;
            let when = match (r.trigger, event.timing.tie.is_all_day()) {
                (Trigger::Relative { days: 0, seconds: 0, from_end: true }, true) => {
                    format!("on the last day at {hour:02}:00")
                }
                (Trigger::Relative { seconds: 0, from_end: true, .. }, true) => {
                    format!("{} at {hour:02}:00", words::trigger(&r.trigger, &zone))
                }
                (trigger, on_a_date) => {
                    words::trigger_on(&trigger, on_a_date.then_some(hour), &zone)
                }
            };
            row("told", format!("{when}, on {}{}", self.channel(r), words::insist(r.insist)));
        }
        match (self.next.is_empty(), event.repeats.is_once()) {
            (true, _) if self.on.is_some() => row("next", self.on_now()),
            (true, true) => row("next", "it is over".into()),
            (true, false) => row("next", "never again: the series is over".into()),
            (false, true) => {}
            (false, false) => {
                for occurrence in &self.next {
                    let here = their::here(occurrence, &zone);
                    let here = here.map_or_else(String::new, |here| format!(" ({here})"));
                    row("next", words::label(&occurrence.label()) + &here);
                }
            }
        }
        // A name is said once for several lines.
        for at in (1..rows.len()).rev() {
            if rows[at][0] == rows[at - 1][0] {
                rows[at][0].clear();
            }
        }
        rows
    }
}

pub fn show(session: &Session, words: &OneEvent) -> Result<Answer, Failure> {
    let row = session.engine.event(words.id)?;
    let view = View::new(session, &row, session.engine.now().wall)?;
    let mut rows = view.rows();
    rows.push(["  id".into(), row.event.id.to_string()]);
    let text = format!("{}\n{}", row.event.title, words::columns(&rows));
    Ok(Answer::new(text, &view.shape()))
}

/// What a change did to the reminders, as JSON.
#[derive(Debug, Serialize)]
pub struct EffectShape {
    cancelled: u32,
    snoozes_cancelled: u32,
    in_flight: u32,
    /// Events that were in a deleted person's time and stay in the last zone known.
    #[serde(skip_serializing_if = "is_none")]
    in_last_zone: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    passed: Vec<PassedShape>,
}

const fn is_none(count: &u32) -> bool {
    *count == 0
}

#[derive(Debug, Serialize)]
struct PassedShape {
    trigger: String,
    due: String,
}

impl EffectShape {
    pub fn of(effect: &Effect) -> Self {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MIN);
        let passed = effect
            .passed
            .iter()
            .map(|p| PassedShape { trigger: p.trigger.clone(), due: utc(at(p.due_ms)) });
        Self {
            cancelled: effect.cancelled,
            snoozes_cancelled: effect.snoozes,
            in_flight: effect.in_flight,
            in_last_zone: effect.in_last_zone,
            passed: passed.collect(),
        }
    }
}

/// The end of a sentence on what a change cancelled: `: 3 reminders and 1 snooze cancelled.`
pub fn cancelled(effect: &Effect) -> String {
    let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    if effect.cancelled > 0 {
        parts.push(words::count(number(effect.cancelled), "reminder"));
    }
    if effect.snoozes > 0 {
        parts.push(words::count(number(effect.snoozes), "snooze"));
    }
    let mut text = match parts.is_empty() {
        true => ".".to_string(),
        false => format!(": {} cancelled.", parts.join(" and ")),
    };
    if effect.in_flight > 0 {
        text.push_str(&format!(
            " {} being sent at this moment.",
            words::count(number(effect.in_flight), "reminder")
        ));
    }
    text
}
