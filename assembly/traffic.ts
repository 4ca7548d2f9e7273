// Synthetic traffic and its statistics (noc-model.md section 18). Each node creates packets by Bernoulli trials: the cycles between two
// of them are drawn at once, from the geometric distribution, so a node that creates nothing costs nothing. Its unbounded
// queue needs no memory either: the packet behind the one in the network's source is made when that one has left, with the cycle
// in which it was created long ago. So at most as many packets exist as the network and its sources hold, and records come from a
// list of free ones.
import { bitsetBytes, count, setBit } from './bits';
import { KIND_SYNTHETIC, PATTERN_TABLE } from './codes';
import {
  DUE_SLOTS,
  F_ACCEPTED,
  F_BEHIND,
  F_BINS,
  F_BIN_SHIFT,
  F_DUE,
  F_END,
  F_FLITS,
  F_FLIT_HOPS,
  F_FREE,
  F_LAST,
  F_LATE,
  F_LATENCY,
  F_LINKS,
  F_LOG,
  F_MASKS,
  F_MEASURED,
  F_MOST,
  F_NETWORK_LATENCY,
  F_NODES,
  F_OPEN,
  F_PATTERN,
  F_PERIODS,
  F_POOL,
  F_POOL_SIZE,
  F_PROBABILITY,
  F_SEED,
  F_START,
  F_TARGETS,
  H_PLANES_AT,
  H_TILES,
  H_TRAFFIC_AT,
  K_BYTES,
  K_FLITS,
  K_KIND,
  K_MASK,
  K_NEXT,
  K_OWNER,
  K_SOURCE,
  K_STRIDE,
  K_TARGET,
  K_TIME,
  LATENCY_BINS,
  O_NEXT,
  O_RANDOM,
  O_STRIDE,
  PERIODS,
  P_PENDING,
  P_SOURCES,
  P_VCS,
  S_STRIDE,
} from './layout';
import { logarithm } from './logarithm';
import { wayLength } from './route';
import { enqueue } from './source';

/** Seed the nodes, draw their first packets and chain the free records. */
export function openTraffic(): void {
  const run: usize = load<u32>(H_TRAFFIC_AT);
  store<f64>(run, logarithm(1 - load<f64>(run, F_PROBABILITY)), F_LOG);
  const nodes: usize = load<u32>(run, F_NODES);
  let behind: u32 = 0;
  for (let tile: u32 = 0; tile < load<u32>(H_TILES); tile++) {
    const node = nodes + tile * O_STRIDE;
    store<u64>(node, scramble(((load<u32>(run, F_SEED) as u64) << 32) | (tile as u64)), O_RANDOM);
    store<u64>(node, gap(run, node) - 1, O_NEXT);
    lookAt(run, tile, load<u64>(node, O_NEXT), 0);
    if (load<u64>(node, O_NEXT) < load<u64>(run, F_END)) behind++;
  }
  store<u32>(run, behind, F_BEHIND);
  let record: usize = load<u32>(run, F_POOL);
  for (let i = load<u32>(run, F_POOL_SIZE); i != 0; i--, record += K_STRIDE) putBack(run, record);
}

/** Packets whose turn it is at their source join it; a head may leave in the cycle of its creation. */
export function createPackets(now: u64): void {
  const run: usize = load<u32>(H_TRAFFIC_AT);
  const tiles = load<u32>(H_TILES);
  const nodes: usize = load<u32>(run, F_NODES);
  const late: usize = load<u32>(run, F_LATE);
  const pending: usize = load<u32>(load<u32>(H_PLANES_AT), P_PENDING);
  const due = dueIn(run, now);
  for (let first: u32 = 0; first < tiles; first += 64) {
    const word: usize = first >> 3;
    let bits = load<u64>(due + word) | load<u64>(late + word);
    if (bits == 0) continue;
    // a source has one packet at a time
    const busy = load<u64>(pending + word);
    store<u64>(due + word, 0);
    store<u64>(late + word, bits & busy);
    for (bits &= ~busy; bits != 0; bits &= bits - 1) {
      const tile = first + (ctz<u64>(bits) as u32);
      const node = nodes + tile * O_STRIDE;
      if (load<u64>(node, O_NEXT) <= now) create(run, node, tile, now);
      lookAt(run, tile, load<u64>(node, O_NEXT), now);
    }
  }
}

