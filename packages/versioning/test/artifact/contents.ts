import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { ArtifactContent, ContentsDiff } from '../../src/index.ts';

/** A file of a list of contents, from the text that is in it. */
export function file(path: string, text: string, executable = false): ArtifactContent {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { path, kind: 'file', size: Buffer.byteLength(text), executable, digest };
}

export function folder(path: string): ArtifactContent {
  return { path, kind: 'directory', size: 0, executable: false };
}

/** Bytewise, the long way. */
export function sorted(contents: readonly ArtifactContent[]): ArtifactContent[] {
  return contents.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

/**
 * Contents of few paths and few texts, so that two of them have much in common. Among the paths are some that UTF-16 and UTF-8
 * order differently. In no order.
 */
export const anyContents: fc.Arbitrary<ArtifactContent[]> = fc
  .uniqueArray(
    fc.record({
      path: fc.constantFrom('a', 'b', 'c/a', 'c/b', 'd/e/a', 'd/\uff5e', 'd/\u{1f600}', 'd-', 'z/a', 'z/b'),
      text: fc.constantFrom('', 'one', 'two', 'three'),
      kind: fc.constantFrom('file', 'file', 'run', 'folder'),
    }),
    { selector: ({ path }) => path },
  )
  .map((entries) =>
    entries.map(({ path, text, kind }) => (kind === 'folder' ? folder(path) : file(path, text, kind === 'run'))),
  );

/** What a difference makes of a list. */
export function applied(
  { added, removed, changed, renamed }: ContentsDiff,
  before: readonly ArtifactContent[],
): ArtifactContent[] {
  const now = new Map(before.map((content) => [content.path, content]));
  for (const { path } of [...removed, ...renamed.map(({ from }) => from)]) {
    if (!now.delete(path)) throw new Error(`${path} was not there`);
  }
  for (const { path, before: was, after } of changed) {
    if (now.get(path) !== was) throw new Error(`${path} was something else`);
    now.set(path, after);
  }
  for (const content of [...added, ...renamed.map(({ to }) => to)]) {
    if (now.has(content.path)) throw new Error(`${content.path} was there`);
    now.set(content.path, content);
  }
  return sorted([...now.values()]);
}
