/**
 * Entry of the worker: compiles machine and mapping search once, exposes the simulation's calls and answers frame requests. Calls that arrive
 * before the kernel is there wait for it in order. An error that escapes ends up as the worker's error event at the page.
 */
import { expose, transfer } from 'comlink';
import { Machine } from '../engine/machine.ts';
import { mapperOf } from '../engine/mapping.ts';
import type { RecentData, TimelineData } from '../engine/snapshot.ts';
import { parseDocument, resolve } from '../experiment/parse.ts';
import type { Experiment } from '../model/experiment.ts';
import { ok } from '../model/problem.ts';
import { buildPlan } from '../plan/build.ts';
import { listProgram } from '../plan/listing.ts';
import { workerHost } from './host.ts';
import { compileKernel, compileMapping } from './kernel.ts';
import { readOnnxBlob } from './onnx.ts';
import { coreAfterBursts, measureDocument } from './measure.ts';
import type { FrameRequest, SimulationApi, WorkerApi } from './protocol.ts';
import type { Rooms } from './simulated.ts';
import { Simulation } from './simulation.ts';

const rooms = Promise.all([compileKernel(), compileMapping()]).then(([kernel, mapping]): Rooms => {
  const mapper = mapperOf(mapping);
  const open = (document: unknown) => {
    const parsed = parseDocument(document);
    return parsed.ok ? ok(resolve(parsed.value)) : parsed;
  };
  const plan = (experiment: Experiment) => buildPlan(experiment, mapper);
  const machine = (plan: Parameters<typeof Machine.create>[1]) => Machine.create(kernel, plan);
  return { open, plan, machine, list: listProgram };
});
const simulation = rooms.then((rooms) => new Simulation(rooms, workerHost()));

/** A call that waits for the kernel. */
const call =
  <K extends keyof SimulationApi>(name: K) =>
  async (...input: Parameters<SimulationApi[K]>): Promise<Awaited<ReturnType<SimulationApi[K]>>> => {
    const target = await simulation;
    const method = target[name] as (...input: Parameters<SimulationApi[K]>) => ReturnType<SimulationApi[K]>;
    return await method.apply(target, input);
  };

/** A timeline is up to megabytes: its array is handed over, not copied. */
const handOver = <T extends TimelineData | RecentData>(data: T | null): T | null =>
  data && transfer(data, [data.causes.buffer]);

async function connect(frames: MessagePort): Promise<void> {
  const filler = await simulation;
  frames.onmessage = ({ data }: MessageEvent<FrameRequest>) => {
    const reply = filler.frame(data);
    frames.postMessage(reply, [reply.buffer]);
  };
}

const api = {
  load: call('load'),
  setPace: call('setPace'),
  setPlaying: call('setPlaying'),
  step: call('step'),
  showMiss: call('showMiss'),
  follow: call('follow'),
  packet: call('packet'),
  deadlock: call('deadlock'),
  core: call('core'),
  program: call('program'),
  link: call('link'),
  model: call('model'),
  router: call('router'),
  foreign: call('foreign'),
  traffic: call('traffic'),
  timeline: async () => handOver(await call('timeline')()),
  recent: async (cycles: number) => handOver(await call('recent')(cycles)),
  report: call('report'),
  ideal: call('ideal'),
  position: call('position'),
  verify: call('verify'),
  connect,
  importOnnx: readOnnxBlob,
  measure: async (document: unknown, cycle: number) =>
    measureDocument(await rooms, document, cycle, () => performance.now()),
  bursts: async (document: unknown, tile: number, bursts: number) =>
    coreAfterBursts(await rooms, document, tile, bursts),
} satisfies Record<keyof WorkerApi, unknown>;

expose(api);
