/**
 * The operator table of an imported network as a document carries it: JSON, deflated, in base64url. Only what the network's shapes
 * and costs follow from is kept, so a model of any size is a short text. Links come from strangers: a table is inflated up to a cap
 * and checked key by key before anything looks at it.
 */
import * as v from 'valibot';
import type { OnnxGraph, OnnxValue } from '../model/onnx.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { pack, unpack } from './encoding.ts';
import { list, text, whole } from './fields.ts';
import { parseJson } from './syntax.ts';

/** Longest table in a document, in characters, and what it may inflate to, in bytes. */
export const MAX_OPERATORS = 256 * 1024;
const MAX_TABLE = 8 * 1024 * 1024;
const MOST_NODES = 20_000;
const MOST_NUMBERS = 1024;
const MOST_DIMS = 16;
const LARGEST_SIZE = 2 ** 40;

const name = text(0, 400);
const number = v.number(() => 'must be a number');
const numbers = list(number, MOST_NUMBERS);
const dims = list(whole(0, LARGEST_SIZE), MOST_DIMS);
const constant = v.strictObject({ name, dims, values: v.optional(numbers) });
const value = v.strictObject({ name, dims: list(v.union([whole(0, LARGEST_SIZE), text(1, 400)]), MOST_DIMS) });
const node = v.strictObject({
  op: text(1, 100),
  name,
  inputs: list(name, MOST_NODES),
  outputs: list(name, MOST_NODES),
  attributes: v.record(name, v.union([number, text(0, 4000), numbers, constant])),
});
const table = v.strictObject({
  name,
  opset: whole(0, 1000),
  inputs: list(value, 256),
  outputs: list(name, 256),
  constants: list(constant, MOST_NODES),
  nodes: list(node, MOST_NODES),
  stated: list(value, MOST_NODES),
});

/** Pack a table for a document. Errors: it has more operators, longer names or more text than a document may carry. */
export function packOperators(graph: OnnxGraph): Result<string> {
  const slim = slimmed(graph);
  const checked = v.safeParse(table, slim, { abortEarly: true });
  if (!checked.success) return fail('', `a document cannot carry this network: ${issueText(checked.issues[0])}`);
  const packed = pack(JSON.stringify(checked.output));
  if (packed.length <= MAX_OPERATORS) return ok(packed);
  return fail('', `its operators take ${packed.length} characters; a document carries at most ${MAX_OPERATORS}`);
}

const kept = new Map<string, Result<OnnxGraph>>();
const MOST_KEPT = 8;

/** The table of a document, or what is wrong with it. Remembered: every edit of a document reads it again. */
export function unpackOperators(packed: string): Result<OnnxGraph> {
  const known = kept.get(packed);
  if (known !== undefined) return known;
  const result = readTable(packed);
  kept.set(packed, result);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return result;
}

function readTable(packed: string): Result<OnnxGraph> {
  if (packed.length > MAX_OPERATORS) {
    return fail('', `has ${packed.length} characters; at most ${MAX_OPERATORS} are right`);
  }
  const json = unpack(packed, MAX_TABLE);
  if (!json.ok) return json;
  const parsed = parseJson(json.value);
  if (!parsed.ok) return parsed;
  const checked = v.safeParse(table, parsed.value, { abortEarly: true });
  return checked.success ? ok(checked.output) : fail('', `is no operator table: ${issueText(checked.issues[0])}`);
}

const issueText = (issue: v.BaseIssue<unknown>): string => `${v.getDotPath(issue) ?? 'it'} ${issue.message}`;

/** Without what nothing follows from: constants that no operator reads, and shapes stated of what nobody reads. */
function slimmed(graph: OnnxGraph): OnnxGraph {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const isUseful = ({ name: tensor, dims: sizes }: OnnxValue): boolean => read.has(tensor) && sizes.length > 0;
  return {
    ...graph,
    constants: graph.constants.filter(({ name: tensor }) => read.has(tensor)),
    stated: graph.stated.filter(isUseful),
  };
}
