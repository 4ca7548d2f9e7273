/** Tenants that come, go, fault and take over each other's tiles, to the cycle; and what that means for the others: nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveChip, type ChipRequest } from '../../src/model/chip.ts';
import type { Mesh } from '../../src/model/mesh.ts';
import { confinedRoutes } from '../../src/hypervisor/routes.ts';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import { Machine } from '../../src/engine/machine.ts';
import type { MachineOptions } from '../../src/engine/image.ts';
import { kernel, lastCycle, runToEnd, step, tinyPlan, type TinyTenant } from '../support/kernel.ts';

// 4 x 1 tiles: memory at both ends, cores at 1 and 2.
const LINE: ChipRequest = { width: 4, height: 1 };
const load = (address: number, bytes: number) => step({ op: 'load', address, bytes });
const work = step({ op: 'vector', fn: 'relu', elements: 1 });
const forever: TinyTenant['programs'] = [[{ op: 'loop', count: 1_000_000, body: [load(0, 4096)] }]];

describe('arrival', () => {
  it('shifts a tenant by its cycle, and nothing happens before', () => {
    const tenant: TinyTenant = { tiles: [1], programs: [[load(0, 512), work]] };
    const alone = lastCycle(runToEnd(tinyPlan(LINE, [tenant])));
    for (const timeJumps of [true, false]) {
      const machine = runToEnd(tinyPlan(LINE, [{ ...tenant, arrivalCycle: 1000 }]), { timeJumps });
      expect([machine.outcome, lastCycle(machine)]).toEqual(['done', 1000 + alone]);
    }
  });
});

describe('presence', () => {
  it('is awaited, then waits for tables, is there, and is gone', () => {
    const tables = { routingEntries: 1, rangeEntries: 0, bytes: 1, setupCycles: 50 };
    const tenant: TinyTenant = { tiles: [1], programs: forever, arrivalCycle: 100, departureCycle: 300, tables };
    const machine = Machine.create(kernel, tinyPlan(LINE, [tenant, { tiles: [2], programs: forever }]));
    const frame = new Frame(new ArrayBuffer(frameBytes(4, 2)), 4, 2);
    const presenceIn = (cycle: number) => {
      machine.run(cycle - machine.cycle);
      machine.writeFrame(frame, { paused: false, cyclesPerSecond: 0, pace: 1, hurried: false, flits: false });
      return frame.tenant(0).presence;
    };
    // cycle n is what the end of cycle n - 1 has left: it begins in 150, and 300 is its last
    expect([99, 100, 150, 151, 300, 301].map(presenceIn)).toEqual([
      ...['awaited', 'waiting', 'waiting', 'there', 'there', 'gone'],
    ]);
  });
});

describe('departure', () => {
  it('is the last cycle of a tenant; the run ends when nobody is left', () => {
    const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: forever, departureCycle: 777 }]));
    const { tenants, outcome } = machine.snapshot();
    expect([outcome, lastCycle(machine), tenants[0].status]).toEqual(['done', 777, 'departed']);
  });

  it('hands its tile to a tenant that arrives later', () => {
    const second: TinyTenant = { tiles: [1], programs: [[load(0, 512)]], arrivalCycle: 2000 };
    const alone = lastCycle(runToEnd(tinyPlan(LINE, [second])));
    const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: forever, departureCycle: 777 }, second]));
    expect(machine.snapshot().tenants.map(({ status }) => status)).toEqual(['departed', 'done']);
    expect(lastCycle(machine)).toBe(alone);
  });

  it('before its tables are written leaves nothing behind', () => {
    const tables = { routingEntries: 1, rangeEntries: 0, bytes: 1, setupCycles: 500 };
    const machine = runToEnd(tinyPlan(LINE, [{ tiles: [1], programs: forever, departureCycle: 100, tables }]));
    expect([machine.snapshot().tenants[0].status, lastCycle(machine)]).toEqual(['departed', 100]);
    expect(machine.snapshot().cores[0].retired).toBe(0);
  });
});

const produce = [
  step({ op: 'load', address: 0, bytes: 3000 }, { gives: [1] }),
  step({ op: 'send', peer: 1, bytes: 700, tag: 0 }, { waits: [1] }),
];
const consume = [
  step({ op: 'recv', peer: 0, bytes: 700, tag: 0 }, { gives: [2] }),
  step({ op: 'vector', fn: 'add', elements: 5000 }, { waits: [2], releases: 0 }),
];
const ROUNDS = 40;

/** Two cores with a memory channel of their own; the second reads once from beyond the first range after some rounds. */
const pair = (tiles: [number, number], channel: number, isMapped: boolean, rounds: number): TinyTenant => ({
  tiles,
  channels: [channel],
  ranges: isMapped
    ? [
        [0, 65_536],
        [65_536, 4096],
      ]
    : [[0, 65_536]],
  programs: [
    [{ op: 'loop', count: ROUNDS, body: produce }],
    [
      { op: 'loop', count: rounds, body: consume },
      load(65_536, 512),
      { op: 'loop', count: ROUNDS - rounds, body: consume },
    ],
  ],
});

