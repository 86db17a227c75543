//! The machine as a table: what it is, what happened, what it becomes.

use super::*;

mod machine;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).expect("in range")
}

/// Due at 0, worth telling for an hour, desktop, on time for a minute.
fn row(state: State) -> Row {
    Row {
        state,
        reason: Reason::Planned,
        due: at(0),
        use_by: Some(at(3600)),
        over: UseBy::End,
        not_before: None,
        failures: 0,
        crashes: 0,
        cancel_wanted: false,
        desktop: false,
        guarantee: Guarantee::NeverMiss,
        profile: Profile::Quick,
        grace: 60,
        spread: 500,
    }
}

#[test]
fn a_retry_is_numbered_by_the_schedule_it_goes_by_and_only_while_that_is_known() {
    let tried = |state, reason, failures| Row { reason, failures, ..row(state) }.retry();
    let (long, refused) = (Reason::RetryTransient, Reason::RetryRefused);
    assert_eq!(tried(State::Retrying, long, 3), Some((3, 3)));
    assert_eq!(tried(State::Retrying, refused, 2), Some((2, 5)));
    // Of the first after a refusal nobody knows any more; a person asked for the second.
    assert_eq!(tried(State::Held, Reason::HeldResting, 2), None);
    assert_eq!(tried(State::Pending, Reason::RetryAsked, 4), None);
}

const LOOK: News = News::Look { hold: None, superseded: false };

#[test]
fn nothing_is_sent_before_its_moment_nor_at_its_end() {
    for (now, next) in [
        (-1, Next::Keep),
        (0, Next::Send),
        (3599, Next::Send),
        (3600, Next::Enter(State::Expired, Reason::ExpiredEventOver, None)),
    ] {
        assert_eq!(decide(&row(State::Scheduled), LOOK, at(now)), next, "at {now} s");
    }
}

#[test]
fn a_webhook_that_was_tried_is_not_missed_when_its_time_is_over() {
    let failed = Next::Enter(State::Dead, Reason::DeadOutOfTime, None);
    let missed = Next::Enter(State::Expired, Reason::ExpiredEventOver, None);
    for (failures, crashes, desktop, next) in [
        (0, 0, false, missed),
        (1, 0, false, failed),
        // Its first try was cut off: nobody knows whether it was taken.
        (0, 1, false, failed),
        (0, 1, true, missed),
    ] {
        let row = Row { failures, crashes, desktop, ..row(State::Pending) };
        assert_eq!(decide(&row, LOOK, at(3600)), next, "{failures} {crashes} {desktop}");
    }
}

#[test]
fn a_hold_wins_over_sending_and_expiry_over_a_hold() {
    let hold = Hold { reason: Reason::HeldPaused, until: Some(at(7200)) };
    let news = News::Look { hold: Some(hold), superseded: false };
    let held = Next::Enter(State::Held, Reason::HeldPaused, Some(at(3600)));
    assert_eq!(decide(&row(State::Scheduled), news, at(1)), held);
    let expired = Next::Enter(State::Expired, Reason::ExpiredEventOver, None);
    assert_eq!(decide(&row(State::Held), news, at(3600)), expired);
    let same = Row { reason: Reason::HeldPaused, not_before: Some(at(3600)), ..row(State::Held) };
    assert_eq!(decide(&same, news, at(1)), Next::Keep);
    assert_eq!(decide(&same, LOOK, at(1)), Next::Enter(State::Pending, Reason::Released, None));
}

#[test]
fn a_hold_without_use_by_ends_after_thirty_days() {
    let news = News::Look {
        hold: Some(Hold { reason: Reason::HeldNoNotifier, until: None }),
        superseded: false,
    };
    let month = 30 * 86_400;
    let webhook = Row { use_by: None, ..row(State::Held) };
    let desktop = Row { desktop: true, ..webhook.clone() };
    assert!(matches!(decide(&webhook, news, at(month - 1)), Next::Enter(State::Held, ..)));
    assert_eq!(
        decide(&webhook, news, at(month)),
        Next::Enter(State::Dead, Reason::DeadExhausted, None)
    );
    assert_eq!(
        decide(&desktop, news, at(month)),
        Next::Enter(State::Completed, Reason::InboxOnly, None)
    );
}

#[test]
fn only_never_attempted_rows_collapse() {
    let news = News::Look { hold: None, superseded: true };
    let gone = Next::Enter(State::Coalesced, Reason::Coalesced, None);
    assert_eq!(decide(&row(State::Scheduled), news, at(1)), gone);
    assert_eq!(decide(&Row { failures: 1, ..row(State::Retrying) }, news, at(1)), Next::Send);
    // What found nobody was tried and never sent; it need not have rested first.
    let until = Some(at(3_000));
    let resting = Row { reason: Reason::HeldOffline, not_before: until, ..row(State::Held) };
    assert_eq!(decide(&resting, LOOK, at(1)), Next::Keep);
    assert_eq!(decide(&resting, news, at(1)), gone);
}

