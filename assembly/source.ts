// The injecting half of a terminal (noc-model.md section 7): an unbounded queue of packets, one flit a cycle, a virtual channel
// chosen per packet in rotation among those with room. Who owns the source (a core) is told by signals when the tail of a
// message leaves and when its flits start or stop moving; nobody else needs to look at it every cycle.
import { clearBit, nextBit, setBit } from './bits';
import { flitIn2 } from './link';
import { KIND_MESSAGE, SIGNAL_TAIL_LEFT, SIGNAL_WAKE } from './codes';
import {
  FLIT_TAIL,
  K_FLITS,
  K_KIND,
  K_MASK,
  K_NEXT,
  K_X,
  K_Y,
  K_TARGET,
  H_WIDTH,
  L_STRIDE,
  P_MOVED,
  P_PACKETS,
  P_PENDING,
  P_SOURCES,
  P_VCS,
  P_WORDS,
  S_FREE,
  S_HEAD,
  S_INDEX,
  S_LANES,
  S_LAST,
  S_MOVING,
  S_OWNER,
  S_SENT,
  S_STRIDE,
  S_TAIL,
  S_VC,
} from './layout';

const NO_VC: u32 = 255;

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

/** Phase 2 of a cycle: each source with a packet sends at most one flit. */
export function inject(plane: usize, reverse: bool): void {
  const sources: usize = load<u32>(plane, P_SOURCES);
  const pending: usize = load<u32>(plane, P_PENDING);
  const words = load<u32>(plane, P_WORDS);
  const vcs = load<u32>(plane, P_VCS);
  let moved: u32 = 0;
  for (let w: u32 = 0; w < words; w++) {
    let bits = load<u64>(pending + (w << 3));
    while (bits != 0) {
      const bit = nextBit(bits, reverse);
      bits ^= (1 as u64) << (bit as u64);
      const source = sources + ((w << 6) + bit) * S_STRIDE;
      moved |= sendFlit(source, vcs);
      if (load<u32>(source, S_HEAD) == 0) clearBit(pending, (w << 6) + bit);
    }
  }
  if (moved != 0) store<u32>(plane, 1, P_MOVED);
}

/** Send the next flit of the oldest packet if its channel has room. Returns 1 if one was sent. */
function sendFlit(source: usize, vcs: u32): u32 {
  const packet: usize = load<u32>(source, S_HEAD);
  const sent = load<u32>(source, S_SENT);
  const vc = sent == 0 ? chooseChannel(source, packet, vcs) : load<u8>(source, S_VC);
  const free: u32 = vc == NO_VC ? 0 : load<u16>(source + (vc << 1), S_FREE);
  const isMessage = load<u8>(packet, K_KIND) == KIND_MESSAGE;
  if (isMessage && (free != 0) != (load<u8>(source, S_MOVING) != 0)) {
    store<u8>(source, free != 0 ? 1 : 0, S_MOVING);
    signal(source, SIGNAL_WAKE);
  }
  if (free == 0) return 0;
  store<u16>(source + (vc << 1), free - 1, S_FREE);
  store<u8>(source, vc as u8, S_VC);
  if (sent == 0) store<u8>(source, vc as u8, S_LAST);
  const isTail = sent + 1 == load<u16>(packet, K_FLITS);
  flitIn2(load<u32>(source, S_LANES) + vc * L_STRIDE, (packet as u32) | (isTail ? (FLIT_TAIL as u32) : 0));
  if (isTail) nextPacket(source, packet, isMessage);
  else store<u32>(source, sent + 1, S_SENT);
  return 1;
}

/** The first channel after the last one used, in rotation, that has room and that the packet may take. */
function chooseChannel(source: usize, packet: usize, vcs: u32): u32 {
  const mask: u32 = load<u16>(packet, K_MASK);
  let vc: u32 = load<u8>(source, S_LAST);
  for (let tries: u32 = 0; tries < vcs; tries++) {
    vc = vc + 1 >= vcs ? 0 : vc + 1;
    if (((mask >> vc) & 1) != 0 && load<u16>(source + (vc << 1), S_FREE) != 0) return vc;
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
