//! Aim: a seed that failed can be looked at again. Method: the same life twice, also beside others.

use std::thread;

use simulator::{plan::Plan, run};

#[test]
fn the_same_seed_is_the_same_life() {
    for seed in [3, 7] {
        let live = move || {
            let outcome = run(&Plan::of(seed, 5));
            let rows = outcome.stories.into_iter().map(|story| format!("{story:?}"));
            (outcome.trace, rows.collect::<Vec<_>>())
        };
        let beside = thread::spawn(live);
        let (one, other) = (live(), beside.join().expect("a life"));
        assert!(!one.0.is_empty());
        assert_eq!(one, other, "seed {seed}");
    }
}
