//! `cargo xtask bench`: what systems cost on emulated boards.
//!
//! The program in bench/boards measures one board. Here its figures are held against three things:
//! the golden file of that board, which they may not exceed; the bars that the project has set itself;
//! and what other kernels take for the same. `--bless` also writes the chart and the tables that
//! the docs show, from the golden files and nothing else, so that they can be checked without
//! measuring.

mod bars;
mod chart;
mod others;
mod page;
mod table;

use std::fs;

use anyhow::{Context, Result, ensure};

use self::bars::Family;
use crate::golden::Golden;
use crate::repository::Repository;

const TASK: &str = "bench";
const FOLDER: &str = "bench/goldens";
const PACKAGE: &str = "guichet_bench_boards";
const HEADER: &str = "\
# Instructions, or bytes where the name says so, of systems on this emulated board, one line for
# each thing that is measured. Written by `cargo xtask bench --bless`, compared by `cargo xtask
# bench`: a figure may fall and not rise. docs/cost.md says what the names mean.
";

/// A board's figures and the processors that they may be compared with.
struct Board {
    name: String,
    family: Family,
    golden: Golden,
}

/// Measures one board, or all; prints; compares with the golden files or, to bless, writes them.
pub(crate) fn run(repository: &Repository, board: Option<&str>, bless: bool) -> Result<()> {
    let all = boards(repository)?;
    let chosen: Vec<&String> =
        all.iter().filter(|name| board.is_none_or(|board| board == *name)).collect();
    ensure!(!chosen.is_empty(), "there is no such board; there are {}", all.join(", "));
    for name in chosen {
        let measured = measure(repository, name)?;
        let path = format!("{FOLDER}/{name}.txt");
        if bless {
            print!("{}", table::text(name, &measured, None));
            measured.write(repository, &path, HEADER)?;
        } else {
            let golden = Golden::read(repository, &path, TASK)?;
            print!("{}", table::text(name, &measured, Some(&golden)));
            golden.judge(&measured, &path, TASK)?;
        }
    }
    if board.is_none() {
        println!(
            "\nLinux, beside a SEQPACKET socket pair on the same CPU, in one run (bar 3, goal 1.5):"
        );
        print!("{}", ask(repository, &["linux"])?);
    }
    let blessed = blessed(repository, &all)?;
    let files = [(chart::PATH, chart::draw(&blessed)), page::update(repository, &blessed)?];
    files.iter().try_for_each(|(path, text)| keep(repository, path, text, bless))
}

/// The names of the boards.
fn boards(repository: &Repository) -> Result<Vec<String>> {
    Ok(ask(repository, &[])?.lines().map(str::to_owned).collect())
}

/// What the program in bench/boards says to these arguments.
fn ask(repository: &Repository, arguments: &[&str]) -> Result<String> {
    let all = [&["run", "--quiet", "--package", PACKAGE, "--"], arguments].concat();
    repository.cargo(&all).output()
}

fn measure(repository: &Repository, board: &str) -> Result<Golden> {
    let said = ask(repository, &[board])?;
    read(&said).with_context(|| format!("what was measured on {board}:\n{said}"))
}

/// Reads what the program prints: the compiler, and the figures in their order.
fn read(said: &str) -> Result<Golden> {
    let mut lines = said.lines().map(|line| line.split_once(": ").context("no `: `"));
    let (first, compiler) = lines.next().context("nothing was printed")??;
    ensure!(first == "compiler", "it begins with `{first}`");
    let figures = lines.map(|line| {
        let (name, figure) = line?;
        let figure = figure.parse().with_context(|| format!("`{figure}` is no figure"))?;
        Ok((name.to_owned(), figure))
    });
    Ok(Golden { compiler: compiler.to_owned(), figures: figures.collect::<Result<_>>()? })
}

/// The golden figures of every board that has been blessed.
fn blessed(repository: &Repository, names: &[String]) -> Result<Vec<Board>> {
    let mut boards = Vec::new();
    for name in names {
        let path = format!("{FOLDER}/{name}.txt");
        if repository.root().join(&path).is_file() {
            let golden = Golden::read(repository, &path, TASK)?;
            boards.push(Board { name: name.clone(), family: Family::of(&golden), golden });
        }
    }
    Ok(boards)
}

/// Writes a file that is made of the goldens, or makes sure that it is what it should be.
fn keep(repository: &Repository, path: &str, text: &str, bless: bool) -> Result<()> {
    let full = repository.root().join(path);
    if fs::read_to_string(&full).is_ok_and(|old| old == text) {
        return Ok(());
    }
    ensure!(
        bless,
        "{path} does not show the golden figures; `cargo xtask bench --bless` writes it"
    );
    fs::write(&full, text).with_context(|| format!("cannot write {path}"))?;
    println!("{path} written");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_in_their_order() {
        let golden = read("compiler: rustc 1, thumb\nb, x: 3\na: 4\n").unwrap();
        assert_eq!(golden.compiler, "rustc 1, thumb");
        assert_eq!(golden.figures, [("b, x".to_owned(), 3), ("a".to_owned(), 4)]);
        for said in ["", "a: 1\n", "compiler: x\na\n", "compiler: x\na: many\n"] {
            assert!(read(said).is_err(), "{said}");
        }
    }
}
