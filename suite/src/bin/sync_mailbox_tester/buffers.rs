//! Buffers that are swapped while the other side is at work (CP-3, SM-5).

use pw_status::{Error, Result};
use suite::capsule::{Step, Taken, What, must};
use suite::pattern;
use suite::report::{Case, Report};
use userspace::ProcessId;
use userspace::allow::Allowed;
use userspace::channel::StaticBuffer;
use userspace::registry::{self, Name};
use userspace::syscall::{command, yield_wait_for};

use crate::cast::{SERVER, respond};

const DRIVER: u32 = 0x9_0001;

static BUFFERS: [StaticBuffer<16>; 4] = [const { StaticBuffer::new() }; 4];

/// The tester's buffers, two for each direction.
struct Four {
    request: Allowed,
    response: Allowed,
    spare: [&'static mut [u8]; 2],
}

impl Four {
    fn new() -> Result<Four> {
        let [first, second, third, fourth] = BUFFERS.each_ref().map(|buffer| buffer.take());
        let (Some(request), Some(response)) = (first, second) else { return Err(Error::Internal) };
        let (Some(third), Some(fourth)) = (third, fourth) else { return Err(Error::Internal) };
        pattern::fill(request, 1);
        let request = Allowed::read_only(DRIVER, 0, request, 16).map_err(|_| Error::Internal)?;
        let response = Allowed::read_write(DRIVER, 0, response).map_err(|_| Error::Internal)?;
        Ok(Four { request, response, spare: [third, fourth] })
    }

    fn swap_request(&mut self, seed: u8) -> Result<()> {
        let [spare, _] = &mut self.spare;
        pattern::fill(spare, seed);
        *spare = self.request.swap(core::mem::take(spare)).map_err(|_| Error::Internal)?;
        Ok(())
    }

    fn swap_response(&mut self) -> Result<()> {
        let [_, spare] = &mut self.spare;
        spare.fill(0);
        *spare = self.response.swap(core::mem::take(spare)).map_err(|_| Error::Internal)?;
        Ok(())
    }
}

fn send(id: ProcessId) -> Result<()> {
    let sent = command(DRIVER, 1, id.word(), 0)?;
    sent.failure.map_or(Ok(()), |_| Err(Error::Aborted))
}

fn swapping(case: &mut Case) -> Result<()> {
    SERVER.registers(case)?;
    let name = Name::from_bytes(&suite::capsule::name_bytes(SERVER.name()));
    let id = registry::discover(&name.ok_or(Error::Internal)?).map_err(|_| Error::NotFound)?;
    let mut four = Four::new()?;
    for seed in [10, 20] {
        send(id)?;
        // What is there when the request is taken counts, and what is there when it is answered.
        four.swap_request(seed)?;
        let taken = SERVER.must(case, Step::new(What::TryTake).of(16)).map(Taken::from_value)?;
        case.equal((taken.len, taken.full, taken.seed), (16, 16, seed));
        four.swap_request(99)?;
        four.swap_response()?;
        SERVER.must(case, respond(seed + 1))?;
        case.equal(yield_wait_for(DRIVER, 0), Ok([0, 8, 0]));
        let before: [u8; 16] = (*four.spare[1]).try_into().map_err(|_| Error::Internal)?;
        four.swap_response()?;
        case.holds(pattern::is(&four.spare[1][..8], seed + 1));
        case.equal(&four.spare[1][8..], &[0; 8][..]);
        case.holds(seed == 20 || before == [0; 16]);
    }
    // Without room the response is cut to nothing, and without a request nothing is asked.
    send(id)?;
    let response = four.response.take();
    response.fill(0);
    let request = four.request.take();
    let taken = SERVER.must(case, Step::new(What::TryTake).of(16)).map(Taken::from_value)?;
    case.equal((taken.len, taken.full, taken.seed), (0, 0, 0));
    SERVER.must(case, respond(77))?;
    case.equal(yield_wait_for(DRIVER, 0), Ok([7, 8, 0]));
    case.holds(response.iter().all(|byte| *byte == 0));
    case.holds(pattern::is(request, 99));
    // What was answered already is not touched by a swap.
    let said = SERVER.does(Step::new(What::TryTake).of(16));
    case.equal(said.is_err(), true);
    must(case, Ok(0)).map(|_| ())
}

pub(crate) fn swapped(report: &mut Report) {
    report.case(
        "CP-3 SM-5 what counts is the buffer that is allowed at the moment of the copy",
        swapping,
    );
}
