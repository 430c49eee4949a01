import type { FlagDefinitions, Json } from '../definition/model.ts';
import { pointerOf } from '../definition/path.ts';
import { rememberOf } from '../definition/remembered.ts';
import { isObject } from '../definition/report.ts';
import { FlagError, shown } from '../errors.ts';
import type { FlagEdit } from '../store/editable.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * The flags after some edits; what was given stays as it is. Whether they are sound is for `checkDefinitions` to say.
 *
 * @throws {FlagError} `FLAG_NOT_FOUND` where a flag is to be changed or taken away that is not there; `INVALID_CHANGE`.
 * @example
 * ```ts
 * import { editDefinitions, simulateFlags } from '@x/feature-flags';
 *
 * const now = { flags: { new_ui: { rollout: { percentage: 10, unit: 'tenant' } } } };
 * const next = editDefinitions(now, [{ kind: 'patch', key: 'new_ui', patch: { rollout: { percentage: 25 } } }]);
 * console.log(simulateFlags(now, next, [{ tenant: 'acme' }]).flips);
 * ```
 */
export function editDefinitions(definitions: FlagDefinitions, edits: readonly FlagEdit[]): FlagDefinitions {
  return edits.reduce((before, edit) => {
    const after = edited(before, edit);
    if (edit.kind === 'replace') return after;
    // What only a text can say wrong stays wrong, but where it is gone.
    const without = edit.kind === 'patch' ? undefined : pointerOf(['flags', edit.key]);
    rememberOf(before, after, { without });
    return after;
  }, definitions);
}

/** The flags that edits name; `undefined` if they replace all. */
export function touchedBy(edits: readonly FlagEdit[]): ReadonlySet<string> | undefined {
  const keys = new Set<string>();
  for (const edit of edits) {
    if (edit.kind === 'replace') return undefined;
    keys.add(edit.key);
  }
  return keys;
}

function edited(definitions: FlagDefinitions, edit: FlagEdit): FlagDefinitions {
  checkEdit(edit);
  if (edit.kind === 'replace') return edit.definitions;
  const { key } = edit;
  const flags: Members = definitions.flags;
  if (edit.kind === 'set') return withFlags(definitions, changed(flags, key, edit.definition));
  if (!Object.hasOwn(flags, key)) {
    throw new FlagError('FLAG_NOT_FOUND', `Expected the flag ${shown(key)}, got none of that name`, {
      hint: 'Check its spelling, or set it first.',
    });
  }
  if (edit.kind === 'remove') return withFlags(definitions, without(flags, key));
  return withFlags(definitions, changed(flags, key, merged(flags[key], edit.patch)));
}

/** Callers without types say all kinds of things; a flag is not taken away by mistake. */
function checkEdit(edit: FlagEdit): void {
  const { kind, key, patch, definition, definitions } = edit as Readonly<Record<string, unknown>>;
  const isSound =
    (kind === 'remove' && typeof key === 'string') ||
    (kind === 'set' && typeof key === 'string' && isObject(definition)) ||
    (kind === 'patch' && typeof key === 'string' && isObject(patch)) ||
    (kind === 'replace' && isObject(definitions) && isObject(definitions['flags']));
  if (isSound) return;
  throw new FlagError('INVALID_CHANGE', `Expected an edit of a flag, got ${shown(kind)} without what it needs`, {
    hint: 'As { kind: "set", key, definition }, { kind: "patch", key, patch }, { kind: "remove", key } or { kind: "replace", definitions }.',
  });
}

const withFlags = (definitions: FlagDefinitions, flags: Members): FlagDefinitions =>
  ({ ...definitions, flags }) as FlagDefinitions;

/** By entries, as an assignment to a member called `__proto__` would be something else. */
const changed = (members: Members, key: string, value: unknown): Members =>
  Object.hasOwn(members, key)
    ? Object.fromEntries(Object.entries(members).map(([name, old]) => [name, name === key ? value : old]))
    : Object.fromEntries([...Object.entries(members), [key, value]]);

const without = (members: Members, key: string): Members =>
  Object.fromEntries(Object.entries(members).filter(([name]) => name !== key));

/** RFC 7396, section 2. */
function merged(target: unknown, patch: Json): unknown {
  if (!isObject(patch)) return patch;
  let result: Members = isObject(target) ? target : {};
  for (const [name, value] of Object.entries(patch)) {
    result = value === null ? without(result, name) : changed(result, name, merged(own(result, name), value));
  }
  return result;
}

const own = (members: Members, name: string): unknown => (Object.hasOwn(members, name) ? members[name] : undefined);
