/** Whether these are bytes, of whichever realm: a test runner or a frame has a `Uint8Array` of its own. */
export const isBytes = (value) => ArrayBuffer.isView(value) && value[Symbol.toStringTag] === 'Uint8Array'

/** Chunks as one. */
export function joined(chunks, length) {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
