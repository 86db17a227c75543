//! What must hold of every run. Each rule is a predicate over what was seen from outside and what
//! the ledger says at the end; none of them asks the engine what it should have done. They are
//! named after the invariants of `docs/invariants.md`.

mod bounds;
mod case;
mod channels;
mod ends;
mod guarantee;
mod letters;
mod locked;
mod occurrences;
mod overlaps;
mod records;
mod refused;
mod rows;
mod screen;
mod services;
mod silence;
mod upgrade;

use self::case::Case;
use crate::{outcome::Outcome, plan::Plan};

/// A rule: it says in words what does not hold.
type Predicate = fn(&Case<'_>, &mut Vec<String>);

/// Every rule, by name.
const PREDICATES: &[(&str, Predicate)] = &[
    ("i01_a_claim_is_sent_once", services::i01_a_claim_is_sent_once),
    ("i02_one_leads", services::i02_one_leads),
    ("i03_a_hand_over_is_not_repeated", services::i03_a_hand_over_is_not_repeated),
    ("i03_an_heir_takes_over", services::i03_an_heir_takes_over),
    ("i04_only_the_leader_sends", services::i04_only_the_leader_sends),
    ("i11_no_busy_loop", services::i11_no_busy_loop),
    ("i11_told_by_one_row", rows::i11_told_by_one_row),
    ("i12_dues_are_as_reckoned", occurrences::i12_dues_are_as_reckoned),
    ("i14_an_edit_makes_nothing_already_due", rows::i14_an_edit_makes_nothing_already_due),
    ("i14_no_replan_loses_anything", ends::i14_no_replan_loses_anything),
    ("i16_told_at_most_once_without_a_doubt", rows::i16_told_at_most_once_without_a_doubt),
    ("i16_repeats_are_marked", rows::i16_repeats_are_marked),
    ("i16_one_key_for_one_row", rows::i16_one_key_for_one_row),
    ("i17_completed_is_what_somebody_took", rows::i17_completed_is_what_somebody_took),
    ("i17_nothing_is_lost", occurrences::i17_nothing_is_lost),
    ("i17_expired_is_what_is_over", ends::i17_expired_is_what_is_over),
    ("i17_missed_is_what_cannot_have_arrived", ends::i17_missed_is_what_cannot_have_arrived),
    ("i17_coalesced_is_told_with_another", ends::i17_coalesced_is_told_with_another),
    ("i17_each_is_told_by_itself", ends::i17_each_is_told_by_itself),
    ("i17_refused_for_good_is_dead_at_once", refused::i17_refused_for_good_is_dead_at_once),
    ("i17_dead_for_good_is_what_was_refused", refused::i17_dead_for_good_is_what_was_refused),
    ("i10_prompt_when_all_is_well", occurrences::i10_prompt_when_all_is_well),
    ("i10_told_soon_after_waking", occurrences::i10_told_soon_after_waking),
    ("i19_every_row_comes_to_an_end", rows::i19_every_row_comes_to_an_end),
    ("i19_tries_are_bounded", rows::i19_tries_are_bounded),
    ("i19_refusals_are_bounded", refused::i19_refusals_are_bounded),
    ("i20_each_by_its_own_channel", rows::i20_each_by_its_own_channel),
    ("i21_only_what_is_over_goes", records::i21_only_what_is_over_goes),
    ("i21_what_went_stays_away", records::i21_what_went_stays_away),
    ("i22_nothing_after_the_confirmed_cancel", occurrences::i22_nothing_after_the_confirmed_cancel),
    ("i23_nothing_at_or_after_its_end", rows::i23_nothing_at_or_after_its_end),
    ("i24_never_early", rows::i24_never_early),
    ("i25_the_audit_replays", rows::i25_the_audit_replays),
    ("i26_undo_restores_what_will_ring", services::i26_undo_restores_what_will_ring),
    ("i27_nothing_of_the_past_after_a_restore", rows::i27_nothing_of_the_past_after_a_restore),
    ("snoozes_ring", ends::snoozes_ring),
    ("silence_is_kept", silence::silence_is_kept),
    ("an_answer_ends_nags", silence::an_answer_ends_nags),
    ("an_answer_ends_snoozes", silence::an_answer_ends_snoozes),
    ("an_answer_leaves_endpoints_alone", silence::an_answer_leaves_endpoints_alone),
    ("what_insists_is_told_again", silence::what_insists_is_told_again),
    ("what_is_gone_is_left_alone", channels::what_is_gone_is_left_alone),
    ("i16_one_key_for_one_body", letters::i16_one_key_for_one_body),
    ("decisions_are_carried_out", letters::decisions_are_carried_out),
    ("tests_are_told", channels::tests_are_told),
    ("what_may_have_arrived_is_not_repeated", guarantee::what_may_have_arrived_is_not_repeated),
    ("what_is_locked_waits", locked::what_is_locked_waits),
    ("what_was_locked_goes_on", locked::what_was_locked_goes_on),
    ("what_vanished_is_shown_again", screen::what_vanished_is_shown_again),
    ("what_is_left_stays_off_the_screen", screen::what_is_left_stays_off_the_screen),
    ("what_is_shown_is_not_shown_again", screen::what_is_shown_is_not_shown_again),
    ("what_is_taken_over_is_replaced", screen::what_is_taken_over_is_replaced),
    ("runs_do_not_overlap", overlaps::runs_do_not_overlap),
    ("one_run_waits", overlaps::one_run_waits),
    ("what_is_left_out_overlaps", overlaps::what_is_left_out_overlaps),
    ("no_more_than_its_bound_is_told", bounds::no_more_than_its_bound_is_told),
    ("what_is_beyond_is_counted", bounds::what_is_beyond_is_counted),
    ("i04_older_programs_leave_it_alone", upgrade::i04_older_programs_leave_it_alone),
    ("a_newer_program_takes_over", upgrade::a_newer_program_takes_over),
    ("what_is_brought_up_is_old_or_new", upgrade::what_is_brought_up_is_old_or_new),
    ("the_ledger_refuses_nothing", services::the_ledger_refuses_nothing),
    ("the_file_is_sound", services::the_file_is_sound),
];

/// Everything that does not hold, in words; empty when all does.
pub fn judge(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let case = Case::of(plan, outcome);
    let mut all = Vec::new();
    for (name, predicate) in PREDICATES {
        let mut wrong = Vec::new();
        predicate(&case, &mut wrong);
        all.extend(wrong.into_iter().map(|what| format!("{name}: {what}")));
    }
    all
}

/// The names of all rules.
pub fn names() -> Vec<&'static str> {
    PREDICATES.iter().map(|(name, _)| *name).collect()
}