/** Nodes to look at in a cycle. */
// @ts-ignore: decorator
@inline
function dueIn(run: usize, cycle: u64): usize {
  return load<u32>(run, F_DUE) + ((cycle as u32) & (DUE_SLOTS - 1)) * bitsetBytes(load<u32>(H_TILES));
}

/** Look at a node in `cycle`, or before if that is far; if it has passed, as soon as the source has room. */
function lookAt(run: usize, tile: u32, cycle: u64, now: u64): void {
  setBit(cycle <= now ? (load<u32>(run, F_LATE) as usize) : dueIn(run, min(cycle, now + DUE_SLOTS - 1)), tile);
}

/** The next packet of this node: its creation was drawn before, now it is at the head of the queue. */
function create(run: usize, node: usize, tile: u32, now: u64): void {
  const plane: usize = load<u32>(H_PLANES_AT);
  const packet: usize = load<u32>(run, F_FREE);
  const created = load<u64>(node, O_NEXT);
  const end = load<u64>(run, F_END);
  const measured = now >= load<u64>(run, F_START) && (now < end || created < end);
  store<u32>(run, load<u32>(packet, K_NEXT), F_FREE);
  store<u16>(packet, load<u16>(run, F_FLITS), K_FLITS);
  store<u8>(packet, KIND_SYNTHETIC as u8, K_KIND);
  store<u32>(packet, measured ? 1 : 0, K_OWNER);
  store<u16>(packet, tile as u16, K_SOURCE);
  const to = target(run, node, tile);
  store<u16>(packet, to as u16, K_TARGET);
  store<u16>(packet, mask(run, plane, tile, to) as u16, K_MASK);
  store<u64>(packet, created, K_TIME);
  store<u64>(node, created + gap(run, node), O_NEXT);
  if (measured) store<u32>(run, load<u32>(run, F_OPEN) + 1, F_OPEN);
  if (created < end && load<u64>(node, O_NEXT) >= end) store<u32>(run, load<u32>(run, F_BEHIND) - 1, F_BEHIND);
  enqueue(plane, load<u32>(plane, P_SOURCES) + tile * S_STRIDE, packet);
}

/** Fixed patterns are a table; uniform traffic draws one of all nodes, itself included. */
function target(run: usize, node: usize, tile: u32): u32 {
  if (load<u32>(run, F_PATTERN) == PATTERN_TABLE) return load<u16>(load<u32>(run, F_TARGETS) + (tile << 1));
  return (((random(node) >> 32) * (load<u32>(H_TILES) as u64)) >> 32) as u32;
}

/** Virtual channels that a packet may take: all, unless routes made by hand say less. */
function mask(run: usize, plane: usize, from: u32, to: u32): u32 {
  const masks: usize = load<u32>(run, F_MASKS);
  if (masks == 0) return ((1 as u32) << load<u32>(plane, P_VCS)) - 1;
  return load<u16>(masks + ((from * load<u32>(H_TILES) + to) << 1));
}

/** The tail of a packet has been consumed by its terminal. */
export function packetArrived(packet: usize, now: u64): void {
  const run: usize = load<u32>(H_TRAFFIC_AT);
  const flits: u64 = load<u16>(packet, K_FLITS);
  const links: u64 = wayLength(load<u16>(packet, K_SOURCE), packet);
  const latency = now - load<u64>(packet, K_TIME);
  const start = load<u64>(run, F_START);
  const end = load<u64>(run, F_END);
  add(run, F_FLIT_HOPS, flits * links);
  if (now >= start && now < end) {
    add(run, F_ACCEPTED, flits);
    let period = run + F_PERIODS;
    for (let passed = (now - start) * (PERIODS as u64); passed >= end - start; passed -= end - start) period += 16;
    add(period, 0, latency);
    count(period + 8);
  }
  if (load<u32>(packet, K_OWNER) != 0) {
    add(run, F_LATENCY, latency);
    add(run, F_NETWORK_LATENCY, now - (load<u32>(packet, K_BYTES) as u64));
    add(run, F_LINKS, links);
    count(run + F_MEASURED);
    if (latency > load<u64>(run, F_MOST)) store<u64>(run, latency, F_MOST);
    intoBin(run, latency);
    store<u32>(run, load<u32>(run, F_OPEN) - 1, F_OPEN);
  }
  putBack(run, packet);
}

