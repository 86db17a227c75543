//! Showing again: when another notification service is there than before, or we have another
//! connection to it, what is unanswered is put on its screen. One at a time, with nothing else on its
//! way to it, after a pass that has written down what came back; and each as the ledger has it just then,
//! so that what was answered while another was shown stays away. While all is silent only alarms are; the
//! rest waits for the end of that.

use std::collections::HashSet;

use calendar::id::DeliveryId;

use crate::{
    courier::{Handover, Message, Parcel, Report, Screen},
    engine::Engine,
    error::Result,
    renderings::Rendering,
};

/// What is left to be shown again on the screen there is.
#[derive(Default)]
pub(super) struct Again {
    screen: Option<Screen>,
    /// What was handed over to it, whatever became of that.
    tried: HashSet<String>,
    /// Nothing is left but what waits until all is not silent any more.
    waits: bool,
    is_over: bool,
    /// What is on its way to it.
    rows: Vec<DeliveryId>,
}

impl Again {
    /// The next to be put on this screen, if anything is left.
    pub(super) fn next(&mut self, engine: &Engine, screen: Option<Screen>) -> Option<Parcel> {
        if self.screen != screen {
            *self = Self { screen, ..Self::default() };
        }
        let Rendering { rows, replaces, notice } = self.look(engine).unwrap_or_else(|error| {
            tracing::warn!(%error, "what was told before is in the inbox only");
            None
        })?;
        self.rows.clone_from(&rows);
        let message = Message::Notice(notice);
        let claims = Vec::new();
        Some(Parcel { claims, again: rows, replaces, attempt: 1, use_by: None, message })
    }

    fn look(&mut self, engine: &Engine) -> Result<Option<Rendering>> {
        let Some(screen) = self.screen.as_ref().filter(|_| !self.is_over) else { return Ok(None) };
        if self.waits && engine.silence()?.at(engine.now().wall).is_some() {
            return Ok(None);
        }
        let (all, is_silent) = engine.to_show_again(screen)?;
        let next = all.into_iter().find(|one| self.tried.insert(one.notice.key.clone()));
        self.waits = next.is_none() && is_silent;
        self.is_over = next.is_none() && !is_silent;
        Ok(next)
    }

    /// Notes who shows it now.
    pub(super) fn back(&mut self, engine: &Engine, report: Option<Report>) {
        let rows = std::mem::take(&mut self.rows);
        let handover = report.map(|report| report.handover);
        let Some(Handover::Accepted { shown_by: Some(by) }) = handover else { return };
        if let Err(error) = engine.shown_again(&rows, &by) {
            tracing::warn!(%error, "shown again, and not noted");
        }
    }
}
