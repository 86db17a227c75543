//! The scheduler: one *pass* settles what came back, plans, decides and claims, in a single
//! transaction whose commit is the mark. It is synchronous and takes its time as an argument;
//! sleeping and sending are the driver's.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use calendar::{
    delivery::{Hold, News, Next, Outcome, State, decide},
    id::DeliveryId,
    policy::Collapse,
    reason::Reason,
    timing::later,
};
use jiff::Timestamp;

use crate::{
    act::Act,
    clock::Now,
    courier::{
        Claim, Handover, Message, Notice, Parcel, Report, Schedule, Unavailable, WebhookCall,
    },
    engine::{Engine, owner},
    error::Result,
    ledger::{
        attempt, channel,
        channel::ChannelRow,
        delivery::{self, DeliveryRow, Effects},
        event,
        inbox::{self, Listed},
        status,
    },
    message::{self, Lateness, Setting},
    settings::Pause,
};

/// Rows decided in one pass; the next follows at once if there are more.
const ROWS: u32 = 2_000;
/// Events planned in one pass.
const EVENTS: u32 = 200;
/// More pop-ups than this in one pass become one digest.
const POP_UPS: usize = 3;
/// A sleep longer than it should have been by this much was an absence.
const ABSENT: i64 = 60;
/// Absences remembered, to say why something is late.
const REMEMBERED: usize = 16;

/// How many parcels of each courier may be under way besides those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Desktop notifications.
    pub desktop: usize,
    /// Webhooks.
    pub webhook: usize,
}

/// What the couriers say of themselves before a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Availability {
    /// Why no notification can be shown.
    pub desktop: Option<Unavailable>,
    /// Why no webhook can be sent.
    pub webhook: Option<Unavailable>,
}

/// What became of a parcel.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its claims.
    pub claims: Vec<Claim>,
    /// What the courier said; `None` when it was too late to send it at all.
    pub report: Option<Report>,
    /// Whether it was a digest.
    pub in_digest: bool,
}

/// What a pass came to.
#[derive(Debug, Default)]
pub struct Passed {
    /// To be handed over now.
    pub parcels: Vec<Parcel>,
    /// When to look again at the latest.
    pub wake_at: Option<Timestamp>,
    /// There is more to do at once.
    pub more: bool,
}

/// The one worker that claims.
#[derive(Debug)]
pub struct Scheduler {
    engine: Arc<Engine>,
    owner: [u8; 16],
    absences: VecDeque<Absence>,
    expected: Option<Timestamp>,
    last: Option<Now>,
}

#[derive(Debug, Clone, Copy)]
struct Absence {
    from: Timestamp,
    to: Timestamp,
    cause: Reason,
}

/// What a pass works with besides the ledger.
struct Pass<'a> {
    act: &'a Act<'a>,
    engine: &'a Engine,
    owner: &'a [u8; 16],
    absences: &'a VecDeque<Absence>,
    setting: Setting,
    channels: Vec<ChannelRow>,
    pause: Option<Hold>,
    availability: Availability,
}

