//! What a person had sent as new when its time was over has a day of its own: planning does not take
//! that from it.

use calendar::timing::later;
use jiff::Timestamp;

use crate::{
    ledger::delivery::{DeliveryRow, Retimed},
    letters::ONE_DAY,
};

/// This timing for a row, which keeps its own day where it would be over before that.
pub(super) fn with_own_day<'a>(row: &DeliveryRow, to: Retimed<'a>) -> Retimed<'a> {
    let own = row.facts.use_by.filter(|end| *end == later(row.created_at, ONE_DAY));
    let is_over = |own: &Timestamp| to.use_by.is_some_and(|end| end < *own);
    match own.filter(is_over).filter(|_| row.is_asked_for()) {
        Some(end) => Retimed { use_by: Some(end), over: row.facts.over, ..to },
        None => to,
    }
}
