//! Files dropped on the window: what they would bring, how far they are, and the way back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A file, of a calendar or of cards.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields = nullable)]
pub struct ImportFile {
    /// The file's name, for remarks.
    pub name: String,
    /// Its text.
    pub text: String,
    /// `cal_…` to put it in; when absent the calendar it names, else one named after the file.
    pub calendar: Option<String>,
    /// What was deleted here comes back.
    #[serde(default)]
    pub bring_back: bool,
}

/// Files dropped on the window.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportFiles {
    /// The files, taken in one after the other, cards before calendars.
    pub files: Vec<ImportFile>,
    /// Only say what would happen.
    pub dry_run: bool,
    /// Makes it safe to send twice, and names the import while it goes on and after it.
    pub request_id: String,
}

/// What is carried over the window, as the toolkit tells it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Dropping {
    /// Files are over it.
    Over,
    /// They are not any more.
    Left,
    /// They were let go.
    Files {
        /// In the order they were given.
        files: Vec<DroppedFile>,
    },
}

/// A file that was let go over the window.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DroppedFile {
    /// Its name, without its folder.
    pub name: String,
    /// Its length in bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// What it holds; none when it is too large or could not be read.
    pub text: Option<String>,
    /// Why it could not be read.
    pub refused: Option<String>,
}

/// What an import did or would do.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Of each file, in their order.
    pub files: Vec<FileReport>,
    /// It was ended on the way: nothing of it is left.
    pub stopped: bool,
}

/// What a file brought or would bring.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// The calendar's name; none for people, who are in no calendar.
    pub calendar: Option<String>,
    /// The names of the other calendars that events of it go to.
    pub besides: Vec<String>,
    /// New events, or people.
    pub created: u32,
    /// Changed ones.
    pub updated: u32,
    /// Those already here.
    pub unchanged: u32,
    /// What of the file did not come in: the remarks say why.
    pub left_out: u32,
    /// Those already here that were deleted here, and could come back.
    pub deleted: u32,
    /// Birthdays that came with people.
    pub birthdays: u32,
    /// Anniversaries that came with people.
    pub anniversaries: u32,
    /// What was not understood, or left as it is here: the first of them.
    pub remarks: Vec<ImportRemark>,
    /// The other calendar that most of its events are in already.
    pub standing: Option<ImportStanding>,
    /// How many remarks there are beyond those.
    pub more_remarks: u32,
    /// The first date it touches, to go there.
    pub first: Option<String>,
}

/// A calendar that has events of a file which are to go into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportStanding {
    /// `cal_…`.
    pub calendar: String,
    /// Its name.
    pub name: String,
    /// How many of them it has.
    pub count: u32,
}

/// Something not understood.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportRemark {
    /// The line.
    pub line: u32,
    /// The sentence.
    pub reason: String,
}

/// An import that goes on.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportRef {
    /// Its request id.
    pub import: String,
    /// Whether it shall end, and what is in go again.
    pub stop: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportProgress {
    /// Which of its files it is at, from nought.
    pub file: u32,
    /// Events or people of that file that are through.
    pub through: u32,
    /// Of how many; nought while nobody knows.
    pub total: u32,
    /// It was ended, and what is in goes again.
    pub stopping: bool,
}

/// The import to take back.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UndoImport {
    /// The request id of the import.
    pub import: String,
    /// Makes it safe to send twice.
    pub request_id: String,
}

/// What taking an import back came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportUndone {
    /// Events and people that went.
    pub removed: u32,
    /// Events and people that are as before.
    pub restored: u32,
    /// Events and people that stay, because they were changed since.
    pub kept: u32,
}
