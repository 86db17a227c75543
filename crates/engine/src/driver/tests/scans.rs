//! Aim: nothing that is done while a ledger is locked reads all that ever was. Method: passes over
//! everything a service meets, each statement overheard, and its plan asked for.

use std::collections::BTreeSet;

use calendar::network::Network;

use super::*;
use crate::{channels::NewWebhook, ledger::setting};

/// Tables that grow for as long as somebody lives with a ledger.
const GROWING: [&str; 9] = [
    "delivery",
    "event",
    "attempt",
    "acknowledgement",
    "audit",
    "change",
    "trail",
    "overflow",
    "request",
];
/// What only lives, however much there was: to read one of them whole is little.
const LIVE: [&str; 8] = [
    "delivery_ready",
    "delivery_waiting",
    "delivery_use_by",
    "delivery_live",
    "delivery_processing",
    "delivery_scheduled",
    "event_plan",
    "event_overlap",
];

fn reminder(trigger: &str, channel: ChannelId, nag: Option<&str>) -> ReminderDraft {
    ReminderDraft {
        trigger: trigger.into(),
        channel: channel.to_string(),
        nag: nag.map(Into::into),
        ..ReminderDraft::default()
    }
}

fn event(engine: &Engine, kind: &str, rule: &str, reminders: Vec<ReminderDraft>, overlap: &str) {
    let draft = EventDraft {
        kind: kind.into(),
        calendar: CalendarId::FIRST.to_string(),
        title: "Tick".into(),
        start: "20261123T090000".into(),
        rules: if rule.is_empty() { vec![] } else { vec![rule.into()] },
        reminders: Some(reminders),
        overlap: overlap.into(),
        ..EventDraft::default()
    };
    engine.save_event(&Save { draft, ..Save::default() }).expect("an event");
}

/// Passes until there is no more to do now, all answered like this.
fn passes(engine: &Engine, scheduler: &mut Scheduler, handover: &Handover) {
    let slots = Slots { desktop: 1, webhook: 8 };
    let mut finished = Vec::new();
    for _ in 0..50 {
        let pass = scheduler.pass(&engine.now(), &finished, slots, Availability::default());
        let pass = pass.expect("a pass");
        let report = Report { handover: handover.clone(), status: None, detail: String::new() };
        let end = |parcel: Parcel| Finished {
            claims: parcel.claims,
            too_late: Vec::new(),
            report: Some(report.clone()),
            in_digest: false,
            at: None,
        };
        finished = pass.parcels.into_iter().map(end).collect();
        if finished.is_empty() && !pass.more {
            return;
        }
    }
}

/// Which of these statements read what grows, and how.
fn scans(engine: &Engine, heard: &BTreeSet<String>) -> Vec<String> {
    let mut scans = Vec::new();
    // After the clock went back nearly every event is written anew: those it reads.
    let meant = |sql: &&String| !sql.starts_with("UPDATE event SET decided_until = min");
    for sql in heard.iter().filter(meant) {
        let ledger = engine.lock();
        for step in ledger.plan_of(sql).iter().filter_map(|step| step.strip_prefix("SCAN ")) {
            let table = step.split(' ').next().unwrap_or_default();
            let table = match table {
                "d" => "delivery",
                "e" => "event",
                "a" => "attempt",
                other => other,
            };
            if GROWING.contains(&table) && !LIVE.iter().any(|index| step.contains(index)) {
                scans.push(format!("{step}\n  in {sql}"));
            }
        }
        let all_past = |step: &&String| {
            // By no more than that it lives: everything planned ahead.
            let is_all_live = step.contains("delivery_live (subject>?)");
            is_all_live
                || step.contains("delivery_channel")
                || (step.contains("due<?") && !step.contains("due>?"))
        };
        let steps = ledger.plan_of(sql);
        let past = steps.iter().filter(|step| step.starts_with("SEARCH ")).filter(all_past);
        let is_live = |step: &&String| LIVE.iter().any(|index| step.contains(index));
        let past = past.filter(|step| !is_live(step) || step.contains("(subject>?)"));
        scans.extend(past.map(|step| format!("{step}\n  in {sql}")));
    }
    scans
}

#[test]
fn nothing_done_under_the_lock_reads_all_that_ever_was() {
    let (_folder, clock, engine) = ledger();
    let heard = Arc::new(Mutex::new(BTreeSet::new()));
    engine.lock().overhear(heard.clone());
    let new = NewWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:1/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let lamp = engine.add_webhook(&new).expect("a channel").id;
    let here = ChannelId::DESKTOP;
    event(&engine, "note", "FREQ=MINUTELY;COUNT=300", vec![reminder("PT0M", here, None)], "");
    event(&engine, "note", "FREQ=DAILY", vec![reminder("PT0M", here, Some("10m"))], "");
    event(&engine, "workflow", "FREQ=HOURLY", vec![reminder("PT0M", lamp, None)], "buffer");
    event(&engine, "deadline", "", vec![reminder("-PT10M", lamp, None)], "");
    // Only what a leader does is meant.
    heard.lock().expect("kept").clear();
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let busy = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    let asks = Handover::Transient {
        retry_after: Some(Duration::from_secs(60)),
        schedule: Schedule::Channel,
    };
    let all = [
        ("2026-11-23T09:00:00Z", busy),
        ("2026-11-23T09:01:00Z", Handover::Ambiguous),
        ("2026-11-23T09:02:00Z", Handover::Unavailable(Unavailable::Offline)),
        ("2026-11-23T10:03:00Z", Handover::Accepted { shown_by: None }),
        ("2026-11-23T11:04:00Z", asks),
        ("2026-11-30T11:04:00Z", Handover::Accepted { shown_by: None }),
        // Back, and back again.
        ("2026-11-24T11:04:00Z", Handover::Accepted { shown_by: None }),
        ("2026-11-24T10:03:00Z", Handover::Accepted { shown_by: None }),
        ("2026-11-24T12:04:00Z", Handover::Gone),
        ("2026-11-24T13:04:00Z", Handover::Permanent),
    ];
    for (at, answer) in all {
        clock.to(at);
        passes(&engine, &mut scheduler, &answer);
    }
    // Cut off, and met again as a copy.
    clock.to("2026-11-25T09:00:00Z");
    let slots = Slots { desktop: 1, webhook: 8 };
    scheduler.pass(&engine.now(), &[], slots, Availability::default()).expect("a pass");
    scheduler.doubt();
    scheduler.pass(&engine.now(), &[], slots, Availability::default()).expect("a pass");
    engine.set_machine_zone(&ZoneName::stored("Europe/Lisbon")).expect("a journey");
    drop(scheduler);
    engine.write(|act| setting::put(act.tx, setting::name::RESTORED, "a test")).expect("noted");
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    passes(&engine, &mut scheduler, &Handover::Accepted { shown_by: None });
    let heard = heard.lock().expect("kept").clone();
    assert!(heard.len() > 50, "{heard:#?}");
    let scans = scans(&engine, &heard);
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}
