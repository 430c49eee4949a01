import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { exportZip, importZip, verifyZip } from '../../src/archive/index.ts';
import type { Repository } from '../../src/repository/contract.ts';
import { sparse } from '../fixtures/tree.ts';
import { originOf } from './archives.ts';

const GiB = 2 ** 30;
/** More than 32 bits can say, as a size and as the place of what comes behind. */
const LARGE = 4 * GiB + 123_456_789;

const HAS_UNZIP = spawnSync('unzip', ['-v']).error === undefined;

async function digestOf(repository: Repository, snapshot: string, path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of repository.read(snapshot, { path })) hash.update(piece);
  return hash.digest('hex');
}

test.skipIf(!IS_THOROUGH).each(['store', 'deflate'] as const)(
  'a file of more than 4 GiB, and one behind it, come back from an archive: %s',
  async (compression) => {
    // Not in the memory file system that other tests have their files in.
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-zip64-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const tree = {
      'a-large': sparse(LARGE, { 0: 'begin', [4 * GiB - 2]: 'border', [LARGE - 3]: 'end' }),
      'b-late': 'late',
    };
    const { repository, record, place } = await originOf(tree);
    const path = join(folder, 'large.zip');
    const { size } = await exportZip({ repository, snapshot: record.id, to: path, compression });
    expect(size > LARGE).toBe(compression === 'store');
    expect(await verifyZip(path)).toMatchObject({ bytes: LARGE + 4 + 'CREATE TABLE a ();\n'.length });
    if (HAS_UNZIP) expect(execFileSync('unzip', ['-l', path], { encoding: 'utf8' })).toContain(String(LARGE));
    const { imported } = await importZip({ repository, from: path, tenant: 'copies' });
    const within = (name: string): string => join(place.source.slice(1), name);
    for (const name of ['a-large', 'b-late'])
      expect(await digestOf(repository, imported.id, within(name))).toBe(
        await digestOf(repository, record.id, within(name)),
      );
    await repository.close();
  },
  1_200_000,
);
