import { ACTION_PATH, actionText } from './action-text.ts';
import type { CiOptions, CiPlan, CiSettings } from './model.ts';
import { ciSettings } from './settings.ts';
import { WORKFLOW_PATH, workflowText } from './workflow-text.ts';

/**
 * Plans the CI of a project on GitHub: a workflow that tests on several versions of Node, shows what a release would be and makes one by
 * hand, and a composite action with the steps of a release. The same options give the same text.
 *
 * @throws {VersioningError} `INVALID_OPTION`.
 * @example
 * ```ts
 * import { applyCi, planCi, readCiProject } from '@x/versioning';
 *
 * const { root, project } = await readCiProject('.');
 * const plan = planCi({ ...project, nodeVersions: ['22', '24'] });
 * await applyCi(plan, { folder: root });
 * for (const note of plan.notes) console.log(note);
 * ```
 */
export function planCi(options: CiOptions = {}): CiPlan {
  const settings = ciSettings(options);
  return {
    files: [
      { path: WORKFLOW_PATH, text: workflowText(settings) },
      { path: ACTION_PATH, text: actionText(settings) },
    ],
    notes: notesOf(options, settings),
  };
}

function notesOf(options: CiOptions, { publish, backup, hasTests, packageManager }: CiSettings): readonly string[] {
  const { isPrivate = false, hasHoldfast = true, hasLockfile = true, packageManagerVersion } = options;
  const notes = [
    'Set the secret HOLDFAST_SIGNING_KEY in the environment "release": a key of `holdfast integrity keygen`.',
  ];
  if (backup) {
    notes.push('For a backup before each release, set the secrets HOLDFAST_REPO and HOLDFAST_BACKUP_KEY there.');
  }
  if (publish) {
    notes.push(
      'Name holdfast-release.yml and the environment "npm" as trusted publisher in the settings of the package on npm.',
    );
  }
  if (!hasHoldfast) notes.push('Add holdfast to devDependencies: jobs run the one that the lockfile names.');
  if (!hasLockfile) notes.push('Commit a lockfile: jobs install what it says, or fail.');
  if (!hasTests) notes.push('package.json has no script "test": jobs only install and build.');
  if (publish && isPrivate) notes.push('package.json is private: npm will refuse to publish it.');
  if (packageManager === 'pnpm' && packageManagerVersion === undefined) {
    notes.push('Set "packageManager" in package.json: jobs take pnpm 11 until it says which one.');
  }
  return notes;
}
