//! Several days of one month: `3 to 5 May 2027`, `3-5 May`, `May 3 to 5`.

use super::{
    date::Day,
    scan::{Reader, Tried},
    words,
};

impl Reader<'_> {
    /// The first and the last of the days, if such stand here.
    pub fn days_of_month(&self, at: usize) -> Tried<(Day, Day)> {
        let from = at + usize::from(self.word(at) == "the");
        if let Some(month) = words::month(self.word(from)) {
            let Some((first, last, next)) = self.two_numbers(from + 1) else { return Ok(None) };
            let Some((last, next)) = self.with_year(last, month, at, next)? else {
                return Ok(None);
            };
            return self.first_of(first, last, at, next);
        }
        let Some((first, last, next)) = self.two_numbers(from) else { return Ok(None) };
        let of = next + usize::from(self.word(next) == "of");
        let Some(month) = words::month(self.word(of)) else { return Ok(None) };
        let Some((last, next)) = self.with_year(last, month, at, of + 1)? else { return Ok(None) };
        self.first_of(first, last, at, next)
    }

    fn first_of(&self, first: u32, last: Day, at: usize, next: usize) -> Tried<(Day, Day)> {
        let (month, year) = last.month_and_year();
        let first = self.checked(first, month, year, at..next)?;
        Ok(Some(((first, last), next)))
    }

    /// "3 to 5", "3-5", "3rd until the 5th".
    fn two_numbers(&self, at: usize) -> Option<(u32, u32, usize)> {
        let word = self.word(at);
        if let Some((one, two)) = word.split_once(['-', '–', '—']) {
            return Some((of_month(one)?, of_month(two)?, at + 1));
        }
        let to = matches!(
            self.word(at + 1),
            "to" | "until" | "till" | "through" | "thru" | "-" | "–" | "—"
        );
        let then = at + 2 + usize::from(self.word(at + 2) == "the");
        let (one, two) = (of_month(word)?, of_month(self.word(then)).filter(|_| to)?);
        Some((one, two, then + 1))
    }
}

/// "3", "3." or "3rd".
fn of_month(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    let plain = word.starts_with(|c: char| c.is_ascii_digit());
    let ordinal = words::ordinal(word).filter(|_| plain).and_then(|n| u32::try_from(n).ok());
    words::digits(word).or(ordinal).filter(|n| (1..=99).contains(n))
}
