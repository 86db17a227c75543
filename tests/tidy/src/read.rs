//! Reads the repository: every text file that is ours, none that is built, fetched or ignored.

use std::{fs, io, path::Path};

use crate::Source;

/// What holds nothing of ours (`.git` is a file in a second work tree).
const NOT_OURS: [&str; 7] = ["target", "node_modules", "dist", "dist-demo", "shots", "gen", ".git"];

/// A file larger than this is data, not something one writes.
const LARGEST: u64 = 2 * 1024 * 1024;

/// All text files below `root`, in the order of their paths.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn sources(root: &Path) -> io::Result<Vec<Source>> {
    let mut found = Vec::new();
    walk(root, "", &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            walk(&entry.path(), &path, found)?;
        } else if kind.is_file() && entry.metadata()?.len() <= LARGEST {
            let bytes = fs::read(entry.path())?;
            if let Ok(text) = String::from_utf8(bytes) {
                found.push(Source { path, text });
            }
        }
    }
    Ok(())
}
