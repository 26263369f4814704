//! The windows, one file each. They share [`crate::services`] and know nothing of one another.

pub(crate) mod channel;
pub(crate) mod interrupt;
pub(crate) mod wait_group;
