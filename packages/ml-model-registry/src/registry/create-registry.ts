import { userInfo } from 'node:os';
import semver from 'semver';
import { listAll } from '@x/storage';
import { systemClock } from '../clock.ts';
import { restoreContent } from '../content/restore-content.ts';
import { ModelError } from '../errors.ts';
import type { LoggedEvent } from '../history/events.ts';
import { ModelHistory } from '../history/history.ts';
import type { AliasMove } from '../history/state.ts';
import { checkAlias, checkModelName } from '../versions/names.ts';
import type { ModelVersion } from '../versions/version.ts';
import { addVersion } from './add-version.ts';
import type {
  AddedVersion,
  AddOptions,
  ListVersionsOptions,
  ModelRegistry,
  ModelRegistryOptions,
  ModelSummary,
  MoveAliasOptions,
} from './contract.ts';
import { diffVersions, type VersionDiff } from './diff-versions.ts';
import { demandModel, findVersion } from './find-version.ts';
import { aliasEvent, aliasNotFound, before, type Move, moveOf } from './move-alias.ts';
import type { RegistryParts } from './parts.ts';

/** Where histories lie in the store. */
const PREFIX = 'models/';

/**
 * Opens a registry of models. Nothing is read or written yet.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { createModelRegistry } from '@x/ml-model-registry';
 * import { fsStore } from '@x/storage';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const registry = createModelRegistry({ storage: fsStore('/srv/models'), repository });
 * const { version } = await registry.add('lottery', 'model.h5', { change: 'retrain', metrics: { accuracy: 0.91 } });
 * await registry.promote('lottery', 'prod', version.version);
 * await registry.restore('lottery', 'prod', { to: '/srv/app/model.h5' });
 * ```
 */
export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  return new StoredRegistry(partsOf(options));
}

function partsOf(options: ModelRegistryOptions): RegistryParts {
  const {
    storage,
    repository,
    tenant = 'models',
    changes = {},
    metrics = {},
    accept = 'suspicious',
    limits = {},
  } = options;
  const { by = userInfo().username, clock = systemClock } = options;
  return {
    storage,
    repository,
    tenant,
    changes,
    metrics,
    accept,
    limits,
    by,
    clock,
    tell: (event) => options.onEvent?.({ ...event, at: clock(), by }),
    ask: async (intent) => options.authorize?.({ ...intent, by }),
  };
}

