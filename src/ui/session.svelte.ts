/**
 * What the visitor is doing: the document with its undo and redo, what is selected, what went wrong, what was shared. Every edit is
 * an edit of the document and starts a new run; a document that is refused never replaces the last good one.
 */
import { CAUSES } from '../model/causes.ts';
import type { Chip } from '../model/chip.ts';
import type { Experiment } from '../model/experiment.ts';
import type { Problem, Result } from '../model/problem.ts';
import type { Translation } from '../model/vnpu.ts';
import { addMove, setPlacement, setTranslation } from '../experiment/edits.ts';
import { placeTenants } from '../hypervisor/placement.ts';
import { parseDocument, resolve } from '../experiment/parse.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import { blame, type Headline } from '../report/blame.ts';
import { suggestAction, type Action } from '../report/action.ts';
import { changeSince, type Change } from '../report/ghost.ts';
import { trafficFigures, type TrafficFigures } from '../report/traffic.ts';
import { blameTenants } from './figures.ts';
import { watchedOf } from './details.svelte.ts';
import { History } from './history.ts';
import { LessonRun } from './lesson.svelte.ts';
import { Light } from './graph/light.svelte.ts';
import { lettersOf, sceneTenants, type Scene, type Selection } from './mesh/scene.ts';
import { awayNow, dropCycle, infosNow, leftTiles, needsSearch, placementsNow, tenantsNow } from './placing.ts';
import type { Overlay } from './overlay.ts';
import { Previews } from './previews.svelte.ts';
import type { Runs } from './runs.svelte.ts';
import { SharedCheck } from './shared-check.svelte.ts';
import type { Switches } from './switches.ts';
import { who } from './texts.ts';

/** One state of the document, and which tenant the step that made it was about. */
interface Step {
  readonly document: ExperimentDocument;
  readonly tenant: number | null;
  /** It changed that tenant's translation. */
  readonly translation?: true;
}

const PROGRESS_COUNTS = 1.5;
const TRANSLATION = CAUSES.indexOf('translation');

export class Session {
  private history = $state.raw<History<Step>>(History.of<Step>({ document: { version: 1 }, tenant: null }));
  selection = $state.raw<Selection>(null);
  problems = $state.raw<readonly Problem[]>([]);
  /** The lesson that the document belongs to, if it does. */
  readonly lesson = new LessonRun(this);
  readonly shared: SharedCheck;
  projector = $state(false);
  theme = $state<'light' | 'dark'>('light');
  /** Placements that the search proposes. */
  readonly previews = new Previews(this);
  /** What is open over the page. */
  overlay = $state.raw<Overlay>(null);
  /** A file that was dropped on the page and is not read yet. */
  dropped = $state.raw<File | null>(null);
  /** A core that is dropped moves from the cycle on in which it is, instead of from the start. */
  live = $state(false);
  announcement = $state('');
  readonly light = new Light();
  /** Tile of the core whose misses are shown step by step. */
  missOf = $state.raw<number | null>(null);
  /** The latest change can be compared with the run before it. */
  comparing = $state(false);

  readonly document = $derived(this.history.present.document);
  readonly experiment: Experiment = $derived(resolve(this.document));
  readonly chip: Chip = $derived(this.experiment.chip);
  readonly letters: readonly string[] = $derived(lettersOf(this.experiment.tenants.map(({ name }) => name)));
  readonly names = $derived.by(() => this.experiment.tenants.map(({ name }, i) => who(this.letters[i], name)));
  /** The tenants with the sizes that they have by now in the run that is shown, and what is known of them then. */
  readonly tenants = $derived.by(() => tenantsNow(this.experiment.tenants, this.runs.stays));
  readonly infos = $derived.by(() => infosNow(this.experiment, this.runs.info?.tenants, this.runs.stays));
  readonly placements = $derived.by(() => placementsNow(this.experiment, this.runs.info?.tenants, this.runs.stays));
  readonly away = $derived.by(() => awayNow(this.experiment, this.placements, this.runs.presences));
  readonly scene: Scene = $derived.by(() => ({
    chip: this.chip,
    tenants: sceneTenants(this, this.letters, this.placements, this.infos, this.away),
  }));
  /** Where the tenant of the last edit was before it, if that has changed. */
  readonly leftTiles: readonly number[] = $derived(this.placementBefore());
  readonly canUndo = $derived(this.history.canUndo);
  readonly canRedo = $derived(this.history.canRedo);
  readonly lastTenant = $derived(this.history.present.tenant);
  readonly facts: Headline = $derived(this.headlineFacts());
  readonly action: Action = $derived.by(() => suggestAction(this.blamed, this.facts, this.runs.over));
  readonly change: Change | null = $derived(this.lastChange());

