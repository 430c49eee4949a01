type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const iso: Schema = { type: 'string', format: 'date-time' };
const isoOrNull: Schema = { type: ['string', 'null'], format: 'date-time' };
const date: Schema = { type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2}$` };
const count: Schema = { type: 'integer', minimum: 0 };
const amount: Schema = { type: 'number', minimum: 0 };
const amountOrNull: Schema = { type: ['number', 'null'], minimum: 0 };
const flag: Schema = { type: 'boolean' };
const oneOf = (...words: readonly string[]): Schema => ({ enum: words });
const list = (items: Schema): Schema => ({ type: 'array', items });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

/** An object that has all of its members, and no others. */
const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const counts = {
  due: { ...count, description: 'the sum of made, partial, failed, missed and unknown' },
  made: count,
  partial: count,
  failed: count,
  missed: count,
  unknown: count,
  extra: { ...count, description: 'made beside those that were due' },
  bytes: { ...amount, description: 'content of all that were made' },
  bytesStored: { ...amount, description: 'what was written for them' },
} as const;

const tone = oneOf('good', 'warn', 'bad', 'soft');
const error = orNull(object({ code: textOrNull, message: text }));

const backups = object({
  total: object(counts),
  days: list(object({ date, hours: amount, ...counts, longestMs: amountOrNull })),
  tenants: list(
    object({
      tenant: text,
      scheduled: flag,
      ...counts,
      lastAt: isoOrNull,
      longestGapMs: amountOrNull,
      medianMs: amountOrNull,
      longestMs: amountOrNull,
      daysWithout: list(date),
    }),
  ),
  exceptions: list(
    object({
      tenant: text,
      at: iso,
      date,
      outcome: oneOf('made', 'partial', 'failed', 'missed', 'unknown'),
      due: flag,
      snapshot: textOrNull,
      durationMs: amountOrNull,
      bytes: amountOrNull,
      bytesStored: amountOrNull,
      error,
    }),
  ),
  exceptionsLeftOut: count,
});

const restore = object({
  at: iso,
  tenant: textOrNull,
  outcome: oneOf('ok', 'partial', 'failed'),
  durationMs: amountOrNull,
  bytes: amountOrNull,
  by: textOrNull,
  code: textOrNull,
});

const drill = object({
  at: iso,
  tenant: text,
  kind: text,
  status: oneOf('passed', 'failed', 'notTried'),
  restoreMs: amountOrNull,
  durationMs: amount,
  share: { type: ['number', 'null'], minimum: 0, maximum: 1 },
  error: textOrNull,
});

const release = object({
  at: iso,
  kind: text,
  version: text,
  from: textOrNull,
  channel: text,
  outcome: text,
  by: text,
  durationMs: amountOrNull,
  wayBackMs: amountOrNull,
  error: textOrNull,
});

const check = object({
  check: text,
  kind: text,
  upMs: amount,
  degradedMs: amount,
  downMs: amount,
  unknownMs: amount,
  percent: { type: ['number', 'null'], minimum: 0, maximum: 100 },
  knownPercent: { type: 'number', minimum: 0, maximum: 100 },
  outages: list(object({ from: iso, to: isoOrNull, durationMs: amount, message: textOrNull })),
  spans: list(object({ from: iso, to: iso, state: oneOf('healthy', 'degraded', 'unhealthy') })),
});

const snapshot = object({
  id: text,
  tenant: text,
  at: iso,
  bytes: amount,
  fate: oneOf('stays', 'goes', 'forgotten'),
  until: isoOrNull,
  reason: textOrNull,
  forgottenAt: isoOrNull,
});

/** The JSON Schema (draft 2020-12) of a report as data. */
export const reportSchema: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Holdfast report',
  description: 'A part that is null was not given to whoever made the report, and is unknown.',
  ...object({
    schema: { const: 'holdfast.report/1' },
    title: text,
    tenant: textOrNull,
    madeAt: iso,
    period: object({
      kind: oneOf('daily', 'weekly', 'monthly', 'quarterly', 'custom'),
      name: text,
      label: text,
      timeZone: text,
      from: iso,
      to: iso,
      isOver: flag,
    }),
    summary: list(object({ text, tone })),
    problems: list(object({ code: text, tone: oneOf('bad', 'warn'), tenants: list(text), text, todo: text })),
    backups: orNull(backups),
    restores: orNull(list(restore)),
    drills: orNull(list(drill)),
    releases: orNull(list(release)),
    health: orNull(list(check)),
    storage: orNull(
      object({
        samples: list(object({ at: iso, bytesStored: amount, bytesFree: amountOrNull })),
        forecastFullAt: isoOrNull,
        bytesPerDay: { type: ['number', 'null'] },
      }),
    ),
    retention: orNull(
      object({
        stays: count,
        goes: count,
        forgottenInPeriod: count,
        bytesKept: amount,
        snapshots: list(snapshot),
        leftOut: count,
      }),
    ),
    objectives: list(
      object({
        tenant: text,
        kind: oneOf('rpo', 'rto'),
        objectiveMs: amount,
        reachedMs: amountOrNull,
        met: { type: ['boolean', 'null'] },
      }),
    ),
    story: list(
      object({
        at: iso,
        kind: oneOf('backup', 'restore', 'drill', 'release', 'health', 'other'),
        tone,
        tenant: textOrNull,
        text,
      }),
    ),
    storyLeftOut: count,
    others: list(object({ name: text, level: text, count, firstAt: iso, lastAt: iso, message: textOrNull })),
    unknown: list(text),
  }),
};
