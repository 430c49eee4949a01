import type { GlobalOptions } from '../program/context.ts';

/**
 * The options that decide how a mistake on the command line itself is told: the argument parser has failed
 * by then. What follows `--` is no option.
 */
export function looksOf(argv: readonly string[]): GlobalOptions {
  const end = argv.indexOf('--');
  const options = new Set(end === -1 ? argv : argv.slice(0, end));
  return {
    json: options.has('--json'),
    debug: options.has('--debug'),
    verbose: options.has('--verbose') || options.has('-v'),
    quiet: options.has('--quiet') || options.has('-q'),
    color: !options.has('--no-color'),
  };
}
