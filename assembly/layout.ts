// Read by both compilers (AssemblyScript and TypeScript): integer constants only, no types, no functions.
//
// Every record of the machine's memory: offsets in bytes, strides, and the fixed sizes that offsets depend on. The image that
// the host builds IS the memory the machine runs in: header at IMAGE_BASE, then the sections the header points to. Pointers
// are u32 addresses; `u64` marks fields of eight bytes; all others are u32 unless marked u8 or u16.

export const IMAGE_BASE = 12800;
export const IMAGE_MAGIC = 0x55504e76;
export const IMAGE_VERSION = 1;

// ---- header, at IMAGE_BASE -------------------------------------------------------------------------------------------
export const H_MAGIC = IMAGE_BASE;
export const H_VERSION = IMAGE_BASE + 4;
export const H_BYTES = IMAGE_BASE + 8;
export const H_FLAGS = IMAGE_BASE + 12;
export const H_CYCLE = IMAGE_BASE + 16; // u64
export const H_OUTCOME = IMAGE_BASE + 24;
export const H_DONE_TENANTS = IMAGE_BASE + 28;
export const H_TILES = IMAGE_BASE + 32;
export const H_WIDTH = IMAGE_BASE + 36;
export const H_TENANTS = IMAGE_BASE + 40;
export const H_CORES = IMAGE_BASE + 44;
export const H_CHANNELS = IMAGE_BASE + 48;
// pointers to the sections
export const H_PLANES_AT = IMAGE_BASE + 52;
export const H_TENANTS_AT = IMAGE_BASE + 56;
export const H_CORES_AT = IMAGE_BASE + 60;
export const H_CHANNELS_AT = IMAGE_BASE + 64;
export const H_TRACE_AT = IMAGE_BASE + 68;
export const H_TRACE_COUNT = IMAGE_BASE + 72;
export const H_TRACE_NEXT = IMAGE_BASE + 76;
// chip parameters
export const H_ROWS = IMAGE_BASE + 80;
export const H_COLUMNS = IMAGE_BASE + 84;
export const H_LANES = IMAGE_BASE + 88;
export const H_FLIT_BYTES = IMAGE_BASE + 92;
export const H_MAX_PACKET = IMAGE_BASE + 96;
export const H_ENGINE_QUEUE = IMAGE_BASE + 100;
export const H_INSTRUCTION_QUEUE = IMAGE_BASE + 104;
export const H_SLOTS = IMAGE_BASE + 108;
export const H_BARRIER_CYCLES = IMAGE_BASE + 112;
export const H_BURST_BYTES = IMAGE_BASE + 116;
export const H_OUTSTANDING = IMAGE_BASE + 120;
export const H_STREAMS = IMAGE_BASE + 124;
export const H_WALK_CYCLES = IMAGE_BASE + 128;
export const H_WALKERS = IMAGE_BASE + 132;
export const H_RTT_CYCLES = IMAGE_BASE + 136;
export const H_INTERLEAVE = IMAGE_BASE + 140;
export const H_MEMORY_LATENCY = IMAGE_BASE + 144;
export const H_MEMORY_RATE = IMAGE_BASE + 148;
export const H_MEMORY_BUS = IMAGE_BASE + 152; // 1: bursts reach memory beside the network
export const H_MOVING = IMAGE_BASE + 156; // tenants that are being moved
// the controller and the life of tenants
export const H_DISPATCH_AT = IMAGE_BASE + 160; // DISPATCH_PORTS records
export const H_DISPATCH_SOURCE = IMAGE_BASE + 164; // the controller's source in the instruction plane
export const H_INSTRUCTION_FLITS = IMAGE_BASE + 168; // flits of one instruction
export const H_LIFE_WAKE = IMAGE_BASE + 176; // u64 next cycle in which a tenant arrives, is ready or departs
export const H_POLL_CYCLES = IMAGE_BASE + 172; // between two polls of one flag
export const H_HYPERVISOR_FREE = IMAGE_BASE + 184; // u64 first cycle in which it can write tables for another tenant
export const H_COPIES = IMAGE_BASE + 192; // two instructions of nobody's program: save a core's state, restore it
export const H_BURSTS_BUS_LAST = IMAGE_BASE + 196; // path `bus`: core after which the next cycle's arrivals are taken
// timeline
export const H_BUCKET_SHIFT = IMAGE_BASE + 200;
export const H_BUCKETS = IMAGE_BASE + 204;
export const H_RECENT = IMAGE_BASE + 208; // cycles in the ring of causes, a power of two
export const H_IGNORED = IMAGE_BASE + 212; // signals of sources that nobody listens to
export const H_TRAFFIC_AT = IMAGE_BASE + 216; // synthetic traffic, 0: none
export const H_WATCHDOG = IMAGE_BASE + 220; // cycles without progress before polling counts as livelock; 0: nobody polls
export const H_PROGRESS = IMAGE_BASE + 224; // u64 last cycle in which an instruction ended or data moved
// tiles that several virtual cores share
export const H_SHARES = IMAGE_BASE + 232;
export const H_SHARES_AT = IMAGE_BASE + 236;
export const H_SLICE_CYCLES = IMAGE_BASE + 240;
export const H_SWITCH_CYCLES = IMAGE_BASE + 244;
export const H_CALLS_AT = IMAGE_BASE + 248;
export const HEADER_BYTES = 256;

