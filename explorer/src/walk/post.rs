//! The walk through a system whose processes send, call and answer (EP-1 to EP-13).

use guichet_abi::Syscall;
use guichet_kernel::{GiveUp, RestartPolicy};

use crate::declared::Declared;
use crate::oracle::Oracle;
use crate::plan::{Channel, Endpoint, Plan, ProcessPlan, Sender};
use crate::random::Random;

/// What makes sense for the owner of an endpoint that has a message.
const TAKING: [Syscall; 4] = [
    Syscall::EndpointReceive,
    Syscall::EndpointTryReceive,
    Syscall::EndpointReceiveWords,
    Syscall::EndpointTryReceiveWords,
];

/// What makes sense for who has received a call.
const REPLYING: [Syscall; 5] = [
    Syscall::EndpointReply,
    Syscall::EndpointReplyWords,
    Syscall::EndpointReplyAndReceive,
    Syscall::EndpointReplyAndReceiveWords,
    Syscall::EndpointDropReply,
];

/// What makes sense for the owner of an endpoint that is empty.
const AWAITING: [Syscall; 3] =
    [Syscall::EndpointReceive, Syscall::EndpointReceiveWords, Syscall::ObjectWait];

/// What makes sense at the other end.
const SENDING: [Syscall; 8] = [
    Syscall::EndpointSend,
    Syscall::EndpointTrySend,
    Syscall::EndpointSendWords,
    Syscall::EndpointTrySendWords,
    Syscall::EndpointCall,
    Syscall::EndpointCall,
    Syscall::EndpointCallWords,
    Syscall::EndpointCallWords,
];

/// Four processes, three of which receive from the others, seven threads of six priorities; some also
/// transact with one another.
pub fn declared() -> Declared {
    let restarted = |on_exit, delay_ticks, max_restarts| RestartPolicy {
        on_fault: true,
        on_exit,
        delay_ticks,
        max_restarts,
        on_give_up: GiveUp::Stop,
    };
    let endpoint = |receiver, capacity, max_message_bytes, senders: &[Sender]| Endpoint {
        receiver,
        capacity,
        max_message_bytes,
        senders: senders.to_vec(),
    };
    let calls_only = |process| Sender { may_send: false, ..Sender::of(process) };
    let sends_only = |process| Sender { may_call: false, ..Sender::of(process) };
    Declared::new(&Plan {
        processes: vec![
            ProcessPlan {
                groups: 1,
                holds_threads: true,
                restart: restarted(true, 2, None),
                ..ProcessPlan::new("server", &[10, 15])
            },
            ProcessPlan { holds: vec![0, 2, 3], ..ProcessPlan::new("asker", &[15]) },
            ProcessPlan {
                groups: 1,
                restart: restarted(true, 1, None),
                ..ProcessPlan::new("urgent", &[25, 12])
            },
            ProcessPlan {
                starts_at_boot: false,
                holds: vec![0, 1, 2],
                restart: restarted(false, 3, Some(1)),
                ..ProcessPlan::new("late", &[20, 5])
            },
        ],
        channels: vec![Channel::between(1, 0), Channel::between(2, 3)],
        endpoints: vec![
            endpoint(0, 2, 6, &[Sender::of(1), Sender::of(2), sends_only(3)]),
            endpoint(0, 1, 16, &[Sender::of(1), calls_only(2)]),
            endpoint(3, 3, 4, &[Sender::of(0), Sender::of(1), Sender::of(2)]),
            endpoint(2, 1, 6, &[Sender::of(0), Sender::of(1)]),
        ],
        regions: Vec::new(),
        max_transfer_bytes: 16,
    })
}

/// What the owner of an endpoint in its right mind might do.
pub(super) fn receiving(oracle: &Oracle, endpoint: usize, random: &mut Random) -> Syscall {
    let calls = oracle.threads.iter().filter_map(|thread| thread.call);
    let is_held = calls.into_iter().any(|call| call.endpoint == endpoint && call.is_received);
    if is_held && random.once_in(2) {
        random.pick(&REPLYING)
    } else if oracle.endpoints[endpoint].queue.is_empty() {
        random.pick(&AWAITING)
    } else {
        random.pick(&TAKING)
    }
}

/// What a sender in its right mind might do.
pub(super) fn sending(random: &mut Random) -> Syscall {
    random.pick(&SENDING)
}

/// One of those whose calls a process has received and not answered.
pub(super) fn owed_to(oracle: &Oracle, process: usize, random: &mut Random) -> Option<usize> {
    let is_owed = |caller: &usize| {
        let call = oracle.threads[*caller].call.filter(|call| call.is_received);
        call.is_some_and(|call| oracle.endpoints[call.endpoint].owner == process)
    };
    let callers: Vec<usize> = (0..oracle.threads.len()).filter(is_owed).collect();
    (!callers.is_empty()).then(|| random.pick(&callers))
}
