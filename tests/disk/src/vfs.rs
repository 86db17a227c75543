//! The disk as SQLite's file layer (a VFS, see <https://sqlite.org/c3ref/vfs.html>): C calls in,
//! safe calls of [`Disk`] out. All unsafe code of the product's tests is in this file.

use std::{
    cell::RefCell,
    ffi::{CStr, OsStr, c_char, c_int, c_void},
    mem::size_of,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    ptr, slice,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use rusqlite::ffi;

use crate::{
    disk::{Disk, No},
    locks::{Held, Level},
};

/// The longest path.
const LONGEST: c_int = 1024;
/// What SQLite takes for the size of a sector.
const SECTOR: c_int = 4096;
/// The moment SQLite would be told, if it asked: the ledger never asks.
const NOON: f64 = 2_461_000.0;

thread_local! {
    static CURRENT: RefCell<Option<Disk>> = const { RefCell::new(None) };
}

/// From now on this thread sleeps by this disk's clock when SQLite waits.
pub(crate) fn set_current(disk: &Disk) {
    CURRENT.with(|current| *current.borrow_mut() = Some(disk.clone()));
}

/// Puts simulated disks under all connections of this program that are opened from now on. Files
/// outside of every [`Disk`]'s folder cannot be opened any more.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let vfs = Box::leak(Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<SimFile>()).unwrap_or(c_int::MAX),
            mxPathname: LONGEST,
            pNext: ptr::null_mut(),
            zName: c"simulated".as_ptr(),
            pAppData: ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_path),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: Some(last_error),
            xCurrentTimeInt64: None,
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: the structure is leaked, so it lives as long as the program, and each of its
        // functions keeps what SQLite asks of it.
        let done = unsafe { ffi::sqlite3_vfs_register(vfs, 1) };
        assert_eq!(done, ffi::SQLITE_OK, "the simulated disk could not be put under SQLite");
    });
}

/// What SQLite allocates for an open file: its own head first.
#[repr(C)]
struct SimFile {
    head: ffi::sqlite3_file,
    opened: *mut Opened,
}

struct Opened {
    disk: Disk,
    id: u64,
    /// Its path, if it is to be deleted when it is closed.
    passing: Option<PathBuf>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The open file behind SQLite's handle.
///
/// # Safety
/// `file` was filled by [`open`] with success and not closed since.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a Opened {
    // SAFETY: by the caller's promise it is a whole `SimFile` whose `opened` is a live box.
    unsafe { &*(*file.cast::<SimFile>()).opened }
}

/// A path SQLite gave.
///
/// # Safety
/// `name` is a C string that outlives the answer.
unsafe fn path<'a>(name: *const c_char) -> &'a Path {
    // SAFETY: by the caller's promise.
    Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes()))
}

fn answer(done: Result<(), No>, failed: c_int) -> c_int {
    match done {
        Ok(()) => ffi::SQLITE_OK,
        Err(No::Busy) => ffi::SQLITE_BUSY,
        Err(No::Full) => ffi::SQLITE_FULL,
        Err(No::Absent | No::Failed | No::Nothing) => failed,
    }
}

fn at(offset: i64) -> usize {
    usize::try_from(offset).unwrap_or(0)
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // Without methods SQLite does not close what could not be opened.
    // SAFETY: SQLite gives `szOsFile` bytes, which a `SimFile` fits in.
    unsafe { (*file).pMethods = ptr::null() };
    let (disk, path) = if name.is_null() {
        scratch()
    } else {
        // SAFETY: SQLite's file names are C strings that live as long as the file is open.
        let path = unsafe { path(name) };
        let Some(disk) = Disk::of(path) else { return ffi::SQLITE_CANTOPEN };
        (disk, path.to_path_buf())
    };
    let Ok(id) = disk.open(&path, flags & ffi::SQLITE_OPEN_CREATE != 0) else {
        return ffi::SQLITE_CANTOPEN;
    };
    let passing = (flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0).then_some(path);
    let opened = Box::into_raw(Box::new(Opened { disk, id, passing }));
    // SAFETY: as above; `out` may be absent.
    unsafe {
        let own = file.cast::<SimFile>();
        (*own).opened = opened;
        (*own).head.pMethods = &raw const METHODS;
        if !out.is_null() {
            *out = flags;
        }
    }
    ffi::SQLITE_OK
}

