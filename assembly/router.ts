// The routers of one plane, one cycle (noc-model.md section 5): every router to which something is due, or which may have something to
// do, receives and switches; then the sources inject, heads get channels, and flits, credits and tails go on their way. The switch
// is allocated before channels are and both are committed after, so neither sees a grant of this cycle. A group of GROUP routers
// goes through the passes before the next group does; messages take at least 2 cycles, so groups cannot see each other.
// Source: BookSim 2's iq_router, checked packet by packet.
import { allocateChannels } from './allocation';
import { nextBit } from './bits';
import { BANK_BYTES, GROUP, H_TENANTS, H_TILES, LANES_PER_BANK, L_OUTLANE, L_TENANT, P_GROUPS, R_LINK_FLITS } from './layout';
import { flitsLeft, passFlits, passTails } from './link';
import { countSleep, observeLosers, wakeRouters } from './losers';
import { awakeNow, banks, general, openGroup, openPlane, plane, routers, routerStride } from './plane';
import { injectGroup } from './source';
import { visitGeneral } from './generalswitch';
import { receive, switchGroup } from './vectorswitch';

/** Step all routers and sources of the open plane. */
export function stepNetwork(reverse: bool): void {
  const groups = load<u32>(plane, P_GROUPS);
  for (let g: u32 = 0; g < groups; g++) {
    openGroup();
    scan(g * GROUP, reverse);
    injectGroup(g, reverse);
    allocateChannels();
    observeLosers();
    passFlits();
    passTails();
  }
}

/** Receive and switch at the routers of a group that are awake. */
function scan(first: u32, reverse: bool): void {
  const row = awakeNow + first;
  let bits: u64 = 0;
  for (let i: u32 = 0; i < (GROUP as u32); i += 16) {
    const flags = v128.load(row + i);
    bits |= (i8x16.bitmask(flags) as u64) << (i as u64);
    v128.store(row + i, i8x16.splat(0));
  }
  if (bits == 0) return;
  wakeRouters(first, bits);
  while (bits != 0) {
    const bit = nextBit(bits, reverse);
    bits ^= (1 as u64) << (bit as u64);
    const tile = first + bit;
    const router = routers + tile * routerStride;
    if (general) visitGeneral(router, tile);
    else receive(router, tile);
  }
  if (!general) switchGroup();
}

/**
 * Bring the counters of a plane up to the beginning of `cycle`, before they are read: blocked cycles of sleeping routers, and of
 * each packet that is leaving, only the flits that left. `resumeLinks` takes the latter back.
 */
export function settleLinks(record: usize, cycle: u64): void {
  openPlane(record, cycle);
  const groups = load<u32>(plane, P_GROUPS);
  for (let g: u32 = 0; g < groups; g++) countSleep(g);
  const tiles = load<u32>(H_TILES);
  for (let tile: u32 = 0; tile < tiles; tile++) adjustLinks(routers + tile * routerStride, -1);
}

/** Undo what settleLinks took from the flits, before the plane goes on. */
export function resumeLinks(record: usize, cycle: u64): void {
  openPlane(record, cycle);
  const tiles = load<u32>(H_TILES);
  for (let tile: u32 = 0; tile < tiles; tile++) adjustLinks(routers + tile * routerStride, 1);
}

/** Add `sign` times the flits that have a link granted and have not left to the counters of that link. */
function adjustLinks(router: usize, sign: i64): void {
  const tenants = load<u32>(H_TENANTS);
  for (let b: u32 = 0; b < banks; b++) {
    const bank = router + b * BANK_BYTES;
    const active = i8x16.ne(v128.load(bank, L_OUTLANE), i8x16.splat(-1));
    for (let bits = i8x16.bitmask(active) as u32; bits != 0; bits &= bits - 1) {
      const place = ctz<u32>(bits);
      const out = load<u8>(bank + place, L_OUTLANE) & 7;
      if (out == 4) continue;
      const left = flitsLeft(router, b * LANES_PER_BANK + place) as i64;
      const link = out * tenants + (load<u8>(bank + place, L_TENANT) as u32);
      const counter = load<u32>(router, R_LINK_FLITS) + (link << 3);
      store<u64>(counter, load<u64>(counter) + ((left * sign) as u64));
    }
  }
}
