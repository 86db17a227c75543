//! `carillon next`: what will ring next.

use calendar::delivery::State;
use engine::{message::utc, queries::Ring};
use serde::Serialize;

use crate::{answer::Answer, args::Next, failure::Failure, session::Session, words};

#[derive(Serialize)]
struct Shape {
    delivery: Option<String>,
    event: Option<String>,
    title: String,
    channel: String,
    due: String,
    state: &'static str,
}

pub fn run(session: &Session, words: &Next) -> Result<Answer, Failure> {
    let rings = session.engine.next_rings(usize::from(words.count))?;
    let shape = |ring: &Ring| Shape {
        delivery: ring.delivery.map(|id| id.to_string()),
        event: ring.event.map(|id| id.to_string()),
        title: ring.title.clone(),
        channel: ring.channel.clone(),
        due: utc(ring.due),
        state: ring.state.code(),
    };
    let shapes: Vec<Shape> = rings.iter().map(shape).collect();
    if rings.is_empty() {
        return Ok(Answer::new("Nothing will ring.", &shapes));
    }
    let zone = session.zone();
    let when = |ring: &Ring| match ring.state {
        State::Held => "waiting".to_string(),
        _ => words::moment(ring.due, &zone),
    };
    let line = |ring: &Ring| {
        [
            when(ring),
            ring.title.clone(),
            ring.channel.clone(),
            ring.delivery.map_or_else(|| "planned later".into(), |id| id.to_string()),
        ]
    };
    let lines: Vec<[String; 4]> = rings.iter().map(line).collect();
    let text = format!(
        "What will ring (times in {})\n{}{}",
        session.context.machine,
        words::columns(&lines),
        session.warning()
    );
    Ok(Answer::new(text, &shapes))
}
