/** From frames to what is drawn: rates over the last half second, bars, slides. Expected numbers are worked out by hand. */
import { describe, expect, it } from 'vitest';
import { CAUSES, CAUSE_GROUPS } from '../../src/model/causes.ts';
import type { TenantRequest } from '../../src/model/experiment.ts';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import { barOf } from '../../src/ui/bars.ts';
import { activeShares, steadyCycles, type Figures } from '../../src/ui/figures.ts';
import { layOut } from '../../src/ui/mesh/geometry.ts';
import { slideAt, slides } from '../../src/ui/mesh/slide.ts';
import { RateWindow } from '../../src/ui/window.ts';

const cause = (name: (typeof CAUSES)[number]): number => CAUSES.indexOf(name);
const group = (name: (typeof CAUSE_GROUPS)[number]): number => CAUSE_GROUPS.indexOf(name);

function frame(cycle: number, fill: (frame: Frame) => void): Frame {
  const made = new Frame(new ArrayBuffer(frameBytes(2, 1)), 2, 1);
  made.setHead(cycle, 'running', 0, 0);
  fill(made);
  return made;
}

describe('RateWindow', () => {
  it('takes differences over the span, over the wrap of a counter', () => {
    const window = new RateWindow(2);
    const at = cause('translation');
    window.push(
      frame(1000, (f) => ((f.tileCauses[at] = 0xffff_ffff - 9), (f.linkFlits[3] = 7))),
      0,
    );
    window.push(
      frame(1100, (f) => ((f.tileCauses[at] = 40), (f.linkFlits[3] = 57), (f.linkBlocked[3] = 25))),
      100,
    );
    expect(window.groups[group('translation')]).toBeCloseTo(0.5);
    expect(window.flits[3]).toBeCloseTo(0.5);
    expect(window.blocked[3]).toBeCloseTo(0.25);
  });

  it('forgets what is older than half a second', () => {
    const window = new RateWindow(2);
    const work = (cycles: number) => (f: Frame) => void (f.tileCauses[cause('compute')] = cycles);
    window.push(frame(0, work(0)), 0);
    for (let time = 100; time <= 1000; time += 50) window.push(frame(time, work(Math.min(time, 400))), time);
    expect(window.groups[group('work')]).toBe(0);
  });

  it('shows nothing of a tile without a core, whatever a used buffer holds', () => {
    const window = new RateWindow(2);
    window.push(
      frame(0, () => {}),
      0,
    );
    window.push(
      frame(100, (f) => ((f.tileCauses[cause('memory')] = 90), (f.tileCause[0] = 255))),
      100,
    );
    expect([...window.groups].every((share) => share === 0)).toBe(true);
  });
});

describe('bars', () => {
  const tenant = (name: string, model = 'resnet18'): TenantRequest =>
    ({ name, topology: { width: 3, height: 3 }, workload: { model, tokens: 256, iterations: 8 } }) as TenantRequest;
  const figures = (...cycles: number[]): Figures =>
    ({
      tenants: cycles.map((cyclesPerIteration) => ({ cyclesPerIteration, iterationsDone: 2 })),
    }) as unknown as Figures;

  it('are on one scale for the same network, on their own for another', () => {
    const tenants = [tenant('A'), tenant('B'), tenant('C', 'gpt2-small')];
    const bars = tenants.map((_, i) => barOf(i, tenants, figures(200, 100, 5000), null, [80, 100, null]));
    expect(bars.map(({ length }) => length)).toEqual([1, 0.5, 1]);
    expect(bars.map(({ ideal }) => ideal)).toEqual([0.4, 0.5, null]);
  });

  it('say so before an iteration is measured', () => {
    expect(barOf(0, [tenant('A')], figures(0), null, [])).toMatchObject({ length: 1, measured: false, ideal: null });
  });

  it('do not take the latency of the first iteration for its time', () => {
    expect(steadyCycles({ iterationsDone: 1, cyclesPerIteration: 400 }, 8)).toBe(0);
    expect(steadyCycles({ iterationsDone: 1, cyclesPerIteration: 400 }, 1)).toBe(400);
    expect(steadyCycles({ iterationsDone: 2, cyclesPerIteration: 90 }, 8)).toBe(90);
  });

  it('leave idle out of the shares', () => {
    const causes = new Float64Array(CAUSES.length);
    causes[cause('compute')] = 30;
    causes[cause('memory')] = 10;
    causes[cause('idle')] = 60;
    const shares = activeShares(causes);
    expect(shares[group('work')]).toBeCloseTo(0.75);
    expect(shares[group('idle')]).toBe(0);
  });
});

describe('slides', () => {
  const shown = (tiles: number[]) => ({ letter: 'A', name: 'A', tiles, width: 2, stages: [], away: false });

  it('are the cores that changed their tile, from the old to the new centre', () => {
    const [slide, ...rest] = slides([shown([0, 1, 2, 3])], [shown([0, 5, 2, 3])]);
    expect(rest).toEqual([]);
    expect(slide).toEqual({ tenant: 0, id: 'A1', from: 1, to: 5 });
    const g = layOut({ width: 4, height: 2 }, 420, 220);
    expect(slideAt(g, slide, 0).y).toBeLessThan(slideAt(g, slide, 75).y);
    expect(slideAt(g, slide, 150)).toEqual({ x: g.left + 1.5 * g.pitch, y: g.top + 1.5 * g.pitch });
  });

  it('are none for another shape', () => {
    expect(slides([shown([0, 1])], [shown([0, 1, 2, 3])])).toEqual([]);
  });
});
