/** Operator tables of imported networks in documents and links: what goes in comes out, and nothing from a stranger gets past. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pack } from '../../src/experiment/encoding.ts';
import { decodeLink, encodeLink } from '../../src/experiment/link.ts';
import { MAX_OPERATORS, packOperators, unpackOperators } from '../../src/experiment/operators.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { OnnxGraph } from '../../src/model/onnx.ts';
import { workloadMacs } from '../../src/model/workload.ts';
import { readOnnx } from '../../src/workloads/onnx/read.ts';
import { workloadFor } from '../../src/workloads/zoo.ts';
import { sourceOf } from '../support/onnx-writer.ts';

async function graphOf(name: string): Promise<OnnxGraph> {
  const graph = await readOnnx(sourceOf(new Uint8Array(readFileSync(`tests/reference/onnx/light_${name}.onnx`))));
  if (!graph.ok) throw new Error(graph.problems[0].message);
  return graph.value;
}

async function packed(name: string): Promise<string> {
  const result = packOperators(await graphOf(name));
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
}

const documentOf = (operators: string, more: object = {}): unknown => ({
  version: 1,
  tenants: [{ workload: { model: 'onnx:net.onnx', operators, ...more } }],
});

const refusal = (document: unknown): string => {
  const result = parseDocument(document);
  return result.ok ? '' : `${result.problems[0].path}: ${result.problems[0].message}`;
};

test('a document and its link carry the whole network: the same multiply-accumulates, in a short text', async () => {
  const operators = await packed('resnet50');
  expect(operators.length).toBeLessThan(40_000);
  const document = parseDocument(documentOf(operators));
  if (!document.ok) throw new Error(document.problems[0].message);
  const opened = decodeLink(encodeLink({ document: document.value }));
  if (!opened.ok) throw new Error(opened.problems[0].message);
  expect(opened.value.document).toEqual(document.value);
  const workload = workloadFor(resolve(opened.value.document).tenants[0].workload);
  expect(workload.ok && workloadMacs(workload.value)).toBe(4_089_184_256);
});

describe('refused', () => {
  test('a model of a file without its operators, and operators without such a model', async () => {
    expect(refusal({ version: 1, tenants: [{ workload: { model: 'onnx:a' } }] })).toMatch(
      /workload.operators: is missing/,
    );
    const operators = await packed('vgg19');
    expect(refusal({ version: 1, tenants: [{ workload: { model: 'vgg19', operators } }] })).toMatch(/leave it out/);
    expect(refusal({ version: 1, tenants: [{ workload: { sizes: { a: 1 } } }] })).toMatch(
      /workload.sizes: .*leave it out/,
    );
  });

  test('tables that are cut, too long, or no tables', async () => {
    const operators = await packed('vgg19');
    expect(refusal(documentOf(operators.slice(0, 100)))).toMatch(/workload.operators: .*cut or changed/);
    expect(refusal(documentOf('A'.repeat(MAX_OPERATORS + 1)))).toMatch(/at most 262144 are right/);
    // 20 MB of blanks deflate to 20 KB.
    expect(refusal(documentOf(pack(' '.repeat(20_000_000))))).toMatch(/inflates to more than/);
    expect(refusal(documentOf(pack('{"nodes":[]}')))).toMatch(/is no operator table/);
  });

  test('names that would steer a terminal', async () => {
    const graph = await graphOf('vgg19');
    const evil = { ...graph, name: '\u001b[2J' };
    expect(packOperators(evil)).toMatchObject({ ok: false });
    expect(refusal(documentOf(pack(JSON.stringify(evil))))).toMatch(/is no operator table: name .*control/);
  });
});

test('whatever numbers a table holds, the network is refused or sound', async () => {
  const graph = await graphOf('squeezenet');
  const numbers = [...JSON.stringify(graph).matchAll(/\d+/g)];
  fc.assert(
    fc.property(
      fc.nat(numbers.length - 1),
      fc.constantFrom('0', '-1', '1.5', '1e12', '7', '1e300', '[]'),
      (at, put) => {
        const text = JSON.stringify(graph);
        const { index, 0: old } = numbers[at];
        const changed = text.slice(0, index) + put + text.slice(index + old.length);
        let json: unknown;
        try {
          json = JSON.parse(changed);
        } catch {
          return;
        }
        const table = unpackOperators(pack(JSON.stringify(json)));
        if (!table.ok) return;
        const workload = workloadFor({ model: 'onnx:x', tokens: 1, imported: { graph: table.value, sizes: {} } });
        if (workload.ok) expect(Number.isSafeInteger(workloadMacs(workload.value))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
