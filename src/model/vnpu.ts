/** A virtual NPU as its tenant asks for it, and where the hypervisor put it. `vcore` numbers are virtual, `tile` numbers physical. */
export const TRANSLATIONS = ['vchunk', 'page', 'physical'] as const;
export type TranslationKind = (typeof TRANSLATIONS)[number];

export interface Translation {
  readonly kind: TranslationKind;
  /** Entries of the TLB or range TLB (unused by `physical`). */
  readonly entries: number;
  readonly pageBytes: number;
}

/** The mesh a tenant asks for; virtual core v sits at (v mod width, floor(v / width)). */
export interface Topology {
  readonly kind: 'mesh';
  readonly width: number;
  readonly height: number;
}

export const vcoreCount = (topology: Topology): number => topology.width * topology.height;

export const MAPPINGS = ['exact', 'rowMajor', 'snake'] as const;
export type Mapping = (typeof MAPPINGS)[number];

/** A cap on memory bandwidth: what the DMA engines of a tenant may issue per window of cycles. */
export interface Bandwidth {
  readonly bytes: number;
  readonly windowCycles: number;
}

/** Memory protection of a range: bit 0 read, bit 1 write. */
export const READ = 1;
export const WRITE = 2;

/** One entry of a tenant's range translation table: a tensor in memory. */
export interface Range {
  readonly name: string;
  readonly virtualBase: number;
  readonly physicalBase: number;
  readonly bytes: number;
  readonly permission: number;
}
