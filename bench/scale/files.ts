import { createHash } from 'node:crypto';

import type { Entry } from '../../packages/backup-store/src/catalog/entry.ts';

/** A tree of small files, a hundred in a folder, in order; those that `changed` names have another content. */
export function* filesOf(
  count: number,
  changed: (file: number) => boolean = () => false,
): Generator<Entry, void, undefined> {
  const entry = (path: string, kind: 'file' | 'directory'): Entry => ({
    path: Buffer.from(path),
    kind,
    mode: kind === 'file' ? 0o644 : 0o755,
    uid: 1000,
    gid: 1000,
    mtimeNs: 1_700_000_000_123_456_789n,
    size: 0,
    content: [],
  });
  yield entry('', 'directory');
  for (let file = 0; file < count; file++) {
    const folder = `folder-${String(Math.floor(file / 100)).padStart(6, '0')}`;
    if (file % 100 === 0) yield entry(folder, 'directory');
    const sha256 = createHash('sha256')
      .update(`${file} ${changed(file) ? 'new' : 'old'}`)
      .digest();
    const name = `${folder}/file-${String(file % 100).padStart(2, '0')}.txt`;
    yield { ...entry(name, 'file'), size: 1000, content: [{ sha256, length: 1000 }] };
  }
}
