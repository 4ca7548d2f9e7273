/**
 * Fits the work of one core into its scratchpad: a reserved zone, landing slots, activations, and weights that are either resident
 * or streamed through two tile buffers. What is left over goes to second buffers for inputs and results, so that a message may arrive
 * while the last one is still in use. There is no spilling of activations to memory.
 */
import type { Chip } from '../model/chip.ts';
import { placeValues, type Placement } from './arena.ts';
import { bytesPerChannel, type Graph } from './graph.ts';
import { channelsOf, rowsOf } from './rect.ts';
import type { Share, StageShape } from './split.ts';
import { pickTiling, type Tiling, type Tilings } from './tiles.ts';
import { valuesOf, type CoreValues, type Value } from './values.ts';

export interface Fit {
  readonly values: CoreValues;
  readonly placement: Placement;
  /** Offsets of the second buffers behind the activations, by value. */
  readonly seconds: ReadonlyMap<number, number>;
  readonly activationBytes: number;
  /** All weights of the core stay; otherwise they pass through two buffers of `tileBytes`. */
  readonly resident: boolean;
  readonly tileBytes: number;
  readonly weightBytes: number;
  /** How the weights of each operator are cut, by operator. */
  readonly tilings: ReadonlyMap<number, Tiling>;
}

/** Why a core's work does not fit: bytes it needs at least. */
export interface Misfit {
  readonly layer: number;
  readonly neededBytes: number;
}

export interface FitRequest {
  readonly graph: Graph;
  readonly chip: Chip;
  readonly shape: StageShape;
  readonly share: Share;
  readonly landingBytes: number;
  readonly weights: 'auto' | 'stream';
  readonly tilings: Tilings;
}

/** Bytes of scratchpad that programs may use. */
const usableBytes = ({ chip, landingBytes }: FitRequest): number =>
  chip.scratchpadBytes - chip.reservedBytes - landingBytes;

export function fitCore(request: FitRequest): Fit | Misfit {
  const values = valuesOf(request.graph, request.shape, request.share);
  const placement = placeValues(values.values);
  const room = usableBytes(request) - placement.bytes;
  if (room < 0) return { layer: largestLayer(request, values), neededBytes: placement.bytes };
  const weights = fitWeights(request, room);
  if ('layer' in weights) return { layer: weights.layer, neededBytes: placement.bytes + weights.neededBytes };
  return { values, placement, ...weights, seconds: new Map(), activationBytes: placement.bytes };
}

type WeightFit = Pick<Fit, 'resident' | 'tileBytes' | 'weightBytes' | 'tilings'>;

function fitWeights(request: FitRequest, room: number): WeightFit | Misfit {
  const { graph, shape, share, tilings } = request;
  const options = new Map<number, readonly Tiling[]>();
  let weightBytes = 0;
  for (let l = shape.first; l <= shape.last; l++) {
    const layer = graph.layers[l];
    if (layer.weightElements === 0) continue;
    const slice = share.computes.get(l)!;
    weightBytes += channelsOf(slice) * bytesPerChannel(layer);
    options.set(l, tilings.of(layer, rowsOf(slice), channelsOf(slice)));
  }
  const resident = request.weights === 'auto' && weightBytes <= room;
  return resident ? allResident(options, weightBytes) : streamed(options, weightBytes, Math.floor(room / 2));
}

function allResident(options: ReadonlyMap<number, readonly Tiling[]>, weightBytes: number): WeightFit {
  const tilings = new Map([...options].map(([layer, list]) => [layer, list[list.length - 1]]));
  return { resident: true, tileBytes: 0, weightBytes, tilings };
}

function streamed(
  options: ReadonlyMap<number, readonly Tiling[]>,
  weightBytes: number,
  half: number,
): WeightFit | Misfit {
  const picks = new Map<number, Tiling>();
  let tileBytes = 0;
  for (const [layer, list] of options) {
    const pick = pickTiling(list, half);
    if (pick === undefined) return { layer, neededBytes: 2 * list[0].bytes };
    picks.set(layer, pick);
    tileBytes = Math.max(tileBytes, pick.bytes);
  }
  return { resident: false, tileBytes, weightBytes, tilings: picks };
}

/** The operator whose phase holds the most bytes. */
function largestLayer({ shape }: FitRequest, { values }: CoreValues): number {
  let worst = shape.first;
  let most = -1;
  for (let l = shape.first; l <= shape.last; l++) {
    const phase = l - shape.first + 1;
    const bytes = values.reduce(
      (sum, value) => (value.from <= phase && phase <= value.to ? sum + value.bytes : sum),
      0,
    );
    if (bytes > most) [worst, most] = [l, bytes];
  }
  return worst;
}

/**
 * Give inputs, then results too, a second buffer each where there is room: both buffers then keep their addresses for the whole
 * iteration. Weights keep what they have.
 */
export function withSecondBuffers(request: FitRequest, fit: Fit): Fit {
  const room = usableBytes(request) - (fit.resident ? fit.weightBytes : 2 * fit.tileBytes);
  const end = request.shape.last - request.shape.first + 2;
  let best = fit;
  for (const roles of [['input'], ['input', 'output']] as Value['role'][][]) {
    const values = fit.values.values.map((value) =>
      roles.includes(value.role) ? { ...value, from: 0, to: end } : value,
    );
    const placement = placeValues(values);
    const seconds = new Map<number, number>();
    let activationBytes = placement.bytes;
    values.forEach((value, index) => {
      if (!roles.includes(value.role)) return;
      seconds.set(index, activationBytes);
      activationBytes += value.bytes;
    });
    if (activationBytes <= room) best = { ...fit, placement, seconds, activationBytes };
  }
  return best;
}
