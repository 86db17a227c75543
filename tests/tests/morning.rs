//! A morning, as a person has one: a calendar file is imported, a reminder is made in the window,
//! rings, is snoozed, rings again and is done with, while the window and then the service are
//! killed beside it. Both programs are the real ones, on a desktop of their own; the window is
//! used through WebDriver, by what stands on it. It waits for real due moments, minutes ahead.

#![cfg(target_os = "linux")]

use std::{future::Future, path::Path, time::Duration};

use acceptance::{
    desktop::{Desktop, ended, kill},
    driver::{Driver, What},
    home::Service,
};
use calendar::{delivery::State, id::ChannelId};
use engine::ledger::{SchedulerLock, acknowledgement::Answer, inbox::Listed};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use testkit::{notifier::Note, panel::Shown};

/// Made in the window for a full minute ahead, and snoozed for a minute: this with a margin.
const A_MINUTE: Duration = Duration::from_secs(140);
/// Whatever else a step does.
const A_STEP: Duration = Duration::from_secs(90);
/// A reminder this late was not in time.
const IN_TIME: Duration = Duration::from_secs(5);

/// A step of the journey; the words are what did not happen when it takes too long.
async fn step<T>(what: &str, patience: Duration, work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(patience, work).await;
    done.unwrap_or_else(|_| panic!("after {} s: {what}", patience.as_secs()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_morning_with_window_tray_notifications_and_two_kills() {
    let mut desktop = step("no desktop", A_STEP, Desktop::new()).await;
    desktop.home.engine.remember_snooze(1).expect("kept");
    let service = step("no service", A_STEP, desktop.home.service_with(&[])).await;
    let item = step("no tray item", A_STEP, desktop.panel.item()).await;
    import(&desktop);

    let mut window = step("no window", A_STEP, desktop.window(&[])).await;
    step("the imported week is not shown", A_STEP, see_the_imported_week(&window)).await;
    step("no reminder was made", A_STEP, add_tea(&desktop, &window)).await;
    let tea = step("the tea was not told", A_MINUTE, tea_is_told(&desktop, &mut window)).await;
    step("the tray does not say so", A_STEP, tray_counts(&item)).await;

    step("it was not snoozed", A_STEP, snooze(&desktop, &tea, &window)).await;
    step("the window did not end", A_STEP, window_killed(window)).await;
    step("no reminder without a window", A_STEP, told_in_time(&desktop, "Eggs")).await;
    step("the tray opened no window", A_STEP, tray_opens_the_window(&desktop, &item)).await;
    let again = step("no second ring", A_MINUTE, note(&desktop, "Tea", 2)).await;
    assert!(again.id > tea.id, "told anew");

    let window = step("no window", A_STEP, desktop.window(&["--inbox"])).await;
    step("done did not empty the inbox", A_STEP, all_done(&desktop, &window, &again)).await;
    step("reminders were not off and on", A_STEP, off_and_on(&desktop, &window, service)).await;
    step("the window did not close", A_STEP, window_closed(&desktop, window)).await;
    let service = SchedulerLock::holder(&desktop.home.engine.dir()).expect("it leads").0;
    kill(service);
    step("something goes on", A_STEP, desktop.deserted()).await;
}

/// The command line says what came in.
fn import(desktop: &Desktop) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ics/morning.ics");
    let done = desktop.home.command("carillon").arg("import").arg(file).output();
    let done = done.expect("carillon starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{done:?}");
    assert!(said.contains('7'), "seven events came in: {said}");
}

/// A week of the file with its changed stand-up, its all-day pieces and its other zones. The
/// window is asked for the date, as the file does not move with the clock.
async fn see_the_imported_week(window: &Driver) {
    go_to(window, "2026-11-27").await;
    window.see(&What::chip(&["Stand-up (with the board)", "Friday, 27 November 2026"])).await;
    window.see(&What::chip(&["Stand-up", "Monday, 23 November 2026", "repeats"])).await;
    window
        .see(&What::chip(&["Hand-over call with Tokyo", "Tuesday, 24 November 2026", "09:00"]))
        .await;
    go_to(window, "2026-12-08").await;
    window.see(&What::chip(&["Off-site in Lisbon"])).await;
    window.click(&What::button("Today")).await;
}

async fn go_to(window: &Driver, date: &str) {
    window.click(&What::goto()).await;
    window.see(&What::field("Go to date")).await.fill(date).await;
    let go = What::button("Go");
    window.click(&go).await;
    window.see(&go.gone()).await;
}

/// The next full minute with time enough to type.
fn next_minute(desktop: &Desktop) -> Zoned {
    let now = desktop.home.engine.now().wall + Duration::from_secs(25);
    let minute = Timestamp::from_second(now.as_second() / 60 * 60 + 60).expect("a moment");
    minute.to_zoned(TimeZone::get("Europe/Berlin").expect("a zone"))
}

async fn add_tea(desktop: &Desktop, window: &Driver) {
    let at = next_minute(desktop);
    window.click(&What::button("New event")).await;
    window.see(&What::field("Title")).await.fill("Tea").await;
    window.click(&What::field("Reminder")).await;
    window.see(&What::field("Date")).await.fill(&at.date().to_string()).await;
    window.see(&What::field("Time")).await.fill(&at.strftime("%H:%M").to_string()).await;
    let add = What::button("Add event");
    window.click(&add).await;
    window.see(&add.gone()).await;
    go_to(window, &at.date().to_string()).await;
    window.see(&What::chip(&["Tea", "scheduled"])).await;
}

/// Told on the screen's corner, and the chip says so without being asked.
async fn tea_is_told(desktop: &Desktop, window: &mut Driver) -> Note {
    window.set_patience(A_MINUTE).await;
    window.see(&What::chip(&["Tea", "told"])).await;
    let tea = note(desktop, "Tea", 1).await;
    let labels = ["snooze", "done"].map(|action| tea.label(action).map(str::to_owned));
    assert_eq!(labels, [Some("Snooze 1 min".into()), Some("Done".into())], "{tea:?}");
    assert!(tea.label("default").is_some(), "{tea:?}");
    in_time(&rows(desktop, "Tea")[0]);
    tea
}

/// The so-manieth notification of this title. Others may ring in between: the file has some.
async fn note(desktop: &Desktop, title: &str, count: usize) -> Note {
    let rung =
        |d: &Desktop| rows(d, title).iter().filter(|l| l.row.told_at.is_some()).count() >= count;
    let what = format!("{title} told {count} times");
    desktop.home.until_for(A_MINUTE, &what, |_| rung(desktop).then_some(())).await;
    let shown: Vec<Note> =
        desktop.notifier.notes().into_iter().filter(|note| note.summary == title).collect();
    assert_eq!(shown.len(), count, "{shown:?}");
    shown[count - 1].clone()
}

fn rows(desktop: &Desktop, title: &str) -> Vec<Listed> {
    let mut rows = desktop.home.deliveries();
    rows.retain(|listed| listed.title == title);
    rows
}

fn in_time(listed: &Listed) {
    let told = listed.row.told_at.expect("told");
    let late = told.duration_since(listed.row.facts.due);
    assert!(late.unsigned_abs() < IN_TIME, "{} was told {late:#} late", listed.title);
}

async fn tray_counts(item: &Shown) {
    let labels = item.menu().await.into_iter().map(|(label, _)| label).collect::<Vec<_>>();
    for wanted in ["Unacknowledged (1)", "New event", "Pause", "Open Carillon", "Settings", "Quit"]
    {
        assert!(labels.iter().any(|label| label == wanted), "no {wanted} in {labels:?}");
    }
}

async fn snooze(desktop: &Desktop, tea: &Note, window: &Driver) {
    desktop.notifier.press(tea.id, "snooze").await;
    window.click(&What::page("Inbox")).await;
    window.see(&What::row("Tea").gone()).await;
    window.see(&What::up_next("Tea")).await;
}

async fn window_killed(window: Driver) {
    let pid = window.window();
    kill(pid);
    assert!(ended(pid).await, "killed");
}

async fn window_closed(desktop: &Desktop, window: Driver) {
    let pid = window.window();
    desktop.close("Carillon").await;
    assert!(ended(pid).await, "closed");
}

async fn told_in_time(desktop: &Desktop, title: &str) {
    desktop.home.note(title, Duration::from_secs(3), ChannelId::DESKTOP);
    note(desktop, title, 1).await;
    in_time(&rows(desktop, title)[0]);
}

/// A left click starts the window; once it is on the screen, it may go.
async fn tray_opens_the_window(desktop: &Desktop, item: &Shown) {
    assert!(desktop.running("carillon-desktop").is_empty(), "no window is left");
    item.call("Activate", &(0_i32, 0_i32)).await;
    desktop.shown("Carillon").await;
    for pid in desktop.running("carillon-desktop") {
        kill(pid);
        assert!(ended(pid).await, "killed");
    }
}

/// Done in the pop-up, done in the window.
async fn all_done(desktop: &Desktop, window: &Driver, again: &Note) {
    window.see(&What::row("Tea")).await;
    desktop.notifier.press(again.id, "done").await;
    window.see(&What::row("Tea").gone()).await;
    window.click(&What::row("Eggs").with(&What::button("Done"))).await;
    window.see(&What::row("Eggs").gone()).await;
    // One of the file's own reminders may have come in between: that is done with elsewhere.
    let left = desktop.home.engine.inbox().expect("readable").rows;
    let left: Vec<_> = left.iter().map(|listed| listed.row.id).collect();
    desktop.home.engine.acknowledge(&left, Answer::Done, "cli").expect("answered");
    window.see(&What::words("All answered")).await;
}

/// The service is killed; the window says so, and its button starts another one.
async fn off_and_on(desktop: &Desktop, window: &Driver, service: Service) {
    service.kill();
    desktop.home.note("Milk", Duration::from_secs(1), ChannelId::DESKTOP);
    let off = What::banner("Reminders are off");
    window.see(&off).await;
    window.click(&What::button("Start it")).await;
    window.see(&off.gone()).await;
    note(desktop, "Milk", 1).await;
    let told = rows(desktop, "Milk");
    assert_eq!(told[0].row.facts.state, State::Completed);
}
