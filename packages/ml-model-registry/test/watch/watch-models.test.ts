import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandRunner } from '../../src/load-test/command-runner.ts';
import type { ModelIntent, ModelRegistry, RegistryEvent } from '../../src/registry/contract.ts';
import type { ModelWatch, ModelWatchEvent, WatchModelsOptions } from '../../src/watch/contract.ts';
import { modelNameOf } from '../../src/watch/chosen.ts';
import { watchModels } from '../../src/watch/watch-models.ts';
import { fixture } from '../support/fixture.ts';
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

  it('are validated when that is asked for: the load test is kept, and told', async () => {
    const heard: RegistryEvent[] = [];
    const command = ['sh', '-c', 'grep -q w "$1"', 'sh', '{file}'] as const;
    const loadTest = { runners: [commandRunner({ command, formats: ['safetensors'] })] };
    ({ registry, folder } = await ownRegistry({ loadTest, onEvent: (each) => heard.push(each) }));
    const tested = writeWeights(join(folder, 'tested.safetensors'), 1);
    writeFileSync(join(folder, 'other.npy'), fixture('numpy/floats.npy'));
    await (await start({ validate: true })).idle();
    const of = events.filter(({ type }) => type === 'validated');
    expect(of.toSorted((a, b) => ('model' in a && 'model' in b && a.model < b.model ? 1 : -1))).toEqual([
      { type: 'validated', path: tested, model: 'tested', version: '1.0.0', status: 'passed', detail: 'Loaded by sh' },
      expect.objectContaining({ model: 'other', status: 'incomplete', detail: 'Not loaded: nothing here runs npy' }),
    ]);
    expect((await registry.trust('tested', '1.0.0')).test?.report.status).toBe('passed');
    expect(heard.map(({ type }) => type).toSorted()).toEqual(['model.added', 'model.added', 'model.tested']);
  });

  it('that can not be validated say so, and the version stays', async () => {
    const authorize = ({ action }: ModelIntent): void => {
      if (action === 'test') throw new Error('not you');
    };
    ({ registry, folder } = await ownRegistry({ authorize }));
    writeWeights(join(folder, 'a.safetensors'), 1);
    await (await start({ validate: { samples: [] } })).idle();
    expect(events.slice(-2)).toMatchObject([
      { type: 'added', version: '1.0.0' },
      { type: 'problem', message: 'Expected to validate a 1.0.0, got not you' },
    ]);
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
