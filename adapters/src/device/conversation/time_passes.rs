//! What happens when the device, its user or the wire takes its time.

use super::talk::*;
use super::*;

#[test]
fn a_silent_device_is_asked_three_times_under_one_id() {
    let mut talk = Talk::over(INFO, true);
    for _ in 0..3 {
        assert_eq!(talk.wants(), Info(ID));
        assert_eq!(talk.after(4).wants(), Receive(SECOND));
        talk.after(1);
    }
    assert_eq!(talk.wants(), done("Silent", false));
}

#[test]
fn damage_in_either_direction_is_told_from_silence() {
    let unread = reply(0, Reply::Refused(Refusal::Frame(FrameFault::Corrupt)));
    for damage in [&b"no frame\0"[..], &unread] {
        let mut talk = Talk::sent(INFO);
        for _ in 0..2 {
            talk.hears_bytes(damage);
            if damage != unread {
                talk.after(5);
            }
            assert_eq!(talk.wants(), Info(ID));
        }
        // The reply to the last request may come all the same.
        assert_eq!(talk.hears_bytes(damage).wants(), Receive(5 * SECOND));
        assert_eq!(talk.after(5).wants(), done("Garbled", false));
    }
}

#[test]
fn signs_of_life_give_the_user_time_up_to_the_limit() {
    let mut talk = Talk::sent(SIGN);
    for second in 1..57 {
        talk.after(1).hears(ID, Reply::Waiting);
        let left = (60 - second).min(5);
        assert_eq!(talk.wants(), Receive(left * SECOND));
    }
    assert_eq!(
        talk.after(3).hears(ID, Reply::Waiting).wants(),
        Receive(SECOND)
    );
    // The device stops asking before the caller is told.
    assert_eq!(talk.after(1).wants(), Cancel(ID + 1));
    assert_eq!(talk.wants(), Receive(5 * SECOND));
    talk.hears(ID + 1, Reply::Cancelled);
    assert_eq!(talk.wants(), done("Undecided", true));
}

#[test]
fn a_decision_at_the_last_moment_counts() {
    for (last, result) in [
        (SIGNED, "c2ln"),
        (Reply::Refused(Refusal::Denied), "Refused(Denied)"),
    ] {
        let mut talk = Talk::sent(SIGN);
        for _ in 0..15 {
            talk.after(4).hears(ID, Reply::Waiting);
        }
        assert_eq!(talk.wants(), Cancel(ID + 1));
        assert_eq!(talk.hears(ID, last).wants(), done(result, true));
    }
}

#[test]
fn a_device_that_does_not_confirm_to_have_stopped_is_not_waited_for() {
    let mut talk = Talk::sent(SIGN);
    for _ in 0..15 {
        talk.after(4).hears(ID, Reply::Waiting);
    }
    assert_eq!(talk.wants(), Cancel(ID + 1));
    // It is not asked again, and what it still says is not about this.
    talk.after(4).hears(ID, Reply::Waiting);
    assert_eq!(talk.wants(), Receive(SECOND));
    assert_eq!(talk.after(1).wants(), done("Undecided", false));
}

#[test]
fn a_device_that_forgot_the_request_is_asked_again() {
    let mut talk = Talk::sent(SIGN);
    talk.hears(ID, Reply::Waiting);
    assert_eq!(talk.after(5).wants(), Sign(ID));
    talk.hears(ID, Reply::Waiting);
    assert_eq!(talk.after(4).hears(ID, SIGNED).wants(), done("c2ln", true));
}

#[test]
fn a_lost_wire_is_opened_anew_for_a_while() {
    let mut talk = Talk::sent(SIGN);
    talk.hears(ID, Reply::Waiting);
    assert_eq!(talk.breaks().wants(), Connect);
    assert_eq!(talk.breaks().wants(), Pause(RECONNECT));
    talk.now += RECONNECT;
    assert_eq!(talk.wants(), Connect);
    assert_eq!(talk.connects().wants(), Sign(ID));

    talk.breaks().after(4);
    assert_eq!(talk.wants(), Connect);
    assert_eq!(
        talk.breaks().after(1).wants(),
        done("Lost(Kind(BrokenPipe))", false)
    );
}

#[test]
fn a_wire_that_breaks_each_time_is_given_up() {
    let mut talk = Talk::over(SIGN, true);
    for _ in 0..2 {
        assert_eq!(talk.wants(), Sign(ID));
        assert_eq!(talk.breaks().wants(), Connect);
        talk.connects();
    }
    // The last one breaks while it is written.
    assert_eq!(talk.breaks().wants(), done("Lost(Kind(BrokenPipe))", false));
}

#[test]
fn a_wire_that_was_never_open_is_told_at_once() {
    let mut talk = Talk::over(SIGN, false);
    assert_eq!(talk.wants(), Connect);
    assert_eq!(
        talk.breaks().wants(),
        done("Connect(Kind(BrokenPipe))", false)
    );
}

#[test]
fn a_wipe_is_sent_once() {
    let mut broken = Talk::sent(Request::Wipe);
    assert_eq!(
        broken.breaks().wants(),
        done("Lost(Kind(BrokenPipe))", false)
    );

    let mut silent = Talk::over(Request::Wipe, true);
    assert_eq!(silent.wants(), Wipe(ID));
    silent.hears(ID, Reply::Waiting);
    // It may be alive and ask its user.
    assert_eq!(silent.after(5).wants(), Cancel(ID + 1));
    assert_eq!(silent.after(5).wants(), done("Silent", false));

    let mut noisy = Talk::sent(Request::Wipe);
    noisy.hears(0, Reply::Refused(Refusal::Frame(FrameFault::Corrupt)));
    assert_eq!(noisy.hears(ID, Reply::Wiped).wants(), done("wiped", true));
}

#[test]
fn who_does_not_wait_any_more_stops_the_device() {
    let mut talk = Talk::over(SIGN, false);
    talk.is_left();
    assert_eq!(talk.wants(), done("Abandoned", false));

    let mut talk = Talk::sent(SIGN);
    talk.is_left();
    assert_eq!(talk.wants(), Cancel(ID + 1));
    let refused = Reply::Refused(Refusal::NothingToCancel);
    assert_eq!(talk.hears(ID + 1, refused).wants(), done("Abandoned", true));

    // Also over a wire that has to be opened for it.
    let mut talk = Talk::sent(SIGN);
    talk.breaks().is_left();
    assert_eq!(talk.wants(), Connect);
    assert_eq!(talk.connects().wants(), Cancel(ID + 1));
    assert_eq!(talk.breaks().wants(), done("Abandoned", false));

    let mut talk = Talk::sent(SIGN);
    talk.breaks().is_left();
    assert_eq!(talk.breaks().after(5).wants(), done("Abandoned", false));

    // Nobody is asked for what can be read by anyone.
    let mut talk = Talk::sent(INFO);
    talk.is_left();
    assert_eq!(talk.wants(), done("Abandoned", true));
}
