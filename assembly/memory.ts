// Memory channels: exact bytes per cycle, a FIFO per tenant served round robin, a fixed latency after the service. Writes are
// acknowledged after the same latency (our choice; the model speaks of reads only). A channel sleeps until its next service or
// departure. Machine model section 4.
import { KIND_FLAG, KIND_READ, PLANE_RESPONSE } from './codes';
import { completeBurst } from './dma';
import {
  A_APART,
  A_BYTES,
  C_FLAGS,
  C_OUTBOX,
  C_STRIDE,
  C_TILE,
  H_BURSTS_BUS_LAST,
  H_CHANNELS,
  H_CHANNELS_AT,
  H_CORES,
  H_CORES_AT,
  H_FLIT_BYTES,
  H_MEMORY_BUS,
  H_MEMORY_LATENCY,
  H_MEMORY_RATE,
  H_PLANES_AT,
  H_TENANTS,
  K_BYTES,
  K_CHANNEL,
  K_FLITS,
  K_KIND,
  K_OWNER,
  K_SOURCE,
  K_TARGET,
  K_TENANT,
  K_TIME,
  M_BYTES,
  M_CLOCK,
  M_LAST,
  M_LEAVING,
  M_QUEUED,
  M_QUEUES,
  M_SOURCE,
  M_STRIDE,
  M_TILE,
  M_WAKE,
  P_STRIDE,
} from './layout';
import { frontPacket, pushPacket, takePacket } from './packets';
import { serveFlag } from './shared';
import { enqueue } from './source';

/** A burst has reached its channel. */
export function arriveAtMemory(packet: usize, now: u64): void {
  const channel: usize = load<u32>(packet, K_CHANNEL);
  const queue: usize = load<u32>(channel, M_QUEUES) + (load<u8>(packet, K_TENANT) as u32) * A_BYTES;
  pushPacket(queue, A_APART, packet);
  store<u32>(channel, load<u32>(channel, M_QUEUED) + 1, M_QUEUED);
  store<u64>(channel, min(load<u64>(channel, M_WAKE), now), M_WAKE);
}

/** All channels, one cycle. */
export function stepMemory(now: u64): void {
  if (load<u32>(H_MEMORY_BUS) != 0) collect(now);
  const channels = load<u32>(H_CHANNELS);
  let channel: usize = load<u32>(H_CHANNELS_AT);
  for (let i: u32 = 0; i < channels; i++, channel += M_STRIDE) {
    if (load<u64>(channel, M_WAKE) <= now) stepChannel(channel, now);
  }
}

/** The next cycle in which a channel acts by itself. */
export function memoryWake(): u64 {
  let wake: u64 = u64.MAX_VALUE;
  const channels = load<u32>(H_CHANNELS);
  let channel: usize = load<u32>(H_CHANNELS_AT);
  for (let i: u32 = 0; i < channels; i++, channel += M_STRIDE) wake = min(wake, load<u64>(channel, M_WAKE));
  return wake;
}

/** Path `bus`: bursts issued in the last cycle arrive, round robin by tile after the last one taken. */
function collect(now: u64): void {
  const cores = load<u32>(H_CORES);
  const base: usize = load<u32>(H_CORES_AT);
  const first = load<u32>(H_BURSTS_BUS_LAST) + 1;
  for (let i: u32 = 0; i < cores; i++) {
    const index = (first + i) % cores;
    const core = base + index * C_STRIDE;
    while (frontPacket(core + C_FLAGS) != 0) arriveAtMemory(takePacket(core + C_FLAGS, A_APART), now);
    const packet = load<u32>(core, C_OUTBOX);
    if (packet == 0) continue;
    store<u32>(core, 0, C_OUTBOX);
    store<u32>(H_BURSTS_BUS_LAST, index);
    arriveAtMemory(packet, now);
  }
}

function stepChannel(channel: usize, now: u64): void {
  const rate: u64 = load<u32>(H_MEMORY_RATE);
  const leaving = channel + M_LEAVING;
  while (departure(leaving) <= now) respond(channel, takePacket(leaving, A_APART));
  while (load<u32>(channel, M_QUEUED) != 0 && load<u64>(channel, M_CLOCK) < (now + 1) * rate) serve(channel, now, rate);
  let wake = departure(leaving);
  if (load<u32>(channel, M_QUEUED) != 0) wake = min(wake, load<u64>(channel, M_CLOCK) / rate);
  store<u64>(channel, wake, M_WAKE);
}

/** When the next of the served bursts leaves. */
function departure(leaving: usize): u64 {
  const next = frontPacket(leaving);
  return next == 0 ? u64.MAX_VALUE : load<u64>(next, K_TIME);
}

/** Serve the next tenant's oldest burst: `rate` bytes a cycle, the next one starting in the byte after. */
function serve(channel: usize, now: u64, rate: u64): void {
  const packet = nextInTurn(channel);
  const bytes: u64 = load<u32>(packet, K_BYTES);
  if (load<u8>(packet, K_KIND) >= (KIND_FLAG as u8)) serveFlag(packet);
  const end = max(load<u64>(channel, M_CLOCK), now * rate) + bytes;
  const latency = load<u32>(H_MEMORY_LATENCY) + load<u32>(H_MEMORY_BUS);
  store<u64>(channel, end, M_CLOCK);
  store<u64>(channel, load<u64>(channel, M_BYTES) + bytes, M_BYTES);
  store<u32>(channel, load<u32>(channel, M_QUEUED) - 1, M_QUEUED);
  store<u64>(packet, (end + rate - 1) / rate + (latency as u64), K_TIME);
  pushPacket(channel + M_LEAVING, A_APART, packet);
}

/** Take the front of the next non-empty FIFO after the tenant served last. */
function nextInTurn(channel: usize): usize {
  const tenants = load<u32>(H_TENANTS);
  let tenant = load<u32>(channel, M_LAST);
  let queue: usize = 0;
  do {
    tenant = (tenant + 1) % tenants;
    queue = load<u32>(channel, M_QUEUES) + tenant * A_BYTES;
  } while (load<u32>(queue) == 0);
  store<u32>(channel, tenant, M_LAST);
  return takePacket(queue, A_APART);
}

/** Send the data of a read, or the acknowledgement of a write, back to the core. */
function respond(channel: usize, packet: usize): void {
  if (load<u32>(H_MEMORY_BUS) != 0) {
    completeBurst(packet);
    return;
  }
  const flitBytes = load<u32>(H_FLIT_BYTES);
  const bytes = load<u32>(packet, K_BYTES);
  const isRead = load<u8>(packet, K_KIND) == KIND_READ;
  store<u16>(packet, isRead ? (bytes + flitBytes - 1) / flitBytes : 1, K_FLITS);
  store<u16>(packet, load<u32>(channel, M_TILE), K_SOURCE);
  store<u16>(packet, load<u32>(load<u32>(packet, K_OWNER), C_TILE), K_TARGET);
  enqueue(load<u32>(H_PLANES_AT) + PLANE_RESPONSE * P_STRIDE, load<u32>(channel, M_SOURCE), packet);
}
