//! Copies of a ledger, what its file holds, and what becomes of it and of what its machine knew.

use rusqlite::Connection;

use super::{World, zones};

impl World {
    /// Its file, as another program opens it.
    fn file(&self) -> Connection {
        Connection::open(self.folder().join("carillon.db")).expect("a file")
    }

    /// How many rows are due by now.
    pub fn rows_by_now(&self) -> u64 {
        let sql = "SELECT count(*) FROM delivery WHERE due <= ?1";
        let now = self.now().as_millisecond();
        let count: i64 = self.file().query_row(sql, [now], |row| row.get(0)).expect("a count");
        u64::try_from(count).expect("not less than none")
    }

    /// The ledger as it is now, whole.
    pub fn copied(&self) -> Vec<u8> {
        let copy = tempfile::tempdir().expect("a temp folder");
        let path = copy.path().join("copy");
        let path_text = path.to_str().expect("a plain path");
        self.file().execute("VACUUM INTO ?1", [path_text]).expect("a copy");
        std::fs::read(path).expect("a copy")
    }

    /// Ends all programs and puts this ledger in the place of the one there is; nothing is started.
    pub fn put_in_place(&mut self, ledger: &[u8]) {
        self.kill();
        let folder = tempfile::tempdir().expect("a temp folder");
        std::fs::copy(self.folder().join("secret.key"), folder.path().join("secret.key"))
            .expect("a key");
        let path = folder.path().join("carillon.db");
        std::fs::write(&path, ledger).expect("a ledger");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, private).expect("a private file");
        self.folder = folder;
        self.reopen(zones());
    }

    /// Ends all programs; what the machine knew of its ledgers is gone, as on another machine.
    pub fn forget_state(&mut self) {
        self.kill();
        self.state = tempfile::tempdir().expect("a temp folder");
        self.reopen(zones());
    }

    /// From now on there is a folder that lasts as long as the machine runs.
    pub fn remembers_while_it_runs(&mut self) {
        self.runtime = Some(tempfile::tempdir().expect("a temp folder"));
        self.reopen(zones());
    }

    /// Ends all programs and writes this ledger over the one there is, into the same file.
    pub fn write_over(&mut self, ledger: &[u8]) {
        self.kill();
        self.engine.close().expect("closed");
        std::fs::write(self.folder().join("carillon.db"), ledger).expect("written over");
        self.reopen(zones());
    }
}
