//! Aim: parting a series at any of its occurrences changes nothing but that it is in two, and
//! undo leaves no trace.
//! Method: random series with a seed, lived through for a while with some of it told; then its
//! occurrences, what is wanted and every row, before and after, and after undo and redo.

use std::collections::BTreeSet;

use acceptance::world::{World, draft, reminders};
use calendar::{
    delivery::State,
    draft::{EventDraft, OverrideDraft},
    event::Event,
    halves::Halves,
    id::EventId,
    occurrence::Context,
};
use engine::{events::Save, ledger::delivery::DeliveryRow};
use jiff::{SignedDuration, Timestamp, civil::DateTime};

/// The seeds tried: the usual number, or as many as `CARILLON_SEEDS` says.
const SEEDS: u64 = 24;

/// splitmix64: a failing seed stays one.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits() % n.max(1) as u64).expect("small")
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A series beginning in October 2026, with exceptions on its first occurrences.
fn any_series(random: &mut Random, context: &Context) -> EventDraft {
    let zones = [Some("Europe/Berlin"), Some("America/New_York"), None];
    let (zone, all_day) = (*random.pick(&zones), random.chance(20));
    let rules = [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,TH",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU",
        "FREQ=MONTHLY",
        "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=HOURLY;INTERVAL=7",
    ];
    let ends = ["", ";COUNT=40", ";COUNT=9", ";UNTIL=20261215", ";UNTIL=20270110T090000Z"];
    let mut texts = Vec::new();
    for _ in 0..=usize::from(random.chance(30)) {
        let ends = if all_day { &ends[..4] } else { &ends[..] };
        texts.push(format!("{}{}", random.pick(&rules), random.pick(ends)));
    }
    let hour = ["T023000", "T090000", "T233000"];
    let day = ["20261018", "20261020", "20261031"];
    let start = match all_day {
        true => (*random.pick(&day)).to_string(),
        false => format!("{}{}", random.pick(&day), random.pick(&hour)),
    };
    let fold = *random.pick(&["", "", "both"]);
    let gap = *random.pick(&["", "", "skip"]);
    let some: [&[&str]; 4] = [&["-PT10M"][..], &["-PT10M", "-P2D"], &["-P1D"], &["PT0S"]];
    let mut series = EventDraft {
        rules: texts,
        reminders: reminders(some[random.below(some.len())]),
        fold: if all_day { String::new() } else { fold.into() },
        gap: gap.into(),
        ..draft("appointment", "Choir", &start, zone.filter(|_| !all_day))
    };
    let event = checked(&series, context);
    for one in event.occurrences(context, Timestamp::UNIX_EPOCH, far(), 25).items {
        let original = one.original.text(all_day);
        let moved = calendar::timing::LocalStart::first(calendar::timing::shift(
            one.original.at,
            i32::try_from(random.below(30)).expect("small") - 15,
            0,
        ));
        match random.below(12) {
            0 if !original.ends_with("fold") => series.exdates.push(original),
            1 => series.overrides.push(OverrideDraft {
                original,
                cancelled: true,
                ..OverrideDraft::default()
            }),
            2 => series.overrides.push(OverrideDraft {
                original,
                start: moved.text(all_day),
                zone: series.zone.clone(),
                length: if all_day { (1, 0) } else { (0, 3600) },
                title: Some("Other".into()),
                ..OverrideDraft::default()
            }),
            _ => {}
        }
    }
    series
}

fn checked(draft: &EventDraft, context: &Context) -> Event {
    let check = calendar::draft::Check {
        zones: &context.zones,
        person: None,
        origin: calendar::draft::Origin::Outside,
    };
    let id = EventId::from_bytes([7; 16]);
    draft.check(id, id, &check).expect("a valid event")
}

fn far() -> Timestamp {
    "2027-03-01T00:00:00Z".parse().expect("an instant")
}

