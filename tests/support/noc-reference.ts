/**
 * A second network, slow and plain, for comparison with the kernel: noc-model.md read line by line into arrays and queues. It
 * shares nothing with the kernel, not even types. Every cycle visits every router; messages under way are a list per due cycle;
 * an arbiter takes the smallest cyclic distance from its pointer. Beyond the text it can restrict a packet to some virtual
 * channels, send it along a table of directions instead of X first, and count flits and blocked cycles of links (model.md
 * sections 2, 6 and 8); without those options it is the text alone.
 */

export interface ReferenceTrace {
  readonly width: number;
  readonly height: number;
  /** V */
  readonly virtualChannels: number;
  /** B, in flits */
  readonly bufferDepth: number;
  /** [creation cycle, source, destination, flits], cycles not decreasing. */
  readonly packets: readonly (readonly [number, number, number, number])[];
  /** What is special about packet i; nothing by default. */
  readonly special?: readonly (Special | undefined)[];
}

export interface Special {
  /** Bit v: the packet may take channel v, at its source and on every hop (default all). */
  readonly channels?: number;
  /** directions[tile][destination]: the output port, instead of X first. */
  readonly directions?: readonly (readonly number[])[];
  /** Whose flits these are on the links (default 0). */
  readonly tenant?: number;
}

export interface ReferenceResult {
  /** Cycle in which the tail of each packet was consumed; undefined if it never is. */
  arrivals: (number | undefined)[];
  /** Per packet: cycle in which its head left the source, and on which channel. */
  injectCycles: number[];
  injectVcs: number[];
  /** Per packet: cycle in which its tail left the source. */
  leaveCycles: number[];
  /** The first cycle after which nothing can ever change although packets are left; undefined if all arrive. */
  deadlock: number | undefined;
  /** linkFlits[tile][port][tenant], ports 0 to 3. */
  linkFlits: number[][][];
  /** linkBlocked[tile][port]: cycles in which a flit that waits here wanted this link and none took it. */
  linkBlocked: number[][];
  /** linkBlockedBy[tile][port][tenant]: those in which a flit of this tenant did. */
  linkBlockedBy: number[][][];
  /** interference[tenant]: cycles that its flits lost to another tenant, or found channels owned by one. */
  interference: number[];
}

const PORTS = 5;
const EAST = 0;
const WEST = 1;
const SOUTH = 2;
const NORTH = 3;
const LOCAL = 4;

interface Packet extends Special {
  index: number;
  cycle: number;
  target: number;
  flits: number;
}

interface Flit {
  packet: Packet;
  isTail: boolean;
}

/** An input virtual channel (section 4). */
interface Input {
  fifo: Flit[];
  phase: 'IDLE' | 'WAIT_VC' | 'ACTIVE';
  /** When ACTIVE: index port*V + vc of its output channel. */
  output: number;
}

/** An output virtual channel (section 4). */
interface Output {
  owned: boolean;
  /** Whose packet owns it, or did last. */
  tenant: number;
  free: number;
}

interface Router {
  node: number;
  inputs: Input[];
  outputs: Output[];
  vaGrant: number[];
  vaAccept: number[];
  saGrant: number[];
  saAccept: number[];
  rr: number[];
}

interface Source {
  queue: Packet[];
  sent: number;
  vc: number;
  free: number[];
  last: number;
}

/** A pair of an allocation: the input that asks, the output it asks for. */
type Pair = readonly [input: number, output: number];

/** Section 8: one iteration of iSLIP. Returns the accepted pairs and moves their pointers. */
function islip(requests: readonly Pair[], inputs: number, outputs: number, grant: number[], accept: number[]): Pair[] {
  const grants: Pair[] = [];
  for (const output of new Set(requests.map((request) => request[1]))) {
    const asking = requests.filter((request) => request[1] === output).map((request) => request[0]);
    grants.push([first(asking, grant[output], inputs), output]);
  }
  const accepted: Pair[] = [];
  for (const input of new Set(grants.map((pair) => pair[0]))) {
    const granting = grants.filter((pair) => pair[0] === input).map((pair) => pair[1]);
    accepted.push([input, first(granting, accept[input], outputs)]);
  }
  for (const [input, output] of accepted) {
    grant[output] = (input + 1) % inputs;
    accept[input] = (output + 1) % outputs;
  }
  return accepted;
}

