import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, parseText, resolve } from '../../src/experiment/parse.ts';
import { CHIP_PARAMETERS } from '../../src/model/parameters.ts';
import { rawDocument } from './arbitraries.ts';

/** All problems as "path: message" lines; fails if the document is accepted. */
function refusal(input: unknown): string {
  const result = parseDocument(input);
  if (result.ok) throw new Error('accepted');
  return result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

const withTenant = (tenant: object) => ({ version: 1, tenants: [{ name: 'A', ...tenant }] });
const withChip = (chip: object) => ({ version: 1, chip });

describe('a valid document', () => {
  it('may leave out everything but its version', () => {
    const result = parseDocument({ version: 1, tenants: [{}, {}] });
    expect(result.ok && resolve(result.value)).toMatchObject({
      title: '',
      seed: 0,
      stop: 'done',
      chip: { preset: 'vnpu-sim-36', width: 8, height: 6, scratchpadBytes: 30 * 1024 * 1024, memoryPath: 'noc' },
      tenants: [
        {
          name: 'A',
          mode: 'vnpu',
          topology: { kind: 'mesh', width: 3, height: 3 },
          mapping: 'exact',
          translation: { kind: 'vchunk', entries: 4, pageBytes: 4096 },
          workload: {
            ...{ model: 'resnet18', iterations: 32, weights: 'auto', tokens: 256 },
            ...{ batch: 1, phase: 'prefill', blocks: 0 },
          },
        },
        { name: 'B' },
      ],
    });
  });

  it('resolves what it does say, and only that', () => {
    const translation = { kind: 'page', pageBytes: 65536 };
    const result = parseDocument(withTenant({ translation, workload: { tokens: undefined }, placement: undefined }));
    const tenant = result.ok ? resolve(result.value).tenants[0] : undefined;
    expect(tenant?.translation).toEqual({ kind: 'page', entries: 4, pageBytes: 65536, lastV: true });
    expect(tenant?.workload.tokens).toBe(256);
    expect(tenant).not.toHaveProperty('placement');
  });

  it('is accepted whatever keys it combines', () => {
    let accepted = 0;
    fc.assert(
      fc.property(rawDocument, (raw) => {
        const result = parseDocument(raw);
        if (result.ok) accepted++;
        else expect(result.problems.every(({ path }) => /Tiles|bufferDepth|memoryTiles/.test(path))).toBe(true);
      }),
      { numRuns: 200 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

describe('one wrong value', () => {
  it.each(CHIP_PARAMETERS.map((row) => [row.key, row.min, row.max] as const))(
    'chip.%s outside %d..%d is refused, its ends are not',
    (key, min, max) => {
      for (const value of [min - 1, max + 1, min + 0.5, String(min), null]) {
        const message = refusal(withChip({ [key]: value }));
        expect(message).toContain(`chip.${key}: is ${JSON.stringify(value)}`);
        expect(message).toContain(`from ${min} to ${max}`);
      }
      for (const value of [min, max]) {
        const result = parseDocument(withChip({ [key]: value }));
        const own = result.ok ? [] : result.problems.filter(({ message }) => message.includes('whole number'));
        expect(own).toEqual([]);
      }
    },
  );

  it.each([
    [{ width: 0 }, 'chip.width: is 0; it must be a whole number from 1 to 64 (tiles)'],
    [{ width: 100, height: 100 }, 'chip.width: is 100; it must be a whole number from 1 to 64 (tiles)'],
    [
      { preset: 'vnpu-sim-37' },
      'chip.preset: is "vnpu-sim-37"; it must be "vnpu-sim-36", "vnpu-sim-48" or "vnpu-fpga-8"',
    ],
    [{ preset: '__proto__' }, 'chip.preset: is "__proto__"'],
    [{ memoryPath: 'air' }, 'chip.memoryPath: is "air"; it must be "noc" or "bus"'],
    [{ memoryTiles: 7 }, 'chip.memoryTiles: is 7; it must be a list'],
    [{ memoryTiles: [48] }, 'chip.memoryTiles.0: tile 48 is outside; the 8 x 6 mesh has tiles 0 to 47'],
    [{ memoryTiles: [3, 3] }, 'chip.memoryTiles.1: tile 3 is there already (item 0)'],
    [{ disabledTiles: [1, 99] }, 'chip.disabledTiles.1: tile 99 is outside'],
    [{ disabledTiles: [7] }, 'chip.disabledTiles.0: tile 7 is a memory interface'],
    [{ disabledTiles: Array(5000).fill(1) }, 'chip.disabledTiles: has 5000 items; at most 4096 are right'],
    [{ controllerTile: 48 }, 'chip.controllerTile: tile 48 is outside'],
    [{ width: 64, height: 64, virtualChannels: 6, bufferDepth: 64 }, 'are 1572864 buffers per port; at most 262144'],
    [[], 'chip: is an empty list; a chip must be a JSON object'],
  ])('chip %j', (chip, message) => {
    expect(refusal(withChip(chip))).toContain(message);
  });

  it.each([
    [{ name: '' }, 'tenants.0.name: has 0 characters; 1 to 40 are right'],
    [{ name: 'a\u001b[2J' }, 'tenants.0.name: "a\\u001b[2J" holds a control or half character (U+1b)'],
    [{ name: 'a\ud800' }, '(U+d800)'],
    [
      { mapping: 'exakt' },
      'tenants.0.mapping: is "exakt"; it must be "exact", "similar", "rowMajor", "snake", "firstFit",',
    ],
    [{ edgeWeights: 'loads' }, 'tenants.0.edgeWeights: is "loads"; it must be "equal", "traffic" or "bottleneck"'],
    [{ topology: { width: 0 } }, 'tenants.0.topology.width: is 0; it must be a whole number from 1 to 64'],
    [{ translation: { entries: 0 } }, 'tenants.0.translation.entries: is 0; it must be a whole number from 1 to 256'],
    [{ translation: { pageBytes: 5000 } }, 'tenants.0.translation.pageBytes: is 5000; it must be a power of two'],
    [{ translation: null }, 'tenants.0.translation: is null; a translation must be a JSON object'],
    [{ workload: { model: 'resnet19' } }, 'tenants.0.workload.model: is "resnet19"; it must be "resnet18", '],
    [{ workload: { stages: [{ first: 'conv1', cores: 0 }] } }, 'tenants.0.workload.stages.0.cores: is 0; it must be'],
    [{ workload: { stages: [{ at: 2 }] } }, 'tenants.0.workload.stages.0.first: is missing'],
    [{ workload: { iterations: 1e9 } }, 'tenants.0.workload.iterations: is 1000000000'],
    [{ placement: [1, 2] }, 'tenants.0.placement: names 2 tiles; 3 x 3 virtual cores need 9, one for each'],
    [
      { mappingCosts: { memory: 1, memoryHops: [1, 2] } },
      'tenants.0.mappingCosts.memoryHops: names 2 distances; the tenant has 9 virtual cores, one distance for each',
    ],
    [{ mappingCosts: { insertion: -1 } }, 'tenants.0.mappingCosts.insertion: is -1; it must be a whole number from 0'],
    [
      { topology: { width: 2, height: 1 }, placement: [1, 1] },
      'tenants.0.placement.1: tile 1 holds virtual core 0 already',
    ],
    [{ topology: { width: 1, height: 1 }, placement: [8] }, 'tenants.0.placement.0: tile 8 is a memory interface'],
    [
      { topology: { width: 1, height: 1 }, placement: [48] },
      'tenants.0.placement.0: tile 48 is outside; the 8 x 6 mesh',
    ],
    [{ topology: { width: 1, height: 1 }, placement: [-1] }, 'tenants.0.placement.0: is -1; it must be a whole number'],
  ])('tenant %j', (tenant, message) => {
    expect(refusal(withTenant(tenant))).toContain(message);
  });

  it.each([
    [null, 'is null; an experiment must be a JSON object'],
    [{}, 'version: is missing: "version" must be given here'],
    [{ version: 2 }, 'version: is 2: this document was made by a newer release; this build reads version 1'],
    [{ version: '1' }, 'version: is "1"; it must be 1'],
    [{ version: 1, title: 'x'.repeat(121) }, 'title: has 121 characters; 0 to 120 are right'],
    [{ version: 1, note: 'x'.repeat(501) }, 'note: has 501 characters; 0 to 500 are right'],
    [{ version: 1, seed: 2 ** 32 }, 'seed: is 4294967296; it must be a whole number from 0 to 4294967295'],
    [{ version: 1, stop: 'never' }, 'stop: is "never"; it must be "done" or {"cycles": n}'],
    [{ version: 1, stop: { cycles: 0 } }, 'stop'],
    [{ version: 1, tenants: Array(17).fill({}) }, 'tenants: has 17 items; at most 16 are right'],
    [{ version: 1, tenants: [{ name: 'B' }, {}] }, 'tenants.1.name: "B" is the name of tenant 0 already'],
    [{ version: 1, chip: { memoryTiles: [] }, tenants: [{}] }, 'chip.memoryTiles: is an empty list, but tenants load'],
  ])('document %j', (document, message) => {
    expect(refusal(document)).toContain(message);
  });

  it('two tenants on one tile are both named', () => {
    const one = { topology: { width: 1, height: 1 }, placement: [9] };
    expect(
      refusal({
        version: 1,
        tenants: [
          { name: 'Ann', ...one },
          { name: 'Bob', ...one },
        ],
      }),
    ).toBe('tenants.1.placement.0: tile 9 belongs to "Ann" already; name a free tile for "Bob"');
  });

  it('a disabled tile takes no virtual core', () => {
    const tenants = [{ topology: { width: 1, height: 1 }, placement: [9] }];
    expect(refusal({ version: 1, chip: { disabledTiles: [9] }, tenants })).toContain('tile 9 is disabled');
  });

  it('notes may have lines, titles not; markup is just text', () => {
    expect(parseDocument({ version: 1, note: 'one\ntwo <b>' })).toMatchObject({
      ok: true,
      value: { note: 'one\ntwo <b>' },
    });
    expect(refusal({ version: 1, title: 'one\ntwo' })).toContain('U+a');
  });
});

describe('unknown and later keys', () => {
  it.each([
    [{ version: 1, tenant: [] }, 'tenant: "tenant" is not a key of this object; the nearest known key is "tenants"'],
    [
      withChip({ scratchpadbytes: 1 }),
      'chip.scratchpadbytes: "scratchpadbytes" is not a key of this object; the nearest known key is "scratchpadBytes"',
    ],
    [
      withTenant({ translation: { entrys: 4 } }),
      'tenants.0.translation.entrys: "entrys" is not a key of this object; the nearest known key is "entries"',
    ],
    [withTenant({ constructor: 1 }), 'tenants.0.constructor: "constructor" is not a key'],
    [JSON.parse('{"version":1,"__proto__":{"seed":1}}'), '__proto__: "__proto__" is not a key'],
    [JSON.parse('{"version":1,"chip":{"__proto__":{"width":3}}}'), 'chip.__proto__: "__proto__" is not a key'],
  ])('%j is refused with the nearest key', (document, message) => {
    expect(refusal(document)).toContain(message);
  });

  it.each([
    [withTenant({ topology: { kind: 'ring', cores: 6 } }), 'tenants.0.topology.kind'],
    [withTenant({ topology: { cores: 6 } }), 'tenants.0.topology.cores'],
    [withTenant({ memoryBytes: 1 }), 'tenants.0.memoryBytes'],
    [withTenant({ workload: { precision: 'fp16' } }), 'tenants.0.workload.precision'],
    [
      { version: 1, events: [{ cycle: 1, tenant: 'A', topology: { kind: 'ring', cores: 6 } }] },
      'events.0.topology.kind',
    ],
  ])('%j is not available yet', (document, path) => {
    const message = refusal(document);
    expect(message).toMatch(new RegExp(`^${path}: .*not available yet`, 'm'));
  });
});

describe('hostile input', () => {
  it('text that is not JSON is refused with line and column', () => {
    const result = parseText('{\n  "version": 1,\n  "title": oops\n}');
    expect(result).toEqual({
      ok: false,
      problems: [{ path: '', message: 'This is not JSON: line 3, column 12 has "o" where a value should be.' }],
    });
  });

  it('a byte order mark is not an error', () => {
    expect(parseText('\ufeff{"version":1}').ok).toBe(true);
  });

  it.each([
    ['too long', ' '.repeat(1024 * 1024 + 1)],
    ['nested lists', '['.repeat(500_000)],
    ['nested objects', '{"chip":'.repeat(100_000)],
    ['closed nested lists', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['a deep tenant', `{"version":1,"tenants":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['a long unclosed string', '"' + 'x'.repeat(1_000_000)],
    ['many escapes', '"' + '\\n'.repeat(500_000)],
    ['a long key', `{"version":1,"${'k'.repeat(1_000_000)}":1}`],
    ['many keys', `{"version":1,${Array.from({ length: 90_000 }, (_, i) => `"k${i}":1`).join()}}`],
    ['many tenants', `{"version":1,"tenants":[${Array(300_000).fill('{}').join()}]}`],
    ['many bad tiles', `{"version":1,"chip":{"memoryTiles":[${Array(4096).fill('-1').join()}]}}`],
    ['empty', ''],
  ])('%s: a short refusal', (_, text) => {
    const result = parseText(text);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(JSON.stringify(result.problems).length).toBeLessThan(5000);
  });

  it('anything at all is answered, never thrown', () => {
    fc.assert(fc.property(fc.anything(), (value) => void parseDocument(value)));
    fc.assert(fc.property(fc.json(), (text) => void parseText(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseText(text)));
  });

  it('one changed value in a valid document is answered with its path or accepted', () => {
    fc.assert(
      fc.property(rawDocument, fc.anything(), fc.nat(), (raw, value, pick) => {
        const copy = structuredClone(raw) as Record<string, unknown>;
        const keys = Object.keys(copy);
        copy[keys[pick % keys.length]] = value;
        const result = parseDocument(copy);
        if (!result.ok) expect(result.problems.length).toBeLessThanOrEqual(21);
      }),
    );
  });

  it('reading pollutes no prototype', () => {
    parseText('{"version":1,"__proto__":{"polluted":1},"chip":{"constructor":{"prototype":{"polluted":1}}}}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
