import { type Decision, explain, planRetention, presets, type RetentionItem } from '@x/retention';
import semver from 'semver';
import type { ModelState } from '../history/state.ts';
import { versionId } from '../versions/known-version.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { CleanupOptions, CleanupPlan } from './cleanup.ts';

/** What a plan is made of beside the policy. */
export interface CleanupFacts {
  /** All models: what one was made from may be of another. */
  readonly states: ReadonlyMap<string, ModelState>;
  /** Ids of versions whose content is damaged. */
  readonly damaged: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Decides which versions have had their time. What an alias points to stays, and so do the parents of that: they are what it is compared with and
 * what it is made from again. Parents of those stay no longer than any other, or a row of retrained versions would never end.
 *
 * @throws {RetentionError} For a policy that is none.
 */
export function planCleanup(facts: CleanupFacts, options: CleanupOptions): CleanupPlan {
  const { policy = presets.models, timeZone = 'UTC' } = options;
  const used = inUse(facts.states);
  const models = [...facts.states].filter(([model]) => options.model === undefined || options.model === model);
  const versions = models.flatMap(([, state]) =>
    semver.rsort([...state.versions.keys()]).flatMap((number) => state.versions.get(number) ?? []),
  );
  const items = versions.map((version) => itemOf(version, { used, damaged: facts.damaged }));
  const decisions = planRetention(items, policy, { now: facts.now, timeZone });
  const byId = new Map(decisions.map((decision) => [decision.id, decision]));
  return {
    at: facts.now,
    items: versions.map((version) => {
      const { model, version: number, size, addedAt } = version;
      const decision = byId.get(versionId(version)) as Decision;
      return { model, version: number, keep: decision.keep, why: explain(decision), bytes: size, addedAt };
    }),
  };
}

/** What versions are used for, by their ids: by aliases, or by what aliases point to. */
export function inUse(states: ReadonlyMap<string, ModelState>): ReadonlyMap<string, string> {
  const used = new Map<string, string>();
  const pointed = [...states].flatMap(([model, { aliases, versions }]) =>
    [...aliases].map(([alias, number]) => ({ alias, model, version: versions.get(number) })),
  );
  for (const { alias, model, version } of pointed) {
    for (const parent of version?.parents ?? []) {
      used.set(versionId(parent), `${model}@${alias}, which was made from it`);
    }
  }
  // An alias of its own is the better reason.
  for (const { alias, version } of pointed) if (version !== undefined) used.set(versionId(version), alias);
  return used;
}

function itemOf(
  version: ModelVersion,
  known: { readonly used: ReadonlyMap<string, string>; readonly damaged: ReadonlySet<string> },
): RetentionItem {
  const id = versionId(version);
  const use = known.used.get(id);
  return {
    id,
    time: version.addedAt,
    group: version.model,
    version: version.version,
    bytes: version.size,
    good: !known.damaged.has(id),
    ...(use === undefined ? {} : { inUse: use }),
  };
}