// flags
export const FLAG_REVERSE = 1; // visit units in reverse order: results must not change
export const FLAG_NO_JUMPS = 2; // step through every cycle

// ---- network planes ----------------------------------------------------------------------------------------------------
// A lane is one virtual channel of one port, on the input and on the output side alike: its number is vc * PORTS + port. ROW routers
// stand side by side in a block: each fact about a port, a channel or a lane is a row of ROW bytes, a byte per router, so that one
// vector operation is one step of ROW routers. A row whose bytes are sets of ports has bit p for port p: then it is one step of all
// their ports.
export const PLANE_COUNT = 4;
export const MOST_TENANTS = 16;
export const PORTS = 5;
export const LINKS = 4; // ports to other routers: all but the terminal's
export const MOST_VCS = 12;
export const MOST_LANES = MOST_VCS * PORTS;
export const NO_VC = 255;
export const NO_TENANT = 255;
export const ROW = 16;
export const MOST_LEFT = 255;
export const SLOTS = 4; // cycles that messages between routers can be ahead: delays of 2 and 3
export const MOST_AT_ONCE = 3; // flits that a source sends at once: as far ahead as SLOTS reach when this cycle's messages are taken out
export const EJECT_SLOTS = 8; // delay of 6: three cycles to the terminal, three back for the credit
export const ARRIVAL_SLOTS = 4; // delay of 3

export const P_USED = 0;
export const P_VCS = 4;
export const P_DEPTH = 8;
export const P_BLOCKS = 12; // address of the first block
export const P_BLOCK_COUNT = 16;
export const P_BLOCK_BYTES = 20;
export const P_SOURCES = 24;
export const P_PENDING = 28; // bitset of sources with a packet
export const P_RINGS = 32; // tile 0 in the first row of slot 0 of the rings of messages
export const P_RING_ROW = 36; // bytes from a row to the next: a byte per tile, and room for what is written of neighbours beyond the edges
export const P_EJECT = 40; // the same for credits of the terminals' buffers: a row per channel and slot; 0 where none runs out
export const P_AWAKE = 44; // EJECT_SLOTS rows of a byte per block: 255 where it must be visited in that cycle
export const P_AWAKE_ROW = 48; // bytes of a row
export const P_ASLEEP = 52; // u8 per block: 1 where it sleeps with flits that cannot leave
export const P_LONG = 68; // some packet has more than MOST_LEFT flits
export const P_PACKETS = 72; // packets created and not yet arrived
export const P_MOVED = 76; // a packet joined the queue of a source since the last step
export const P_BUSY = 80; // u64 last cycle in which a message is due, or the one after a grant
export const P_RESTING = 88; // SLOTS bitsets of sources that have sent a cycle's flit before
export const P_MASKED = 92; // some packet may not take every channel
export const P_ROUTES = 96; // per tenant the address of its route table (u8 port per tile and destination) or 0; 0: dimension order
export const P_LINK_FLITS = 100; // u64 per tile, link port and tenant
export const P_LINK_BLOCKED = 104; // u64 per tile and link port
export const P_ARRIVALS = 108; // ARRIVAL_SLOTS rows of packets whose tail the terminal takes
export const P_ARRIVAL_ROW = 112;
export const P_ARRIVAL_COUNTS = 116; // u32 x ARRIVAL_SLOTS
export const P_BLOCKED_TENANTS = 132; // u64 per tile, link port and tenant; 0: there is one tenant, and P_LINK_BLOCKED is its
export const P_STRIDE = 136;

// rows of a slot of the ring, per virtual channel: 255 for each message
export const RING_FLITS = 0; // PORTS rows: a flit lands in this input lane
export const RING_CREDITS = 5; // a row per link port: a slot is free behind this output lane
export const RING_KNOWN = 9; // a slot is free in the terminal input, for the source
export const RING_ROWS = 10;

