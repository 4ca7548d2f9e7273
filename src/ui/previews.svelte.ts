/**
 * Placements that the search proposes for one tenant: while a hand carries it, near the hand; else near where it lies. The search runs
 * in a worker, first for a moment, then for longer; of questions that a moving hand asks meanwhile only the last is put.
 */
import { MODE_RULES } from '../experiment/modes.ts';
import type { Alternative } from '../hypervisor/alternatives.ts';
import type { Move } from '../hypervisor/defragment.ts';
import { previewTiles, type Grip, type MovePreview, type PlacedTenant } from '../hypervisor/move.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import { PreviewClient } from '../worker/previews.ts';
import { documentNow } from './placing.ts';
import type { Session } from './session.svelte.ts';

/** Whose placements are looked at, and where the hand is; where nothing is held, it lies on the tenant's first core. */
export interface Looked extends Grip {
  readonly over: number;
}

/** A proposal with what it would do. */
export interface Proposal extends Alternative {
  readonly preview: MovePreview;
}

export class Previews {
  looked = $state.raw<Looked | null>(null);
  proposals = $state.raw<readonly Proposal[]>([]);
  chosen = $state.raw<MovePreview | null>(null);
  /** The tenant that a proposal is for, if not the one looked at. */
  chosenFor = $state.raw<number | null>(null);
  searching = $state(false);
  /** A hand carries the tenant. */
  held = $state(false);
  /** Moves that gather the free cores; null before they were asked for. */
  moves = $state.raw<readonly Move[] | null>(null);
  /** Lets go of what is held. */
  drop: () => void = () => {};
  private readonly client = new PreviewClient();
  private running = false;
  /** A step through proposals that are not there yet. */
  private awaited: 1 | -1 | null = null;

  constructor(private readonly session: Session) {}

  look(looked: Looked, held: boolean): void {
    this.looked = looked;
    this.held = held;
    this.moves = null;
    this.chosen = this.chosenFor = this.awaited = null;
    this.proposals = this.isFixed(looked.tenant) ? [] : this.proposals;
    this.searching = !this.isFixed(looked.tenant);
    if (this.searching && !this.running) void this.answer();
  }

  close(): void {
    this.looked = this.chosen = this.chosenFor = this.awaited = null;
    this.proposals = [];
    this.searching = this.held = false;
  }

  /** The next proposal or the one before; the first one as soon as there is one. */
  step(by: 1 | -1): void {
    const { proposals } = this;
    if (this.stale || proposals.length === 0) return void (this.awaited = by);
    const now = proposals.findIndex(({ preview }) => preview === this.chosen);
    this.choose(
      proposals[now < 0 ? (by > 0 ? 0 : proposals.length - 1) : (now + by + proposals.length) % proposals.length],
    );
  }

  choose({ preview }: { readonly preview: MovePreview }): void {
    this.chosenFor = null;
    this.chosen = preview;
  }

  /** Put the tenant where the proposal says. */
  place(): void {
    const { held, looked, chosen } = this;
    if (held) this.drop();
    else if (looked && chosen) this.session.place(looked.tenant, chosen.tiles);
  }

  /** Where a tenant would come to lie, as a proposal of its own. */
  propose(tenant: number, tiles: readonly number[]): void {
    this.chosenFor = tenant;
    const placed = this.placedOf(tenant);
    this.chosen = previewTiles(this.session.chip, placed, { vcore: 'all', tile: placed.tiles[0] }, tiles);
  }

  /** The tenant as it lies, with what it costs. */
  present(tenant: number): MovePreview {
    const placed = this.placedOf(tenant);
    return previewTiles(this.session.chip, placed, { vcore: 'all', tile: placed.tiles[0] }, placed.tiles);
  }

  async findMoves(): Promise<void> {
    const { placements } = this.session;
    const { document, looked } = this;
    const moves = await this.client.moves({ document, placements });
    if (looked === this.looked) this.moves = moves ?? [];
  }

  private get document(): ExperimentDocument {
    const { document, experiment, runs } = this.session;
    return documentNow(document, experiment, runs.stays);
  }

  /** Its mode chooses its tiles, and nobody else does. */
  isFixed(tenant: number): boolean {
    return !MODE_RULES[this.session.experiment.tenants[tenant].mode].placement;
  }

  private placedOf(tenant: number): PlacedTenant {
    const { tenants, placements } = this.session;
    const { name, topology } = tenants[tenant];
    return { name, topology, tiles: placements[tenant] };
  }

  /** The proposals belong to a place where the hand was before. */
  private get stale(): boolean {
    return this.answered !== this.looked;
  }
  private answered: Looked | null = null;

  private async answer(): Promise<void> {
    this.running = true;
    while (this.searching && this.looked) {
      const { looked } = this;
      if (await this.ask(looked, 'quick')) await this.ask(looked, 'thorough');
      if (looked === this.looked) this.searching = false;
    }
    this.running = false;
  }

  /** Put one question; false if the hand has gone on meanwhile. */
  private async ask(looked: Looked, effort: 'quick' | 'thorough'): Promise<boolean> {
    const { document } = this;
    const { placements } = this.session;
    const { over, ...grip } = looked;
    const found = await this.client.alternatives({ document, placements, hand: { ...grip, over }, effort });
    if (looked !== this.looked) return false;
    this.show(looked, found ?? []);
    return true;
  }

  /** A proposal that was there already stays the same object, so that what is chosen stays chosen. */
  private show(looked: Looked, found: readonly Alternative[]): void {
    const placed = this.placedOf(looked.tenant);
    const known = this.stale ? [] : this.proposals;
    this.proposals = found.map((alternative): Proposal => {
      const preview =
        known.find(({ tiles }) => tiles.join() === alternative.tiles.join())?.preview ??
        previewTiles(this.session.chip, placed, looked, alternative.tiles);
      return { ...alternative, preview };
    });
    this.answered = looked;
    if (this.awaited !== null) this.step(this.awaited);
    this.awaited = null;
  }
}
