//! The name registry, row by row.

use guichet_abi::{ErrorCode, driver};

use crate::testing::forum::{Forum, forum, name};

const REGISTRY: u32 = driver::NAME_REGISTRY;

fn discover_and_wait(forum: &mut Forum, process: usize, letters: &str) {
    forum.show(process, REGISTRY, 0, 0, &name(letters));
    forum.command(process, REGISTRY, [3, 0, 0]).unwrap();
}

/// NR-1.
#[test]
fn a_name_is_twenty_bytes_and_not_nothing() {
    let mut forum = forum(2, &[]);
    for command in 1..=3 {
        assert_eq!(forum.command(0, REGISTRY, [command, 0, 0]), Err(ErrorCode::Size));
    }
    forum.show(0, REGISTRY, 0, 0, &[1; 19]);
    assert_eq!(forum.command(0, REGISTRY, [1, 0, 0]), Err(ErrorCode::Size));
    forum.show(0, REGISTRY, 0, 0, &[0; 20]);
    for command in 1..=3 {
        assert_eq!(forum.command(0, REGISTRY, [command, 0, 0]), Err(ErrorCode::Invalid));
    }
}

/// NR-2.
#[test]
fn a_registration_is_confirmed_once() {
    let mut forum = forum(2, &[]);
    forum.register(0, "one").unwrap();
    assert_eq!(forum.told(0, REGISTRY, 0), [0; 3]);
    forum.wait_for(0, REGISTRY, 0);
    assert_eq!(forum.came(0), None);
}

/// NR-3.
#[test]
fn a_name_has_one_process_while_that_lives() {
    let mut forum = forum(3, &[]);
    forum.register(0, "name").unwrap();
    assert_eq!(forum.register(1, "name"), Err(ErrorCode::Already));
    forum.register(0, "other").unwrap();
    forum.register(1, "name").unwrap();
    assert_eq!(forum.register(0, "name"), Err(ErrorCode::Already));
    forum.turn_to(0);
    forum.machine.kill(1);
    forum.register(0, "name").unwrap();
    assert_eq!(forum.discover(2, "other"), Err(ErrorCode::NoDevice));
    assert_ne!(forum.discover(2, "name"), Err(ErrorCode::NoDevice));
}

/// NR-1: the name is copied at the time of the command.
#[test]
fn a_name_does_not_change_with_its_buffer() {
    let mut forum = forum(2, &[]);
    forum.register(0, "name").unwrap();
    forum.show(0, REGISTRY, 0, 0, &name("else"));
    assert!(forum.discover(1, "name").is_ok());
    assert_eq!(forum.discover(1, "else"), Err(ErrorCode::NoDevice));
}

/// NR-3: a discovery that waits ends when the name appears.
#[test]
fn discovery_can_wait() {
    let mut forum = forum(3, &[]);
    discover_and_wait(&mut forum, 0, "late");
    assert_eq!(forum.command(0, REGISTRY, [3, 0, 0]), Err(ErrorCode::Busy));
    assert_eq!(forum.command(0, REGISTRY, [2, 0, 0]), Err(ErrorCode::Busy));
    forum.wait_for(0, REGISTRY, 1);
    forum.register(1, "early").unwrap();
    assert_eq!(forum.came(0), None);
    forum.register(2, "late").unwrap();
    let [status, id, _] = forum.came(0).unwrap();
    assert_eq!(status, 0);
    assert_eq!(forum.discover(0, "late"), Ok(u32::try_from(id).unwrap()));
}

/// NR-2, NR-3: what goes before it is told is not told.
#[test]
fn a_name_that_goes_again_is_not_given() {
    let mut forum = forum(3, &[]);
    discover_and_wait(&mut forum, 0, "brief");
    forum.show(1, REGISTRY, 0, 0, &name("brief"));
    forum.register(2, "brief").unwrap();
    forum.command(1, REGISTRY, [2, 0, 0]).unwrap();
    forum.turn_to(0);
    forum.machine.kill(2);
    let gone = ErrorCode::NoDevice.number() as usize;
    assert_eq!(forum.told(1, REGISTRY, 1), [gone, 0, 0]);
    forum.wait_for(0, REGISTRY, 1);
    assert_eq!(forum.came(0), None, "it waits on");
    forum.register(1, "brief").unwrap();
    assert!(matches!(forum.came(0), Some([0, id, 0]) if id != 0));
}

/// NR-2: command 4.
#[test]
fn a_discovery_can_be_cancelled() {
    let mut forum = forum(2, &[]);
    assert_eq!(forum.command(0, REGISTRY, [4, 0, 0]), Err(ErrorCode::Already));
    discover_and_wait(&mut forum, 0, "name");
    forum.command(0, REGISTRY, [4, 0, 0]).unwrap();
    forum.register(1, "name").unwrap();
    forum.subscribe(0, REGISTRY, 1, 5);
    assert_eq!(forum.next(0), None);
}

/// NR-5.
#[test]
fn services_are_kept_for_their_process() {
    let mut forum = forum(3, &[(1, name("clock")), (1, name("alarm"))]);
    assert_eq!(forum.register(0, "clock"), Err(ErrorCode::Reserve));
    forum.register(0, "free").unwrap();
    assert_eq!(forum.register(1, "anything"), Err(ErrorCode::Reserve));
    forum.register(1, "clock").unwrap();
    forum.register(1, "alarm").unwrap();
    assert_eq!(forum.discover(2, "clock"), Err(ErrorCode::NoDevice));
    assert!(forum.discover(2, "alarm").is_ok());
}
