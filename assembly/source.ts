// The injecting half of a terminal (noc-model.md section 7): an unbounded queue of packets, one flit a cycle, a virtual channel
// chosen per packet in rotation among those with room. Who owns the source (a core) is told by signals when the tail of a
// message leaves and when its flits start or stop moving; nobody else needs to look at it every cycle.
import { clearBit, nextBit, setBit } from './bits';
import { KIND_MESSAGE, SIGNAL_TAIL_LEFT, SIGNAL_WAKE } from './codes';
import {
  GROUP,
  H_WIDTH,
  K_FLITS,
  K_KIND,
  K_MASK,
  K_NEXT,
  K_TARGET,
  K_X,
  K_Y,
  LANES_PER_VC,
  L_FREE,
  L_RING,
  P_MOVED,
  P_PACKETS,
  P_PENDING,
  P_SOURCES,
  S_HEAD,
  S_INDEX,
  S_LAST,
  S_MOVING,
  S_OWNER,
  S_ROUTER,
  S_SENT,
  S_STRIDE,
  S_TAIL,
  S_VC,
} from './layout';
import { handOn } from './link';
import { awakeIn2, noteMove, placeOf, plane, slotIn2, vcs } from './plane';

const NO_VC: u32 = 255;
// what a source knows of its channel's buffer in the router stands beside the output channels, at the port opposite to the terminal
const INPUT: u32 = 4;
const KNOWN: u32 = 5;

/** Put a packet behind the others of this source; its head may leave in the next inject phase. K_TARGET must be set. */
export function enqueue(plane: usize, source: usize, packet: usize): void {
  const target: u32 = load<u16>(packet, K_TARGET);
  const width = load<u32>(H_WIDTH);
  store<u8>(packet, (target % width) as u8, K_X);
  store<u8>(packet, (target / width) as u8, K_Y);
  store<u32>(packet, 0, K_NEXT);
  const tail: usize = load<u32>(source, S_TAIL);
  if (tail != 0) {
    store<u32>(tail, packet as u32, K_NEXT);
  } else {
    store<u32>(source, packet as u32, S_HEAD);
    store<u32>(source, 0, S_SENT);
    if (load<u8>(packet, K_KIND) == KIND_MESSAGE) store<u8>(source, 1, S_MOVING);
    setBit(load<u32>(plane, P_PENDING), load<u32>(source, S_INDEX));
  }
  store<u32>(source, packet as u32, S_TAIL);
  store<u32>(plane, load<u32>(plane, P_PACKETS) + 1, P_PACKETS);
  store<u32>(plane, 1, P_MOVED);
}

/** Phase 2 of a cycle: each source of the group with a packet sends at most one flit. */
export function injectGroup(group: u32, reverse: bool): void {
  const pending: usize = load<u32>(plane, P_PENDING);
  let bits = load<u64>(pending + (group << 3));
  if (bits == 0) return;
  const sources: usize = load<u32>(plane, P_SOURCES);
  let moved: u32 = 0;
  while (bits != 0) {
    const bit = nextBit(bits, reverse);
    bits ^= (1 as u64) << (bit as u64);
    const source = sources + (group * GROUP + bit) * S_STRIDE;
    moved |= sendFlit(source);
    if (load<u32>(source, S_HEAD) == 0) clearBit(pending, group * GROUP + bit);
  }
  if (moved != 0) noteMove();
}

/** Send the next flit of the oldest packet if its channel has room. Returns 1 if one was sent. */
function sendFlit(source: usize): u32 {
  const router: usize = load<u32>(source, S_ROUTER);
  const packet: usize = load<u32>(source, S_HEAD);
  const sent = load<u32>(source, S_SENT);
  const vc = sent == 0 ? chooseChannel(source, router, packet) : load<u8>(source, S_VC);
  const known = router + placeOf(vc * LANES_PER_VC + KNOWN);
  const free: u32 = vc == NO_VC ? 0 : load<u8>(known, L_FREE);
  const isMessage = load<u8>(packet, K_KIND) == KIND_MESSAGE;
  if (isMessage && (free != 0) != (load<u8>(source, S_MOVING) != 0)) {
    store<u8>(source, free != 0 ? 1 : 0, S_MOVING);
    signal(source, SIGNAL_WAKE);
  }
  if (free == 0) return 0;
  const lane = vc * LANES_PER_VC + INPUT;
  store<u8>(known, free - 1, L_FREE);
  store<u8>(router + placeOf(lane) + slotIn2, 1, L_RING);
  store<u8>(awakeIn2 + load<u32>(source, S_INDEX), 128);
  if (sent == 0) {
    store<u8>(source, vc as u8, S_VC);
    store<u8>(source, vc as u8, S_LAST);
    handOn(router, lane, packet);
  }
  if (sent + 1 == load<u16>(packet, K_FLITS)) nextPacket(source, packet, isMessage);
  else store<u32>(source, sent + 1, S_SENT);
  return 1;
}

/** The first channel after the last one used, in rotation, that has room and that the packet may take. */
function chooseChannel(source: usize, router: usize, packet: usize): u32 {
  const mask: u32 = load<u16>(packet, K_MASK);
  let vc: u32 = load<u8>(source, S_LAST);
  for (let tries: u32 = 0; tries < vcs; tries++) {
    vc = vc + 1 >= vcs ? 0 : vc + 1;
    if (((mask >> vc) & 1) != 0 && load<u8>(router + placeOf(vc * LANES_PER_VC + KNOWN), L_FREE) != 0) return vc;
  }
  return NO_VC;
}

function nextPacket(source: usize, packet: usize, isMessage: bool): void {
  const next = load<u32>(packet, K_NEXT);
  store<u32>(source, next, S_HEAD);
  store<u32>(source, 0, S_SENT);
  if (next == 0) store<u32>(source, 0, S_TAIL);
  if (isMessage) signal(source, SIGNAL_TAIL_LEFT);
}

function signal(source: usize, what: u32): void {
  const owner: usize = load<u32>(source, S_OWNER);
  store<u8>(owner, load<u8>(owner) | what);
}
