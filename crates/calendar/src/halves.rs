//! An event in two at one of its occurrences: the series up to it, and the series from it on.
//! Both keep the series root, and each exception goes with the half its original start is in, so
//! that every occurrence keeps its name, and what was told, snoozed or answered stays so.

use jiff::civil::DateTime;

use crate::{
    draft::DraftError,
    event::{Change, Event, Override, Repeats},
    occurrence::Context,
    recurrence::Part,
    timing::{Fold, LocalStart, Timing, shift},
};

/// The most starts looked at for one that happens: more cannot be taken out one by one.
const LOOKED_AT: usize = 30_000;

/// What comes of parting an event at an occurrence.
#[derive(Debug, Clone, PartialEq)]
pub enum Halves {
    /// Nothing happens before it: what follows is all of the series.
    Whole,
    /// The series before it, and the series from it on. Both have the event's id.
    Two(Box<Event>, Box<Event>),
}

impl Event {
    /// Parts the event at the occurrence with this original start, which goes to the second half.
    ///
    /// # Errors
    /// When it is a birthday, which is a person's and one series; when the rules are such that
    /// the halves could not be written.
    pub fn halves(&self, context: &Context, at: LocalStart) -> Result<Halves, DraftError> {
        let refused = |message: String| Err(DraftError { field: "scope", message });
        if self.kind.is_of_person() {
            let word = self.kind.word().to_lowercase();
            return refused(format!(
                "a {word} is of every year: change all of them, or leave out one"
            ));
        }
        if self.repeats.is_once() || !self.has_one_before(context, at) {
            return Ok(Halves::Whole);
        }
        let zone = context.zone_of(self, &self.timing.tie);
        let (series, anchor) = (self.series(), self.anchor(&zone));
        // Of a wall time that comes twice the first may belong to the one half and the second
        // to the other: then both have it, and each leaves out the other's.
        let is_between = at.fold && self.timing.fold == Fold::Both;
        let cut = |at: DateTime| series.part(at, anchor);
        let parts = match is_between {
            true => cut(shift(at.at, 0, 1)).zip(cut(at.at)).map(|(a, b)| (a.0, b.1)),
            false => cut(at.at),
        };
        let Some((before, after)) = parts else {
            return refused(format!(
                "too much of the series lies before {} for it to be parted there: change only this one, or all",
                at.text(self.timing.tie.is_all_day())
            ));
        };
        let (earlier, later) = self.overrides.iter().cloned().partition(|o| o.original < at);
        let (mut head, mut tail) = (self.half(before, earlier), self.half(after, later));
        if is_between {
            let gone = |original| Override { original, change: Change::Cancelled };
            head.overrides.push(gone(at));
            tail.overrides.push(gone(LocalStart::first(at.at)));
        }
        Ok(Halves::Two(Box::new(head), Box::new(tail)))
    }

    /// Whether anything of the series happens before this occurrence.
    fn has_one_before(&self, context: &Context, at: LocalStart) -> bool {
        let is_here = |o: &Override| o.original < at && o.change != Change::Cancelled;
        if self.overrides.iter().any(is_here) {
            return true;
        }
        let zone = context.zone_of(self, &self.timing.tie);
        let series = self.series();
        let starts = series.from(self.timing.start, self.anchor(&zone)).take(LOOKED_AT);
        starts
            .take_while(|local| *local <= at.at)
            .flat_map(|local| self.originals(local, &zone))
            .any(|original| original < at && self.override_of(original).is_none())
    }

    fn half(&self, part: Part, overrides: Vec<Override>) -> Event {
        let Part { start, rules, mut rdates, exdates } = part;
        // It stays a series, also with one occurrence.
        if rules.is_empty() && rdates.is_empty() {
            rdates.push(start);
        }
        Event {
            timing: Timing { start, ..self.timing.clone() },
            repeats: Repeats { rules, rdates, exdates },
            overrides,
            ..self.clone()
        }
    }
}
