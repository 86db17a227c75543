//! Whoever edits: window and command line are programs of their own over the same ledger.

use std::{path::PathBuf, sync::Arc};

use calendar::{
    delivery::{Guarantee, Profile},
    draft::{EventDraft, ReminderDraft},
    id::{CalendarId, ChannelId, EventId},
    network::Network,
    zones::{ZoneName, Zones},
};
use engine::{Actor, Engine, channels::NewWebhook, events::Save, zones::Found};
use jiff::{Span, tz::TimeZoneDatabase};

use crate::{
    clock::Clocks,
    oracle::HOME,
    plan::{Definition, Via},
};

/// Opens the ledger.
pub(crate) fn open(
    folder: &std::path::Path,
    actor: Actor,
    clocks: &Arc<Clocks>,
) -> engine::Result<Engine> {
    let zones = Zones::new(TimeZoneDatabase::bundled(), "bundle");
    let found = Found { zones, source: "bundle".into() };
    Engine::open_with(folder, actor, clocks.clone(), found, &ZoneName::stored(HOME))
}

/// The channels of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Channels {
    pub hook: ChannelId,
    pub careful: ChannelId,
}

impl Channels {
    /// Makes them.
    pub fn make(engine: &Engine) -> engine::Result<Self> {
        let one = |name: &str, guarantee| {
            engine.add_webhook(&NewWebhook {
                name: name.into(),
                url: format!("http://127.0.0.1:9/{name}"),
                network: Network::Loopback,
                guarantee,
                retries: Profile::Long,
                request: None,
            })
        };
        let hook = one("hook", Guarantee::NeverMiss)?.id;
        let careful = one("careful", Guarantee::NeverRepeat)?.id;
        Ok(Self { hook, careful })
    }

    fn of(self, via: Via) -> ChannelId {
        match via {
            Via::Desktop => ChannelId::DESKTOP,
            Via::Hook => self.hook,
            Via::Careful => self.careful,
        }
    }

    /// What an event is in the words of the product.
    pub fn draft(self, name: usize, title: u32, definition: &Definition) -> EventDraft {
        let reminder = ReminderDraft {
            trigger: format!("-PT{}M", definition.before),
            channel: self.of(definition.via).to_string(),
            use_by: None,
            collapse: None,
        };
        EventDraft {
            kind: definition.kind.into(),
            calendar: CalendarId::FIRST.to_string(),
            title: format!("Event {name}, version {title}"),
            start: definition.start.strftime("%Y%m%dT%H%M%S").to_string(),
            zone: definition.zone.map(Into::into),
            rules: definition.every.iter().map(|n| format!("FREQ=DAILY;INTERVAL={n}")).collect(),
            reminders: Some(vec![reminder]),
            ..EventDraft::default()
        }
    }
}

/// A definition that begins so many minutes later.
pub(crate) fn moved(definition: &Definition, minutes: i64) -> Definition {
    Definition { start: definition.start + Span::new().minutes(minutes), ..*definition }
}

/// The programs a person uses; opened again when one of them died.
pub(crate) struct Hand {
    pub folder: PathBuf,
    pub clocks: Arc<Clocks>,
    pub engine: Option<Engine>,
    pub channels: Channels,
}

impl Hand {
    /// Saves an event, a new one or over an old one.
    pub fn save(
        &self,
        id: Option<EventId>,
        (name, title): (usize, u32),
        definition: &Definition,
    ) -> Option<EventId> {
        let draft = self.channels.draft(name, title, definition);
        let save = Save { id, draft, allow_past: true, ..Save::default() };
        self.engine.as_ref()?.save_event(&save).ok()?.event.parse().ok()
    }
}