/** Count a latency in its bin; bins double their width by merging pairs when one does not fit. */
function intoBin(run: usize, latency: u64): void {
  const bins: usize = load<u32>(run, F_BINS);
  while (latency >> (load<u32>(run, F_BIN_SHIFT) as u64) >= (LATENCY_BINS as u64)) {
    for (let i: usize = 0; i < ((LATENCY_BINS / 2) as usize); i++) {
      store<u32>(bins + (i << 2), load<u32>(bins + (i << 3)) + load<u32>(bins + (i << 3), 4));
    }
    memory.fill(bins + LATENCY_BINS * 2, 0, LATENCY_BINS * 2);
    store<u32>(run, load<u32>(run, F_BIN_SHIFT) + 1, F_BIN_SHIFT);
  }
  const bin = bins + (((latency >> (load<u32>(run, F_BIN_SHIFT) as u64)) as usize) << 2);
  store<u32>(bin, load<u32>(bin) + 1);
}

/** Over when every measured packet has arrived, or, past saturation, when the drain has taken as long as all before. */
export function trafficDone(now: u64): bool {
  const run: usize = load<u32>(H_TRAFFIC_AT);
  if (now + 1 < load<u64>(run, F_END)) return false;
  return (load<u32>(run, F_OPEN) | load<u32>(run, F_BEHIND)) == 0 || now + 1 >= load<u64>(run, F_LAST);
}

/**
 * The next cycle in which to look at a node, or in which the run may end; never, if every node has a packet that cannot enter. Asked when
 * nothing moves in the network: such a packet waits for others, and those for each other.
 */
export function trafficWake(now: u64): u64 {
  const run: usize = load<u32>(H_TRAFFIC_AT);
  const end = load<u64>(run, F_END) - 1;
  let next = now + 1;
  if (!anyIn(load<u32>(run, F_LATE))) {
    while (next < now + DUE_SLOTS && !anyIn(dueIn(run, next))) next++;
    if (next == now + DUE_SLOTS) return u64.MAX_VALUE;
  }
  return max(min(next, end > now ? end : load<u64>(run, F_LAST) - 1), now + 1);
}

/** Is any of these nodes without a packet in its source? */
function anyIn(bitset: usize): bool {
  const tiles = load<u32>(H_TILES);
  const pending: usize = load<u32>(load<u32>(H_PLANES_AT), P_PENDING);
  for (let word: usize = 0; word << 3 < (tiles as usize); word += 8) {
    if ((load<u64>(bitset + word) & ~load<u64>(pending + word)) != 0) return true;
  }
  return false;
}

/** Add the sums and the nodes to a digest. */
export function mixTraffic(hash: u64): u64 {
  const run: usize = load<u32>(H_TRAFFIC_AT);
  for (let field: usize = F_MEASURED; field < (F_BINS as usize); field += 8) hash = scramble(hash ^ load<u64>(run + field));
  let node: usize = load<u32>(run, F_NODES);
  for (let tile: u32 = 0; tile < load<u32>(H_TILES); tile++, node += O_STRIDE) {
    hash = scramble(hash ^ load<u64>(node, O_RANDOM) ^ load<u64>(node, O_NEXT));
  }
  return hash;
}

function putBack(run: usize, packet: usize): void {
  store<u32>(packet, load<u32>(run, F_FREE), K_NEXT);
  store<u32>(run, packet as u32, F_FREE);
}

function add(base: usize, field: usize, value: u64): void {
  store<u64>(base + field, load<u64>(base + field) + value);
}

/** Cycles to the next success of a Bernoulli trial per cycle: geometric, at least 1. */
function gap(run: usize, node: usize): u64 {
  const uniform = ((random(node) >> 11) + 1) as f64 * (1.0 / 9007199254740992.0); // (0, 1], 53 bits
  return 1 + (min(logarithm(uniform) / load<f64>(run, F_LOG), 4e18) as u64);
}

/** The next 64 random bits of a node: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Each node has its own stream. */
function random(node: usize): u64 {
  const state = load<u64>(node, O_RANDOM) + 0x9e3779b97f4a7c15;
  store<u64>(node, state, O_RANDOM);
  return scramble(state);
}

function scramble(z: u64): u64 {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}
