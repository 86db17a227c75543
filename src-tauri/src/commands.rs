//! What the window may ask for: one command, which hands every request to the host.
