/** `vnpu probe noc`: a trace of packets through one network plane alone. Format: contracts of the probe, one row per packet. */
import { probeNoc } from '../engine/probes.ts';
import { parameter } from '../model/parameters.ts';
import { ok, type Result } from '../model/problem.ts';
import { Fields, type Answer } from './probe-fields.ts';

type NocInput = Parameters<typeof probeNoc>[1];
type Packet = NocInput['packets'][number];

const MOST_PACKETS = 1_000_000;
/** The kernel's lanes allow more virtual channels than a chip may have: half of them are for confined traffic there. */
export const MOST_VCS = 12;
const MOST_FLITS = 65_535;
const LAST_CYCLE = 2 ** 31 - 1;
/** All packets together: some minutes of simulation. */
const MOST_FLITS_IN_ALL = 1_000_000_000;

/** Check a trace: destinations inside the mesh, at least one flit, cycles in order. */
export function parseNoc(json: unknown): Result<NocInput> {
  const fields = new Fields();
  const trace = fields.object(json, '');
  const bounded = (key: 'width' | 'height' | 'virtualChannels' | 'bufferDepth'): number =>
    fields.whole(
      trace[key],
      key,
      parameter(key).min,
      Math.max(parameter(key).max, key === 'virtualChannels' ? MOST_VCS : 0),
    );
  const [width, height] = [bounded('width'), bounded('height')];
  const mesh = { width, height, virtualChannels: bounded('virtualChannels'), bufferDepth: bounded('bufferDepth') };
  if (fields.problems.length > 0) return fields.result({ ...mesh, packets: [] });
  const rows = fields.list(trace.packets, 'packets', MOST_PACKETS);
  let earliest = 0;
  let flits = 0;
  const packets = rows.map((row, index): Packet => {
    const packet = readPacket(fields, row, `packets.${index}`, width * height, earliest);
    earliest = Math.max(earliest, packet[0]);
    const before = flits;
    flits += packet[3];
    if (before <= MOST_FLITS_IN_ALL && flits > MOST_FLITS_IN_ALL) {
      fields.refuse(
        `packets.${index}.3 (flits)`,
        `brings the trace to ${flits}; at most ${MOST_FLITS_IN_ALL} are right`,
      );
    }
    return packet;
  });
  return fields.result({ ...mesh, packets });
}

function readPacket(fields: Fields, row: unknown, path: string, tiles: number, earliest: number): Packet {
  if (!Array.isArray(row) || row.length !== 4) {
    fields.refuse(path, 'it must be [cycle, source, destination, flits]');
    return [0, 0, 0, 1];
  }
  const cycle = fields.whole(row[0], `${path}.0 (cycle)`, 0, LAST_CYCLE);
  if (cycle < earliest)
    fields.refuse(`${path}.0 (cycle)`, `is ${cycle}, before ${earliest} of a row above: cycles must not go back`);
  return [
    cycle,
    fields.whole(row[1], `${path}.1 (source tile)`, 0, tiles - 1),
    fields.whole(row[2], `${path}.2 (destination tile)`, 0, tiles - 1),
    fields.whole(row[3], `${path}.3 (flits)`, 1, MOST_FLITS),
  ];
}

export function answerNoc(module: WebAssembly.Module, json: unknown): Result<Answer> {
  const input = parseNoc(json);
  if (!input.ok) return input;
  const { arrivals, cycles, flitHops, seconds } = probeNoc(module, input.value);
  const rate = Math.round(flitHops / seconds).toLocaleString('en-US');
  const text = `${arrivals.length} packets, ${cycles} cycles, ${flitHops} flit-hops, ${rate} of them per second\n`;
  return ok({ json: { arrivals, cycles, flitHops, seconds }, text });
}
