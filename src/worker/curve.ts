/** A curve of latency against load, computed in the pool of workers. Points arrive in any order. */
import type { TrafficShape } from '../model/traffic.ts';
import { runPool } from './pool.ts';
import type { CurveApi, CurvePoint } from './protocol.ts';

export interface CurveEvents {
  readonly onPoint: (point: CurvePoint) => void;
  /** All is over; so many loads are missing, because a worker could not be run. */
  readonly onEnd: (missing: number) => void;
}

/**
 * Start; returns the way to stop it.
 * @param busy workers that simulate already
 */
export function computeCurve(
  shapes: readonly TrafficShape[],
  busy: number,
  { onPoint, onEnd }: CurveEvents,
): () => void {
  let missing = shapes.length;
  return runPool<CurveApi, TrafficShape, CurvePoint>({
    jobs: shapes,
    busy,
    start: () => new Worker(new URL('./curve-worker.ts', import.meta.url), { type: 'module' }),
    ask: (api, shape) => api.point(shape),
    onAnswer: (point) => {
      missing--;
      onPoint(point);
    },
    onEnd: () => onEnd(missing),
  });
}
