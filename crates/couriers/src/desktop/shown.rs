//! What we have on the screen: which id of the notification service stands for which key. Ids
//! mean something under one owner of the name only, and are forgotten with it.

use std::collections::VecDeque;

/// How many are remembered; the oldest are forgotten first.
const MOST: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Shown {
    owner: Option<String>,
    entries: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: u32,
    key: String,
    open: bool,
    token: Option<String>,
}

impl Shown {
    /// From now on ids are those of this owner.
    pub(super) fn under(&mut self, owner: Option<&str>) {
        if self.owner.as_deref() != owner {
            self.owner = owner.map(str::to_owned);
            self.entries.clear();
        }
    }

    /// Whether a message comes from the service whose ids these are.
    pub(super) fn is_from_owner(&self, sender: Option<&str>) -> bool {
        sender.is_some() && self.owner.as_deref() == sender
    }

    pub(super) fn posted(&mut self, id: u32, key: &str) {
        self.entries.retain(|entry| entry.id != id && entry.key != key);
        self.entries.push_back(Entry { id, key: key.to_owned(), open: true, token: None });
        if self.entries.len() > MOST {
            self.entries.pop_front();
        }
    }

    /// The id under which a key is on the screen.
    pub(super) fn open_id(&self, key: &str) -> Option<u32> {
        self.entries.iter().find(|entry| entry.open && entry.key == key).map(|entry| entry.id)
    }

    /// Closed, but remembered: a service may close a notification before it tells of the press.
    pub(super) fn closed(&mut self, id: u32) {
        if let Some(entry) = self.find(id) {
            entry.open = false;
        }
    }

    /// The token that comes before a press.
    pub(super) fn token(&mut self, id: u32, token: String) {
        if let Some(entry) = self.find(id) {
            entry.token = Some(token);
        }
    }

    /// The key of what was pressed, and the token that came with it.
    pub(super) fn pressed(&mut self, id: u32) -> Option<(String, Option<String>)> {
        let entry = self.find(id)?;
        Some((entry.key.clone(), entry.token.take()))
    }

    fn find(&mut self, id: u32) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_once_and_ids_end_with_their_owner() {
        let mut shown = Shown::default();
        shown.under(Some(":1.1"));
        shown.posted(1, "a");
        shown.posted(2, "a");
        assert_eq!((shown.open_id("a"), shown.pressed(1)), (Some(2), None));
        shown.closed(2);
        assert_eq!(shown.open_id("a"), None);
        shown.token(2, "t".to_owned());
        assert_eq!(shown.pressed(2), Some(("a".to_owned(), Some("t".to_owned()))));
        assert_eq!(shown.pressed(2), Some(("a".to_owned(), None)), "a token serves once");
        shown.under(Some(":1.1"));
        assert!(shown.pressed(2).is_some());
        shown.under(Some(":1.2"));
        assert_eq!(shown.pressed(2), None);
        assert!(shown.is_from_owner(Some(":1.2")) && !shown.is_from_owner(Some(":1.1")));
        shown.under(None);
        assert!(!shown.is_from_owner(None));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut shown = Shown::default();
        for id in 0..1000 {
            shown.posted(id, &format!("key {id}"));
        }
        assert_eq!(shown.entries.len(), MOST);
        assert_eq!(shown.open_id("key 999"), Some(999));
    }
}
