/** What a check came to. `unknown`: nothing in the file can tell; never a way of saying that it is sound. */
export type DumpVerdict = 'sound' | 'damaged' | 'incomplete' | 'unknown';

/** Ends a check early: what is wrong, as a verdict and a sentence. Does not leave this folder. */
export class DumpFlaw extends Error {
  readonly verdict: Exclude<DumpVerdict, 'sound'>;

  constructor(verdict: Exclude<DumpVerdict, 'sound'>, message: string) {
    super(message);
    this.name = 'DumpFlaw';
    this.verdict = verdict;
  }
}
