//! The list of invariants names what there is, and all of the judge's rules.

use std::{collections::BTreeSet, fs, path::Path};

/// Every name of a function in the Rust sources below.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            functions(&path, found);
        } else if path.extension().is_some_and(|is| is == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            let names = text.lines().filter_map(|line| line.split_once("fn ")?.1.split('(').next());
            found.extend(names.map(ToOwned::to_owned));
        }
    }
}

#[test]
fn the_list_of_invariants_names_what_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = fs::read_to_string(root.join("docs/invariants.md")).expect("the list");
    let rules = simulator::judge::names();
    let mut known = BTreeSet::new();
    for folder in ["crates", "tests"] {
        functions(&root.join(folder), &mut known);
    }
    let named: BTreeSet<&str> =
        list.split('`').skip(1).step_by(2).filter(|name| !name.contains('/')).collect();
    let missing: Vec<_> = named.iter().filter(|name| !known.contains(**name)).collect();
    assert!(missing.is_empty(), "the list names {missing:?}, which are nowhere");
    let unlisted: Vec<_> = rules.iter().filter(|rule| !named.contains(**rule)).collect();
    assert!(unlisted.is_empty(), "the list does not name {unlisted:?}");
}
