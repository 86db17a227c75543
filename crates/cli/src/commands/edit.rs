//! `carillon edit`: any field of an event, of one occurrence, or of one and all that follow.

use calendar::{
    draft::{EventDraft, OverrideDraft, ReminderDraft},
    event::{Change, Event},
    halves::Halves,
    occurrence::Occurrence,
    reminder::Reminder,
    timing::{LocalStart, Tie, instant, shift},
    zones::ZoneName,
};
use engine::{
    events::{Placement, Save, Scope, moved_series},
    ledger::person::PersonRow,
    message::spoken,
};
use serde::Serialize;

use super::{
    add::{Reminding, passed, reminders, their_zone},
    event::{EffectShape, Shape, View, cancelled},
    series::{self, Meant, meant, own_zone},
};
use crate::{
    answer::Answer,
    args::Edit,
    failure::Failure,
    session::Session,
    times::{self, Reading},
    words,
};

#[derive(Serialize)]
struct Edited {
    #[serde(flatten)]
    event: Shape,
    #[serde(flatten)]
    effect: EffectShape,
    scope: Scope,
    /// The event that ends where this one begins now.
    #[serde(skip_serializing_if = "Option::is_none")]
    parted_from: Option<String>,
    /// The occurrence that was changed alone, as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Changed>,
    /// How many exceptions went, whose days the new rule has not.
    #[serde(skip_serializing_if = "is_none")]
    exceptions_dropped: usize,
    /// What is other than it was written, one sentence each.
    remarks: Vec<String>,
}

const fn is_none(count: &usize) -> bool {
    *count == 0
}

/// One occurrence as JSON.
#[derive(Serialize)]
struct Changed {
    original: String,
    start: String,
    title: String,
    place: String,
    notes: String,
}

impl Changed {
    fn of(session: &Session, event: &Event, one: &Occurrence) -> Option<Self> {
        let one = event.occurrence(&session.context, one.original)?;
        let own = event.override_of(one.original).map(|o| &o.change);
        let (title, place, notes) = match own {
            Some(Change::Differs { title, place, description, .. }) => (title, place, description),
            Some(Change::Cancelled) | None => (&None, &None, &None),
        };
        let or = |own: &Option<String>, usual: &str| own.as_deref().unwrap_or(usual).to_string();
        Some(Self {
            original: series::original(session, event, &one),
            start: one.label(),
            title: or(title, &event.title),
            place: or(place, &event.place),
            notes: or(notes, &event.description),
        })
    }

    /// Its lines for people; the rest is as in its series.
    fn lines(&self) -> String {
        let mut rows = vec![["  when".to_string(), words::label(&self.start)]];
        for (name, text) in [("  place", &self.place), ("  notes", &self.notes)] {
            rows.extend(text.lines().map(|line| [name.to_string(), line.to_string()]));
        }
        words::columns(&rows)
    }
}

/// Where and how long, as far as it was said.
pub struct Placing<'a> {
    /// The time, and the argument it was given for.
    pub at: Option<(&'a str, &'a str)>,
    pub zone: Option<&'a str>,
    /// The zone of the person whose time it is to be in.
    pub zone_of: Option<ZoneName>,
    pub floating: bool,
    pub length: Option<&'a str>,
    /// A start in the past is meant.
    pub past: bool,
}

pub fn run(session: &Session, asked: &Edit) -> Result<Answer, Failure> {
    if !says_something(asked) {
        let message = "nothing is to be changed: say what with --title, --at, --zone, --zone-of, --for, --rrule, --remind, --notice, --overlap, --place, --notes or --calendar";
        return Err(Failure::usage("id", message));
    }
    let meant = meant(session, &asked.which)?;
    let (save, exceptions_dropped) = saved_as(session, asked, &meant)?;
    let saved = session.engine.save_event(&save)?;
    let id = saved.event.parse().map_err(|e| Failure::failed(format!("{e}")))?;
    let row = session.engine.event(id)?;
    let view = View::new(session, &row, session.engine.now().wall)?;
    let changed = match (meant.scope, &meant.occurrence) {
        (Scope::This, Some(one)) => Changed::of(session, &row.event, one),
        (Scope::This | Scope::Following | Scope::All, _) => None,
    };
    let (title, lines) = match &changed {
        Some(one) => (&one.title, one.lines()),
        None => (&row.event.title, view.lines()),
    };
    let said = cancelled(&saved.effect);
    let mut text = format!("Changed {}{said}\n{lines}", meant.words_as(title));
    if exceptions_dropped > 0 {
        let count = words::count(exceptions_dropped, "exception");
        text.push_str(&format!("{count} went with the old days.\n"));
    }
    text.push_str(&series::goes_on(&saved));
    let remarks = view.remarks();
    for line in &remarks {
        text.push_str(&format!("{line}.\n"));
    }
    passed(session, &saved.effect.passed).iter().for_each(|line| text.push_str(line));
    if !row.event.reminders.is_empty() {
        text.push_str(&session.warning());
    }
    let effect = EffectShape::of(&saved.effect);
    let (scope, parted_from) = (meant.scope, saved.parted_from);
    let event = view.shape();
    let edited = Edited { event, effect, scope, parted_from, changed, exceptions_dropped, remarks };
    Ok(Answer::new(text, &edited))
}