/** The first of some numbers at or after a pointer, cyclically. */
function first(numbers: readonly number[], pointer: number, modulus: number): number {
  const distance = (n: number): number => (n - pointer + modulus) % modulus;
  return numbers.reduce((best, n) => (distance(n) < distance(best) ? n : best));
}

const list = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));

/** Whose flit is at the front. */
const tenantAt = ({ fifo }: Input): number => fifo[0].packet.tenant ?? 0;

class Network {
  readonly result: ReferenceResult;
  private readonly trace: ReferenceTrace;
  private readonly V: number;
  private readonly routers: Router[];
  private readonly sources: Source[];
  /** What happens in the receive phase of a cycle to come. */
  private readonly due = new Map<number, (() => void)[]>();
  private now = 0;
  private left: number;
  private moved = false;

  constructor(trace: ReferenceTrace) {
    const { width, height, virtualChannels: V, bufferDepth: B, packets } = trace;
    const nodes = width * height;
    const tenants = 1 + Math.max(0, ...(trace.special ?? []).map((special) => special?.tenant ?? 0));
    this.trace = trace;
    this.V = V;
    this.left = packets.length;
    this.sources = list(nodes, () => ({ queue: [], sent: 0, vc: 0, free: list(V, () => B), last: -1 }));
    this.routers = list(nodes, (node) => ({
      node,
      inputs: list(PORTS * V, (): Input => ({ fifo: [], phase: 'IDLE', output: -1 })),
      outputs: list(PORTS * V, (): Output => ({ owned: false, tenant: 0, free: B })),
      vaGrant: list(PORTS * V, () => 0),
      vaAccept: list(PORTS * V, () => 0),
      saGrant: list(PORTS, () => 0),
      saAccept: list(PORTS, () => 0),
      rr: list(PORTS, () => 0),
    }));
    packets.forEach(([cycle, source, target, flits], index) => {
      this.sources[source].queue.push({ ...trace.special?.[index], index, cycle, target, flits });
    });
    this.result = {
      arrivals: packets.map(() => undefined),
      injectCycles: [],
      injectVcs: [],
      leaveCycles: [],
      deadlock: undefined,
      linkFlits: list(nodes, () => list(LOCAL, () => list(tenants, () => 0))),
      linkBlocked: list(nodes, () => list(LOCAL, () => 0)),
      linkBlockedBy: list(nodes, () => list(LOCAL, () => list(tenants, () => 0))),
      interference: list(tenants, () => 0),
    };
  }

  /** Section 5, cycle by cycle, until the last tail has arrived or nothing can change any more. */
  run(): ReferenceResult {
    while (this.left > 0) {
      this.moved = false;
      this.receive();
      this.sources.forEach((source, node) => this.inject(source, node));
      for (const router of this.routers) this.route(router);
      if (!this.moved && this.due.size === 0 && !this.willCreate()) {
        this.result.deadlock = this.now;
        break;
      }
      this.now++;
    }
    return this.result;
  }

  private willCreate(): boolean {
    return this.sources.some(({ queue }) => queue.some((packet) => packet.cycle > this.now));
  }

  private after(cycles: number, effect: () => void): void {
    const cycle = this.now + cycles;
    if (!this.due.has(cycle)) this.due.set(cycle, []);
    this.due.get(cycle)!.push(effect);
  }

  private receive(): void {
    for (const effect of this.due.get(this.now) ?? []) effect();
    this.due.delete(this.now);
  }

  private arriveAtRouter(node: number, port: number, vc: number, flit: Flit): void {
    const input = this.routers[node].inputs[port * this.V + vc];
    input.fifo.push(flit);
    if (input.phase === 'IDLE') input.phase = 'WAIT_VC';
  }

