//! `carillon`: the command line, and with `carillon daemon` the service.
#![forbid(unsafe_code)]

fn main() {}
