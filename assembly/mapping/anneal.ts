// Simulated annealing (Kirkpatrick 1983) of the placement that stands: a node moves beside one of its partners or beside any chosen
// core, and changes places with the node that is there; or it pushes a whole line of nodes on by one core (an ejection chain, Glover
// 1996). Where cores must hang together a move that tears them is undone.
import { costAt, followMove, openCosts, savedBetween } from './costs';
import { SCALE, SEED, THRESHOLDS, THRESHOLD_AT } from './layout';
import { arcNode, arcStart, arcWeight, chosenNeighbours, edgeCost, flat, get, hops, insertion } from './problem';
import { links, nodeCost, nodes, section, set } from './problem';
import { random, seedRandom } from './random';
import { finish, isWhole, owner, place, shift, stillWhole } from './standing';

const STAGES: i32 = 64;
/** Of so many moves one is a push. */
const PUSH: i32 = 256;
/** Of so many moves of a node one goes beside any chosen core, not beside a partner. */
const ELSEWHERE: i32 = 64;
/** Of so many times that chance falls on a node with all its partners beside it that node is moved once. */
const CONTENT: i32 = 16;
/** Lines that a push moves at most. */
const MOST_LINES: i32 = 8;

let chain: usize = 0; // nodes that a push moves, the first one first
let pushed: usize = 0; // of each node: the last push that moved it
let stamp: i32 = 0;

export function reserveAnneal(at: usize, nodes: i32): usize {
  chain = at;
  pushed = chain + ((nodes as usize) << 2);
  return pushed + ((nodes as usize) << 2);
}

export function openAnneal(): void {
  seedRandom(load<u32>(SEED));
  memory.fill(pushed, 0, (nodes as usize) << 2);
  stamp = 0;
}

/** Anneal over so many moves. Temperatures in per cent of what one stretched edge costs. */
export function annealFor(moves: i32, hot: i32, cold: i32): void {
  if (flat) openCosts(place);
  const scale = (load<i32>(SCALE) as i64) << 16;
  for (let stage = 0; stage < STAGES; stage++) {
    const temperature = (scale * (hot * (STAGES - stage) + cold * stage)) / (100 * STAGES);
    for (let i = moves / STAGES; i > 0; i--) {
      if (random(PUSH) == 0) tryPush(temperature);
      else tryMove(temperature);
    }
  }
}

/** Is a change by so much taken? @param temperature in 1/65536 of a cost */
function accepts(delta: i32, temperature: i64): bool {
  if (delta <= 0) return true;
  const threshold = get(section(THRESHOLD_AT), random(THRESHOLDS)) as i64;
  return ((delta as i64) << 32) <= temperature * threshold;
}

function tryMove(temperature: i64): void {
  const u = restless();
  const from = get(place, u);
  const to = target(u);
  if (to < 0 || to == from) return;
  const x = get(owner, to);
  const delta = x >= 0 ? swapDelta(u, from, x, to) : moveDelta(u, from, to);
  if (!accepts(delta, temperature)) return;
  shift(u, from, x, to);
  if (x < 0 && !stillWhole(from, to)) return shift(u, to, x, from);
  if (flat) followMove(u, from, to);
  if (flat && x >= 0) followMove(x, to, from);
  finish(delta);
}

/** Any node, but seldom one that has nothing to gain. */
function restless(): i32 {
  let u = random(nodes);
  while (isContent(u) && random(CONTENT) != 0) u = random(nodes);
  return u;
}

/** Has a node all its partners beside it? */
function isContent(u: i32): bool {
  const core = get(place, u);
  if (flat) return costAt(u, core) == 0;
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    if (hops(core, get(place, get(arcNode, arc))) > 1) return false;
  }
  return true;
}

