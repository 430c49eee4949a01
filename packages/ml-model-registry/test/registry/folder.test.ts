import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { generateKeyPair } from '@x/integrity';
import { memoryStore } from '@x/storage';
import { describe, expect, it } from 'vitest';
import { createModelCache } from '../../src/cache/index.ts';
import { restoreContent } from '../../src/content/restore-content.ts';
import { commandRunner } from '../../src/load-test/command-runner.ts';
import { type Files, onnxFiles, savedModelFiles, shardedFiles, writeFolder } from '../support/folder.ts';
import { ownRegistry } from '../support/registry.ts';

/** What is in a folder, by paths. */
function contents(root: string): Readonly<Record<string, string>> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(root, path)).isFile(),
  );
  return Object.fromEntries(paths.toSorted().map((path) => [path, readFileSync(join(root, path)).toString('hex')]));
}

const kinds: readonly (readonly [name: string, files: () => Files])[] = [
  ['a saved model of TensorFlow', savedModelFiles],
  ['sharded safetensors', shardedFiles],
  ['ONNX with data beside it', onnxFiles],
];

describe('a version that is a folder', () => {
  it.each(kinds)('of %s comes back bit for bit, is verified, and is stored once', async (_name, files) => {
    const { registry, folder } = await ownRegistry();
    const root = writeFolder(files());
    const { version, isNew } = await registry.add('price', root, { change: 'fix' });
    expect(isNew).toBe(true);
    expect(version).toMatchObject({
      file: 'm',
      size: Object.values(files()).reduce((sum, { length }) => sum + length, 0),
    });
    expect(version.members).toHaveLength(Object.keys(files()).length);
    const to = join(folder, 'back');
    await registry.restore('price', 'latest', { to });
    expect(contents(to)).toEqual(contents(root));
    await expect(registry.restore('price', 'latest', { to })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    writeFileSync(join(to, 'more'), '');
    await registry.restore('price', 'latest', { to, overwrite: true });
    expect(contents(to)).toEqual(contents(root));
    expect((await registry.add('price', writeFolder(files()), { change: 'fix' })).isNew).toBe(false);
    expect((await registry.scrub()).damaged).toEqual([]);
    expect(await registry.validate('price', 'latest')).toMatchObject({
      digest: { status: 'passed' },
      structure: { status: 'passed' },
    });
    expect(readdirSync(folder)).toEqual(['back']);
  });

  it('takes the place of another version or of nothing, and never of a folder with other things', async () => {
    const { registry, folder } = await ownRegistry();
    await registry.add('price', writeFolder(shardedFiles()), { change: 'fix' });
    const project = join(folder, 'project');
    mkdirSync(join(project, 'repository'), { recursive: true });
    for (const name of ['config.json', 'notes.txt', 'repository/pack']) writeFileSync(join(project, name), name);
    const before = contents(project);
    const restored = registry.restore('price', 'latest', { to: project, overwrite: true });
    await expect(restored).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(contents(project)).toEqual(before);
    mkdirSync(join(folder, 'empty'));
    await registry.restore('price', 'latest', { to: join(folder, 'empty'), overwrite: true });
    expect(contents(join(folder, 'empty'))).toEqual(contents(writeFolder(shardedFiles())));
    expect(readdirSync(folder)).toEqual(['empty', 'project']);
  });

  it('is compared tensor by tensor', async () => {
    const { registry } = await ownRegistry();
    await registry.add('price', writeFolder(shardedFiles(1)), { change: 'fix' });
    await registry.add('price', writeFolder(shardedFiles(4)), { change: 'fix' });
    const { weights } = await registry.diff('price', '1.0.0', 'latest', { weights: true });
    expect(weights).toMatchObject({ same: 2, moved: [{ name: 'c', movement: { distance: 3, relative: 3 } }] });
    const data = onnxFiles();
    await registry.add('onnx', writeFolder(data), { change: 'fix' });
    const bytes = Buffer.from(data['weights.bin'] ?? '');
    bytes.writeFloatLE(bytes.readFloatLE(20) + 2, 20);
    await registry.add('onnx', writeFolder({ ...data, 'weights.bin': bytes }), { change: 'fix' });
    expect((await registry.diff('onnx', '1.0.0', 'latest', { weights: true })).weights).toMatchObject({
      moved: [{ name: 'w', movement: { changed: 1, distance: 2 } }],
      unknown: [],
    });
    await registry.add('tf', writeFolder(savedModelFiles()), { change: 'fix' });
    await registry.add('tf', writeFolder(savedModelFiles('after')), { change: 'fix' });
    expect((await registry.diff('tf', '1.0.0', 'latest', { weights: true })).weights).toMatchObject({
      by: 'tensors',
      same: 1,
      moved: [{ name: 'step' }, { name: 'w', movement: { elements: 12, changed: 2, distance: 5, largest: 4 } }],
      unknown: [],
    });
  });

  it('is refused when a file of it is missing, or leads elsewhere, and leaves nothing', async () => {
    const { registry } = await ownRegistry();
    const { 'weights.bin': _, ...half } = onnxFiles();
    await expect(registry.add('price', writeFolder(half), { change: 'fix' })).rejects.toMatchObject({
      code: 'MODEL_REFUSED',
    });
    const small = await ownRegistry({ maxBytes: 100 });
    await expect(small.registry.add('price', writeFolder(onnxFiles()), { change: 'fix' })).rejects.toMatchObject({
      message: expect.stringContaining('at most 100 bytes') as string,
    });
    expect(await registry.models()).toEqual([]);
    const lenient = await ownRegistry({ accept: 'suspicious' });
    const linked = writeFolder(onnxFiles());
    symlinkSync(join(linked, 'weights.bin'), join(linked, 'more'));
    await expect(lenient.registry.add('price', linked, { change: 'fix' })).rejects.toMatchObject({
      code: 'MODEL_REFUSED',
      message: expect.stringContaining('FOLDER_LINK') as string,
    });
  });

  it.skipIf(process.platform === 'win32')(
    'is signed file by file, loaded by its main file, and not held by a cache of files',
    async () => {
      const keys = generateKeyPair({ algorithm: 'ecdsa-p256' });
      const { privateKey, publicKey } = keys;
      const runner = commandRunner({
        command: [
          'sh',
          '-c',
          'test "$(basename "$1")" = price.onnx && test -f "$(dirname "$1")/weights.bin"',
          'sh',
          '{file}',
        ],
      });
      const { registry, folder } = await ownRegistry({
        sign: { privateKey },
        trust: { keys: [publicKey] },
        loadTest: { runners: [runner] },
      });
      await registry.add('price', writeFolder(onnxFiles()), { change: 'fix' });
      expect(await registry.verify('price', 'latest')).toMatchObject({ verified: true });
      await registry.restore('price', 'latest', { to: join(folder, 'back') });
      expect(await registry.validate('price', 'latest')).toMatchObject({ status: 'passed' });
      const cache = createModelCache({ registry, maxBytes: 1e6 });
      await expect(cache.get('price@latest')).rejects.toMatchObject({ code: 'NOT_A_FILE' });
    },
  );

  it('has the digest of its files: who changes the one without the other is found out', async () => {
    const storage = memoryStore();
    const { registry } = await ownRegistry({ storage });
    await registry.add('price', writeFolder(onnxFiles()), { change: 'fix' });
    const key = 'models/price/history/000000000001';
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await storage.get(key)).body) chunks.push(chunk);
    const entry = JSON.parse(Buffer.concat(chunks).toString()) as { version: { members: { size: number }[] } };
    const [first] = entry.version.members;
    if (first !== undefined) first.size -= 1;
    await storage.delete(key);
    await storage.createIfAbsent(key, Buffer.from(JSON.stringify(entry)));
    const { registry: other } = await ownRegistry({ storage });
    await expect(other.get('price', 'latest')).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });

  it('that is damaged, or would be written elsewhere, is not restored', async () => {
    const { repository } = await createRepository({ store: memoryStore(), encrypted: false });
    const { registry, folder } = await ownRegistry({ repository });
    const { version } = await registry.add('price', writeFolder(onnxFiles()), { change: 'fix' });
    const [first, second] = version.members ?? [];
    const to = join(folder, 'back');
    const members = [{ ...first, path: '../evil' }, second] as NonNullable<typeof version.members>;
    await expect(restoreContent(repository, { ...version, members }, { to })).rejects.toMatchObject({
      code: 'HISTORY_DAMAGED',
    });
    const swapped = [
      { ...first, size: (first?.size ?? 0) - 1 },
      { ...second, size: (second?.size ?? 0) + 1 },
    ] as typeof members;
    await expect(restoreContent(repository, { ...version, members: swapped }, { to })).rejects.toMatchObject({
      code: 'MODEL_DAMAGED',
    });
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name === 'evil')).toEqual([]);
  });
});
