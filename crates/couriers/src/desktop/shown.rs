//! What we have on the screen: which id of the notification service stands for which key. Ids
//! mean something under one owner of the name only, and only while it is the owner.

use std::collections::VecDeque;

use zbus::message::Sequence;

/// How many are remembered; the oldest are forgotten first.
const MOST: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Shown {
    owner: Option<String>,
    entries: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    owner: Option<String>,
    id: u32,
    key: String,
    open: bool,
    /// When it was known to be there, among all that the bus brings.
    since: Sequence,
    token: Option<String>,
}

impl Shown {
    /// From now on ids are those of this owner. What another showed is kept: an answer to a post
    /// may name the new owner before the bus has told of the one between.
    pub(super) fn under(&mut self, owner: Option<&str>) {
        if self.owner.as_deref() != owner {
            self.owner = owner.map(str::to_owned);
        }
    }

    /// The bus is gone, and names mean nothing any more.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Whether a message comes from the service whose ids these are.
    pub(super) fn is_from_owner(&self, sender: Option<&str>) -> bool {
        sender.is_some() && self.owner.as_deref() == sender
    }

    pub(super) fn posted(&mut self, id: u32, key: &str, since: Sequence) {
        let (owner, key) = (self.owner.clone(), key.to_owned());
        self.entries.retain(|entry| (entry.id != id || entry.owner != owner) && entry.key != key);
        self.entries.push_back(Entry { owner, id, key, open: true, since, token: None });
        if self.entries.len() > MOST {
            self.entries.pop_front();
        }
    }

    /// Whether something of ours has or had this id.
    pub(super) fn is_known(&mut self, id: u32) -> bool {
        self.find(id).is_some()
    }

    /// Whether what has this id was put there after the bus brought something.
    pub(super) fn is_newer(&mut self, id: u32, than: Sequence) -> bool {
        self.find(id).is_some_and(|entry| entry.since > than)
    }

    /// The id under which a key is on the screen.
    pub(super) fn open_id(&self, key: &str) -> Option<u32> {
        let is_it = |entry: &&Entry| entry.open && entry.key == key && entry.owner == self.owner;
        self.entries.iter().find(is_it).map(|entry| entry.id)
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
        let Self { owner, entries } = self;
        entries.iter_mut().find(|entry| entry.id == id && entry.owner == *owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_once_and_ids_end_with_their_owner() {
        let mut shown = Shown::default();
        shown.under(Some(":1.1"));
        shown.posted(1, "a", Sequence::default());
        shown.posted(2, "a", Sequence::default());
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
    fn a_change_of_owner_heard_late_forgets_nothing_of_the_newer_one() {
        let mut shown = Shown::default();
        shown.under(Some(":1.3"));
        shown.posted(1, "a", Sequence::default());
        for late in [Some(":1.1"), None] {
            shown.under(late);
            assert_eq!((shown.open_id("a"), shown.pressed(1)), (None, None));
        }
        shown.under(Some(":1.3"));
        assert_eq!((shown.open_id("a"), shown.pressed(1)), (Some(1), Some(("a".to_owned(), None))));
        shown.forget();
        shown.under(Some(":1.3"));
        assert_eq!(shown.pressed(1), None, "on another bus it is another's name");
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut shown = Shown::default();
        for id in 0..1000 {
            shown.posted(id, &format!("key {id}"), Sequence::default());
        }
        assert_eq!(shown.entries.len(), MOST);
        assert_eq!(shown.open_id("key 999"), Some(999));
    }
}
