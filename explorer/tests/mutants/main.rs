//! Bugs planted in the kernel's real source: the explorer must find each of them.
//!
//! A check that never fails may be checking nothing. Each file in `mutants/` changes the kernel's
//! text in one way, names the scenario that is to find it and the invariant that is to object. The
//! kernel is copied, changed, built and explored; nothing in it knows of this, so there is no
//! switch that a real image could carry. Text that is not found exactly once means that the
//! kernel has changed and the mutant must follow; that is a failure, never a skip.
//!
//! `EXPLORER_MUTANTS=names-,lost` plants only those whose own name, or whose scenario's, has one of these in it.

mod house;
mod mutant;

use guichet_explorer::side_by_side::{side_by_side, workers};
use house::House;
use mutant::Mutant;

#[test]
fn every_planted_bug_is_found() {
    let mutants = chosen();
    assert!(!mutants.is_empty(), "the planted bugs are not where they should be");
    let mut scenarios: Vec<&str> = mutants.iter().map(|mutant| mutant.scenario.as_str()).collect();
    scenarios.sort_unstable();
    scenarios.dedup();
    let houses: Vec<House> = (0..workers()).map(House::copy).collect();
    // The unchanged kernel first: it takes longest.
    let kernels: Vec<Option<&Mutant>> =
        [None].into_iter().chain(mutants.iter().map(Some)).collect();
    let work = |worker: usize, kernel: &Option<&Mutant>| match kernel {
        Some(mutant) => judge(&houses[worker], mutant),
        None => judge_unchanged(&houses[worker], &scenarios),
    };
    let mut failures = Vec::new();
    side_by_side(&kernels, work, |kernel, judged| {
        let name = kernel.map_or("unchanged", |mutant| &mutant.name);
        match judged {
            Ok(story) => println!("{name}: {story}"),
            Err(reason) => failures.push(format!("{name}: {reason}")),
        }
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Every planted bug, or those that are asked for.
fn chosen() -> Vec<Mutant> {
    let mut mutants = Mutant::all();
    assert!(mutants.len() >= 6, "the planted bugs are not where they should be");
    if let Ok(parts) = std::env::var("EXPLORER_MUTANTS") {
        mutants.retain(|mutant| {
            let has = |part| mutant.name.contains(part) || mutant.scenario.contains(part);
            parts.split(',').any(has)
        });
    }
    mutants
}

/// Explores the kernel as it is, in which nothing is to be found.
fn judge_unchanged(house: &House, scenarios: &[&str]) -> Result<String, String> {
    let (status, output) = house.explore(scenarios)?;
    if status == Some(0) {
        Ok(output)
    } else {
        Err(format!("the unchanged kernel violates an invariant:\n{output}"))
    }
}

/// Explores a kernel with a planted bug. Gives the counterexample, or says what went wrong.
fn judge(house: &House, mutant: &Mutant) -> Result<String, String> {
    let changed = house.plant(mutant)?;
    let explored = house.explore(&[&mutant.scenario]);
    house.restore(&changed);
    let (status, output) = explored?;
    let objection = format!("violated: {}:", mutant.invariant);
    match status {
        Some(1) if output.contains(&objection) => Ok(format!("{}\n{output}", mutant.breaks)),
        Some(1) => Err(format!("`{}` did not object, but others did:\n{output}", mutant.invariant)),
        _other => Err(format!("not found; the explorer ended with {status:?}:\n{output}")),
    }
}
