//! Three versions of one definition made one: how it came from its file last, how it is here, and
//! how its file has it now. What only one of the two changed is as that one has it. Where both did,
//! the file's newer version counts, but for reminders, and for occurrences that were taken out here.
//!
//! Exceptions are compared by their original starts, as these are in the series that comes of it.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{
    draft::{EventDraft, OverrideDraft, ReminderDraft},
    id::ChannelId,
    timing::{LocalStart, THEIRS, shift},
};
use jiff::civil::DateTime;

/// The three versions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Versions<'v> {
    pub base: &'v EventDraft,
    pub ours: &'v EventDraft,
    pub theirs: &'v EventDraft,
}

/// How much of a series a definition here is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// All of it, or its beginning: up to this start of the next part.
    First(Option<DateTime>),
    /// A later part: up to this start of the next one.
    Later(Option<DateTime>),
}

/// What they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merged {
    pub draft: EventDraft,
    /// What both changed, and is as the file has it.
    pub theirs: Vec<String>,
    /// What both changed, and stays.
    pub ours: Vec<String>,
}

type Exceptions = BTreeMap<LocalStart, OverrideDraft>;

/// Makes the three versions one.
pub(crate) fn merge(versions: Versions<'_>, stretch: Stretch) -> Merged {
    let Versions { base, ours, theirs } = versions;
    let mut m = Merged { draft: ours.clone(), theirs: Vec::new(), ours: Vec::new() };
    m.draft.kind = m.newer("kind", [&base.kind, &ours.kind, &theirs.kind]);
    m.draft.title = m.newer("title", [&base.title, &ours.title, &theirs.title]);
    m.draft.place = m.newer("place", [&base.place, &ours.place, &theirs.place]);
    let notes = [&base.description, &ours.description, &theirs.description];
    m.draft.description = m.newer("notes", notes);
    m.draft.url = m.newer("link", [&base.url, &ours.url, &theirs.url]);
    let times = [base, ours, theirs].map(|d| (d.start.clone(), zone_of(d)));
    let [b, o, t] = &times;
    let picked = m.newer("time", [b, o, t]);
    let from = if picked == times[1] { ours } else { theirs };
    (m.draft.start, m.draft.zone) = (from.start.clone(), from.zone.clone());
    m.draft.gap = m.newer("skipped hours", [&base.gap, &ours.gap, &theirs.gap]);
    m.draft.fold = m.newer("repeated hours", [&base.fold, &ours.fold, &theirs.fold]);
    m.draft.length = m.newer("length", [&base.length, &ours.length, &theirs.length]);
    m.draft.rules = m.newer("rule", [&base.rules, &ours.rules, &theirs.rules]);
    m.draft.person = m.newer("person", [&base.person, &ours.person, &theirs.person]);
    m.draft.disabled = m.newer("silence", [&base.disabled, &ours.disabled, &theirs.disabled]);
    m.take_reminders(versions);
    m.take_exceptions(versions, stretch);
    m
}

impl Merged {
    /// What is to be said of what both changed.
    pub fn remark(&self) -> Option<String> {
        let of = |list: &[String], one: &str, several: &str| {
            let verb = if list.len() == 1 && !list[0].ends_with('s') { one } else { several };
            format!("{} {verb}", listed(list))
        };
        let mut said = Vec::new();
        if !self.theirs.is_empty() {
            said.push(of(&self.theirs, "is the file's", "are the file's"));
        }
        if !self.ours.is_empty() {
            said.push(of(&self.ours, "stays as it is here", "stay as they are here"));
        }
        let said = said.join(", ");
        (!said.is_empty()).then(|| format!("was changed here and in the file: {said}"))
    }

    fn newer<T: Clone + PartialEq>(&mut self, name: &str, [base, ours, theirs]: [&T; 3]) -> T {
        if ours == base || ours == theirs {
            return theirs.clone();
        }
        if theirs == base {
            return ours.clone();
        }
        self.theirs.push(format!("the {name}"));
        theirs.clone()
    }

    /// Reminders are a person's own, also where there are none; those through other channels no
    /// file knows.
    fn take_reminders(&mut self, Versions { base, ours, theirs }: Versions<'_>) {
        let [b, o, t] = [base, ours, theirs].map(on_desktop);
        if o != b && t != b && o != t {
            self.ours.push("the reminders".into());
        }
        if o == b && t != b {
            let desktop = ChannelId::DESKTOP.to_string();
            let others = ours.reminders.iter().flatten().filter(|r| r.channel != desktop);
            let others: Vec<_> = others.cloned().collect();
            self.draft.reminders =
                Some(theirs.reminders.iter().flatten().cloned().chain(others).collect());
        }
    }

