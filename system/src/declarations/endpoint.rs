//! The two ends of an endpoint, as objects of processes (EP-1, EP-2).

use super::Name;
use super::fields::Fields;
use crate::source::Spanned;

/// The end that receives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndpointDraft {
    /// How many messages it holds.
    pub(crate) capacity: Option<Spanned<u16>>,
    /// The length of the longest, in bytes.
    pub(crate) max_message_bytes: Option<Spanned<u16>>,
}

/// An end that sends, with what it says about the endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SenderDraft<'t> {
    /// The name of the receiving process.
    pub(crate) endpoint_process: Name<'t>,
    /// The name of the endpoint there.
    pub(crate) endpoint_object_name: Name<'t>,
    /// What the receiver knows it by.
    pub(crate) badge: Option<Spanned<u32>>,
    /// It may send.
    pub(crate) may_send: bool,
    /// It may call.
    pub(crate) may_call: bool,
}

/// Reads the end that receives.
pub(super) fn read(fields: &Fields) -> EndpointDraft {
    EndpointDraft {
        capacity: fields.spanned("capacity"),
        max_message_bytes: fields.spanned("max_message_bytes"),
    }
}

/// Reads an end that sends. One that lists no rights has all of them.
pub(super) fn read_sender<'t>(fields: &Fields<'t>) -> SenderDraft<'t> {
    let may = |right: &str| {
        let mut rights = fields.list("rights").iter();
        fields.value("rights").is_none() || rights.any(|each| each.as_text() == Some(right))
    };
    SenderDraft {
        endpoint_process: fields.text("endpoint_process"),
        endpoint_object_name: fields.text("endpoint_object_name"),
        badge: fields.spanned("badge"),
        may_send: may("send"),
        may_call: may("call"),
    }
}
