//! The record replayed: from the steps of a delivery to what its row has to be. The simulator,
//! `doctor` and the tests compare the two.

use calendar::{delivery::State, reason::Reason};

/// A step as the record has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The token after it.
    pub token: i64,
    /// Before; `None` for a row that came to be.
    pub from: Option<State>,
    /// After.
    pub to: State,
    /// Why.
    pub reason: Reason,
}

/// What the steps of a delivery come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// Where it stands.
    pub state: State,
    /// Why.
    pub reason: Reason,
    /// The token of its last claim.
    pub token: i64,
    /// How often it was claimed.
    pub attempts: u32,
    /// A person cancelled it while it was being sent.
    pub cancel_wanted: bool,
}

/// Adds up the steps of a delivery.
///
/// # Errors
/// When they do not follow from each other, or are none the machine has; it says which.
pub fn replay(steps: &[Taken]) -> Result<Replayed, String> {
    let (first, rest) = steps.split_first().ok_or("it has no steps")?;
    if first.from.is_some() || first.token != 0 || !State::FIRST.contains(&first.to) {
        return Err(format!("it begins as {}", first.to));
    }
    let mut at = Replayed {
        state: first.to,
        reason: first.reason,
        token: 0,
        attempts: 0,
        cancel_wanted: false,
    };
    for step in rest {
        at = at.after(step)?;
    }
    match at.state.admits(at.reason) {
        true => Ok(at),
        false => Err(format!("it is {} for {}", at.state, at.reason)),
    }
}

impl Replayed {
    fn after(self, step: &Taken) -> Result<Self, String> {
        let Some(from) = step.from.filter(|from| *from == self.state) else {
            return Err(format!("a step to {} does not begin at {}", step.to, self.state));
        };
        let is_claim = step.to == State::Processing && from != State::Processing;
        if step.token != self.token + i64::from(is_claim) {
            return Err(format!("token {} follows {}", step.token, self.token));
        }
        if from == step.to {
            return Ok(self.noted(step.reason));
        }
        if !from.may_become(step.to) {
            return Err(format!("{from} never becomes {}", step.to));
        }
        Ok(Self {
            state: step.to,
            reason: step.reason,
            token: step.token,
            attempts: self.attempts + u32::from(is_claim),
            cancel_wanted: false,
        })
    }

    /// After a step that stays where it is: what is being sent is to be cancelled or no longer; what
    /// waits, waits for something else now. That a moment moved changes no reason.
    fn noted(self, reason: Reason) -> Self {
        match self.state {
            State::Processing if reason.is_cancel() => Self { reason, cancel_wanted: true, ..self },
            State::Processing => Self { reason: Reason::Claimed, cancel_wanted: false, ..self },
            _ if reason != Reason::Moved && self.state.admits(reason) => Self { reason, ..self },
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(token: i64, from: Option<State>, to: State, reason: Reason) -> Taken {
        Taken { token, from, to, reason }
    }

    #[test]
    fn steps_add_up_or_it_is_said_where_not() {
        use State::{Completed, Held, Pending, Processing, Retrying, Scheduled};
        let whole = [
            step(0, None, Scheduled, Reason::Planned),
            step(0, Some(Scheduled), Scheduled, Reason::Moved),
            step(0, Some(Scheduled), Held, Reason::HeldPaused),
            step(0, Some(Held), Held, Reason::HeldQuiet),
            step(0, Some(Held), Pending, Reason::Released),
            step(1, Some(Pending), Processing, Reason::Claimed),
            step(1, Some(Processing), Retrying, Reason::RetryTransient),
            step(2, Some(Retrying), Processing, Reason::Claimed),
            step(2, Some(Processing), Processing, Reason::CancelledEdited),
            step(2, Some(Processing), Processing, Reason::BroughtBack),
            step(2, Some(Processing), Completed, Reason::LateRetried),
        ];
        let reasons: Vec<_> = (1..=whole.len())
            .map(|n| replay(&whole[..n]).map(|r| (r.reason, r.token, r.attempts, r.cancel_wanted)))
            .collect();
        let wanted = [
            (Reason::Planned, 0, 0, false),
            (Reason::Planned, 0, 0, false),
            (Reason::HeldPaused, 0, 0, false),
            (Reason::HeldQuiet, 0, 0, false),
            (Reason::Released, 0, 0, false),
            (Reason::Claimed, 1, 1, false),
            (Reason::RetryTransient, 1, 1, false),
            (Reason::Claimed, 2, 2, false),
            (Reason::CancelledEdited, 2, 2, true),
            (Reason::Claimed, 2, 2, false),
            (Reason::LateRetried, 2, 2, false),
        ];
        assert_eq!(reasons, wanted.map(Ok));
        // Without any one of them but those that change nothing, the rest does not add up.
        for left_out in [0, 2, 4, 5, 6, 7] {
            let mut steps = whole.to_vec();
            steps.remove(left_out);
            assert!(replay(&steps).is_err(), "without step {left_out}");
        }
        assert!(replay(&[]).is_err());
    }
}
