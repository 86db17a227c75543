//! The shapes that cross to the window. Plain data: no zone arithmetic is left for the other side.
//!
//! Ids are strings (`evt_…`, `dlv_…`, `chn_…`, `per_…`, `cal_…`), dates `2026-11-18`, wall times minutes
//! since midnight. `original` is the opaque text of an occurrence's original local start and is handed
//! back as it came. Every mutation carries a `request_id`; the same one sent twice gives the first answer.

pub mod calendars;
pub mod change;
pub mod common;
pub mod deliveries;
pub mod editor;
pub mod inbox;
pub mod intake;
pub mod letters;
pub mod moved;
pub mod occurrence;
pub mod people;
pub mod quick;
pub mod quiet;
pub mod range;
pub mod session;
pub mod settings;

pub use calendars::*;
pub use change::*;
pub use common::*;
pub use deliveries::*;
pub use editor::*;
pub use inbox::*;
pub use intake::*;
pub use letters::*;
pub use moved::*;
pub use occurrence::*;
pub use people::*;
pub use quick::*;
pub use quiet::*;
pub use range::*;
pub use session::*;
pub use settings::*;