fn is_placed(words: &Edit) -> bool {
    words.at.is_some()
        || words.zone.is_some()
        || words.zone_of.is_some()
        || words.floating
        || words.length.is_some()
}

fn is_reminding(words: &Edit) -> bool {
    !(words.remind.is_empty() && words.channel.is_empty())
        || words.use_by.is_some()
        || words.collapse.is_some()
        || words.insist.is_said()
}

fn has_terms(words: &Edit) -> bool {
    words.terms.notice.is_some() || words.terms.overlap.is_some()
}

fn says_something(words: &Edit) -> bool {
    is_placed(words)
        || is_reminding(words)
        || has_terms(words)
        || [&words.title, &words.rrule, &words.calendar, &words.place, &words.notes]
            .iter()
            .any(|field| field.is_some())
}

fn placing<'a>(words: &'a Edit, theirs: Option<&Theirs>) -> Placing<'a> {
    Placing {
        at: words.at.as_deref().map(|text| (text, "at")),
        zone: words.zone.as_deref(),
        zone_of: theirs.map(|(_, zone)| zone.clone()),
        floating: words.floating,
        length: words.length.as_deref(),
        past: words.past,
    }
}

/// A person and their zone.
type Theirs = (PersonRow, ZoneName);

/// Whose time it is to be in, if that was said.
fn theirs(session: &Session, words: &Edit) -> Result<Option<Theirs>, Failure> {
    words.zone_of.as_ref().map(|name| their_zone(session, name)).transpose()
}

/// The change as the engine takes it, and how many exceptions go with it.
fn saved_as(session: &Session, words: &Edit, meant: &Meant) -> Result<(Save, usize), Failure> {
    let (id, based_on) = (Some(meant.row.event.id), Some(meant.row.version));
    let save = |draft, following| Save { id, draft, based_on, following, ..Save::default() };
    let event = &meant.row.event;
    if event.kind.is_of_person() && (is_placed(words) || words.rrule.is_some()) {
        let message = format!("a {} is on its date: change the person's instead", event.kind);
        return Err(Failure::invalid("at", message));
    }
    let whole = |of: &Event, one: Option<&Occurrence>, following| {
        let draft = all_of(session, words, of, one)?;
        let (draft, gone) = match words.rrule {
            Some(_) => session.engine.without_old_days(of, draft)?,
            None => (draft, 0),
        };
        Ok((save(draft, following), gone))
    };
    match (meant.scope, &meant.occurrence) {
        (Scope::This, Some(one)) => Ok((save(only_this(session, words, event, one)?, None), 0)),
        (Scope::Following, Some(one)) => {
            match event.halves(&session.context, one.original).map_err(engine::Error::from)? {
                Halves::Whole => whole(event, Some(one), None),
                Halves::Two(_, rest) => whole(&rest, Some(one), Some(one.original)),
            }
        }
        (Scope::All, one) => whole(event, one.as_ref(), None),
        (Scope::This | Scope::Following, None) => {
            Err(series::unnamed(session, event, "one of it is meant: name it with --occurrence"))
        }
    }
}

