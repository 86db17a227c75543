//! Migrations: what was released is never edited, or a ledger made by one program and the same
//! ledger brought up by another would differ. A change is a further step.

use crate::{Finding, Source};

const FOLDER: &str = "crates/engine/src/ledger/migrations";

/// The steps that ledgers of their own are kept of (`tests/data/ledgers`), with the checksum of
/// each: at the latest those of a release. Until then a step may be edited.
const RELEASED: &[(&str, u64)] = &[("0001.sql", 0xb353_211f_0d67_63c4)];

/// Every released step is there, as it was.
pub fn released_migrations_stay(sources: &[Source]) -> Vec<Finding> {
    changed(sources, RELEASED)
}

fn changed(sources: &[Source], released: &[(&str, u64)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, sum) in released {
        let path = format!("{FOLDER}/{name}");
        let step = sources.iter().find(|source| source.path == path);
        let now = step.map_or(0, |source| checksum(&source.text));
        if now != *sum {
            let source = step.cloned().unwrap_or_else(|| Source::new(&path, ""));
            let message = format!(
                "this step is released with the checksum {sum:#018x} and has {now:#018x}: leave it as it was and write a further one"
            );
            found.push(Finding::at(&source, 1, message));
        }
    }
    found
}

/// FNV-1a.
fn checksum(text: &str) -> u64 {
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_migration_is_never_edited() {
        let step = |text: &str| Source::new(&format!("{FOLDER}/0001.sql"), text);
        let released = [("0001.sql", checksum("CREATE TABLE a (b);"))];
        assert_eq!(changed(&[step("CREATE TABLE a (b);")], &released).len(), 0);
        assert_eq!(changed(&[step("CREATE TABLE a (b, c);")], &released).len(), 1);
        assert_eq!(changed(&[], &released).len(), 1, "nor removed");
        assert_eq!(changed(&[step("CREATE TABLE a (b, c);")], &[]).len(), 0, "not released");
    }
}
