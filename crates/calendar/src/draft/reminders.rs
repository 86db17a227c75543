//! The reminders of a draft: what they say, and what no reminder may be.

use serde::{Deserialize, Serialize};

use super::{DraftError, EventDraft, parsed, wrong};
use crate::{
    event::Event,
    id::ChannelId,
    kind::KindRef,
    nag::Insist,
    recurrence::{Freq, Rule},
    reminder::{Reminder, Trigger},
    timing::Tie,
};

/// The most reminders of one event.
const MOST: usize = 20;

/// A reminder from outside.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReminderDraft {
    /// As identities write triggers: `-PT10M`.
    pub trigger: String,
    /// Channel id.
    pub channel: String,
    /// Its own use-by.
    #[serde(default)]
    pub use_by: Option<String>,
    /// Its own collapse.
    #[serde(default)]
    pub collapse: Option<String>,
    /// How often it is told again until it is answered: `5m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nag: Option<String>,
    /// It rings through quiet hours and pauses.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alarm: bool,
}

impl EventDraft {
    /// The reminders it says, or the kind's.
    pub(super) fn reminders(
        &self,
        kind: KindRef,
        tie: &Tie,
        once: bool,
    ) -> Result<Vec<Reminder>, DraftError> {
        let Some(drafts) = &self.reminders else {
            let usual = kind.defaults().reminders_on(tie).into_iter();
            return Ok(usual
                .map(|trigger| Reminder {
                    trigger,
                    channel: ChannelId::DESKTOP,
                    use_by: None,
                    collapse: None,
                    insist: Insist::default(),
                })
                .collect());
        };
        if drafts.len() > MOST {
            return Err(wrong(
                "reminders",
                format!("{} reminders: at most {} are taken", drafts.len(), MOST),
            ));
        }
        let mut reminders: Vec<Reminder> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let reminder = draft.check()?;
            if matches!(reminder.trigger, Trigger::At(_)) && !once {
                let message =
                    "a reminder at a moment is for an event that happens once: this one repeats";
                return Err(wrong("reminders", message));
            }
            if reminders
                .iter()
                .any(|r| (r.trigger, r.channel) == (reminder.trigger, reminder.channel))
            {
                let message = "the same reminder is there twice for the same channel";
                return Err(wrong("reminders", message));
            }
            reminders.push(reminder);
        }
        Ok(reminders)
    }
}

impl ReminderDraft {
    fn check(&self) -> Result<Reminder, DraftError> {
        Ok(Reminder {
            trigger: self.trigger.parse().map_err(|e| wrong("reminders", format!("{e}")))?,
            channel: self.channel.parse().map_err(|e| wrong("reminders", format!("{e}")))?,
            use_by: parsed("reminders", self.use_by.as_deref())?,
            collapse: parsed("reminders", self.collapse.as_deref())?,
            insist: Insist { nag: parsed("reminders", self.nag.as_deref())?, alarm: self.alarm },
        })
    }
}

/// Finer than a minute is for programs, not for people; and by the second, "a day before" would
/// take in more than can be looked through at once.
pub(super) fn refuse_seconds(event: &Event) -> Result<(), DraftError> {
    let by_the_second = |rule: &Rule| rule.freq() == Freq::Secondly || rule.by_second().len() > 1;
    if !event.repeats.rules.iter().any(by_the_second) {
        return Ok(());
    }
    for reminder in &event.reminders {
        let exact = matches!(reminder.trigger, Trigger::Relative { days: 0, from_end: false, .. });
        if reminder.channel == ChannelId::DESKTOP {
            let message = "the rule repeats by the second: on the desktop a minute is the finest";
            return Err(wrong("rrule", message));
        }
        if !exact {
            let message = format!(
                "reminder {}: of a rule by the second they are in minutes or hours",
                reminder.trigger
            );
            return Err(wrong("reminders", message));
        }
    }
    Ok(())
}
