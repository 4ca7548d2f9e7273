// A queue of packets: the terminal's behind a source, or those that have come or will come to an input lane. Packets behind the front
// are linked by K_NEXT. The front is not: its way into the next queue begins before it has left this one.
import { A_FRONT, A_LAST, A_NEXT, K_NEXT } from './layout';

/** Put a packet at the end. Returns whether it is the front. */
// @ts-ignore: decorator
@inline
export function pushPacket(queue: usize, packet: usize): bool {
  const isFront = load<u32>(queue, A_FRONT) == 0;
  if (isFront) store<u32>(queue, packet as u32, A_FRONT);
  else link(queue, packet);
  return isFront;
}

// @ts-ignore: decorator
@inline
function link(queue: usize, packet: usize): void {
  if (load<u32>(queue, A_NEXT) == 0) store<u32>(queue, packet as u32, A_NEXT);
  else store<u32>(load<u32>(queue, A_LAST), packet as u32, K_NEXT);
  store<u32>(queue, packet as u32, A_LAST);
  store<u32>(packet, 0, K_NEXT);
}

/** Take the front out. Returns the packet that comes to the front, or 0. */
// @ts-ignore: decorator
@inline
export function popPacket(queue: usize): usize {
  const next: usize = load<u32>(queue, A_NEXT);
  store<u32>(queue, next as u32, A_FRONT);
  if (next != 0) store<u32>(queue, load<u32>(next, K_NEXT), A_NEXT);
  return next;
}

/** Take the last packet out again. Returns whether the queue is empty now. */
export function dropLastPacket(queue: usize): bool {
  const last: usize = load<u32>(queue, A_LAST);
  const next: usize = load<u32>(queue, A_NEXT);
  if (next == 0) {
    store<u32>(queue, 0, A_FRONT);
    return true;
  }
  let before = queue + A_NEXT - K_NEXT;
  for (let packet = next; packet != last; packet = load<u32>(packet, K_NEXT)) before = packet;
  store<u32>(before, 0, K_NEXT);
  store<u32>(queue, before as u32, A_LAST); // not looked at if the front is alone
  return false;
}
