//! Bugs planted in the kernel's real source: the explorer must find each of them.
//!
//! A check that never fails may be checking nothing. Each file in `mutants/` changes the kernel's
//! text in one way, names the scenario that is to find it and the invariant that is to object. The
//! kernel is copied, changed, built and explored; nothing in it knows of this, so there is no
//! switch that a real image could carry. Text that is not found exactly once means that the
//! kernel has changed and the mutant must follow; that is a failure, never a skip.

mod house;
mod mutant;

use house::House;
use mutant::Mutant;

#[test]
fn every_planted_bug_is_found() {
    let house = House::copy();
    let mutants = Mutant::all();
    assert!(mutants.len() >= 6, "the planted bugs are not where they should be");
    let mut scenarios: Vec<&str> = mutants.iter().map(|mutant| mutant.scenario.as_str()).collect();
    scenarios.sort_unstable();
    scenarios.dedup();
    let (status, output) = house.explore(&scenarios).unwrap_or_else(|reason| panic!("{reason}"));
    assert_eq!(status, Some(0), "the unchanged kernel violates an invariant:\n{output}");
    let mut failures = Vec::new();
    for mutant in &mutants {
        match judge(&house, mutant) {
            Ok(story) => println!("{}: {}\n{story}", mutant.name, mutant.breaks),
            Err(reason) => failures.push(format!("{}: {reason}", mutant.name)),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Explores a kernel with a planted bug. Gives the counterexample, or says what went wrong.
fn judge(house: &House, mutant: &Mutant) -> Result<String, String> {
    let changed = house.plant(mutant)?;
    let explored = house.explore(&[&mutant.scenario]);
    house.restore(&changed);
    let (status, output) = explored?;
    let objection = format!("violated: {}:", mutant.invariant);
    match status {
        Some(1) if output.contains(&objection) => Ok(output),
        Some(1) => Err(format!("`{}` did not object, but others did:\n{output}", mutant.invariant)),
        _other => Err(format!("not found; the explorer ended with {status:?}:\n{output}")),
    }
}
