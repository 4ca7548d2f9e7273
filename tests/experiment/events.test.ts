/** Events of a document: what they must keep, what they mean, and how edits of the rest carry them along. */
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/experiment/canonical.ts';
import { addMove, editTenant, removeTenant, renameTenant, setChip } from '../../src/experiment/edits.ts';
import { decodeLink, encodeLink } from '../../src/experiment/link.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';

const square = { width: 2, height: 2 };
const document: ExperimentDocument = {
  version: 1,
  tenants: [
    { name: 'A', topology: square, placement: [1, 2, 9, 10] },
    { name: 'B', topology: square, placement: [5, 6, 13, 14], arrivalCycle: 100, departureCycle: 9000 },
  ],
  events: [
    { cycle: 700, tenant: 'B', placement: [21, 22, 29, 30] },
    { cycle: 500, tenant: 'A', placement: [17, 18, 25, 26] },
  ],
};
const problemsOf = (events: unknown): string[] => {
  const result = parseDocument({ ...document, events });
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
};
const [b, a] = document.events!;

describe('events', () => {
  it('are moves of their tenants in the order of their cycles', () => {
    const [first, second] = resolve({ ...document, events: [b, { ...a, cycle: 900 }, a] }).tenants;
    expect(first.moves).toEqual([
      { event: 2, cycle: 500, placement: a.placement },
      { event: 1, cycle: 900, placement: a.placement },
    ]);
    expect(second.moves).toEqual([{ event: 0, cycle: 700, placement: b.placement }]);
    expect(resolve({ ...document, events: [] }).tenants[0].moves).toBeUndefined();
  });

  it('stand in the canonical form by cycle, and vanish where there are none', () => {
    expect(canonical(document).events).toEqual([a, b]);
    expect(canonical({ ...document, events: [] })).not.toHaveProperty('events');
  });

  it('go into links and come back', () => {
    const opened = decodeLink(encodeLink({ document }));
    expect(opened).toMatchObject({ ok: true, value: { document: canonical(document) } });
  });

  it.each([
    [{ ...a, tenant: 'C' }, 'events.0.tenant: "C" is no tenant; it must be "A" or "B"'],
    [
      { ...b, cycle: 100 },
      'events.0.cycle: is 100; it must be after "B" arrives in cycle 100 and at the latest in its last cycle 9000',
    ],
    [
      { ...b, cycle: 9001 },
      'events.0.cycle: is 9001; it must be after "B" arrives in cycle 100 and at the latest in its last cycle 9000',
    ],
    [{ ...a, cycle: 0 }, 'events.0.cycle: is 0; it must be a whole number from 1 to 9007199254740991 (cycle)'],
    [{ ...a, placement: [1, 2, 9] }, 'events.0.placement: names 3 tiles; 2 x 2 virtual cores need 4, one for each'],
    [{ ...a, placement: [0, 2, 9, 10] }, 'events.0.placement.0: tile 0 is a memory interface; name a core tile'],
    [
      { ...a, placement: [1, 1, 9, 10] },
      'events.0.placement.1: tile 1 holds virtual core 0 already; give each its own',
    ],
    [
      { cycle: 5, tenant: 'A' },
      'events.0: says nothing; it must name other tiles ("placement"), another size ("topology"), or both',
    ],
    [
      { cycle: 5, tenant: 'A', topology: square },
      'events.0.topology: is 2 x 2, which "A" has already; name another size, or only "placement"',
    ],
    [
      { cycle: 5, tenant: 'A', topology: { width: 3 }, placement: a.placement },
      'events.0.placement: names 4 tiles; 3 x 2 virtual cores need 6, one for each',
    ],
  ])('are refused where they are wrong: %o', (event, problem) => expect(problemsOf([event])).toEqual([problem]));

  it('give a tenant another size, of which a later event may name one side alone', () => {
    const grow = { cycle: 600, tenant: 'A', topology: { width: 3 } };
    const events = [{ cycle: 800, tenant: 'A', topology: { height: 1 } }, grow, a];
    expect(problemsOf(events)).toEqual([]);
    expect(resolve({ ...document, events }).tenants[0].moves).toEqual([
      { event: 2, cycle: 500, placement: a.placement },
      { event: 1, cycle: 600, topology: { kind: 'mesh', width: 3, height: 2 } },
      { event: 0, cycle: 800, topology: { kind: 'mesh', width: 3, height: 1 } },
    ]);
    expect(canonical({ ...document, events }).events?.slice(1)).toEqual([grow, events[0]]);
    // a move after it has the tiles of the new size
    const after = (placement: number[]) => problemsOf([grow, { cycle: 700, tenant: 'A', placement }]);
    expect(after([1, 2, 3, 9, 10, 11])).toEqual([]);
    expect(after([1, 2, 9, 10])).toEqual([
      'events.1.placement: names 4 tiles; 3 x 2 virtual cores need 6, one for each',
    ]);
  });

  it('leave the size of a fixed partition, and of routes made by hand, alone', () => {
    const grow = { cycle: 600, tenant: 'A', topology: { width: 3 } };
    const refused = (tenant: object) =>
      parseDocument({ version: 1, tenants: [{ name: 'A', topology: square, ...tenant }], events: [grow] });
    for (const tenant of [{ mode: 'mig' }, { routes: [{ tiles: [1, 2] }] }])
      expect(refused(tenant)).toMatchObject({ problems: [{ path: 'events.0.topology' }] });
    expect(refused({ mode: 'zigzag' }).ok).toBe(true);
  });

  it('move a tenant once in a cycle, and not where its mode chooses the tiles', () => {
    expect(problemsOf([a, { ...a, placement: [3, 4, 11, 12] }])).toEqual([
      'events.1.cycle: event 0 moves "A" in cycle 500 already; name another cycle',
    ]);
    const zigzag = { ...document, tenants: [{ name: 'A', mode: 'zigzag', topology: square }], events: [a] };
    expect(parseDocument(zigzag)).toMatchObject({
      problems: [
        {
          path: 'events.0.placement',
          message: expect.stringContaining('the mode "zigzag" of "A" chooses them') as string,
        },
      ],
    });
  });

  it('free the tiles that a tenant leaves for one that comes in that cycle, not before', () => {
    const late = (arrivalCycle: number) =>
      parseDocument({
        ...document,
        tenants: [...document.tenants!, { name: 'C', topology: square, placement: [1, 2, 9, 10], arrivalCycle }],
      });
    expect(late(500).ok).toBe(true);
    expect(late(499)).toMatchObject({ problems: [{ path: 'tenants.2.placement.0' }, {}, {}, {}] });
  });
});

