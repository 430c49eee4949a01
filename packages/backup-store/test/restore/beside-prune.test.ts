import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsStore, withFaults } from '@x/storage';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/bytes/canonical-json.ts';
import { SealedStore } from '../../src/envelope/sealed-store.ts';
import { configInForce } from '../../src/identity/config.ts';
import { readMarker } from '../../src/identity/marker.ts';
import { openKeyring } from '../../src/keyring/open-keyring.ts';
import { slotSecret } from '../../src/keyring/unlock.ts';
import { forgetPrefix } from '../../src/layout/names.ts';
import { BlobReader } from '../../src/pack/blob-reader.ts';
import type { RestoreResult } from '../../src/repository/contract.ts';
import { OpenContext } from '../../src/repository/open-context.ts';
import { restore } from '../../src/restore/restore.ts';
import type { OpenTenant } from '../../src/run/context.ts';
import { forgetSeal } from '../../src/session/commit.ts';
import { TenantView } from '../../src/session/tenant-view.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const packsOf = (place: Place): string[] => filesBelow(place.store).filter((name) => name.startsWith('packs/'));

/** Moves packs to a folder beside the repository, or back. */
function movePacks(packs: readonly string[], from: string, to: string): void {
  for (const pack of packs) {
    mkdirSync(dirname(join(to, pack)), { recursive: true });
    renameSync(join(from, pack), join(to, pack));
  }
}

/** A repository that a restore has loaded, and what a prune may do before its data is read. */
class Scene {
  readonly place: Place = newPlace();
  readonly #aside = join(this.place.folder, 'aside');
  #packs: string[] = [];
  #tenant: OpenTenant | undefined;
  #context: OpenContext | undefined;
  /** Called before a pack is read. */
  beforePack: (pack: string) => void = () => undefined;
  reloads = 0;

  async load(): Promise<void> {
    const { place } = this;
    const small = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`small ${i}`, noise(2000, `small ${i}`)]));
    buildTree(place.source, { ...small, large: noise(3_000_000, 'large'), middle: noise(300_000, 'middle') });
    await using repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    this.#packs = packsOf(place);
    const store = withFaults(fsStore(place.store), {
      decide: ({ call, key }) => {
        if (call === 'get' && this.#packs.includes(key)) this.beforePack(key);
        return undefined;
      },
    });
    const sealed = new SealedStore(store, (await readMarker(store)).id);
    const { keyring } = await openKeyring(sealed, await slotSecret({ keyFile: place.keyFile }, repository.id));
    const settings = { store, cacheDirectory: place.cache, performance: { workers: 2 } };
    this.#context = new OpenContext(
      { sealed, ring: sealed, config: await configInForce(sealed, keyring), keyring },
      settings,
    );
    await this.#open(sealed, (await this.#context.tenant('default')).tenant);
  }

  /** A tenant whose view is another one after a reload. */
  async #open(sealed: SealedStore, tenant: OpenTenant['tenant']): Promise<void> {
    const loaded = async (): Promise<TenantView> => {
      const view = new TenantView(sealed, tenant);
      await view.loadSnapshots();
      await view.loadIndex();
      return view;
    };
    let view = await loaded();
    const reload = async (): Promise<void> => {
      this.reloads++;
      view = await loaded();
    };
    const blobs = new BlobReader(sealed, tenant, { index: () => view.index, cacheBytes: 1 << 20, reload });
    this.#tenant = {
      tenant,
      get view() {
        return view;
      },
      blobs,
      reload,
    };
  }

  /** Stores everything once more, in other packs that the loaded index does not know. */
  async copy(): Promise<void> {
    movePacks(this.#packs, this.place.store, this.#aside);
    await using repository = await openAt(this.place);
    await repository.backup({ paths: [this.place.source] });
    movePacks(this.#packs, this.#aside, this.place.store);
  }

  /** Removes the packs that the loaded index knows. */
  prune(): void {
    this.beforePack = () => undefined;
    movePacks(this.#packs, this.place.store, this.#aside);
  }

  async forget(): Promise<void> {
    const { tenant, view } = this.#tenant as OpenTenant;
    const snapshot = view.snapshots[0]?.record.id as string;
    const marker = Buffer.from(canonicalJson({ snapshot }));
    const { sealed } = this.#context as OpenContext;
    await sealed.create(`${forgetPrefix(tenant.label)}${snapshot}`, forgetSeal(tenant), marker);
  }

  async restore(reload = true): Promise<RestoreResult> {
    const loaded = this.#tenant as OpenTenant;
    const { tenant, view, blobs } = loaded;
    const from = reload ? loaded : { tenant, view, blobs };
    const record = view.snapshots[0]?.record as (typeof view.snapshots)[number]['record'];
    return await restore(this.#context as OpenContext, { tenant: from, record }, { snapshot: 'x', to: this.place.out });
  }
}

/** Prunes as soon as content is asked for: the catalog's pack is read before, and is the first one. */
function pruneBeforeContent(scene: Scene): void {
  let first: string | undefined;
  scene.beforePack = (pack) => {
    first ??= pack;
    if (pack !== first) scene.prune();
  };
}

describe('a restore beside a prune', () => {
  test('finds content that was moved to another pack after the plan was made', async () => {
    const scene = new Scene();
    await scene.load();
    await scene.copy();
    pruneBeforeContent(scene);
    expect(await scene.restore()).toMatchObject({ status: 'ok', problems: [], filesWritten: 32 });
    expect(compareTrees(scene.place.source, restored(scene.place))).toEqual([]);
    expect(scene.reloads).toBe(1);
  });

  test('finds a catalog that was moved to another pack, and plans by where things are now', async () => {
    const scene = new Scene();
    await scene.load();
    await scene.copy();
    scene.beforePack = () => scene.prune();
    expect(await scene.restore()).toMatchObject({ status: 'ok', problems: [] });
    expect(compareTrees(scene.place.source, restored(scene.place))).toEqual([]);
    expect(scene.reloads).toBe(1);
  });

  test('looks once, and then reports each file whose data is gone', async () => {
    const scene = new Scene();
    await scene.load();
    pruneBeforeContent(scene);
    const { status, problems } = await scene.restore();
    expect(status).toBe('failed');
    expect(problems).toHaveLength(32);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['OBJECT_MISSING']));
    expect(scene.reloads).toBe(1);
    expect(filesBelow(scene.place.out)).toEqual([]);
  });

  test('without a way to reload, a pack that is gone is a problem at once', async () => {
    const scene = new Scene();
    await scene.load();
    await scene.copy();
    pruneBeforeContent(scene);
    const { problems } = await scene.restore(false);
    expect(problems).toHaveLength(32);
    expect(problems[0]).toMatchObject({
      code: 'OBJECT_MISSING',
      object: expect.stringMatching(/^packs\//u) as unknown,
    });
    expect(scene.reloads).toBe(0);
  });

  test('says that the snapshot was forgotten when its content is gone for that', async () => {
    const scene = new Scene();
    await scene.load();
    await scene.forget();
    pruneBeforeContent(scene);
    const { status, problems } = await scene.restore();
    expect(status).toBe('failed');
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['SNAPSHOT_FORGOTTEN']));
  });

  test('says that the snapshot was forgotten when its catalog is gone for that', async () => {
    const scene = new Scene();
    await scene.load();
    await scene.forget();
    scene.prune();
    expect(await failureOf(scene.restore())).toMatchObject({ name: 'BackupError', code: 'SNAPSHOT_FORGOTTEN' });
  });
});
