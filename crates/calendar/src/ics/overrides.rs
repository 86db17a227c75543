//! Occurrences that differ: each named by the start the series gives it, in the series' own
//! local time, however the file names it.

use std::collections::HashMap;

use super::{
    read::{Entry, Reader},
    series::{Base, Period},
    shown,
    text::Words,
};
use crate::{
    draft::{OverrideDraft, ReminderDraft},
    timing::LocalStart,
};

/// The most overrides of a series.
const MOST: usize = 10_000;

/// What is said of a change that all following occurrences cannot take.
pub(super) const ONE_ONLY: &str =
    "RECURRENCE-ID with RANGE changes this one occurrence only: the others cannot go along";

/// What is said of the older of two changes of one occurrence.
pub(super) const TWICE: &str = "the file holds this occurrence twice: the newer one is taken";

/// What overrides are compared with.
#[derive(Debug)]
pub(super) struct Series<'s> {
    pub base: &'s Base,
    pub length: (i32, i64),
    pub words: &'s Words,
    pub reminders: &'s [ReminderDraft],
    pub is_todo: bool,
}

impl Reader<'_> {
    /// The overrides of a series; of several for one occurrence the newest.
    pub fn overrides(
        &mut self,
        series: &Series<'_>,
        entries: &[Entry<'_, '_>],
        periods: Vec<Period>,
    ) -> Vec<OverrideDraft> {
        let all_day = series.base.start.is_date();
        let mut found: HashMap<LocalStart, (Option<Entry<'_, '_>>, OverrideDraft)> = HashMap::new();
        for period in periods.into_iter().filter(|p| p.length != series.length) {
            let start = period.start.text(all_day);
            let draft = OverrideDraft {
                original: start.clone(),
                start,
                zone: series.base.start.zone_name(),
                length: period.length,
                ..OverrideDraft::default()
            };
            found.insert(period.start, (None, draft));
        }
        for entry in entries {
            let Some(original) = self.original(series, entry) else { continue };
            let twin = found.get(&original).and_then(|(twin, _)| *twin);
            let order = |entry: &Entry<'_, '_>| (entry.sequence, entry.stamp);
            if twin.is_some_and(|twin| order(entry) < order(&twin)) {
                self.remarks.leave_out(entry.component.line, TWICE);
                continue;
            }
            if found.len() >= MOST {
                let text = format!("more than {MOST} changed occurrences: this one is left out");
                self.remarks.leave_out(entry.component.line, text);
                continue;
            }
            // One that cannot be read takes no other's place.
            if let Some(draft) = self.differing(series, entry, original) {
                if let Some(twin) = twin {
                    self.remarks.leave_out(twin.component.line, TWICE);
                }
                found.insert(original, (Some(*entry), draft));
            }
        }
        let mut list: Vec<_> = found.into_iter().collect();
        list.sort_by_key(|(original, _)| *original);
        list.into_iter().map(|(_, (_, draft))| draft).collect()
    }

    /// The original start an override names; nothing if it names none or changes nothing.
    fn original(&mut self, series: &Series<'_>, entry: &Entry<'_, '_>) -> Option<LocalStart> {
        let property = entry.component.get("RECURRENCE-ID")?;
        let Some(moment) = self.moment(property, property.value()) else {
            let text = format!(
                "RECURRENCE-ID '{}' is not a date or time: the changed occurrence is left out",
                shown(property.value())
            );
            self.remarks.leave_out(property.line, text);
            return None;
        };
        if property.param("RANGE").is_some() {
            self.remarks.add(property.line, ONE_ONLY);
        }
        let original = *series.base.starts(&moment).first()?;
        if !series.base.has(original) {
            let named = shown(property.value());
            let instead =
                if entry.cancelled { "nothing is cancelled" } else { "it is added to it" };
            let text =
                format!("RECURRENCE-ID {named} is not an occurrence of its series: {instead}");
            self.remarks.add(property.line, text);
            if entry.cancelled {
                self.remarks.left_out += 1;
                return None;
            }
        }
        Some(original)
    }

    fn differing(
        &mut self,
        series: &Series<'_>,
        entry: &Entry<'_, '_>,
        original: LocalStart,
    ) -> Option<OverrideDraft> {
        let all_day = series.base.start.is_date();
        let named = original.text(all_day);
        if entry.cancelled {
            return Some(OverrideDraft {
                original: named,
                cancelled: true,
                ..OverrideDraft::default()
            });
        }
        let component = entry.component;
        self.is_once = true;
        let own = component.get(if series.is_todo { "DUE" } else { "DTSTART" });
        let start = match own {
            Some(property) => match self.moment(property, property.value()) {
                Some(moment) => moment,
                None => {
                    let text = format!(
                        "{} '{}' is not a date or time: the changed occurrence is left out",
                        property.name(),
                        shown(property.value())
                    );
                    self.remarks.leave_out(property.line, text);
                    return None;
                }
            },
            None => {
                let mut same = series.base.start.clone();
                same.local = original;
                same
            }
        };
        let usual = match (start.is_date(), all_day) {
            (true, true) | (false, false) => series.length,
            (true, false) => (1, 0),
            (false, true) => (0, 0),
        };
        let length = if series.is_todo { usual } else { self.length(component, &start, usual) };
        if component.get("RRULE").is_some() {
            let text = "a changed occurrence has an RRULE of its own: it is left out";
            self.remarks.add(component.line, text);
        }
        if self.has_other_alarms(series, entry) {
            let text =
                "a changed occurrence has alarms of its own: those of its series ring instead";
            self.remarks.add(component.line, text);
        }
        let words = self.words(component);
        Some(OverrideDraft {
            original: named,
            cancelled: false,
            start: start.text(),
            zone: start.zone_name(),
            length,
            title: words.title.filter(|t| Some(t) != series.words.title.as_ref()),
            place: differing(words.place, series.words.place.as_ref()),
            description: differing(words.notes, series.words.notes.as_ref()),
        })
    }

    /// Whether an occurrence has other alarms than its series. Of a task nothing is said.
    pub fn has_other_alarms(&mut self, series: &Series<'_>, entry: &Entry<'_, '_>) -> bool {
        let Some(start) = entry.component.get("DTSTART").filter(|_| !series.is_todo) else {
            return false;
        };
        let reminders = self.aside(|reader| {
            let start = reader.moment(start, start.value())?;
            let own = Base::new(start, Vec::new(), 0);
            Some(reader.alarms(entry.component, &own, super::alarm::Anchors::Event).reminders)
        });
        let same = |a: &[ReminderDraft], b: &[ReminderDraft]| {
            a.iter().all(|r| b.iter().any(|o| o.trigger == r.trigger))
        };
        reminders.is_some_and(|own| !same(&own, series.reminders) || !same(series.reminders, &own))
    }
}

/// A text of an occurrence where it is not that of the series; an absent one is empty.
fn differing(own: Option<String>, of_series: Option<&String>) -> Option<String> {
    let own = own.unwrap_or_default();
    let usual = of_series.map_or("", String::as_str);
    (own != usual).then_some(own)
}
