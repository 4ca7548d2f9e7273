/**
 * The records of input lanes as the host reads them: the machine keeps flits as counts and packets in the queues of lanes
 * (assembly/layout.ts), so whose flit it is follows from its place behind the front.
 */
import * as L from '../../assembly/layout.ts';
import type { Kernel } from './kernel.ts';

/** A lane of a router of one plane: the address of the plane's record, and vc * PORTS + port. */
export interface Lane {
  readonly plane: number;
  readonly tile: number;
  readonly lane: number;
}

/** Address of a tile's byte in the first row of a lane: add the row of the fact that is wanted. */
export function laneAt(kernel: Kernel, { plane, tile, lane }: Lane): number {
  const block = Math.floor(tile / L.ROW) * kernel.u32(plane + L.P_BLOCK_BYTES);
  return kernel.u32(plane + L.P_BLOCKS) + block + L.R_LANES + lane * L.L_STRIDE + (tile % L.ROW);
}

/** Output port of the packet at the front of an input lane. */
export const outputAt = (kernel: Kernel, lane: Lane): number => Math.log2(kernel.u8(laneAt(kernel, lane) + L.L_OUT));

/** Channel of that output that the packet at the front owns; undefined while it has none. */
export function channelAt(kernel: Kernel, lane: Lane): number | undefined {
  const vc = kernel.u8(laneAt(kernel, lane) + L.L_VC);
  return vc === L.NO_VC ? undefined : vc;
}

/** Addresses of the packets that have come or will come to an input lane, front first. */
export function packetsOf(kernel: Kernel, lane: Lane): number[] {
  const queue = queueAt(kernel, lane);
  const front = frontPacket(kernel, queue);
  if (front === 0) return [];
  const packets = [front];
  let next = kernel.u32(queue) & L.A_BEHIND ? kernel.u32(queue + L.L_APART) : 0;
  for (; next !== 0; next = kernel.u32(next + L.K_NEXT)) packets.push(next);
  return packets;
}

/** Address of the packet at the front of a queue, of a lane or a source; 0 if it is empty. */
export const frontPacket = (kernel: Kernel, queue: number): number => kernel.u32(queue) & ~L.A_BEHIND;

/** Flits of the front packet of a lane that have not left. */
export const flitsToLeave = (kernel: Kernel, lane: Lane): number =>
  kernel.u8(laneAt(kernel, lane) + L.L_LEFT) + kernel.u32(queueAt(kernel, lane) + L.L_MORE - L.L_QUEUE);

/** Address of the queue of an input lane. */
const queueAt = (kernel: Kernel, lane: Lane): number => laneAt(kernel, lane) + L.L_QUEUE + (lane.tile % L.ROW) * 3;

/** Will a flit land in this input lane, in so many cycles from now? */
export function isLanding(kernel: Kernel, { plane, tile, lane }: Lane, due: number): boolean {
  const vcs = kernel.u32(plane + L.P_VCS);
  const slot = (kernel.cycle + due) % L.SLOTS;
  const row = (slot * vcs + Math.floor(lane / L.PORTS)) * L.RING_ROWS + L.RING_FLITS + (lane % L.PORTS);
  return kernel.u8(kernel.u32(plane + L.P_RINGS) + row * kernel.u32(plane + L.P_RING_ROW) + tile) !== 0;
}
