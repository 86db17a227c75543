//! Every reason there is comes to stand in a ledger by what the engine itself does: each short life
//! names those it is there for, and between them they name all.

use std::{collections::BTreeSet, time::Duration};

use acceptance::world::{World, draft, reminder, reminders};
use calendar::{
    delivery::{Guarantee, Profile},
    draft::{EventDraft, ReminderDraft},
    id::{ChannelId, EventId},
    reason::Reason::{self, *},
    timing::LocalStart,
    zones::ZoneName,
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule, Unavailable},
    ledger::acknowledgement::Answer,
    letters::{Care, Decision, Letters},
    quiet::QuietHours,
    settings::Pause,
};
use simulated_disk::{Disk, Fault};

const BERLIN: &str = "Europe/Berlin";
const UP: Handover = Handover::Accepted { shown_by: None };
const DOWN: Handover = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
const BUSY: Handover =
    Handover::Transient { retry_after: Some(Duration::from_hours(1)), schedule: Schedule::Channel };
const REFUSED: Handover = Handover::Transient { retry_after: None, schedule: Schedule::Refused };

type Life = (fn() -> World, &'static [Reason]);
const LIVES: &[Life] = &[
    (told_in_time, &[Planned, Claimed, OnTime, Test]),
    (changed, &[BroughtBack, CancelledDisabled, CancelledEdited, SkippedPast]),
    (taken_away, &[CancelledDeleted, CancelledLeftOut, CancelledChannel]),
    (answered, &[Snoozed, Nagged, CancelledBySnooze, CancelledSnoozed, CancelledAcknowledged]),
    (failing, &[RetryTransient, LateRetried]),
    (|| used_up(DOWN), &[DeadExhausted, HeldResting]),
    (|| used_up(BUSY), &[HeldAsked]),
    (in_vain, &[DeadOutOfTime]),
    (mistrusted, &[RetryCertificate]),
    (refused, &[RetryRefused, DeadPermanent, DeadGone]),
    (in_doubt, &[RetryAmbiguous, ReviewNoAnswer]),
    (decided_on, &[RetryAsked, LateRetryAsked, Discarded, DiscardedReplaced, LateAsked]),
    (cut_off, &[Again, DeadQuarantined]),
    (cut_off_once_only, &[ReviewCutOff]),
    (wanted_again_in_doubt, &[ReviewEarlier]),
    (paused, &[HeldPaused, LatePaused, Released]),
    (travelling_west, &[Moved]),
    (in_the_night, &[HeldQuiet, LateQuiet]),
    (without_a_notifier, &[HeldNoNotifier, LateHeld, InDigest]),
    (without_a_notifier_for_ever, &[InboxOnly]),
    (offline, &[HeldOffline]),
    (locked, &[HeldSecret]),
    (by_a_false_clock, &[HeldClock, LateClock]),
    (asleep, &[LateAsleep]),
    (stopped, &[LateStopped]),
    (woken_late, &[LateOverslept]),
    (switched_off, &[LateServiceOff, ExpiredEventOver, ExpiredBegun, ExpiredDeadline, ExpiredAge]),
    (missed_often, &[Coalesced, CoalescedOverflow, SkippedOverlap]),
    (travelling_east, &[LateMoved]),
    (undone_late, &[LateBroughtBack]),
    (set_forward, &[LateBusy]),
    (restored, &[ReviewRestored]),
    (|| in_trouble(Fault::Failing { after: 0 }), &[LateUnwritable]),
    (|| in_trouble(Fault::Full { bytes: 0 }), &[LateDiskFull]),
];

/// Monday at nine.
fn monday() -> World {
    World::at("2026-11-23T09:00[Europe/Berlin]")
}

fn hook(world: &World, guarantee: Guarantee, retries: Profile) -> ChannelId {
    let (url, name) = ("https://example.com".into(), "hook".into());
    let new = NewWebhook { name, url, guarantee, retries, ..NewWebhook::default() };
    world.engine().add_webhook(&new).expect("a channel").id
}

/// A note at ten past nine.
fn note(world: &mut World, own: ReminderDraft) -> EventId {
    let note = draft("note", "Tea", "20261123T091000", Some(BERLIN));
    world.add(EventDraft { reminders: Some(vec![own]), ..note })
}

/// One through a webhook that answers so, at a quarter past nine.
fn called(guarantee: Guarantee, retries: Profile, answer: Handover) -> World {
    let mut world = monday();
    let hook = hook(&world, guarantee, retries);
    note(&mut world, reminder("PT0M", hook));
    world.answer(answer);
    world.wait_until("2026-11-23T09:15");
    world
}

fn change(world: &mut World, id: EventId, change: impl FnOnce(&mut EventDraft)) {
    let mut draft = world.draft(id);
    change(&mut draft);
    world.save(Some(id), draft);
}

fn decide(world: &mut World, decision: Decision<'_>) {
    let ids = world.engine().letters(&Letters::default()).expect("letters");
    let decided = world.engine().decide_letters(&ids, decision, Care::AllOrNone, None);
    decided.expect("possible");
    world.run();
}

fn told_in_time() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.engine().test_channel(ChannelId::DESKTOP, None).expect("planned");
    world.wait_until("2026-11-23T09:11");
    world
}

