// The digest: 64 bits over the architectural state and the counters, never over addresses, bitmaps, wheels or rings. Two runs of
// one document agree in it at every cycle, in any browser and in Node, however they are sliced and in whatever order units are
// visited. Mixing is FNV-1a on 64-bit words with a fold, enough to tell runs apart; it is no protection against forgery.
import {
  CAUSE_COUNT,
  C_ACTIVE_STREAMS,
  C_CAUSES,
  C_ENGINES,
  C_HITS,
  C_ITERATION,
  C_LAST_V,
  C_MISSES,
  C_PC,
  C_RELOAD_LEFT,
  C_RESERVED,
  C_RETIRED,
  C_RTT_CURRENT,
  C_STREAMS,
  C_STRIDE,
  C_TLB,
  C_TLB_COUNT,
  C_TOKENS,
  C_TRANSLATION_STALL,
  C_TURN,
  C_WALK_READS,
  D_ADDRESS,
  D_OUTSTANDING,
  D_REMAINING,
  D_STRIDE,
  ENGINE_COUNT,
  E_ITERATION,
  E_KNOWN,
  E_QUEUE,
  E_RUNNING,
  E_STRIDE,
  E_UNTIL,
  H_CHANNELS,
  H_CHANNELS_AT,
  H_CORES,
  H_CORES_AT,
  H_CYCLE,
  H_OUTCOME,
  H_PLANES_AT,
  H_SHARES,
  H_SHARES_AT,
  H_TENANTS,
  H_TENANTS_AT,
  H_TILES,
  I_INDEX,
  L_COUNT,
  L_ACCEPT,
  L_FREE,
  L_GRANT,
  L_VC,
  MOST_RANGES,
  MOST_TOKENS,
  M_BYTES,
  M_CLOCK,
  M_QUEUED,
  M_STRIDE,
  PLANE_COUNT,
  PORTS,
  P_BLOCKED_TENANTS,
  P_LINK_BLOCKED,
  P_LINK_FLITS,
  P_PACKETS,
  P_SOURCES,
  P_STRIDE,
  P_USED,
  Q_COUNT,
  ROW,
  R_ACCEPT,
  R_FIRST,
  R_GRANT,
  R_KNOWN,
  R_CHANNEL,
  R_OWNED,
  S_LAST,
  S_SENT,
  S_STRIDE,
  S_VC,
  T_DONE,
  T_STOP_CYCLE,
  T_INTERFERENCE,
  T_ITERATIONS,
  T_ITER_END,
  T_ITER_START,
  T_LIMIT,
  T_MOVE,
  T_MOVES_LEFT,
  T_MOVE_STAGE,
  T_ON_THE_WAY,
  T_READY,
  T_STATUS,
  T_STAYS,
  T_STRIDE,
  T_TRANSFERRED,
  V_BYTES,
  Y_ACTIVE,
  Y_LIST,
  Y_SLICE_END,
  Y_STRIDE,
  Y_SWITCHES,
} from './layout';
import { blockOf, byteOf, laneAt, lanes, openPlane, vcs } from './plane';

let hash: u64 = 0;

/** Digest at the current cycle. All cores must be settled (they are whenever `advance` has returned). */
export function digest(): u64 {
  hash = 0xcbf29ce484222325;
  mix(load<u64>(H_CYCLE));
  mix(load<u32>(H_OUTCOME));
  const planes: usize = load<u32>(H_PLANES_AT);
  for (let p: u32 = 0; p < (PLANE_COUNT as u32); p++) mixPlane(planes + p * P_STRIDE);
  const cores: usize = load<u32>(H_CORES_AT);
  for (let i: u32 = 0; i < load<u32>(H_CORES); i++) mixCore(cores + i * C_STRIDE);
  const tenants: usize = load<u32>(H_TENANTS_AT);
  if (load<u32>(H_CORES) != 0) for (let i: u32 = 0; i < load<u32>(H_TENANTS); i++) mixTenant(tenants + i * T_STRIDE);
  const channels: usize = load<u32>(H_CHANNELS_AT);
  for (let i: u32 = 0; i < load<u32>(H_CHANNELS); i++) mixChannel(channels + i * M_STRIDE);
  const shares: usize = load<u32>(H_SHARES_AT);
  for (let i: u32 = 0; i < load<u32>(H_SHARES); i++) mixShare(shares + i * Y_STRIDE);
  return hash;
}

function mix(value: u64): void {
  const h = (hash ^ value) * 0x100000001b3;
  hash = h ^ (h >> 32);
}

function mixWords(from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 8) mix(load<u64>(from + at));
}

function mixPlane(record: usize): void {
  if (load<u32>(record, P_USED) == 0) return;
  openPlane(record, load<u64>(H_CYCLE));
  const tiles = load<u32>(H_TILES);
  mix(load<u32>(record, P_PACKETS));
  for (let tile: u32 = 0; tile < tiles; tile++) {
    mixRouter(tile);
    const source = load<u32>(record, P_SOURCES) + tile * S_STRIDE;
    mix(load<u32>(source, S_SENT) | ((load<u8>(source, S_VC) as u64) << 32) | ((load<u8>(source, S_LAST) as u64) << 40));
  }
  mixWords(load<u32>(record, P_LINK_FLITS), tiles * 4 * load<u32>(H_TENANTS) * 8);
  mixWords(load<u32>(record, P_LINK_BLOCKED), tiles * 4 * 8);
  const byTenant = load<u32>(record, P_BLOCKED_TENANTS);
  if (byTenant != 0) mixWords(byTenant, tiles * 4 * load<u32>(H_TENANTS) * 8);
}

