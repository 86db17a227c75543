//! What the window says of a channel that goes, over a real ledger.

use acceptance::world::{World, draft, reminder};
use calendar::draft::EventDraft;
use engine::channels::NewWebhook;
use wire::{
    EngineHost, Host,
    dto::{
        AddWebhook, ChangeChannel, ChannelRate, ChannelRef, Did, Empty, Guarantee, Network, Remove,
        Retries,
    },
};

const BERLIN: &str = "Europe/Berlin";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

fn webhook(world: &World) -> String {
    let url = "https://example.com".into();
    let new = NewWebhook { name: "lamp".into(), url, ..NewWebhook::default() };
    world.engine().add_webhook(&new).expect("a webhook").id.to_string()
}

#[test]
fn a_webhook_that_is_removed_names_what_rings_nowhere_now() {
    for (titles, said) in [
        (vec![], None),
        (vec!["Tea"], Some("“Tea” has no reminder now.")),
        (vec!["Tea", "Bins"], Some("“Tea” and “Bins” have no reminder now.")),
        (
            vec!["Tea", "Bins", "Post", "Cat", "Dog"],
            Some("“Tea”, “Bins”, “Post” and 2 more have no reminder now."),
        ),
    ] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let lamp = webhook(&world);
        let channel: calendar::id::ChannelId = lamp.parse().expect("an id");
        let through = || vec![reminder("PT0M", channel)];
        let both =
            vec![reminder("PT0M", channel), reminder("PT0M", calendar::id::ChannelId::DESKTOP)];
        world.add(EventDraft {
            reminders: Some(through()),
            ..draft("note", "Over", "20261123T090100", Some(BERLIN))
        });
        world.wait_until("2026-11-24T09:02");
        world.add(EventDraft {
            reminders: Some(both),
            ..draft("note", "Rings here", "20261201T090100", Some(BERLIN))
        });
        for title in &titles {
            // Beyond what is planned by now.
            world.add(EventDraft {
                reminders: Some(through()),
                ..draft("note", title, "20270123T090100", Some(BERLIN))
            });
        }
        let asked = ChannelRef { channel: lamp.clone() };
        let outlook = host(&world).channel_removal(asked).expect("an outlook");
        let would = said.map(|said| {
            let who = said.trim_end_matches(" has no reminder now.");
            who.trim_end_matches(" have no reminder now.").to_owned()
                + " would have no reminder any more."
        });
        assert_eq!(outlook.silenced, would, "asked before, nothing goes");
        let remove = Remove { id: lamp, request_id: "away".into() };
        let answer = |asked: &Remove| host(&world).remove_channel(asked.clone()).expect("removed");
        let removed = answer(&remove);
        assert_eq!(removed.note.as_deref(), said);
        assert_eq!(removed.cancelled_reminders, outlook.reminders);
        assert!(outlook.reminders > 0);
        assert_eq!(answer(&remove).note.as_deref(), said, "asked again, the same answer");
    }
}

#[test]
fn a_webhook_shows_its_retries_and_its_rate_and_both_are_changed() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let new = AddWebhook {
        name: "lamp".into(),
        url: "https://example.com".into(),
        network: Network::Public,
        guarantee: Guarantee::NeverMiss,
        retries: Retries::Quick,
        rate: ChannelRate { per_second: 2, burst: 3 },
        request_id: "one".into(),
    };
    let added = host(&world).add_webhook(new).expect("added").channel;
    let shown = (added.retries, added.rate.map(|rate| (rate.per_second, rate.burst)));
    assert_eq!(shown, (Some(Retries::Quick), Some((2, 3))));
    let asked = |per_second, request: &str| ChangeChannel {
        channel: added.id.clone(),
        guarantee: Some(Guarantee::NeverRepeat),
        retries: Some(Retries::Long),
        rate: Some(ChannelRate { per_second, burst: 4 }),
        request_id: request.into(),
    };
    let change = host(&world).change_channel(asked(1_000, "faster")).expect("changed");
    assert_eq!((change.did, change.title.as_deref()), (Did::Saved, Some("lamp")));
    assert!(host(&world).change_channel(asked(0, "none")).is_err());
    let channels = host(&world).channels(Empty {}).expect("channels");
    let lamp = channels.iter().find(|one| one.id == added.id).expect("the lamp");
    assert_eq!(lamp.rate, Some(ChannelRate { per_second: 1_000, burst: 4 }));
    let ways = (lamp.guarantee, lamp.retries);
    assert_eq!(ways, (Some(Guarantee::NeverRepeat), Some(Retries::Long)));
    let quick = ChangeChannel {
        guarantee: None,
        retries: Some(Retries::Quick),
        rate: None,
        ..asked(1, "quick")
    };
    host(&world).change_channel(quick).expect("changed");
    let now = host(&world).channels(Empty {}).expect("channels");
    let now = now.iter().find(|one| one.id == added.id).expect("the lamp");
    let ways = (now.guarantee, now.retries, now.rate);
    let wanted = (Some(Guarantee::NeverRepeat), Some(Retries::Quick), lamp.rate);
    assert_eq!(ways, wanted, "what is not named stays");
    assert!(channels.iter().any(|one| one.rate.is_none()), "this desktop has none");
}