fn changed() -> World {
    let mut world = monday();
    let id = note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    for disabled in [true, false] {
        change(&mut world, id, |draft| draft.disabled = disabled);
    }
    change(&mut world, id, |draft| draft.reminders = Some(vec![]));
    world.add(draft("appointment", "Going on", "20261123T083000", Some(BERLIN)));
    world
}

fn taken_away() -> World {
    let mut world = monday();
    let id = note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.engine().delete_event(id, None, None).expect("deleted");
    let daily = draft("note", "Pill", "20261123T100000", Some(BERLIN));
    let id = world.add(EventDraft { rules: vec!["FREQ=DAILY".into()], ..daily });
    let second = LocalStart::parse("20261124T100000").expect("a start");
    world.engine().delete_occurrence(id, second, None, None).expect("left out");
    let hook = hook(&world, Guarantee::NeverMiss, Profile::Long);
    note(&mut world, reminder("PT0M", hook));
    world.engine().remove_channel(hook, None).expect("removed");
    world
}

fn answered() -> World {
    let mut world = monday();
    let nag = ReminderDraft { nag: Some("10m".into()), ..reminder("PT0M", ChannelId::DESKTOP) };
    note(&mut world, nag);
    world.wait_until("2026-11-23T09:11");
    let told = world.deliveries()[0].row.id;
    for minutes in [20, 30] {
        let until = world.now() + jiff::SignedDuration::from_mins(minutes);
        world.engine().snooze(told, until, "window").expect("snoozed");
    }
    world.engine().acknowledge(&[told], Answer::Done, "window").expect("done");
    world
}

fn failing() -> World {
    let mut world = called(Guarantee::NeverMiss, Profile::Long, DOWN);
    world.answer(UP);
    world.wait_until("2026-11-23T10:15");
    world
}

fn mistrusted() -> World {
    let schedule = Schedule::Certificate;
    called(Guarantee::NeverMiss, Profile::Long, Handover::Transient { retry_after: None, schedule })
}

fn in_vain() -> World {
    let mut world = monday();
    let hook = hook(&world, Guarantee::NeverMiss, Profile::Long);
    world.answer(DOWN);
    note(&mut world, ReminderDraft { use_by: Some("1h".into()), ..reminder("PT0M", hook) });
    world.wait_until("2026-11-23T10:11");
    world
}

fn used_up(answer: Handover) -> World {
    let mut world = called(Guarantee::NeverMiss, Profile::Quick, answer);
    let hook = world.deliveries()[0].row.identity.channel;
    for title in ["Coffee", "Milk"] {
        let more = draft("note", title, "20261123T091600", Some(BERLIN));
        let own = Some(vec![reminder("PT0M", hook)]);
        world.add(EventDraft { reminders: own, ..more });
    }
    world.wait_until("2026-11-23T09:16:30");
    world
}

fn refused() -> World {
    let mut world = called(Guarantee::NeverMiss, Profile::Long, REFUSED);
    let hook = world.deliveries()[0].row.identity.channel;
    for (answer, minute) in [(Handover::Permanent, 16), (Handover::Gone, 17)] {
        world.answer(answer);
        let at = format!("20261123T09{minute}00");
        let own = Some(vec![reminder("PT0M", hook)]);
        world.add(EventDraft { reminders: own, ..draft("note", "More", &at, Some(BERLIN)) });
        world.wait_until(&format!("2026-11-23T09:{minute}:30"));
    }
    world
}

fn in_doubt() -> World {
    let mut world = called(Guarantee::NeverMiss, Profile::Long, Handover::Ambiguous);
    let (url, guarantee) = ("https://example.org".into(), Guarantee::NeverRepeat);
    let new = NewWebhook { name: "once".into(), url, guarantee, ..NewWebhook::default() };
    let once = world.engine().add_webhook(&new).expect("a channel").id;
    let pay = draft("note", "Pay", "20261123T091600", Some(BERLIN));
    world.add(EventDraft { reminders: Some(vec![reminder("PT0M", once)]), ..pay });
    world.wait_until("2026-11-23T09:17");
    world
}

