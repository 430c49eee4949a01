/** Quotes words for any POSIX shell, so that it takes each as it is (POSIX.1-2017, Shell Command Language, 2.2.2). */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** Takes lines `NAME=value` from the standard input into the environment, up to an empty one; what follows is left there. */
export const READ_ENVIRONMENT = 'while IFS= read -r line && [ -n "$line" ]; do export "$line"; done';

/**
 * Runs the program that its arguments name, and ends it when the standard input is closed: then nobody is there any more to
 * take its output. (A job in the background of a shell has no standard input unless it is given one.) What watches must hold
 * neither output, or whoever waits for their end waits for ever.
 */
export const LIFELINE: string =
  'exec 3<&0; "$@" </dev/null 3<&- & program=$!; ' +
  '{ cat <&3; kill "$program"; } >/dev/null 2>&1 & watch=$!; exec 3<&-; ' +
  'wait "$program"; code=$?; kill "$watch" 2>/dev/null; exit "$code"';
