/**
 * Loads a module by its first use. What failed is tried again by the next.
 *
 * @param {() => Promise<object>} glue its JavaScript side.
 * @param {() => unknown} wasm its bytes, or what is compiled already.
 */
export function once(glue, wasm) {
  let loading
  return () => {
    loading ??= load(glue, wasm).catch((error) => {
      loading = undefined
      throw error
    })
    return loading
  }
}

async function load(glue, wasm) {
  const [bindings, module_or_path] = await Promise.all([glue(), wasm()])
  await bindings.default({ module_or_path })
  return bindings
}
