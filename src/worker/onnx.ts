/**
 * Reads an ONNX file that was dropped onto the page: in slices of the file, so that weights never come into memory and the page and a
 * run go on meanwhile.
 */
import { packOperators } from '../experiment/operators.ts';
import { ok, type Result } from '../model/problem.ts';
import { openInputs, openSizes } from '../workloads/onnx/import.ts';
import { readOnnx } from '../workloads/onnx/read.ts';
import type { ImportedFile } from './protocol.ts';

/** The operators of a file as a document carries them. Errors: a damaged file, or a network that a document cannot carry. */
export async function readOnnxBlob(file: Blob): Promise<Result<ImportedFile>> {
  const graph = await readOnnx({
    size: file.size,
    read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
  });
  if (!graph.ok) return graph;
  const operators = packOperators(graph.value);
  if (!operators.ok) return operators;
  return ok({ operators: operators.value, open: openSizes(graph.value), openInputs: openInputs(graph.value) });
}
