//! From words to pieces: what each stretch of the line says by itself. What they come to
//! together is settled afterwards.

use std::ops::Range;

use super::{
    Known, Meaning, Place, Span,
    clock::Clock,
    date::Day,
    repeat::Pattern,
    tell::Tell,
    token::{Sort, Token, unquoted},
    words::{self, Amount},
};
use crate::{id::CalendarId, person::Person, zones::ZoneName};

/// Why, and which tokens it is about; an empty range when something is missing.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub message: String,
    pub tokens: Range<usize>,
}

impl Refused {
    pub fn at(tokens: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), tokens }
    }

    pub fn missing(message: impl Into<String>) -> Self {
        Self { message: message.into(), tokens: 0..0 }
    }
}

/// Something found at a place, and the token after it.
pub(super) type Tried<T> = Result<Option<(T, usize)>, Refused>;

/// What a piece says.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// On a date; with `true` from that date on.
    Day(Day, bool),
    Days(Day, Day),
    /// At a time; several only with a repetition.
    Clock(Vec<Clock>),
    Clocks(Clock, Clock),
    Moment(Day, Clock),
    /// So many seconds from now.
    Elapsed(i64),
    AllDay,
    Part(super::clock::Part),
    Length(Amount),
    Repeat(Pattern),
    Until(Day),
    Times(u32),
    Zone(ZoneName),
    Their(Person),
    Floating,
    /// None at all when empty.
    Tell(Vec<Tell>),
    Due,
    /// By the end of the day.
    EndOfDay,
    Note,
    Calendar(CalendarId),
}

/// Of each of these there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Date,
    Time,
    Part,
    Length,
    Repeat,
    End,
    Zone,
    Kind,
    Calendar,
}

impl What {
    pub fn meaning(&self) -> Meaning {
        match self {
            Self::Day(..) | Self::Days(..) | Self::Moment(..) => Meaning::Date,
            Self::Clock(_)
            | Self::Clocks(..)
            | Self::Elapsed(_)
            | Self::AllDay
            | Self::EndOfDay
            | Self::Part(_) => Meaning::Time,
            Self::Length(_) => Meaning::Length,
            Self::Repeat(_) | Self::Until(_) | Self::Times(_) => Meaning::Repeat,
            Self::Zone(_) | Self::Their(_) | Self::Floating => Meaning::Zone,
            Self::Tell(_) => Meaning::Reminder,
            Self::Due | Self::Note => Meaning::Kind,
            Self::Calendar(_) => Meaning::Calendar,
        }
    }

    /// Whether it is a date or a time.
    pub fn is_when(&self) -> bool {
        self.groups().iter().any(|(group, _)| matches!(group, Group::Date | Group::Time))
    }

    /// What there can be only one of, and its name.
    fn groups(&self) -> &'static [(Group, &'static str)] {
        match self {
            Self::Day(..) | Self::Days(..) => &[(Group::Date, "date")],
            Self::Clock(_) | Self::Clocks(..) | Self::AllDay | Self::EndOfDay => {
                &[(Group::Time, "time")]
            }
            Self::Moment(..) | Self::Elapsed(_) => &[(Group::Date, "date"), (Group::Time, "time")],
            Self::Part(_) => &[(Group::Part, "part of the day")],
            Self::Length(_) => &[(Group::Length, "length")],
            Self::Repeat(_) => &[(Group::Repeat, "repetition")],
            Self::Until(_) | Self::Times(_) => &[(Group::End, "end")],
            Self::Zone(_) | Self::Their(_) | Self::Floating => &[(Group::Zone, "zone")],
            Self::Tell(_) => &[],
            Self::Due | Self::Note => &[(Group::Kind, "kind")],
            Self::Calendar(_) => &[(Group::Calendar, "calendar")],
        }
    }
}

/// A stretch that was understood.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub what: What,
    pub tokens: Range<usize>,
}

/// What came right before, with nothing between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Nothing,
    Date,
    Time,
    Repeat,
    /// "by".
    Due,
    Other,
}

/// One way to understand what stands at a place.
type Way<'a> = fn(&Reader<'a>, usize, After) -> Tried<What>;

/// Reads pieces off the tokens.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub tokens: &'a [Token<'a>],
    pub known: &'a Known<'a>,
    /// Only asked whether something is there, so it asks no further itself.
    pub peeks: bool,
}

