//! What the tray shows, read from the ledger: after each ring of the bell, and when a pause
//! ends, which nobody writes down at that moment.

use std::{sync::Arc, time::Duration};

use calendar::{delivery::State, occurrence::Occurrence};
use engine::{
    Engine,
    answers::Outlook,
    ledger::channel::ChannelKind,
    queries::{Fate, Ring},
    settings,
};
use jiff::{Timestamp, tz::TimeZone};
use tokio::sync::watch;

use crate::{
    tray::{NextRing, Pause, TrayCommand, TrayState},
    wake::Timer,
    words::{evening, when},
};

/// Rings shown.
const SHOWN: usize = 3;
/// Rings read, so that they are left when one event rings on several channels.
const READ: usize = 12;
/// At most two looks a second, however often the bell rings.
const REST: Duration = Duration::from_millis(500);
/// After so long a ledger that could not be read is looked at again.
const AGAIN: Duration = Duration::from_secs(30);

/// Keeps `states` as the ledger is, until nobody looks at them. `look` calls for another look.
pub(crate) async fn keep(
    engine: Arc<Engine>,
    mut look: watch::Receiver<()>,
    timer: Timer,
    states: watch::Sender<TrayState>,
) {
    while !states.is_closed() {
        let (state, changes) = seen(glance(&engine), engine.now().wall);
        states.send_if_modified(|shown| std::mem::replace(shown, state.clone()) != state);
        tokio::time::sleep(REST).await;
        tokio::select! {
            changed = look.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = reached(&timer, changes) => {}
            () = states.closed() => {}
        }
    }
}

/// What a look came to. A ledger that could not be read is said to be so, and looked at again.
fn seen(
    looked: engine::Result<(TrayState, Option<Timestamp>)>,
    now: Timestamp,
) -> (TrayState, Option<Timestamp>) {
    looked.unwrap_or_else(|error| {
        tracing::warn!(%error, "the tray could not be brought up to date");
        let unread = TrayState { unread: true, ..TrayState::default() };
        (unread, Some(now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX)))
    })
}

/// Waits for a moment of the wall clock, for ever without one.
async fn reached(timer: &Timer, at: Option<Timestamp>) {
    let Some(at) = at else { return std::future::pending().await };
    let waited = async {
        match timer.arm(at)? {
            Some(_) => Ok(()),
            None => timer.fired().await.map(drop),
        }
    };
    if let Err(error) = waited.await {
        let error: std::io::Error = error;
        tracing::warn!(%error, "the end of a pause is noticed late");
        std::future::pending().await
    }
}

/// The state to show, and when it changes without anybody writing.
fn glance(engine: &Engine) -> engine::Result<(TrayState, Option<Timestamp>)> {
    let now = engine.now().wall;
    let (zone, _) = engine.zones().zone(&engine.machine_zone()?);
    let (quiet, quiet_now) = quiet(engine, now, &zone)?;
    let evening = evening(now, &zone);
    let (pause, pause_ends) = match engine.paused()? {
        None => (Pause::No, None),
        Some(settings::Pause::Forever) => (Pause::UntilResumed, None),
        Some(settings::Pause::Until(at)) => (Pause::Until(when(at, now, &zone)), Some(at)),
    };
    let state = TrayState {
        unread: false,
        next: next(engine, now, &zone)?,
        unacknowledged: engine.count_inbox()?,
        failed: engine.parked()?,
        pause,
        quiet,
        quiet_until: quiet_now.and_then(|(_, until)| until).map(|at| clock(at, &zone)),
        before_evening: evening.is_some(),
    };
    let changes = [pause_ends, quiet_now.map(|(at, _)| at), evening];
    Ok((state, changes.into_iter().flatten().min()))
}

/// Whether quiet hours are on, and when that shows next: the end of those there are, or the start
/// of the next.
type QuietNow = Option<(Timestamp, Option<Timestamp>)>;

fn quiet(
    engine: &Engine,
    now: Timestamp,
    zone: &TimeZone,
) -> engine::Result<(Option<bool>, QuietNow)> {
    let Some(hours) = engine.quiet_hours()? else { return Ok((None, None)) };
    if !hours.on {
        return Ok((Some(false), None));
    }
    let next = match hours.rules.until(now, zone) {
        Some(until) => Some((until, Some(until))),
        None => hours.rules.next(now, zone).map(|at| (at, None)),
    };
    Ok((Some(true), next))
}

fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// One line for each ring, though several channels may tell it.
fn next(engine: &Engine, now: Timestamp, zone: &TimeZone) -> engine::Result<Vec<NextRing>> {
    let mut rings = engine.next_rings(READ)?;
    rings.dedup_by(|ring, first| {
        let is_same = (ring.at(), ring.event) == (first.at(), first.event);
        if is_same && is_desktop(ring) {
            std::mem::swap(ring, first);
        }
        is_same
    });
    let shown = rings.into_iter().take(SHOWN).map(|ring| {
        Ok(NextRing {
            delivery: ring.delivery.map(|id| id.to_string()),
            when: rings_at(&ring, now, zone),
            choices: choices(engine, &ring, now, zone)?,
            title: ring.title,
        })
    });
    shown.collect()
}

/// When it rings; or when it is due, and that it waits then or will not be told.
fn rings_at(ring: &Ring, now: Timestamp, zone: &TimeZone) -> String {
    let at = when(ring.at(), now, zone);
    match ring.fate {
        Fate::Rings | Fate::RingsAt(..) => at,
        Fate::Waits(_) if ring.state == State::Held => "waits".into(),
        Fate::Waits(_) => format!("{at}, will wait"),
        Fate::Lost(reason, _) if reason.is_missed() => format!("{at}, will be missed"),
        Fate::Lost(reason, _) if reason.is_cancel() => format!("{at}, will be cancelled"),
        Fate::Lost(..) => format!("{at}, will fail"),
    }
}

fn is_desktop(ring: &Ring) -> bool {
    ring.channel == ChannelKind::Desktop.code()
}

/// What can be done with a ring besides opening it.
fn choices(
    engine: &Engine,
    ring: &Ring,
    now: Timestamp,
    zone: &TimeZone,
) -> engine::Result<Vec<(String, TrayCommand)>> {
    let mut choices = Vec::new();
    if let Some(delivery) = ring.delivery.filter(|_| is_desktop(ring) && ring.event.is_some()) {
        let length = Duration::from_secs(60 * u64::from(engine.snooze_minutes()?));
        let until = ring.at().max(now).saturating_add(length).unwrap_or(Timestamp::MAX);
        // What cannot be snoozed is not an error here.
        let outlook = engine.snooze_outlooks(delivery, &[until]).ok().and_then(|mut all| all.pop());
        if outlook.is_some_and(|it| !matches!(it, Outlook::Past | Outlook::Deadline(_))) {
            let label = format!("Snooze until {}", when(until, now, zone));
            choices.push((label, TrayCommand::Snooze { delivery, until }));
        }
        choices.push(("Done".into(), TrayCommand::Done(delivery)));
    }
    let original = Occurrence::original_in(&ring.occurrence);
    if let Some((event, original)) = ring.event.zip(original)
        && engine.legible_event(event)?.is_some_and(|row| !row.event.repeats.is_once())
    {
        choices.push(("Skip this one".into(), TrayCommand::Skip { event, original }));
    }
    Ok(choices)
}

#[cfg(test)]
mod tests {
    use calendar::reason::Reason;

    use super::*;

    #[test]
    fn what_waits_or_will_be_missed_is_not_said_to_ring() {
        let now: Timestamp = "2026-11-23T20:00:00Z".parse().expect("a moment");
        let later: Timestamp = "2026-11-24T07:00:00Z".parse().expect("a moment");
        let said = |state, fate| {
            let ring = Ring {
                delivery: None,
                event: None,
                occurrence: String::new(),
                reminder: String::new(),
                title: "Night train".into(),
                channel: "desktop".into(),
                due: "2026-11-24T01:50:00Z".parse().expect("a moment"),
                state,
                fate,
                retry: None,
            };
            rings_at(&ring, now, &TimeZone::UTC)
        };
        let quiet = Reason::HeldQuiet;
        for (state, fate, words) in [
            (State::Scheduled, Fate::Rings, "Tue 01:50"),
            (State::Scheduled, Fate::RingsAt(later, quiet), "Tue 07:00"),
            (State::Scheduled, Fate::Waits(Reason::HeldPaused), "Tue 01:50, will wait"),
            (State::Held, Fate::Waits(Reason::HeldNoNotifier), "waits"),
            (
                State::Scheduled,
                Fate::Lost(Reason::ExpiredEventOver, Some(quiet)),
                "Tue 01:50, will be missed",
            ),
            (State::Scheduled, Fate::Lost(Reason::DeadGone, None), "Tue 01:50, will fail"),
        ] {
            assert_eq!(said(state, fate), words, "{fate:?}");
        }
    }

    #[test]
    fn a_ledger_that_cannot_be_read_is_not_one_with_nothing_planned() {
        let error = engine::Error::NotFound { what: "setting", id: "zone".into() };
        let (state, again) = seen(Err(error), Timestamp::UNIX_EPOCH);
        assert!(state.unread);
        assert_eq!(again.map(Timestamp::as_second), Some(30));
    }
}
