import { CliError } from '../errors.ts';
import type { Messages } from './messages.ts';
import type { Prompt } from './prompt.ts';

/** What somebody is asked about. */
export interface Question {
  /** What is about to be done: `restore in place`. */
  readonly what: string;
  /** What it would do. */
  readonly lines: readonly string[];
  /** It was confirmed beforehand, with `--yes`. */
  readonly yes: boolean;
  /** Asks. Default: `Go on?`. */
  readonly ask?: ((prompt: Prompt) => Promise<boolean>) | undefined;
}

/**
 * Tells what is about to be done, and asks whether to do it unless that was confirmed beforehand.
 *
 * @throws {CliError} `NOT_CONFIRMED` when the answer is no, or nobody can be asked.
 */
export async function demandConfirmation(
  { messages, prompt }: { readonly messages: Messages; readonly prompt: Prompt },
  { what, lines, yes, ask = (asked) => asked.confirm('Go on?') }: Question,
): Promise<void> {
  // Whoever is asked is told what about, even with --quiet.
  const say = (line: string): void => (yes ? messages.note(line) : messages.warn(line));
  for (const line of lines) say(line);
  if (yes) return;
  if (!prompt.available) {
    throw new CliError('NOT_CONFIRMED', `Expected a confirmation of the ${what}, got none`, {
      hint: 'Look at the plan with --dry-run, then confirm it with --yes.',
    });
  }
  if (await ask(prompt)) return;
  throw new CliError('NOT_CONFIRMED', `The ${what} was not confirmed; nothing was changed`);
}
