/** The page's side against a real simulation behind real message ports, with fake machines and a worker that can die. */
import { expose } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import type { Frame } from '../../src/engine/frame.ts';
import { SimulationClient, type Crash, type WorkerLike } from '../../src/worker/client.ts';
import { workerHost } from '../../src/worker/host.ts';
import type { FrameRequest, LoadRequest } from '../../src/worker/protocol.ts';
import { Simulation } from '../../src/worker/simulation.ts';
import { fakeRooms, FakeHost, type FakeDocument } from './fakes.ts';

/** A worker made of two ports. `die` is what an uncaught error does to it: no answer ever comes again. */
class FakeWorker extends EventTarget {
  readonly simulation = new Simulation(fakeRooms(new FakeHost()), workerHost());
  private readonly ports = new MessageChannel();
  hung = false;

  constructor() {
    super();
    const { simulation } = this;
    const connect = (frames: MessagePort): void => {
      frames.onmessage = ({ data }: MessageEvent<FrameRequest>) => {
        if (this.hung) return;
        const reply = simulation.frame(data);
        frames.postMessage(reply, [reply.buffer]);
      };
    };
    const explode = (): never => {
      throw new Error('trap');
    };
    const api = {
      connect,
      core: (tile: number) => (tile === 99 ? explode() : tile === 98 ? new Promise(() => {}) : simulation.core(tile)),
    };
    expose(new Proxy(api, { get: (own, key) => own[key as 'core'] ?? bound(simulation, key) }), this.ports.port2);
    this.ports.port1.addEventListener('message', ({ data }) =>
      this.dispatchEvent(new MessageEvent('message', { data })),
    );
    this.ports.port1.start();
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.ports.port1.postMessage(message, transfer);
  }

  die(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }));
  }

  terminate(): void {
    this.hung = true;
    this.ports.port1.close();
  }
}

function bound(target: object, key: string | symbol): unknown {
  const value = Reflect.get(target, key) as unknown;
  return typeof value === 'function' ? value.bind(target) : value;
}

const clients: SimulationClient[] = [];
afterEach(() => clients.splice(0).forEach((client) => client.dispose()));

function setUp() {
  const workers: FakeWorker[] = [];
  const frames: Frame[] = [];
  const crashes: Crash[] = [];
  const start = (): WorkerLike => {
    workers.push(new FakeWorker());
    return workers[workers.length - 1] as unknown as WorkerLike;
  };
  const client = new SimulationClient(
    { onFrame: (frame) => frames.push(frame), onCrash: (crash) => crashes.push(crash) },
    start,
  );
  clients.push(client);
  const load = (document: FakeDocument, more: Partial<LoadRequest> = {}) =>
    client.load({ runId: 1, document, catchUpTo: 0, pace: 1000, playing: false, ...more });
  const frame = async (): Promise<Frame> => {
    const before = frames.length;
    client.requestFrame(false);
    for (let i = 0; i < 200 && frames.length === before; i++) await new Promise((next) => setTimeout(next, 5));
    return frames[frames.length - 1];
  };
  return { client, workers, frames, crashes, load, frame };
}

const settled = () => new Promise((next) => setTimeout(next, 50));

describe('SimulationClient', () => {
  it('passes calls on and brings plain answers back', async () => {
    const { client, load } = setUp();
    const loaded = await load({});
    expect(loaded.ok && loaded.value.tenants.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(await load({ broken: true }, { runId: 2 })).toEqual({
      ok: false,
      problems: [{ path: 'tenants.0.name', message: 'wrong' }],
    });
    expect(await client.position()).toEqual({ cycle: 0, digest: '0'.repeat(16) });
    expect((await client.core(1))?.tile).toBe(1);
    expect((await client.report())?.tenants).toHaveLength(2);
    expect(await client.verify(10)).toBe('a'.padStart(16, '0'));
  });

  it('has one frame under way at most, in two buffers that take turns', async () => {
    const { client, load, frames, frame } = setUp();
    expect(client.requestFrame(false)).toBe(false);
    await load({});
    expect([client.requestFrame(false), client.requestFrame(false)]).toEqual([true, false]);
    await settled();
    expect(frames).toHaveLength(1);
    const [a, b, c] = [frames[0], await frame(), await frame()];
    expect(a.buffer.byteLength).toBe(0); // travelled again for c
    expect([b.buffer.byteLength, c.outcome]).toEqual([c.buffer.byteLength, 'paused']);
  });

  it('shows frames of the newest run only, in buffers of its size', async () => {
    const { client, load, frame, workers } = setUp();
    await load({});
    await workers[0].simulation.load({ runId: 5, document: {}, catchUpTo: 0, pace: 1, playing: false });
    client.requestFrame(false);
    await settled();
    await load({}, { runId: 6 });
    expect((await frame()).outcome).toBe('paused');
  });

  it('settles open calls when the worker dies, starts another with the same document and says so', async () => {
    const { client, load, frame, workers, crashes } = setUp();
    await load({}, { runId: 3 });
    client.step(500);
    await settled();
    expect((await frame()).cycle).toBe(500);
    const open = client.core(98);
    workers[0].die('out of bounds');
    expect(await open).toBeNull();
    expect(crashes).toEqual([{ reason: 'out of bounds', restarted: true }]);
    expect(workers).toHaveLength(2);
    await settled();
    // the same document, caught up to the cycle that was shown, paused as it was
    expect(await frame()).toMatchObject({ cycle: 500, outcome: 'paused' });
  });

  it('takes an error inside a call for a crash', async () => {
    const { client, load, crashes, workers } = setUp();
    await load({});
    expect(await client.core(99)).toBeNull();
    expect(crashes).toEqual([{ reason: 'trap', restarted: true }]);
    expect(workers).toHaveLength(2);
  });

  it('gives up after three crashes in a row until it is told to restart', async () => {
    const { client, load, crashes, workers, frame } = setUp();
    await load({});
    for (let i = 0; i < 3; i++) client.crash('on purpose');
    expect(crashes.map(({ restarted }) => restarted)).toEqual([true, true, false]);
    expect(workers).toHaveLength(3);
    expect([await client.core(1), client.requestFrame(false)]).toEqual([null, false]);
    client.restart();
    expect(workers).toHaveLength(4);
    await settled();
    expect((await frame()).outcome).toBe('paused');
  });

  it('starts a worker again for the next document after it gave up', async () => {
    const { client, load, workers, crashes } = setUp();
    await load({});
    for (let i = 0; i < 3; i++) client.crash('on purpose');
    expect((await load({}, { runId: 2 })).ok).toBe(true);
    expect(workers).toHaveLength(4);
    client.crash('on purpose');
    expect(crashes[3].restarted).toBe(true);
  });

  it('keeps the good document when a new one brings the worker down', async () => {
    const { client, load, workers } = setUp();
    await load({ stages: 5 });
    workers[0].simulation.load = () => new Promise(() => {});
    const bad = load({ stages: 9 }, { runId: 2 });
    await settled();
    workers[0].die('trap');
    expect(await bad).toMatchObject({ ok: false });
    await settled();
    const report = await client.report();
    expect(report?.tenants).toHaveLength(2);
  });

  it('does not hang after its end', async () => {
    const { client, load } = setUp();
    await load({});
    const open = client.core(98);
    client.dispose();
    expect(await open).toBeNull();
    expect(await client.core(1)).toBeNull();
  });
});
