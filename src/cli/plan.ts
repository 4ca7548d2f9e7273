/** `vnpu plan DOC`: what the machine gets: placement, routing tables, translation tables and programs, to be read by people. */
import type { Chip } from '../model/chip.ts';
import type { HandRoute } from '../model/hand-routes.ts';
import { PORTS, tileX, tileY } from '../model/mesh.ts';
import type { MemoryState, Plan, TenantMove, TenantPlan } from '../model/plan.ts';
import { READ, WRITE, type HypervisorTables, type Routes, type Translation } from '../model/vnpu.ts';
import { MODE_RULES } from '../experiment/modes.ts';
import { defragment, type Move } from '../hypervisor/defragment.ts';
import { standardTable } from '../hypervisor/routing-table.ts';
import { RANGE_BITS, RANGE_BYTES, RANGE_FIELDS } from '../hypervisor/tables.ts';
import { detourHops } from '../hypervisor/topology.ts';
import { listProgram } from '../plan/listing.ts';
import { JSON_OPTION, type Command } from './command.ts';
import { planDocument } from './document.ts';
import { EXIT } from './exit.ts';
import { print, printJson } from './output.ts';
import { table } from './table.ts';

const DEFRAGMENT_OPTION = ['--defragment', 'propose moves that gather the free cores, with their cost'] as const;

export const planCommand: Command = {
  usage: 'plan <doc>',
  summary: 'Print placement, tables and programs of an experiment',
  options: [JSON_OPTION, DEFRAGMENT_OPTION],
  run: async ([doc], options) => {
    const answer = await planDocument(doc);
    if ('exit' in answer) return answer.exit;
    if (options.defragment) return await printMoves(answer.plan, options.json === true);
    if (options.json) await printJson(answer.plan);
    else for (const part of planText(answer.plan)) await print(part + '\n');
    return EXIT.done;
  },
};

/** Moves that enlarge the largest free rectangle: who goes where, how many cores that takes, and what it gains. */
async function printMoves({ chip, tenants }: Plan, json: boolean): Promise<typeof EXIT.done> {
  const moves = defragment(chip, tenants, tenants, (tenant) => MODE_RULES[tenants[tenant].mode].placement).map(
    (move) => ({ ...move, bytes: bytesMoved(tenants, move) }),
  );
  const lines = moves.map(
    ({ tenant, tiles, with: other, movedCores, bytes, editDistanceBefore, editDistanceAfter, freeBefore, freeAfter }) =>
      `${tenants[tenant].name}${other === undefined ? '' : `, with ${tenants[other].name} at the same time,`} to tiles ${tiles.join(', ')}: ${movedCores} cores move with ${bytes} bytes of scratchpad, ` +
      `edit distance ${editDistanceBefore} to ${editDistanceAfter}, largest free rectangle ${freeBefore} to ${freeAfter} cores\n`,
  );
  if (json) await printJson(moves);
  else await print(lines.length > 0 ? lines.join('') : 'no move would enlarge the largest free rectangle\n');
  return EXIT.done;
}

