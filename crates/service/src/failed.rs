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
    loop {
        if let Err(error) = tell_once(&engine, &*courier).await {
            tracing::warn!(%error, "what failed could not be looked at");
        }
        if look.changed().await.is_err() {
            return;
        }
        tokio::time::sleep(GATHER).await;
        look.mark_unchanged();
    }
}

async fn tell_once(engine: &Engine, courier: &dyn Courier) -> engine::Result<()> {
    let Some(failures) = engine.failures()? else {
        courier.withdraw(KEY).await;
        return Ok(());
    };
    let is_to_be_said = failures.is_news && courier.probe().is_ok();
    if is_to_be_said && show(courier, failures.notice.clone()).await {
        engine.failures_were_said(&failures)?;
    }
    Ok(())
}
