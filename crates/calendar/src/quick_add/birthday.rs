//! Birthdays: `Ana's birthday 3 March`, `birthday of Ana on 3 March`.

use super::{
    Known,
    date::{Day, DayWhat},
    place::called,
    scan::{Refused, Scan, What},
    whose::told_apart,
    words::month_name,
};
use crate::{draft::EventDraft, person::Person, policy::LeapDay};

/// A leap year to stand for a birthday whose year nobody knows.
const NO_YEAR: i16 = 1972;

/// Whose birthday a title says it is, in lower case.
fn whose(title: &str) -> Option<String> {
    let title = title.to_lowercase();
    let name = title.strip_prefix("birthday of ").or_else(|| {
        title
            .strip_suffix(" birthday")
            .and_then(|name| name.strip_suffix("'s").or(name.strip_suffix("’s")))
    })?;
    Some(name.trim().to_string())
}

/// The name as it was written.
fn written(title: &str, name: &str) -> String {
    let at = title.to_lowercase().find(name).unwrap_or(0);
    title.get(at..at + name.len()).unwrap_or(name).to_string()
}

/// A birthday with the year of birth is of a person, who has it in the list of people.
pub(super) fn of_birth(scan: &Scan<'_>, title: &str, known: &Known<'_>) -> Option<Refused> {
    let name = whose(title)?;
    let (date, tokens) = scan.find(|what| match what {
        What::Day(Day { what: DayWhat::Fixed(date), .. }, false) => Some(*date),
        _ => None,
    })?;
    let today = known.context.machine_zone().to_datetime(known.now).date();
    if date >= today {
        return None;
    }
    let message = match called(known.people, &name).as_slice() {
        [person] => taken(person, known).unwrap_or_else(|| {
            let name = &person.name;
            format!(
                "a birthday with its year is the person's: put it there (`carillon person edit \"{name}\" --birthday {date}`)"
            )
        }),
        [] => {
            let name = written(title, &name);
            format!(
                "nobody called {name} is known here: add the person, whose birthday is told every year (`carillon person add \"{name}\" --birthday {date}`)"
            )
        }
        several => could_be(&name, several),
    };
    Some(Refused::at(tokens, message))
}

/// That this person has a birthday already.
fn taken(person: &Person, known: &Known<'_>) -> Option<String> {
    let (_, month, day) = known.birthdays.iter().find(|(id, ..)| *id == person.id)?;
    let name = &person.name;
    Some(format!(
        "{name}’s birthday is {day} {}: change it there (`carillon person edit \"{name}\" --birthday DATE`)",
        month_name(*month)
    ))
}

fn could_be(name: &str, several: &[&Person]) -> String {
    let (names, same) = told_apart(several);
    let advice = match same {
        false => "write the whole name",
        true => "change it at the one you mean (`carillon person edit` takes the id)",
    };
    format!("the birthday of '{name}' could be that of {names}: {advice}")
}

/// "birthday of Ana" on a date is Ana's birthday, if she is known. Says what is to be noted then.
pub(super) fn birthday(
    draft: &mut EventDraft,
    known: &Known<'_>,
) -> Result<Option<Option<String>>, String> {
    let Some(name) = whose(&draft.title) else { return Ok(None) };
    let yearly = draft.rules.is_empty() || draft.rules[0].starts_with("FREQ=YEARLY;BYMONTH=");
    if draft.start.len() != 8
        || !yearly
        || draft.kind != "appointment"
        || draft.length != Some((1, 0))
    {
        return Ok(None);
    }
    let people = called(known.people, &name);
    let person = match people.as_slice() {
        [person] => *person,
        [] => {
            let name = written(&draft.title, &name);
            let note = format!(
                "nobody called {name} is known here, so it happens once: write every year with it, or add the person (`carillon person add`)"
            );
            return Ok(draft.rules.is_empty().then_some(Some(note)));
        }
        several => return Err(could_be(&name, several)),
    };
    if let Some(message) = taken(person, known) {
        return Err(message);
    }
    let (month_and_day, is_leap) =
        (draft.start.get(4..).unwrap_or("").to_string(), draft.start.ends_with("0229"));
    draft.kind = "birthday".into();
    draft.person = Some(person.id.to_string());
    draft.title = format!("{}’s birthday", person.name);
    draft.start = format!("{NO_YEAR}{month_and_day}");
    draft.rules = vec![match (is_leap, person.leap_day) {
        (true, LeapDay::Backward) => "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD".into(),
        (true, LeapDay::Forward) => "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD".into(),
        (true, LeapDay::Omit) | (false, _) => "FREQ=YEARLY".into(),
    }];
    Ok(Some(None))
}
