//! `carillon undo` and `redo`: the last change a person made, wherever it was made. What cannot be
//! undone and came since stops either.

use engine::{reconcile::Effect, undo::Undone};
use serde::Serialize;

use super::event::{EffectShape, cancelled};
use crate::{
    answer::Answer,
    args::{Redo, Undo},
    failure::Failure,
    session::Session,
};

#[derive(Serialize)]
struct Shape {
    /// The change, in words; null if there was none.
    change: Option<String>,
    event: Option<String>,
    #[serde(flatten)]
    effect: EffectShape,
}

pub fn undo(session: &Session, words: &Undo) -> Result<Answer, Failure> {
    if let Some(lasting) = session.engine.lasting()?.filter(|_| !words.before) {
        let next = match lasting.before {
            Some(label) => format!(
                "; the change before it is {label}: `carillon undo --before` takes that back"
            ),
            None => ", and there is no change before it that could be".into(),
        };
        return Err(Failure::refused("change", format!("{} cannot be undone{next}", lasting.what)));
    }
    said("Undone", "There is nothing to undo.", session.engine.undo(None)?)
}

pub fn redo(session: &Session, words: &Redo) -> Result<Answer, Failure> {
    let (_, again) = session.engine.undo_labels()?;
    let between = session.engine.lasting()?.filter(|_| !words.before);
    if let Some((lasting, label)) = between.zip(again) {
        let message = format!(
            "{label} is not done again, because {} came after it was undone: `carillon redo --before` does it all the same",
            lasting.what
        );
        return Err(Failure::refused("change", message));
    }
    said("Done again", "There is nothing to do again.", session.engine.redo(None)?)
}

fn said(did: &str, nothing: &str, undone: Undone) -> Result<Answer, Failure> {
    if let Some(why) = undone.refused {
        return Err(Failure::refused("change", why));
    }
    let event = undone.saved.as_ref().map(|saved| saved.event.clone());
    let Some(effect) = undone.saved.map(|saved| saved.effect).or(undone.calendar) else {
        let effect = EffectShape::of(&Effect::default());
        return Ok(Answer::new(nothing, &Shape { change: None, event: None, effect }));
    };
    let text = format!("{did}: {}{}", undone.label, cancelled(&effect));
    let (change, effect) = (Some(undone.label), EffectShape::of(&effect));
    Ok(Answer::new(text, &Shape { change, event, effect }))
}
