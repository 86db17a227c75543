//! Bytes as the text of a rule.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::Target::Rrule.try_on(bytes));
