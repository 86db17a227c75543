//! The disk: its files by name, who has them open, and what is to go wrong.

mod beside;
mod struck;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    fault::{Fault, Kept},
    file::{Change, File},
    locks::{Held, Level, Shared, lock},
    vfs::set_current,
};

/// The lock SQLite takes to write in WAL mode, as a bit of the shared memory's locks.
const WRITER: u8 = 1;

/// Why the disk says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum No {
    /// Somebody has it locked.
    Busy,
    /// There is no such file.
    Absent,
    /// There is no room.
    Full,
    /// Reading, writing or syncing failed.
    Failed,
    /// Memory that is not there, and is not to be made.
    Nothing,
}

/// What was done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Writes and truncations.
    pub changes: u64,
    /// Syncs of a file.
    pub syncs: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// A copy of files.
#[derive(Debug, Clone)]
pub struct Files(BTreeMap<PathBuf, Vec<u8>>);

/// A simulated disk. Clones are the same disk.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<State>>);

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("folder", &lock(&self.0).folder).finish_non_exhaustive()
    }
}

type Sleep = Arc<dyn Fn(Duration) + Send + Sync>;
type Death = Arc<dyn Fn(u32) + Send + Sync>;
type Failure = Arc<dyn Fn() + Send + Sync>;

struct State {
    folder: PathBuf,
    files: BTreeMap<PathBuf, File>,
    /// Files whose end has not reached the disk.
    gone: BTreeMap<PathBuf, File>,
    openers: BTreeMap<u64, Opener>,
    next: u64,
    /// How often other files were put in the place of these.
    put: u64,
    process: u32,
    dead: BTreeSet<u32>,
    faults: Vec<Fault>,
    counts: Counts,
    by_process: BTreeMap<u32, u64>,
    sleep: Sleep,
    death: Death,
    failure: Failure,
}

#[derive(Debug)]
struct Opener {
    process: u32,
    path: PathBuf,
    level: Level,
    shared: Option<Arc<Shared>>,
}

static DISKS: Mutex<BTreeMap<PathBuf, Disk>> = Mutex::new(BTreeMap::new());

impl Disk {
    /// A disk that all files of this folder are on from now on, until [`Disk::remove`].
    pub fn new(folder: &Path) -> Self {
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let disk = Self::at(folder.clone());
        lock(&DISKS).insert(folder, disk.clone());
        disk
    }

    /// A disk for files without a name.
    pub(crate) fn nowhere() -> Self {
        Self::at(PathBuf::new())
    }

    fn at(folder: PathBuf) -> Self {
        Self(Arc::new(Mutex::new(State {
            folder,
            files: BTreeMap::new(),
            gone: BTreeMap::new(),
            openers: BTreeMap::new(),
            next: 1,
            put: 0,
            process: 0,
            dead: BTreeSet::new(),
            faults: Vec::new(),
            counts: Counts::default(),
            by_process: BTreeMap::new(),
            sleep: Arc::new(|_| ()),
            death: Arc::new(|_| ()),
            failure: Arc::new(|| ()),
        })))
    }

