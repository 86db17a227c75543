//! What is asked of an import besides its file: where it goes, whether it is done, and what
//! becomes of what was deleted here.

use calendar::id::CalendarId;

/// Where imported events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To this calendar.
    Calendar(CalendarId),
    /// To the calendar of this name, which is made if there is none.
    Named(String),
    /// To the calendar the file names, or if it names none, to this one, made if there is none.
    NamedByFile(String),
}

/// Whether an import is done or only described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is done.
    Apply,
    /// Nothing is changed; the answer says what would be.
    Preview,
}

/// What becomes of events of a file that were deleted here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// They stay deleted.
    #[default]
    Stays,
    /// They come in anew.
    ComesBack,
}