/** A core beside one of the node's partners, or beside any chosen core: a free one if there is one, which is taken far more often. */
function target(u: i32): i32 {
  const start = get(arcStart, u);
  const count = get(arcStart, u + 1) - start;
  const beside = count > 0 && random(ELSEWHERE) != 0 ? get(arcNode, start + random(count)) : random(nodes);
  const around = links + ((get(place, beside) as usize) << 4);
  const way = random(4);
  for (let k = 0; k < 4; k++) {
    const to = get(around, (way + k) & 3);
    if (to >= 0 && get(owner, to) < 0) return to;
  }
  return get(around, way);
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
  if (flat) {
    const kept = hops(from, to) == 1 ? 2 * savedBetween(u, x) : 0; // each of them counts on the other where it is no more
    return costAt(u, to) - costAt(u, from) + costAt(x, from) - costAt(x, to) - kept;
  }
  return edgesAt(u, to, x) - edgesAt(u, from, x) + edgesAt(x, from, u) - edgesAt(x, to, u);
}

function moveDelta(u: i32, from: i32, to: i32): i32 {
  const edges = flat ? costAt(u, to) - costAt(u, from) : edgesAt(u, to, -1) - edgesAt(u, from, -1);
  return edges + neighbourDelta(from, to);
}

/** What unasked neighbours cost more once `to` is chosen and `from` is not. */
function neighbourDelta(from: i32, to: i32): i32 {
  return insertion * (chosenNeighbours(owner, to) - (hops(from, to) == 1 ? 1 : 0) - chosenNeighbours(owner, from));
}

/**
 * A node and all that stand behind it in a straight line move on by one core, and with them the lines beside it, as many as chance
 * has it: a part of the request gives way to a hole in the chip without coming apart.
 */
function tryPush(temperature: i64): void {
  const direction = random(4);
  const beside = (direction ^ 2) ^ random(2);
  let from = get(place, random(nodes));
  let delta = 0;
  let length = 0;
  stamp++;
  for (let more = 1 + random(MOST_LINES); more > 0 && from >= 0; more--) {
    const chain = chainFrom(from, direction, length);
    if (chain > length) {
      delta += push(length, chain, direction);
      length = chain;
    }
    from = get(links, from * 4 + beside);
  }
  if (length == 0) return;
  if (!accepts(delta, temperature) || !isWhole()) return pullBack(length, direction ^ 1);
  if (flat) followPush(length, direction ^ 1);
  finish(delta);
}

function followPush(length: i32, back: i32): void {
  for (let i = 0; i < length; i++) {
    const u = get(chain, i);
    const to = get(place, u);
    followMove(u, get(links, to * 4 + back), to);
  }
}

/** Gather the line that begins at a core; returns its end in the chain, `at` if it is empty or ends at a wall. */
function chainFrom(from: i32, direction: i32, at: i32): i32 {
  let end = at;
  let core = from;
  for (let u = get(owner, core); u >= 0; u = get(owner, core)) {
    core = get(links, core * 4 + direction);
    if (core < 0) return at;
    set(chain, end++, u);
  }
  return end;
}

/** Move a line on; returns what that costs. Edges within it keep their lengths. */
function push(start: i32, end: i32, direction: i32): i32 {
  const from = get(place, get(chain, start));
  const last = get(place, get(chain, end - 1));
  let delta = neighbourDelta(from, get(links, last * 4 + direction));
  stamp++;
  for (let i = start; i < end; i++) set(pushed, get(chain, i), stamp);
  for (let i = end - 1; i >= start; i--) {
    const u = get(chain, i);
    const core = get(place, u);
    const to = get(links, core * 4 + direction);
    delta += edgesBeyond(u, to) - edgesBeyond(u, core);
    shift(u, core, -1, to);
  }
  return delta;
}

/** Cost of a node on a core, without its edges to nodes that move with it. */
function edgesBeyond(u: i32, core: i32): i32 {
  let sum = nodeCost(u, core);
  for (let arc = get(arcStart, u), end = get(arcStart, u + 1); arc < end; arc++) {
    const v = get(arcNode, arc);
    if (get(pushed, v) != stamp) sum += edgeCost(get(arcWeight, arc), hops(core, get(place, v)));
  }
  return sum;
}

/** Undo all that was pushed, last line first. */
function pullBack(length: i32, back: i32): void {
  for (let i = 0; i < length; i++) {
    const u = get(chain, i);
    const core = get(place, u);
    shift(u, core, -1, get(links, core * 4 + back));
  }
}
