//! What the ledger's own SQL must hold to: whoever moves a delivery shows the token under which it
//! was read or claimed, and only retention ever removes one.

use crate::{
    Finding, Source,
    scan::{View, view},
};

const FOLDER: &str = "crates/engine/src/ledger";
/// What asks first whether all of its occurrence is over.
const RETENTION: &str = "crates/engine/src/ledger/retention.rs";

/// A delivery that was claimed again meanwhile has another token, and the statement then changes
/// nothing: that is how a late settle is fenced out.
pub fn deliveries_move_by_token(source: &Source) -> Vec<Finding> {
    let moves = |statement: &str| {
        let (set, guard) = statement.split_once("WHERE").unwrap_or((statement, ""));
        super::says(set, "state =") && !super::says(guard, "token =")
    };
    statements(source, "UPDATE delivery ")
        .into_iter()
        .filter(|(_, statement)| moves(statement))
        .map(|(line, _)| Finding::at(source, line, "this changes a delivery's state whoever holds it: guard it with `AND token = ?` and look at the row count"))
        .collect()
}

/// Each delivery ends in a state with a reason, and stays until its time is over.
pub fn deliveries_stay(source: &Source) -> Vec<Finding> {
    if source.path == RETENTION {
        return Vec::new();
    }
    ["DELETE FROM delivery ", "DELETE FROM delivery\"", "DELETE FROM attempt"]
        .iter()
        .flat_map(|begin| statements(source, begin))
        .map(|(line, _)| Finding::at(source, line, "what was planned and tried is removed by retention alone: move it to a final state with a reason"))
        .collect()
}

/// Statements that begin so, each with its line, to the end of the quoted text.
fn statements(source: &Source, begin: &str) -> Vec<(usize, String)> {
    if !source.is_under(FOLDER) || !(source.ends_with(".rs") || source.ends_with(".sql")) {
        return Vec::new();
    }
    let text = view(source, View::CodeAndQuotes);
    let begins = text.match_indices(begin);
    begins
        .map(|(at, _)| {
            let statement = text[at..].split(['"', ';']).next().unwrap_or("");
            (text[..at].matches('\n').count() + 1, statement.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tried::{bad, good};

    const PATH: &str = "crates/engine/src/ledger/delivery.rs";

    #[test]
    fn a_delivery_moves_only_under_its_token() {
        let rule = deliveries_move_by_token;
        good(
            rule,
            PATH,
            "let sql = \"UPDATE delivery SET state = ?1\n WHERE id = ?2 AND token = ?3\";",
        );
        good(rule, PATH, "let sql = \"UPDATE delivery SET shown_by = ?1 WHERE id = ?2\";");
        good(
            rule,
            PATH,
            "let sql = \"UPDATE delivery SET cancel_wanted = 1 WHERE state = 'processing'\";",
        );
        bad(
            rule,
            PATH,
            "let sql = \"UPDATE delivery SET state = ?1\n WHERE id = ?2\"; let token = 1;",
            "token = ?",
        );
        bad(rule, PATH, "let sql = \"UPDATE delivery SET reason = 1, state = ?1\";", "row count");
    }

    #[test]
    fn a_delivery_is_removed_by_retention_alone() {
        good(deliveries_stay, PATH, "\"DELETE FROM delivery_cache WHERE x\"");
        bad(deliveries_stay, PATH, "\"DELETE FROM delivery WHERE id = ?1\"", "final state");
        bad(deliveries_stay, PATH, "\"DELETE FROM attempt\"", "retention alone");
        good(deliveries_stay, RETENTION, "\"DELETE FROM attempt WHERE delivery = ?1\"");
    }
}
