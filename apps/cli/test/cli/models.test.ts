import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineIn, type Machine } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

/** A safetensors file with four weights. */
function weights(value: number): Uint8Array {
  const header = '{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}';
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, Buffer.from(header), Buffer.from(new Float32Array(4).fill(value).buffer)]);
}

/** An ONNX model whose only operator runs Python. */
const hostile = Buffer.from('08083a190a17220450794f703a0f61692e6f6e6e782e636f6e747269624202100d', 'hex');

let machine: Machine;

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(machine.cwd);
  await machine.run(['init']);
  for (const value of [1, 2, 3]) await writeFile(join(machine.cwd, `${value}.safetensors`), weights(value));
  await writeFile(join(machine.cwd, 'bad.gguf'), weights(1));
  await writeFile(join(machine.cwd, 'none.bin'), 'hello');
});

afterAll(async () => removeFolder(machine.root));

describe('models inspect', () => {
  it('ends with a code that says the worst verdict', async () => {
    const clean = await machine.run(['models', 'inspect', '1.safetensors']);
    expect([clean.code, clean.stdout]).toEqual([
      0,
      'clean  1.safetensors: safetensors, 79 B, 4 parameters, 1 tensors\n',
    ]);
    expect((await machine.run(['models', 'inspect', '1.safetensors', 'none.bin'])).code).toBe(3);
    const disguised = await machine.run(['models', 'inspect', 'bad.gguf', '1.safetensors']);
    expect([disguised.code, disguised.stdout]).toEqual([6, expect.stringContaining('NAME_MISMATCH at 0')]);
  });

  it('tells all of it as JSON Lines', async () => {
    const { stdout } = await machine.run(['models', 'inspect', '--json', '--digest', '1.safetensors', '2.safetensors']);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { path: '1.safetensors', verdict: 'clean', digest: expect.stringMatching(/^sha256:/) as string },
      { path: '2.safetensors', verdict: 'clean' },
    ]);
  });

  it('of a file that is not there ends with 4', async () => {
    expect((await machine.run(['models', 'inspect', 'nothing'])).code).toBe(4);
  });
});

