//! The window's start and standing: boot, status, settings, zones, the service and start at login.

use calendar::{
    delivery::State as Is,
    timing::later,
    zones::{ZoneName, Zones},
};
use engine::{
    autostart::Autostart as Entry,
    hanging::Hang,
    ledger::SchedulerLock,
    programs::{self, Program},
    settings::Pause,
};
use jiff::Timestamp;

use super::{
    EngineHost,
    faults::bare,
    form::person_field,
    local::{Local, city, zone_view},
};
use crate::{
    dto::{
        About, Autostart, Boot, ClockJump, Counts, HourClock, ServiceStatus, SetAutostart,
        Settings, Status, Swapped, Theme, WeekStart, ZoneField, ZoneQuery, ZoneView,
    },
    fault::{Code, Fault},
};

const DAY: i64 = 86_400;
/// The counts look back so far.
const COUNTED_DAYS: i64 = 30;
/// By then a service has looked for a notification service.
const LOOKS: i64 = 5;
/// Places most people look for, besides those the ledger knows.
const USUAL: [&str; 14] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Lisbon",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Africa/Lagos",
];
const REGIONS: [&str; 11] = [
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
    "Etc/GMT",
];

impl EngineHost {
    pub(super) fn first_answer(&self) -> Result<Boot, Fault> {
        let local = self.local()?;
        let zones = &local.context.zones;
        Ok(Boot {
            now: local.moment(local.now),
            zone: zone_view(zones, &local.context.machine, local.now),
            settings: self.settings(&local)?,
            calendars: self.calendar_views()?,
            channels: self.channel_views()?,
            people: self.person_views()?,
            status: self.standing(&local)?,
            about: About {
                version: env!("CARGO_PKG_VERSION").into(),
                zones: format!("{} ({})", zones.version(), self.engine.zone_source()),
                ledger: self.engine.dir().join("carillon.db").display().to_string(),
            },
            open: self.take_open(),
        })
    }

    pub(super) fn standing(&self, local: &Local) -> Result<Status, Fault> {
        let (undo, redo) = self.engine.undo_labels()?;
        let lasting = self.engine.lasting()?.map(|lasting| bare(&lasting.what));
        let counts = self.counts(local)?;
        Ok(Status {
            now: local.moment(local.now),
            service: self.service(local)?,
            counts,
            unacknowledged: self.engine.count_inbox()?,
            attention: self.engine.count_letters()?,
            moved: self.count_moved()?,
            swapped: self.swap(local)?,
            undo,
            redo,
            lasting,
        })
    }

    fn swap(&self, local: &Local) -> Result<Option<Swapped>, Fault> {
        let unseen = self.engine.swapped()?.filter(|swapped| !swapped.seen);
        Ok(unseen.map(|swapped| Swapped {
            at: local.moment(swapped.at()),
            what: swapped.what().into(),
            took: swapped.took(),
            lost: swapped.lost(),
        }))
    }

    pub(super) fn see_swap(&self) -> Result<Status, Fault> {
        self.engine.swap_was_seen()?;
        self.standing(&self.local()?)
    }

    fn counts(&self, local: &Local) -> Result<Counts, Fault> {
        let since = later(local.now, -COUNTED_DAYS * DAY);
        let mut counts = Counts::default();
        for (state, late, count) in self.engine.counts(since, Timestamp::MAX)? {
            let slot = match state {
                Is::Scheduled | Is::Pending => &mut counts.scheduled,
                Is::Processing => &mut counts.sending,
                Is::Retrying => &mut counts.retrying,
                Is::Held => &mut counts.held,
                Is::Dead => &mut counts.failed,
                Is::Review => &mut counts.review,
                Is::Completed if late => &mut counts.late,
                Is::Completed => &mut counts.told,
                Is::Skipped | Is::Coalesced | Is::Discarded => &mut counts.skipped,
                Is::Expired => &mut counts.missed,
                Is::Cancelled => continue,
            };
            *slot += count;
        }
        Ok(counts)
    }

    pub(super) fn service(&self, local: &Local) -> Result<ServiceStatus, Fault> {
        let running = SchedulerLock::holder(&self.engine.dir()).is_some();
        let said = self.engine.service_status()?;
        let pause = self.engine.paused()?;
        let hang = self.engine.hang()?;
        let until = match pause {
            Some(Pause::Until(at)) => Some(local.moment(at)),
            Some(Pause::Forever) | None => None,
        };
        Ok(ServiceStatus {
            running,
            hanging: hang.is_some(),
            stopped: match hang {
                Some(Hang::Stopped(pid)) => Some(pid),
                Some(Hang::Silent(_)) | None => None,
            },
            disk_full: self.engine.is_disk_full(),
            paused: pause.is_some(),
            paused_until: until,
            quiet_until: self.engine.silence()?.quiet_until(local.now).map(|end| local.moment(end)),
            silenced: self.engine.count_silenced()?,
            clock_jump: self
                .engine
                .clock_jump()?
                .map(|jump| ClockJump { from: local.moment(jump.from), to: local.moment(jump.to) }),
            notifier: said.as_ref().filter(|_| running).and_then(|s| {
                // The service may have started only now and not have looked yet.
                let looked = later(s.started, LOOKS) < local.now;
                s.notifier.as_ref().map(|_| true).or(looked.then_some(false))
            }),
            tray: said.filter(|_| running).and_then(|s| s.tray),
        })
    }

