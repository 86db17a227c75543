//! Renewals and workflows: what they are told, when, and what becomes of runs that overlap.

use acceptance::world::{World, draft as plain, reminder as through};
use calendar::{
    delivery::State,
    draft::EventDraft,
    id::ChannelId,
    kind::KindRef,
    policy::{Collapse, UseBy},
    reason::Reason,
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule},
    events::Save,
};

const DOWN: Handover = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
const UP: Handover = Handover::Accepted { shown_by: None };

fn hook(world: &World) -> ChannelId {
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    world.engine().add_webhook(&new).expect("a channel").id
}

fn refused(world: &World, draft: EventDraft) -> String {
    let save = Save { draft, allow_past: true, ..Save::default() };
    world.engine().save_event(&save).expect_err("refused").to_string()
}

fn workflow(hook: ChannelId, overlap: &str) -> EventDraft {
    EventDraft {
        rules: vec!["FREQ=MINUTELY;INTERVAL=10".into()],
        reminders: Some(vec![through("PT0M", hook)]),
        overlap: overlap.into(),
        ..plain("workflow", "Sync", "20261123T091000", Some("Europe/Berlin"))
    }
}

/// Minute and state of each run that was due, and the tries of what was tried.
fn runs(world: &World) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap_or(jiff::tz::TimeZone::UTC);
    let now = world.now();
    let all = world.deliveries();
    let due = all.iter().filter(|l| l.row.facts.due <= now);
    let line = |l: &engine::ledger::inbox::Listed| {
        let at = l.row.facts.due.to_zoned(zone.clone()).strftime("%H:%M").to_string();
        format!("{at} {}", l.row.facts.state)
    };
    due.map(line).collect::<Vec<_>>().join(", ")
}

#[test]
fn each_kind_has_the_defaults_that_are_written_down() {
    let day = 86_400;
    for (code, all_day, length, reminders, use_by, grace, collapse) in [
        ("anniversary", true, (1, 0), "PT0M", UseBy::Day, 600, Collapse::Latest),
        ("birthday", true, (1, 0), "PT0M", UseBy::Day, 600, Collapse::Latest),
        ("renewal", true, (1, 0), "-P14D -P3D", UseBy::After(7 * day), 600, Collapse::Latest),
        ("workflow", false, (0, 0), "PT0M", UseBy::After(day), 60, Collapse::Each(Some(100))),
    ] {
        let kind: KindRef = code.parse().expect("a kind");
        let d = kind.defaults();
        let triggers: Vec<_> = d.reminders.iter().map(ToString::to_string).collect();
        assert_eq!((d.all_day, d.use_by, d.grace), (all_day, use_by, grace), "{code}");
        assert_eq!((d.length.days, d.length.seconds), length, "{code}");
        assert_eq!(triggers.join(" "), reminders, "{code}");
        assert_eq!(d.collapse, (collapse, collapse), "{code}");
    }
}

#[test]
fn a_renewal_is_told_before_the_last_day_to_cancel() {
    let mut world = World::at("2026-11-01T08:00[Europe/Berlin]");
    let id = world.add(EventDraft { notice: 30, ..plain("renewal", "Gym", "20261231", None) });
    let told = |world: &World| -> Vec<(String, String)> {
        world.sent.iter().map(|s| (s.at.clone(), s.text.clone())).collect()
    };
    world.wait_until("2026-12-20T12:00");
    let text = "Gym\nrenews 31 Dec · last day to cancel 1 Dec".to_string();
    // 14 and 3 days before 1 December, at nine.
    let wanted = ["2026-11-17T08:00:00Z", "2026-11-28T08:00:00Z"];
    assert_eq!(told(&world), wanted.map(|at| (at.to_string(), text.clone())));
    // Without notice they count from the day itself.
    let was = world.draft(id);
    assert_eq!(was.notice, 30);
    world.save(Some(id), EventDraft { notice: 0, start: "20270131".into(), ..was });
    world.wait_until("2027-01-18T12:00");
    let last = told(&world).pop().expect("told");
    assert_eq!(last, ("2027-01-17T08:00:00Z".into(), "Gym\nrenews 31 Jan".into()));
}

