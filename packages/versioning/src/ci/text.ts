/** Moves every line that is not empty to the right. */
export function indented(text: string, blanks: number): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, ' '.repeat(blanks));
}

/**
 * A text as a scalar of YAML, without quotes where it can do without: formatters disagree on which ones to use, and would change the
 * file. Whole numbers stay, as they are the same as text.
 */
export function plain(text: string): string {
  const isWord = /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isWord || /^[1-9]\d{0,5}$/.test(text) ? text : `'${text}'`;
}
