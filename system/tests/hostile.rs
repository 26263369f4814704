//! Whatever a file holds, it gets an answer: a system or an error, never a panic or a long wait.

use std::time::{Duration, Instant};

use guichet_system::{Loaded, MAX_FILE_BYTES, check_source};
use proptest::prelude::*;

const GUIDE: &str = include_str!("corpus/guide.json5");
const LATER_FORM: &str = include_str!("corpus/later_form.json5");
const ENDPOINTS: &str = include_str!("corpus/endpoint_good.json5");
const CAPSULES: &str = include_str!("corpus/capsules_good.json5");
const SHARED_MEMORY: &str = include_str!("corpus/shared_memory_good.json5");
const CYCLE: &str = include_str!("corpus/cycle_of_three.json5");
const UNICODE: &str = include_str!("corpus/unicode_columns.json5");

/// Checks `text` and renders what there is to say; a system and errors exclude each other.
fn answer(text: &str) -> Loaded {
    let loaded = check_source("system.json5", text);
    assert_eq!(loaded.system.is_none(), loaded.diagnostics.has_errors());
    assert_eq!(loaded.diagnostics.render(false).is_empty(), loaded.diagnostics.is_empty());
    assert!(loaded.diagnostics.render(true).len() >= loaded.diagnostics.render(false).len());
    loaded
}

/// What JSON5 is made of.
const MARKS: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "'", "/*", "*/", "//", "\n", "\r\n", "\r", "\\", "\\u{1}",
    "\\uD800", "\\x",
];
/// Words that mean something.
const WORDS: &[&str] = &[
    "apps:",
    "name:",
    "processes:",
    "objects:",
    "threads:",
    "type:",
    "boards:",
    "linux:",
    "constants:",
    "value:",
    "\"u32\"",
    "\"IPC\"",
    "\"channel_handler\"",
    "\"channel_initiator\"",
    "\"thread\"",
    "handler_process:",
    "handler_object_name:",
    "\"endpoint\"",
    "\"endpoint_sender\"",
    "endpoint_process:",
    "endpoint_object_name:",
    "capacity:",
    "max_message_bytes:",
    "rights:",
    "capsules:",
    "\"name_registry\"",
    "crate:",
    "grants:",
    "\"reading\"",
    "owners:",
    "services:",
    "\"upcalls\"",
    "process_ids:",
    "\"call\"",
    "main_thread:",
    "shared_memory:",
    "size_bytes:",
    "process:",
    "access:",
    "\"read_write\"",
];
/// Values, and what looks like one.
const VALUES: &[&str] = &[
    "true",
    "null",
    "NaN",
    "-Infinity",
    "0x",
    "1e",
    "-",
    ".5",
    "99999999999999999999999999999999999999999",
    "\u{FEFF}",
    "\u{2028}",
    "é",
    "日本",
    "\0",
    "🧑‍🦰",
];

/// Pieces that mean something, so that random files get beyond the first character.
fn token() -> impl Strategy<Value = String> {
    let tokens = [MARKS, WORDS, VALUES].concat();
    prop_oneof![
        proptest::sample::select(tokens).prop_map(str::to_owned),
        any::<char>().prop_map(String::from)
    ]
}

/// `text` with its characters from `from` on, `count` of them, replaced by `with`.
fn mutated(text: &str, from: usize, count: usize, with: &str) -> String {
    let from = from % (text.chars().count() + 1);
    let before = text.chars().take(from);
    let after = text.chars().skip(from + count);
    before.chain(with.chars()).chain(after).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answer(&text);
    }

    #[test]
    fn any_row_of_tokens_is_answered(tokens in prop::collection::vec(token(), 0..80)) {
        answer(&tokens.concat());
    }

    #[test]
    fn a_good_file_with_a_change_is_answered(
        file in proptest::sample::select(vec![GUIDE, LATER_FORM, ENDPOINTS, CAPSULES, SHARED_MEMORY, CYCLE, UNICODE]),
        from in any::<usize>(),
        count in 0usize..40,
        with in prop::collection::vec(token(), 0..4),
    ) {
        answer(&mutated(file, from, count, &with.concat()));
    }

    #[test]
    fn every_beginning_of_a_file_is_answered(end in 0..GUIDE.len()) {
        answer(&GUIDE[..end]);
    }
}

