//! What an edit and its undo leave otherwise than it was.

use crate::hand::RINGS;

/// What rings otherwise after a change was taken back, if anything does. Where nobody planned for a day,
/// the change plans what was missed, which then is told soon; that alone is no difference.
pub(super) fn difference(before: &[String], after: &[String], is_planned: bool) -> Option<String> {
    let at = |ring: &String| ring.rsplit_once(", at ").map(|(_, at)| at.to_owned());
    let last = after.iter().filter_map(at).max();
    let is_missed = |ring: &String| !is_planned && ring.ends_with(", soon");
    // Only so many are looked at: what was missed takes the place of the last of them.
    let is_full = !is_planned && before.len() == RINGS;
    let is_beyond = |ring: &String| is_full && at(ring).is_some_and(|at| last <= Some(at));
    let added = after.iter().find(|ring| !before.contains(ring) && !is_missed(ring));
    let lost = before.iter().find(|ring| !after.contains(ring) && !is_beyond(ring));
    let differs = added.is_some() || lost.is_some();
    differs.then(|| format!("{lost:?} became {added:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_missed_for_a_day_may_be_new() {
        let soon = "Event 0 of o=1, t:-PT10M by hook, soon";
        let next = "Event 0 of o=2, t:-PT10M by hook, at 2026-10-23T10:00:00Z";
        let other = "Event 0 of o=2, t:-PT10M by hook, at 2026-10-23T11:00:00Z";
        let differs = |before: &[&str], after: &[&str], is_planned| {
            let own = |rings: &[&str]| rings.iter().map(ToString::to_string).collect::<Vec<_>>();
            difference(&own(before), &own(after), is_planned).is_some()
        };
        for is_planned in [true, false] {
            assert!(!differs(&[next], &[next], is_planned));
            assert!(differs(&[next], &[], is_planned), "what lay ahead is lost");
            assert!(differs(&[next], &[other], is_planned), "it rings at another moment");
            assert!(differs(&[next], &[next, other], is_planned), "it rings once more");
            assert!(differs(&[soon, next], &[next], is_planned), "what was to be told is lost");
        }
        assert!(differs(&[next], &[soon, next], true), "nothing was missed");
        assert!(!differs(&[next], &[soon, next], false), "it was missed");
    }

    #[test]
    fn what_was_missed_hides_no_more_than_the_last() {
        let at = |n: usize| format!("Event 0 of o={n}, t:-PT10M by hook, at {n:04}");
        let before: Vec<_> = (0..RINGS).map(at).collect();
        let mut after = before.clone();
        after[RINGS - 1] = "Event 0 of o=x, t:-PT10M by hook, soon".into();
        assert_eq!(difference(&before, &after, false), None);
        assert!(difference(&before, &after, true).is_some());
        after.remove(5);
        assert!(difference(&before, &after, false).is_some());
    }
}
