//! What is told: an event, or a day of a person, as plain data.

use jiff::civil::{DateTime, date};

use super::Via;

/// The kinds there are.
pub(crate) const KINDS: [&str; 7] =
    ["note", "appointment", "deadline", "birthday", "anniversary", "renewal", "workflow"];
/// Until when a reminder may be worth telling.
pub(crate) const USE_BYS: [&str; 2] = ["grace", "start"];
/// What becomes of several that are late.
pub(crate) const COLLAPSES: [&str; 5] = ["each", "latest", "each:1", "each:2", "each:3"];

/// What becomes of a run that is due while the one before goes on.
pub(crate) const OVERLAPS: [&str; 3] = ["skip", "buffer", "allow"];

/// An event, or a day of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Its kind.
    pub kind: &'static str,
    /// When it is first.
    pub start: DateTime,
    /// In which zone; none is the machine's. Of a day of a person theirs.
    pub zone: Option<&'static str>,
    /// After so many days it is again.
    pub every: Option<u32>,
    /// So many minutes before it is told.
    pub before: i64,
    /// How.
    pub via: Via,
    /// Until when it is worth telling, if not until its kind's end.
    pub use_by: Option<&'static str>,
    /// It is told again after so many minutes, until somebody answers.
    pub nag: Option<u32>,
    /// It rings through all silence.
    pub alarm: bool,
    /// What becomes of several that are late, if not what its kind says.
    pub collapse: Option<&'static str>,
    /// It is told so many minutes before like this, too.
    pub second: Option<(i64, Via)>,
    /// And like this.
    pub third: Option<(i64, Via)>,
    /// It is cancelled as a whole.
    pub off: bool,
    /// This turn of it is left out.
    pub left_out: Option<u32>,
    /// It is in the time of this person, whose zone its own is.
    pub theirs: Option<usize>,
    /// Its notice is so many days.
    pub notice: u32,
    /// After so many seconds it is again, instead of days.
    pub seconds: Option<u32>,
    /// It is so often in all, if not for ever.
    pub times: Option<u32>,
    /// What becomes of a run that is due while the one before goes on; none: it begins.
    pub overlap: Option<&'static str>,
    /// From this turn on it is a series of its own, which begins so many minutes later.
    pub parted: Option<(u32, i64)>,
}

impl Definition {
    /// For lives made by hand: told by a webhook each day, for the first time six hours after a
    /// life that began on the twentieth of October 2026.
    pub const DAILY: Self = Self {
        kind: "note",
        start: date(2026, 10, 20).at(12, 10, 0, 0),
        zone: Some("Europe/Berlin"),
        every: Some(1),
        before: 10,
        via: Via::Hook,
        use_by: None,
        nag: None,
        alarm: false,
        collapse: None,
        second: None,
        third: None,
        off: false,
        left_out: None,
        theirs: None,
        notice: 0,
        seconds: None,
        times: None,
        overlap: None,
        parted: None,
    };

    /// Of several that are late so many are told, if that is bounded.
    pub(crate) fn most(&self) -> Option<usize> {
        self.collapse?.strip_prefix("each:")?.parse().ok()
    }

    /// Whether it is a person's, and comes with them.
    pub(crate) fn is_of_person(&self) -> bool {
        matches!(self.kind, "birthday" | "anniversary")
    }

    /// Whether it is on a date, and told at the hour of whole days.
    pub(crate) fn is_on_a_date(&self) -> bool {
        self.is_of_person() || self.kind == "renewal"
    }

    /// Each of its reminders, as if there were no other.
    pub(crate) fn reminders(self) -> impl Iterator<Item = Self> {
        let first = Self { second: None, third: None, ..self };
        let alike = Self { use_by: None, nag: None, alarm: false, ..first };
        let others = self.second.into_iter().chain(self.third);
        let others = others.map(move |(before, via)| Self { before, via, ..alike });
        std::iter::once(first).chain(others)
    }
}
