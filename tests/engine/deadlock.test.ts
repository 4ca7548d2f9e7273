/**
 * Routes made by hand: followed, held to their channels, and, where the user asks to watch a circle, run into the deadlock that the
 * check before a run foretells; found exactly, with the circle of channels, in any slicing.
 */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../src/engine/machine.ts';
import { probeTraffic } from '../../src/engine/probe-traffic.ts';
import { handMasks, nextByHand } from '../../src/model/hand-routes.ts';
import { neighbour } from '../../src/model/mesh.ts';
import type { Traffic } from '../../src/model/traffic.ts';
import { buildReport } from '../../src/report/build.ts';
import { kernel, runToEnd } from '../support/kernel.ts';
import { referenceNoc } from '../support/noc-reference.ts';
import { createdPackets } from '../support/traffic-packets.ts';
import { trafficPlan, trafficPlanOr, type TrafficRequest } from '../support/traffic-plan.ts';

// 0 1 / 2 3: each corner sends to the opposite one, all clockwise
const MESH = { width: 2, height: 2 };
const CLOCKWISE = [
  [0, 1, 3],
  [1, 3, 2],
  [3, 2, 0],
  [2, 0, 1],
];
const square = (routes: Traffic['routes'], rate: number, more: object = {}): TrafficRequest => ({
  preset: 'mesh-2x2',
  chip: { virtualChannels: 'circles' in more ? 1 : 2, bufferDepth: 4 },
  traffic: { pattern: 'bitcomp', rate, packetFlits: 16, warmup: 0, measure: 2000, routes },
  more,
});
const all = CLOCKWISE.map((tiles) => ({ tiles }));
const WATCH = { circles: 'watch' };

describe('a circle of routes', () => {
  it('is refused with its tiles', () => {
    const [problem] = trafficPlanOr(square(all, 0.6)) as { path: string; message: string }[];
    expect(problem.path).toBe('traffic.routes');
    expect(problem.message).toMatch(
      /around the tiles (0 > 1 > 3 > 2 > 0|1 > 3 > 2 > 0 > 1|3 > 2 > 0 > 1 > 3|2 > 0 > 1 > 3 > 2);/,
    );
  });

  it('is watched on request, and ends in a deadlock that is found at once', () => {
    const plan = trafficPlan(square(all, 0.6, WATCH));
    const machine = runToEnd(plan);
    const { deadlock } = machine.snapshot();
    expect(machine.outcome).toBe('deadlock');
    // the second network, given what was created until then
    const shape = { mesh: MESH, virtualChannels: 1, bufferDepth: 4, seed: 0, traffic: plan.traffic! };
    const packets = createdPackets(shape, deadlock!.cycle);
    const next = nextByHand(MESH, all);
    const directions = [0, 1, 2, 3].map((tile) => [0, 1, 2, 3].map((to) => (tile === to ? 4 : next(tile, to))));
    const special = packets.map(() => ({ directions }));
    const reference = referenceNoc({ ...MESH, virtualChannels: 1, bufferDepth: 4, packets, special });
    expect(deadlock!.cycle).toBe(reference.deadlock);
  });

  it('is shown as channels that wait for each other', () => {
    const plan = trafficPlan(square(all, 0.6, WATCH));
    const report = buildReport(plan, runToEnd(plan).snapshot(), 1);
    const { circle, waiting } = report.deadlock!;
    expect(new Set(circle.map(({ from, to }) => `${from}${to}`))).toEqual(new Set(['01', '13', '32', '20']));
    circle.forEach(({ to }, i) => expect(circle[(i + 1) % circle.length].from).toBe(to));
    circle.forEach(({ from, to, channel }, i) => {
      expect(waiting[i].who).toContain(`channel ${channel} of link ${from} > ${to}`);
    });
    expect(waiting).toHaveLength(circle.length);
  });

  it('ends the same way in slices, without jumps and in reverse', () => {
    const plan = trafficPlan(square(all, 0.6, WATCH));
    const whole = runToEnd(plan);
    for (const options of [{ timeJumps: false }, { reverse: true }]) {
      const machine = Machine.create(kernel, plan, options);
      while (machine.outcome === 'running') machine.run(7);
      expect([machine.outcome, machine.cycle, machine.digest()]).toEqual(['deadlock', whole.cycle, whole.digest()]);
    }
  });

  it('is found too where the rest of the mesh goes on, live and at the end', () => {
    // 0 1 2 3 / 4 5 6 7 / ...: bit complement closes the middle square by two turns; whoever is not behind it goes on
    const routes = [{ tiles: [6, 10, 9] }, { tiles: [9, 5, 6] }];
    const traffic = { pattern: 'bitcomp', rate: 0.1, packetFlits: 16, warmup: 0, measure: 3000, routes } as const;
    const plan = trafficPlan({
      preset: 'mesh-4x4',
      chip: { virtualChannels: 1, bufferDepth: 4 },
      traffic,
      more: { ...WATCH, seed: 2 },
    });
    const machine = Machine.create(kernel, plan);
    while (machine.deadlock() === null && machine.outcome === 'running') machine.run(10);
    const [found, arrived] = [machine.deadlock()!, machine.traffic()!.measured];
    expect([found.isTotal, found.circle.length, machine.outcome]).toEqual([false, 4, 'running']);
    machine.run(1_000_000);
    expect(machine.traffic()!.measured).toBeGreaterThan(arrived);
    expect([machine.outcome, machine.snapshot().outcome]).toEqual(['deadlock', 'deadlock']);
    const links = (circle: typeof found.circle): string[] => circle.map(({ from, to }) => `${from} > ${to}`).sort();
    expect(links(machine.deadlock()!.circle)).toEqual(links(found.circle));
  });

  it('is none when one of the routes has a channel of its own', () => {
    const routes = all.map(({ tiles }, i) => ({ tiles, channels: [i === 0 ? 1 : 0] }));
    const plan = trafficPlan(square(routes, 0.3));
    const machine = runToEnd(plan);
    expect(machine.outcome).toBe('done');
    expect(machine.snapshot().traffic!.open).toBe(0);
    // every packet goes over two links
    expect(machine.snapshot().traffic!.links).toBe(2 * machine.snapshot().traffic!.measured);
  });

  it('is none of three', () => {
    const machine = runToEnd(trafficPlan(square(all.slice(0, 3), 0.3)));
    expect([machine.outcome, machine.snapshot().traffic!.open]).toEqual(['done', 0]);
  });
});