fn decided_on() -> World {
    let mut world = called(Guarantee::NeverMiss, Profile::Long, Handover::Permanent);
    decide(&mut world, Decision::AsNew(None));
    decide(&mut world, Decision::Discard("enough"));
    let hook = world.deliveries()[0].row.identity.channel;
    let more = draft("note", "More", "20261123T091600", Some(BERLIN));
    world.add(EventDraft { reminders: Some(vec![reminder("PT0M", hook)]), ..more });
    world.wait_until("2026-11-23T09:20");
    world.answer(UP);
    decide(&mut world, Decision::Retry);
    // What was never tried comes of an older copy.
    let due = draft("note", "Late", "20261123T092500", Some(BERLIN));
    world.add(EventDraft { reminders: Some(vec![reminder("PT0M", hook)]), ..due });
    let copy = world.copied();
    world.jump_to("2026-11-23T09:40");
    world.put_in_place(&copy);
    world.forget_state();
    world.start();
    decide(&mut world, Decision::Retry);
    world
}

/// Being sent at half past nine.
fn under_way(guarantee: Guarantee) -> (World, EventId) {
    let mut world = monday();
    let hook = hook(&world, guarantee, Profile::Long);
    let id = note(&mut world, reminder("PT0M", hook));
    world.jump_to("2026-11-23T09:10");
    assert_eq!(world.pass(&[]).expect("a service").parcels.len(), 1, "it is being sent");
    (world, id)
}

fn cut_off() -> World {
    let (mut world, _) = under_way(Guarantee::NeverMiss);
    for _ in 0..2 {
        world.kill();
        world.lead();
        assert_eq!(world.pass(&[]).expect("a service").parcels.len(), 1, "again");
    }
    world.kill();
    world.start();
    world
}

fn cut_off_once_only() -> World {
    let (mut world, _) = under_way(Guarantee::NeverRepeat);
    world.kill();
    world.start();
    world
}

fn wanted_again_in_doubt() -> World {
    let (mut world, id) = under_way(Guarantee::NeverRepeat);
    let save = |world: &World, disabled: bool| {
        let draft = EventDraft { disabled, ..world.draft(id) };
        let save = engine::events::Save { id: Some(id), draft, ..Default::default() };
        world.engine().save_event(&save).expect("saved");
    };
    save(&world, true);
    world.kill();
    world.start();
    save(&world, false);
    world.run();
    world
}

fn paused() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    let end = world.instant("2026-11-23T09:30:00");
    world.engine().pause(Pause::Until(end)).expect("paused");
    world.wait_until("2026-11-23T09:31");
    world
}

fn travelling_west() -> World {
    let mut world = World::at("2026-11-23T07:00[America/New_York]");
    world.add(draft("note", "Pill", "20261123T080000", None));
    world.engine().set_machine_zone(&ZoneName::stored("America/Los_Angeles")).expect("moved");
    world.run();
    world
}

fn in_the_night() -> World {
    let mut world = monday();
    let rules = "09:05-09:30 all".parse().expect("rules");
    world.engine().set_quiet_hours(&QuietHours { on: true, rules }).expect("set");
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.wait_until("2026-11-23T09:31");
    world
}

fn without_a_notifier() -> World {
    let mut world = monday();
    world.no_desktop = Some(Unavailable::NoNotifier);
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.wait_until("2026-11-23T09:15");
    world.no_desktop = None;
    world.run();
    world.no_desktop = Some(Unavailable::NoNotifier);
    for minute in 16..20 {
        let at = format!("20261123T09{minute}00");
        let tea = draft("note", "More tea", &at, Some(BERLIN));
        world.add(EventDraft { reminders: reminders(&["PT0M"]), ..tea });
    }
    world.wait_until("2026-11-23T09:30");
    world.no_desktop = None;
    world.run();
    world
}

fn without_a_notifier_for_ever() -> World {
    let mut world = monday();
    world.no_desktop = Some(Unavailable::NoNotifier);
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.wait_until("2026-12-23T09:11");
    world
}

fn offline() -> World {
    called(Guarantee::NeverMiss, Profile::Long, Handover::Unavailable(Unavailable::Offline))
}

fn locked() -> World {
    called(Guarantee::NeverMiss, Profile::Long, Handover::Unavailable(Unavailable::SecretLocked))
}

fn by_a_false_clock() -> World {
    let mut world = monday();
    let hook = hook(&world, Guarantee::NeverMiss, Profile::Long);
    note(&mut world, reminder("PT0M", hook));
    world.set_clock("2026-11-25T09:10");
    world.run();
    world.wait_until("2026-11-25T12:00");
    assert!(world.engine().accept_clock().expect("accepted").is_some());
    world.run();
    world
}

fn asleep() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.jump_to("2026-11-23T09:40");
    world.run();
    world
}

fn stopped() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.has_slept(0);
    world.run();
    world.jump_to("2026-11-23T09:40");
    world.run();
    world
}

