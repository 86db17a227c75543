//! The services of a run: how they begin, take over, are frozen and end.

use std::fs;

use simulated_disk::Kept;

use super::{AGAIN, Ending, SOON, World};
use crate::{
    dice::Dice,
    hand::Program,
    outcome::Trouble,
    plan::Step,
    service::{NoLead, Service},
    trace::Happened,
};

/// What this machine knows of its ledgers.
const MARK: &str = "high-water";
/// Who stands by hears so soon that the lock is free.
pub(super) const HEARD: u64 = 20;

impl World {
    pub(super) fn new_process(&mut self) -> u32 {
        self.next_process += 1;
        self.next_process - 1
    }

    /// Starts a service: it leads, or stands by if another does.
    pub(super) fn start(&mut self) {
        self.misses_who_ended();
        if self.is_brought_up() {
            self.start_by(self.upgrade.installed);
        }
    }

    /// The same of one of this program, of whose schema the ledger is.
    pub(super) fn start_by(&mut self, program: Program) {
        let process = self.new_process();
        match Service::start(&self.around, process, program) {
            Ok(service) if self.service.is_none() => {
                self.service = Some(service);
                self.failed = 0;
                self.leads(process, program);
                self.leads_with_key();
                if let Some(since) = self.down_since.take() {
                    let now = self.around.clocks.truth();
                    let (from, until) = (since.saturating_sub(1_000), now + SOON);
                    self.downs.push(Trouble { from, until, desktop: None });
                }
            }
            Ok(_) => self.broken.push(("i02_one_leads", format!("{process} leads as well"))),
            Err(NoLead::Taken) => {
                // A stand-by holds nothing.
                self.around.disk.kill(process);
                match self.service.is_some() {
                    true => self.stands_by_of(program),
                    // One that was asked to stop is not through with that.
                    false => self.later(1_000, Ending::Start),
                }
            }
            Err(NoLead::Failed) => {
                self.around.disk.kill(process);
                self.failed += 1;
                self.trouble(AGAIN * self.failed.min(60) + 1_000);
                self.later(AGAIN * self.failed.min(60), Ending::Start);
            }
        }
    }

    pub(super) async fn died(&mut self, process: u32) {
        if self.hand_process == process {
            self.hand.engine = None;
            return;
        }
        if self.upgrade.is_by(process) {
            self.is_cut_off().await;
            return;
        }
        if self.service.as_ref().is_some_and(|service| service.process == process) {
            self.struck(format!("service {process} died of a write"));
            self.kill().await;
            self.later(3_000, Ending::Start);
        }
    }

    /// Ends the leading service where it stands; whoever stands by takes over.
    pub(super) async fn kill(&mut self) {
        if let Some(service) = self.service.take() {
            self.down_since.get_or_insert(self.around.clocks.truth());
            service.kill(&self.around, self.stands_by).await;
            self.hand_over_to_heir(HEARD);
        }
    }

    pub(super) fn hand_over_to_heir(&mut self, after: u64) {
        if std::mem::take(&mut self.stands_by) {
            self.later(after, self.upgrade.heir());
        }
    }

    pub(super) fn ring(&self) {
        if let Some(service) = self.service.as_ref().filter(|_| self.deaf == 0) {
            service.signals.bell();
        }
    }

    /// Something befalls the services.
    pub(super) async fn fell(&mut self, step: Step) {
        match step {
            Step::Kill(down) => {
                self.kill().await;
                self.later(down, Ending::Start);
            }
            Step::Stop(down) => {
                if let Some(service) = self.service.take() {
                    self.down_since.get_or_insert(self.around.clocks.truth());
                    service.ice.thaw();
                    service.stop();
                    // It may take its time to hand over what is under way.
                    self.hand_over_to_heir(23_000);
                }
                self.later(down.max(23_000), Ending::Start);
            }
            Step::Freeze(time) => {
                let Some(service) = &self.service else { return };
                service.ice.freeze();
                let process = service.process;
                let now = self.around.clocks.truth();
                self.frozen.push((now, now + time));
                self.trouble(time + SOON);
                self.later(time, Ending::Thaw { process });
            }
            Step::PowerCut(seed, down) => self.cut_power(seed, down).await,
            Step::Keep => {
                let now = self.around.clocks.truth();
                let mark = fs::read(self.around.folder.join(MARK)).unwrap_or_default();
                self.kept = Some((now, self.around.disk.files(), mark));
            }
            Step::Restore => self.restore().await,
            _ => {}
        }
    }

    /// The kept copy is put in the place of the ledger, while nobody has it open.
    async fn restore(&mut self) {
        let Some((of, files, mark)) = self.kept.clone() else { return };
        self.counts_late_writes();
        self.nobody_waits();
        self.stands_by = false;
        self.kill().await;
        self.hand.engine = None;
        self.around.disk.kill(self.hand_process);
        self.around.disk.put(files);
        // A home that is put back whole brings the mark of then along, and only the birth of its files
        // tells.
        if of % 2 == 0 {
            fs::write(self.around.folder.join(MARK), mark).expect("a mark");
        }
        self.around.trace.add(&self.around.clocks, Happened::Restored { of });
        for life in &mut self.lives {
            life.versions.push(crate::outcome::Version {
                from: self.around.clocks.truth(),
                definition: None,
                sure: false,
            });
        }
        self.undo = None;
        self.snoozes.clear();
        self.may_doubt_clock();
        self.later(100, Ending::Start);
    }

    pub(super) async fn cut_power(&mut self, seed: u64, down: u64) {
        self.stands_by = false;
        self.kill().await;
        self.hand.engine = None;
        self.nobody_waits();
        let mut dice = Dice::of(seed);
        self.around.disk.lose_power(&mut |size| match dice.below(4) {
            0 => Kept::Whole,
            1 => Kept::Torn(usize::try_from(dice.below(size as u64 + 1)).unwrap_or(0)),
            _ => Kept::Lost,
        });
        self.around.clocks.reboot();
        self.around.trace.add(&self.around.clocks, Happened::Booted);
        // What the clock said in another boot tells nothing.
        self.doubt.iter_mut().for_each(|(before, _)| *before = None);
        self.off_until = self.around.clocks.truth() + down;
        self.later(down, Ending::Start);
    }
}
