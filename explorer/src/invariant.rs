//! What must hold after every step, by name.

use std::fmt;

macro_rules! invariants {
    ($($(#[$documentation:meta])* $variant:ident $name:literal $sentence:literal;)*) => {
        /// Something that must hold after every step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Invariant {
            $(#[doc = $sentence] $variant,)*
        }

        impl Invariant {
            /// Every invariant.
            pub const ALL: &[Invariant] = &[$(Invariant::$variant,)*];

            /// Its name in reports.
            pub fn name(self) -> &'static str {
                match self { $(Invariant::$variant => $name,)* }
            }

            /// What it says.
            pub fn sentence(self) -> &'static str {
                match self { $(Invariant::$variant => $sentence,)* }
            }
        }
    };
}

invariants! {
    Consistent "consistent"
        "The kernel's own check of its tables holds.";
    Awake "awake"
        "Nobody sleeps whose wait is satisfied (WT-3, WT-6), or who could serve what nobody serves (CH-10).";
    OneEnd "one-end"
        "Every call ends exactly when and exactly how the clauses say, and once.";
    AnswersPresentRequest "answers-present-request"
        "A response that is accepted answers the request that the initiator has pending now, never an older one (CH-5a).";
    OfferedBytesOnly "offered-bytes-only"
        "Bytes land only in buffers that are offered at that moment (AB-8, CH-5).";
    BytesAsSent "bytes-as-sent"
        "What lands is byte for byte what was sent, copied once (AB-8).";
    InsideTheWall "inside-the-wall"
        "The kernel has no range copied or read that its process may not use so (AB-3).";
    FailureChangesNothing "failure-changes-nothing"
        "A call that is refused leaves the kernel's whole state as it was, but for a mark of staleness that it uses up (AB-5, CH-5a); a bad room is refused before the response is delivered (CH-10).";
    PeerTold "peer-told"
        "When a process ends, nobody still sleeps in a transaction with it (CH-8), its own is withdrawn (CH-9), and nobody sleeps on until it or its thread ends (PR-4).";
    SignalsTrue "signals-true"
        "The signals that a wait returns are those that the clauses say are active, such as READABLE on a handler while a transaction is pending and not served (CH-3, CH-7, CH-9); one that a receiver takes at once never shows it (CH-10).";
    SenderNamed "sender-named"
        "A receive tells the badge that is declared of the initiator whose request it gives (AB-6, CH-10).";
    QueueAsSent "queue-as-sent"
        "An endpoint's queue holds exactly the messages that were accepted and not received, each once, the oldest in front, byte for byte and with its sender's name, and never more than its capacity (EP-1, EP-3, EP-5, EP-12).";
    ReplyOnce "reply-once"
        "A reply right is given to whoever receives a call, and used up once by its own incarnation while that call is open (EP-7, EP-12).";
    Priority "priority"
        "No ready thread is more important than the one that runs (WT-8).";
    Fifo "first-in-first-out"
        "Among equally important threads the one runs that has been ready for longest (WT-8).";
    Inherited "inherited"
        "A thread is exactly as important as declared, or as the most important of the transactions that it answers for, and of those that wait behind them (CH-13).";
    Alarm "alarm"
        "The alarm that the port is asked for is never later than the earliest deadline, and is exactly that while the system is idle and after a timer event (WT-2).";
    DoorAgrees "door-agrees"
        "Where the door answers, it gives the same outcome, the same state and the same memory as step; where it does not, it has changed nothing.";
    NoDeadlock "no-deadlock"
        "The system is idle only while no thread could run.";
    ProcessLife "process-life"
        "A process lives until it exits, faults, is killed or terminated, and no longer; its end is reported once (AB-3, PR-2). A thread lives from its start until it, or its process, ends (PR-5).";
    StatusOnce "status-once"
        "How a process or a thread ended can be collected from that moment on, once, by whoever comes first (PR-5).";
    Restarted "restarted"
        "A process is restarted when its policy says so and no sooner, as often as it says and no more, and not if it was terminated; then the policy gives up as declared (PR-3). A transaction waits for the restart (CH-8).";
    Members "members"
        "A wait group holds what was added to it and not taken out, each thing once and in one group at most, and nothing of an earlier life (WT-4, PR-3).";
    InTurn "in-turn"
        "A member of a wait group that is ready is served before another is served twice (WT-4), and so is an upcall that could be delivered (CP-2).";
    Walls "walls"
        "A process's wall lets through, beside its own memory, exactly the regions that it has mapped, each as far as it asked and may now; nothing in the last moment of its life and at the first (SH-2, SH-3, SH-5, SH-6).";
    Held "held"
        "Whoever maps, lends, returns or copies shared memory is told what its rights and those of the present holder make of it (SH-1 to SH-4).";
    Lines "lines"
        "An interrupt line may come while its owner runs and has acknowledged what came of it, and at no other time; no line is enabled that is enabled, since that would lose what has just come (PR-8).";
    NamesTrue "names-true"
        "A name has one owner, which lives; whoever looks for it is given the owner's id, and no other (NR).";
    RequestsTrue "requests-true"
        "A request is taken once, in the order of those that wait, and has one end: a response to itself, a failure or a cancel (SM).";
    MessagesTrue "messages-true"
        "A message is in the stream of whoever wants it, whole, or its sender is told why not; what was refused is counted, and the end of whom one listens to is told once (AM).";
    NoticesTrue "notices-true"
        "A number means one process, as long as that lives, and whoever notifies it is told why not, if not (NO).";
    UpcallsTrue "upcalls-true"
        "An upcall is delivered while it is due, with what its capsule says then, to the function that is subscribed, of a main thread that yields (CP-1, CP-2); what is allowed and subscribed is what this life of the process has allowed and subscribed (CP-3).";
    ToldOnce "told-once"
        "A capsule hears of each change of a process once; what it keeps of a process is zero when a life begins (PR-9).";
    NewLife "new-life"
        "A process that starts again is another one (PR-1): nothing of its earlier life reaches it, no result and no status, and a thread that starts begins at its beginning (PR-3).";
}

impl fmt::Display for Invariant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// An invariant that does not hold, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The invariant.
    pub invariant: Invariant,
    /// What was seen, in words.
    pub observation: String,
}

impl Violation {
    /// Says that an invariant does not hold.
    pub fn new(invariant: Invariant, observation: impl Into<String>) -> Violation {
        Violation { invariant, observation: observation.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.invariant, self.observation)
    }
}
