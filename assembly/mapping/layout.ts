// Read by both compilers (AssemblyScript and TypeScript): integer constants only, no types, no functions.
//
// Memory of the mapping search: a header of u32 words at BASE, the last of them pointers to the sections behind it. Every section
// is an array of i32. "Core" is a free core's place in the list of free cores, "arc" a request edge seen from one of its ends.

export const BASE = 1024;
// what the host gives
export const NODES = BASE;
export const CORES = BASE + 4;
export const ARCS = BASE + 8;
export const INSERTION_COST = BASE + 12;
export const NEEDS_CONNECTION = BASE + 16; // 0: the chosen cores may be torn apart
export const FIRST_NODE = BASE + 20; // where the search begins: the node with most images under the request's symmetries
export const SEED = BASE + 24;
export const SCALE = BASE + 28; // what one stretched edge costs on average: the measure of temperature
export const PAIRS = BASE + 44; // of ORDER_AT
// what the search answers
export const BEST_COST = BASE + 32; // NONE before there is a placement
export const LOWER_BOUND = BASE + 36;
export const SEARCHED = BASE + 40; // search nodes opened
// sections
export const ARC_START_AT = BASE + 64; // nodes + 1: first arc of each node
export const ARC_NODE_AT = BASE + 68; // the other end; the arcs of a node stand in ascending order of weight
export const ARC_WEIGHT_AT = BASE + 72;
export const NODE_COST_AT = BASE + 76; // nodes x cores
export const LINKS_AT = BASE + 80; // 4 for each core: neighbouring free cores, or -1
export const COLUMN_AT = BASE + 84; // x of each core
export const ROW_AT = BASE + 88; // y of each core
export const STRETCH_AT = BASE + 92; // cost of an edge of weight 1 by the hops between its ends
export const CANON_AT = BASE + 96; // least image of each core under the chip's symmetries
export const ORBIT_AT = BASE + 100; // per node, 1: an image of FIRST_NODE
export const ORDER_AT = BASE + 104; // pairs of nodes: the first one's core comes before the second one's
export const THRESHOLD_AT = BASE + 108; // THRESHOLDS values of -ln(uniform), in 1/65536
export const BEST_AT = BASE + 112; // core of each node
export const OFFER_AT = BASE + 116; // a placement that the host offers
export const SECTIONS = BASE + 120;
export const END = BASE + 256;

export const MOST_HOPS = 128;
export const THRESHOLDS = 1024;
/** No cost: above every sum of real ones, and small enough that a few of them fit into 31 bits. */
export const NONE = 0x10000000;

// answers of `search`
export const SEARCHING = 0;
export const PROVEN = 1;
export const INFEASIBLE = 2;
