import type { Colors } from '../terminal/output.ts';
import { hintOf } from './hints.ts';
import { displayText } from './text.ts';

/** What is said of a failure, in text and in JSON. */
export interface FailureView {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The stored object that is concerned. */
  readonly object?: string | undefined;
  readonly details?: readonly string[] | undefined;
}

function optionalText(error: object, name: string): string | undefined {
  const value = (error as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The parts of any thrown value that users are shown. */
export function failureView(error: unknown): FailureView {
  if (!(error instanceof Error)) return { code: 'UNEXPECTED', message: String(error) };
  const code = optionalText(error, 'code') ?? 'UNEXPECTED';
  const details = 'details' in error && Array.isArray(error.details) ? error.details.map(String) : undefined;
  return {
    code,
    message: error.message,
    hint: hintOf({ name: error.name, code, hint: optionalText(error, 'hint') }),
    object: optionalText(error, 'object') ?? optionalText(error, 'key'),
    details: details?.length ? details : undefined,
  };
}

/** `holdfast: message`, the details and the hints, each on a line of its own. */
export function failureLines(failure: FailureView, colors: Colors): readonly string[] {
  const lines = [`${colors.red('holdfast:')} ${displayText(failure.message)}`];
  const { details = [] } = failure;
  // What a program has said stands in the message already. Of a list of names all are told, whatever words the message has.
  if (!details.every((detail) => failure.message.includes(detail)))
    for (const detail of details) lines.push(`  ${displayText(detail)}`);
  for (const hint of failure.hint?.split('\n') ?? []) lines.push(`${colors.yellow('hint:')} ${displayText(hint)}`);
  return lines;
}

/** Stacks of an error and of what caused it, for `--debug`. */
export function causeLines(error: unknown): readonly string[] {
  const lines: string[] = [];
  let current = error;
  while (current instanceof Error && lines.length < 200) {
    const text = current.stack ?? current.message;
    lines.push(...`${lines.length === 0 ? '' : 'caused by: '}${text}`.split('\n'));
    current = current.cause;
  }
  if (current !== undefined && !(current instanceof Error)) lines.push(`caused by: ${JSON.stringify(current)}`);
  return lines;
}
