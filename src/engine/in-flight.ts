/**
 * What is between two routers, or waits in their buffers, as the slow view of packets draws it. The machine keeps flits as counts
 * and packets in the queues of input lanes (assembly/layout.ts), so whose flit it is follows from its place behind the front.
 */
import * as L from '../../assembly/layout.ts';
import { LOCAL, neighbour, tileCount, type Mesh } from '../model/mesh.ts';
import type { Kernel } from './kernel.ts';
import { laneAt, recordAt } from './network-image.ts';
import type { FlitInMotion } from './snapshot.ts';

/** Cycles from winning the switch to the next router. */
const LINK_CYCLES = 3;

/** Flits between two routers at the current cycle, with the cycles since they won the switch. */
export function readFlits(kernel: Kernel, planes: number, mesh: Mesh): FlitInMotion[] {
  const flits: FlitInMotion[] = [];
  for (let p = 0; p < L.PLANE_COUNT; p++) {
    const plane = planes + p * L.P_STRIDE;
    if (kernel.u32(plane + L.P_USED) === 0) continue;
    const lanes = kernel.u32(plane + L.P_VCS) * L.PORTS;
    for (let tile = 0; tile < tileCount(mesh); tile++) {
      for (let lane = 0; lane < lanes; lane++) {
        const port = lane % L.PORTS;
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
  const [port, vc] = [lane % L.PORTS, Math.floor(lane / L.PORTS)];
  const vcs = kernel.u32(plane + L.P_VCS);
  const found: { age: number; packet: number }[] = [];
  let behind = kernel.u8(laneAt(kernel, plane, tile, lane) + L.L_COUNT);
  for (let due = 0; due < LINK_CYCLES; due++) {
    const slot = (kernel.cycle + due) % L.SLOTS;
    const row = (slot * vcs + vc) * L.RING_ROWS + L.RING_FLITS + port;
    if (kernel.u8(kernel.u32(plane + L.P_RINGS) + row * kernel.u32(plane + L.P_RING_ROW) + tile) === 0) continue;
    found.push({ age: LINK_CYCLES - 1 - due, packet: packetAt(kernel, plane, tile, lane, behind) });
    behind++;
  }
  return found;
}

/** The packet to which the flit belongs that is `behind` others of its lane. */
function packetAt(kernel: Kernel, plane: number, tile: number, lane: number, behind: number): number {
  const packets = packetsOf(kernel, plane, tile, lane);
  let end = flitsToLeave(kernel, plane, tile, lane);
  let i = 0;
  while (end <= behind) end += kernel.u16(packets[++i] + L.K_FLITS);
  return packets[i];
}

/** Addresses of the packets that have come or will come to an input lane, front first. */
function packetsOf(kernel: Kernel, plane: number, tile: number, lane: number): number[] {
  const record = recordAt(kernel, plane, tile, lane);
  const mask = kernel.u32(plane + L.P_QUEUE_MASK);
  const head = kernel.u8(record + L.A_HEAD);
  return Array.from({ length: kernel.u8(record + L.A_QUEUED) }, (_, i) =>
    kernel.u32(record + L.A_PACKETS + ((head + i) & mask) * 4),
  );
}

/** Flits of the front packet of a lane that have not left. */
function flitsToLeave(kernel: Kernel, plane: number, tile: number, lane: number): number {
  const more = kernel.u32(recordAt(kernel, plane, tile, lane) + L.A_MORE);
  return kernel.u8(laneAt(kernel, plane, tile, lane) + L.L_LEFT) + more;
}
