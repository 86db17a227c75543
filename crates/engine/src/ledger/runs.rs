//! Runs of workflows: rows of table `delivery` of one series that are due and not over.

use std::collections::BTreeMap;

use calendar::{
    id::{DeliveryId, EventId},
    plan::Identity,
    policy::Overlap,
};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{column, ms};
use crate::error::Result;

/// A run that is due and not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Its delivery.
    pub delivery: DeliveryId,
    /// Whether it was tried.
    pub begun: bool,
}

/// The events whose runs do not overlap, and what they wish.
///
/// # Errors
/// When the ledger cannot be read.
pub fn wishes(tx: &Transaction<'_>) -> Result<BTreeMap<EventId, Overlap>> {
    let sql = "SELECT id, overlap FROM event WHERE overlap <> 'allow'";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement
        .query_map([], |row| Ok((EventId::from_bytes(row.get(0)?), column(row, "overlap")?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The runs of a series that are due by now and not over, the first due first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn going_on(tx: &Transaction<'_>, of: &Identity, now: Timestamp) -> Result<Vec<Run>> {
    let sql = "SELECT id, attempts > 0 FROM delivery WHERE subject = ?1 AND reminder = ?2 AND +channel = ?3
        AND +due <= ?4 AND live
        AND (use_by IS NULL OR use_by > ?4 OR state = 'processing') ORDER BY due, id";
    let mut statement = tx.prepare_cached(sql)?;
    let values = params![of.subject, of.reminder, of.channel.bytes(), ms(now)];
    let rows = statement.query_map(values, |row| {
        Ok(Run { delivery: DeliveryId::from_bytes(row.get(0)?), begun: row.get(1)? })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use calendar::id::ChannelId;

    use super::{super::Ledger, *};

    const ROW: &str =
        "INSERT INTO delivery (id, key, subject, occurrence, reminder, channel, gen, state, reason, due,
        schedule, use_by, over, grace, collapse, label, starts, ends, tzdata, created_at, updated_at)
        VALUES (?1, printf('occ_%026d', ?2), 'evt', 'o=' || ?2, ?3, zeroblob(16), 0, 'scheduled', 'planned', ?4, '',
        ?5, 'end', 60, 'latest', '', 0, 0, '', 0, 0)";
    const CLAIMED: &str =
        "UPDATE delivery SET state = 'processing', reason = 'claimed', attempts = 1, token = 1,
        owner = zeroblob(16), payload = x'00' WHERE id = ?1 AND token = 0";

    #[test]
    fn a_run_that_is_over_leaves_room_unless_it_is_being_sent() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = Ledger::open(&folder.path().join("ledger")).expect("a ledger");
        let of = Identity {
            subject: "evt".into(),
            occurrence: "o=1".into(),
            reminder: "t:PT0M".into(),
            channel: ChannelId::DESKTOP,
        };
        let going = ledger.write(|tx| {
            // Each with its trigger, its moment, its end, and whether it is being sent.
            let rows: [(u8, &str, i64, Option<i64>, bool); 7] = [
                (1, "t:PT0M", 100, Some(999), false),
                (2, "t:PT0M", 200, Some(1_000), false),
                (3, "t:PT0M", 300, Some(1_001), false),
                (4, "t:PT0M", 400, None, false),
                (5, "t:PT0M", 500, Some(900), true),
                (6, "t:PT0M", 1_001, None, false),
                (7, "t:PT5M", 600, None, false),
            ];
            for (n, trigger, due, use_by, sends) in rows {
                tx.execute(ROW, params![[n; 16], n, trigger, due, use_by])?;
                if sends {
                    tx.execute(CLAIMED, [[n; 16]])?;
                }
            }
            going_on(tx, &of, super::super::moment(1_000))
        });
        let going: Vec<_> =
            going.expect("asked").iter().map(|run| (run.delivery.bytes()[0], run.begun)).collect();
        assert_eq!(going, [(3, false), (4, false), (5, true)]);
    }
}
