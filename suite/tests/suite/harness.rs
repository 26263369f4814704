//! What the harness must notice, shown with consoles that were made up.

use libtest_mimic::Trial;

use crate::board::{Board, Ended};
use crate::clauses::is_clause;
use crate::console::{Console, Hands};
use crate::expectation::Expectation;
use crate::stock::Stock;
use crate::verdict::{Verdict, verdicts};

/// The tests of the harness itself.
pub(crate) fn trials() -> Vec<Trial> {
    let trial = |(name, test): (&str, fn())| {
        Trial::test(format!("harness::{name}"), move || {
            test();
            Ok(())
        })
    };
    TESTS.into_iter().map(trial).collect()
}

const TESTS: [(&str, fn()); 19] = [
    ("cases that went well are tests that pass", passing),
    ("a case that failed is a test that fails", failing),
    ("a missing case fails the run", missing_case),
    ("a program that makes cases without a plan fails the run", no_plan),
    ("a run in which nothing was asserted fails", nothing_asserted),
    ("two cases of one name fail the run", doubled),
    ("the end of the run must be the expected one", wrong_end),
    ("a line that nobody expects fails the run", unexpected_line),
    ("an expected line must come, and in its order", expected_lines),
    ("a case of the console's lines fails with the first that is missing", shown_cases),
    ("a line may count on some boards alone", lines_of_boards),
    ("lines may be expected so many times over", repeated_lines),
    ("of a long console its ends are shown", long_console),
    ("a kernel that holds ever more is noticed", weighed),
    ("a page that forgets a call or lies about one is noticed", page_of_calls),
    ("a case that is left out is neither passed nor forgotten", left_out),
    ("an announced end must be told as it was announced", announced_ends),
    ("a line that the console broke is one line", broken_line),
    ("a request to end a process is heard once, and its failure is seen", requests),
];

/// The verdicts on a run that left this text and ended with status 0.
fn judge(text: &str, expected: &str) -> Vec<Verdict> {
    judge_ended(text, expected, &Ok(Ended::Status(0)))
}

fn judge_ended(text: &str, expected: &str, ended: &Result<Ended, String>) -> Vec<Verdict> {
    let expectation = parse(expected).expect("the expectation is sound");
    verdicts(text, ended, &expectation)
}

fn parse(text: &str) -> Result<Expectation, String> {
    Expectation::parse(text, Board::Linux)
}

/// The names of the tests that failed.
fn failed(verdicts: &[Verdict]) -> Vec<&str> {
    let bad = verdicts.iter().filter(|verdict| verdict.result.is_err());
    bad.map(|verdict| verdict.name.as_str()).collect()
}

/// What is said about the run as a whole.
fn said_of_run(verdicts: &[Verdict]) -> &str {
    let run = verdicts.iter().find(|verdict| verdict.name == "run").expect("a run has a verdict");
    run.result.as_ref().expect_err("something is wrong with the run")
}

const GOOD: &str = "[tester] plan 2\n[tester] ok CH-1 a\n[other] plan 1\n[other] ok CH-1 a\n\
                    [tester] ok CH-2 b\n";

fn passing() {
    let verdicts = judge(GOOD, "");
    let names: Vec<&str> = verdicts.iter().map(|verdict| verdict.name.as_str()).collect();
    assert_eq!(names, ["CH-1 a (other)", "CH-1 a", "CH-2 b", "run"]);
    assert_eq!(failed(&verdicts), [""; 0]);
    assert!(
        names.iter().all(|name| *name == "run" || name.split(' ').next().is_some_and(is_clause))
    );
    assert!(
        ["", "CH", "CH-", "CH-x", "ch-1", "CHX-1", "CH-1a2"].iter().all(|word| !is_clause(word))
    );
}

fn failing() {
    let text = "[tester] plan 1\n[tester] FAILED CH-4 x: found 1, expected 2 (src/bin/x.rs:3)\n";
    let verdicts = judge_ended(text, "", &Ok(Ended::Status(2)));
    assert_eq!(failed(&verdicts), ["CH-4 x", "run"]);
    let words = verdicts[0].result.as_ref().expect_err("the case failed");
    assert!(words.contains("found 1, expected 2") && words.contains("x.rs:3"), "{words}");
}

fn missing_case() {
    let verdicts = judge(&GOOD.replace("plan 2", "plan 3"), "");
    assert_eq!(failed(&verdicts), ["run"]);
    let words = said_of_run(&verdicts);
    assert!(words.contains("`tester` planned 3 cases and made 2"), "{words}");
    assert!(words.contains("[other] ok CH-1 a"), "the whole console is shown: {words}");
}

fn no_plan() {
    let verdicts = judge("[tester] ok CH-1 a\n", "");
    assert!(said_of_run(&verdicts).contains("without a plan"));
    let verdicts = judge("[tester] plan 1\n[tester] plan 1\n[tester] ok CH-1 a\n", "");
    assert!(said_of_run(&verdicts).contains("more than once"));
}

fn nothing_asserted() {
    assert!(said_of_run(&judge("", "")).contains("no case ran"));
    assert!(said_of_run(&judge("[tester] plan 0\n", "")).contains("no case ran"));
}

