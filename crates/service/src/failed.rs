//! Tells what failed for good through endpoints, by one notification, which goes when nothing of it
//! waits any more. What nobody could be told is told when there is somebody who shows it.

use std::{sync::Arc, time::Duration};

use engine::{Engine, courier::Courier, failed::KEY};
use tokio::sync::watch;

use crate::trouble::show;

/// What fails together is told together.
const GATHER: Duration = Duration::from_secs(1);

/// Looks whenever something may have changed, which `look` says.
pub(crate) async fn tell(
    engine: Arc<Engine>,
    courier: Arc<dyn Courier>,
    mut look: watch::Receiver<()>,
) {
    let mut is_shown = false;
    loop {
        match tell_once(&engine, &*courier, is_shown).await {
            Ok(shown) => is_shown = shown,
            Err(error) => tracing::warn!(%error, "what failed could not be looked at"),
        }
        if look.changed().await.is_err() {
            return;
        }
        tokio::time::sleep(GATHER).await;
        look.mark_unchanged();
    }
}

/// Says whether it is on the screen then.
async fn tell_once(engine: &Engine, courier: &dyn Courier, is_shown: bool) -> engine::Result<bool> {
    let Some(failures) = engine.failures()? else {
        if is_shown {
            courier.withdraw(KEY).await;
        }
        return Ok(false);
    };
    if !failures.is_news || courier.probe().is_err() {
        return Ok(is_shown);
    }
    if !show(courier, failures.notice.clone()).await {
        return Ok(is_shown);
    }
    engine.failures_were_said(&failures)?;
    Ok(true)
}
