//! A run in full, for whoever looks for what went wrong in it.

use crate::{kept, plan::Plan, run};

/// Prints what was to happen, what happened, and every delivery with its story.
pub fn show(plan: &Plan) {
    let outcome = run(plan);
    println!("{}", kept::write("as planned", plan));
    for entry in &outcome.trace {
        println!("{:>10} {} {:?}", entry.truth, entry.wall, entry.what);
    }
    for story in &outcome.stories {
        let (row, facts) = (&story.delivery.row, &story.delivery.row.facts);
        println!(
            "{} \"{}\" {} ({}), due {}, use by {:?}, generation {}, {} of {}",
            row.key,
            story.delivery.title,
            facts.state,
            facts.reason,
            facts.due,
            facts.use_by,
            row.generation,
            row.identity.reminder,
            row.identity.occurrence,
        );
        for attempt in &story.attempts {
            println!("    {attempt:?}");
        }
        for step in &story.transitions {
            println!("    {} {} -> {} {}", step.at, step.from, step.to, step.reason);
        }
    }
}