fn doubled() {
    let verdicts = judge("[tester] plan 2\n[tester] ok CH-1 a\n[tester] ok CH-1 a\n", "");
    assert!(said_of_run(&verdicts).contains("two cases are called `CH-1 a`"));
}

fn wrong_end() {
    assert_eq!(failed(&judge(GOOD, "status 0\n")), [""; 0]);
    assert!(said_of_run(&judge(GOOD, "status 8\n")).contains("not with 8"));
    let late = Ok(Ended::Otherwise("too late".to_owned()));
    assert!(said_of_run(&judge_ended(GOOD, "", &late)).contains("too late"));
    let not_built = Err("no such program".to_owned());
    assert_eq!(said_of_run(&judge_ended("", "", &not_built)), "no such program");
    assert!(parse("status many\n").is_err());
}

fn unexpected_line() {
    for line in
        ["guichet: process `other` faulted: it panicked", "[other] hello", "[new] hello", ""]
    {
        let verdicts = judge(&format!("{GOOD}{line}\n"), "");
        assert_eq!(failed(&verdicts), ["run"]);
        let words = said_of_run(&verdicts);
        assert!(words.contains(&format!("an unexpected line: {line}")), "{words}");
    }
}

fn expected_lines() {
    let expected = "# how it ends\nguichet: fault (pc <number>, address 0x0)\n[other] one\n\
                    [other] two <text>!\n[third] x\n";
    let lines = "guichet: fault (pc 0x4f, address 0x0)\n[other] one\n[third] x\n[other] two .*!\n";
    assert_eq!(failed(&judge(&format!("{lines}{GOOD}"), expected)), [""; 0]);
    for (right, wrong) in [
        ("0x4f", "4f"),
        ("address 0x0", "address 0x1"),
        ("[other] one", "[other] ones"),
        ("[third] x\n", ""),
        ("[third] x\n", "[third] x\n[third] x\n"),
        ("[other] one", "[other] two !\n[other] one"),
    ] {
        let lines = lines.replace(right, wrong);
        assert_eq!(failed(&judge(&format!("{lines}{GOOD}"), expected)), ["run"], "{wrong}");
    }
}

fn shown_cases() {
    let expected = "= PR-7 a\n[other] one\n[other] two\n= PR-2 b\nguichet: fault\n";
    let lines = "[other] one\n[other] two\nguichet: fault\n";
    let verdicts = judge(&format!("{lines}{GOOD}"), expected);
    assert!(verdicts.iter().any(|verdict| verdict.name == "PR-7 a"));
    assert_eq!(failed(&verdicts), [""; 0]);
    let verdicts = judge(&format!("{GOOD}{}", lines.replace("fault", "fine")), expected);
    assert_eq!(failed(&verdicts), ["PR-2 b", "run"]);
}

fn lines_of_boards() {
    let expected = "@linux [other] here\n@!linux [other] elsewhere\n@riscv32 [other] there\n\
                    = PR-2 a\n@linux guichet: x\n= PR-2 b\n@riscv32 guichet: y\n";
    let lines = "[other] here\nguichet: x\n";
    let verdicts = judge(&format!("{lines}{GOOD}"), expected);
    assert_eq!(failed(&verdicts), [""; 0]);
    let is_left_out = |name: &str| {
        let verdict = verdicts.iter().find(|verdict| verdict.name == name);
        verdict.expect("the case has a verdict").left_out.is_some()
    };
    assert!(!is_left_out("PR-2 a") && is_left_out("PR-2 b"));
    for (right, wrong) in [("here", "there"), ("here", "elsewhere"), ("[other] here\n", "")] {
        let lines = lines.replace(right, wrong);
        assert_eq!(failed(&judge(&format!("{lines}{GOOD}"), expected)), ["run"], "{wrong}");
    }
}

