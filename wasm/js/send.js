/** How a request is sent when the caller says nothing of it. */
export const send = (url, init) => globalThis.fetch(url, init)
