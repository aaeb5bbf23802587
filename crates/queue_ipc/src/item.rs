//! An item as bytes, and its arrow in the trace: from who puts it to who gets
//! it, whatever ways it goes between them.

use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use time_utils::trace;

/// Which process put the item, and which of its items that is.
type Arrow = (u32, u64);

/// An item that is about to be put, as bytes.
pub(crate) fn to_bytes(item: &impl Serialize) -> postcard::Result<Vec<u8>> {
    let arrow = trace::is_on().then(next_arrow);
    let bytes = postcard::to_stdvec(&(arrow, item))?;
    if let Some(arrow) = arrow {
        trace::sent("item", &name(arrow));
    }
    Ok(bytes)
}

/// An item that was got.
pub(crate) fn from_bytes<T>(bytes: &[u8]) -> postcard::Result<T>
where
    T: DeserializeOwned,
{
    let (arrow, item) = postcard::from_bytes::<(Option<Arrow>, T)>(bytes)?;
    if let Some(arrow) = arrow {
        trace::received("item", &name(arrow));
    }
    Ok(item)
}

fn next_arrow() -> Arrow {
    static ITEMS: AtomicU64 = AtomicU64::new(0);
    (process::id(), ITEMS.fetch_add(1, Ordering::Relaxed))
}

fn name((pid, number): Arrow) -> String {
    format!("item-{pid}-{number}")
}
