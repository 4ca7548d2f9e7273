/** What the counters of synthetic traffic mean (noc-model.md section 18). The command line and the page share these figures. */
import type { TrafficCounters } from '../engine/snapshot.ts';
import { tileCount, type Mesh } from '../model/mesh.ts';
import type { Traffic } from '../model/traffic.ts';

export interface TrafficFigures {
  /** Mean cycles from the creation of a packet to the arrival of its tail; null if none was measured. */
  packetLatency: number | null;
  /** The same from the injection of its head. */
  networkLatency: number | null;
  /** Flits ejected per node and cycle of the window. */
  acceptedRate: number;
  /** Mean links crossed. */
  hops: number | null;
  saturated: boolean;
}

/** Share of the offered load that a network may fall short of before it is called saturated. */
const SHORTFALL = 0.03;

/** Figures after the run has ended, or of the part of the window that is over. */
export function trafficFigures(mesh: Mesh, traffic: Traffic, counters: TrafficCounters): TrafficFigures {
  const { cycle, measured, latency, networkLatency, links, accepted } = counters;
  const mean = (sum: number): number | null => (measured === 0 ? null : sum / measured);
  const window = Math.min(traffic.measure, Math.max(0, cycle - traffic.warmup));
  const acceptedRate = window === 0 ? 0 : accepted / (window * tileCount(mesh));
  return {
    packetLatency: mean(latency),
    networkLatency: mean(networkLatency),
    acceptedRate,
    hops: mean(links),
    saturated: isOver(traffic, cycle) && isSaturated(mesh, traffic, counters),
  };
}

const isOver = (traffic: Traffic, cycle: number): boolean => cycle >= traffic.warmup + traffic.measure;

/**
 * Past saturation queues grow by what is not accepted, and so does the wait in them: 3 % less accepted than offered, or latencies that
 * grow by more than 3 cycles in 100 from the first third of the window to the last, mean the same. The second sees patterns in which
 * only some nodes are past it. What is offered has sampling noise: of n packets one may miss three times the root of n.
 */
function isSaturated(mesh: Mesh, traffic: Traffic, { accepted, periods }: TrafficCounters): boolean {
  const offered = traffic.rate * traffic.measure * tileCount(mesh);
  const noise = 3 * Math.sqrt(offered * traffic.packetFlits);
  if (accepted < (1 - SHORTFALL) * offered - noise) return true;
  const [early, late] = [periods[0], periods[periods.length - 1]];
  if (early.packets === 0 || late.packets === 0) return false;
  const growth = late.latency / late.packets - early.latency / early.packets;
  return growth > SHORTFALL * traffic.measure * (1 - 1 / periods.length);
}
