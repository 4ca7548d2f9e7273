// Read by both compilers (AssemblyScript and TypeScript): integer constants only.
//
// Opcodes, engines, stall causes, packet kinds and states. Names and order of engines, causes and planes are those of
// src/model (ENGINES, CAUSES, PLANES); a test holds them equal.

export const OP_LOAD = 0;
export const OP_STORE = 1;
export const OP_MATMUL = 2;
export const OP_VECTOR = 3;
export const OP_SEND = 4;
export const OP_RECV = 5;
export const OP_BARRIER = 6;
export const OP_LOOP = 7;
export const OP_END_LOOP = 8;
export const OP_END = 9;

export const ENGINE_DMA = 0;
export const ENGINE_SEND = 1;
export const ENGINE_RECV = 2;
export const ENGINE_MATMUL = 3;
export const ENGINE_VECTOR = 4;
export const ENGINE_BARRIER = 5;
export const ENGINE_MOVE = 6; // no engine of a core: the hypervisor's copies
export const ENGINE_RELOAD = 7; // no engine either: weights that a virtual core on a shared tile loads again

export const DATAFLOW_WS = 0;
export const DATAFLOW_OS = 1;
export const DATAFLOW_IS = 2;

export const CAUSE_COMPUTE = 0;
export const CAUSE_VECTOR = 1;
export const CAUSE_TRANSLATION = 2;
export const CAUSE_THROTTLE = 3;
export const CAUSE_MEMORY = 4;
export const CAUSE_SEND = 5;
export const CAUSE_SEND_BLOCKED = 6;
export const CAUSE_RECV_WAIT = 7;
export const CAUSE_DISPATCH = 8;
export const CAUSE_BARRIER = 9;
export const CAUSE_SWITCH = 10;
export const CAUSE_IDLE = 11;
export const CAUSE_AWAY = 255; // another virtual core has the tile: no cycle of this one

export const PLANE_DATA = 0;
export const PLANE_REQUEST = 1;
export const PLANE_RESPONSE = 2;
export const PLANE_INSTRUCTION = 3;

export const KIND_TRACE = 0;
export const KIND_MESSAGE = 1;
export const KIND_CREDIT = 2;
export const KIND_READ = 3;
export const KIND_WRITE = 4;
export const KIND_INSTRUCTION = 5;
// flags and polls of messages through shared memory
export const KIND_FLAG = 6;
export const KIND_RELEASE = 7;
export const KIND_POLL = 8;
export const KIND_POLL_RELEASE = 9;
export const KIND_SYNTHETIC = 10;

export const STAGE_DUE = 0;
export const STAGE_POLLING = 1;
export const STAGE_SET = 2;
export const STAGE_LOADING = 3;

export const TRANSLATE_VCHUNK = 0;
export const TRANSLATE_PAGE = 1;
export const TRANSLATE_PHYSICAL = 2;

export const OUTCOME_RUNNING = 0;
export const OUTCOME_DONE = 1;
export const OUTCOME_DEADLOCK = 2;

export const STATUS_RUNNING = 0;
export const STATUS_DONE = 1;
export const STATUS_FAULT = 2;
export const STATUS_WAITING = 3; // not there yet, or its tables are being written
export const STATUS_DEPARTED = 4;

export const MOVE_NONE = 0;
export const MOVE_FINISHING = 1; // to another size: the iterations that it has begun go on to their end
export const MOVE_DRAINING = 2;
export const MOVE_SAVING = 3;
export const MOVE_PLACING = 4; // its tables are being written, or its tiles are not free yet
export const MOVE_RESTORING = 5;
// turns on a shared tile
export const TURN_ON = 0;
export const TURN_DRAINING = 1; // ends what it has begun
export const TURN_COMING = 2; // the tile switches to it
export const TURN_AWAY = 3;

export const DISPATCH_BUS = 0;
export const DISPATCH_NOC = 1;

export const SIGNAL_WAKE = 1;
export const SIGNAL_TAIL_LEFT = 2;
export const SIGNAL_BURST = 4; // a burst was answered: nothing but its DMA engine has to know

export const ACCESS_HIT = 0;
export const ACCESS_MISS = 1;
export const ACCESS_FAULT = 2;

export const LOAD_OK = 0;
export const LOAD_BAD_MAGIC = 1;
export const LOAD_BAD_VERSION = 2;
export const LOAD_BAD_SIZE = 3;

export const PATTERN_UNIFORM = 0;
export const PATTERN_TABLE = 1;
