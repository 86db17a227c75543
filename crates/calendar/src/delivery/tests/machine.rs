//! Aim: the machine has no dead end and leaves no frame. Method: every state with a grid of what a
//! row can hold, every news and a few moments; and searches of what an adverse world can do to a
//! row, in every order, until it ends or waits for a person: everything mixed over some minutes, and
//! each of three parts of it over its full depth. That the service looks when `clock` says so is
//! held against a ledger (`engine`, ledger/delivery/looks.rs).

use std::collections::HashMap;

use super::*;

const HOLDS: [Reason; 7] = [
    Reason::HeldNoNotifier,
    Reason::HeldQuiet,
    Reason::HeldPaused,
    Reason::HeldSecret,
    Reason::HeldResting,
    Reason::HeldOffline,
    Reason::HeldClock,
];
const MONTH: i64 = 30 * 86_400;

/// Every outcome an attempt can have.
fn outcomes() -> Vec<Outcome> {
    let asked = |seconds| Outcome::Transient {
        retry_after: Some(Duration::from_secs(seconds)),
        why: Setback::NotNow,
    };
    vec![
        Outcome::Accepted { in_digest: false, late: Reason::LateBusy },
        Outcome::Accepted { in_digest: true, late: Reason::LateBusy },
        asked(0),
        asked(1_000_000),
        Outcome::Transient { retry_after: None, why: Setback::Refused },
        Outcome::Transient { retry_after: None, why: Setback::Certificate },
        Outcome::Permanent,
        Outcome::Gone,
        Outcome::Ambiguous,
        Outcome::Unavailable(Reason::HeldOffline),
        Outcome::Unavailable(Reason::HeldNoNotifier),
        Outcome::TooLate,
    ]
}

fn looks(now: Timestamp) -> Vec<News> {
    let until = [None, Some(later(now, 40)), Some(later(now, 90 * 86_400))];
    let holds = HOLDS
        .iter()
        .flat_map(|reason| until.map(|until| Some(Hold { reason: *reason, until })))
        .chain([None]);
    holds.flat_map(|hold| [true, false].map(|superseded| News::Look { hold, superseded })).collect()
}

fn all_news(now: Timestamp) -> Vec<News> {
    let mut all = looks(now);
    all.extend(outcomes().into_iter().map(News::Ended));
    all.extend([
        News::Unwanted(Reason::CancelledDeleted),
        News::Moved,
        News::Past,
        News::EndpointOff,
        News::Restored,
        News::NotSent,
        News::CutOff,
    ]);
    all
}

/// Rows of this state, with all that matters about them in several ways.
fn grid(state: State) -> Vec<Row> {
    let mut rows = Vec::new();
    let reasons: Vec<_> = Reason::ALL.iter().copied().filter(|r| state.admits(*r)).collect();
    for (use_by, not_before) in [(None, None), (Some(3600), None), (Some(3600), Some(700))] {
        for (failures, crashes) in [(0, 0), (1, 0), (3, 1), (10, 2)] {
            for bits in 0..8 {
                rows.extend(reasons.iter().map(|reason| Row {
                    reason: *reason,
                    use_by: use_by.map(at),
                    not_before: not_before.map(at),
                    failures,
                    crashes,
                    cancel_wanted: bits & 1 > 0,
                    desktop: bits & 2 > 0,
                    guarantee: match bits & 4 {
                        0 => Guarantee::NeverMiss,
                        _ => Guarantee::NeverRepeat,
                    },
                    ..row(state)
                }));
            }
        }
    }
    rows
}

const MOMENTS: [i64; 8] = [-10, 0, 30, 699, 700, 3_599, 3_600, MONTH];

#[test]
fn whatever_happens_keeps_within_the_moves_the_reasons_and_the_ends() {
    for state in State::ALL {
        for row in grid(state) {
            for now in MOMENTS.map(at) {
                for news in all_news(now) {
                    check(&row, news, now);
                }
            }
        }
    }
}

