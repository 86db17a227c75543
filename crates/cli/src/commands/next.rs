//! `carillon next`: what will ring next.

use calendar::{delivery::State, event::Event, occurrence::Occurrence};
use engine::{message::utc, queries::Ring};
use serde::Serialize;

use crate::{answer::Answer, args::Next, failure::Failure, session::Session, their, words};

#[derive(Serialize)]
struct Shape {
    delivery: Option<String>,
    event: Option<String>,
    title: String,
    channel: String,
    due: String,
    /// The start it rings for, in its own zone and by this computer's clock.
    start: Option<String>,
    here: Option<String>,
    /// Whose zone its times are in, if they are a person's.
    zone_of: Option<String>,
    state: &'static str,
}

/// How wide a line is beside its title, with a channel of a usual name.
const OTHERS: usize = 75;

pub fn run(session: &Session, words: &Next) -> Result<Answer, Failure> {
    let rings = session.engine.next_rings(usize::from(words.count))?;
    let zone = session.zone();
    let found = rings.iter().map(|ring| occurrence(session, ring));
    let found: Vec<Option<(Event, Occurrence)>> = found.collect::<Result<_, _>>()?;
    let shape = |(ring, of): (&Ring, &Option<(Event, Occurrence)>)| Shape {
        start: of.as_ref().map(|(_, o)| o.label()),
        here: of.as_ref().and_then(|(_, o)| their::start_here(o, &zone)),
        zone_of: of.as_ref().and_then(|(event, _)| their::whose(event)),
        delivery: ring.delivery.map(|id| id.to_string()),
        event: ring.event.map(|id| id.to_string()),
        title: ring.title.clone(),
        channel: ring.channel.clone(),
        due: utc(ring.due),
        state: ring.state.code(),
    };
    let shapes: Vec<Shape> = rings.iter().zip(&found).map(shape).collect();
    if rings.is_empty() {
        return Ok(Answer::new("Nothing will ring.", &shapes));
    }
    let when = |ring: &Ring| match ring.state {
        State::Held => "waiting".to_string(),
        _ => words::moment(ring.due, &zone),
    };
    let screen = words::screen();
    let line = |(ring, of): (&Ring, &Option<(Event, Occurrence)>)| {
        let there = of.as_ref().and_then(|(event, o)| {
            let there = their::there(event, o, &zone)?;
            Some(format!(" ({} · {there})", zone.to_datetime(o.start).strftime("%H:%M")))
        });
        [
            when(ring),
            words::title(&ring.title, screen, OTHERS) + &there.unwrap_or_default(),
            ring.channel.clone(),
            ring.delivery.map_or_else(|| "planned later".into(), |id| id.to_string()),
        ]
    };
    let lines: Vec<[String; 4]> = rings.iter().zip(&found).map(line).collect();
    let text = format!(
        "What will ring (times in {})\n{}{}",
        session.context.machine,
        words::columns(&lines),
        session.warning()
    );
    Ok(Answer::new(text, &shapes))
}

/// What a ring is about, if that is still there.
fn occurrence(session: &Session, ring: &Ring) -> Result<Option<(Event, Occurrence)>, Failure> {
    let Some(id) = ring.event else { return Ok(None) };
    let event = session.engine.event(id)?.event;
    let found = event.occurrence_named(&session.context, &ring.occurrence);
    Ok(found.map(|occurrence| (event, occurrence)))
}
