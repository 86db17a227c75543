//! Quick add against this ledger: its people, calendars and zones, and the present moment.

use calendar::{
    occurrence::Context,
    quick_add::{Known, Reading, Refusal, read},
};

use crate::{
    engine::Engine,
    error::Result,
    ledger::{calendar as calendars, person},
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
            let known = Known { context, now: act.wall(), people: &people, calendars: &calendars };
            Ok(read(text, &known))
        })
    }
}
