//! The table of a size: a row for each user of a memory, a column for each purpose.

use guichet::{Contents, ImageSize, MemorySize, Queue, SharedMemory, Sharer, User};

use super::picture::{FREE, GAP, KERNEL, letter, picture};

/// What a column shows: its title, and which number.
type Column = (&'static str, fn(&Contents) -> u32);

const FLASH: [Column; 4] = [
    ("code", |contents| contents.code_bytes),
    ("rodata", |contents| contents.rodata_bytes),
    ("data", |contents| contents.data_bytes),
    ("slack", |contents| contents.slack_bytes),
];
const RAM: [Column; 4] = [
    ("stack", |contents| contents.stack_bytes),
    ("data", |contents| contents.data_bytes),
    ("bss", |contents| contents.bss_bytes),
    ("slack", |contents| contents.slack_bytes),
];

/// The width of a number, with the blank before it: memories have at most eight digits.
const NUMBER_COLUMNS: usize = 9;

/// Everything that a person wants to see of a size.
pub(super) fn text(size: &ImageSize) -> String {
    let flash = memory("flash", &size.flash, &FLASH);
    let ram = memory("RAM", &size.ram, &RAM);
    let (queues, capsules) = (queues(&size.queues), capsules(size.capsule_bytes));
    let shared = shared_memory(&size.shared_memory);
    format!("{}\n\n{flash}\n{ram}{queues}{capsules}{shared}", size.board)
}

/// A row for each queue, if there is one.
fn queues(queues: &[Queue]) -> String {
    if queues.is_empty() {
        return String::new();
    }
    let rows = queues.iter().map(|queue| format!("{} {}", queue.process, queue.name));
    let rows: Vec<String> = rows.collect();
    let width = rows.iter().map(|row| row.chars().count()).max().unwrap_or(0);
    let titles = ["messages", "each", "all"].map(|title| format!("{title:>NUMBER_COLUMNS$}"));
    let mut text = String::from("\nof the kernel's RAM for the queues of endpoints:\n");
    text += &format!("    {:width$}{}\n", "", titles.concat());
    for (row, Queue { capacity, message_bytes, bytes, .. }) in rows.iter().zip(queues) {
        let numbers = [usize::from(*capacity), *message_bytes, *bytes];
        let numbers = numbers.map(|number| format!("{number:>NUMBER_COLUMNS$}"));
        text += &format!("    {row:width$}{}\n", numbers.concat());
    }
    text
}

/// A line for capsules, if there are any.
fn capsules(bytes: u64) -> String {
    match bytes {
        0 => String::new(),
        _ => format!(
            "\nof the kernel's RAM for capsules, and what processes allow and subscribe: {bytes}\n"
        ),
    }
}

/// A row for each region of shared memory, if there is one.
fn shared_memory(regions: &[SharedMemory]) -> String {
    if regions.is_empty() {
        return String::new();
    }
    let width = regions.iter().map(|region| region.name.chars().count()).max().unwrap_or(0);
    let mut text = String::from("\nshared memory, and who may map it:\n");
    for SharedMemory { name, start, bytes, processes } in regions {
        let sharers =
            processes.iter().map(|Sharer { process, access }| format!("{process} {access}"));
        let sharers = sharers.collect::<Vec<_>>().join(", ");
        text +=
            &format!("    {name:width$}{bytes:>NUMBER_COLUMNS$} from {start:#010x}: {sharers}\n");
    }
    text
}

fn memory(name: &str, memory: &MemorySize, columns: &[Column; 4]) -> String {
    let names = memory.users.iter().map(|user| user.name.chars().count());
    let width = names.chain(["between them".len()]).max().unwrap_or(0);
    let titles = columns.map(|(title, _)| title).map(|title| format!("{title:>NUMBER_COLUMNS$}"));
    let mut text = format!("{name}: {} bytes from {:#x}\n", memory.bytes, memory.start);
    text += &format!("    {:width$}{}{:>NUMBER_COLUMNS$}\n", "", titles.concat(), "all");
    for (number, user) in memory.users.iter().enumerate() {
        let letter = number.checked_sub(1).map_or(KERNEL, letter);
        text += &format!("  {letter} {:width$}{}\n", user.name, numbers(user, columns));
    }
    let blank = NUMBER_COLUMNS * columns.len();
    for (mark, what, bytes) in
        [(GAP, "between them", memory.gap_bytes), (FREE, "free", memory.free_bytes)]
    {
        text += &format!("  {mark} {what:width$}{:blank$}{bytes:>NUMBER_COLUMNS$}\n", "");
    }
    text + &format!("  [{}]\n", picture(memory))
}

fn numbers(user: &User, columns: &[Column; 4]) -> String {
    let parts = columns.iter().map(|(_, number)| number(&user.contents));
    parts.chain([user.bytes]).map(|number| format!("{number:>NUMBER_COLUMNS$}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_row_for_everybody_and_columns_that_stand_in_line() {
        let user = |name: &str, start, bytes, stack_bytes| {
            let slack_bytes = bytes - stack_bytes;
            let contents = Contents { stack_bytes, slack_bytes, ..Contents::default() };
            User { name: name.to_owned(), start, bytes, contents }
        };
        let memory = MemorySize {
            start: 0x2000_0000,
            bytes: 1024,
            users: vec![
                user("the kernel", 0x2000_0000, 256, 250),
                user("façade", 0x2000_0200, 512, 512),
            ],
            gap_bytes: 0,
            free_bytes: 256,
        };
        let expected = "RAM: 1024 bytes from 0x20000000
                    stack     data      bss    slack      all
  K the kernel        250        0        0        6      256
  a façade            512        0        0        0      512
    between them                                            0
  . free                                                  256
  [KKKKKKKKKKKKKKKK................aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]
";
        assert_eq!(super::memory("RAM", &memory, &RAM), expected);
    }

    #[test]
    fn shared_memory_has_a_row_for_each_region_with_those_who_may_map_it() {
        let sharer = |process: &str, access| Sharer { process: process.to_owned(), access };
        let region = |name: &str, start, bytes, processes| SharedMemory {
            name: name.to_owned(),
            start,
            bytes,
            processes,
        };
        let both = vec![sharer("camera", "read_write"), sharer("screen", "read")];
        let regions = [
            region("FRAMES", 0x2000_8000, 16384, both),
            region("A", 0x2000_4000, 32, vec![sharer("screen", "read")]),
        ];
        let expected = "
shared memory, and who may map it:
    FRAMES    16384 from 0x20008000: camera read_write, screen read
    A            32 from 0x20004000: screen read
";
        assert_eq!(super::shared_memory(&regions), expected);
    }

    #[test]
    fn queues_have_a_row_each_and_nothing_is_said_without_them() {
        let queue = |name: &str, capacity: u16| Queue {
            process: "logger".to_owned(),
            name: name.to_owned(),
            capacity,
            message_bytes: 48,
            bytes: usize::from(capacity) * 48,
        };
        let expected = "
of the kernel's RAM for the queues of endpoints:
                  messages     each      all
    logger LOG           8       48      384
    logger ALARMS     1024       48    49152
";
        assert_eq!(super::queues(&[queue("LOG", 8), queue("ALARMS", 1024)]), expected);
        assert_eq!(super::queues(&[]), "");
        assert_eq!(super::shared_memory(&[]), "");
        assert_eq!(super::capsules(0), "");
        assert!(super::capsules(416).ends_with("subscribe: 416\n"));
    }
}
