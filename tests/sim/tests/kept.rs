//! What failed once stays, and holds now.

use simulator::{
    campaign::Verdict,
    kept::{read, write},
    plan::Plan,
};

#[test]
fn a_life_reads_as_it_was_written() {
    let lives = (0..300).map(|seed| (format!("of seed {seed}"), Plan::of(seed, 10)));
    let lives: Vec<_> = lives.collect();
    let text: String = lives.iter().map(|(name, plan)| write(name, plan)).collect();
    assert_eq!(read(&text).as_ref(), Ok(&lives));
    assert!(read("life one\nof 1 2 2026-10-20T06:00:00 true\n5 Kill(x)").is_err());
}

#[test]
fn what_failed_once_holds_now() {
    let lives = read(include_str!("../failed.txt")).expect("lives");
    assert!(!lives.is_empty());
    for (name, plan) in lives {
        assert_eq!(Verdict::of(&plan).wrong, Vec::<String>::new(), "{name}");
    }
}
