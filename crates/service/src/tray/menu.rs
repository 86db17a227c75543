//! The menu: what rings next, what waits, and the few things one does without the window.
//! An entry is there only when it does something.

use std::iter;

use engine::programs::Opening;
use ksni::{
    MenuItem,
    menu::{CheckmarkItem, StandardItem, SubMenu},
};

use super::{
    item::Item,
    state::{NextRing, Pause, PauseFor, TrayCommand},
};

/// The menu of an item as it is now.
pub(super) fn of(item: &Item) -> Vec<MenuItem<Item>> {
    let state = &item.state;
    let mut menu: Vec<MenuItem<Item>> = state.soonest().iter().map(ring).collect();
    if !menu.is_empty() {
        menu.push(MenuItem::Separator);
    }
    if state.unacknowledged > 0 {
        let label = format!("Unacknowledged ({})", state.unacknowledged);
        menu.push(entry(&label, |item| item.open(Opening::Inbox)));
    }
    if state.failed > 0 {
        let label = format!("Needs attention ({})", state.failed);
        menu.push(entry(&label, |item| item.open(Opening::Attention)));
    }
    menu.push(entry("New event", |item| item.open(Opening::NewEvent)));
    menu.push(entry("Quick add", |item| item.open(Opening::QuickAdd)));
    menu.push(match &state.pause {
        Pause::No => pauses(state.before_evening),
        Pause::Until(when) => resume(&format!("Resume (paused until {when})")),
        Pause::UntilResumed => resume("Resume"),
    });
    menu.extend(state.quiet.map(quiet_hours));
    menu.push(MenuItem::Separator);
    menu.push(entry("Open Carillon", |item| item.open(Opening::Calendar)));
    menu.push(entry("Settings", |item| item.open(Opening::Settings)));
    let quit = if item.asked_to_quit { "Quit: reminders will stop, really?" } else { "Quit" };
    menu.push(entry(quit, Item::quit));
    menu
}

fn ring(ring: &NextRing) -> MenuItem<Item> {
    let delivery = ring.delivery.clone();
    let open = move |item: &mut Item| {
        item.open(delivery.clone().map_or(Opening::Calendar, Opening::Delivery));
    };
    if ring.choices.is_empty() {
        return entry(&ring.line(), open);
    }
    let choice = |(label, command): &(String, TrayCommand)| {
        let command = command.clone();
        entry(label, move |item: &mut Item| item.send(command.clone()))
    };
    let submenu = iter::once(entry("Open", open)).chain(ring.choices.iter().map(choice)).collect();
    SubMenu { label: escaped(&ring.line()), submenu, ..SubMenu::default() }.into()
}

fn quiet_hours(on: bool) -> MenuItem<Item> {
    CheckmarkItem {
        label: "Quiet hours".into(),
        checked: on,
        activate: Box::new(move |item: &mut Item| item.send(TrayCommand::QuietHours(!on))),
        ..CheckmarkItem::default()
    }
    .into()
}

fn pauses(before_evening: bool) -> MenuItem<Item> {
    let choice =
        |label, length| entry(label, move |item: &mut Item| item.send(TrayCommand::Pause(length)));
    let mut submenu =
        vec![choice("For 30 minutes", PauseFor::HalfHour), choice("For 1 hour", PauseFor::Hour)];
    if before_evening {
        submenu.push(choice("Until 18:00", PauseFor::UntilEvening));
    }
    submenu.extend([
        choice("Until tomorrow", PauseFor::UntilTomorrow),
        choice("Until I resume", PauseFor::UntilResumed),
    ]);
    SubMenu { label: "Pause".into(), submenu, ..SubMenu::default() }.into()
}

fn resume(label: &str) -> MenuItem<Item> {
    entry(label, |item| item.send(TrayCommand::Resume))
}

fn entry(label: &str, clicked: impl Fn(&mut Item) + Send + 'static) -> MenuItem<Item> {
    let label = escaped(label);
    StandardItem { label, activate: Box::new(clicked), ..StandardItem::default() }.into()
}

/// A single underscore would mark an access key.
fn escaped(label: &str) -> String {
    label.replace('_', "__")
}
