//! What the tray shows and what it can ask for: plain values, with every text already in the
//! words and the zone of the user.

use calendar::{
    id::{DeliveryId, EventId},
    timing::LocalStart,
};
use engine::programs::Opening;
use jiff::Timestamp;

/// What the tray shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrayState {
    /// The ledger cannot be read, so nothing else here is known.
    pub unread: bool,
    /// What rings next, soonest first; three are shown.
    pub next: Vec<NextRing>,
    /// How many reminders were told and not acknowledged.
    pub unacknowledged: u32,
    /// How many deliveries failed or wait for a person's decision.
    pub failed: u32,
    /// Whether reminders are held back.
    pub pause: Pause,
    /// Whether quiet hours are set to hold; `None` where none were ever set.
    pub quiet: Option<bool>,
    /// Until when it is quiet now, such as "07:00".
    pub quiet_until: Option<String>,
    /// Whether it is before 18:00, up to which one may pause.
    pub before_evening: bool,
}

/// One ring ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextRing {
    /// Its delivery; `None` while it is only projected.
    pub delivery: Option<String>,
    /// The absolute time, such as "Tue 09:50". A relative one would need a wake-up a minute.
    pub when: String,
    /// The event's title: text of any origin.
    pub title: String,
    /// What else can be done with it, each in words.
    pub choices: Vec<(String, TrayCommand)>,
}

/// Whether reminders are held back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pause {
    /// They ring.
    #[default]
    No,
    /// Held until a time, in words such as "14:00" or "tomorrow 08:00".
    Until(String),
    /// Held until the user resumes.
    UntilResumed,
}

/// What the user asked for by the tray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrayCommand {
    /// Open the window.
    Open {
        /// Where.
        what: Opening,
        /// Lets the window take the focus.
        activation_token: Option<String>,
    },
    /// Let a reminder ring later.
    Snooze {
        /// Which.
        delivery: DeliveryId,
        /// When.
        until: Timestamp,
    },
    /// A reminder need not ring any more.
    Done(DeliveryId),
    /// Leave this one of a series out.
    Skip {
        /// Of which event.
        event: EventId,
        /// Where it was first planned.
        original: LocalStart,
    },
    /// Hold reminders back.
    Pause(PauseFor),
    /// Let them ring again.
    Resume,
    /// Switch quiet hours on or off.
    QuietHours(bool),
    /// End the service: asked twice.
    Quit,
}

/// For how long reminders are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseFor {
    /// Half an hour from now.
    HalfHour,
    /// An hour from now.
    Hour,
    /// Until 18:00 today.
    UntilEvening,
    /// Until tomorrow morning.
    UntilTomorrow,
    /// Until the user resumes.
    UntilResumed,
}

/// The state of the icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Normal,
    Paused,
    Attention,
    Problem,
}

/// The longest text of one line.
const LINE: usize = 60;
/// How many rings are shown.
const NEXT: usize = 3;

impl TrayState {
    /// What matters most: a failure, then that nothing rings, then what waits.
    pub(super) fn mood(&self) -> Mood {
        if self.unread {
            return Mood::Problem;
        }
        match (self.failed, &self.pause, self.unacknowledged) {
            (1.., _, _) => Mood::Problem,
            (0, Pause::Until(_) | Pause::UntilResumed, _) => Mood::Paused,
            (0, Pause::No, 1..) => Mood::Attention,
            (0, Pause::No, 0) => Mood::Normal,
        }
    }

    /// The rings that are shown.
    pub(super) fn soonest(&self) -> &[NextRing] {
        &self.next[..self.next.len().min(NEXT)]
    }

    /// What the tooltip says below the name, one thing a line, without markup.
    pub(super) fn lines(&self) -> Vec<String> {
        if self.unread {
            return vec!["The ledger cannot be read".into()];
        }
        let mut lines = Vec::new();
        match &self.pause {
            Pause::No => {}
            Pause::Until(when) => lines.push(format!("Paused until {when}")),
            Pause::UntilResumed => lines.push("Paused until you resume".into()),
        }
        if let Some(until) = &self.quiet_until {
            lines.push(format!("Quiet hours until {until}"));
        }
        match self.failed {
            0 => {}
            1 => lines.push("1 needs attention".into()),
            n => lines.push(format!("{n} need attention")),
        }
        if self.unacknowledged > 0 {
            lines.push(format!("{} unacknowledged", self.unacknowledged));
        }
        lines.extend(self.soonest().iter().map(NextRing::line));
        if self.next.is_empty() {
            lines.push("Nothing is planned".into());
        }
        lines
    }
}

impl NextRing {
    /// "Tue 09:50  Stand-up", in one line of bounded length.
    pub(super) fn line(&self) -> String {
        let mut title: String =
            self.title.chars().filter(|c| !c.is_control() && !turns_text(*c)).take(LINE).collect();
        if self.title.chars().count() > LINE {
            title.push('…');
        }
        format!("{}  {title}", self.when)
    }
}

/// Characters that reorder the text around them.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANNOT: &str = "The ledger cannot be read";

    fn ring(title: &str) -> NextRing {
        NextRing { delivery: None, when: "09:50".into(), title: title.into(), choices: vec![] }
    }

    #[test]
    fn a_failure_outranks_a_pause_and_a_pause_outranks_what_waits() {
        let pause = Pause::UntilResumed;
        let all =
            TrayState { failed: 1, unacknowledged: 2, pause: pause.clone(), ..Default::default() };
        assert_eq!(all.mood(), Mood::Problem);
        assert_eq!(TrayState { failed: 0, ..all.clone() }.mood(), Mood::Paused);
        assert_eq!(TrayState { failed: 0, pause: Pause::No, ..all }.mood(), Mood::Attention);
        assert_eq!(TrayState::default().mood(), Mood::Normal);
    }

    #[test]
    fn the_tooltip_tells_what_matters_and_three_rings() {
        let state = TrayState {
            next: ["a", "b", "c", "d"].map(ring).into(),
            failed: 2,
            pause: Pause::Until("14:00".into()),
            ..Default::default()
        };
        assert_eq!(
            state.lines(),
            ["Paused until 14:00", "2 need attention", "09:50  a", "09:50  b", "09:50  c"]
        );
        assert_eq!(TrayState::default().lines(), ["Nothing is planned"]);
        let unread = TrayState { unread: true, ..Default::default() };
        assert_eq!((unread.mood(), unread.lines()), (Mood::Problem, vec![CANNOT.to_string()]));
    }

    #[test]
    fn a_title_stays_one_line_of_bounded_length() {
        assert_eq!(ring("a\nb\u{202e}c").line(), "09:50  abc");
        assert_eq!(ring(&"ä".repeat(61)).line(), format!("09:50  {}…", "ä".repeat(60)));
        assert_eq!(ring(&"ä".repeat(60)).line(), format!("09:50  {}", "ä".repeat(60)));
    }
}
