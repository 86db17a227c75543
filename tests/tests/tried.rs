//! What may or may not have arrived says what is known of its tries: when there was one, that nobody
//! knows what came of it, and "never tried" only where that is so. Another try is offered where one
//! makes sense.

use std::sync::Arc;

use acceptance::{
    home::program,
    world::{World, draft, reminder},
};
use calendar::{
    delivery::Guarantee,
    draft::EventDraft,
    id::{ChannelId, EventId},
};
use engine::{
    channels::{ChannelChange, NewWebhook},
    courier::{Handover, Schedule},
    events::Save,
    ledger::acknowledgement::Answer,
};
use wire::{
    EngineHost, Host,
    dto::{Empty, Letter, SwitchOnChannel, Tried},
};

fn never_repeat() -> (World, ChannelId, EventId) {
    let mut world = World::at("2021-11-22T09:00[Europe/Berlin]");
    let new = NewWebhook {
        name: "hook".into(),
        url: "https://example.com".into(),
        guarantee: Guarantee::NeverRepeat,
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let id = world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", hook)]),
        ..draft("note", "Pay", "20211122T093000", Some("Europe/Berlin"))
    });
    (world, hook, id)
}

fn letter(world: &World) -> Letter {
    let host = EngineHost::new(Arc::clone(world.engine()));
    host.letters(Empty {}).expect("letters").letters.remove(0)
}

/// What its story says on the command line.
fn why(world: &World) -> String {
    let mut command = std::process::Command::new(program("carillon"));
    command.env_clear().env("HOME", world.state()).env("TZ", "Europe/Berlin");
    let command = command.env("CARILLON_DATA_DIR", world.folder());
    let said = command.args(["why", &letter(world).row.id]).output().expect("an answer");
    String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
}

fn known(letter: &Letter) -> (Tried, Option<(i32, bool)>, bool) {
    let last = letter.last.as_ref().map(|last| (last.at.wall_min, last.known));
    (letter.tried, last, letter.row.can_retry)
}

#[test]
fn one_that_was_cut_off_says_when_it_was_tried_and_not_when_that_was_found() {
    let (mut world, _, _) = never_repeat();
    world.jump_to("2021-11-22T09:30");
    assert_eq!(world.pass(&[]).expect("a service").parcels.len(), 1);
    world.kill();
    world.jump_to("2021-11-22T11:00");
    world.start();
    assert_eq!(known(&letter(&world)), (Tried::Yes, Some((570, false)), true));
    let said = why(&world);
    let words = "tried          on Mon 22 Nov 2021, 09:30: what came of it is not known\n";
    assert!(said.contains(words), "{said}");
}

#[test]
fn one_that_is_in_doubt_for_an_earlier_try_says_when_that_was() {
    let (mut world, _, id) = never_repeat();
    world.jump_to("2021-11-22T09:30");
    assert_eq!(world.pass(&[]).expect("a service").parcels.len(), 1);
    let save = |world: &World, disabled| {
        let draft = EventDraft { disabled, ..world.draft(id) };
        let save = Save { id: Some(id), draft, ..Save::default() };
        world.engine().save_event(&save).expect("saved");
    };
    save(&world, true);
    world.kill();
    world.jump_to("2021-11-22T11:00");
    world.start();
    save(&world, false);
    world.run();
    assert_eq!(letter(&world).row.attempts.made, 0);
    assert_eq!(known(&letter(&world)), (Tried::Before, Some((570, false)), true));
    let said = why(&world);
    let words =
        "before it was wanted again, on Mon 22 Nov 2021, 09:30: what came of it is not known\n";
    assert!(said.contains(words), "{said}");
}

#[test]
fn one_that_failed_otherwise_since_says_which_of_its_tries_is_in_doubt() {
    let (mut world, hook, _) = never_repeat();
    let promise = |world: &World, guarantee| {
        let change = ChannelChange { guarantee: Some(guarantee), ..ChannelChange::default() };
        world.engine().change_channel(hook, change, None).expect("changed");
    };
    promise(&world, Guarantee::NeverMiss);
    world.answer(Handover::Ambiguous);
    world.wait_until("2021-11-22T09:30:01");
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Channel });
    world.wait_until("2021-11-22T09:32");
    promise(&world, Guarantee::NeverRepeat);
    assert!(letter(&world).row.attempts.made > 1);
    assert_eq!(known(&letter(&world)), (Tried::Yes, Some((570, false)), true));
}

#[test]
fn of_an_older_copy_nobody_says_that_it_was_never_tried() {
    let (mut world, _, _) = never_repeat();
    let copy = world.copied();
    world.wait_until("2021-11-22T09:31");
    assert_eq!(world.sent.len(), 1, "it was told");
    world.put_in_place(&copy);
    world.start();
    assert_eq!(known(&letter(&world)), (Tried::Unknown, None, true));
    let said = why(&world);
    assert!(said.contains("tried          not by this ledger, which is an older copy"), "{said}");
}

#[test]
fn what_found_no_endpoint_was_never_tried_and_is_not_tried_while_that_is_off() {
    let (mut world, hook, _) = never_repeat();
    world.answer(Handover::Gone);
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", hook)]),
        ..draft("note", "Next", "20211122T094000", Some("Europe/Berlin"))
    });
    world.wait_until("2021-11-22T09:41");
    assert_eq!(known(&letter(&world)), (Tried::Never, None, false), "{}", world.rows());
    let said = why(&world);
    assert!(said.contains("tried          never\n"), "{said}");
    let host = EngineHost::new(Arc::clone(world.engine()));
    let on = SwitchOnChannel { channel: hook.to_string(), request_id: "on".into() };
    host.switch_on_channel(on).expect("on again");
    assert!(letter(&world).row.can_retry);
}

#[test]
fn what_a_person_is_done_with_is_not_offered_again() {
    let mut world = World::at("2021-11-22T09:00[Europe/Berlin]");
    world.answer(Handover::Permanent);
    world.add(draft("note", "Tea", "20211122T093000", Some("Europe/Berlin")));
    world.wait_until("2021-11-22T09:31");
    assert!(letter(&world).row.can_retry);
    let id = world.only();
    world.engine().acknowledge(&[id], Answer::Done, "window").expect("done");
    assert!(!letter(&world).row.can_retry);
}
