//! Requests that may be sent twice: asked again with the same id, the first answer is given.

use crate::{
    act::Act,
    engine::Engine,
    error::{Error, Result},
    ledger::request as request_table,
};

impl Engine {
    /// What was answered to this request before, as the caller kept it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn answered(&self, request: &str) -> Result<Option<String>> {
        self.read(|act| request_table::answered(act.tx, request))
    }

    /// Keeps the answer to a request for a day.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn keep_answer(&self, request: &str, answer: &str) -> Result<()> {
        self.write_unheard(|act| request_table::answer(act.tx, request, answer, act.now.wall))
    }

    /// What was answered to a request is more by now. It is done, so where that cannot be kept the first
    /// answer stands.
    pub(crate) fn amend_answer(
        &self,
        request: Option<&str>,
        answer: &impl serde::Serialize,
    ) -> Result<()> {
        let Some(id) = request else { return Ok(()) };
        let text = serde_json::to_string(answer).expect("BUG: answers are JSON");
        match self.write_unheard(|act| request_table::amend(act.tx, id, &text)) {
            Err(error @ (Error::Busy | Error::Full)) => {
                tracing::warn!(%error, "the answer to a request stays as it was at first");
                Ok(())
            }
            amended => amended,
        }
    }

    /// Acts once for this request: asked again with the same id, it gives the first answer.
    pub(crate) fn once<T>(
        &self,
        request: Option<&str>,
        work: impl FnOnce(&Act<'_>) -> Result<T>,
    ) -> Result<T>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        let done = self.once_through(request, |act| work(act).map(Some))?;
        Ok(done.expect("BUG: it is through at once"))
    }

    /// The same of work that is through when it gives an answer, and goes on otherwise.
    pub(crate) fn once_through<T>(
        &self,
        request: Option<&str>,
        work: impl FnOnce(&Act<'_>) -> Result<Option<T>>,
    ) -> Result<Option<T>>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        let Some(id) = request else { return self.write(work) };
        if id.is_empty() || id.len() > 100 {
            return Err(Error::invalid(
                "request",
                format!("a request id has 1 to 100 bytes, this has {}", id.len()),
            ));
        }
        self.write(|act| {
            if let Some(known) = request_table::answered(act.tx, id)? {
                return serde_json::from_str(&known).map(Some).map_err(|_| {
                    Error::invalid(
                        "request",
                        format!("request id '{id}' was used for something else before"),
                    )
                });
            }
            let Some(answer) = work(act)? else { return Ok(None) };
            let text = serde_json::to_string(&answer).expect("BUG: answers are JSON");
            request_table::answer(act.tx, id, &text, act.now.wall)?;
            Ok(Some(answer))
        })
    }
}
