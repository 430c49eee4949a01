/** How much a record matters, from least to most. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** The levels with the numbers that pino has for them, so that its records are read without a table of their own. */
export const LEVELS: Readonly<Record<Level, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};

const NAMES = new Map(Object.entries(LEVELS).map(([name, severity]) => [severity, name]));

/** Whether a text names a level. */
export function isLevel(text: unknown): text is Level {
  return typeof text === 'string' && Object.hasOwn(LEVELS, text);
}

/** How severe a level is, as a number: of `warn`, `WARN`, `40`, `"40"`; `undefined` for what is no level. */
export function severityOf(level: unknown): number | undefined {
  if (typeof level === 'number') return Number.isFinite(level) ? level : undefined;
  if (typeof level !== 'string') return undefined;
  const name = level.toLowerCase();
  if (isLevel(name)) return LEVELS[name];
  return /^\d{1,4}$/.test(level) ? Number(level) : undefined;
}

/** A level as people read it: pino's 40 is `warn`. */
export function levelName(level: unknown): string | undefined {
  const severity = severityOf(level);
  if (severity === undefined) return typeof level === 'string' ? level : undefined;
  return NAMES.get(severity) ?? String(severity);
}
