/**
 * Bytes that a compilation moves, counted from the shares of its stages. Unique: every parameter once, and every activation that
 * leaves a core (between stages or to and from memory) once. Replicated: all that is moved again: weights that several cores load,
 * halos and inputs that several cores need, and tensors that pass through a stage. Resident weights count once.
 */
import type { Compilation } from '../model/plan.ts';
import { NETWORK_INPUT, bytesPerChannel, tensorOf, type Graph } from './graph.ts';
import { area, channelsOf } from './rect.ts';
import type { Share } from './split.ts';
import type { Transfer } from './transfers.ts';

export function trafficOf(
  graph: Graph,
  stages: readonly (readonly Share[])[],
  transfers: readonly Transfer[],
): Compilation['traffic'] {
  let uniqueWeightBytes = 0;
  let weightBytes = 0;
  graph.layers.forEach((layer, l) => {
    if (layer.weightElements === 0) return;
    uniqueWeightBytes += layer.weightElements + layer.biasElements;
    for (const shares of stages) {
      for (const { computes } of shares) {
        const slice = computes.get(l);
        if (slice !== undefined && area(slice) > 0) weightBytes += channelsOf(slice) * bytesPerChannel(layer);
      }
    }
  });
  const [input, output] = [NETWORK_INPUT, graph.layers.length - 1];
  const moved = new Set([input, output, ...transfers.map(({ tensor }) => tensor)]);
  const unique = [...moved].reduce(
    (sum, tensor) => sum + tensorOf(graph, tensor).rows * tensorOf(graph, tensor).channels,
    0,
  );
  const loaded = stages[0].reduce((sum, { holds }) => sum + (holds.has(input) ? area(holds.get(input)!) : 0), 0);
  const stored = stages[stages.length - 1].reduce(
    (sum, { passes }) => sum + (passes.has(output) ? area(passes.get(output)!) : 0),
    0,
  );
  const bytes = transfers.reduce((sum, transfer) => sum + transfer.bytes, loaded + stored);
  return {
    uniqueWeightBytes,
    replicatedWeightBytes: weightBytes - uniqueWeightBytes,
    uniqueActivationBytes: unique,
    replicatedActivationBytes: bytes - unique,
  };
}
