//! The host behind the one command. A ledger that cannot be opened is a refusal of every call, in
//! the one sentence that the page then shows.

use std::{path::Path, sync::Arc};

use engine::{Actor, Engine, clock::SystemClock, place::Place};
use serde_json::Value;
use wire::{
    Code, EngineHost, Fault, Host, Request, dispatch,
    dto::{Empty, Open},
};

/// The host, or why there is none.
pub struct Door(Result<EngineHost, Fault>);

impl Door {
    /// Opens the ledger at this place; `named` is the directory the user named, if one was.
    pub fn open(place: &Place, named: Option<&Path>, open: Option<Open>) -> Self {
        let engine = Engine::open(&place.data, Actor::Window, Arc::new(SystemClock::new()));
        let host = engine
            .map(|engine| EngineHost::on_desktop(Arc::new(engine), place, named).opened_for(open));
        Self(host.map_err(Fault::from))
    }

    fn answer(&self, request: Value) -> Result<Value, Fault> {
        let request: Request = serde_json::from_value(request)
            .map_err(|e| Fault::new(Code::Other, format!("the request was not understood: {e}")))?;
        self.0.as_ref().map_err(Clone::clone).and_then(|host| dispatch(host, request))
    }

    /// Starts the service unless one runs. The page says *Reminders are off* while none does, so
    /// a failure is only noted here.
    pub fn start_service(&self) {
        if let Ok(host) = &self.0
            && let Err(fault) = host.start_service(Empty {})
        {
            eprintln!("carillon-desktop: the service was not started: {fault}");
        }
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
    use super::*;

    #[test]
    fn without_a_ledger_every_call_says_why() {
        let door = Door(Err(Fault::new(Code::Newer, "the ledger is newer")));
        let said = door.answer(serde_json::json!({"cmd": "status", "args": {}}));
        assert_eq!(said.expect_err("a refusal").code, Code::Newer);
        let said = door.answer(serde_json::json!({"cmd": "dance"})).expect_err("a refusal");
        assert!(said.message.starts_with("the request was not understood: "), "{}", said.message);
    }
}
