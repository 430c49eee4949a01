import { ModelError } from '../errors.ts';
import type { FormatInspector, Inspection } from './contract.ts';
import type { Findings } from './findings.ts';
import { formats } from './formats.ts';
import type { ModelFormat } from './inspection.ts';
import type { InspectLimits } from './limits.ts';
import type { ByteSource } from './source/byte-source.ts';
import { StructureError } from './structure-error.ts';
import type { FoundReport } from './tensor-values.ts';

/** Bytes by which formats know theirs. */
const HEAD = 64 * 1024;

/** What all parts of one file share. */
export interface WalkOptions {
  readonly limits: InspectLimits;
  readonly findings: Findings;
  readonly directory: string | undefined;
  /** Told of files of the folder that the model reads. */
  readonly onUse?: ((path: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Walks over a file and the parts in it. */
export class Walk {
  readonly #options: WalkOptions;
  #steps = 0;
  #inflated = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /** Inspects the file itself, or a part; `undefined` when no format knows it. */
  async content(
    source: ByteSource,
    place: {
      readonly part?: string | undefined;
      readonly level: number;
      readonly only?: readonly ModelFormat[] | undefined;
    },
  ): Promise<FoundReport | undefined> {
    const { findings } = this.#options;
    const found = await this.#recognised(source, place.only);
    const [first] = found;
    if (first === undefined) return undefined;
    if (found.length > 1) {
      const names = found.map(({ formats: [name] }) => name).join(', ');
      findings.add('POLYGLOT', `Expected one format, got what reads as ${names}`, { offset: 0, part: place.part });
    }
    const inspection = this.#inspection(place.part, place.level);
    try {
      return await first.inspect(source, inspection);
    } catch (error) {
      if (!(error instanceof StructureError)) throw error;
      findings.add(error.code, error.message, { offset: error.offset, part: place.part });
      return { format: first.formats[0] ?? 'unknown' };
    }
  }

  /** Whether some format knows a content, by its beginning. Nothing is walked. */
  async knows(source: ByteSource): Promise<boolean> {
    return (await this.#recognised(source, undefined)).length > 0;
  }

  /** What looks at a part that no format knows. */
  part(name: string): Inspection {
    return this.#inspection(name, 0);
  }

  async #recognised(source: ByteSource, only: readonly ModelFormat[] | undefined): Promise<readonly FormatInspector[]> {
    const head = await source.read(0, Math.min(HEAD, source.size));
    const found: FormatInspector[] = [];
    for (const format of formats) {
      if (only !== undefined && !format.formats.some((name) => only.includes(name))) continue;
      if (await format.recognises(head, source)) found.push(format);
    }
    return found;
  }

  #inspection(part: string | undefined, level: number): Inspection {
    const { limits, findings, directory, signal } = this.#options;
    return {
      limits,
      part,
      directory,
      signal,
      find: (code, message, offset) => findings.add(code, message, { offset, part }),
      step: (count, offset) => {
        this.#steps += count;
        if (this.#steps > limits.steps) throw tooMuch(`${limits.steps} steps`, offset);
        if (signal?.aborted === true)
          throw new ModelError('ABORTED', 'The inspection was stopped', { cause: signal.reason });
      },
      inflate: (bytes, offset) => {
        this.#inflated += bytes;
        if (this.#inflated > limits.inflated) throw tooMuch(`${limits.inflated} bytes out of compressed parts`, offset);
      },
      uses: (path) => this.#options.onUse?.(path),
      nested: (source, name, only) => {
        if (level >= limits.parts) throw tooMuch(`${limits.parts} parts in each other`, 0);
        return this.content(source, { part: within(part, name), level: level + 1, only });
      },
      inside: (name) => this.#inspection(within(part, name), level + 1),
    };
  }
}

function within(part: string | undefined, name: string): string {
  return part === undefined ? name : `${part} > ${name}`;
}

function tooMuch(limit: string, offset: number): StructureError {
  return new StructureError('LIMIT_EXCEEDED', `Expected at most ${limit}, got more`, offset);
}
