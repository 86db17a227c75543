//! The editor's form: an event as fields, and fields as the calendar's draft.

use calendar::{
    draft::{EventDraft, ReminderDraft as CheckedLater},
    event::{Change, Event},
    id::ChannelId,
    kind::KindRef,
    nag::Nag,
    occurrence::Occurrence,
    person::Person,
    policy::Overlap as Wish,
    reminder::Trigger as When,
    timing::{Landing, Length, LocalStart, THEIRS, Tie, instant},
    zones::ZoneName,
};
use engine::queries::Happening;
use jiff::{civil::DateTime, tz::TimeZone};

use super::{
    EngineHost,
    changes::scopes_of,
    local::{self, Local, city},
    words,
};
use crate::{
    dto::{
        Draft, EditorForm, Kind, NewForm, OccurrenceRef, Overlap, ReminderDraft, TimeMode, Timing,
        Trigger, ZoneField,
    },
    fault::Fault,
};

const HOUR: i64 = 3600;

impl EngineHost {
    pub(super) fn empty_form(&self, asked: &NewForm) -> Result<EditorForm, Fault> {
        let local = self.local()?;
        let code = asked.kind.map_or("appointment", words::kind_code);
        let kind: KindRef = code.parse().map_err(|e: String| Fault::invalid("kind", e))?;
        let defaults = kind.defaults();
        let all_day = asked.all_day.unwrap_or(defaults.all_day);
        let next_hour =
            calendar::timing::later(local.now, HOUR - local.now.as_second().rem_euclid(HOUR));
        let next_hour = local.zone.to_datetime(next_hour);
        let date = match (&asked.date, asked.wall_min) {
            (Some(text), _) => local::date("date", text)?,
            (None, None) if !all_day => next_hour.date(),
            (None, _) => local.today(),
        };
        let calendar = match &asked.calendar {
            Some(id) => id.clone(),
            None => self.first_calendar()?,
        };
        let length = defaults.length;
        let duration = if all_day || defaults.all_day { 60 } else { length.seconds / 60 };
        // Where there is no webhook yet, the form says that one is needed.
        let through = match kind.is_for_programs() {
            true => self.engine.channels()?.into_iter().map(|c| c.id).nth(1),
            false => None,
        };
        let through = through.unwrap_or(ChannelId::DESKTOP);
        let tie = if all_day { Tie::AllDay } else { Tie::Floating };
        let usual = defaults.reminders_on(&tie);
        let reminders = usual.iter().map(|when| ReminderDraft {
            trigger: words::trigger(*when, all_day, &length, &local),
            channel: through.to_string(),
            nag_min: None,
            alarm: false,
        });
        let draft = Draft {
            title: String::new(),
            kind: words::kind(kind),
            calendar,
            timing: Timing {
                mode: if all_day { TimeMode::AllDay } else { TimeMode::Zoned },
                date: date.to_string(),
                wall_min: asked.wall_min.unwrap_or_else(|| local::minutes(next_hour.time())),
                fold: asked.fold.unwrap_or(false),
                duration_min: asked
                    .duration_min
                    .unwrap_or_else(|| i32::try_from(duration).unwrap_or(0)),
                days: asked.days.unwrap_or(1).max(1),
                zone: Some(zone_field(&local.context.machine)),
            },
            rule: None,
            reminders: reminders.collect(),
            place: None,
            url: None,
            notes: None,
            person: None,
            notice: 0,
            overlap: Overlap::Allow,
        };
        let (event, original, version) = (None, None, None);
        Ok(EditorForm { event, original, version, draft, recurring: false, scopes: Vec::new() })
    }

    fn first_calendar(&self) -> Result<String, Fault> {
        let all = self.engine.calendars()?;
        Ok(all.first().map_or_else(String::new, |calendar| calendar.id.to_string()))
    }

    pub(super) fn filled_form(&self, asked: &OccurrenceRef) -> Result<EditorForm, Fault> {
        let local = self.local()?;
        let happening = self.happening(asked)?;
        let recurring = !happening.event.repeats.is_once();
        Ok(EditorForm {
            event: Some(asked.event.clone()),
            original: Some(asked.original.clone()),
            version: u32::try_from(happening.version).ok(),
            draft: draft_of(&happening, &local),
            recurring,
            scopes: scopes_of(&happening.event),
        })
    }
}

