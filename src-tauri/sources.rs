//! Whether the UI that lies built in `ui/dist` is that of the sources beside it. The window carries what
//! lies there, however old: so what it was made of is kept with it, and compared before each build.
//! `ui/vite.config.ts` computes the same fingerprint.

use std::{fs, io, path::Path};

/// What the UI is made of, below `ui`.
pub const PARTS: [&str; 6] =
    ["index.html", "package-lock.json", "public", "src", "svelte.config.js", "vite.config.ts"];
/// The file in `ui/dist` that names what it was made of.
const NAMES: &str = "dist/sources.txt";

/// Why a window with what lies in `ui/dist` would not be of these sources.
pub fn refusal(ui: &Path) -> Option<String> {
    let found = match fingerprint(ui) {
        Ok(found) => found,
        Err(error) => return Some(format!("the UI's sources cannot be read: {error}")),
    };
    let what = match fs::read_to_string(ui.join(NAMES)) {
        Ok(built) if built.trim() == found => return None,
        Ok(_) => "ui/dist was built of other sources than those in ui",
        Err(_) => "ui/dist is not built, or by an older version",
    };
    Some(format!("{what}: build it with `npm run build` in ui"))
}

/// FNV-1a over the names and bytes of all parts but tests, in the order of their names.
fn fingerprint(ui: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    for part in PARTS {
        collect(ui, part.to_owned(), &mut names)?;
    }
    names.retain(|name| !name.ends_with(".test.ts"));
    names.sort_unstable();
    let mut hash: u32 = 0x811c_9dc5;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    };
    for name in &names {
        take(name.as_bytes());
        take(&[0]);
        take(&fs::read(ui.join(name))?);
    }
    Ok(format!("{hash:08x}"))
}

fn collect(ui: &Path, name: String, names: &mut Vec<String>) -> io::Result<()> {
    let path = ui.join(&name);
    if !path.is_dir() {
        names.push(name);
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let file = entry?.file_name();
        collect(ui, format!("{name}/{}", file.to_string_lossy()), names)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ui_that_is_in_the_window_is_that_of_the_sources() {
        assert_eq!(refusal(Path::new("ui")), None);
    }

    #[test]
    fn what_was_built_of_other_sources_is_refused_with_the_command_that_mends_it() {
        let ui = tempfile::tempdir().expect("a directory");
        let write = |name: &str, text: &str| fs::write(ui.path().join(name), text).expect(name);
        for folder in ["dist", "public", "src", "src/views"] {
            fs::create_dir(ui.path().join(folder)).expect(folder);
        }
        for name in ["index.html", "package-lock.json", "svelte.config.js", "vite.config.ts"] {
            write(name, name);
        }
        write("src/views/Week.svelte", "a week");
        let is_refused = |why: &str| {
            let said = refusal(ui.path()).unwrap_or_default();
            said.contains(why) && said.contains("`npm run build` in ui")
        };
        assert!(is_refused("not built"));
        write(NAMES, &fingerprint(ui.path()).expect("a fingerprint"));
        assert_eq!(refusal(ui.path()), None);
        write("src/views/week.test.ts", "a test");
        assert_eq!(refusal(ui.path()), None, "tests are no part of it");
        write("src/views/Week.svelte", "another week");
        assert!(is_refused("other sources"));
        write("src/views/Week.svelte", "a week");
        assert_eq!(refusal(ui.path()), None);
        write("src/views/Day.svelte", "");
        assert!(is_refused("other sources"));
    }
}
