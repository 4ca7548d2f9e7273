/**
 * Packets that will never arrive, and a circle of channels in which they wait for each other. A packet at the front of a channel is
 * stuck if whatever channel it may go on in holds a stuck packet at its front: the largest such set is found by taking out, again
 * and again, what has a way on (a knot of the graph of who waits for whom, in which any one of several channels would do; Duato,
 * 1995). Within it every way leads on for ever, so it closes. Exact at any cycle, whether or not the rest still moves. Reading
 * changes nothing.
 */
import * as L from '../../assembly/layout.ts';
import { LOCAL, neighbour, tileCount, type Mesh } from '../model/mesh.ts';
import type { Kernel } from './kernel.ts';
import { channelAt, laneAt, outputAt, packetsOf, type Lane } from './lanes.ts';
import type { WaitingChannel } from './snapshot.ts';

/** The first circle found, plane by plane; empty if no packets wait in one: programs can wait for each other without any. */
export function readCircle(kernel: Kernel, planes: number, mesh: Mesh): WaitingChannel[] {
  for (let p = 0; p < L.PLANE_COUNT; p++) {
    const plane = planes + p * L.P_STRIDE;
    if (kernel.u32(plane + L.P_USED) === 0 || kernel.u32(plane + L.P_PACKETS) === 0) continue;
    const circle = circleIn(stuckLanes(kernel, plane, mesh));
    if (circle.length > 0) return circle.map(({ lane }) => describe(kernel, mesh, p, lane));
  }
  return [];
}

/** A channel with a packet at its front, and the numbers of the channels that this packet could go on in. */
interface Wait {
  readonly lane: Lane;
  readonly options: readonly number[];
}

/** What will never move, by number of channel. */
function stuckLanes(kernel: Kernel, plane: number, mesh: Mesh): Map<number, Wait> {
  const stuck = new Map<number, Wait>();
  const lanes = kernel.u32(plane + L.P_VCS) * L.PORTS;
  for (let tile = 0; tile < tileCount(mesh); tile++) {
    for (let lane = 0; lane < lanes; lane++) {
      const options = optionsOf(kernel, mesh, { plane, tile, lane });
      if (options.length > 0) stuck.set(tile * lanes + lane, { lane: { plane, tile, lane }, options });
    }
  }
  for (let before = Infinity; stuck.size < before;) {
    before = stuck.size;
    for (const [number, { options }] of stuck) if (!options.every((option) => stuck.has(option))) stuck.delete(number);
  }
  return stuck;
}

/** The channels behind the output of the packet at the front: the one that it was given, else all that it may take; none at its end. */
function optionsOf(kernel: Kernel, mesh: Mesh, lane: Lane): number[] {
  if (kernel.u8(laneAt(kernel, lane) + L.L_COUNT) === 0) return [];
  const out = outputAt(kernel, lane);
  if (out === LOCAL) return [];
  const vcs = kernel.u32(lane.plane + L.P_VCS);
  const given = channelAt(kernel, lane);
  const mask = given === undefined ? kernel.u16(packetsOf(kernel, lane)[0] + L.K_MASK) : 1 << given;
  const next = neighbour(mesh, lane.tile, out) * vcs * L.PORTS + (out ^ 1);
  return Array.from({ length: vcs }, (_, vc) => vc).flatMap((vc) => ((mask >> vc) & 1 ? [next + vc * L.PORTS] : []));
}

/** Follow the ways on until one comes back. */
function circleIn(stuck: ReadonlyMap<number, Wait>): Wait[] {
  const path: number[] = [];
  let [at] = stuck.keys();
  if (at === undefined) return [];
  while (!path.includes(at)) {
    path.push(at);
    [at] = stuck.get(at)!.options;
  }
  return path.slice(path.indexOf(at)).map((number) => stuck.get(number)!);
}

function describe(kernel: Kernel, mesh: Mesh, plane: number, lane: Lane): WaitingChannel {
  const port = lane.lane % L.PORTS;
  const [packet] = packetsOf(kernel, lane);
  return {
    plane,
    from: neighbour(mesh, lane.tile, port),
    to: lane.tile,
    port: port ^ 1,
    channel: Math.floor(lane.lane / L.PORTS),
    flits: kernel.u8(laneAt(kernel, lane) + L.L_COUNT),
    target: kernel.u8(packet + L.K_X) + mesh.width * kernel.u8(packet + L.K_Y),
  };
}
