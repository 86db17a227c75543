//! A home of its own for the real programs: a ledger, a session bus, folders for everything a
//! desktop program would write, and the service as a process that can be killed.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use calendar::{
    delivery::State,
    draft::{EventDraft, ReminderDraft},
    id::{ChannelId, DeliveryId, EventId},
};
use engine::{
    Actor, Engine,
    clock::{Clock, Now, SystemClock},
    events::Save,
    ledger::{
        SchedulerLock,
        inbox::{Filter, Listed},
    },
};
use testkit::bus::Bus;
use tokio::sync::Notify;

use crate::world::draft;

/// Longer than anything waited for here takes, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A built program: beside this test, or where `CARILLON_BIN_DIR` says.
///
/// # Panics
/// When it is not built; `./dev test` builds it first.
pub fn program(name: &str) -> PathBuf {
    let named = std::env::var_os("CARILLON_BIN_DIR").map(PathBuf::from);
    let beside =
        std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.parent()?.to_path_buf()));
    let found =
        [named, beside].into_iter().flatten().map(|dir| dir.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{name} is not built: ./dev test builds it"))
}

/// The home.
pub struct Home {
    folder: tempfile::TempDir,
    /// The private session bus.
    pub bus: Bus,
    /// The ledger, as another program sees it.
    pub engine: Arc<Engine>,
    rung: Arc<Notify>,
    display: Option<String>,
    environment: Vec<(&'static str, OsString)>,
}

impl Home {
    /// A fresh home with an empty ledger.
    ///
    /// # Panics
    /// When a folder or the bus cannot be had.
    pub fn new() -> Self {
        Self::prepared(|_| ())
    }

    /// The same where the folder of the ledger was prepared before there is one.
    ///
    /// # Panics
    /// When a folder or the bus cannot be had.
    pub fn prepared(prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().expect("a temp folder");
        let data = folder.path().join("data");
        prepare(&data);
        let engine = open(&data);
        let rung = Arc::new(Notify::new());
        let ring = rung.clone();
        engine.bell().watch(move || ring.notify_one()).expect("the bell");
        Self { folder, bus: Bus::start(), engine, rung, display: None, environment: Vec::new() }
    }

    /// The same home after another file took the place of its ledger.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn opened_anew(mut self) -> Self {
        let engine = open(&self.data());
        self.engine = engine;
        self
    }

    /// From now on programs of this home have a display to open windows on.
    pub fn show_on(&mut self, display: &str) {
        self.display = Some(display.to_owned());
    }

