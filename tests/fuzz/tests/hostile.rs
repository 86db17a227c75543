//! Aim: no text from outside makes a reader panic, hang or contradict itself.
//! Method: some thousands of hostile inputs for each reader, from seeds; `./dev fuzz` tries more.
//! A failing seed is said; every input that ever failed stays below as a case of its own.

use fuzz::{
    Target, hostile,
    random_rules::{Random, seeds},
};

fn many(target: Target, usual: u64) {
    for seed in seeds(usual) {
        let input = hostile::input(target, &mut Random(seed));
        let tried = std::panic::catch_unwind(|| target.try_on(&input));
        assert!(tried.is_ok(), "seed {seed}: {}", String::from_utf8_lossy(&input));
    }
}

#[test]
fn hostile_rules() {
    many(Target::Rrule, 4_000);
}

#[test]
fn hostile_calendar_files() {
    many(Target::Ics, 600);
}

#[test]
fn hostile_cards() {
    many(Target::Vcf, 1_500);
}

#[test]
fn hostile_lines_of_quick_add() {
    many(Target::Quick, 5_000);
}
