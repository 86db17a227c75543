//! What the service costs while nothing is due: memory, wake-ups and processor time, with a
//! thousand events, with and without a tray.

use std::time::Duration;

use acceptance::{home::Home, world::draft};
use calendar::draft::EventDraft;
use engine::events::Save;
use testkit::panel::Panel;

use crate::{process, say};

const EVENTS: usize = 1_000;

pub(crate) async fn measure(idle: Duration) {
    let home = Home::new();
    fill(&home);
    let mut panel = Panel::start(home.bus.address()).await;
    let plain = home.service().await;
    memory("service without tray", plain.pid());
    plain.stop();
    let service = home.service_with(&[]).await;
    panel.item().await;
    memory("service with tray", service.pid());
    watch(Duration::from_secs(5)).await;
    let before = process::read(service.pid());
    watch(idle).await;
    let after = process::read(service.pid());
    let minutes = idle.as_secs() / 60;
    let what = format!("{minutes} idle minutes, {EVENTS} events");
    let wakeups = after.wakeups - before.wakeups;
    say(&what, format!("{wakeups} wake-ups, {:.1} ms of processor", after.cpu_ms - before.cpu_ms));
    memory("service with tray, after that", service.pid());
    service.stop();
}

/// Lets real time go by: what is measured is that nothing happens in it.
async fn watch(time: Duration) {
    tokio::time::timeout(time, std::future::pending::<()>()).await.unwrap_or(());
}

/// Weekly, daily and single events, none of them due within the next hours.
fn fill(home: &Home) {
    let today = home.engine.now().wall.to_zoned(jiff::tz::TimeZone::UTC);
    for n in 0..EVENTS {
        let day = today.date().tomorrow().expect("a tomorrow");
        let start = format!("{}T{:02}{:02}00", day.strftime("%Y%m%d"), 12 + n % 10, n % 60);
        let rules = match n % 3 {
            0 => vec!["FREQ=WEEKLY".to_string()],
            1 => vec!["FREQ=DAILY".to_string()],
            _ => Vec::new(),
        };
        let draft = EventDraft {
            rules,
            ..draft("appointment", &format!("Event {n}"), &start, Some("UTC"))
        };
        home.engine.save_event(&Save { draft, ..Save::default() }).expect("saved");
    }
}

fn memory(what: &str, pid: u32) {
    let (rss, pss) = process::memory(pid);
    say(what, format!("{rss:.1} MB RSS, {pss:.1} MB PSS"));
}
