//! What the service costs while nothing is due: memory, wake-ups and processor time, with a
//! thousand events, with and without a tray.

use std::time::Duration;

use acceptance::{
    home::{Home, Service},
    world::draft,
};
use calendar::draft::EventDraft;
use engine::events::Save;
use testkit::panel::Panel;

use crate::{process, say};

const EVENTS: usize = 1_000;
/// How often the service is looked at.
const LOOK: Duration = Duration::from_secs(5);

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
    rest(&service, idle, &format!("{EVENTS} events")).await;
    memory("service with tray, after that", service.pid());
    service.stop();
}

/// What a service costs while nothing is due.
pub(crate) async fn rest(service: &Service, idle: Duration, with: &str) {
    // What the start left running comes to rest.
    pass(Duration::from_secs(30)).await;
    let mut watch = process::Watch::begin(service.pid());
    for _ in 0..idle.as_secs() / LOOK.as_secs() {
        pass(LOOK).await;
        watch.look();
    }
    let (wakeups, cpu_ms) = watch.seen();
    let what = format!("{} idle minutes, {with}", idle.as_secs() / 60);
    say(&what, format!("{wakeups} wake-ups, {cpu_ms:.1} ms of processor"));
}

/// Lets real time go by: what is measured is that nothing happens in it.
async fn pass(time: Duration) {
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