fn check(row: &Row, news: News, now: Timestamp) {
    let said = || format!("{row:?}\n{news:?} at {now}");
    match decide(row, news, now) {
        Next::Keep => {}
        Next::Send => {
            assert!(row.state.may_become(State::Processing), "{}", said());
            assert!(row.due <= now && row.use_by.is_none_or(|end| now < end), "{}", said());
        }
        Next::FlagCancel => assert_eq!(row.state, State::Processing, "{}", said()),
        Next::Enter(to, reason, not_before) => {
            let held_on = to == State::Held && row.state == to;
            assert!(held_on || row.state.may_become(to), "to {to}: {}", said());
            assert!(to.admits(reason), "{to} for {reason}: {}", said());
            assert_ne!(row.state.class(), Class::Parked, "{}", said());
            let waits = matches!(to, State::Held | State::Retrying);
            assert_eq!(waits, not_before.is_some(), "{}", said());
            if let (Some(until), Some(end)) = (not_before, row.use_by) {
                assert!(until <= end.max(now), "waits beyond its end: {}", said());
            }
            if to == State::Expired && !matches!(news, News::Ended(_)) {
                assert!(row.use_by.is_some_and(|end| end <= now), "{}", said());
            }
        }
    }
}

#[test]
fn a_person_moves_what_is_parked_and_of_what_is_live_only_a_webhook_that_waits() {
    for state in State::ALL {
        for row in grid(state) {
            let parked = state.class() == Class::Parked;
            let waits = matches!(state, State::Retrying | State::Held)
                && !row.desktop
                && row.reason != Reason::HeldClock;
            for wish in [Wish::Retry, Wish::SendAsNew, Wish::Discard] {
                let may = parked || waits && wish != Wish::SendAsNew;
                match asked(&row, wish, at(10)) {
                    Ok(Next::Enter(to, reason, None)) if may => {
                        assert!(state.may_become(to) && to.admits(reason), "{row:?} {wish:?}");
                    }
                    Err(Refused::NotWaiting) if !may => {}
                    other => panic!("{row:?} {wish:?}: {other:?}"),
                }
                let early = asked(&row, wish, at(-10));
                assert!(parked || early == Err(Refused::NotWaiting), "{row:?} {wish:?}");
            }
            let over = asked(&row, Wish::Retry, at(3_600));
            let may = parked || waits;
            assert_eq!(over == Err(Refused::Over), may && row.use_by.is_some(), "{row:?}");
        }
    }
}

/// What matters of a row, what the world may still do to it, and the moment.
type Place = (State, Reason, Option<i64>, (u32, u32, bool), i64, Spared, i64);

/// How often the world does what a person or a broken disk can do for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Spared {
    moves: u32,
    lost_marks: u32,
    asks: u32,
}

/// A world that always answers the worst it can, in every order: how long it can go on.
struct Adverse {
    /// The steps to the end from each place.
    known: HashMap<Place, u32>,
    news: Vec<News>,
}

impl Adverse {
    /// The most steps a working leader needs until this row ends or is parked.
    fn steps(&mut self, row: &Row, spared: Spared, now: Timestamp) -> u32 {
        if row.state.class() != Class::Live {
            return 0;
        }
        let ms = Timestamp::as_millisecond;
        let wait = row.not_before.map(ms);
        let counts = (row.failures, row.crashes, row.cancel_wanted);
        let key = (row.state, row.reason, wait, counts, ms(row.due), spared, ms(now));
        if let Some(known) = self.known.get(&key) {
            assert_ne!(*known, u32::MAX, "round in a circle: {row:?} at {now}");
            return *known;
        }
        self.known.insert(key, u32::MAX);
        let next = self.after(row, spared, now);
        assert!(!next.is_empty(), "a dead end: {row:?} at {now}");
        let most = next.iter().map(|(row, spared, now)| self.steps(row, *spared, *now)).max();
        let most = most.unwrap_or(0) + 1;
        self.known.insert(key, most);
        most
    }

    /// What it can be after the leader's next look at it, or after its attempt.
    fn after(&self, row: &Row, spared: Spared, now: Timestamp) -> Vec<(Row, Spared, Timestamp)> {
        let mut all = after_a_wish(row, spared, now);
        let now = match clock(row) {
            None => now,
            Some(at) => at.max(now),
        };
        for news in &self.news {
            let mut left = spared;
            match news {
                News::Moved if spared.moves == 0 || ahead(row) <= now => continue,
                News::Moved => left.moves -= 1,
                News::NotSent if spared.lost_marks == 0 => continue,
                News::NotSent => left.lost_marks -= 1,
                News::Look { .. }
                | News::Unwanted(_)
                | News::Past
                | News::EndpointOff
                | News::Ended(_)
                | News::CutOff
                | News::Restored => {}
            }
            let (row, next) = looked_at(row, *news, now);
            match next {
                // Held for the reason that holds still: it is looked at when that ends.
                Next::Keep if matches!(news, News::Look { .. }) && clock(&row).is_some() => {
                    let next = [row.use_by, clock(&row)].into_iter().flatten();
                    let next = next.filter(|at| *at > now).min();
                    let next = next.unwrap_or_else(|| panic!("nobody looks: {row:?} at {now}"));
                    all.push((row, left, next));
                }
                Next::Keep => {}
                Next::FlagCancel if row.cancel_wanted => {}
                Next::FlagCancel => all.push((
                    Row { cancel_wanted: true, reason: Reason::CancelledDeleted, ..row.clone() },
                    left,
                    now,
                )),
                Next::Send => {
                    let state = State::Processing;
                    let claimed =
                        Row { state, reason: Reason::Claimed, not_before: None, ..row.clone() };
                    all.push((claimed, left, now));
                }
                Next::Enter(state, reason, not_before) => {
                    let next = entered(&row, *news, (state, reason), not_before);
                    all.push((next, left, now));
                }
            }
        }
        all
    }
}

