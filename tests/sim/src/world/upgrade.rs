//! A newer program that is put in the place of the older one: it brings the ledger up in the turns of
//! the product, which asks whoever leads to stop, and the world goes on between them.

use std::{cell::Cell, collections::BTreeMap, fs, path::Path};

use engine::{
    Actor,
    ledger::{
        copy::examine,
        upgrade::{BringsUp, InTheWay, Looks, look},
    },
    simulated::be_newer,
};

use super::{Ending, SOON, World, services::HEARD};
use crate::{
    hand::{self, Program},
    outcome::Upgraded,
    plan::Upgrade,
    service::Service,
};

/// A newer program that was cut off is started again after so long.
const AGAIN: u64 = 3_000;
/// So often it is looked whether an older service has ended that nobody asked to.
const LOOK: u64 = 500;
/// Who stood by leads at once.
const AT_ONCE: u64 = 1;

/// What is known of programs that come and go.
#[derive(Debug, Default)]
pub(super) struct Upgrading {
    /// The program that is started from now on.
    pub installed: Program,
    /// What was seen.
    pub seen: Option<Upgraded>,
    /// Whoever stands by is of the older program.
    heir_is_older: bool,
    /// The program the window is of.
    window: Program,
    /// A newer program that waits until it is alone, and its process.
    waits: Option<(BringsUp, u32)>,
    /// How it comes, and what belongs to that; it dies once at most.
    how: Option<(Upgrade, u64)>,
    is_to_die: bool,
    /// Processes of the older program, and how often each had written before the ledger was newer.
    older: BTreeMap<u32, Option<u64>>,
}

impl Upgrading {
    /// The older window is this process.
    pub fn beginning_with(process: u32) -> Self {
        Self { older: BTreeMap::from([(process, None)]), ..Self::default() }
    }

    /// Whether this process brings the ledger up.
    pub fn is_by(&self, process: u32) -> bool {
        self.waits.as_ref().is_some_and(|(_, own)| *own == process)
    }

    /// How whoever stood by begins to lead.
    pub fn heir(&self) -> Ending {
        match self.installed == Program::Newer && self.heir_is_older {
            true => Ending::OlderHeir,
            false => Ending::Start,
        }
    }

    fn is_unlocked(&self) -> bool {
        matches!(self.how, Some((Upgrade::Unlocked, _)))
    }
}

/// Who stands in the way of a newer program.
struct Way<'a> {
    service: Option<&'a Service>,
    has_window: bool,
    asked: Cell<Option<u32>>,
}

impl InTheWay for Way<'_> {
    fn others(&self, _: &Path) -> Option<String> {
        self.has_window.then(|| "a window".into())
    }

    fn ask_to_stop(&self, _: &Path, unless: Option<u32>) -> Option<u32> {
        let service = self.service.filter(|service| Some(service.process) != unless)?;
        service.stop();
        self.asked.set(Some(service.process));
        Some(service.process)
    }
}

impl World {
    /// A newer program is put in the place of the older one, and started.
    pub(super) fn upgrades(&mut self, how: Upgrade, detail: u64) {
        if self.upgrade.installed == Program::Newer {
            return;
        }
        self.upgrade.installed = Program::Newer;
        self.upgrade.heir_is_older = self.stands_by;
        self.upgrade.how = Some((how, detail));
        self.upgrade.seen = Some(Upgraded {
            at: self.around.clocks.truth(),
            asked: None,
            up: None,
            led: None,
            cut: Vec::new(),
            is_kept: true,
            late: Vec::new(),
            outdated: (0, 0),
        });
        match how {
            Upgrade::BesideAWindow | Upgrade::Unlocked => self.later(detail, Ending::Closed),
            Upgrade::Orderly | Upgrade::Dies | Upgrade::LosesPower => self.closes_older_window(),
        }
        self.start();
    }

    /// Opens a window, unless the ledger has to be brought up for that.
    pub(super) fn open_by_hand(&mut self) {
        self.hand_process = self.new_process();
        self.around.disk.enter(self.hand_process);
        let program = self.upgrade.installed;
        if program == Program::Newer && self.looks() != Some(Looks::Newer) {
            return;
        }
        self.upgrade.window = program;
        if program == Program::Older {
            self.upgrade.older.insert(self.hand_process, None);
        }
        self.hand.engine = hand::open(&self.around, Actor::Window, program).ok();
    }

    pub(super) fn closes_older_window(&mut self) {
        if self.upgrade.window == Program::Older {
            // The last to close the file clears its journal away, whose ever it is.
            self.counts_late_writes_of(self.hand_process);
            self.around.disk.enter(self.hand_process);
            self.hand.engine = None;
        }
    }