function mixRouter(tile: u32): void {
  const router = blockOf(tile) + byteOf(tile);
  for (let port: u32 = 0; port < (PORTS as u32); port++) {
    const row = router + port * ROW;
    mix((load<u8>(row, R_GRANT) as u64) | ((load<u8>(row, R_ACCEPT) as u64) << 8) | ((load<u8>(row, R_FIRST) as u64) << 16));
  }
  for (let vc: u32 = 0; vc < vcs; vc++) {
    const row = router + vc * R_CHANNEL;
    mix((load<u8>(row, R_OWNED) as u64) | ((load<u8>(row, R_KNOWN) as u64) << 8));
  }
  for (let lane: u32 = 0; lane < lanes; lane++) mixLane(laneAt(tile, lane));
}

function mixLane(lane: usize): void {
  mix((load<u8>(lane, L_COUNT) as u64) | ((load<u8>(lane, L_FREE) as u64) << 16) | ((load<u8>(lane, L_VC) as u64) << 32));
  mix((load<u8>(lane, L_ACCEPT) as u64) | ((load<u8>(lane, L_GRANT) as u64) << 8));
}

function mixCore(core: usize): void {
  mixInstruction(load<u32>(core, C_PC));
  mix(load<u32>(core, C_ITERATION));
  mix(load<u32>(core, C_RESERVED));
  mixWords(core + C_CAUSES, CAUSE_COUNT * 8);
  mix(load<u64>(core, C_RETIRED));
  mix(load<u64>(core, C_HITS));
  mix(load<u64>(core, C_MISSES));
  mix(load<u64>(core, C_WALK_READS));
  mix(load<u64>(core, C_TRANSLATION_STALL));
  mixWords(core + C_TOKENS, MOST_TOKENS * 2);
  for (let e: u32 = 0; e < (ENGINE_COUNT as u32); e++) {
    const engine = core + C_ENGINES + e * E_STRIDE;
    mixInstruction(load<u32>(engine, E_RUNNING));
    mix(load<u32>(engine, E_ITERATION));
    mix(load<u64>(engine, E_UNTIL));
    if (load<u64>(engine, E_KNOWN) != 0) mix(load<u64>(engine, E_KNOWN));
    mix(load<u32>(engine + E_QUEUE, Q_COUNT));
  }
  for (let left = load<u32>(core, C_ACTIVE_STREAMS); left != 0; left &= left - 1) {
    const stream = core + C_STREAMS + ctz<u32>(left) * D_STRIDE;
    mix(load<u64>(stream, D_ADDRESS));
    mix(load<u32>(stream, D_REMAINING));
    mix(load<u32>(stream, D_OUTSTANDING));
  }
  mixWords(load<u32>(core, C_TLB), (load<u32>(core, C_TLB_COUNT) as usize) << 3);
  mix(load<u32>(core, C_RTT_CURRENT));
  mixWords(core + C_LAST_V, MOST_RANGES * 2);
}

function mixInstruction(instruction: usize): void {
  mix(instruction == 0 ? 0xffffffff : load<u32>(instruction, I_INDEX));
}

function mixTenant(tenant: usize): void {
  mix(load<u32>(tenant, T_STATUS));
  mix(load<u32>(tenant, T_DONE));
  mix(load<u64>(tenant, T_INTERFERENCE));
  mix(load<u64>(tenant, T_STOP_CYCLE));
  mix(load<u64>(tenant, T_TRANSFERRED));
  mix(load<u64>(tenant, T_READY));
  if (load<u32>(tenant, T_MOVE) != 0) mixMove(tenant);
  mixWords(load<u32>(tenant, T_ITER_START), load<u32>(tenant, T_ITERATIONS) << 3);
  mixWords(load<u32>(tenant, T_ITER_END), load<u32>(tenant, T_ITERATIONS) << 3);
}

function mixMove(tenant: usize): void {
  mix(load<u32>(tenant, T_MOVE_STAGE));
  mix(load<u32>(tenant, T_STAYS));
  mix(load<u32>(tenant, T_LIMIT));
  mix(load<u32>(tenant, T_ON_THE_WAY));
  if (load<u32>(tenant, T_MOVES_LEFT) != 0) mixWords(load<u32>(tenant, T_MOVE), V_BYTES + 8);
}

function mixChannel(channel: usize): void {
  mix(load<u64>(channel, M_BYTES));
  mix(load<u64>(channel, M_CLOCK));
  mix(load<u32>(channel, M_QUEUED));
}

function mixShare(share: usize): void {
  mix(load<u32>(share, Y_ACTIVE));
  mix(load<u64>(share, Y_SLICE_END));
  mix(load<u64>(share, Y_SWITCHES));
  const core: usize = load<u32>(load<u32>(share, Y_LIST) + (load<u32>(share, Y_ACTIVE) << 2));
  mix(load<u8>(core, C_TURN));
  mix(load<u32>(core, C_RELOAD_LEFT));
}
