//! A machine of processes that meet by the capsules that Guichet brings. Each has one thread, of the
//! same number, and one object: its upcalls. The first has a second thread, the last of all.

use std::boxed::Box;
use std::vec::Vec;

use guichet_abi::{
    CommandReturn, ErrorCode, Signals, Syscall, awaited_arguments, upcall_arguments,
};

use super::{Machine, base, descriptor, unbooted_machine, writable};
use crate::capsule::Service;
use crate::capsule::table::CapsuleDescriptor;
use crate::*;

/// The machine, which lets whichever process it is asked to run next.
pub(crate) struct Forum {
    pub(crate) machine: Machine,
    processes: usize,
}

/// What a call on a capsule gives.
pub(crate) type Given<T> = Result<T, ErrorCode>;

/// A forum of so many processes, for some of which names are kept.
pub(crate) fn forum(processes: usize, services: &[(usize, Name)]) -> Forum {
    build(processes, services, |_| {})
}

/// As [`forum`], with something changed in what is declared.
pub(crate) fn build(
    processes: usize,
    services: &[(usize, Name)],
    change: impl FnOnce(&mut System<'static>),
) -> Forum {
    let descriptors: &'static [ProcessDescriptor<'static>] =
        (0..processes).map(|process| describe(process, processes)).collect::<Vec<_>>().leak();
    let thread = |process: usize, ordinal| ThreadDescriptor {
        process: &descriptors[process],
        ordinal,
        priority: Priority::DEFAULT,
        wait_list: WaitListIndex::NONE,
    };
    let mut threads: Vec<_> = (0..processes).map(|process| thread(process, 0)).collect();
    threads.push(thread(0, 1));
    let mut capsules = std::vec![
        CapsuleDescriptor::new(&NAME_REGISTRY, &[]),
        CapsuleDescriptor::new(&SYNC_MAILBOX, &[]),
        CapsuleDescriptor::new(&ASYNC_MAILBOX, &[]),
        CapsuleDescriptor::new(&NOTIFY, &[]),
    ];
    CapsuleDescriptor::lay_out(&mut capsules, processes);
    let service = |(process, name): &(usize, Name)| Service {
        process: ProcessIndex::new(*process),
        name: *name,
    };
    let mut system = System {
        processes: descriptors,
        threads: threads.leak(),
        handlers: &[],
        initiators: &[],
        wait_groups: &[],
        interrupts: &[],
        endpoints: &[],
        senders: &[],
        shared_regions: &[],
        sharers: &[],
        capsules: capsules.leak(),
        services: services.iter().map(service).collect::<Vec<_>>().leak(),
        are_ids_global: false,
        max_transfer_bytes: 64,
    };
    change(&mut system);
    let mut machine = unbooted_machine(Box::leak(Box::new(system)));
    machine.boot();
    Forum { machine, processes }
}

fn describe(process: usize, processes: usize) -> ProcessDescriptor<'static> {
    let wait_list = WaitListIndex::new(process);
    let objects = [
        Object::Upcalls { process: ProcessIndex::new(process), wait_list },
        Object::Thread(ThreadIndex::new(processes)),
        Object::Process(ProcessIndex::new((process + 1) % processes)),
    ];
    let mut threads = std::vec![ThreadIndex::new(process)];
    if process == 0 {
        threads.push(ThreadIndex::new(processes));
    }
    ProcessDescriptor {
        name: std::format!("p{process}").leak(),
        first_mapping: MappingIndex::new(process * MAX_MAPPINGS),
        wait_list: WaitListIndex::NONE,
        upcalls_list: wait_list,
        ..descriptor(process, objects.to_vec().leak(), threads.leak(), ThreadIndex::NONE)
    }
}

/// A name that begins with these letters.
pub(crate) fn name(letters: &str) -> Name {
    let mut name = [0; 20];
    name[..letters.len()].copy_from_slice(letters.as_bytes());
    name
}

impl Forum {
    /// Lets a thread run that could: the others sleep meanwhile.
    pub(crate) fn turn_to(&mut self, thread: usize) {
        for _ in 0..4 * self.processes {
            if self.machine.is_idle() {
                let now = self.machine.port.now;
                self.machine.pass(now + 1);
            }
            if self.machine.running() == thread {
                return;
            }
            let until = usize::try_from(self.machine.port.now + 1).unwrap();
            let running = self.machine.running();
            self.machine.call(running, Syscall::SleepUntil, &[until, 0]);
        }
        panic!("thread {thread} does not run");
    }

    /// The results and the message of a thread's latest call, if it has returned.
    pub(crate) fn registers(
        &mut self,
        thread: usize,
    ) -> Option<(guichet_abi::Results, guichet_abi::Message)> {
        let results = self.machine.results.remove(&thread)?;
        assert_eq!(self.machine.running(), thread);
        let is_message = self.machine.outcome.action == Action::ReturnMessage;
        let kept = self.machine.kernel().message(ThreadIndex::new(thread));
        Some((results, if is_message { kept } else { guichet_abi::Message::default() }))
    }

    pub(crate) fn call(
        &mut self,
        thread: usize,
        call: Syscall,
        arguments: &[usize],
    ) -> guichet_abi::Results {
        self.turn_to(thread);
        self.machine.call(thread, call, arguments);
        let results = self.machine.results.get(&thread);
        *results.expect("the call has not returned")
    }