impl Scheduler {
    /// Begins to lead: the caller holds the scheduler lock. What an earlier leader left while
    /// sending is taken up as its channel promises.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn lead(engine: Arc<Engine>) -> Result<Self> {
        let owner = owner()?;
        let now = engine.now();
        let before = engine.service_status()?;
        engine.write(|act| {
            status::begin(act.tx, std::process::id(), env!("CARGO_PKG_VERSION"), act.wall())?;
            for row in delivery::left_behind(act.tx, &owner)? {
                attempt::end(
                    act.tx,
                    (row.id, row.token),
                    "unknown",
                    None,
                    "Carillon was cut off",
                    act.wall(),
                )?;
                if let Next::Enter(state, reason, _) = decide(&row.facts, News::CutOff, act.wall())
                {
                    let effects = Effects { crashed: true, again: true, ..Effects::default() };
                    act.enter(&row, (state, reason), &effects, "")?;
                }
            }
            Ok(())
        })?;
        let mut absences = VecDeque::new();
        let away = before.map(|status| status.stopped.unwrap_or(status.passed));
        absences.push_back(Absence {
            from: away.unwrap_or(Timestamp::MIN).min(now.wall),
            to: now.wall,
            cause: Reason::LateServiceOff,
        });
        Ok(Self { engine, owner, absences, expected: None, last: None })
    }

    /// One pass at this moment.
    ///
    /// # Errors
    /// When the ledger cannot be written: then nothing was claimed, and what was finished has to
    /// be given again.
    pub fn pass(
        &mut self,
        now: &Now,
        finished: &[Finished],
        slots: Slots,
        availability: Availability,
    ) -> Result<Passed> {
        self.notice_absence(now);
        let (engine, owner, absences) = (&*self.engine, &self.owner, &self.absences);
        let passed = engine.write_at(now.clone(), |act| {
            let pass = Pass::new(act, engine, owner, absences, availability)?;
            for one in finished {
                pass.settle(one)?;
            }
            let mut more = act.plan_due(EVENTS)?;
            let rows = delivery::due(act.tx, act.wall(), ROWS)?;
            more |= rows.len() >= ROWS as usize;
            let to_send = pass.decide(rows)?;
            let parcels = pass.claim(to_send, slots)?;
            let looks = [delivery::next_look(act.tx, act.wall())?, event::next_plan(act.tx)?];
            Ok(Passed { parcels, wake_at: looks.into_iter().flatten().min(), more })
        })?;
        self.expected = passed.wake_at;
        self.last = Some(now.clone());
        Ok(passed)
    }

    /// Notes that the service looked, and stops in an orderly way if `stop`.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn beat(&self, stop: bool) -> Result<()> {
        let work = |act: &Act<'_>| match stop {
            true => status::stopped(act.tx, act.wall()),
            false => status::passed(act.tx, act.wall()),
        };
        if stop { self.engine.write(work) } else { self.engine.write_unheard(work) }
    }

    /// A wall clock that is much later than the planned wake-up tells of a sleep or a jump.
    fn notice_absence(&mut self, now: &Now) {
        let (Some(last), Some(expected)) = (&self.last, self.expected) else { return };
        let from = expected.max(last.wall);
        if now.wall <= later(from, ABSENT) {
            return;
        }
        let wall = now.wall.duration_since(last.wall).as_secs();
        let boot = i64::try_from(now.boot.saturating_sub(last.boot).as_secs()).unwrap_or(i64::MAX);
        let jumped = last.boot_id == now.boot_id && wall - boot > ABSENT;
        let cause = if jumped { Reason::LateBusy } else { Reason::LateAsleep };
        self.absences.push_back(Absence { from: last.wall, to: now.wall, cause });
        if self.absences.len() > REMEMBERED {
            self.absences.pop_front();
        }
    }
}

impl<'a> Pass<'a> {
    fn new(
        act: &'a Act<'a>,
        engine: &'a Engine,
        owner: &'a [u8; 16],
        absences: &'a VecDeque<Absence>,
        availability: Availability,
    ) -> Result<Self> {
        let pause = act.paused()?.map(|pause| match pause {
            Pause::Until(at) => Hold { reason: Reason::HeldPaused, until: Some(at) },
            Pause::Forever => Hold { reason: Reason::HeldPaused, until: None },
        });
        let setting = Setting {
            now: act.wall(),
            zone: act.context.machine_zone(),
            snooze_minutes: act.snooze_minutes()?,
        };
        let channels = channel::all(act.tx)?;
        Ok(Self { act, engine, owner, absences, setting, channels, pause, availability })
    }

    /// Writes down what became of a parcel. A claim that was fenced out changes nothing.
    fn settle(&self, one: &Finished) -> Result<()> {
        for claim in &one.claims {
            let Some(row) = delivery::find(self.act.tx, claim.delivery)? else { continue };
            if row.token != claim.token || row.facts.state != State::Processing {
                continue;
            }
            match &one.report {
                None => self.settle_too_late(&row)?,
                Some(report) => self.settle_report(&row, report, one.in_digest)?,
            }
        }
        Ok(())
    }

