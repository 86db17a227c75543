//! What must hold for any bytes: nothing panics, nothing hangs, and what was understood is
//! consistent with itself.

use std::sync::LazyLock;

use calendar::{
    draft::{Check, EventDraft, Origin},
    event::Event,
    ics::{self, Alarmless, ImportedEvent, ReadContext, WriteContext},
    id::{CalendarId, EventId, PersonId},
    occurrence::Context,
    person::Person,
    policy::LeapDay,
    quick_add::{self, Known, Span},
    recurrence::{Language, Rule, Series},
    vcard,
    zones::Zones,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, date},
    tz::{TimeZone, TimeZoneDatabase},
};

const TODAY: Date = date(2026, 11, 22);
/// So many occurrences are walked from each place.
const STEPS: usize = 12;

/// What reads text from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The text of a recurrence rule.
    Rrule,
    /// A calendar file.
    Ics,
    /// A file of cards.
    Vcf,
    /// A line of quick add.
    Quick,
}

impl Target {
    /// All of them, by the names the command line has for them.
    pub const ALL: [(&'static str, Target); 4] = [
        ("rrule", Target::Rrule),
        ("ics", Target::Ics),
        ("vcf", Target::Vcf),
        ("quick", Target::Quick),
    ];

    /// Reads the bytes and checks what must hold.
    ///
    /// # Panics
    /// When something does not.
    pub fn try_on(self, bytes: &[u8]) {
        match self {
            Target::Rrule => rrule(&String::from_utf8_lossy(bytes)),
            Target::Ics => ics_file(bytes),
            Target::Vcf => vcf_file(bytes),
            Target::Quick => quick(&String::from_utf8_lossy(bytes)),
        }
    }
}

fn context() -> &'static Context {
    static CONTEXT: LazyLock<Context> = LazyLock::new(|| {
        let zones = Zones::new(TimeZoneDatabase::bundled(), "bundled");
        let machine = zones.check("Europe/Berlin").expect("a zone");
        Context { zones, machine, all_day_hour: 9 }
    });
    &CONTEXT
}

fn zone() -> &'static TimeZone {
    static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
        let context = context();
        context.zones.zone(&context.machine).0
    });
    &ZONE
}

/// A rule that is taken is written as it was read, and walked forwards without end of patience.
fn rrule(text: &str) {
    let Ok(rule) = Rule::parse(text) else { return };
    let written = rule.to_string();
    assert_eq!(Rule::parse(&written).as_ref(), Ok(&rule), "{written}");
    for language in [Language::English, Language::German] {
        assert!(!rule.sentence(language).is_empty(), "{written}");
    }
    let leap = date(2024, 2, 29).at(2, 30, 0, 0);
    walk(&Series::new(leap, vec![rule.clone()]), Some(zone()));
    walk(&Series::all_day(leap, vec![rule.clone()]), None);
    if let Some(lowered) = rule.without_skip(leap) {
        let same = |rule: &Rule| -> Vec<DateTime> {
            Series::new(leap, vec![rule.clone()]).from(leap, None).take(STEPS).collect()
        };
        assert_eq!(same(&lowered), same(&rule), "{written} without SKIP is {lowered}");
    }
}

fn walk(series: &Series, zone: Option<&TimeZone>) {
    for from in
        [series.dtstart(), date(2026, 11, 22).at(3, 0, 0, 0), date(9990, 1, 1).at(0, 0, 0, 0)]
    {
        let found: Vec<DateTime> = series.from(from, zone).take(STEPS).collect();
        assert!(found.windows(2).all(|pair| pair[0] < pair[1]), "{series:?}");
        assert!(found.iter().all(|at| *at >= from), "{series:?}");
        if let [first, second, ..] = found[..] {
            assert!(series.is_instance(first, zone), "{first} {series:?}");
            assert_eq!(series.after(first, zone).next(), Some(second), "{series:?}");
        }
    }
}

fn read_ics(bytes: &[u8]) -> ics::Import {
    let ctx = ReadContext {
        zones: &context().zones,
        calendar: CalendarId::FIRST,
        today: TODAY,
        alarmless: Alarmless::Silent,
    };
    ics::read(bytes, &ctx)
}

fn checked(imported: &ImportedEvent) -> Event {
    let id = EventId::from_bytes([0; 16]);
    let check = Check { zones: &context().zones, person: None, origin: Origin::Outside };
    imported.draft.check(id, id, &check).expect("what is imported is valid")
}