    fn looks(&self) -> Option<Looks> {
        look(&self.around.folder).ok()
    }

    /// A service leads.
    pub(super) fn leads(&mut self, process: u32, program: Program) {
        let now = self.around.clocks.truth();
        match (program, &mut self.upgrade.seen) {
            (Program::Older, _) => {
                self.upgrade.older.insert(process, None);
            }
            (Program::Newer, Some(seen)) => {
                seen.led.get_or_insert(now);
            }
            (Program::Newer, None) => {}
        }
    }

    pub(super) fn stands_by_of(&mut self, program: Program) {
        self.upgrade.heir_is_older = program == Program::Older;
        self.stands_by = true;
    }

    /// Whether the ledger is of the program that is started now; if not, that begins to bring it up.
    pub(super) fn is_brought_up(&mut self) -> bool {
        if self.upgrade.installed == Program::Older {
            return true;
        }
        if self.upgrade.waits.is_some() {
            return false;
        }
        let process = self.new_process();
        self.around.disk.enter(process);
        be_newer();
        let begun = match self.upgrade.is_unlocked() {
            true => BringsUp::begin_unlocked(&self.around.folder),
            false => BringsUp::begin(&self.around.folder),
        };
        match begun {
            Ok(begun) => self.upgrade.waits = Some((begun, process)),
            Err(_) => {
                self.around.disk.kill(process);
                self.starts_later();
                return false;
            }
        }
        self.brings_up()
    }

    /// Once more.
    pub(super) fn takes_turn(&mut self) {
        self.misses_who_ended();
        if self.upgrade.waits.is_some() && self.brings_up() {
            self.start_by(Program::Newer);
        }
        let is_older = |service: &Service| service.program == Program::Older;
        if self.upgrade.waits.is_none() && self.service.as_ref().is_some_and(is_older) {
            self.later(LOOK, Ending::Turn);
        }
    }

    /// Whoever waits ends where it stands.
    pub(super) fn nobody_waits(&mut self) {
        if let Some((brings, process)) = self.upgrade.waits.take() {
            self.around.disk.kill(process);
            drop(brings);
        }
    }

    /// An older service that ended by itself is no more; one that stood by is there at once or a moment
    /// too late.
    pub(super) fn misses_who_ended(&mut self) {
        let is_gone =
            |service: &mut Service| service.program == Program::Older && service.has_ended();
        let Some(service) = self.service.take_if(is_gone) else { return };
        let now = self.around.clocks.truth();
        self.down_since.get_or_insert(now);
        self.counts_late_writes_of(service.process);
        drop(service);
        let is_at_once = self.stands_by && self.upgrade.heir_is_older && now.is_multiple_of(2);
        match is_at_once {
            true => {
                self.stands_by = false;
                self.older_heir_leads();
            }
            false if self.stands_by => {
                self.hand_over_to_heir(if self.upgrade.heir_is_older { AT_ONCE } else { HEARD });
            }
            false if self.upgrade.waits.is_none() => self.later(HEARD, Ending::Start),
            false => {}
        }
    }

    pub(super) fn older_heir_leads(&mut self) {
        // It is let in by a ledger that is as it knows it.
        if self.service.is_none() && self.looks() == Some(Looks::Older) {
            self.start_by(Program::Older);
        }
    }

    /// Takes a turn at bringing the ledger up, and says whether it is.
    fn brings_up(&mut self) -> bool {
        let Some((mut brings, process)) = self.upgrade.waits.take() else { return false };
        let has_window = self.hand.engine.is_some();
        let is_alone = !has_window && self.service.is_none();
        if let Some((Upgrade::Dies | Upgrade::LosesPower, after)) = self.upgrade.how
            && is_alone
            && !std::mem::replace(&mut self.upgrade.is_to_die, true)
        {
            let torn = usize::try_from(after * 131).unwrap_or(0);
            self.around.disk.arrange(simulated_disk::Fault::Crash { after, torn });
        }
        self.around.disk.enter(process);
        be_newer();
        let way = Way { service: self.service.as_ref(), has_window, asked: Cell::default() };
        let turn = brings.take_turn(&way);
        let asked = way.asked.get();
        self.was_asked(asked);
        if !matches!(turn, Ok(false)) {
            self.follows_names();
        }
        match turn {
            Ok(true) => {
                self.begins_to_be_newer();
                return true;
            }
            Ok(false) => {
                self.upgrade.waits = Some((brings, process));
                let pause = u64::try_from(BringsUp::PAUSE.as_millis()).unwrap_or(0);
                self.later(pause, Ending::Turn);
            }
            // What comes of its death is heard in a moment.
            Err(_) if self.around.disk.is_dead(process) => {
                self.upgrade.waits = Some((brings, process));
            }
            // A service waits for who has it open, and for a disk that is well. It would try again at once.
            Err(_) => {
                drop(brings);
                self.around.disk.kill(process);
                self.starts_later();
            }
        }
        false
    }