// block
export const R_SINCE = 0; // u64: asleep with flits that cannot leave, not counted as blocked from this cycle on
export const R_VISITS = 8; // visits since the rows R_BLOCKED were added to the counters of links
export const R_TILE = 12; // its first tile
export const R_GRANT = 16; // rows of input ports: outputs whose switch grant pointer is at this port or before; all 0 acts like pointer 0
export const R_ACCEPT = R_GRANT + PORTS * ROW; // rows of input ports: outputs at the switch accept pointer or after
export const R_FIRST = R_ACCEPT + PORTS * ROW; // rows of input ports: the channel that comes first
export const R_BLOCKED = R_FIRST + PORTS * ROW; // rows of link ports: blocked cycles since R_VISITS was 0
export const R_X = R_BLOCKED + LINKS * ROW; // column of the tile
export const R_Y = R_X + ROW;
// rows of each channel
export const R_OWNED = R_Y + ROW; // output ports whose channel has an owner
export const R_KNOWN = R_OWNED + ROW; // free slots of the terminal input, as the source knows
export const R_CHANNEL = 2 * ROW; // bytes from a channel's rows to the next one's
export const R_LANES = R_OWNED + MOST_VCS * R_CHANNEL + 2 * ROW; // records of lanes, from the beginning of a cache line
// queue of packets (packets.ts): the address of the front, 0 if there is none; behind it, if A_BEHIND is set in it, those of the first and
// the last behind the front. They follow each other, but are rows of a lane
export const A_BEHIND = 1;
export const A_ADDRESSES = 3;
export const A_APART = 4; // bytes between the addresses of a queue that stands alone
export const A_BYTES = A_ADDRESSES * A_APART;

// lane: what every visit needs of it, what the switch and channel allocation do, and its packets
export const L_COUNT = 0; // flits in the buffer of this input lane
export const L_FREE = L_COUNT + ROW; // free slots behind this output lane
export const L_OUT = L_FREE + ROW; // 1 << output port of the front packet
export const L_VC = L_OUT + ROW; // channel of that output that the front packet owns, or NO_VC
export const L_LEFT = L_VC + ROW; // flits of the front packet that have not left, and see L_MORE
export const L_TENANT = L_LEFT + ROW; // tenant of the front packet, or NO_TENANT
export const L_GRANT = L_TENANT + ROW; // VA grant pointer of this output lane, port * V + vc
export const L_ACCEPT = L_GRANT + ROW; // VA accept pointer of this input lane
export const L_QUEUE = L_ACCEPT + ROW; // its packets: rows of u32, a queue per router
export const L_APART = ROW * 4; // bytes between the addresses of a queue
export const L_MORE = L_QUEUE + A_ADDRESSES * L_APART; // u32, with P_LONG: flits of the front packet beyond L_LEFT
export const L_STRIDE = L_MORE + L_APART;
// behind the lanes, where there are several tenants: per tenant LINKS rows, blocked cycles as R_BLOCKED

// work on one block, before the image: rows per lane, rows per port, then the rest
export const WORK_REQUEST = 4096; // output port that this lane asks the switch for, as a bit
export const WORK_WAITING = WORK_REQUEST + ROW; // the same of a head that may get a channel
export const WORK_KEY = WORK_WAITING + ROW; // its turn among the channels of its port
export const WORK_WON = WORK_KEY + ROW; // 255: its flit leaves
export const WORK_LOST = WORK_WON + ROW; // output port that its flit wants and does not get, as a bit; of a single tenant also where it won
export const WORK_LANE = 5 * ROW; // bytes from a lane's rows to the next one's
export const WORK_ASKED = WORK_REQUEST + MOST_LANES * WORK_LANE; // outputs that an input port asks for
export const WORK_ACCEPTED = WORK_ASKED + PORTS * ROW; // the output that it sends to
export const WORK_BEST = WORK_ACCEPTED + PORTS * ROW; // least key of its lanes
export const WORK_BACK = WORK_BEST + PORTS * ROW; // u32 where the credits of channel 0 of an input port go, for tile 0
export const WORK_CREDIT = WORK_BACK + PORTS * ROW; // a row per channel: output ports with a credit
export const WORK_SENT = WORK_CREDIT + MOST_VCS * ROW; // a row per channel: output ports that sent a flit on it
export const WORK_CONTESTED = WORK_SENT + MOST_VCS * ROW; // output ports that several waiting heads ask for
export const WORK_REQUESTS = WORK_CONTESTED + ROW; // u64 per output port, and one for lanes that ask for none
export const WORK_LIST = WORK_REQUESTS + 8 * (PORTS + 1); // u64 per lane that holds flits: address of its rows, offset of those in the work, lane, channel and port
export const WORK_LOSERS = WORK_LIST + 8 * MOST_LANES + ROW; // outputs that some flit wants and does not get; of a single tenant also those that flits took
export const WORK_BLOCKED = WORK_LOSERS + ROW; // links that a flit wanted and none took, where there are several tenants
export const WORK_HEADS = WORK_BLOCKED + ROW; // the same entries with a router's byte in the address: the first head that may get a channel of each output
export const WORK_FULL = 64 * 8; // bytes from which on the lists of heads and of tails are gone through: a block adds up to ROW * PORTS entries
export const WORK_TAILS = WORK_HEADS + WORK_FULL + 8 * (ROW * PORTS + 2); // and tails that left
export const WORK_END = WORK_TAILS + WORK_FULL + 8 * (ROW * PORTS + 2); // no later than IMAGE_BASE

