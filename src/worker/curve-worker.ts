/** Entry of a worker of the pool: computes one point of a curve of latency against load after the other. */
import { expose } from 'comlink';
import { probeTraffic } from '../engine/probe-traffic.ts';
import type { TrafficShape } from '../model/traffic.ts';
import { trafficFigures } from '../report/traffic.ts';
import { compileKernel } from './kernel.ts';
import type { CurveApi, CurvePoint } from './protocol.ts';

const kernel = compileKernel();

async function point(shape: TrafficShape): Promise<CurvePoint> {
  const { counters } = probeTraffic(await kernel, shape);
  return { rate: shape.traffic.rate, ...trafficFigures(shape.mesh, shape.traffic, counters) };
}

expose({ point } satisfies Record<keyof CurveApi, unknown>);
