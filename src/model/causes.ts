/** Where a core's cycles go. Every cycle of every core goes to exactly one cause; section 8 of the machine model. */
export const CAUSES = [
  'compute',
  'vector',
  'translation',
  'throttle',
  'memory',
  'send',
  'sendBlocked',
  'recvWait',
  'dispatch',
  'barrier',
  'switch',
  'idle',
] as const;
export type Cause = (typeof CAUSES)[number];

/** The six groups that views colour; the exact causes appear only where one core is inspected. */
export const CAUSE_GROUPS = ['work', 'translation', 'memory', 'network', 'dispatch', 'idle'] as const;
export type CauseGroup = (typeof CAUSE_GROUPS)[number];

export const GROUP_OF: Readonly<Record<Cause, CauseGroup>> = {
  compute: 'work',
  vector: 'work',
  translation: 'translation',
  throttle: 'memory',
  memory: 'memory',
  send: 'network',
  sendBlocked: 'network',
  recvWait: 'network',
  dispatch: 'dispatch',
  barrier: 'dispatch',
  switch: 'dispatch',
  idle: 'idle',
};

/** The four networks of the chip, in plane order. */
export const PLANES = ['data', 'request', 'response', 'instruction'] as const;
export type Plane = (typeof PLANES)[number];
