/** ONNX files of the command line: read in pieces, so that weights of any size are stepped over on disk. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { OnnxGraph } from '../model/onnx.ts';
import { fail, type Result } from '../model/problem.ts';
import { readOnnx } from '../workloads/onnx/read.ts';
import type { ByteSource } from '../workloads/onnx/wire.ts';
import { fileReason } from './input.ts';

/** What a model's name begins with when it is a file. */
export const ONNX_PREFIX = 'onnx:';

/** The operator table of a file. Errors: a file that cannot be read, or is damaged. */
export async function readOnnxFile(path: string): Promise<Result<OnnxGraph>> {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return await readOnnx(sourceOf(file));
  } catch (error) {
    return fail('', fileReason(error));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const sourceOf = (file: number): ByteSource => ({
  size: fstatSync(file).size,
  read: (from, to) => {
    const bytes = new Uint8Array(to - from);
    return Promise.resolve(bytes.subarray(0, readSync(file, bytes, 0, to - from, from)));
  },
});
