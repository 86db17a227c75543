//! Aim: the machine has no dead end and leaves no frame. Method: every state with a grid of what a
//! row can hold, every news and a few moments; and a search of all that an adverse world can do
//! to a row, until it ends or waits for a person.

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
        refused: false,
    };
    vec![
        Outcome::Accepted { in_digest: false, late: Reason::LateBusy },
        Outcome::Accepted { in_digest: true, late: Reason::LateBusy },
        asked(0),
        asked(1_000_000),
        Outcome::Transient { retry_after: None, refused: true },
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
fn a_person_moves_what_is_parked_and_nothing_else() {
    for state in State::ALL {
        for row in grid(state) {
            for wish in [Wish::Retry, Wish::SendAsNew, Wish::Discard] {
                match (asked(&row, wish, at(10)), state.class()) {
                    (Ok(Next::Enter(to, reason, None)), Class::Parked) => {
                        assert!(state.may_become(to) && to.admits(reason), "{row:?} {wish:?}");
                    }
                    (Err(Refused::NotParked), Class::Live | Class::Final) => {}
                    (other, _) => panic!("{row:?} {wish:?}: {other:?}"),
                }
            }
            let over = asked(&row, Wish::Retry, at(3_600));
            let parked = state.class() == Class::Parked;
            assert_eq!(over == Err(Refused::Over), parked && row.use_by.is_some(), "{row:?}");
        }
    }
}

/// What matters of a row, and the moment.
type Place = (State, Reason, Option<i64>, u32, u32, i64);

/// A world that always answers the worst it can, in every order: how long it can go on.
struct Adverse {
    /// The steps to the end from each place.
    known: HashMap<Place, u32>,
    news: Vec<News>,
}

impl Adverse {
    /// The most steps a working leader needs until this row ends or is parked.
    fn steps(&mut self, row: &Row, now: Timestamp) -> u32 {
        if row.state.class() != Class::Live {
            return 0;
        }
        let wait = row.not_before.map(Timestamp::as_millisecond);
        let (failures, crashes) = (row.failures, row.crashes);
        let key = (row.state, row.reason, wait, failures, crashes, now.as_millisecond());
        if let Some(known) = self.known.get(&key) {
            assert_ne!(*known, u32::MAX, "round in a circle: {row:?} at {now}");
            return *known;
        }
        self.known.insert(key, u32::MAX);
        let most = self.after(row, now).iter().map(|(row, now)| self.steps(row, *now)).max();
        let most = most.unwrap_or(0) + 1;
        self.known.insert(key, most);
        most
    }

    /// What it can be after the leader's next look at it, or after its attempt.
    fn after(&self, row: &Row, now: Timestamp) -> Vec<(Row, Timestamp)> {
        let is_sending = row.state == State::Processing;
        let now = match clock(row) {
            None => now,
            Some(at) => at.max(now),
        };
        let mut all = Vec::new();
        for news in &self.news {
            if is_sending == matches!(news, News::Look { .. }) {
                continue;
            }
            match decide(row, *news, now) {
                // Held for the reason that holds still: it is looked at when that ends.
                Next::Keep | Next::FlagCancel => {
                    let next = [row.use_by, clock(row)].into_iter().flatten();
                    let next = next.filter(|at| *at > now).min();
                    let next = next.unwrap_or_else(|| panic!("nobody looks: {row:?} at {now}"));
                    all.push((row.clone(), next));
                }
                Next::Send => {
                    let state = State::Processing;
                    let claimed =
                        Row { state, reason: Reason::Claimed, not_before: None, ..row.clone() };
                    all.push((claimed, now));
                }
                Next::Enter(state, reason, not_before) => {
                    let counts =
                        matches!(news, News::Ended(Outcome::Transient { .. } | Outcome::Ambiguous));
                    let next = Row {
                        state,
                        reason,
                        not_before,
                        failures: row.failures + u32::from(counts),
                        crashes: row.crashes + u32::from(*news == News::CutOff),
                        ..row.clone()
                    };
                    all.push((next, now));
                }
            }
        }
        all
    }
}

#[test]
fn from_every_live_state_a_leader_reaches_an_end_whatever_the_world_does() {
    let mut most = 0;
    for (use_by, profile, desktop) in [
        (Some(3_600), Profile::Long, false),
        (Some(3_600), Profile::Quick, true),
        (Some(1), Profile::Long, false),
    ] {
        for guarantee in [Guarantee::NeverMiss, Guarantee::NeverRepeat] {
            let start = |state| Row {
                use_by: use_by.map(at),
                over: UseBy::Deadline,
                desktop,
                guarantee,
                profile,
                ..row(state)
            };
            let hold = |reason, until| News::Look {
                hold: Some(Hold { reason, until }),
                superseded: false,
            };
            let news = vec![
                LOOK,
                hold(Reason::HeldNoNotifier, None),
                hold(Reason::HeldResting, Some(at(2_000))),
                News::Ended(Outcome::Transient { retry_after: None, refused: false }),
                News::Ended(Outcome::Ambiguous),
                News::Ended(Outcome::Unavailable(Reason::HeldNoNotifier)),
                News::CutOff,
            ];
            let mut adverse = Adverse { known: HashMap::new(), news };
            for state in State::ALL.into_iter().filter(|s| s.class() == Class::Live) {
                let reason = Reason::ALL.iter().copied().find(|r| state.admits(*r));
                let begun = Row { reason: reason.expect("a reason"), ..start(state) };
                let waits = matches!(state, State::Held | State::Retrying);
                let begun = Row { not_before: waits.then(|| at(0)), ..begun };
                most = most.max(adverse.steps(&begun, at(-10)));
            }
        }
    }
    assert!((20..400).contains(&most), "{most} steps");
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