// source: the injecting half of a terminal; begins with the queue of its packets
export const S_SENT = A_BYTES; // flits of the front packet that are out, or that leave while the source rests
export const S_VC = S_SENT + 4; // u8
export const S_LAST = S_VC + 1; // u8
export const S_MOVING = S_LAST + 1; // u8: the last inject phase sent a flit of a message
export const S_INDEX = S_SENT + 8; // tile
export const S_OWNER = S_INDEX + 4; // byte to which signals are or-ed
export const S_STRIDE = S_OWNER + 4;

// packet
export const K_NEXT = 0;
export const K_FLITS = 4; // u16
export const K_X = 6; // u8 destination column
export const K_Y = 7; // u8
export const K_TENANT = 8; // u8
export const K_KIND = 9; // u8
export const K_MASK = 10; // u16 virtual channels it may take
export const K_OWNER = 12; // core of a burst, pair of a message or credit
export const K_BYTES = 16; // iteration of an instruction, cycle in which the head of a synthetic packet left
export const K_SOURCE = 20; // u16 tile
export const K_TARGET = 22; // u16 tile
export const K_EXTRA = 24; // DMA stream of a burst, landing slot of a message, an instruction
export const K_CHANNEL = 28; // memory channel of a burst
export const K_TIME = 32; // u64: creation (trace), then arrival; end of the latency at memory
export const K_STRIDE = 40;

// ---- dispatch: one port for the instruction bus and one for the instruction network ----------------------------------------
export const DISPATCH_PORTS = 2;
export const U_READY = 0; // bitset over cores: a free slot and instructions left
export const U_WORDS = 4;
export const U_LAST = 8; // core index of the last winner
export const U_CYCLES = 12; // between two issues
export const U_FREE = 16; // u64 first cycle in which it may issue
export const U_RINGS = 24; // instructions on their way, by time: those that need no look-up, those that do
// ring
export const Z_HEAD = 0;
export const Z_COUNT = 4;
export const Z_ENTRIES = 8;
export const RING_ENTRIES = 128; // more than vrouterCycles can keep under way
export const Z_CORE = 0;
export const Z_INSTRUCTION = 4;
export const Z_ITERATION = 8;
export const Z_AT = 16; // u64
export const Z_ENTRY = 24;
export const Z_STRIDE = Z_ENTRIES + RING_ENTRIES * Z_ENTRY;
export const U_STRIDE = U_RINGS + 2 * Z_STRIDE;

// ---- cores ---------------------------------------------------------------------------------------------------------------
export const ENGINE_COUNT = 6;
export const MOST_QUEUE = 16;
export const MOST_LOOPS = 4;
export const MOST_TOKENS = 256;
export const MOST_STREAMS = 16;
export const MOST_WALKERS = 8;
export const MOST_RANGES = 256;
export const CAUSE_COUNT = 12;

// queue of instructions: head, count, then MOST_QUEUE entries (instruction, iteration)
export const Q_HEAD = 0;
export const Q_COUNT = 4;
export const Q_ENTRIES = 8;
export const Q_ENTRY = 8;
export const Q_STRIDE = Q_ENTRIES + MOST_QUEUE * Q_ENTRY;

// engine: what runs, then its queue
export const E_RUNNING = 0; // instruction or 0
export const E_ITERATION = 4;
export const E_UNTIL = 8; // u64 first cycle after the work, where it is known
export const E_KNOWN = 16; // u64 first cycle in which the tile is known that the head of the queue names
export const E_QUEUE = 24;
export const E_STRIDE = E_QUEUE + Q_STRIDE;

// DMA stream: one transfer being served
export const D_INSTRUCTION = 0; // 0: free
export const D_ITERATION = 4;
export const D_ADDRESS = 8; // u64 next virtual address
export const D_REMAINING = 16; // bytes not yet cut into bursts
export const D_OUTSTANDING = 20; // bursts cut and not yet complete
export const D_RANGE = 24; // range of the next burst
export const D_ENGINE = 28; // whose transfer it is: dma, or send and recv through shared memory
export const D_STRIDE = 32;

