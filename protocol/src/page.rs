use alloc::vec::Vec;

use crate::Operation;

/// A list operation that answers page by page.
///
/// Nothing here does IO: [`next_page`](Self::next_page) turns an operation and its answer into the operation that asks
/// for what follows. Adapters turn it into iterators and streams.
pub trait Paged: Operation + Sized {
    /// What the list holds.
    type Item;

    /// The operation for the next page, or `None` when `output` was the last: its `nextPageToken` is absent or empty.
    fn next_page(&self, output: &Self::Output) -> Option<Self>;

    /// The items of a page.
    fn into_items(output: Self::Output) -> Vec<Self::Item>;
}
