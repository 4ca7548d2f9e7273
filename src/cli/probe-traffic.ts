/** `vnpu probe traffic`: synthetic traffic on one network plane, with warm-up, window and drain (noc-model.md section 18). */
import { probeTraffic } from '../engine/probe-traffic.ts';
import type { TrafficShape } from '../model/traffic.ts';
import { tileCount } from '../model/mesh.ts';
import { parameter } from '../model/parameters.ts';
import { ok, type Result } from '../model/problem.ts';
import { patternMisfit, PATTERNS, TRAFFIC_PARAMETERS } from '../model/traffic.ts';
import { trafficFigures } from '../report/traffic.ts';
import { Fields, type Answer } from './probe-fields.ts';
import { MOST_VCS } from './probe-noc.ts';
import { table } from './table.ts';

/** Flit buffers of one port over all tiles: as many as a document may have. */
const MOST_BUFFERS = 262_144;

/** Check one point: every key is needed, others are ignored. */
export function parseTraffic(json: unknown): Result<TrafficShape> {
  const fields = new Fields();
  const given = fields.object(json, '');
  const bounded = (key: 'width' | 'height' | 'bufferDepth'): number =>
    fields.whole(given[key], key, parameter(key).min, parameter(key).max);
  const whole = ({ key, min, max }: (typeof TRAFFIC_PARAMETERS)[number]): number =>
    fields.whole(given[key], key, min, max);
  const mesh = { width: bounded('width'), height: bounded('height') };
  const virtualChannels = fields.whole(given.virtualChannels, 'virtualChannels', 1, MOST_VCS);
  const bufferDepth = bounded('bufferDepth');
  const pattern = fields.choice(given.pattern, 'pattern', PATTERNS);
  const rate = fields.share(given.rate, 'rate');
  const [packetFlits, warmup, measure] = TRAFFIC_PARAMETERS.map(whole);
  const seed = fields.whole(given.seed, 'seed', 0, 2 ** 32 - 1);
  const traffic = { pattern, rate, packetFlits, warmup, measure };
  const shape = { mesh, virtualChannels, bufferDepth, seed, traffic };
  if (fields.problems.length === 0) checkTogether(fields, shape);
  return fields.result(shape);
}

function checkTogether(fields: Fields, { mesh, virtualChannels, bufferDepth, traffic }: TrafficShape): void {
  const misfit = patternMisfit(traffic.pattern, mesh);
  if (misfit !== undefined) fields.refuse('pattern', misfit);
  const buffers = tileCount(mesh) * virtualChannels * bufferDepth;
  if (buffers > MOST_BUFFERS) {
    const product = `${tileCount(mesh)} tiles x ${virtualChannels} virtual channels x ${bufferDepth} flits`;
    fields.refuse('bufferDepth', `${product} are ${buffers} buffers per port; at most ${MOST_BUFFERS} are right`);
  }
}

export function answerTraffic(module: WebAssembly.Module, json: unknown): Result<Answer> {
  const input = parseTraffic(json);
  if (!input.ok) return input;
  const { mesh, traffic } = input.value;
  const { counters, cycles, seconds } = probeTraffic(module, input.value);
  const figures = trafficFigures(mesh, traffic, counters);
  const shown = (value: number | null): string => value?.toFixed(2) ?? '-';
  const text = table([
    ['latency', 'in the network', 'accepted', 'links', 'saturated', 'cycles'],
    [
      shown(figures.packetLatency),
      shown(figures.networkLatency),
      figures.acceptedRate.toFixed(4),
      shown(figures.hops),
      figures.saturated ? 'yes' : 'no',
      cycles,
    ],
  ]);
  return ok({ json: { ...figures, cycles, flitHops: counters.flitHops, seconds }, text });
}
