// Flits that wanted to go and could not: links that were wanted and stayed empty, and interference between tenants. Counted on the
// state after channel allocation and before the winners of the switch leave.
import { count } from './bits';
import {
  H_TENANTS,
  H_TENANTS_AT,
  L_OWNER,
  L_PHASE,
  L_PORT,
  L_STRIDE,
  L_TENANT,
  NO_LANE,
  PHASE_ACTIVE,
  P_VCS,
  R_CREDIT,
  R_LANES,
  R_LINK_BLOCKED,
  R_OUTS,
  R_WANT,
  T_INTERFERENCE,
  T_STRIDE,
} from './layout';

// the plane being stepped
let vcs: u32 = 0;
let tenants: u32 = 0;
let tenantRecords: usize = 0;

/** Look at the routers of this plane from now on. */
export function watchLosers(plane: usize): void {
  vcs = load<u32>(plane, P_VCS);
  tenants = load<u32>(H_TENANTS);
  tenantRecords = load<u32>(H_TENANTS_AT);
}

/** Count links that a flit wanted and none took, and flits that lost to another tenant's. */
export function observeLosers(router: usize, losers: u64, winners: u64): void {
  for (let outs: u32 = load<u8>(router, R_OUTS); outs != 0; outs &= outs - 1) {
    const out = ctz<u32>(outs);
    const here = load<u64>(router + (out << 3), R_WANT) & losers;
    if (here == 0) continue;
    const winner = ((winners >> ((out * 8) as u64)) & 0xff) as u32;
    if (winner == 0 && out < 4) count(load<u32>(router, R_LINK_BLOCKED) + (out << 3));
    if (tenants > 1) interfere(router, out, here, winners, winner == 0 ? NO_LANE : winner - 1);
  }
}

/** Charge interference to each losing lane whose winner at the output or at its own port, or whose channels' owner, is foreign. */
function interfere(router: usize, out: u32, losers: u64, winners: u64, winner: u32): void {
  const lanes = router + R_LANES;
  for (; losers != 0; losers &= losers - 1) {
    const lane = ctz<u64>(losers) as u32;
    const tenant: u32 = load<u8>(lanes + lane * L_STRIDE, L_TENANT);
    let foreign = winner != NO_LANE && load<u8>(lanes + winner * L_STRIDE, L_TENANT) != tenant;
    if (!foreign && load<u8>(lanes + lane * L_STRIDE, L_PHASE) != PHASE_ACTIVE) {
      foreign = foreignOwner(router, out, tenant);
    } else if (!foreign) {
      foreign = lostPort(router, lane, tenant, winners);
    }
    if (foreign) count(tenantRecords + tenant * T_STRIDE + T_INTERFERENCE);
  }
}

/** Does another tenant own a channel of this output? */
function foreignOwner(router: usize, out: u32, tenant: u32): bool {
  for (let vc: u32 = 0; vc < vcs; vc++) {
    const owner: u32 = load<u8>(router + R_LANES + (out * vcs + vc) * L_STRIDE, L_OWNER);
    if (owner != NO_LANE && load<u8>(router + R_LANES + owner * L_STRIDE, L_TENANT) != tenant) return true;
  }
  return false;
}

/** Did a lane of another tenant at the same input port win the switch, while this one had a credit? */
function lostPort(router: usize, lane: u32, tenant: u32, winners: u64): bool {
  if (((load<u64>(router, R_CREDIT) >> (lane as u64)) & 1) == 0) return false;
  const lanes = router + R_LANES;
  const port = load<u8>(lanes + lane * L_STRIDE, L_PORT);
  for (let left = winners; left != 0; left >>= 8) {
    const winner = (left & 0xff) as u32;
    if (winner == 0 || load<u8>(lanes + (winner - 1) * L_STRIDE, L_PORT) != port) continue;
    return load<u8>(lanes + (winner - 1) * L_STRIDE, L_TENANT) != tenant;
  }
  return false;
}