describe('a fault', () => {
  // 6 x 1: channel 0 at tile 0, channel 1 at tile 5; A on 1 and 2, B on 4 and 3. Neither crosses the other's tiles. All they share is
  // an instruction bus that is slow enough to hold them both up.
  const chip: ChipRequest = { width: 6, height: 1, busCycles: 60 };
  const others = (a: TinyTenant, options: MachineOptions, cycles: number) => {
    const machine = Machine.create(kernel, tinyPlan(chip, [a, pair([4, 3], 1, true, 20)]), options);
    machine.run(cycles);
    const { cores, tenants, channels, links } = machine.snapshot();
    const flits = links.flits.filter((_, i) => i % 2 === 1);
    return {
      a: tenants[0],
      b: tenants[1],
      cores: cores.filter((core) => core.tenant === 1),
      channel: channels[1],
      flits,
    };
  };

  it('leaves the others with exactly the counters of a run in which the tenant departs at that cycle', () => {
    const arbitrary = fc.record({ rounds: fc.integer({ min: 0, max: ROUNDS }), reverse: fc.boolean() });
    fc.assert(
      fc.property(arbitrary, ({ rounds, reverse }) => {
        const faulty = others(pair([1, 2], 0, false, rounds), { reverse }, 100_000);
        expect(faulty.a.status).toBe('fault');
        const departureCycle = faulty.a.fault!.cycle;
        const departing = others({ ...pair([1, 2], 0, true, rounds), departureCycle }, {}, 100_000);
        expect(departing.a.status).toBe('departed');
        expect([faulty.b.status, departing.b.status]).toEqual(['done', 'done']);
        const ofOthers = ({ b, cores, channel, flits }: typeof faulty) => ({ b, cores, channel, flits });
        expect(ofOthers(faulty)).toEqual(ofOthers(departing));
      }),
      { numRuns: 25, seed: 11 },
    );
  });

  it('does so under confined routing too, where bursts to its own channels cross the tiles of the others', () => {
    // 6 x 2 tiles: memory in columns 0 and 5; A is west, B east, and each loads from the other side: requests and data of both share
    // links and routers, but no channel, no tile and no data link. Physical addresses: where A does not fault, the burst that would
    // have is issued in the same cycle.
    const field: ChipRequest = { width: 6, height: 2, busCycles: 60 };
    const routed = (tenant: TinyTenant): TinyTenant => {
      const routes = confinedRoutes(field as Mesh, tenant.tiles);
      if (!routes.ok) throw new Error(routes.problems[0].message);
      return { ...tenant, routes: routes.value };
    };
    const eastern = resolveChip(field).memoryTiles.findIndex((tile) => tile === 5);
    const west = (isMapped: boolean, rounds: number): TinyTenant => pair([1, 7], eastern, isMapped, rounds);
    const run = (a: TinyTenant, reverse: boolean) => {
      const b = pair([4, 10], resolveChip(field).memoryTiles.indexOf(0), true, 20);
      const plan = tinyPlan(field, [routed(a), routed(b)]);
      const machine = Machine.create(kernel, plan, { reverse });
      machine.run(100_000);
      const { cores, tenants, links, channels } = machine.snapshot();
      return {
        a: tenants[0],
        others: {
          b: tenants[1],
          cores: cores.filter(({ tenant }) => tenant === 1),
          channels,
          flits: links.flits.filter((_, i) => i % 2 === 1),
        },
        crossing: links.flits.filter((_, i) => i % 2 === 0).reduce((sum, n) => sum + n, 0),
      };
    };
    for (const rounds of [0, 1, 2, 5, 11, 23, 37, ROUNDS]) {
      const faulty = run(west(false, rounds), rounds % 2 === 1);
      expect([faulty.a.status, faulty.others.b.status]).toEqual(['fault', 'done']);
      const departing = run({ ...west(true, rounds), departureCycle: faulty.a.fault!.cycle }, false);
      expect(departing.a.status).toBe('departed');
      expect(faulty.others).toEqual(departing.others);
      expect(faulty.crossing).toBeGreaterThan(0);
    }
    expect(run(west(false, 3), false).others).not.toEqual(run(west(true, 3), false).others);
  });

  it('does change what the others share with it, so that the comparison above can fail', () => {
    const faulty = others(pair([1, 2], 0, false, 3), {}, 100_000);
    const healthy = others(pair([1, 2], 0, true, 3), {}, 100_000);
    expect(faulty.b.iterationsDone).toBe(healthy.b.iterationsDone);
    expect(faulty.cores).not.toEqual(healthy.cores);
  });
});
