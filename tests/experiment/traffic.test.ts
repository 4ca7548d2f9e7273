/** Documents of the network kind: synthetic traffic instead of tenants. */
import { expect, it } from 'vitest';
import { canonical } from '../../src/experiment/canonical.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { buildReport } from '../../src/report/build.ts';
import { probeTraffic } from '../../src/engine/probe-traffic.ts';
import { trafficFigures } from '../../src/report/traffic.ts';
import { DEFAULT_TRAFFIC } from '../../src/model/traffic.ts';
import { kernel, runToEnd } from '../support/kernel.ts';
import { Machine } from '../../src/engine/machine.ts';
import { LOCAL } from '../../src/model/mesh.ts';

const document = (extra: object): object => ({ version: 1, chip: { preset: 'mesh-6x5' }, traffic: {}, ...extra });

function parsed(input: object) {
  const result = parseDocument(input);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
}

it('any mesh is a preset, and every key of traffic has its default', () => {
  const { chip, traffic } = resolve(parsed(document({})));
  expect([chip.width, chip.height, chip.flitBytes, chip.memoryTiles]).toEqual([6, 5, 32, []]);
  expect(chip.tiles.every((kind) => kind === 'terminal')).toBe(true);
  expect(traffic).toEqual(DEFAULT_TRAFFIC);
});

it('the canonical form keeps an empty traffic: it is what makes the kind', () => {
  const given = parsed(document({ traffic: { rate: 0.1, pattern: 'tornado', packetFlits: 4 } }));
  expect(canonical(given).traffic).toEqual({ pattern: 'tornado' });
  expect(canonical(parsed(document({}))).traffic).toEqual({});
});

it.each([
  [{ traffic: { rate: 1.01 } }, 'traffic.rate', /at most 1/],
  [{ traffic: { packetFlits: 0 } }, 'traffic.packetFlits', /from 1 to 1024/],
  [{ traffic: { pattern: 'bitrev' } }, 'traffic.pattern', /power of two/],
  [{ traffic: { seed: 1 } }, 'traffic', /"seed" is not a key/],
  [{ tenants: [{}] }, 'traffic', /instead of tenants/],
  [{ traffic: undefined, tenants: [{}] }, 'chip.preset', /no cores for tenants/],
  [{ chip: { preset: 'mesh-65x1' } }, 'chip.preset', /W and H from 1 to 64/],
])('%j is refused', (extra, path, message) => {
  const result = parseDocument(document(extra));
  if (result.ok) throw new Error('accepted');
  expect(result.problems[0].path.startsWith(path)).toBe(true);
  expect(result.problems[0].message).toMatch(message);
});

it('runs as the probe of the same numbers does', () => {
  const traffic = { ...DEFAULT_TRAFFIC, rate: 0.3, warmup: 200, measure: 800 };
  const plan = buildPlan(resolve(parsed(document({ seed: 7, traffic }))));
  if (!plan.ok) throw new Error('refused');
  const mesh = { width: 6, height: 5 };
  const probed = probeTraffic(kernel, { mesh, virtualChannels: 2, bufferDepth: 8, seed: 7, traffic });
  const machine = runToEnd(plan.value);
  const report = buildReport(plan.value, machine.snapshot(), 1);
  const { flitHops } = probed.counters;
  expect([machine.outcome, machine.cycle]).toEqual(['done', probed.cycles]);
  expect(report.traffic).toEqual({ ...trafficFigures(mesh, traffic, probed.counters), flitHops });
  // every flit-hop of a packet that has arrived went over a link
  expect(report.links.reduce((sum, { flits }) => sum + flits, 0)).toBeGreaterThanOrEqual(flitHops);
  expect(runToEnd(plan.value, { reverse: true }).digest()).toBe(report.digest);
});

it('the queues of a router hold what has come and not gone', () => {
  const plan = buildPlan(resolve(parsed(document({ traffic: { rate: 1, pattern: 'hotspot' } }))));
  if (!plan.ok) throw new Error('refused');
  const machine = Machine.create(kernel, plan.value);
  machine.run(500);
  // tile 15 = 3 + 6*2 is the hotspot of 6 x 5, so everything that stands in front of it is full and wants to get out there
  const { depth, channels } = machine.router(15);
  expect([depth, channels.length]).toEqual([8, 5 * 2]);
  for (const { flits, wants } of channels) {
    expect(flits).toBeLessThanOrEqual(depth);
    expect([LOCAL, null]).toContain(wants);
  }
  expect(channels.filter(({ phase }) => phase === 'active').length).toBeLessThanOrEqual(2);
  expect(Math.max(...channels.map(({ flits }) => flits))).toBe(depth);
});
