//! Lives that failed once, as text: each stays, made smaller, and is lived again at the beginning
//! of every run. A seed alone would not stay: what is made of it changes with what can happen.

use crate::plan::{
    COLLAPSES, Deciding, Definition, KINDS, OVERLAPS, Plan, Step, USE_BYS, Upgrade, Via,
};
use crate::{oracle::ABROAD, receiver::Mood};

/// A life as text, to be added to those that are kept.
pub fn write(name: &str, plan: &Plan) -> String {
    let Plan { seed, days, begins, twins, steps, .. } = plan;
    let mut text = format!("life {name}\nof {seed} {days} {begins} {twins}\n");
    for (at, step) in steps {
        text.push_str(&format!("{at} {step:?}\n"));
    }
    text
}

/// Every life in a text, by name. Empty lines and those that begin with # say nothing.
///
/// # Errors
/// Names the first line that cannot be read.
pub fn read(text: &str) -> Result<Vec<(String, Plan)>, String> {
    let mut lives: Vec<(String, Plan)> = Vec::new();
    let is_said = |line: &&str| !line.is_empty() && !line.starts_with('#');
    for line in text.lines().map(str::trim).filter(is_said) {
        let unreadable = || format!("no line of a life: {line}");
        let (first, rest) = line.split_once(' ').ok_or_else(unreadable)?;
        match (first, lives.last_mut()) {
            ("life", _) => lives.push((rest.into(), Plan::empty(0, 1))),
            ("of", Some((_, plan))) => head(plan, rest).ok_or_else(unreadable)?,
            (at, Some((_, plan))) => {
                let at = at.parse().ok().ok_or_else(unreadable)?;
                plan.steps.push((at, step(rest).ok_or_else(unreadable)?));
            }
            (_, None) => return Err(unreadable()),
        }
    }
    Ok(lives)
}

fn head(plan: &mut Plan, text: &str) -> Option<()> {
    let mut words = text.split(' ');
    plan.seed = words.next()?.parse().ok()?;
    plan.days = words.next()?.parse().ok()?;
    plan.begins = words.next()?.parse().ok()?;
    plan.twins = words.next()?.parse().ok()?;
    Some(())
}

/// A step as it prints itself.
fn step(text: &str) -> Option<Step> {
    let (name, rest) = text.split_once('(').unwrap_or((text, ""));
    let mut words = rest.trim_end_matches(')').split(", ");
    let mut word = || words.next().filter(|word| !word.is_empty());
    Some(match name {
        "Add" => Step::Add(word()?.parse().ok()?, definition(rest)?),
        "Import" => Step::Import(word()?.parse().ok()?, definition(rest)?),
        "Move" => Step::Move(word()?.parse().ok()?, word()?.parse().ok()?),
        "Retitle" => Step::Retitle(word()?.parse().ok()?),
        "Delete" => Step::Delete(word()?.parse().ok()?),
        "Disable" => Step::Disable(word()?.parse().ok()?),
        "Enable" => Step::Enable(word()?.parse().ok()?),
        "LeaveOut" => Step::LeaveOut(word()?.parse().ok()?, word()?.parse().ok()?),
        "PutIn" => Step::PutIn(word()?.parse().ok()?),
        "Part" => Step::Part(word()?.parse().ok()?, word()?.parse().ok()?, word()?.parse().ok()?),
        "Undo" => Step::Undo,
        "MoveAndUndo" => Step::MoveAndUndo(word()?.parse().ok()?, word()?.parse().ok()?),
        "Acknowledge" => Step::Acknowledge,
        "Snooze" => Step::Snooze(word()?.parse().ok()?),
        "Pause" => Step::Pause(word()?.parse().ok()?),
        "Resume" => Step::Resume,
        "Quiet" => Step::Quiet(word()?.parse().ok()?, word()?.parse().ok()?),
        "Kill" => Step::Kill(word()?.parse().ok()?),
        "Stop" => Step::Stop(word()?.parse().ok()?),
        "Freeze" => Step::Freeze(word()?.parse().ok()?),
        "Crash" => Step::Crash(word()?.parse().ok()?),
        "Failing" => Step::Failing(word()?.parse().ok()?),
        "PowerCut" => Step::PowerCut(word()?.parse().ok()?, word()?.parse().ok()?),
        "Sleep" => Step::Sleep(word()?.parse().ok()?),
        "SetClock" => Step::SetClock(word()?.parse().ok()?),
        "Drift" => Step::Drift(word()?.parse().ok()?),
        "AcceptClock" => Step::AcceptClock,
        "Decide" => Step::Decide(printed(&Deciding::ALL, word()?)?, word()?.parse().ok()?),
        "SwitchOn" => Step::SwitchOn(printed(&Via::ALL, word()?)?),
        "Guarantee" => Step::Guarantee(printed(&Via::ALL, word()?)?, word()?.parse().ok()?),
        "Hour" => Step::Hour(word()?.parse().ok()?),
        "Test" => Step::Test(printed(&Via::ALL, word()?)?),
        "Travel" => Step::Travel(one_of(&ABROAD, word()?)?),
        "ZoneData" => Step::ZoneData(word()?.parse().ok()?),
        "Mood" => Step::Mood(word()?.parse().ok()?, mood(word()?)?, word()?.parse().ok()?),
        "Key" => Step::Key(word()?.parse().ok()?),
        "Replace" => Step::Replace(word()?.parse().ok()?),
        "Busy" => Step::Busy(word()?.parse().ok()?),
        "Slow" => Step::Slow(word()?.parse().ok()?),
        "FailingSync" => Step::FailingSync,
        "Full" => Step::Full(word()?.parse().ok()?),
        "Deaf" => Step::Deaf(word()?.parse().ok()?),
        "Forget" => Step::Forget,
        "Keep" => Step::Keep,
        "Restore" => Step::Restore,
        "Upgrade" => Step::Upgrade(printed(&Upgrade::ALL, word()?)?, word()?.parse().ok()?),
        "Outdated" => Step::Outdated,
        _ => return None,
    })
}

