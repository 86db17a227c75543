//! A day to look at what came in: the first that is not past, or else the last.

use calendar::{ics::ImportedEvent, timing::LocalStart};
use jiff::civil::Date;

/// The day as far as the events were seen.
pub(crate) struct Look {
    today: Date,
    ahead: Option<Date>,
    last: Option<Date>,
}

impl Look {
    pub fn from(today: Date) -> Self {
        Self { today, ahead: None, last: None }
    }

    pub fn at(&mut self, events: impl Iterator<Item = ImportedEvent>) {
        for event in events {
            let Some(day) = LocalStart::parse(&event.draft.start).map(|s| s.at.date()) else {
                continue;
            };
            self.last = self.last.max(Some(day));
            if day >= self.today {
                self.ahead = Some(self.ahead.map_or(day, |ahead| ahead.min(day)));
            }
        }
    }

    pub fn found(&self) -> Option<Date> {
        self.ahead.or(self.last)
    }
}