#[test]
fn of_very_many_errors_the_first_are_shown_and_the_others_counted() {
    let loaded = answer(&format!("{{apps:[{}]}}", "7,\n".repeat(60)));
    assert_eq!(loaded.diagnostics.entries().len(), 50);
    assert_eq!(loaded.diagnostics.error_count(), 60);
    let text = loaded.diagnostics.render(false);
    assert!(text.ends_with("error: 10 more errors are not shown\n"), "{text}");
}

#[test]
fn deep_nesting_is_refused_without_recursing_into_it() {
    for open in ["[", "{a:", "[{a:"] {
        let loaded = answer(&open.repeat(100_000));
        assert!(loaded.diagnostics.render(false).contains("nested too deeply"), "{open}");
    }
}

#[test]
fn a_file_of_exactly_the_bound_is_read_and_one_byte_more_is_not() {
    let good = |length: usize| format!("{GUIDE}{}", " ".repeat(length - GUIDE.len()));
    assert!(answer(&good(MAX_FILE_BYTES)).system.is_some());
    let loaded = answer(&good(MAX_FILE_BYTES + 1));
    assert!(loaded.diagnostics.render(false).contains("longer than 1048576 bytes"));
}

/// Files at the bound, each made to be slow for one of the checks.
#[test]
fn the_largest_files_are_answered_in_time() {
    let fill = |begin: &str, each: &str, end: &str| {
        let count = (MAX_FILE_BYTES - begin.len() - end.len()) / each.len();
        format!("{begin}{}{end}", each.repeat(count))
    };
    let files = [
        fill("{apps:[", "{},", "]}"),
        fill("{", "a:1,", "}"),
        fill("{", "a:1,\n", "}"),
        fill("{apps:[{name:\"a\",processes:[", "{},\n", "]}]}"),
        fill("{apps:[{name:\"a\",processes:[{name:\"p\",objects:[", "{name:1},", "]}]}]}"),
        fill("{\"", "x", "\":1}"),
        fill("{", "\"\u{1b}\":1,", "}"),
        crowd(),
        fill("{shared_memory:[{name:\"A\",size_bytes:4096,processes:[", "{process:\"p\"},", "]}]}"),
    ];
    for file in files {
        assert!(file.len() <= MAX_FILE_BYTES);
        let start = Instant::now();
        let loaded = answer(&file);
        assert!(loaded.diagnostics.has_errors());
        assert!(loaded.diagnostics.entries().len() <= 100);
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(30), "{taken:?} for {}...", &file[..60]);
    }
}

/// As many processes as there can be, each of which calls so many others that all lead to each other.
#[test]
fn a_crowd_that_waits_for_each_other_is_warned_once() {
    let sender = |to: usize| {
        format!(
            "{{type:'endpoint_sender',name:'S{to}',endpoint_process:'p{}',endpoint_object_name:'E'}},",
            to % 255
        )
    };
    let process = |index: usize| {
        let senders: String = (index + 1..index + 40).map(sender).collect();
        let endpoint = "{type:'endpoint',name:'E',capacity:128,max_message_bytes:4096},";
        format!("{{name:'p{index}',objects:[{endpoint}{senders}]}},")
    };
    let processes: String = (0..255).map(process).collect();
    let start = Instant::now();
    let loaded = answer(&format!("{{apps:[{{name:'a',processes:[{processes}]}}]}}"));
    assert_eq!((loaded.diagnostics.error_count(), loaded.diagnostics.warning_count()), (0, 1));
    assert!(loaded.diagnostics.render(false).contains("and 9929 more such places"));
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(30), "{taken:?}");
}

/// As many processes and objects as fit, each with a channel to a process that is not there.
fn crowd() -> String {
    let object = "{type:'channel_initiator',name:'X',handler_process:'qqqqqqqqqqqqqqqqqqqqqqqq',handler_object_name:'Y'},";
    let process = |index: usize| {
        format!("{{name:'process_with_a_name_{index}',objects:[{}]}},", object.repeat(32))
    };
    let processes: String = (0..255).map(process).collect();
    format!("{{apps:[{{name:'a',processes:[{processes}]}}]}}")
}