/// The one of these that says the same.
fn one_of(these: &[&'static str], text: &str) -> Option<&'static str> {
    these.iter().find(|one| **one == text.trim_matches('"')).copied()
}

/// Whatever prints itself as this word.
fn printed<T: Copy + std::fmt::Debug>(these: &[T], text: &str) -> Option<T> {
    these.iter().find(|one| format!("{one:?}") == text).copied()
}

fn mood(text: &str) -> Option<Mood> {
    printed(&Mood::ALL, text)
}

fn definition(text: &str) -> Option<Definition> {
    let field = |name: &str| {
        let (_, rest) = text.split_once(&format!("{name}: "))?;
        let rest = rest.split_once(", ").map_or(rest, |(word, _)| word);
        Some(rest.trim_end_matches(" })").trim_end_matches(" }"))
    };
    let some = |word: &'_ str| Some(word.strip_prefix("Some(")?.strip_suffix(')')?.to_string());
    let zone = some(field("zone")?);
    let use_by = some(field("use_by")?);
    let every = some(field("every")?);
    // Lives of before there was any say nothing of it.
    let nag = field("nag").and_then(some);
    let theirs = field("theirs").and_then(some);
    let collapse = field("collapse").and_then(some);
    let number = |name: &str| field(name).and_then(some).map(|number| number.parse());
    let overlap = field("overlap").and_then(some);
    let notice = field("notice").map(|days| days.parse());
    let reminder = |name: &str| {
        let (_, rest) = text.split_once(&format!("{name}: Some(("))?;
        let (before, via) = rest.split_once(')')?.0.split_once(", ")?;
        Some((before.parse().ok()?, printed(&Via::ALL, via)?))
    };
    Some(Definition {
        kind: one_of(&KINDS, field("kind")?)?,
        start: field("start")?.parse().ok()?,
        zone: zone.map(|zone| one_of(&ABROAD, &zone).ok_or(())).transpose().ok()?,
        every: every.map(|days| days.parse()).transpose().ok()?,
        before: field("before")?.parse().ok()?,
        via: printed(&Via::ALL, field("via")?)?,
        nag: nag.map(|minutes| minutes.parse()).transpose().ok()?,
        alarm: field("alarm") == Some("true"),
        collapse: collapse.and_then(|it| one_of(&COLLAPSES, &it)),
        second: reminder("second"),
        third: reminder("third"),
        off: false,
        left_out: None,
        parted: None,
        theirs: theirs.map(|person| person.parse()).transpose().ok()?,
        notice: notice.transpose().ok()?.unwrap_or(0),
        seconds: number("seconds").transpose().ok()?,
        times: number("times").transpose().ok()?,
        overlap: overlap.and_then(|it| one_of(&OVERLAPS, &it)),
        use_by: use_by.map(|end| one_of(&USE_BYS, &end).ok_or(())).transpose().ok()?,
    })
}