#[test]
fn changing_the_notice_moves_what_is_planned_and_undo_moves_it_back() {
    let mut world = World::at("2026-11-01T08:00[Europe/Berlin]");
    let id = world.add(EventDraft { notice: 30, ..plain("renewal", "Gym", "20261231", None) });
    let before = world.rows();
    assert!(before.contains("Tue 17 09:00") && before.contains("Sat 28 09:00"), "{before}");
    let keys = |world: &World| -> Vec<String> {
        let mut keys: Vec<_> = world.deliveries().iter().map(|l| l.row.key.clone()).collect();
        keys.sort();
        keys
    };
    let had = keys(&world);
    let was = world.draft(id);
    world.save(Some(id), EventDraft { notice: 20, ..was });
    assert!(world.rows().contains("Fri 27 09:00"), "{}", world.rows());
    assert_eq!(keys(&world), had, "they keep their keys");
    world.engine().undo(None).expect("undone");
    world.run();
    assert_eq!((world.rows(), world.draft(id).notice), (before, 30));
}

#[test]
fn a_missed_renewal_is_worth_telling_for_a_week() {
    let mut world = World::at("2026-11-01T08:00[Europe/Berlin]");
    world.add(plain("renewal", "Gym", "20261231", None));
    world.jump_to("2026-12-26T12:00");
    world.run();
    let rows = world.rows();
    assert!(rows.contains("Thu 17 09:00 expired expired.age Gym"), "{rows}");
    assert!(world.sent.is_empty());
    world.jump_to("2027-01-03T12:00");
    world.run();
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    assert!(world.sent[0].text.starts_with("Gym\nrenewed 31 Dec 2026, told late"));
}

#[test]
fn only_a_renewal_has_notice_and_only_a_workflow_overlaps() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world);
    let berlin = Some("Europe/Berlin");
    let start = "20261124T090000";
    let note = plain("note", "Tea", start, berlin);
    for (draft, said) in [
        (EventDraft { notice: 3, ..note.clone() }, "notice are for renewals"),
        (EventDraft { overlap: "skip".into(), ..note }, "overlap are for workflows"),
        (EventDraft { overlap: "maybe".into(), ..workflow(hook, "") }, "allow, skip and buffer"),
        (plain("renewal", "Gym", start, berlin), "a renewal is on a date"),
        (EventDraft { notice: 4_000, ..plain("renewal", "Gym", "20261231", None) }, "0 to 3660"),
        (plain("workflow", "Sync", start, berlin), "name a webhook channel"),
        (
            EventDraft {
                start: "20261124".into(),
                zone: None,
                rules: vec![],
                ..workflow(hook, "")
            },
            "a workflow runs at a time",
        ),
        (EventDraft { length: Some((0, 3600)), ..workflow(hook, "") }, "has no length"),
    ] {
        let why = refused(&world, draft);
        assert!(why.contains(said), "{why}: {said}");
    }
}

#[test]
fn a_workflow_calls_its_webhook_once_a_run() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world);
    world.add(workflow(hook, ""));
    world.wait_until("2026-11-23T09:35");
    assert_eq!(runs(&world), "09:10 completed, 09:20 completed, 09:30 completed");
    assert!(world.sent[0].text.contains(r#""kind":"workflow""#), "{}", world.sent[0].text);
}

/// The endpoint fails from 9:10 to 9:35, so that the run of 9:10 goes on until then.
fn failing(overlap: &str) -> World {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world);
    world.add(workflow(hook, overlap));
    world.answer(DOWN);
    world.wait_until("2026-11-23T09:35");
    world
}

#[test]
fn a_run_that_would_overlap_is_left_out() {
    let mut world = failing("skip");
    assert_eq!(runs(&world), "09:10 retrying, 09:20 skipped, 09:30 skipped");
    let left_out = |l: &engine::ledger::inbox::Listed| {
        l.row.facts.state == State::Skipped && l.row.facts.reason == Reason::SkippedOverlap
    };
    assert_eq!(world.deliveries().iter().filter(|l| left_out(l)).count(), 2);
    world.answer(UP);
    world.wait_until("2026-11-23T10:25");
    let after = runs(&world);
    assert!(after.starts_with("09:10 completed, 09:20 skipped, 09:30 skipped"), "{after}");
    assert!(after.ends_with("10:10 completed, 10:20 completed"), "{after}");
}

#[test]
fn of_runs_that_are_overdue_at_once_one_goes_on_and_none_is_said_to_run() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world);
    world.add(workflow(hook, "skip"));
    world.jump_to("2026-11-23T09:25");
    world.run();
    assert_eq!(runs(&world), "09:10 completed, 09:20 skipped");
    let said = world.deliveries()[1].row.facts.reason.sentence();
    assert_eq!(said, "skipped: the run before it was due and not yet through");
}

