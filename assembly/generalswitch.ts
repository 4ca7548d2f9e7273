// One router, one cycle, at any number of virtual channels: the rules of the switch (noc-model.md sections 5, 10 and 11) lane by
// lane. vectorswitch.ts does the same for one or two channels; tests hold the two equal.
import { firstFrom } from './bits';
import {
  BANK_BYTES,
  LANES_PER_VC,
  L_COUNT,
  L_FREE,
  L_LEFT,
  L_LOST,
  L_OUT,
  L_OUTLANE,
  L_RING,
  L_SENT,
  NO_LANE,
  PORTS,
  RING_CREDITS,
  R_RR,
  R_SA_ACCEPT,
  R_SA_GRANT,
} from './layout';
import { banks, listLost, listWaiting, listWinners, placeOf, slotNow, stayAwake, vcs } from './plane';

// what a pass over the lanes finds
let requests: u64 = 0; // a byte of input ports per output port
let waiting: u32 = 0;
let present: u32 = 0;

/** Receive and switch at this router. */
export function visitGeneral(router: usize, tile: usize): void {
  for (let b: u32 = 0; b < banks; b++) receive(router + b * BANK_BYTES);
  look(router);
  listWaiting(router, waiting);
  const grants = grant(router);
  let winners: u32 = 0;
  for (let port: u32 = 0; port < (PORTS as u32); port++) {
    const offers = (grants >> ((port * 8) as u64)) & 0xff;
    if (offers == 0) continue;
    accept(router, port, offers);
    winners++;
  }
  listLost(router, present > winners ? 1 : 0);
  for (let b: u32 = 0; b < banks; b++) {
    const leaving = i8x16.bitmask(v128.load(router + b * BANK_BYTES, L_SENT)) as u32;
    listWinners(router, tile, (leaving | (leaving >> 8)) & 31, leaving >> 8, b * BANK_BYTES);
  }
  if (winners != 0 && holdsFlits(router)) stayAwake(tile);
}

/** Flits and credits that are due; nothing has been sent or lost yet. */
function receive(bank: usize): void {
  const zero = i8x16.splat(0);
  const slot = bank + slotNow;
  v128.store(bank, i8x16.add(v128.load(bank, L_COUNT), v128.load(slot, L_RING)), L_COUNT);
  v128.store(bank, i8x16.add(v128.load(bank, L_FREE), v128.load(slot, L_RING + RING_CREDITS)), L_FREE);
  v128.store(slot, zero, L_RING);
  v128.store(slot, zero, L_RING + RING_CREDITS);
  v128.store(bank, zero, L_SENT);
  v128.store(bank, zero, L_LOST);
}

/** What the lanes with a flit ask for. */
function look(router: usize): void {
  requests = 0;
  waiting = 0;
  present = 0;
  for (let vc: u32 = 0; vc < vcs; vc++) {
    for (let port: u32 = 0; port < (PORTS as u32); port++) {
      const lane = router + placeOf(vc * LANES_PER_VC + port);
      if (load<u8>(lane, L_COUNT) == 0) continue;
      present++;
      store<u8>(lane, 255, L_LOST);
      if (load<u8>(lane, L_OUTLANE) == NO_LANE) waiting = 1;
      else if (isReady(router, lane)) requests |= (1 as u64) << ((load<u8>(lane, L_OUT) * 8 + port) as u64);
    }
  }
}

/** Has this lane a flit, a channel and a credit? */
function isReady(router: usize, lane: usize): bool {
  const channel: u32 = load<u8>(lane, L_OUTLANE);
  return load<u8>(lane, L_COUNT) != 0 && channel != NO_LANE && load<u8>(router + placeOf(channel), L_FREE) != 0;
}

/** Each output port picks an input port: a byte of granting outputs per input port. */
function grant(router: usize): u64 {
  let grants: u64 = 0;
  for (let out: u32 = 0; out < (PORTS as u32); out++) {
    const ports = (requests >> ((out * 8) as u64)) & 0xff;
    if (ports == 0) continue;
    const port = firstFrom(ports, load<u8>(router + out, R_SA_GRANT));
    grants |= (1 as u64) << ((port * 8 + out) as u64);
  }
  return grants;
}

/** An input port takes one of its offers, for the first of its channels that asked for it. */
function accept(router: usize, port: u32, offers: u64): void {
  const out = firstFrom(offers, load<u8>(router + port, R_SA_ACCEPT));
  let vc: u32 = load<u8>(router + port, R_RR);
  let lane = router + placeOf(vc * LANES_PER_VC + port);
  while (load<u8>(lane, L_OUT) != out || !isReady(router, lane)) {
    vc = vc + 1 == vcs ? 0 : vc + 1;
    lane = router + placeOf(vc * LANES_PER_VC + port);
  }
  const channel = router + placeOf(load<u8>(lane, L_OUTLANE));
  store<u8>(router + out, (port + 1) as u8, R_SA_GRANT);
  store<u8>(router + port, (out + 1) as u8, R_SA_ACCEPT);
  store<u8>(router + port, (vc + 1 == vcs ? 0 : vc + 1) as u8, R_RR);
  store<u8>(lane, load<u8>(lane, L_COUNT) - 1, L_COUNT);
  store<u8>(lane, load<u8>(lane, L_LEFT) - 1, L_LEFT);
  store<u8>(lane, 0, L_LOST);
  store<u8>(channel, load<u8>(channel, L_FREE) - 1, L_FREE);
  store<u8>(channel, 255, L_SENT);
}

function holdsFlits(router: usize): bool {
  let any = i8x16.splat(0);
  for (let b: u32 = 0; b < banks; b++) any = v128.or(any, v128.load(router + b * BANK_BYTES, L_COUNT));
  return v128.any_true(any);
}
