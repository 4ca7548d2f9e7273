// A queue of packets: the terminal's behind a source, bursts at memory, or those that have come or will come to an input lane. Packets behind the front
// are linked by K_NEXT. The front is not: its way into the next queue begins before it has left this one. The three addresses of a queue
// lie `apart` bytes apart: the fronts of sixteen lanes share a cache line, and what is behind them is only looked at if there is anything.
import { A_BEHIND, K_NEXT } from './layout';

/** The packet at the front, or 0. */
// @ts-ignore: decorator
@inline
export function frontPacket(queue: usize): usize {
  return load<u32>(queue) & ~A_BEHIND;
}

/** Put a packet at the end. Returns whether it is the front. */
// @ts-ignore: decorator
@inline
export function pushPacket(queue: usize, apart: usize, packet: usize): bool {
  const front = load<u32>(queue);
  if (front == 0) store<u32>(queue, packet as u32);
  else link(queue, apart, front, packet);
  return front == 0;
}

// @ts-ignore: decorator
@inline
function link(queue: usize, apart: usize, front: u32, packet: usize): void {
  if ((front & A_BEHIND) == 0) {
    store<u32>(queue, front | A_BEHIND);
    store<u32>(queue + apart, packet as u32);
  } else store<u32>(load<u32>(queue + 2 * apart), packet as u32, K_NEXT);
  store<u32>(queue + 2 * apart, packet as u32);
  store<u32>(packet, 0, K_NEXT);
}

/** Take the front out. Returns the packet that comes to the front, or 0. */
// @ts-ignore: decorator
@inline
export function popPacket(queue: usize, apart: usize): usize {
  if ((load<u32>(queue) & A_BEHIND) == 0) {
    store<u32>(queue, 0);
    return 0;
  }
  const next: usize = load<u32>(queue + apart);
  const behind = load<u32>(next, K_NEXT);
  store<u32>(queue, (next as u32) | (behind != 0 ? A_BEHIND : 0));
  store<u32>(queue + apart, behind);
  return next;
}

/** Take the front out and give it, or 0. */
// @ts-ignore: decorator
@inline
export function takePacket(queue: usize, apart: usize): usize {
  const front = frontPacket(queue);
  if (front != 0) popPacket(queue, apart);
  return front;
}

/** Take the last packet out again. Returns whether the queue is empty now. */
export function dropLastPacket(queue: usize, apart: usize): bool {
  const front = load<u32>(queue);
  if ((front & A_BEHIND) == 0) {
    store<u32>(queue, 0);
    return true;
  }
  const last: usize = load<u32>(queue + 2 * apart);
  let before: usize = 0;
  for (let packet: usize = load<u32>(queue + apart); packet != last; packet = load<u32>(packet, K_NEXT)) before = packet;
  if (before == 0) store<u32>(queue, front & ~A_BEHIND);
  else store<u32>(before, 0, K_NEXT);
  store<u32>(queue + 2 * apart, before as u32);
  return false;
}