/// A file without a name, on a disk of its own.
fn scratch() -> (Disk, PathBuf) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    (Disk::nowhere(), PathBuf::from(format!("/a passing file/{count}")))
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: SQLite's file names are C strings.
    let path = unsafe { path(name) };
    let Some(disk) = Disk::of(path) else { return ffi::SQLITE_IOERR_DELETE };
    match disk.delete(path, sync_folder != 0) {
        Err(No::Absent) => ffi::SQLITE_IOERR_DELETE_NOENT,
        done => answer(done, ffi::SQLITE_IOERR_DELETE),
    }
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's file names are C strings.
    let path = unsafe { path(name) };
    let is_there = Disk::of(path).is_some_and(|disk| disk.exists(path));
    // SAFETY: SQLite wants the answer there.
    unsafe { *out = c_int::from(is_there) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite's file names are C strings.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if bytes.len() > at(room.into()) || bytes.first() != Some(&b'/') {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: there is room for so many bytes, and the two do not overlap.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len()) };
    ffi::SQLITE_OK
}

/// The same numbers each time: SQLite needs them to tell journals apart, and no more.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, count: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives so many bytes to fill.
    let bytes = unsafe { slice::from_raw_parts_mut(out.cast::<u8>(), at(count.into())) };
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    for byte in bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *byte = state.to_be_bytes()[0];
    }
    count
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    let time = Duration::from_micros(microseconds.unsigned_abs().into());
    let disk = CURRENT.with(|current| current.borrow().clone());
    if let Some(disk) = disk {
        disk.sleep(time);
    }
    microseconds
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite wants the answer there.
    unsafe { *out = NOON };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once, and uses it no more; the box was made in `open`.
    let own = unsafe { Box::from_raw((*file.cast::<SimFile>()).opened) };
    own.disk.close(own.id);
    if let Some(path) = &own.passing {
        // It is nobody's business any more whether it was there.
        own.disk.delete(path, true).unwrap_or(());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    count: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite gives an open file and so many bytes to fill.
    let (own, into) =
        unsafe { (opened(file), slice::from_raw_parts_mut(into.cast::<u8>(), at(count.into()))) };
    match own.disk.read(own.id, at(offset), into) {
        Ok(read) if read == into.len() => ffi::SQLITE_OK,
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(no) => answer(Err(no), ffi::SQLITE_IOERR_READ),
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    count: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite gives an open file and so many bytes.
    let (own, bytes) =
        unsafe { (opened(file), slice::from_raw_parts(from.cast::<u8>(), at(count.into()))) };
    answer(own.disk.write(own.id, at(offset), bytes), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, len: i64) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    answer(own.disk.truncate(own.id, at(len)), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    answer(own.disk.sync(own.id), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    match own.disk.size(own.id) {
        Ok(size) => {
            // SAFETY: SQLite wants the answer there.
            unsafe { *out = i64::try_from(size).unwrap_or(i64::MAX) };
            ffi::SQLITE_OK
        }
        Err(no) => answer(Err(no), ffi::SQLITE_IOERR_FSTAT),
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    answer(own.disk.lock(own.id, Level::of(level)), ffi::SQLITE_IOERR_LOCK)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    own.disk.unlock(own.id, Level::of(level));
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives an open file, and wants the answer there.
    unsafe {
        let own = opened(file);
        *out = c_int::from(own.disk.is_reserved(own.id));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector(_: *mut ffi::sqlite3_file) -> c_int {
    SECTOR
}

/// As of a usual disk: what lies beside a write that is cut off is not harmed.
unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    len: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    let found = own.disk.map(own.id, at(region.into()), at(len.into()), extend != 0);
    let (begin, code) = match found {
        Ok(begin) => (begin.cast(), ffi::SQLITE_OK),
        Err(No::Nothing) => (ptr::null_mut(), ffi::SQLITE_OK),
        Err(no) => (ptr::null_mut(), answer(Err(no), ffi::SQLITE_IOERR_SHMMAP)),
    };
    // SAFETY: SQLite wants the answer there.
    unsafe { *out = begin };
    code
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    let mask = u8::try_from(((1_u32 << count) - 1) << offset).unwrap_or(u8::MAX);
    let held = match flags & ffi::SQLITE_SHM_EXCLUSIVE {
        0 => Held { shared: mask, exclusive: 0 },
        _ => Held { shared: 0, exclusive: mask },
    };
    let take = flags & ffi::SQLITE_SHM_LOCK != 0;
    answer(own.disk.lock_shared(own.id, held, take), ffi::SQLITE_IOERR_SHMLOCK)
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let own = unsafe { opened(file) };
    own.disk.unmap(own.id);
    ffi::SQLITE_OK
}
