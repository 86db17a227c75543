//! Couriers: each of them goes through the one suite that all must pass.

use crate::{
    Finding, Source,
    scan::{View, view},
};

const COURIERS: &str = "crates/couriers/src";
const SUITE: &str = "crates/couriers/tests/conformance.rs";
const PORT: &str = "impl Courier for ";

/// A courier the suite does not know may hang, repeat itself or tell secrets.
pub fn couriers_conform(sources: &[Source]) -> Vec<Finding> {
    let suite = sources.iter().find(|source| source.path == SUITE);
    let suite = suite.map(|source| view(source, View::Code)).unwrap_or_default();
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| source.is_under(COURIERS)) {
        let tests_begin = source.tests_begin();
        for (n, line) in view(source, View::Code).lines().enumerate() {
            let Some((_, rest)) = line.split_once(PORT) else { continue };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            if n + 1 < tests_begin && !super::says(&suite, &name) {
                let message =
                    format!("the courier `{name}` is not in {SUITE}: give it a stand there");
                found.push(Finding::at(source, n + 1, message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_courier_is_in_the_suite() {
        let pigeon = Source::new(
            "crates/couriers/src/pigeon.rs",
            "//! Birds.\nimpl Courier for PigeonCourier {}\n",
        );
        let suite = |text: &str| Source::new(SUITE, text);
        let check = |suite: Source| couriers_conform(&[pigeon.clone(), suite]).len();
        assert_eq!(check(suite("conforms(PigeonCourier::new()).await;")), 0);
        assert_eq!(check(suite("// PigeonCourier is not asked.")), 1);
        assert_eq!(check(suite("conforms(OtherPigeonCourier::new()).await;")), 1);
        assert_eq!(couriers_conform(std::slice::from_ref(&pigeon)).len(), 1);
        let elsewhere = Source { path: "tests/src/world.rs".to_owned(), ..pigeon.clone() };
        assert_eq!(couriers_conform(&[elsewhere]).len(), 0);
    }
}
