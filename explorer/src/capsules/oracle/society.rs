//! Who lives, and who was given whose id (CP-5, PR-1).

use std::collections::BTreeSet;

/// A process in one of its lives, counted from 1.
pub type Life = (usize, u32);

/// Whom an id names to somebody who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This life, which is not over.
    Known(Life),
    /// A life that is over.
    Ended(Life),
    /// Nobody of whom the holder may know.
    Unknown,
}

/// Everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Society {
    /// How many lives each process has begun.
    latest: Vec<u32>,
    /// Which processes run.
    runs: Vec<bool>,
    /// How often each will yet be restarted, and whether it is about to be.
    restarts: Vec<(u8, bool)>,
    /// Who was given whose id.
    knows: BTreeSet<(Life, Life)>,
    are_ids_global: bool,
}

/// The id of a life.
pub fn id_of((process, number): Life) -> u32 {
    let [index, ..] = process.to_le_bytes();
    number << 8 | u32::from(index)
}

impl Society {
    /// Nobody has lived yet. The processes will be restarted so often.
    pub fn new(restarts: impl Iterator<Item = u8>, are_ids_global: bool) -> Society {
        let restarts: Vec<(u8, bool)> = restarts.map(|times| (times, false)).collect();
        Society {
            latest: vec![0; restarts.len()],
            runs: vec![false; restarts.len()],
            restarts,
            knows: BTreeSet::new(),
            are_ids_global,
        }
    }

    /// The present or latest life of a process.
    pub fn latest(&self, process: usize) -> Life {
        (process, self.latest[process])
    }

    /// The life of a process that runs.
    pub fn life(&self, process: usize) -> Option<Life> {
        (*self.runs.get(process)?).then(|| self.latest(process))
    }

    /// A life begins.
    pub fn begin(&mut self, process: usize) {
        self.latest[process] += 1;
        self.runs[process] = true;
        self.restarts[process].1 = false;
    }

    /// A life ends. Whatever it knew, and who knew it, is over.
    pub fn end(&mut self, life: Life) {
        let (process, _) = life;
        self.runs[process] = false;
        self.knows.retain(|(holder, other)| *holder != life && *other != life);
        let (left, is_due) = &mut self.restarts[process];
        if *left > 0 {
            (*left, *is_due) = (*left - 1, true);
        }
    }

    /// Tells whether a process will be restarted when the timer event comes.
    pub fn awaits_restart(&self, process: usize) -> bool {
        self.restarts[process].1
    }

    /// Somebody is given the id of another, or its own.
    pub fn introduce(&mut self, holder: Life, other: Life) -> u32 {
        self.knows.insert((holder, other));
        id_of(other)
    }

    /// Whom an id names that somebody says.
    pub fn standing(&self, holder: Life, id: u32) -> Standing {
        let (index, number) = ((id & 0xFF) as usize, id >> 8);
        let Some(latest) = self.latest.get(index) else { return Standing::Unknown };
        if number == 0 || number > *latest {
            return Standing::Unknown;
        }
        let named = (index, number);
        if self.life(index) != Some(named) {
            return Standing::Ended(named);
        }
        if self.are_ids_global || self.knows.contains(&(holder, named)) {
            Standing::Known(named)
        } else {
            Standing::Unknown
        }
    }
}
