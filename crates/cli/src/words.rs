//! Times, lengths and reminders as people read them, and columns.

use engine::hanging::Hang;
pub use engine::{message::spoken as moment_there, typed::argument};
use std::{io, str::FromStr};

use calendar::{delivery::State, nag::Insist, policy::Overlap, reminder::Trigger};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    fmt::temporal::Pieces,
    tz::TimeZone,
};
use terminal_size::{Width, terminal_size_of};

/// `Tue 24 Nov 2026`.
pub fn date(at: Date) -> String {
    at.strftime("%a %-d %b %Y").to_string()
}

/// Why nothing rings where the disk is full.
pub const DISK_FULL: &str =
    "the disk with the ledger is full, so nothing rings and nothing can be changed: make room";

/// What keeps the service from its work, as the beginning of a sentence in small letters.
pub fn hangs(hang: Hang) -> String {
    match hang {
        Hang::Stopped(pid) => format!(
            "the service, process {pid}, is stopped, so nothing rings: `kill -CONT {pid}` lets it go on"
        ),
        Hang::Silent(silent) => format!(
            "the service runs and has looked at nothing for {}: it hangs, so stop it and start it again with `carillon daemon`",
            length(silent)
        ),
    }
}

/// `Tue 24 Nov 2026, 12:00`, with seconds where there are some.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let form = if local.second() == 0 { "%a %-d %b %Y, %H:%M" } else { "%a %-d %b %Y, %H:%M:%S" };
    local.strftime(form).to_string()
}

/// `12:00`, with seconds where there are some.
pub fn clock(at: Time) -> String {
    at.strftime(if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

/// The local start the ledger keeps with a delivery, in words, with seconds where there are some.
pub fn label(text: &str) -> String {
    let Ok(pieces) = Pieces::parse(text) else { return text.to_string() };
    let day = date(pieces.date());
    let zone = text.split_once('[').map(|(_, zone)| zone.trim_end_matches(']'));
    match (pieces.time(), zone) {
        (Some(time), Some(zone)) => format!("{day}, {} ({zone})", clock(time)),
        (Some(time), None) => format!("{day}, {}", clock(time)),
        (None, _) => day,
    }
}

/// `6 minutes`, `1 h 30 min`: the two largest units that say it.
pub fn length(span: SignedDuration) -> String {
    let seconds = span.as_secs().abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes, seconds) {
        (0, 0, 0, s) => format!("{s} s"),
        (0, 0, m, _) => format!("{m} min"),
        (0, h, 0, _) => format!("{h} h"),
        (0, h, m, _) => format!("{h} h {m} min"),
        (d, 0, ..) => days_of(d),
        (d, h, ..) => format!("{} {h} h", days_of(d)),
    }
}

fn days_of(days: i64) -> String {
    if days == 1 { "1 day".into() } else { format!("{days} days") }
}

/// `10 min before`, `at the start`, `1 day after the end`.
pub fn trigger(trigger: &Trigger, zone: &TimeZone) -> String {
    let (days, seconds, from_end) = match trigger {
        Trigger::At(at) => return format!("on {}", moment(*at, zone)),
        Trigger::Relative { days, seconds, from_end } => (*days, *seconds, *from_end),
    };
    let anchor = if from_end { "the end" } else { "the start" };
    let total = i64::from(days) * 86_400 + seconds;
    let side = match (total.signum(), from_end) {
        (0, _) => return format!("at {anchor}"),
        (-1, false) => "before".to_string(),
        (-1, true) => "before the end".into(),
        (_, false) => "after the start".into(),
        (_, true) => "after the end".into(),
    };
    format!("{} {side}", length(SignedDuration::from_secs(total)))
}

/// The same of an event on a date, if that is what it is and whole days are told at this hour: `on
/// the day at 23:00`, `1 day before at 09:00`.
pub fn trigger_on(when: &Trigger, hour: Option<i8>, zone: &TimeZone) -> String {
    let Some((day, minute)) = hour.and_then(|hour| when.on_a_date(hour)) else {
        return trigger(when, zone);
    };
    let day = match day {
        0 => "on the day".into(),
        ..0 => format!("{} before", days_of(-day)),
        1.. => format!("{} after", days_of(day)),
    };
    format!("{day} at {:02}:{:02}", minute / 60, minute % 60)
}

/// With a capital letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What becomes of a run that is due while the one before goes on.
pub const fn overlap(wish: Overlap) -> &'static str {
    match wish {
        Overlap::Allow => "allowed: the next run begins while the last goes on",
        Overlap::Skip => "skipped: a run that is due while the last goes on is left out",
        Overlap::Buffer => "buffered: the next run waits until the last is over, and only one does",
    }
}

/// `, as an alarm, again every 5 min until answered`, or nothing.
pub fn insist(insist: Insist) -> String {
    let alarm = if insist.alarm { ", as an alarm" } else { "" };
    let nag = insist.nag.map(|nag| {
        format!(", again every {} until answered", length(SignedDuration::from_secs(nag.seconds())))
    });
    format!("{alarm}{}", nag.unwrap_or_default())
}

