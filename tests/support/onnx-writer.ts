/** Writes the ONNX files that tests need: protocol buffers by hand, from the field numbers of onnx.proto3. */
import type { ByteSource } from '../../src/workloads/onnx/wire.ts';

type Part = number[];

export function varint(value: number): Part {
  const bytes: Part = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

export const int = (field: number, value: number): Part => [...varint(field * 8), ...varint(value)];
export const message = (field: number, ...parts: Part[]): Part => {
  const body = parts.flat();
  return [...varint(field * 8 + 2), ...varint(body.length), ...body];
};
export const text = (field: number, value: string): Part => message(field, [...new TextEncoder().encode(value)]);

/** ValueInfoProto; a size that is a text is left open under that name. */
export const value = (field: number, name: string, dims: readonly (number | string)[]): Part => {
  const sizes = dims.map((size) => message(1, typeof size === 'number' ? int(1, size) : text(2, size)));
  return message(field, text(1, name), message(2, message(1, int(1, 1), message(2, ...sizes))));
};

export const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...attributes: Part[]): Part =>
  message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...attributes,
  );

export const intAttribute = (name: string, number: number): Part =>
  message(5, text(1, name), int(3, number), int(20, 2));

/** A float tensor; its raw data, if any, comes last so that it may be left out of memory. */
export const tensor = (name: string, dims: readonly number[]): Part =>
  message(5, ...dims.map((size) => int(1, size)), int(2, 1), text(8, name));

export const model = (...graph: Part[]): Uint8Array =>
  Uint8Array.from([...message(8, int(2, 13)), ...message(7, ...graph)]);

/** Bytes in memory as a source. */
export const sourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (from, to) => Promise.resolve(bytes.subarray(from, to)),
});
