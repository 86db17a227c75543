//! The session bus's socket: when it is made (again), whoever lost the bus may try it at once
//! and need not ask the clock.

use std::path::PathBuf;

use zbus::{
    Address,
    address::{Transport, transport::UnixSocket},
};

use crate::watch::NameWatch;

/// A watch on the socket; `None` where the bus has none in a folder, or nothing can be watched.
pub(crate) fn watch_socket() -> Option<NameWatch> {
    let mut watch = NameWatch::new().ok()?;
    watch.add(&socket_path()?).ok()?;
    Some(watch)
}

fn socket_path() -> Option<PathBuf> {
    match Address::session().ok()?.transport() {
        Transport::Unix(unix) => match unix.path() {
            UnixSocket::File(path) => Some(path.clone()),
            _ => None,
        },
        _ => None,
    }
}
