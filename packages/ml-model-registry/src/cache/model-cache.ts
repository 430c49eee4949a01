import { createHash } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { ModelError } from '../errors.ts';
import type { ModelVersion } from '../versions/version.ts';
import { Answers } from './answers.ts';
import type { CacheAsk, CachedModel, CacheFigures, CacheStore, ModelCache, ModelCacheOptions } from './contract.ts';
import { fetchModel } from './fetch-model.ts';
import { memoryModels } from './memory-store.ts';
import { References } from './references.ts';

/**
 * Keeps models near that are asked for often: verified, within a number of bytes, those not used for longest going first. When an alias moves, the next answer is the version that
 * it points to; the one before stays as long as there is room, as a rollback wants it.
 *
 * @throws {ModelError} `INVALID_INPUT` for options that are none.
 *
 * @example
 * ```ts
 * import type { ModelRegistry } from '@x/ml-model-registry';
 * import { createModelCache } from '@x/ml-model-registry/cache';
 *
 * export async function serve(registry: ModelRegistry) {
 *   const cache = createModelCache({ registry, maxBytes: 2e9, onEvent: (event) => console.log(event) });
 *   await cache.warm('price@prod');
 *   const { bytes, version, from } = await cache.get('price@prod');
 *   console.log(version.version, bytes.length, from); // … cache
 * }
 * ```
 */
export function createModelCache(options: ModelCacheOptions): ModelCache {
  const { maxBytes, aliasesFor = 1000, objectives = {} } = options;
  const { hitRate = 0.85, response = 2000 } = objectives;
  if (!(maxBytes > 0)) throw wrong('more than 0 bytes as maxBytes', maxBytes);
  if (!(aliasesFor >= 0)) throw wrong('0 or more milliseconds as aliasesFor', aliasesFor);
  if (!(hitRate >= 0 && hitRate <= 1)) throw wrong('a hit rate from 0 to 1', hitRate);
  return new HotModels(options, new Answers({ hitRate, response }));
}

class HotModels implements ModelCache {
  readonly #options: ModelCacheOptions;
  readonly #answers: Answers;
  readonly #store: CacheStore;
  readonly #references: References;
  /** What the registry has given to this cache once. */
  readonly #admitted = new Set<string>();
  readonly #flights = new Map<string, Promise<Omit<CachedModel, 'version'>>>();

  constructor(options: ModelCacheOptions, answers: Answers) {
    this.#options = options;
    this.#answers = answers;
    this.#store = options.store ?? memoryModels();
    const { registry, aliasesFor = 1000, clock = systemClock } = options;
    this.#references = new References(registry, { aliasesFor, clock });
  }

  async get(reference: string, { by }: CacheAsk = {}): Promise<CachedModel> {
    const { clock = systemClock, onEvent } = this.#options;
    const start = clock();
    const version = await this.#references.resolve(reference);
    if (by !== undefined) await this.#options.registry.admit(version.model, version.version, { by });
    const found = await this.#near(version);
    const answer = { model: version.model, isHit: found.from === 'cache', took: clock() - start };
    for (const alert of this.#answers.count(answer)) onEvent?.({ type: 'alert', alert });
    return { version, ...found };
  }

  async warm(reference: string): Promise<ModelVersion> {
    const version = await this.#references.resolve(reference);
    await this.#near(version);
    return version;
  }

  refresh(model?: string): void {
    this.#references.forget(model);
  }

  /** Of all who want the same at once, one looks and fetches. */
  async #near(version: ModelVersion): Promise<Omit<CachedModel, 'version'>> {
    const key = keyOf(version);
    const under = this.#flights.get(key);
    if (under !== undefined) return await under;
    const flight = this.#find(key, version).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return await flight;
  }

  async #find(key: string, version: ModelVersion): Promise<Omit<CachedModel, 'version'>> {
    const kept = await this.#kept(key, version);
    if (kept !== undefined) {
      // Somebody else may have put it there, who may do more, or trusts others.
      if (!this.#admitted.has(key)) await this.#options.registry.admit(version.model, version.version);
      this.#admitted.add(key);
      return { bytes: kept, from: 'cache' };
    }
    const bytes = await fetchModel(this.#options, version);
    this.#admitted.add(key);
    if (digestOf(bytes) !== version.digest) {
      throw new ModelError('MODEL_DAMAGED', `Expected ${version.digest} as ${key}, got ${digestOf(bytes)}`, {
        hint: 'It changed between the registry and here. Look at the disk of the temporary folder.',
      });
    }
    await this.#keep(key, bytes);
    return { bytes, from: 'registry' };
  }

  async #kept(key: string, version: ModelVersion): Promise<Uint8Array | undefined> {
    const bytes = await this.#attempt(async () => await this.#store.get(key));
    if (bytes === undefined || this.#store.isPrivate || digestOf(bytes) === version.digest) return bytes;
    this.#options.onEvent?.({ type: 'damaged', key });
    await this.#attempt(async () => await this.#store.delete(key));
    return undefined;
  }

  async #keep(key: string, bytes: Uint8Array): Promise<void> {
    const { maxBytes, onEvent } = this.#options;
    if (bytes.length > maxBytes) {
      onEvent?.({ type: 'too-large', key, bytes: bytes.length });
      return;
    }
    const gone = await this.#attempt(async () => await this.#store.set(key, bytes, maxBytes));
    for (const evicted of gone ?? []) onEvent?.({ type: 'evicted', key: evicted });
  }

  /** A store that fails must not keep anybody from their model. */
  async #attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.onEvent?.({ type: 'store-failed', message: `${this.#store.kind}: ${message}` });
      return undefined;
    }
  }

  async figures(): Promise<CacheFigures> {
    const sizes = (await this.#attempt(async () => await this.#store.sizes())) ?? new Map<string, number>();
    const kept = [...sizes].map(([key, bytes]) => ({ model: key.split('@', 1)[0] ?? '', bytes }));
    const names = new Set([...this.#answers.models(), ...kept.map(({ model }) => model)]);
    const total = (of: readonly { readonly bytes: number }[]): number => of.reduce((sum, { bytes }) => sum + bytes, 0);
    const response = this.#answers.response();
    return {
      ...this.#answers.total(),
      entries: kept.length,
      bytes: total(kept),
      maxBytes: this.#options.maxBytes,
      ...(response === undefined ? {} : { response }),
      models: Object.fromEntries(
        [...names].toSorted().map((name) => {
          const own = kept.filter(({ model }) => model === name);
          return [name, { ...this.#answers.of(name), entries: own.length, bytes: total(own) }];
        }),
      ),
    };
  }
}

/** Content of the same version of two registries is told apart by its digest. */
function keyOf({ model, version, digest }: ModelVersion): string {
  return `${model}@${version}:${digest}`;
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function wrong(expected: string, found: unknown): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${String(found)}`);
}
