//! The core of the media plane in virtual time: people publish and watch over networks that lose, delay, reorder and
//! duplicate, all from a seed. No sockets, no threads, no sleeping; ten minutes of calls pass in a second.
//! The world is in `sim/world.rs`, what its people see in `sim/screen.rs`.

#[path = "sim/screen.rs"]
mod screen;
#[path = "sim/wire.rs"]
mod wire;
#[path = "sim/world.rs"]
mod world;

use media::signal::{LeaveReason, ServerMessage};
use media::{Kind, MemberKey};
use std::collections::{BTreeMap, BTreeSet};
use world::{Link, World, ms};

const BAD: Link = Link { loss: 0.05, duplicates: 0.02, delay: 15, jitter: 25 };
const GOOD: Link = Link { loss: 0.0, duplicates: 0.0, delay: 5, jitter: 0 };

#[test]
fn what_a_bad_network_loses_is_repaired_and_nothing_is_delivered_twice() {
    for seed in 1..=3 {
        let mut world = World::new(seed);
        let people: Vec<_> = (0..3).map(|_| world.enter(BAD)).collect();
        for who in &people {
            world.publish(*who);
            world.watch(*who, 3);
        }
        world.run(ms(15_000));
        world.stop_publishing();
        world.run(ms(3_000));
        for who in &people {
            let screens = world.screens(*who);
            let shown: Vec<_> = screens.iter().filter(|screen| !screen.got.is_empty()).collect();
            assert_eq!(shown.len(), 4, "seed {seed}: two others, sound and picture");
            for screen in shown {
                screen.assert_each_number_was_sent_once();
                let missing = screen.missing();
                match screen.kind {
                    Kind::Video => {
                        assert!(screen.got.len() > 1_000, "seed {seed}: {}", screen.got.len());
                        assert!(missing.len() * 500 < screen.got.len(), "seed {seed}: {missing:?}");
                        screen.assert_pictures_go_on();
                    }
                    // Sound is not repaired: what came is at least what two lossy ways let through.
                    Kind::Audio => {
                        let (missing, got) = (missing.len(), screen.got.len());
                        assert!(missing * 5 < got, "seed {seed}: {missing} of {got}");
                    }
                }
            }
        }
        assert!(world.repaired_upstream > 0 && world.repaired_downstream > 0);
    }
}

#[test]
fn somebody_who_comes_late_sees_a_picture_at_once_even_if_the_publisher_is_slow_to_make_a_new_one() {
    let mut world = World::new(7);
    let speaker = world.enter(GOOD);
    world.publish(speaker);
    let first = world.enter(GOOD);
    world.watch(first, 1);
    world.run(ms(5_000));
    world.ignore_key_frame_requests(speaker, true);
    let late = world.enter(GOOD);
    world.watch(late, 1);
    world.run(ms(30));
    let screen = world.screen(late, Kind::Video);
    assert!(screen.got.values().next().is_some_and(|packet| packet.key), "a key frame comes first");
    let before = screen.got.len();
    assert!(screen.missing().is_empty() && screen.frames() == 1);
    world.run(ms(500));
    assert_eq!(world.screen(late, Kind::Video).got.len(), before, "no picture that it cannot decode");
    world.ignore_key_frame_requests(speaker, false);
    world.run(ms(1_500));
    let screen = world.screen(late, Kind::Video);
    assert!(screen.frames() > 10, "the live picture goes on");
    assert!(screen.missing().is_empty());
    screen.assert_each_number_was_sent_once();
    screen.assert_pictures_go_on();
}

#[test]
fn a_slot_changes_hands_without_a_gap() {
    for seed in 1..=5 {
        let mut world = World::new(seed);
        let watcher = world.enter(GOOD);
        world.watch(watcher, 1);
        for _ in 0..6 {
            let speaker = world.enter(GOOD);
            world.publish(speaker);
            world.run(ms(1_000 + 37 * seed));
            world.leave(speaker);
            world.run(ms(200));
        }
        for kind in [Kind::Audio, Kind::Video] {
            let screen = world.screen(watcher, kind);
            assert_eq!(screen.missing(), Vec::<u64>::new(), "seed {seed} {kind:?}");
            assert_eq!(screen.speakers().len(), 6, "seed {seed} {kind:?}");
            screen.assert_each_number_was_sent_once();
            screen.assert_time_goes_forward();
        }
        world.screen(watcher, Kind::Video).assert_pictures_go_on();
    }
}

