import { describe, expect, it } from 'vitest';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import type { LoadRequest } from '../../src/worker/protocol.ts';
import { Simulation } from '../../src/worker/simulation.ts';
import { fakeRooms, FakeHost, type FakeDocument, type FakeOptions } from './fakes.ts';

const TILES = 8;
const TENANTS = 2;

function setUp(options: Partial<FakeOptions> = {}) {
  const host = new FakeHost();
  const rooms = fakeRooms(host, options);
  const simulation = new Simulation(rooms, host);
  const load = (document: FakeDocument, more: Partial<LoadRequest> = {}) =>
    simulation.load({ runId: 1, document, catchUpTo: 0, pace: Infinity, playing: true, ...more });
  const frame = (runId = 1): Frame | null => {
    const reply = simulation.frame({ runId, buffer: new ArrayBuffer(frameBytes(TILES, TENANTS)), flits: false });
    return reply.runId === runId ? new Frame(reply.buffer, TILES, TENANTS) : null;
  };
  return { host, rooms, simulation, load, frame, cycle: () => simulation.position()!.cycle };
}

describe('loading', () => {
  it('tells the page what it needs to know of the plan', async () => {
    const { load } = setUp();
    const result = await load({}, { runId: 7 });
    if (!result.ok) throw new Error('not loaded');
    expect(result.value.runId).toBe(7);
    expect(result.value.tenants.map(({ name, tiles, stageLabels }) => ({ name, tiles, stageLabels }))).toEqual([
      { name: 'A', tiles: [0, 1], stageLabels: ['s0', 's1'] },
      { name: 'B', tiles: [2], stageLabels: ['s0'] },
    ]);
    expect(result.value.cores).toEqual([
      { tile: 0, tenant: 0, shape: 0, vcore: 0 },
      { tile: 1, tenant: 0, shape: 0, vcore: 1 },
      { tile: 2, tenant: 1, shape: 0, vcore: 0 },
    ]);
    expect(structuredClone(result)).toEqual(result);
  });

  it('leaves the old run running when a document is wrong, does not fit or needs too much memory', async () => {
    const { host, load, cycle, frame } = setUp();
    await load({});
    host.pass(20);
    const before = cycle();
    expect(await load({ broken: true }, { runId: 2 })).toEqual({
      ok: false,
      problems: [{ path: 'tenants.0.name', message: 'wrong' }],
    });
    expect(await load({ unplannable: true }, { runId: 3 })).toMatchObject({
      ok: false,
      problems: [{ path: 'tenants.1' }],
    });
    expect(await load({ tooBig: true }, { runId: 4 })).toMatchObject({ ok: false, problems: [{ path: '' }] });
    host.pass(20);
    expect(cycle()).toBeGreaterThan(before);
    expect(frame(1)).not.toBeNull();
  });

  it('drops the old run for a new one', async () => {
    const { host, rooms, load, frame } = setUp();
    await load({});
    host.pass(20);
    await load({}, { runId: 2 });
    const left = rooms.machines[0].cycle;
    host.pass(100);
    expect(rooms.machines[0].cycle).toBe(left);
    expect(frame(1)).toBeNull();
    expect(frame(2)!.cycle).toBe(rooms.machines[1].cycle);
  });

  it('knows nothing before the first document', async () => {
    const { simulation, frame } = setUp();
    simulation.setPlaying(true);
    expect([simulation.position(), simulation.report(), simulation.timeline(), simulation.core(0)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect([simulation.ideal(), simulation.program(0), await simulation.verify(5), frame()]).toEqual([
      [],
      [],
      '',
      null,
    ]);
    expect(simulation.link(0, 0).planes).toEqual([]);
  });
});

describe('pace', () => {
  it('goes flat out in slices that leave room for messages', async () => {
    const { host, rooms, load } = setUp();
    await load({});
    host.pass(100);
    // 500 cycles per ms; turns and the first short calls cost next to nothing
    expect(rooms.machines[0].cycle).toBeGreaterThan(0.95 * 50_000);
  });

  it('keeps a pace', async () => {
    const { host, load, cycle } = setUp();
    await load({}, { pace: 20_000 });
    host.pass(2000);
    // 2 s at 20,000 a second, and less than one rest of 4 ms behind
    expect(cycle()).toBeGreaterThan(40_000 - 200);
    expect(cycle()).toBeLessThanOrEqual(40_000);
  });

  it('shows one cycle per frame at 60 a second', async () => {
    const { host, load, frame } = setUp();
    await load({}, { pace: 60 });
    const seen = Array.from({ length: 30 }, (_, i) => {
      host.pass(1000 / 60 + (i % 2 === 0 ? 3 : -3));
      return frame()!.cycle;
    });
    expect(seen.slice(1)).toEqual(seen.slice(0, -1).map((cycle) => cycle + 1));
  });

  it('shows every cycle at 60 a second to a page that is slow, and waits for it', async () => {
    const { host, load, frame } = setUp();
    await load({}, { pace: 60 });
    const seen = [400, 90, 250, 3000, 120].map((apart) => {
      host.pass(apart);
      return frame()!.cycle;
    });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes three seconds for an iteration of the fastest tenant: estimated first, then measured', async () => {
    const { host, load, frame } = setUp({ iterationCycles: 15_000 });
    await load({}, { pace: 'auto' });
    // B's estimate is the smallest: 30,000 cycles in 3 s
    expect(frame()!.pace).toBe(10_000);
    // two iterations of 15,000 at 10,000 a second take 3 s; then A measures 15,000
    host.pass(3500);
    expect(frame()!.pace).toBe(5000);
  });

  it('pauses, steps and plays', async () => {
    const { host, simulation, load, frame, cycle } = setUp();
    await load({}, { playing: false });
    host.pass(50);
    expect([cycle(), frame()!.outcome]).toEqual([0, 'paused']);
    simulation.step(1000);
    simulation.step(500);
    host.pass(50);
    expect([cycle(), frame()!.outcome]).toEqual([1500, 'paused']);
    simulation.setPlaying(true);
    host.pass(50);
    expect(cycle()).toBeGreaterThan(10_000);
    expect(frame()!.outcome).toBe('running');
    simulation.step(7);
    const at = cycle();
    host.pass(50);
    expect(cycle()).toBe(at + 7);
  });

  it('measures its speed', async () => {
    const { host, load, frame } = setUp();
    await load({}, { pace: 30_000 });
    host.pass(1000);
    frame();
    host.pass(1000);
    expect(frame()!.cyclesPerSecond).toBeCloseTo(30_000, -3);
  });
});

describe('catching up', () => {
  it('goes flat out to the old cycle, then at the pace', async () => {
    const { host, load, frame, cycle } = setUp();
    await load({}, { catchUpTo: 100_000, pace: 1000 });
    host.pass(100);
    expect([frame()!.hurried, frame()!.pace]).toEqual([true, 1000]);
    host.pass(400);
    expect(frame()!.hurried).toBe(false);
    // 100,000 cycles take 200 ms; the 300 ms left bring 300 cycles
    expect(cycle()).toBeGreaterThan(100_250);
    expect(cycle()).toBeLessThan(100_310);
  });

  it('goes on from a first look after 300 ms', async () => {
    const { host, load, cycle } = setUp();
    await load({}, { catchUpTo: 1e9, pace: 1000 });
    host.pass(1300);
    // 500 cycles per ms for 300 ms and at most a slice of 8 ms beyond; then a second of 1000
    expect(cycle()).toBeGreaterThan(0.95 * 150_000 + 1000);
    expect(cycle()).toBeLessThanOrEqual(155_100);
  });

  it('shows the same at first, however fast the machine is', async () => {
    // the second iteration of 60,000 cycles has ended at 30 x 4,096 = 122,880
    for (const cyclesPerMs of [20, 50, 500, 5000]) {
      for (const catchUpTo of ['filled', 122_880] as const) {
        const { host, load, frame, cycle } = setUp({ cyclesPerMs });
        await load({}, { catchUpTo, pace: 1 });
        host.pass(122_880 / cyclesPerMs - 1);
        expect(frame()!.hurried).toBe(true);
        host.pass(500);
        expect(frame()!.hurried).toBe(false);
        // at a cycle per second
        expect(cycle() - 122_880).toBeOneOf([0, 1]);
      }
    }
  });

  it('leaves two fifths of a short run, and gives a long iteration up after ten seconds', async () => {
    const short = setUp({ cyclesPerMs: 50 });
    await short.load({ iterations: 3 }, { catchUpTo: 'filled', pace: 1 });
    short.host.pass(1000);
    expect(short.frame()!.hurried).toBe(true);
    short.host.pass(1000);
    // the first iteration of 60,000 cycles has ended at 15 x 4,096 = 61,440
    expect(short.frame()!.hurried).toBe(false);
    expect(short.cycle() - 61_440).toBeOneOf([0, 1]);
    const long = setUp({ iterationCycles: 1e9 });
    await long.load({}, { catchUpTo: 'filled', pace: 1 });
    long.host.pass(9900);
    expect(long.frame()!.hurried).toBe(true);
    long.host.pass(200);
    expect(long.frame()!.hurried).toBe(false);
  });

  it('gives way to a pace that is chosen', async () => {
    const { host, load, simulation, frame } = setUp();
    await load({}, { catchUpTo: 'filled', pace: 'auto' });
    host.pass(50);
    simulation.setPace(1000);
    host.pass(50);
    expect([frame()!.hurried, frame()!.pace]).toEqual([false, 1000]);
  });

  it('brings a paused run back to its very cycle, within ten seconds', async () => {
    const { host, load, frame, cycle } = setUp({ cyclesPerMs: 50 });
    await load({}, { catchUpTo: 288_784, playing: false });
    host.pass(7000);
    expect([frame()!.outcome, cycle()]).toEqual(['paused', 288_784]);
    await load({}, { catchUpTo: 1e9, playing: false });
    host.pass(20_000);
    expect(cycle()).toBeGreaterThan(0.95 * 500_000);
    expect(cycle()).toBeLessThanOrEqual(500_200);
  });
});

describe('the end', () => {
  it('stops where the document says', async () => {
    const { host, simulation, load, frame, cycle } = setUp();
    await load({ stop: 12_345 });
    host.pass(200);
    expect([cycle(), frame()!.outcome]).toEqual([12_345, 'done']);
    simulation.step(10);
    host.pass(10);
    expect(cycle()).toBe(12_345);
    expect(simulation.report()).toMatchObject({ outcome: 'cycles', cycles: 12_345 });
  });

  it('rests for good when all is done', async () => {
    const { host, load, frame } = setUp({ endsAt: 5000 });
    await load({});
    host.pass(5000);
    expect(frame()!.outcome).toBe('done');
    expect(host.waiting).toBe(0);
  });
});

describe('show me one', () => {
  it('runs to the next miss and goes on at one cycle per frame', async () => {
    const { host, simulation, load, frame, cycle } = setUp({ missEvery: 70_000 });
    await load({}, { playing: false });
    simulation.showMiss(0);
    host.pass(200);
    // 140 ms to the miss; then it waits for the page
    expect(cycle()).toBe(70_000);
    expect([frame()!.cycle, frame()!.pace, frame()!.outcome]).toEqual([70_001, 60, 'running']);
  });

  it('gives up after two seconds without one and stays paused', async () => {
    const { host, simulation, load, frame, cycle } = setUp();
    await load({}, { playing: false, pace: 500 });
    simulation.showMiss(0);
    host.pass(3000);
    expect(cycle()).toBeLessThanOrEqual(1_000_200);
    expect([frame()!.pace, frame()!.outcome]).toEqual([500, 'paused']);
  });

  it('does nothing at a tile without a core', async () => {
    const { host, simulation, load, cycle } = setUp({ missEvery: 10 });
    await load({}, { playing: false });
    simulation.showMiss(5);
    host.pass(100);
    expect(cycle()).toBe(0);
  });
});

describe('ideal', () => {
  it('runs the document without translation while the main run rests, until every tenant has settled', async () => {
    const { host, rooms, simulation, load } = setUp();
    await load({ stages: 3 }, { pace: 1000 });
    host.pass(900);
    expect([rooms.machines.length, simulation.ideal()]).toEqual([1, [null, null]]);
    // 5 iterations (3 stages + 2) of 60,000 cycles at half of the time: 600 ms and more
    host.pass(3000);
    expect(simulation.ideal()).toEqual([30_000, 60_000]);
    expect(rooms.machines[1].plan.tenants[0].translation.kind).toBe('physical');
    expect(rooms.machines[1].cycle).toBeLessThan(310_000);
    // the main run has kept its pace meanwhile
    expect(rooms.machines[0].cycle).toBeGreaterThan(3850);
  });

  it('is none of a tenant that changes its size, and is not looked for longer than that of the others', async () => {
    const { host, rooms, simulation, load } = setUp();
    await load({ resized: true }, { playing: false });
    host.pass(4000);
    expect(simulation.ideal()).toEqual([null, 60_000]);
    const { cycle } = rooms.machines[1];
    host.pass(4000);
    expect(rooms.machines[1].cycle).toBe(cycle);
  });

  it('is kept when an edit changes translation alone, and run again after any other', async () => {
    const { host, simulation, load, rooms } = setUp();
    await load({}, { playing: false });
    host.pass(4000);
    await load({ translation: 'vchunk' }, { runId: 2, playing: false });
    expect(simulation.ideal()).toEqual([30_000, 60_000]);
    host.pass(4000);
    // two main machines and one ideal
    expect(rooms.machines).toHaveLength(3);
    await load({ translation: 'vchunk', stages: 4 }, { runId: 3, playing: false });
    expect(simulation.ideal()).toEqual([null, null]);
    host.pass(4000);
    expect(rooms.machines).toHaveLength(5);
  });

  it('waits for a run that goes flat out, and comes after its end', async () => {
    const { host, rooms, simulation, load } = setUp({ endsAt: 1_000_000 });
    await load({});
    host.pass(1900);
    expect(rooms.machines.length).toBe(1);
    host.pass(2000);
    expect(simulation.ideal()).toEqual([30_000, 60_000]);
  });

  it('comes though the main run is paused', async () => {
    const { host, simulation, load } = setUp();
    await load({}, { playing: false });
    host.pass(4000);
    expect(simulation.ideal()).toEqual([30_000, 60_000]);
    expect(host.waiting).toBe(0);
  });

  it('takes what there is at the end of a short run', async () => {
    const { host, simulation, load } = setUp({ iterationCycles: 1000 });
    await load({ stop: 1500 });
    host.pass(2000);
    expect(simulation.ideal()).toEqual([500, 1000]);
  });
});

describe('verify', () => {
  it('computes the digest at a cycle in a second machine', async () => {
    const { host, load, simulation, rooms } = setUp();
    await load({}, { playing: false });
    const digest = simulation.verify(4321);
    host.pass(100);
    expect(await digest).toBe((4321).toString(16).padStart(16, '0'));
    expect(rooms.machines[0].cycle).toBe(0);
  });

  it('takes the end of a run that is over before', async () => {
    const { host, load, simulation } = setUp({ endsAt: 1000 });
    await load({}, { playing: false });
    const digest = simulation.verify(4321);
    host.pass(100);
    expect(await digest).toBe((1000).toString(16).padStart(16, '0'));
  });

  it('answers with nothing when the run is superseded', async () => {
    const { load, simulation } = setUp();
    await load({}, { playing: false });
    const digest = simulation.verify(4321);
    await load({}, { runId: 2 });
    expect(await digest).toBe('');
  });
});

describe('questions', () => {
  it('finds a core, its program and a link', async () => {
    const { load, simulation } = setUp();
    await load({}, { playing: false });
    expect(simulation.core(1)?.tile).toBe(1);
    expect(simulation.program(1)).toEqual([{ index: 0, depth: 0, text: 's1' }]);
    expect(simulation.program(6)).toEqual([]);
    // 4 x 2 tiles: south of 2 is 6; east of 3 is the edge
    expect(simulation.link(2, 2)).toMatchObject({ from: 2, to: 6 });
    expect(simulation.link(2, 2).planes.map(({ plane }) => plane)).toEqual([
      'data',
      'request',
      'response',
      'instruction',
    ]);
    expect(simulation.link(3, 0)).toEqual({ from: 3, to: -1, planes: [] });
  });

  it('answers a frame request of a wrong size or run with the buffer as it was', async () => {
    const { load, simulation } = setUp();
    await load({});
    const buffer = new ArrayBuffer(16);
    expect(simulation.frame({ runId: 1, buffer, flits: false })).toEqual({ runId: -1, buffer });
  });
});
