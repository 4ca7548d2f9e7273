/** Routes made by hand of tenants, and the check of every plane before a run. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../src/engine/machine.ts';
import { GALLERY } from '../../src/experiment/gallery.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { foreignLinkFlits } from '../../src/report/network.ts';
import { kernel, runToEnd } from '../support/kernel.ts';

function planOf(tenants: object[], more: object = {}) {
  const chip = { scratchpadBytes: 2_097_152 };
  const workload = { model: 'squeezenet', iterations: 1 };
  const parsed = parseDocument({ version: 1, chip, tenants: tenants.map((one) => ({ workload, ...one })), ...more });
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  return buildPlan(resolve(parsed.value));
}

// on the 8 x 6 grid of vnpu-sim-36: the square 1 2 / 9 10, and another below it
const square = { topology: { width: 2, height: 2 }, placement: [1, 2, 9, 10] };
const below = { topology: { width: 2, height: 2 }, placement: [17, 18, 25, 26] };

describe('routes of a tenant', () => {
  it('lead its messages where they say', () => {
    // 1 to 2 over the row of the other tenant, and back: x first, no flit of A would come there
    const detour = [1, 9, 17, 18, 10, 2];
    const routes = [{ tiles: detour }, { tiles: [...detour].reverse() }];
    const [plain, led] = [planOf([square, below]), planOf([{ ...square, routes }, below])];
    if (!plain.ok || !led.ok) throw new Error('refused');
    const foreign = [plain.value, led.value].map((plan) => {
      const machine = runToEnd(plan);
      expect(machine.outcome).toBe('done');
      return foreignLinkFlits(plan, machine.snapshot(), 0);
    });
    expect(foreign[0]).toBe(0);
    expect(foreign[1]).toBeGreaterThan(0);
    // directions stand beside destinations in its table then: 4 entries of 6 + 6 + 3 bits
    expect(led.value.tenants[0].tables.routing).toMatchObject({ form: 'standard', bits: 60 });
  });

  it.each([
    [[{ tiles: [1, 2, 3] }], 'tenants.0.routes.0.tiles.2', /tile 3 holds no core of A.*begins and ends/],
    [[{ tiles: [17, 9] }], 'tenants.0.routes.0.tiles.0', /tile 17 holds no core of A/],
  ])('%j is refused', (routes, path, message) => {
    const result = planOf([{ ...square, routes }]);
    if (result.ok) throw new Error('accepted');
    expect(result.problems[0].path).toBe(path);
    expect(result.problems[0].message).toMatch(message);
  });

  it('stay on its own tiles where it is confined', () => {
    const routes = [{ tiles: [1, 9, 17, 18, 10, 2] }];
    const result = planOf([{ ...square, routing: 'confined', routes }, below]);
    expect(result).toMatchObject({
      ok: false,
      problems: [{ path: 'tenants.0.routes.0.tiles.2' }, { path: 'tenants.0.routes.0.tiles.3' }],
    });
    const inside = [{ tiles: [1, 9, 10] }];
    expect(planOf([{ ...square, routing: 'confined', routes: inside }, below]).ok).toBe(true);
  });

  it('that close a circle are refused over all tenants together, unless it is to be watched', () => {
    // x first turns 1 > 2 > 10 and 10 > 9 > 1; y first by hand 2 > 10 > 9 and 9 > 1 > 2
    const routes = [{ tiles: [2, 10, 9] }, { tiles: [9, 1, 2] }];
    const result = planOf([{ ...square, routes }]);
    if (result.ok) throw new Error('accepted');
    expect(result.problems[0]).toMatchObject({ path: 'tenants' });
    expect(result.problems[0].message).toMatch(/data network .*around the tiles (\d+ > ){4}\d+;/);
    expect(planOf([{ ...square, routes }], { circles: 'watch' }).ok).toBe(true);
    expect(planOf([{ ...square, routes: routes.slice(1) }]).ok).toBe(true);
    // a channel for one of the four turns, and the other for those that it would meet
    const [out, back] = [[{ tiles: [2, 10, 9], channels: [1] }], [{ tiles: [9, 1, 2], channels: [0] }]];
    const others = [
      [1, 2, 10],
      [10, 9, 1],
    ].map((tiles) => ({ tiles, channels: [0] }));
    expect(planOf([{ ...square, routes: [...out, ...back] }]).ok).toBe(false);
    expect(planOf([{ ...square, routes: [...out, ...back, ...others] }]).ok).toBe(true);
  });

  it.each([
    ['alone', 'dor', [], [1]],
    // beside packets x first, confined ones have channels of their own: 2 and 3 of 4
    ['beside another kind of packet', 'confined', [below], [3]],
  ])('keep its messages to the channels that they name, %s', (_, routing, more, channels) => {
    const { placement } = square;
    const pairs = placement.flatMap((from) => placement.flatMap((to) => (from === to ? [] : [[from, to]])));
    const ways: Record<string, number[]> = {
      '1,10': [1, 2, 10],
      '10,1': [10, 9, 1],
      '2,9': [2, 1, 9],
      '9,2': [9, 10, 2],
    };
    const routes = pairs.map((pair) => ({ tiles: ways[pair.join()] ?? pair, channels: [1] }));
    const plan = planOf([{ ...square, routing, routes }, ...more]);
    if (!plan.ok) throw new Error(plan.problems[0].message);
    const machine = Machine.create(kernel, plan.value);
    const seen = new Set<number>();
    while (machine.outcome === 'running') {
      machine.run(97);
      for (const tile of placement)
        for (const { vc, flits } of machine.router(tile).channels) if (flits > 0) seen.add(vc);
    }
    expect(machine.outcome).toBe('done');
    expect([...seen]).toEqual(channels);
  });
});

it('every experiment of the gallery passes the check, or asks to be watched', () => {
  for (const { name, document } of GALLERY) {
    const experiment = resolve(document);
    if (experiment.placementOrder === 'best' || name === 'lock-in') continue; // these need the mapping search
    expect([name, buildPlan({ ...experiment, circles: 'refuse' }).ok]).toEqual([name, experiment.circles === 'refuse']);
  }
});
