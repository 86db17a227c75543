//! What could not be told because the ledger could not be written says so, also where the service was
//! killed before it could be again.

use acceptance::world::{World, draft};
use calendar::{delivery::State, reason::Reason};
use simulated_disk::{Disk, Fault};

const BERLIN: &str = "Europe/Berlin";

/// Notes at these times of a morning, and the disk under the ledger.
fn morning(at: &[&str]) -> (World, Disk) {
    simulated_disk::install();
    let (mut disk, begin) = (None, "2026-11-23T09:00[Europe/Berlin]");
    let mut world = World::prepared(begin, |folder| disk = Some(Disk::new(folder)));
    world.start();
    for at in at {
        world.add(draft("note", &format!("N{at}"), &format!("20261123T{at}00"), Some(BERLIN)));
    }
    world.run();
    (world, disk.expect("a disk"))
}

fn causes(world: &World) -> Vec<(State, Option<Reason>)> {
    world.deliveries().iter().map(|l| (l.row.facts.state, l.row.late_cause)).collect()
}

#[test]
fn a_full_disk_is_why_something_is_late_though_the_service_was_killed_before_there_was_room() {
    let (mut world, disk) = morning(&["0910", "0912", "0920"]);
    for at in ["2026-11-23T09:10", "2026-11-23T09:11:58"] {
        world.jump_to(at);
        disk.arrange(Fault::Full { bytes: 0 });
        assert!(world.try_pass(&[]).is_err());
    }
    world.kill();
    disk.heal();
    world.jump_to("2026-11-23T09:30");
    world.start();
    world.run();
    let told = |why| (State::Completed, Some(why));
    let (full, off) = (Reason::LateDiskFull, Reason::LateServiceOff);
    assert_eq!(causes(&world), [told(full), told(full), told(off)]);
    let texts: Vec<_> = world.sent.iter().map(|sent| sent.text.as_str()).collect();
    assert!(texts[0].contains("the disk with the ledger was full 09:10 to 09:12"), "{texts:?}");
    assert!(texts[2].contains("was not running 09:12 to 09:30"), "{texts:?}");
}

#[test]
fn what_was_over_before_a_kill_is_not_why_something_after_it_is_late() {
    let (mut world, disk) = morning(&["0910", "0915", "0920"]);
    world.jump_to("2026-11-23T09:10");
    disk.arrange(Fault::Full { bytes: 0 });
    assert!(world.try_pass(&[]).is_err());
    disk.heal();
    world.run();
    world.wait_until("2026-11-23T09:15");
    world.kill();
    world.jump_to("2026-11-23T09:30");
    world.start();
    world.run();
    let reasons: Vec<_> = causes(&world).into_iter().map(|(_, why)| why).collect();
    assert_eq!(reasons, [None, None, Some(Reason::LateServiceOff)]);
}
