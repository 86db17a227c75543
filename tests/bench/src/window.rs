//! How long the window takes from its start to its first paint, and what it holds in memory.
//! Painted is when a picture of the screen has more than a blank window's colours.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use acceptance::home::Home;

use crate::{process, say};

/// A blank window has a few colours; the calendar, with its letters, has many.
const COLOURS: usize = 40;
const WIDTH: usize = 1360;
const HEIGHT: usize = 860;
const PATIENCE: Duration = Duration::from_secs(60);
const RUNS: usize = 5;

pub(crate) async fn measure() {
    let Ok(screen) = Screen::start() else {
        return say("window", "not measured: Xvfb is not installed");
    };
    let home = Home::new();
    let service = home.service().await;
    let dropped = std::fs::write("/proc/sys/vm/drop_caches", "3");
    let (cold, window) = first_paint(&home, &screen);
    end(window);
    match dropped {
        Ok(()) => say("window, cold start to first paint", format!("{:.2} s", cold.as_secs_f64())),
        Err(_) => {
            say("window, cold start to first paint", "not measured: only root can empty the caches")
        }
    }
    let mut warm: Vec<f64> = Vec::new();
    for _ in 0..RUNS {
        let (took, window) = first_paint(&home, &screen);
        warm.push(took.as_secs_f64());
        if warm.len() == RUNS {
            memory(&window);
        }
        end(window);
    }
    warm.sort_by(f64::total_cmp);
    let line = format!(
        "{:.2} s (median of {RUNS}; {:.2} to {:.2})",
        warm[RUNS / 2],
        warm[0],
        warm[RUNS - 1]
    );
    say("window, warm start to first paint", line);
    service.stop();
}

fn memory(window: &Child) {
    let sizes: Vec<_> = process::family(window.id()).into_iter().map(process::memory).collect();
    let (rss, pss) = sizes.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    say(
        "window open, all its processes",
        format!("{rss:.0} MB RSS, {pss:.0} MB PSS in {}", sizes.len()),
    );
}

fn first_paint(home: &Home, screen: &Screen) -> (Duration, Child) {
    let begun = Instant::now();
    let mut window = home
        .command("carillon-desktop")
        .env("DISPLAY", &screen.name)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the window starts");
    while screen.colours() < COLOURS {
        if begun.elapsed() > PATIENCE {
            window.kill().expect("it was there");
            panic!("the window did not paint in {PATIENCE:?}");
        }
    }
    (begun.elapsed(), window)
}

fn end(mut window: Child) {
    window.kill().expect("it was there");
    window.wait().expect("it ended");
}

struct Screen {
    server: Child,
    name: String,
}

impl Screen {
    fn start() -> std::io::Result<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .args(["-screen", "0", &format!("{WIDTH}x{HEIGHT}x24")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        let out = server.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        BufReader::new(out).read_line(&mut number)?;
        Ok(Self { server, name: format!(":{}", number.trim()) })
    }

    /// How many different colours the screen shows.
    fn colours(&self) -> usize {
        let picture = Command::new("xwd")
            .args(["-root", "-silent", "-display", &self.name])
            .output()
            .expect("xwd is installed (package x11-apps)");
        // The pixels are the end of the file; before them stand a header and a table of colours.
        let pixels = picture.stdout.len().saturating_sub(WIDTH * HEIGHT * 4);
        picture.stdout[pixels..].chunks_exact(4).collect::<HashSet<_>>().len()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.server.kill().unwrap_or(());
        self.server.wait().map(drop).unwrap_or(());
    }
}