fn repeated_lines() {
    let expected = "repeat 3\n[other] a\n[other] b <number>\nend\n[other] c\n";
    let lines = "[other] a\n[other] b 1\n".repeat(3) + "[other] c\n";
    assert_eq!(failed(&judge(&format!("{lines}{GOOD}"), expected)), [""; 0]);
    for (right, wrong) in [("repeat 3", "repeat 2"), ("repeat 3", "repeat 4"), ("b <number>", "b")]
    {
        let expected = expected.replace(right, wrong);
        assert_eq!(failed(&judge(&format!("{lines}{GOOD}"), &expected)), ["run"], "{wrong}");
    }
    for wrong in ["repeat 2\n[other] a\n", "repeat x\nend\n", "repeat 2\nrepeat 2\nend\nend\n"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

fn long_console() {
    let lines: String = (0..1_000).map(|number| format!("[other] line {number}.\n")).collect();
    let verdicts = judge(&format!("{lines}{GOOD}"), "");
    let words = said_of_run(&verdicts);
    assert!(words.contains("line 0.") && words.contains("ok CH-2 b"), "{words}");
    assert!(words.contains("and 980 lines more") && !words.contains("line 500."), "{words}");
}

fn weighed() {
    use std::cell::Cell;
    use std::io::Write;
    thread_local!(static MORE: Cell<usize> = const { Cell::new(0) });
    let weigh = || {
        let descriptors = MORE.replace(MORE.get() + 50);
        Ok(Stock { descriptors, mappings: 9, children: 9, pages: 9 })
    };
    let mut console = Console::new(Hands { end_process: |_| Ok(()), weigh });
    console.write_all(b"[x] weigh\n").expect("a console takes everything");
    assert!(!console.text().contains("harness"), "{}", console.text());
    console.write_all(b"[x] weigh\nweigh\n").expect("a console takes everything");
    let complaint = "harness: the kernel's process holds 50 descriptors instead of 0\n";
    assert!(console.text().ends_with(complaint), "{}", console.text());
    let stock = Stock::take().expect("there is a /proc");
    assert!(stock.descriptors > 2 && stock.mappings > 2 && stock.pages > 2, "{stock:?}");
    assert_eq!(stock.more_than(stock), None);
}

fn page_of_calls() {
    use crate::calls::check;
    let page = "| `one` | X-1 | `a.rs` |\n| `two` | X-2 | `a.rs`, by `way` |\n";
    let shapes = "syscall::one;\nsyscall::two;\n";
    let program = |text: &'static str| move |_: &str| Ok(text.to_owned());
    assert_eq!(check(page, shapes, program("one()?; x.map(way)")), Ok(()));
    for (page, shapes, text) in [
        (page, shapes, "one()"),
        (page, shapes, "// one()\nway()"),
        (page, shapes, "one_more()\nway()"),
        (page, "syscall::one;\n", "one() way()"),
        (page, "syscall::one;\nsyscall::two;\nsyscall::six;\n", "one() way()"),
        ("| `one` | X-1 | nobody |\n", "syscall::one;\n", "one()"),
    ] {
        assert!(check(page, shapes, program(text)).is_err(), "{page}{shapes}{text}");
    }
}

fn left_out() {
    let text = "[tester] plan 2\n[tester] left out CH-9 x: nobody is here\n[tester] ok CH-1 a\n";
    let verdicts = judge(text, "");
    assert_eq!(failed(&verdicts), [""; 0]);
    assert_eq!(verdicts[0].name, "CH-9 x");
    assert_eq!(verdicts[0].left_out.as_deref(), Some("nobody is here"));
    assert_eq!(failed(&judge(&text.replace("plan 2", "plan 1"), "")), ["run"]);
}

fn announced_ends() {
    let text =
        "[tester] plan 1\n[tester] ends x Memory 0x10-0x12 0x8-0x8 PR-2 a\n[tester] ok PR-2 a\n";
    let line = "guichet: process `x` faulted: it touched memory that is not its own \
                (pc 0x11, address 0x8)\n";
    assert_eq!(failed(&judge(&format!("{text}{line}"), "")), [""; 0]);
    assert_eq!(failed(&judge(&format!("{line}{text}"), "")), [""; 0]);
    for (right, wrong) in [
        ("pc 0x11", "pc 0x13"),
        ("address 0x8", "address 0x9"),
        ("touched memory that is not its own", "panicked"),
        ("faulted: it", "panicked: it"),
        (line, ""),
        ("guichet: ", "[x] guichet: "),
    ] {
        let verdicts = judge(&format!("{text}{}", line.replace(right, wrong)), "");
        assert!(failed(&verdicts).contains(&"PR-2 a"), "{wrong}");
    }
    let twice = judge(&format!("{text}{line}{line}"), "");
    assert_eq!(failed(&twice), ["PR-2 a"]);
    let other = judge(&format!("{text}{line}{}", line.replace("`x`", "`y`")), "");
    assert_eq!(failed(&other), ["run"]);
    let nobodys = judge(&format!("{}{line}", text.replace("0x8 PR-2 a", "0x8 PR-2 b")), "");
    assert_eq!(failed(&nobodys), ["run"]);
}

fn broken_line() {
    let text = "[tester] plan 1\n[tester] FAILED CH-4 x: found …\n[tester] 1 (x.rs:3)\n";
    let verdicts = judge(text, "");
    assert_eq!(verdicts[0].result, Err("CH-4 x: found 1 (x.rs:3)".to_owned()));
    assert_eq!(failed(&verdicts), ["CH-4 x"]);
}

fn requests() {
    use std::io::Write;
    let hands = Hands { end_process: |name| Err(format!("no {name} here")), weigh: Stock::take };
    let mut console = Console::new(hands);
    for part in [
        "[tester] en",
        "d victim\n[te",
        "ster] plan 0\n",
        "[tester] end x\nguichet: end y\n",
        "[tester] this goes on at the …\n[other] plan 0\n[tester] end z\n",
    ] {
        console.write_all(part.as_bytes()).expect("a console takes everything");
    }
    let text = console.text();
    for line in ["harness: no victim here", "harness: no x here"] {
        assert_eq!(text.lines().filter(|other| *other == line).count(), 1, "{text}");
    }
    assert!(!text.contains("no y here") && !text.contains("no z here"), "{text}");
}
