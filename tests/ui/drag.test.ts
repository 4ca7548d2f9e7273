/** The drag machine: what is a press, what is a drag, and that every way out but a legal drop leaves everything as it was. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Grip, MovePreview } from '../../src/hypervisor/move.ts';
import { Drag, type DragEvent, type DragHost, type Press } from '../../src/ui/drag.ts';

/** Tiles of 100 pixels in one row; tile 1 holds a core, tile 3 is refused. */
class Row implements DragHost {
  movable = true;
  readonly selected: number[] = [];
  readonly dropped: [Grip, number][] = [];
  readonly events: DragEvent[] = [];
  held: (() => void) | null = null;
  gripAt({ x }: { x: number }): Grip | null {
    return x >= 100 && x < 200 ? { tenant: 0, vcore: 4, tile: 1 } : null;
  }
  tileAt({ x }: { x: number }): number | null {
    return x < 500 ? Math.floor(x / 100) : null;
  }
  preview(_grip: Grip, over: number): MovePreview {
    const before = { hops: 2, editDistance: 0, stretched: [], pieces: 1 };
    const moved = { tiles: [over], before, after: { ...before, hops: 2 + over } };
    return over === 3 ? { ok: false, reason: 'tile 3 is disabled', ...moved } : { ok: true, ...moved };
  }
  select({ x }: { x: number }): void {
    this.selected.push(x);
  }
  drop(grip: Grip, over: number): void {
    this.dropped.push([grip, over]);
  }
  changed(): void {}
  said(event: DragEvent): void {
    this.events.push(event);
  }
  after(milliseconds: number, callback: () => void): () => void {
    expect(milliseconds).toBe(300);
    this.held = callback;
    return () => (this.held = null);
  }
}

/** What the search proposes: the held core on the tile after this one. */
const beyond = (tile: number): MovePreview => {
  const cost = { hops: 2, editDistance: 0, stretched: [], pieces: 1 };
  return { ok: true, tiles: [tile + 1], before: cost, after: cost, snappedTo: tile + 1 };
};

const at = (x: number, touch = false, pointer = 1): Press => ({ x, y: 50, touch, pointer });
let row: Row;
let drag: Drag;
beforeEach(() => {
  row = new Row();
  drag = new Drag(row);
});

describe('by mouse', () => {
  it('selects when let go within 6 pixels', () => {
    drag.press(at(150));
    drag.move(at(155));
    drag.release(at(155));
    expect(row.selected).toEqual([155]);
    expect(row.dropped).toEqual([]);
    expect(drag.state.phase).toBe('idle');
  });

  it('drags from 6 pixels on and drops on the tile under it', () => {
    drag.press(at(150));
    drag.move(at(156));
    expect(drag.active).toBe(true);
    drag.move(at(250));
    drag.release(at(250));
    expect(row.dropped).toEqual([[{ tenant: 0, vcore: 4, tile: 1 }, 2]]);
    expect(row.selected).toEqual([]);
    expect(row.events.map(({ kind }) => kind)).toEqual(['lifted', 'over', 'dropped']);
  });

  it.each([
    ['Esc or a cancelled pointer', () => drag.cancel()],
    ['a second finger', () => drag.press(at(150, true, 2))],
    ['a drop outside the mesh', () => (drag.move(at(900)), drag.release(at(900)))],
    ['a drop where it was', () => (drag.move(at(160)), drag.release(at(160)))],
    ['a drop on a refused tile', () => (drag.move(at(350)), drag.release(at(350)))],
  ])('changes nothing after %s', (_what, end) => {
    drag.press(at(150));
    drag.move(at(250));
    end();
    expect(row.dropped).toEqual([]);
    expect(drag.state.phase).toBe('idle');
    drag.release(at(250));
    expect(row.dropped).toEqual([]);
  });

  it('says why a tile is refused', () => {
    drag.press(at(150));
    drag.move(at(350));
    drag.release(at(350));
    expect(row.events.at(-1)).toMatchObject({ kind: 'refused', over: 3, preview: { reason: 'tile 3 is disabled' } });
  });

  it('selects at once where nothing can be held, and when nothing may be moved', () => {
    drag.press(at(50));
    row.movable = false;
    drag.press(at(150));
    expect(row.selected).toEqual([50, 150]);
  });
});

describe('by touch', () => {
  it('lifts after a hold', () => {
    drag.press(at(150, true));
    expect(drag.active).toBe(false);
    row.held!();
    drag.move(at(250, true));
    drag.release(at(250, true));
    expect(row.dropped).toHaveLength(1);
  });

  it('lets the page scroll when the finger moves before the hold is over', () => {
    drag.press(at(150, true));
    drag.move(at(170, true));
    expect(drag.state.phase).toBe('idle');
    expect(row.held).toBeNull();
  });
});

describe('by keyboard', () => {
  const grip: Grip = { tenant: 0, vcore: 4, tile: 1 };

  it('lifts, carries and drops, and says each step', () => {
    drag.lift(grip, 'keyboard', null);
    drag.carry(2);
    drag.drop();
    expect(row.dropped).toEqual([[grip, 2]]);
    expect(row.events.map(({ kind }) => kind)).toEqual(['lifted', 'over', 'dropped']);
  });

  it('takes what the search proposes, until it is carried on', () => {
    drag.lift(grip, 'keyboard', null);
    drag.carry(3);
    drag.take(beyond(3));
    expect(drag.state).toMatchObject({ over: 3, preview: { snappedTo: 4 } });
    drag.carry(2);
    expect(drag.state).toMatchObject({ over: 2, preview: { tiles: [2] } });
    drag.take(beyond(2));
    drag.drop();
    expect(row.events.at(-1)).toMatchObject({ kind: 'dropped', preview: { snappedTo: 3 } });
  });

  it('keeps a proposal while the pointer trembles on its tile', () => {
    drag.press(at(150));
    drag.move(at(250));
    drag.take(beyond(2));
    drag.move(at(255));
    expect(drag.state).toMatchObject({ preview: { snappedTo: 3 } });
  });

  it('stays lifted over a refused tile', () => {
    drag.lift(grip, 'keyboard', null);
    drag.carry(3);
    drag.drop();
    expect(drag.active).toBe(true);
    expect(row.dropped).toEqual([]);
    drag.cancel();
    expect(row.events.at(-1)!.kind).toBe('cancelled');
  });
});
