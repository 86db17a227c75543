//! How long an event of a file lasts: exact from DTEND, nominal days and exact seconds from
//! DURATION (RFC 5545 3.3.6 and 3.8.5.3).

use super::{component::Component, lines::Property, read::Reader, shown, times::Moment, value};

/// The longest an event may last, in days and in seconds.
const LONGEST: (i64, i64) = (3_660, 3_660 * DAY);
const DAY: i64 = 86_400;

impl Reader<'_> {
    /// The length of an event that begins at `start`; `usual` if the file gives none.
    pub fn length(
        &mut self,
        component: &Component<'_>,
        start: &Moment,
        usual: (i32, i64),
    ) -> (i32, i64) {
        let (property, length) = match (component.get("DTEND"), component.get("DURATION")) {
            (Some(end), _) => (end, self.until(end, start)),
            (None, Some(duration)) => (duration, self.lasting(duration, start)),
            (None, None) => return usual,
        };
        let Some((days, seconds)) = length else { return usual };
        if days > LONGEST.0 || seconds > LONGEST.1 {
            self.remarks.add(
                property.line,
                format!("{} makes it last more than ten years: it is cut there", property.name()),
            );
        }
        let days = i32::try_from(days.clamp(0, LONGEST.0)).unwrap_or(0);
        (days, seconds.clamp(0, LONGEST.1))
    }

    fn until(&mut self, property: &Property<'_>, start: &Moment) -> Option<(i64, i64)> {
        let Some(end) = self.moment(property, property.value()) else {
            let text = format!(
                "DTEND '{}' is not a date or time: the event gets the usual length",
                shown(property.value())
            );
            self.remarks.add(property.line, text);
            return None;
        };
        let days = days_between(start, &end);
        if start.is_date() {
            if !end.is_date() {
                let text = "DTEND is a time where DTSTART is a date: whole days are taken";
                self.remarks.add(property.line, text);
                let begun = i64::from(end.local.at.time() != jiff::civil::Time::midnight());
                return self.forward(property, days + begun, 0, (1, 0));
            }
            // Many writers give a day its own date as end.
            return if days == 0 { Some((1, 0)) } else { self.forward(property, days, 0, (1, 0)) };
        }
        if end.is_date() {
            self.remarks
                .add(property.line, "DTEND is a date where DTSTART is a time: midnight is taken");
        }
        if start.zone().is_none() && end.zone().is_none() {
            let wall = end.local.at.duration_since(start.local.at).as_secs();
            return self.forward(property, wall / DAY, wall % DAY, (0, 0));
        }
        let exact = end.instant(start).as_second() - start.instant(&end).as_second();
        self.forward(property, 0, exact, (0, 0))
    }

    fn lasting(&mut self, property: &Property<'_>, start: &Moment) -> Option<(i64, i64)> {
        let Some((days, seconds)) = value::duration(property.value()) else {
            let text = format!(
                "DURATION '{}' is not one: the event gets the usual length",
                shown(property.value())
            );
            self.remarks.add(property.line, text);
            return None;
        };
        if !start.is_date() {
            return self.forward(property, days, seconds, (0, 0));
        }
        if seconds % DAY != 0 {
            let text = "DURATION has hours where DTSTART is a date: whole days are taken";
            self.remarks.add(property.line, text);
        }
        let days = days + (seconds + seconds.signum() * (DAY - 1)) / DAY;
        if days == 0 { Some((1, 0)) } else { self.forward(property, days, 0, (1, 0)) }
    }

    /// The length if it does not go backwards, else `least`.
    fn forward(
        &mut self,
        property: &Property<'_>,
        days: i64,
        seconds: i64,
        least: (i64, i64),
    ) -> Option<(i64, i64)> {
        if days >= 0 && seconds >= 0 {
            return Some((days, seconds));
        }
        let instead = if least.0 > 0 { "it lasts one day" } else { "it ends when it starts" };
        let text = format!("{} is before DTSTART: {instead}", property.name().to_ascii_uppercase());
        self.remarks.add(property.line, text);
        Some(least)
    }
}

fn days_between(start: &Moment, end: &Moment) -> i64 {
    end.local.at.date().duration_since(start.local.at.date()).as_secs() / DAY
}
