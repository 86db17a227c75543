//! The service's own log: a file only its owner may read, which grows to a bound and then makes room
//! for the next; a few of the earlier ones are kept. What cannot be written to it is lost.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The file's name.
pub const NAME: &str = "service.log";
/// It grows to so many bytes.
const MOST: u64 = 1_000_000;
/// So many there are, with the one that is written.
const FILES: u32 = 5;

/// A log that is written.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    most: u64,
    file: Option<File>,
    size: u64,
}

impl Log {
    /// The log in this folder, which is made if it is not there.
    pub fn in_dir(folder: &Path) -> Self {
        Self { path: folder.join(NAME), most: MOST, file: None, size: 0 }
    }

    /// Whether this open file is the one that is written now.
    pub fn is(&self, other: &File) -> bool {
        let place = |found: fs::Metadata| (found.dev(), found.ino());
        match (fs::metadata(&self.path), other.metadata()) {
            (Ok(own), Ok(other)) => place(own) == place(other),
            _ => false,
        }
    }

    fn open(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            if let Some(folder) = self.path.parent().filter(|folder| !folder.exists()) {
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
            self.size = file.metadata()?.len();
            self.file = Some(file);
        }
        Ok(self.file.as_mut().expect("BUG: it was opened"))
    }

    /// Each file takes the name of the one before it, and the first is lost.
    fn make_room(&mut self) -> io::Result<()> {
        self.file = None;
        for n in (1..FILES).rev() {
            let from = if n == 1 { self.path.clone() } else { self.earlier(n - 1) };
            if from.exists() {
                fs::rename(from, self.earlier(n))?;
            }
        }
        Ok(())
    }

    fn earlier(&self, n: u32) -> PathBuf {
        self.path.with_file_name(format!("{NAME}.{n}"))
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.open()?;
        let more = bytes.len() as u64;
        if self.size > 0 && self.size + more > self.most {
            self.make_room()?;
        }
        self.open()?.write_all(bytes)?;
        self.size += more;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_log_is_bounded_and_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("made");
        for round in 0..4 {
            // Each life goes on where the one before ended.
            let mut log = Log { most: 100, ..Log::in_dir(&place) };
            for n in 0..20 {
                log.write_all(format!("line {:03} of a life\n", round * 20 + n).as_bytes())
                    .expect("written");
            }
        }
        let mut names: Vec<_> = fs::read_dir(&place)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
            .collect();
        names.sort();
        let wanted: Vec<_> =
            ["", ".1", ".2", ".3", ".4"].iter().map(|end| format!("{NAME}{end}")).collect();
        assert_eq!(names, wanted);
        for name in names {
            let found = fs::metadata(place.join(name)).expect("a file");
            assert!(found.len() <= 100 && found.permissions().mode() & 0o777 == 0o600);
        }
        let newest = fs::read_to_string(place.join(NAME)).expect("the log");
        assert!(newest.ends_with("line 079 of a life\n"), "{newest}");
    }
}
