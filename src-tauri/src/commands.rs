//! What the window may ask for: one command, which hands every request to the host.

use std::sync::Arc;

use serde_json::Value;
use tauri::State;
use wire::Fault;

use crate::door::{Door, ask};

/// One of the calls in `wire::calls`, and its answer.
#[tauri::command]
pub async fn call(request: Value, door: State<'_, Arc<Door>>) -> Result<Value, Fault> {
    ask(door.inner().clone(), request).await
}
