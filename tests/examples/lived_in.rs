//! Writes a ledger that has been lived in, for pictures of the real window: the sample calendars
//! since three weeks ago, told at their times, with a morning the computer was off, a receiver that
//! refuses, and a reminder that still waits for an answer.
//!
//! `cargo run -p acceptance --example lived_in -- FOLDER 2026-11-22T14:05` writes it as it would
//! be at that local time in Berlin.

use std::{error::Error, fs, ops::ControlFlow, os::unix::fs::DirBuilderExt, path::Path};

use acceptance::world::{World, draft, reminder};
use calendar::{delivery::Guarantee, draft::EventDraft, ics::Alarmless, network::Network};
use engine::{
    channels::NewWebhook,
    courier::Handover,
    import::{ImportFile, Mode, Target},
    ledger::acknowledgement::Answer,
};
use jiff::{ToSpan, civil::DateTime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(folder), Some(now)) = (words.next(), words.next()) else {
        return Err("say the folder to write to and the local time it is to be there".into());
    };
    let now: DateTime = now.parse()?;
    let mut world = World::at(&format!("{}[Europe/Berlin]", text(now.saturating_sub(21.days()))));
    for name in ["Work", "Home", "Family"] {
        import(&mut world, name)?;
    }
    let monday = now.date().saturating_sub(i32::from(now.weekday().to_monday_zero_offset()).days());
    let day = |days: i32| monday.saturating_add(days.days());
    live(&mut world, now.min(day(0).at(9, 20, 0, 0)));
    // The lid stays closed until the stand-up has begun.
    world.kill();
    world.jump_to(&text(now.min(day(0).at(9, 33, 0, 0))));
    world.start();
    prices(&mut world, day(2).at(15, 0, 0, 0))?;
    live(&mut world, now.min(day(2).at(14, 59, 0, 0)));
    world.answer(Handover::Permanent);
    live(&mut world, now.min(day(2).at(15, 1, 0, 0)));
    world.answer(Handover::Accepted { shown_by: None });
    live(&mut world, now);
    copy(world.folder(), Path::new(&folder))
}

fn text(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

fn import(world: &mut World, name: &str) -> Result<(), Box<dyn Error>> {
    let file = format!("{}/../demo/{}.ics", env!("CARGO_MANIFEST_DIR"), name.to_lowercase());
    let bytes = fs::read(file)?;
    let file = ImportFile {
        deleted: Default::default(),
        bytes: &bytes,
        target: Target::Named(name.into()),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    world.engine().import(&file, &mut |_, _| ControlFlow::Continue(()))?;
    world.run();
    Ok(())
}

/// A reminder for a program: it calls a receiver.
fn prices(world: &mut World, at: DateTime) -> Result<(), Box<dyn Error>> {
    let new = NewWebhook {
        name: "Price list".into(),
        url: "http://127.0.0.1:9/".into(),
        network: Network::Loopback,
        guarantee: Guarantee::NeverMiss,
        ..NewWebhook::default()
    };
    let channel = world.engine().add_webhook(&new)?.id;
    let start = at.strftime("%Y%m%dT%H%M%S").to_string();
    let draft = EventDraft {
        reminders: Some(vec![reminder("PT0M", channel)]),
        ..draft("note", "Update the prices", &start, Some("Europe/Berlin"))
    };
    world.add(draft);
    Ok(())
}

/// Lets time go on, saying done to all that rang but the newest.
fn live(world: &mut World, until: DateTime) {
    world.wait_until(&text(until));
    let waiting = world.engine().inbox().map(|inbox| inbox.rows).unwrap_or_default();
    let ids: Vec<_> = waiting.iter().map(|listed| listed.row.id).collect();
    if let Some((_, answered)) = ids.split_first()
        && let Err(error) = world.engine().acknowledge(answered, Answer::Done, "window")
    {
        eprintln!("they go on waiting: {error}");
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    // A ledger that others may enter is not opened.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
