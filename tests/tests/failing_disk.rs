//! Aim: a disk that fails, is full or is held by another makes nothing be told twice or not at all,
//! wherever that happens. Method: the real engine over a simulated disk, on which one sync, one
//! write or the room for one fails; each of them in turn, in the life of a few reminders.

use acceptance::world::{World, draft, reminder};
use calendar::{delivery::State, draft::EventDraft, id::ChannelId, network::Network};
use engine::{Error, channels::NewWebhook};
use simulated_disk::{Disk, Fault};

const BERLIN: &str = "Europe/Berlin";

/// A desktop reminder and two webhooks are due; everything is handed over at once.
fn eight(disk: &mut Option<Disk>) -> World {
    simulated_disk::install();
    let mut world = World::prepared("2026-11-23T07:00[Europe/Berlin]", |folder| {
        *disk = Some(Disk::new(folder));
    });
    world.start();
    let hook = NewWebhook {
        name: "hook".into(),
        url: "http://127.0.0.1:9/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&hook).expect("a channel").id;
    let note = |title: &str, channel| EventDraft {
        reminders: Some(vec![reminder("PT0S", channel)]),
        ..draft("note", title, "20261123T080000", Some(BERLIN))
    };
    for (title, channel) in [("Pill", ChannelId::DESKTOP), ("Log", hook), ("Lamp", hook)] {
        world.add(note(title, channel));
    }
    world.jump_to("2026-11-23T08:00");
    world
}

/// What one life of theirs asks of a disk on which nothing fails.
#[derive(Debug, Clone, Copy)]
struct Asked {
    changes: u64,
    syncs: u64,
    /// So many bytes the files have at the begin, and so many more at the end.
    used: usize,
    more: usize,
}

fn used(world: &World, disk: &Disk) -> usize {
    let folder = world.folder().canonicalize().expect("a folder");
    let bytes = |name: &str| disk.bytes(&folder.join(name)).map_or(0, |bytes| bytes.len());
    bytes("carillon.db") + bytes("carillon.db-wal")
}

fn asked() -> Asked {
    let mut disk = None;
    let mut world = eight(&mut disk);
    let disk = disk.expect("a disk");
    let (before, at) = (disk.counts(), used(&world, &disk));
    world.run();
    let counts = disk.counts();
    let (changes, syncs) = (counts.changes - before.changes, counts.syncs - before.syncs);
    let asked = Asked { changes, syncs, used: at, more: used(&world, &disk) - at };
    disk.remove();
    asked
}

/// Everything is told, and told once, whatever this does to the disk meanwhile, which is well again
/// after it was tried so often in vain. The failure is met.
fn check(fault: Fault, until: usize) {
    let mut disk = None;
    let mut world = eight(&mut disk);
    let disk = disk.expect("a disk");
    disk.arrange(fault);
    let mut failed = 0;
    world.run_in_spite_of(|error| {
        failed += 1;
        match fault {
            Fault::Full { .. } => assert!(matches!(error, Error::Full), "{error}"),
            _ => assert!(!matches!(error, Error::Newer { .. }), "{error}"),
        }
        if failed == until {
            disk.heal();
        }
    });
    disk.heal();
    assert_eq!(failed, until, "{fault:?} is met");
    let mut keys: Vec<&str> = world.sent.iter().map(|sent| sent.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((keys.len(), world.sent.len()), (3, 3), "{fault:?}: {}", world.all_rows());
    for listed in world.deliveries() {
        assert_eq!(listed.row.facts.state, State::Completed, "{fault:?}: {}", world.all_rows());
    }
    // What was written down is there for whoever opens the file next.
    world.kill();
    world.start();
    assert_eq!(world.sent.len(), 3, "{fault:?}: {}", world.all_rows());
    disk.remove();
}

#[test]
fn a_sync_that_fails_makes_nothing_be_told_twice_or_not_at_all() {
    let syncs = asked().syncs;
    assert!(syncs >= 2, "a claim and a settling: {syncs}");
    (0..syncs).for_each(|after| check(Fault::FailingSync { after }, 1));
}

#[test]
fn a_write_that_fails_makes_nothing_be_told_twice_or_not_at_all() {
    let changes = asked().changes;
    assert!(changes >= 20, "{changes}");
    (0..changes).step_by(3).for_each(|after| check(Fault::Failing { after }, 1));
}

#[test]
fn a_disk_that_is_full_for_a_while_makes_nothing_be_told_twice_or_not_at_all() {
    let Asked { used, more, .. } = asked();
    let rounds = 8;
    assert!(more > rounds * 4_096, "{more} bytes are written");
    (0..rounds).for_each(|n| check(Fault::Full { bytes: used + more * n / rounds }, 3));
}
