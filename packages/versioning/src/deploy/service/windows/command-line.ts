/**
 * A command line that `CommandLineToArgvW` and the C runtime of Microsoft take apart into these words: backslashes count only before a quote, where each is doubled. Of the program's name
 * no backslash does, and it can hold no quote.
 */
export function windowsCommandLine([program, ...args]: readonly [string, ...string[]]): string {
  return [`"${program}"`, ...args.map(quotedArgument)].join(' ');
}

/** The same for arguments alone. */
export function windowsArguments(args: readonly string[]): string {
  return args.map(quotedArgument).join(' ');
}

function quotedArgument(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  return `"${word.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1')}"`;
}
