//! Bytes as a line of quick add.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::Target::Quick.try_on(bytes));