    /// Each time it cannot be brought up, it is tried again after twice as long, up to an hour.
    fn starts_later(&mut self) {
        self.failed += 1;
        let after = AGAIN << self.failed.min(10);
        self.trouble(after + SOON);
        self.later(after, Ending::Start);
    }

    fn was_asked(&mut self, asked: Option<u32>) {
        let (Some(process), Some(seen)) = (asked, &mut self.upgrade.seen) else { return };
        let now = self.around.clocks.truth();
        seen.asked.get_or_insert(now);
        self.down_since.get_or_insert(now);
        self.struck(format!("service {process} is asked to stop for a newer program"));
    }

    /// Bringing it up was cut off.
    pub(super) async fn is_cut_off(&mut self) {
        self.nobody_waits();
        self.struck("bringing the ledger up was cut off".into());
        self.trouble(AGAIN + SOON);
        match self.upgrade.how.take() {
            Some((Upgrade::LosesPower, seed)) => self.cut_power(seed, AGAIN).await,
            _ => self.later(AGAIN, Ending::Start),
        }
        let process = self.new_process();
        self.around.disk.enter(process);
        let (now, looks) = (self.around.clocks.truth(), look(&self.around.folder));
        self.around.disk.kill(process);
        // Nobody can look while another program holds what a dead one left to be taken up.
        if let Some(seen) = &mut self.upgrade.seen
            && !matches!(looks, Err(engine::Error::Busy))
        {
            seen.cut.push((now, looks.ok()));
        }
    }

    /// The ledger is of the newer program, if it is: what older ones write from now on is too late.
    fn begins_to_be_newer(&mut self) {
        let now = self.around.clocks.truth();
        let Some(seen) = &mut self.upgrade.seen else { return };
        let folder = self.around.folder.join("backups");
        if seen.up.is_none() {
            seen.up = Some(now);
            seen.is_kept = examine(&folder.join(last_kept(&folder))).is_ok();
            self.struck("the ledger is brought up".into());
            if self.service.is_some() {
                // Where locks do not hold: it ends when it next looks.
                self.down_since.get_or_insert(now);
                self.later(LOOK, Ending::Turn);
            }
        }
        for (process, before) in &mut self.upgrade.older {
            *before = Some(self.around.disk.changes_of(*process));
        }
    }

    /// What older programs wrote to the newer ledger until now.
    pub(super) fn counts_late_writes(&mut self) {
        let all: Vec<u32> = self.upgrade.older.keys().copied().collect();
        all.into_iter().for_each(|process| self.counts_late_writes_of(process));
    }

    fn counts_late_writes_of(&mut self, process: u32) {
        let Some(Some(before)) = self.upgrade.older.remove(&process) else { return };
        let after = self.around.disk.changes_of(process);
        if let (true, Some(seen)) = (after > before, &mut self.upgrade.seen) {
            seen.late.push((process, after - before));
        }
    }

    /// Somebody starts the older program all the same.
    pub(super) fn starts_outdated(&mut self) {
        let process = self.new_process();
        self.around.disk.enter(process);
        let Some(seen) = &mut self.upgrade.seen else { return };
        if look(&self.around.folder).ok() != Some(Looks::Newer) {
            return;
        }
        seen.outdated.0 += 1;
        let opened = hand::open(&self.around, Actor::Window, Program::Older);
        seen.outdated.1 += u32::from(opened.is_ok());
        drop(opened);
        let wrote = self.around.disk.changes_of(process);
        if wrote > 0 {
            seen.late.push((process, wrote));
        }
        self.around.disk.kill(process);
    }

    /// The system gives and takes names beside SQLite: a backup gets its own when it is whole.
    fn follows_names(&self) {
        let folder = self.around.folder.join("backups");
        let begun = folder.join("schema.part");
        if !begun.exists() {
            let kept = folder.join(last_kept(&folder));
            let is_new = self.around.disk.bytes(&kept).is_none_or(|bytes| bytes.is_empty());
            let to = Some(kept.as_path()).filter(|kept| is_new && kept.exists());
            self.around.disk.rename(&begun, to);
        }
    }
}

/// The name of the last backup that was made before the ledger was brought up.
fn last_kept(folder: &Path) -> String {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let kept = names.filter(|name| name.starts_with("schema-") && name.ends_with(".db"));
    kept.max_by_key(|name| (name.len(), name.clone())).unwrap_or_else(|| "none".into())
}
