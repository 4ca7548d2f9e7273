/**
 * The network of one tenant while it is looked at: what the hand or the keyboard is on, which cores and operators belong to that, and
 * the boundary between two stages while it is moved. A boundary that is let go is an edit of the document.
 */
import { setStages } from '../../experiment/edits.ts';
import type { StageFigures } from '../../model/plan.ts';
import type { ModelView } from '../../report/model-view.ts';
import type { Session } from '../session.svelte.ts';
import { NETWORK } from '../texts.ts';
import { choicesFor, moved, nearest, requestsWith } from './boundary.ts';
import { rowsOf, type Row, type Rows } from './rows.ts';

export class Network {
  view = $state.raw<ModelView | null>(null);
  /** The row that the hand or the keyboard is on. */
  active = $state.raw<Row | null>(null);
  /** The boundary before a stage that is being moved, and the operator before which it would lie. */
  held = $state.raw<{ readonly stage: number; readonly operator: number } | null>(null);
  readonly rows: Rows | null = $derived(this.view && rowsOf(this.view));
  readonly stages: readonly StageFigures[] = $derived(this.shownStages());
  /** Stages that are lit: those of the row that is looked at, or of the core that is pointed at. */
  readonly lit: readonly number[] = $derived(this.litStages());

  constructor(
    private readonly session: Session,
    readonly tenant: number,
  ) {}

  get isByHand(): boolean {
    return this.session.experiment.tenants[this.tenant]?.workload.stages !== undefined;
  }

  private shownStages(): readonly StageFigures[] {
    const { view, held } = this;
    if (!view) return [];
    return held ? moved(view, held.stage, held.operator) : view.stages;
  }

  private litStages(): readonly number[] {
    const { view, active, session } = this;
    if (!view) return [];
    if (active?.kind === 'stage') return [active.stage];
    if (active?.kind === 'operator') {
      const [first, last] = view.operators[active.operator].stages;
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    }
    const tiles = session.placements[this.tenant] ?? [];
    const { pointed } = session.light;
    return view.stages.flatMap(({ vcores }, stage) =>
      vcores.some((vcore) => tiles[vcore] === pointed) ? [stage] : [],
    );
  }

  /** Tiles on which the lit stages run. */
  get litTiles(): number[] {
    const tiles = this.session.placements[this.tenant] ?? [];
    return this.lit.flatMap((stage) => this.view!.stages[stage].vcores.map((vcore) => tiles[vcore]));
  }

  isLit(row: Row): boolean {
    if (row.kind === 'stage') return this.lit.includes(row.stage);
    if (this.active?.kind === 'operator') return this.active.operator === row.operator;
    const [first, last] = this.view!.operators[row.operator].stages;
    return this.lit.some((stage) => first <= stage && stage <= last);
  }

  /** A document cuts the network for the size that its tenant arrives with. */
  mayMove(stage: number): boolean {
    const { tenants, experiment } = this.session;
    if (tenants[this.tenant] !== experiment.tenants[this.tenant]) return false;
    return this.session.editable && this.view !== null && choicesFor(this.view, stage).length > 1;
  }

  lift(stage: number): void {
    if (!this.mayMove(stage)) return;
    const operator = nearest(choicesFor(this.view!, stage), this.view!.stages[stage].first)!;
    this.held = { stage, operator };
    this.session.say(NETWORK.lifted(stage + 1));
  }

  /** Over an operator: the boundary would lie before the nearest one with which a stage may begin. */
  carry(operator: number): void {
    const { held, view } = this;
    if (!held || !view) return;
    const choice = nearest(choicesFor(view, held.stage), operator);
    if (choice !== undefined && choice !== held.operator) this.held = { ...held, operator: choice };
  }

  /** To the next or the previous place. */
  nudge(by: 1 | -1): void {
    const { held, view } = this;
    if (!held || !view) return;
    const choices = choicesFor(view, held.stage);
    const to = choices[choices.indexOf(held.operator) + by];
    if (to === undefined) return;
    this.held = { ...held, operator: to };
    const [above, below] = [this.stages[held.stage - 1], this.stages[held.stage]];
    this.session.say(NETWORK.over(view.operators[to].name, above.cycles, below.cycles));
  }

  cancel(): void {
    if (this.held) this.session.say(NETWORK.cancelled);
    this.held = null;
  }

  drop(): void {
    const { held, view, session } = this;
    this.held = null;
    if (!held || !view) return;
    const { request, first } = view.stages[held.stage];
    if (held.operator === first && request.at === undefined) return;
    void session.edit(
      setStages(session.document, this.tenant, requestsWith(view, held.stage, held.operator)),
      this.tenant,
    );
    session.say(NETWORK.dropped(view.operators[held.operator].name));
  }

  /** Let the compiler cut and balance again. */
  balance(): void {
    void this.session.edit(setStages(this.session.document, this.tenant, undefined), this.tenant);
  }
}
