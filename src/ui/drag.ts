/**
 * Moving a virtual core or a whole vNPU by mouse, touch or keyboard: a state machine that knows no framework and no drawing.
 * It pulls what it needs from a host by getters and pushes by verbs. idle -> armed -> dragging (over a tile with its preview)
 * -> dropped; Esc, pointercancel, lost capture, a second finger or a drop outside leave everything as it was.
 */
import type { Grip, MovePreview } from '../hypervisor/move.ts';
import type { Point } from './mesh/geometry.ts';

export type DragState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'armed';
      readonly grip: Grip;
      readonly pointer: number;
      readonly touch: boolean;
      readonly from: Point;
    }
  | {
      readonly phase: 'dragging';
      readonly by: 'pointer' | 'keyboard';
      readonly grip: Grip;
      readonly pointer: number;
      readonly touch: boolean;
      readonly at: Point | null;
      /** Tile under it, or null outside the mesh. */
      readonly over: number | null;
      /** Null over the tile where it was taken. */
      readonly preview: MovePreview | null;
    };

/** What happened, for the live region. */
export type DragEvent =
  | { readonly kind: 'lifted' | 'cancelled'; readonly grip: Grip }
  | {
      readonly kind: 'over' | 'dropped' | 'refused';
      readonly grip: Grip;
      readonly over: number;
      readonly preview: MovePreview | null;
    };

export interface DragHost {
  /** May anything be moved now? */
  readonly movable: boolean;
  gripAt(point: Point): Grip | null;
  tileAt(point: Point): number | null;
  preview(grip: Grip, over: number): MovePreview;
  /** A press without a drag. */
  select(point: Point): void;
  drop(grip: Grip, over: number, preview: MovePreview): void;
  /** After every change of state. */
  changed(state: DragState): void;
  said(event: DragEvent): void;
  /** Call back after that many milliseconds; returns how to call it off. */
  after(milliseconds: number, callback: () => void): () => void;
}

export interface Press extends Point {
  readonly pointer: number;
  readonly touch: boolean;
}

const SLACK_PIXELS = 6;
const HOLD_MILLISECONDS = 300;
const IDLE: DragState = { phase: 'idle' };

export class Drag {
  private current: DragState = IDLE;
  private callOff: () => void = () => {};

  constructor(private readonly host: DragHost) {}

  get state(): DragState {
    return this.current;
  }
  get active(): boolean {
    return this.current.phase === 'dragging';
  }

  press(press: Press): void {
    if (this.current.phase !== 'idle') return this.cancel();
    const grip = this.host.gripAt(press);
    if (!grip || !this.host.movable) return this.host.select(press);
    this.enter({ phase: 'armed', grip, pointer: press.pointer, touch: press.touch, from: press });
    if (press.touch) this.callOff = this.host.after(HOLD_MILLISECONDS, () => this.lift(grip, 'pointer', press));
  }

  move(press: Press): void {
    const state = this.current;
    if (state.phase === 'armed' && state.pointer === press.pointer) {
      const far = Math.hypot(press.x - state.from.x, press.y - state.from.y) >= SLACK_PIXELS;
      if (far && state.touch) return this.reset();
      if (far) this.lift(state.grip, 'pointer', press);
    }
    if (this.current.phase === 'dragging' && this.current.pointer === press.pointer) {
      this.hover(this.host.tileAt(press), { x: press.x, y: press.y });
    }
  }

  release(press: Press): void {
    const state = this.current;
    if (state.phase === 'armed' && state.pointer === press.pointer) {
      this.reset();
      this.host.select(press);
    } else if (state.phase === 'dragging' && state.pointer === press.pointer) {
      this.drop();
    }
  }

  /** Take up by keyboard: the tile under it is then moved by `carry`. */
  lift(grip: Grip, by: 'pointer' | 'keyboard', press: Press | null): void {
    if (!this.host.movable) return;
    this.callOff();
    const at = press && { x: press.x, y: press.y };
    const { pointer, touch } = press ?? { pointer: -1, touch: false };
    this.enter({ phase: 'dragging', by, grip, pointer, touch, at, over: grip.tile, preview: null });
    this.host.said({ kind: 'lifted', grip });
  }

  /** Carry to a tile by keyboard. */
  carry(over: number): void {
    if (this.active) this.hover(over, null);
  }

  /** Take another placement of the whole vNPU instead of what the tile under it says; carrying on to another tile undoes it. */
  take(preview: MovePreview): void {
    const state = this.current;
    if (state.phase !== 'dragging' || state.over === null) return;
    this.enter({ ...state, preview });
    this.host.said({ kind: 'over', grip: state.grip, over: state.over, preview });
  }

  drop(): void {
    const state = this.current;
    if (state.phase !== 'dragging') return;
    const { grip, over, preview } = state;
    if (over === null || !preview) return this.cancel();
    if (!preview.ok && state.by === 'keyboard') return this.host.said({ kind: 'refused', grip, over, preview });
    this.reset();
    this.host.said({ kind: preview.ok ? 'dropped' : 'refused', grip, over, preview });
    if (preview.ok) this.host.drop(grip, over, preview);
  }

  /** Esc, pointercancel, lost capture, a second finger: nothing has changed. */
  cancel(): void {
    const state = this.current;
    if (state.phase === 'idle') return;
    this.reset();
    if (state.phase === 'dragging') this.host.said({ kind: 'cancelled', grip: state.grip });
  }

  private hover(over: number | null, at: Point | null): void {
    const state = this.current;
    if (state.phase !== 'dragging') return;
    if (over === state.over) return this.enter({ ...state, at });
    const preview = over === null || over === state.grip.tile ? null : this.host.preview(state.grip, over);
    this.enter({ ...state, at, over, preview });
    if (over !== null) this.host.said({ kind: 'over', grip: state.grip, over, preview });
  }

  private reset(): void {
    this.callOff();
    this.callOff = () => {};
    this.enter(IDLE);
  }

  private enter(state: DragState): void {
    this.current = state;
    this.host.changed(state);
  }
}
