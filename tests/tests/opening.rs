//! Opening a ledger: by two programs at once, and with what somebody or something left in it.

use std::{sync::Barrier, thread};

use engine::ledger::Ledger;

#[test]
fn two_programs_that_open_a_fresh_ledger_at_once_both_have_it() {
    for round in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = folder.path().join("ledger");
        let (sender, opened) = std::sync::mpsc::channel();
        let start = std::sync::Arc::new(Barrier::new(2));
        for _ in 0..2 {
            let (dir, sender, start) = (dir.clone(), sender.clone(), start.clone());
            thread::spawn(move || {
                start.wait();
                // The receiver is gone only when the test has failed already.
                let _ = sender.send(Ledger::open(&dir));
            });
        }
        let wait = || opened.recv_timeout(std::time::Duration::from_secs(20));
        let both = (wait(), wait());
        let (Ok(Ok(_one)), Ok(Ok(_other))) = both else { panic!("round {round}: {both:?}") };
    }
}