#[test]
fn nothing_of_a_closed_microphone_or_camera_leaves_the_server() {
    let mut world = World::new(3);
    let (speaker, watcher) = (world.enter(GOOD), world.enter(GOOD));
    world.publish(speaker);
    world.watch(watcher, 1);
    world.run(ms(1_000));
    world.mute(speaker, true);
    world.run(ms(20));
    let count = |world: &World| [Kind::Audio, Kind::Video].map(|kind| world.screen(watcher, kind).got.len());
    let before = count(&world);
    // Somebody new must not see the last picture from before either.
    let late = world.enter(GOOD);
    world.watch(late, 1);
    world.run(ms(1_000));
    assert_eq!(count(&world), before);
    assert!(world.screen(late, Kind::Video).got.is_empty());
    world.mute(speaker, false);
    world.run(ms(1_000));
    let after = count(&world);
    assert!(after[0] > before[0] && after[1] > before[1]);
    for kind in [Kind::Audio, Kind::Video] {
        assert!(world.screen(watcher, kind).missing().is_empty());
        world.screen(watcher, kind).assert_time_goes_forward();
    }
    world.screen(late, Kind::Video).assert_pictures_go_on();
}

#[test]
fn key_frames_are_not_asked_for_more_often_than_twice_a_second() {
    let mut world = World::new(11);
    let speaker = world.enter(GOOD);
    world.publish(speaker);
    world.run(ms(500));
    let asked = world.key_frames_asked;
    for _ in 0..50 {
        let who = world.enter(GOOD);
        world.watch(who, 1);
        world.run(ms(20));
    }
    world.run(ms(1_000));
    // 50 people within a second, then a second of rest.
    assert!((1..=5).contains(&(world.key_frames_asked - asked)), "{}", world.key_frames_asked - asked);
}

#[test]
fn a_peer_that_falls_silent_is_removed_and_its_slot_goes_to_the_next() {
    let mut world = World::new(5);
    let (watcher, silent, waiting) = (world.enter(GOOD), world.enter(GOOD), world.enter(GOOD));
    world.watch(watcher, 1);
    world.publish(silent);
    world.publish(waiting);
    world.run(ms(500));
    assert_eq!(world.table_of(watcher), BTreeMap::from([("0".into(), silent), ("1".into(), silent)]));
    world.unplug(silent);
    world.run(ms(17_000));
    assert_eq!(world.table_of(watcher), BTreeMap::from([("0".into(), waiting), ("1".into(), waiting)]));
    assert!(world.is_present(silent), "its page may still be there");
    world.run(ms(15_000));
    assert!(!world.is_present(silent));
    let id = world.id(silent);
    let gone = ServerMessage::ParticipantLeft { id, reason: LeaveReason::Vanished };
    assert!(world.told(watcher).contains(&gone));
    assert!(world.is_present(watcher) && world.is_present(waiting));
}

#[test]
fn storms_of_people_leave_every_table_true() {
    for seed in 1..=8 {
        let mut world = World::new(seed);
        let mut publishing = BTreeSet::<MemberKey>::new();
        let mut people = Vec::new();
        for _ in 0..150 {
            match world.pick(7) {
                0 | 1 if people.len() < 12 => people.push(world.enter(BAD)),
                2 | 3 if !people.is_empty() => {
                    let who = people[world.pick(people.len())];
                    world.publish(who);
                    publishing.insert(who);
                }
                4 if !people.is_empty() => {
                    let (who, slots) = (people[world.pick(people.len())], 1 + world.pick(4));
                    world.watch(who, slots);
                }
                5 if !people.is_empty() => {
                    let (who, off) = (people[world.pick(people.len())], world.pick(2) == 0);
                    world.mute(who, off);
                }
                6 if !people.is_empty() => {
                    let who = people.remove(world.pick(people.len()));
                    world.leave(who);
                    publishing.remove(&who);
                }
                _ => {}
            }
            let time = ms(world.pick(120) as u64);
            world.run(time);
            for who in &people {
                let Some(slots) = world.slots_of(*who) else { continue };
                let others = publishing.iter().filter(|other| *other != who).count();
                let table = world.table_of(*who);
                assert_eq!(table.len(), 2 * others.min(slots), "seed {seed}: sound and picture of each");
                assert!(table.values().all(|speaker| publishing.contains(speaker) && speaker != who));
            }
        }
        for who in people {
            for screen in world.screens(who) {
                screen.assert_each_number_was_sent_once();
            }
            world.leave(who);
        }
        assert!(world.is_empty());
    }
}
