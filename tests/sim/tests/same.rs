//! Aim: a seed that failed can be looked at again. Method: the same life twice, also beside others.

use std::thread;

use simulator::{plan::Plan, run};

#[test]
fn the_same_seed_is_the_same_life() {
    // Two services and one, journeys, power cuts, pauses and copies put back.
    for seed in [3, 7, 12, 21] {
        let live = move || {
            let outcome = run(&Plan::of(seed, 6));
            let hash = outcome.hash();
            let rows = outcome.stories.into_iter().map(|story| format!("{story:?}"));
            (outcome.trace, rows.collect::<Vec<_>>(), hash)
        };
        let beside = thread::spawn(live);
        let (one, other) = (live(), beside.join().expect("a life"));
        assert!(!one.0.is_empty());
        assert_eq!(one, other, "seed {seed}");
    }
}
