import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectModel } from '../../src/inspect/inspect-model.ts';
import { joined, u64 } from '../support/bytes.ts';
import { fixture } from '../support/fixture.ts';

const sound = joined(u64(60), '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(60), [0, 0, 0, 0]);

describe('a file', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'models-'));
    writeFileSync(join(folder, 'm.safetensors'), sound);
  });

  it('is inspected by its path, its URL and its bytes alike', async () => {
    const path = join(folder, 'm.safetensors');
    const byPath = await inspectModel(path);
    expect(byPath.verdict).toBe('clean');
    expect(await inspectModel(pathToFileURL(path))).toEqual(byPath);
    expect(await inspectModel(sound)).toEqual(byPath);
  });

  it('of any size has its digest when asked for', async () => {
    const sizes = [0, 1, 2 ** 21 - 1, 2 ** 21, 2 ** 22 + 1, 3 * 2 ** 21 + 5];
    const files = sizes.map((size) => {
      const path = join(folder, `${size}.bin`);
      writeFileSync(path, Buffer.alloc(size, sound));
      return path;
    });
    const lines = execFileSync('sha256sum', files, { encoding: 'utf8' }).trim().split('\n');
    for (const [index, path] of files.entries()) {
      const expected = `sha256:${lines[index]?.split(' ', 1)[0]}`;
      expect((await inspectModel(path, { digest: true })).digest).toBe(expected);
      expect((await inspectModel(readFileSync(path), { digest: true })).digest).toBe(expected);
    }
  });

  it('that is not there or a pipe is refused at once', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(inspectModel(join(folder, 'none'))).rejects.toMatchObject({ code: 'READ_FAILED' });
    await expect(inspectModel(pipe)).rejects.toMatchObject({ code: 'NOT_A_FILE' });
    await expect(inspectModel(new URL('https://example.org/m'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('of 100 GB that is nearly all hole is looked at in its first bytes', async () => {
    const path = join(folder, 'huge.safetensors');
    writeFileSync(path, sound);
    truncateSync(path, 100_000_000_000);
    const { findings } = await inspectModel(path);
    expect(findings.map(({ code, offset }) => [code, offset])).toEqual([['HIDDEN_BYTES', sound.length]]);
  });

  it('that is another model than its name says is told, and one that is no model is not', async () => {
    const codes = async (bytes: Uint8Array, name: string): Promise<unknown> =>
      (await inspectModel(bytes, { name })).findings.map(({ code }) => code);
    for (const name of ['model.json', 'model.txt', 'model.gguf']) {
      expect(await codes(sound, name)).toEqual(['NAME_MISMATCH']);
    }
    expect(await codes(fixture('xgboost/binary.json'), 'model.txt')).toEqual(['NAME_MISMATCH']);
    expect(await codes(fixture('xgboost/binary.json'), 'model.json')).toEqual([]);
    for (const [name, text] of [
      ['model.safetensors.index.json', '{"metadata":{"total_size":4},"weight_map":{"w":"1.safetensors"}}'],
      ['config.json', '{\n  "architectures": ["BertModel"],\n  "version": 2\n}'],
      ['vocab.txt', '[PAD]\n[CLS]\n##tree\n'],
      ['requirements.txt', 'numpy==2.1.0\nlightgbm>=4\n'],
      ['notes.txt', 'tree of models\n'],
    ] as const) {
      expect(await codes(Buffer.from(text), name), name).toEqual(['FORMAT_UNKNOWN']);
    }
  });

  it('that nobody knows is unknown, never clean', async () => {
    for (const bytes of [new Uint8Array(0), Buffer.from('hello'), new Uint8Array(100_000)]) {
      const { format, verdict, findings } = await inspectModel(bytes);
      expect([format, verdict, findings[0]?.code]).toEqual(['unknown', 'unknown', 'FORMAT_UNKNOWN']);
    }
  });

  it('is not inspected to its end once the signal says stop', async () => {
    const inspection = inspectModel(sound, { signal: AbortSignal.abort() });
    await expect(inspection).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
