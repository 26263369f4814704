//! Hostile calls of endpoints.

use guichet_abi::{ARGUMENT_COUNT, LIST_FLAG, Syscall};

use super::{Caller, any_word, buffer};
use crate::layout::{IN, IN_TABLE, LONG_BYTES, WIDE_BYTES, WIDE_IN, WIDE_OUT};
use crate::oracle::endpoints::Right;
use crate::random::Random;

/// The calls of endpoints, so that they come often where there are any.
pub(super) const FREQUENT: [Syscall; 18] = [
    Syscall::EndpointSend,
    Syscall::EndpointTrySend,
    Syscall::EndpointSendWords,
    Syscall::EndpointTrySendWords,
    Syscall::EndpointCall,
    Syscall::EndpointCall,
    Syscall::EndpointCallWords,
    Syscall::EndpointReceive,
    Syscall::EndpointReceive,
    Syscall::EndpointReceiveWords,
    Syscall::EndpointTryReceive,
    Syscall::EndpointTryReceiveWords,
    Syscall::EndpointReply,
    Syscall::EndpointReplyWords,
    Syscall::EndpointReplyAndReceive,
    Syscall::EndpointReplyAndReceiveWords,
    Syscall::EndpointDropReply,
    Syscall::EndpointBind,
];

/// Tells whether the first argument of a call is a handle.
pub(super) fn names_a_handle(syscall: Syscall) -> bool {
    !matches!(
        syscall,
        Syscall::EndpointReply | Syscall::EndpointReplyWords | Syscall::EndpointDropReply
    )
}

/// A reply right of somebody, mostly a recent one.
fn right(random: &mut Random, caller: Caller<'_>) -> usize {
    if random.once_in(10) {
        return any_word(random);
    }
    if let Some(caller_of_it) = caller.owed_to.filter(|_| !random.once_in(4)) {
        return caller.declared.right(Right { caller: caller_of_it, is_latest: true }) as usize;
    }
    let threads = caller.declared.system.threads.iter().enumerate();
    let callers = threads.filter(|(_, thread)| !thread.exchange().is_none());
    let callers: Vec<usize> = callers.map(|(number, _)| number).collect();
    if callers.is_empty() {
        return 0;
    }
    let right = Right { caller: random.pick(&callers), is_latest: !random.once_in(6) };
    caller.declared.right(right) as usize
}

fn room(random: &mut Random) -> [usize; 2] {
    match random.below(5) {
        0 => [IN, LONG_BYTES],
        1 => [IN_TABLE, LIST_FLAG | 2],
        2 | 3 => [WIDE_IN, WIDE_BYTES],
        _any => buffer(random),
    }
}

fn message(random: &mut Random) -> [usize; 2] {
    if random.once_in(6) { [WIDE_OUT, random.below(WIDE_BYTES + 1)] } else { buffer(random) }
}

/// A handle, or zero, with a number of words beside it. Half of the time nothing stands in the registers behind them,
/// which are the last ones.
fn words(random: &mut Random, handle: usize, words: &mut [usize]) -> usize {
    let count = if random.once_in(10) { random.below(8) } else { random.below(words.len() + 1) };
    if random.once_in(2) {
        words.iter_mut().skip(count).for_each(|word| *word = 0);
    }
    handle | count << 16
}

/// Replaces words by such as the call could mean. The first is a handle already.
pub(super) fn sensible(
    random: &mut Random,
    caller: Caller<'_>,
    syscall: Syscall,
    (low, high): (usize, usize),
    arguments: &mut [usize; ARGUMENT_COUNT],
) {
    match syscall {
        Syscall::EndpointSend | Syscall::EndpointTrySend => {
            [arguments[1], arguments[2]] = message(random);
            [arguments[3], arguments[4]] = [low, high];
        }
        Syscall::EndpointReceive | Syscall::EndpointTryReceive => {
            [arguments[1], arguments[2]] = room(random);
            [arguments[3], arguments[4]] = [low, high];
        }
        Syscall::EndpointCall => {
            [arguments[1], arguments[2]] = message(random);
            [arguments[3], arguments[4]] = room(random);
            [arguments[5], arguments[6]] = [low, high];
        }
        Syscall::EndpointSendWords | Syscall::EndpointTrySendWords | Syscall::EndpointCallWords => {
            arguments[0] = words(random, arguments[0], &mut arguments[3..]);
            [arguments[1], arguments[2]] = [low, high];
        }
        Syscall::EndpointReceiveWords => [arguments[1], arguments[2]] = [low, high],
        Syscall::EndpointReply => {
            arguments[0] = right(random, caller);
            [arguments[1], arguments[2]] = message(random);
        }
        Syscall::EndpointReplyWords => {
            arguments[0] = words(random, 0, &mut arguments[3..]);
            arguments[1] = right(random, caller);
        }
        Syscall::EndpointReplyAndReceive => {
            arguments[1] = right(random, caller);
            [arguments[2], arguments[3]] = message(random);
            [arguments[4], arguments[5]] = room(random);
        }
        Syscall::EndpointReplyAndReceiveWords => {
            arguments[0] = words(random, arguments[0], &mut arguments[3..]);
            arguments[1] = right(random, caller);
        }
        Syscall::EndpointDropReply => arguments[0] = right(random, caller),
        Syscall::EndpointBind => {
            arguments[1] = random.below(caller.declared.system.processes.len() + 2);
        }
        _others => {}
    }
}
