/** Who waits for whom when nothing can change any more, in words: the channels of a circle, and the head of each engine queue of every unfinished core. */
import * as L from '../../assembly/layout.ts';
import { ENGINES } from '../model/program.ts';
import type { Plan } from '../model/plan.ts';
import type { CoreSite } from './core-image.ts';
import type { ImageMap } from './image.ts';
import type { Kernel } from './kernel.ts';
import type { Waiting, WaitingChannel } from './snapshot.ts';

export function waitingChannels(circle: readonly WaitingChannel[]): Waiting[] {
  const name = ({ from, to, channel }: WaitingChannel): string => `channel ${channel} of link ${from} > ${to}`;
  return circle.map((channel, i) => ({
    who: `${name(channel)} (${channel.flits} flits, to tile ${channel.target})`,
    for: name(circle[(i + 1) % circle.length]),
  }));
}

export function waitingCores(kernel: Kernel, map: ImageMap, plan: Plan): Waiting[] {
  return map.cores.list.flatMap((site) => waitsOf(kernel, map, plan, site));
}

function waitsOf(kernel: Kernel, map: ImageMap, plan: Plan, site: CoreSite): Waiting[] {
  const name = (address: number): string => {
    const other = map.cores.list.find((core) => core.address === address)!;
    return `${plan.tenants[other.tenant].name}${other.vcore}`;
  };
  const waits: Waiting[] = [];
  ENGINES.forEach((engine, e) => {
    const record = site.address + L.C_ENGINES + e * L.E_STRIDE;
    const instruction = kernel.u32(record + L.E_RUNNING) || headOf(kernel, record + L.E_QUEUE);
    if (instruction === 0) return;
    const running = kernel.u32(record + L.E_RUNNING) !== 0;
    waits.push({
      who: `${name(site.address)} ${engine} (instruction ${kernel.u32(instruction + L.I_INDEX)})`,
      for: reason(kernel, site.address, instruction, engine, running, name),
    });
  });
  return waits;
}

function reason(
  kernel: Kernel,
  core: number,
  instruction: number,
  engine: (typeof ENGINES)[number],
  running: boolean,
  name: (core: number) => string,
): string {
  const token = running ? -1 : missingToken(kernel, core, instruction);
  if (token >= 0) return `token ${token} of its own core`;
  const pair = kernel.u32(instruction + L.I_PAIR);
  if (engine === 'send') return `a free landing slot at ${name(kernel.u32(pair + L.X_RECEIVER))}`;
  if (engine === 'recv') return `a message from ${name(kernel.u32(pair + L.X_SENDER))}`;
  if (engine === 'barrier') return `the other cores of barrier ${kernel.u32(instruction + L.I_A)}`;
  return 'its engine';
}

function missingToken(kernel: Kernel, core: number, instruction: number): number {
  for (let i = 0; i < kernel.u8(instruction + L.I_WAITS); i++) {
    const token = kernel.u8(instruction + L.I_WAIT + i * 2);
    if (kernel.u16(core + L.C_TOKENS + token * 2) < kernel.u8(instruction + L.I_WAIT + i * 2 + 1)) return token;
  }
  return -1;
}

export const headOf = (kernel: Kernel, queue: number): number => queueOf(kernel, queue)[0] ?? 0;

/** Addresses of the instructions in a queue, front first. */
export function queueOf(kernel: Kernel, queue: number): number[] {
  const head = kernel.u32(queue + L.Q_HEAD);
  return Array.from({ length: kernel.u32(queue + L.Q_COUNT) }, (_, i) =>
    kernel.u32(queue + L.Q_ENTRIES + ((head + i) % L.MOST_QUEUE) * L.Q_ENTRY),
  );
}