// burst that is translated and not yet issued
export const B_STREAM = 0;
export const B_BYTES = 4;
export const B_ADDRESS = 8; // u64 virtual
export const B_READY = 16; // u64 cycle in which its translation is there
export const B_WALK = 24; // length of its walk
export const B_RANGE = 28;
export const B_STRIDE = 32;

// a burst that was looked up, for who watches: never read by the machine
export const MOST_LOGGED = 64;
export const J_ADDRESS = 0; // u64 virtual
export const J_CYCLE = 8; // u64
export const J_BYTES = 16;
export const J_WALK = 20; // length of its walk
export const J_RANGE = 24; // u16
export const J_LEFT = 26; // u16 RTT_CUR before it, or NO_RANGE
export const J_GUESS = 28; // u16 last_v of that one before it, or NO_RANGE
export const J_MISS = 30; // u16
export const J_STRIDE = 32;

// what calls a core, one after the other by core
export const CALL_SIGNAL = 0; // u8: something happened to it
export const CALL_WAKE = 8; // u64 next cycle in which it can change by itself
export const CALL_STRIDE = 16;

export const C_TILE = 0;
export const C_INDEX = 4;
export const C_TENANT = 8;
export const C_VCORE = 12;
export const C_STARTED = 16; // u8
export const C_FINISHED = 17; // u8
export const C_CAUSE = 18; // u8
export const C_TURN = 19; // u8: TURN_ON unless it shares its tile
export const C_CALL = 20; // its record among those that are looked at every cycle
export const C_OTHER_WAKE = 24; // u64 as CALL_WAKE, its DMA engine apart; 0: not known
export const C_SINCE = 32; // u64 first cycle not yet charged
export const C_CAUSES = 40; // u64 x CAUSE_COUNT
export const C_RETIRED = C_CAUSES + 8 * CAUSE_COUNT; // u64
export const C_HITS = C_RETIRED + 8; // u64
export const C_MISSES = C_HITS + 8; // u64
export const C_WALK_READS = C_MISSES + 8; // u64
export const C_PLAIN_READS = C_WALK_READS + 8; // u64 what those walks would have read without last_v
export const C_TRANSLATION_STALL = C_PLAIN_READS + 8; // u64
// controller's half
export const C_PC = C_TRANSLATION_STALL + 8; // next instruction, 0 when all are issued
export const C_ITERATION = C_PC + 4; // pass of the loop over iterations; -1 outside it
export const C_LOOP_DEPTH = C_ITERATION + 4;
export const C_RESERVED = C_LOOP_DEPTH + 4; // slots of the instruction queue in use or on their way
export const C_LOOPS = C_RESERVED + 4; // (I_C of the loop, rounds left) x MOST_LOOPS
export const C_QUEUE = C_LOOPS + 8 * MOST_LOOPS;
export const C_ENGINES = C_QUEUE + Q_STRIDE;
export const C_TOKENS = C_ENGINES + ENGINE_COUNT * E_STRIDE; // u16 x MOST_TOKENS
// send engine
export const C_SEND_LEFT = C_TOKENS + 2 * MOST_TOKENS; // flits of the message not yet made into packets
export const C_SEND_PACKET = C_SEND_LEFT + 4; // record of its next packet
export const C_SEND_SLOT = C_SEND_PACKET + 4;
export const C_BARRIER_ROUND = C_SEND_SLOT + 4;
// messages through shared memory
export const C_RECV_STAGE = C_BARRIER_ROUND + 4;
export const C_SEND_STAGE = C_RECV_STAGE + 4; // of its poll for a free slot
export const C_RECV_SEEN = C_SEND_STAGE + 4; // flag as the last poll found it
export const C_SEND_SEEN = C_RECV_SEEN + 4; // releases as the last poll found them
export const C_POLLS = C_SEND_SEEN + 4; // packet records: of the receive engine, of the send engine
export const C_FLAGS = C_POLLS + 4; // path `bus`: queue of flags and polls posted in this cycle
// instructions that reach it as packets
export const C_INSTRUCTIONS = C_FLAGS + A_BYTES; // packet records, one per slot of its instruction queue
export const C_NEXT_INSTRUCTION = C_INSTRUCTIONS + 4; // record of the next one
// DMA engine
export const C_SEND_POLL_AT = C_NEXT_INSTRUCTION + 4; // u64 earliest next poll
export const C_ISSUED_AT = C_SEND_POLL_AT + 8; // u64 first cycle after that in which it issued its last burst
export const C_STREAMS = C_ISSUED_AT + 8;
export const C_ACTIVE_STREAMS = C_STREAMS + MOST_STREAMS * D_STRIDE; // bitmask
export const C_NEXT_STREAM = C_ACTIVE_STREAMS + 4;
export const C_FREE_BURSTS = C_NEXT_STREAM + 4; // bitmask of burst records
export const C_BURSTS = C_FREE_BURSTS + 4; // burst packet records
export const C_OUTBOX = C_BURSTS + 4; // path `bus`: burst issued in this cycle
export const C_PENDING_HEAD = C_OUTBOX + 4;
export const C_PENDING_COUNT = C_PENDING_HEAD + 4;
export const C_SOURCES = C_PENDING_COUNT + 4; // source of the data plane, then of the request plane
export const C_PENDING = C_SOURCES + 8 + 4;
// translation
export const C_TLB = C_PENDING + (MOST_WALKERS + 1) * B_STRIDE; // u64 tags, most recently used first
export const C_TLB_COUNT = C_TLB + 4;
export const C_RTT_CURRENT = C_TLB_COUNT + 4; // range index or NO_RANGE
export const C_LAST_V = C_RTT_CURRENT + 4; // u16 x MOST_RANGES: successor or NO_RANGE
// timeline
export const C_TIMELINE = C_LAST_V + 2 * MOST_RANGES; // u32 x buckets x causes
export const C_RECENT = C_TIMELINE + 4; // u8 x recent cycles
// taking turns on a tile
export const C_SHARE = C_RECENT + 4; // record of the tile, 0: it has one to itself
export const C_LOADED = C_SHARE + 4; // loads outside the iteration loop that have ended
export const C_RELOADS = C_LOADED + 4; // those loads again, in program order, as instructions
export const C_RELOAD_NEXT = C_RELOADS + 4; // the next one of them
export const C_RELOAD_LEFT = C_RELOAD_NEXT + 4;
export const C_COMES = C_RELOAD_LEFT + 4; // u64 first cycle after switchCycles
export const C_LOG = C_COMES + 8; // the last MOST_LOGGED bursts that were looked up: number n at n modulo MOST_LOGGED
export const C_STRIDE = C_LOG + MOST_LOGGED * J_STRIDE;
export const NO_RANGE = 0xffff;