    fn settle_too_late(&self, row: &DeliveryRow) -> Result<()> {
        let now = self.act.wall();
        attempt::end(self.act.tx, (row.id, row.token), "too_late", None, "", now)?;
        if let Next::Enter(state, reason, _) =
            decide(&row.facts, News::Ended(Outcome::TooLate), now)
        {
            self.act.enter(row, (state, reason), &Effects::default(), "")?;
        }
        Ok(())
    }

    fn settle_report(&self, row: &DeliveryRow, report: &Report, in_digest: bool) -> Result<()> {
        let now = self.act.wall();
        let late = self.lateness(row).map_or(Reason::LateBusy, |late| late.cause);
        let outcome = outcome_of(&report.handover, in_digest, late);
        let word = word_of(&report.handover);
        let detail: String = report.detail.chars().take(4_096).collect();
        attempt::end(self.act.tx, (row.id, row.token), word, report.status, &detail, now)?;
        let Next::Enter(state, reason, not_before) = decide(&row.facts, News::Ended(outcome), now)
        else {
            return Ok(());
        };
        let shown_by = match &report.handover {
            Handover::Accepted { shown_by } => shown_by.clone(),
            _ => None,
        };
        let effects = Effects {
            not_before,
            told_at: (state == State::Completed).then_some(now),
            failed: matches!(outcome, Outcome::Transient { .. } | Outcome::Ambiguous),
            again: outcome == Outcome::Ambiguous,
            late_cause: (state == State::Held).then_some(Reason::LateHeld),
            shown_by,
            ..Effects::default()
        };
        let note = match (reason.is_late(), self.lateness(row)) {
            (true, Some(late)) => message::late_words(&late, &self.setting),
            _ => String::new(),
        };
        self.act.enter(row, (state, reason), &effects, &note)?;
        if outcome == Outcome::Gone {
            channel::switch_off(self.act.tx, row.identity.channel, Reason::DeadGone.code())?;
        }
        Ok(())
    }

    /// Decides on every row whose moment came; gives those to be sent.
    fn decide(&self, rows: Vec<DeliveryRow>) -> Result<Vec<DeliveryRow>> {
        let now = self.act.wall();
        let superseded = superseded_by(&rows, now);
        let mut to_send = Vec::new();
        for mut row in rows {
            if self.is_off(&row) && row.facts.due <= now {
                self.act.enter(&row, (State::Dead, Reason::DeadGone), &Effects::default(), "")?;
                continue;
            }
            let later_one = superseded.get(&row.id).copied();
            let news = News::Look { hold: self.hold(&row), superseded: later_one.is_some() };
            let mut next = decide(&row.facts, news, now);
            if let Next::Enter(State::Pending, reason, _) = next {
                if !self.enter(&row, (State::Pending, reason), None, None)? {
                    continue;
                }
                row.facts.state = State::Pending;
                row.facts.not_before = None;
                next = decide(&row.facts, news, now);
            }
            match next {
                Next::Keep | Next::FlagCancel => {}
                Next::Send => to_send.push(row),
                Next::Enter(state, reason, at) => {
                    self.enter(&row, (state, reason), at, later_one)?;
                }
            }
        }
        Ok(to_send)
    }

    fn enter(
        &self,
        row: &DeliveryRow,
        to: (State, Reason),
        not_before: Option<Timestamp>,
        into: Option<DeliveryId>,
    ) -> Result<bool> {
        let effects = Effects {
            not_before,
            told_at: (to.0 == State::Completed).then(|| self.act.wall()),
            into: into.filter(|_| to.0 == State::Coalesced),
            late_cause: (to.0 == State::Held).then_some(Reason::LateHeld),
            ..Effects::default()
        };
        self.act.enter(row, to, &effects, "")
    }

    fn channel(&self, row: &DeliveryRow) -> Option<&ChannelRow> {
        self.channels.iter().find(|c| c.id == row.identity.channel)
    }

    fn is_off(&self, row: &DeliveryRow) -> bool {
        self.channel(row).is_some_and(|c| c.off_reason.is_some())
    }

