/** What is between two routers, as the slow view of packets draws it. */
import * as L from '../../assembly/layout.ts';
import { LOCAL, neighbour, tileCount, type Mesh } from '../model/mesh.ts';
import type { Kernel } from './kernel.ts';
import { flitsToLeave, isLanding, laneAt, packetsOf, type Lane } from './lanes.ts';
import type { FlitInMotion } from './snapshot.ts';

/** Cycles from winning the switch to the next router. */
export const LINK_CYCLES = 3;

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
        for (const { age, packet } of flitsTowards(kernel, { plane, tile, lane })) {
          const tenant = kernel.u8(packet + L.K_TENANT);
          flits.push({ plane: p, tile: neighbour(mesh, tile, port), port: port ^ 1, tenant, age });
        }
      }
    }
  }
  return flits;
}

/** Flits on their way to an input lane of a router. */
function flitsTowards(kernel: Kernel, lane: Lane): { age: number; packet: number }[] {
  const found: { age: number; packet: number }[] = [];
  let behind = kernel.u8(laneAt(kernel, lane) + L.L_COUNT);
  for (let due = 0; due < LINK_CYCLES; due++) {
    if (!isLanding(kernel, lane, due)) continue;
    found.push({ age: LINK_CYCLES - 1 - due, packet: packetAt(kernel, lane, behind) });
    behind++;
  }
  return found;
}

/** The packet to which the flit belongs that is `behind` others of its lane. */
function packetAt(kernel: Kernel, lane: Lane, behind: number): number {
  const packets = packetsOf(kernel, lane);
  let end = flitsToLeave(kernel, lane);
  let i = 0;
  while (end <= behind) end += kernel.u16(packets[++i] + L.K_FLITS);
  return packets[i];
}
