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
    [{ cycle: 5, tenant: 'A' }, 'events.0.placement: is missing: "placement" must be given here'],
  ])('are refused where they are wrong: %o', (event, problem) => expect(problemsOf([event])).toEqual([problem]));

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
  });

  it('keep their spots on a chip of another width, and drop those that are gone', () => {
    // 8 x 6 to 7 x 6: x stays, and the memory column goes from x = 7 to x = 6; B's tiles 22 and 30 were at x = 6.
    const { events } = setChip(document, { width: 7 });
    expect(events).toEqual([{ ...a, placement: [15, 16, 22, 23] }]);
  });
});