/// What it can be after a person asked for something, before its clock comes.
fn after_a_wish(row: &Row, spared: Spared, now: Timestamp) -> Vec<(Row, Spared, Timestamp)> {
    let Some(asks) = spared.asks.checked_sub(1) else { return Vec::new() };
    let next = [Wish::Retry, Wish::Discard].map(|wish| match asked(row, wish, now) {
        Ok(Next::Enter(state, reason, not_before)) => {
            let next = Row { state, reason, not_before, ..row.clone() };
            Some((next, Spared { asks, ..spared }, now))
        }
        _ => None,
    });
    next.into_iter().flatten().collect()
}

/// What a leader makes of it: what a look releases it decides on again at once.
fn looked_at(row: &Row, news: News, now: Timestamp) -> (Row, Next) {
    match decide(row, news, now) {
        Next::Enter(State::Pending, reason, None) if matches!(news, News::Look { .. }) => {
            let released = entered(row, news, (State::Pending, reason), None);
            let next = decide(&released, news, now);
            (released, next)
        }
        next => (row.clone(), next),
    }
}

/// Where a person moves it.
fn ahead(row: &Row) -> Timestamp {
    later(row.due, 400)
}

/// The row after that, as the ledger keeps it.
fn entered(
    row: &Row,
    news: News,
    (state, reason): (State, Reason),
    not_before: Option<Timestamp>,
) -> Row {
    let counts = matches!(news, News::Ended(Outcome::Transient { .. } | Outcome::Ambiguous));
    Row {
        state,
        reason,
        not_before,
        due: if news == News::Moved { ahead(row) } else { row.due },
        failures: row.failures + u32::from(counts),
        crashes: row.crashes + u32::from(news == News::CutOff),
        cancel_wanted: false,
        ..row.clone()
    }
}

/// The world that does all that those do, mixed.
fn everything(until: Timestamp) -> Vec<News> {
    let mut all: Vec<News> = Vec::new();
    for news in worlds(until).concat() {
        if !all.contains(&news) {
            all.push(news);
        }
    }
    all
}

/// Worlds that between them do all that can happen, each to its full depth. Holds are open or last
/// till then.
fn worlds(until: Timestamp) -> [Vec<News>; 3] {
    let look = |reason, until| News::Look { hold: Some(Hold { reason, until }), superseded: false };
    let holds = HOLDS.iter().flat_map(|reason| [look(*reason, None), look(*reason, Some(until))]);
    let of = |waits: bool| {
        let is = move |outcome: &Outcome| matches!(outcome, Outcome::Transient { .. }) == waits;
        outcomes().into_iter().filter(is).map(News::Ended)
    };
    let others = [
        News::Look { hold: None, superseded: true },
        News::Unwanted(Reason::CancelledDeleted),
        News::Moved,
        News::Past,
        News::EndpointOff,
        News::Restored,
        News::NotSent,
    ];
    let offline = News::Ended(Outcome::Unavailable(Reason::HeldOffline));
    let is_left = |news: &News| *news != offline && *news != News::Ended(Outcome::Ambiguous);
    let begin = |news: Vec<News>| {
        let base = [
            LOOK,
            look(Reason::HeldNoNotifier, None),
            News::Ended(Outcome::Transient { retry_after: None, why: Setback::NotNow }),
            News::Ended(Outcome::Unavailable(Reason::HeldNoNotifier)),
            News::CutOff,
        ];
        base.into_iter().chain(news).collect()
    };
    [
        begin(holds.chain([offline, News::Ended(Outcome::Ambiguous)]).collect()),
        begin(of(true).chain([look(Reason::HeldResting, Some(until))]).collect()),
        begin(of(false).filter(is_left).chain(others).collect()),
    ]
}

