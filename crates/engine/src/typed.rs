//! Names and paths in commands that are said for somebody to type.

/// A word as it is typed to a shell.
pub fn argument(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.,:@/+".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_string(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
