//! Quick add for the window: a line read while it is typed, and added.

use calendar::quick_add::{Meaning, Place, Refusal, Span};
use engine::events::Save;

use super::{EngineHost, changes::saved_as, faults::bare};
use crate::{
    dto::{AddQuick, Change, Did, QuickMeaning, QuickQuery, QuickReading, QuickRefusal, QuickSpan},
    fault::Fault,
};

impl EngineHost {
    pub(super) fn reading(&self, asked: &QuickQuery) -> Result<QuickReading, Fault> {
        let text = &asked.text;
        Ok(match self.engine.read_quick(text)? {
            Ok(reading) => QuickReading {
                title: Some(reading.draft.title),
                echo: Some(reading.echo),
                notes: reading.notes.iter().map(|note| bare(note)).collect(),
                spans: reading.spans.iter().map(|span| drawn(text, span)).collect(),
                refused: None,
            },
            Err(refusal) => refused(text, &refusal),
        })
    }

    pub(super) fn quickly_added(&self, asked: &AddQuick) -> Result<Change, Fault> {
        let local = self.local()?;
        let read = self.engine.read_quick(&asked.text)?;
        // By now the line may mean another day, or nothing: it stays what it was.
        if let Some(saved) = self.saved_before(&asked.request_id)? {
            let title = read.map_or_else(|_| asked.text.clone(), |reading| reading.draft.title);
            return Ok(saved_as(Did::Created, &title, &saved, &local));
        }
        let reading = read.map_err(|refusal| Fault::invalid("text", bare(&refusal.message)))?;
        let request = Some(asked.request_id.clone());
        let save = Save { draft: reading.draft, request, ..Save::default() };
        let saved = self.engine.save_event(&save)?;
        Ok(saved_as(Did::Created, &save.draft.title, &saved, &local))
    }
}

fn refused(text: &str, refusal: &Refusal) -> QuickReading {
    let (start, end) = units(text, &refusal.place);
    QuickReading {
        title: None,
        echo: None,
        notes: Vec::new(),
        spans: refusal.spans.iter().map(|span| drawn(text, span)).collect(),
        refused: Some(QuickRefusal { text: bare(&refusal.message), start, end }),
    }
}

fn drawn(text: &str, span: &Span) -> QuickSpan {
    let (start, end) = units(text, &span.place);
    let meaning = match span.meaning {
        Meaning::Date => QuickMeaning::Date,
        Meaning::Time => QuickMeaning::Time,
        Meaning::Length => QuickMeaning::Length,
        Meaning::Repeat => QuickMeaning::Repeat,
        Meaning::Zone => QuickMeaning::Zone,
        Meaning::Reminder => QuickMeaning::Reminder,
        Meaning::Kind => QuickMeaning::Kind,
        Meaning::Person => QuickMeaning::Person,
        Meaning::Calendar => QuickMeaning::Calendar,
    };
    QuickSpan { start, end, meaning }
}

/// A place in the units the window counts in.
fn units(text: &str, place: &Place) -> (u32, u32) {
    let before = |at: usize| {
        let units = text.get(..at).map_or(0, |part| part.encode_utf16().count());
        u32::try_from(units).unwrap_or(u32::MAX)
    };
    (before(place.bytes.start), before(place.bytes.end))
}
