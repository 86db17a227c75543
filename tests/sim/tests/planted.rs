//! Aim: a checker that cannot fail is worth nothing. Method: each of the planted bugs has to be
//! found by one of the first hundred seeds, whose lives are whole when no bug is planted.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use engine::planted::Planted;
use simulator::{campaign::Verdict, plan::Plan};

/// The seed that finds a bug, and what it says.
fn found(bug: Planted) -> Option<(u64, String)> {
    (0..100).find_map(|seed| {
        let sound = Plan::of(seed, 10);
        let planted = Plan { bug: Some(bug), ..sound.clone() };
        let said = Verdict::of(&planted).wrong.into_iter().next()?;
        // What is wrong without it is not what it does.
        Verdict::of(&sound).wrong.is_empty().then_some((seed, said))
    })
}

#[test]
fn each_planted_bug_is_found_within_a_hundred_seeds() {
    // A panic is a finding, too.
    std::panic::set_hook(Box::new(|_| ()));
    let (next, escaped) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((name, bug)) = Planted::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            match found(*bug) {
                Some((seed, said)) => println!("{name}: seed {seed}: {said:.200}"),
                None => {
                    println!("{name}: ESCAPED");
                    escaped.lock().expect("a list").push(*name);
                }
            }
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, Into::into);
        (0..cores).for_each(|_| drop(scope.spawn(work)));
    });
    drop(std::panic::take_hook());
    let escaped = escaped.into_inner().expect("a list");
    assert!(escaped.is_empty(), "{escaped:?} escaped");
}

#[test]
fn an_heir_that_waits_is_found_by_the_rule_of_heirs() {
    let found = (0..100).find(|seed| {
        let planted = Plan { bug: Some(Planted::HeirWaits), ..Plan::of(*seed, 10) };
        let wrong = Verdict::of(&planted).wrong;
        wrong.iter().any(|what| what.starts_with("i03_an_heir_takes_over"))
    });
    println!("found by seed {}", found.expect("it is found"));
}