    /// What keeps a row's channel from being used. A pause holds the desktop only, and never a
    /// test, which somebody is waiting for.
    fn hold(&self, row: &DeliveryRow) -> Option<Hold> {
        let unavailable =
            if row.facts.desktop { self.availability.desktop } else { self.availability.webhook };
        let pause = self.pause.filter(|_| row.facts.desktop && row.event.is_some());
        pause.or_else(|| unavailable.map(|why| Hold { reason: hold_reason(why), until: None }))
    }

    /// Claims as many as there are free slots, what is fresh before what is late.
    fn claim(&self, mut rows: Vec<DeliveryRow>, slots: Slots) -> Result<Vec<Parcel>> {
        let now = self.act.wall();
        rows.sort_by_key(|row| {
            (later(row.facts.due, row.facts.grace) < now, row.facts.due, row.id)
        });
        let (desktop, webhooks): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.facts.desktop);
        let mut parcels = Vec::new();
        if slots.desktop > 0 && !desktop.is_empty() {
            let many = desktop.len() > POP_UPS;
            let together = if many { desktop } else { desktop.into_iter().take(1).collect() };
            parcels.extend(self.claim_notice(together)?);
        }
        for row in webhooks.into_iter().take(slots.webhook) {
            parcels.extend(self.claim_webhook(row)?);
        }
        Ok(parcels)
    }

    fn claim_notice(&self, rows: Vec<DeliveryRow>) -> Result<Option<Parcel>> {
        let listed: Vec<Listed> =
            rows.into_iter().map(|row| self.listed(row)).collect::<Result<_>>()?;
        let Some(first) = listed.first() else { return Ok(None) };
        let late = listed.iter().find_map(|l| self.lateness(&l.row));
        let single = listed.len() == 1;
        let notice = match single {
            true => message::notice(first, late.as_ref(), &self.setting),
            false => message::digest(&listed, late.as_ref(), &self.setting),
        };
        // A digest has no row of its own: each row keeps what it would have said alone.
        let mut claims = Vec::new();
        for one in &listed {
            let own = message::notice(one, self.lateness(&one.row).as_ref(), &self.setting);
            let bytes = serde_json::to_vec(&own).expect("BUG: a notice is JSON");
            claims.extend(self.mark(&one.row, &bytes)?);
        }
        let kept: Option<Notice> = first
            .row
            .payload
            .as_ref()
            .filter(|_| single)
            .and_then(|bytes| serde_json::from_slice(bytes).ok());
        let notice = kept.map_or(notice.clone(), |kept| Notice { again: first.row.again, ..kept });
        let parcel = Parcel {
            attempt: first.row.attempts + 1,
            use_by: listed.iter().filter_map(|l| l.row.facts.use_by).max().filter(|_| single),
            message: Message::Notice(notice),
            claims,
        };
        Ok((!parcel.claims.is_empty()).then_some(parcel))
    }

    fn claim_webhook(&self, row: DeliveryRow) -> Result<Option<Parcel>> {
        let Some(channel) = self.channel(&row) else { return Ok(None) };
        let sealed = (channel.url.as_ref(), channel.secret.as_ref());
        let opened = match sealed {
            (Some(url), Some(secret)) => {
                let vault = self.engine.vault();
                vault
                    .unseal(channel.id, url)
                    .and_then(|url| Ok((url, vault.unseal(channel.id, secret)?)))
            }
            _ => return Ok(None),
        };
        let Ok((url, secret)) = opened else {
            self.enter(&row, (State::Held, Reason::HeldSecret), row.facts.use_by, None)?;
            return Ok(None);
        };
        let network = channel.network;
        let listed = self.listed(row)?;
        let body = match &listed.row.payload {
            Some(kept) => kept.clone(),
            None => message::webhook_body(&listed, &self.description(&listed.row)?),
        };
        let Some(claim) = self.mark(&listed.row, &body)? else { return Ok(None) };
        let call =
            WebhookCall { id: listed.row.key.clone(), url, secrets: vec![secret], network, body };
        Ok(Some(Parcel {
            claims: vec![claim],
            attempt: listed.row.attempts + 1,
            use_by: listed.row.facts.use_by,
            message: Message::Webhook(call),
        }))
    }

    /// The mark: sending begins. `None`: the row changed meanwhile.
    fn mark(&self, row: &DeliveryRow, payload: &[u8]) -> Result<Option<Claim>> {
        let now = self.act.wall();
        let Some(token) = delivery::claim(self.act.tx, row, self.owner, payload, now)? else {
            return Ok(None);
        };
        attempt::begin(self.act.tx, row.id, row.attempts + 1, token, now)?;
        let step = (State::Processing, Reason::Claimed);
        self.act.audit(row.id, token, Some(row.facts.state), step, "")?;
        Ok(Some(Claim { delivery: row.id, token }))
    }

    fn listed(&self, row: DeliveryRow) -> Result<Listed> {
        inbox::with_words(self.act.tx, row)
    }

    fn description(&self, row: &DeliveryRow) -> Result<String> {
        let Some(id) = row.event else { return Ok(String::new()) };
        let found = event::find(self.act.tx, &self.act.context.zones, id)?;
        Ok(found.map(|row| row.event.description).unwrap_or_default())
    }

    /// Why a row is late now, if it is.
    fn lateness(&self, row: &DeliveryRow) -> Option<Lateness> {
        let due = row.facts.due;
        if self.act.wall() <= later(due, row.facts.grace) {
            return None;
        }
        if let Some(cause) = row.late_cause {
            return Some(Lateness { cause, from_to: None });
        }
        let absence = self.absences.iter().find(|a| a.from <= due && due <= a.to);
        Some(match absence {
            Some(a) if a.from > Timestamp::MIN => {
                Lateness { cause: a.cause, from_to: Some((a.from, a.to)) }
            }
            Some(a) => Lateness { cause: a.cause, from_to: None },
            None => Lateness { cause: Reason::LateBusy, from_to: None },
        })
    }
}