/** What lies in the scratchpads of the cores that move. */
function bytesMoved(tenants: readonly TenantPlan[], { tenant, tiles }: Move): number {
  const { programs, tiles: now } = tenants[tenant];
  const moved = programs.filter(({ vcore }) => tiles[vcore] !== now[vcore]);
  return moved.flatMap(({ scratchpad }) => scratchpad).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The plan in pieces, each a paragraph ended by a line break. */
export function* planText(plan: Plan): Iterable<string> {
  const { chip, tenants } = plan;
  yield `chip ${chip.preset}: ${chip.width} x ${chip.height} tiles, ${chip.scratchpadBytes} bytes of scratchpad each\n${grid(plan)}`;
  if (plan.memory?.length) yield memoryText(chip, plan.memory);
  if (plan.traffic) yield trafficText(plan.traffic);
  for (const tenant of tenants) {
    yield* tenantTexts(chip, tenant);
    for (const { shape, ...move } of tenant.moves ?? []) {
      if (shape) yield* sizeTexts(chip, { ...tenant, ...shape }, move.cycle);
      else yield moveText(tenant, move);
    }
  }
}

/** A tenant as it arrives, or with another size. */
function* tenantTexts(chip: Chip, tenant: TenantPlan): Iterable<string> {
  yield heading(tenant);
  yield stagesText(tenant);
  yield routingTable(tenant, chip);
  if (tenant.handRoutes) yield handRoutesText(tenant.handRoutes);
  if (tenant.routes !== undefined) yield routesText(tenant.name, tenant.routes);
  yield rangeTable(tenant);
  yield* programTexts(tenant);
}

function* sizeTexts(chip: Chip, tenant: TenantPlan, cycle: number): Iterable<string> {
  yield `in cycle ${cycle} ${tenant.name} changes its size, and the iterations that are left run so:\n`;
  yield* tenantTexts(chip, tenant);
}

function* programTexts({ name, programs }: TenantPlan): Iterable<string> {
  for (const program of programs) {
    const lines = listProgram(program).map(({ depth, index, text, liveBytes }) => {
      const number = (index < 0 ? '' : String(index)).padStart(5);
      return `${number}  ${String(liveBytes ?? '').padStart(9)}  ${'  '.repeat(depth)}${text}\n`;
    });
    yield `program of ${name}${program.vcore} (${program.stage}): number, live bytes of scratchpad, instruction\n${lines.join('')}`;
  }
}

const CHANGES = { taken: 'gets', returned: 'departs', drained: 'gives back, once drained' } as const;

/** Who got or gave back which memory when, and what that left: free memory in many blocks is fragmented. */
function memoryText({ memoryMiB }: Chip, states: readonly MemoryState[]): string {
  const mebibytes = (bytes: number): string => `${bytes / 2 ** 20}`;
  const rows = states.map(({ cycle, tenant, change, after, pieces, freeBytes, largestFreeBytes, freeBlocks }) => [
    tenant,
    cycle,
    CHANGES[change] + (after ? `, once ${after.join(' and ')} has drained` : ''),
    pieces.map(({ address, bytes }) => `${mebibytes(bytes)} at ${hex(address)}`).join(', '),
    `${mebibytes(freeBytes)} in ${freeBlocks} blocks`,
    mebibytes(largestFreeBytes),
  ]);
  return `memory of ${memoryMiB} MiB\n${table([['tenant', 'cycle', 'change', 'MiB', 'free', 'largest piece'], ...rows])}`;
}

/** One cell per tile: its virtual cores, M memory, x disabled, . free, + a router alone. */
function grid({ chip, tenants }: Plan): string {
  const cells = chip.tiles.map((kind) => ({ core: '.', memory: 'M', disabled: 'x', terminal: '+' })[kind]);
  for (const { name, tiles, shared = [] } of tenants) {
    tiles.forEach((tile, vcore) => (cells[tile] = `${name}${vcore}`));
    for (const { tile, vcores } of shared) cells[tile] = `${name}${vcores.join('+')}`;
  }
  const rows = Array.from({ length: chip.height }, (_, y) => cells.slice(y * chip.width, (y + 1) * chip.width));
  return table(rows);
}

function trafficText({
  pattern,
  rate,
  packetFlits,
  warmup,
  measure,
  routes = [],
}: NonNullable<Plan['traffic']>): string {
  const line = `traffic ${pattern}: ${rate} flits per node and cycle in packets of ${packetFlits}, ${warmup} cycles of warm-up, ${measure} measured\n`;
  return routes.length === 0 ? line : line + handRoutesText(routes);
}

/** Ways made by hand, one a line; everything else goes as its routing says. */
function handRoutesText(routes: readonly HandRoute[]): string {
  const only = (channels: readonly number[]): string => `, virtual channels ${channels.join(', ')} only`;
  return routes
    .map(({ tiles, channels }) => `route by hand: ${tiles.join(' > ')}${channels ? only(channels) : ''}\n`)
    .join('');
}

function heading(tenant: TenantPlan): string {
  const { name, workload, topology, stages, iterations, macs, traffic, instructions, estimatedCycles } = tenant;
  return [
    `tenant ${name}: ${workload.title}, ${topology.width} x ${topology.height} virtual cores in ${stages} stages, ${iterations} iterations`,
    `  placement: ${placementText(tenant)}, routing ${tenant.routing}, mode ${tenant.mode}, dispatch by ${tenant.dispatch}`,
    ...partitionText(tenant),
    `  translation: ${translationText(tenant.translation)}`,
    `  per iteration: ${estimatedCycles} cycles as estimated, ${instructions} instructions, ${macs} MACs, weight bytes ${traffic.uniqueWeightBytes} + ${traffic.replicatedWeightBytes} replicated, ` +
      `activation bytes ${traffic.uniqueActivationBytes} + ${traffic.replicatedActivationBytes} replicated`,
    `  memory channels: ${tenant.channels.join(', ')}\n`,
  ].join('\n');
}

/** Of a tenant in mode mig: what it holds, and which tiles its virtual cores share. */
function partitionText({ name, partition, shared = [] }: TenantPlan): string[] {
  if (partition === undefined) return [];
  const tiles = shared.map(
    ({ tile, vcores, evicts }) =>
      `tile ${tile} by ${vcores.map((vcore) => name + vcore).join(', ')}${evicts ? ', weights evicted' : ''}`,
  );
  const turns = tiles.length === 0 ? 'a tile for each virtual core' : `shared in turns: ${tiles.join('; ')}`;
  return [`  partition: ${partition.length} tiles, ${turns}`];
}

/** The pipeline: who does what, and how long an iteration takes there, as estimated. */
function stagesText({ name, balance, workload }: TenantPlan): string {
  const rows = balance.map(({ label, vcores, split, first, last, cycles, matmul, vector, transfer, load }) => [
    vcores.map((vcore) => `${name}${vcore}`).join(' '),
    label,
    `${workload.layers[first].name} .. ${workload.layers[last].name}`,
    split,
    ...[cycles, matmul, vector, transfer, load],
  ]);
  const head = ['cores', 'stage', 'operators', 'split', 'cycles', 'array', 'vector', 'messages', 'memory'];
  return `stages of ${name}, cycles of the slowest core per iteration as estimated\n${table([head, ...rows])}`;
}

/** Edit distance, what the search says of it, and the requested edges that are stretched. */
function placementText({ editDistance, search, stretched, name }: TenantPlan): string {
  const certainty = search && (search.proven ? 'proven best' : `bound ${search.lowerBound}`);
  const found = search ? ` (cost ${search.cost} with ${search.weights} weights, ${certainty})` : '';
  const torn = search?.connected === false ? `, torn apart at ${detourHops(stretched)} hops of detours` : '';
  const edges = stretched.map(({ from, to, hops }) => `${name}${from}-${name}${to} ${hops} hops`);
  return `topology edit distance ${editDistance}${found}${torn}${edges.length > 0 ? `, stretched ${edges.join(', ')}` : ''}`;
}

function translationText({ kind, entries, pageBytes, lastV }: Translation): string {
  if (kind === 'physical') return 'none, physical addresses';
  return kind === 'page'
    ? `page TLB, ${entries} entries of ${pageBytes} bytes`
    : `vChunk, range TLB of ${entries} entries${lastV === false ? ', walks without last_v' : ''}`;
}

/** A move in the order of what happens: who goes where, what that costs, and the routes there. */
function moveText(
  { name, savedState }: TenantPlan,
  { cycle, tiles, editDistance, tables, ...move }: TenantMove,
): string {
  const bytes = move.stateBytes.reduce((sum, own) => sum + own, 0);
  const moved = move.stateBytes.filter((own) => own > 0).length;
  const form = tables.routing === undefined ? 'no routing table' : `${tables.routing.form} routing table`;
  const lines = [
    `in cycle ${cycle} ${name} moves to tiles ${tiles.join(', ')}: topology edit distance ${editDistance}`,
    `  ${moved} cores take ${bytes} bytes of state through memory at ${hex(savedState?.[0].physicalBase ?? 0)}, ${form}, tables written in ${move.tableCycles} cycles\n`,
  ];
  return lines.join('\n') + (move.routes ? routesText(name, move.routes) : '');
}

/** Where each virtual core is, then the table that says so to the hardware, in the form it has and in the other one, with bits. */
function routingTable({ name, tiles, programs, tables }: TenantPlan, chip: Chip): string {
  const rows = tiles.map((tile, vcore) => [
    `${name}${vcore}`,
    `tile ${tile}`,
    `(${tileX(chip, tile)}, ${tileY(chip, tile)})`,
    programs[vcore]?.stage ?? '',
  ]);
  const cores = `cores of ${name}\n${table([['virtual', 'physical', 'x, y', 'stage'], ...rows])}`;
  return `${cores}routing table of ${name}: ${routingText(chip, tiles, tables)}`;
}

function routingText(chip: Chip, tiles: readonly number[], { routing, bytes, setupCycles }: HypervisorTables): string {
  if (routing === undefined) return 'none, programs name tiles\n';
  const standard = `${tiles.length} entries (virtual core, tile) of ${standardTable(chip, tiles).bits / tiles.length} bits`;
  const form =
    routing.form === 'standard'
      ? `standard, ${standard}, ${routing.bits} bits; compact is for rectangles in row-major order only`
      : `compact, one entry (${routing.entry.vcore} at tile ${routing.entry.tile}, ${routing.entry.width} x ${routing.entry.height}), ` +
        `${routing.bits} bits; standard would be ${standard}, ${standardTable(chip, tiles).bits} bits`;
  return `${form}\ntables: ${bytes} of ${chip.reservedBytes} reserved bytes in each core, written in ${setupCycles} cycles\n`;
}

/** Where a message leaves a tile for every destination. */
function routesText(name: string, { form, root, tiles, ports }: Routes): string {
  const kind = form === 'xFirst' ? 'x first stays inside' : `up and down a tree from tile ${root}`;
  const rows = ports.map((row, vcore) => [`tile ${tiles[vcore]}`, ...row.map((port) => PORTS[port])]);
  return `confined routes of ${name}: ${kind}\n${table([['to', ...tiles], ...rows])}`;
}

const hex = (address: number): string => `0x${address.toString(16)}`;

/** The ranges, and what holding them takes where translation is by ranges. */
function rangeTable({ name, ranges, tables, translation }: TenantPlan): string {
  const rows = ranges.map(({ name: tensor, virtualBase, physicalBase, bytes, permission }) => [
    tensor,
    hex(virtualBase),
    hex(physicalBase),
    bytes,
    (permission & READ ? 'r' : '-') + (permission & WRITE ? 'w' : '-'),
  ]);
  const fields = Object.entries(RANGE_FIELDS).map(([field, bits]) => `${field} ${bits}`);
  const held =
    translation.kind === 'vchunk'
      ? `: ${tables.rangeEntries} entries of ${RANGE_BITS} bits (${fields.join(', ')}), ${RANGE_BYTES} bytes each, ${tables.rangeEntries * RANGE_BYTES} in each core`
      : ': not held by its cores, which use no ranges';
  return `range translation table of ${name}${held}\n${table([['tensor', 'virtual', 'physical', 'bytes', ''], ...rows])}`;
}
