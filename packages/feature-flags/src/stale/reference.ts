/** A place in code that names a flag. */
export interface FlagReference {
  readonly key: string;
  /** The file, as the folder was named: `src/page.ts`. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  /** `call`: what a function that answers for flags is asked for. `text`: a text that is the name of a flag. */
  readonly kind: 'call' | 'text';
}
