import { scalarText } from '../record/scalar-text.ts';
import { plainFields } from '../record/encode-record.ts';
import { isLevel, type Level, LEVELS } from '../record/levels.ts';
import type { RecordRules } from '../record/encode-record.ts';
import type { LogFields, Logger, LogMethod } from './contract.ts';

/** What a logger hands over. */
export interface LoggedParts {
  readonly level: Level;
  readonly bound: Readonly<Record<string, unknown>>;
  readonly fields: object | undefined;
  readonly message: string | undefined;
}

/** Takes what is logged. @returns Whether more may come at once. */
export type LogSink = (parts: LoggedParts) => boolean;

/** Makes a logger. */
export function createLogger(sink: LogSink, rules: RecordRules, level: Level): Logger {
  return loggerOf({ sink, rules }, {}, level);
}

interface Parts {
  readonly sink: LogSink;
  readonly rules: RecordRules;
}

function loggerOf(parts: Parts, bound: Readonly<Record<string, unknown>>, least: Level): Logger {
  const state = { level: least };
  const method =
    (level: Level): LogMethod =>
    (first: unknown, second?: unknown): boolean => {
      if (LEVELS[level] < LEVELS[state.level]) return true;
      return parts.sink({ level, bound, ...said(first, second) });
    };
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    get level() {
      return state.level;
    },
    set level(level) {
      // What is no level would silence everything.
      if (isLevel(level)) state.level = level;
    },
    child: (fields: LogFields) => loggerOf(parts, { ...bound, ...plainFields(fields, parts.rules) }, state.level),
    isEnabled: (level) => LEVELS[level] >= LEVELS[state.level],
  };
}

/** Both orders of text and fields; anything else is logged as well as it goes. */
function said(first: unknown, second: unknown): Pick<LoggedParts, 'fields' | 'message'> {
  if (typeof first === 'object' && first !== null) {
    return { fields: first, message: second === undefined ? undefined : scalarText(second) };
  }
  const fields = typeof second === 'object' && second !== null ? second : undefined;
  const rest = second === undefined || fields !== undefined ? '' : ` ${scalarText(second)}`;
  return { fields, message: first === undefined && rest === '' ? undefined : `${scalarText(first)}${rest}` };
}
