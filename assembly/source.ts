// The injecting half of a terminal (noc-model.md section 7): an unbounded queue of packets, one flit a cycle, a virtual channel
// chosen per packet in rotation among those with room. Who owns the source (a core) is told by signals when the tail of a
// message leaves and when its flits start or stop moving; nobody else needs to look at it every cycle.
import { clearBit, firstFrom, nextBit, setBit, setBitIf } from './bits';
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
  MOST_AT_ONCE,
  NO_VC,
  PORTS,
  P_MOVED,
  P_PACKETS,
  P_PENDING,
  P_SOURCES,
  RING_ROWS,
  ROW,
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
import {
  awakeIn2,
  awakeIn3,
  awakeIn4,
  blockOf,
  byteOf,
  noteEffect,
  now,
  plane,
  restingIn1,
  restingIn2,
  restingNow,
  ringRow,
  slotIn2,
  slotIn3,
  slotNow,
  vcs,
  wakeIf,
} from './plane';

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

/** Phase 2 of a cycle, after all routers have received: each source with a packet sends at most one flit. */
export function injectAll(reverse: bool): void {
  const pending: usize = load<u32>(plane, P_PENDING);
  const sources: usize = load<u32>(plane, P_SOURCES);
  const tiles = load<u32>(H_TILES);
  let sent: u32 = 0;
  for (let from: u32 = 0; from < tiles; from += 64) {
    const word: usize = from >> 3;
    let bits = load<u64>(pending + word) & ~load<u64>(restingNow + word);
    store<u64>(restingNow + word, 0);
    while (bits != 0) {
      const bit = nextBit(bits, reverse);
      bits ^= (1 as u64) << (bit as u64);
      const source = sources + (from + bit) * S_STRIDE;
      sent = max(sent, sendAhead(source, from + bit, pending));
    }
  }
  if (sent != 0) noteEffect(sent + 1);
}

/**
 * Send the next flit of the oldest packet if its channel has room, and with it those of the next cycles for which it has room already: the
 * source rests in these. The tail is sent in its own cycle, for others see when it leaves. Returns how many.
 */
// @ts-ignore: decorator
@inline
function sendAhead(source: usize, tile: u32, pending: usize): u32 {
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
  const left = load<u16>(packet, K_FLITS) - sent;
  const count = min(min(free, MOST_AT_ONCE as u32), max(left - 1, 1));
  // no branches: how many go is hard to predict
  const isTwo = count > 1;
  const isThree = count > 2;
  const lane = (vc * RING_ROWS + INPUT) * ringRow + tile;
  store<u8>(known + vc * R_CHANNEL, (free - count) as u8);
  store<u8>(slotIn2 + lane, 255);
  store<u8>(slotIn3 + lane, (0 - (isTwo as u32)) as u8);
  store<u8>(slotNow + lane, (0 - (isThree as u32)) as u8);
  wakeIf(awakeIn2 + tile / ROW, true);
  wakeIf(awakeIn3 + tile / ROW, isTwo);
  wakeIf(awakeIn4 + tile / ROW, isThree);
  setBitIf(restingIn1, tile, isTwo);
  setBitIf(restingIn2, tile, isThree);
  if (sent == 0) {
    store<u8>(source, vc as u8, S_VC);
    store<u8>(source, vc as u8, S_LAST);
    if (kind == KIND_SYNTHETIC) store<u32>(packet, now as u32, K_BYTES);
    handOn(tile, vc * PORTS + INPUT, packet);
  }
  const isTail = left == 1;
  store<u32>(source, isTail ? 0 : sent + count, S_SENT);
  if (!isTail) return count;
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