    /// The disk a file is on.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let disks = lock(&DISKS);
        path.ancestors().find_map(|folder| disks.get(folder)).cloned()
    }

    /// Takes the disk away: its folder is as others.
    pub fn remove(&self) {
        let folder = lock(&self.0).folder.clone();
        lock(&DISKS).remove(&folder);
    }

    /// What a caller who sleeps while it waits for a lock does to the world's clock.
    pub fn on_sleep(&self, sleep: impl Fn(Duration) + Send + Sync + 'static) {
        lock(&self.0).sleep = Arc::new(sleep);
    }

    /// Whom to tell that a process died of a [`Fault::Crash`]. It must not ask the disk anything.
    pub fn on_death(&self, death: impl Fn(u32) + Send + Sync + 'static) {
        lock(&self.0).death = Arc::new(death);
    }

    /// Whom to tell that somebody met a [`Fault::Failing`] or [`Fault::FailingSync`]. It must not ask
    /// the disk anything.
    pub fn on_failure(&self, failure: impl Fn() + Send + Sync + 'static) {
        lock(&self.0).failure = Arc::new(failure);
    }

    /// Who opens files on this thread from now on.
    pub fn enter(&self, process: u32) {
        lock(&self.0).process = process;
        set_current(self);
    }

    /// Ends a process where it stands: its locks are free, and what it still asks for fails.
    pub fn kill(&self, process: u32) {
        lock(&self.0).kill(process);
    }

    /// Whether a process was killed, by [`Disk::kill`] or [`Fault::Crash`].
    pub fn is_dead(&self, process: u32) -> bool {
        lock(&self.0).dead.contains(&process)
    }

    /// Cuts the power: every process ends, and of each change that was not synced `keep`, which
    /// is told its size, says what is left.
    pub fn lose_power(&self, keep: &mut dyn FnMut(usize) -> Kept) {
        let mut state = lock(&self.0);
        let processes: BTreeSet<u32> = state.openers.values().map(|o| o.process).collect();
        processes.into_iter().for_each(|process| state.kill(process));
        let gone = std::mem::take(&mut state.gone);
        for (path, mut file) in gone {
            // The end of a file that nobody waited for is as likely to have happened as not.
            if !state.files.contains_key(&path) && keep(0) == Kept::Lost && file.lose_power(keep) {
                state.files.insert(path, file);
            }
        }
        state.files.retain(|_, file| file.lose_power(keep));
    }

    /// Lets something go wrong.
    pub fn arrange(&self, fault: Fault) {
        lock(&self.0).faults.push(fault);
    }

    /// Nothing more goes wrong.
    pub fn heal(&self) {
        lock(&self.0).faults.clear();
    }

    /// The foreign lock falls free.
    pub fn free(&self) {
        lock(&self.0).faults.retain(|fault| !matches!(fault, Fault::Busy { .. }));
    }

    /// Syncs are fast again.
    pub fn hurry(&self) {
        lock(&self.0).faults.retain(|fault| !matches!(fault, Fault::SlowSync { .. }));
    }

    /// Lets a caller on this disk wait so long inside a call.
    pub fn wait(&self, time: Duration) {
        self.sleep(time);
    }

    /// What was done so far, by all.
    pub fn counts(&self) -> Counts {
        lock(&self.0).counts
    }

    /// Every file as programs see it.
    pub fn files(&self) -> Files {
        let state = lock(&self.0);
        Files(
            state.files.iter().map(|(path, file)| (path.clone(), file.bytes().to_vec())).collect(),
        )
    }

    /// Puts these files in the place of those there are, which nobody may have open.
    pub fn put(&self, files: Files) {
        let taken = |(path, bytes)| (path, File::taken_over(bytes));
        let mut state = lock(&self.0);
        state.files = files.0.into_iter().map(taken).collect();
        state.put += 1;
    }

    /// How often other files were put in the place of those there were.
    pub fn times_put(&self) -> u64 {
        lock(&self.0).put
    }

    /// The bytes of a file as programs see them.
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        lock(&self.0).files.get(path).map(|file| file.bytes().to_vec())
    }

    pub(crate) fn sleep(&self, time: Duration) {
        let sleep = {
            let mut state = lock(&self.0);
            for fault in &mut state.faults {
                if let Fault::Busy { held } = fault {
                    *held = held.saturating_sub(time);
                }
            }
            state.sleep.clone()
        };
        sleep(time);
    }

    pub(crate) fn open(&self, path: &Path, create: bool) -> Result<u64, No> {
        let mut state = lock(&self.0);
        if state.dead.contains(&state.process) {
            return Err(No::Failed);
        }
        if !state.has(path) {
            if !create {
                return Err(No::Absent);
            }
            state.files.insert(path.to_path_buf(), File::default());
        }
        let id = state.next;
        state.next += 1;
        let process = state.process;
        let opener = Opener { process, path: path.into(), level: Level::None, shared: None };
        state.openers.insert(id, opener);
        Ok(id)
    }

    pub(crate) fn close(&self, id: u64) {
        let mut state = lock(&self.0);
        state.unmap(id);
        state.openers.remove(&id);
    }

    pub(crate) fn exists(&self, path: &Path) -> bool {
        lock(&self.0).has(path)
    }

    pub(crate) fn delete(&self, path: &Path, durably: bool) -> Result<(), No> {
        let mut state = lock(&self.0);
        if !state.has(path) {
            return Err(No::Absent);
        }
        let process = state.process;
        state.strike(process, 0)?;
        if let Some(file) = state.files.remove(path)
            && !durably
        {
            state.gone.insert(path.to_path_buf(), file);
        }
        Ok(())
    }

    /// Reads into a buffer; gives how many bytes there were.
    pub(crate) fn read(&self, id: u64, at: usize, into: &mut [u8]) -> Result<usize, No> {
        let mut state = lock(&self.0);
        let file = state.file(id)?;
        let there = file.bytes().get(at..).unwrap_or_default();
        let count = there.len().min(into.len());
        into[..count].copy_from_slice(&there[..count]);
        into[count..].fill(0);
        Ok(count)
    }

    pub(crate) fn write(&self, id: u64, at: usize, bytes: &[u8]) -> Result<(), No> {
        let mut state = lock(&self.0);
        let process = state.alive(id)?;
        state.check_room(id, at + bytes.len())?;
        state.counts.bytes += bytes.len() as u64;
        match state.strike(process, bytes.len()) {
            Ok(()) => {
                state.file(id)?.change(Change::Write { at, bytes: bytes.to_vec() });
                Ok(())
            }
            Err((no, torn)) => {
                if let Some(opener) = state.openers.get(&id) {
                    let path = opener.path.clone();
                    if let Some(file) = state.files.get_mut(&path) {
                        file.change(Change::Write { at, bytes: bytes[..torn].to_vec() });
                    }
                }
                Err(no)
            }
        }
    }

    pub(crate) fn truncate(&self, id: u64, len: usize) -> Result<(), No> {
        let mut state = lock(&self.0);
        let process = state.alive(id)?;
        state.strike(process, 0)?;
        state.file(id)?.change(Change::Truncate { len });
        Ok(())
    }

    pub(crate) fn sync(&self, id: u64) -> Result<(), No> {
        let mut state = lock(&self.0);
        state.alive(id)?;
        state.counts.syncs += 1;
        let (fails, lasts) = state.turn_of_sync();
        let file = state.file(id)?;
        if fails {
            file.forget();
            return Err(No::Failed);
        }
        file.sync();
        // A journaling file system keeps its changes of folders in order, and so before this one.
        state.gone.clear();
        drop(state);
        if !lasts.is_zero() {
            self.sleep(lasts);
        }
        Ok(())
    }

    pub(crate) fn size(&self, id: u64) -> Result<usize, No> {
        Ok(lock(&self.0).file(id)?.bytes().len())
    }

    /// Raises an opener's lock.
    pub(crate) fn lock(&self, id: u64, wanted: Level) -> Result<(), No> {
        let mut state = lock(&self.0);
        state.alive(id)?;
        let others: Vec<Level> = state.others(id).collect();
        let opener = state.openers.get_mut(&id).ok_or(No::Failed)?;
        let (level, is_so) = opener.level.raised(wanted, others.into_iter());
        opener.level = level;
        if is_so { Ok(()) } else { Err(No::Busy) }
    }

    /// Lowers it.
    pub(crate) fn unlock(&self, id: u64, to: Level) {
        if let Some(opener) = lock(&self.0).openers.get_mut(&id) {
            opener.level = opener.level.min(to);
        }
    }

    /// Whether anybody is about to write.
    pub(crate) fn is_reserved(&self, id: u64) -> bool {
        let state = lock(&self.0);
        let own = state.openers.get(&id).map_or(Level::None, |opener| opener.level);
        own >= Level::Reserved || state.others(id).any(|level| level >= Level::Reserved)
    }

    /// A region of the shared memory.
    pub(crate) fn map(&self, id: u64, at: usize, len: usize, extend: bool) -> Result<*mut u64, No> {
        let mut state = lock(&self.0);
        state.alive(id)?;
        let opener = state.openers.get(&id).ok_or(No::Failed)?;
        let shared = match &opener.shared {
            Some(shared) => shared.clone(),
            None => state.file(id)?.shared.get_or_insert_default().clone(),
        };
        let region = shared.region(at, len, extend);
        if let Some(opener) = state.openers.get_mut(&id) {
            opener.shared = Some(shared);
        }
        region.ok_or(No::Nothing)
    }

    pub(crate) fn lock_shared(&self, id: u64, of: Held, take: bool) -> Result<(), No> {
        let mut state = lock(&self.0);
        state.alive(id)?;
        let is_held = |fault: &Fault| matches!(fault, Fault::Busy { held } if !held.is_zero());
        let is_foreign = of.exclusive & WRITER != 0 && state.faults.iter().any(is_held);
        let shared = state.openers.get(&id).and_then(|o| o.shared.clone()).ok_or(No::Failed)?;
        let (mask, exclusive) = (of.shared | of.exclusive, of.exclusive != 0);
        if !take {
            shared.give(id, mask);
            return Ok(());
        }
        state.faults.retain(|fault| *fault != Fault::Busy { held: Duration::ZERO });
        if is_foreign || !shared.take(id, mask, exclusive) { Err(No::Busy) } else { Ok(()) }
    }

    pub(crate) fn unmap(&self, id: u64) {
        lock(&self.0).unmap(id);
    }
}

