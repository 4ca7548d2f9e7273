// The injecting half of a terminal (noc-model.md section 7): an unbounded queue of packets, one flit a cycle, a virtual channel
// chosen per packet in rotation among those with room. Who owns the source (a core) is told by signals when the tail of a
// message leaves and when its flits start or stop moving; nobody else needs to look at it every cycle.
import { clearBit, firstFrom, nextBit, setBit } from './bits';
import { KIND_MESSAGE, KIND_SYNTHETIC, SIGNAL_TAIL_LEFT, SIGNAL_WAKE } from './codes';
import {
  A_APART,
  H_TILES,
  H_WIDTH,
  K_BYTES,
  K_FLITS,
  K_KIND,
  K_MASK,
  K_TARGET,
  K_X,
  K_Y,
  NO_VC,
  PORTS,
  P_MOVED,
  P_PACKETS,
  P_PENDING,
  P_SOURCES,
  RING_ROWS,
  R_CHANNEL,
  R_KNOWN,
  S_INDEX,
  S_LAST,
  S_MOVING,
  S_OWNER,
  S_SENT,
  S_STRIDE,
  S_VC,
} from './layout';
import { handOn } from './link';
import { frontPacket, popPacket, pushPacket } from './packets';
import { awakeIn2, blockOf, byteOf, noteEffect, now, plane, ringRow, slotIn2, vcs, wakeTile } from './plane';

const INPUT: u32 = 4;
/** Put a packet behind the others of this source; its head may leave in the next inject phase. K_TARGET must be set. */
export function enqueue(plane: usize, source: usize, packet: usize): void {
  const target: u32 = load<u16>(packet, K_TARGET);
  const width = load<u32>(H_WIDTH);
  const y = target / width;
  store<u8>(packet, (target - y * width) as u8, K_X);
  store<u8>(packet, y as u8, K_Y);
  if (pushPacket(source, A_APART, packet)) {
    store<u32>(source, 0, S_SENT);
    if (load<u8>(packet, K_KIND) == KIND_MESSAGE) store<u8>(source, 1, S_MOVING);
    setBit(load<u32>(plane, P_PENDING), load<u32>(source, S_INDEX));
  }
  store<u32>(plane, load<u32>(plane, P_PACKETS) + 1, P_PACKETS);
  store<u32>(plane, 1, P_MOVED);
}

/** Phase 2 of a cycle: each source with a packet sends at most one flit. */
export function injectAll(reverse: bool): void {
  const pending: usize = load<u32>(plane, P_PENDING);
  const sources: usize = load<u32>(plane, P_SOURCES);
  const tiles = load<u32>(H_TILES);
  let moved: u32 = 0;
  for (let from: u32 = 0; from < tiles; from += 64) {
    let bits = load<u64>(pending + (from >> 3));
    while (bits != 0) {
      const bit = nextBit(bits, reverse);
      bits ^= (1 as u64) << (bit as u64);
      const source = sources + (from + bit) * S_STRIDE;
      moved |= sendFlit(source, from + bit, pending);
    }
  }
  if (moved != 0) noteEffect(2);
}

/** Send the next flit of the oldest packet if its channel has room. Returns 1 if one was sent. */
// @ts-ignore: decorator
@inline
function sendFlit(source: usize, tile: u32, pending: usize): u32 {
  const known = blockOf(tile) + byteOf(tile) + R_KNOWN;
  const packet = frontPacket(source);
  const sent = load<u32>(source, S_SENT);
  const vc = sent == 0 ? chooseChannel(source, known, packet) : load<u8>(source, S_VC);
  const free: u32 = vc == NO_VC ? 0 : load<u8>(known + vc * R_CHANNEL);
  const kind = load<u8>(packet, K_KIND);
  const isMessage = kind == KIND_MESSAGE;
  if (isMessage && (free != 0) != (load<u8>(source, S_MOVING) != 0)) {
    store<u8>(source, free != 0 ? 1 : 0, S_MOVING);
    signal(source, SIGNAL_WAKE);
  }
  if (free == 0) return 0;
  store<u8>(known + vc * R_CHANNEL, (free - 1) as u8);
  store<u8>(slotIn2 + (vc * RING_ROWS + INPUT) * ringRow + tile, 255);
  wakeTile(awakeIn2, tile);
  if (sent == 0) {
    store<u8>(source, vc as u8, S_VC);
    store<u8>(source, vc as u8, S_LAST);
    if (kind == KIND_SYNTHETIC) store<u32>(packet, now as u32, K_BYTES);
    handOn(tile, vc * PORTS + INPUT, packet);
  }
  const isTail = sent + 1 == load<u16>(packet, K_FLITS);
  store<u32>(source, isTail ? 0 : sent + 1, S_SENT);
  if (!isTail) return 1;
  if (popPacket(source, A_APART) == 0) clearBit(pending, tile);
  if (isMessage) signal(source, SIGNAL_TAIL_LEFT);
  return 1;
}

/** The first channel after the last one used, in rotation, that has room and that the packet may take. */
// @ts-ignore: decorator
@inline
function chooseChannel(source: usize, known: usize, packet: usize): u32 {
  let free: u32 = 0;
  for (let vc: u32 = 0; vc < vcs; vc++) free |= ((load<u8>(known + vc * R_CHANNEL) != 0) as u32) << vc;
  free &= load<u16>(packet, K_MASK);
  return free == 0 ? NO_VC : firstFrom(free, (load<u8>(source, S_LAST) + 1) as u8);
}

function signal(source: usize, what: u32): void {
  const owner: usize = load<u32>(source, S_OWNER);
  store<u8>(owner, load<u8>(owner) | what);
}