fn zone_field(name: &ZoneName) -> ZoneField {
    ZoneField { id: name.to_string(), city: city(name.as_str()) }
}

/// The zone of a person as a form shows and hands it back: `@Europe/Lisbon`, "Ana, Lisbon".
pub(super) fn person_field(person: Option<&Person>, zone: &ZoneName) -> ZoneField {
    let (id, city) = (format!("{THEIRS}{zone}"), city(zone.as_str()));
    let name = person.map(|person| format!("{}, {city}", person.name));
    ZoneField { id, city: name.unwrap_or(city) }
}

/// An occurrence as a form.
pub(super) fn draft_of(happening: &Happening, local: &Local) -> Draft {
    let (event, occurrence) = (&happening.event, &happening.occurrence);
    let filled = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
    let own_notes = event.override_of(occurrence.original).and_then(|o| match &o.change {
        Change::Differs { description, .. } => description.as_deref(),
        Change::Cancelled => None,
    });
    let on_a_date = event.timing.tie.is_all_day();
    let reminders = event.reminders.iter().map(|r| ReminderDraft {
        trigger: words::trigger(r.trigger, on_a_date, &event.timing.length, local),
        channel: r.channel.to_string(),
        nag_min: r.insist.nag.map(Nag::as_minutes),
        alarm: r.insist.alarm,
    });
    Draft {
        title: happening.title().to_string(),
        kind: words::kind(event.kind),
        calendar: event.calendar.to_string(),
        timing: timing_of(event, occurrence, local),
        rule: event.repeats.rules.first().map(ToString::to_string),
        reminders: reminders.collect(),
        place: filled(happening.place()),
        url: filled(&event.url),
        notes: filled(own_notes.unwrap_or(&event.description)),
        person: event.person.as_ref().map(|person| person.id.to_string()),
        notice: event.notice,
        overlap: match event.overlap {
            Wish::Allow => Overlap::Allow,
            Wish::Skip => Overlap::Skip,
            Wish::Buffer => Overlap::Buffer,
        },
    }
}

fn timing_of(event: &Event, occurrence: &Occurrence, local: &Local) -> Timing {
    let (mode, zone) = match &occurrence.tie {
        Tie::AllDay => (TimeMode::AllDay, zone_field(&local.context.machine)),
        Tie::Floating => (TimeMode::Floating, zone_field(&local.context.machine)),
        Tie::Zone(name) => (TimeMode::Zoned, zone_field(name)),
        Tie::Theirs(name) => (TimeMode::Zoned, person_field(event.person.as_ref(), name)),
    };
    let at = occurrence.present.at;
    let all_day = occurrence.tie.is_all_day();
    let once = event.repeats.is_once();
    Timing {
        mode,
        date: at.date().to_string(),
        wall_min: if all_day { 540 } else { local::minutes(at.time()) },
        fold: !all_day && (occurrence.present.fold || folded(occurrence)),
        duration_min: if all_day { 60 } else { duration_of(occurrence, once) },
        days: if all_day { occurrence.length.days.max(1) } else { 1 },
        zone: Some(zone),
    }
}

/// Whether an occurrence stands at the second passing of its wall time.
fn folded(occurrence: &Occurrence) -> bool {
    occurrence.landing == Landing::Folded
        && local::start_in(&occurrence.zone, occurrence.start).fold
}

/// Wall minutes from start to end. Of a series the nominal ones, so that opening it on a day
/// with a change of the clocks alters nothing.
fn duration_of(occurrence: &Occurrence, once: bool) -> i32 {
    let Length { days, seconds } = occurrence.length;
    let nominal = i64::from(days) * 1440 + seconds / 60;
    let end = occurrence.zone.to_datetime(occurrence.end);
    let wall = occurrence.present.at.until(end).ok().and_then(|span| {
        let minutes = span.total((jiff::Unit::Minute, occurrence.present.at)).ok()?;
        Some(minutes.round() as i64).filter(|m| *m >= 0)
    });
    let minutes = if once { wall.unwrap_or(nominal) } else { nominal };
    i32::try_from(minutes).unwrap_or(i32::MAX)
}