    fn take_exceptions(&mut self, Versions { base, ours, theirs }: Versions<'_>, of: Stretch) {
        let to = self.draft.clone();
        let [ways_b, ways_o, ways_t] = [base, ours, theirs].map(|from| way(from, &to, of));
        let all_day = !to.start.contains('T');
        let is_here = |at: &LocalStart| is_in(of, &to, at.at);
        let dates = |of_which: fn(&EventDraft) -> &Vec<String>| {
            let read = |from: &EventDraft, way| moved_dates(of_which(from), way);
            let mut there = [read(base, ways_b), read(theirs, ways_t)];
            there.iter_mut().for_each(|dates| dates.retain(is_here));
            let [base, theirs] = there;
            let ours = read(ours, ways_o);
            let (added, gone) = (ours.difference(&base), base.difference(&ours).copied());
            let gone: BTreeSet<LocalStart> = gone.collect();
            let kept = theirs.iter().chain(added).filter(|at| !gone.contains(at));
            kept.copied().collect::<BTreeSet<LocalStart>>()
        };
        let texts = |dates: &BTreeSet<LocalStart>| -> Vec<String> {
            dates.iter().map(|at| at.text(all_day)).collect()
        };
        let out = dates(|d| &d.exdates);
        self.draft.exdates = texts(&out);
        // Further days are part of the rule of a parted series.
        if of == Stretch::First(None) {
            self.draft.rdates = texts(&dates(|d| &d.rdates));
        }
        let exceptions = |from: &EventDraft, way| -> Exceptions {
            from.overrides.iter().filter_map(|o| moved(o, way, all_day)).collect()
        };
        let (mut base, mut theirs) = (exceptions(base, ways_b), exceptions(theirs, ways_t));
        base.retain(|at, _| is_here(at));
        theirs.retain(|at, _| is_here(at));
        self.take_overrides([base, exceptions(ours, ways_o), theirs], &out);
    }

    fn take_overrides(
        &mut self,
        [base, ours, theirs]: [Exceptions; 3],
        out: &BTreeSet<LocalStart>,
    ) {
        let keys: BTreeSet<&LocalStart> =
            base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
        let mut kept = Vec::new();
        for at in keys {
            let [b, o, t] = [&base, &ours, &theirs].map(|of| of.get(at));
            let named = || format!("the occurrence of {}", at.at.strftime("%-d %b %Y %H:%M"));
            let is_out = t.is_none() && out.contains(at);
            let picked = match (o == b || o == t, t == b && !is_out) {
                (true, _) => t,
                (false, true) => o,
                (false, false) if o.is_some_and(|o| o.cancelled) => {
                    if !is_out {
                        self.ours.push(named());
                    }
                    o
                }
                (false, false) => {
                    self.theirs.push(named());
                    t
                }
            };
            kept.extend(picked.cloned());
        }
        self.draft.overrides = kept;
    }
}

/// "the time, the title and the notes".
pub(crate) fn listed(words: &[String]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The zone, wherever the person is in whose time it is.
fn zone_of(draft: &EventDraft) -> Option<String> {
    let zone = draft.zone.clone()?;
    Some(if zone.starts_with(THEIRS) { THEIRS.to_string() } else { zone })
}

fn on_desktop(draft: &EventDraft) -> Vec<ReminderDraft> {
    let desktop = ChannelId::DESKTOP.to_string();
    let list = draft.reminders.iter().flatten().filter(|r| r.channel == desktop);
    let mut list: Vec<ReminderDraft> = list.cloned().collect();
    list.sort_by(|a, b| a.trigger.cmp(&b.trigger));
    list
}

/// How far a series lies from another, in days and seconds of the wall clock. A later part begins on
/// a day of its own.
fn way(from: &EventDraft, to: &EventDraft, of: Stretch) -> (i32, i64) {
    let starts = (LocalStart::parse(&from.start), LocalStart::parse(&to.start));
    let (Some(a), Some(b)) = starts else { return (0, 0) };
    if from.start.contains('T') != to.start.contains('T') {
        return (0, 0);
    }
    let of_day = |at: DateTime| at.duration_since(at.date().at(0, 0, 0, 0)).as_secs();
    let seconds = of_day(b.at) - of_day(a.at);
    match of {
        Stretch::First(_) => {
            (a.at.date().until(b.at.date()).map_or(0, |span| span.get_days()), seconds)
        }
        Stretch::Later(_) => (0, seconds),
    }
}

fn moved_at(text: &str, (days, seconds): (i32, i64)) -> Option<LocalStart> {
    let start = LocalStart::parse(text)?;
    Some(LocalStart { at: shift(start.at, days, seconds), ..start })
}

fn moved_dates(dates: &[String], way: (i32, i64)) -> BTreeSet<LocalStart> {
    dates.iter().filter_map(|text| moved_at(text, way)).collect()
}

/// An exception in a series that lies so far away. One that only has words of its own goes along.
fn moved(
    of: &OverrideDraft,
    way: (i32, i64),
    all_day: bool,
) -> Option<(LocalStart, OverrideDraft)> {
    let at = moved_at(&of.original, way)?;
    let mut own = of.clone();
    if own.start == own.original {
        own.start = at.text(all_day);
    }
    own.original = at.text(all_day);
    Some((at, own))
}

/// Whether a start is of this stretch of the series.
fn is_in(stretch: Stretch, draft: &EventDraft, at: DateTime) -> bool {
    let (begins, next) = match stretch {
        Stretch::First(next) => (None, next),
        Stretch::Later(next) => (LocalStart::parse(&draft.start), next),
    };
    begins.is_none_or(|begins| at >= begins.at) && next.is_none_or(|next| at < next)
}
