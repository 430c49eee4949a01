import type { FlagCounts } from '../counts/counts.ts';
import { checkDefinitions } from '../definition/check-definitions.ts';
import { demandSound } from '../definition/demand-sound.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { constantsOf } from './constant-flag.ts';
import type { Constant } from './constant.ts';
import { lastEvaluations, requiredBy } from './evaluated.ts';
import type { FlagReference } from './reference.ts';
import type { StaleFlag, StaleReason, StaleReport } from './report.ts';
import { dayOf, daysBetween, daysText, useSentence } from './sentences.ts';
import { unknownReferences } from './unknown.ts';

/** Flags as they were from a moment on. */
export interface FlagVersion {
  /** Since when, in milliseconds since 1970. */
  readonly atMs: number;
  readonly definitions: FlagDefinitions;
}

/** What is known of flags beside their definitions. What is left out is not looked for. */
export interface StaleOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Evaluations of all processes, as `flags.counts()` and `mergeCounts` give them. */
  readonly counts?: FlagCounts | undefined;
  /** Places in code that name flags, as {@link scanForFlags} gives them. */
  readonly references?: Iterable<FlagReference> | undefined;
  /**
   * Earlier versions of the definitions and the present one, oldest first: they tell since when everybody gets the same. Of one with mistakes, and what was before it,
   * nothing is known.
   */
  readonly history?: readonly FlagVersion[] | undefined;
  /** Only flags that have given everybody the same for so many milliseconds; those of which that is not known are left out then. Default: 0, all. */
  readonly fullyRolledOutForMs?: number | undefined;
  /** Flags that nobody asked for in so many milliseconds are `unused`; `neverEvaluated` needs counts of as long. Default: those never asked for. */
  readonly unusedForMs?: number | undefined;
}

/**
 * Says which flags have had their time, and why: they are past their day, the same for everybody, not asked for, or not in the code. Also which names
 * code asks for that no flag has. Pure: nothing is read or changed.
 *
 * @throws {FlagError} `INVALID_FLAGS` for flags with mistakes: what can't be read may use any other flag.
 * @example
 * ```ts
 * import { staleFlags } from '@x/feature-flags/stale';
 *
 * const flags = { new_ui: { rollout: { percentage: 100 } }, old: { expires: '2025-01-01' } };
 * for (const { key, reasons } of staleFlags({ flags }, { nowMs: Date.now() }).flags)
 *   console.log(key, reasons.map(({ sentence }) => sentence));
 * ```
 */
export function staleFlags(definitions: FlagDefinitions, options: StaleOptions): StaleReport {
  demandSound(definitions);
  const { nowMs, counts, references } = options;
  const keys = Object.keys(definitions.flags);
  const places = references === undefined ? undefined : [...references];
  const facts: Facts = {
    definitions,
    options: { ...options, history: soundEnd(options.history) },
    constantOf: constantsOf(definitions, nowMs),
    evaluations: counts === undefined ? undefined : lastEvaluations(definitions, counts),
    inUse:
      places === undefined
        ? undefined
        : new Set([...places.map(({ key }) => key), ...keys.flatMap((key) => requiredBy(definitions, key))]),
  };
  const flags = keys.flatMap((key): StaleFlag[] => {
    const reasons = reasonsOf(key, facts);
    return reasons.length === 0 ? [] : [{ key, owner: textOf(facts, key, 'owner'), reasons }];
  });
  return { checked: keys.length, flags, unknown: places === undefined ? [] : unknownReferences(places, keys) };
}

interface Facts {
  readonly definitions: FlagDefinitions;
  readonly options: StaleOptions;
  readonly constantOf: (key: string) => Constant | undefined;
  readonly evaluations: ReadonlyMap<string, number> | undefined;
  readonly inUse: ReadonlySet<string> | undefined;
}

function reasonsOf(key: string, facts: Facts): readonly StaleReason[] {
  const isUnreferenced = facts.inUse?.has(key) === false;
  const sentence = `${key} is not in the code that was looked through.`;
  return [
    ...expiredReason(key, facts),
    ...constantReason(key, facts),
    ...evaluationReason(key, facts),
    ...(isUnreferenced ? [{ reason: 'unreferenced', sentence } as const] : []),
  ];
}

