import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntryMeta } from '../../src/sink/contract.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';
import { IS_POSIX, STRENGTHS, buildTree, tempFolder } from '../source/tree.ts';

const meta: EntryMeta = { mode: 0o644, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, mtimeNs: 1n };
const at = (path: string): Buffer => Buffer.from(path);

/** Mounts at `target`, for the test; `false` where that is not allowed. */
function mount(target: string, ...how: readonly string[]): boolean {
  mkdirSync(target, { recursive: true });
  if (process.platform !== 'linux' || spawnSync('mount', [...how, target]).status !== 0) return false;
  onTestFinished(() => void spawnSync('umount', ['-l', target]));
  return true;
}

describe.runIf(IS_POSIX).each(STRENGTHS)('limits of the system (strong: %s)', (strong) => {
  it('a full disk is reported as such, and leaves no unfinished file', (test) => {
    const root = join(tempFolder(), 'small');
    test.skip(!mount(root, '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs'), 'can not mount here');
    using sink = openTreeSink(Buffer.from(root), { strong });
    sink.writeFile(at('fits'), [Buffer.alloc(100_000, 1)], meta);
    const full = expect.objectContaining({
      code: 'PATH_FAILED',
      cause: expect.objectContaining({ code: 'ENOSPC' }),
      hint: expect.stringContaining('Free space'),
    });
    expect(() => sink.writeFile(at('fits'), [Buffer.alloc(300_000, 2)], meta)).toThrow(full);
    expect(() =>
      sink.writeFile(at('not'), [Buffer.alloc(50_000, 2), Buffer.alloc(300_000, 2)], { ...meta, sparse: true }),
    ).toThrow(full);
    expect(readdirSync(root)).toEqual(['fits']);
    expect(readFileSync(join(root, 'fits')).equals(Buffer.alloc(100_000, 1))).toBe(true);
    const temp = sink.createTemp(at('large'), 1 << 20);
    expect(() => sink.writeAt(at('large'), temp, { position: 0, bytes: Buffer.alloc(1 << 20, 3) })).toThrow(full);
    sink.dropTemp(at('large'), temp);
    sink.writeFile(at('fits-too'), [Buffer.alloc(100_000, 1)], meta);
    expect(readdirSync(root)).toEqual(['fits', 'fits-too']);
  });

  it('what cannot be written to is reported', (test) => {
    const root = join(tempFolder(), 'read-only');
    test.skip(!mount(root, '-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs'), 'can not mount here');
    using sink = openTreeSink(Buffer.from(root), { strong });
    const failed = expect.objectContaining({ code: 'PATH_FAILED', cause: expect.objectContaining({ code: 'EROFS' }) });
    expect(() => sink.writeFile(at('f'), [], meta)).toThrow(failed);
    expect(() => sink.makeDirectory(at('d/e'))).toThrow(failed);
    expect(() => sink.setMetadata(at(''), 'directory', meta)).toThrow(failed);
  });

  it('removing a tree stops at another file system, before anything of it is lost', (test) => {
    const folder = tempFolder();
    test.skip(!mount(join(folder, 'root/tree/mounted'), '-t', 'tmpfs', 'tmpfs'), 'can not mount here');
    buildTree(join(folder, 'root/tree/mounted'), { precious: 'x' });
    using sink = openTreeSink(Buffer.from(join(folder, 'root')), { strong });
    const failed = expect.objectContaining({ code: 'PATH_FAILED', cause: expect.objectContaining({ code: 'EXDEV' }) });
    expect(() => sink.removeTree(at('tree'))).toThrow(failed);
    expect(() => sink.removeTree(at('tree/mounted'))).toThrow(failed);
    expect(readdirSync(join(folder, 'root/tree/mounted'))).toEqual(['precious']);
  });

  it('running out of descriptors gives up cached directories, and is an error only when that does not help', () => {
    const root = tempFolder();
    const script = fileURLToPath(new URL('few-descriptors.ts', import.meta.url));
    const command = 'ulimit -n 64 && exec "$0" "$@"';
    const result = spawnSync('sh', ['-c', command, process.execPath, script, root, String(strong)], {
      encoding: 'utf8',
    });
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout)).toEqual({ code: 'PATH_FAILED', cause: 'EMFILE' });
    expect(readdirSync(root)).toHaveLength(201);
    expect(statSync(join(root, 'd199/e/f')).size).toBe(1);
  });
});

it.runIf(process.platform === 'linux')('removing a tree stops at a bind mount of the same file system', (test) => {
  const folder = tempFolder();
  buildTree(folder, { elsewhere: { precious: 'x' } });
  const target = join(folder, 'root/tree/mounted');
  test.skip(!mount(target, '--bind', join(folder, 'elsewhere')), 'can not mount here');
  using sink = openTreeSink(Buffer.from(join(folder, 'root')), { strong: true });
  expect(() => sink.removeTree(at('tree'))).toThrow(expect.objectContaining({ code: 'PATH_FAILED' }));
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['precious']);
});
