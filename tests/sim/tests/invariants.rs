//! The list of invariants has each of them, and names for each a rule of the judge or a test.

use std::{collections::BTreeSet, fs, path::Path};

/// How many there are.
const INVARIANTS: u32 = 27;

/// Every name of a test in the Rust sources below.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            tests(&path, found);
        } else if path.extension().is_some_and(|is| is == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                if line == "#[test]" || line.starts_with("#[tokio::test") {
                    is_test = true;
                } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
                    found.extend(rest.split('(').next().map(ToOwned::to_owned));
                    is_test = false;
                }
            }
        }
    }
}

/// What stands between backquotes, folders and files aside.
fn named(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).filter(|name| !name.contains('/')).collect()
}

#[test]
fn each_invariant_is_held_by_a_rule_or_a_test_that_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = fs::read_to_string(root.join("docs/invariants.md")).expect("the list");
    let rules = simulator::judge::names();
    let mut known: BTreeSet<String> = rules.iter().map(ToString::to_string).collect();
    for folder in ["crates", "tests"] {
        tests(&root.join(folder), &mut known);
    }
    for number in 1..=INVARIANTS {
        let begin = format!("| I{number} |");
        let lines: Vec<_> = list.lines().filter(|line| line.starts_with(&begin)).collect();
        assert_eq!(lines.len(), 1, "the list has I{number} once");
        assert!(!named(lines[0]).is_empty(), "nothing holds I{number}");
    }
    let missing: Vec<_> = named(&list).into_iter().filter(|name| !known.contains(*name)).collect();
    assert!(missing.is_empty(), "the list names {missing:?}, which are nowhere");
    let unlisted: Vec<_> = rules.iter().filter(|rule| !named(&list).contains(**rule)).collect();
    assert!(unlisted.is_empty(), "the list does not name {unlisted:?}");
}
