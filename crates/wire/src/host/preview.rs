//! What Rust says about a draft while it is filled in. Nothing is written.

use calendar::{
    draft::{Check, EventDraft, Origin},
    event::Event,
    id::EventId,
    occurrence::Occurrence,
    person::Person,
    plan::due,
    recurrence::{Language, Rule},
    timing::{Landing, LocalStart, Tie, later},
};
use jiff::{
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

use super::{
    EngineHost,
    faults::{id, wire_name},
    form::event_draft,
    local::{Local, abbreviation, city, passings, wall},
};
use crate::{
    dto::{DraftPreview, FieldText, PreviewDate, PreviewQuery, ReminderPreview, Shift},
    fault::Fault,
};

/// How many dates are shown.
const NEXT: usize = 5;
const FARTHEST: i64 = 36_600 * 86_400;
/// An id for an event that is not there yet.
const NOBODY: EventId = EventId::from_bytes([0; 16]);

impl EngineHost {
    pub(super) fn draft_preview(&self, asked: &PreviewQuery) -> Result<DraftPreview, Fault> {
        let local = self.local()?;
        let known = match &asked.event {
            Some(text) => Some(self.engine.event(id("event", text)?)?.event),
            None => None,
        };
        let draft = match event_draft(&asked.draft, known.as_ref(), &local) {
            Ok(draft) => draft,
            Err(fault) => return Ok(refused_outright(fault)),
        };
        let person = self.person_of(&draft)?;
        let (event, refused) = checked(&draft, person, &local);
        let Some(event) = event else { return Ok(DraftPreview { refused, ..nothing() }) };
        let (next, more) = next_dates(&event, &local);
        let bare = refused.iter().any(|r| r.field.starts_with("reminders"));
        Ok(DraftPreview {
            sentence: sentence_of(&draft),
            notes: notes(&event, &next, &local),
            reminders: if bare { Vec::new() } else { self.rings(&event, &next, &local)? },
            fold: next.first().and_then(folds),
            past: event
                .occurrence(&local.context, first_start(&event))
                .is_some_and(|first| over(&first, &local)),
            next: dates(&next, &local),
            more,
            refused,
        })
    }

    /// When each reminder rings for the next occurrence, and what would keep it from ringing.
    fn rings(
        &self,
        event: &Event,
        next: &[Occurrence],
        local: &Local,
    ) -> Result<Vec<ReminderPreview>, Fault> {
        let missed = self.engine.silence()?.missed(event, &local.context, next, local.now);
        let ring = |(place, reminder): (usize, &calendar::reminder::Reminder)| {
            let at = next.first().map(|o| due(&local.context, o, event.trigger(reminder)));
            let missed = missed.iter().find(|(of, _)| *of == place);
            ReminderPreview {
                due: at.map(|at| local.moment(at)),
                passed: at.is_some_and(|at| at <= local.now),
                missed: missed.map(|(_, why)| why.clone()),
            }
        };
        Ok(event.reminders.iter().enumerate().map(ring).collect())
    }

    fn person_of(&self, draft: &EventDraft) -> Result<Option<Person>, Fault> {
        let Some(wanted) = &draft.person else { return Ok(None) };
        let people = self.engine.people()?;
        Ok(people.into_iter().map(|row| row.person).find(|p| p.id.to_string() == *wanted))
    }
}

fn nothing() -> DraftPreview {
    DraftPreview {
        sentence: None,
        next: Vec::new(),
        more: false,
        notes: Vec::new(),
        refused: Vec::new(),
        reminders: Vec::new(),
        fold: None,
        past: false,
    }
}

fn refused_outright(fault: Fault) -> DraftPreview {
    let field = fault.field.unwrap_or_default();
    DraftPreview { refused: vec![FieldText { field, text: fault.message }], ..nothing() }
}

fn sentence_of(draft: &EventDraft) -> Option<String> {
    let rule = Rule::parse(draft.rules.first()?).ok()?;
    Some(rule.sentence(Language::English))
}

/// The event a draft stands for, with everything that is wrong with it: each refused field is
/// mended in a copy until the rest can be looked at, too.
fn checked(
    draft: &EventDraft,
    person: Option<Person>,
    local: &Local,
) -> (Option<Event>, Vec<FieldText>) {
    let mut draft = draft.clone();
    let mut refused = Vec::new();
    let check =
        Check { zones: &local.context.zones, person: person.clone(), origin: Origin::Outside };
    // Each turn mends another field, and there are not more of them.
    for _ in 0..8 {
        let error = match draft.check(NOBODY, NOBODY, &check) {
            Ok(event) => match event.check_rules(&local.context) {
                Ok(()) => return (Some(event), refused),
                Err(error) => error,
            },
            Err(error) => error,
        };
        let field = match error.field {
            "reminders" => format!("reminders.{}", first_refused(&draft, &check)),
            other => wire_name(other).to_string(),
        };
        refused.push(FieldText { field, text: error.message });
        match error.field {
            "title" => draft.title = "…".into(),
            "rrule" => draft.rules.clear(),
            "reminders" => draft.reminders = Some(Vec::new()),
            "person" => {
                draft.person = None;
                draft.kind = "note".into();
            }
            "place" => draft.place.clear(),
            "description" => draft.description.clear(),
            "url" => draft.url.clear(),
            _ => return (None, refused),
        }
    }
    (None, refused)
}

/// The first reminder without which the ones before it would pass.
fn first_refused(draft: &EventDraft, check: &Check<'_>) -> usize {
    let all = draft.reminders.clone().unwrap_or_default();
    let passes = |count: usize| {
        let some = EventDraft { reminders: Some(all[..count].to_vec()), ..draft.clone() };
        !matches!(some.check(NOBODY, NOBODY, check), Err(e) if e.field == "reminders")
    };
    (0..all.len()).find(|place| !passes(place + 1)).unwrap_or(0)
}

fn first_start(event: &Event) -> LocalStart {
    let fold = event.timing.fold == calendar::timing::Fold::Second;
    LocalStart { at: event.timing.start, fold }
}

fn over(occurrence: &Occurrence, local: &Local) -> bool {
    let end = if occurrence.tie.is_all_day() { occurrence.end } else { occurrence.start };
    end <= local.now
}

/// The next five from now on; of something that is over the first.
fn next_dates(event: &Event, local: &Local) -> (Vec<Occurrence>, bool) {
    let from = later(local.now, -i64::from(event.timing.length.days.min(1)) * 86_400);
    let found = event.occurrences(&local.context, from, later(from, FARTHEST), NEXT + 3);
    let ahead = found.items.into_iter().filter(|o| !over(o, local));
    let mut next: Vec<Occurrence> = ahead.take(NEXT + 1).collect();
    if next.is_empty() {
        next.extend(event.occurrence(&local.context, first_start(event)));
    }
    let more = next.len() > NEXT;
    next.truncate(NEXT);
    (next, more)
}

fn dates(next: &[Occurrence], local: &Local) -> Vec<PreviewDate> {
    let mut before: Option<&Occurrence> = None;
    let mut dates = Vec::with_capacity(next.len());
    for occurrence in next {
        dates.push(date_of(occurrence, before, local));
        before = Some(occurrence);
    }
    dates
}

fn date_of(occurrence: &Occurrence, before: Option<&Occurrence>, local: &Local) -> PreviewDate {
    if occurrence.tie.is_all_day() {
        let date = occurrence.present.at.date().to_string();
        let wall = crate::dto::Wall { date, wall_min: None };
        return PreviewDate { wall, here: None, zone: None, shift: Shift::None };
    }
    let (zone, at) = (&occurrence.zone, occurrence.start);
    let there = wall(zone.to_datetime(at));
    let here = Some(local.wall(at)).filter(|here| *here != there);
    let moved = before.is_some_and(|b| b.zone.to_offset(b.start) != zone.to_offset(at));
    let shift = match occurrence.landing {
        Landing::Shifted => Shift::Gap,
        Landing::Folded => Shift::Fold,
        Landing::Plain if moved => Shift::Offset,
        Landing::Plain => Shift::None,
    };
    PreviewDate { wall: there, here, zone: Some(abbreviation(zone, at)), shift }
}

fn folds(occurrence: &Occurrence) -> Option<[String; 2]> {
    let timed = !occurrence.tie.is_all_day();
    timed.then(|| passings(occurrence.present.at, &occurrence.zone)).flatten()
}

/// What the clocks do to the next dates, and of a contract that it is too late to be told, in
/// sentences.
fn notes(event: &Event, next: &[Occurrence], local: &Local) -> Vec<FieldText> {
    let untold = engine::notice::untold(event, &local.context, next, local.now);
    let untold = untold.map(|text| FieldText { field: "notice".into(), text });
    untold.into_iter().chain(clock_notes(event, next, local)).collect()
}

fn clock_notes(event: &Event, next: &[Occurrence], local: &Local) -> Vec<FieldText> {
    let place = match &event.timing.tie {
        Tie::Zone(name) | Tie::Theirs(name) => city(name.as_str()),
        Tie::Floating => city(local.context.machine.as_str()),
        Tie::AllDay => return Vec::new(),
    };
    let note = |o: &Occurrence| clock_note(o.present.at, &o.zone, &place, local);
    let texts = next.iter().filter(|o| o.landing != Landing::Plain).filter_map(note);
    texts.map(|text| FieldText { field: "timing".into(), text }).collect()
}

/// "29 March", with the year when it is another one.
pub(super) fn day_words(date: Date, local: &Local) -> String {
    let this_year = date.year() == local.today().year();
    date.strftime(if this_year { "%-d %B" } else { "%-d %B %Y" }).to_string()
}

/// "02:30 does not exist on 29 March in Berlin → 03:30"; nothing for a time that exists once.
pub(super) fn clock_note(
    at: DateTime,
    zone: &TimeZone,
    place: &str,
    local: &Local,
) -> Option<String> {
    let day = day_words(at.date(), local);
    let clock = at.strftime("%H:%M");
    match zone.to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => {
            let landed = calendar::timing::instant(LocalStart::first(at), zone).0;
            let landed = zone.to_datetime(landed).strftime("%H:%M").to_string();
            Some(format!("{clock} does not exist on {day} in {place} → {landed}"))
        }
        AmbiguousOffset::Fold { .. } => {
            let names = passings(at, zone)?;
            Some(format!("{clock} comes twice on {day} in {place}: {} and {}", names[0], names[1]))
        }
    }
}