/** A field of a readable flag; one in flagd's format has it in its metadata. */
function textOf({ definitions }: Facts, key: string, field: 'expires' | 'owner'): string | undefined {
  const flag = definitions.flags[key] as Readonly<Partial<Record<string, unknown>>>;
  const { [field]: inMetadata } = (flag['metadata'] ?? {}) as Readonly<Partial<Record<string, unknown>>>;
  const value = flag[field] ?? inMetadata;
  return typeof value === 'string' ? value : undefined;
}

function expiredReason(key: string, facts: Facts): readonly StaleReason[] {
  const expires = textOf(facts, key, 'expires');
  const { nowMs } = facts.options;
  const atMs = Date.parse(expires ?? '');
  if (expires === undefined || Number.isNaN(atMs) || expires >= dayOf(nowMs)) return [];
  const days = daysBetween(atMs, nowMs);
  const sentence = `${key} should have been gone by ${expires}, ${daysText(days)} ago.`;
  return [{ reason: 'expired', expires, days, sentence }];
}

function constantReason(key: string, { constantOf, options }: Facts): readonly StaleReason[] {
  const constant = constantOf(key);
  if (constant === undefined) return [];
  const { nowMs, fullyRolledOutForMs = 0, history = [] } = options;
  const sinceMs = sinceWhen(key, constant, { history, nowMs }) ?? constant.sinceMs;
  if (fullyRolledOutForMs > 0 && nowMs - (sinceMs ?? nowMs) < fullyRolledOutForMs) return [];
  const { isOn, ...use } = { ...constant, sinceMs };
  // Variants without a rollout are a setting that everybody has, not a flag that nobody has.
  const isOff = use.variant === undefined || use.value === false || (!isOn && use.cause !== 'static');
  const reason = isOff ? 'alwaysOff' : 'fullyRolledOut';
  return [{ reason, ...use, sentence: useSentence(key, use) }];
}

/** Since when everybody has got this, as earlier versions say. */
function sinceWhen(
  key: string,
  { variant }: Constant,
  { history, nowMs }: { readonly history: readonly FlagVersion[]; readonly nowMs: number },
): number | undefined {
  let since: number | undefined;
  let endMs = nowMs;
  for (const { atMs, definitions } of history.toReversed()) {
    const [atEnd, atStart] = [endMs, atMs].map((moment) => constantsOf(definitions, moment)(key));
    if (atEnd === undefined || atEnd.variant !== variant) break;
    since = Math.max(atMs, atEnd.sinceMs ?? atMs);
    if (atStart === undefined || atStart.variant !== variant) break;
    endMs = atMs;
  }
  return since;
}

function evaluationReason(key: string, { evaluations, options }: Facts): readonly StaleReason[] {
  const { counts, nowMs, unusedForMs } = options;
  if (evaluations === undefined || counts === undefined) return [];
  const lastAtMs = evaluations.get(key);
  if (lastAtMs === undefined) {
    const { sinceMs: countingSinceMs } = counts;
    const days = daysBetween(countingSinceMs, nowMs);
    if (nowMs - countingSinceMs < (unusedForMs ?? 0)) return [];
    const sentence = `${key} was never evaluated since ${dayOf(countingSinceMs)}, when counting began ${daysText(days)} ago.`;
    return [{ reason: 'neverEvaluated', countingSinceMs, sentence }];
  }
  if (unusedForMs === undefined || nowMs - lastAtMs < unusedForMs) return [];
  const days = daysText(daysBetween(lastAtMs, nowMs));
  return [{ reason: 'unused', lastAtMs, sentence: `${key} was last evaluated on ${dayOf(lastAtMs)}, ${days} ago.` }];
}

/** The versions after the last one with mistakes. */
function soundEnd(history: readonly FlagVersion[] = []): readonly FlagVersion[] {
  return history.slice(history.findLastIndex(({ definitions }) => checkDefinitions(definitions).length > 0) + 1);
}