class StoredRegistry implements ModelRegistry {
  readonly #parts: RegistryParts;
  readonly #histories = new Map<string, ModelHistory>();

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  async add(model: string, path: string, options: AddOptions): Promise<AddedVersion> {
    const history = this.#history(model);
    await this.#parts.ask({ action: 'add', model });
    return await addVersion({ model, path, options }, history, this.#parts);
  }

  async models(): Promise<readonly ModelSummary[]> {
    const names = new Set<string>();
    for await (const { key } of listAll(this.#parts.storage, PREFIX)) {
      names.add(key.slice(PREFIX.length).split('/', 1)[0] ?? '');
    }
    const found: ModelSummary[] = [];
    for (const model of [...names].toSorted()) {
      const { versions, aliases } = await this.#history(model).read();
      const latest = semver.sort([...versions.keys()]).at(-1);
      found.push({ model, versions: versions.size, latest, aliases: Object.fromEntries(aliases) });
    }
    return found;
  }

  async list(model: string, options: ListVersionsOptions = {}): Promise<readonly ModelVersion[]> {
    const state = await this.#history(model).read();
    demandModel(state, model);
    const { tags = [], limit } = options;
    return semver
      .rsort([...state.versions.keys()])
      .flatMap((version) => state.versions.get(version) ?? [])
      .filter((version) => tags.every((tag) => version.tags.includes(tag)))
      .slice(0, limit);
  }

  async get(model: string, reference: string): Promise<ModelVersion> {
    return findVersion(await this.#history(model).read(), model, reference);
  }

  async restore(
    model: string,
    reference: string,
    options: Parameters<ModelRegistry['restore']>[2],
  ): Promise<ModelVersion> {
    const version = await this.get(model, reference);
    await this.#parts.ask({ action: 'restore', model, version: version.version });
    await restoreContent(this.#parts.repository, version, options);
    this.#parts.tell({ type: 'model.restored', model, version: version.version });
    return version;
  }

  async diff(model: string, first: string, second: string): Promise<VersionDiff> {
    return diffVersions(await this.get(model, first), await this.get(model, second));
  }

  async delete(model: string, version: string, options: { readonly reason: string }): Promise<void> {
    await this.#parts.ask({ action: 'delete', model, version });
    const { reason } = options;
    if (reason.trim() === '') throw new ModelError('INVALID_INPUT', 'Expected a reason, got an empty text');
    let snapshot = '';
    await this.#history(model).append((state) => {
      const found = findVersion(state, model, version);
      const names = [...state.aliases].filter(([, to]) => to === found.version).map(([alias]) => alias);
      if (names.length > 0) {
        throw new ModelError(
          'VERSION_IN_USE',
          `Expected a version without aliases, got ${found.version}, which is ${names.join(', ')}`,
          {
            hint: 'Promote another version first, or take the alias away.',
          },
        );
      }
      snapshot = found.snapshot;
      return { kind: 'version.deleted', version: found.version, reason };
    });
    await this.#parts.repository.forget({ snapshots: [snapshot] });
    this.#parts.tell({ type: 'model.deleted', model, version, reason });
  }

  async promote(model: string, alias: string, reference: string, options: MoveAliasOptions = {}): Promise<AliasMove> {
    checkAlias(alias);
    return await this.#move({ ...options, model, alias, to: (state) => findVersion(state, model, reference).version });
  }

  async rollback(model: string, alias: string, options: MoveAliasOptions = {}): Promise<AliasMove> {
    return await this.#move({ ...options, model, alias, to: (state) => before(state, model, alias) });
  }

  async removeAlias(model: string, alias: string, options: MoveAliasOptions = {}): Promise<AliasMove> {
    const to = (state: Parameters<Move['to']>[0]): undefined => {
      if (!state.aliases.has(alias)) throw aliasNotFound(state, model, alias);
    };
    return await this.#move({ ...options, model, alias, to });
  }

  async #move(move: Move): Promise<AliasMove> {
    const { model, alias } = move;
    const history = this.#history(model);
    const state = await history.read();
    demandModel(state, model);
    await this.#parts.ask({ action: 'promote', model, alias, version: move.to(state) });
    const moved = moveOf(await history.append((current) => aliasEvent(current, move)));
    this.#parts.tell({ type: 'model.promoted', model, alias, version: moved.to, reason: moved.reason });
    return moved;
  }

  async aliases(
    model: string,
    options: { readonly at?: number | undefined } = {},
  ): Promise<Readonly<Record<string, string>>> {
    const state = await this.#history(model).read();
    demandModel(state, model);
    const { at } = options;
    if (at === undefined) return Object.fromEntries(state.aliases);
    const then = new Map<string, string>();
    for (const move of state.moves) {
      if (move.at > at) break;
      if (move.to === undefined) then.delete(move.alias);
      else then.set(move.alias, move.to);
    }
    return Object.fromEntries(then);
  }

  async history(model: string): Promise<readonly LoggedEvent[]> {
    const events = await this.#history(model).events();
    if (events.length === 0) demandModel(await this.#history(model).read(), model);
    return events;
  }

  #history(model: string): ModelHistory {
    const found = this.#histories.get(checkModelName(model));
    if (found !== undefined) return found;
    const { storage, clock, by } = this.#parts;
    const history = new ModelHistory(storage, `${PREFIX}${model}/history`, { clock, by });
    this.#histories.set(model, history);
    return history;
  }
}