// instruction
export const I_OP = 0; // u8
export const I_ENGINE = 1; // u8
export const I_WAITS = 2; // u8
export const I_GIVES = 3; // u8
export const I_WAIT = 4; // (token u8, count u8) x 4
export const I_GIVE = 12; // (token u8, count u8) x 4
export const I_A = 20; // bytes | M | elements | group | loop count
export const I_B = 24; // N | cost | address of the matching loop end or start
export const I_C = 28; // K | flits of the message | 0: a plain loop; 1: it counts iterations, + 2: with a pass before the first, + 4: behind the last
export const I_ADDRESS = 32; // u64 virtual address | dataflow
export const I_PAIR = 40; // pair of a send or recv
export const I_RELEASE = 44; // pair whose oldest slot the end of this instruction frees, or 0
export const I_INDEX = 48; // number in the flattened program
export const I_AHEAD = 52; // u8 0 outside the loop over iterations; else 2 plus the iterations by which it is ahead of its pass
export const I_STRIDE = 56;
export const NO_INSTRUCTION = 0x7fffffff; // I_INDEX of the hypervisor's copies

// directed pair of cores that exchange messages
export const X_SENDER = 0;
export const X_RECEIVER = 4;
export const X_FREE = 8; // slots that the sender knows to be free
export const X_NEXT_SEND = 12; // slot of the next message sent
export const X_NEXT_RECV = 16; // slot of the next message received
export const X_NEXT_FREE = 20; // slot that is released next
export const X_CREDITS = 24; // packet records of the credits, one per slot
export const X_PACKETS = 28; // packet records of the messages, by slot
export const X_SLOT_BYTES = 32; // bytes of the packet records of one slot
export const X_ARRIVED = 36; // u32 flits landed, per slot
export const MOST_SLOTS = 16;
// shared memory: slots of a pair one behind the other; the flag of a slot is X_ARRIVED
export const X_BUFFER = X_ARRIVED + 4 * MOST_SLOTS + 4; // u64 virtual address
export const X_BUFFER_BYTES = X_BUFFER + 8; // of one slot
export const X_FLAG_CHANNEL = X_BUFFER_BYTES + 4; // memory channel of its flags
export const X_RELEASED = X_FLAG_CHANNEL + 4; // releases as memory knows them
export const X_CREDITED = X_RELEASED + 4; // releases as the sender knows them
export const FLAG_BYTES = 8;
export const X_STRIDE = X_CREDITED + 8;

