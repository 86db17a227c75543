//! One file for each command, or for a few that belong together.

mod add;
mod all_day;
mod answers;
mod backup;
mod calendar;
mod channel;
pub mod clock;
mod daemon;
mod deliveries;
mod doctor;
mod edit;
mod event;
mod export;
mod import;
mod inbox;
mod letters;
mod list;
mod manual;
mod next;
mod occurrences;
pub mod person;
mod quick;
mod quiet;
mod series;
mod simulate;
mod steps;
mod tellings;
mod undo;
mod why;
pub mod zones;

use std::path::Path;

use clap::CommandFactory;

use crate::{
    answer::Answer,
    args::{Add, Calendar, Channel, Cli, Command, Import, Person, quick::Quick},
    failure::Failure,
    session::{self, Session},
    words,
};

/// Does what was asked for. Where others hold the ledger, it says who that may be.
pub fn run(cli: Cli) -> Result<Answer, Failure> {
    let named = cli.data_dir.clone();
    done(cli).map_err(|failure| match failure.is_busy() || failure.is_unfinished() {
        true => held_by_whom(failure, named.as_deref()),
        false => failure,
    })
}

/// A service that was stopped or hangs while it writes holds the ledger until it goes on or ends.
fn held_by_whom(failure: Failure, named: Option<&Path>) -> Failure {
    // It is said besides: what cannot be read for it is no fault of the command's.
    let Ok(session) = Session::find(named) else { return failure };
    let Some(hang) = session.engine.hang().ok().flatten() else {
        let Some(who) = session.engine.written_by() else { return failure };
        let said = failure.message().replacen("another program", &who, 1);
        return failure.saying(said);
    };
    let (done, then) = match failure.is_unfinished() {
        true => ("some of it is done", "do it again to finish"),
        false => ("nothing was changed", "try again"),
    };
    let said = format!("the ledger is busy, and {done}: {}; then {then}", words::hangs(hang));
    failure.saying(said)
}

fn done(cli: Cli) -> Result<Answer, Failure> {
    let named = cli.data_dir.as_deref();
    let brings = brings(&cli.command);
    let makes = brings.is_some();
    if let Some(Brings::Files(words)) = &brings {
        import::look_at(&words.files)?;
    }
    // What cannot be added makes no ledger in a directory that was named either.
    if let Some(brings) = brings {
        session::rehearse(named, |session| brings.rehearse(session))?;
    }
    let open = || if makes { Session::open(named) } else { Session::find(named) };
    match cli.command {
        Command::Daemon(words) => daemon::run(cli.data_dir.clone(), &words),
        Command::Add(words) => add::run(&open()?, &words),
        Command::Quick(words) => quick::run(&open()?, &words),
        Command::List(words) => list::run(&open()?, &words),
        Command::Next(words) => next::run(&open()?, &words),
        Command::Show(words) => event::show(&open()?, &words),
        Command::Edit(words) => edit::run(&open()?, &words),
        Command::Move(words) => series::move_to(&open()?, &words),
        Command::Skip(words) => series::skip(&open()?, &words),
        Command::Cancel(words) => series::cancel(&open()?, &words),
        Command::Reinstate(words) => series::reinstate(&open()?, &words),
        Command::Delete(words) => series::delete(&open()?, &words),
        Command::Undo(words) => undo::undo(&open()?, &words),
        Command::Redo(words) => undo::redo(&open()?, &words),
        Command::Deliveries(words) => deliveries::run(&open()?, &words),
        Command::Why(words) => why::run(&open()?, &words),
        Command::Inbox => inbox::run(&open()?),
        Command::Ack(words) => answers::acknowledge(&open()?, &words),
        Command::Snooze(words) => answers::snooze(&open()?, &words),
        Command::Retry(words) => letters::retry(&open()?, &words),
        Command::Discard(words) => letters::discard(&open()?, &words),
        Command::Quiet(words) => quiet::run(&open()?, &words),
        Command::AllDay(words) => all_day::run(&open()?, &words),
        Command::Pause(words) => quiet::pause(&open()?, &words),
        Command::Resume => quiet::resume(&open()?),
        Command::Import(words) => import::run(&open()?, &words),
        Command::Export(words) => export::run(&open()?, cli.json, &words),
        Command::Person(words) => person::run(&open()?, words),
        Command::Channel(words) => channel::run(&open()?, words),
        Command::Calendar(words) => calendar::run(&open()?, words),
        Command::Occurrences(words) if words.batch => occurrences::batch(),
        Command::Occurrences(words) => occurrences::one(&words),
        Command::Simulate(words) => simulate::run(&open()?, &words),
        Command::Clock { what } => clock::run(&open()?, what.as_ref()),
        Command::Zones(words) => zones::run(&open()?, &words),
        Command::Backup(words) => backup::backup(named, &words),
        Command::Restore(words) => backup::restore(named, &words),
        Command::Doctor(words) => doctor::run(named, &words),
        Command::Completions { shell } => Ok(completions(shell)),
        Command::Man => manual::page(),
    }
}

/// What a command has to put into a ledger, which is made for it where there is none. All others look at
/// what is there, or change it.
enum Brings<'c> {
    Event(&'c Add),
    Line(&'c Quick),
    Files(&'c Import),
    Person(&'c Person),
    Channel(&'c Channel),
    Calendar(&'c Calendar),
}

impl Brings<'_> {
    /// Does it to a ledger that goes again.
    fn rehearse(&self, session: &Session) -> Result<Answer, Failure> {
        match *self {
            Self::Event(words) => add::run(session, words),
            Self::Line(words) => quick::run(session, words),
            Self::Files(words) => import::run(session, &Import { dry_run: true, ..words.clone() }),
            Self::Person(words) => person::run(session, words.clone()),
            Self::Channel(words) => channel::run(session, words.clone()),
            Self::Calendar(words) => calendar::run(session, words.clone()),
        }
    }
}

/// What a command brings, if it does.
fn brings(command: &Command) -> Option<Brings<'_>> {
    match command {
        Command::Add(words) => Some(Brings::Event(words)),
        Command::Quick(words) => (!words.dry_run).then_some(Brings::Line(words)),
        Command::Import(words) => (!words.dry_run).then_some(Brings::Files(words)),
        Command::Person(words) => {
            matches!(words, Person::Add { .. }).then_some(Brings::Person(words))
        }
        Command::Channel(words) => matches!(words, Channel::Add(_) | Channel::Test { .. })
            .then_some(Brings::Channel(words)),
        Command::Calendar(words) => {
            matches!(words, Calendar::Add { .. }).then_some(Brings::Calendar(words))
        }
        Command::Daemon(_)
        | Command::List(_)
        | Command::Next(_)
        | Command::Show(_)
        | Command::Edit(_)
        | Command::Move(_)
        | Command::Skip(_)
        | Command::Cancel(_)
        | Command::Reinstate(_)
        | Command::Delete(_)
        | Command::Undo(_)
        | Command::Redo(_)
        | Command::Deliveries(_)
        | Command::Why(_)
        | Command::Inbox
        | Command::Ack(_)
        | Command::Snooze(_)
        | Command::Retry(_)
        | Command::Discard(_)
        | Command::Quiet(_)
        | Command::AllDay(_)
        | Command::Pause(_)
        | Command::Resume
        | Command::Export(_)
        | Command::Occurrences(_)
        | Command::Simulate(_)
        | Command::Clock { .. }
        | Command::Zones(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Doctor(_)
        | Command::Completions { .. }
        | Command::Man => None,
    }
}

fn completions(shell: clap_complete::Shell) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "carillon", &mut script);
    Answer::text(String::from_utf8_lossy(&script))
}
