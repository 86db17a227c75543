//! The rules, by subject, and the one list of them all.

pub mod commands;
pub mod couriers;
pub mod crates;
pub mod ledger;
pub mod migrations;
pub mod shape;
pub mod ui;
pub mod words;
pub mod world;

use crate::{Finding, Source};

/// Looks at one file.
pub type Rule = fn(&Source) -> Vec<Finding>;

/// Every rule that looks at one file at a time.
pub const RULES: &[Rule] = &[
    crates::dependencies_are_on_the_list,
    crates::lints_are_taken_over,
    crates::bugs_are_planted_in_the_simulator,
    ledger::deliveries_move_by_token,
    ledger::deliveries_stay,
    world::clock_is_read_in_one_place,
    world::sql_stays_in_the_ledger,
    world::calendar_is_given_its_zones,
    ui::platform_is_the_only_door,
    ui::arithmetic_knows_no_framework,
    ui::arithmetic_knows_no_instants,
    commands::commands_are_one_expression,
    shape::files_are_short,
    shape::functions_are_short,
    shape::modules_say_what_they_are_for,
    words::nothing_is_left_to_do,
    words::no_test_is_ignored,
    words::no_test_sleeps,
    words::nothing_is_unwrapped,
    words::no_path_of_a_machine,
    words::packages_come_from_the_public_registry,
];

/// Everything that is wrong in these files.
pub fn check(sources: &[Source]) -> Vec<Finding> {
    let each = sources.iter().flat_map(|source| RULES.iter().flat_map(move |rule| rule(source)));
    each.chain(commands::commands_are_registered_and_permitted(sources))
        .chain(couriers::couriers_conform(sources))
        .chain(migrations::released_migrations_stay(sources))
        .collect()
}

/// A finding for each line of `text` in which one of `words` stands, at most one a line.
fn lines_saying(source: &Source, text: &str, words: &[&str], instead: &str) -> Vec<Finding> {
    let said = |line: &str| words.iter().find(|word| says(line, word)).copied();
    text.lines()
        .enumerate()
        .filter_map(|(n, line)| {
            said(line).map(|word| Finding::at(source, n + 1, format!("`{word}`: {instead}")))
        })
        .collect()
}

/// Whether the word stands in the line by itself, not as a part of a longer name.
fn says(line: &str, word: &str) -> bool {
    let of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let begins = !word.starts_with(of_name) || !before.is_some_and(of_name);
        let ends = !word.ends_with(of_name) || !after.is_some_and(of_name);
        begins && ends
    })
}

/// A rule tried on a good and on a bad text.
#[cfg(test)]
pub(crate) mod tried {
    use super::*;

    #[track_caller]
    pub fn good(rule: Rule, path: &str, text: &str) {
        let found = rule(&Source::new(path, text));
        assert!(found.is_empty(), "{path}\n{text}\nwas refused: {}", found[0]);
    }

    /// The message must hold `named`, which is the word found or what to do instead.
    #[track_caller]
    pub fn bad(rule: Rule, path: &str, text: &str, named: &str) {
        let found = rule(&Source::new(path, text));
        assert!(!found.is_empty(), "{path}\n{text}\nwas let through");
        assert!(found[0].message.contains(named), "{named} is not in: {}", found[0]);
    }
}
