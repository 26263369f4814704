//! When the spare regions are written, and what is in them then.

use guichet_abi::{Message, Results};
use guichet_kernel::{
    ExchangeIndex, Instant, InterruptLine, PmpSpares, Pmsav7Spares, Pmsav8Spares, RestartPolicy,
    Span, ThreadIndex, WaitListIndex,
};

use std::marker::PhantomData;

use super::*;
use crate::machine::Restore;

type Words = [u32; WALL_WORDS];

/// A machine that remembers what was written into its spare regions.
struct Fake<W> {
    raised: Vec<Words>,
    wall: PhantomData<W>,
}

impl<W: SpareWall> Hardware for Fake<W> {
    type Context = ();
    type SpareWall = W;
    const NO_CONTEXT: () = ();
    const ENTRY_BYTES: usize = 0;
    const STACK_ALIGNMENT: usize = 1;

    unsafe fn fresh_context(_entry: usize, _stack_end: usize) {}

    fn give_message(_context: &mut (), _results: &Results, _message: &Message) -> Restore {
        Restore::Message
    }

    unsafe fn copy(_source: usize, _destination: usize, _length: usize) {}

    fn raise_spares(&mut self, words: &Words) {
        self.raised.push(*words);
    }

    fn now(&mut self) -> Instant {
        Instant::NEVER
    }

    fn set_alarm(&mut self, _at: Instant) {}

    fn wait(&mut self) -> Option<InterruptLine> {
        None
    }

    fn enable_line(&mut self, _line: InterruptLine) {}

    fn disable_line(&mut self, _line: InterruptLine) {}

    fn can_send(&mut self) -> bool {
        true
    }

    fn send(&mut self, _byte: u8) {}

    fn reset(&mut self) -> ! {
        panic!("reset")
    }

    fn finish(&mut self, status: u32) -> ! {
        panic!("the end, with {status}")
    }
}

/// A process, of which it matters here only whether it can have anything beside its own memory.
fn process(number: usize, first_mapping: MappingIndex) -> ProcessDescriptor<'static> {
    ProcessDescriptor {
        index: ProcessIndex::new(number),
        name: "",
        own: Span { start: 0, end: 0 },
        memory: &[],
        objects: &[],
        threads: &[],
        wall: [0; WALL_WORDS],
        wait_list: WaitListIndex::NONE,
        upcalls_list: WaitListIndex::NONE,
        first_member: ThreadIndex::NONE,
        first_exchange: ExchangeIndex::NONE,
        first_mapping,
        starts_at_boot: true,
        restart: RestartPolicy::NEVER,
        may_shutdown: false,
    }
}

/// Two processes that never have anything, and two that can.
fn processes() -> [ProcessDescriptor<'static>; 4] {
    let places = [None, Some(0), None, Some(4)];
    let mut number = 0;
    places.map(|first| {
        let found = process(number, first.map_or(MappingIndex::NONE, MappingIndex::new));
        number += 1;
        found
    })
}

/// The spare regions of four processes, with nothing in them yet and nothing written since.
fn fresh<W: SpareWall>() -> (Spares, Fake<W>) {
    let mut hardware = Fake { raised: Vec::new(), wall: PhantomData };
    let walls = Box::leak(Box::new([[0xFF; WALL_WORDS]; 4]));
    let spares = Spares::new(&mut hardware, walls);
    // What a machine begins with need not be nothing.
    assert_eq!(std::mem::take(&mut hardware.raised), [W::NOTHING]);
    assert!(spares.0[0].walls.iter().all(|words| *words == W::NOTHING));
    (spares, hardware)
}

fn written<W: SpareWall>(hardware: &mut Fake<W>) -> Vec<Words> {
    std::mem::take(&mut hardware.raised)
}

/// What the kernel does around writing to the memory of some process.
fn write<W: SpareWall>(spares: &mut Spares, hardware: &mut Fake<W>, address: usize, length: usize) {
    let was_lowered = spares.lower(hardware, address, length);
    assert_eq!(was_lowered, !hardware.raised.is_empty());
    spares.raise_again(hardware, was_lowered);
}

fn region(number: usize, writable: bool) -> Region {
    let start = 0x2000_0000 + number * 0x1000;
    Region { start, end: start + 0x1000, writable }
}

fn words<W: SpareWall>(place: usize, region: Region) -> Words {
    let mut words = W::NOTHING;
    W::put(&mut words, place, Some(region)).unwrap();
    words
}

fn nothing_is_written_in_place_of_nothing<W: SpareWall>() {
    let (mut spares, mut hardware) = fresh::<W>();
    let all = processes();
    for number in [0, 2, 0, 1, 3, 1, 0, 3, 2, 2] {
        spares.switch(&mut hardware, &all[number]);
        assert_eq!(written(&mut hardware), Vec::<Words>::new(), "{number}");
    }
}

fn a_switch_writes_what_differs<W: SpareWall>() {
    let (mut spares, mut hardware) = fresh::<W>();
    let [never, one, never_too, other] = &processes();
    spares.switch(&mut hardware, never);
    // Of processes that do not run, nothing is written.
    assert_eq!(spares.put(&mut hardware, one, 2, Some(region(1, true))), Ok(()));
    assert_eq!(spares.put(&mut hardware, other, 0, Some(region(1, false))), Ok(()));
    assert_eq!(written(&mut hardware), Vec::<Words>::new());
    let (of_one, of_other) = (words::<W>(2, region(1, true)), words::<W>(0, region(1, false)));
    for (process, expected) in [
        (one, Some(of_one)),
        (one, None),
        (other, Some(of_other)),
        (never, Some(W::NOTHING)),
        (never_too, None),
        (other, Some(of_other)),
        (one, Some(of_one)),
    ] {
        spares.switch(&mut hardware, process);
        assert_eq!(written(&mut hardware), Vec::from_iter(expected));
    }
}

