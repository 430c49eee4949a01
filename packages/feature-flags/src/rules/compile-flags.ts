import { checkDefinitions } from '../definition/check-definitions.ts';
import { type FlagDefinitions, isFlagdFlag } from '../definition/model.ts';
import { withBucketing } from '../definition/default-bucketing.ts';
import { invalidFlags } from '../definition/invalid-flags.ts';
import type { CompiledFlag } from './compiled-flag.ts';
import { compileFlagdFlag } from './flagd-flag.ts';
import { ON_OFF, outcomesOf } from './outcomes.ts';
import { compileSegment } from './segments.ts';
import { compileShortFlag, type References } from './short-flag.ts';

/** Flags by name, ready to be asked. */
export type CompiledFlags = ReadonlyMap<string, CompiledFlag>;

/**
 * Checks and compiles definitions.
 *
 * @throws {FlagError} `INVALID_FLAGS` with all problems.
 */
export function compileFlags(definitions: FlagDefinitions): CompiledFlags {
  const problems = checkDefinitions(definitions);
  if (problems.length > 0) throw invalidFlags(problems);
  const { $evaluators: evaluators = {}, segments = {} } = definitions;
  const common = Object.freeze({ ...definitions.metadata });
  const members = Object.entries(segments).map(
    ([name, segment]) => [name, compileSegment(name, segment, evaluators)] as const,
  );
  const keys = Object.keys(definitions.flags);
  // A map has its keys in the order in which they first came, and that is the order of the file.
  const compiled = new Map<string, CompiledFlag | undefined>();
  for (const key of keys) compiled.set(key, undefined);
  const references: References = {
    segments: new Map(members),
    flagOf: (key) => compiled.get(key) as CompiledFlag,
    common: outcomesOf(ON_OFF, { fallback: 'off', metadata: common }),
  };
  const compile = (key: string): CompiledFlag => {
    const flag = definitions.flags[key] as FlagDefinitions['flags'][string];
    const metadata = flag.metadata === undefined ? common : Object.freeze({ ...common, ...flag.metadata });
    return isFlagdFlag(flag)
      ? compileFlagdFlag(key, flag, { metadata, evaluators })
      : compileShortFlag(key, withBucketing(flag, definitions.bucketing), { metadata, references });
  };
  for (const key of keys) {
    for (const each of requiredFirst(key, { flags: definitions.flags, compiled })) compiled.set(each, compile(each));
  }
  return compiled as CompiledFlags;
}

/** What is to be compiled for a flag, each after those that it requires. There are no circles: that was checked. */
function requiredFirst(
  key: string,
  { flags, compiled }: { flags: FlagDefinitions['flags']; compiled: ReadonlyMap<string, CompiledFlag | undefined> },
): Iterable<string> {
  const waitingFor = (name: string): readonly string[] | undefined => {
    const flag = flags[name] as FlagDefinitions['flags'][string];
    return isFlagdFlag(flag) ? undefined : flag.requires?.filter((each) => compiled.get(each) === undefined);
  };
  if (compiled.get(key) !== undefined) return [];
  if (waitingFor(key) === undefined) return [key];
  const order = new Set<string>();
  // Without recursion: a chain may be as long as there are flags.
  const open = [key];
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const waiting = order.has(last) ? [] : (waitingFor(last) ?? []).filter((each) => !order.has(each));
    if (waiting.length > 0) open.push(...waiting);
    else {
      order.add(last);
      open.pop();
    }
  }
  return order;
}
