//! The sample files that hostile ones are made from.

use std::{fs, path::Path, sync::LazyLock};

/// All calendar files among the samples, in the order of their names.
pub fn calendars() -> &'static [Vec<u8>] {
    static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| of_kind("ics"));
    &FILES
}

/// All files of cards.
pub fn cards() -> &'static [Vec<u8>] {
    static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| of_kind("vcf"));
    &FILES
}

fn of_kind(kind: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data").join(kind);
    let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == kind));
    paths.sort();
    assert!(!paths.is_empty(), "{} has samples", folder.display());
    paths.iter().map(|path| fs::read(path).expect("a readable file")).collect()
}