describe('edits', () => {
  it('add a move, and replace one of the same cycle', () => {
    const once = addMove(document, 0, 800, [3, 4, 11, 12]);
    expect(once.events?.map(({ cycle, tenant }) => [cycle, tenant])).toEqual([
      [500, 'A'],
      [700, 'B'],
      [800, 'A'],
    ]);
    expect(addMove(once, 0, 500, [3, 4, 11, 12]).events?.[0]).toEqual({ ...a, placement: [3, 4, 11, 12] });
  });

  it('carry events along with names, and take them away with tenants and shapes', () => {
    expect(renameTenant(document, 0, 'Z').events?.map(({ tenant }) => tenant)).toEqual(['Z', 'B']);
    expect(removeTenant(document, 0).events).toEqual([b]);
    expect(editTenant(document, 0, { topology: { width: 3 } }).events).toEqual([b]);
    expect(editTenant(document, 1, { departureCycle: 600 }).events).toEqual([a]);
    expect(editTenant(document, 0, { mode: 'zigzag' }).events).toEqual([b]);
    expect(editTenant(document, 0, { workload: { iterations: 2 } }).events).toEqual([a, b]);
    // a size that it has from the start now is no event any more, one that it does not stays
    const grow = { cycle: 600, tenant: 'A', topology: { width: 3 } };
    const grown = { ...document, events: [grow] };
    expect(editTenant(grown, 0, { topology: { width: 3 } }).events).toBeUndefined();
    expect(editTenant(grown, 0, { topology: { height: 3 } }).events).toEqual([grow]);
  });

  it('keep their spots on a chip of another width, and drop those that are gone', () => {
    // 8 x 6 to 7 x 6: x stays, and the memory column goes from x = 7 to x = 6; B's tiles 22 and 30 were at x = 6.
    const { events } = setChip(document, { width: 7 });
    expect(events).toEqual([{ ...a, placement: [15, 16, 22, 23] }]);
  });
});