/// The series in which one occurrence differs.
fn only_this(
    session: &Session,
    words: &Edit,
    event: &Event,
    one: &Occurrence,
) -> Result<EventDraft, Failure> {
    for (is_said, field, what) in [
        (is_reminding(words), "remind", "the reminders"),
        (words.rrule.is_some(), "rrule", "the repetition"),
        (words.calendar.is_some(), "calendar", "the calendar"),
        (words.terms.notice.is_some(), "notice", "the notice"),
        (words.terms.overlap.is_some(), "overlap", "the overlap"),
    ] {
        if is_said {
            let message = format!(
                "{what} of one occurrence cannot differ from the series: say --scope following or --scope all"
            );
            return Err(Failure::invalid(field, message));
        }
    }
    let theirs = theirs(session, words)?;
    let of = event.person.as_ref().map(|person| person.id);
    if let Some((other, _)) = theirs.as_ref().filter(|(row, _)| Some(row.person.id) != of) {
        let message = format!(
            "one occurrence alone cannot be of {}: say --scope following or --scope all",
            other.person.name
        );
        return Err(Failure::invalid("zone-of", message));
    }
    let to = placement(session, event, one, &placing(words, theirs.as_ref()))?;
    let mut draft = EventDraft::from(event);
    let original = one.original.text(event.timing.tie.is_all_day());
    let known = draft.overrides.iter().find(|o| o.original == original && !o.cancelled).cloned();
    let known = known.unwrap_or_default();
    let own = |said: &Option<String>, known: Option<String>, usual: &str| match said {
        Some(text) => (text.trim() != usual.trim()).then(|| text.clone()),
        None => known,
    };
    if words.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
        return Err(Failure::invalid("title", "the title is empty: an event needs one"));
    }
    let changed = OverrideDraft {
        original: original.clone(),
        cancelled: false,
        start: to.start.text(to.all_day),
        zone: to.zone,
        length: to.length,
        title: own(&words.title, known.title, &event.title),
        place: own(&words.place, known.place, &event.place),
        description: own(&words.notes, known.description, &event.description),
    };
    draft.overrides.retain(|o| o.original != original);
    draft.overrides.push(changed);
    Ok(draft)
}

/// The event with its fields changed, moved as far as the occurrence was.
fn all_of(
    session: &Session,
    words: &Edit,
    event: &Event,
    one: Option<&Occurrence>,
) -> Result<EventDraft, Failure> {
    let rules = words.rrule.as_ref().map(|text| match text.as_str() {
        "none" | "" => Vec::new(),
        rule => vec![rule.to_string()],
    });
    let theirs = theirs(session, words)?;
    let mut draft = if is_placed(words) {
        let one = match one {
            Some(one) => one.clone(),
            None => series::first(session, event)?,
        };
        let to = placement(session, event, &one, &placing(words, theirs.as_ref()))?;
        moved_series(&session.context.zones, event, &one, &to, rules.as_deref())?
    } else {
        EventDraft::from(event)
    };
    if let Some((row, _)) = theirs {
        draft.person = Some(row.person.id.to_string());
    }
    if let Some(rules) = rules {
        if rules.is_empty() {
            (draft.rdates, draft.exdates, draft.overrides) = (vec![], vec![], vec![]);
        }
        draft.rules = rules;
    }
    let replace = |field: &mut String, said: &Option<String>| {
        if let Some(text) = said {
            field.clone_from(text);
        }
    };
    replace(&mut draft.title, &words.title);
    replace(&mut draft.place, &words.place);
    replace(&mut draft.description, &words.notes);
    if let Some(name) = &words.calendar {
        draft.calendar = session.calendar(name)?.id.to_string();
    }
    if let Some(days) = words.terms.notice {
        draft.notice = days;
    }
    if let Some(overlap) = words.terms.overlap {
        draft.overlap = overlap.code().into();
    }
    if is_reminding(words) {
        draft.reminders = Some(reminding(session, words, event)?);
    }
    Ok(draft)
}

