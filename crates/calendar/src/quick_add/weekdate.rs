//! Days by the number of their week, "2027-W05-1", and what looks like one or like the number of a
//! day in its year.

use jiff::civil::{ISOWeekDate, Weekday};

use super::{
    date::{Day, DayWhat},
    scan::{Reader, Refused, Tried, What},
    words,
};

impl Reader<'_> {
    /// "2027-W05-1", as ISO 8601 writes it.
    pub fn week_date(&self, at: usize) -> Tried<What> {
        let Some((year, week, day)) = parts(self.word(at)) else { return Ok(None) };
        let no = |why: String| {
            let message = format!("'{}' does not exist: {why}", self.said(at..at + 1));
            Err(Refused::at(at..at + 1, message))
        };
        let Ok(weekday) = Weekday::from_monday_one_offset(day) else {
            return no("a week has the days 1 to 7".into());
        };
        let weeks =
            ISOWeekDate::new(year, 1, Weekday::Monday).map_or(52, |date| date.weeks_in_year());
        match ISOWeekDate::new(year, week, weekday) {
            Ok(date) if week <= weeks => {
                let day = Day::of(DayWhat::Fixed(date.date()));
                Ok(Some((What::Day(day, false), at + 1)))
            }
            Ok(_) | Err(_) => no(format!("{year} has {weeks} weeks")),
        }
    }
}

/// Year, week and day of "2027-w05-1".
fn parts(word: &str) -> Option<(i16, i8, i8)> {
    let (year, rest) = word.split_once("-w")?;
    let (week, day) = rest.split_once('-')?;
    let number = |text: &str, length: usize| words::digits(text).filter(|_| text.len() == length);
    let [year, week, day] = [number(year, 4)?, number(week, 2)?, number(day, 1)?];
    Some((i16::try_from(year).ok()?, i8::try_from(week).ok()?, i8::try_from(day).ok()?))
}

/// "2027-W05", "2027W051", "2027-032": a date that is not read.
pub(super) fn is_of_a_year(word: &str) -> bool {
    let year = |text: &str| {
        text.len() == 4 && words::digits(text).is_some_and(|year| (1900..2200).contains(&year))
    };
    let day = |text: &str| {
        text.len() == 3 && words::digits(text).is_some_and(|day| (1..=366).contains(&day))
    };
    let week = |text: &str| {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        !text.ends_with('-') && digits.len() <= 3 && words::digits(&digits).is_some()
    };
    if let Some((head, tail)) = word.split_once('w') {
        return year(head.trim_end_matches('-')) && week(tail);
    }
    word.split_once(['-', '.', '/']).is_some_and(|(head, tail)| year(head) && day(tail))
}
