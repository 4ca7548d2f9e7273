import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, canonicalText } from '../../src/experiment/canonical.ts';
import type { Experiment, TenantRequest } from '../../src/model/experiment.ts';
import { parseDocument, parseText, resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { anyDocument, rawDocument } from './arbitraries.ts';

const read = (input: unknown): ExperimentDocument => {
  const result = parseDocument(input);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
};

/** The same data with the keys of every object in reverse order. */
function reversed(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(reversed);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data)
      .reverse()
      .map(([key, value]) => [key, reversed(value)]),
  );
}

describe('the canonical form', () => {
  it('resolves to the same experiment', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        // the canonical form puts events in order, so their numbers in the list are others
        const numberless = (tenant: TenantRequest) => ({
          ...tenant,
          moves: tenant.moves?.map(({ cycle, placement }) => ({ cycle, placement })),
        });
        const sorted = (e: Experiment) => ({ ...e, chip: { ...e.chip }, tenants: e.tenants.map(numberless) });
        expect(sorted(resolve(canonical(document)))).toEqual(sorted(resolve(document)));
      }),
    );
  });

  it('is a valid document and its own canonical form', () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const again = parseText(canonicalText(document));
        expect(again.ok && canonicalText(again.value)).toBe(canonicalText(document));
      }),
    );
  });

  it('does not depend on the order in which keys were written', () => {
    fc.assert(
      fc.property(rawDocument, (raw) => {
        const one = parseDocument(raw);
        const other = parseDocument(reversed(raw));
        if (one.ok && other.ok) expect(canonicalText(other.value)).toBe(canonicalText(one.value));
        else expect(other.ok).toBe(one.ok);
      }),
    );
  });

  it('writes the name of a tenant, and nothing that is a default', () => {
    const document = read({
      version: 1,
      title: '',
      seed: 0,
      stop: 'done',
      chip: { preset: 'vnpu-sim-48', width: 10, height: 7, flitBytes: 128, memoryPath: 'noc', disabledTiles: [] },
      tenants: [
        {
          topology: { kind: 'mesh', width: 3, height: 2 },
          mapping: 'exact',
          routing: 'dor',
          translation: { kind: 'page', entries: 4 },
          workload: { model: 'resnet18', batch: 1, precision: 'int8', tokens: 256 },
        },
      ],
    });
    expect(canonicalText(document)).toBe(
      '{"version":1,"chip":{"preset":"vnpu-sim-48","height":7},"tenants":[{"name":"A","topology":{"height":2},"translation":{"kind":"page"}}]}',
    );
  });

  it('leaves out memory tiles that are those of the preset, and keeps the order of others', () => {
    const west = { preset: 'vnpu-fpga-8', memoryTiles: [0, 5] };
    expect(canonical(read({ version: 1, chip: west }))).toEqual({ version: 1, chip: { preset: 'vnpu-fpga-8' } });
    const turned = { preset: 'vnpu-fpga-8', memoryTiles: [5, 0] };
    expect(canonical(read({ version: 1, chip: turned }))).toEqual({ version: 1, chip: turned });
  });
});