describe('versions of a model', () => {
  it('are added, listed, shown, compared, promoted, rolled back, restored and deleted', async () => {
    const first = await machine.run([
      'models',
      'add',
      'price',
      '1.safetensors',
      '--change',
      'architecture',
      '--metric',
      'rmse=0.5',
    ]);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringMatching(/^price 1\.0\.0: safetensors, clean, .* stored\n$/),
    ]);
    const facts = [
      '--metric',
      'rmse=0.25',
      '--param',
      'depth=3',
      '--tag',
      'nightly',
      '--dataset',
      'sales',
      '--commit',
      'abc',
    ];
    const second = await machine.json('ModelAdded', [
      'models',
      'add',
      'price',
      '2.safetensors',
      '--change',
      'retrain',
      ...facts,
    ]);
    expect(second).toMatchObject({
      isNew: true,
      version: { version: '1.1.0', params: { depth: 3 }, code: { commit: 'abc' } },
    });
    const again = await machine.run(['models', 'add', 'price', '2.safetensors', '--change', 'fix']);
    expect(again.stdout).toBe('price 1.1.0 has this content already\n');

    // A policy is for backups: which versions stay is for the registry to say.
    const forgotten = await machine.json('ForgetRun', ['backup', 'forget', '--policy', '1d']);
    expect(forgotten.forgotten).toEqual([]);

    for (const version of ['1.0.0', '1.1.0']) await machine.run(['models', 'promote', `price@${version}`, 'prod']);
    const refused = await machine.run(['models', 'promote', 'price@1.0.0', 'prod', '--expected', '1.0.0']);
    expect([refused.code, refused.stderr]).toEqual([
      7,
      expect.stringContaining('Expected prod of price at 1.0.0, got 1.1.0'),
    ]);
    expect(await machine.json('ModelMove', ['models', 'rollback', 'price', 'prod', '--reason', 'worse'])).toMatchObject(
      {
        from: '1.1.0',
        to: '1.0.0',
        reason: 'worse',
      },
    );
    const { models } = await machine.json('ModelList', ['models', 'list']);
    expect(models).toEqual([{ model: 'price', versions: 2, latest: '1.1.0', aliases: { prod: '1.0.0' } }]);
    const listed = await machine.run(['models', 'list', 'price']);
    expect(listed.stdout).toMatch(/^VERSION +ALIASES .*\n1\.1\.0 +retrain .*rmse=0\.25\n1\.0\.0 +prod +architecture /);
    const shown = await machine.run(['models', 'show', 'price@prod']);
    expect(shown.stdout).toMatch(/^version +price 1\.0\.0 \(prod\)\n/);
    const compared = await machine.run(['models', 'compare', 'price', 'prod', 'latest']);
    expect(compared.stdout).toBe(
      'price 1.0.0 and 1.1.0: two files\n  metric rmse: 0.5 -> 0.25  no evidence: It is not known how many samples there were.\n  param depth: none -> 3\n',
    );

    const restored = await machine.run(['models', 'restore', 'price@prod', '--to', 'out/price.safetensors']);
    expect(restored.code).toBe(0);
    expect(await readFile(join(machine.cwd, 'out/price.safetensors'))).toEqual(Buffer.from(weights(1)));
    expect((await machine.run(['models', 'restore', 'price', '--to', 'out/price.safetensors'])).code).toBe(7);

    expect((await machine.run(['models', 'delete', 'price', '1.0.0', '--reason', 'x'])).code).toBe(7);
    expect((await machine.run(['models', 'delete', 'price', '1.1.0', '--reason', 'bad data'])).code).toBe(0);
    expect((await machine.run(['models', 'show', 'price@1.1.0'])).stderr).toContain('which was deleted: bad data');
    const past = await machine.run(['models', 'alias', 'price', '--at', '2020-01-01 00:00']);
    expect([past.code, past.stdout]).toEqual([0, '']);
    expect((await machine.run(['models', 'alias', 'price'])).stdout).toBe('prod  1.0.0\n');
    const history = await machine.run(['models', 'history', 'price']);
    expect(history.stdout.trim().split('\n')).toHaveLength(7);
    expect(history.stdout).toContain('version.restored');
    const verify = await machine.run(['backup', 'verify']);
    expect([verify.code, verify.stderr]).toEqual([0, expect.not.stringContaining('models/')]);
    expect((await machine.run(['backup', 'prune'])).code).toBe(0);
    expect((await machine.run(['models', 'show', 'price@prod'])).code).toBe(0);
  });

  it('are traced, searched, described, compared by weights, scrubbed, counted and cleaned up', async () => {
    const facts = ['--metric', 'rmse=0.5', '--dataset', 'sales', '--tag', 'license=MIT'];
    await machine.run(['models', 'add', 'base', '1.safetensors', '--change', 'fix', ...facts]);
    const tuned = ['models', 'add', 'tuned', '3.safetensors', '--change', 'fix', '--parent', 'base@latest'];
    expect((await machine.run(tuned)).code).toBe(0);
    expect((await machine.run(['models', 'lineage', 'tuned'])).stdout).toBe(
      'tuned 1.0.0\nmade from\n└─ base 1.0.0\n   └─ data sales\n',
    );
    expect(await machine.json('ModelLineage', ['models', 'lineage', 'tuned', '--depth', '1'])).toMatchObject({
      root: 'tuned@1.0.0',
      isCut: true,
    });
    const found = await machine.run(['models', 'search', '--metric', 'rmse<0.6', '--dataset', 'sales']);
    expect(found.stdout).toMatch(/^VERSION .*\nbase@1\.0\.0 +safetensors .*license=MIT +rmse=0\.5\n$/);
    await writeFile(join(machine.cwd, 'texts.json'), '{"intendedUse":"For valuers."}');
    const card = await machine.run(['models', 'card', 'base', '--texts', 'texts.json']);
    expect(card.stdout).toMatch(/^# base 1\.0\.0\n[^]*- Licence: MIT\n[^]*## Intended use\n\nFor valuers\.\n/);
    const bom = await machine.json('ModelBom', ['models', 'bom', 'tuned']);
    expect(bom).toMatchObject({ specVersion: '1.6', metadata: { component: { name: 'tuned' } } });

    await machine.run(['models', 'add', 'base', '2.safetensors', '--change', 'fix']);
    const compared = await machine.run(['models', 'compare', 'base', '1.0.0', 'latest', '--weights']);
    expect(compared.stdout).toContain('  moved w f32 [4]: 4 of 4 numbers, by 2 (100 % of what was there), at most 1\n');
    await machine.run(['models', 'restore', 'tuned', '--to', 'out/tuned']);
    const { models } = await machine.json('ModelUsage', ['models', 'usage', 'tuned']);
    expect(models).toMatchObject([{ recent: [{ how: 'restore' }], versions: [{ uses: 1 }] }]);
    const scrubbed = await machine.run(['models', 'scrub', 'base']);
    expect([scrubbed.code, scrubbed.stdout]).toEqual([
      0,
      expect.stringMatching(/^2 versions read \(.*\), 0 left; all/),
    ]);
    const plan = await machine.json('ModelCleanup', ['models', 'cleanup', 'base', '--policy', '1last', '--dry-run']);
    expect(plan).toMatchObject({
      dryRun: true,
      plan: [{ keep: true }, { version: '1.0.0', keep: false }],
      removed: [],
    });
    const cleaned = await machine.run(['models', 'cleanup', 'base', '--policy', '1last']);
    expect(cleaned.stdout).toMatch(/remove +base@1\.0\.0 .*\n1 version removed\n$/);
    expect((await machine.run(['models', 'lineage', 'tuned'])).stdout).toContain('base 1.0.0 (deleted)');
  });

  it('that would do harm are refused with what was found, and nothing is kept', async () => {
    await writeFile(join(machine.cwd, 'bad.onnx'), hostile);
    const { code, stderr } = await machine.run(['models', 'add', 'evil', 'bad.onnx', '--change', 'fix']);
    expect([code, stderr]).toEqual([7, expect.stringContaining('OPERATOR_RUNS_CODE at 6')]);
    const add = ['models', 'add', 'evil', 'none.bin', '--change', 'fix'];
    const unknown = await machine.run(add);
    expect([unknown.code, unknown.stderr]).toEqual([7, expect.stringContaining('--accept unknown')]);
    const large = await machine.run([...add, '--accept', 'unknown', '--max-bytes', '4B']);
    expect([large.code, large.stderr]).toEqual([7, expect.stringContaining('at most 4 bytes, got 5')]);
    expect((await machine.run(['models', 'show', 'evil'])).code).toBe(4);
    await writeFile(join(machine.cwd, 'holdfast.config.json'), '{"models":{"accept":"unknown"}}');
    expect((await machine.run([...add, '--accept', 'clean'])).code).toBe(7);
    expect((await machine.run(add)).stdout).toMatch(/^evil 1\.0\.0: unknown, unknown, /);
    await rm(join(machine.cwd, 'holdfast.config.json'));
  });

  it('that are damaged end a scrub with 6, on each night', async () => {
    const other = machineIn(await newFolder(), { inProcess: true });
    await mkdir(other.cwd);
    await writeFile(join(other.cwd, 'w.safetensors'), weights(4));
    await other.run(['init']);
    await other.run(['models', 'add', 'price', 'w.safetensors', '--change', 'fix']);
    const packs = (await readdir(other.repository, { recursive: true })).filter((name) => name.startsWith('packs/'));
    for (const name of packs) await rm(join(other.repository, name), { recursive: true, force: true });
    for (const night of ['first', 'second']) {
      const { code, stdout } = await other.run(['models', 'scrub', '--time', '1h']);
      expect([code, stdout], night).toEqual([6, expect.stringMatching(/^damaged {2}price@1\.0\.0, seen /)]);
    }
    await removeFolder(other.root);
  });

  it.each([
    [['add', 'Price', '1.safetensors', '--change', 'fix'], 'Expected a name of a model'],
    [['add', 'price', '1.safetensors', '--change', 'other'], 'Expected a kind of change'],
    [
      ['add', 'price', '1.safetensors', '--change', 'fix', '--metric', 'rmse=good'],
      'Expected a number as --metric rmse',
    ],
    [
      ['add', 'price', '1.safetensors', '--change', 'fix', '--param', 'depth'],
      'Expected a name and a value as --param',
    ],
    [['show', 'a@b@c'], 'Expected a model such as'],
    [['alias', 'price', '--at', 'someday'], 'someday'],
    [['lineage', 'price', '--depth', 'far'], 'Expected a depth'],
    [['search', '--metric', 'rmse'], 'Expected a condition'],
    [['search', '--limit', 'all'], 'Expected a number of versions'],
    [['card', 'price', '--texts', 'none.bin'], 'Expected an object of texts'],
  ])('by wrong arguments end with 2: %j', async (args, message) => {
    const { code, stderr } = await machine.run(['models', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('a model that is a folder', () => {
  it('is inspected, added, compared and restored as one', async () => {
    const write = async (value: number): Promise<void> => {
      const folder = join(machine.cwd, `sharded-${value}`);
      await mkdir(folder);
      await writeFile(join(folder, 'w.safetensors'), weights(value));
      await writeFile(join(folder, 'model.safetensors.index.json'), '{"weight_map":{"w":"w.safetensors"}}');
    };
    for (const value of [1, 2]) await write(value);
    const { stdout } = await machine.run(['models', 'inspect', '--json', '--digest', 'sharded-1']);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'safetensors', verdict: 'clean', members: [{}, { size: 79 }] });
    for (const value of [1, 2])
      expect((await machine.run(['models', 'add', 'sharded', `sharded-${value}`, '--change', 'fix'])).code).toBe(0);
    const compared = await machine.run(['models', 'compare', 'sharded', '1.0.0', 'latest', '--weights']);
    expect(compared.stdout).toContain('moved w f32 [4]: 4 of 4 numbers, by 2 (100 % of what was there)');
    const to = join(machine.cwd, 'sharded-back');
    expect((await machine.run(['models', 'restore', 'sharded', '--to', to])).code).toBe(0);
    expect(await readFile(join(to, 'w.safetensors'))).toEqual(Buffer.from(weights(2)));
    await rm(join(machine.cwd, 'sharded-1', 'w.safetensors'));
    const half = await machine.run(['models', 'inspect', 'sharded-1']);
    expect([half.code, half.stdout]).toEqual([6, expect.stringContaining('FOLDER_SHARD_MISSING')]);
    const refused = await machine.run(['models', 'add', 'sharded', 'sharded-1', '--change', 'fix']);
    expect([refused.code, refused.stderr]).toEqual([7, expect.stringContaining('FOLDER_SHARD_MISSING')]);
    expect((await machine.run(['models', 'history', 'sharded'])).stdout).toMatch(
      /version\.restored 1\.0\.1[\s\S]*model\.refused +suspicious: FOLDER_SHARD_MISSING/,
    );
  });
});
