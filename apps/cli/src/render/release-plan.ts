import type { ReleasePlan } from '@x/versioning';
import { formatBytes, formatCount, formatNumberOf } from './bytes.ts';
import { changeLines, migrationsText, shortCommit, shortKey, textLines } from './release.ts';
import { factLines } from './table.ts';
import { displayText } from './text.ts';

type Change = ReleasePlan['files'][number];

/** Files that are named in a summary. */
const NAMED = 8;

const markOf = ({ before, after }: Change): string => (before === undefined ? '+' : after === undefined ? '-' : 'M');

function filesText(files: readonly Change[], most: number): string {
  if (files.length === 0) return 'none change';
  const named = files.slice(0, most).map((each) => `${markOf(each)} ${each.path}`);
  const more = files.length > most ? `, and ${formatCount(files.length - most)} more` : '';
  return displayText(`${named.join(', ')}${more}`);
}

function artifactText({ artifact }: ReleasePlan): string {
  if (artifact === undefined) return 'none';
  const files = artifact.files.entries.filter(({ kind }) => kind === 'file').length;
  return displayText(`${artifact.name}: ${formatNumberOf(files, 'file')}, ${formatBytes(artifact.files.size)}`);
}

function commitText({ commit, basis }: ReleasePlan): string {
  const at = `${shortCommit(basis.commit)}${basis.branch === undefined ? '' : ` on ${basis.branch}`}`;
  if (commit === undefined)
    return displayText(`none, as ${at} is released${basis.isDirty ? ' with changes that are in no commit' : ''}`);
  return displayText(`${JSON.stringify(commit.message.split('\n')[0])}, after ${at}`);
}

function pushText({ push, tag }: ReleasePlan): string {
  if (push === undefined) return tag === undefined ? 'nothing' : 'nothing: it stays here';
  return displayText(
    `${[...(push.branch === undefined ? [] : [push.branch]), push.tag].join(' and ')} to ${push.remote}`,
  );
}

/** Everything that a release will do; with `all`, every file of the artefact. */
export function releasePlanLines(plan: ReleasePlan, all: boolean): readonly string[] {
  const { release, files, sbom, signedBy, tag, artifact } = plan;
  const facts = factLines(
    [
      ['files', filesText(files, all ? files.length : NAMED)],
      ['commit', commitText(plan)],
      ['artefact', artifactText(plan)],
      ['SBOM', sbom === undefined ? 'none' : displayText(`${sbom.name} (${sbom.format})`)],
      ['signature', signedBy === undefined ? 'none' : `by the key ${shortKey(signedBy)}`],
      ['tag', tag === undefined ? 'none' : displayText(`${tag.name}${tag.isSigned ? ', signed by git' : ''}`)],
      ['push', pushText(plan)],
      ['migrations', migrationsText(release.migrations)],
      ['steps', plan.steps.join(', ')],
    ],
    '  ',
  );
  return [
    displayText(`${release.name} (${release.channel})`),
    `  ${displayText(release.reason)}`,
    '',
    ...changeLines(release),
    ...(release.notes.trim() === '' ? [] : ['', 'Notes', ...textLines(release.notes, '  ')]),
    '',
    'What will be done',
    ...facts,
    ...(all && artifact !== undefined
      ? [
          '',
          `In the artefact (${formatCount(artifact.files.entries.length)})`,
          ...artifact.files.entries.map(({ path, size }) => `  ${displayText(path)}  ${formatBytes(size)}`),
        ]
      : []),
  ];
}
