//! `guichet new` (TL-2, TL-4).

use std::fs;

use crate::common::{folder, names, new_system, run};

#[test]
fn a_new_system_runs_at_once_and_two_of_them_do_not_collide() {
    let folder = folder();
    for name in ["first-try", "second"] {
        let system = new_system(folder.path(), name);
        let expected = [".gitignore", "Cargo.toml", "handler", "initiator", "system.json5"];
        let found = names(&system);
        let found: Vec<&str> =
            found.iter().map(String::as_str).filter(|name| *name != "Cargo.lock").collect();
        assert_eq!(found, expected);
    }
    assert_eq!(names(folder.path()), ["first-try", "second"]);
    let built = ["first-try", "second"].map(|name| {
        let seen = run(folder.path(), &["build", name]);
        seen.ends_with(0).says(&["building 1/2 initiator", "building 2/2 handler"]);
        seen.output
    });
    assert!(built[0].contains("initiator: /") && built[0].contains("/first_try_initiator\n"));
    assert!(built[0].lines().all(|line| !built[1].contains(line)), "{built:?}");
    let seen = run(folder.path(), &["run", "first-try", "--timeout", "60"]);
    seen.ends_with(0);
    assert_eq!(
        seen.output,
        "[initiator] added 1, the sum is 1\n[initiator] added 20, the sum is 21\n\
         [initiator] added 300, the sum is 321\n"
    );
}

#[test]
fn what_is_there_is_not_touched() {
    let folder = folder();
    fs::create_dir(folder.path().join("full")).expect("a folder");
    fs::write(folder.path().join("full/file"), "mine").expect("a file");
    let seen = run(folder.path(), &["new", "full"]);
    seen.ends_with(25).says(&["full exists and is not an empty folder", "help: "]);
    assert_eq!(names(&folder.path().join("full")), ["file"]);
    run(folder.path(), &["new", "x", "--path", "full/file"]).ends_with(25).says(&["full/file"]);
    assert_eq!(names(folder.path()), ["full"]);
}

#[test]
fn an_empty_folder_is_filled_and_stays_the_same_folder() {
    let folder = folder();
    run(folder.path(), &["new", "here", "--path", "."]).ends_with(0);
    assert!(names(folder.path()).contains(&"system.json5".to_owned()));
    assert!(!names(folder.path()).iter().any(|name| name.starts_with(".guichet")));
    run(folder.path(), &["check"]).ends_with(0);
}

#[test]
fn what_cannot_be_made_is_explained_and_leaves_nothing() {
    let folder = folder();
    let table: [(&[&str], &[&str]); 5] = [
        (&["new", "Some/Thing"], &["`Some/Thing`", "call it `thing`"]),
        (&["new", ""], &["it is empty"]),
        (&["new", "x", "--path", "a/b"], &["there is no folder", "mkdir -p"]),
        (&["new", "x", "--guichet", "."], &["Guichet's crates are not in .", "--guichet"]),
        (&["new", "x", "--guichet", "gone"], &["Guichet's crates are not in gone"]),
    ];
    for (arguments, expected) in table {
        run(folder.path(), arguments).ends_with(25).says(expected);
    }
    assert_eq!(names(folder.path()), Vec::<String>::new());
}
