/** Moves every line that is not empty to the right. */
export function indented(text: string, blanks: number): string {
  return text.trimEnd().replaceAll(/^(?=.)/gm, ' '.repeat(blanks));
}