// ---- tenants ---------------------------------------------------------------------------------------------------------------
export const T_INDEX = 0;
export const T_STATUS = 4;
// its shape: what another size replaces as a whole
export const T_SHAPE = 8;
export const T_CORES = T_SHAPE; // number of cores
export const T_CORE_LIST = T_SHAPE + 4; // core addresses by virtual core
export const T_LEFT = T_SHAPE + 8; // cores that have not finished
export const T_RANGES = T_SHAPE + 12;
export const T_RANGE_COUNT = T_SHAPE + 16;
export const T_ITER_LEFT = T_SHAPE + 20; // u32 per iteration: instructions that have not ended
export const T_GROUPS = T_SHAPE + 24; // barrier groups
export const T_SETUP_CYCLES = T_SHAPE + 28;
export const T_MEMORY_AFTER = T_SHAPE + 32; // (tenant, shape) pairs, then 0: whoever must have left such a shape before its memory is free; 0: none
export const SHAPE_BYTES = 36;
export const T_TRANSLATION = T_SHAPE + SHAPE_BYTES;
export const T_ENTRIES = 48;
export const T_PAGE_BYTES = 52;
export const T_CHANNELS = 56; // addresses of its memory channels
export const T_CHANNEL_COUNT = 60;
export const T_ITERATIONS = 64;
export const T_ITER_START = 68; // u64 per iteration
export const T_ITER_END = 72; // u64 per iteration
export const T_DONE = 76; // iterations done
export const T_FIRST = 80; // first iteration on its present shape
export const T_LIMIT = 84; // iterations that its present shape may begin, counted from cycle 0
export const T_WARMUP = 88; // u64
export const T_INTERFERENCE = 96; // u64
export const T_FAULT_ADDRESS = 104; // u64
export const T_STOP_CYCLE = 112; // u64 last cycle of a tenant that faulted or departed
export const T_FAULT_VCORE = 120;
export const T_FAULT_INSTRUCTION = 124;
// access counter: a budget of 0 is no cap
export const T_BUDGET_BYTES = 128; // per window
export const T_WINDOW_CYCLES = 132;
export const T_WINDOW = 136; // u64 number of the window that the counter is about
export const T_WINDOW_BYTES = 144; // u64 bytes counted up to the cycle before T_COUNTED_AT
export const T_COUNTED_AT = 152; // u64 last cycle in which bursts were counted or the counter was read
export const T_COUNTED_BYTES = 160; // bytes of the bursts issued in that cycle
export const T_TRANSFERRED = 168; // u64 bytes of all bursts issued
// vRouter and life
export const T_LOOKUP_CYCLES = 176; // of a virtual core in a routing table; 0: the tenant names tiles
export const T_DISPATCH = 180; // dispatch port
export const T_ARRIVAL = 184; // u64
export const T_READY = 192; // u64 first cycle after its tables are written, or never yet
export const T_DEPARTURE = 200; // u64
export const T_SHARED_MEMORY = 208; // 1: messages go through memory
// moves
export const T_ON_THE_WAY = 216; // messages, credits, flags and polls that have not arrived
export const T_MOVE_STAGE = 220;
export const T_MOVE = 224; // record of the next move, or of the one under way
export const T_MOVES_LEFT = 228; // moves that are not over
export const T_STAYS = 232; // times that its cores have come to other tiles
export const T_SHAPES = 236; // of which it came there with another shape
export const T_PLAIN_WALKS = 240; // 1: walks do not begin with last_v
export const T_STRIDE = 248;

// move of a tenant to other tiles, or its change to another size; NEVER while a cycle is not known
export const V_CYCLE = 0; // u64 in which it is asked for
export const V_BEGIN = 8; // u64 in which it begins: engines start nothing more, or no further iteration
export const V_DRAINED = 16; // u64 first cycle with nothing under way
export const V_SAVED = 24; // u64 first cycle with all state in memory
export const V_PLACED = 32; // u64 first cycle on its new tiles
export const V_END = 40; // u64 first cycle in which engines may start again
export const V_BYTES = 48; // u64 state that was saved
export const V_TABLE_CYCLES = 56; // to write its tables
export const V_ROUTES = 60; // table of confined routes, or 0
export const V_PLACES = 64; // by virtual core
export const V_SHAPE = 68; // SHAPE_BYTES as at T_SHAPE for another size; 0: it keeps its cores
export const V_READY = 72; // u64 T_READY of the shape before
export const V_WARMUP = 80; // u64 T_WARMUP of the shape before
export const V_FIRST = 88; // T_FIRST of the shape before
export const V_STRIDE = 96;