it('the probe of the same traffic goes the same ways', () => {
  const request = square(all.slice(0, 3), 0.3);
  const plan = trafficPlan(request);
  const shape = { mesh: MESH, virtualChannels: 2, bufferDepth: 4, seed: 0, traffic: plan.traffic! };
  expect(probeTraffic(kernel, shape).counters).toEqual(runToEnd(plan).snapshot().traffic);
});

it('packets by hand arrive when the second network says', () => {
  // 0 1 2 / 3 4 5 / 6 7 8: two go around the middle, one of them on channel 1 only
  const mesh = { width: 3, height: 3 };
  const routes = [{ tiles: [1, 2, 5, 8, 7] }, { tiles: [3, 6, 7, 8, 5], channels: [1] }];
  const traffic = { rate: 0.4, packetFlits: 3, warmup: 50, measure: 300, routes };
  const plan = trafficPlan({ preset: 'mesh-3x3', traffic });
  const machine = runToEnd(plan);
  const shape = { mesh, virtualChannels: 2, bufferDepth: 8, seed: 0, traffic: plan.traffic! };
  const packets = createdPackets(shape, machine.cycle);
  const next = nextByHand(mesh, routes);
  const maskOf = handMasks(mesh, 2, routes);
  const tiles = [...Array(9).keys()];
  const directions = tiles.map((tile) => tiles.map((to) => (tile === to ? 4 : next(tile, to))));
  const special = packets.map(([, from, to]) => ({ directions, channels: maskOf(from, to) }));
  const { arrivals } = referenceNoc({ ...mesh, virtualChannels: 2, bufferDepth: 8, packets, special });
  const links = (from: number, to: number): number =>
    from === to ? 0 : 1 + links(neighbour(mesh, from, next(from, to)), to);
  const arrived = packets.filter((_, i) => arrivals[i]! < machine.cycle);
  const flitHops = arrived.reduce((sum, [, from, to, flits]) => sum + flits * links(from, to), 0);
  const accepted = packets.filter((_, i) => arrivals[i]! >= 50 && arrivals[i]! < 350).length * 3;
  expect(machine.snapshot().traffic).toMatchObject({ flitHops, accepted });
});