#[test]
fn failures_follow_the_schedule_and_end_dead() {
    let news = News::Ended(Outcome::Transient { retry_after: None, why: Setback::NotNow });
    for (failures, wait) in [(0, Some(1)), (1, Some(2)), (2, Some(4)), (3, None)] {
        let next = match wait {
            Some(s) => Next::Enter(State::Retrying, Reason::RetryTransient, Some(at(10 + s))),
            None => Next::Enter(State::Dead, Reason::DeadExhausted, None),
        };
        assert_eq!(decide(&Row { failures, ..row(State::Processing) }, news, at(10)), next);
    }
    let asked = News::Ended(Outcome::Transient {
        retry_after: Some(Duration::from_secs(1_000_000)),
        why: Setback::NotNow,
    });
    let capped = Next::Enter(State::Retrying, Reason::RetryTransient, Some(at(86_400)));
    let unending = Row { use_by: None, ..row(State::Processing) };
    assert_eq!(decide(&unending, asked, at(0)), capped);
    // What would be tried again at its end or after it is over then.
    let at_its_end = Next::Enter(State::Retrying, Reason::RetryTransient, Some(at(3_600)));
    assert_eq!(decide(&row(State::Processing), asked, at(0)), at_its_end);
    let late = Row { failures: 2, ..row(State::Processing) };
    assert_eq!(decide(&late, news, at(3_598)), at_its_end);
}

/// After how many seconds each failure of a row that spreads like this is tried again, until it
/// is dead.
fn waits(profile: Profile, why: Setback, spread: u16) -> Vec<f64> {
    let news = News::Ended(Outcome::Transient { retry_after: None, why });
    let mut waits = Vec::new();
    // Ends: every schedule does.
    for failures in 0.. {
        let row = Row { profile, spread, failures, use_by: None, ..row(State::Processing) };
        match decide(&row, news, at(0)) {
            Next::Enter(State::Retrying, _, Some(again)) => {
                waits.push(again.duration_since(at(0)).as_secs_f64());
            }
            other => {
                assert_eq!(other, Next::Enter(State::Dead, Reason::DeadExhausted, None));
                break;
            }
        }
    }
    waits
}

#[test]
fn each_schedule_is_as_promised_and_a_fifth_more_or_less() {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 3_600.0;
    let long = [
        5.0,
        30.0,
        2.0 * MINUTE,
        10.0 * MINUTE,
        30.0 * MINUTE,
        2.0 * HOUR,
        5.0 * HOUR,
        10.0 * HOUR,
        14.0 * HOUR,
        20.0 * HOUR,
    ];
    let quick = [1.0, 2.0, 4.0];
    let refused = [1.0, 2.0, 4.0, 30.0 * MINUTE, 2.0 * HOUR];
    for (profile, why, schedule) in [
        (Profile::Long, Setback::NotNow, &long[..]),
        (Profile::Quick, Setback::NotNow, &quick[..]),
        (Profile::Long, Setback::Refused, &refused[..]),
        (Profile::Quick, Setback::Refused, &refused[..]),
        (Profile::Long, Setback::Certificate, &long[..]),
        (Profile::Quick, Setback::Certificate, &quick[..]),
    ] {
        let of = |part: f64| schedule.iter().map(|wait| wait * part).collect::<Vec<_>>();
        let found = |spread| waits(profile, why, spread);
        assert_eq!(found(0), of(0.8), "{profile:?}");
        assert_eq!(found(500), of(1.0), "{profile:?}");
        for (wait, most) in found(999).into_iter().zip(of(1.2)) {
            assert!((most * 0.999..=most).contains(&wait), "{profile:?}: {wait} of {most}");
        }
        assert_eq!(found(999).len(), schedule.len());
    }
    assert_eq!(Profile::default(), Profile::Long);
}

#[test]
fn what_nobody_knows_follows_the_channels_promise() {
    let never_repeat = Row { guarantee: Guarantee::NeverRepeat, ..row(State::Processing) };
    for (news, reason) in [
        (News::CutOff, Reason::ReviewCutOff),
        (News::Ended(Outcome::Ambiguous), Reason::ReviewNoAnswer),
    ] {
        let review = Next::Enter(State::Review, reason, None);
        assert_eq!(decide(&never_repeat, news, at(1)), review);
    }
    let again = Next::Enter(State::Pending, Reason::Again, None);
    assert_eq!(decide(&row(State::Processing), News::CutOff, at(1)), again);
    let third = Row { crashes: 2, ..row(State::Processing) };
    let quarantined = Next::Enter(State::Dead, Reason::DeadQuarantined, None);
    assert_eq!(decide(&third, News::CutOff, at(1)), quarantined);
}

