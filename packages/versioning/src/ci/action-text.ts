import type { CiSettings } from './model.ts';
import { COMMANDS } from './package-commands.ts';
import { GITHUB_RELEASE_SCRIPT, PUSH_SCRIPT } from './scripts/github-script.ts';
import { KEY_REMOVAL_SCRIPT, keyScript } from './scripts/key-script.ts';
import { planScript } from './scripts/plan-script.ts';
import { backupScript, createScript, exportScript } from './scripts/release-script.ts';
import { indented } from './text.ts';

/** Where the composite action lies. */
export const ACTION_PATH = '.github/actions/holdfast-release/action.yml';

const ACTION_INPUTS = `inputs:
  version:
    description: The version, as 1.2.3; empty for the one that the commits ask for
  bump:
    description: How far to raise the version instead - auto (by the commits), patch, minor or major
    default: auto
  channel:
    description: A channel such as beta, which makes a pre-release; empty for a release for everybody
  notes:
    description: A sentence for the release notes
  dry-run:
    description: Whether only to show what would be done; needs no key and no token
  token:
    description: A token of GitHub that may write contents, for the tag and the release
  signing-key:
    description: The private key that signs the release, as text in PEM`;

const BACKUP_INPUTS = `  backup-repository:
    description: The repository of backups; without one, none is made
  backup-key:
    description: The key file of that repository, as text
  backup-passphrase:
    description: Its passphrase, instead of a key file`;

const OUTPUTS = `outputs:
  version:
    description: The version
    value: \${{ steps.plan.outputs.version }}
  tag:
    description: The tag in git; empty in a dry run
    value: \${{ steps.export.outputs.tag }}
  files:
    description: The folder with what was put on GitHub; empty in a dry run
    value: \${{ steps.export.outputs.files }}`;

const run = (script: string): string => indented(script.trimStart(), 8);

/** The composite action: the steps of a release, from the plan to the release on GitHub. */
export function actionText(settings: CiSettings): string {
  const { backup, packageManager } = settings;
  const { holdfast } = COMMANDS[packageManager];
  return `# Made by \`holdfast release init-ci\`, which makes it again and replaces it with --force.
#
# The steps of a release, for a workflow of your own as well. Before it: a checkout with \`fetch-depth: 0\`, and installed packages,
# holdfast among them. Values reach shells through \`env\` alone, never by \${{ }} in a script: what somebody typed is data, not code.
name: Release with holdfast
description: Plans, ${backup ? 'backs up, ' : ''}makes, signs and proves a release, and puts it on GitHub with its artefact, SBOM and notes

${ACTION_INPUTS}
${backup ? `${BACKUP_INPUTS}\n` : ''}
${OUTPUTS}

runs:
  using: composite
  steps:
${planSteps(holdfast, backup)}

${backup ? `${backupStep(holdfast)}\n\n` : ''}${releaseSteps(holdfast)}

${GITHUB_STEPS}
`;
}

const planSteps = (holdfast: string, backup: boolean): string => `    - name: Plan
      id: plan
      shell: bash
      env:
        VERSION: \${{ inputs.version }}
        BUMP: \${{ inputs.bump }}
        CHANNEL: \${{ inputs.channel }}
      run: |
${run(planScript(holdfast))}

    - name: Keep keys
      id: keys
      if: inputs.dry-run != 'true'
      shell: bash
      env:
        SIGNING_KEY: \${{ inputs.signing-key }}
${backup ? `        BACKUP_KEY: \${{ inputs.backup-key }}\n` : ''}      run: |
${run(keyScript(backup))}`;

const backupStep = (holdfast: string): string => `    - name: Back up
      if: inputs.dry-run != 'true' && inputs.backup-repository != ''
      shell: bash
      env:
        VERSION: \${{ steps.plan.outputs.version }}
        HOLDFAST_REPO: \${{ inputs.backup-repository }}
        HOLDFAST_KEY_FILE: \${{ steps.keys.outputs.backup-key }}
        HOLDFAST_PASSPHRASE: \${{ inputs.backup-passphrase }}
      run: |
${run(backupScript(holdfast))}`;

const releaseSteps = (holdfast: string): string => `    - name: Release
      shell: bash
      env:
        VERSION: \${{ steps.plan.outputs.version }}
        CHANNEL: \${{ inputs.channel }}
        NOTES: \${{ inputs.notes }}
        DRY_RUN: \${{ inputs.dry-run }}
        COMMIT: \${{ steps.plan.outputs.commit }}
        GH_TOKEN: \${{ inputs.token }}
        HOLDFAST_SIGNING_KEY_FILE: \${{ steps.keys.outputs.signing-key }}
      run: |
${run(createScript(holdfast))}

    - name: Export
      id: export
      if: inputs.dry-run != 'true'
      shell: bash
      env:
        VERSION: \${{ steps.plan.outputs.version }}
        HOLDFAST_SIGNING_KEY_FILE: \${{ steps.keys.outputs.signing-key }}
      run: |
${run(exportScript(holdfast))}`;

const GITHUB_STEPS = `    - name: Push the tag
      if: inputs.dry-run != 'true'
      shell: bash
      env:
        GH_TOKEN: \${{ inputs.token }}
        TAG: \${{ steps.export.outputs.tag }}
        COMMIT: \${{ steps.plan.outputs.commit }}
      run: |
${run(PUSH_SCRIPT)}

    - name: Publish on GitHub
      if: inputs.dry-run != 'true'
      shell: bash
      env:
        GH_TOKEN: \${{ inputs.token }}
        VERSION: \${{ steps.plan.outputs.version }}
        TAG: \${{ steps.export.outputs.tag }}
        FILES: \${{ steps.export.outputs.files }}
      run: |
${run(GITHUB_RELEASE_SCRIPT)}

    - name: Remove keys
      if: always() && steps.keys.outputs.folder != ''
      shell: bash
      env:
        KEYS: \${{ steps.keys.outputs.folder }}
      run: ${KEY_REMOVAL_SCRIPT.trimEnd()}`;