#[test]
fn from_every_live_state_a_leader_reaches_an_end_whatever_the_world_does() {
    // What has no end of its own is looked at when the month is nearly over, and has failed often:
    // until then it only waits, each time a quarter of an hour at most, or fails.
    for (use_by, profile, desktop, begin, failures) in [
        (Some(1_500), Profile::Long, false, -10, 0),
        (Some(1_500), Profile::Quick, true, -10, 0),
        (Some(1), Profile::Long, false, -10, 0),
        (None, Profile::Long, false, MONTH - 1_500, 6),
        (None, Profile::Quick, true, MONTH - 1_500, 0),
    ] {
        for guarantee in [Guarantee::NeverMiss, Guarantee::NeverRepeat] {
            let end = Row {
                use_by: use_by.map(at),
                over: UseBy::Deadline,
                failures,
                desktop,
                guarantee,
                profile,
                ..row(State::Scheduled)
            };
            for news in worlds(at(begin + 800)) {
                let mut adverse = Adverse { known: HashMap::new(), news };
                let most = longest(&mut adverse, &end, begin);
                assert!((3..400).contains(&most), "{most} steps");
            }
        }
    }
}

#[test]
fn whatever_is_mixed_with_what_a_leader_reaches_an_end() {
    for (use_by, profile, desktop, begin, failures) in [
        (Some(200), Profile::Long, false, -10, 0),
        (Some(200), Profile::Quick, true, -10, 0),
        (None, Profile::Long, false, MONTH - 200, 6),
        (None, Profile::Quick, true, MONTH - 200, 0),
    ] {
        for guarantee in [Guarantee::NeverMiss, Guarantee::NeverRepeat] {
            let end = Row {
                use_by: use_by.map(at),
                over: UseBy::Deadline,
                failures,
                desktop,
                guarantee,
                profile,
                ..row(State::Scheduled)
            };
            let news = everything(at(begin + 100));
            let mut adverse = Adverse { known: HashMap::new(), news };
            let most = longest(&mut adverse, &end, begin);
            assert!((3..400).contains(&most), "{most} steps");
            assert!(adverse.known.len() > 1_000, "{} places", adverse.known.len());
        }
    }
}

/// The most steps from any live state, for any reason to be in it.
fn longest(adverse: &mut Adverse, like: &Row, begin: i64) -> u32 {
    let mut most = 0;
    for state in State::ALL.into_iter().filter(|s| s.class() == Class::Live) {
        for reason in Reason::ALL.iter().copied().filter(|r| state.admits(*r)) {
            let waits = matches!(state, State::Held | State::Retrying);
            let begun = Row {
                state,
                reason,
                not_before: waits.then(|| at(begin + 10)),
                cancel_wanted: state == State::Processing && reason != Reason::Claimed,
                ..like.clone()
            };
            let spared = Spared { moves: 1, lost_marks: 1, asks: 1 };
            most = most.max(adverse.steps(&begun, spared, at(begin)));
        }
    }
    most
}

#[test]
fn what_has_no_use_by_ends_after_a_month_of_finding_nobody() {
    for desktop in [true, false] {
        for held in [true, false] {
            let mut row = Row { use_by: None, desktop, ..row(State::Scheduled) };
            let mut now = at(0);
            let mut steps = 0;
            while row.state.class() == Class::Live {
                let hold = Hold { reason: Reason::HeldNoNotifier, until: None };
                let look = News::Look { hold: held.then_some(hold), superseded: false };
                let nobody = News::Ended(Outcome::Unavailable(Reason::HeldNoNotifier));
                let news = if row.state == State::Processing { nobody } else { look };
                now = clock(&row).map_or(now, |at| at.max(now));
                row = match decide(&row, news, now) {
                    Next::Enter(state, reason, not_before) => {
                        Row { state, reason, not_before, ..row }
                    }
                    Next::Send => Row { state: State::Processing, ..row },
                    Next::Keep | Next::FlagCancel => panic!("it stays: {row:?} at {now}"),
                };
                steps += 1;
            }
            let end = if desktop { State::Completed } else { State::Dead };
            assert_eq!(row.state, end);
            assert!((MONTH..MONTH + 900).contains(&now.duration_since(at(0)).as_secs()), "{now}");
            assert!(steps < 10_000, "{steps}");
        }
    }
}
