//! SKIP said without RFC 7529, for programs that do not know it.

use jiff::civil::DateTime;

use super::rule::{Freq, Rule, Skip};

impl Rule {
    /// The rule without RSCALE and SKIP and with the same instances, or `None` where RFC 5545
    /// alone has no words for it (the 31st of every month, moved forward).
    ///
    /// DTSTART is asked where the rule leaves the day to it:
    ///
    /// ```
    /// use calendar::recurrence::Rule;
    /// use jiff::civil::date;
    ///
    /// let born = date(2000, 2, 29).at(0, 0, 0, 0);
    /// let lowered = |text| Rule::parse(text).ok()?.without_skip(born).map(|rule| rule.to_string());
    /// assert_eq!(
    ///     lowered("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD").as_deref(),
    ///     Some("FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2"),
    /// );
    /// assert_eq!(
    ///     lowered("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD").as_deref(),
    ///     Some("FREQ=YEARLY;BYYEARDAY=60"),
    /// );
    /// ```
    pub fn without_skip(&self, dtstart: DateTime) -> Option<Rule> {
        let mut rule = self.clone();
        rule.skip = None;
        rule.rscale = false;
        let (months, days) = self.month_days_meant(dtstart);
        let shortest = match &*months {
            [] => 28,
            months => months.iter().map(|month| month_lengths(*month).0).min().unwrap_or(28),
        };
        let moved: Vec<i8> = days.iter().copied().filter(|day| *day > shortest).collect();
        if self.skip() == Skip::Omit || moved.is_empty() {
            return Some(rule);
        }
        // Beside other parts that choose days, or with several days, positions would be needed
        // that the rule may want for itself.
        let simple = days.len() == 1
            && self.by_day.is_empty()
            && self.by_year_day.is_empty()
            && self.by_week_no.is_empty();
        if !simple {
            return None;
        }
        match self.skip() {
            Skip::Omit => Some(rule),
            Skip::Backward => rule.lowered_backward(days[0], &months, shortest),
            Skip::Forward => rule.lowered_forward(days[0], &months),
        }
    }

    /// BYMONTH and BYMONTHDAY with what DTSTART adds.
    fn month_days_meant(&self, dtstart: DateTime) -> (Vec<u8>, Vec<i8>) {
        let mut months = self.by_month.clone();
        if self.freq > Freq::Monthly {
            return (months, Vec::new());
        }
        let mut days = self.by_month_day.clone();
        let from_start = days.is_empty()
            && self.by_day.is_empty()
            && self.by_year_day.is_empty()
            && self.by_week_no.is_empty();
        if from_start {
            days.push(dtstart.day());
            if self.freq == Freq::Yearly && months.is_empty() {
                months.push(dtstart.month() as u8);
            }
        }
        days.sort_unstable();
        days.dedup();
        (months, days)
    }

    fn lowered_backward(mut self, day: i8, months: &[u8], shortest: i8) -> Option<Rule> {
        self.by_month = months.to_vec();
        let longest = match months {
            [] => 31,
            months => months.iter().map(|month| month_lengths(*month).1).max().unwrap_or(31),
        };
        if day >= longest {
            self.by_month_day = vec![-1];
            return Some(self);
        }
        // The last of the days up to it; in YEARLY that would be the last of the whole year.
        if self.freq != Freq::Monthly || !self.by_set_pos.is_empty() || self.has_several_times() {
            return None;
        }
        self.by_month_day = (shortest..=day).collect();
        self.by_set_pos = vec![-1];
        Some(self)
    }

    /// Only 29 February has a day of the year that is 1 March in all other years.
    fn lowered_forward(mut self, day: i8, months: &[u8]) -> Option<Rule> {
        if self.freq != Freq::Yearly || months != [2] || day != 29 {
            return None;
        }
        self.by_month.clear();
        self.by_month_day.clear();
        self.by_year_day = vec![60];
        Some(self)
    }

    fn has_several_times(&self) -> bool {
        self.by_hour.len() > 1 || self.by_minute.len() > 1 || self.by_second.len() > 1
    }
}

/// The fewest and the most days a month can have.
fn month_lengths(month: u8) -> (i8, i8) {
    match month {
        2 => (28, 29),
        4 | 6 | 9 | 11 => (30, 30),
        _ => (31, 31),
    }
}