  constructor(
    readonly runs: Runs,
    readonly switches: Switches,
    theme: 'light' | 'dark',
  ) {
    this.theme = theme;
    this.shared = new SharedCheck(runs);
    this.runs.playing = switches.run;
  }

  get editable(): boolean {
    return !this.switches.readOnly;
  }
  get first(): boolean {
    return !this.history.canUndo;
  }

  /** From which cycle on a drop of this tenant's cores counts; null: from the start. */
  dropCycle(tenant: number): number | null {
    return dropCycle(this.experiment, this.runs.figures, tenant, this.live);
  }

  private placementBefore(): readonly number[] {
    const { previous, present } = this.history;
    const { tenant } = present;
    if (!this.comparing || tenant === null || !previous) return [];
    return leftTiles(resolve(previous.document), this.experiment, tenant, this.placements[tenant] ?? []);
  }

  /**
   * Blame needs figures of exactly these tenants: right after an edit the old ones may still stand. While a run goes on it is about
   * whole iterations, as the cards are, and not about the filling of the pipelines; at the end it is about all of it, as the report.
   */
  private readonly blamed = $derived.by(() => {
    const { settled, resolved, over, stays } = this.runs;
    return settled.figures && resolved
      ? blameTenants(tenantsNow(resolved.tenants, stays), settled.figures, settled.spent(over))
      : [];
  });
  private headlineFacts(): Headline {
    return this.blamed.length > 0 ? blame(this.blamed) : { kind: 'starting' };
  }
  /**
   * How the tenant of the last edit does against the run before, at equal cycles: beyond the end of that run, what the new one had
   * spent by then counts. Work done so far says little about a run that has gone on for much longer: then it is null again.
   */
  private lastChange(): Change | null {
    const { ghost, settled, info } = this.runs;
    const { figures } = settled;
    const tenant = this.lastTenant;
    if (!ghost || !figures || !info || tenant === null || !this.comparing) return null;
    const spent = settled.causesAt(tenant, Math.min(figures.cycle, ghost.cycle));
    if (!spent) return null;
    const now = { name: info.tenants[tenant].name, ...figures.tenants[tenant], causes: spent.causes };
    const change = changeSince(ghost, now, spent.cycle);
    return change?.basis === 'progress' && figures.cycle > PROGRESS_COUNTS * ghost.cycle ? null : change;
  }

  /** The sentence about the last edit stands until too much has happened since. */
  get telling(): boolean {
    const { ghost } = this.runs;
    if (!this.comparing || this.lastTenant === null || !ghost) return false;
    return this.change !== null || this.runs.cycle <= PROGRESS_COUNTS * ghost.cycle;
  }

  /** The last edit was about a page TLB: whether its size matters is then worth a sentence. */
  get aboutEntries(): boolean {
    const { tenant, translation: changed } = this.history.present;
    const translation = tenant === null || !changed ? undefined : this.experiment.tenants[tenant]?.translation;
    return translation?.kind === 'page' && (translation.entries >= 4 || this.chip.dmaStreams > 4);
  }

  /** Open something from outside as one undoable step; what is wrong with it is shown, and the old stays. */
  open(source: Result<ExperimentDocument>): Promise<boolean> {
    if (!source.ok) {
      this.problems = source.problems;
      return Promise.resolve(false);
    }
    this.selection = null;
    this.shared.forget();
    return this.become({ document: source.value, tenant: null }, { restart: true });
  }

  /** The first document: nothing to undo to. False if it cannot be run. */
  async begin(document: ExperimentDocument): Promise<boolean> {
    this.history = History.of<Step>({ document, tenant: null });
    return (await this.load(this.firstLook, false)) !== false;
  }

  /** A first look shows pipelines that are full; a page that shall not run stands at cycle 0. */
  private get firstLook(): 'filled' | 0 {
    return this.runs.playing ? 'filled' : 0;
  }

