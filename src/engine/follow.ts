/**
 * Follows one packet of the data plane from its source to its destination: looked at after every single cycle, it notes when its
 * head came to each router, stood at the front, got a channel (VA) and won the switch (SA); what lies between follows from the
 * delays of messages (noc-model.md section 6). Reading changes nothing.
 */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import { LOCAL, neighbour, type Mesh } from '../model/mesh.ts';
import { LINK_CYCLES } from './in-flight.ts';
import type { Kernel } from './kernel.ts';
import { channelAt, flitsToLeave, frontPacket, isLanding, laneAt, outputAt, packetsOf, type Lane } from './lanes.ts';
import type { PacketDetail, PacketHop, PacketStage } from './snapshot.ts';

/** From the source to the router beside it. */
const INJECTION_CYCLES = 2;

type Hop = { -readonly [K in keyof PacketHop]: PacketHop[K] };

/** Where the kernel has what is followed. */
export interface Site {
  readonly kernel: Kernel;
  readonly planes: number;
  readonly mesh: Mesh;
  /** Do packets keep the cycle of their creation? Those of synthetic traffic do. */
  readonly dated: boolean;
}

export class Follower {
  private readonly plane: number;
  private readonly tenant: number;
  private readonly flits: number;
  private readonly target: number;
  private readonly created: number | null;
  private injected: number | null = null;
  private readonly hops: Hop[] = [];
  private lane: Lane | undefined;
  /** Did it stand at the front of its lane after the cycle before? Then it may ask for a channel in this one. */
  private stood = false;
  private arrival: number | null = null;

  private constructor(
    private readonly site: Site,
    private readonly source: number,
    private readonly packet: number,
  ) {
    const { kernel, planes } = site;
    this.plane = planes + C.PLANE_DATA * L.P_STRIDE;
    this.tenant = kernel.u8(packet + L.K_TENANT);
    this.flits = kernel.u16(packet + L.K_FLITS);
    this.target = kernel.u16(packet + L.K_TARGET);
    this.created = site.dated ? kernel.u64(packet + L.K_TIME) : null;
  }

  /** The packet that waits at the source of a tile, or whose head left it in the last cycle; undefined if there is none. */
  static begin(site: Site, tile: number): Follower | undefined {
    const { kernel, planes } = site;
    const plane = planes + C.PLANE_DATA * L.P_STRIDE;
    const source = kernel.u32(plane + L.P_SOURCES) + tile * L.S_STRIDE;
    const first = frontPacket(kernel, source);
    const sent = kernel.u32(source + L.S_SENT);
    if (first !== 0 && sent === 0) return new Follower(site, tile, first);
    const fresh = justSent(kernel, plane, tile);
    if (fresh === undefined) return undefined;
    const { packet, ahead } = fresh;
    const gone = packet === first ? sent - ahead : kernel.u16(packet + L.K_FLITS);
    if (gone !== 1) return undefined;
    const follower = new Follower(site, tile, packet);
    follower.look();
    return follower;
  }

  /** Has its tail not been consumed yet? */
  get isUnderWay(): boolean {
    return this.arrival === null || this.now < this.arrival;
  }

  /** The last cycle that was run. */
  private get now(): number {
    return this.site.kernel.cycle - 1;
  }

  /** What happened in the last cycle. */
  look(): void {
    if (this.injected === null) this.lookAtSource();
    const hop = this.hops.at(-1);
    if (hop !== undefined) this.lookAtHop(hop, this.lane!);
  }

  private lookAtSource(): void {
    const { kernel } = this.site;
    const source = kernel.u32(this.plane + L.P_SOURCES) + this.source * L.S_STRIDE;
    if (frontPacket(kernel, source) === this.packet && kernel.u32(source + L.S_SENT) === 0) return;
    this.injected = this.now;
    this.come(this.source, kernel.u8(source + L.S_VC) * L.PORTS + LOCAL, this.now + INJECTION_CYCLES);
  }

  private come(tile: number, lane: number, came: number): void {
    const [port, channel] = [lane % L.PORTS, Math.floor(lane / L.PORTS)];
    this.lane = { plane: this.plane, tile, lane };
    this.stood = packetsOf(this.site.kernel, this.lane)[0] === this.packet;
    this.hops.push({ tile, port, channel, came, front: null, granted: null, left: null, out: null });
  }

