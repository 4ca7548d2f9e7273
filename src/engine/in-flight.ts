/**
 * What is between two routers, or waits in their buffers, as the slow view of packets draws it. The machine keeps flits as counts
 * and packets in the queues of input lanes (assembly/layout.ts), so whose flit it is follows from its place behind the front.
 */
import * as L from '../../assembly/layout.ts';
import { LOCAL, neighbour, tileCount, type Mesh } from '../model/mesh.ts';
import type { Kernel } from './kernel.ts';
import { placeOf } from './network-image.ts';
import type { FlitInMotion } from './snapshot.ts';

/** Cycles from winning the switch to the next router. */
const LINK_CYCLES = 3;

/** Flits between two routers at the current cycle, with the cycles since they won the switch. */
export function readFlits(kernel: Kernel, planes: number, mesh: Mesh): FlitInMotion[] {
  const flits: FlitInMotion[] = [];
  for (let p = 0; p < L.PLANE_COUNT; p++) {
    const plane = planes + p * L.P_STRIDE;
    if (kernel.u32(plane + L.P_USED) === 0) continue;
    const lanes = kernel.u32(plane + L.P_VCS) * L.LANES_PER_VC;
    for (let tile = 0; tile < tileCount(mesh); tile++) {
      for (let lane = 0; lane < lanes; lane++) {
        const port = lane % L.LANES_PER_VC;
        if (port >= LOCAL) continue;
        for (const { age, packet } of flitsTowards(kernel, plane, tile, lane)) {
          const tenant = kernel.u8(packet + L.K_TENANT);
          flits.push({ plane: p, tile: neighbour(mesh, tile, port), port: port ^ 1, tenant, age });
        }
      }
    }
  }
  return flits;
}

/** Flits on their way to an input lane of a router. */
function flitsTowards(kernel: Kernel, plane: number, tile: number, lane: number): { age: number; packet: number }[] {
  const router = routerAt(kernel, plane, tile);
  const at = router + placeOf(lane);
  const slots = kernel.u32(plane + L.P_SLOTS);
  const found: { age: number; packet: number }[] = [];
  let behind = kernel.u8(at + L.L_COUNT);
  for (let due = 0; due < LINK_CYCLES; due++) {
    const slot = (kernel.cycle + due) & slots;
    if (kernel.u8(at + L.L_RING + slot * L.RING_STRIDE) === 0) continue;
    found.push({ age: LINK_CYCLES - 1 - due, packet: packetAt(kernel, plane, router, lane, behind) });
    behind++;
  }
  return found;
}

/** The packet to which the flit belongs that is `behind` others of its lane. */
function packetAt(kernel: Kernel, plane: number, router: number, lane: number, behind: number): number {
  const packets = packetsOf(kernel, plane, router, lane);
  let end = flitsToLeave(kernel, plane, router, lane, packets[0]);
  let i = 0;
  while (end <= behind) end += kernel.u16(packets[++i] + L.K_FLITS);
  return packets[i];
}

/** Addresses of the packets that have come or will come to an input lane, front first. */
function packetsOf(kernel: Kernel, plane: number, router: number, lane: number): number[] {
  const at = router + placeOf(lane);
  const queue = queueOf(kernel, plane, router, lane);
  const mask = kernel.u32(plane + L.P_QUEUE_MASK);
  const head = kernel.u8(at + L.L_QUEUE_HEAD);
  return Array.from({ length: kernel.u8(at + L.L_QUEUED) }, (_, i) => kernel.u32(queue + ((head + i) & mask) * 4));
}

/** Flits of the front packet of a lane that have not left. */
function flitsToLeave(kernel: Kernel, plane: number, router: number, lane: number, packet: number): number {
  const at = router + placeOf(lane);
  if (kernel.u8(at + L.L_OUTLANE) === L.NO_LANE) return kernel.u16(packet + L.K_FLITS);
  if (kernel.u32(plane + L.P_LONG) === 0) return kernel.u8(at + L.L_LEFT);
  const more = queueOf(kernel, plane, router, lane) + (kernel.u32(plane + L.P_QUEUE_MASK) + 1) * 4;
  return kernel.u8(at + L.L_LEFT) + kernel.u32(more);
}

function queueOf(kernel: Kernel, plane: number, router: number, lane: number): number {
  const index = Math.floor(lane / L.LANES_PER_VC) * L.PORTS + (lane % L.LANES_PER_VC);
  return kernel.u32(router + L.R_QUEUES) + index * kernel.u32(plane + L.P_QUEUE_STRIDE);
}

/** Address of a router's record. */
export const routerAt = (kernel: Kernel, plane: number, tile: number): number =>
  kernel.u32(plane + L.P_ROUTERS) + tile * kernel.u32(plane + L.P_ROUTER_STRIDE);
