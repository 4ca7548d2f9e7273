/**
 * The packet that is followed: where nobody else is, its stages by hand from noc-model.md section 12; among others, the same injection
 * and arrival as in the second network of the tests, and hops that fit together. Following changes no result.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Machine } from '../../src/engine/machine.ts';
import type { PacketDetail } from '../../src/engine/snapshot.ts';
import { LOCAL, neighbour, xFirstPort } from '../../src/model/mesh.ts';
import { kernel } from '../support/kernel.ts';
import { referenceNoc } from '../support/noc-reference.ts';
import { createdPackets } from '../support/traffic-packets.ts';
import { trafficPlan, type TrafficRequest } from '../support/traffic-plan.ts';

const MESH = { width: 4, height: 3 };

function followed(request: TrafficRequest, tile: number, from: number): { packet: PacketDetail; machine: Machine } {
  const machine = Machine.create(kernel, trafficPlan(request));
  machine.run(from);
  if (!machine.follow(tile, 100_000)) throw new Error('no packet');
  while (machine.packet()!.arrived === null) machine.run(3);
  return { packet: machine.packet()!, machine };
}

it('passes each router in four cycles where nobody is in its way', () => {
  // 0 to 11 is 3 right and 2 down; one packet of 4 flits every 40,000 cycles a node: alone. Head sent at c: came c+2, VA there, SA c+3
  const traffic = { pattern: 'bitcomp', rate: 0.0001, packetFlits: 4, warmup: 0, measure: 1_000_000 } as const;
  const { packet } = followed({ preset: 'mesh-4x3', traffic }, 0, 0);
  const c = packet.injected!;
  expect([packet.created, packet.source, packet.target, packet.flits]).toEqual([c, 0, 11, 4]);
  expect(packet.hops).toEqual(
    [0, 1, 2, 3, 7, 11].map((tile, i) => ({
      tile,
      port: [4, 1, 1, 1, 3, 3][i],
      channel: i === 0 ? 0 : packet.hops[i].channel,
      came: c + 2 + 4 * i,
      front: c + 2 + 4 * i,
      granted: c + 2 + 4 * i,
      left: c + 3 + 4 * i,
      out: [0, 0, 0, 2, 2, LOCAL][i],
    })),
  );
  // c + 4D + S + 5
  expect(packet.arrived).toBe(c + 4 * 5 + 4 + 5);
  expect(packet.stage).toBe('arrived');
});

it('names the stage of every cycle', () => {
  const traffic = { pattern: 'neighbor', rate: 0.0001, packetFlits: 1, warmup: 0, measure: 1_000_000 } as const;
  const machine = Machine.create(kernel, trafficPlan({ preset: 'mesh-4x1', traffic }));
  machine.follow(0, 100_000);
  const stages: string[] = [];
  for (; machine.packet()!.arrived === null; machine.run(1)) stages.push(machine.packet()!.stage);
  // 0 to 1, two routers: injected, on the way, VA, SA; crossbar, link; VA, SA; two cycles until the terminal consumes it
  const router = ['va', 'sa'];
  expect(stages).toEqual(['source', 'link', ...router, 'crossbar', 'link', ...router, 'eject', 'eject']);
});

const requests = fc.record({
  seed: fc.nat(1000),
  virtualChannels: fc.integer({ min: 1, max: 4 }),
  bufferDepth: fc.integer({ min: 1, max: 9 }),
  pattern: fc.constantFrom('uniform', 'bitcomp', 'hotspot', 'transpose'),
  rate: fc.constantFrom(0.05, 0.3, 0.9),
  packetFlits: fc.constantFrom(1, 3, 17),
  from: fc.nat(400),
  tile: fc.nat(11),
});

describe('among others', () => {
  it('leaves and arrives as in the second network, over hops that fit together', () => {
    fc.assert(
      fc.property(requests, ({ seed, virtualChannels, bufferDepth, from, tile, ...driven }) => {
        const traffic = { ...driven, warmup: 100, measure: 3000 } as const;
        const chip = { virtualChannels, bufferDepth };
        const request: TrafficRequest = { preset: 'mesh-4x3', chip, traffic: traffic as never, more: { seed } };
        const { packet, machine } = followed(request, tile, from);
        const shape = { mesh: MESH, ...chip, seed, traffic: traffic as never };
        const packets = createdPackets(shape, packet.arrived! + 1);
        const reference = referenceNoc({ ...MESH, ...chip, packets });
        const at = packets.findIndex(
          ([, source], i) => source === tile && reference.injectCycles[i] === packet.injected,
        );
        expect(packets[at]).toEqual([packet.created, tile, packet.target, packet.flits]);
        expect(packet.arrived).toBe(reference.arrivals[at]);
        expect(packet.hops[0]).toMatchObject({ channel: reference.injectVcs[at], came: packet.injected! + 2 });
        packet.hops.forEach((hop, i) => {
          const next = packet.hops[i + 1];
          expect(hop.out).toBe(xFirstPort(MESH, hop.tile, packet.target));
          expect(hop.came).toBeLessThanOrEqual(hop.front!);
          expect(hop.front).toBeLessThanOrEqual(hop.granted!);
          expect(hop.granted).toBeLessThan(hop.left!);
          if (next) expect([next.tile, next.came]).toEqual([neighbour(MESH, hop.tile, hop.out!), hop.left! + 3]);
          else expect(hop.out).toBe(LOCAL);
        });
        const plain = Machine.create(kernel, machine.plan);
        plain.run(machine.cycle);
        expect(machine.digest()).toBe(plain.digest());
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});