/// What is imported is valid, and written out no event is lost, renamed, moved or made to repeat
/// otherwise. (Of files that are right all is kept: a test of the calendar's own says so.)
fn ics_file(bytes: &[u8]) {
    // Parts of a series come after all others, wherever they stand.
    let sorted = |bytes: &[u8]| {
        let mut import = read_ics(bytes);
        import.events.sort_by(|a, b| a.uid.cmp(&b.uid));
        import
    };
    let first = sorted(bytes);
    // Of two calendars in one file each may have an event of this name; here they come into one.
    if first.events.windows(2).any(|two| two[0].uid == two[1].uid) {
        return;
    }
    let events: Vec<Event> = first.events.iter().map(checked).collect();
    let outgoing = |(imported, event)| outgoing(imported, event);
    let outgoing: Vec<_> = first.events.iter().zip(&events).map(outgoing).collect();
    let name = first.name.as_deref().unwrap_or("");
    let written = ics::write(
        &outgoing,
        &WriteContext { zones: &context().zones, name, today: TODAY, all_day_hour: 9 },
    );
    let second = sorted(written.as_bytes());
    assert_eq!(first.events.len(), second.events.len(), "{written}\n{:?}", second.remarks);
    for (before, after) in events.iter().zip(&second.events) {
        let told = |event: &Event| {
            let draft = EventDraft::from(event);
            (draft.kind, draft.title, draft.start, draft.zone, draft.rules, draft.rdates)
        };
        assert_eq!(told(before), told(&checked(after)), "{written}");
    }
}

fn outgoing<'a>(imported: &'a ImportedEvent, event: &'a Event) -> ics::Outgoing<'a> {
    ics::Outgoing {
        uid: &imported.uid,
        sequence: imported.sequence,
        stamp: imported.stamp.unwrap_or(Timestamp::UNIX_EPOCH),
        edited: false,
        person: None,
        event,
        part_of: imported.part_of.as_deref(),
        extra: &imported.extra,
    }
}

/// Whoever is imported has a name and dates that are some, and written out reads the same.
fn vcf_file(bytes: &[u8]) {
    let zones = &context().zones;
    let first = vcard::read(bytes, zones);
    let people: Vec<Person> = first
        .people
        .iter()
        .map(|person| Person {
            id: PersonId::from_bytes([0; 16]),
            name: person.name.clone(),
            zone: person.zone.as_deref().map(|name| zones.check(name).expect("a known zone")),
            leap_day: person.leap_day.unwrap_or(LeapDay::Backward),
        })
        .collect();
    let outgoing = first.people.iter().zip(&people).map(|(imported, person)| vcard::Outgoing {
        uid: &imported.uid,
        person,
        birthday: imported.birthday.as_deref(),
        anniversary: imported.anniversary.as_deref(),
        edited: vcard::Edited::No,
        extra: &imported.extra,
    });
    let written = vcard::write(&outgoing.collect::<Vec<_>>());
    let second = vcard::read(written.as_bytes(), zones);
    let told = |cards: &vcard::Cards| -> Vec<_> {
        let one = |p: &vcard::ImportedPerson| {
            (
                p.uid.clone(),
                p.name.clone(),
                p.zone.clone(),
                p.birthday.clone(),
                p.anniversary.clone(),
            )
        };
        cards.people.iter().map(one).collect()
    };
    assert_eq!(told(&first), told(&second), "{written}");
}

/// A line is read as a valid event or refused in words, and what is marked stands in it.
fn quick(text: &str) {
    let people = [Person {
        id: PersonId::from_bytes([7; 16]),
        name: "Ana".into(),
        zone: context().zones.check("Europe/Lisbon").ok(),
        leap_day: LeapDay::Backward,
    }];
    let calendars = [(CalendarId::FIRST, "Home".to_owned())];
    let now = "2026-11-22T11:00:00Z".parse().expect("a moment");
    let birthdays = [(PersonId::from_bytes([7; 16]), 2, 29)];
    let known = Known {
        context: context(),
        now,
        people: &people,
        birthdays: &birthdays,
        calendars: &calendars,
    };
    match quick_add::read(text, &known) {
        Ok(reading) => {
            stand_in(text, &reading.spans);
            assert!(!reading.draft.title.trim().is_empty() && !reading.echo.is_empty(), "{text}");
        }
        Err(refusal) => {
            stand_in(text, &refusal.spans);
            assert!(text.get(refusal.place.bytes.clone()).is_some(), "{text}: {refusal:?}");
            assert!(!refusal.message.is_empty(), "{text}");
        }
    }
}

/// Spans stand in the text, in order and apart.
fn stand_in(text: &str, spans: &[Span]) {
    let mut last = 0;
    for span in spans {
        let words = text.get(span.place.bytes.clone());
        assert!(words.is_some_and(|words| !words.is_empty()), "{text}: {span:?}");
        assert!(span.place.bytes.start >= last, "{text}: {spans:?}");
        last = span.place.bytes.end;
    }
}
