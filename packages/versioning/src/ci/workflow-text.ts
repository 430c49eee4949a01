import type { CiSettings } from './model.ts';
import { COMMANDS, setupSteps } from './package-commands.ts';
import { PINNED } from './pinned-actions.ts';
import { previewScript } from './scripts/plan-script.ts';
import { packScript, PUBLISH_SCRIPT } from './scripts/publish-script.ts';
import { PUBLISHING_NODE } from './settings.ts';
import { indented, plain } from './text.ts';

/** Where the workflow lies. npm knows a trusted publisher by this file's name. */
export const WORKFLOW_PATH = '.github/workflows/holdfast-release.yml';

const HEAD = `# Made by \`holdfast release init-ci\`, which makes it again and replaces it with --force.
#
# Pull requests and the branch are tested, and their runs show what a release would be. A release is made by hand:
# Actions, "Release", "Run workflow"; or \`gh workflow run holdfast-release.yml\`.
name: Release`;

const INPUTS = `      version:
        description: Version, as 1.2.3; empty for the one that the commits ask for
        type: string
      bump:
        description: Without a version - how far to raise it
        type: choice
        options: [auto, patch, minor, major]
        default: auto
      channel:
        description: Channel, as beta, for a pre-release; empty for a release for everybody
        type: string
      notes:
        description: A sentence for the release notes
        type: string
      dry-run:
        description: Only show what would be done
        type: boolean`;

/** What both calls of the action are given of the form. */
const FORM = `channel: \${{ inputs.channel }}
notes: \${{ inputs.notes }}`;

const whole = `- uses: ${PINNED.checkout}
  with:
    # The version follows from the whole history and its tags.
    fetch-depth: 0
    persist-credentials: false`;

/** The workflow: tests, plan, release and publication, each with the permissions that it needs. */
export function workflowText(settings: CiSettings): string {
  const { branch, publish } = settings;
  return `${HEAD}

on:
  push:
    branches: [${plain(branch)}]
  pull_request:
  workflow_dispatch:
    inputs:
${INPUTS}

# Releases run one after the other, each to its end; of a pull request only the newest state is of interest.
concurrency:
  group: holdfast-\${{ github.event_name == 'workflow_dispatch' && 'release' || github.ref }}
  cancel-in-progress: \${{ github.event_name == 'pull_request' }}

# Jobs ask for what they need.
permissions: {}

defaults:
  run:
    # Ends at the first failure, in a pipe too.
    shell: bash

jobs:
${[testJob(settings), planJob(settings), releaseJob(settings), ...(publish ? [publishJob()] : [])]
  .map((job) => indented(job, 2))
  .join('\n\n')}
`;
}

function testJob(settings: CiSettings): string {
  const { packageManager, nodeVersions, hasBuild, hasTests } = settings;
  const { build, test } = COMMANDS[packageManager];
  return `test:
  name: Test on Node \${{ matrix.node }}
  runs-on: ubuntu-latest
  timeout-minutes: 30
  permissions:
    contents: read
  strategy:
    fail-fast: false
    matrix:
      node: [${nodeVersions.map(plain).join(', ')}]
  steps:
    - uses: ${PINNED.checkout}
      with:
        persist-credentials: false
${indented(setupSteps(settings, { node: `\${{ matrix.node }}`, isCached: true }), 4)}
${hasBuild ? `    - name: Build\n      run: ${build}\n` : ''}${hasTests ? `    - name: Test\n      run: ${test}\n` : ''}`;
}

function planJob(settings: CiSettings): string {
  const { holdfast } = COMMANDS[settings.packageManager];
  return `plan:
  name: Plan
  runs-on: ubuntu-latest
  timeout-minutes: 15
  permissions:
    contents: read
  outputs:
    version: \${{ steps.rehearsal.outputs.version }}
  steps:
${indented(whole, 4)}
${indented(setupSteps(settings, { node: plain(settings.releaseNode), isCached: true }), 4)}
    - name: Show what a release would be
      if: github.event_name != 'workflow_dispatch'
      run: |
${indented(previewScript(holdfast).trimStart(), 8)}
    - name: Rehearse
      id: rehearsal
      if: github.event_name == 'workflow_dispatch'
      uses: ./.github/actions/holdfast-release
      with:
        version: \${{ inputs.version }}
        bump: \${{ inputs.bump }}
${indented(FORM, 8)}
        dry-run: true`;
}

function releaseJob(settings: CiSettings): string {
  const { branch, packageManager, hasBuild, backup, publish, releaseNode } = settings;
  const { build, pack } = COMMANDS[packageManager];
  return `release:
  name: Release
  needs: [test, plan]
  if: github.event_name == 'workflow_dispatch' && github.ref == 'refs/heads/${branch}' && !inputs.dry-run
  runs-on: ubuntu-latest
  timeout-minutes: 60
  # Its secrets are for this job alone; its reviewers, where there are any, let a release through.
  environment: release
  permissions:
    # For the tag and the release on GitHub.
    contents: write
  outputs:
    version: \${{ steps.release.outputs.version }}
  steps:
${indented(whole, 4)}
${indented(setupSteps(settings, { node: plain(releaseNode), isCached: false }), 4)}
${hasBuild ? `    - name: Build\n      run: ${build}\n` : ''}    - name: Release
      id: release
      uses: ./.github/actions/holdfast-release
      with:
        # What was rehearsed, also when this job is run again.
        version: \${{ needs.plan.outputs.version }}
${indented(FORM, 8)}
        token: \${{ github.token }}
        signing-key: \${{ secrets.HOLDFAST_SIGNING_KEY }}
${
  backup
    ? `        backup-repository: \${{ secrets.HOLDFAST_REPO }}
        backup-key: \${{ secrets.HOLDFAST_BACKUP_KEY }}
        backup-passphrase: \${{ secrets.HOLDFAST_BACKUP_PASSPHRASE }}
`
    : ''
}${publish ? packSteps(pack) : ''}`;
}

const packSteps = (pack: string): string => `    - name: Pack
      env:
        VERSION: \${{ steps.release.outputs.version }}
        FOLDER: \${{ runner.temp }}/package
      run: |
${indented(packScript(pack).trimStart(), 8)}
    - uses: ${PINNED.uploadArtifact}
      with:
        name: package
        path: \${{ runner.temp }}/package/*.tgz
        if-no-files-found: error
        overwrite: true`;

function publishJob(): string {
  return `publish:
  name: Publish to npm
  needs: release
  runs-on: ubuntu-latest
  timeout-minutes: 15
  environment: npm
  permissions:
    # npm trusts this workflow through OpenID Connect: there is no token to steal. Nothing of the project runs beside it.
    id-token: write
  steps:
    - uses: ${PINNED.setupNode}
      with:
        node-version: ${PUBLISHING_NODE}
        package-manager-cache: false
    - uses: ${PINNED.downloadArtifact}
      with:
        name: package
    - name: Publish
      env:
        VERSION: \${{ needs.release.outputs.version }}
        VISIBILITY: \${{ github.event.repository.visibility }}
      run: |
${indented(PUBLISH_SCRIPT.trimStart(), 8)}`;
}
