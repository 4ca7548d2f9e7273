/**
 * The page's side of the worker. Calls never reject and never hang: when the worker dies, every open call settles with "nothing
 * known", the page is told, and a new worker starts with the same document. Frames come one at a time, in two buffers that take
 * turns: one is shown while the other travels. Leaves out when to ask for a frame: the page's animation loop does that.
 */
import { transfer, wrap, type Remote } from 'comlink';
import { tileCount } from '../model/mesh.ts';
import { fail, type Result } from '../model/problem.ts';
import { Frame, frameBytes } from '../engine/frame.ts';
import type {
  CoreDetail,
  Deadlock,
  PacketDetail,
  RecentData,
  RouterDetail,
  TimelineData,
  TrafficCounters,
} from '../engine/snapshot.ts';
import type { ModelView } from '../report/model-view.ts';
import type { ForeignLink } from '../report/network.ts';
import type { Report } from '../report/report.ts';
import type {
  FrameReply,
  FrameRequest,
  Ideal,
  ImportedFile,
  LinkDetail,
  LoadRequest,
  ProgramLine,
  RunInfo,
  WorkerApi,
} from './protocol.ts';

export interface Crash {
  readonly reason: string;
  /** False after three crashes in a row: the page offers `restart()` or another document. */
  readonly restarted: boolean;
}

export interface ClientEvents {
  /** The frame stays valid until the next one. */
  readonly onFrame?: (frame: Frame) => void;
  readonly onCrash?: (crash: Crash) => void;
}

const CRASHES_IN_A_ROW = 3;
const IN_A_ROW_MS = 10_000;

/** What is used of a Worker. */
export type WorkerLike = Pick<Worker, 'postMessage' | 'addEventListener' | 'removeEventListener' | 'terminate'>;

/** A new worker of the simulator. */
export const startWorker = (): WorkerLike => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

export class SimulationClient {
  private worker!: WorkerLike;
  private api!: Remote<WorkerApi>;
  private frames!: MessagePort;
  /** Ends every open call when the worker dies. */
  private readonly open = new Set<() => void>();
  private current: LoadRequest | undefined;
  private info: RunInfo | undefined;
  private shown: Frame | undefined;
  private spare: ArrayBuffer | undefined;
  private requested = false;
  private alive = false;
  private crashes = 0;
  private lastCrash = -Infinity;

  /** @param start makes a worker; tests bring their own */
  constructor(
    private readonly events: ClientEvents = {},
    private readonly start: () => WorkerLike = startWorker,
  ) {
    this.spawn();
  }

  /** Load a document; starts a worker if there is none any more. Problems leave the run before it untouched. */
  async load(request: LoadRequest): Promise<Result<RunInfo>> {
    if (!this.alive) this.spawn();
    const failed = fail('', 'The simulator crashed while it set up this experiment.');
    const result = await this.call<Result<RunInfo>>((api) => api.load(request), failed);
    if (result.ok && request.runId >= (this.info?.runId ?? -Infinity)) this.adopt(request, result.value);
    return result;
  }

  setPace(pace: number | 'auto'): void {
    if (this.current) this.current = { ...this.current, pace };
    void this.call((api) => api.setPace(pace), undefined);
  }

  setPlaying(playing: boolean): void {
    if (this.current) this.current = { ...this.current, playing };
    void this.call((api) => api.setPlaying(playing), undefined);
  }

  step(cycles: number): void {
    if (this.current) this.current = { ...this.current, playing: false };
    void this.call((api) => api.step(cycles), undefined);
  }

  showMiss(tile: number): void {
    void this.call((api) => api.showMiss(tile), undefined);
  }

  follow(tile: number): void {
    void this.call((api) => api.follow(tile), undefined);
  }

  packet(): Promise<PacketDetail | null> {
    return this.call((api) => api.packet(), null);
  }

  deadlock(): Promise<Deadlock | null> {
    return this.call((api) => api.deadlock(), null);
  }

  core(tile: number): Promise<CoreDetail | null> {
    return this.call((api) => api.core(tile), null);
  }

  program(tile: number): Promise<readonly ProgramLine[]> {
    return this.call((api) => api.program(tile), []);
  }

  link(tile: number, port: number): Promise<LinkDetail> {
    return this.call((api) => api.link(tile, port), { from: tile, to: -1, planes: [] });
  }

  router(tile: number): Promise<RouterDetail | null> {
    return this.call((api) => api.router(tile), null);
  }

  foreign(): Promise<readonly ForeignLink[]> {
    return this.call((api) => api.foreign(), []);
  }

  traffic(): Promise<TrafficCounters | null> {
    return this.call((api) => api.traffic(), null);
  }