    /// A command; gives its values.
    pub(crate) fn command(
        &mut self,
        process: usize,
        driver: u32,
        [number, first, second]: [u32; 3],
    ) -> Given<[u32; 3]> {
        let words = [driver, number, first, second].map(|word| word as usize);
        self.call(process, Syscall::Command, &words);
        let (results, message) = self.registers(process).expect("a command does not wait");
        let given = CommandReturn::from_registers(results, message);
        let given = given.expect("a command hands something back");
        match given.failure {
            Some(code) => Err(code),
            None => Ok(given.values),
        }
    }

    /// Allows the bytes to be read from the start of the process's read-only memory, behind `at`.
    pub(crate) fn show(
        &mut self,
        process: usize,
        driver: u32,
        number: u8,
        at: usize,
        bytes: &[u8],
    ) {
        let address = base(process) + at;
        self.machine.port.bytes(process, address, bytes.len()).copy_from_slice(bytes);
        let words = [driver as usize, usize::from(number), address, bytes.len()];
        assert_eq!(self.call(process, Syscall::AllowReadOnly, &words).status, guichet_abi::OK);
    }

    /// Allows so many bytes of the process's writable memory, behind `at`, to be written.
    pub(crate) fn lend(
        &mut self,
        process: usize,
        driver: u32,
        number: u8,
        at: usize,
        bytes: usize,
    ) {
        let words = [driver as usize, usize::from(number), writable(process) + at, bytes];
        assert_eq!(self.call(process, Syscall::AllowReadWrite, &words).status, guichet_abi::OK);
    }

    /// The bytes of the process's writable memory.
    pub(crate) fn bytes(&mut self, process: usize, at: usize, length: usize) -> &mut [u8] {
        self.machine.port.bytes(process, writable(process) + at, length)
    }

    /// Subscribes to an upcall, with a function of this number.
    pub(crate) fn subscribe(&mut self, process: usize, driver: u32, number: u8, function: usize) {
        let words = [driver as usize, usize::from(number), function, function + 1];
        assert_eq!(self.call(process, Syscall::Subscribe, &words).status, guichet_abi::OK);
    }

    /// The function and the arguments of the next upcall that is subscribed and due.
    pub(crate) fn next(&mut self, process: usize) -> Option<(usize, [usize; 3])> {
        self.call(process, Syscall::YieldNoWait, &[]);
        let (results, message) = self.registers(process).expect("it does not wait");
        (results.value0 != 0).then_some((results.value0, upcall_arguments(message)))
    }

    /// Yields for one upcall; whether it has come is for [`Forum::came`] to say.
    pub(crate) fn wait_for(&mut self, process: usize, driver: u32, number: u8) {
        self.turn_to(process);
        let words = [driver as usize, usize::from(number)];
        self.machine.call(process, Syscall::YieldWaitFor, &words);
    }

    /// What came with the upcall that a process has yielded for, if it has come.
    pub(crate) fn came(&mut self, process: usize) -> Option<[usize; 3]> {
        if self.is_blocked(process) {
            return None;
        }
        self.turn_to(process);
        self.came_of_several(process).map(|(words, _)| words)
    }

    /// What came with the upcall that a process has yielded for, and which it was of several.
    pub(crate) fn came_of_several(&mut self, process: usize) -> Option<([usize; 3], u32)> {
        let (results, message) = self.registers(process)?;
        let (third, number) = awaited_arguments(message);
        Some(([results.value0, results.value1, third], number))
    }

    /// Whether a process still waits for what it has called for.
    pub(crate) fn is_blocked(&mut self, process: usize) -> bool {
        let state = self.machine.kernel().thread(ThreadIndex::new(process)).unwrap().state();
        matches!(state, ThreadState::Yielding(_) | ThreadState::Waiting { .. })
    }

    /// What a process is told when it yields for an upcall that is due already.
    pub(crate) fn told(&mut self, process: usize, driver: u32, number: u8) -> [usize; 3] {
        self.wait_for(process, driver, number);
        self.came(process).expect("nothing is due")
    }

    /// Whether the process's upcalls are readable.
    pub(crate) fn is_readable(&mut self, process: usize) -> bool {
        let readable = Signals::READABLE.bits() as usize;
        self.call(process, Syscall::ObjectWait, &[0, readable, 0, 0]).status == guichet_abi::OK
    }

    /// Registers a name for a process.
    pub(crate) fn register(&mut self, process: usize, letters: &str) -> Given<()> {
        self.show(process, guichet_abi::driver::NAME_REGISTRY, 0, 0, &name(letters));
        self.command(process, guichet_abi::driver::NAME_REGISTRY, [1, 0, 0]).map(|_| ())
    }

    /// The id by which a process discovers another that has this name.
    pub(crate) fn discover(&mut self, process: usize, letters: &str) -> Given<u32> {
        let driver = guichet_abi::driver::NAME_REGISTRY;
        self.show(process, driver, 0, 0, &name(letters));
        self.command(process, driver, [2, 0, 0])?;
        let [status, id, _] = self.told(process, driver, 1);
        assert_eq!(status, 0);
        Ok(u32::try_from(id).unwrap())
    }
}
