//! The host behind the one command. A ledger that cannot be opened is a refusal of the call, in
//! the one sentence that the page then shows; the next call tries again.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use engine::{Actor, Engine, clock::SystemClock, place::Place, programs};
use serde_json::Value;
use wire::{Code, EngineHost, Fault, Request, dispatch, dto::Open};

/// The way to the host.
pub struct Door {
    place: Place,
    /// The directory the user named, if one was.
    named: Option<PathBuf>,
    /// What the window was started for.
    open: Mutex<Option<Open>>,
    host: Mutex<Option<Arc<EngineHost>>>,
    /// What follows once the ledger is open.
    opened: Box<dyn Fn(Arc<EngineHost>) + Send + Sync>,
}

impl Door {
    /// A door to the ledger at this place, not opened yet; `opened` is called once when it is.
    pub fn new(
        place: Place,
        named: Option<&Path>,
        open: Option<Open>,
        opened: impl Fn(Arc<EngineHost>) + Send + Sync + 'static,
    ) -> Self {
        let named = named.map(Path::to_path_buf);
        let open = Mutex::new(open);
        Self { place, named, open, host: Mutex::new(None), opened: Box::new(opened) }
    }

    /// The host, opened at the first call that succeeds.
    ///
    /// # Errors
    /// Why the ledger cannot be opened.
    pub fn host(&self) -> Result<Arc<EngineHost>, Fault> {
        let mut known = self.host.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = &*known {
            return Ok(host.clone());
        }
        let opened = Engine::open(&self.place.data, Actor::Window, Arc::new(SystemClock::new()));
        if let Err(error) = &opened {
            let log = self.place.state.join("service.log");
            // Where it cannot be started, the command line says so.
            programs::replace_stopped(error, self.named.as_deref(), &log).unwrap_or(false);
        }
        let engine = opened?.in_place(&self.place);
        let host = EngineHost::on_desktop(Arc::new(engine), &self.place, self.named.as_deref());
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let host = Arc::new(host.opened_for(open));
        *known = Some(host.clone());
        drop(known);
        (self.opened)(host.clone());
        Ok(host)
    }

    /// What the next window is opened for.
    pub fn open_next(&self, open: Option<Open>) {
        let known = self.host.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(host) => host.open_next(open),
            None => *self.open.lock().unwrap_or_else(PoisonError::into_inner) = open,
        }
    }

    fn answer(&self, request: Value) -> Result<Value, Fault> {
        let request: Request = serde_json::from_value(request)
            .map_err(|e| Fault::new(Code::Other, format!("the request was not understood: {e}")))?;
        dispatch(&*self.host()?, request)
    }
}

/// Answers off the thread that draws: the ledger is read and written synchronously.
pub async fn ask(door: Arc<Door>, request: Value) -> Result<Value, Fault> {
    let answer = tauri::async_runtime::spawn_blocking(move || door.answer(request)).await;
    answer.unwrap_or_else(|error| {
        Err(Fault::new(Code::Other, format!("the call broke off: {error}")))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A door to a ledger in a folder of its own, and how often it was opened.
    fn door(folder: &Path) -> (Door, Arc<AtomicU32>) {
        let place = Place::choose(Some(folder), |_| None).expect("a place");
        let opened = Arc::new(AtomicU32::new(0));
        let count = opened.clone();
        let told = move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        };
        (Door::new(place, Some(folder), None, told), opened)
    }

    #[test]
    fn what_is_not_a_request_is_refused_in_words() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let (door, _) = door(folder.path());
        let said = door.answer(serde_json::json!({"cmd": "dance"})).expect_err("a refusal");
        assert!(said.message.starts_with("the request was not understood: "), "{}", said.message);
    }

    #[cfg(unix)]
    #[test]
    fn trying_again_helps_once_the_ledger_can_be_opened() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let folder = tempfile::tempdir().expect("a temp folder");
        let mode = |bits| fs::set_permissions(folder.path(), fs::Permissions::from_mode(bits));
        let (door, opened) = door(folder.path());
        let ask = || door.answer(serde_json::json!({"cmd": "status", "args": {}}));
        mode(0o755).expect("a mode");
        let said = ask().expect_err("others may enter it");
        assert!(said.message.contains("chmod 700"), "{}", said.message);
        assert_eq!(opened.load(Ordering::Relaxed), 0);
        mode(0o700).expect("a mode");
        ask().expect("an answer");
        ask().expect("another");
        assert_eq!(opened.load(Ordering::Relaxed), 1);
    }
}