fn what_stands_changes_at_once<W: SpareWall>() {
    let (mut spares, mut hardware) = fresh::<W>();
    let [never, one, _, other] = &processes();
    spares.switch(&mut hardware, one);
    let wanted = region(1, true);
    assert_eq!(spares.put(&mut hardware, one, 0, Some(wanted)), Ok(()));
    assert_eq!(written(&mut hardware), [words::<W>(0, wanted)]);
    let odd = Region { end: wanted.end - 1, ..wanted };
    assert_eq!(spares.put(&mut hardware, one, 0, Some(odd)), Err(Inexpressible));
    assert_eq!(spares.put(&mut hardware, one, 4, Some(wanted)), Err(Inexpressible));
    assert_eq!(spares.put(&mut hardware, never, 0, Some(wanted)), Err(Inexpressible));
    assert_eq!(written(&mut hardware), Vec::<Words>::new());
    assert_eq!(spares.put(&mut hardware, one, 0, None), Ok(()));
    assert_eq!(written(&mut hardware), [W::NOTHING]);
    // Two changes of one that does not run are one write when its turn comes; none if they cancel out.
    assert_eq!(spares.put(&mut hardware, other, 1, Some(wanted)), Ok(()));
    assert_eq!(spares.put(&mut hardware, other, 1, None), Ok(()));
    spares.switch(&mut hardware, other);
    assert_eq!(written(&mut hardware), Vec::<Words>::new());
}

fn a_life_begins_and_ends_with_nothing<W: SpareWall>() {
    let (mut spares, mut hardware) = fresh::<W>();
    let [never, one, ..] = &processes();
    spares.switch(&mut hardware, one);
    spares.put(&mut hardware, one, 0, Some(region(1, true))).unwrap();
    written(&mut hardware);
    // It ends, and its next life begins before anybody else has run.
    spares.clear(&mut hardware, one);
    assert_eq!(written(&mut hardware), [W::NOTHING]);
    spares.clear(&mut hardware, one);
    spares.switch(&mut hardware, one);
    assert_eq!(written(&mut hardware), Vec::<Words>::new());
    // It ends while another runs.
    spares.put(&mut hardware, one, 0, Some(region(1, true))).unwrap();
    spares.switch(&mut hardware, never);
    written(&mut hardware);
    spares.clear(&mut hardware, one);
    spares.clear(&mut hardware, never);
    spares.switch(&mut hardware, one);
    assert_eq!(written(&mut hardware), Vec::<Words>::new());
}

#[test]
fn each_kind_of_wall_is_written_when_it_must_be() {
    fn all<W: SpareWall>() {
        nothing_is_written_in_place_of_nothing::<W>();
        a_switch_writes_what_differs::<W>();
        what_stands_changes_at_once::<W>();
        a_life_begins_and_ends_with_nothing::<W>();
    }
    all::<PmpSpares>();
    all::<Pmsav7Spares>();
    all::<Pmsav8Spares>();
}

#[test]
fn a_wall_that_keeps_the_kernel_out_is_lowered_while_it_writes() {
    let [never, one, ..] = &processes();
    let (mut spares, mut hardware) = fresh::<Pmsav8Spares>();
    spares.switch(&mut hardware, one);
    spares.put(&mut hardware, one, 0, Some(region(1, false))).unwrap();
    spares.put(&mut hardware, one, 1, Some(region(2, true))).unwrap();
    let standing = *written(&mut hardware).last().unwrap();
    let lowered = [Pmsav8Spares::NOTHING, standing];
    for (address, length, expected) in [
        (0x2000_1FFF, 1, &lowered[..]),
        (0x2000_0F00, 0x101, &lowered[..]),
        (0x2000_0F00, 0x100, &[]),
        (0x2000_2000, 0x1000, &[]), // what the process may write, the kernel may write
        (0x2000_1FFF, 0, &[]),
    ] {
        write(&mut spares, &mut hardware, address, length);
        assert_eq!(written(&mut hardware), expected, "{address:#x} + {length:#x}");
    }
    spares.switch(&mut hardware, never);
    written(&mut hardware);
    write(&mut spares, &mut hardware, 0x2000_1000, 4);
    assert_eq!(written(&mut hardware), Vec::<Words>::new());
}

#[test]
fn other_walls_are_never_lowered() {
    fn never_lowered<W: SpareWall>() {
        let [_, one, ..] = &processes();
        let (mut spares, mut hardware) = fresh::<W>();
        spares.switch(&mut hardware, one);
        spares.put(&mut hardware, one, 0, Some(region(1, false))).unwrap();
        written(&mut hardware);
        write(&mut spares, &mut hardware, 0x2000_1000, 0x1000);
        assert_eq!(written(&mut hardware), Vec::<Words>::new());
    }
    never_lowered::<PmpSpares>();
    never_lowered::<Pmsav7Spares>();
}
