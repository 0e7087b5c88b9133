use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use dfns_protocol::Paged;
use futures_core::Stream;

use super::Client;
use crate::CallError;

/// The pages of a list; see [`Client::pages`]. It is a [`Stream`].
///
/// Dropping the future of [`next`](Self::next) loses nothing: the page that is being fetched comes next time.
pub struct Pages<O: Paged> {
    client: Client,
    state: State<O>,
}

enum State<O: Paged> {
    /// What to ask for, if there is more.
    Resting(Option<O>),
    Fetching(Fetch<O>),
}

type Fetch<O> = Pin<Box<dyn Future<Output = (O, Page<O>)> + Send>>;
type Page<O> = Result<<O as dfns_protocol::Operation>::Output, CallError>;

impl<O: Paged> Pages<O> {
    pub(super) fn new(client: Client, operation: O) -> Self {
        Self {
            client,
            state: State::Resting(Some(operation)),
        }
    }
}

impl<O: Paged + Send + Sync + 'static> Pages<O>
where
    O::Output: Send,
{
    /// The next page, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<O::Output, CallError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<O: Paged + Send + Sync + 'static> Stream for Pages<O>
where
    O::Output: Send,
{
    type Item = Result<O::Output, CallError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let pages = self.get_mut();
        loop {
            match &mut pages.state {
                State::Resting(next) => {
                    let Some(operation) = next.take() else {
                        return Poll::Ready(None);
                    };
                    let client = pages.client.clone();
                    pages.state = State::Fetching(Box::pin(async move {
                        let page = client.call(&operation).await;
                        (operation, page)
                    }));
                }
                State::Fetching(fetch) => {
                    let (operation, page) = ready!(fetch.as_mut().poll(cx));
                    let next = page.as_ref().ok();
                    pages.state =
                        State::Resting(next.and_then(|output| operation.next_page(output)));
                    return Poll::Ready(Some(page));
                }
            }
        }
    }
}

/// Nothing in it is pinned in place.
impl<O: Paged> Unpin for Pages<O> {}

impl<O: Paged> fmt::Debug for Pages<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &O::ID)
            .finish_non_exhaustive()
    }
}

/// The items of a list; see [`Client::items`]. It is a [`Stream`].
pub struct Items<O: Paged> {
    pages: Pages<O>,
    page: vec::IntoIter<O::Item>,
}

impl<O: Paged> Items<O> {
    pub(super) fn new(pages: Pages<O>) -> Self {
        Self {
            pages,
            page: Vec::new().into_iter(),
        }
    }
}

impl<O: Paged + Send + Sync + 'static> Items<O>
where
    O::Output: Send,
{
    /// The next item, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<O::Item, CallError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<O: Paged + Send + Sync + 'static> Stream for Items<O>
where
    O::Output: Send,
{
    type Item = Result<O::Item, CallError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let items = self.get_mut();
        loop {
            if let Some(item) = items.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut items.pages).poll_next(cx)) {
                Some(Ok(output)) => items.page = O::into_items(output).into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// Nothing in it is pinned in place.
impl<O: Paged> Unpin for Items<O> {}

impl<O: Paged> fmt::Debug for Items<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("operation", &O::ID)
            .finish_non_exhaustive()
    }
}
