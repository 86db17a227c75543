//! Table `statistic`: how many deliveries came to which end on each day, and how late they were told,
//! in classes that double. It is written with the step it counts.

use calendar::delivery::{Class, State};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::ms;
use crate::error::Result;

const DAY_MS: i64 = 86_400_000;
/// The classes of lateness double up to this many milliseconds: twelve days.
const LONGEST: i64 = 1 << 30;

/// Counts a delivery that reached this state; with when it was due, if it was told.
///
/// # Errors
/// When the ledger cannot be written.
pub fn count(tx: &Transaction<'_>, to: State, due: Timestamp, now: Timestamp) -> Result<()> {
    if to.class() == Class::Live {
        return Ok(());
    }
    add(tx, now, to.code())?;
    match to {
        State::Completed => add(tx, now, &format!("within:{}", class_of(ms(now) - ms(due)))),
        _ => Ok(()),
    }
}

/// The least power of two milliseconds that is not exceeded.
fn class_of(late: i64) -> i64 {
    let late = u64::try_from(late.clamp(1, LONGEST)).unwrap_or(1);
    i64::try_from(late.next_power_of_two()).unwrap_or(LONGEST)
}

fn add(tx: &Transaction<'_>, now: Timestamp, what: &str) -> Result<()> {
    let sql = "INSERT INTO statistic (day, what, n) VALUES (?1, ?2, 1)
        ON CONFLICT (day, what) DO UPDATE SET n = n + 1";
    tx.prepare_cached(sql)?.execute(params![ms(now).div_euclid(DAY_MS), what])?;
    Ok(())
}

/// What was counted since, by what it is, in order of that.
///
/// # Errors
/// When the ledger cannot be read.
pub fn since(tx: &Transaction<'_>, at: Timestamp) -> Result<Vec<(String, u64)>> {
    let sql = "SELECT what, sum(n) FROM statistic WHERE day >= ?1 GROUP BY what ORDER BY what";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map([ms(at).div_euclid(DAY_MS)], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::class_of;

    #[test]
    fn lateness_falls_into_classes_that_double() {
        let wanted =
            [(-5, 1), (0, 1), (1, 1), (2, 2), (3, 4), (60_000, 65_536), (i64::MAX, 1 << 30)];
        for (late, class) in wanted {
            assert_eq!(class_of(late), class, "{late}");
        }
    }
}