fn woken_late() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.jump_to("2026-11-23T09:10:25");
    world.run();
    world
}

fn in_trouble(fault: Fault) -> World {
    simulated_disk::install();
    let (mut disk, at) = (None, "2026-11-23T09:00[Europe/Berlin]");
    let mut world = World::prepared(at, |folder| disk = Some(Disk::new(folder)));
    world.start();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    let disk = disk.expect("a disk");
    for at in ["2026-11-23T09:10", "2026-11-23T09:13"] {
        world.jump_to(at);
        disk.arrange(fault);
        assert!(world.try_pass(&[]).is_err(), "{fault:?}");
    }
    disk.heal();
    world.run();
    world
}

fn switched_off() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.add(draft("deadline", "Offer", "20261123T110000", Some(BERLIN)));
    for use_by in ["start", "10m"] {
        let use_by = Some(use_by.into());
        let own = ReminderDraft { use_by, ..reminder("-PT5M", ChannelId::DESKTOP) };
        let call = draft("appointment", "Call", "20261123T110000", Some(BERLIN));
        world.add(EventDraft { reminders: Some(vec![own]), ..call });
    }
    world.kill();
    world.jump_to("2026-11-23T20:00");
    world.start();
    world
}

fn missed_often() -> World {
    let mut world = monday();
    for collapse in ["latest", "each:2"] {
        let collapse = Some(collapse.into());
        let own = ReminderDraft { collapse, ..reminder("PT0M", ChannelId::DESKTOP) };
        let often = draft("note", "Often", "20261123T091000", Some(BERLIN));
        let rules = vec!["FREQ=HOURLY;COUNT=5".into()];
        world.add(EventDraft { rules, reminders: Some(vec![own]), ..often });
    }
    let hook = hook(&world, Guarantee::NeverMiss, Profile::Long);
    let run = draft("workflow", "Run", "20261123T091000", Some(BERLIN));
    let rules = vec!["FREQ=MINUTELY;INTERVAL=10;COUNT=3".into()];
    let own = Some(vec![reminder("PT0M", hook)]);
    world.add(EventDraft { rules, reminders: own, overlap: "skip".into(), ..run });
    world.jump_to("2026-11-23T19:00");
    world.run();
    world
}

fn travelling_east() -> World {
    let mut world = World::at("2026-11-23T07:00[America/Los_Angeles]");
    world.add(draft("note", "Pill", "20261123T080000", None));
    world.engine().set_machine_zone(&ZoneName::stored("America/New_York")).expect("moved");
    world.run();
    world
}

fn undone_late() -> World {
    let mut world = monday();
    let id = note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    change(&mut world, id, |draft| draft.disabled = true);
    world.wait_until("2026-11-23T09:20");
    change(&mut world, id, |draft| draft.disabled = false);
    world.run();
    world
}

fn set_forward() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    world.set_clock("2026-11-23T12:00");
    world.run();
    world
}

fn restored() -> World {
    let mut world = monday();
    note(&mut world, reminder("PT0M", ChannelId::DESKTOP));
    let copy = world.copied();
    world.jump_to("2026-11-23T12:00");
    world.put_in_place(&copy);
    world.forget_state();
    world.start();
    world
}

/// The reasons in a ledger's record, and what its rows say of why they had to wait.
fn met(world: &World) -> BTreeSet<String> {
    let ledger = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    let sql =
        "SELECT reason FROM audit UNION SELECT late_cause FROM delivery WHERE late_cause <> ''";
    let mut asked = ledger.prepare(sql).expect("a record");
    let found = asked.query_map([], |row| row.get(0)).expect("reasons");
    found.collect::<Result<_, _>>().expect("reasons")
}

#[test]
fn each_life_meets_the_reasons_it_is_there_for() {
    let mut missing = Vec::new();
    for (n, (life, reasons)) in LIVES.iter().enumerate() {
        let world = life();
        let met = met(&world);
        let not_met = reasons.iter().filter(|reason| !met.contains(reason.code()));
        let not_met: Vec<_> = not_met.map(|reason| reason.code()).collect();
        if !not_met.is_empty() {
            missing.push(format!("life {n} without {not_met:?}:\n{}", world.all_rows()));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n\n"));
}

#[test]
fn between_them_they_meet_every_reason_there_is() {
    let named: BTreeSet<_> = LIVES.iter().flat_map(|(_, reasons)| *reasons).collect();
    let unnamed = Reason::ALL.iter().filter(|reason| !named.contains(reason));
    let unnamed: Vec<_> = unnamed.map(|reason| reason.code()).collect();
    assert!(unnamed.is_empty(), "nothing brings these into a ledger: {unnamed:?}");
}
