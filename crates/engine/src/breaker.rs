//! The breaker of an endpoint, as one pure value: after failures running, or when the endpoint
//! itself asks for time, it is given a rest, each longer than the one before; then one call at a
//! time is let through, until two of them went well. A test of it that is taken ends all that. There is no word for "being tried": that is
//! a delivery being sent, so a crash leaves nothing standing.

use std::time::Duration;

use calendar::reason::Reason;
use jiff::{SignedDuration, Timestamp};

/// So many failures running open it.
const FAILURES: u32 = 5;
/// So many successes close it again.
const SUCCESSES: u32 = 2;
/// The first rest; each further one is twice as long.
const SHORTEST: SignedDuration = SignedDuration::from_secs(60);
/// The longest rest that nobody asked for.
const LONGEST: SignedDuration = SignedDuration::from_secs(3_600);
/// The longest rest an endpoint may ask for.
const LONGEST_ASKED: SignedDuration = SignedDuration::from_secs(86_400);

/// What is kept of an endpoint's failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    /// Failures running.
    pub failures: u32,
    /// Successes since it opened.
    pub successes: u32,
    /// How often it opened since it was last closed.
    pub openings: u32,
    /// The end of the last rest.
    pub until: Option<Timestamp>,
    /// How long that rest was, so that no step of the clock makes it longer.
    pub rest: SignedDuration,
    /// Its certificate has not been trusted since then.
    pub mistrusted: Option<Timestamp>,
}

/// What a call of the endpoint came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It was taken.
    Taken,
    /// It was taken, and was sent to see whether the endpoint is well.
    Proven,
    /// It was not, or nobody knows.
    Failed,
    /// It was not, and the endpoint asked to be left alone for so long.
    Asked(Duration),
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Calls go through.
    Closed,
    /// None does, until then.
    Resting(Timestamp),
    /// One at a time does.
    Probing,
}

impl Breaker {
    /// How it stands at a moment.
    pub fn stand(&self, now: Timestamp) -> Stand {
        match self.until {
            None => Stand::Closed,
            Some(until) if until > now => Stand::Resting(until),
            Some(_) => Stand::Probing,
        }
    }

    /// Why it rests, where it does: it goes on failing, or only asked for it.
    pub fn why(&self) -> Reason {
        match self.failures >= FAILURES || self.openings > 1 {
            true => Reason::HeldResting,
            false => Reason::HeldAsked,
        }
    }

    /// Whether a call that began then was under way when the rest there is began.
    pub fn is_older_than_rest(&self, began: Timestamp, now: Timestamp) -> bool {
        let rests_since = self.until.and_then(|until| until.checked_sub(self.rest).ok());
        matches!(self.stand(now), Stand::Resting(_)) && rests_since.is_some_and(|at| began < at)
    }

    /// What it becomes by a call that ended now.
    #[must_use]
    pub fn after(self, call: Call, now: Timestamp) -> Self {
        match (call, self.stand(now)) {
            (Call::Taken, Stand::Closed) | (Call::Proven, _) => Self::default(),
            // Was under way when it opened: only what it is tried with says that it is well again.
            (Call::Taken, Stand::Resting(_)) => self,
            (Call::Taken, Stand::Probing) => {
                let successes = self.successes + 1;
                match successes >= SUCCESSES {
                    true => Self::default(),
                    false => Self { successes, failures: 0, ..self },
                }
            }
            (Call::Failed, Stand::Closed) => {
                let failed = Self { failures: self.failures + 1, ..self };
                match failed.failures >= FAILURES {
                    true => failed.opened(None, now),
                    false => failed,
                }
            }
            (Call::Failed, Stand::Probing) => {
                Self { failures: self.failures + 1, ..self }.opened(None, now)
            }
            // Was under way when it opened: that is no further sign.
            (Call::Failed, Stand::Resting(_)) => {
                Self { failures: self.failures + 1, successes: 0, ..self }
            }
            (Call::Asked(wait), Stand::Closed | Stand::Probing) => {
                Self { failures: self.failures + 1, ..self }.opened(Some(wait), now)
            }
            (Call::Asked(wait), Stand::Resting(until)) => {
                let wait = bounded(wait);
                let asked = now.checked_add(wait).unwrap_or(until);
                let failed = Self { failures: self.failures + 1, successes: 0, ..self };
                match asked > until {
                    true => Self { until: Some(asked), rest: wait, ..failed },
                    false => failed,
                }
            }
        }
    }