  /** Make an edit; returns whether it was accepted by the schema (the run may still refuse it). */
  edit(document: ExperimentDocument, tenant: number | null, translation?: true): Promise<boolean> {
    if (!this.editable) return Promise.resolve(false);
    const parsed = parseDocument(document);
    if (!parsed.ok) {
      this.problems = parsed.problems;
      return Promise.resolve(false);
    }
    return this.become({ document: parsed.value, tenant, translation }, { restart: false });
  }

  translate(tenant: number, translation: Partial<Translation>): void {
    void this.edit(setTranslation(this.document, tenant, translation), tenant, true);
  }
  place(tenant: number, tiles: readonly number[]): void {
    const cycle = this.dropCycle(tenant);
    const { document } = this;
    void this.edit(
      cycle === null ? setPlacement(document, tenant, tiles) : addMove(document, tenant, cycle, tiles),
      tenant,
    );
  }

  async undo(): Promise<void> {
    if (this.canUndo) await this.travel(this.history.undo());
  }
  async redo(): Promise<void> {
    if (this.canRedo) await this.travel(this.history.redo());
  }

  private async travel(history: History<Step>): Promise<void> {
    this.problems = [];
    // The stages of a network are edited where it is shown: it stays.
    const { selection } = this;
    if (selection && 'tenant' in selection && selection.kind !== 'network') this.selection = null;
    this.comparing = false;
    this.history = history;
    await this.load(this.runs.cycle, true);
  }

  private async become(step: Step, { restart }: { restart: boolean }): Promise<boolean> {
    const before = this.history;
    const experiment = resolve(step.document);
    const placed = needsSearch(experiment) ? undefined : placeTenants(experiment.chip, experiment.tenants);
    this.problems = placed?.ok === false ? placed.problems : [];
    if (placed?.ok === false) return false;
    this.history = before.push(step);
    this.comparing = step.tenant !== null;
    const accepted = await this.load(restart ? this.firstLook : this.runs.cycle, !restart);
    if (accepted === false) this.history = before;
    return accepted !== false;
  }

  /** Run the present document; false if the plan refuses it, null when overtaken. */
  private async load(catchUpTo: number | 'filled', keepGhost: boolean): Promise<boolean | null> {
    const { document, experiment } = this;
    const loaded = await this.runs.start(document, experiment, { catchUpTo, keepGhost });
    if (loaded?.ok === false) this.problems = loaded.problems;
    return loaded?.ok ?? null;
  }

  /** From cycle 0 again. */
  restart(): void {
    this.problems = [];
    this.runs.playing = true;
    void this.load(0, false);
  }

  select(selection: Selection): void {
    this.selection = selection;
    this.runs.details.watch(watchedOf(selection, this.experiment.traffic !== undefined));
  }

  /** Follow the next packet that begins its way at a tile. */
  follow(tile: number): void {
    this.select({ kind: 'packet', tile });
    if (!this.runs.over) this.runs.follow(tile);
  }

  /** Look at one translation miss of a core: its next, at one cycle per frame. */
  showMiss(tile: number): void {
    this.select({ kind: 'core', tile });
    const tenant = this.selectedTenant;
    if (this.runs.over || tenant === null || this.experiment.tenants[tenant].translation.kind === 'physical') return;
    this.missOf = tile;
    this.runs.showMiss(tile);
  }

  /** The core of a tenant that has lost most cycles to translation: where a miss is soon to be seen. */
  showMissOf(tenant: number): void {
    const lost = (tile: number): number => this.runs.tileCauses(tile)[TRANSLATION] ?? 0;
    const tiles = this.placements[tenant] ?? [];
    if (tiles.length > 0) this.showMiss(tiles.reduce((most, tile) => (lost(tile) > lost(most) ? tile : most)));
  }

  /** Figures of synthetic traffic as far as it has been measured. */
  get trafficFigures(): TrafficFigures | null {
    const { resolved, details } = this.runs;
    if (!details.traffic || !resolved?.traffic) return null;
    return trafficFigures(resolved.chip, resolved.traffic, details.traffic);
  }

  /** The tenant of the selection, if any. */
  get selectedTenant(): number | null {
    const selection = this.selection;
    if (selection && 'tenant' in selection) return selection.tenant;
    if (selection?.kind !== 'core') return null;
    const tenant = this.placements.findIndex((tiles) => tiles.includes(selection.tile));
    return tenant < 0 ? null : tenant;
  }

  say(sentence: string): void {
    this.announcement = sentence;
  }
}
