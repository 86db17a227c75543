//! The key beside the ledger, which opens the secrets of endpoints; of a service that began with another
//! none can be opened.

use std::{fs, path::PathBuf};

use super::{SOON, World};
use crate::plan::Step;

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// The ledger's own, while another lies in its place.
    own: Option<Vec<u8>>,
    /// Since a service leads with another, the trouble it is.
    trouble: Option<usize>,
    /// True times in which that was so.
    pub missed: Vec<(u64, u64)>,
}

impl World {
    fn key(&self) -> PathBuf {
        self.around.folder.join("secret.key")
    }

    /// Another key lies beside the ledger, or its own does again: whoever starts from now on has that.
    pub(super) fn puts_key(&mut self, own: bool) {
        let path = self.key();
        match (own, self.keys.own.take()) {
            (true, Some(key)) => fs::write(path, key).expect("its own key"),
            (false, None) => {
                self.keys.own = Some(fs::read(&path).expect("its own key"));
                fs::write(path, [7; 32]).expect("another key");
            }
            (_, kept) => self.keys.own = kept,
        }
    }

    /// A service leads with the key that lies there.
    pub(super) fn leads_with_key(&mut self) {
        let now = self.around.clocks.truth();
        match (&self.keys.own, self.keys.trouble) {
            (Some(_), None) => {
                self.keys.trouble = Some(self.troubles.len());
                self.trouble_for(Some(false), u64::MAX / 2);
                self.keys.missed.push((now, u64::MAX));
            }
            (None, Some(place)) => {
                self.keys.trouble = None;
                self.troubles[place].until = now + SOON;
                self.keys.missed.iter_mut().for_each(|(_, until)| *until = now.min(*until));
            }
            _ => {}
        }
    }

    /// In the end whoever leads has the right one.
    pub(super) async fn finds_key(&mut self) {
        self.puts_key(true);
        if self.keys.trouble.is_some() {
            self.fell(Step::Kill(0)).await;
        }
    }
}
