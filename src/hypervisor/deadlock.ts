/**
 * Can packets wait for each other in a circle? A packet that holds one channel and wants the next makes an edge between them; routes
 * are free of deadlock if these edges close no cycle (Dally and Seitz, 1987). Channels are the virtual channels of the links of one
 * plane; packets of all tenants that share them are looked at together. Where every packet may take every channel of a link, the
 * link stands for all of them.
 */
import { LOCAL, neighbour, tileCount, type Mesh } from '../model/mesh.ts';

/** Port that a packet takes at a tile on its way to another. */
export type NextPort = (tile: number, to: number) => number;

/** Packets to one tile and the tiles that send them. */
export interface Flow {
  readonly to: number;
  readonly from: readonly number[];
}

/** Packets that share channels. */
export interface Traffic {
  readonly flows: Iterable<Flow>;
  readonly next: NextPort;
  /** Destinations to which `next` is not x first at every tile; absent: any may be. */
  readonly led?: ReadonlySet<number>;
  /** Bit v: packets from one tile to another may take channel v; absent: all of one channel. */
  readonly masks?: (from: number, to: number) => number;
}

/** A graph of channels: per link and channel a bit for every (port, channel) that some packet wants next. */
class Channels {
  private readonly edges: Uint32Array;
  /** The last destination for which a tile was passed by packets that may take every channel: beyond it all is known. */
  private readonly passed: Int32Array;
  /** Tile behind each link, -1 at the edge of the mesh. */
  private readonly behind: Int32Array;

  /** @param vcs virtual channels told apart, at most 8 */
  constructor(
    private readonly mesh: Mesh,
    private readonly vcs: number,
  ) {
    this.edges = new Uint32Array(tileCount(mesh) * LOCAL * vcs);
    this.passed = new Int32Array(tileCount(mesh));
    this.behind = Int32Array.from({ length: tileCount(mesh) * LOCAL }, (_, link) =>
      neighbour(mesh, Math.floor(link / LOCAL), link % LOCAL),
    );
  }

  /** Every step that any packet going x first can make: straight on, or from a row into a column. */
  addXFirst(): void {
    const all = 2 ** this.vcs - 1;
    this.behind.forEach((tile, link) => {
      if (tile < 0) return;
      const port = link % LOCAL;
      for (const next of port < 2 ? [port, 2, 3] : [port]) {
        if (this.behind[tile * LOCAL + next] >= 0) this.join(link, next, all);
      }
    });
  }

  /** @param only flows to these destinations; absent: all */
  add({ flows, next, masks }: Traffic, only?: ReadonlySet<number>): void {
    this.passed.fill(-1);
    for (const { to, from } of flows) {
      if (only && !only.has(to)) continue;
      for (const source of from) this.addRoute(source, to, next, masks?.(source, to));
    }
  }

  private addRoute(from: number, to: number, next: NextPort, mask: number | undefined): void {
    let tile = from;
    let link = -1;
    // a simple path has fewer links than there are tiles: a longer one repeats itself, and its edges have closed a circle by then
    for (let steps = 0; tile !== to && steps <= tileCount(this.mesh); steps++) {
      const port = next(tile, to);
      if (link >= 0) this.join(link, port, mask ?? 1);
      if (mask === undefined && this.passed[tile] === to) return;
      if (mask === undefined) this.passed[tile] = to;
      link = tile * LOCAL + port;
      tile = this.behind[link];
      if (tile < 0) throw new Error(`a route to tile ${to} leaves the mesh`);
    }
  }

  /** Whoever holds a channel of the mask on a link wants one of the mask behind the port. */
  private join(link: number, port: number, mask: number): void {
    for (let vc = 0; vc < this.vcs; vc++)
      if ((mask >> vc) & 1) this.edges[link * this.vcs + vc] |= mask << (port * this.vcs);
  }

  /** Channels that some packet in this one wants. */
  private after(channel: number): number[] {
    const wanted: number[] = [];
    const link = Math.floor(channel / this.vcs);
    const tile = this.behind[link];
    for (let i = 0; i < LOCAL * this.vcs; i++) {
      if ((this.edges[channel] >>> i) & 1) wanted.push(tile * LOCAL * this.vcs + i);
    }
    return wanted;
  }

  /** The links of a circle, each as the tile it leaves, or undefined; depth first without recursion, since a chain can be long. */
  circle(): number[] | undefined {
    const finished = new Uint8Array(this.edges.length);
    for (let start = 0; start < finished.length; start++) {
      if (finished[start] || this.edges[start] === 0) continue;
      const path = [{ channel: start, rest: this.after(start) }];
      const onPath = new Set([start]);
      while (path.length > 0) {
        const { channel, rest } = path[path.length - 1];
        const next = rest.pop();
        if (next === undefined) {
          finished[channel] = 1;
          onPath.delete(channel);
          path.pop();
        } else if (onPath.has(next)) {
          const found = path.slice(path.findIndex((step) => step.channel === next));
          return found.map((step) => Math.floor(step.channel / this.vcs / LOCAL));
        } else if (!finished[next]) {
          onPath.add(next);
          path.push({ channel: next, rest: this.after(next) });
        }
      }
    }
    return undefined;
  }
}

/**
 * The tiles of a circle of waiting channels, each next to the one before and the first behind the last; undefined if there is none.
 * A route that never reaches its destination is a circle too.
 * @param vcs virtual channels that masks tell apart; 1 where there are no masks
 */
export function waitingCircle(mesh: Mesh, traffic: readonly Traffic[], vcs = 1): number[] | undefined {
  if (isClearlyFree(mesh, traffic, vcs)) return undefined;
  const channels = new Channels(mesh, vcs);
  for (const one of traffic) channels.add(one);
  return channels.circle();
}

/** Is there no circle even if all that goes x first may go anywhere? On a large mesh that is found much sooner. */
function isClearlyFree(mesh: Mesh, traffic: readonly Traffic[], vcs: number): boolean {
  if (traffic.length === 0) return true;
  if (traffic.some(({ led }) => led === undefined)) return false;
  const channels = new Channels(mesh, vcs);
  channels.addXFirst();
  for (const one of traffic) channels.add(one, one.led);
  return channels.circle() === undefined;
}