/// Whether the label of an occurrence is that of whole days.
pub fn is_date(label: &str) -> bool {
    label.len() == "2026-11-23".len()
}

/// A trigger as identities write it, in words: with its prefix, snoozes and tests too.
pub fn reminder(text: &str, hour: Option<i8>, zone: &TimeZone) -> String {
    let read = |text: &str| match text.parse::<Trigger>() {
        Ok(found) => trigger_on(&found, hour, zone),
        Err(_) => text.to_string(),
    };
    match text.split_once(':') {
        Some(("t", rest)) => read(rest),
        Some(("s", rest)) => {
            let parent = rest.rsplit_once(':').map_or(rest, |(parent, _)| parent);
            format!("snoozed, first {}", read(parent))
        }
        Some(("n", rest)) => {
            let parent = rest.rsplit_once(':').map_or(rest, |(parent, _)| parent);
            format!("again, first {}", read(parent))
        }
        Some(("x", _)) => "a test".into(),
        Some(_) | None => read(text),
    }
}

/// ` (repeat 3)` of a reminder that is told again until it is answered, or nothing.
pub fn repeat(reminder: &str) -> String {
    let number = reminder.strip_prefix("n:").and_then(|rest| rest.rsplit(':').next());
    number.map_or_else(String::new, |number| format!(" (repeat {number})"))
}

/// The word people know a state by.
pub fn state(state: State) -> &'static str {
    match state {
        State::Scheduled | State::Pending => "scheduled",
        State::Processing => "being sent",
        State::Retrying => "retrying",
        State::Held => "waiting",
        State::Dead => "failed",
        State::Review => "please check",
        State::Completed => "told",
        State::Skipped | State::Coalesced | State::Discarded => "skipped",
        State::Expired => "missed",
        State::Cancelled => "cancelled",
    }
}

/// States by the words they are shown with, or by their code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateWord(&'static [State]);

/// What people call several states.
const WORDS: [(&str, &[State]); 8] = [
    ("scheduled", &[State::Scheduled, State::Pending]),
    ("told", &[State::Completed]),
    ("missed", &[State::Expired]),
    ("failed", &[State::Dead]),
    ("please check", &[State::Review]),
    ("waiting", &[State::Held]),
    ("being sent", &[State::Processing]),
    ("skipped", &[State::Skipped, State::Coalesced, State::Discarded]),
];
static CODES: [State; State::ALL.len()] = State::ALL;

impl StateWord {
    /// Its states.
    pub fn states(self) -> &'static [State] {
        self.0
    }
}

impl FromStr for StateWord {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let code = || CODES.iter().find(|state| state.code() == text).map(std::slice::from_ref);
        let word = || WORDS.iter().find(|(word, _)| *word == text).map(|(_, states)| *states);
        word().or_else(code).map(Self).ok_or_else(|| {
            let words = WORDS.iter().map(|(word, _)| *word);
            let codes = CODES.iter().map(|state| state.code());
            let codes = codes.filter(|code| WORDS.iter().all(|(word, _)| word != code));
            let all: Vec<&str> = words.chain(codes).collect();
            format!("state '{text}' is not known: allowed are {}", all.join(", "))
        })
    }
}

/// Rows as aligned columns, two spaces apart; the last column is not padded.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    columns_of(rows, usize::MAX)
}

/// The same where what is wider than this widens no column: what follows on it stands behind it.
pub fn columns_of<const N: usize>(rows: &[[String; N]], most: usize) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(Some(cell.chars().count()).filter(|n| *n <= most).unwrap_or(0));
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A title that is cut has at least so much left.
const TITLE: usize = 30;
/// A name beside it has at most so much.
const NAME: usize = 24;

/// The same with the titles, in the column `place`, as long as a screen of this width leaves them,
/// and the names in the column behind them short.
pub fn titled<const N: usize>(rows: &[[String; N]], place: usize, screen: usize) -> String {
    let mut rows = rows.to_vec();
    for row in &mut rows {
        if let Some(name) = row.get_mut(place + 1) {
            *name = shortened(name, NAME);
        }
    }
    said(&rows, place, screen)
}

/// The same with whatever is behind the titles whole: it says what there is to know of them.
pub fn said<const N: usize>(rows: &[[String; N]], place: usize, screen: usize) -> String {
    let mut rows = rows.to_vec();
    let widest =
        |place: usize| rows.iter().map(|row| row[place].chars().count()).max().unwrap_or(0);
    let others: usize = (0..N).filter(|at| *at != place).map(|at| widest(at) + 2).sum();
    for row in &mut rows {
        row[place] = title(&row[place], screen, others);
    }
    columns(&rows)
}

/// A title as long as a screen of this width leaves it beside so much else.
pub fn title(text: &str, screen: usize, others: usize) -> String {
    shortened(text, screen.saturating_sub(others).max(TITLE))
}

/// A text of at most so many characters, the last of them an ellipsis where something is missing.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// How wide the screen is, or a usual one where there is none.
pub fn screen() -> usize {
    terminal().unwrap_or(80)
}

/// How wide the terminal is; nothing where what is said goes elsewhere.
pub fn terminal() -> Option<usize> {
    terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns))
}

