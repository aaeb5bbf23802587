//! A value of any size in one small message.
//!
//! ipc-channel cuts a message of more than about 200 KB into fragments, and
//! whoever waits for a fragment of a process that was killed waits for ever.
//! A [`Parcel`] never gets that large: past [`INLINE_BYTES`] its bytes travel
//! in shared memory, and the message only says where.

use std::fmt;

use ipc_channel::ipc::IpcSharedMemory;
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Up to here the bytes are part of the message.
pub const INLINE_BYTES: usize = 32 * 1024;

/// A value on its way, in a message of at most a little over
/// [`INLINE_BYTES`], however large the value is.
///
/// ```
/// use ipc_channel::ipc;
/// use process_spawning::Parcel;
///
/// let (sender, receiver) = ipc::channel()?;
/// // Without a parcel this would block: nobody receives yet.
/// sender.send(Parcel(vec![7_u8; 10 << 20]))?;
/// let Parcel(bytes) = receiver.recv()?;
/// assert_eq!(bytes.len(), 10 << 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Parcel<T>(pub T);

#[derive(Serialize, Deserialize)]
enum Wrapping {
    Inline(#[serde(with = "serde_bytes")] Vec<u8>),
    Shared(IpcSharedMemory),
}

// The value is written inside of the message that is being written: so its
// own senders and receivers still become part of that message.
impl<T: Serialize> Serialize for Parcel<T> {
    fn serialize<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let bytes = postcard::to_stdvec(&self.0).map_err(S::Error::custom)?;
        let wrapping = if bytes.len() <= INLINE_BYTES {
            Wrapping::Inline(bytes)
        } else {
            Wrapping::Shared(IpcSharedMemory::from_bytes(&bytes))
        };
        wrapping.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Parcel<T> {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let value = match Wrapping::deserialize(deserializer)? {
            Wrapping::Inline(bytes) => postcard::from_bytes(&bytes),
            Wrapping::Shared(memory) => postcard::from_bytes(&memory),
        };
        value.map(Self).map_err(D::Error::custom)
    }
}

// Says nothing of the value, which need not be `Debug` to travel.
impl<T> fmt::Debug for Parcel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parcel")
    }
}
