//! Quick add against this ledger: its people, calendars and zones, and the present moment.

use calendar::{
    id::PersonId,
    occurrence::Context,
    person::Person,
    quick_add::{Known, Reading, Refusal, read},
};

use crate::{
    act::Act,
    engine::Engine,
    error::Result,
    ledger::{calendar as calendars, event, person},
};

impl Engine {
    /// Reads a line as an event; nothing is written. A line that is refused is an answer.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn read_quick(&self, text: &str) -> Result<std::result::Result<Reading, Refusal>> {
        self.read(|act| {
            let people: Vec<_> = person::all(act.tx)?.into_iter().map(|row| row.person).collect();
            let all = calendars::all(act.tx)?.into_iter();
            let calendars: Vec<_> = all.map(|row| (row.id, row.name)).collect();
            let context: &Context = &act.context;
            let birthdays = &act.birthdays(text, &people)?;
            let (now, people, calendars) = (act.wall(), &people[..], &calendars[..]);
            Ok(read(text, &Known { context, now, people, birthdays, calendars }))
        })
    }
}

impl Act<'_> {
    /// The birthdays of those a line may name.
    fn birthdays(&self, text: &str, people: &[Person]) -> Result<Vec<(PersonId, i8, i8)>> {
        let (text, mut found) = (text.to_lowercase(), Vec::new());
        if !text.contains("birthday") {
            return Ok(found);
        }
        for person in people {
            let name = person.name.to_lowercase();
            if !name.split(' ').next().is_some_and(|first| text.contains(first)) {
                continue;
            }
            for row in event::days_of_person(self.tx, &self.context.zones, person.id)? {
                if row.event.kind.code() == "birthday" {
                    let start = row.event.timing.start;
                    found.push((person.id, start.month(), start.day()));
                }
            }
        }
        Ok(found)
    }
}
