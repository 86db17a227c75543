//! Bytes as a calendar file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::Target::Ics.try_on(bytes));
