/** Joins the drag machine to the session: what can be held where, what a drop does, and what is said of it. */
import type { Session } from '../session.svelte.ts';
import { previewMove, type Grip, type MovePreview, type PlacedTenant } from '../../hypervisor/move.ts';
import { MODE_RULES } from '../../experiment/modes.ts';
import { Drag, type DragEvent, type DragHost, type DragState } from '../drag.ts';
import { dragSentence, MESH } from '../texts.ts';
import type { CausePart } from './ring.ts';
import { badgeAt } from './still.ts';
import { linkUnder, tileUnder, type Geometry, type Point } from './geometry.ts';
import { badged, owners, type Held } from './scene.ts';

export class Handling implements DragHost {
  state = $state.raw<DragState>({ phase: 'idle' });
  held = $state.raw<Held | null>(null);
  readonly drag = new Drag(this);
  /** What was under the pointer when it went down: the ring may have changed by the time it comes up. */
  private armedOn: CausePart | null = null;

  constructor(
    private readonly session: Session,
    private readonly geometry: () => Geometry,
    private readonly ringUnder: (tile: number, point: Point) => CausePart | null,
  ) {
    session.previews.drop = () => this.drag.drop();
  }

  get movable(): boolean {
    return this.session.editable;
  }

  /** The letter badge stands for the whole vNPU, a tile for its core. */
  gripAt(point: Point): Grip | null {
    const g = this.geometry();
    for (const [tenant, shown] of badged(this.session.scene)) {
      const badge = badgeAt(g, shown);
      const reach = Math.max(badge.size / 2 + 2, 14);
      if (Math.abs(point.x - badge.x) > reach || Math.abs(point.y - badge.y) > reach) continue;
      return { tenant, vcore: 'all', tile: Math.min(...shown.tiles) };
    }
    const tile = tileUnder(g, point);
    if (tile === null || linkUnder(g, point)) return null;
    return this.gripOf(tile, false);
  }

  gripOf(tile: number, whole: boolean): Grip | null {
    const owner = owners(this.session.scene)[tile];
    return owner ? { tenant: owner.tenant, vcore: whole ? 'all' : owner.vcore, tile } : null;
  }

  tileAt(point: Point): number | null {
    return tileUnder(this.geometry(), point);
  }

  preview(grip: Grip, over: number): MovePreview {
    return previewMove(this.session.chip, this.placed(), grip, over);
  }

  private placed(): PlacedTenant[] {
    const { tenants, placements } = this.session;
    return tenants.map(({ name, topology, mode }, i) => {
      const fixed = MODE_RULES[mode].placement ? {} : { fixed: MESH.fixed(mode) };
      return { name, topology, tiles: placements[i], ...fixed };
    });
  }

  select(point: Point): void {
    const g = this.geometry();
    const grip = this.gripAt(point);
    const link = linkUnder(g, point);
    const tile = tileUnder(g, point);
    if (grip?.vcore === 'all') this.session.select({ kind: 'tenant', tenant: grip.tenant });
    else if (link) this.session.select({ kind: 'link', link });
    else if (tile !== null && (this.armedOn ?? this.partAt(point))?.group === 'translation')
      this.session.showMiss(tile);
    else this.selectTile(tile);
  }

  /** The part of a core's ring under a point. */
  partAt(point: Point): CausePart | null {
    const grip = this.gripAt(point);
    return grip && grip.vcore !== 'all' ? this.ringUnder(grip.tile, point) : null;
  }

  selectTile(tile: number | null): void {
    const owner = tile === null ? undefined : owners(this.session.scene)[tile];
    const hasRouter = owner !== undefined || this.session.experiment.traffic !== undefined;
    this.session.select(hasRouter && tile !== null ? { kind: 'core', tile } : null);
  }

  drop(grip: Grip, _over: number, { tiles }: MovePreview): void {
    const selection = this.session.selection;
    const isAtOnce = this.session.dropCycle(grip.tenant) === null;
    this.session.place(grip.tenant, tiles);
    if (isAtOnce && selection?.kind === 'core' && typeof grip.vcore === 'number') {
      this.session.select({ kind: 'core', tile: tiles[grip.vcore] });
    }
  }

  changed(state: DragState): void {
    const lifted = state.phase === 'dragging' && this.state.phase !== 'dragging';
    this.lookFor(state);
    if (state.phase === 'armed') this.armedOn = this.partAt(state.from);
    this.state = state;
    if (state.phase !== 'dragging') this.held = null;
    else this.held = { state, legal: lifted || !this.held ? this.legal(state.grip) : this.held.legal };
    this.session.runs.repaint();
  }

  /** Proposals follow the hand, and go with it. */
  private lookFor(state: DragState): void {
    const { previews } = this.session;
    const before = this.state.phase === 'dragging' ? (this.state.over ?? -1) : -1;
    if (state.phase !== 'dragging') {
      if (this.state.phase === 'dragging') previews.close();
    } else if (state.over !== null && state.over !== before) {
      previews.look({ ...state.grip, over: state.over }, true);
    }
  }

  private legal(grip: Grip): boolean[] {
    return this.session.chip.tiles.map((_, tile) => tile === grip.tile || this.preview(grip, tile).ok);
  }

  what({ tenant, vcore }: Grip): string {
    const letter = this.session.letters[tenant];
    return vcore === 'all' ? MESH.grabWhole(letter) : `${letter}${vcore}`;
  }

  said(event: DragEvent): void {
    this.session.say(dragSentence(event, this.what(event.grip), this.session.dropCycle(event.grip.tenant)));
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  }
}
