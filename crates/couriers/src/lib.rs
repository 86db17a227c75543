//! How reminders are *sent*: desktop notifications and signed webhooks, each behind the engine's
//! port [`engine::courier::Courier`]. A courier knows no ledger and decides nothing about retries:
//! it hands over, within its limits of time and size, and says what became of it.

#![forbid(unsafe_code)]

pub mod desktop;
mod text;
pub mod webhook;
