/** A curve of latency against load, computed in the pool of workers. Points arrive in any order. */
import type { TrafficShape } from '../model/traffic.ts';
import { runPool } from './pool.ts';
import type { CurveApi, CurvePoint } from './protocol.ts';

/** Start; `onPoint` hears of each point, `onEnd` when all are there or a worker could not be run. Returns the way to stop it. */
export const computeCurve = (
  shapes: readonly TrafficShape[],
  onPoint: (point: CurvePoint) => void,
  onEnd: () => void,
): (() => void) =>
  runPool<CurveApi, TrafficShape, CurvePoint>({
    jobs: shapes,
    start: () => new Worker(new URL('./curve-worker.ts', import.meta.url), { type: 'module' }),
    ask: (api, shape) => api.point(shape),
    onAnswer: onPoint,
    onEnd,
  });