#[test]
fn a_cancel_in_flight_ends_cancelled_unless_it_was_taken() {
    assert_eq!(
        decide(&row(State::Processing), News::Unwanted(Reason::CancelledDeleted), at(1)),
        Next::FlagCancel
    );
    let flagged = Row { cancel_wanted: true, ..row(State::Processing) };
    for (noted, reason) in [
        (Reason::CancelledDeleted, Reason::CancelledDeleted),
        (Reason::CancelledAcknowledged, Reason::CancelledAcknowledged),
        // An older program did not note why.
        (Reason::Claimed, Reason::CancelledEdited),
    ] {
        let flagged = Row { reason: noted, ..flagged };
        for news in [
            News::CutOff,
            News::Ended(Outcome::Ambiguous),
            News::Ended(Outcome::Transient { retry_after: None, why: Setback::NotNow }),
            News::Ended(Outcome::Unavailable(Reason::HeldNoNotifier)),
            News::Ended(Outcome::TooLate),
            News::NotSent,
        ] {
            let cancelled = Next::Enter(State::Cancelled, reason, None);
            assert_eq!(decide(&flagged, news, at(1)), cancelled);
        }
    }
    let taken = News::Ended(Outcome::Accepted { in_digest: false, late: Reason::LateBusy });
    assert_eq!(decide(&flagged, taken, at(1)), Next::Enter(State::Completed, Reason::OnTime, None));
}

#[test]
fn told_beyond_grace_is_late_with_its_cause() {
    let taken = News::Ended(Outcome::Accepted { in_digest: false, late: Reason::LateAsleep });
    for (now, reason) in [(60, Reason::OnTime), (61, Reason::LateAsleep)] {
        let next = Next::Enter(State::Completed, reason, None);
        assert_eq!(decide(&row(State::Processing), taken, at(now)), next);
    }
}

#[test]
fn a_cut_off_pop_up_is_shown_again_only_while_fresh() {
    let cut = Row { desktop: true, crashes: 1, ..row(State::Pending) };
    assert_eq!(decide(&cut, LOOK, at(60)), Next::Send);
    assert_eq!(decide(&cut, LOOK, at(61)), Next::Enter(State::Completed, Reason::InboxOnly, None));
}

#[test]
fn parked_and_final_states_are_moved_by_no_clock() {
    let all = [
        LOOK,
        News::Unwanted(Reason::CancelledEdited),
        News::CutOff,
        News::Restored,
        News::NotSent,
        News::Ended(Outcome::Permanent),
        News::Ended(Outcome::Ambiguous),
    ];
    for state in State::ALL.into_iter().filter(|s| s.class() != Class::Live) {
        for news in all {
            assert_eq!(decide(&row(state), news, at(99_999)), Next::Keep, "{state} {news:?}");
        }
    }
}

#[test]
fn every_code_reads_back() {
    for state in State::ALL {
        assert_eq!(state.code().parse(), Ok(state));
    }
    let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|r| r.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    for reason in Reason::ALL {
        assert_eq!(reason.code().parse(), Ok(*reason));
    }
}

#[test]
fn what_found_nobody_rests_before_the_next_try_and_not_beyond_its_end() {
    let nobody = News::Ended(Outcome::Unavailable(Reason::HeldOffline));
    for (now, until) in [(0, 60), (400, 500), (1000, 1250), (3570, 3599)] {
        let Next::Enter(State::Held, Reason::HeldOffline, Some(at_last)) =
            decide(&row(State::Processing), nobody, at(now))
        else {
            panic!("held at {now}");
        };
        assert_eq!(at_last.as_second(), at(until).as_second(), "at {now}");
        let resting =
            Row { reason: Reason::HeldOffline, not_before: Some(at_last), ..row(State::Held) };
        assert_eq!(decide(&resting, LOOK, at(now + 1)), Next::Keep);
        assert_eq!(
            decide(&resting, LOOK, at_last),
            Next::Enter(State::Pending, Reason::Released, None)
        );
    }
}

#[test]
fn of_a_restored_ledger_the_past_is_put_before_a_person_and_the_future_stays() {
    for state in State::ALL.into_iter().filter(|s| s.class() == Class::Live) {
        let over = Row { use_by: Some(at(10)), ..row(state) };
        for one in [row(state), over] {
            assert_eq!(decide(&one, News::Restored, at(-1)), Next::Keep, "{state}");
            for now in [0, 9, 10, 99_999] {
                let aside = Next::Enter(State::Review, Reason::ReviewRestored, None);
                assert_eq!(decide(&one, News::Restored, at(now)), aside, "{state} at {now}");
            }
        }
    }
}
