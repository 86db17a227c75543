//! Files dropped on the window. On Linux the web engine keeps them from its page, so the toolkit
//! gives them to us: they are read here, off the thread that draws, and handed to the page, which
//! looks at them before anything is taken in. The page names no path and cannot ask for one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tauri::{AppHandle, DragDropEvent, Emitter};
use wire::dto::{DroppedFile, Dropping};

/// Tells the page what is carried over it.
const DROPPING: &str = "dropping";
/// How many files at once, and how many are spoken of.
const FILES: usize = 50;
const NAMED: usize = 200;
/// The largest file that crosses to the page, and all together.
const LARGEST: u64 = 32 << 20;
const TOGETHER: u64 = 128 << 20;

/// Passes on to the window of this label what the pointer carries.
pub fn carry(app: &AppHandle, label: &'static str, event: &DragDropEvent) {
    match event {
        DragDropEvent::Enter { .. } => tell(app, label, Dropping::Over),
        DragDropEvent::Leave => tell(app, label, Dropping::Left),
        DragDropEvent::Drop { paths, .. } => {
            let (app, paths) = (app.clone(), paths.clone());
            tauri::async_runtime::spawn_blocking(move || {
                tell(&app, label, Dropping::Files { files: read_all(&paths) });
            });
        }
        // It is over the window already, and other kinds are for the toolkit.
        _ => {}
    }
}

fn tell(app: &AppHandle, label: &str, what: Dropping) {
    if let Err(error) = app.emit_to(label, DROPPING, what) {
        eprintln!("carillon-desktop: the page could not be told of dropped files: {error}");
    }
}

fn read_all(paths: &[PathBuf]) -> Vec<DroppedFile> {
    let mut room = TOGETHER;
    let take = |(at, path): (usize, &PathBuf)| {
        let file = if at < FILES { read(path, room) } else { refused(path, 0, "50 files at once") };
        room = room.saturating_sub(file.text.as_ref().map_or(0, |text| text.len() as u64));
        file
    };
    paths.iter().take(NAMED).enumerate().map(take).collect()
}

/// A file with its text, or why it has none. Of one that is too large the page says so itself.
fn read(path: &Path, room: u64) -> DroppedFile {
    let meta = match fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) => return refused(path, 0, &error.to_string()),
    };
    let size = meta.len();
    if !meta.is_file() {
        return refused(path, 0, "this is no file: drop the files that are in a folder");
    }
    if size > LARGEST {
        return DroppedFile { name: name(path), size, text: None, refused: None };
    }
    if size > room {
        return refused(path, size, "too much at once: drop it after the others");
    }
    match fs::read(path) {
        Ok(bytes) => {
            let text = Some(String::from_utf8_lossy(&bytes).into_owned());
            DroppedFile { name: name(path), size, text, refused: None }
        }
        Err(error) => refused(path, size, &error.to_string()),
    }
}

fn refused(path: &Path, size: u64, why: &str) -> DroppedFile {
    let name = name(path);
    let refused = Some(format!("{name} could not be read: {why}"));
    DroppedFile { name, size, text: None, refused }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_files_are_read_and_what_cannot_be_says_why() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let town = folder.path().join("Town.ics");
        fs::write(&town, "BEGIN:VCALENDAR").expect("written");
        let gone = folder.path().join("gone.vcf");
        let files = read_all(&[town.clone(), folder.path().to_path_buf(), gone]);
        let [first, second, third] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!(
            (first.name.as_str(), first.text.as_deref()),
            ("Town.ics", Some("BEGIN:VCALENDAR"))
        );
        assert!(second.refused.as_ref().is_some_and(|why| why.contains("no file")), "{second:?}");
        assert!(third.refused.as_ref().is_some_and(|why| why.starts_with("gone.vcf could not")));
        assert!(read(&town, 3).refused.is_some_and(|why| why.contains("too much at once")));
    }

    #[test]
    fn more_than_fifty_are_named_but_not_read() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let town = folder.path().join("Town.ics");
        fs::write(&town, "BEGIN:VCALENDAR").expect("written");
        let files = read_all(&vec![town; 52]);
        assert_eq!(files.iter().filter(|file| file.text.is_some()).count(), 50);
        assert!(files[51].refused.as_ref().is_some_and(|why| why.contains("50 files at once")));
    }
}
