import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelRegistry } from '../../src/registry/contract.ts';
import type { ModelWatch, ModelWatchEvent, WatchModelsOptions } from '../../src/watch/contract.ts';
import { modelNameOf } from '../../src/watch/chosen.ts';
import { watchModels } from '../../src/watch/watch-models.ts';
import { ownRegistry, writeWeights } from '../support/registry.ts';

let registry: ModelRegistry;
let folder: string;
let events: ModelWatchEvent[];
let told: (() => void)[];
let watch: ModelWatch | undefined;

beforeEach(async () => {
  ({ registry, folder } = await ownRegistry());
  events = [];
  told = [];
});
afterEach(async () => await watch?.close());

async function start(options: Partial<WatchModelsOptions> = {}): Promise<ModelWatch> {
  watch = await watchModels({
    registry,
    folders: [folder],
    debounce: 20,
    awaitWriteFinish: 0,
    onEvent: (each) => {
      events.push(each);
      for (const done of told.splice(0)) done();
    },
    ...options,
  });
  return watch;
}

/** Waits for an event about a file of this name, after those that were there. */
async function event(name: string, after = 0): Promise<ModelWatchEvent> {
  for (;;) {
    const found = events.slice(after).find((each) => 'path' in each && each.path.endsWith(name));
    if (found !== undefined) return found;
    await new Promise<void>((done) => told.push(done));
  }
}

describe('watched folders', () => {
  it('become versions: what is there, what comes, and what changes', async () => {
    writeWeights(join(folder, 'Preço v2.safetensors'), 1);
    await start();
    expect(await event('v2.safetensors')).toMatchObject({ type: 'added', model: 'preco-v2', version: '1.0.0' });
    mkdirSync(join(folder, 'deep/er'), { recursive: true });
    writeWeights(join(folder, 'deep/er/other.safetensors'), 1);
    expect(await event('other.safetensors')).toMatchObject({ type: 'added', model: 'other', version: '1.0.0' });
    const before = events.length;
    writeWeights(join(folder, 'Preço v2.safetensors'), 2);
    expect(await event('v2.safetensors', before)).toMatchObject({ type: 'added', version: '1.1.0' });
  });

  it('do not lead elsewhere by links', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
    symlinkSync(writeWeights(join(elsewhere, 'secret.safetensors'), 1), join(folder, 'link.safetensors'));
    symlinkSync(elsewhere, join(folder, 'linked'));
    writeWeights(join(folder, 'own.safetensors'), 1);
    await (await start()).idle();
    expect((await registry.models()).map(({ model }) => model)).toEqual(['own']);
  });

  it('tell of a refused file once, and try it again when it changes', async () => {
    const pickled = "cos\nsystem\n(S'true'\ntR.";
    writeFileSync(join(folder, 'evil.pkl'), pickled);
    await start();
    expect(await event('evil.pkl')).toMatchObject({ type: 'refused', code: 'MODEL_REFUSED', model: 'evil' });
    writeWeights(join(folder, 'good.safetensors'), 1);
    await event('good.safetensors');
    expect(events.filter((each) => each.type === 'refused')).toHaveLength(1);
    expect((await registry.models()).map(({ model }) => model)).toEqual(['good']);
    const before = events.length;
    writeFileSync(join(folder, 'evil.pkl'), `${pickled}\n`);
    expect(await event('evil.pkl', before)).toMatchObject({ type: 'refused' });
  });

  it('leave other endings, ignored names and hidden files alone', async () => {
    mkdirSync(join(folder, 'checkpoints'));
    for (const name of ['checkpoints/a.safetensors', '.hidden.safetensors', 'notes.md', 'skip.safetensors']) {
      writeWeights(join(folder, name), 1);
    }
    writeWeights(join(folder, 'yes.safetensors'), 1);
    const open = await start({ extensions: ['.SAFETENSORS'], ignore: ['checkpoints/', 'skip.safetensors'] });
    await event('yes.safetensors');
    await open.idle();
    expect(events.flatMap((each) => ('path' in each ? [each.path.slice(folder.length + 1)] : []))).toEqual([
      'yes.safetensors',
    ]);
  });

  it('add one file at a time, and at the end wait for the one that has begun', async () => {
    let running = 0;
    let most = 0;
    const begun = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    for (const name of ['a', 'b', 'c']) writeWeights(join(folder, `${name}.safetensors`), 1);
    const open = await start({
      factsOf: async () => {
        most = Math.max(most, (running += 1));
        begun.resolve();
        await may.promise;
        running -= 1;
        return { change: 'fix', tags: ['watched'] };
      },
    });
    await begun.promise;
    const closed = open.close();
    may.resolve();
    await closed;
    expect([most, open.waiting]).toEqual([1, 0]);
    const [only, ...more] = await registry.models();
    expect(more).toEqual([]);
    expect((await registry.get(only?.model ?? '', 'latest')).tags).toEqual(['watched']);
  });

  it('have to be folders, and endings have to be endings', async () => {
    await expect(start({ folders: [join(folder, 'none')] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(start({ extensions: ['onnx'] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(start({ folders: [] })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('the model of a file', () => {
  it.each([
    ['Preço Médio (2).onnx', 'preco-medio-2'],
    ['__a..b__.pt', 'a-b'],
    ['模型.onnx', ''],
  ])('%s is %s', (name, model) => {
    expect(modelNameOf({ path: `/m/${name}`, folder: '/m', relative: name })).toBe(model);
  });
});