impl<'a> Reader<'a> {
    /// The lower-case word at a place; empty where there is none.
    pub fn word(&self, at: usize) -> &str {
        match self.tokens.get(at) {
            Some(token) if token.sort == Sort::Word => &token.word,
            Some(_) | None => "",
        }
    }

    /// The weekdays that stand in the line, as they are written, each once.
    fn weekdays_said(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for at in (0..self.tokens.len()).filter(|at| is_weekday(self.word(*at))) {
            let word = self.said(at..at + 1);
            if !found.contains(&word) {
                found.push(word);
            }
        }
        found
    }

    /// The words of a range as written.
    pub fn said(&self, tokens: Range<usize>) -> String {
        said(self.tokens, &tokens)
    }

    /// Whether no title word follows here: the end, a comma, or something understood.
    pub fn ends(&self, at: usize) -> bool {
        if self.tokens.get(at).is_none_or(|token| token.sort == Sort::Comma) {
            return true;
        }
        let peek = Reader { peeks: true, ..*self };
        !self.peeks && !matches!(peek.piece(at, After::Time), Ok(None))
    }

    /// The piece that begins here, if one does.
    pub fn piece(&self, at: usize, after: After) -> Tried<What> {
        if self.word(at).is_empty() {
            return Ok(None);
        }
        // The first that finds something has it.
        let ways: [Way<'a>; 11] = [
            Self::tell,
            Self::repeat,
            Self::end,
            Self::kind,
            Self::end_of_day,
            Self::calendar,
            Self::amount,
            Self::place,
            Self::range,
            Self::date,
            Self::time,
        ];
        for way in ways {
            if let Some(found) = way(self, at, after)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// "by", "due", "remind me to".
    fn kind(&self, at: usize, _: After) -> Tried<What> {
        if self.word(at) == "remind" && self.word(at + 1) == "me" && at == 0 {
            let to = if self.word(2) == "to" { 3 } else { 2 };
            return Ok(Some((What::Note, to)));
        }
        let next = match (self.word(at), self.word(at + 1)) {
            ("due", "by" | "on" | "at") | ("deadline", "on" | "at" | "is") => at + 2,
            ("by" | "due" | "deadline", _) => at + 1,
            _ => return Ok(None),
        };
        let mut reader = *self;
        reader.peeks = true;
        // "by" anything else is title: "a book by Ana".
        let follows = match reader.piece(next, After::Other)? {
            Some((what, _)) => what.is_when(),
            None => reader.bare_clock(next)?.is_some(),
        };
        Ok(follows.then_some((What::Due, next)))
    }

    fn calendar(&self, at: usize, _: After) -> Tried<What> {
        let Some(name) = self.word(at).strip_prefix('#') else { return Ok(None) };
        if !name.starts_with(char::is_alphabetic) {
            return Ok(None);
        }
        let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        let found = self.known.calendars.iter().find(|(_, known)| plain(known) == plain(name));
        if let Some((id, _)) = found {
            return Ok(Some((What::Calendar(*id), at + 1)));
        }
        let names: Vec<String> = self
            .known
            .calendars
            .iter()
            .take(6)
            .map(|(_, name)| format!("#{}", name.replace(' ', "-")))
            .collect();
        let message = format!(
            "there is no calendar '{}': allowed are {}, or put it in quotes to keep it in the title",
            self.said(at..at + 1),
            names.join(", ")
        );
        Err(Refused::at(at..at + 1, message))
    }
}

/// All pieces of a line, and the first reason why it cannot be.
pub(super) struct Scan<'a> {
    pub tokens: &'a [Token<'a>],
    pub pieces: Vec<Piece>,
    pub refused: Option<Refused>,
}

