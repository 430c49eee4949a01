import type { ReleaseDiff } from '@x/versioning';
import { formatBytes, formatNumberOf } from './bytes.ts';
import { displayText } from './text.ts';

function fileLines({ files }: ReleaseDiff): readonly string[] {
  const { added, removed, changed, renamed } = files;
  return [
    ...added.map(({ path, size }) => `+ ${displayText(path)}  ${formatBytes(size)}`),
    ...removed.map(({ path, size }) => `- ${displayText(path)}  ${formatBytes(size)}`),
    ...changed.map(({ path, before, after, onlyExecutable }) => {
      const what = onlyExecutable
        ? after.executable
          ? 'may be run'
          : 'may not be run any more'
        : `${formatBytes(before.size)} → ${formatBytes(after.size)}`;
      return `M ${displayText(path)}  ${what}`;
    }),
    ...renamed.map(({ from, to }) => `R ${displayText(`${from.path} → ${to.path}`)}`),
  ];
}

function componentLines({ components: { added, removed, changed } }: ReleaseDiff): readonly string[] {
  return [
    ...added.map(({ name, version }) => `+ ${name} ${version}`),
    ...removed.map(({ name, version }) => `- ${name} ${version}`),
    ...changed.map(({ name, before, after }) => `M ${name} ${before.join(', ')} → ${after.join(', ')}`),
  ].map(displayText);
}

function migrationLines({ migrations: { added, removed, changed } }: ReleaseDiff): readonly string[] {
  return [
    ...added.map(({ id, kind }) => `+ ${id} (${kind})`),
    ...removed.map(({ id, kind }) => `- ${id} (${kind})`),
    ...changed.map((id) => `M ${id}`),
  ].map(displayText);
}

const flagLines = ({ flags }: ReleaseDiff): readonly string[] =>
  flags.map(({ name, before, after }) =>
    displayText(`M ${name} ${JSON.stringify(before) ?? 'absent'} → ${JSON.stringify(after) ?? 'absent'}`),
  );

/** What sets two releases apart, part by part; parts that are equal are not named. */
export function releaseDiffLines(diff: ReleaseDiff): readonly string[] {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Files', fileLines(diff)],
    ['Components', componentLines(diff)],
    ['Migrations', migrationLines(diff)],
    ['Flags', flagLines(diff)],
    ['Other', diff.other.map((name) => `M ${name}`)],
  ];
  const { from, to, size } = diff;
  const count = parts.reduce((sum, [, lines]) => sum + lines.length, 0);
  return [
    ...parts.flatMap(([title, lines]) => (lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)])),
    displayText(
      `${from} → ${to}: ${count === 0 ? 'no difference' : formatNumberOf(count, 'difference')}, ` +
        `artefact ${formatBytes(size.before)} → ${formatBytes(size.after)}`,
    ),
  ];
}
