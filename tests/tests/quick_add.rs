//! The small window for a line of text, as a person has it on a key: alone, and beside a window
//! that is open already. The real program on a desktop of its own.

#![cfg(target_os = "linux")]

use std::{future::Future, path::Path, time::Duration};

use acceptance::{
    desktop::{Desktop, ended},
    driver::What,
};
use calendar::delivery::State;

const A_STEP: Duration = Duration::from_secs(90);
/// The key as WebDriver writes it.
const ENTER: &str = "\u{e007}";

async fn step<T>(what: &str, work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(A_STEP, work).await;
    done.unwrap_or_else(|_| panic!("after {} s: {what}", A_STEP.as_secs()))
}

async fn planned(desktop: &Desktop, title: &str) {
    let is_there = |d: &Desktop| {
        let mut rows = d.home.deliveries().into_iter();
        rows.any(|l| l.title == title && l.row.facts.state == State::Scheduled)
    };
    let what = format!("{title} planned");
    desktop.home.until_for(A_STEP, &what, |_| is_there(desktop).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_typed_in_the_small_window_is_in_the_ledger_and_the_window_gone() {
    let desktop = step("no desktop", Desktop::new()).await;
    let service = step("no service", desktop.home.service()).await;
    let window = step("no window", desktop.window(&["--quick-add"])).await;
    let process = window.window();
    let field = step("no field", window.see(&What::named("What and when"))).await;
    // It is shown once it takes keys.
    step("it is not shown", desktop.shown("Quick add")).await;
    field.fill("Dentist tomorrow at 9").await;
    let read = What::row("Timeat 9");
    step("it was not read", window.see(&read)).await;
    if let Some(folder) = std::env::var_os("CARILLON_PICTURES") {
        let file = Path::new(&folder).join("quick-add.png");
        std::fs::write(file, window.picture().await).expect("a picture");
    }
    field.press(ENTER).await;
    step("it was not added", planned(&desktop, "Dentist")).await;
    assert!(ended(process).await, "the window stays:\n{}", window.said());
    drop(window);
    service.stop();
    step("something goes on", desktop.deserted()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_an_open_window_the_small_one_comes_alone() {
    let desktop = step("no desktop", Desktop::new()).await;
    let service = step("no service", desktop.home.service()).await;
    let window = step("no window", desktop.window(&[])).await;
    step("no calendar", window.see(&What::button("New event"))).await;
    let second = desktop.home.command("carillon-desktop").arg("--quick-add").status();
    assert!(second.expect("it starts").success(), "the second start ends at once");
    step("no small window", desktop.shown("Quick add")).await;
    assert_eq!(desktop.running("carillon-desktop"), [window.window()]);

    step("it was not typed", typed(&desktop, "Cocoa tomorrow at 9")).await;
    step("it was not added", planned(&desktop, "Cocoa")).await;
    // The large one is still there and shows it without being asked.
    step("the window does not show it", window.see(&What::up_next("Cocoa"))).await;
    acceptance::desktop::kill(window.window());
    drop(window);
    service.stop();
    step("something goes on", desktop.deserted()).await;
}

/// Types into the small window by the keys of the keyboard, and presses Return. The field takes
/// keys only once its page has come, so that what may be lost before is blank.
async fn typed(desktop: &Desktop, line: &str) {
    let mut command = desktop.home.any_command(Path::new("timeout"));
    let search = ["search", "--sync", "--onlyvisible", "--name", "^Quick add$"];
    command.args(["30", "xdotool"]).args(search).args(["windowfocus", "--sync"]);
    command.args(["type", "--delay", "30", &format!("{}{line}", " ".repeat(100))]);
    let typed = tokio::task::spawn_blocking(move || command.output()).await;
    let typed = typed.expect("waited for").expect("xdotool starts (package xdotool)");
    assert!(typed.status.success(), "{typed:?}");
    let mut command = desktop.home.any_command(Path::new("timeout"));
    command.args(["30", "xdotool", "key", "Return"]);
    let pressed = tokio::task::spawn_blocking(move || command.status()).await;
    assert!(pressed.expect("waited for").expect("xdotool starts").success());
}