impl State {
    /// Whether there is such a file; one that is there in truth is taken over.
    fn has(&mut self, path: &Path) -> bool {
        if self.files.contains_key(path) {
            return true;
        }
        if self.gone.contains_key(path) {
            return false;
        }
        let Ok(bytes) = fs::read(path) else { return false };
        self.files.insert(path.to_path_buf(), File::taken_over(bytes));
        true
    }

    fn alive(&self, id: u64) -> Result<u32, No> {
        let opener = self.openers.get(&id).ok_or(No::Failed)?;
        if self.dead.contains(&opener.process) { Err(No::Failed) } else { Ok(opener.process) }
    }

    fn file(&mut self, id: u64) -> Result<&mut File, No> {
        self.alive(id)?;
        let opener = self.openers.get(&id).ok_or(No::Failed)?;
        // A file that was deleted while it was open goes on for who has it.
        match self.files.contains_key(&opener.path) {
            true => self.files.get_mut(&opener.path),
            false => self.gone.get_mut(&opener.path),
        }
        .ok_or(No::Failed)
    }

    fn others(&self, id: u64) -> impl Iterator<Item = Level> {
        let path = self.openers.get(&id).map(|opener| &opener.path);
        self.openers
            .iter()
            .filter(move |(other, opener)| **other != id && Some(&opener.path) == path)
            .map(|(_, opener)| opener.level)
    }

    fn unmap(&mut self, id: u64) {
        let Some(opener) = self.openers.get_mut(&id) else { return };
        let (path, process) = (opener.path.clone(), opener.process);
        if let Some(shared) = opener.shared.take() {
            shared.leave(id);
        }
        if !self.dead.contains(&process) {
            self.drop_unused(&path);
        }
    }

    /// Shared memory ends with the last of those who live and have it.
    fn drop_unused(&mut self, path: &Path) {
        let mut living = self.openers.values().filter(|o| !self.dead.contains(&o.process));
        if !living.any(|o| o.path == path && o.shared.is_some())
            && let Some(file) = self.files.get_mut(path)
        {
            file.shared = None;
        }
    }

    fn kill(&mut self, process: u32) {
        self.dead.insert(process);
        let mut paths = BTreeSet::new();
        for (id, opener) in self.openers.iter_mut().filter(|(_, o)| o.process == process) {
            opener.level = Level::None;
            if let Some(shared) = &opener.shared {
                shared.leave(*id);
            }
            paths.insert(opener.path.clone());
        }
        paths.iter().for_each(|path| self.drop_unused(path));
    }
}
