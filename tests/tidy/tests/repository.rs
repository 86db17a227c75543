//! The house rules, over everything in this repository.

#![forbid(unsafe_code)]

use std::path::Path;

#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sources = tidy::sources(&root).expect("the repository can be read");
    assert!(sources.iter().any(|source| source.path == "Cargo.toml"), "this is not the repository");
    let found = tidy::rules::check(&sources);
    let list: String = found.iter().map(|finding| format!("  {finding}\n")).collect();
    assert!(found.is_empty(), "{} to tidy up:\n{list}", found.len());
}
