import { demandSound } from '../definition/demand-sound.ts';
import { type FlagDefinitions, isFlagdFlag } from '../definition/model.ts';
import { withBucketing } from '../definition/default-bucketing.ts';
import type { CompiledFlag } from './compiled-flag.ts';
import { compileFlagdFlag } from './flagd-flag.ts';
import { ON_OFF, outcomesOf } from './outcomes.ts';
import { compileSegment } from './segments.ts';
import { compileShortFlag, type References } from './short-flag.ts';

/** Flags by name, ready to be asked. */
export type CompiledFlags = ReadonlyMap<string, CompiledFlag>;

/** What is compiled beside definitions. */
export interface CompileOptions {
  /** The names of the flags, in their order. Default: those of the definitions. */
  readonly keys?: readonly string[] | undefined;
  /** What answers for some of them, whatever their definitions say, or where they have none. */
  readonly instead?: CompiledFlags | undefined;
}

/** Compiles definitions that are sound. */
export function compileSound(definitions: FlagDefinitions, options: CompileOptions = {}): CompiledFlags {
  const { keys = Object.keys(definitions.flags), instead } = options;
  const { $evaluators: evaluators = {}, segments = {} } = definitions;
  const common = Object.freeze({ ...definitions.metadata });
  const members = Object.entries(segments).map(
    ([name, segment]) => [name, compileSegment(name, segment, evaluators)] as const,
  );
  // A map has its keys in the order in which they first came, and that is the order of the file.
  const compiled = new Map<string, CompiledFlag | undefined>();
  for (const key of keys) compiled.set(key, instead?.get(key));
  // A flag asks for those that it requires while it is compiled itself. These go neither in circles nor deep: that was checked.
  const flagOf = (key: string): CompiledFlag => {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const flag = definitions.flags[key] as FlagDefinitions['flags'][string];
    const metadata = flag.metadata === undefined ? common : Object.freeze({ ...common, ...flag.metadata });
    const made = isFlagdFlag(flag)
      ? compileFlagdFlag(key, flag, { metadata, evaluators })
      : compileShortFlag(key, withBucketing(flag, definitions.bucketing), { metadata, references });
    compiled.set(key, made);
    return made;
  };
  const references: References = {
    segments: new Map(members),
    flagOf,
    common: outcomesOf(ON_OFF, { fallback: 'off', metadata: common }),
  };
  for (const key of keys) flagOf(key);
  return compiled as CompiledFlags;
}

/**
 * Checks and compiles definitions, all of which have to be sound.
 *
 * @throws {FlagError} `INVALID_FLAGS` with all problems.
 */
export function compileFlags(definitions: FlagDefinitions): CompiledFlags {
  demandSound(definitions);
  return compileSound(definitions);
}
