import type { Release, ReleasePlan } from '@x/versioning';
import { formatBytes } from './bytes.ts';
import { versionText } from './release.ts';
import { displayText } from './text.ts';

function nextText(
  { version, tag, component }: Release,
  plan: Pick<ReleasePlan, 'push' | 'commit' | 'repository'>,
): string {
  const { push, commit, repository } = plan;
  if (push !== undefined || tag === undefined || repository === undefined) {
    return `holdfast release verify ${version}${component === undefined ? '' : ` --component ${component}`}`;
  }
  const branch = commit?.branch === undefined ? [] : [commit.branch];
  return ['git push --atomic origin', ...branch, tag].join(' ');
}

/** What was released, where, and what to do next, in one line. */
export function releasedLine(
  release: Release,
  { store, plan }: { readonly store: string; readonly plan: Pick<ReleasePlan, 'push' | 'commit' | 'repository'> },
): string {
  const { artifact, signature, tag } = release;
  const parts = [
    ...(tag === undefined ? [] : [`tag ${tag}`]),
    ...(artifact === undefined ? [] : [formatBytes(artifact.size)]),
    ...(signature === undefined ? [] : ['signed']),
  ];
  const what = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  const where = plan.push === undefined ? `to ${store}` : `to ${store} and ${plan.push.remote}`;
  return displayText(`released ${versionText(release)}${what} ${where}; next: ${nextText(release, plan)}`);
}
