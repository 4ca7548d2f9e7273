/**
 * A curve of latency against load, computed in a pool of workers beside the simulation: one per processor but one, each taking the
 * next load that is left. Points arrive in any order. Ending it ends its workers.
 */
import { wrap } from 'comlink';
import type { TrafficShape } from '../model/traffic.ts';
import type { CurveApi, CurvePoint } from './protocol.ts';

/** Start; `onPoint` hears of each point, `onEnd` when all are there or a worker could not be run. Returns the way to stop it. */
export function computeCurve(
  shapes: readonly TrafficShape[],
  onPoint: (point: CurvePoint) => void,
  onEnd: () => void,
): () => void {
  const left = [...shapes];
  const size = Math.min(left.length, Math.max(1, navigator.hardwareConcurrency - 1));
  const workers = Array.from(
    { length: size },
    () => new Worker(new URL('./curve-worker.ts', import.meta.url), { type: 'module' }),
  );
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    for (const worker of workers) worker.terminate();
  };
  const serve = async (worker: Worker): Promise<void> => {
    const failed = new Promise<never>((_, reject) => worker.addEventListener('error', reject));
    const { point } = wrap<CurveApi>(worker);
    for (let shape = left.shift(); shape && !stopped; shape = left.shift()) {
      const found = await Promise.race([point(shape), failed]);
      if (!stopped) onPoint(found);
    }
  };
  void Promise.allSettled(workers.map(serve)).then(() => {
    if (stopped) return;
    stop();
    onEnd();
  });
  return stop;
}
