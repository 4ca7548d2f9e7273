// Simulated annealing (Kirkpatrick 1983) of the placement that stands: a node moves beside one of its partners or beside any chosen
// core, and changes places with the node that is there. Where cores must hang together a move that tears them is undone.
import { SCALE, SEED, THRESHOLDS, THRESHOLD_AT } from './layout';
import { arcNode, arcStart, arcWeight, chosenNeighbours, edgeCost, get, hops, insertion } from './problem';
import { links, nodeCost, nodes, section } from './problem';
import { random, seedRandom } from './random';
import { finish, owner, place, shift, stillWhole } from './standing';

const STAGES: i32 = 64;

export function openAnneal(): void {
  seedRandom(load<u32>(SEED));
}

/** Anneal over so many moves. Temperatures in per cent of what one stretched edge costs. */
export function annealFor(moves: i32, hot: i32, cold: i32): void {
  const scale = (load<i32>(SCALE) as i64) << 16;
  for (let stage = 0; stage < STAGES; stage++) {
    const temperature = (scale * (hot * (STAGES - stage) + cold * stage)) / (100 * STAGES);
    for (let i = moves / STAGES; i > 0; i--) tryMove(temperature);
  }
}

/** @param temperature in 1/65536 of a cost */
function tryMove(temperature: i64): void {
  const u = random(nodes);
  const from = get(place, u);
  const to = target(u);
  if (to < 0 || to == from) return;
  const x = get(owner, to);
  const delta = x >= 0 ? swapDelta(u, from, x, to) : moveDelta(u, from, to);
  if (delta > 0) {
    const threshold = get(section(THRESHOLD_AT), random(THRESHOLDS)) as i64;
    if (((delta as i64) << 32) > temperature * threshold) return;
  }
  shift(u, from, x, to);
  if (x < 0 && !stillWhole(from, to)) return shift(u, to, x, from);
  finish(delta);
}

/** A core beside one of the node's partners, or beside any chosen core. */
function target(u: i32): i32 {
  const start = get(arcStart, u);
  const count = get(arcStart, u + 1) - start;
  const beside = count > 0 && random(4) != 0 ? get(arcNode, start + random(count)) : random(nodes);
  return get(links, get(place, beside) * 4 + random(4));
}

function edgesAt(u: i32, core: i32, without: i32): i32 {
  let sum = nodeCost(u, core);
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    const v = get(arcNode, arc);
    if (v != without) sum += edgeCost(get(arcWeight, arc), hops(core, get(place, v)));
  }
  return sum;
}

function swapDelta(u: i32, from: i32, x: i32, to: i32): i32 {
  return edgesAt(u, to, x) - edgesAt(u, from, x) + edgesAt(x, from, u) - edgesAt(x, to, u);
}

function moveDelta(u: i32, from: i32, to: i32): i32 {
  const neighbours = chosenNeighbours(owner, to) - (hops(from, to) == 1 ? 1 : 0) - chosenNeighbours(owner, from);
  return edgesAt(u, to, -1) - edgesAt(u, from, -1) + neighbours * insertion;
}