    pub(super) fn settings(&self, local: &Local) -> Result<Settings, Fault> {
        let kept = self.engine.window_settings()?;
        let kept = kept.and_then(|text| serde_json::from_str(&text).ok());
        let settings: Settings = kept.unwrap_or(Settings {
            week_start: WeekStart::Monday,
            clock: HourClock::H24,
            theme: Theme::System,
            second_zone: None,
        });
        // The offset is that of today, and a zone may have left the data.
        let zones = &local.context.zones;
        let second = settings.second_zone.and_then(|zone| zones.check(&zone.id).ok());
        let second_zone = second.map(|name| zone_view(zones, &name, local.now));
        Ok(Settings { second_zone, ..settings })
    }

    pub(super) fn keep_settings(&self, settings: &Settings) -> Result<Settings, Fault> {
        let local = self.local()?;
        if let Some(zone) = &settings.second_zone {
            let known = local.context.zones.check(&zone.id);
            known.map_err(|e| Fault::invalid("secondZone", e.to_string()))?;
        }
        let text = serde_json::to_string(settings)
            .map_err(|e| Fault::new(Code::Other, format!("the settings could not be kept: {e}")))?;
        self.engine.keep_window_settings(&text)?;
        self.settings(&local)
    }

    pub(super) fn search_zones(&self, asked: &ZoneQuery) -> Result<Vec<ZoneView>, Fault> {
        let local = self.local()?;
        let limit = usize::try_from(asked.limit.clamp(1, 500)).unwrap_or(500);
        let zones = &local.context.zones;
        let names = match asked.text.trim() {
            "" => self.usual_zones(&local)?,
            text => found_zones(zones, text),
        };
        let cities = names.iter().map(|name| zone_view(zones, name, local.now));
        let people = if asked.people { self.peoples_zones(&local, &asked.text)? } else { vec![] };
        Ok(people.into_iter().chain(cities).take(limit).collect())
    }

    /// The zones of the people of whom the text is part of the name.
    fn peoples_zones(&self, local: &Local, text: &str) -> Result<Vec<ZoneView>, Fault> {
        let text = text.trim().to_lowercase();
        let people = self.engine.people()?;
        let named = people.iter().filter(|row| row.person.name.to_lowercase().contains(&text));
        let theirs = named.filter_map(|row| {
            let zone = row.person.zone.as_ref()?;
            let ZoneField { id, city } = person_field(Some(&row.person), zone);
            let person = Some(row.person.id.to_string());
            Some(ZoneView { id, city, person, ..zone_view(&local.context.zones, zone, local.now) })
        });
        Ok(theirs.collect())
    }

    /// The machine's, those of people and of the second column, then the well-known ones.
    fn usual_zones(&self, local: &Local) -> Result<Vec<ZoneName>, Fault> {
        let second = self.settings(local)?.second_zone.map(|zone| zone.id);
        let people = self.engine.people()?.into_iter().filter_map(|row| row.person.zone);
        let ids = std::iter::once(local.context.machine.to_string())
            .chain(second)
            .chain(people.map(|name| name.to_string()))
            .chain(USUAL.iter().map(ToString::to_string));
        let mut usual: Vec<ZoneName> = Vec::new();
        for name in ids.filter_map(|id| local.context.zones.check(&id).ok()) {
            if !usual.contains(&name) {
                usual.push(name);
            }
        }
        Ok(usual)
    }

    pub(super) fn autostart_now(&self) -> Result<Autostart, Fault> {
        let Some(entry) = &self.autostart else {
            return Ok(Autostart { enabled: false, possible: false });
        };
        let enabled = entry.is_on().map_err(other)?;
        Ok(Autostart { enabled, possible: enabled || programs::find(Program::Carillon).is_ok() })
    }

    pub(super) fn switch_autostart(&self, asked: &SetAutostart) -> Result<Autostart, Fault> {
        let entry: &Entry = self.autostart.as_ref().ok_or_else(|| {
            Fault::new(Code::Other, "start at login has no place: this account has no home")
        })?;
        if asked.enabled {
            let program = programs::find(Program::Carillon).map_err(other)?;
            entry.switch_on(&program).map_err(other)?;
        } else {
            entry.switch_off().map_err(other)?;
        }
        self.autostart_now()
    }

    /// Starts the service unless one runs. It needs a moment: the bell rings when it is there.
    pub(super) fn wake_service(&self) -> Result<ServiceStatus, Fault> {
        let local = self.local()?;
        if SchedulerLock::holder(&self.engine.dir()).is_none() {
            programs::start_service(self.data_dir.as_deref(), &self.log).map_err(other)?;
        }
        self.service(&local)
    }

    pub(super) fn trust_clock(&self) -> Result<ServiceStatus, Fault> {
        self.engine.accept_clock()?;
        self.service(&self.local()?)
    }

    pub(super) fn end_pause(&self) -> Result<ServiceStatus, Fault> {
        self.engine.resume()?;
        self.service(&self.local()?)
    }
}

fn other(error: impl std::fmt::Display) -> Fault {
    Fault::new(Code::Other, error.to_string())
}

/// Zones whose city begins with the text, then those whose name has it somewhere.
fn found_zones(zones: &Zones, text: &str) -> Vec<ZoneName> {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], " ");
    let wanted: String = plain(text).chars().take(60).collect();
    let mut found: Vec<(u8, String, ZoneName)> = zones
        .names()
        .filter(|name| name == "UTC" || REGIONS.iter().any(|region| name.starts_with(region)))
        .filter_map(|name| {
            let (town, whole) = (plain(&city(&name)), plain(&name));
            let rank = match (town.starts_with(&wanted), town.contains(&wanted)) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) if whole.contains(&wanted) => 2,
                (false, false) => return None,
            };
            Some((rank, town, zones.check(&name).ok()?))
        })
        .collect();
    found.sort();
    found.dedup_by(|a, b| a.2 == b.2);
    found.into_iter().map(|(.., name)| name).collect()
}
