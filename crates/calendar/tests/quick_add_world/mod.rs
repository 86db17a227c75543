//! What lines are read against, and one line for what came of each.

use calendar::{
    id::{CalendarId, PersonId},
    occurrence::Context,
    person::Person,
    policy::LeapDay,
    quick_add::{Known, Meaning, Reading, Refusal, read},
    zones::{ZoneName, Zones},
};
use jiff::{Timestamp, tz::TimeZoneDatabase};

/// A machine with a few people and calendars.
pub struct World {
    context: Context,
    people: Vec<Person>,
    calendars: Vec<(CalendarId, String)>,
    pub now: Timestamp,
}

impl World {
    pub fn new() -> Self {
        let zones = Zones::new(TimeZoneDatabase::bundled(), "bundle");
        let machine = ZoneName::stored("Europe/Berlin");
        let person = |n, name: &str, zone: Option<&str>| Person {
            id: PersonId::from_bytes([n; 16]),
            name: name.into(),
            zone: zone.map(ZoneName::stored),
            leap_day: LeapDay::Backward,
        };
        let calendar = |n, name: &str| (CalendarId::from_bytes([n; 16]), name.to_string());
        Self {
            context: Context { zones, machine, all_day_hour: 9 },
            people: vec![
                person(1, "Ana Sousa", Some("Europe/Lisbon")),
                person(2, "Bo", None),
                person(3, "Ben Adler", Some("Asia/Tokyo")),
                person(4, "Ben Okri", Some("Africa/Lagos")),
                person(5, "Sydney Kim", Some("America/New_York")),
            ],
            calendars: vec![
                calendar(1, "Personal"),
                calendar(2, "Work"),
                calendar(3, "Home stuff"),
            ],
            now: "2026-11-18T09:27:43Z".parse().expect("an instant"),
        }
    }

    pub fn read(&self, text: &str) -> Result<Reading, Refusal> {
        let Self { context, people, calendars, now } = self;
        // Sydney Kim's is a leap day.
        let birthdays = &[(PersonId::from_bytes([5; 16]), 2, 29)];
        read(text, &Known { context, now: *now, people, birthdays, calendars })
    }
}

/// "title | echo", with notes behind it, or "! refusal [the words it is about]".
pub fn actual(world: &World, text: &str) -> String {
    match world.read(text) {
        Ok(reading) => {
            let mut said = format!("{} | {}", reading.draft.title, reading.echo);
            for note in &reading.notes {
                said.push_str(&format!(" ; {note}"));
            }
            let own = |span: &&calendar::quick_add::Span| span.meaning == Meaning::Calendar;
            if reading.spans.iter().any(|span| own(&span)) {
                said.push_str(&format!(" ; in {}", reading.draft.calendar));
            }
            said
        }
        Err(refusal) => {
            let words = &text[refusal.place.bytes.clone()];
            assert!(!refusal.message.ends_with('.'), "one sentence: {}", refusal.message);
            format!("! {} [{words}]", refusal.message)
        }
    }
}
