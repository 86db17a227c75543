//! Recurrence after RFC 5545 and RFC 7529: rules as data, and the sets they make.
//!
//! [`Rule`] is what an RRULE says; [`Series`] gives it a start and answers what comes next. All
//! of it works on nominal wall times: which instant a wall time is, and what becomes of it in a
//! gap or fold, is settled in `timing`. Skipping is arithmetic: the first instance after a moment
//! costs about the same however long ago the series began.

mod count;
mod cron;
mod cursor;
mod days;
mod evaluate;
mod filter;
mod lower;
mod moved;
mod offsets;
mod parse;
mod part;
mod plan;
mod rule;
mod sentence;
mod series;
mod setpos;
mod skip;
mod subdaily;
mod write;

pub use cron::{Cron, CronError};
pub use cursor::{Cursor, SeriesEnd};
pub use moved::Starts;
pub use parse::RuleError;
pub use part::Part;
pub use rule::{ByDay, Freq, Rule, Skip, Until};
pub use sentence::Language;
pub(crate) use sentence::english_weekday;
pub use series::Series;
