import { z } from 'zod';
import { make } from './parts.ts';
import {
  channel,
  digestText,
  releaseFacts,
  releaseStatus,
  sbomFacts,
  stepName,
  versionText,
  yank,
} from './release-parts.ts';
import { releasePlan } from './release-plan.ts';

const stored = { digest: digestText, size: make.bytes('content') };

export const release = z
  .strictObject({
    format: z.literal('holdfast-release'),
    formatVersion: z.literal(0),
    ...releaseFacts,
    source: z.strictObject({
      commit: z.string(),
      branch: z.string().optional(),
      repository: z.string().optional().describe('its address, without credentials'),
      dirty: z.boolean().optional().describe('there were changes that are in no commit'),
    }),
    artifact: z
      .strictObject({
        name: z.string().describe('name of the file'),
        ...stored,
        contents: z.strictObject(stored).describe('the list of what is in it'),
        buildId: z.string().optional(),
        commit: z.string().optional(),
        branch: z.string().optional(),
      })
      .optional(),
    sbom: z.strictObject({ ...sbomFacts, ...stored, components: make.count('components') }).optional(),
    signature: z
      .strictObject({
        payload: z.string().describe('an in-toto statement, in Base64'),
        payloadType: z.string(),
        signatures: z.array(z.strictObject({ keyid: z.string().nullish(), sig: z.string() })),
      })
      .optional()
      .describe('signed provenance, as a DSSE envelope'),
    status: releaseStatus,
    yank,
    manifest: digestText,
    releasedAt: make.iso('when it entered the history'),
  })
  .meta({ title: 'Release' });

export const releaseSummary = z
  .strictObject({
    id: z.string(),
    version: versionText,
    name: z.string(),
    channel,
    preRelease: z.boolean(),
    status: releaseStatus,
    yank,
    manifest: digestText,
    createdAt: make.iso('when it was made'),
    createdBy: z.string(),
    releasedAt: make.iso('when it entered the history'),
    size: make.bytes('artefact; 0 without one'),
    commit: z.string().optional(),
    tag: z.string().optional(),
    leadTimeMs: z.number().optional().describe('median time from its commits to the release, milliseconds'),
    isSigned: z.boolean(),
  })
  .meta({ title: 'ReleaseSummary' });

const versionInfo = z
  .strictObject({
    version: z.string().describe('with what is ahead of it: `1.2.0+4.g3f2a91b.dirty`'),
    commit: z.string(),
    branch: z.string().optional(),
    channel,
    build: z.string().optional().describe('commits since the version, which commit, and `dirty`'),
    dirty: z.boolean().describe('whether anything is changed that is not committed'),
    tag: z.string().optional().describe('the newest tag in its past'),
  })
  .optional()
  .describe('what lies in the working directory; absent where that is no checkout');

export const releaseList = z.strictObject({
  store: z.string().describe('where they are, without secrets'),
  releases: z.array(releaseSummary).describe('newest first'),
  active: z.record(z.string(), z.string()).describe('by channel: the highest version that was not yanked'),
});

export const releaseCurrent = z.strictObject({
  channel,
  active: release.optional().describe('absent before the first release'),
  workspace: versionInfo,
});

export const releaseChangelog = z.strictObject({
  version: z.string().optional().describe('absent for all'),
  text: z.string().describe('Markdown'),
  output: z.string().optional().describe('file it was written to'),
});

export const releaseVerification = z.strictObject({
  version: versionText,
  manifest: digestText,
  verdict: z
    .enum(['verified', 'unsigned', 'failed'])
    .describe('`unsigned`: all is as it was stored, but nobody vouches for it who is trusted here'),
  checks: z.array(
    z.strictObject({
      name: z.enum(['manifest', 'signature', 'artifact', 'contents', 'sbom', 'tag']),
      status: z.enum(['passed', 'failed', 'unchecked']),
      detail: z.string().describe('what was found, or why nothing could be'),
    }),
  ),
  signedBy: z.array(z.string()).describe('ids of trusted keys that have signed'),
  isYanked: z.boolean(),
});

const run = z.strictObject({
  run: z.string(),
  version: versionText,
  plan: releasePlan,
  by: z.string().describe('who works on it, or did'),
  host: z.string(),
  pid: z.int(),
  since: make.iso('when it began'),
  isRunning: z
    .union([z.boolean(), z.literal('unknown')])
    .describe('whether the process is still there; `unknown` on another machine'),
  done: z.array(stepName),
  at: stepName.optional().describe('the step that was begun and may be half done'),
  isPublished: z.boolean().describe('whether it can only be completed'),
  isGivenUp: z.boolean().describe('whether it can only be undone'),
});

export const releaseResumed = z.strictObject({
  version: versionText,
  undone: z.boolean(),
  release: release.optional().describe('unless it was undone'),
});

export const releaseStanding = z.strictObject({
  store: z.string().describe('where releases are, without secrets'),
  runs: z.array(run).describe('releases that were begun and have not ended'),
  workspace: versionInfo,
  active: z.array(releaseSummary).describe('of each channel, the highest version that was not yanked'),
  metrics: z.strictObject({
    count: make.count('releases, yanked ones included'),
    yanked: make.count('yanked'),
    preReleases: make.count('pre-releases'),
    first: make.iso('the first').optional(),
    last: make.iso('the last').optional(),
    perWeek: z.number().optional().describe('releases a week between these'),
    intervalMs: z.number().optional().describe('median time between two, milliseconds'),
    leadTimeMs: z.number().optional().describe('median lead time, milliseconds'),
    size: z.strictObject({
      total: make.bytes('all artefacts'),
      median: make.bytes('median of them'),
      largest: make.bytes('the largest'),
    }),
  }),
});

export const releaseExported = z.strictObject({
  version: versionText,
  folder: z.string().describe('absolute'),
  files: z.array(z.string()).describe('in it'),
});
