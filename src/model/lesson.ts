/**
 * A question that a visitor answers before counters do: which figures of which reports are measured, and the answers as parts of
 * what they may come to. Which answer is right is written nowhere; the reports decide.
 */

/** One figure of one report. */
export interface Term {
  /** 0: the lesson's own document; 1: the one that its step makes of it. */
  readonly document: 0 | 1;
  /** Index of the tenant; absent: a figure of the run. */
  readonly tenant?: number;
  /** Key in the report's table of a tenant's figures, or of the run's. */
  readonly metric: string;
}

/** A figure, or how many times another one it is. */
export interface Measure {
  readonly value: Term;
  readonly per?: Term;
}

export interface Choice {
  readonly text: string;
  /** The measure that this answer stays below; absent in the last one only. */
  readonly below?: number;
}

export interface Question {
  readonly question: string;
  readonly measure: Measure;
  /** Further figures for the words about the result, by the name that stands for each. */
  readonly figures?: Readonly<Record<string, Term>>;
  /** In ascending order of what is measured. */
  readonly choices: readonly Choice[];
  /** Reports are taken at this cycle, or at the end of the run if that comes first. */
  readonly cycles: number;
}
