//! The sleep on Linux with the real timer, a real bus and real files. No clock is set here: the
//! machine belongs to others too.

#![cfg(target_os = "linux")]

mod kit;

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use engine::{
    bell::Bell,
    clock::{Clock, SystemClock},
    wake::{Wake, Woken},
};
use service::wake::{LinuxWake, Places, Signals};
use zbus::{Connection, zvariant::Value};

fn places(dir: &Path) -> Places {
    Places { links: vec![dir.join("localtime")], data: vec![dir.join("zoneinfo")] }
}

fn sleeper(dir: &Path) -> (LinuxWake, Signals) {
    let signals = Signals::default();
    let wake = LinuxWake::start(Arc::new(SystemClock::new()), signals.clone(), &places(dir));
    (wake.expect("a timer"), signals)
}

async fn until_far(wake: &mut LinuxWake) -> Woken {
    let far = SystemClock::new().now().wall + Duration::from_secs(86_400);
    tokio::time::timeout(kit::PATIENCE, wake.until(Some(far))).await.expect("woken in time")
}

#[test]
fn it_wakes_at_the_moment_and_not_before() {
    kit::alone("it_wakes_at_the_moment_and_not_before", async |dir| {
        let (mut wake, _) = sleeper(&dir);
        let clock = SystemClock::new();
        for _ in 0..3 {
            let at = clock.now().wall + Duration::from_millis(50);
            assert_eq!(wake.until(Some(at)).await, Woken::Due);
            assert!(clock.now().wall >= at);
        }
    });
}

#[test]
fn a_moment_of_the_past_wakes_at_once() {
    kit::alone("a_moment_of_the_past_wakes_at_once", async |dir| {
        let (mut wake, _) = sleeper(&dir);
        for past in [jiff::Timestamp::MIN, jiff::Timestamp::UNIX_EPOCH] {
            assert_eq!(wake.until(Some(past)).await, Woken::Due);
        }
    });
}

#[test]
fn a_sleep_given_up_does_not_wake_the_next_one() {
    kit::alone("a_sleep_given_up_does_not_wake_the_next_one", async |dir| {
        let (mut wake, signals) = sleeper(&dir);
        let clock = SystemClock::new();
        {
            // Polled once, so that the timer is armed for a moment that passes unheard.
            let soon = wake.until(Some(clock.now().wall + Duration::from_millis(5)));
            tokio::select! { biased; _ = soon => {}, () = std::future::ready(()) => {} }
        }
        let next = clock.now().wall + Duration::from_millis(60);
        assert_eq!(wake.until(Some(next)).await, Woken::Due);
        assert!(clock.now().wall >= next);
        signals.bell();
        assert_eq!(until_far(&mut wake).await, Woken::Bell);
    });
}

#[test]
fn the_bell_wakes_at_once_even_when_rung_before_the_sleep() {
    kit::alone("the_bell_wakes_at_once_even_when_rung_before_the_sleep", async |dir| {
        let (mut wake, signals) = sleeper(&dir);
        let bell = Bell::in_dir(&dir);
        bell.watch(move || signals.bell()).expect("a watch");
        bell.ring();
        assert_eq!(until_far(&mut wake).await, Woken::Bell);
        bell.ring();
        assert_eq!(until_far(&mut wake).await, Woken::Bell);
    });
}

