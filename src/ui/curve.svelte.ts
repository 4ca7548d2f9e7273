/** The curve of latency against load of one network: its points as they come in, dropped when the network or its traffic changes. */
import type { Experiment } from '../model/experiment.ts';
import type { Traffic } from '../model/traffic.ts';
import type { TrafficShape } from '../model/traffic.ts';
import { computeCurve } from '../worker/curve.ts';
import type { CurvePoint } from '../worker/protocol.ts';

const LOADS = 24;
/** Long enough for a mean within a few per cent, short enough to watch. */
const WARMUP = 2000;
const MEASURE = 6000;

/** Everything that a point depends on but the load. */
export function curveKey({ chip, traffic, seed }: Experiment): string {
  const { width, height, virtualChannels, bufferDepth } = chip;
  const { pattern, packetFlits, routes } = traffic ?? {};
  return JSON.stringify([width, height, virtualChannels, bufferDepth, seed, pattern, packetFlits, routes]);
}

/** The loads to compute, every fourth first: the shape is seen early. */
export function curveShapes({ chip, seed }: Experiment, traffic: Traffic, highest: number): TrafficShape[] {
  const { width, height, virtualChannels, bufferDepth } = chip;
  const order = Array.from({ length: LOADS }, (_, i) => i + 1).sort((a, b) => (a % 4) - (b % 4) || a - b);
  return order.map((step) => ({
    mesh: { width, height },
    ...{ virtualChannels, bufferDepth, seed },
    traffic: { ...traffic, rate: (highest * step) / LOADS, warmup: WARMUP, measure: MEASURE },
  }));
}

export class Curve {
  points = $state.raw<readonly CurvePoint[]>([]);
  total = $state(0);
  running = $state(false);
  /** Loads that could not be computed. */
  missing = $state(0);
  private stopWorkers: (() => void) | null = null;

  /** @param busy workers that simulate already */
  start(shapes: readonly TrafficShape[], busy: number): void {
    this.clear();
    this.total = shapes.length;
    this.running = true;
    this.stopWorkers = computeCurve(shapes, busy, {
      onPoint: (point) => (this.points = [...this.points, point].sort((a, b) => a.rate - b.rate)),
      onEnd: (missing) => {
        this.running = false;
        this.missing = missing;
      },
    });
  }

  stop(): void {
    this.stopWorkers?.();
    this.stopWorkers = null;
    this.running = false;
  }

  clear(): void {
    this.stop();
    this.points = [];
    this.missing = 0;
  }
}
