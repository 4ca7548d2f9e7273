/** The packets that the kernel's generator of synthetic traffic must create (noc-model.md section 18), made once more. */
import { destinations, type TrafficShape } from '../../src/model/traffic.ts';

const MASK = 2n ** 64n - 1n;

/** SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), the state seeded from seed and node. */
function generator(seed: number, node: number): () => bigint {
  const scramble = (z: bigint): bigint => {
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return z ^ (z >> 31n);
  };
  let state = scramble((BigInt(seed) << 32n) | BigInt(node));
  return () => scramble((state = (state + 0x9e3779b97f4a7c15n) & MASK));
}

/** All packets created before `end`, in order of creation. */
export function createdPackets({ mesh, seed, traffic }: TrafficShape, end: number): [number, number, number, number][] {
  const tiles = mesh.width * mesh.height;
  const targets = destinations(traffic.pattern, mesh);
  const packets: [number, number, number, number][] = [];
  for (let node = 0; node < tiles; node++) {
    const random = generator(seed, node);
    const gap = (): number => {
      const uniform = Number((random() >> 11n) + 1n) / 2 ** 53;
      return 1 + Math.floor(Math.log(uniform) / Math.log(1 - traffic.rate / traffic.packetFlits));
    };
    for (let cycle = gap() - 1; cycle < end; cycle += gap()) {
      const target = targets === undefined ? Number(((random() >> 32n) * BigInt(tiles)) >> 32n) : targets[node];
      packets.push([cycle, node, target, traffic.packetFlits]);
    }
  }
  return packets.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}
