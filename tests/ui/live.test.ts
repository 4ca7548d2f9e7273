/** The live layer paints what has changed and nothing else: cells cover the mesh without overlap, equal looks are left alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame, frameBytes } from '../../src/engine/frame.ts';
import { tileCount, type Mesh } from '../../src/model/mesh.ts';
import { CAUSES } from '../../src/model/causes.ts';
import { layOut } from '../../src/ui/mesh/geometry.ts';
import { LiveLayer, type LivePicture } from '../../src/ui/mesh/live.ts';
import { cellBox, lanesOf } from '../../src/ui/mesh/look.ts';
import type { Palette } from '../../src/ui/mesh/palette.ts';
import { RateWindow } from '../../src/ui/window.ts';

const mesh = fc.record({ width: fc.integer({ min: 1, max: 64 }), height: fc.integer({ min: 1, max: 64 }) });
const side = fc.integer({ min: 200, max: 1200 });

describe('cells', () => {
  it('touch, never overlap, and have whole pixels', () => {
    fc.assert(
      fc.property(mesh, side, side, (mesh, width, height) => {
        const g = layOut(mesh, width, height);
        for (let tile = 0; tile < tileCount(mesh); tile++) {
          const [x, y, wide, high] = cellBox(g, tile);
          expect([x, y, wide, high].every(Number.isInteger)).toBe(true);
          if ((tile + 1) % mesh.width > 0) expect(cellBox(g, tile + 1)[0]).toBe(x + wide);
          if (tile + mesh.width < tileCount(mesh)) expect(cellBox(g, tile + mesh.width)[1]).toBe(y + high);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('hold every lane of the mesh once', () => {
    fc.assert(
      fc.property(mesh, (mesh) => {
        const lanes = Array.from({ length: tileCount(mesh) }, (_, tile) => lanesOf(mesh, tile)).flat();
        const real = lanes.filter((lane) => lane >= 0);
        expect(new Set(real).size).toBe(real.length);
        // Two lanes between neighbours: (w - 1) * h pairs side by side and w * (h - 1) above each other.
        expect(real.length).toBe(2 * ((mesh.width - 1) * mesh.height + mesh.width * (mesh.height - 1)));
      }),
      { numRuns: 30 },
    );
  });
});

/** A context that notes which boxes are wiped and takes everything else. */
function recorder() {
  const wiped: string[] = [];
  let whole = 0;
  const nothing = () => undefined;
  const ctx = new Proxy({} as CanvasRenderingContext2D, {
    get: (_, name) => (name === 'clearRect' ? (...box: number[]) => void wiped.push(box.join()) : nothing),
    set: () => true,
  });
  return {
    context: (wipe: boolean) => {
      whole += Number(wipe);
      return ctx;
    },
    /** Boxes wiped since the last call. */
    taken: () => wiped.splice(0),
    wholes: () => whole,
  };
}

/** Rates after one frame in which each core of `causes` spent its cycles on one cause. */
function ratesOf(mesh: Mesh, causes: ReadonlyMap<number, number>): RateWindow {
  const tiles = tileCount(mesh);
  const frame = new Frame(new ArrayBuffer(frameBytes(tiles, 1)), tiles, 1);
  frame.setHead(100, 'done', 0, 60);
  for (const [tile, cause] of causes) frame.tileCauses[tile * CAUSES.length + cause] = 100;
  const rates = new RateWindow(tiles);
  rates.settle(frame);
  return rates;
}

const palette = { why: [], plain: [], fills: [], edges: [] } as unknown as Palette;
const all = (mesh: Mesh, cause: number) => new Map(Array.from({ length: tileCount(mesh) }, (_, tile) => [tile, cause]));

describe('the live layer', () => {
  const small = { width: 6, height: 6 };
  const g = layOut(small, 700, 700);
  const picture = (causes: ReadonlyMap<number, number>, more: Partial<LivePicture> = {}): LivePicture => ({
    geometry: g,
    palette,
    textScale: 1,
    rates: ratesOf(small, causes),
    instant: null,
    cycle: 1,
    flits: [],
    whole: false,
    ...more,
  });

  it('leaves alone what looks as it did', () => {
    const [layer, canvas] = [new LiveLayer(), recorder()];
    layer.paint(canvas.context, picture(all(small, 0)));
    expect(canvas.taken().length).toBe(36);
    layer.paint(canvas.context, picture(all(small, 0)));
    expect(canvas.taken()).toEqual([]);
    layer.paint(canvas.context, picture(all(small, 0).set(7, 2)));
    expect(canvas.taken()).toEqual([cellBox(g, 7).join()]);
    expect(canvas.wholes()).toBe(1);
  });

  it('starts afresh in another style', () => {
    const [layer, canvas] = [new LiveLayer(), recorder()];
    layer.paint(canvas.context, picture(all(small, 0)));
    layer.paint(canvas.context, picture(all(small, 0), { palette: { ...palette } }));
    expect([canvas.taken().length, canvas.wholes()]).toEqual([72, 2]);
  });

  it('paints a packet anew in every cycle, in the cell of its lane, and wipes it when it is gone', () => {
    const [layer, canvas] = [new LiveLayer(), recorder()];
    const still = all(small, 0);
    // From tile 8 to the west: the lane runs in the cell of tile 7.
    const flits = [{ plane: 0, tile: 8, port: 1, tenant: 0, age: 0 }];
    const instant = new Uint8Array(36);
    layer.paint(canvas.context, picture(still, { instant }));
    canvas.taken();
    for (const [cycle, shown] of [
      [2, flits],
      [3, flits],
      [4, []],
    ] as const) {
      layer.paint(canvas.context, picture(still, { instant, cycle, flits: shown }));
      expect(canvas.taken()).toEqual([cellBox(g, 7).join()]);
    }
    layer.paint(canvas.context, picture(still, { instant, cycle: 5 }));
    expect(canvas.taken()).toEqual([]);
  });

  it('brings a large mesh up to date within four frames, or at once when asked', () => {
    const large = { width: 32, height: 32 };
    const geometry = layOut(large, 1000, 1000);
    const rates = ratesOf(large, all(large, 0));
    for (const [whole, frames] of [
      [false, 4],
      [true, 1],
    ] as const) {
      const [layer, canvas] = [new LiveLayer(), recorder()];
      const painted = new Set<string>();
      for (let frame = 0; frame < frames; frame++) {
        layer.paint(canvas.context, picture(new Map(), { geometry, rates, whole }));
        canvas.taken().forEach((box) => painted.add(box));
      }
      expect(painted.size).toBe(1024);
    }
  });
});