impl<'a> Scan<'a> {
    pub fn of(tokens: &'a [Token<'a>], known: &'a Known<'a>) -> Self {
        let reader = Reader { tokens, known, peeks: false };
        let mut scan = Self { tokens, pieces: Vec::new(), refused: None };
        let (mut at, mut after) = (0, After::Nothing);
        while at < tokens.len() {
            let step = reader.piece(at, after).and_then(|found| match found {
                Some((what, next)) => scan.take(&reader, what, at..next.max(at + 1)).map(Some),
                None => reader.refuse_timelike(at, after).map(|()| None),
            });
            match step {
                Ok(Some((next, then))) => (at, after) = (next, then),
                Ok(None) => (at, after) = (at + 1, After::Nothing),
                Err(refused) => {
                    scan.refused = Some(refused);
                    break;
                }
            }
        }
        scan
    }

    fn take(
        &mut self,
        reader: &Reader<'_>,
        what: What,
        tokens: Range<usize>,
    ) -> Result<(usize, After), Refused> {
        if self.is_aside(&what) {
            return Ok((tokens.end, After::Nothing));
        }
        for (group, name) in what.groups() {
            let same = |piece: &&Piece| piece.what.groups().iter().any(|(g, _)| g == group);
            if let Some(first) = self.pieces.iter().find(same) {
                let (second, first) =
                    (reader.said(tokens.clone()), reader.said(first.tokens.clone()));
                let series = match is_weekday(&first) && is_weekday(&second) {
                    true => {
                        format!(", write every {} for a series", reader.weekdays_said().join(", "))
                    }
                    false => String::new(),
                };
                let message = format!(
                    "'{second}' is a second {name} besides '{first}': leave one of them away{series}, or put it in quotes to keep it in the title"
                );
                return Err(Refused::at(tokens, message));
            }
        }
        let after = match what.meaning() {
            Meaning::Date => After::Date,
            Meaning::Time => After::Time,
            Meaning::Repeat => After::Repeat,
            Meaning::Kind => After::Due,
            Meaning::Length
            | Meaning::Zone
            | Meaning::Reminder
            | Meaning::Person
            | Meaning::Calendar => After::Other,
        };
        let next = tokens.end;
        self.pieces.push(Piece { what, tokens });
        Ok((next, after))
    }

    /// Whether a day's name is title, as the date is said otherwise: "New Year's Eve party 31 Dec".
    fn is_aside(&mut self, what: &What) -> bool {
        let is_named = |what: &What| matches!(what, What::Day(day, _) if day.named);
        let is_date = |what: &What| what.groups().iter().any(|(group, _)| *group == Group::Date);
        if !is_date(what) || !self.pieces.iter().any(|piece| is_date(&piece.what)) {
            return false;
        }
        if !is_named(what) {
            self.pieces.retain(|piece| !is_named(&piece.what));
        }
        is_named(what)
    }

    /// The spans for the reader's eyes; a birthday's words are added where it is one.
    pub fn spans(&self, text: &str) -> Vec<Span> {
        let span = |piece: &Piece| Span {
            place: Place::of(text, bytes_of(self.tokens, &piece.tokens, text)),
            meaning: piece.what.meaning(),
        };
        self.pieces.iter().map(span).collect()
    }

    /// The words of a piece as written.
    pub fn said(&self, tokens: &Range<usize>) -> String {
        said(self.tokens, tokens)
    }

    /// The first piece for which there is an answer, with its tokens.
    pub fn find<T>(&self, pick: impl Fn(&What) -> Option<T>) -> Option<(T, Range<usize>)> {
        self.pieces.iter().find_map(|piece| Some((pick(&piece.what)?, piece.tokens.clone())))
    }

    /// A refusal of the piece that means this, or of the whole when there is none.
    pub fn refuse_about(&self, meaning: Meaning, message: impl Into<String>) -> Refused {
        let found = self.pieces.iter().find(|piece| piece.what.meaning() == meaning);
        Refused::at(found.map_or(0..0, |piece| piece.tokens.clone()), message)
    }

    /// The words that are no piece, as they were written.
    pub fn title(&self, text: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut at = 0;
        let ends = self.pieces.iter().map(|piece| piece.tokens.clone());
        for taken in ends.chain(std::iter::once(self.tokens.len()..self.tokens.len())) {
            let part = self.part(text, at..taken.start);
            let bare = part.trim_matches([',', ';', ' ']);
            let bare = bare.strip_prefix("- ").unwrap_or(bare);
            if !bare.is_empty()
                && !bare.chars().all(|c| matches!(c, '-' | '–' | '·' | '@' | '(' | ')'))
            {
                parts.push(bare.to_string());
            }
            at = taken.end;
        }
        let title = parts.join(" ");
        let note = self.find(|what| matches!(what, What::Note).then_some(())).is_some();
        let named = self.find(|what| matches!(what, What::Day(day, _) if day.named).then_some(()));
        if let (true, Some((_, tokens))) = (title.is_empty(), named) {
            let said = self.said(&tokens);
            return said.strip_prefix("on ").unwrap_or(&said).to_string();
        }
        let wish = ["to ", "about ", "that "].iter().find_map(|to| title.strip_prefix(to));
        let title = wish.filter(|_| note).unwrap_or(&title);
        title.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn part(&self, text: &str, tokens: Range<usize>) -> String {
        let (Some(first), Some(_)) = (self.tokens.get(tokens.start), tokens.len().checked_sub(1))
        else {
            return String::new();
        };
        let (mut part, mut at) = (String::new(), first.place.start);
        for token in &self.tokens[tokens] {
            part.push_str(&text[at..token.place.start]);
            let whole = &text[token.place.clone()];
            part.push_str(if token.sort == Sort::Quoted { unquoted(whole) } else { whole });
            at = token.place.end;
        }
        part
    }
}

