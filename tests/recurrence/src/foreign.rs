//! An engine that is a program: one question a line, its fields parted by tabs, one line answers.
//! What can be asked is in `foreign/README.md`.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

/// How long an engine may take to start.
const START: Duration = Duration::from_secs(120);

/// An engine.
#[derive(Debug)]
pub struct Foreign {
    /// As the tables call it.
    pub name: String,
    command: Vec<String>,
    patience: Duration,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    answers: Receiver<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// It does not take this, and says so.
    Refused(String),
    /// It was not done in time, and was ended.
    Endless,
    /// It ended by itself.
    Died,
}

impl Foreign {
    /// The engines that words like `name=program|argument|argument` say, one each.
    ///
    /// # Panics
    /// When one of them has no name.
    pub fn all(words: &[String], patience: Duration) -> Vec<Foreign> {
        let one = |word: &String| {
            let (name, command) = word.split_once('=').expect("an engine is name=program|argument");
            let command = command.split('|').map(str::to_owned).collect();
            Foreign { name: name.to_owned(), command, patience, running: None }
        };
        words.iter().map(one).collect()
    }

    /// Asks, and waits for the answer's fields. An engine that gave none begins anew next time.
    ///
    /// # Errors
    /// Why there is none.
    ///
    /// # Panics
    /// When the engine cannot be started.
    pub fn ask(&mut self, question: &[&str]) -> Result<Vec<String>, Silence> {
        let patience = self.patience;
        let running = self.running.get_or_insert_with(|| Running::start(&self.command));
        let answer = running.ask(&question.join("\t"), patience);
        match answer {
            Ok(line) => {
                let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
                match fields.split_first() {
                    Some((first, rest)) if first == "error" => {
                        Err(Silence::Refused(rest.join(" ")))
                    }
                    _ => Ok(fields),
                }
            }
            Err(silence) => {
                self.running = None;
                Err(silence)
            }
        }
    }
}

impl Running {
    fn start(command: &[String]) -> Running {
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", command.join(" ")));
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        let (sender, answers) = channel();
        thread::spawn(move || {
            // The receiver goes with the engine.
            out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)).ok()
        });
        let mut running = Running { child, answers };
        // Starting takes its time, and none of a question's.
        let first = running.ask("list\t20260101T000000\t\tFREQ=DAILY;COUNT=1\t1\t2100", START);
        assert_eq!(first.as_deref(), Ok("20260101T000000"), "{} is well", command.join(" "));
        running
    }

    fn ask(&mut self, question: &str, patience: Duration) -> Result<String, Silence> {
        let stdin = self.child.stdin.as_mut().expect("its input is piped");
        writeln!(stdin, "{question}").and_then(|()| stdin.flush()).map_err(|_| Silence::Died)?;
        self.answers.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => Silence::Endless,
            RecvTimeoutError::Disconnected => Silence::Died,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().unwrap_or(());
        self.child.wait().map(drop).unwrap_or(());
    }
}
