//! RFC 7529's SKIP: where a day goes that its month does not have.

use super::rule::Skip;

/// The day of the month, perhaps one past its end, that stands for a day the month does not have.
///
/// One past the end is the first of the following month; it stays part of the month that pushed
/// it out when positions are counted. Days counted from the end (`-31` in a month of 30) name no
/// day near the month's end and are left out under every policy.
pub(super) fn moved(day: i32, len: u32, skip: Skip) -> Option<u32> {
    match skip {
        Skip::Omit => None,
        Skip::Backward => (day > 0).then_some(len),
        Skip::Forward => (day > 0).then_some(len + 1),
    }
}
