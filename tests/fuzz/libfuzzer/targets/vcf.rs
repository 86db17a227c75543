//! Bytes as a file of cards.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::Target::Vcf.try_on(bytes));
