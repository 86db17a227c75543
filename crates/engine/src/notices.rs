//! What is on the screen and tells of no delivery: that an endpoint fails, or what is wrong with the
//! ledger. The notification service tells what is pressed only to whoever showed it, so a service of ours
//! that follows another puts each in its place again, or takes it off. That has to be known where the
//! ledger cannot be written, and means something for as long as the session lasts: it stands in a small
//! file in the folder that does so, too.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::courier::{Notice, PopUp, Screen};

/// The file's name.
const NAME: &str = "notices";

/// A notice; who showed it, to which connection of ours, and as which number.
type Posted = (Notice, String, String, u32);

/// All that is on the screen, as the file says it: the leader alone writes it.
#[derive(Debug, Clone)]
pub struct Notices {
    /// Nothing is remembered where there is no such folder.
    file: Option<PathBuf>,
}

impl Notices {
    /// What is remembered in this folder, which is made when there is something.
    pub fn in_dir(folder: Option<&Path>) -> Self {
        Self { file: folder.map(|folder| folder.join(NAME)) }
    }

    /// Notes that this was shown, and as which notification.
    pub fn shown(&self, notice: &Notice, as_it: &PopUp) {
        self.change(|all| {
            all.retain(|(known, ..)| known.key != notice.key);
            let Screen { owner, connection } = as_it.screen.clone();
            all.push((notice.clone(), owner, connection, as_it.id));
        });
    }

    /// Notes that what has this key is on the screen no more.
    pub fn withdrawn(&self, key: &str) {
        self.change(|all| all.retain(|(notice, ..)| notice.key != key));
    }

    /// Notes that this notification is no more.
    pub fn closed(&self, owner: &str, id: u32) {
        self.change(|all| all.retain(|(_, by, _, number)| (by.as_str(), *number) != (owner, id)));
    }

    /// What other connections of ours put on this screen, and as which number.
    pub fn left_on(&self, screen: &Screen) -> Vec<(Notice, u32)> {
        let all = self.read().into_iter();
        let left = all.filter(|(_, by, to, _)| *by == screen.owner && *to != screen.connection);
        left.map(|(notice, _, _, id)| (notice, id)).collect()
    }

    fn read(&self) -> Vec<Posted> {
        let text = self.file.as_ref().and_then(|file| fs::read(file).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Posted>)) {
        let Some(file) = &self.file else { return };
        let before = self.read();
        let mut all = before.clone();
        change(&mut all);
        if all != before
            && let Err(error) = write(file, &all)
        {
            tracing::debug!(%error, "buttons of what is shown now end with this service");
        }
    }
}

/// The whole of it takes the place of the file there was.
fn write(file: &Path, all: &[Posted]) -> io::Result<()> {
    if all.is_empty() {
        return fs::remove_file(file).or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        });
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.exists()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let fresh = file.with_extension(format!("new{}", std::process::id()));
    let mut made =
        OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&fresh)?;
    made.write_all(&serde_json::to_vec(all)?)?;
    fs::rename(&fresh, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(connection: &str) -> Screen {
        Screen { owner: "bus :1.7".into(), connection: connection.into() }
    }

    fn notice(key: &str) -> Notice {
        Notice {
            key: key.into(),
            title: format!("About {key}"),
            body: "of\ntwo lines".into(),
            alarm: false,
            digest_of: Some(3),
            snooze_minutes: None,
            again: false,
        }
    }

    #[test]
    fn what_another_connection_showed_is_known_until_it_is_closed() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let place = folder.path().join("made/when/written");
        let notices = Notices::in_dir(Some(&place));
        for (key, id) in [("one", 1), ("two", 2), ("three", 3), ("two", 4)] {
            notices.shown(&notice(key), &PopUp { screen: screen(":1.1"), id });
        }
        let next = Notices::in_dir(Some(&place));
        assert_eq!(next.left_on(&screen(":1.1")), []);
        let left = [(notice("one"), 1), (notice("three"), 3), (notice("two"), 4)];
        assert_eq!(next.left_on(&screen(":1.2")), left);
        next.closed("bus :1.7", 3);
        next.withdrawn("one");
        assert_eq!(next.left_on(&screen(":1.2")), [(notice("two"), 4)]);
        let elsewhere = Screen { owner: "bus :1.8".into(), connection: ":1.2".into() };
        assert_eq!(next.left_on(&elsewhere), []);
        next.withdrawn("two");
        assert_eq!(fs::read_dir(&place).expect("a folder").count(), 0);
        Notices::in_dir(None).shown(&notice("one"), &PopUp { screen: screen(":1.1"), id: 1 });
    }
}