fn said(tokens: &[Token<'_>], range: &Range<usize>) -> String {
    let words = tokens.get(range.start..range.end.min(tokens.len())).unwrap_or(&[]);
    let words: Vec<&str> = words.iter().map(|token| token.text).collect();
    words.join(" ").replace(" ,", ",").chars().take(60).collect()
}

/// The bytes some tokens stand at; none of them is the end of the line.
pub(super) fn bytes_of(tokens: &[Token<'_>], range: &Range<usize>, text: &str) -> Range<usize> {
    let some = tokens.get(range.clone()).unwrap_or(&[]);
    match (some.first(), some.last()) {
        (Some(first), Some(last)) => first.place.start..last.place.end,
        _ => text.len()..text.len(),
    }
}

impl Reader<'_> {
    /// A word of the title that looks like time was not understood: better said than dropped.
    fn refuse_timelike(&self, at: usize, after: After) -> Result<(), Refused> {
        let word = self.word(at);
        let next = self.word(at + 1);
        let said = self.said(at..at + 1);
        let quote = "or put it in quotes to keep it in the title";
        let no = |tokens: Range<usize>, message: String| Err(Refused::at(tokens, message));
        match (word, next) {
            ("at", "at") | ("on", "on") | ("in", "in") | ("by", "by") => no(
                at..at + 2,
                format!("'{}' says it twice: leave one of them away", self.said(at..at + 2)),
            ),
            ("next" | "this", "week" | "month" | "year" | "weekend" | "quarter") => no(
                at..at + 2,
                format!(
                    "'{}' is no day: name one, such as next Tuesday or 24 Dec, {quote}",
                    self.said(at..at + 2)
                ),
            ),
            ("yesterday", _) => {
                no(at..at + 1, format!("'{said}' is past: an event is added for later"))
            }
            ("last", next) if words::weekday(next).is_some() => no(
                at..at + 2,
                format!("'{}' is past: an event is added for later", self.said(at..at + 2)),
            ),
            ("every" | "each", _) => no(
                at..(at + 2).min(self.tokens.len()),
                format!(
                    "'{}' is not understood: write every day, every Monday, every other Tuesday, every 2 weeks, every month on the 15th or every 4 hours, {quote}",
                    self.said(at..at + 2)
                ),
            ),
            ("until" | "till", _) => no(
                at..(at + 2).min(self.tokens.len()),
                format!("'{}' names no date: write until 4 March, {quote}", self.said(at..at + 2)),
            ),
            (
                "biweekly" | "bi-weekly" | "bimonthly" | "bi-monthly" | "biannually" | "biannual",
                _,
            ) => no(
                at..at + 1,
                format!(
                    "'{said}' means two things: write every 2 weeks or every other month, {quote}"
                ),
            ),
            _ => {
                if let Some(zones) = words::zones_of(self.tokens[at].text)
                    && self.tokens[at].sort == Sort::Word
                {
                    let why = format!("means several zones: write a name such as {zones}");
                    return no(at..at + 1, format!("'{said}' {why}, {quote}"));
                }
                self.refuse_more_times(at, after)?;
                self.refuse_doubtful(at, after)?;
                self.refuse_number(at, after)
            }
        }
    }
}

/// "wed", by itself.
fn is_weekday(text: &str) -> bool {
    words::weekday_code(&text.to_lowercase()).is_some()
}
