//! The item itself: the state as the bus's properties, clicks as commands.

use engine::programs::Opening;
use ksni::{Category, Icon, MenuItem, OfflineReason, Status, ToolTip, Tray};
use tokio::sync::mpsc;

use super::{
    icon, menu,
    state::{Mood, TrayCommand, TrayState},
};

/// What the panel talks to.
pub(super) struct Item {
    pub(super) state: TrayState,
    /// Quit was chosen once, and is asked again.
    pub(super) asked_to_quit: bool,
    commands: mpsc::UnboundedSender<TrayCommand>,
    asked: mpsc::UnboundedSender<()>,
}

impl Item {
    /// `asked` hears when the question about quitting is put.
    pub(super) fn new(
        state: TrayState,
        commands: mpsc::UnboundedSender<TrayCommand>,
        asked: mpsc::UnboundedSender<()>,
    ) -> Self {
        Self { state, asked_to_quit: false, commands, asked }
    }

    pub(super) fn show(&mut self, state: TrayState) {
        self.state = state;
    }

    pub(super) fn take_question_back(&mut self) {
        self.asked_to_quit = false;
    }

    pub(super) fn open(&mut self, what: Opening) {
        let activation_token = ksni::current_xdg_activation_token();
        self.send(TrayCommand::Open { what, activation_token });
    }

    /// The service may be ending and no longer listen: then there is nothing to do.
    pub(super) fn send(&mut self, command: TrayCommand) {
        self.asked_to_quit = false;
        self.commands.send(command).unwrap_or(());
    }

    pub(super) fn quit(&mut self) {
        if self.asked_to_quit {
            self.send(TrayCommand::Quit);
        } else {
            self.asked_to_quit = true;
            self.asked.send(()).unwrap_or(());
        }
    }
}

impl Tray for Item {
    fn id(&self) -> String {
        "org.carillon.Carillon".into()
    }

    fn title(&self) -> String {
        "Carillon".into()
    }

    fn category(&self) -> Category {
        Category::ApplicationStatus
    }

    fn status(&self) -> Status {
        match self.state.mood() {
            Mood::Problem => Status::NeedsAttention,
            Mood::Normal | Mood::Paused | Mood::Attention => Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        icon::of(self.state.mood())
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        icon::of(Mood::Problem)
    }

    fn tool_tip(&self) -> ToolTip {
        // Panels may read markup here, and titles are text of any origin.
        let text = self.state.lines().join("\n");
        let description = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        ToolTip { title: "Carillon".into(), description, ..ToolTip::default() }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.open(Opening::Calendar);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        menu::of(self)
    }

    /// Each panel is given an item of its own: this one ends with its panel.
    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        false
    }
}
