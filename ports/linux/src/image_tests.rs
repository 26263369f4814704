//! The loader against images made by hand, one defect each.

use super::*;

const CODE: u32 = 5;
const READ_ONLY: u32 = 4;
const DATA: u32 = 6;
const BASE: u64 = 0x40_0000;

/// A small sound ELF file, and what a test may spoil in it.
struct Elf {
    machine: u16,
    kind: u16,
    entry: u64,
    segments: Vec<(u32, u32, u64, u64)>,
    section: &'static [u8],
    record: Vec<u8>,
}

impl Elf {
    fn sound() -> Elf {
        let mut record = AbiRecord::MAGIC.to_le_bytes().to_vec();
        record.extend(ABI_VERSION.to_le_bytes());
        Elf {
            machine: 62,
            kind: 2,
            entry: BASE,
            segments: vec![
                (1, CODE, BASE, 0x1000),
                (1, READ_ONLY, BASE + 0x1000, 0x800),
                (1, DATA, BASE + 0x2000, 0x1000),
                (1, DATA, BASE + 0x3000, 0x20),
            ],
            section: b".guichet_abi",
            record,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let table = 64 + 56 * self.segments.len() as u64;
        let names: Vec<u8> = [b"\0" as &[u8], self.section, b"\0.names\0"].concat();
        let names_at = table + self.record.len() as u64;
        let sections_at = (names_at + names.len() as u64).next_multiple_of(8);
        let mut out = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        out.extend([self.kind, self.machine].iter().flat_map(|half| half.to_le_bytes()));
        out.extend(1u32.to_le_bytes());
        out.extend([self.entry, 64, sections_at].iter().flat_map(|word| word.to_le_bytes()));
        out.extend(0u32.to_le_bytes());
        let counts = [64, 56, self.segments.len() as u16, 64, 3, 2];
        out.extend(counts.iter().flat_map(|half| half.to_le_bytes()));
        for &(kind, flags, address, length) in &self.segments {
            out.extend([kind, flags].iter().flat_map(|word| word.to_le_bytes()));
            let words = [0, address, address, length, length, 0x1000];
            out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        }
        out.extend(&self.record);
        out.extend(&names);
        out.resize(sections_at as usize, 0);
        out.extend(section(0, 0, 0, 0));
        out.extend(section(1, 1, table, self.record.len() as u64));
        out.extend(section(self.section.len() as u32 + 2, 3, names_at, names.len() as u64));
        out
    }
}

fn section(name: u32, kind: u32, offset: u64, length: u64) -> Vec<u8> {
    let mut out: Vec<u8> = [name, kind].iter().flat_map(|word| word.to_le_bytes()).collect();
    out.extend([0, 0, offset, length, 0, 1, 0].iter().flat_map(|word| word.to_le_bytes()));
    out
}

fn error_of(spoil: impl FnOnce(&mut Elf)) -> String {
    let mut elf = Elf::sound();
    spoil(&mut elf);
    parse(&elf.bytes()).expect_err("the image was spoilt").to_string()
}

#[test]
fn a_sound_image_gives_its_ranges_sorted_and_merged() {
    let ranges = parse(&Elf::sound().bytes()).expect("a sound image");
    let range = |address, length, writable| MemoryRange { address, length, writable };
    assert_eq!(ranges, [range(0x40_0000, 0x1800, false), range(0x40_2000, 0x1020, true)]);
}

#[test]
fn each_defect_has_its_own_message() {
    assert!(error_of(|elf| elf.machine = 40).contains("x86-64"));
    assert!(error_of(|elf| elf.kind = 3).contains("not a static executable"));
    assert!(error_of(|elf| elf.segments[1].0 = 3).contains("not a static executable"));
    assert!(error_of(|elf| elf.entry = BASE - 1).contains("entry point"));
    assert!(error_of(|elf| elf.entry = BASE + 0x1000).contains("entry point"));
    assert!(error_of(|elf| elf.segments[0].1 = READ_ONLY).contains("entry point"));
    assert!(error_of(|elf| elf.section = b".other").contains("no Guichet ABI record"));
    assert!(error_of(|elf| elf.record.truncate(7)).contains("no Guichet ABI record"));
    assert!(error_of(|elf| elf.record[0] ^= 1).contains("no Guichet ABI record"));
    assert!(error_of(|elf| elf.record[4] = 9).contains("ABI version 9"));
    assert!(error_of(|elf| elf.segments[3].2 = BASE + 0x2fff).contains("overlap at 0x402fff"));
    assert!(error_of(|elf| elf.segments[2].2 = u64::MAX - 5).contains("does not lie below"));
    assert!(error_of(|elf| elf.segments[2].3 = IMAGE_LIMIT as u64).contains("does not lie below"));
}

#[test]
fn no_damaged_byte_makes_the_loader_panic() {
    let sound = Elf::sound().bytes();
    for position in 0..sound.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = sound.clone();
            damaged[position] = value;
            let _ = parse(&damaged);
            let _ = find_linux_call(&damaged);
        }
        assert!(parse(&sound[..position]).is_err(), "an image cut at {position} was taken");
    }
}

#[test]
fn files_that_are_no_programs_are_refused() {
    let directory = std::env::temp_dir();
    assert!(matches!(ProgramImage::load(&directory), Err(ProgramError::NotAFile)));
    let missing = directory.join("guichet-no-such-program");
    assert!(matches!(ProgramImage::load(&missing), Err(ProgramError::Unreadable(_))));
    assert!(matches!(ProgramImage::load("/dev/zero".as_ref()), Err(ProgramError::NotAFile)));
    let huge = directory.join(format!("guichet-huge-program-{}", std::process::id()));
    let file = File::create(&huge).expect("a temporary file");
    assert!(matches!(ProgramImage::load(&huge), Err(ProgramError::NotElf(_))));
    file.set_len(MAX_IMAGE_BYTES + 1).expect("a sparse file");
    let found = ProgramImage::load(&huge);
    std::fs::remove_file(&huge).expect("the temporary file");
    assert!(matches!(found, Err(ProgramError::TooLarge)));
}

/// An image of one segment that holds the whole file, with this instruction at its end.
fn call_at_the_end(flags: u32, instruction: [u8; 2]) -> (Option<usize>, usize) {
    let mut elf = Elf::sound();
    elf.segments = vec![(1, flags, BASE, 0)];
    let mut bytes = elf.bytes();
    bytes.extend(instruction);
    let length = bytes.len();
    // The one program header's length in the file.
    bytes[64 + 32..64 + 40].copy_from_slice(&(length as u64).to_le_bytes());
    let found = find_linux_call(&bytes).expect("a sound image");
    (found, BASE as usize + length - 2)
}

#[test]
fn a_call_of_linux_is_found_in_code_that_stays_as_it_is() {
    let (found, at) = call_at_the_end(CODE, LINUX_CALL);
    assert_eq!(found, Some(at));
    assert_eq!(call_at_the_end(READ_ONLY, LINUX_CALL).0, None, "not code");
    assert_eq!(call_at_the_end(CODE | DATA, LINUX_CALL).0, None, "code that may change");
    assert_eq!(call_at_the_end(CODE, [0xf, 0xb]).0, None, "another instruction");
}