/// The time fields understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) start: LocalStart,
    pub(super) all_day: bool,
    pub(super) zone: Option<String>,
    pub(super) length: Length,
}

/// Reads the time fields of a form. `once` says that the event happens once, so that its end is
/// the wall time the person sees.
pub(super) fn placed(timing: &Timing, once: bool, local: &Local) -> Result<Placed, Fault> {
    let date = local::date("timing", &timing.date)?;
    let (zone, clock) = match (timing.mode, &timing.zone) {
        (TimeMode::AllDay, _) => {
            let start = LocalStart::first(date.at(0, 0, 0, 0));
            let length = Length::whole_days(timing.days);
            return Ok(Placed { start, all_day: true, zone: None, length });
        }
        (TimeMode::Floating, _) => (None, local.zone.clone()),
        (TimeMode::Zoned, None) => {
            return Err(Fault::invalid("timing", "a time in a zone needs the zone: choose a city"));
        }
        (TimeMode::Zoned, Some(field)) => {
            let (id, tie): (&str, fn(ZoneName) -> Tie) = match field.id.strip_prefix(THEIRS) {
                Some(id) => (id, Tie::Theirs),
                None => (&field.id, Tie::Zone),
            };
            let name = local.context.zones.check(id);
            let name = name.map_err(|e| Fault::invalid("timing", e.to_string()))?;
            let clock = local.context.zones.zone(&name).0;
            (tie(name).zone_text(), clock)
        }
    };
    let at = local::on("timing", date, timing.wall_min)?;
    let ambiguous = instant(LocalStart::first(at), &clock).1 == Landing::Folded;
    let start = LocalStart { at, fold: timing.fold && ambiguous };
    let length = length_of(timing.duration_min, start, once.then_some(&clock))?;
    Ok(Placed { start, all_day: false, zone, length })
}

/// The length that wall minutes stand for: for what happens once up to the end by the wall, for a
/// series nominal days and exact seconds.
fn length_of(minutes: i32, start: LocalStart, clock: Option<&TimeZone>) -> Result<Length, Fault> {
    if minutes < 0 {
        let message = "the end is before the start: an event ends at or after its start";
        return Err(Fault::invalid("timing", message));
    }
    let nominal = Length { days: minutes / 1440, seconds: i64::from(minutes % 1440) * 60 };
    let Some(clock) = clock else { return Ok(nominal) };
    let end = calendar::timing::shift(start.at, 0, i64::from(minutes) * 60);
    let (from, to) = (instant(start, clock).0, end_after(start, end, clock));
    let exact = to.as_second() - from.as_second();
    let plain = i64::from(minutes) * 60 == exact || exact < 0;
    Ok(if plain { nominal } else { Length { days: 0, seconds: exact } })
}

/// The end's instant: the second of two when the start is the second, too.
fn end_after(start: LocalStart, end: DateTime, clock: &TimeZone) -> jiff::Timestamp {
    let fold = start.fold && instant(LocalStart::first(end), clock).1 == Landing::Folded;
    instant(LocalStart { at: end, fold }, clock).0
}

/// The draft of an event that is as the form says; `known` gives what the form does not show.
pub(super) fn event_draft(
    draft: &Draft,
    known: Option<&Event>,
    local: &Local,
) -> Result<EventDraft, Fault> {
    let placed = placed(&draft.timing, draft.rule.is_none(), local)?;
    let earlier = known.map(EventDraft::from).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok(EventDraft {
        kind: words::kind_code(draft.kind).into(),
        calendar: draft.calendar.clone(),
        title: draft.title.clone(),
        place: text(&draft.place),
        description: text(&draft.notes),
        url: text(&draft.url),
        start: placed.start.text(placed.all_day),
        zone: placed.zone.clone(),
        fold: if earlier.fold == "both" { earlier.fold.clone() } else { String::new() },
        length: Some((placed.length.days, placed.length.seconds)),
        rules: rules_of(draft, known),
        reminders: Some(reminders_of(draft, known, placed.all_day, local)?),
        person: draft.person.clone(),
        notice: if draft.kind == Kind::Renewal { draft.notice } else { 0 },
        overlap: match draft.overlap {
            _ if draft.kind != Kind::Workflow => String::new(),
            Overlap::Allow => String::new(),
            Overlap::Skip => Wish::Skip.code().into(),
            Overlap::Buffer => Wish::Buffer.code().into(),
        },
        ..earlier
    })
}