/// Lines that are longer than this, wrapped; what follows on the first stands so far in. What is to be typed, in
/// backticks, stays in one line.
pub fn wrapped(line: &str, width: usize, indent: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match words.last_mut().filter(|last| last.matches('`').count() % 2 == 1) {
            Some(typed) => typed.extend([" ", word]),
            None => words.push(word.into()),
        }
    }
    let (mut text, mut column) = (String::new(), 0);
    for (at, word) in words.iter().enumerate() {
        let long = word.chars().count();
        if column > indent && column + 1 + long > width {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if at > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += long;
    }
    text
}

/// `1 reminder`, `2 reminders`.
pub fn count(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &str) {
        assert_eq!(reminder(text, None, &TimeZone::UTC), words, "{text}");
    }

    #[test]
    fn lengths_are_those_the_window_says() {
        let table: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/data/lengths.json")).expect("JSON");
        for one in table.as_array().expect("a list") {
            let span = SignedDuration::from_millis(one["ms"].as_i64().expect("a number"));
            assert_eq!(length(span), one["commands"].as_str().expect("words"));
        }
    }

    #[test]
    fn reminders_of_whole_days_say_the_day_and_the_time() {
        for (text, words) in [
            ("t:PT0M", "on the day at 09:00"),
            ("t:-P1D", "1 day before at 09:00"),
            ("t:P1DT-1H", "on the day at 23:00"),
            ("t:-PT1H", "1 day before at 23:00"),
            ("t:-PT15H", "1 day before at 09:00"),
            ("t:P2D", "2 days after at 09:00"),
            ("s:-PT1H:2", "snoozed, first 1 day before at 23:00"),
        ] {
            assert_eq!(reminder(text, Some(9), &TimeZone::UTC), words, "{text}");
        }
    }

    #[test]
    fn a_long_line_is_wrapped_and_what_is_to_be_typed_is_not_cut() {
        let line = "  label  one two three: `carillon retry dlv_1` tries it";
        let wrapped = wrapped(line, 24, 9);
        let said = "  label  one two three:\n         `carillon retry dlv_1`\n         tries it";
        assert_eq!(wrapped, said);
        assert_eq!(super::wrapped(line, 100, 9), line);
    }

    #[test]
    fn what_is_very_wide_widens_no_column() {
        let rows =
            [["1".repeat(9), "a".into()], ["22".into(), "b".into()], ["3".into(), "c".into()]];
        assert_eq!(columns_of(&rows, 4), "111111111  a\n22  b\n3   c\n");
    }

    #[test]
    fn reminders_read_like_words() {
        check("t:-PT10M", "10 min before");
        check("t:PT0M", "at the start");
        check("t:-P1D", "1 day before");
        check("t:PT1H30M", "1 h 30 min after the start");
        check("t:END-PT5M", "5 min before the end");
        check("t:20270430T160000Z", "on Fri 30 Apr 2027, 16:00");
        check("s:-PT10M:2", "snoozed, first 10 min before");
        check("x:0a", "a test");
    }

    #[test]
    fn what_the_window_counts_as_skipped_is_asked_for_by_that_word_and_each_alone_by_its_code() {
        let states = |text: &str| text.parse::<StateWord>().expect("a word").states().to_vec();
        let skipped = [State::Skipped, State::Coalesced, State::Discarded];
        assert_eq!(states("skipped"), skipped);
        assert!(skipped.iter().all(|one| state(*one) == "skipped"));
        assert_eq!(states("discarded"), [State::Discarded]);
        let refused = "lost".parse::<StateWord>().expect_err("no word");
        assert_eq!(refused.matches("skipped").count(), 1, "{refused}");
    }

    #[test]
    fn labels_read_like_words() {
        for (text, words) in [
            ("2026-11-24T12:00:00+00:00[Europe/Lisbon]", "Tue 24 Nov 2026, 12:00 (Europe/Lisbon)"),
            ("2026-11-24", "Tue 24 Nov 2026"),
            ("odd", "odd"),
        ] {
            assert_eq!(label(text), words);
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a".into(), "bé".into()], ["long".into(), "c".into()]];
        assert_eq!(columns(&rows), "a     bé\nlong  c\n");
    }

    #[test]
    fn a_long_title_is_cut_to_the_screen_and_never_to_nothing() {
        let long = "Tea ".repeat(20);
        let rows = |calendar: &str| [["10:00".into(), long.clone(), calendar.into(), "id".into()]];
        let said = titled(&rows("Home"), 1, 60);
        assert_eq!(said, format!("10:00  {}…  Home  id\n", &long[..42].trim_end()));
        assert_eq!(said.trim_end().chars().count(), 60);
        assert_eq!(titled(&rows("Home"), 1, 9).chars().count(), 5 + 2 + 30 + 2 + 4 + 2 + 2 + 1);
        assert!(
            titled(&rows(&"b".repeat(99)), 1, 99).contains(&format!("{}…  id", "b".repeat(23)))
        );
        assert_eq!(titled(&rows("Home"), 1, 200), columns(&rows("Home")));
    }
}
