//! The session bus's socket: when it is made (again), whoever lost the bus may try it at once
//! and need not ask the clock.

use std::{
    env::{args_os, current_exe},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::Command,
};

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

/// The name of the variable that says where the session bus is.
const BUS: &str = "DBUS_SESSION_BUS_ADDRESS";

/// Begins again with an address without the guid of the bus's present life, where it has one: a
/// bus that was restarted at that address has another, and would be refused for ever. The process
/// stays the same. Returns where there is nothing to forget, or it cannot be.
pub fn forget_the_life_of_the_bus() {
    let Ok(address) = std::env::var(BUS) else { return };
    let bare = without_guid(&address);
    if bare == address {
        return;
    }
    let begin_again = |program| Command::new(program).args(args_os().skip(1)).env(BUS, bare).exec();
    let error = current_exe().map_or_else(|error| error, begin_again);
    tracing::warn!(%error, "a session bus that is started again may not be found again");
}

/// `unix:path=/x,guid=1;unix:abstract=y` without the guids.
fn without_guid(addresses: &str) -> String {
    let bare = |address: &str| {
        let Some((transport, keys)) = address.split_once(':') else { return address.to_owned() };
        let kept: Vec<_> = keys.split(',').filter(|key| !key.starts_with("guid=")).collect();
        format!("{transport}:{}", kept.join(","))
    };
    addresses.split(';').map(bare).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::without_guid;

    #[test]
    fn an_address_loses_its_guid_and_nothing_else() {
        for (address, bare) in [
            ("unix:path=/run/user/1/bus", "unix:path=/run/user/1/bus"),
            ("unix:path=/x,guid=1f", "unix:path=/x"),
            ("unix:guid=1f,path=/x:y", "unix:path=/x:y"),
            ("unix:path=/x,guid=1f;tcp:host=h,port=1,guid=2", "unix:path=/x;tcp:host=h,port=1"),
            ("", ""),
        ] {
            assert_eq!(without_guid(address), bare);
        }
    }
}
