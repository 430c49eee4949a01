import { listAll } from '@x/storage';
import { ModelHistory } from '../history/history.ts';
import type { ModelState } from '../history/state.ts';
import { inLanes } from '../lanes.ts';
import type { KnownVersion } from '../versions/known-version.ts';
import { checkModelName, isModelName } from '../versions/names.ts';
import { PREFIX } from './model-prefix.ts';
import type { RegistryParts } from './parts.ts';

const HISTORY = 'history';

/** The histories of all models. Each is read once, and then what is new. */
export class Histories {
  readonly #parts: RegistryParts;
  readonly #opened = new Map<string, ModelHistory>();

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  /** @throws {ModelError} `INVALID_NAME`. */
  of(model: string): ModelHistory {
    const found = this.#opened.get(checkModelName(model));
    if (found !== undefined) return found;
    const { storage, clock, by } = this.#parts;
    const history = new ModelHistory(storage, `${PREFIX}${model}/${HISTORY}`, { model, clock, by });
    this.#opened.set(model, history);
    return history;
  }

  /** What the histories of all models say, by their names in order. */
  async states(): Promise<ReadonlyMap<string, ModelState>> {
    const names = await this.namesWith(HISTORY);
    const states = await inLanes(names, async (name) => await this.of(name).read());
    return new Map(names.map((name, index) => [name, states[index] as ModelState]));
  }

  /** Names of models below which there is something of a kind, in order. */
  async namesWith(kind: string): Promise<readonly string[]> {
    const names = new Set<string>();
    for await (const { key } of listAll(this.#parts.storage, PREFIX)) {
      const [name = '', its] = key.slice(PREFIX.length).split('/');
      // The store may have what is of somebody else.
      if (its === kind && isModelName(name)) names.add(name);
    }
    return [...names].toSorted();
  }
}

/** All versions of some models, deleted ones included. */
export function knownVersions(states: ReadonlyMap<string, ModelState>): readonly KnownVersion[] {
  return [...states.values()].flatMap(({ versions, deleted, aliases }) => {
    const names = Map.groupBy(aliases, ([, to]) => to);
    const aliasesOf = (version: string): readonly string[] => (names.get(version) ?? []).map(([alias]) => alias);
    return [
      ...[...versions.values()].map((version) => ({ version, aliases: aliasesOf(version.version) })),
      ...[...deleted.values()].map(({ version, at }) => ({ version, aliases: [], deletedAt: at })),
    ];
  });
}
