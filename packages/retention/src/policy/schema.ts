import { DURATION_PATTERN } from '../periods/duration.ts';
import { BYTES_PATTERN } from './bytes.ts';

/** The part of JSON Schema (draft 2020-12) that the schema of policies is written in. */
export interface Schema {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly enum?: readonly (string | number)[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly not?: Schema;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  readonly anyOf?: readonly Schema[];
}

const MOST = 2_147_483_647;
const PERIOD_NAMES = ['hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'halfYearly', 'yearly'] as const;

const count: Schema = {
  type: 'integer',
  minimum: -1,
  maximum: MOST,
  description: 'a whole number, or -1 for all',
};
const duration: Schema = { type: 'string', pattern: DURATION_PATTERN, description: 'a duration such as 30d or 1y6m' };

/** What a grid looks like. */
const GRID_PATTERN =
  '^\\s*[1-9][0-9]{0,4}x[1-9][0-9]{0,4}[hdwmqy](?:\\s*,\\s*[1-9][0-9]{0,4}x[1-9][0-9]{0,4}[hdwmqy])*\\s*$';

const window: Schema = {
  type: 'object',
  description: 'a window { until, keep, end }',
  properties: {
    until: duration,
    keep: { type: 'string', enum: ['all', ...PERIOD_NAMES], description: 'all, hourly, daily … or yearly' },
    end: { type: 'string', enum: ['included', 'excluded'], description: 'included or excluded' },
  },
  required: ['until', 'keep'],
  additionalProperties: false,
};

const capitalised = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

const keepRules: Readonly<Record<string, Schema>> = {
  last: count,
  lastGood: count,
  ...Object.fromEntries(PERIOD_NAMES.map((name) => [name, count])),
  within: duration,
  ...Object.fromEntries(PERIOD_NAMES.map((name) => [`within${capitalised(name)}`, duration])),
  windows: { type: 'array', items: window, minItems: 1, description: 'an array of windows' },
  grid: { type: 'string', pattern: GRID_PATTERN, description: 'a grid such as 24x1h, 35x1d' },
  pick: { type: 'string', enum: ['newest', 'oldest'], description: 'newest or oldest' },
};

const keeps: Schema = {
  type: 'object',
  description: 'an object of names',
  additionalProperties: {
    description: '-1, a duration or rules',
    anyOf: [
      { type: 'integer', enum: [-1] },
      duration,
      { type: 'object', properties: keepRules, additionalProperties: false },
    ],
  },
};

/** The schema of policies. The runtime checks by it too, so that the two can't differ. */
export const POLICY_SCHEMA: Schema = {
  type: 'object',
  description: 'a policy',
  properties: {
    name: { type: 'string', minLength: 1, description: 'a text that is not empty' },
    ...keepRules,
    tags: keeps,
    kinds: keeps,
    immutable: { type: 'string', enum: ['majors'], description: 'majors' },
    previousGood: { type: 'boolean', description: 'true or false' },
    maxPerGroup: {
      type: 'integer',
      minimum: -1,
      maximum: MOST,
      not: { type: 'integer', enum: [0] },
      description: 'a whole number of at least 1, or -1 for no limit',
    },
    maxBytes: {
      description: 'a whole number of bytes, or an amount such as 200 GB',
      anyOf: [
        { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
        { type: 'string', pattern: BYTES_PATTERN },
      ],
    },
  },
  additionalProperties: false,
};