/// Every occurrence and everything wanted, by name and moment.
fn wanted(events: &[Event], context: &Context) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut happens, mut tells) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        let found = event.occurrences(context, Timestamp::UNIX_EPOCH, far(), 10_000);
        happens.extend(found.items.iter().map(|one| format!("{} {}", one.text(), one.end)));
        let plan = event.wanted(context, Timestamp::UNIX_EPOCH, far(), 10_000);
        tells.extend(
            plan.wanted.iter().map(|w| format!("{:?} {} {:?}", w.identity, w.due, w.use_by)),
        );
    }
    (happens, tells)
}

fn rows(world: &World) -> Vec<DeliveryRow> {
    let mut rows: Vec<_> = world.deliveries().into_iter().map(|l| l.row).collect();
    rows.sort_by_key(|row| row.id);
    rows
}

/// The rows of before are there as they were, the event aside; what came besides is planned.
fn assert_kept(before: &[DeliveryRow], now: &[DeliveryRow], said: &str) {
    for row in before {
        let found = now.iter().find(|other| other.id == row.id).expect("no row goes");
        let found = DeliveryRow { event: row.event, ..found.clone() };
        assert_eq!(&found, row, "{said}");
    }
    let new = now.iter().filter(|row| !before.iter().any(|other| other.id == row.id));
    for row in new {
        assert_eq!(row.facts.state, State::Scheduled, "{said}\n{row:?}");
    }
}

#[test]
fn parting_changes_nothing_but_that_it_is_in_two_and_undo_leaves_no_trace() {
    let wanted_seeds = std::env::var("CARILLON_SEEDS").ok().and_then(|text| text.parse().ok());
    let seeds = wanted_seeds.unwrap_or(SEEDS);
    let mut parted = 0;
    for seed in 0..seeds {
        let random = &mut Random(seed);
        let mut world = World::at("2026-10-17T07:00[Europe/Berlin]");
        let context = world.engine().planning_context().expect("a ledger");
        let series = any_series(random, &context);
        let id = world.add(series.clone());
        let now: DateTime = "2026-10-20T07:00".parse().expect("a time");
        let now = now.checked_add(SignedDuration::from_hours(random.below(600) as i64));
        world.wait_until(&now.expect("a time").strftime("%Y-%m-%dT%H:%M").to_string());

        let event = world.engine().event(id).expect("an event").event;
        let all = event.occurrences(&context, Timestamp::UNIX_EPOCH, far(), 60).items;
        let Some(cut) = (!all.is_empty()).then(|| random.pick(&all).original) else { continue };
        let said = format!("seed {seed}, cut {cut:?}: {series:?}");
        let (before, whole) = (rows(&world), world.draft(id));
        let should = wanted(std::slice::from_ref(&event), &context);
        let Halves::Two(_, tail) = event.halves(&context, cut).expect(&said) else { continue };
        parted += 1;
        let save = Save {
            id: Some(id),
            draft: EventDraft::from(&*tail),
            following: Some(cut),
            ..Save::default()
        };
        let saved = world.engine().save_event(&save).expect(&said);
        let effect = (saved.effect.cancelled, saved.effect.snoozes, saved.effect.passed.len());
        assert_eq!(effect, (0, 0, 0), "{said}");
        let rest: EventId = saved.event.parse().expect("an id");
        let both = [id, rest].map(|id| world.engine().event(id).expect("an event").event);
        assert_eq!(wanted(&both, &context), should, "{said}");
        assert_kept(&before, &rows(&world), &said);
        for row in rows(&world) {
            let is_later = calendar::occurrence::Occurrence::original_in(&row.identity.occurrence)
                .is_some_and(|original| original >= cut);
            assert_eq!(row.event, Some(if is_later { rest } else { id }), "{said}\n{row:?}");
        }
        let halves = [world.draft(id), world.draft(rest)];

        world.engine().undo(None).expect("undone");
        assert_eq!(world.draft(id), whole, "{said}");
        assert_kept(&before, &rows(&world), &said);
        assert!(rows(&world).iter().all(|row| row.event == Some(id)), "{said}");

        world.engine().redo(None).expect("redone");
        assert_eq!([world.draft(id), world.draft(rest)], halves, "{said}");
        assert_kept(&before, &rows(&world), &said);
    }
    assert!(parted * 2 > seeds, "{parted} were parted");
}
