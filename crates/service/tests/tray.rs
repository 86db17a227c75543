//! The tray as a panel sees it: on a private session bus, with a panel of our own.

#![cfg(target_os = "linux")]

mod kit;

use engine::programs::Opening;
use kit::Bus;
use service::tray::{NextRing, Pause, PauseFor, TrayCommand, TrayState};
use testkit::panel::Panel;
use tokio::sync::{mpsc, watch};

struct Tray {
    states: watch::Sender<TrayState>,
    commands: mpsc::UnboundedReceiver<TrayCommand>,
    present: watch::Receiver<bool>,
}

impl Tray {
    fn start(state: TrayState) -> Self {
        let (states, seen) = watch::channel(state);
        let (tell, commands) = mpsc::unbounded_channel();
        let (say, present) = watch::channel(false);
        tokio::spawn(service::tray::run(seen, tell, say));
        Self { states, commands, present }
    }

    async fn is_shown(&mut self, shown: bool) {
        self.present.wait_for(|present| *present == shown).await.expect("the tray lives");
    }

    async fn command(&mut self) -> TrayCommand {
        self.commands.recv().await.expect("the tray lives")
    }
}

fn stand_up() -> TrayState {
    TrayState {
        next: vec![NextRing {
            delivery: Some("dlv_1".into()),
            when: "Tue 09:50".into(),
            title: "R&D stand_up <b>".into(),
            choices: vec![],
        }],
        ..Default::default()
    }
}

fn opened(what: Opening) -> TrayCommand {
    TrayCommand::Open { what, activation_token: None }
}

#[test]
fn a_left_click_opens_the_window_with_the_focus_it_was_given() {
    kit::alone("a_left_click_opens_the_window_with_the_focus_it_was_given", async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let mut tray = Tray::start(TrayState::default());
        let item = panel.item().await;
        assert!(item.name.starts_with("org.kde.StatusNotifierItem-"));
        item.call("Activate", &(0_i32, 0_i32)).await;
        assert_eq!(tray.command().await, opened(Opening::Calendar));
        item.call("ProvideXdgActivationToken", &"token-7").await;
        item.call("Activate", &(0_i32, 0_i32)).await;
        let what = Opening::Calendar;
        let activation_token = Some("token-7".into());
        assert_eq!(tray.command().await, TrayCommand::Open { what, activation_token });
    });
}

#[test]
fn the_tooltip_and_the_menu_show_what_rings_next() {
    kit::alone("the_tooltip_and_the_menu_show_what_rings_next", async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let mut tray = Tray::start(stand_up());
        let item = panel.item().await;
        let tooltip = item.tooltip().await;
        assert_eq!(
            (tooltip.0.as_str(), tooltip.1.as_str()),
            ("Carillon", "Tue 09:50  R&amp;D stand_up &lt;b&gt;")
        );
        item.click("Tue 09:50  R&D stand__up <b>").await;
        assert_eq!(tray.command().await, opened(Opening::Delivery("dlv_1".into())));
        for (label, what) in [
            ("New event", Opening::NewEvent),
            ("Quick add", Opening::QuickAdd),
            ("Settings", Opening::Settings),
            ("Open Carillon", Opening::Calendar),
        ] {
            item.click(label).await;
            assert_eq!(tray.command().await, opened(what));
        }
        let labels: Vec<_> = item.menu().await.into_iter().map(|(label, _)| label).collect();
        assert_eq!(
            labels,
            [
                "Tue 09:50  R&D stand__up <b>",
                "New event",
                "Quick add",
                "Pause",
                "For 30 minutes",
                "For 1 hour",
                "Until tomorrow",
                "Until I resume",
                "Open Carillon",
                "Settings",
                "Quit"
            ]
        );
    });
}

#[test]
fn the_picture_and_the_entries_follow_the_state() {
    kit::alone("the_picture_and_the_entries_follow_the_state", async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let mut tray = Tray::start(TrayState::default());
        let item = panel.item().await;
        let mut changes = item.signal("NewIcon").await;
        let mut pictures = vec![item.picture().await];
        let states = [
            TrayState { unacknowledged: 3, ..Default::default() },
            TrayState { pause: Pause::Until("14:00".into()), ..Default::default() },
            TrayState { failed: 2, unacknowledged: 3, ..Default::default() },
        ];
        for state in states {
            tray.states.send(state).expect("the tray lives");
            changes.next().await;
            let picture = item.picture().await;
            assert!(!pictures.contains(&picture));
            pictures.push(picture);
        }
        item.click("Unacknowledged (3)").await;
        assert_eq!(tray.command().await, opened(Opening::Inbox));
        item.click("Needs attention (2)").await;
        assert_eq!(tray.command().await, opened(Opening::Attention));
        let status = item.property("Status").await;
        assert_eq!(status.downcast_ref::<String>().expect("a text"), "NeedsAttention");
    });
}

