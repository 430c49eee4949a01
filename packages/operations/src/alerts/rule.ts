import type { EventLevel } from '../events/contract.ts';

/** How much an alert matters. */
export type Severity = 'info' | 'warning' | 'critical';

/** What a detail of an event has to be: a value, a number in bounds, or one of several. */
export type DetailCondition =
  | string
  | number
  | boolean
  | {
      /** More than this. */
      readonly above?: number | undefined;
      /** Less than this. */
      readonly below?: number | undefined;
      readonly oneOf?: readonly (string | number)[] | undefined;
    };

/** Which events are meant. All that is given must be so. */
export interface EventCondition {
  /** Names, or all of a noun: `backup.*`. */
  readonly event: string | readonly string[];
  readonly level?: EventLevel | readonly EventLevel[] | undefined;
  readonly tenant?: string | undefined;
  /** By names of details; dots lead into objects: `error.code`. */
  readonly details?: Readonly<Record<string, DetailCondition>> | undefined;
}

/** No such event for so long. */
export interface AbsenceCondition {
  readonly absent: EventCondition;
  /** Milliseconds. */
  readonly forMs: number;
  /** Whose events are waited for from the first look on. Default: of those that have sent one. */
  readonly tenants?: readonly string[] | undefined;
}

/** When an alert is opened, what it says, and to whom. */
export interface AlertRule {
  /** Small letters, digits and `-`. */
  readonly name: string;
  readonly severity: Severity;
  /** One line. `{tenant}`, `{host}`, `{principal}` and `{details.NAME}` are filled in. */
  readonly title: string;
  /** One of several events, or the absence of one. */
  readonly when: EventCondition | readonly EventCondition[] | AbsenceCondition;
  /** What sets one alert apart from another of the same rule: `tenant`, `host`, `details.NAME`. Default: nothing, there is one. */
  readonly by?: readonly string[] | undefined;
  /** What resolves it, for the same `by`. Default: nobody but a person. An absence is resolved by what was absent. */
  readonly until?: EventCondition | readonly EventCondition[] | undefined;
  /** Names of channels. Default: all. */
  readonly channels?: readonly string[] | undefined;
  /** Says it again after so many milliseconds, as long as nobody has acknowledged it. Default: never. */
  readonly remindMs?: number | undefined;
  /** Tells others when nobody has acknowledged it for so long. */
  readonly escalate?: { readonly afterMs: number; readonly channels: readonly string[] } | undefined;
}

/** The conditions on events of a rule; none for an absence. */
export function conditionsOf({ when }: Pick<AlertRule, 'when'>): readonly EventCondition[] {
  if ('absent' in when) return [];
  return listOf<EventCondition>(when);
}

/** The absence that a rule waits for. */
export function absenceOf({ when }: Pick<AlertRule, 'when'>): AbsenceCondition | undefined {
  return 'absent' in when ? when : undefined;
}

/** One, or several, as a list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