// where a move brings a virtual core
export const W_TILE = 0;
export const W_BYTES = 4; // of its state
export const W_SOURCES = 8; // as C_SOURCES
export const W_OFFSET = 16; // of its state in the range behind the tenant's table
export const W_CAUSES = 24; // u64 x CAUSE_COUNT: what it was charged before it came here
export const W_STRIDE = W_CAUSES + 8 * CAUSE_COUNT;

// barrier group
export const G_CORES = 0; // cores that take part
export const G_ARRIVED = 4;
export const G_ROUND = 8; // releases so far
export const G_RELEASE = 16; // u64 cycle of the last release
export const G_STRIDE = 24;

// range of a tenant's memory
export const N_VIRTUAL = 0; // u64
export const N_PHYSICAL = 8; // u64
export const N_BYTES = 16;
export const N_PERMISSION = 20;
export const N_STRIDE = 24;

// tile that several virtual cores of a tenant share
export const Y_CORES = 0; // how many
export const Y_LIST = 4; // their addresses, in the order of their turns
export const Y_ACTIVE = 8; // whose turn it is
export const Y_EVICTS = 12; // 1: the weights of all of them do not fit at once
export const Y_DIRTY = 16; // one of them was stepped since the share was
export const Y_NEXT = 20; // whose turn it is once the active one has drained
export const Y_SLICE_END = 24; // u64 first cycle after the slice
export const Y_WAKE = 32; // u64 next cycle in which it must be looked at though none of them was stepped
export const Y_SWITCHES = 40; // u64
export const Y_RETIRED = 48; // u64 instructions that it had ended when its slice began
export const Y_STRIDE = 56;

// ---- memory channels -------------------------------------------------------------------------------------------------------
export const M_TILE = 0;
export const M_INDEX = 4;
export const M_SOURCE = 8; // its source in the response plane
export const M_LAST = 12; // tenant served last
export const M_QUEUED = 16; // bursts waiting for service
export const M_QUEUES = 20; // a queue of bursts per tenant
export const M_CLOCK = 32; // u64: end of the last service, in bytes of this channel's rate since cycle 0
export const M_WAKE = 40; // u64
export const M_BYTES = 48; // u64
export const M_LEAVING = 56; // queue of served bursts in their latency
export const M_STRIDE = 72;

// ---- synthetic traffic -----------------------------------------------------------------------------------------------------
export const LATENCY_BINS = 128;
export const DUE_SLOTS = 128; // power of two: a node is looked at less than so many cycles ahead
export const PERIODS = 3; // parts of the window whose mean latencies are compared

export const F_SEED = 0;
export const F_PATTERN = 4;
export const F_TARGETS = 8; // u16 per tile, for fixed patterns
export const F_FLITS = 12; // u16 flits of every packet
export const F_PROBABILITY = 16; // f64: a node creates a packet in a cycle
export const F_LOG = 24; // f64 log(1 - probability)
export const F_START = 32; // u64 first cycle of the window
export const F_END = 40; // u64 first cycle after the window
export const F_LAST = 48; // u64 first cycle after the longest drain
export const F_NODES = 56;
export const F_POOL = 60;
export const F_POOL_SIZE = 64;
export const F_FREE = 68; // list of free packet records
export const F_OPEN = 72; // measured packets on their way
export const F_BEHIND = 76; // nodes whose next packet was created before the end of the window
export const F_MEASURED = 80; // u64 measured packets that have arrived
export const F_LATENCY = 88; // u64 sum over them, from creation
export const F_NETWORK_LATENCY = 96; // u64 from the injection of the head
export const F_LINKS = 104; // u64 sum of links crossed
export const F_MOST = 112; // u64 longest latency
export const F_ACCEPTED = 120; // u64 flits of packets that arrived in the window
export const F_FLIT_HOPS = 128; // u64 flits times links, from cycle 0
export const F_PERIODS = 136; // (u64 sum of latencies, u64 packets) of the arrivals in each part of the window
export const F_BINS = F_PERIODS + 16 * PERIODS; // u32 x LATENCY_BINS: measured packets by latency >> F_BIN_SHIFT
export const F_BIN_SHIFT = F_BINS + 4;
export const F_DUE = F_BIN_SHIFT + 4; // DUE_SLOTS bitsets of nodes: those to look at in a cycle, by its number modulo DUE_SLOTS
export const F_LATE = F_DUE + 4; // bitset of nodes whose packet waits for the one in their source
export const F_MASKS = F_LATE + 4; // u16 per tile and destination: virtual channels that packets between them may take; 0: all
export const F_STRIDE = F_MASKS + 4;

// node that creates packets
export const O_RANDOM = 0; // u64 state of its generator
export const O_NEXT = 8; // u64 creation of its next packet
export const O_STRIDE = 16;