  private arriveAtTerminal(node: number, vc: number, flit: Flit): void {
    this.after(3, () => this.routers[node].outputs[LOCAL * this.V + vc].free++);
    if (!flit.isTail) return;
    this.result.arrivals[flit.packet.index] = this.now;
    this.left--;
  }

  /** Section 7. */
  private inject(source: Source, node: number): void {
    const packet = source.queue[0];
    if (packet === undefined || packet.cycle > this.now) return;
    if (source.sent === 0) {
      const inTurn = list(this.V, (i) => (source.last + 1 + i) % this.V);
      const vc = inTurn.find((v) => source.free[v] > 0 && mayTake(packet, v));
      if (vc === undefined) return;
      source.vc = source.last = vc;
      this.result.injectCycles[packet.index] = this.now;
      this.result.injectVcs[packet.index] = vc;
    }
    const { vc } = source;
    if (source.free[vc] === 0) return;
    source.free[vc]--;
    source.sent++;
    this.moved = true;
    const isTail = source.sent === packet.flits;
    this.after(2, () => this.arriveAtRouter(node, LOCAL, vc, { packet, isTail }));
    if (!isTail) return;
    source.queue.shift();
    this.result.leaveCycles[packet.index] = this.now;
    source.sent = 0;
  }

  /** Sections 9 to 11: both allocations on the state before any grant of this cycle, then both commits. */
  private route(router: Router): void {
    if (router.inputs.every((input) => input.fifo.length === 0)) return; // nobody asks for anything
    const channels = this.allocateChannels(router);
    const moves = this.allocateSwitch(router);
    this.countBlocked(router, channels, moves);
    for (const [input, output] of channels) {
      router.outputs[output].owned = true;
      router.outputs[output].tenant = tenantAt(router.inputs[input]);
      router.inputs[input].phase = 'ACTIVE';
      router.inputs[input].output = output;
      this.moved = true;
    }
    this.countInterference(router, channels, moves);
    for (const input of moves) this.forward(router, input);
  }

  /** Section 9. */
  private allocateChannels(router: Router): Pair[] {
    const requests: Pair[] = [];
    router.inputs.forEach((input, i) => {
      if (input.phase !== 'WAIT_VC') return;
      const { packet } = input.fifo[0];
      const port = this.outputPort(router.node, packet);
      for (let w = 0; w < this.V; w++) {
        const output = port * this.V + w;
        if (!router.outputs[output].owned && mayTake(packet, w)) requests.push([i, output]);
      }
    });
    return islip(requests, PORTS * this.V, PORTS * this.V, router.vaGrant, router.vaAccept);
  }

  /** Section 10: the input channels that win, by index. */
  private allocateSwitch(router: Router): number[] {
    const competing = router.inputs.flatMap(({ phase, fifo, output }, i) =>
      phase === 'ACTIVE' && fifo.length > 0 && router.outputs[output].free > 0 ? [i] : [],
    );
    const portOf = (index: number): number => Math.floor(index / this.V);
    const wanted = (i: number): number => portOf(router.inputs[i].output);
    const requests = competing.map((i): Pair => [portOf(i), wanted(i)]);
    return islip(requests, PORTS, PORTS, router.saGrant, router.saAccept).map(([port, out]) => {
      const vcs = competing.filter((i) => portOf(i) === port && wanted(i) === out).map((i) => i % this.V);
      return port * this.V + first(vcs, router.rr[port], this.V);
    });
  }

  /** Section 11, SA: the front flit of this input channel leaves. */
  private forward(router: Router, index: number): void {
    const input = router.inputs[index];
    const [port, vc] = [Math.floor(index / this.V), index % this.V];
    const [out, outVc] = [Math.floor(input.output / this.V), input.output % this.V];
    const flit = input.fifo.shift()!;
    router.rr[port] = (vc + 1) % this.V;
    router.outputs[input.output].free--;
    this.moved = true;
    this.returnCredit(router.node, port, vc);
    if (out === LOCAL) {
      this.after(3, () => this.arriveAtTerminal(router.node, outVc, flit));
    } else {
      const next = this.neighbour(router.node, out);
      this.after(3, () => this.arriveAtRouter(next, OPPOSITE[out], outVc, flit));
      this.result.linkFlits[router.node][out][flit.packet.tenant ?? 0]++;
    }
    if (!flit.isTail) return;
    router.outputs[input.output].owned = false;
    input.phase = input.fifo.length > 0 ? 'WAIT_VC' : 'IDLE';
  }