    /// The same after the wall clock may have been set back: no rest is longer than it was given.
    #[must_use]
    pub fn clamped(self, now: Timestamp) -> Self {
        let latest = now.checked_add(self.rest).unwrap_or(Timestamp::MAX);
        Self { until: self.until.map(|until| until.min(latest)), ..self }
    }

    /// A first rest is as long as was asked for; the endpoint knows best. One that goes on
    /// failing after it is given longer ones.
    fn opened(self, asked: Option<Duration>, now: Timestamp) -> Self {
        let wait = asked.map(bounded).unwrap_or_default();
        let own = match (wait.is_zero(), self.openings) {
            (false, 0) => SignedDuration::ZERO,
            (false, n) => doubled(n - 1),
            (true, n) => doubled(n),
        };
        let rest = wait.max(own);
        let until = now.checked_add(rest).unwrap_or(Timestamp::MAX);
        let openings = self.openings.saturating_add(1);
        Self { openings, successes: 0, until: Some(until), rest, ..self }
    }
}

fn doubled(times: u32) -> SignedDuration {
    let longer = SHORTEST.checked_mul(1 << times.min(10));
    longer.map_or(LONGEST, |rest| rest.min(LONGEST))
}

fn bounded(wait: Duration) -> SignedDuration {
    SignedDuration::try_from(wait).map_or(LONGEST_ASKED, |wait| wait.min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds and what happened then: `+` taken, `!` as a test, `-` failed, a number failed and asked for it;
    /// gives how it stands just after, with the end of a rest in seconds.
    fn run(story: &[(i64, &str)]) -> Vec<String> {
        let at = |seconds| Timestamp::from_second(seconds).expect("in range");
        let mut breaker = Breaker::default();
        let mut stands = Vec::new();
        for (second, word) in story {
            let call = match *word {
                "+" => Some(Call::Taken),
                "!" => Some(Call::Proven),
                "-" => Some(Call::Failed),
                "" => None,
                wait => Some(Call::Asked(Duration::from_secs(wait.parse().expect("seconds")))),
            };
            let now = at(*second);
            breaker = breaker.clamped(now);
            breaker = call.map_or(breaker, |call| breaker.after(call, now));
            stands.push(match breaker.stand(now) {
                Stand::Closed => "closed".into(),
                Stand::Resting(until) => format!("until {}", until.as_second()),
                Stand::Probing => "probing".into(),
            });
        }
        stands
    }

    fn check(story: &[(i64, &str)], last: &str) {
        let stands = run(story);
        assert_eq!(stands.last().map(String::as_str), Some(last), "{story:?}: {stands:?}");
    }

    const OPEN: [(i64, &str); 5] = [(1, "-"), (2, "-"), (3, "-"), (4, "-"), (5, "-")];

    fn opened_then(more: &[(i64, &'static str)], last: &str) {
        let story: Vec<_> = OPEN.iter().chain(more).copied().collect();
        check(&story, last);
    }

    #[test]
    fn five_failures_running_open_it_for_a_minute() {
        check(&OPEN[..4], "closed");
        check(&OPEN, "until 65");
        check(&[(1, "-"), (2, "-"), (3, "+"), (4, "-"), (5, "-"), (6, "-"), (7, "-")], "closed");
        opened_then(&[(64, "")], "until 65");
        opened_then(&[(65, "")], "probing");
    }

    #[test]
    fn each_further_rest_is_twice_as_long_up_to_an_hour() {
        opened_then(&[(65, "-")], "until 185");
        opened_then(&[(65, "-"), (185, "-")], "until 425");
        let mut story = OPEN.to_vec();
        story.extend([100_000, 200_000, 300_000, 400_000, 500_000, 600_000].map(|at| (at, "-")));
        check(&story, "until 603600");
        story.extend([(700_000, "-")]);
        check(&story, "until 703600");
    }

    #[test]
    fn two_successes_close_it_and_the_next_rest_is_short_again() {
        opened_then(&[(65, "+")], "probing");
        opened_then(&[(65, "+"), (66, "-")], "until 186");
        opened_then(&[(65, "+"), (66, "+")], "closed");
        let again = [(70, "-"), (71, "-"), (72, "-"), (73, "-"), (74, "-")];
        let story: Vec<_> = [(65, "+"), (66, "+")].into_iter().chain(again).collect();
        opened_then(&story, "until 134");
    }

    #[test]
    fn what_was_under_way_when_it_opened_makes_no_rest_longer() {
        opened_then(&[(6, "-"), (7, "-"), (8, "-")], "until 65");
        opened_then(&[(6, "+"), (7, "-")], "until 65");
        // And ends none: only the answers of those it is tried with do.
        opened_then(&[(6, "+"), (7, "+"), (8, "+")], "until 65");
        opened_then(&[(6, "+"), (7, "+"), (65, "+")], "probing");
    }

    #[test]
    fn a_test_that_is_taken_closes_it_at_any_time() {
        opened_then(&[(6, "!")], "closed");
        opened_then(&[(70, "!")], "closed");
        opened_then(&[(70, "-"), (71, "!"), (72, "-")], "closed");
        check(&[(1, "600"), (2, "!")], "closed");
    }

    #[test]
    fn what_was_under_way_when_it_was_given_a_rest_is_older_than_that() {
        let at = |seconds| Timestamp::from_second(seconds).expect("in range");
        let resting = Breaker::default().after(Call::Asked(Duration::from_secs(600)), at(10));
        assert!(resting.is_older_than_rest(at(9), at(11)));
        assert!(!resting.is_older_than_rest(at(10), at(11)));
        assert!(!resting.is_older_than_rest(at(9), at(611)), "it is over");
        assert!(!Breaker::default().is_older_than_rest(at(9), at(11)));
    }

    #[test]
    fn an_endpoint_is_given_the_time_it_asks_for() {
        check(&[(1, "120")], "until 121");
        check(&[(1, "2")], "until 3");
        // Nothing asked for is an ordinary rest; more than a day is a day.
        check(&[(1, "0")], "until 61");
        check(&[(1, "864000")], "until 86401");
        // Asking for a little again and again is a failure like any other.
        check(&[(1, "2"), (3, "2")], "until 63");
        check(&[(1, "2"), (3, "2"), (63, "2")], "until 183");
        opened_then(&[(6, "120")], "until 126");
        opened_then(&[(6, "10")], "until 65");
    }

    #[test]
    fn an_endpoint_that_asked_for_time_is_not_said_to_fail_repeatedly() {
        let at = |seconds| Timestamp::from_second(seconds).expect("in range");
        let asked = Breaker::default().after(Call::Asked(Duration::from_secs(40)), at(1));
        assert_eq!(asked.why(), Reason::HeldAsked);
        assert_eq!(asked.after(Call::Failed, at(2)).why(), Reason::HeldAsked);
        assert_eq!(asked.after(Call::Failed, at(41)).why(), Reason::HeldResting);
        let failed =
            OPEN.iter().fold(Breaker::default(), |b, (s, _)| b.after(Call::Failed, at(*s)));
        assert_eq!(failed.why(), Reason::HeldResting);
    }

    #[test]
    fn a_clock_set_back_makes_no_rest_longer() {
        let day = 86_400;
        check(&[(day, "120"), (100, "")], "until 220");
        check(&[(day, "120"), (100, ""), (219, "")], "until 220");
        check(&[(day, "120"), (100, ""), (220, "")], "probing");
        check(&[(1, "120"), (day, "")], "probing");
    }
}
