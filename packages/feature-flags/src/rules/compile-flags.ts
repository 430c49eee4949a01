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
  const compiled = new Map<string, CompiledFlag>();
  const references: References = {
    segments: new Map(members),
    flagOf: (key) => compiled.get(key) as CompiledFlag,
    common: outcomesOf(ON_OFF, { fallback: 'off', metadata: common }),
  };
  for (const key of requiredFirst(definitions.flags)) {
    const flag = definitions.flags[key] as FlagDefinitions['flags'][string];
    const metadata = flag.metadata === undefined ? common : Object.freeze({ ...common, ...flag.metadata });
    compiled.set(
      key,
      isFlagdFlag(flag)
        ? compileFlagdFlag(key, flag, { metadata, evaluators })
        : compileShortFlag(key, withBucketing(flag, definitions.bucketing), { metadata, references }),
    );
  }
  return new Map(Object.keys(definitions.flags).map((key) => [key, compiled.get(key) as CompiledFlag]));
}

/** All flags, each after those that it requires. There are no circles: that was checked. */
function requiredFirst(flags: FlagDefinitions['flags']): Set<string> {
  const order = new Set<string>();
  const requiredBy = (key: string): readonly string[] => {
    const flag = flags[key] as FlagDefinitions['flags'][string];
    return isFlagdFlag(flag) ? [] : (flag.requires ?? []);
  };
  // Without recursion: a chain may be as long as there are flags.
  const open = Object.keys(flags).toReversed();
  for (let key = open.at(-1); key !== undefined; key = open.at(-1)) {
    const waiting = order.has(key) ? [] : requiredBy(key).filter((each) => !order.has(each));
    if (waiting.length > 0) {
      open.push(...waiting);
      continue;
    }
    order.add(key);
    open.pop();
  }
  return order;
}
