//! What does not take place, and what does after all. A series that is cancelled is so from now on:
//! what is over took place, and stays as it was.

use calendar::{
    draft::EventDraft,
    event::{Change, Event},
    occurrence::Occurrence,
    reason::Reason,
    timing::{LocalStart, later},
};

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    events::Saved,
    ledger::event::{self, EventRow},
    series::{Taken, Target},
};

const DAY: i64 = 86_400;
/// What has begun so long ago is looked at, and so much of it.
const BEGUN: i64 = 400 * DAY;
const BEGUN_AT_MOST: usize = 5_000;
/// A series that has no turn for four hundred years has none at all.
const FARTHEST: i64 = 400 * 366 * DAY;
/// So many ahead are looked at for one that stands where the series has it.
const AHEAD_AT_MOST: usize = 100;

/// What is left of an event, once it is to be cancelled.
enum Left {
    /// All of it.
    Whole,
    /// What follows from this original start on.
    From(LocalStart),
    /// Nothing: all of it is over.
    Nothing,
}

impl Engine {
    /// Cancels an event or some of its occurrences, and with it its reminders. An event that is
    /// cancelled as a whole stays in the calendar and is told no more; of a series that has begun,
    /// what is not over becomes an event of its own, which is cancelled.
    ///
    /// # Errors
    /// [`Error::ScopeNeeded`] when it repeats and no scope was given; when there is no such event
    /// or occurrence; when it was changed meanwhile; when it is cancelled already.
    pub fn cancel(&self, target: &Target<'_>) -> Result<Saved> {
        self.catch_up_with(target.id)?;
        self.once(target.request, |act| {
            let row = act.event(target.id)?;
            act.at_version(&row, target.based_on)?;
            let taken = target.taken(&row.event)?;
            if !row.event.enabled {
                return Err(refused(format!("“{}” is cancelled already", row.event.title)));
            }
            match taken {
                Taken::This(original) => act.skip(&row, original),
                Taken::Following(original) => act.cancel_from(&row, original),
                Taken::All => match act.left(&row.event) {
                    Left::Whole => act.cancel_all(&row),
                    Left::From(original) => act.cancel_rest(&row, original),
                    Left::Nothing => {
                        let message = format!(
                            "“{}” is over: nothing of it is left to cancel",
                            row.event.title
                        );
                        Err(refused(message))
                    }
                },
            }
        })
    }

    /// Lets what was cancelled or left out take place after all. What is past stays silent.
    ///
    /// # Errors
    /// As [`Engine::cancel`]; when it is not cancelled.
    pub fn reinstate(&self, target: &Target<'_>) -> Result<Saved> {
        self.catch_up_with(target.id)?;
        self.once(target.request, |act| {
            let row = act.event(target.id)?;
            act.at_version(&row, target.based_on)?;
            match target.taken(&row.event)? {
                Taken::All if !row.event.enabled => act.let_be(&row, None),
                Taken::All => match act.cancelled_rest(&row.event)? {
                    Some(rest) => act.let_be(&rest, None),
                    None => Err(refused(not_cancelled(&row.event))),
                },
                Taken::Following(original) if !row.event.enabled => {
                    act.let_be(&row, Some(original))
                }
                Taken::Following(original) => act.put_in(&row, |left| left >= original),
                Taken::This(_) if !row.event.enabled => {
                    let message = format!(
                        "“{}” is cancelled as a whole: one alone cannot take place, but that one and all following can",
                        row.event.title
                    );
                    Err(refused(message))
                }
                Taken::This(original) => act.put_in(&row, |left| left == original),
            }
        })
    }
}

impl Act<'_> {
    fn cancel_all(&self, row: &EventRow) -> Result<Saved> {
        let draft = EventDraft { disabled: true, ..EventDraft::from(&row.event) };
        self.change(row, draft, Reason::CancelledDisabled)
    }

    fn cancel_from(&self, row: &EventRow, original: LocalStart) -> Result<Saved> {
        let (event, from) = self.following(&row.event, original)?;
        let draft = EventDraft { disabled: true, ..EventDraft::from(&event) };
        self.change_from(row, from, draft, Reason::CancelledDisabled)
    }

    /// Cancels what is left of a series. Nothing more is told of what is over, either.
    fn cancel_rest(&self, row: &EventRow, original: LocalStart) -> Result<Saved> {
        let mut saved = self.cancel_from(row, original)?;
        if saved.parted_from.is_some() {
            let over = self.event(row.event.id)?;
            saved.effect.add(self.drop_all(&over.event, Reason::CancelledDisabled)?);
        }
        Ok(saved)
    }

    /// What of an event is not over.
    fn left(&self, event: &Event) -> Left {
        // What is of a person is of every year, and one that happens once is cancelled as it is.
        if event.repeats.is_once() || event.kind.is_of_person() {
            return Left::Whole;
        }
        let (now, context) = (self.wall(), &self.context);
        let mut left = event.occurrences(context, later(now, -BEGUN), now, BEGUN_AT_MOST).items;
        left.retain(|one| one.end > now);
        left.extend(event.occurrences(context, now, later(now, FARTHEST), AHEAD_AT_MOST).items);
        let differs = |one: &&Occurrence| event.override_of(one.original).is_some();
        let first = left.iter().filter(|one| !differs(one)).map(|one| one.original).min();
        let first = first.or_else(|| left.iter().map(|one| one.original).max());
        let Some(first) = first else { return Left::Nothing };
        // One that was put off until after now goes with the rest only as a part of the whole.
        match left.iter().any(|one| one.original < first) {
            true => Left::Whole,
            false => Left::From(first),
        }
    }

    /// The part of this series that was cancelled while this one went by.
    fn cancelled_rest(&self, event: &Event) -> Result<Option<EventRow>> {
        let parts = event::parts(self.tx, &self.context.zones, event)?;
        let start = event.timing.start;
        let mut those = parts.into_iter().filter(|part| {
            !part.event.enabled && part.event.timing.start > start && !event.kind.is_of_person()
        });
        let only = those.next();
        Ok(only.filter(|_| those.next().is_none()))
    }

    /// Takes the cancellation from an event, or from what follows of it.
    fn let_be(&self, row: &EventRow, from: Option<LocalStart>) -> Result<Saved> {
        let (event, from) = match from {
            Some(original) => self.following(&row.event, original)?,
            None => (row.event.clone(), None),
        };
        let draft = EventDraft { disabled: false, ..EventDraft::from(&event) };
        self.change_from(row, from, draft, Reason::CancelledEdited)
    }

    /// Puts occurrences that were left out in again.
    fn put_in(&self, row: &EventRow, is_meant: impl Fn(LocalStart) -> bool) -> Result<Saved> {
        let event = &row.event;
        let mut whole = event.clone();
        whole.overrides.retain(|o| o.change != Change::Cancelled || !is_meant(o.original));
        whole.repeats.exdates.retain(|at| !is_meant(LocalStart::first(*at)));
        if whole == *event {
            return Err(refused("that occurrence is not cancelled".into()));
        }
        self.change(row, EventDraft::from(&whole), Reason::CancelledEdited)
    }
}

fn refused(message: String) -> Error {
    Error::invalid("id", message)
}

fn not_cancelled(event: &Event) -> String {
    let left_out = event.with_what_was_left_out().1;
    let title = &event.title;
    match left_out {
        0 => format!("“{title}” is not cancelled"),
        1 => format!("“{title}” is not cancelled, but one of its occurrences is: say which"),
        n => format!("“{title}” is not cancelled, but {n} of its occurrences are: say which"),
    }
}