  private lookAtHop(hop: Hop, lane: Lane): void {
    const { kernel, mesh } = this.site;
    const isFront = packetsOf(kernel, lane)[0] === this.packet;
    const { stood } = this;
    this.stood = isFront;
    if (this.now < hop.came) return;
    if (hop.left !== null) {
      // at the last router: the tail has left when another packet, or none, stands at the front
      if (!isFront && this.arrival === null) this.arrival = this.now + LINK_CYCLES;
      return;
    }
    if (stood && hop.front === null) hop.front = this.now;
    if (hop.front === null) return;
    if (hop.granted === null && isFront && channelAt(kernel, lane) !== undefined) {
      hop.granted = this.now;
      hop.out = outputAt(kernel, lane);
      return;
    }
    if (hop.granted === null || (isFront && flitsToLeave(kernel, lane) === this.flits)) return;
    hop.left = this.now;
    const out = hop.out!;
    if (out === LOCAL) this.lookAtHop(hop, lane);
    else this.comeTo(neighbour(mesh, hop.tile, out), out ^ 1);
  }

  /** To the next router, on the channel whose queue there has it. */
  private comeTo(tile: number, port: number): void {
    const { kernel } = this.site;
    const lanes = Array.from({ length: kernel.u32(this.plane + L.P_VCS) }, (_, vc) => vc * L.PORTS + port);
    const lane = lanes.find((lane) => packetsOf(kernel, { plane: this.plane, tile, lane }).includes(this.packet))!;
    this.come(tile, lane, this.now + LINK_CYCLES);
  }

  get detail(): PacketDetail {
    const [stage, age] = this.stage();
    return {
      cycle: this.now,
      tenant: this.tenant,
      source: this.source,
      target: this.target,
      flits: this.flits,
      created: this.created,
      injected: this.injected,
      hops: this.hops.map((hop) => ({ ...hop })),
      stage,
      age,
      ahead: this.ahead(),
      isFull: stage === 'sa' && this.isFull(),
      arrived: this.isUnderWay ? null : this.arrival,
    };
  }

  /** What the head did in the last cycle, and for how many cycles it has been under way between two routers. */
  private stage(): readonly [PacketStage, number] {
    const { now } = this;
    const hop = this.hops.at(-1);
    if (!this.isUnderWay) return ['arrived', 0];
    if (this.injected === null || hop === undefined) return ['source', 0];
    if (hop.left !== null) return now === hop.left ? ['sa', 0] : ['eject', now - hop.left];
    if (now < hop.came) return this.onTheWay(hop);
    if (hop.front === null) return ['buffer', 0];
    return hop.granted === null || hop.granted === now ? ['va', 0] : ['sa', 0];
  }

  private onTheWay(hop: Hop): readonly [PacketStage, number] {
    const before = this.hops.at(-2);
    if (before === undefined) return [this.now === this.injected ? 'source' : 'link', this.now - this.injected!];
    const age = LINK_CYCLES - (hop.came - this.now);
    return [age === 0 ? 'sa' : age === 1 ? 'crossbar' : 'link', age];
  }

  /** Flits before its head in the buffer that it stands in. */
  private ahead(): number {
    const { kernel } = this.site;
    const hop = this.hops.at(-1);
    if (!this.lane || !hop || hop.front !== null || this.now < hop.came) return 0;
    const packets = packetsOf(kernel, this.lane);
    const place = packets.indexOf(this.packet);
    return packets
      .slice(0, Math.max(0, place))
      .reduce(
        (sum, packet, i) => sum + (i === 0 ? flitsToLeave(kernel, this.lane!) : kernel.u16(packet + L.K_FLITS)),
        0,
      );
  }

  /** Has its channel no room behind? */
  private isFull(): boolean {
    const { kernel } = this.site;
    const { plane, tile } = this.lane!;
    const vc = channelAt(kernel, this.lane!);
    if (vc === undefined) return false;
    return (
      kernel.u8(laneAt(kernel, { plane, tile, lane: vc * L.PORTS + outputAt(kernel, this.lane!) }) + L.L_FREE) === 0
    );
  }
}

/** The packet of which the source of a tile sent a flit in the last cycle, and how many it has sent already of the cycles to come. */
function justSent(kernel: Kernel, plane: number, tile: number): { packet: number; ahead: number } | undefined {
  for (let vc = 0; vc < kernel.u32(plane + L.P_VCS); vc++) {
    const lane = { plane, tile, lane: vc * L.PORTS + LOCAL };
    if (!isLanding(kernel, lane, INJECTION_CYCLES - 1)) continue;
    let ahead = 0;
    while (ahead < L.MOST_AT_ONCE - 1 && isLanding(kernel, lane, INJECTION_CYCLES + ahead)) ahead++;
    return { packet: packetsOf(kernel, lane).at(-1)!, ahead };
  }
  return undefined;
}