#[test]
fn reminders_are_paused_and_resumed_from_the_menu() {
    kit::alone("reminders_are_paused_and_resumed_from_the_menu", async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let mut tray = Tray::start(TrayState::default());
        let item = panel.item().await;
        for (label, length) in [
            ("For 30 minutes", PauseFor::HalfHour),
            ("For 1 hour", PauseFor::Hour),
            ("Until tomorrow", PauseFor::UntilTomorrow),
            ("Until I resume", PauseFor::UntilResumed),
        ] {
            item.click(label).await;
            assert_eq!(tray.command().await, TrayCommand::Pause(length));
        }
        let mut changed = item.signal("LayoutUpdated").await;
        let pause = Pause::Until("14:00".into());
        tray.states.send(TrayState { pause, ..Default::default() }).expect("the tray lives");
        changed.next().await;
        item.click("Resume (paused until 14:00)").await;
        assert_eq!(tray.command().await, TrayCommand::Resume);
    });
}

#[test]
fn quitting_is_asked_once_and_another_choice_takes_the_question_back() {
    kit::alone("quitting_is_asked_once_and_another_choice_takes_the_question_back", async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let mut tray = Tray::start(TrayState::default());
        let item = panel.item().await;
        item.click("Quit").await;
        item.click("New event").await;
        assert_eq!(tray.command().await, opened(Opening::NewEvent));
        item.click("Quit").await;
        item.click("Quit: reminders will stop, really?").await;
        assert_eq!(tray.command().await, TrayCommand::Quit);
    });
}

#[test]
fn a_panel_that_comes_later_or_again_shows_the_item() {
    kit::alone("a_panel_that_comes_later_or_again_shows_the_item", async |dir| {
        let bus = Bus::start(&dir);
        let mut tray = Tray::start(stand_up());
        let mut panel = Panel::start(&bus.address()).await;
        panel.item().await;
        tray.is_shown(true).await;
        drop(panel);
        tray.is_shown(false).await;
        let mut panel = Panel::start(&bus.address()).await;
        let item = panel.item().await;
        tray.is_shown(true).await;
        let id = item.property("Id").await;
        assert_eq!(id.downcast_ref::<&str>().expect("a text"), "org.carillon.Carillon");
        assert!(item.tooltip().await.1.starts_with("Tue 09:50"));
    });
}

#[test]
fn a_panel_that_starts_while_the_item_registers_shows_it() {
    kit::alone("a_panel_that_starts_while_the_item_registers_shows_it", async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start_in_place_of_another(&bus.address()).await;
        let mut tray = Tray::start(stand_up());
        let item = panel.item().await;
        tray.is_shown(true).await;
        assert!(item.tooltip().await.1.starts_with("Tue 09:50"));
    });
}

#[test]
fn a_bus_that_comes_later_or_again_shows_the_item() {
    kit::alone("a_bus_that_comes_later_or_again_shows_the_item", async |dir| {
        let mut tray = Tray::start(TrayState::default());
        for _ in 0..2 {
            // The tray sees its bus die, and finds the next one at the same place.
            let bus = Bus::start(&dir);
            let mut panel = Panel::start(&bus.address()).await;
            let item = panel.item().await;
            item.call("Activate", &(0_i32, 0_i32)).await;
            assert_eq!(tray.command().await, opened(Opening::Calendar));
            drop(bus);
            tray.is_shown(false).await;
        }
    });
}

#[test]
fn quiet_hours_are_ticked_and_unticked_and_a_pause_lasts_until_the_evening() {
    let name = "quiet_hours_are_ticked_and_unticked_and_a_pause_lasts_until_the_evening";
    kit::alone(name, async |dir| {
        let bus = Bus::start(&dir);
        let mut panel = Panel::start(&bus.address()).await;
        let quiet = TrayState {
            quiet: Some(true),
            quiet_until: Some("07:00".into()),
            before_evening: true,
            ..Default::default()
        };
        let mut tray = Tray::start(quiet);
        let item = panel.item().await;
        assert!(item.tooltip().await.1.contains("Quiet hours until 07:00"));
        item.click("Quiet hours").await;
        assert_eq!(tray.command().await, TrayCommand::QuietHours(false));
        item.click("Until 18:00").await;
        assert_eq!(tray.command().await, TrayCommand::Pause(PauseFor::UntilEvening));
    });
}
