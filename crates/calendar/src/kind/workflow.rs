//! Workflow: something programs do at a moment. It has no length, and nobody is told of it: a
//! webhook is called, at its start.

use super::{Defaults, Kind};
use crate::{
    event::Event,
    id::ChannelId,
    policy::{Collapse, UseBy},
    reminder::Trigger,
    timing::Length,
};

/// The kind `workflow`.
pub struct Workflow;

impl Kind for Workflow {
    fn code(&self) -> &'static str {
        "workflow"
    }

    fn word(&self) -> &'static str {
        "Workflow"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            all_day: false,
            length: Length { days: 0, seconds: 0 },
            reminders: const { &[Trigger::START] },
            use_by: UseBy::After(86_400),
            collapse: (Collapse::Each(Some(100)), Collapse::Each(Some(100))),
            grace: 60,
        }
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    fn check(&self, event: &Event) -> Result<(), (&'static str, String)> {
        if event.timing.tie.is_all_day() {
            return Err(("start", "a workflow runs at a time: give one".into()));
        }
        if event.timing.length != (Length { days: 0, seconds: 0 }) {
            return Err(("length", "a workflow has no length: leave it away".into()));
        }
        if event.reminders.iter().any(|r| r.channel == ChannelId::DESKTOP) {
            let message = "a workflow calls a webhook and tells nobody: name a webhook channel";
            return Err(("reminders", message.into()));
        }
        Ok(())
    }
}
