/** ONNX files of the command line: read in pieces, so that weights of any size are stepped over on disk. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { packOperators } from '../experiment/operators.ts';
import { ONNX_PREFIX } from '../model/models.ts';
import type { OnnxGraph } from '../model/onnx.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { readOnnx } from '../workloads/onnx/read.ts';
import type { ByteSource } from '../workloads/onnx/wire.ts';
import { fileReason } from './input.ts';

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

/**
 * A document with the operators of the ONNX files that its tenants name (`"model": "onnx:FILE"`, beside the document): from then on
 * it needs no file. What is no such document passes unchanged; the schema says what is wrong with it.
 */
export async function withOperators(document: unknown, folder: string): Promise<Result<unknown>> {
  if (!isRecord(document) || !Array.isArray(document.tenants)) return ok(document);
  const tenants: unknown[] = [];
  for (const [index, tenant] of document.tenants.entries()) {
    const filled = await withItsOperators(tenant as unknown, folder);
    if (!filled.ok) return fail(`tenants.${index}.workload.model`, filled.problems[0].message);
    tenants.push(filled.value);
  }
  return ok({ ...document, tenants });
}

async function withItsOperators(tenant: unknown, folder: string): Promise<Result<unknown>> {
  if (!isRecord(tenant) || !isRecord(tenant.workload)) return ok(tenant);
  const { model, operators } = tenant.workload;
  if (typeof model !== 'string' || !model.startsWith(ONNX_PREFIX) || operators !== undefined) return ok(tenant);
  const file = resolve(folder, model.slice(ONNX_PREFIX.length));
  const graph = await readOnnxFile(file);
  if (!graph.ok) return graph;
  const packed = packOperators(graph.value);
  if (!packed.ok) return packed;
  return ok({
    ...tenant,
    workload: { ...tenant.workload, model: ONNX_PREFIX + basename(file), operators: packed.value },
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