  timeline(): Promise<TimelineData | null> {
    return this.call((api) => api.timeline(), null);
  }

  recent(cycles: number): Promise<RecentData | null> {
    return this.call((api) => api.recent(cycles), null);
  }

  report(): Promise<Report | null> {
    return this.call((api) => api.report(), null);
  }

  model(tenant: number): Promise<ModelView | null> {
    return this.call((api) => api.model(tenant), null);
  }

  ideal(): Promise<Ideal> {
    return this.call((api) => api.ideal(), []);
  }

  position(): Promise<{ cycle: number; digest: string } | null> {
    return this.call((api) => api.position(), null);
  }

  /** Digest at a cycle, or an empty string if it cannot be told any more. */
  verify(cycle: number): Promise<string> {
    return this.call((api) => api.verify(cycle), '');
  }

  /** Read an ONNX file; its weights stay where they are. */
  importOnnx(file: Blob): Promise<Result<ImportedFile>> {
    const failed = fail('', 'The simulator crashed while it read this file.');
    return this.call<Result<ImportedFile>>((api) => api.importOnnx(file), failed);
  }

  /** Ask for a frame of the current run; false while one is under way or nothing is loaded. */
  requestFrame(flits: boolean): boolean {
    if (this.requested || !this.info || !this.alive) return false;
    const buffer = this.spare ?? new ArrayBuffer(bytesFor(this.info));
    this.spare = undefined;
    this.requested = true;
    const request: FrameRequest = { runId: this.info.runId, buffer, flits };
    this.frames.postMessage(request, [buffer]);
    return true;
  }

  /** Start a new worker with the last good document, at about the cycle that was shown last. */
  restart(): void {
    this.stop();
    this.spawn();
    if (this.current) void this.load({ ...this.current, catchUpTo: this.shown?.cycle ?? 0 });
  }

  /** End the worker as a crash would. No document can cause this; it is how a crash is tried out. */
  crash(reason: string): void {
    this.stop();
    const now = performance.now();
    this.crashes = now - this.lastCrash < IN_A_ROW_MS ? this.crashes + 1 : 1;
    this.lastCrash = now;
    const restarted = this.crashes < CRASHES_IN_A_ROW;
    if (restarted) this.restart();
    this.events.onCrash?.({ reason, restarted });
  }

  /** End the worker for good. */
  dispose(): void {
    this.stop();
  }

  private spawn(): void {
    const worker = this.start();
    const died = (event: Event) => {
      if (worker === this.worker) this.crash((event as ErrorEvent).message || 'the worker could not be run');
    };
    worker.addEventListener('error', died);
    worker.addEventListener('messageerror', died);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<FrameReply>) => this.receive(data);
    this.alive = true;
    this.worker = worker;
    this.frames = port1;
    this.requested = false;
    this.api = wrap<WorkerApi>(worker as Worker);
    void this.call((api) => api.connect(transfer(port2, [port2])), undefined);
  }

  private stop(): void {
    this.alive = false;
    this.worker.terminate();
    this.frames.close();
    for (const end of this.open) end();
    this.open.clear();
  }

  /** Race a call against the worker's death. An error inside the worker leaves a broken machine behind: it counts as a crash. */
  private call<T>(ask: (api: Remote<WorkerApi>) => Promise<T>, nothing: T): Promise<T> {
    const { worker } = this;
    if (!this.alive) return Promise.resolve(nothing);
    return new Promise((settle) => {
      const end = () => settle(nothing);
      this.open.add(end);
      ask(this.api).then(
        (answer) => {
          this.open.delete(end);
          settle(answer);
        },
        (error: unknown) => {
          if (worker === this.worker && this.open.has(end))
            this.crash(error instanceof Error ? error.message : String(error));
          end();
        },
      );
    });
  }

  private adopt(request: LoadRequest, info: RunInfo): void {
    if (request.runId !== this.current?.runId) this.crashes = 0;
    const resized = !this.info || bytesFor(info) !== bytesFor(this.info);
    this.current = request;
    this.info = info;
    if (resized) this.spare = undefined;
  }

  private receive({ runId, buffer }: FrameReply): void {
    this.requested = false;
    if (!this.info) return;
    if (runId !== this.info.runId) {
      if (buffer.byteLength === bytesFor(this.info)) this.spare = buffer;
      return;
    }
    const before = this.shown;
    this.shown = new Frame(buffer, tileCount(this.info.chip), this.info.tenants.length);
    this.events.onFrame?.(this.shown);
    if (before?.buffer.byteLength === buffer.byteLength) this.spare = before.buffer;
  }
}

const bytesFor = ({ chip, tenants }: RunInfo): number => frameBytes(tileCount(chip), tenants.length);
