/** Variants of a document, one per mode: valid, alike in all else, beside the neighbours or alone. */
import { describe, expect, it } from 'vitest';
import { modeVariants } from '../../src/experiment/comparison.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { MODES } from '../../src/model/vnpu.ts';

const read = (input: object) => {
  const parsed = parseDocument(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
};
const DOCUMENT = read({
  version: 1,
  chip: { scratchpadBytes: 1_048_576 },
  tenants: [
    { name: 'A', workload: { iterations: 3 } },
    {
      name: 'B',
      topology: { width: 2, height: 1 },
      placement: [41, 42],
      routing: 'confined',
      translation: { kind: 'vchunk', entries: 8 },
      workload: { model: 'gpt2-small', iterations: 5 },
      arrivalCycle: 100,
      departureCycle: 9000,
    },
  ],
  events: [
    { cycle: 400, tenant: 'A', placement: [1, 2, 3, 9, 10, 11, 17, 18, 19] },
    { cycle: 500, tenant: 'B', placement: [33, 34] },
  ],
});

describe('one document per mode', () => {
  it.each([true, false])('is valid in each of them and keeps the work (alone: %s)', (alone) => {
    const variants = modeVariants(DOCUMENT, 1, alone);
    expect(variants.map(({ mode }) => mode)).toEqual([...MODES]);
    for (const { mode, document } of variants) {
      const { chip, tenants } = resolve(read(document));
      const own = tenants[alone ? 0 : 1];
      expect([tenants.length, chip.scratchpadBytes]).toEqual([alone ? 1 : 2, 1_048_576]);
      expect(own).toMatchObject({ name: 'B', mode, workload: { model: 'gpt2-small', iterations: 5 } });
      expect(own.translation.entries).toBe(8);
      if (!alone) expect(tenants[0]).toEqual(resolve(DOCUMENT).tenants[0]);
    }
  });

  it('keeps what a mode can do and drops what it cannot', () => {
    const of = (mode: string) =>
      resolve(modeVariants(DOCUMENT, 1, false).find((v) => v.mode === mode)!.document).tenants[1];
    expect(of('vnpu')).toEqual(resolve(DOCUMENT).tenants[1]);
    expect(of('bare')).toMatchObject({ placement: [41, 42], routing: 'dor', translation: { kind: 'physical' } });
    expect(of('uvm')).toMatchObject({ placement: [41, 42], routing: 'dor', translation: { kind: 'page' } });
    expect(of('mig')).toMatchObject({ routing: 'dor', translation: { kind: 'vchunk' }, mapping: 'exact' });
    expect([of('mig'), of('zigzag')].map((tenant) => tenant.placement)).toEqual([undefined, undefined]);
    expect(of('zigzag')).toMatchObject({ routing: 'confined', mapping: 'snake' });
    expect(MODES.map((mode) => of(mode).moves?.length ?? 0)).toEqual([1, 1, 1, 0, 0]);
  });

  it('alone has no arrival or departure', () => {
    const [{ document }] = modeVariants(DOCUMENT, 1, true);
    expect(resolve(document).tenants[0]).toMatchObject({ arrivalCycle: 0 });
    expect(resolve(document).tenants[0].departureCycle).toBeUndefined();
    expect(document.events).toEqual([{ cycle: 500, tenant: 'B', placement: [33, 34] }]);
  });
});
