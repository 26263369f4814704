//! The names of services.

use core::fmt::{self, Debug, Display, Formatter, Write};

use guichet_abi::NAME_BYTES;

/// The name of a service: 1 to 20 bytes, any but zeros throughout (NR-1). Shorter ones are padded with
/// zeros, and equal what is padded already.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name([u8; NAME_BYTES]);

impl Name {
    /// The name that reads so.
    ///
    /// # Panics
    /// If it is empty, nothing but zeros, or longer than 20 bytes; in a constant, that is a compile
    /// error.
    pub const fn new(name: &str) -> Name {
        match Name::from_bytes(name.as_bytes()) {
            Some(name) => name,
            None => panic!("a name has 1 to 20 bytes"),
        }
    }

    /// The name of these bytes, unless they are none, nothing but zeros, or more than 20.
    pub const fn from_bytes(bytes: &[u8]) -> Option<Name> {
        if bytes.len() > NAME_BYTES {
            return None;
        }
        let mut padded = [0; NAME_BYTES];
        let (mut index, mut is_zero) = (0, true);
        while index < bytes.len() {
            padded[index] = bytes[index];
            is_zero = is_zero && bytes[index] == 0;
            index += 1;
        }
        if is_zero { None } else { Some(Name(padded)) }
    }

    /// The twenty bytes as the registry compares them.
    pub const fn as_bytes(&self) -> &[u8; NAME_BYTES] {
        &self.0
    }
}

impl Display for Name {
    /// Without the padding; bytes that are no printable ASCII are escaped.
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let end =
            self.0.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
        let name = self.0.iter().take(end);
        name.flat_map(|byte| core::ascii::escape_default(*byte))
            .try_for_each(|byte| formatter.write_char(char::from(byte)))
    }
}

impl Debug for Name {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Name(\"{self}\")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_name_is_padded_with_zeros() {
        const SENSOR: Name = Name::new("sensor");
        assert_eq!(SENSOR.as_bytes(), b"sensor\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(Name::from_bytes(b"sensor\0\0"), Some(SENSOR));
        assert_eq!(Name::from_bytes(SENSOR.as_bytes()), Some(SENSOR));
        assert_eq!(SENSOR.to_string(), "sensor");
    }

    #[test]
    fn what_is_no_name_is_none() {
        assert_eq!(Name::from_bytes(b""), None);
        assert_eq!(Name::from_bytes(&[0; 3]), None);
        assert_eq!(Name::from_bytes(&[0; 20]), None);
        assert_eq!(Name::from_bytes(&[b'a'; 21]), None);
        assert!(Name::from_bytes(&[b'a'; 20]).is_some());
    }

    #[test]
    fn any_bytes_are_a_name_and_can_be_printed() {
        let name = Name::from_bytes(&[0, 0xFF, b'"', b'\n']).unwrap();
        assert_eq!(name.to_string(), "\\x00\\xff\\\"\\n");
        assert_eq!(std::format!("{:?}", Name::new("a")), "Name(\"a\")");
    }
}
