//! What a change of a channel came to.

use serde::{Deserialize, Serialize};

use crate::reconcile::Effect;

/// What removing a channel came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChannelGone {
    /// Its name.
    pub name: String,
    /// What became of its deliveries.
    pub effect: Effect,
    /// So many events to come rang through it alone, and ring nowhere now.
    #[serde(default)]
    pub silent: u32,
    /// The titles of the first of them, at most three.
    #[serde(default)]
    pub titles: Vec<String>,
    /// More than this comes of it: whoever leads is still taking it from what is told through it.
    #[serde(default)]
    pub goes_on: bool,
}

impl ChannelGone {
    /// Which events ring nowhere any more, and whether more may come; none where each of them still rings
    /// and it is done.
    pub fn said(&self) -> Option<String> {
        let silenced = self.without("has no reminder now.", "have no reminder now.");
        let rest =
            self.goes_on.then(|| "The rest of its reminders is still being cancelled.".into());
        let said: Vec<String> = silenced.into_iter().chain(rest).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// Which events would ring nowhere any more, as one sentence; none where each of them still would.
    pub fn would_silence(&self) -> Option<String> {
        let said = "would have no reminder any more.";
        self.without(said, said)
    }

    fn without(&self, one: &str, several: &str) -> Option<String> {
        let named: Vec<String> = self.titles.iter().map(|title| format!("“{title}”")).collect();
        let more = self.silent.saturating_sub(u32::try_from(named.len()).unwrap_or(u32::MAX));
        let who = match (named.split_last()?, more) {
            ((last, []), 0) => return Some(format!("{last} {one}")),
            ((last, others), 0) => format!("{} and {last}", others.join(", ")),
            (_, more) => format!("{} and {more} more", named.join(", ")),
        };
        Some(format!("{who} {several}"))
    }
}

/// What changing a channel came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChannelChanged {
    /// So many waited for another try, may have arrived, and wait for a person now.
    #[serde(default)]
    pub to_check: u32,
}

impl ChannelChanged {
    /// What a person is to look at, as one sentence, if there is anything.
    pub fn said(&self) -> Option<String> {
        match self.to_check {
            0 => None,
            1 => Some("1 delivery that may have arrived waits under “please check”.".into()),
            n => Some(format!("{n} deliveries that may have arrived wait under “please check”.")),
        }
    }
}
