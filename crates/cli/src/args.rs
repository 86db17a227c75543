//! The words of the command line, from which help, completions and the man page come too.

mod files;
mod insist;
mod letters;
pub mod quick;
pub mod quiet;
mod series;
mod simulate;
mod terms;

use std::path::PathBuf;

use calendar::{
    delivery::{Guarantee, Profile},
    id::EventId,
    kind::KindRef,
    network::Network,
    policy::{Collapse, LeapDay, UseBy},
};
use clap::{Args, Parser, Subcommand};
use engine::rate::Rate;

pub use self::files::{Backup, Doctor, Export, Import, Restore};
pub use self::insist::Insisting;
pub use self::letters::{Discard, Retry, WhichLetters};
pub use self::series::{Calendar, Edit, Move, ScopeWord, Skip, Which};
pub use self::simulate::Simulate;
pub use self::terms::Terms;
use crate::words::StateWord;

/// The heading of the options that every command has.
const EVERYWHERE: &str = "Everywhere";

/// The calendar that can prove every reminder rang.
///
/// Times are a date (2027-05-01), a local time (2027-05-01T09:00) in this computer's zone or in
/// the one --zone names, or carry their own: 2027-05-01T09:00[Europe/Lisbon],
/// 2027-05-01T09:00:00Z. The exit code is 0 when done, 2 when the command line has to be written
/// otherwise, 1 when it failed for another reason, such as something that is not there.
#[derive(Debug, Parser)]
#[command(name = "carillon", version, max_term_width = 100)]
pub struct Cli {
    /// Answer in JSON
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// The directory of the ledger [default: CARILLON_DATA_DIR, else the desktop's data directory]
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    pub data_dir: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the reminder service, in the foreground until it is ended
    Daemon(Daemon),
    /// Add an event
    Add(Box<Add>),
    /// Add an event from a line of text
    Quick(quick::Quick),
    /// List what happens in a stretch of time
    List(List),
    /// Show what will ring next
    Next(Next),
    /// Show one event
    Show(OneEvent),
    /// Change an event, one occurrence of it, or one and all that follow
    Edit(Box<Edit>),
    /// Move an event, one occurrence of it, or one and all that follow
    Move(Move),
    /// Leave out one occurrence of an event that repeats
    Skip(Skip),
    /// Cancel an event and its reminders; it stays in the calendar, but one occurrence of a series is left out
    Cancel(Which),
    /// Let what was cancelled or skipped take place after all
    #[command(visible_alias = "uncancel")]
    Reinstate(Which),
    /// Delete an event and cancel its reminders
    Delete(Which),
    /// Take the last change back
    Undo(Undo),
    /// Make the change again that was taken back last
    Redo(Redo),
    /// List deliveries: what rang, will ring, or did not, and why
    Deliveries(Deliveries),
    /// Tell the story of one delivery: every step and the rule that led to it
    Why(OneDelivery),
    /// List what was told or missed and is not answered yet
    Inbox,
    /// Acknowledge reminders: done with them
    Ack(Ack),
    /// Have reminders told again later
    Snooze(Snooze),
    /// Try failed or uncertain deliveries again, or have a webhook that waits sent now
    Retry(Retry),
    /// Set failed or uncertain deliveries, or a webhook that waits, aside, saying why
    Discard(Discard),
    /// Show or set quiet hours: what is due on this desktop waits until they end, and comes together
    Quiet(quiet::Quiet),
    /// Show or set the hour at which whole days and birthdays are told
    AllDay(quiet::AllDay),
    /// Hold back what is due on this desktop for a while; alarms and webhooks go on
    Pause(quiet::Pause),
    /// End a pause: what waited is told now
    Resume,
    /// Import calendar files and cards of people
    Import(Import),
    /// Export events as a calendar file, or people as cards
    Export(Export),
    /// People, their zones and birthdays
    #[command(subcommand)]
    Person(Person),
    /// Where reminders go: this desktop and webhooks
    #[command(subcommand)]
    Channel(Channel),
    /// Calendars, the coloured sets events belong to
    #[command(subcommand)]
    Calendar(Calendar),
    /// Expand a recurrence rule, without a ledger
    Occurrences(Occurrences),
    /// Show what would ring in a stretch of time: while asleep, in other zones, when clocks change
    Simulate(Simulate),
    /// Which time zone data is used, and what newer data moved
    Zones(crate::commands::zones::Zones),
    /// Write a checked copy of the whole ledger to a new file
    Backup(Backup),
    /// Put a backup in the place of the ledger, which is kept; nothing of the past rings
    Restore(Restore),
    /// Whether this computer's clock jumped, and that it is right
    Clock {
        #[command(subcommand)]
        what: Option<crate::commands::clock::Clock>,
    },
    /// Look whether everything needed is there and well, changing nothing; exits with 1 if not
    Doctor(Doctor),
    /// Print completions for a shell
    #[command(hide = true)]
    Completions {
        /// Which
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

#[derive(Debug, Args)]
pub struct Undo {
    /// Also when something was done since that cannot be taken back
    #[arg(long)]
    pub before: bool,
}

#[derive(Debug, Args)]
pub struct Redo {
    /// Also when something was done since that cannot be taken back
    #[arg(long)]
    pub before: bool,
}

#[derive(Debug, Args)]
pub struct Daemon {
    /// Show nothing in the tray
    #[arg(long)]
    pub no_tray: bool,
}

#[derive(Debug, Args)]
pub struct Add {
    /// What it is called, in one line
    pub title: String,
    /// When it starts: 2027-05-01 for a whole day, 2027-05-01T09:00 for a time
    #[arg(long, value_name = "T", required_unless_present_any = ["deadline", "cron"])]
    pub at: Option<String>,
    /// By when it must be done: makes it a task
    #[arg(long, value_name = "T", conflicts_with = "at")]
    pub deadline: Option<String>,
    /// The zone of its times, such as Europe/Lisbon [default: this computer's]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// In the zone of this person, by name or id: the event follows them when their zone changes
    #[arg(long, value_name = "PERSON", conflicts_with_all = ["zone", "floating"])]
    pub zone_of: Option<String>,
    /// At that wall time wherever this computer is
    #[arg(long, conflicts_with = "zone")]
    pub floating: bool,
    /// How long it lasts, such as 45m, 1h30m or 2d [default: the kind's]
    #[arg(long = "for", value_name = "LENGTH", allow_hyphen_values = true)]
    pub length: Option<String>,
    /// appointment, note, birthday, anniversary, deadline, renewal or workflow [default: appointment]
    #[arg(long)]
    pub kind: Option<KindRef>,
    /// How it repeats, such as FREQ=WEEKLY;BYDAY=MO
    #[arg(long, value_name = "RULE")]
    pub rrule: Option<String>,
    /// How it repeats, as a line of cron such as "0 9 * * 1-5"; --at then says from when on [default: now]
    #[arg(long, value_name = "LINE", conflicts_with_all = ["rrule", "deadline"])]
    pub cron: Option<String>,
    /// When to tell: 10m before the start, +10m after it, @2027-04-30T18:00 at a moment, none for not at all; units m h d w [default: the kind's]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub remind: Vec<String>,
    /// Where to tell each reminder: desktop, or a channel's name [default: desktop]
    #[arg(long, value_name = "NAME")]
    pub channel: Vec<String>,
    /// Until when it is worth telling: grace, start, end, day, deadline, none, or an age such as 24h [default: the kind's]
    #[arg(long, value_name = "WHEN")]
    pub use_by: Option<UseBy>,
    /// What becomes of several that are late: latest, each, or each:N [default: the kind's]
    #[arg(long, value_name = "HOW")]
    pub collapse: Option<Collapse>,
    #[command(flatten)]
    pub insist: Insisting,
    #[command(flatten)]
    pub terms: Terms,
    /// Whose it is, by name or id
    #[arg(long, value_name = "PERSON")]
    pub person: Option<String>,
    /// The calendar it belongs to, by name or id [default: the first]
    #[arg(long, value_name = "CALENDAR")]
    pub calendar: Option<String>,
    /// Where it takes place
    #[arg(long)]
    pub place: Option<String>,
    /// Notes
    #[arg(long)]
    pub notes: Option<String>,
    /// A start in the past is meant
    #[arg(long)]
    pub past: bool,
}

#[derive(Debug, Args)]
pub struct List {
    /// From then on [default: today]
    #[arg(long, value_name = "T")]
    pub from: Option<String>,
    /// Up to then, not including it [default: a week after the start]
    #[arg(long, value_name = "T")]
    pub to: Option<String>,
    /// The zone of these times [default: this computer's]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Only what is in this calendar
    #[arg(long, value_name = "NAME")]
    pub calendar: Option<String>,
    /// Only this event
    #[arg(long, value_name = "ID")]
    pub event: Option<EventId>,
}

#[derive(Debug, Args)]
pub struct Next {
    /// How many at most, up to 1000
    #[arg(short = 'n', default_value_t = 10, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub count: u16,
}

#[derive(Debug, Args)]
pub struct OneEvent {
    /// The event's id (evt_…)
    pub id: EventId,
}

#[derive(Debug, Args)]
pub struct OneDelivery {
    /// The delivery's id (dlv_…) or key (occ_…), or when it is due (schedule:NANOSECONDS since 1970)
    pub delivery: String,
}

#[derive(Debug, Args)]
pub struct Ack {
    /// The deliveries' ids (dlv_…) or keys (occ_…)
    #[arg(required_unless_present = "all", num_args = 1..=1000)]
    pub deliveries: Vec<String>,
    /// All that `carillon inbox` lists and that is not still to be told
    #[arg(long, conflicts_with = "deliveries")]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct Deliveries {
    /// Only those in this state, such as told, missed, failed or waiting; may be given several times
    #[arg(long)]
    pub state: Vec<StateWord>,
    /// Only those due then or later
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// Only those of this event
    #[arg(long, value_name = "ID")]
    pub event: Option<EventId>,
    /// Only those of events in this calendar
    #[arg(long, value_name = "NAME")]
    pub calendar: Option<String>,
    /// Also what is planned and not due yet, or was cancelled before it was, and with --state the tests and what was answered; --json always lists it
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct Snooze {
    /// The deliveries' ids (dlv_…) or keys (occ_…): all of them or none
    #[arg(required = true, num_args = 1..=200)]
    pub deliveries: Vec<String>,
    /// How long, such as 45m [default: as last time]
    #[arg(
        long = "for",
        value_name = "LENGTH",
        conflicts_with = "until",
        allow_hyphen_values = true
    )]
    pub length: Option<String>,
    /// Until when
    #[arg(long, value_name = "T")]
    pub until: Option<String>,
}

/// What to do with people.
#[derive(Debug, Clone, Subcommand)]
pub enum Person {
    /// Add a person; a birthday is told every year
    Add {
        /// The name
        name: String,
        /// 1990-02-28, or --birthday=--02-28 when nobody knows the year
        #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
        birthday: Option<String>,
        /// The same of an anniversary
        #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
        anniversary: Option<String>,
        /// Where the person lives, such as Asia/Tokyo [default: this computer's zone]
        #[arg(long, value_name = "ZONE")]
        zone: Option<String>,
        /// What 29 February is in other years: backward (28 February), forward (1 March) or omit
        #[arg(long, value_name = "HOW")]
        leap_day: Option<LeapDay>,
    },
    /// Change a person; what is told in their zone goes along
    Edit(crate::commands::person::Edit),
    /// List everybody
    List,
    /// Delete a person and what is told about them
    Delete {
        /// By name or id (per_…)
        person: String,
    },
}

/// What to do with channels.
#[derive(Debug, Clone, Subcommand)]
pub enum Channel {
    /// Add a channel
    #[command(subcommand)]
    Add(NewChannel),
    /// List all channels
    List,
    /// Send a test through a channel; one that is taken ends the rest of its endpoint
    Test {
        /// Its name or id (chn_…)
        name: String,
    },
    /// Switch a channel on again that was switched off because its endpoint said it was gone
    On {
        /// Its name or id (chn_…)
        name: String,
    },
    /// Change how patiently an endpoint is tried again, and what is done when an answer is lost
    #[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
    Edit {
        /// Its name or id (chn_…)
        name: String,
        /// How patiently failures are tried again: long (over days) or quick (within seconds)
        #[arg(long, group = "what")]
        retries: Option<Profile>,
        /// When nobody knows whether it arrived: never-miss (send again) or never-repeat (ask)
        #[arg(long, group = "what")]
        guarantee: Option<Guarantee>,
    },
    /// Change how many calls an endpoint is sent at most
    Rate {
        /// Its name or id (chn_…)
        name: String,
        /// Calls a second, 1 to 1000; 1000 lifts the limit
        #[arg(value_name = "N")]
        rate: u32,
        /// Calls at once after a pause, 1 to 1000 [default: as it is]
        #[arg(long, value_name = "N")]
        burst: Option<u32>,
    },
    /// Give an endpoint a new secret, shown this once; for a day the one of before signs beside it
    Rotate {
        /// Its name or id (chn_…)
        name: String,
    },
    /// Remove a channel and cancel what was to go through it
    Remove {
        /// Its name or id (chn_…)
        name: String,
    },
}

/// Channels that can be added.
#[derive(Debug, Clone, Subcommand)]
pub enum NewChannel {
    /// An endpoint that is called with a signed request; its secret is shown this once
    Webhook {
        /// The name reminders know it by
        name: String,
        /// Where to
        url: String,
        /// Which addresses it may be at: public, private or loopback
        #[arg(long, default_value_t)]
        network: Network,
        /// When nobody knows whether it arrived: never-miss (send again) or never-repeat (ask)
        #[arg(long, default_value = "never-miss")]
        guarantee: Guarantee,
        /// How patiently failures are tried again: long (over days) or quick (within seconds)
        #[arg(long, default_value = "long")]
        retries: Profile,
        /// How many calls a second it is sent at most, 1 to 1000; 1000 lifts the limit
        #[arg(long, value_name = "N", default_value_t = Rate::default().per_second)]
        rate: u32,
        /// How many calls at once after a pause, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = Rate::default().burst)]
        burst: u32,
    },
}

#[derive(Debug, Args)]
pub struct Occurrences {
    /// The first start: 20260301T090000, or 20260301 for whole days
    #[arg(long, value_name = "LOCAL", required_unless_present = "batch")]
    pub dtstart: Option<String>,
    /// The zone of all times; without one there are no instants
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// How it repeats, such as FREQ=WEEKLY;BYDAY=MO
    #[arg(long, value_name = "RULE")]
    pub rrule: Option<String>,
    /// A start that does not happen
    #[arg(long, value_name = "LOCAL")]
    pub exdate: Vec<String>,
    /// A further start
    #[arg(long, value_name = "LOCAL")]
    pub rdate: Vec<String>,
    /// From this local time on
    #[arg(long, value_name = "LOCAL")]
    pub from: Option<String>,
    /// Up to this local time, not including it
    #[arg(long, value_name = "LOCAL")]
    pub to: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N")]
    pub count: Option<usize>,
    /// Read one JSON object a line from standard input and answer each with one line. Its keys are
    /// id, dtstart, tzid, rrule, exdate, rdate, from, to and count
    #[arg(long, conflicts_with_all = ["dtstart", "zone", "rrule", "exdate", "rdate", "from", "to", "count"])]
    pub batch: bool,
}
