//! Aim: who moves hears what moved with them.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use kit::Desk;

#[test]
fn a_person_who_moves_takes_their_events_along_and_one_without_a_zone_leaves_them() {
    let desk = Desk::new();
    desk.line("person add Ana --zone Europe/Lisbon").done();
    desk.add("Call --at 2031-05-01T09:00 --zone-of Ana");
    let said = desk.line("person edit Ana --zone Asia/Tokyo");
    assert!(said.done().contains(" 1 event in their time is in Asia/Tokyo now."), "{said:?}");
    desk.add("Again --at 2031-05-02T09:00 --zone-of Ana");
    let said = desk.line("person edit Ana --zone none");
    assert!(said.done().contains(" 2 events in their time stay in Asia/Tokyo."), "{said:?}");
    let said = desk.line("person edit Ana --name Anna");
    assert!(!said.done().contains("in their time"), "{said:?}");
}
