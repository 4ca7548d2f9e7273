/**
 * A frame: the counters that the page needs about 60 times a second, in one buffer that travels to and fro between page and
 * worker. Counters are cumulative, per tile modulo 2^32: a reader takes differences with `>>> 0`. 21.5 KB at 16 x 16 tiles with
 * four tenants, and at most 10 KB of flits in motion behind it.
 */
import { CAUSES } from '../model/causes.ts';
import type { FlitInMotion, Outcome, Presence, TenantStatus } from './snapshot.ts';

const HEAD = 8;
const TENANT = 24;
const MOST_FLITS = 1280;
const OUTCOMES: readonly (Outcome | 'paused')[] = ['running', 'done', 'deadlock', 'paused'];
const STATUSES: readonly TenantStatus[] = ['running', 'done', 'fault', 'deadlock', 'departed'];
const PRESENCES: readonly Presence[] = ['awaited', 'waiting', 'there', 'gone'];
/** Cause of a tile that no tenant uses. */
export const NO_CORE = 255;

export interface FrameTenant {
  status: TenantStatus;
  iterationsDone: number;
  /** Measured so far as in the report; 0 while unknown. */
  cyclesPerIteration: number;
  /** Cycle from which iterations are measured: the pipeline is full; 0 while unknown. */
  measuredFrom: number;
  /** Cycle in which the last finished iteration ended. */
  lastEnd: number;
  /** Core-cycles per cause over all tiles, cumulative. */
  causes: Float64Array;
  hits: number;
  misses: number;
  walkReads: number;
  translationStall: number;
  interferenceCycles: number;
  /** Moves that have brought its cores to other tiles. */
  stays: number;
  presence: Presence;
}

export const frameBytes = (tiles: number, tenants: number): number =>
  (HEAD + tenants * TENANT) * 8 + tiles * (CAUSES.length + 8) * 4 + MOST_FLITS * 8 + Math.ceil(tiles / 8) * 8;

/** Read and write access to one frame buffer of `frameBytes(tiles, tenants)` bytes. */
export class Frame {
  private readonly head: Float64Array;
  private readonly tenantWords: Float64Array;
  /** Cycles per cause, [tile * 12 + cause], modulo 2^32. */
  readonly tileCauses: Uint32Array;
  /** Flits over the link of an output port summed over planes, [tile * 4 + port], modulo 2^32. */
  readonly linkFlits: Uint32Array;
  /** Blocked cycles, the same way. */
  readonly linkBlocked: Uint32Array;
  private readonly flitWords: Uint16Array;
  /** Cause of the last cycle per tile, or NO_CORE. */
  readonly tileCause: Uint8Array;

  constructor(
    readonly buffer: ArrayBuffer,
    readonly tiles: number,
    readonly tenants: number,
  ) {
    let at = 0;
    const take = (bytes: number): number => (at += bytes) - bytes;
    this.head = new Float64Array(buffer, take(HEAD * 8), HEAD);
    this.tenantWords = new Float64Array(buffer, take(tenants * TENANT * 8), tenants * TENANT);
    this.tileCauses = new Uint32Array(buffer, take(tiles * CAUSES.length * 4), tiles * CAUSES.length);
    this.linkFlits = new Uint32Array(buffer, take(tiles * 16), tiles * 4);
    this.linkBlocked = new Uint32Array(buffer, take(tiles * 16), tiles * 4);
    this.flitWords = new Uint16Array(buffer, take(MOST_FLITS * 8), MOST_FLITS * 4);
    this.tileCause = new Uint8Array(buffer, take(tiles), tiles);
  }

  get cycle(): number {
    return this.head[0];
  }
  get outcome(): Outcome | 'paused' {
    return OUTCOMES[this.head[1]];
  }
  /** Simulated cycles per second of wall time, measured. */
  get cyclesPerSecond(): number {
    return this.head[2];
  }
  /** Cycles per second aimed at; Infinity is flat out. */
  get pace(): number {
    return this.head[3];
  }
  /** On the way to where the picture shall begin, or to a miss: flat out, whatever the pace. */
  get hurried(): boolean {
    return this.head[4] === 1;
  }

  setHead(
    cycle: number,
    outcome: Outcome | 'paused',
    cyclesPerSecond: number,
    pace: number,
    hurried: boolean = false,
  ): void {
    this.head[0] = cycle;
    this.head[1] = OUTCOMES.indexOf(outcome);
    this.head[2] = cyclesPerSecond;
    this.head[3] = pace;
    this.head[4] = Number(hurried);
  }

  tenant(index: number): FrameTenant {
    const words = this.tenantWords.subarray(index * TENANT, (index + 1) * TENANT);
    return {
      status: STATUSES[words[0]],
      iterationsDone: words[1],
      cyclesPerIteration: words[2],
      lastEnd: words[3],
      hits: words[4],
      misses: words[5],
      walkReads: words[6],
      translationStall: words[7],
      interferenceCycles: words[8],
      measuredFrom: words[9],
      stays: words[10 + CAUSES.length],
      presence: PRESENCES[words[11 + CAUSES.length]],
      causes: words.subarray(10, 10 + CAUSES.length),
    };
  }

  setTenant(index: number, tenant: Omit<FrameTenant, 'causes'>, causes: ArrayLike<number>): void {
    const words = this.tenantWords.subarray(index * TENANT, (index + 1) * TENANT);
    words[0] = STATUSES.indexOf(tenant.status);
    words[1] = tenant.iterationsDone;
    words[2] = tenant.cyclesPerIteration;
    words[3] = tenant.lastEnd;
    words[4] = tenant.hits;
    words[5] = tenant.misses;
    words[6] = tenant.walkReads;
    words[7] = tenant.translationStall;
    words[8] = tenant.interferenceCycles;
    words[9] = tenant.measuredFrom;
    words.set(causes, 10);
    words[10 + CAUSES.length] = tenant.stays;
    words[11 + CAUSES.length] = PRESENCES.indexOf(tenant.presence);
  }

  flits(): FlitInMotion[] {
    return Array.from({ length: this.head[6] }, (_, i) => {
      const [tile, link, tenant] = this.flitWords.subarray(i * 4, i * 4 + 3);
      return { tile, plane: link >> 8, port: (link >> 4) & 15, age: link & 15, tenant };
    });
  }

  /** Flits beyond what fits are left out: at 1,280 dots a picture says no more. */
  setFlits(flits: readonly FlitInMotion[]): void {
    const count = Math.min(flits.length, MOST_FLITS);
    this.head[6] = count;
    for (let i = 0; i < count; i++) {
      const { tile, plane, port, age, tenant } = flits[i];
      this.flitWords.set([tile, (plane << 8) | (port << 4) | age, tenant, 0], i * 4);
    }
  }
}
