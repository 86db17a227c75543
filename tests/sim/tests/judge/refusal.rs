//! What can be changed of what the ledger refused.

use simulator::{
    outcome::Outcome,
    trace::{Entry, Happened},
};

use super::Case;

pub(crate) const CASES: &[Case] = &[(
    "the_ledger_refuses_nothing",
    |o| happens_last(o, Happened::Barred { what: "no such move".into() }),
    |o| happens_last(o, Happened::Struck { what: "no such move".into() }),
)];

fn happens_last(outcome: &mut Outcome, what: Happened) {
    let last = outcome.trace.last().expect("something happened").clone();
    outcome.trace.push(Entry { what, ..last });
}
