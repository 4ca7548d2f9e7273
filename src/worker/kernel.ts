/** The compiled modules as every worker gets them. */
const kernelUrl = new URL('../../build/kernel.wasm', import.meta.url);
const mappingUrl = new URL('../../build/mapping.wasm', import.meta.url);

export const compileKernel = (): Promise<WebAssembly.Module> => compile(kernelUrl);
export const compileMapping = (): Promise<WebAssembly.Module> => compile(mappingUrl);

/** Compile while loading; a server that does not know the type of wasm files gets the slower way. */
async function compile(url: URL): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compileStreaming(fetch(url));
  } catch {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`a part of the simulator is missing: ${response.status} ${response.statusText}`);
    return WebAssembly.compile(await response.arrayBuffer());
  }
}
