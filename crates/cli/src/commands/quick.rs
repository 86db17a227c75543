//! `carillon quick`: one line of text as an event, with what was understood in it.

use std::io::IsTerminal;

use calendar::quick_add::Reading;
use engine::{events::Save, ledger::event::EventRow};
use serde::Serialize;
use serde_json::Value;

use super::{
    add::passed,
    event::{EffectShape, Shape, View},
};
use crate::{answer::Answer, args::quick::Quick, failure::Failure, session::Session, words};

#[derive(Serialize)]
struct Added {
    #[serde(flatten)]
    event: Value,
    #[serde(flatten)]
    effect: Option<EffectShape>,
    /// What is other than one may think, one sentence each.
    remarks: Vec<String>,
    reading: ReadingShape,
}

#[derive(Serialize)]
struct ReadingShape {
    echo: String,
    spans: Vec<SpanShape>,
}

/// Some words of the line; places count characters.
#[derive(Serialize)]
struct SpanShape {
    start: usize,
    end: usize,
    text: String,
    meaning: &'static str,
}

pub fn run(session: &Session, asked: &Quick) -> Result<Answer, Failure> {
    let text = asked.text.join(" ");
    let read = session.engine.read_quick(&text)?;
    let reading = read.map_err(|refusal| Failure::usage("text", refusal.message))?;
    let shape = shape(&reading, &text);
    let now = session.engine.now().wall;
    if asked.dry_run {
        let view = View::of(session, &reading.event, 0, now)?;
        let said = format!("{}{}\n{}", marked(&reading, &text), reading.echo, view.lines());
        let remarks = remarks(&reading, &view);
        let lines: String = remarks.iter().map(|line| sentence(line)).collect();
        let event = unsaved(&view.shape());
        let answer = Added { event, effect: None, remarks, reading: shape };
        return Ok(Answer::new(format!("{said}{lines}"), &answer));
    }
    let save = Save { draft: reading.draft.clone(), ..Save::default() };
    let saved = session.engine.save_event(&save)?;
    let id = saved.event.parse().map_err(|e| Failure::failed(format!("{e}")))?;
    let row: EventRow = session.engine.event(id)?;
    let view = View::new(session, &row, now)?;
    let mut said = format!("Added “{}”: {id}\n{}\n{}", row.event.title, reading.echo, view.lines());
    let remarks = remarks(&reading, &view);
    for line in &remarks {
        said.push_str(&sentence(line));
    }
    said.extend(passed(session, &saved.effect.passed));
    if !row.event.reminders.is_empty() {
        said.push_str(&session.warning());
    }
    let event = serde_json::to_value(view.shape()).expect("BUG: an event is JSON");
    let effect = Some(EffectShape::of(&saved.effect));
    Ok(Answer::new(said, &Added { event, effect, remarks, reading: shape }))
}

/// The shape of an event that is not there: without an id.
fn unsaved(shape: &Shape) -> Value {
    let mut event = serde_json::to_value(shape).expect("BUG: an event is JSON");
    event["id"] = Value::Null;
    event["version"] = Value::Null;
    event
}

fn shape(reading: &Reading, text: &str) -> ReadingShape {
    let span = |span: &calendar::quick_add::Span| SpanShape {
        start: span.place.chars.start,
        end: span.place.chars.end,
        text: text[span.place.bytes.clone()].to_string(),
        meaning: span.meaning.code(),
    };
    ReadingShape { echo: reading.echo.clone(), spans: reading.spans.iter().map(span).collect() }
}

/// What the reading says, and what the event does that it does not.
fn remarks(reading: &Reading, view: &View<'_>) -> Vec<String> {
    let mut remarks: Vec<String> = reading.notes.clone();
    // The clocks are in the notes already.
    remarks.extend(view.channel_remarks());
    remarks
}

fn sentence(remark: &str) -> String {
    let mut chars = remark.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    format!("{}.\n", first.chain(chars).collect::<String>())
}

/// The line with what was understood underlined, on a terminal; elsewhere a list of it.
fn marked(reading: &Reading, text: &str) -> String {
    if !std::io::stdout().is_terminal() {
        let mut rows: Vec<[String; 2]> = vec![["  title".into(), reading.draft.title.clone()]];
        for span in &reading.spans {
            let words = &text[span.place.bytes.clone()];
            rows.push([format!("  {}", span.meaning.code()), words.into()]);
        }
        return format!("Read, not added:\n{}", words::columns(&rows));
    }
    let (mut line, mut at) = (String::new(), 0);
    for span in &reading.spans {
        let place = span.place.bytes.clone();
        line.push_str(&plain(&text[at..place.start]));
        line.push_str(&format!("\u{1b}[4m{}\u{1b}[24m", plain(&text[place.clone()])));
        at = place.end;
    }
    line.push_str(&plain(&text[at..]));
    format!("Read, not added: {line}\n")
}

/// Without what would drive the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