  /** Section 6: the slot that a flit leaves is known upstream 3 cycles later, at the source 2. */
  private returnCredit(node: number, port: number, vc: number): void {
    if (port === LOCAL) {
      this.after(2, () => this.sources[node].free[vc]++);
    } else {
      const upstream = this.routers[this.neighbour(node, port)];
      this.after(3, () => upstream.outputs[OPPOSITE[port] * this.V + vc].free++);
    }
  }

  /** model.md section 8: a link without a winner that a present flit wanted; a head granted its channel now is not blocked. */
  private countBlocked(router: Router, channels: readonly Pair[], moves: readonly number[]): void {
    const granted = channels.map((pair) => pair[0]);
    const used = moves.map((i) => Math.floor(router.inputs[i].output / this.V));
    const waiting = router.inputs.filter((input, i) => input.fifo.length > 0 && !granted.includes(i));
    const packets = waiting.map(({ fifo }) => fifo[0].packet);
    for (let port = 0; port < LOCAL; port++) {
      const wanting = packets.filter((packet) => this.outputPort(router.node, packet) === port);
      if (wanting.length === 0 || used.includes(port)) continue;
      this.result.linkBlocked[router.node][port]++;
      const tenants = new Set(wanting.map((packet) => packet.tenant ?? 0));
      for (const tenant of tenants) this.result.linkBlockedBy[router.node][port][tenant]++;
    }
  }

  /** model.md section 8, per flit that waits, with the channels granted now and before tails release theirs. */
  private countInterference(router: Router, channels: readonly Pair[], moves: readonly number[]): void {
    const portOf = (index: number): number => Math.floor(index / this.V);
    const gone = [...moves, ...channels.map(([input]) => input)];
    router.inputs.forEach((input, i) => {
      if (input.fifo.length === 0 || gone.includes(i)) return;
      const tenant = tenantAt(input);
      const out = this.outputPort(router.node, input.fifo[0].packet);
      const lostTo = (isWinner: (winner: number) => boolean): boolean =>
        moves.some((winner) => isWinner(winner) && tenantAt(router.inputs[winner]) !== tenant);
      const outputs = router.outputs.slice(out * this.V, (out + 1) * this.V);
      const isForeign =
        input.phase === 'WAIT_VC'
          ? outputs.some((output) => output.owned && output.tenant !== tenant)
          : lostTo((winner) => portOf(router.inputs[winner].output) === out) ||
            (router.outputs[input.output].free > 0 && lostTo((winner) => portOf(winner) === portOf(i)));
      if (isForeign) this.result.interference[tenant]++;
    });
  }

  /** Section 3. */
  private outputPort(node: number, packet: Packet): number {
    if (packet.directions !== undefined) return packet.directions[node][packet.target];
    const { width } = this.trace;
    const [x, y] = [node % width, Math.floor(node / width)];
    const [toX, toY] = [packet.target % width, Math.floor(packet.target / width)];
    if (toX !== x) return toX > x ? EAST : WEST;
    if (toY !== y) return toY > y ? SOUTH : NORTH;
    return LOCAL;
  }

  /** Section 2. */
  private neighbour(node: number, port: number): number {
    return node + [1, -1, this.trace.width, -this.trace.width][port];
  }
}

/** Output 0 of a router feeds input 1 of its neighbour, and so on. */
const OPPOSITE = [WEST, EAST, NORTH, SOUTH];

const mayTake = (packet: Packet, vc: number): boolean => ((packet.channels ?? -1) & (1 << vc)) !== 0;

/** Run a trace to its end, or to the deadlock that tables of directions can cause. */
export const referenceNoc = (trace: ReferenceTrace): ReferenceResult => new Network(trace).run();
