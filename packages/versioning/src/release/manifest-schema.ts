import type { Schema } from './schema-flaw.ts';

const HASH = '[0-9a-f]{40}(?:[0-9a-f]{24})?';
const ASCII_NAME = '[A-Za-z0-9_][A-Za-z0-9._+-]*';
/** Names that Windows takes for devices, whatever stands after the first dot. */
const DEVICE = '(?:[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm][0-9]|[Ll][Pp][Tt][0-9])';

/** Days that the calendar has, so that a time is one for every reader. */
const DAY = [
  '\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))',
  '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29',
].join('|');

/** SemVer 2.0.0 with numbers that every reader has: of at most 15 digits, below 2^53. */
const NUMBER = '(?:0|[1-9]\\d{0,14})';
const IDENTIFIER = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const BUILD = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';

const text: Schema = { type: 'string', description: 'text' };
const count: Schema = {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'a whole number from 0 on',
};
const flag: Schema = { type: 'boolean', description: 'true or false' };
/** What goes into the provenance as well is bounded, and the signature with it. */
const short: Schema = { type: 'string', maxLength: 1024, description: 'text of at most 1024 characters' };
const commit: Schema = { type: 'string', pattern: `^${HASH}$`, description: 'the hash of a commit' };
const time: Schema = {
  type: 'string',
  pattern: `^(?:${DAY})T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z$`,
  description: 'a time as 2026-03-01T12:00:00.000Z',
};
const version: Schema = {
  type: 'string',
  maxLength: 256,
  pattern: `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?(?:\\+${BUILD})?$`,
  description: 'a version of SemVer 2.0.0',
};
const digest: Schema = {
  type: 'string',
  pattern: '^sha256:[0-9a-f]{64}$',
  description: 'sha256: and 64 hexadecimal digits in lower case',
};
const tag: Schema = {
  type: 'string',
  maxLength: 1024,
  pattern: '^(?!-)[^\\u0000-\\u0020\\u007f~^:?*\\[\\\\]+$',
  description: 'the name of a tag',
};

/** Files of a release lie in one folder, beside `release.json` and `notes.md`, on any system. */
const fileName = (endings: string): Schema => ({
  type: 'string',
  maxLength: 255,
  pattern: `^(?!${DEVICE}\\.)${ASCII_NAME}\\.(?:${endings})$`,
  description: `the name of a file that ends with .${endings.replaceAll('\\', '').replaceAll('|', ' or .')}`,
});

/** All members, of which those that may be missing are named apart; no others. */
const object = (
  description: string,
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
): Schema => ({
  type: 'object',
  description,
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const list = (description: string, items: Schema, more: Partial<Schema> = {}): Schema => ({
  type: 'array',
  description,
  items,
  ...more,
});

const base64 = (maxLength: number): Schema => ({
  type: 'string',
  minLength: 4,
  maxLength,
  pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
  description: `base64 of at most ${maxLength} characters`,
});

const migrations = list(
  'a list of migrations',
  object('a migration', {
    id: { type: 'string', minLength: 1, description: 'text that is not empty' },
    kind: { type: 'string', enum: ['expand', 'data', 'contract'], description: 'expand, data or contract' },
    description: text,
    sql: text,
  }),
);

/**
 * The schema of release manifests, in the part of JSON Schema (draft 2020-12) that {@link Schema} has. Readers check by it, so that what is
 * published and what is read can't differ. `docs/formats/release.md` has the rules that no schema can say.
 */
export const MANIFEST_SCHEMA: Schema = {
  ...object(
    'the manifest of a release',
    {
      format: { const: 'holdfast-release', description: 'holdfast-release' },
      formatVersion: { const: 0, description: '0' },
      id: {
        type: 'string',
        maxLength: 357,
        description: 'the version, or the component with @ and the version',
      },
      component: {
        type: 'string',
        maxLength: 100,
        pattern: '^(?:@[a-z0-9][a-z0-9._-]*\\/)?[a-z0-9][a-z0-9._-]*$',
        description: 'the name of a component, as names of npm packages',
      },
      version,
      name: text,
      description: text,
      notes: text,
      preRelease: flag,
      channel: {
        type: 'string',
        maxLength: 100,
        pattern: '^[0-9A-Za-z-]+$',
        description: 'the name of a channel: letters, digits and hyphens',
      },
      createdAt: time,
      createdBy: text,
      previous: version,
      reason: text,
      source: object(
        'where a release was made from',
        {
          commit,
          branch: short,
          dirty: flag,
          repository: {
            type: 'string',
            maxLength: 1024,
            pattern: '^[a-z][a-z0-9+.-]*:\\/\\/[^\\s\\/@?#]*(?:\\/[^\\s?#]*)?$',
            description: 'the address of a repository, without user, password and query',
          },
        },
        ['branch', 'dirty', 'repository'],
      ),
      artifact: object(
        'an artefact',
        {
          name: fileName('zip'),
          digest,
          size: count,
          contents: object('a list of contents', { digest, size: count }),
          buildId: short,
          commit,
          branch: short,
        },
        ['buildId', 'commit', 'branch'],
      ),
      sbom: object('a bill of materials', {
        name: fileName('cdx\\.json|spdx\\.json'),
        digest,
        size: count,
        format: {
          type: 'string',
          enum: ['cyclonedx-1.6', 'cyclonedx-1.7', 'spdx-2.3'],
          description: 'cyclonedx-1.6, cyclonedx-1.7 or spdx-2.3',
        },
        components: count,
      }),
      migrations: object('migrations', { forward: migrations, backward: migrations }),
      changelog: object(
        'what changed',
        {
          since: short,
          commits: count,
          leadTimeMs: count,
          sections: list(
            'a list of sections',
            object('a section', {
              title: text,
              entries: list(
                'a list of lines',
                object('a line', { text, scope: text, commit, breaking: flag }, ['scope', 'commit', 'breaking']),
                { minItems: 1 },
              ),
            }),
          ),
        },
        ['since', 'leadTimeMs'],
      ),
      flags: {
        type: 'object',
        description: 'flags by name',
        propertyNames: { $ref: '#/$defs/name' },
        additionalProperties: { $ref: '#/$defs/json' },
      },
      tag,
      signature: object('a DSSE envelope', {
        payload: base64(65_536),
        payloadType: { const: 'application/vnd.in-toto+json', description: 'application/vnd.in-toto+json' },
        signatures: list(
          'one signature to 32',
          object('a signature', {
            keyid: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'the id of a key: 64 hexadecimal digits' },
            sig: base64(256),
          }),
          { minItems: 1, maxItems: 32 },
        ),
      }),
    },
    ['component', 'previous', 'artifact', 'sbom', 'tag', 'signature'],
  ),
  $defs: {
    name: {
      type: 'string',
      minLength: 1,
      not: { enum: ['__proto__', 'constructor', 'prototype'] },
      description: 'a name that objects do not have already',
    },
    json: {
      type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
      description: 'JSON',
      propertyNames: { $ref: '#/$defs/name' },
      additionalProperties: { $ref: '#/$defs/json' },
      items: { $ref: '#/$defs/json' },
    },
  },
};