#[test]
fn another_zone_link_and_new_zone_data_are_noticed() {
    kit::alone("another_zone_link_and_new_zone_data_are_noticed", async |dir| {
        let places = places(&dir);
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Europe/Berlin", &places.links[0])
            .expect("a link");
        let data = &places.data[0];
        std::fs::create_dir(data).expect("a folder");
        let (mut wake, signals) = sleeper(&dir);
        // A neighbour's change is not ours: the bell comes first.
        std::fs::write(dir.join("hosts"), "").expect("a file");
        signals.bell();
        assert_eq!(until_far(&mut wake).await, Woken::Bell);

        let new = dir.join("localtime.new");
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Asia/Tokyo", &new).expect("a link");
        std::fs::rename(&new, &places.links[0]).expect("the link is replaced");
        assert_eq!(until_far(&mut wake).await, Woken::ZoneChanged);

        std::fs::write(dir.join("data.new"), "# version 2026z\n").expect("a file");
        std::fs::rename(dir.join("data.new"), data.join("tzdata.zi"))
            .expect("the data is replaced");
        assert_eq!(until_far(&mut wake).await, Woken::ZoneChanged);

        // A whole new directory, and what is done in that one afterwards.
        let other = dir.join("zoneinfo.new");
        std::fs::create_dir(&other).expect("a folder");
        std::fs::rename(data, dir.join("zoneinfo.old")).expect("out of the way");
        std::fs::rename(&other, data).expect("in its place");
        assert_eq!(until_far(&mut wake).await, Woken::ZoneChanged);
        std::fs::write(data.join("+VERSION"), "2027a\n").expect("a file");
        assert_eq!(until_far(&mut wake).await, Woken::ZoneChanged);
    });
}

/// A peer on the bus that has this name.
async fn peer(name: &'static str) -> Connection {
    let bus = zbus::connection::Builder::session().and_then(|b| b.name(name));
    bus.expect("a name").build().await.expect("a peer on the bus")
}

/// Says it until heard: nothing tells a peer that somebody has begun to listen.
async fn until_heard(wake: &mut LinuxWake, mut say: impl AsyncFnMut()) -> Woken {
    let mut woken = std::pin::pin!(until_far(wake));
    let mut often = tokio::time::interval(Duration::from_millis(20));
    loop {
        tokio::select! {
            woken = &mut woken => return woken,
            _ = often.tick() => say().await,
        }
    }
}

#[test]
fn logind_saying_that_the_machine_resumed_wakes_it() {
    kit::alone("logind_saying_that_the_machine_resumed_wakes_it", async |dir| {
        let _bus = kit::Bus::start(&dir);
        let logind = peer("org.freedesktop.login1").await;
        let (mut wake, _) = sleeper(&dir);
        let woken = until_heard(&mut wake, async || {
            let interface = "org.freedesktop.login1.Manager";
            for sleep in [true, false] {
                let path = "/org/freedesktop/login1";
                let told =
                    logind.emit_signal(None::<&str>, path, interface, "PrepareForSleep", &sleep);
                told.await.expect("a signal");
            }
        });
        assert_eq!(woken.await, Woken::Resumed);
    });
}

#[test]
fn timedated_saying_that_another_zone_was_chosen_wakes_it() {
    kit::alone("timedated_saying_that_another_zone_was_chosen_wakes_it", async |dir| {
        let _bus = kit::Bus::start(&dir);
        let timedated = peer("org.freedesktop.timedate1").await;
        let (mut wake, _) = sleeper(&dir);
        let woken = until_heard(&mut wake, async || {
            let changed = HashMap::from([("Timezone", Value::from("Asia/Tokyo"))]);
            let body = ("org.freedesktop.timedate1", changed, Vec::<String>::new());
            let path = "/org/freedesktop/timedate1";
            let interface = "org.freedesktop.DBus.Properties";
            let told =
                timedated.emit_signal(None::<&str>, path, interface, "PropertiesChanged", &body);
            told.await.expect("a signal");
        });
        assert_eq!(woken.await, Woken::ZoneChanged);
    });
}

#[test]
fn a_machine_without_a_system_bus_sleeps_as_well() {
    kit::alone("a_machine_without_a_system_bus_sleeps_as_well", async |dir| {
        let (mut wake, _) = sleeper(&dir);
        tokio::task::yield_now().await;
        let at = SystemClock::new().now().wall + Duration::from_millis(20);
        assert_eq!(wake.until(Some(at)).await, Woken::Due);
    });
}