/// The rules of an event after the form: its own, unless the form's text is another.
pub(super) fn rules_of(draft: &Draft, known: Option<&Event>) -> Vec<String> {
    let rules: Vec<String> = known
        .map(|e| e.repeats.rules.iter().map(ToString::to_string).collect())
        .unwrap_or_default();
    let typed = draft.rule.as_deref().map(str::trim).filter(|text| !text.is_empty());
    match typed {
        Some(text) if rules.first().is_some_and(|first| first == text) => rules,
        Some(text) => vec![text.trim_start_matches("RRULE:").to_string()],
        None => Vec::new(),
    }
}

/// The form's reminders. One that was there before keeps its exact trigger and its own policies,
/// so that saving unchanged fields changes nothing.
pub(super) fn reminders_of(
    draft: &Draft,
    known: Option<&Event>,
    on_a_date: bool,
    local: &Local,
) -> Result<Vec<CheckedLater>, Fault> {
    let mut before: Vec<(Trigger, CheckedLater)> = Vec::new();
    if let Some(event) = known.filter(|e| e.timing.tie.is_all_day() == on_a_date) {
        before.extend(event.reminders.iter().map(|r| {
            let shown = words::trigger(r.trigger, on_a_date, &event.timing.length, local);
            (shown, CheckedLater::from(r))
        }));
    }
    let each = draft.reminders.iter().enumerate().map(|(place, reminder)| {
        let nag = reminder.nag_min.map(Nag::minutes).transpose();
        let nag = nag.map_err(|e| Fault::invalid(format!("reminders.{place}"), e.to_string()))?;
        let nag = nag.map(|nag| nag.to_string());
        let same = before
            .iter()
            .position(|(shown, r)| *shown == reminder.trigger && r.channel == reminder.channel);
        if let Some(same) = same {
            // Two may look alike in the form; each is taken once.
            let kept = before.swap_remove(same).1;
            return Ok(CheckedLater { nag, alarm: reminder.alarm, ..kept });
        }
        let when = when_of(&reminder.trigger, on_a_date, draft.kind, local)
            .map_err(|message| Fault::invalid(format!("reminders.{place}"), message))?;
        let channel = reminder.channel.clone();
        let (trigger, alarm) = (when.to_string(), reminder.alarm);
        Ok(CheckedLater { trigger, channel, nag, alarm, ..CheckedLater::default() })
    });
    each.collect()
}

fn when_of(trigger: &Trigger, on_a_date: bool, kind: Kind, local: &Local) -> Result<When, String> {
    match trigger {
        Trigger::Offset { minutes } => Ok(words::when_of(*minutes, on_a_date, kind, local)),
        Trigger::Day { days, wall_min } => {
            let minutes = days.saturating_mul(1440).saturating_add(*wall_min);
            let hour = i32::from(local.context.all_day_hour) * 60;
            // Of what is no longer on a date it is as far from the start as it was from that hour.
            Ok(match on_a_date {
                true => words::when_on(minutes),
                false => words::when_of(minutes.saturating_sub(hour), false, kind, local),
            })
        }
        Trigger::At { date, wall_min } => {
            let date = local::date("", date).map_err(|fault| fault.message)?;
            let at = local::on("", date, *wall_min).map_err(|fault| fault.message)?;
            Ok(When::At(local.at(at)))
        }
        Trigger::Snooze | Trigger::Nag | Trigger::Test => {
            Err("a form's reminder is at an offset or at a moment".to_string())
        }
    }
}