#[test]
fn one_that_is_buffered_waits_and_older_ones_are_left_out() {
    let mut world = failing("buffer");
    assert_eq!(runs(&world), "09:10 retrying, 09:20 skipped, 09:30 scheduled");
    let first = world.deliveries()[0].row.id;
    assert_eq!(world.deliveries()[2].row.attempts, 0);
    // Nobody is behind with what waits for its turn.
    world.wait_until("2026-11-23T09:32");
    assert!(runs(&world).ends_with("09:30 scheduled"), "{}", runs(&world));
    assert_eq!(world.engine().overdue().expect("readable"), 0);
    // A run whose delivery waits for a person is over, too.
    world.answer(Handover::Permanent);
    world.wait_until("2026-11-23T09:39:59");
    while world.engine().why(first).expect("its story").delivery.row.facts.state != State::Dead {
        let next = world.run().expect("a next try");
        let local = next.to_zoned(jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone"));
        world.wait_until(&local.strftime("%Y-%m-%dT%H:%M:%S%.f").to_string());
        world.answer(Handover::Permanent);
    }
    let after = runs(&world);
    assert!(after.starts_with("09:10 dead, 09:20 skipped"), "{after}");
    assert!(after.contains("dead") && !after.contains("scheduled"), "{after}");
}

/// The endpoint asks for an hour at 9:05, before the first run.
fn resting(overlap: &str) -> World {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world);
    world.add(EventDraft {
        reminders: Some(vec![through("PT0M", hook)]),
        ..plain("note", "First", "20261123T090500", Some("Europe/Berlin"))
    });
    world.add(workflow(hook, overlap));
    let retry_after = Some(std::time::Duration::from_secs(3_600));
    world.answer(Handover::Transient { retry_after, schedule: Schedule::Channel });
    world.wait_until("2026-11-23T09:45");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    world
}

#[test]
fn while_the_endpoint_rests_the_overlap_decides_on_each_run_at_its_moment() {
    for (overlap, meanwhile, afterwards) in [
        (
            "skip",
            "09:10 held, 09:20 skipped, 09:30 skipped, 09:40 skipped",
            "09:10 completed, 09:20 skipped, 09:30 skipped, 09:40 skipped, 09:50 skipped, 10:00 skipped",
        ),
        (
            "buffer",
            "09:10 held, 09:20 skipped, 09:30 skipped, 09:40 held",
            "09:10 completed, 09:20 skipped, 09:30 skipped, 09:40 skipped, 09:50 skipped, 10:00 completed",
        ),
        (
            "allow",
            "09:10 held, 09:20 held, 09:30 held, 09:40 held",
            "09:10 completed, 09:20 completed, 09:30 completed, 09:40 completed, 09:50 completed, 10:00 completed",
        ),
    ] {
        let mut world = resting(overlap);
        let of_sync = |world: &World| {
            let rows = runs(world);
            rows.strip_prefix("09:05 retrying, ")
                .or(rows.strip_prefix("09:05 completed, "))
                .map(String::from)
        };
        assert_eq!(of_sync(&world).as_deref(), Some(meanwhile), "{overlap}");
        world.answer(UP);
        world.wait_until("2026-11-23T10:09");
        assert_eq!(of_sync(&world).as_deref(), Some(afterwards), "{overlap}");
    }
}

#[test]
fn while_the_endpoint_is_tried_no_run_is_said_to_wait_that_is_left_out() {
    let mut world = resting("skip");
    world.jump_to("2026-11-23T10:06");
    world.answer(UP);
    let probe = world.pass(&[]).expect("a leader").parcels;
    assert_eq!(probe.len(), 1, "{}", world.rows());
    world.jump_to("2026-11-23T10:10");
    world.pass(&[]).expect("a leader");
    assert!(runs(&world).ends_with("10:00 skipped, 10:10 skipped"), "{}", runs(&world));
}

#[test]
fn runs_overlap_where_that_is_allowed() {
    assert_eq!(
        runs(&failing("allow")).replace("held", "retrying"),
        "09:10 retrying, 09:20 retrying, 09:30 retrying"
    );
}

#[test]
fn the_wish_survives_an_edit_its_undo_and_a_restart() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world);
    let id = world.add(workflow(hook, "skip"));
    let was = world.draft(id);
    assert_eq!(was.overlap, "skip");
    world.save(Some(id), EventDraft { overlap: "buffer".into(), ..was });
    world.engine().undo(None).expect("undone");
    world.kill();
    world.start();
    assert_eq!(world.draft(id).overlap, "skip");
}
