import { VersioningError } from '../errors.ts';
import { withoutCredentials } from './without-credentials.ts';

/** How much of what others said is shown. */
const LONGEST_SAID = 2000;

/** What git said, without credentials: the line of its own failure, else the first one. */
export function firstSaid(complaints: string): string {
  const lines = withoutCredentials(complaints.trim()).split('\n');
  return lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines[0] ?? '';
}

/** All that was said, without credentials, as far as a message can hold it. Of long texts, the end tells most. */
export function allSaid(complaints: string): string {
  const said = withoutCredentials(complaints.trim());
  return said.length > LONGEST_SAID ? `…${said.slice(-LONGEST_SAID)}` : said;
}

/** The error of a git command that ended with one. */
export function gitFailure(args: readonly string[], complaints: string): VersioningError {
  const locked = /Unable to create '(.+\.lock)': File exists/.exec(complaints)?.[1];
  if (locked !== undefined) return lockedFailure(locked);
  // Options before the command have an argument of their own.
  const command = args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '-c') ?? '';
  if (/not a git repository|must be run in a work tree/i.test(complaints)) {
    return new VersioningError('NOT_A_CHECKOUT', 'Expected a checkout of git, got a folder that is in none', {
      hint: 'Run it in a checkout, or name one.',
    });
  }
  const said = firstSaid(complaints) || 'nothing it said';
  return new VersioningError('GIT_FAILED', `Expected git ${command} to succeed, got: ${said}`, {
    hint: 'Run the same command by hand to see more.',
  });
}

function lockedFailure(file: string): VersioningError {
  return new VersioningError('GIT_LOCKED', `Expected to write to the repository, got a lock of another git: ${file}`, {
    hint: 'Wait until the other git has ended and go on. When none runs, a killed one has left the file: remove it.',
  });
}