/// For each never tried row of a reminder that tells only its latest, the latest one due; for
/// one that tells each up to a bound, what is beyond the bound.
fn superseded_by(rows: &[DeliveryRow], now: Timestamp) -> BTreeMap<DeliveryId, DeliveryId> {
    let mut groups: BTreeMap<_, Vec<&DeliveryRow>> = BTreeMap::new();
    for row in rows {
        let live = row.facts.due <= now && row.facts.use_by.is_none_or(|end| end > now);
        if live && row.attempts == 0 {
            let name = &row.identity;
            groups.entry((&name.subject, &name.reminder, name.channel)).or_default().push(row);
        }
    }
    let mut superseded = BTreeMap::new();
    for group in groups.into_values() {
        let Some(last) = group.iter().max_by_key(|row| (row.facts.due, row.id)) else { continue };
        let kept = match last.collapse {
            Collapse::Latest => 1,
            Collapse::Each(None) => usize::MAX,
            Collapse::Each(Some(most)) => most as usize,
        };
        let excess = group.len().saturating_sub(kept);
        superseded.extend(
            group.iter().take(excess).filter(|row| row.id != last.id).map(|row| (row.id, last.id)),
        );
    }
    superseded
}

fn hold_reason(why: Unavailable) -> Reason {
    match why {
        Unavailable::NoNotifier => Reason::HeldNoNotifier,
        Unavailable::Offline => Reason::HeldOffline,
        Unavailable::SecretLocked => Reason::HeldSecret,
    }
}

fn outcome_of(handover: &Handover, in_digest: bool, late: Reason) -> Outcome {
    match handover {
        Handover::Accepted { .. } => Outcome::Accepted { in_digest, late },
        Handover::Transient { retry_after, schedule } => Outcome::Transient {
            retry_after: *retry_after,
            refused: *schedule == Schedule::Refused,
        },
        Handover::Permanent => Outcome::Permanent,
        Handover::Gone => Outcome::Gone,
        Handover::Ambiguous => Outcome::Ambiguous,
        Handover::Unavailable(why) => Outcome::Unavailable(hold_reason(*why)),
    }
}

fn word_of(handover: &Handover) -> &'static str {
    match handover {
        Handover::Accepted { .. } => "accepted",
        Handover::Transient { .. } => "transient",
        Handover::Permanent => "permanent",
        Handover::Gone => "gone",
        Handover::Ambiguous => "ambiguous",
        Handover::Unavailable(_) => "unavailable",
    }
}