    /// From now on programs of this home have this in their environment.
    pub fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.environment.push((name, value.into()));
    }

    /// The folder of the ledger.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The home itself.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// One of our programs in this home, over its ledger.
    pub fn command(&self, name: &str) -> Command {
        let mut command = self.any_command(&program(name));
        command.arg("--data-dir").arg(self.data());
        command
    }

    /// Any program in this home, with nothing of the host's but the path.
    pub fn any_command(&self, path: &Path) -> Command {
        let home = self.folder.path();
        let mut command = Command::new(path);
        command
            .env_clear()
            .envs(self.display.as_ref().map(|display| ("DISPLAY", display)))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_RUNTIME_DIR", home)
            .env("TZ", "Europe/Berlin")
            .env("LANG", "C.UTF-8")
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("CARILLON_BIN_DIR", program("carillon").parent().unwrap_or(Path::new("/")))
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the service and waits until it leads.
    ///
    /// # Panics
    /// When it does not.
    pub async fn service(&self) -> Service {
        self.service_with(&["--no-tray"]).await
    }

    /// As [`Home::service`], with arguments of one's own.
    ///
    /// # Panics
    /// When it does not lead.
    pub async fn service_with(&self, arguments: &[&str]) -> Service {
        self.service_on(self.bus.address(), arguments).await
    }

    /// Starts a service that leads as soon as no other does.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn stand_by(&self) -> Service {
        Service { child: self.daemon(self.bus.address(), &["--no-tray"]) }
    }

    fn daemon(&self, bus: &str, arguments: &[&str]) -> Child {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("service.log"));
        let mut command = self.command("carillon");
        command.arg("daemon").args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(log.expect("a log")).env("DBUS_SESSION_BUS_ADDRESS", bus);
        command.spawn().expect("the service starts")
    }

    /// As [`Home::service_with`], told in these words where the session bus is.
    ///
    /// # Panics
    /// When it does not lead.
    pub async fn service_on(&self, bus: &str, arguments: &[&str]) -> Service {
        let child = self.daemon(bus, arguments);
        let pid = child.id();
        let leads = |engine: &Engine| {
            let holder = SchedulerLock::holder(&engine.dir())?;
            let status = engine.service_status().expect("readable")?;
            (holder.0 == pid && status.pid == pid && status.stopped.is_none()).then_some(())
        };
        let service = Service { child };
        self.until("a leading service", leads).await;
        service
    }

    /// Waits until a service has said this in its log.
    ///
    /// # Panics
    /// When it is not said in time; it says what was.
    pub async fn until_logged(&self, words: &str) {
        let mut again = tokio::time::interval(Duration::from_millis(50));
        let look = async {
            while !self.log().contains(words) {
                again.tick().await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, look).await;
        assert!(found.is_ok(), "“{words}” was not logged:\n{}", self.log());
    }

    /// What this command of ours says, on both of its outputs, and how it ended.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn says(&self, words: &[&str]) -> (String, i32) {
        let said = self.command("carillon").args(words).output().expect("an answer");
        let text = [said.stdout, said.stderr].concat();
        (String::from_utf8_lossy(&text).into_owned(), said.status.code().unwrap_or(-1))
    }

    /// What the services have said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("service.log")).unwrap_or_default()
    }

    /// Looks after each ring of the bell until it finds what it looks for.
    ///
    /// # Panics
    /// When it is not found in time; it says what the ledger holds and the service said.
    pub async fn until<T>(&self, what: &str, look: impl FnMut(&Engine) -> Option<T>) -> T {
        self.until_for(PATIENCE, what, look).await
    }

    /// As [`Home::until`], with a patience of one's own.
    ///
    /// # Panics
    /// When it is not found in time; it says what the ledger holds and the service said.
    pub async fn until_for<T>(
        &self,
        patience: Duration,
        what: &str,
        mut look: impl FnMut(&Engine) -> Option<T>,
    ) -> T {
        let search = async {
            loop {
                if let Some(found) = look(&self.engine) {
                    return found;
                }
                self.rung.notified().await;
            }
        };
        match tokio::time::timeout(patience, search).await {
            Ok(found) => found,
            Err(_) => panic!("{what} did not come:\n{}\n{}", self.rows(), self.log()),
        }
    }

    /// Waits until so many deliveries are in this state.
    pub async fn until_in(&self, state: State, count: usize) -> Vec<DeliveryId> {
        let filter = Filter { states: vec![state], limit: 1000, ..Filter::default() };
        let what = format!("{count} in state {state}");
        self.until(&what, |engine| {
            let rows = engine.deliveries(&filter).expect("readable");
            (rows.len() >= count).then(|| rows.iter().map(|listed| listed.row.id).collect())
        })
        .await
    }

    /// Waits for as long as it takes until so many are in this state, and gives them.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    pub async fn until_many(&self, state: State, count: usize) -> Vec<Listed> {
        let filter = Filter { states: vec![state], limit: 1000, ..Filter::default() };
        loop {
            let rows = self.engine.deliveries(&filter).expect("readable");
            if rows.len() >= count {
                return rows;
            }
            self.rung.notified().await;
        }
    }

    /// Every delivery.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    pub fn deliveries(&self) -> Vec<Listed> {
        self.engine.deliveries(&Filter { limit: 1000, ..Filter::default() }).expect("readable")
    }

    /// Every delivery in one line each: state, reason, tries, title.
    pub fn rows(&self) -> String {
        let line = |l: &Listed| {
            format!("{} {} {} {}", l.row.facts.state, l.row.facts.reason, l.row.attempts, l.title)
        };
        self.deliveries().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// A note that is due so much later, told through a channel.
    ///
    /// # Panics
    /// When it cannot be saved.
    pub fn note(&self, title: &str, later: Duration, channel: ChannelId) -> EventId {
        note(&self.engine, title, later, channel)
    }

    /// An alarm that is due at once: on the screen until it is answered.
    ///
    /// # Panics
    /// When it cannot be saved.
    pub fn alarm(&self, title: &str) -> EventId {
        let (trigger, channel) = ("PT0M".to_string(), ChannelId::DESKTOP.to_string());
        let reminder = ReminderDraft { trigger, channel, alarm: true, ..ReminderDraft::default() };
        note_with(&self.engine, title, Duration::ZERO, reminder)
    }

    /// A note that was saved so long ago, due so much after that.
    ///
    /// # Panics
    /// When it cannot be saved.
    pub fn earlier_note(&self, title: &str, ago: Duration, later: Duration) -> EventId {
        let clock = Arc::new(Earlier(SystemClock::new(), ago));
        let engine = Engine::open(&self.data(), Actor::CommandLine, clock).expect("the ledger");
        note(&engine, title, later, ChannelId::DESKTOP)
    }
}

fn open(data: &Path) -> Arc<Engine> {
    let engine = Engine::open(data, Actor::CommandLine, Arc::new(SystemClock::new()));
    Arc::new(engine.expect("a ledger"))
}

/// The machine's clock as it was a while ago.
struct Earlier(SystemClock, Duration);

impl Clock for Earlier {
    fn now(&self) -> Now {
        let now = self.0.now();
        Now { wall: now.wall - self.1, ..now }
    }
}

fn note(engine: &Engine, title: &str, later: Duration, channel: ChannelId) -> EventId {
    let trigger = "PT0M".to_string();
    let reminder =
        ReminderDraft { trigger, channel: channel.to_string(), ..ReminderDraft::default() };
    note_with(engine, title, later, reminder)
}

fn note_with(engine: &Engine, title: &str, later: Duration, reminder: ReminderDraft) -> EventId {
    // A start has whole seconds: never sooner than was asked.
    let whole =
        jiff::TimestampRound::new().smallest(jiff::Unit::Second).mode(jiff::RoundMode::Ceil);
    let at = (engine.now().wall + later).round(whole).expect("a moment");
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let start = at.strftime("%Y%m%dT%H%M%S").to_string();
    let draft =
        EventDraft { reminders: Some(vec![reminder]), ..draft("note", title, &start, Some("UTC")) };
    let saved = engine.save_event(&Save { draft, allow_past: true, ..Save::default() });
    saved.expect("saved").event.parse().expect("an id")
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

/// The service, as a process.
pub struct Service {
    child: Child,
}

impl Service {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no last words.
    ///
    /// # Panics
    /// When it is gone already.
    pub fn kill(mut self) {
        self.child.kill().expect("it was there");
        self.child.wait().expect("it ended");
    }

    /// SIGTERM, and waits for its orderly end.
    ///
    /// # Panics
    /// When it ends in any other way.
    pub fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        let status = self.child.wait().expect("it ended");
        assert!(status.success(), "an orderly end: {status}");
    }

    /// Waits for an end that somebody else sees to.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn gone(mut self) {
        self.child.wait().expect("it ended");
    }
}

impl Drop for Home {
    /// A test that fails says what the services said.
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().unwrap_or(());
        self.child.wait().map(drop).unwrap_or(());
    }
}
