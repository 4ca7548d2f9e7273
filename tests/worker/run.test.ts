import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tileCount } from '../../src/model/mesh.ts';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import { Meter } from '../../src/worker/meter.ts';
import { Pacer } from '../../src/worker/pacer.ts';
import { Stepper } from '../../src/worker/stepper.ts';
import { plan, tenantPlan } from '../report/support.ts';
import { FakeHost, FakeMachine } from './fakes.ts';

const alone = plan([tenantPlan('A', [0, 1])]);
const options = { cyclesPerMs: 500, endsAt: Infinity, iterationCycles: 1000, missEvery: 0 };

describe('Stepper', () => {
  it('keeps calls between 100 and 200 cycles on a usual chip and ends near the deadline', () => {
    const host = new FakeHost();
    const machine = new FakeMachine(alone, host, options);
    const stepper = new Stepper(machine, host.now);
    const ran = stepper.run(Infinity, 8);
    // 500 cycles per ms for 8 ms, and at most one call of 200 beyond
    expect(ran).toBeGreaterThanOrEqual(4000);
    expect(ran).toBeLessThanOrEqual(4200);
    for (const { cycles } of machine.calls.slice(5)) expect(cycles).toBeGreaterThanOrEqual(100);
    expect(Math.max(...machine.calls.map(({ cycles }) => cycles))).toBe(200);
    expect(stepper.seconds).toBeCloseTo(ran / 500 / 1000, 9);
  });

  it('shortens calls on a slow chip to at most two milliseconds', () => {
    const host = new FakeHost();
    const machine = new FakeMachine(alone, host, { ...options, cyclesPerMs: 2 });
    const stepper = new Stepper(machine, host.now);
    stepper.run(Infinity, 100);
    for (const { milliseconds } of machine.calls.slice(3)) expect(milliseconds).toBeLessThanOrEqual(2);
  });

  it('runs exactly what was asked for, whatever the speed', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 5000 }), (cycles, cyclesPerMs) => {
        const host = new FakeHost();
        const machine = new FakeMachine(alone, host, { ...options, cyclesPerMs });
        expect(new Stepper(machine, host.now).run(cycles, Infinity)).toBe(cycles);
        expect(machine.cycle).toBe(cycles);
      }),
    );
  });

  it('stops at the end of the run and right after a miss', () => {
    const host = new FakeHost();
    const ending = new FakeMachine(alone, host, { ...options, endsAt: 777 });
    expect(new Stepper(ending, host.now).run(Infinity, Infinity)).toBe(777);
    const missing = new FakeMachine(alone, host, { ...options, missEvery: 1234 });
    expect(new Stepper(missing, host.now).runToMiss(0, Infinity, Infinity)).toBe(true);
    expect(missing.cycle).toBe(1234);
    expect(new Stepper(missing, host.now).runToMiss(0, 2000, Infinity)).toBe(false);
    expect(missing.cycle).toBe(2000);
  });
});

describe('Pacer', () => {
  it('owes pace times elapsed, however the time is cut', () => {
    // Half a cycle may be left from before: 25 ms at 20 a second. With 70 ms that is below the tenth that is forgotten.
    const pieces = fc.array(fc.double({ min: 0.1, max: 70, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 20, max: 1_000_000 }), (elapsed, pace) => {
        const pacer = new Pacer(pace, 0);
        let [now, paid] = [0, 0];
        for (const ms of elapsed) {
          now += ms;
          const due = pacer.due(now);
          pacer.paid(due);
          paid += due;
        }
        expect(Math.abs(paid - (now / 1000) * pace)).toBeLessThanOrEqual(0.5 + 1e-6 * pace);
      }),
    );
  });

  it('gives one cycle per frame at 60 a second though frames come up to 4 ms early or late', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 1, maxLength: 100 }), (jitter) => {
        const pacer = new Pacer(60, 0);
        jitter.forEach((late, i) => {
          expect(pacer.due(((i + 1) * 1000) / 60 + late)).toBe(1);
          pacer.paid(1);
        });
      }),
    );
  });

  it('forgets what a machine could not keep up with, and what passed while paused', () => {
    const pacer = new Pacer(10_000, 0);
    // a tenth of a second of debt at most: 1,000 cycles
    expect(pacer.due(5000)).toBe(1000);
    pacer.restart(6000);
    expect(pacer.due(6010)).toBe(100);
  });

  it('changes between flat out and a pace without leftovers', () => {
    const pacer = new Pacer(Infinity, 0);
    expect(pacer.due(10)).toBe(Infinity);
    pacer.paid(123_456);
    pacer.setPace(1000, 20);
    expect(pacer.due(30)).toBe(10);
  });
});

describe('Meter', () => {
  it('tells cycles per second over its last window', () => {
    const meter = new Meter(0, 0);
    expect(meter.read(100, 50)).toBe(0);
    expect(meter.read(500, 1000)).toBe(2000);
    expect(meter.read(600, 9000)).toBe(2000);
    expect(meter.read(1000, 1000)).toBe(0);
  });
});

describe('Frame of the fakes', () => {
  it('has the size that the client allots', () => {
    const tiles = tileCount(alone.chip);
    const frame = new Frame(new ArrayBuffer(frameBytes(tiles, 1)), tiles, 1);
    new FakeMachine(alone, new FakeHost()).writeFrame(frame, {
      paused: true,
      cyclesPerSecond: 1,
      pace: 2,
      hurried: false,
      flits: false,
    });
    expect(frame.outcome).toBe('paused');
  });
});
