//! Writes the types of the calls as TypeScript, so that the window cannot drift from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

use crate::calls::signatures;
use crate::fault::Fault;

const HEAD: &str =
    "// Generated from crates/wire by `UPDATE_WIRE=1 cargo test -p wire`. Do not edit.\n\n";

/// One call on the other side.
pub(crate) struct Signature {
    name: String,
    docs: String,
    request: String,
    answer: String,
}

/// Collects declarations by name, each once.
pub(crate) struct Collector {
    config: Config,
    found: BTreeMap<String, String>,
}

impl Collector {
    fn new() -> Self {
        Self { config: Config::new(), found: BTreeMap::new() }
    }

    /// Declares a call and the types it needs.
    pub(crate) fn signature<Q: TS + 'static, A: TS + 'static>(
        &mut self,
        variant: &str,
        docs: &[&str],
    ) -> Signature {
        self.visit::<Q>();
        self.visit::<A>();
        let mut name = variant.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        Signature {
            name,
            docs: docs.join("").trim().to_owned(),
            request: Q::name(&self.config),
            answer: A::name(&self.config),
        }
    }
}

impl TypeVisitor for Collector {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.found.contains_key(&name) {
                return;
            }
            let declaration = format!("export {}\n", without_comments(&T::decl(&self.config)));
            self.found.insert(name, declaration);
        }
        T::visit_generics(self);
        T::visit_dependencies(self);
    }
}

/// The generated files by name: `types.ts` and `calls.ts`.
pub fn files() -> Vec<(&'static str, String)> {
    let mut types = Collector::new();
    let calls = signatures(&mut types);
    types.visit::<Fault>();
    types.visit::<crate::dto::Open>();
    types.visit::<crate::dto::Dropping>();

    let mut map = format!(
        "{HEAD}import type * as T from './types';\n\n/** Every call: what it asks and what it is told. */\nexport interface Calls {{\n"
    );
    for call in &calls {
        let (request, answer) = (qualified(&call.request), qualified(&call.answer));
        let _ = writeln!(
            map,
            "  /** {} */\n  {}: {{ args: {request}; answer: {answer} }};",
            call.docs, call.name
        );
    }
    map.push_str("}\n");

    let mut declarations = HEAD.to_owned();
    declarations.push_str(&types.found.into_values().collect::<Vec<_>>().join("\n"));
    vec![("types.ts", declarations), ("calls.ts", map)]
}

/// The declaration on one line. The words stand beside the Rust types; here they would be 2,000 lines.
fn without_comments(declaration: &str) -> String {
    let mut plain = String::new();
    let mut rest = declaration;
    while let Some((before, comment)) = rest.split_once("/**") {
        plain.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn qualified(name: &str) -> String {
    match name.strip_prefix("Array<").and_then(|rest| rest.strip_suffix('>')) {
        Some(inner) => format!("T.{inner}[]"),
        None => format!("T.{name}"),
    }
}