/// The reminders as they are to be: new ones, or those there are with other policies.
fn reminding(
    session: &Session,
    words: &Edit,
    event: &Event,
) -> Result<Vec<ReminderDraft>, Failure> {
    let Edit { remind, channel, use_by, collapse, insist, .. } = words;
    if remind.is_empty() && channel.is_empty() {
        let policy = |r: &Reminder| {
            ReminderDraft::from(&Reminder {
                use_by: use_by.or(r.use_by),
                collapse: collapse.or(r.collapse),
                insist: insist.over(r.insist),
                ..r.clone()
            })
        };
        return Ok(event.reminders.iter().map(policy).collect());
    }
    if channel.is_empty() && matches!(remind.as_slice(), [none] if none == "none") {
        return Ok(Vec::new());
    }
    let (mut usual, mut there) = (Vec::new(), Vec::new());
    for reminder in &event.reminders {
        if !usual.contains(&reminder.trigger) {
            usual.push(reminder.trigger);
        }
        let row = session.engine.channels()?.into_iter().find(|row| row.id == reminder.channel);
        there.extend(row.map(|row| row.name).filter(|name| !there.contains(name)));
    }
    let channel = if channel.is_empty() { &there } else { channel };
    let own = own_zone(session, event);
    let reading = Reading {
        field: "remind",
        zones: &session.context.zones,
        zone: words.zone.as_deref(),
        machine: &own,
    };
    let said = Reminding {
        remind,
        channel,
        use_by: *use_by,
        collapse: *collapse,
        insist: *insist,
        by_end_of_day: event.timing.tie.is_all_day() && event.kind.code() == "deadline",
    };
    Ok(reminders(session, &said, usual, reading)?.unwrap_or_default())
}

/// Where an occurrence goes. What was not said stays as it is.
pub fn placement(
    session: &Session,
    event: &Event,
    one: &Occurrence,
    said: &Placing<'_>,
) -> Result<Placement, Failure> {
    let context = &session.context;
    let zone_of = said.zone_of.as_ref().map(ZoneName::as_str);
    if event.kind.is_of_person() && (said.at.is_some() || said.zone.or(zone_of).is_some()) {
        let message = format!("a {} is on its date: change the person's instead", event.kind);
        return Err(Failure::invalid("at", message));
    }
    let named = said.zone.is_some() || said.at.is_some_and(|(text, _)| text.contains('['));
    let own = one.tie.zone().unwrap_or(&context.machine).clone();
    let field = said.at.map_or("zone", |(_, field)| field);
    let named_zone = zone_of.or(said.zone);
    let reading = Reading { field, zones: &context.zones, zone: named_zone, machine: &own };
    let (start, all_day, zone) = match said.at {
        Some((text, _)) => {
            let given = reading.read(text)?;
            (given.local, given.is_date, given.zone)
        }
        None => {
            let zone = named_zone.map(|name| reading.named(name)).transpose()?.unwrap_or(own);
            (one.present, one.tie.is_all_day(), zone)
        }
    };
    if let Some((_, field)) = said.at.filter(|_| !said.past) {
        refuse_past(session, one, (start, all_day), &zone)
            .map_err(|why| Failure::invalid(field, why))?;
    }
    if all_day && (named_zone.is_some() || said.floating) {
        let message = "a whole day has no zone of its own: give a time with --at as well";
        let field = if zone_of.is_some() { "zone-of" } else { "zone" };
        return Err(Failure::usage(if said.floating { "floating" } else { field }, message));
    }
    let stays_floating = one.tie == Tie::Floating && !named && zone_of.is_none();
    // What is in a person's time stays so, unless a zone is named.
    let is_theirs = zone_of.is_some() || (matches!(one.tie, Tie::Theirs(_)) && !named);
    let tie = if is_theirs { Tie::Theirs(zone) } else { Tie::Zone(zone) };
    let zone = tie.zone_text().filter(|_| !(all_day || said.floating || stays_floating));
    let was = one.length;
    let length = match said.length {
        Some(text) => times::length("for", text)?,
        None if all_day == one.tie.is_all_day() => was,
        None if all_day => calendar::timing::Length::whole_days(1),
        None => match event.kind.defaults() {
            usual if usual.all_day => calendar::timing::Length::minutes(60),
            usual => usual.length,
        },
    };
    Ok(Placement { start, all_day, zone, length: (length.days, length.seconds) })
}

/// What is ahead goes to the past only if that is meant; what is past already may be put right.
fn refuse_past(
    session: &Session,
    one: &Occurrence,
    (start, all_day): (LocalStart, bool),
    zone: &ZoneName,
) -> Result<(), String> {
    let (now, context) = (session.engine.now().wall, &session.context);
    let (from, place) = match all_day {
        // A whole day of today has begun and is not over.
        true => (LocalStart::first(shift(start.at, 1, 0)), context.machine_zone()),
        false => (start, context.zones.zone(zone).0),
    };
    let at = instant(from, &place).0;
    if at > now || one.start <= now {
        return Ok(());
    }
    let when = match all_day {
        true => words::date(start.at.date()),
        false => spoken(at, &place),
    };
    Err(format!("{when} is in the past: say that this is meant with --past"))
}
